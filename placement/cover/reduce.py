"""Smaller instances with the same optimum: each step on its own, and all of them in turn.

Every step returns a `Reduction`: the smaller instance, and the way back. Each step keeps at least
one best plan, not every one; who wants a particular one of several best plans, such as the one
with the shorter walks, looks for it in the original instance.

Daskin, Network and Discrete Location, 2013, chapter 4, has singletons and dominance for plain
covering; costs, limits and coupling are taken care of here.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from placement.arrays import Bools, Ints
from placement.cover.aggregate import aggregate
from placement.cover.dominance import dominated_columns
from placement.cover.instance import Instance, Limit, Rule
from placement.decimals import left_over

_TOLERANCE = 1e-12  # relative: what sums of floating-point numbers are off, so no plan is lost


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reduction:
    """A smaller instance and the way back to the original.

    The value of a plan in the original is its value here plus `offset`, and a plan keeps every
    rule of the original if and only if it does here.

    Attributes
    ----------
    instance
        The smaller instance.
    columns
        (C',) int64, original number of each of its columns, ascending.
    opened
        (any,) int64, original numbers of columns that every plan has open, ascending.
    offset
        Worth of what these cover.
    """

    instance: Instance
    columns: Ints
    opened: Ints
    offset: float

    def __post_init__(self) -> None:
        self.columns.setflags(write=False)
        self.opened.setflags(write=False)

    @classmethod
    def none(cls, instance: Instance) -> "Reduction":
        """Return the reduction that changes nothing."""
        return cls(
            instance=instance,
            columns=np.arange(instance.columns),
            opened=np.zeros(0, dtype=np.int64),
            offset=0.0,
        )

    def lift(self, columns: Ints) -> Ints:
        """Return a plan of the smaller instance as columns of the original, ascending."""
        return np.sort(np.concatenate([self.opened, self.columns[columns]]))

    def then(self, step: Callable[[Instance], "Reduction"]) -> "Reduction":
        """Take a further step from here."""
        further = step(self.instance)
        return Reduction(
            instance=further.instance,
            columns=self.columns[further.columns],
            opened=self.lift(further.opened),
            offset=math.fsum((self.offset, further.offset)),
        )


def reduce(instance: Instance, *, late: Callable[[], bool] = lambda: False) -> Reduction:
    """Take every step, in turn, until none makes the instance smaller.

    Parameters
    ----------
    instance
        Rows and columns with all their rules.
    late
        Tells whether to leave it at what is done; that is a reduction as well.

    Returns
    -------
    Reduction
    """
    reduction = Reduction.none(instance)
    while True:
        before = reduction.instance
        dominated = partial(drop_dominated, late=late)
        for step in (drop_impossible, open_required, merge_rows, take_singletons, dominated):
            if late():
                return reduction
            reduction = reduction.then(step)
        after = reduction.instance
        if (after.rows, after.columns) == (before.rows, before.columns):
            return reduction


def drop_impossible(instance: Instance) -> Reduction:
    """Drop columns that no plan can open, and limits that no plan can break.

    That is: excluded columns, columns that cost or use more than the required ones leave over,
    and coupled columns with no neighbour left or none that can be paid beside them. A required
    column stays, so that an instance without any plan remains one.
    """
    reduction = Reduction.none(_couple(instance, instance.coupled))
    while True:
        now = reduction.instance
        fits = _fits(now)
        closed = (now.excluded | ~fits) & ~now.required
        if not closed.any():
            break
        reduction = reduction.then(partial(keep_columns, keep=~closed))
    now = reduction.instance
    binding = tuple(limit for limit in now.limits if not float(limit.use.sum()) <= limit.most)
    if len(binding) < len(now.limits):
        reduction = replace(reduction, instance=replace(now, limits=binding))
    return reduction


def open_required(instance: Instance) -> Reduction:
    """Open the required columns for good: what they cover becomes the offset.

    A required column that needs a neighbour is opened with one that is required itself; its only
    possible neighbour becomes required. As long as no neighbour is sure, it stays.
    """
    instance = _couple(instance, instance.coupled)
    required = instance.required.copy()
    owner = np.repeat(np.arange(instance.columns), np.diff(instance.near_indptr))
    while True:
        settled = np.zeros(instance.columns, dtype=np.bool_)
        settled[owner[(required & ~instance.excluded)[instance.near_indices]]] = True
        waiting = required & instance.coupled & ~settled
        possible = ~instance.excluded[instance.near_indices] & waiting[owner]
        single = possible & (np.bincount(owner[possible], minlength=len(required)) == 1)[owner]
        more = instance.near_indices[single]
        if required[more].all():
            break
        required[more] = True
    # a column and the neighbours it leans on are opened together, or neither is
    opened = required & ~instance.excluded
    while True:
        supported = np.zeros(instance.columns, dtype=np.bool_)
        supported[owner[opened[instance.near_indices]]] = True
        still = opened & (~instance.coupled | supported)
        if (still == opened).all():
            break
        opened = still
    if not opened.any():
        return Reduction.none(replace(instance, required=required))
    times = instance.times_covered(np.flatnonzero(opened))
    worth = np.column_stack([instance.weight, instance.gains])
    level = np.arange(worth.shape[1]) + times[:, None]  # what is left of a row's worth
    later = np.take_along_axis(worth, np.minimum(level, worth.shape[1] - 1), axis=1)
    later[level >= worth.shape[1]] = 0.0
    # whom an opened column stands beside needs no other neighbour
    free = _couple(instance, instance.coupled & ~supported)
    left = replace(
        free,
        required=required,
        weight=np.ascontiguousarray(later[:, 0]),
        gains=np.ascontiguousarray(later[:, 1:]),
        budget=left_over(instance.budget, instance.cost[opened]),
        limits=tuple(
            replace(limit, most=left_over(limit.most, limit.use[opened]))
            for limit in instance.limits
        ),
        rules=tuple(_rule_beside(rule, opened, times) for rule in instance.rules),
    )
    rest = keep_columns(keep_rows(left, _worth(left)), ~opened)
    earned = worth[np.arange(worth.shape[1]) < times[:, None]]
    return replace(
        rest,
        opened=np.flatnonzero(opened),
        offset=math.fsum([*earned.tolist(), *instance.profit[opened].tolist()]),
    )


def _rule_beside(rule: Rule, opened: Bools, times: Ints) -> Rule:
    """Return what a rule asks beside columns that are open and cover rows so many times."""
    left = rule.times - times[rule.rows]
    met = left <= 0
    used = np.concatenate([rule.slope[opened], -rule.share[met]])
    return replace(
        rule,
        rows=rule.rows[~met],
        times=left[~met],
        share=rule.share[~met],
        most=left_over(rule.most, used),
    )


def merge_rows(instance: Instance) -> Reduction:
    """Merge rows of the same columns; drop rows without any column and without worth."""
    merged, _ = merge_alike(instance)
    return Reduction.none(keep_rows(merged, _worth(merged)))


def merge_alike(instance: Instance, key: Ints | None = None) -> tuple[Instance, Ints]:
    """Merge rows of the same columns, and of the same key, (R,) int64, if there is one.

    Returns
    -------
    merged, group
        The latter is (R,) int64, the row that each one became, −1 for those without any column.
    """
    indptr, indices, weight, group = aggregate(
        instance.indptr, instance.indices, instance.weight, key=key
    )
    held = group >= 0
    gains = np.zeros((len(weight), instance.gains.shape[1]))
    np.add.at(gains, group[held], instance.gains[held])
    merged = replace(
        instance,
        indptr=indptr,
        indices=indices,
        weight=weight,
        gains=gains,
        rules=tuple(_renumbered(rule, group[rule.rows]) for rule in instance.rules),
    )
    return merged, group


def take_singletons(instance: Instance) -> Reduction:
    """Turn rows that a single column covers into that column's profit, and slope in rules."""
    single = np.diff(instance.indptr) == 1
    if not single.any():
        return Reduction.none(instance)
    column = np.zeros(instance.rows, dtype=np.int64)
    column[single] = instance.indices[instance.indptr[:-1][single]]
    profit = instance.profit + np.bincount(
        column[single], weights=instance.weight[single], minlength=instance.columns
    )
    rules = []
    for rule in instance.rules:
        counts = single[rule.rows] & (rule.times == 1)  # it is never covered twice
        slope = rule.slope - np.bincount(
            column[rule.rows[counts]], weights=rule.share[counts], minlength=instance.columns
        )
        rules.append(replace(rule, slope=slope))
    taken = replace(instance, profit=profit, rules=tuple(rules))
    return Reduction.none(keep_rows(taken, ~single))


def drop_dominated(instance: Instance, *, late: Callable[[], bool] = lambda: False) -> Reduction:
    """Drop columns that another one can stand in for, and those of no use at all.

    Column b can stand in for a if it covers every row of a, costs and uses no more, needs no
    neighbour that a has not, and is a neighbour to all those to whom a is one; and a has no
    profit of its own, which b would not bring. Cost, use and neighbours do not matter if b is
    required. Of columns that can stand in for each other the lowest stays.

    A column that covers a row which counts more than once is not dropped: there b may be open as
    well, and a is missed for covering the row once more. Nor is anything where rules count
    columns.
    """
    if any(rule.slope.any() for rule in instance.rules):
        return Reduction.none(instance)
    again = (instance.gains > 0).any(axis=1)
    for rule in instance.rules:
        again[rule.rows[rule.times > 1]] = True
    missed = np.zeros(instance.columns, dtype=np.bool_)
    missed[instance.indices[np.repeat(again, np.diff(instance.indptr))]] = True
    dominated = dominated_columns(_couple(instance, instance.coupled), late=late) & ~missed
    if not dominated.any():
        return Reduction.none(instance)
    return keep_columns(instance, ~dominated)


def components(instance: Instance) -> Ints:
    """Tell which columns hang together by rows, by coupling or by rules.

    Returns
    -------
    (C,) int64
        Number of the component of each column; components are numbered by their lowest column.
    """
    columns, rows = instance.columns, instance.rows
    pairs = [
        (instance.indices, np.repeat(np.arange(rows), np.diff(instance.indptr)) + columns),
        (
            instance.near_indices,
            np.repeat(np.arange(columns), np.diff(instance.near_indptr)),
        ),
    ]
    for number, rule in enumerate(instance.rules):
        held = np.concatenate([np.flatnonzero(rule.slope), rule.rows + columns])
        pairs.append((held, np.full(len(held), columns + rows + number)))
    one, other = (np.concatenate(ends) for ends in zip(*pairs, strict=True))
    size = columns + rows + len(instance.rules)
    links = csr_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(size, size))
    label = connected_components(links, directed=False)[1][:columns]
    _, first, number_of = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[number_of]


def split(instance: Instance) -> tuple[Reduction, ...]:
    """Split an instance into its components, each with the rules that concern it.

    The components share nothing but the budget and the limits, which each part has in full: the
    value of a plan is the sum over the parts, and it keeps every other rule if they all do, and
    those rules that concern no column at all.
    """
    label = components(instance)
    parts = []
    for number in range(int(label.max()) + 1 if len(label) else 0):
        inside = label == number
        row_inside = np.zeros(instance.rows, dtype=np.bool_)
        row_inside[np.repeat(np.arange(instance.rows), np.diff(instance.indptr))] = inside[
            instance.indices
        ]
        concerned = tuple(
            rule
            for rule in instance.rules
            if rule.slope[inside].any() or row_inside[rule.rows].any()
        )
        parts.append(keep_columns(replace(instance, rules=concerned), inside))
    return tuple(parts)


def keep_columns(instance: Instance, keep: Bools) -> Reduction:
    """Close all other columns for good.

    Parameters
    ----------
    instance
        Rows and columns.
    keep
        (C,) bool.

    Returns
    -------
    Reduction
    """
    number = np.cumsum(keep) - 1
    indptr, indices = _kept_entries(instance.indptr, instance.indices, keep[instance.indices])
    near_kept = np.repeat(keep, np.diff(instance.near_indptr)) & keep[instance.near_indices]
    near_indptr, near = _kept_entries(instance.near_indptr, instance.near_indices, near_kept)
    near_indptr = _starts(np.diff(near_indptr)[keep])
    smaller = replace(
        instance,
        indptr=indptr,
        indices=number[indices],
        profit=instance.profit[keep],
        cost=instance.cost[keep],
        required=instance.required[keep],
        excluded=instance.excluded[keep],
        limits=tuple(
            Limit(name=limit.name, use=limit.use[keep], most=limit.most)
            for limit in instance.limits
        ),
        rules=tuple(replace(rule, slope=rule.slope[keep]) for rule in instance.rules),
        near_indptr=near_indptr,
        near_indices=number[near],
        coupled=instance.coupled[keep],
    )
    return Reduction(
        instance=keep_rows(smaller, np.diff(indptr) > 0),
        columns=np.flatnonzero(keep),
        opened=np.zeros(0, dtype=np.int64),
        offset=0.0,
    )


def keep_rows(instance: Instance, keep: Bools) -> Instance:
    """Drop all other rows, which rules then count no more."""
    if keep.all():
        return instance
    lengths = np.diff(instance.indptr)
    number = np.cumsum(keep) - 1
    return replace(
        instance,
        indptr=_starts(lengths[keep]),
        indices=instance.indices[np.repeat(keep, lengths)],
        weight=instance.weight[keep],
        gains=instance.gains[keep],
        rules=tuple(
            _renumbered(rule, np.where(keep, number, -1)[rule.rows]) for rule in instance.rules
        ),
    )


def _renumbered(rule: Rule, rows: Ints) -> Rule:
    """Let a rule count other rows; none where the number is −1."""
    keep = rows >= 0
    return replace(rule, rows=rows[keep], times=rule.times[keep], share=rule.share[keep])


def _worth(instance: Instance) -> Bools:
    """Tell which rows are worth anything or count in a rule."""
    worth = (instance.weight > 0) | (instance.gains > 0).any(axis=1)
    for rule in instance.rules:
        worth[rule.rows] = True
    return worth


def _kept_entries(indptr: Ints, indices: Ints, keep: Bools) -> tuple[Ints, Ints]:
    """Drop entries of compressed lists; emptied lists stay."""
    before = np.concatenate([[0], np.cumsum(keep)])
    return before[indptr].astype(np.int64), indices[keep]


def _starts(lengths: NDArray[np.integer]) -> Ints:
    """Return the starts of lists of these lengths, and the end."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _couple(instance: Instance, coupled: Bools) -> Instance:
    """Let only these columns need a neighbour; the lists of all others are emptied."""
    keep = np.repeat(coupled, np.diff(instance.near_indptr))
    if keep.all():
        return replace(instance, coupled=coupled)
    near_indptr, near = _kept_entries(instance.near_indptr, instance.near_indices, keep)
    return replace(instance, coupled=coupled, near_indptr=near_indptr, near_indices=near)


def _fits(instance: Instance) -> Bools:
    """Tell which columns could be paid beside the required ones, each with a neighbour."""
    fits = np.ones(instance.columns, dtype=np.bool_)
    owner = np.repeat(np.arange(instance.columns), np.diff(instance.near_indptr))
    rules = [(instance.cost, instance.budget)]
    rules += [(limit.use, limit.most) for limit in instance.limits]
    for use, most in rules:
        more = np.where(instance.required, 0.0, use)  # beside the required ones
        spent = use[instance.required]
        left = left_over(most, spent) + _TOLERANCE * (abs(most) + float(spent.sum()))
        cheapest = np.where(instance.coupled, np.inf, 0.0)
        np.minimum.at(cheapest, owner, more[instance.near_indices])
        cheapest[_stands_alone(instance, owner)] = 0.0
        fits &= (more + cheapest) * (1 - _TOLERANCE) <= left
    return fits


def _stands_alone(instance: Instance, owner: Ints) -> Bools:
    """Tell which columns need no other one: those not coupled, or their own neighbour."""
    alone = ~instance.coupled
    alone[owner[instance.near_indices == owner]] = True
    return alone
