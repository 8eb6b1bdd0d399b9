"""Strict tiers with lanes: the first is served as well as can be, then held while the next is."""

import math
from dataclasses import replace

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting
from placement.cover.lanes import Lanes
from placement.solution import Status, Tier
from placement.solve.capacitated.solver import solve_lanes
from placement.solve.capacitated.state import EQUAL, Guide, LanesOutcome, settled
from placement.solve.core.gap import relative_gap
from placement.solve.core.stopping import Progress, Stop
from placement.solve.core.tiers import hold_tier, keep_worth_of, sum_tiers

_LATER = 0.02  # of its worth, what a search sees in people of later tiers
_FIRST = 0.05  # relative gap of the plan that the first tier starts from, where there are rules
_HELD = 1e-7  # relative: what a tier that is held may lose to the rounding of the solver


def by_tier(
    instance: Instance,
    lanes: Lanes,
    posts: Posting,
    *,
    stop: Stop,
    gap: float,
    seed: int,
    warm: tuple[Ints, Ints] | None,
    passing: Floats | None = None,
    progress: Progress | None,
) -> tuple[LanesOutcome, tuple[Tier, ...]]:
    """Serve each tier as well as can be while those before it are held.

    What is held is worth nothing to a stage, and later tiers are not either; but the search looks
    for the first, and a little for the others, whose floors must be kept as well.
    """
    if len(posts.tiers) <= 1:
        alone = solve_lanes(
            instance, lanes, stop=stop, gap=gap, seed=seed, warm=warm, passing=passing,
            progress=progress,
        )  # fmt: skip
        return alone, ()
    standing: LanesOutcome | None = None
    if instance.rules:
        # a plan that keeps every floor is found sooner where all people are worth something
        first = solve_lanes(
            instance, lanes, stop=stop.share(0.25), gap=_FIRST, seed=seed, warm=warm,
            passing=passing,
        )  # fmt: skip
        if first.chosen is not None:
            warm, passing = (first.chosen, first.lanes), first.passing
            standing = first
    outcomes: list[LanesOutcome] = []
    rules = instance.rules
    ahead = len(posts.tiers) - np.searchsorted(posts.tiers, posts.row_tier)
    each = np.divide(
        instance.weight, lanes.people, out=np.zeros(instance.rows), where=lanes.people > 0
    )
    top = 2.0 * max(1.0, float(each.max(initial=0.0)))
    for done, tier in enumerate(posts.tiers):
        mine, held = posts.row_tier == tier, posts.row_tier < tier
        stage = replace(keep_worth_of(instance, mine), rules=rules)
        later = keep_worth_of(instance, ~(mine | held))
        sought = keep_worth_of(instance, mine | held)
        sought = replace(
            sought,
            rules=rules,
            weight=sought.weight + _LATER * later.weight,
            gains=sought.gains + _LATER * later.gains,
        )
        guide = Guide(
            instance=sought,
            first=np.where(each > 0, each + top * np.where(later.weight > 0, 0, ahead), 0.0),
        )
        found = solve_lanes(
            stage, lanes, stop=stop.share(1.0 / (len(posts.tiers) - done)), gap=gap, seed=seed,
            warm=warm, passing=passing, progress=progress, guide=guide if rules else None,
        )  # fmt: skip
        if found.chosen is None and standing is not None:
            found = _kept_standing(stage, lanes, standing, found)
        outcomes.append(found)
        if found.chosen is None:
            break
        standing = found
        warm, passing = (found.chosen, found.lanes), found.passing
        least = found.objective - _HELD * max(1.0, found.objective)
        rules = (*rules, hold_tier(f"tier {tier}", instance, mine, least))
    last = outcomes[-1]
    if last.chosen is None:
        return last, ()
    rest = settled(instance, lanes, last.lanes, last.admitted)
    total = rest.value(last.chosen) + math.fsum(each * last.admitted)
    whole = sum_tiers(instance, outcomes, objective=total)
    told = tuple(
        Tier(tier=tier, objective=one.objective, bound=one.bound, gap=one.gap)
        for tier, one in zip(posts.tiers, outcomes, strict=True)
    )
    return LanesOutcome.beside(
        whole, lanes=last.lanes, admitted=last.admitted, passing=last.passing
    ), told


def _kept_standing(
    stage: Instance, lanes: Lanes, standing: LanesOutcome, found: LanesOutcome
) -> LanesOutcome:
    """Return the plan that is known where a stage found none: it keeps every rule all the same."""
    assert standing.chosen is not None  # noqa: S101 - else it would not stand
    each = np.divide(stage.weight, lanes.people, out=np.zeros(stage.rows), where=lanes.people > 0)
    rest = settled(stage, lanes, standing.lanes, standing.admitted)
    worth = rest.value(standing.chosen) + math.fsum(each * standing.admitted)
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
