"""Who is within reach of what: walks as the audit measures them, people alike put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from placement.arrays import Bools, Ints
from placement.auditing.findings import AT_LIMIT
from placement.auditing.recount import to_demand, to_sites
from placement.auditing.rings import through
from placement.auditing.rules import Reach
from placement.cover.survey import Survey
from placement.plan.problem import Plan, Resource
from placement.prove.program import exact

_AT_ONCE = 64  # sites whose walks are held at a time


type _Ways = Sequence[tuple[int, ...]]
type _Alike = tuple[tuple[int, ...], int, tuple[int, ...], bool, int, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """People whom the same posts of a resource reach and the same rules count.

    Attributes
    ----------
    ways
        Each way to be covered, as the positions of the sites that all need a post: one site, or in
        rings one of each ring.
    people, worth
        How many they are, and what covering them once for certain is worth.
    tier
        Their tier.
    floors
        Positions, among the plan's floors, of those that count them.
    backed
        Whether a second post counts again.
    arrival
        Arrival profile.
    """

    ways: tuple[tuple[int, ...], ...]
    people: Fraction
    worth: Fraction
    tier: int
    floors: tuple[int, ...]
    backed: bool
    arrival: int

    @property
    def sites(self) -> tuple[int, ...]:
        """Positions of the sites of all ways, in order."""
        return tuple(sorted({site for way in self.ways for site in way}))


def crowds_of(plan: Plan, walks: Survey, position: int) -> list[Crowd]:
    """Put the demand points together that a resource, by position, cannot tell apart."""
    problem = plan.problem
    demand, resource = problem.demand, problem.resources[position]
    ways, reach = _reach(plan, walks, position)
    floors: list[list[int]] = [[] for _ in range(len(demand))]
    for at, floor in enumerate(problem.floors):
        if floor.resource == position:
            for point in floor.points.tolist():
                floors[point].append(at)
    backed = np.zeros(len(demand), dtype=np.bool_)
    if position in problem.backup:
        backed[problem.backup[position].points] = True
    value = exact(resource.value)
    sums: dict[_Alike, tuple[Fraction, Fraction]] = {}
    for at in np.flatnonzero((demand.people > 0) & reach.any(axis=0)).tolist():
        priority = float(demand.priority[at])
        key = (
            tuple(np.flatnonzero(reach[:, at]).tolist()),
            int(demand.tier[at]),
            tuple(floors[at]),
            bool(backed[at]),
            int(demand.arrival[at]),
            priority if resource.lanes is not None else None,
        )
        people = exact(demand.people[at])
        before = sums.get(key, (Fraction(0), Fraction(0)))
        sums[key] = before[0] + people, before[1] + people * value * exact(priority)
    return [
        Crowd(
            ways=tuple(ways[way] for way in key[0]),
            people=people,
            worth=worth,
            tier=key[1],
            floors=key[2],
            backed=key[3],
            arrival=key[4],
        )
        for key, (people, worth) in sums.items()
    ]


def _reach(plan: Plan, walks: Survey, position: int) -> tuple[_Ways, Bools]:
    """Return every way to be covered by posts of a resource, and (ways, M) bool: whom it covers."""
    problem = plan.problem
    resource = problem.resources[position]
    reach = np.zeros((len(problem.sites), len(problem.demand)), dtype=np.bool_)
    where = np.flatnonzero(problem.sites.allowed[:, position])
    if problem.rings is not None and position == problem.laned:
        return _through_rings(plan, walks, resource, where)
    gates = {
        rule.zone: frozenset(rule.gates)
        for rule in plan.settings.zones
        if rule.resource == resource.id
    }
    for first in range(0, len(where), _AT_ONCE):
        some = where[first : first + _AT_ONCE]
        seconds = to_demand(plan, walks, resource, some)
        reach[some] = seconds <= resource.walk_limit_s * AT_LIMIT
    for site, point in np.argwhere(reach).tolist() if gates else ():
        reach[site, point] = _enters(plan, gates, site, point)
    return [(site,) for site in range(len(reach))], reach


def _through_rings(
    plan: Plan, walks: Survey, resource: Resource, where: Ints
) -> tuple[_Ways, Bools]:
    """Return every way through the rings by gates that may be opened, as the audit walks them."""
    seconds = to_demand(plan, walks, resource, where)
    names = [plan.problem.sites.id[site] for site in where.tolist()]
    every = np.ones(len(where), dtype=np.int64)
    reach = Reach(
        posts=tuple(f"{name}/{resource.id}" for name in names),
        site=where,
        is_open=every > 0,
        units=every,
        least=every,
        seconds=seconds,
        within=seconds <= resource.walk_limit_s * AT_LIMIT,
    )
    found = through(plan, walks, reach, resource.id)
    site_of = dict(zip(reach.posts, where.tolist(), strict=True))
    return [tuple(site_of[gate] for gate in way) for way in found.gates], found.reach.within


def _enters(plan: Plan, gates: Mapping[str, frozenset[str]], site: int, point: int) -> bool:
    """Tell whether the people of a demand point may enter by a site."""
    demand, name = plan.problem.demand, plan.problem.sites.id[site]
    zone = demand.zones[int(demand.zone[point])]
    if zone in gates:
        return name in gates[zone]
    return all(name not in theirs for theirs in gates.values())


def beside(plan: Plan, walks: Survey, resource: Resource) -> Mapping[int, tuple[int, ...]]:
    """Return, for each site, where a post of the other resource would be near enough."""
    if resource.near is None:
        return {}
    sites = plan.problem.sites
    mine = np.flatnonzero(sites.allowed[:, plan.problem.resource_index(resource.id)])
    other = np.flatnonzero(sites.allowed[:, plan.problem.resource_index(resource.near.resource)])
    seconds = to_sites(plan, walks, other, mine, limit_s=resource.near.walk_s)
    near = seconds <= resource.near.walk_s * AT_LIMIT
    return {site: tuple(other[near[:, n]].tolist()) for n, site in enumerate(mine.tolist())}


def too_near(plan: Plan, walks: Survey, resource: Resource) -> list[tuple[int, int]]:
    """Return the pairs of sites that may not both have a post of a resource."""
    sites = plan.problem.sites
    mine = np.flatnonzero(sites.allowed[:, plan.problem.resource_index(resource.id)])
    found = np.zeros((len(mine), len(mine)), dtype=np.bool_)
    if resource.separation_m is not None:
        offset = sites.xy[mine][:, None, :] - sites.xy[mine][None, :, :]
        metres = np.hypot(offset[..., 0], offset[..., 1])
        found |= metres * AT_LIMIT < resource.separation_m
    if resource.separation_s is not None:
        seconds = to_sites(plan, walks, mine, mine, limit_s=resource.separation_s)
        found |= np.minimum(seconds, seconds.T) * AT_LIMIT < resource.separation_s
    pairs = np.argwhere(np.triu(found, 1))
    return [(int(mine[a]), int(mine[b])) for a, b in pairs]
