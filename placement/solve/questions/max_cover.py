"""From a plan to an audited solution: the pipeline, readable from top to bottom."""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from placement.auditing.audit import audit
from placement.errors import AuditError, NoPlanError, UsageError
from placement.plan.problem import Plan
from placement.solution import Solution, Status, remember
from placement.solve.core.incumbent import Outcome
from placement.solve.core.stopping import Effort, Progress, Stop
from placement.solve.questions.baseline import bind, check_wishes, start
from placement.solve.questions.measured import choose_solver, measured
from placement.solve.questions.report import write_up

_EXPLAIN_S = 30.0  # most seconds for saying why there is no plan


def optimise(  # noqa: PLR0913 - an option each
    plan: Plan,
    *,
    budget: float | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    baseline: Solution | None = None,
    max_changes: int | None = None,
    change_price: float = 0.0,
    lock: Iterable[str] = (),
    forbid: Iterable[str] = (),
    progress: Progress | None = None,
    chosen: Callable[[], None] | None = None,
    within: Stop | None = None,
) -> Solution:
    """Choose posts that cover the most people within the budget and every rule.

    The plan is measured on its streets, solved as a maximal covering location problem (Church &
    ReVelle 1974), given the shorter walks among equals, and audited.

    Parameters
    ----------
    plan
        A loaded plan.
    budget
        Most to spend, in the plan's unit; the plan's own budget if None.
    time_limit
        Seconds, or None. At the limit, as at Ctrl-C, the best plan so far is returned.
    gap
        Relative gap that is good enough; 0 asks for proof.
    seed
        Of the search for a first plan.
    baseline
        The agreed plan: the solution says what moved against it, and what each change bought.
    max_changes
        Most posts that may open or close against `baseline`; a post that moves is two changes.
    change_price
        What each change takes off the objective.
    lock, forbid
        Posts, as ``"<site>/<resource>"``, that must be open, or closed.
    progress
        Called with seconds, objective and bound.
    chosen
        Called once, when the search has ended and the plan is to be audited: of a large plan that
        takes as long again.
    within
        A stop rule that runs already, of a command for instance, and is not to be outlasted.

    Returns
    -------
    Solution
        Already audited.

    Raises
    ------
    UsageError
        If an option is out of range.
    InputError
        If the streets cannot be read.
    InfeasibleError
        If no plan keeps every rule; it names the rules that clash, and what would do.
    NoPlanError
        If no plan was found within the limit.
    KeyboardInterrupt
        If Ctrl-C came before any plan.
    AuditError
        If a figure does not hold when recomputed; nothing to be expected, and nothing to be hidden.
    """
    stop = Stop(checked("time_limit", time_limit), within=within)
    gap = checked("gap", gap) or 0.0
    if budget is not None:
        plan = with_budget(plan, budget)
    wish = check_wishes(
        baseline=baseline,
        max_changes=max_changes,
        change_price=change_price,
        lock=lock,
        forbid=forbid,
    )
    if wish.price and len(plan.problem.demand.tiers) > 1:
        raise UsageError("a price on changes has no place among tiers: limit the changes instead.")
    walks, posts, stop = measured(plan, stop)
    posts = bind(posts, plan.problem, wish)
    solver = choose_solver(plan, walks)
    with stop.catching_interrupts():
        effort = Effort(stop=stop, gap=gap, seed=seed, progress=progress)
        best = solver.best(posts, effort, start=start(posts, plan.problem, wish), shares={})
        if best.outcome.status is Status.INFEASIBLE:
            raise solver.conflict(posts, wish=wish, stop=stop.explaining(_EXPLAIN_S))
        _require_plan(best.outcome, stop)
    if chosen is not None:
        chosen()
    return audited(plan, write_up(plan, walks, best, wish=wish))


def _require_plan(outcome: Outcome, stop: Stop) -> None:
    """Check that a plan was found.

    Raises
    ------
    NoPlanError
        If there is none.
    KeyboardInterrupt
        If Ctrl-C came before it.
    """
    if outcome.chosen is None or (outcome.status is not Status.OPTIMAL and _is_empty(outcome)):
        if stop.interrupted:
            raise KeyboardInterrupt
        raise NoPlanError(
            "no plan was found within the limit, and none was shown to be impossible; "
            "give more time with --time-limit."
        )


def audited(plan: Plan, solution: Solution) -> Solution:
    """Return a solution that was checked, and is remembered with its plan.

    Raises
    ------
    AuditError
        If a figure does not hold when recomputed.
    """
    report = audit(plan, solution)
    if not report.ok:
        raise AuditError(report.findings)
    remember(solution, plan)
    return solution


def _is_empty(outcome: Outcome) -> bool:
    """Tell whether the plan is the one that opens nothing: what a search starts from."""
    return outcome.chosen is not None and len(outcome.chosen) == 0


def with_budget(plan: Plan, budget: float) -> Plan:
    """Return a plan with another budget.

    Raises
    ------
    UsageError
        If the budget is negative or not a finite number.
    """
    amount = checked("budget", budget)
    if amount is None or math.isinf(amount):
        raise UsageError(f"budget is {budget}: give a finite number of 0 or more.")
    return replace(plan, problem=replace(plan.problem, budget=amount))


def checked(name: str, value: float | None) -> float | None:
    """Refuse a number that is not 0 or more."""
    if value is not None and not value >= 0:
        raise UsageError(f"{name} is {value}: give a number of 0 or more.")
    return value
