"""Among plans with lanes that are worth as much, one with a shorter total walk.

The bound on walks (`walk_lagrangian`) says what each gate would save beyond its
price. The engine is asked again for posts and lanes of most worth, a little of that merit added:
too little to pay for worth, enough to tell equals apart. Its plan counts only if it admits as much
worth, as many who come first, and people sent to its gates walk less in all.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from placement.arrays import Floats
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting
from placement.cover.laned import laned
from placement.cover.lanes import Lanes
from placement.cover.survey import Survey
from placement.plan.problem import Plan
from placement.solution import Status, list_unproven
from placement.solve.capacitated.admission import admission
from placement.solve.capacitated.settle import Settled, settle
from placement.solve.capacitated.solver import Run
from placement.solve.capacitated.state import LanesOutcome
from placement.solve.capacitated.walk_lagrangian import compared
from placement.solve.core.stopping import Effort, Stop

_TIMES = 3  # that the engine is asked again, at most
_MERIT = 3.5e-5  # of the objective: what all merit to be had counts
_FINE = 0.03  # share of it at which a plan is good enough
_KERNEL = 1.4  # times as many gates as are open, those of most merit, and the open ones are asked
_EQUAL = 1e-9  # relative difference of two sums of the same worth


def among_equals(
    plan: Plan,
    posts: Posting,
    walks: Survey,
    outcome: LanesOutcome,
    *,
    shares: Mapping[str, float] = MappingProxyType({}),
    seed: int,
    stop: Stop,
) -> Settled:
    """Settle on the one plan among equals where that can be proven, else look for shorter walks."""
    if outcome.status is Status.OPTIMAL and not stop.reached():
        found = settle(plan, posts, walks, outcome, shares=shares, stop=stop)
        if found is not None and "step_free" not in found.unproven:
            return found
    return shorter(plan, posts, walks, outcome, shares=shares, seed=seed, stop=stop)


def shorter(
    plan: Plan,
    posts: Posting,
    walks: Survey,
    outcome: LanesOutcome,
    *,
    shares: Mapping[str, float] = MappingProxyType({}),
    seed: int,
    stop: Stop,
) -> Settled:
    """Send people to the gates of a plan, and look for plans of equal worth where they walk less.

    Parameters
    ----------
    plan, posts, walks
        What is asked, the candidate posts with the lanes of the plan, and the walks.
    outcome
        The plan that is known. One that is not proven, or has tiers, is taken as it is.
    shares
        By resource, the least share of all people to be admitted; a rule of the posts as well.
    seed
        Of the searches.
    stop
        When to stop; without a time limit a count of rounds ends the search.

    Returns
    -------
    Settled
        Only its walks have a bound.
    """
    if outcome.chosen is None:
        raise ValueError("there is no plan to shorten the walks of")
    instance, lanes = laned(plan.problem, posts)
    admitted = admission(posts, plan, walks, outcome.chosen, shares=shares, stop=stop)
    best = Settled(
        outcome=outcome, posts=posts, admitted=admitted, unproven=list_unproven("step_free")
    )
    fixed = outcome.status is not Status.OPTIMAL or len(posts.tiers) > 1
    for _ in range(_TIMES):
        known = compared(plan, walks, best, shares=shares, stop=stop)
        best = _within(best, known)
        if known is None or known[0] == 0 or fixed or stop.reached():
            return best
        other = _other(instance, lanes, best.outcome, known[1], seed=seed, stop=stop.share(0.4))
        if other is None or other.chosen is None:
            return best
        units = np.where(lanes.gate, np.maximum(other.lanes, lanes.least), posts.units)
        dealt = replace(posts, units=units)
        admitted = admission(dealt, plan, walks, other.chosen, shares=shares, stop=stop)
        if (
            admitted.walk >= best.admitted.walk * (1 - _EQUAL)
            or admitted.first < best.admitted.first * (1 - _EQUAL)
            or admitted.worth < best.admitted.worth * (1 - _EQUAL)
        ):
            return best
        best = replace(best, outcome=other, posts=dealt, admitted=admitted)
    return bounded(plan, walks, best, shares=shares, stop=stop)


def bounded(
    plan: Plan,
    walks: Survey,
    best: Settled,
    *,
    shares: Mapping[str, float] = MappingProxyType({}),
    stop: Stop,
) -> Settled:
    """Say how far from the shortest total walk a plan may be, as far as there is time for that."""
    return _within(best, compared(plan, walks, best, shares=shares, stop=stop))


def _within(best: Settled, known: tuple[float, Floats] | None) -> Settled:
    """Return a plan of which nothing is proven but how far its walks are from the shortest."""
    gap = None if known is None else known[0]
    return replace(best, unproven=list_unproven("step_free") | {"walk": gap})


def _other(
    instance: Instance,
    lanes: Lanes,
    outcome: LanesOutcome,
    merit: Floats,
    *,
    seed: int,
    stop: Stop,
) -> LanesOutcome | None:
    """Return a plan of as much worth and more merit, None where none was found."""
    chosen = outcome.chosen
    top = math.fsum(np.maximum(merit, 0.0))
    range_of = top - math.fsum(merit[chosen])
    if range_of <= 0 or chosen is None:
        return None
    profit = merit * (_MERIT * max(1.0, abs(outcome.objective)) / range_of)
    free = ~lanes.gate | instance.required
    size = math.ceil(_KERNEL * float(lanes.gate[chosen].sum())) + 1
    ranked = np.argsort(np.where(lanes.gate, -merit, np.inf), kind="stable")
    free[ranked[: min(size, int(lanes.gate.sum()))]] = True
    free[chosen] = True
    asked = replace(instance, profit=instance.profit + profit, excluded=instance.excluded | ~free)
    run = Run(asked, lanes, Effort(stop=stop, gap=_FINE * _MERIT, seed=seed))
    run.state.record.limit(outcome.objective + math.fsum(np.maximum(profit, 0.0)))
    run.go(outcome.plan, inner=True)
    found = run.state.told()
    if found.chosen is None:
        return None
    start = outcome.objective + math.fsum(profit[chosen])
    if found.bound - start <= _FINE * _MERIT * max(1.0, abs(outcome.objective)):
        return None  # no plan of these has merit to speak of that this one lacks
    worth = found.objective - math.fsum(profit[found.chosen])
    if worth < outcome.objective - _EQUAL * max(1.0, abs(outcome.objective)):
        return None
    # what is proven of the worth stays proven: only equals are told apart here
    return replace(
        outcome,
        chosen=found.chosen,
        lanes=found.lanes,
        admitted=found.admitted,
        passing=found.passing,
    )
