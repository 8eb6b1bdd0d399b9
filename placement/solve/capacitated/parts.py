"""The plan with most posts closed: its rows shrink to those that the posts left tell apart."""

from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Bools, Ints
from placement.cover.aggregate import aggregate
from placement.cover.instance import Instance, Rule
from placement.cover.lanes import Lanes


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

    Returns
    -------
    Part
    """
    columns = np.flatnonzero(free)
    number = np.cumsum(free) - 1
    kept = free[instance.indices]
    row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))[kept]
    counts = np.bincount(row, minlength=instance.rows)
    key = np.where(group >= 0, 1 + group * lanes.arrivals.classes + lanes.profile, 0)
    indptr, indices, weight, of = aggregate(
        np.concatenate([[0], np.cumsum(counts)]),
        number[instance.indices[kept]],
        instance.weight,
        key=key,
    )
    rows, there = len(weight), of >= 0
    gains = np.zeros((rows, instance.gains.shape[1]))
    np.add.at(gains, of[there], instance.gains[there])
    first = np.zeros(rows, dtype=np.int64)
    first[of[there]] = np.flatnonzero(there)  # any row of those merged: they agree in what it says
    near = [
        instance.near_indices[instance.near_indptr[j] : instance.near_indptr[j + 1]]
        for j in columns
    ]
    near = [number[others[free[others]]] for others in near]
    small = Instance(
        indptr=indptr,
        indices=indices,
        weight=weight,
        profit=instance.profit[columns],
        cost=instance.cost[columns],
        budget=instance.budget,
        required=instance.required[columns],
        excluded=instance.excluded[columns],
        limits=tuple(replace(limit, use=limit.use[columns]) for limit in instance.limits),
        near_indptr=np.concatenate([[0], np.cumsum([len(n) for n in near])]).astype(np.int64),
        near_indices=np.concatenate([*near, np.zeros(0, dtype=np.int64)]).astype(np.int64),
        coupled=instance.coupled[columns],
        gains=gains,
        rules=tuple(_rule(rule, columns, of) for rule in instance.rules),
    )
    people = np.bincount(of[there], weights=lanes.people[there], minlength=rows)
    fewer = Lanes(
        people=people,
        gate=lanes.gate[columns],
        least=lanes.least[columns],
        most=lanes.most[columns],
        lane_cost=lanes.lane_cost[columns],
        lane_people=lanes.lane_people[columns],
        lane_worth=lanes.lane_worth[columns],
        lane_use=lanes.lane_use[:, columns],
        arrivals=lanes.arrivals,
        profile=lanes.profile[first],
    )
    return Part(instance=small, lanes=fewer, columns=columns, group=group[first])


def _rule(rule: Rule, columns: Ints, of: Ints) -> Rule:
    """Return a rule over the columns and rows that are left."""
    left = of[rule.rows] >= 0
    at = np.stack([of[rule.rows[left]], rule.times[left]])
    where, number = np.unique(at, axis=1, return_inverse=True)
    share = np.bincount(number.ravel(), weights=rule.share[left], minlength=where.shape[1])
    return replace(rule, slope=rule.slope[columns], rows=where[0], times=where[1], share=share)
