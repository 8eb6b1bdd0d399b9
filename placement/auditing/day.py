"""The audit of the periods of a day: who is there, who is covered, how far they walk."""

import math

import numpy as np

from placement.auditing.findings import TENTH, Findings
from placement.auditing.periods import rows_of
from placement.auditing.rules import Reach
from placement.plan.period_settings import PeriodSettings
from placement.plan.problem import Plan
from placement.solution import Solution

_DAY_MIN = 24 * 60


def check_periods(plan: Plan, solution: Solution, found: list[Reach], findings: Findings) -> None:
    """Check what a solution says of each period of its plan.

    Parameters
    ----------
    plan, solution
        What was asked and what came out.
    found
        Walks measured anew, each on the ground of its period.
    findings
        Collects what does not hold.
    """
    asked, demand = plan.settings.periods, plan.problem.demand
    told = [(one.name, one.begins, one.ends) for one in solution.periods]
    same = told == [(one.name, _clock(one.span[0]), _clock(one.span[1])) for one in asked]
    findings.require(same, "the periods told are not those of the plan")
    if not same:
        return
    for period, one in zip(asked, solution.periods, strict=True):
        findings.require(
            list(one.closed) == _closed(plan, period),
            f"closed in {period.name!r} are {list(one.closed)}, the plan closes "
            f"{_closed(plan, period)}",
        )
        mine = rows_of(plan, period.name)
        findings.equal(
            f"people in {period.name!r}", one.people or 0.0, math.fsum(demand.people[mine])
        )
        serving = {
            name
            for name, kind in plan.settings.resources.items()
            if not kind.periods or period.name in kind.periods
        }
        known = set(one.covered) == serving and set(one.mean_s) == serving
        findings.require(known, f"cover in {period.name!r} is not told of each that serves in it")
        for resource, reach in zip(plan.problem.resources, found, strict=True):
            if not known or resource.id not in serving:
                continue
            seconds = np.where(reach.within, reach.seconds, math.inf)[reach.is_open][:, mine]
            nearest = seconds.min(axis=0) if len(seconds) else np.full(mine.sum(), math.inf)
            met = np.isfinite(nearest)
            people = demand.people[mine][met]
            covered, what = math.fsum(people), f"by {resource.id!r} in {period.name!r}"
            findings.equal(f"people covered {what}", one.covered[resource.id], covered)
            mean = math.fsum(people * nearest[met]) / covered if covered else 0.0
            findings.equal(f"mean walk {what}", one.mean_s[resource.id], mean, within=TENTH)


def _closed(plan: Plan, period: PeriodSettings) -> list[str]:
    """Return the closures that hold at any minute of a period."""
    begins, ends = period.span
    day = next(one.plan for one in plan.periods if one.name == period.name)
    layer = plan.closing if period.layers.closures is None else day.closing
    names = []
    for rule in layer:
        since = rule.hours[0] if rule.hours else 0
        lasts = (rule.hours[1] - since) % _DAY_MIN if rule.hours else _DAY_MIN
        if any((minute - since) % _DAY_MIN < lasts for minute in range(begins, ends)):
            names.append(rule.id)
    return sorted(names)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
