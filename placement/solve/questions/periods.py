"""What the chosen posts cover through the day, while closures begin and end."""

import math

import numpy as np

from placement.arrays import Ints
from placement.cover.ground import ground
from placement.cover.survey import to_demand
from placement.plan.clock import clock_of
from placement.plan.ground import parts_of_day
from placement.plan.problem import Plan
from placement.solution import Period

_PLACES = 6


def periods(plan: Plan, units: Ints) -> tuple[Period, ...]:
    """Walk the day with the posts as they are.

    Parameters
    ----------
    plan
        What was asked.
    units
        (N, K) int64, units of every post, 0 where there is none.

    Returns
    -------
    tuple of Period
        In the order of the day; empty where no closure has hours or walks are straight lines.
    """
    if plan.streets is None or not plan.timed:
        return ()
    people = plan.problem.demand.people
    found = []
    for begins, ends, holding in parts_of_day(plan.closing):
        here = ground(plan, at=begins)
        covered = {}
        for position, resource in enumerate(plan.problem.resources):
            walks = to_demand(plan.problem, here, resource, np.flatnonzero(units[:, position]))
            if position in plan.problem.entries:
                walks = plan.problem.entries[position].only(walks)
            covered[resource.id] = round(math.fsum(people[np.diff(walks.indptr) > 0]), _PLACES)
        found.append(
            Period(
                begins=clock_of(begins),
                ends=clock_of(ends),
                closed=tuple(sorted(rule.id for rule in holding)),
                covered=covered,
            )
        )
    return tuple(found)
