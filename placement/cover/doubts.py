"""What is usable in a plan on streets, and yet most likely not what was meant."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from placement.arrays import Bools, Ints
from placement.counts import counted
from placement.cover.ground import Surface
from placement.cover.nowhere import Nowhere, by_reason, nowhere
from placement.cover.ring_doubts import ring_doubts
from placement.cover.survey import Survey, survey
from placement.plan.problem import Plan, SiteStatus
from placement.streets import Snapped, Streets
from placement.streets.barring import edges_on

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt.

    Attributes
    ----------
    kind
        ``"lost"`` (too far from any street), ``"water"``, ``"beyond"`` (the street layer),
        ``"island"`` (of the streets), ``"zone"`` (ticket zones without a gate of theirs in reach),
        ``"ring"`` (people or gates that rings shut out), ``"idle"`` (sites that reach nobody),
        ``"open"`` (bridges that closures leave open) or ``"way"`` (ways to be sealed by which no
        street leads).
    sentence
        What is doubted, and the remedy.
    people
        How many people it is about, who cannot be covered.
    """

    kind: str
    sentence: str
    people: float = 0.0


def doubts(plan: Plan, walks: Survey) -> list[Doubt]:
    """Return what is doubted of a plan.

    Parameters
    ----------
    plan, walks
        A plan and its survey.
    """
    found = [
        *_without_gates(plan, walks),
        *_reach_nobody(plan, walks),
        *(Doubt("ring", sentence, people) for sentence, people in ring_doubts(plan, walks)),
    ]
    if plan.periods:
        return [*_by_period(plan), *found]
    if walks.streets is None or walks.plain is None:
        return found
    return [
        *_of_ground(plan, walks),
        *found,
        *_left_open(plan, walks.streets),
        *_no_way(plan, walks.streets),
    ]


def _by_period(plan: Plan) -> list[Doubt]:
    """Return what is doubted of the ground of each period; what all have in common once."""
    said: dict[tuple[str, str, float], list[str]] = {}
    for period in plan.periods:
        walks = survey(period.plan)
        open_ = [] if walks.streets is None else _left_open(period.plan, walks.streets)
        for one in [*_of_ground(period.plan, walks), *open_]:
            said.setdefault((one.kind, one.sentence, one.people), []).append(period.name)
    return [
        Doubt(kind, f"in {', '.join(names)}: {sentence}", people)
        for (kind, sentence, people), names in said.items()
    ]


def _of_ground(plan: Plan, walks: Survey) -> list[Doubt]:
    """Return what is doubted of where points lie, and what leads there."""
    if walks.streets is None or walks.plain is None:
        return []
    return [
        *_lost(plan, nowhere(plan, walks)),
        *_under_water(plan, walks.plain),
        *_beyond(plan, walks.streets),
        *_on_islands(plan, walks.plain),
    ]


def _lost(plan: Plan, lost: Sequence[Nowhere]) -> list[Doubt]:
    """Say why points meet no street, those of one reason together."""
    people = dict(zip(plan.problem.demand.id, plan.problem.demand.people.tolist(), strict=True))
    found = []
    for mine in by_reason(lost).values():
        first = min(mine, key=lambda one: one.distance_m)
        sites, demand = (sum(one.kind == kind for one in mine) for kind in ("sites", "demand"))
        heads = sum(people[one.id] for one in mine if one.kind == "demand")
        sentence = (
            f"{_points(sites, demand, heads)} lie too far from any street: {first.id!r}, for one: "
            f"{first.sentence}."
        )
        found.append(Doubt("lost", sentence, heads))
    return found


def _under_water(plan: Plan, plain: Surface) -> list[Doubt]:
    """Name points that stand in water and on no bridge."""
    open_water = [w.xy for w in plan.water if w.levels is None or 0 in w.levels]
    if not open_water:
        return []
    wet = shapely.union_all(open_water)
    shapely.prepare(wet)
    problem = plan.problem
    ways = {way.id for way in plan.ways}  # where barriers stand: `_no_way` tells of those
    found = []
    for points, snapped in ((problem.sites, plain.sites), (problem.demand, plain.demand)):
        inside = shapely.contains_xy(wet, points.xy[:, 0], points.xy[:, 1])
        found.append(np.flatnonzero(inside & (points.level == 0) & ~_on(plain.streets, snapped)))
    sites, demand = found
    sites = sites[[problem.sites.id[at] not in ways for at in sites]]
    if not len(sites) and not len(demand):
        return []
    people = float(problem.demand.people[demand].sum())
    names = [problem.sites.id[at] for at in sites] + [problem.demand.id[at] for at in demand]
    sentence = (
        f"water covers {_points(len(sites), len(demand), people)}: {_some(names)}; draw it "
        "smaller, or move them to the bank."
    )
    return [Doubt("water", sentence, people)]


def _on(streets: Streets, snapped: Snapped) -> Bools:
    """Say which points are on a bridge."""
    result = np.zeros(len(snapped), np.bool_)
    there = snapped.edge >= 0
    result[there] = streets.bridge[snapped.edge[there]]
    return result


def _beyond(plan: Plan, streets: Streets) -> list[Doubt]:
    """Say who stands outside the extent of the street layer."""
    low, high = streets.node_xy.min(axis=0), streets.node_xy.max(axis=0)
    problem = plan.problem
    sites, demand = (
        np.flatnonzero(((points.xy < low) | (points.xy > high)).any(axis=1))
        for points in (problem.sites, problem.demand)
    )
    if not len(sites) and not len(demand):
        return []
    people = float(problem.demand.people[demand].sum())
    sentence = (
        f"the streets of {streets.source} end inside the event: "
        f"{_points(len(sites), len(demand), people)} lie outside them; give an extract that "
        "reaches farther than the longest walk."
    )
    return [Doubt("beyond", sentence, people)]


def _on_islands(plan: Plan, plain: Surface) -> list[Doubt]:
    """Say who stands on a part of the network that has no site."""
    streets, demand = plain.streets, plan.problem.demand
    parts = [
        np.where(snapped.edge >= 0, streets.component[streets.edge_tail[snapped.edge]], -1)
        for snapped in (plain.sites, plain.demand)
    ]
    straight = np.zeros(len(demand), np.bool_)
    straight[plain.straight.indices] = True
    cut_off = np.flatnonzero((parts[1] >= 0) & ~np.isin(parts[1], parts[0]) & ~straight)
    if not len(cut_off):
        return []
    people = float(demand.people[cut_off].sum())
    sentence = (
        f"{counted(len(cut_off), 'demand point')} ({counted(people, 'person')}) "
        f"{'is' if len(cut_off) == 1 else 'are'} on a part of the streets that "
        f"no way joins to any site: {_some([demand.id[at] for at in cut_off])}; look at it with "
        "`place streets info FILE --map`, or put a site there."
    )
    return [Doubt("island", sentence, people)]


def _without_gates(plan: Plan, walks: Survey) -> list[Doubt]:
    """Name ticket zones of which nobody can walk to a gate of theirs."""
    problem = plan.problem
    found = []
    for position, entry in problem.entries.items():
        resource = problem.resources[position]
        shut = problem.sites.status[:, position] == SiteStatus.EXCLUDED
        table = walks.walk[resource.id].tocoo()
        point, site = table.coords
        reached = np.zeros(len(problem.demand), np.bool_)
        reached[point[~shut[site]]] = True
        for number, zone in enumerate(entry.zones, start=1):
            mine = (entry.of == number) & (problem.demand.people > 0)
            if not mine.any() or reached[mine].any():
                continue
            gates = np.flatnonzero(entry.admits[:, number])
            people = float(problem.demand.people[mine].sum())
            sentence = (
                f"nobody of ticket zone {zone!r} ({counted(people, 'person')}) has a gate of "
                "theirs "
                f"within {resource.walk_limit_s / 60:g} min: {_named(plan, gates)}; give the zone "
                "a nearer gate, or look at the streets around them."
            )
            found.append(Doubt("zone", sentence, people))
    return found


def _reach_nobody(plan: Plan, walks: Survey) -> list[Doubt]:
    """Name posts that must open and reach nobody, and sites that could open and reach nobody."""
    problem = plan.problem
    found = []
    for position, resource in enumerate(problem.resources):
        status = problem.sites.status[:, position]
        usable = problem.sites.allowed[:, position] & (status != SiteStatus.EXCLUDED)
        if problem.rings is not None and position == problem.laned:
            usable &= problem.rings.level == 0  # farther in, people come from other gates
        served = walks.walk[resource.id][np.flatnonzero(problem.demand.people > 0)]
        reaching = np.zeros(len(problem.sites), np.bool_)
        reaching[np.unique(served.tocoo().coords[1])] = True
        empty = usable & ~reaching
        required = np.flatnonzero(empty & (status == SiteStatus.REQUIRED))
        others = np.flatnonzero(empty & (status != SiteStatus.REQUIRED))
        minutes = f"{resource.walk_limit_s / 60:g} min"
        for which, what in ((required, "required post"), (others, "site")):
            if len(which):
                idle = counted(
                    len(which),
                    f"{what} of {resource.id!r} reaches",
                    f"{what}s of {resource.id!r} reach",
                )
                sentence = (
                    f"{idle} nobody within {minutes}: "
                    f"{_named(plan, which)}; move them, or look at the streets around them."
                )
                found.append(Doubt("idle", sentence))
    return found


def _named(plan: Plan, sites: Ints) -> str:
    return _some([plan.problem.sites.id[at] for at in sites])


def _left_open(plan: Plan, streets: Streets) -> list[Doubt]:
    """Name bridges and tunnels that closures without a level pass over or under."""
    found = []
    others = np.flatnonzero(~edges_on(streets, None))
    lines = streets.edge_lines()[others]
    for rule in plan.closing:
        plain = rule.shape is not None and rule.shape.levels is None
        if rule.shape is None or not plain or rule.street or rule.oneway:
            continue
        passed = others[shapely.intersects(rule.shape.xy, lines)]
        if len(passed):
            levels = sorted(set(streets.level[passed].tolist()))
            names = sorted({str(streets.name[edge]) for edge in passed} - {""}) or ["no name"]
            sentence = (
                f"closure {rule.id!r} leaves {counted(len(passed), 'stretch', 'stretches')} of "
                "bridges and tunnels open "
                f"({_some(names)}); to close them write level = "
                f"{';'.join(map(str, [0, *levels]))}, or all."
            )
            found.append(Doubt("open", sentence))
    return found


def _no_way(plan: Plan, streets: Streets) -> list[Doubt]:
    """Name ways that cross neither street nor square: their barriers are paid all the same."""
    if plan.settings.sealed is None or plan.settings.sealed.traffic == "vehicles":
        return []
    squares = streets.squares
    edges, surfaces = shapely.STRtree(streets.edge_lines()), shapely.STRtree(squares.shape)
    empty = [
        way.id
        for way in plan.ways
        if not edges_on(streets, way.levels)[edges.query(way.xy, predicate="intersects")].any()
        and not squares.on(way.levels)[surfaces.query(way.xy, predicate="intersects")].any()
    ]
    if not empty:
        return []
    sentence = (
        f"ways to seal that cross no street on their level are paid all the same: {_some(empty)}; "
        "move them onto a street, or leave them out where nobody walks."
    )
    return [Doubt("way", sentence)]


def _points(sites: int, demand: int, people: float) -> str:
    """Say how many points there are, and for how many people they stand."""
    there = f"{counted(sites, 'site')} and {counted(demand, 'demand point')}"
    return f"{there} ({counted(people, 'person')})"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
