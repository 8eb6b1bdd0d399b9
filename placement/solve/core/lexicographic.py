"""Strict tiers: the first is served as well as can be, then held while the next is."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Bools
from placement.cover.instance import Instance, Rule
from placement.cover.instance_builder import Posting
from placement.solution import Status, Stopped, Tier
from placement.solve.core.gap import relative_gap
from placement.solve.core.incumbent import Outcome
from placement.solve.core.stopping import Stop


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Staged[Found: Outcome]:
    """What the tiers left.

    Attributes
    ----------
    outcome
        Of all of them: the plan, its whole objective, the sum of the bounds, and "optimal" only
        where every tier is.
    tiers
        Each by itself; empty in a plan without tiers.
    posts
        The candidate posts; without lanes with a rule for each tier that is held, with lanes those
        of the plan with the lanes it gives them.
    """

    outcome: Found
    tiers: tuple[Tier, ...]
    posts: Posting


def serve_tiers[Found: Outcome](
    posts: Posting,
    *,
    serve: Callable[[int, Instance, Stop], Found],
    hold: Callable[[Bools, Found], tuple[Instance, float]],
    stop: Stop,
) -> tuple[list[Found], tuple[Tier, ...], Posting]:
    """Maximise tier by tier (lexicographic, or preemptive, goal programming).

    Parameters
    ----------
    posts
        The candidate posts.
    serve
        Solves a tier: given its number, the instance with a rule for each tier before it, and its
        share of the time that is left.
    hold
        Says by which weights a tier that was served is held, and how much of them is kept; it is
        given the rows of the tier, (R,) bool, and what was found.
    stop
        When to stop.

    Returns
    -------
    outcomes, tiers, posts
        What was found of each tier up to the first without a plan; the same as it is told; and the
        posts with a rule for each tier that is held.
    """
    instance, outcomes = posts.instance, list[Found]()
    for done, tier in enumerate(posts.tiers):
        found = serve(tier, instance, stop.share(1.0 / (len(posts.tiers) - done)))
        outcomes.append(found)
        if found.chosen is None:
            break
        mine = posts.row_tier == tier
        rule = hold_tier(f"tier {tier}", mine, *hold(mine, found))
        instance = replace(instance, rules=(*instance.rules, rule))
    told = tuple(
        Tier(tier=tier, objective=one.objective, bound=one.bound, gap=one.gap)
        for tier, one in zip(posts.tiers, outcomes, strict=False)
    )
    return outcomes, told, replace(posts, instance=instance)


def keep_worth_of(instance: Instance, mine: Bools) -> Instance:
    """Return the instance with the worth of some rows alone."""
    return replace(
        instance,
        weight=np.where(mine, instance.weight, 0.0),
        gains=np.where(mine[:, None], instance.gains, 0.0),
    )


def hold_tier(name: str, mine: Bools, instance: Instance, least: float) -> Rule:
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


def sum_tiers[Found: Outcome](
    instance: Instance, outcomes: Sequence[Found], *, objective: float | None = None
) -> Found:
    """Sum the tiers up; the objective of the last plan is counted on the instance if not given."""
    last = outcomes[-1]
    if last.chosen is None:
        return last
    open_ends = [one for one in outcomes if one.status is not Status.OPTIMAL]
    objective = instance.value(last.chosen) if objective is None else objective
    bound = objective if not open_ends else max(objective, math.fsum(o.bound for o in outcomes))
    return replace(
        last,
        status=Status.FEASIBLE if open_ends else Status.OPTIMAL,
        stopped=open_ends[0].stopped if open_ends else Stopped.PROVEN,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
    )
