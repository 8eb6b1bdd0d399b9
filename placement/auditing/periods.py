"""The periods of a day, for the audit: whose people count, and who walks which way."""

import numpy as np

from placement.arrays import Bools, Floats
from placement.plan.period_settings import PeriodSettings
from placement.plan.problem import Plan


def rows_of(plan: Plan, period: str) -> Bools:
    """Return (M,) bool, which demand points are those of a period, by their identifiers."""
    mine = [name.startswith(f"{period}:") for name in plan.problem.demand.id]
    return np.array(mine, dtype=np.bool_)


def people_of(plan: Plan, resource: str) -> Floats:
    """Return (M,) float64, the people whom a resource counts: those of periods it serves in."""
    people = plan.problem.demand.people
    serves = plan.settings.resources[resource].periods
    if not serves:
        return people
    return np.where(np.any([rows_of(plan, one) for one in serves], axis=0), people, 0.0)


def turned_in(period: PeriodSettings, resource: str) -> bool:
    """Say whether everybody walks the other way in a period."""
    return period.directions.get(resource, period.direction) == "out"
