"""A plan with lanes that a few units of budget more do not change, unless they buy people.

Where the choice among equals cannot be proven, which of them is found hangs on the way there, and
every budget leads another way. So a budget is first spent up to a round sum, three digits of it,
and what is beyond is spent only where it buys more of what a plan is worth.
"""

import math
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from placement.arrays import Ints
from placement.cover.instance_builder import Posting
from placement.cover.survey import Survey
from placement.plan.problem import Plan
from placement.solution import Status, Tier
from placement.solve.capacitated import admission
from placement.solve.capacitated.settle import Settled, too_many
from placement.solve.capacitated.state import EQUAL, LanesOutcome
from placement.solve.capacitated.walk_improvement import Shorter, among_equals, gap_of
from placement.solve.core.stopping import Progress, Stop

_DIGITS = 3  # of a budget that is spent first
_CHOOSING = 0.8  # of the time: sending people of a large plan, and the audit, take seconds as well


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NoPlan:
    """What is known where there is no plan to tell of."""

    outcome: LanesOutcome
    posts: Posting
    admitted: None = None
    gap: None = None
    unproven: dict[str, float | None]


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
    *,
    warm: tuple[Ints, Ints] | None,
    stop: Stop,
    gap: float,
    seed: int,
    progress: Progress | None,
) -> tuple[Settled | Shorter | NoPlan, tuple[Tier, ...]]:
    """Find a plan of most worth, and of its equals one that more money alone does not change.

    Parameters
    ----------
    plan, posts, walks
        What is asked, the candidate posts with all rules, and the walks.
    warm
        Columns and (C,) lanes of a known plan.
    stop, gap, seed, progress
        As in `solver.solve_lanes`. With a clock no sum is spent first: there
        the same question has no one answer anyhow.

    Returns
    -------
    best, tiers
    """
    less = round_sum(posts.instance.budget)
    known: Settled | Shorter | NoPlan | None = None
    passing = None
    if (
        less < posts.instance.budget
        and math.isinf(stop.left())
        and len(posts.tiers) <= 1
        and too_many(plan, posts, walks)
    ):
        cheaper = replace(posts, instance=posts.instance.with_budget(less))
        known, _ = best_with_lanes(
            plan, cheaper, walks, warm=warm, stop=stop, gap=gap, seed=seed, progress=progress
        )
        if known.outcome.chosen is not None:
            warm, passing = (known.outcome.chosen, known.outcome.lanes), known.outcome.passing
    found, dealt, tiers = admission.solve(
        posts, plan.problem, stop=stop.share(_CHOOSING), gap=gap, seed=seed, warm=warm,
        passing=passing, progress=progress,
    )  # fmt: skip
    if found.chosen is None:
        return NoPlan(outcome=found, posts=dealt, unproven={}), tiers
    if (
        isinstance(known, Shorter)
        and found.status is Status.OPTIMAL
        and found.objective <= known.outcome.objective * (1.0 + EQUAL)
    ):
        same = replace(known.posts, instance=dealt.instance)
        outcome = replace(
            known.outcome,
            status=found.status,
            stopped=found.stopped,
            bound=found.bound,
            gap=found.gap,
            trace=found.trace,
        )
        best = Shorter(outcome=outcome, posts=same, admitted=known.admitted, gap=None)
        return replace(best, gap=gap_of(plan, walks, best, stop=stop)), tiers
    return among_equals(plan, dealt, walks, found, seed=seed, stop=stop), tiers
