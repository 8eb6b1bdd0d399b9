"""An instance as blocks see it: side rules moved into worths, at the prices of an earlier bound."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance
from placement.solve.mclp.bounds.branch import Block
from placement.solve.mclp.bounds.dual_bounds import Bound, System, system, worth_grid


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Adjusted:
    """An instance whose side rules have moved into its weights and profits, at fixed prices.

    Attributes
    ----------
    instance, rules
        As they were.
    covers
        (R, C), without columns that are required or can never open.
    weight, profit
        Worths that are left: (R,), of rows that no required column covers, 0 elsewhere, and (C,).
    constant, handed
        What has been moved, as `placement.solve.mclp.bounds.dual_bounds.settled` takes it.
    u, side
        The prices of `placement.solve.mclp.bounds.dual_bounds.system` it was moved at.
    """

    instance: Instance
    rules: System
    covers: sp.csr_array
    weight: Floats
    profit: Floats
    constant: float
    handed: Floats
    u: Floats
    side: Floats


def adjust(instance: Instance, start: Bound) -> Adjusted:
    """Move what blocks do not see into weights and profits, at the prices of an earlier bound."""
    rules = system(instance)
    grid = worth_grid(instance)
    rows, columns = instance.rows, instance.columns
    weight = np.ceil(instance.weight / grid) * grid
    u = np.floor(np.clip(start.u, 0.0, weight[rules.owner]) / grid) * grid
    more = u.copy()
    more[:rows] = 0.0
    weight -= np.minimum(np.bincount(rules.owner, more, minlength=rows), weight)
    handed = np.bincount(
        rules.indices, np.repeat(more, np.diff(rules.indptr)), minlength=columns
    ).astype(np.float64)
    side = np.floor(np.maximum(start.side, 0.0) / grid) * grid
    paid = np.repeat(side, np.diff(rules.side_indptr)) * rules.side_values
    profit = instance.profit + handed
    profit -= np.bincount(rules.side_indices, paid, minlength=columns)
    row_of = np.repeat(np.arange(rows), np.diff(instance.indptr))
    served = np.zeros(rows, dtype=np.bool_)
    served[row_of[instance.required[instance.indices]]] = True
    constant = float(weight[served].sum())
    weight[served] = 0.0
    kept = rules.free[instance.indices] & ~served[row_of] & (weight[row_of] > 0.0)
    covers = sp.csr_array(
        (np.ones(int(kept.sum())), (row_of[kept], instance.indices[kept])), shape=(rows, columns)
    )
    covers.sort_indices()
    return Adjusted(
        instance=instance,
        rules=rules,
        covers=covers,
        weight=weight,
        profit=profit,
        constant=constant,
        handed=handed,
        u=u,
        side=side,
    )


def block_of(adjusted: Adjusted, rows: Ints, more: Ints | None = None) -> Block:
    """Return the block over some rows, and over further columns that cover none of them."""
    rows = rows[np.diff(adjusted.covers.indptr)[rows] > 0]
    inner = adjusted.covers[rows]
    columns = np.unique(inner.indices).astype(np.int64)
    if more is not None:
        columns = np.union1d(columns, more)
    inner = inner[:, columns].tocsr()
    inner.sort_indices()
    outer = inner.T.tocsr()
    outer.sort_indices()
    return Block(
        rows=rows,
        columns=columns,
        indptr=inner.indptr.astype(np.int64),
        indices=inner.indices.astype(np.int64),
        column_indptr=outer.indptr.astype(np.int64),
        column_indices=outer.indices.astype(np.int64),
        order=np.argsort(np.diff(inner.indptr), kind="stable").astype(np.int64),
        weight=adjusted.weight[rows],
    )
