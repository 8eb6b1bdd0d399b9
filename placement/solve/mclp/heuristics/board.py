"""The part of an instance that is open to choice, laid out for compiled loops."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from placement.arrays import Bools, Floats, Ints, Ints32
from placement.cover.instance import Instance
from placement.decimals import in_whole
from placement.solve.mclp.heuristics.moves import Board

ROOM = 1e-10
"""Share by which a rule may be passed, for the rounding of sums; half a whole number at most."""
CLOSEST = 128
"""Most neighbours listed for a column."""


class Kept(NamedTuple):
    """The part of an instance that is open to choice.

    Attributes
    ----------
    board
        Columns that can be open, numbered afresh; rows that required columns cover are left out.
    columns
        (C',) int64, their numbers in the instance.
    """

    board: Board
    columns: Ints


def keep(instance: Instance, *, only: Bools | None = None) -> Kept:
    """Leave out columns that can never be open and rows that are covered whatever is chosen.

    With `only`, a kernel: no other column stays, and rows that have become equal are merged.
    """
    required = instance.required
    if (required & instance.excluded).any():
        raise ValueError("a column is both required and excluded")
    use, most = rules_of(instance)
    taken = use[required].sum(axis=0)
    if (taken > most).any():
        raise ValueError("the required columns alone break the budget or a limit")
    able = ~instance.excluded & (required | (taken + use <= most).all(axis=1))
    if only is not None:
        able &= only
    near = sparse.csr_array(
        (
            np.ones(len(instance.near_indices), np.int64),
            instance.near_indices,
            instance.near_indptr,
        ),
        shape=(instance.columns, instance.columns),
    )
    coupled = instance.coupled & (near.diagonal() == 0)
    while True:
        lonely = able & coupled & (near @ able.astype(np.int64) == 0)
        if not lonely.any():
            break
        able &= ~lonely
    if (required & ~able).any():
        raise ValueError("a required column has no neighbour that could be open")
    coupled &= near @ required.astype(np.int64) == 0
    columns = np.flatnonzero(able)
    rows = sparse.csr_array(
        (np.ones(len(instance.indices), np.int8), instance.indices, instance.indptr),
        shape=(instance.rows, instance.columns),
    )
    free = ~instance.covered_rows(np.flatnonzero(required)) & (instance.weight > 0)
    chosen, weight = sparse.csr_array(rows[free][:, columns]), instance.weight[free]
    if only is not None:
        chosen, weight = _merged(chosen, weight)
    board = _board(
        chosen,
        weight,
        instance.profit[columns],
        use[columns],
        most,
        required[columns],
        sparse.csr_array(near[columns][:, columns] * coupled[columns][:, None]),
        coupled[columns],
    )
    return Kept(board, columns)


def rules_of(instance: Instance) -> tuple[Floats, Floats]:
    """Return what each column uses of the budget and every limit, in whole numbers, and the most.

    That is (C, K) and (K,) float64, with some room for the rounding of sums.
    """
    rules = [in_whole(instance.cost, instance.budget)]
    rules += [in_whole(limit.use, limit.most) for limit in instance.limits]
    use = np.column_stack([use for use, _, _ in rules])
    most = np.array([most for _, most, _ in rules])
    return use, most + np.minimum(ROOM * np.maximum(1.0, np.abs(most)), 0.5)


def _merged(rows: sparse.csr_array, weight: Floats) -> tuple[sparse.csr_array, Floats]:
    """Merge rows with equal columns."""
    rows.sort_indices()
    edges = rows.indptr.tolist()
    numbers: dict[bytes, int] = {}
    group = np.array(
        [
            numbers.setdefault(rows.indices[edges[row] : edges[row + 1]].tobytes(), len(numbers))
            for row in range(rows.shape[0])
        ],
        np.int64,
    )
    first = np.unique(group, return_index=True)[1]
    return sparse.csr_array(rows[first]), np.bincount(group, weight, len(numbers))


def _board(
    rows: sparse.csr_array,
    weight: Floats,
    profit: Floats,
    use: Floats,
    most: Floats,
    locked: Bools,
    near: sparse.csr_array,
    coupled: Bools,
) -> Board:
    """Lay out the arrays that the compiled loops read."""
    wide = np.diff(rows.indptr) > 0
    rows = sparse.csr_array(rows[wide])
    rows.sort_indices()
    weight = weight[wide]
    columns = sparse.csr_array(rows.T)
    columns.sort_indices()
    near.eliminate_zeros()
    near.sort_indices()
    led = sparse.csr_array(near.T)
    led.sort_indices()
    bounded = np.isfinite(most) & (most > 0)
    rate = np.where(bounded, 1.0 / np.where(bounded, most, 1.0), 0.0)
    close_first, close_column = _closest(rows, columns, near, led)
    return Board(
        row_first=rows.indptr.astype(np.int64),
        row_column=rows.indices.astype(np.int32),
        column_first=columns.indptr.astype(np.int64),
        column_row=columns.indices.astype(np.int32),
        weight=np.ascontiguousarray(weight),
        profit=np.ascontiguousarray(profit),
        use=np.ascontiguousarray(use),
        most=most,
        rate=rate,
        price=np.where(np.isfinite(use), use, 0.0) @ rate,
        least=np.array([1e-12 * float(weight.sum() + profit.sum())]),
        locked=locked.copy(),
        near_first=near.indptr.astype(np.int64),
        near_column=near.indices.astype(np.int32),
        led_first=led.indptr.astype(np.int64),
        led_column=led.indices.astype(np.int32),
        coupled=coupled.copy(),
        close_first=close_first,
        close_column=close_column,
    )


def _closest(
    rows: sparse.csr_array,
    columns: sparse.csr_array,
    near: sparse.csr_array,
    led: sparse.csr_array,
) -> tuple[Ints, Ints32]:
    """List, for each column, those that share most rows with it, the closest first.

    Two columns are as close as the rows they share are many beside those they cover (Jaccard);
    neighbours by coupling follow. At most `CLOSEST` a column.
    """
    count = columns.shape[0]
    shared = sparse.csr_array(columns.astype(np.float64) @ rows.astype(np.float64))
    size = np.diff(columns.indptr).astype(np.float64)
    first = np.zeros(count + 1, np.int64)
    lists = []
    for column in range(count):
        span = slice(shared.indptr[column], shared.indptr[column + 1])
        other, common = shared.indices[span], shared.data[span]
        other, common = other[other != column], common[other != column]
        share = common / (size[other] + size[column] - common)
        chosen = other[np.lexsort((other, -share))][:CLOSEST]
        joined = np.concatenate(
            [
                near.indices[near.indptr[column] : near.indptr[column + 1]],
                led.indices[led.indptr[column] : led.indptr[column + 1]],
            ]
        )
        joined = np.setdiff1d(joined, np.append(chosen, column))[:CLOSEST]
        lists.append(np.concatenate([chosen, joined]).astype(np.int32))
        first[column + 1] = first[column] + len(lists[-1])
    return first, np.concatenate(lists) if lists else np.zeros(0, np.int32)
