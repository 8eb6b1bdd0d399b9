"""Strict tiers with lanes: a search of one tier sees a little of those that come after it."""

import math
from dataclasses import replace

import numpy as np

from placement.arrays import Bools, Floats
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting
from placement.cover.lanes import Lanes
from placement.solution import Status, Tier
from placement.solve.capacitated.solver import solve_lanes
from placement.solve.capacitated.state import EQUAL, Guide, LanesOutcome, settled
from placement.solve.core.gap import relative_gap
from placement.solve.core.incumbent import Start
from placement.solve.core.lexicographic import keep_worth_of, serve_tiers, sum_tiers
from placement.solve.core.stopping import Effort, Stop

_LATER = 0.02  # of its worth, what a search sees in people of later tiers
_FIRST = 0.05  # relative gap of the plan that the first tier starts from, where there are rules
_HELD = 1e-7  # relative: what a tier that is held may lose to the rounding of the solver


def by_tier(
    instance: Instance,
    lanes: Lanes,
    posts: Posting,
    effort: Effort,
    *,
    start: Start | None,
) -> tuple[LanesOutcome, tuple[Tier, ...]]:
    """Serve each tier as well as can be while those before it are held.

    What is held is worth nothing to a stage, and later tiers are not either; but the search looks
    for the first, and a little for the others, whose floors must be kept as well.
    """
    if len(posts.tiers) <= 1:
        return solve_lanes(instance, lanes, effort, start=start), ()
    standing: LanesOutcome | None = None
    if instance.rules:
        # a plan that keeps every floor is found sooner where all people are worth something
        hasty = Effort(stop=effort.stop.share(0.25), gap=_FIRST, seed=effort.seed)
        first = solve_lanes(instance, lanes, hasty, start=start)
        if first.chosen is not None:
            start, standing = first.plan, first
    ahead = len(posts.tiers) - np.searchsorted(posts.tiers, posts.row_tier)
    each = _worth_of_one(instance, lanes)
    top = 2.0 * max(1.0, float(each.max(initial=0.0)))

    def guide(tier: int, rules: Instance) -> Guide:
        known = posts.row_tier <= tier
        later, sought = keep_worth_of(rules, ~known), keep_worth_of(rules, known)
        return Guide(
            instance=replace(
                sought,
                weight=sought.weight + _LATER * later.weight,
                gains=sought.gains + _LATER * later.gains,
            ),
            first=np.where(each > 0, each + top * np.where(later.weight > 0, 0, ahead), 0.0),
        )

    def serve(tier: int, rules: Instance, stop: Stop) -> LanesOutcome:
        nonlocal start, standing
        stage = keep_worth_of(rules, posts.row_tier == tier)
        found = solve_lanes(
            stage, lanes, replace(effort, stop=stop), start=start,
            guide=guide(tier, rules) if rules.rules else None,
        )  # fmt: skip
        if found.chosen is None and standing is not None:
            found = _kept_standing(stage, lanes, standing, found)
        standing, start = found, found.plan
        return found

    def hold(_mine: Bools, found: LanesOutcome) -> tuple[Instance, float]:
        return instance, found.objective - _HELD * max(1.0, found.objective)

    outcomes, tiers, _ = serve_tiers(
        replace(posts, instance=instance), serve=serve, hold=hold, stop=effort.stop
    )
    last = outcomes[-1]
    if last.chosen is None:
        return last, ()
    total = _worth(instance, lanes, last)
    return sum_tiers(instance, outcomes, objective=total), tiers


def _worth_of_one(instance: Instance, lanes: Lanes) -> Floats:
    """Return (R,) worth of one person of each laned row, 0 of other rows."""
    laned = lanes.people > 0
    return np.divide(instance.weight, lanes.people, out=np.zeros(instance.rows), where=laned)


def _worth(instance: Instance, lanes: Lanes, found: LanesOutcome) -> float:
    """Return what a plan is worth to an instance."""
    assert found.chosen is not None  # noqa: S101 - else there is no plan
    rest = settled(instance, lanes, found.lanes, found.admitted)
    return rest.value(found.chosen) + math.fsum(_worth_of_one(instance, lanes) * found.admitted)


def _kept_standing(
    stage: Instance, lanes: Lanes, standing: LanesOutcome, found: LanesOutcome
) -> LanesOutcome:
    """Return the plan that is known where a stage found none: it keeps every rule all the same."""
    worth = _worth(stage, lanes, standing)
    bound = max(found.bound, worth)
    proven = bound <= worth + EQUAL * max(1.0, worth)
    bound = worth if proven else bound
    return replace(
        standing,
        status=Status.OPTIMAL if proven else Status.FEASIBLE,
        stopped=found.stopped,
        objective=worth,
        bound=bound,
        gap=relative_gap(worth, bound),
        trace=found.trace,
    )
