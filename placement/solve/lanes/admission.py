"""Plans with lanes: choose gates and lanes, send people with the least walk, run the queues."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from placement.cover.laned import laned, row_walks
from placement.cover.posting import Posting
from placement.cover.survey import Survey
from placement.errors import InfeasibleError
from placement.plan.clock import clock_of
from placement.plan.problem import LanesRule, Problem
from placement.solve.lanes.engine import solve_lanes
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


def conflict(problem: Problem) -> InfeasibleError:
    """Return the error that says that no plan with lanes keeps every rule.

    Which of the rules clash is not worked out: what is named may hold more than is needed.
    """
    rules = [f"budget {problem.budget:.10g}"]
    if problem.laned is not None:
        rules.append(f"resources.{problem.resources[problem.laned].id}.lanes")
    rules += [floor.name for floor in problem.floors if floor.resource == problem.laned]
    named = ", ".join(rules)
    return InfeasibleError(
        f"no plan keeps every rule: {named} are conflicting (some of them may not be needed for "
        "it, and other rules may add to it).",
        rules=tuple(rules),
    )


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
