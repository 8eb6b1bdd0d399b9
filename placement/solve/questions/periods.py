"""What the chosen posts cover through the day: by its periods, or while closures begin and end."""

import math

import numpy as np

from placement.arrays import Ints
from placement.cover.ground import ground
from placement.cover.survey import Survey, to_posts
from placement.plan.clock import clock_of
from placement.plan.ground import parts_of_day
from placement.plan.problem import Plan
from placement.solution import Period

_PLACES = 6


def periods(plan: Plan, walks: Survey, units: Ints) -> tuple[Period, ...]:
    """Walk the day with the posts as they are.

    Parameters
    ----------
    plan, walks
        What was asked.
    units
        (N, K) int64, units of every post, 0 where there is none.

    Returns
    -------
    tuple of Period
        In the order of the day; empty where the plan has no periods, and no closure has hours or
        walks are straight lines.
    """
    if plan.periods:
        return _of_plan(plan, walks, units)
    if plan.streets is None or not plan.timed:
        return ()
    people = plan.problem.demand.people
    found = []
    for begins, ends, holding in parts_of_day(plan.closing):
        here = ground(plan, at=begins)
        covered = {}
        for position, resource in enumerate(plan.problem.resources):
            table = to_posts(plan.problem, here, position, np.flatnonzero(units[:, position]))
            covered[resource.id] = round(math.fsum(people[np.diff(table.indptr) > 0]), _PLACES)
        found.append(
            Period(
                begins=clock_of(begins),
                ends=clock_of(ends),
                closed=tuple(sorted(rule.id for rule in holding)),
                covered=covered,
            )
        )
    return tuple(found)


def _of_plan(plan: Plan, walks: Survey, units: Ints) -> tuple[Period, ...]:
    """Count who is covered in each period of a plan, and how far they walk."""
    problem, found = plan.problem, []
    for number, period in enumerate(plan.periods):
        people = problem.demand.people[period.points]
        covered, mean_s = {}, {}
        for position, kind in enumerate(problem.resources):
            if kind.periods is not None and number not in kind.periods:
                continue
            table = walks.walk[kind.id][:, np.flatnonzero(units[:, position])].tocsc()
            nearest = np.full(len(problem.demand), np.inf)
            np.minimum.at(nearest, table.indices, table.data)
            walk_s = nearest[period.points]
            met = np.isfinite(walk_s)
            total = math.fsum(people[met])
            covered[kind.id] = round(total, _PLACES)
            mean_s[kind.id] = round(float(people[met] @ walk_s[met]) / total, 1) if total else 0.0
        found.append(
            Period(
                begins=clock_of(period.begins),
                ends=clock_of(period.ends),
                closed=period.closed,
                covered=covered,
                name=period.name,
                people=round(math.fsum(people), _PLACES),
                mean_s=mean_s,
            )
        )
    return tuple(found)
