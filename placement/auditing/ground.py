"""The audit of the ground: time and closures, points left out, cover through the day, walks."""

import math
from dataclasses import replace

import numpy as np

from placement.auditing.day import check_periods
from placement.auditing.entry import going_on, may_enter
from placement.auditing.findings import AT_LIMIT, TENTH, Findings
from placement.auditing.periods import people_of
from placement.auditing.recount import to_demand
from placement.auditing.rules import Reach
from placement.cover.ground import ground
from placement.cover.survey import Survey, survey
from placement.plan.problem import Plan
from placement.solution import Period, Solution

_DAY_MIN = 24 * 60
_TIE = 1e-9  # of the people: where a share ends just between two walks, either is right


def check_ground(
    plan: Plan, solution: Solution, walks: Survey, found: list[Reach], findings: Findings
) -> None:
    """Check what a solution says of its time, closures, unsnapped points and walks by area.

    Parameters
    ----------
    plan, solution
        What was asked and what came out.
    walks
        Says where points meet the streets, and nothing else is taken from it.
    found
        Walks measured anew.
    findings
        Collects what does not hold.
    """
    told = None if solution.at is None else _minutes(solution.at)
    findings.require(
        told == (plan.at if plan.timed else None),
        f"the posts are for {solution.at}, the plan is made for another time of the day",
    )
    findings.require(
        solution.closures == plan.closed,
        f"closed for this run are {list(solution.closures)}, the plan was read with "
        f"{list(plan.closed)}",
    )
    if solution.attribution is not None:  # earlier versions did not say
        parts = [walks, *(survey(period.plan) for period in plan.periods)]
        made = {one.streets.attribution for one in parts if one.streets is not None}
        owed = "; ".join(sorted(made - {""}))
        findings.require(
            solution.attribution == owed,
            f"the streets are said to be {solution.attribution!r}, they are {owed!r}",
        )
    _check_unsnapped(plan, solution, walks, findings)
    if plan.periods:
        check_periods(plan, solution, found, findings)
    elif plan.streets is not None:
        _check_periods(plan, solution, walks, found, findings)
    else:
        findings.require(not solution.periods, "periods are given, and walks are straight lines")
    findings.require(
        set(solution.areas) == {resource.id for resource in plan.problem.resources},
        "walks by area are not given for each of the plan's resources",
    )
    for resource, reach in zip(plan.problem.resources, found, strict=True):
        _check_areas(plan, solution, resource.id, reach, findings)


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _check_unsnapped(plan: Plan, solution: Solution, walks: Survey, findings: Findings) -> None:
    sites, demand = plan.problem.sites, plan.problem.demand
    told = solution.unsnapped
    lost_sites = sorted(sites.id[at] for at in walks.unsnapped_sites)
    lost = sorted(demand.id[at] for at in walks.unsnapped_demand)
    findings.require(
        (list(told.sites), list(told.demand)) == (lost_sites, lost)
        if told is not None
        else not (lost_sites or lost),
        "the points said to be too far from any street are not those that are",
    )
    if told is not None:
        people = math.fsum(demand.people[walks.unsnapped_demand])
        findings.equal("people too far from any street", told.people, people)


def _check_periods(
    plan: Plan, solution: Solution, walks: Survey, found: list[Reach], findings: Findings
) -> None:
    """Check that the periods are the whole day, and what is covered in each."""
    told = solution.periods
    if not plan.timed:
        findings.require(not told, "periods are given, and no closure has hours")
        return
    findings.require(bool(told), "the periods of the day are missing")
    lengths = [(_minutes(one.ends) - _minutes(one.begins)) % _DAY_MIN or _DAY_MIN for one in told]
    follows = all(one.ends == told[(at + 1) % len(told)].begins for at, one in enumerate(told))
    findings.require(
        follows and sum(lengths) == _DAY_MIN, "the periods do not make up the day, each once"
    )
    for period, length in zip(told, lengths, strict=True):
        begins = _minutes(period.begins)
        # what holds may change at a whole minute, so each of them is looked at
        steady = all(
            _holding(plan, (begins + minute) % _DAY_MIN) == sorted(period.closed)
            for minute in range(length)
        )
        findings.require(steady, f"other closures hold in the period from {period.begins}")
        _check_period(plan, period, walks, found, findings)


def _holding(plan: Plan, minute: int) -> list[str]:
    """Return the closures that hold at a minute of the day."""
    names = []
    for rule in plan.closing:
        begins, ends = rule.hours or (0, 0)
        since = (minute - begins) % _DAY_MIN
        if rule.hours is None or since < (ends - begins) % _DAY_MIN:
            names.append(rule.id)
    return sorted(names)


def _check_period(
    plan: Plan, period: Period, walks: Survey, found: list[Reach], findings: Findings
) -> None:
    here = ground(plan, at=_minutes(period.begins))
    then = Survey(
        streets=here.plain.streets,
        sites=here.plain.sites,
        demand=here.plain.demand,
        walk={},
        near={},
        unsnapped_sites=walks.unsnapped_sites,
        unsnapped_demand=walks.unsnapped_demand,
        step_free=here.step_free,
    )
    findings.require(
        set(period.covered) == {resource.id for resource in plan.problem.resources},
        f"cover from {period.begins} is not given for each of the plan's resources",
    )
    for resource, reach in zip(plan.problem.resources, found, strict=True):
        seconds = to_demand(
            plan, then, resource, reach.site[reach.is_open], at=_minutes(period.begins)
        )
        gates = [plan.problem.sites.id[site] for site in reach.site[reach.is_open]]
        near = seconds <= resource.walk_limit_s * AT_LIMIT
        enters = may_enter(plan, resource.id, gates)
        if plan.settings.rings and plan.problem.resource_index(resource.id) == plan.problem.laned:
            at_once = replace(plan, at=_minutes(period.begins))
            enters = enters & going_on(at_once, then, resource.id, gates)
        within = (near & enters).any(axis=0)
        findings.equal(
            f"people within reach of {resource.id!r} from {period.begins}",
            period.covered.get(resource.id, math.nan),
            math.fsum(plan.problem.demand.people[within]),
        )


def _check_areas(
    plan: Plan,
    solution: Solution,
    resource: str,
    reach: Reach,
    findings: Findings,
) -> None:
    """Check the walks of each area: how many walk no longer, and how many walk as long."""
    demand, served = plan.problem.demand, people_of(plan, resource)
    names = _areas(plan)
    seconds = np.where(reach.within, reach.seconds, math.inf)[reach.is_open]
    nearest = seconds.min(axis=0) if len(seconds) else np.full(len(demand), math.inf)
    told = solution.areas.get(resource, {})
    points: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        if served[at] > 0:
            points.setdefault(name, []).append(at)
    present = set(points)
    findings.require(
        set(told) == present, f"walks to {resource!r} are not given for each area, once"
    )
    for name in sorted(present & set(told)):
        mine = np.array(points[name])
        walks, what = told[name], f"to {resource!r} in {name!r}"
        reached = mine[np.isfinite(nearest[mine])]
        order = np.argsort(nearest[reached], kind="stable")
        people, walk = demand.people[reached][order], nearest[reached][order]
        total, run = math.fsum(people), np.cumsum(people)
        findings.equal(f"people {what}", walks.people, math.fsum(demand.people[mine]))
        findings.equal(f"people within reach {what}", walks.within, total)
        for words, share, second in (
            ("median", 0.5, walks.median_s),
            ("95th percentile", 0.95, walks.p95_s),
            ("longest", 1.0, walks.longest_s),
        ):
            findings.require(
                (second is None) == (total == 0), f"the {words} of walks {what} is missing or idle"
            )
            if second is None or total == 0:
                continue
            low, high = (
                float(walk[min(int(np.searchsorted(run, edge * run[-1])), len(walk) - 1)])
                for edge in (share - _TIE, share + _TIE)
            )
            findings.require(
                low - TENTH <= second <= high + TENTH
                and bool((np.abs(walk - second) <= TENTH).any()),
                f"the {words} of walks {what} is {second:g} s, recomputed {low:.10g} s",
            )


def _areas(plan: Plan) -> list[str]:
    """Return the area of each demand point."""
    demand = plan.problem.demand
    drawn = {shape.id for shape in plan.areas}
    names = []
    for point, zone, slow in zip(demand.id, demand.zone, demand.step_free, strict=True):
        area, mark, _ = point.rpartition("#")
        when = point.partition(":")[0] + ":" if plan.settings.periods else ""
        name = area if mark and area in drawn else when + (demand.zones[zone] or "elsewhere")
        names.append(name + "~step-free" * bool(slow))
    return names
