"""Strict tiers: the first is served as well as can be, then held while the next is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from placement.cover.instance import Instance, Rule
from placement.cover.posting import Posting
from placement.solve import engine
from placement.solve.bounds.prices import held_slack, worth_step
from placement.solve.record import Outcome
from placement.solve.scaled import scaled
from placement.solve.solution import Status, Stopped, Tier
from placement.solve.stop import Progress, Stop

type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]


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
        As in `engine.solve`; each tier has an equal share of the time that is left to it.

    Returns
    -------
    Staged
    """
    tiers = posts.tiers
    if len(tiers) <= 1:
        outcome = engine.solve(
            posts.instance, stop=stop, gap=gap, seed=seed, start=start, progress=progress
        )
        return Staged(outcome=outcome, tiers=(), held=posts)
    instance = posts.instance
    outcomes: list[Outcome] = []
    for done, tier in enumerate(tiers):
        mine = posts.row_tier == tier
        stage = _only(instance, mine)
        outcome = engine.solve(
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
        whole = scaled(_worth_of(posts.instance, mine), centred=False).instance
        reached = whole.value(outcome.chosen)
        least = reached - held_slack(reached, worth_step(whole))
        kept = hold(f"tier {tier}", whole, mine, least)
        instance = replace(instance, rules=(*instance.rules, kept))
    held = replace(posts, instance=instance)
    found = tuple(
        Tier(tier=tier, objective=one.objective, bound=one.bound, gap=one.gap)
        for tier, one in zip(tiers, outcomes, strict=False)
    )
    return Staged(outcome=together(posts.instance, outcomes), tiers=found, held=held)


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
    return _worth_of(instance, mine)


def _worth_of(instance: Instance, mine: Bools) -> Instance:
    """Return the instance with the worth of some rows alone."""
    return replace(
        instance,
        weight=np.where(mine, instance.weight, 0.0),
        gains=np.where(mine[:, None], instance.gains, 0.0),
    )


def hold(name: str, instance: Instance, mine: Bools, least: float) -> Rule:
    """Return the rule that a tier has no less than what was reached."""
    rows = np.flatnonzero(mine)
    shares = [instance.weight[rows], *instance.gains[rows].T]
    return Rule(
        name=name,
        slope=np.zeros(instance.columns),
        rows=np.tile(rows, len(shares)),
        times=np.repeat(np.arange(1, len(shares) + 1), len(rows)),
        share=np.concatenate(shares),
        most=-least,
    )


def together(
    instance: Instance, outcomes: Sequence[Outcome], *, objective: float | None = None
) -> Outcome:
    """Sum the tiers up; the objective of the last plan is counted on the instance if not given."""
    last = outcomes[-1]
    if last.chosen is None:
        return last
    open_ends = [one for one in outcomes if one.status is not Status.OPTIMAL]
    objective = instance.value(last.chosen) if objective is None else objective
    bound = objective if not open_ends else max(objective, math.fsum(o.bound for o in outcomes))
    gap = 0.0
    if open_ends:
        gap = (bound - objective) / objective if objective > 0 else math.inf
    return Outcome(
        status=Status.FEASIBLE if open_ends else Status.OPTIMAL,
        stopped=open_ends[0].stopped if open_ends else Stopped.PROVEN,
        chosen=last.chosen,
        objective=objective,
        bound=bound,
        gap=gap,
        trace=last.trace,
    )
