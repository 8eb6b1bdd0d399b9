"""The plan with most posts closed: its rows shrink to those that the posts left tell apart."""

from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Bools, Ints
from placement.cover.instance import Instance, Rule
from placement.cover.lanes import Lanes
from placement.cover.reduce import keep_columns, merge_alike


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Part:
    """What is left of an instance when columns are closed for good.

    Attributes
    ----------
    instance, lanes
        Over the columns and rows that are left.
    columns
        (c,) int64, the columns of the whole that they are.
    group
        (r,) int64, group of each laned row in the whole; −1 for others.
    """

    instance: Instance
    lanes: Lanes
    columns: Ints
    group: Ints


def part_of(instance: Instance, lanes: Lanes, group: Ints, free: Bools) -> Part:
    """Close columns and merge the rows that nothing tells apart any more.

    Parameters
    ----------
    instance, lanes
        What is asked.
    group
        (R,) int64: laned rows of one group may be merged, people worth the same; −1 for others.
    free
        (C,) bool, the columns that are left, required ones among them.
    """
    left = keep_columns(instance, free)
    reached = np.zeros(instance.rows, dtype=np.bool_)
    row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
    reached[row[free[instance.indices]]] = True
    group, people, profile = group[reached], lanes.people[reached], lanes.profile[reached]
    key = np.where(group >= 0, 1 + group * lanes.arrivals.classes + profile, 0)
    merged, of = merge_alike(left.instance, key)
    first = np.zeros(merged.rows, dtype=np.int64)
    first[of] = np.arange(len(of))  # any row of those merged: they agree in what it says
    columns = left.columns
    fewer = replace(
        lanes,
        # numpy counts nobody in whole numbers
        people=np.bincount(of, weights=people, minlength=merged.rows).astype(np.float64),
        gate=lanes.gate[columns],
        least=lanes.least[columns],
        most=lanes.most[columns],
        lane_cost=lanes.lane_cost[columns],
        lane_people=lanes.lane_people[columns],
        lane_worth=lanes.lane_worth[columns],
        lane_use=lanes.lane_use[:, columns],
        profile=profile[first],
    )
    small = replace(merged, rules=tuple(map(_each_row_once, merged.rules)))
    return Part(instance=small, lanes=fewer, columns=columns, group=group[first])


def _each_row_once(rule: Rule) -> Rule:
    """Return a rule that counts every row and level once, by the sum of its shares."""
    at = np.stack([rule.rows, rule.times])
    where, number = np.unique(at, axis=1, return_inverse=True)
    share = np.bincount(number.ravel(), weights=rule.share, minlength=where.shape[1])
    return replace(rule, rows=where[0], times=where[1], share=share)
