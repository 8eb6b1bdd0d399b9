"""What a plan is solved on: its walks, and who has which posts in reach; timed for what follows."""

import math
from collections.abc import Iterable

from placement.auditing.sealed import refuse_open
from placement.cover.instance_builder import Posting, posting
from placement.cover.survey import Survey, survey
from placement.plan.problem import Plan
from placement.solve.core.stopping import Stop
from placement.solve.questions.capacitated_solver import CapacitatedSolver
from placement.solve.questions.mclp_solver import MclpSolver
from placement.solve.questions.ringed_solver import RingedSolver
from placement.solve.questions.solver import Solver


def measured(
    plan: Plan, stop: Stop, *, counted: Iterable[str] = ()
) -> tuple[Survey, Posting, Stop]:
    """Walk the streets and match people with posts.

    Parameters
    ----------
    plan
        What is asked.
    stop
        The rule of all that is to be done.
    counted
        As for `placement.cover.instance_builder.posting`.

    Returns
    -------
    walks, posts, stop
        The last is the rule of the search: the audit at the end measures once more, and is left as
        much time as this took.

    Raises
    ------
    InputError
        If one gets inside a perimeter that is to be sealed, past all its ways.
    """
    before = stop.left()
    with stop.step("walking the streets"):
        walks = survey(plan)
        refuse_open(plan, walks.streets)
    with stop.step("matching people with posts"):
        posts = posting(plan.problem, walks, counted=tuple(counted))
    took = 0.0 if math.isinf(before) else before - stop.left()
    return walks, posts, stop.keeping(took)


def choose_solver(plan: Plan, walks: Survey) -> Solver:
    """Return the solver for a plan: another one where a resource has lanes, and for rings."""
    if plan.problem.rings is not None:
        return RingedSolver(plan, walks)
    with_lanes = plan.problem.laned is not None
    return CapacitatedSolver(plan, walks) if with_lanes else MclpSolver(plan, walks)
