"""Who may enter where, for the audit: read from the tables of the plan file, by code of its own."""

import math
from collections.abc import Sequence

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.auditing.findings import AT_LIMIT
from placement.auditing.recount import to_sites
from placement.cover.survey import Survey, survey
from placement.plan.problem import Plan, Resource


def may_enter(plan: Plan, resource: str, sites: Sequence[str]) -> Bools:
    """Return (sites, M) bool, whether the people of each demand point may enter by each site.

    Parameters
    ----------
    plan
        What was asked.
    resource
        Whose posts stand there.
    sites
        Identifiers.
    """
    demand = plan.problem.demand
    gates = {
        table.zone: set(table.gates)
        for table in plan.settings.zones
        if table.resource == resource and table.gates
    }
    taken = {site for theirs in gates.values() for site in theirs}
    ring_of = {site: set(ring.sites) for ring in plan.settings.rings for site in ring.sites}
    zones = [demand.zones[at] for at in demand.zone.tolist()]
    may = np.ones((len(sites), len(demand)), dtype=np.bool_)
    if gates:
        for line, site in zip(may, sites, strict=True):
            beside = ring_of.get(site)  # a zone binds its people in the rings of its gates
            line[:] = [
                site in gates[zone]
                if zone in gates and (beside is None or gates[zone] & beside)
                else site not in taken
                for zone in zones
            ]
    return may


def headroom_at(plan: Plan, resource: Resource, site: str) -> float:
    """Return the share of what lanes admit at a site that the plan counts on.

    That of the run, else the least of the zones that enter there, else that of the lanes.
    """
    given = plan.settings.resources[resource.id].lanes
    if given is None or plan.headroom is not None:
        return 1.0 if plan.headroom is None else plan.headroom
    own = [
        table.headroom
        for table in plan.settings.zones
        if table.resource == resource.id and site in table.gates and table.headroom is not None
    ]
    return min(own, default=given.headroom)


def levels_of(plan: Plan) -> dict[str, int]:
    """Return the ring of each site among those that screen people, 0 the outermost."""
    screening = [ring for ring in plan.settings.rings if ring.screens == "people"]
    return {site: level for level, ring in enumerate(screening) for site in ring.sites}


def limits_of(plan: Plan) -> list[float]:
    """Return the longest walk to each ring from the one outside it, seconds; 0 to the first."""
    screening = [ring for ring in plan.settings.rings if ring.screens == "people"]
    return [60.0 * (ring.walk_limit_min or 0.0) for ring in screening]


def depths_of(plan: Plan) -> Ints:
    """Return (M,) int64, how many rings the people of each demand point pass."""
    names = [ring.name for ring in plan.settings.rings if ring.screens == "people"]
    last = {zone.zone: zone.ring for zone in plan.settings.zones if zone.ring is not None}
    demand = plan.problem.demand
    zones = [demand.zones[at] for at in demand.zone.tolist()]
    return np.array(
        [names.index(last[zone]) + 1 if zone in last else len(names) for zone in zones],
        dtype=np.int64,
    )


def from_gate_to_gate(plan: Plan, walks: Survey, resource: str, at: Ints) -> list[Floats]:
    """Return the walks between sites, at the usual pace and without steps, while lanes are open.

    Parameters
    ----------
    plan, walks
        What was asked, and where points meet the streets.
    resource
        The one with lanes; in a plan with periods it names the one in which they open.
    at
        (n,) int64, positions of the sites.

    Returns
    -------
    list of (n, n) float64
        Seconds, infinite where far beyond the limits of the rings.
    """
    serves = plan.settings.resources[resource].periods
    names = [one.name for one in plan.settings.periods]
    if names:
        plan = plan.periods[names.index(serves[0]) if serves else 0].plan
        walks = survey(plan)
    limit_s = max(limits_of(plan), default=0.0)
    return [
        to_sites(plan, walks, at, at, limit_s=limit_s, step_free=slow) for slow in (False, True)
    ]


def going_on(plan: Plan, walks: Survey, resource: str, sites: Sequence[str]) -> Bools:
    """Return (sites, M) bool, who gets by each site, as a gate of the first ring, all the way in.

    Any site that may have a gate will do farther in, whether it has one or not.
    """
    level, limits, depth = levels_of(plan), limits_of(plan), depths_of(plan)
    known = plan.problem.sites
    kind = plan.problem.resource_index(resource)
    may_have = [site for at, site in enumerate(known.id) if known.allowed[at, kind]]
    inside = [site for site in may_have if level.get(site, -1) >= 0]
    at = np.array([known.id.index(site) for site in inside], dtype=np.int64)
    pace = from_gate_to_gate(plan, walks, resource, at)
    enters = may_enter(plan, resource, inside)
    slow = plan.problem.demand.step_free
    # from the innermost ring outwards: who may stand at a gate and get to the end from there
    ends = np.zeros((len(inside), len(depth)), dtype=np.bool_)
    for ring in range(len(limits) - 1, -1, -1):
        for n, site in enumerate(inside):
            if level[site] != ring:
                continue
            onward = np.zeros(len(depth), dtype=np.bool_)
            for m, other in enumerate(inside):
                if level[other] == ring + 1:
                    seconds = np.where(slow, pace[1][n, m], pace[0][n, m])
                    onward |= (seconds <= limits[ring + 1] * AT_LIMIT) & ends[m]
            ends[n] = enters[n] & ((depth == ring + 1) | ((depth > ring + 1) & onward))
    found = np.zeros((len(sites), len(depth)), dtype=np.bool_)
    for line, site in zip(found, sites, strict=True):
        if level.get(site) == 0 and site in inside:
            line[:] = ends[inside.index(site)]
    return found


def longest_walk_s(plan: Plan, resource: str) -> float:
    """Return how far anybody may walk to the last gate they pass, seconds."""
    first = plan.problem.resources[plan.problem.resource_index(resource)].walk_limit_s
    return first + math.fsum(limits_of(plan))
