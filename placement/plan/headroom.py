"""Headroom of lanes: the share of their capacity that one run plans with."""

from dataclasses import replace

import numpy as np

from placement.errors import UsageError
from placement.plan.problem import Plan


def with_headroom(plan: Plan, share: float) -> Plan:
    """Return a plan whose lanes are planned with another share of what they admit.

    Parameters
    ----------
    plan
        A loaded plan.
    share
        Above 0, 1 at most, in place of every ``headroom`` of the plan.

    Raises
    ------
    UsageError
        If the share is out of range, or no resource has lanes.
    """
    if isinstance(share, bool) or not 0 < share <= 1:
        raise UsageError(f"headroom is {share}: give a share above 0 and of 1 at most.")
    position = plan.problem.laned
    given = None
    if position is not None:
        resource = plan.problem.resources[position]
        given, rule = plan.settings.resources[resource.id].lanes, resource.lanes
    if position is None or given is None or rule is None:
        raise UsageError(f"{plan.settings.name} has no lanes, so there is no headroom to leave.")
    rule = replace(rule, rate_h=given.planned_rate_h(share), headroom=share)
    resources = tuple(
        replace(one, lanes=rule) if at == position else one
        for at, one in enumerate(plan.problem.resources)
    )
    entries = dict(plan.problem.entries)
    own = False
    if position in entries:  # the run's share is that of every gate
        own = not np.isnan(entries[position].headroom).all()
        none = np.full(len(plan.problem.sites), np.nan)
        entries[position] = replace(entries[position], headroom=none)
    return replace(
        plan,
        problem=replace(plan.problem, resources=resources, entries=entries),
        headroom=None if share == given.headroom and not own else share,
    )
