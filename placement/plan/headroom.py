"""Headroom of lanes: the share of their capacity that one run plans with."""

from dataclasses import replace

from placement.errors import UsageError
from placement.plan.problem import Plan


def with_headroom(plan: Plan, share: float) -> Plan:
    """Return a plan whose lanes are planned with another share of what they admit.

    Parameters
    ----------
    plan
        A loaded plan.
    share
        Above 0, 1 at most, in place of the plan's ``headroom``.

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
    return replace(
        plan,
        problem=replace(plan.problem, resources=resources),
        headroom=None if share == given.headroom else share,
    )
