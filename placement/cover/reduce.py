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

from placement.compiled import compiled
from placement.cover.aggregate import aggregate
from placement.cover.instance import Instance, Limit

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]

_TOLERANCE = 2e-9  # wider than the tolerance plans are judged with, so that no plan is lost


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


def reduce(instance: Instance) -> Reduction:
    """Take every step, in turn, until none makes the instance smaller.

    Parameters
    ----------
    instance
        Rows and columns with all their rules.

    Returns
    -------
    Reduction
    """
    reduction = Reduction.none(instance)
    while True:
        before = reduction.instance
        for step in (drop_impossible, open_required, merge_rows, take_singletons, drop_dominated):
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
    covered = instance.covered_rows(np.flatnonzero(opened))
    # whom an opened column stands beside needs no other neighbour
    free = _couple(replace(instance, required=required), instance.coupled & ~supported)
    rest = keep_columns(_keep_rows(free, ~covered), ~opened)
    return Reduction(
        instance=replace(
            rest.instance,
            budget=_left_over(instance.budget, instance.cost[opened]),
            limits=tuple(
                replace(after, most=_left_over(before.most, before.use[opened]))
                for before, after in zip(instance.limits, rest.instance.limits, strict=True)
            ),
        ),
        columns=rest.columns,
        opened=np.flatnonzero(opened),
        offset=math.fsum([*instance.weight[covered].tolist(), *instance.profit[opened].tolist()]),
    )


def merge_rows(instance: Instance) -> Reduction:
    """Merge rows of the same columns; drop rows without any column and without weight."""
    indptr, indices, weight, _ = aggregate(instance.indptr, instance.indices, instance.weight)
    merged = replace(instance, indptr=indptr, indices=indices, weight=weight)
    return Reduction.none(_keep_rows(merged, weight > 0))


def take_singletons(instance: Instance) -> Reduction:
    """Turn rows that a single column covers into that column's profit."""
    single = np.diff(instance.indptr) == 1
    if not single.any():
        return Reduction.none(instance)
    column = instance.indices[instance.indptr[:-1][single]]
    profit = instance.profit + np.bincount(
        column, weights=instance.weight[single], minlength=instance.columns
    )
    return Reduction.none(replace(_keep_rows(instance, ~single), profit=profit))


def drop_dominated(instance: Instance) -> Reduction:
    """Drop columns that another one can stand in for, and those of no use at all.

    Column b can stand in for a if it covers every row of a, costs and uses no more, needs no
    neighbour that a has not, and is a neighbour to all those to whom a is one; and a has no
    profit of its own, which b would not bring. Cost, use and neighbours do not matter if b is
    required. Of columns that can stand in for each other the lowest stays.
    """
    instance = _couple(instance, instance.coupled)
    near_indptr = instance.near_indptr
    owner = np.repeat(np.arange(instance.columns), np.diff(near_indptr))
    near = instance.near_indices[np.lexsort((instance.near_indices, owner))]
    order = np.lexsort((owner, near))
    by_column = csr_array(
        (np.ones(len(instance.indices), dtype=np.int8), instance.indices, instance.indptr),
        shape=(instance.rows, instance.columns),
    ).tocsc()
    beside_indptr = _starts(np.bincount(near, minlength=instance.columns))
    use = [instance.cost, *(limit.use for limit in instance.limits)]
    dominated = _dominated(
        instance.indptr,
        instance.indices,
        by_column.indptr.astype(np.int64),
        by_column.indices.astype(np.int64),
        np.ascontiguousarray(np.stack(use)),
        instance.profit,
        instance.required,
        instance.excluded,
        instance.coupled,
        near_indptr,
        near,
        beside_indptr,
        owner[order],
    )
    if not dominated.any():
        return Reduction.none(instance)
    return keep_columns(instance, ~dominated)


def components(instance: Instance) -> Ints:
    """Tell which columns hang together by rows or by coupling.

    Columns of different components share nothing but the budget and the limits: the value of a
    plan is the sum over the components, each taken with `keep_columns`.

    Returns
    -------
    (C,) int64
        Number of the component of each column; components are numbered by their lowest column.
    """
    row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
    owner = np.repeat(np.arange(instance.columns), np.diff(instance.near_indptr))
    size = instance.columns + instance.rows
    links = csr_array(
        (
            np.ones(len(row) + len(owner), dtype=np.int8),
            (
                np.concatenate([instance.indices, owner]),
                np.concatenate([row + instance.columns, instance.near_indices]),
            ),
        ),
        shape=(size, size),
    )
    label = connected_components(links, directed=False)[1][: instance.columns]
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[number]


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
        near_indptr=near_indptr,
        near_indices=number[near],
        coupled=instance.coupled[keep],
    )
    return Reduction(
        instance=_keep_rows(smaller, np.diff(indptr) > 0),
        columns=np.flatnonzero(keep),
        opened=np.zeros(0, dtype=np.int64),
        offset=0.0,
    )


def _keep_rows(instance: Instance, keep: Bools) -> Instance:
    """Drop all other rows."""
    if keep.all():
        return instance
    lengths = np.diff(instance.indptr)
    return replace(
        instance,
        indptr=_starts(lengths[keep]),
        indices=instance.indices[np.repeat(keep, lengths)],
        weight=instance.weight[keep],
    )


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


def _left_over(most: float, used: Floats) -> float:
    """Return what a budget or a limit leaves over, rounded once."""
    return math.fsum([most, *(-used).tolist()])


def _fits(instance: Instance) -> Bools:
    """Tell which columns could be paid beside the required ones, each with a neighbour."""
    fits = np.ones(instance.columns, dtype=np.bool_)
    owner = np.repeat(np.arange(instance.columns), np.diff(instance.near_indptr))
    rules = [(instance.cost, instance.budget)]
    rules += [(limit.use, limit.most) for limit in instance.limits]
    for use, most in rules:
        more = np.where(instance.required, 0.0, use)  # beside the required ones
        left = _left_over(most, use[instance.required]) + _TOLERANCE * max(1.0, abs(most))
        cheapest = np.where(instance.coupled, np.inf, 0.0)
        np.minimum.at(cheapest, owner, more[instance.near_indices])
        cheapest[_stands_alone(instance, owner)] = 0.0
        fits &= more + cheapest <= left
    return fits


def _stands_alone(instance: Instance, owner: Ints) -> Bools:
    """Tell which columns need no other one: those not coupled, or their own neighbour."""
    alone = ~instance.coupled
    alone[owner[instance.near_indices == owner]] = True
    return alone


@compiled
def _within(a: int, b: int, starts: Ints, items: Ints) -> bool:
    """Tell whether the sorted list `a` is part of the sorted list `b`."""
    i, j = starts[a], starts[b]
    if starts[a + 1] - i > starts[b + 1] - j:
        return False
    while i < starts[a + 1]:
        while j < starts[b + 1] and items[j] < items[i]:
            j += 1
        if j == starts[b + 1] or items[j] != items[i]:
            return False
        i += 1
        j += 1
    return True


@compiled
def _stands_in(  # noqa: PLR0917 - compiled
    b: int,
    a: int,
    row_starts: Ints,
    rows: Ints,
    use: Floats,
    profit: Floats,
    required: Bools,
    excluded: Bools,
    coupled: Bools,
    near_starts: Ints,
    near: Ints,
    beside_starts: Ints,
    beside: Ints,
) -> bool:
    """Tell whether column `b` can stand in for column `a`.

    Where a is its own neighbour, the last condition makes b a neighbour of a, hence its own.
    """
    if profit[a] > 0 or required[a] or excluded[b]:
        return False
    if not required[b]:
        for rule in range(len(use)):
            if use[rule, b] > use[rule, a]:
                return False
        if coupled[b] and not (coupled[a] and _within(a, b, near_starts, near)):
            return False
    return _within(a, b, row_starts, rows) and _within(a, b, beside_starts, beside)


@compiled
def _dominated(  # noqa: PLR0917 - one loop, compiled
    indptr: Ints,
    indices: Ints,
    row_starts: Ints,
    rows: Ints,
    use: Floats,
    profit: Floats,
    required: Bools,
    excluded: Bools,
    coupled: Bools,
    near_starts: Ints,
    near: Ints,
    beside_starts: Ints,
    beside: Ints,
) -> Bools:
    """Return the columns that can be dropped.

    Who stands in for a column is among those that cover its rarest row, or, if it covers none,
    among the neighbours of one to whom it is a neighbour.
    """
    columns = len(profit)
    dominated = np.zeros(columns, dtype=np.bool_)
    for a in range(columns):
        if profit[a] > 0 or required[a]:
            continue
        if row_starts[a] < row_starts[a + 1]:
            rarest = rows[row_starts[a]]
            for e in range(row_starts[a], row_starts[a + 1]):
                r = rows[e]
                if indptr[r + 1] - indptr[r] < indptr[rarest + 1] - indptr[rarest]:
                    rarest = r
            others = indices[indptr[rarest] : indptr[rarest + 1]]
        elif beside_starts[a] < beside_starts[a + 1]:
            j = beside[beside_starts[a]]
            others = near[near_starts[j] : near_starts[j + 1]]
        else:
            dominated[a] = True
            continue
        for b in others:
            if b == a or not _stands_in(
                b, a, row_starts, rows, use, profit, required, excluded, coupled,
                near_starts, near, beside_starts, beside,
            ):  # fmt: skip
                continue
            if b < a or not _stands_in(
                a, b, row_starts, rows, use, profit, required, excluded, coupled,
                near_starts, near, beside_starts, beside,
            ):  # fmt: skip
                dominated[a] = True
                break
    return dominated
