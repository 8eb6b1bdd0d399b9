"""The plan file's rules → `Floor`, `Group`, `Backup`, `Entry`: names become positions, checked."""

import itertools
import reprlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from placement.arrays import Bools, Ints
from placement.errors import InputError
from placement.plan.demand import STEP_FREE
from placement.plan.problem import Backup, Demand, Entry, Floor, Group, Sites
from placement.plan.rule_settings import EVERY, FloorSettings
from placement.plan.settings import Settings, nearest


def build_floors(settings: Settings, demand: Demand, *, file: Path) -> tuple[Floor, ...]:
    """Build the floors of a plan, those of backup cover too; zones without people need none.

    Parameters
    ----------
    settings
        The plan file.
    demand
        Its people.
    file
        Where it was read from.

    Raises
    ------
    InputError
        If a floor names a zone or a point that nobody is in, or a zone with nobody in its period.
    """
    names = sorted(settings.resources)
    floors = []
    for at, rule in enumerate(settings.floors):
        counted = demand.step_free if rule.step_free else np.ones(len(demand), dtype=np.bool_)
        if rule.step_free and not counted.any():
            raise InputError(
                "is set, and nobody walks step-free",
                file=file,
                field=f"floors.{at}.step_free",
                remedy="give the demand a column step_free, or set walking.step_free_share",
            )
        whom = " step-free" if rule.step_free else ""
        zones = _zones(rule.named, demand, file=file, field=f"floors.{at}.zone")
        for (when, period), zone in itertools.product(_periods(settings, rule).items(), zones):
            there = _in_periods(settings, rule.resource, demand, period=period)
            words = f"{rule.share:g} of zone {demand.zones[zone]!r}{whom}{when} by"
            if EVERY not in {*rule.named, rule.period} and not there[demand.zone == zone].any():
                # a rule that was written for one zone and its periods would hold without a word
                when = when or f" while {rule.resource!r} serves"
                raise InputError(
                    f"{demand.zones[zone]!r} has nobody{when}",
                    file=file,
                    field=f"floors.{at}.zone",
                    remedy="name a zone or a period with people, or take the floor out",
                )
            points = np.flatnonzero((demand.zone == zone) & counted & there)
            floor = Floor(
                name=f"floors: {words} {rule.resource!r}",
                resource=names.index(rule.resource),
                points=points,
                share=rule.share,
            )
            floors += [floor]
    for position, name in enumerate(names):
        backup = settings.resources[name].backup
        if backup is not None and backup.share is not None:
            floors += [
                Floor(
                    name=f"resources.{name}.backup: {backup.share:g} of {words} twice",
                    resource=position,
                    points=points,
                    share=backup.share,
                    times=2,
                )
                for words, points in _backed(settings, name, demand, file=file).items()
            ]
    return tuple(floor for floor in floors if demand.people[floor.points].any())


def build_groups(settings: Settings, sites: Sites, *, file: Path) -> tuple[Group, ...]:
    """Build the exclusive groups of a plan.

    Raises
    ------
    InputError
        If a group names a site that does not exist.
    """
    names = sorted(settings.resources)
    position = {site: at for at, site in enumerate(sites.id)}
    return tuple(
        Group(
            name=f"groups: {rule.name}",
            sites=tuple(
                sorted({_known(site, position, file, f"groups.{at}.sites") for site in rule.sites})
            ),
            resource=None if rule.resource is None else names.index(rule.resource),
            most=rule.most,
        )
        for at, rule in enumerate(settings.groups)
    )


def build_backup(settings: Settings, demand: Demand, *, file: Path) -> Mapping[int, Backup]:
    """Build, by position of the resource, where a second post counts again.

    Raises
    ------
    InputError
        If a zone or a point is named that nobody is in.
    """
    found = {}
    for position, name in enumerate(sorted(settings.resources)):
        backup = settings.resources[name].backup
        if backup is not None:
            parts = _backed(settings, name, demand, file=file).values()
            points = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *parts]))
            found[position] = Backup(points=points, worth=backup.worth)
    return found


def build_entries(
    settings: Settings, sites: Sites, demand: Demand, *, file: Path
) -> Mapping[int, Entry]:
    """Build, by position of the resource, by which of its posts the people of zones may enter.

    Raises
    ------
    InputError
        If a zone is named that nobody is in, or a gate that is no site, or may not have a post.
    """
    found = {}
    zone_of = {zone: at for at, zone in enumerate(demand.zones)}
    site_of = {site: at for at, site in enumerate(sites.id)}
    for position, name in enumerate(sorted(settings.resources)):
        tables = [(rule.zone, at, rule) for at, rule in enumerate(settings.zones) if rule.gates]
        mine = sorted((one for one in tables if one[2].resource == name), key=lambda one: one[0])
        if not mine:
            continue
        of = np.zeros(len(demand), dtype=np.int64)
        admits = np.zeros((len(sites), len(mine) + 1), dtype=np.bool_)
        headroom = np.full(len(sites), np.nan)
        for number, (zone, at, rule) in enumerate(mine, start=1):
            of[demand.zone == _known(zone, zone_of, file, f"zones.{at}.zone")] = number
            for gate in rule.gates:
                site = _known(gate, site_of, file, f"zones.{at}.gates")
                if not sites.allowed[site, position]:
                    raise InputError(
                        f"site {gate!r} may not have a post of {name!r}",
                        file=file,
                        field=f"zones.{at}.gates",
                        remedy=f"add {name!r} to the site's resources, or leave the gate out",
                    )
                admits[site, number] = True
                if rule.headroom is not None:
                    headroom[site] = np.fmin(headroom[site], rule.headroom)
        admits[:, 0] = ~admits.any(axis=1)
        for ring in settings.rings:
            line = np.isin(sites.id, ring.sites)
            for number in range(1, len(mine) + 1):
                if not admits[line, number].any():  # no gate of its own in that ring
                    admits[line, number] = admits[line, 0]
        found[position] = Entry(
            names=tuple(f"zones: {zone!r} by {name!r}" for zone, _, _ in mine),
            zones=tuple(zone for zone, _, _ in mine),
            of=of,
            admits=admits,
            headroom=headroom,
        )
    return found


def _backed(settings: Settings, resource: str, demand: Demand, *, file: Path) -> dict[str, Ints]:
    """Return, by the words for them, the points of each zone and of all that are named."""
    rule = settings.resources[resource].backup
    if rule is None:
        return {}
    served = _in_periods(settings, resource, demand)
    field = f"resources.{resource}.backup"
    found = {
        f"zone {demand.zones[zone]!r}": np.flatnonzero((demand.zone == zone) & served)
        for zone in _zones(rule.zones, demand, file=file, field=f"{field}.zones")
    }
    if rule.points:
        # an area stands for the points it is sampled to, a point for its step-free part too
        own: dict[str, list[int]] = {}
        for at, name in enumerate(demand.id):
            plain = name.removesuffix(STEP_FREE)
            area, mark, _ = plain.rpartition("#")
            for known in {name, plain, area if mark else plain}:
                own.setdefault(known, []).append(at)
        named = [_known(name, own, file, f"{field}.points") for name in rule.points]
        points = np.unique(np.array([at for some in named for at in some]))
        found["the points named"] = points[served[points]]
    return found


def _in_periods(
    settings: Settings, resource: str, demand: Demand, *, period: str | None = None
) -> Bools:
    """Say whose people count: those of one period, or of all in which a resource serves."""
    serves = settings.resources[resource].periods or [one.name for one in settings.periods]
    number = {one.name: at for at, one in enumerate(settings.periods)}
    if not number:
        return np.ones(len(demand), dtype=np.bool_)
    return np.isin(demand.period, [number[one] for one in serves if period in {None, one}])


def _periods(settings: Settings, rule: FloorSettings) -> dict[str, str | None]:
    """Return the periods whose people a floor counts each on their own, by the words for them."""
    if rule.period is None:
        return {"": None}
    serves = settings.resources[rule.resource].periods or [one.name for one in settings.periods]
    return {f" in {one}": one for one in sorted(set(serves)) if rule.period in {EVERY, one}}


def _zones(named: Sequence[str], demand: Demand, *, file: Path, field: str) -> list[int]:
    """Return the positions of zones, ascending."""
    if EVERY in named:
        return list(range(len(demand.zones)))
    position = {zone: at for at, zone in enumerate(demand.zones)}
    return sorted({_known(zone, position, file, field) for zone in named})


def _known[V](name: str, known: Mapping[str, V], file: Path, field: str) -> V:
    if name not in known:
        meant = nearest(name, known)
        several = sorted(one for one in known if one.partition(":")[2] == name)
        shown = ", ".join(repr(one) for one in (several or sorted(known))[:5])
        more = " …" if len(several or known) > 5 else ""
        remedy = f"write {meant!r}" if meant else f"known are {shown}{more}"
        if several:
            remedy = f"write the period before the name, as in {shown}{more}"
        raise InputError(
            f"names nothing in the plan: {reprlib.repr(name)}",
            file=file,
            field=field,
            remedy=remedy,
        )
    return known[name]
