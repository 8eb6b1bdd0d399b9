"""Strict tiers: what holds one that is served, and what all of them come to."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from placement.arrays import Bools
from placement.cover.instance import Instance, Rule
from placement.solution import Status, Stopped
from placement.solve.core.gap import relative_gap
from placement.solve.core.incumbent import Outcome


def keep_worth_of(instance: Instance, mine: Bools) -> Instance:
    """Return the instance with the worth of some rows alone."""
    return replace(
        instance,
        weight=np.where(mine, instance.weight, 0.0),
        gains=np.where(mine[:, None], instance.gains, 0.0),
    )


def hold_tier(name: str, instance: Instance, mine: Bools, least: float) -> Rule:
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


def sum_tiers(
    instance: Instance, outcomes: Sequence[Outcome], *, objective: float | None = None
) -> Outcome:
    """Sum the tiers up; the objective of the last plan is counted on the instance if not given."""
    last = outcomes[-1]
    if last.chosen is None:
        return last
    open_ends = [one for one in outcomes if one.status is not Status.OPTIMAL]
    objective = instance.value(last.chosen) if objective is None else objective
    bound = objective if not open_ends else max(objective, math.fsum(o.bound for o in outcomes))
    return Outcome(
        status=Status.FEASIBLE if open_ends else Status.OPTIMAL,
        stopped=open_ends[0].stopped if open_ends else Stopped.PROVEN,
        chosen=last.chosen,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
        trace=last.trace,
    )
