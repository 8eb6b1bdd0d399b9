"""Who may enter where, for the audit: read from the tables of the plan file, by code of its own."""

from collections.abc import Sequence

import numpy as np

from placement.arrays import Bools
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
        table.zone: set(table.gates) for table in plan.settings.zones if table.resource == resource
    }
    taken = {site for theirs in gates.values() for site in theirs}
    zones = [demand.zones[at] for at in demand.zone.tolist()]
    may = np.ones((len(sites), len(demand)), dtype=np.bool_)
    if gates:
        for line, site in zip(may, sites, strict=True):
            line[:] = [
                site in gates[zone] if zone in gates else site not in taken for zone in zones
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
