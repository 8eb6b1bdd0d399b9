"""The plan file's rings → `Rings`: sites become positions, and every gate is in one ring."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from placement.arrays import Bools, Ints
from placement.errors import InputError
from placement.plan.format import hint
from placement.plan.points import Demand, Sites
from placement.plan.ruled import Rings
from placement.plan.settings import Settings


def build_rings(settings: Settings, sites: Sites, demand: Demand, *, file: Path) -> Rings | None:
    """Build the rings of a plan; None where it has none.

    Raises
    ------
    InputError
        If a ring names a site that does not exist, a site where people can be screened is in no
        ring that does so, or such a ring has no site where they can be.
    """
    if not settings.rings:
        return None
    names = tuple(ring.name for ring in settings.rings)
    passed = tuple(at for at, ring in enumerate(settings.rings) if ring.screens == "people")
    place = {site: at for at, site in enumerate(sites.id)}
    of = np.full(len(sites), -1, dtype=np.int64)
    for at, ring in enumerate(settings.rings):
        for site in ring.sites:
            if site not in place:
                raise InputError(
                    f"names no site of the plan: {site!r}",
                    file=file,
                    field=f"rings.{at}.sites",
                    remedy=hint(site, place),
                )
            of[place[site]] = at
    level = np.array([passed.index(at) if at in passed else -1 for at in of.tolist()])
    kind = next(name for name, one in sorted(settings.resources.items()) if one.lanes is not None)
    gate = sites.allowed[:, sorted(settings.resources).index(kind)]
    _check_gates(names, of, level, gate, sites, kind=kind, file=file)
    for at, ring in enumerate(settings.rings):
        if at in passed and not (gate & (of == at)).any():
            raise InputError(
                f"ring {ring.name!r} has no site that may have a post of {kind!r}",
                file=file,
                field=f"rings.{at}.sites",
                remedy=f"add one that may, or let the ring screen {'vehicles'!r}",
            )
    limits = [settings.rings[at].walk_limit_min for at in passed]
    zone_of = {zone: at for at, zone in enumerate(demand.zones)}
    depth = np.full(len(demand), len(passed), dtype=np.int64)
    for at, zone in enumerate(settings.zones):
        if zone.ring is None:
            continue
        if zone.zone not in zone_of:
            raise InputError(
                f"names nothing in the plan: {zone.zone!r}",
                file=file,
                field=f"zones.{at}.zone",
                remedy=hint(zone.zone, zone_of),
            )
        depth[demand.zone == zone_of[zone.zone]] = passed.index(names.index(zone.ring)) + 1
    return Rings(
        names=names,
        labels=tuple(
            {"en": ring.name, "fr": ring.name} if ring.label is None else ring.label.by_language()
            for ring in settings.rings
        ),
        passed=passed,
        of=of,
        level=level.astype(np.int64),
        walk_s=np.array([np.nan if one is None else one * 60 for one in limits]),
        depth=depth,
    )


def _check_gates(
    names: Sequence[str],
    of: Ints,
    level: Ints,
    gate: Bools,
    sites: Sites,
    *,
    kind: str,
    file: Path,
) -> None:
    """Refuse a site where people can be screened that is in no ring that does so."""
    for at in np.flatnonzero(gate & (level < 0)).tolist():
        where = "in no ring" if of[at] < 0 else f"in {names[of[at]]!r}, which screens vehicles"
        raise InputError(
            f"site {sites.id[at]!r} may have a post of {kind!r} and is {where}",
            file=file,
            field="rings",
            remedy=f"name it in a ring that screens people, or leave {kind!r} out of its resources",
        )
