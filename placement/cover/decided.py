"""Fewer rows where columns are decided: what is sure about a row is no row any more."""

import math
from dataclasses import replace

import numpy as np

from placement.arrays import Ints
from placement.cover.instance import Instance, Rule
from placement.cover.reduce import merge_rows
from placement.decimals import left_over


def decided(instance: Instance) -> Instance:
    """Take columns that must be open, or closed, out of the rows.

    The columns keep their numbers. What the open ones cover in any plan becomes the profit of one
    of them and part of the right-hand sides; rows that then have the same columns become one.
    Every plan that opens the required columns and no excluded one is worth as much as before,
    and keeps the same rules. (`placement.cover.reduce` goes further, and renumbers.)

    Parameters
    ----------
    instance
        Rows, columns and rules.

    Returns
    -------
    Instance
        The same one where nothing is decided.
    """
    sure = np.flatnonzero(instance.required & ~instance.excluded)
    free = ~(instance.required | instance.excluded)
    if free.all():
        return instance
    times = instance.times_covered(sure)
    worth = np.column_stack([instance.weight, instance.gains])
    width = worth.shape[1]
    level = np.arange(width) + times[:, None]  # what is left of a row's worth
    left = np.take_along_axis(worth, np.minimum(level, width - 1), axis=1)
    left[level >= width] = 0.0
    profit = instance.profit.copy()
    if len(sure):
        earned = worth[np.arange(width) < times[:, None]]
        profit[sure[0]] = math.fsum([profit[sure[0]], *earned.tolist()])
    kept = free[instance.indices]
    row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))[kept]
    lengths = np.bincount(row, minlength=instance.rows)
    rows = replace(
        instance,
        indptr=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        indices=instance.indices[kept],
        weight=np.ascontiguousarray(left[:, 0]),
        gains=np.ascontiguousarray(left[:, 1:]),
        profit=profit,
        rules=tuple(_beside(rule, times[rule.rows]) for rule in instance.rules),
    )
    return merge_rows(rows).instance


def _beside(rule: Rule, times: Ints) -> Rule:
    """Return what a rule asks of rows that are covered so many times anyhow."""
    met = rule.times <= times
    return replace(
        rule,
        rows=rule.rows[~met],
        times=(rule.times - times)[~met],
        share=rule.share[~met],
        most=left_over(rule.most, -rule.share[met]),
    )
