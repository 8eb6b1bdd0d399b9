"""A plan with lanes that a few units of budget more do not change, unless they buy people.

Where the choice among equals cannot be proven, which of them is found hangs on the way there, and
every budget leads another way. So a budget is first spent up to a round sum, three digits of it,
and what is beyond is spent only where it buys more of what a plan is worth.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal

from placement.cover.instance_builder import Posting
from placement.cover.survey import Survey
from placement.plan.problem import Plan
from placement.solution import Status
from placement.solve.capacitated import admission
from placement.solve.capacitated.settle import Settled, too_many
from placement.solve.capacitated.state import EQUAL, LanesOutcome
from placement.solve.capacitated.walk_improvement import among_equals, bounded
from placement.solve.core.incumbent import Start
from placement.solve.core.lexicographic import Staged
from placement.solve.core.stopping import Effort

_DIGITS = 3  # of a budget that is spent first
_CHOOSING = 0.8  # of the time: sending people of a large plan, and the audit, take seconds as well


def round_sum(budget: float) -> float:
    """Return a budget rounded down to three digits.

    Examples
    --------
    >>> round_sum(2005.0), round_sum(2000.0), round_sum(37.5), round_sum(0.0)
    (2000.0, 2000.0, 37.5, 0.0)
    """
    exact = Decimal(str(budget))
    if not exact:
        return budget
    return float(exact.quantize(Decimal((0, (1,), exact.adjusted() - _DIGITS + 1)), ROUND_FLOOR))


def best_with_lanes(
    plan: Plan,
    posts: Posting,
    walks: Survey,
    effort: Effort,
    *,
    start: Start | None,
    shares: Mapping[str, float],
) -> tuple[Staged[LanesOutcome], Settled | None]:
    """Find a plan of most worth, and of its equals one that more money alone does not change.

    Parameters
    ----------
    plan, posts, walks
        What is asked, the candidate posts with all rules, and the walks.
    start
        A known plan.
    shares
        By resource, the least share of all people to be admitted, at least cost: there no money is
        to be spared.
    effort
        As in `solver.solve_lanes`. With a clock no sum is spent first: there
        the same question has no one answer anyhow.

    Returns
    -------
    staged, best
        What was found, tier by tier, and the plan among its equals; None without a plan.
    """
    stop = effort.stop
    less = round_sum(posts.instance.budget)
    known: Settled | None = None
    if (
        less < posts.instance.budget
        and not shares
        and math.isinf(stop.left())
        and len(posts.tiers) <= 1
        and too_many(plan, posts, walks)
    ):
        cheaper = replace(posts, instance=posts.instance.with_budget(less))
        _, known = best_with_lanes(plan, cheaper, walks, effort, start=start, shares=shares)
        start = start if known is None else known.outcome.plan
    choosing = replace(effort, stop=stop.share(_CHOOSING))
    staged = admission.solve(posts, plan.problem, choosing, start=start)
    found = staged.outcome
    if found.chosen is None:
        return staged, None
    if (
        known is not None
        and "step_free" in known.unproven
        and found.status is Status.OPTIMAL
        and found.objective <= known.outcome.objective * (1.0 + EQUAL)
    ):
        same = replace(known.posts, instance=staged.posts.instance)
        outcome = replace(
            known.outcome,
            status=found.status,
            stopped=found.stopped,
            bound=found.bound,
            gap=found.gap,
            trace=found.trace,
        )
        best = replace(known, outcome=outcome, posts=same)
        return staged, bounded(plan, walks, best, stop=stop)
    return staged, among_equals(
        plan, staged.posts, walks, found, shares=shares, seed=effort.seed, stop=stop
    )
