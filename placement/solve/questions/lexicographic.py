"""Strict tiers: the first is served as well as can be, then held while the next is."""

from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Bools, Ints
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting
from placement.solution import Tier
from placement.solve.core.gap import held_slack, worth_step
from placement.solve.core.incumbent import Outcome
from placement.solve.core.scaled import scaled
from placement.solve.core.stopping import Progress, Stop
from placement.solve.core.tiers import hold_tier, keep_worth_of, sum_tiers
from placement.solve.mclp import solver


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Staged:
    """What the tiers left.

    Attributes
    ----------
    outcome
        Of all of them: the plan, its whole objective, the sum of the bounds, and "optimal" only
        where every tier is.
    tiers
        Each by itself; empty in a plan without tiers.
    held
        The posting with a rule for each tier that is held.
    """

    outcome: Outcome
    tiers: tuple[Tier, ...]
    held: Posting


def solve(
    posts: Posting,
    *,
    stop: Stop,
    gap: float,
    seed: int,
    start: Ints | None = None,
    progress: Progress | None = None,
) -> Staged:
    """Maximise tier by tier (lexicographic, or preemptive, goal programming).

    Parameters
    ----------
    posts
        The candidate posts.
    stop, gap, seed, start, progress
        As in `solver.solve`; each tier has an equal share of the time that is left to it.

    Returns
    -------
    Staged
    """
    tiers = posts.tiers
    if len(tiers) <= 1:
        outcome = solver.solve(
            posts.instance, stop=stop, gap=gap, seed=seed, start=start, progress=progress
        )
        return Staged(outcome=outcome, tiers=(), held=posts)
    instance = posts.instance
    outcomes: list[Outcome] = []
    for done, tier in enumerate(tiers):
        mine = posts.row_tier == tier
        stage = _only(instance, mine)
        outcome = solver.solve(
            stage,
            stop=stop.share(1.0 / (len(tiers) - done)),
            gap=gap,
            seed=seed,
            start=start,
            progress=progress,
        )
        outcomes.append(outcome)
        if outcome.chosen is None:
            break
        start = outcome.chosen
        # in whole numbers: there half a step tells a plan that keeps the tier from any other
        whole = scaled(keep_worth_of(posts.instance, mine), centred=False).instance
        reached = whole.value(outcome.chosen)
        least = reached - held_slack(reached, worth_step(whole))
        kept = hold_tier(f"tier {tier}", whole, mine, least)
        instance = replace(instance, rules=(*instance.rules, kept))
    held = replace(posts, instance=instance)
    found = tuple(
        Tier(tier=tier, objective=one.objective, bound=one.bound, gap=one.gap)
        for tier, one in zip(tiers, outcomes, strict=False)
    )
    return Staged(outcome=sum_tiers(posts.instance, outcomes), tiers=found, held=held)


def _only(instance: Instance, mine: Bools) -> Instance:
    """Return an instance in which the other rows are worth nothing."""
    if instance.plain:  # nor does any rule count them
        lengths = np.diff(instance.indptr)
        return replace(
            instance,
            indptr=np.concatenate([[0], np.cumsum(lengths[mine])]),
            indices=instance.indices[np.repeat(mine, lengths)],
            weight=instance.weight[mine],
            gains=np.zeros((int(mine.sum()), 0)),
        )
    return keep_worth_of(instance, mine)
