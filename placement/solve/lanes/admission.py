"""Plans with lanes: choose gates and lanes, send people with the least walk, run the queues."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from placement.cover.instance import Instance
from placement.cover.laned import laned, row_walks
from placement.cover.lanes import Lanes
from placement.cover.posting import Posting
from placement.cover.survey import Survey
from placement.errors import InfeasibleError
from placement.plan.clock import clock_of
from placement.plan.problem import LanesRule, Problem
from placement.solve.lanes.engine import impossible, solve_lanes
from placement.solve.lanes.queues import queue, split
from placement.solve.record import Outcome
from placement.solve.solution import Admission, Gate
from placement.solve.stop import Progress, Stop

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

DUST = 0.05
"""People who are no queue yet: what rounding leaves at a gate."""

_PLACES = 4  # people, so that the solver's own dust is not shown


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Admitted:
    """Who is admitted where, and when.

    Attributes
    ----------
    position
        Of the resource that has lanes.
    people
        (M,) float64, people admitted of each demand point; of people who are worth the same and
        have the same gates in reach, everywhere the same share.
    told
        What the solution says of it.
    """

    position: int
    people: Floats
    told: Admission


def solve(
    posts: Posting,
    problem: Problem,
    *,
    stop: Stop,
    gap: float,
    seed: int,
    progress: Progress | None = None,
) -> tuple[Outcome, Posting, Floats]:
    """Choose posts and lanes.

    Parameters
    ----------
    posts, problem
        The candidate posts, and what is asked; one resource has lanes.
    stop, gap, seed, progress
        As in `placement.solve.lanes.engine.solve_lanes`.

    Returns
    -------
    outcome
        Columns and proof; "optimal" is within 1e-6 of the objective.
    posts
        The same candidate posts, those of the plan with the lanes it gives them.
    admitted
        (R,) float64, people of each laned row who are admitted.
    """
    instance, lanes = laned(problem, posts)
    found = solve_lanes(instance, lanes, stop=stop, gap=gap, seed=seed, progress=progress)
    units = np.where(lanes.gate, np.maximum(found.lanes, lanes.least), posts.units)
    return found, replace(posts, units=units), np.minimum(found.admitted, lanes.people)


def admission(
    posts: Posting, problem: Problem, walks: Survey, chosen: Ints, admitted: Floats
) -> Admitted:
    """Send the admitted people to gates with the least walk in all, and run the queues.

    Parameters
    ----------
    posts, problem, walks
        The candidate posts with their lanes, what is asked, and the walks.
    chosen
        Open columns.
    admitted
        (R,) float64, people of each laned row who are admitted.

    Returns
    -------
    Admitted
    """
    position = problem.laned
    rule = None if position is None else problem.resources[position].lanes
    if position is None or rule is None:
        raise ValueError("no resource of the problem has lanes")
    instance, lanes = laned(problem, posts)
    count = np.where(lanes.gate, posts.units, 0)
    sent = split(
        instance,
        lanes,
        chosen=chosen,
        count=count,
        admitted=admitted,
        walk=row_walks(problem, posts, walks),
    )
    # the split may leave a millionth of a person a row to the solver's tolerance
    given = np.bincount(sent.row, weights=sent.people, minlength=instance.rows)
    people = sent.people * (admitted / np.maximum(given, 1e-12))[sent.row]
    total = math.fsum(people)
    gates: dict[str, Gate] = {}
    for column in sorted(np.intersect1d(chosen, np.flatnonzero(lanes.gate)).tolist()):
        mine = sent.column == column
        coming = np.bincount(
            sent.period[mine], weights=people[mine], minlength=lanes.arrivals.periods
        )
        name = f"{problem.sites.id[posts.site[column]]}/{problem.resources[position].id}"
        gates[name] = _gate(np.round(coming, _PLACES), rule, int(count[column]))
    told = Admission(
        resource=problem.resources[position].id,
        opens=clock_of(rule.opens_min),
        closes=clock_of(rule.closes_min),
        period_min=rule.period_min,
        mean_walk_s=round(sent.walk / total, 1) if total else 0.0,
        gates=dict(sorted(gates.items())),
    )
    row_of = posts.row_of[position]
    met = row_of >= 0
    part = np.zeros(len(problem.demand))
    part[met] = (admitted / np.maximum(posts.people, 1e-12))[row_of[met]]
    return Admitted(position=position, people=part * problem.demand.people, told=told)


def conflict(problem: Problem, posts: Posting, *, stop: Stop) -> InfeasibleError:
    """Return the error that names rules that no plan with lanes can keep together.

    Floors that differ in their zone alone are taken together. As long as the relaxation still shows
    that the others clash, rules are left out; it never shows that they do not, so what is named may
    hold more than is needed.

    Parameters
    ----------
    problem, posts
        The candidate posts, and what is asked; no plan keeps every rule.
    stop
        When to stop.
    """
    instance, lanes = laned(problem, posts)
    rest, named = instance, []
    for name, floors in _alike(problem).items():
        without = tuple(rule for rule in rest.rules if rule.name not in floors)
        fewer = replace(rest, rules=without)
        if impossible(fewer, lanes, stop=stop):
            rest = fewer
        else:
            named.append(name)
    remedies: tuple[str, ...] = ()
    if rest is not instance or impossible(instance, lanes, stop=stop):
        low = _too_little(instance, lanes, stop=stop)
        if low is None:
            remedies = ("no budget would do",)
        elif low > instance.budget:
            remedies = (f"no budget up to {low:.10g} would do",)
    rules = (f"budget {problem.budget:.10g}", *named)
    if problem.laned is not None:
        rules += (f"resources.{problem.resources[problem.laned].id}.lanes",)
    return InfeasibleError(
        f"no plan keeps every rule: {', '.join(rules)} are conflicting (some of them may not be "
        f"needed for it, and other rules may add to it){''.join(f'; {one}' for one in remedies)}.",
        rules=rules,
        remedies=remedies,
    )


def _alike(problem: Problem) -> dict[str, set[str]]:
    """Return the names of floors that differ in their zone alone, by what to call them together."""
    demand = problem.demand
    found: dict[str, dict[str, str]] = {}
    for floor in problem.floors:
        zone = f"zone {demand.zones[demand.zone[floor.points[0]]]!r}"
        found.setdefault(floor.name.replace(zone, "{}"), {})[floor.name] = zone
    return {
        words.replace(
            "{}", next(iter(names.values())) if len(names) == 1 else f"{len(names)} zones"
        ): set(names)
        for words, names in found.items()
    }


def _too_little(instance: Instance, lanes: Lanes, *, stop: Stop) -> float | None:
    """Return a budget that is shown to be too small, by bisection; None if every one is."""
    low = math.floor(instance.budget)
    high = math.ceil(math.fsum(instance.cost) + math.fsum(lanes.lane_cost * lanes.most))
    if impossible(instance.with_budget(high), lanes, stop=stop):
        return None
    while high - low > max(1, low // 100) and not stop.reached():
        middle = (low + high) // 2
        if impossible(instance.with_budget(middle), lanes, stop=stop):
            low = middle
        else:
            high = middle
    return float(low)


def _gate(coming: Floats, rule: LanesRule, lanes: int) -> Gate:
    """Run the queue of one gate on the figures as they are written."""
    found = queue(coming, rule.lane_people * lanes, dust=DUST)
    window = rule.closes_min - rule.opens_min
    wait = round(found.longest_wait * window, 1)
    clears = None
    if wait > 0 and len(found.spells):
        last = float(found.spells[-1, 1]) * window
        clears = clock_of(rule.opens_min + math.ceil(min(last, window) - 0.01))
    return Gate(
        sent=tuple(coming.tolist()),
        admitted=tuple(np.round(found.admitted, _PLACES).tolist()),
        longest_wait_min=wait,
        clears=clears,
    )
