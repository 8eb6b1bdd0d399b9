"""Which columns another one can stand in for: the loops behind `reduce.drop_dominated`."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from placement.arrays import Bools, Floats, Ints
from placement.compiled import compiled, part_of_compiled, suited
from placement.cover.instance import Instance

_AT_ONCE = 20_000  # columns between two looks at the clock: a tenth of a second or so


def dominated_columns(instance: Instance, *, late: Callable[[], bool] = lambda: False) -> Bools:
    """Tell which columns can be dropped where rows count once and rules count no columns.

    Parameters
    ----------
    instance
        Rows and columns; only coupled columns have neighbours. Gains and rules are not looked at.
    late
        Tells whether to leave it at the columns that were looked at.

    Returns
    -------
    (C,) bool
    """
    near_indptr = instance.near_indptr
    owner = np.repeat(np.arange(instance.columns), np.diff(near_indptr))
    near = instance.near_indices[np.lexsort((instance.near_indices, owner))]
    order = np.lexsort((owner, near))
    by_column = csr_array(
        (np.ones(len(instance.indices), dtype=np.int8), instance.indices, instance.indptr),
        shape=(instance.rows, instance.columns),
    ).tocsc()
    beside_indptr = np.concatenate([[0], np.cumsum(np.bincount(near, minlength=instance.columns))])
    use = [instance.cost, *(limit.use for limit in instance.limits)]
    dominated = np.zeros(instance.columns, dtype=np.bool_)
    compared = _Compared(
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
    mark = suited(_dominated, steps=instance.columns * max(1, len(instance.indices)) // 10)
    for begin in range(0, instance.columns, _AT_ONCE):
        if begin and late():
            break
        mark(compared, begin, min(begin + _AT_ONCE, instance.columns), dominated)
    return dominated


@part_of_compiled
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


class _Compared(NamedTuple):
    """What columns are compared by: their rows, their use of each limit, and their neighbours."""

    indptr: Ints
    indices: Ints
    row_starts: Ints
    rows: Ints
    use: Floats
    profit: Floats
    required: Bools
    excluded: Bools
    coupled: Bools
    near_starts: Ints
    near: Ints
    beside_starts: Ints
    beside: Ints


@part_of_compiled
def _stands_in(b: int, a: int, of: _Compared) -> bool:
    """Tell whether column `b` can stand in for column `a`.

    Where a is its own neighbour, the last condition makes b a neighbour of a, hence its own.
    """
    if of.profit[a] > 0 or of.required[a] or of.excluded[b]:
        return False
    if not of.required[b]:
        for rule in range(len(of.use)):
            if of.use[rule, b] > of.use[rule, a]:
                return False
        if of.coupled[b] and not (of.coupled[a] and _within(a, b, of.near_starts, of.near)):
            return False
    return _within(a, b, of.row_starts, of.rows) and _within(a, b, of.beside_starts, of.beside)


@compiled
def _dominated(of: _Compared, begin: int, end: int, dominated: Bools) -> None:
    """Mark those of some columns that can be dropped.

    Who stands in for a column is among those that cover its rarest row, or, if it covers none,
    among the neighbours of one to whom it is a neighbour.
    """
    indptr, row_starts = of.indptr, of.row_starts
    for a in range(begin, end):
        if of.profit[a] > 0 or of.required[a]:
            continue
        if row_starts[a] < row_starts[a + 1]:
            rarest = of.rows[row_starts[a]]
            for e in range(row_starts[a], row_starts[a + 1]):
                r = of.rows[e]
                if indptr[r + 1] - indptr[r] < indptr[rarest + 1] - indptr[rarest]:
                    rarest = r
            others = of.indices[indptr[rarest] : indptr[rarest + 1]]
        elif of.beside_starts[a] < of.beside_starts[a + 1]:
            j = of.beside[of.beside_starts[a]]
            others = of.near[of.near_starts[j] : of.near_starts[j + 1]]
        else:
            dominated[a] = True
            continue
        for b in others:
            if b == a or not _stands_in(b, a, of):
                continue
            if b < a or not _stands_in(a, b, of):
                dominated[a] = True
                break
