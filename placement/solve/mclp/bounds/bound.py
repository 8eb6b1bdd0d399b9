"""An upper bound on the worth of every plan: the linear relaxation.

It only looks for prices; what the prices prove is computed in `dual_bounds`,
exactly, so a solver's tolerance can make a bound weak but never wrong.
"""

import math
import warnings

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from placement.arrays import Floats
from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mclp.bounds.dual_bounds import Bound, System, fix, priced, system

__all__ = ["Bound", "fix", "relaxation"]


def _first_prices(instance: Instance, rules: System) -> Floats:
    """Split each row's weight evenly; rows that are covered anyway are worth nothing more."""
    lengths = np.diff(rules.indptr)
    u = instance.weight[rules.owner] / np.maximum(lengths, 1)
    u[instance.rows :] *= 0.5
    u[rules.owner[instance.rows :]] *= 0.5  # a row priced twice shares its weight
    row_of = np.repeat(np.arange(len(lengths)), lengths)
    u[row_of[instance.required[rules.indices]]] = 0.0
    return u


_AMPLE = 1e15  # more room than any sum of costs, each at most 1


def relaxation(instance: Instance, *, stop: Stop) -> Bound:
    """Bound by the linear relaxation, solved by interior point.

    Returns
    -------
    Bound
        Recomputed from the solver's prices alone. Where the solver stopped early without prices,
        the bound of even prices: sound, and poor.
    """
    rules = system(instance)
    rows, columns = instance.rows, instance.columns
    covers = sp.csr_array(
        (np.ones(len(rules.indices)), rules.indices, rules.indptr),
        shape=(len(rules.owner), columns),
    )
    row, level = np.nonzero(instance.gains)  # each a variable of its own: Σ_l z_rl ≤ Σ y
    worth = np.concatenate([instance.weight, instance.gains[row, level]])
    owned = sp.csr_array(
        (
            np.ones(len(rules.owner) + len(row)),
            (
                np.concatenate([np.arange(len(rules.owner)), row]),
                np.concatenate([rules.owner, rows + np.arange(len(row))]),
            ),
        ),
        shape=(len(rules.owner), len(worth)),
    )
    sides = sp.csr_array(
        (rules.side_values, rules.side_indices, rules.side_indptr),
        shape=(len(rules.side_most), columns),
    )
    top = float(instance.cost.max(initial=0.0)) or 1.0
    room = min(rules.whole / top, _AMPLE)  # where nothing costs anything, any room is ample
    matrix = sp.vstack(
        [
            sp.hstack([-covers, owned]),
            sp.hstack([sides, sp.csr_array((len(rules.side_most), len(worth)))]),
            sp.hstack([sp.csr_array(instance.cost[None] / top), sp.csr_array((1, len(worth)))]),
        ]
    ).tocsr()
    unit = float(max(worth.max(initial=0.0), np.abs(instance.profit).max(initial=0.0), 1e-300))
    upper = np.ones(columns + len(worth))
    upper[:columns] = rules.free | instance.required
    lower = np.zeros(columns + len(worth))
    lower[:columns] = instance.required
    u, side = _first_prices(instance, rules), np.zeros(len(rules.side_most))
    primal = None
    if rules.budget >= 0 and rows + columns and not stop.reached():
        left = stop.left()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the outcome is checked, not believed
            result = linprog(
                -np.concatenate([instance.profit, worth]) / unit,
                A_ub=matrix,
                b_ub=np.concatenate([np.zeros(len(u)), rules.side_most, [room]]),
                bounds=np.column_stack([lower, upper]),
                method="highs-ipm",
                options={"time_limit": left} if math.isfinite(left) else {},
            )
        if result.x is not None and result.ineqlin.marginals is not None:
            prices = -unit * np.asarray(result.ineqlin.marginals, dtype=np.float64)
            primal = np.clip(np.nan_to_num(np.asarray(result.x[:columns])), 0.0, 1.0)
            even = priced(instance, rules, u, side)
            found = priced(instance, rules, prices[: len(u)], prices[len(u) : -1], primal=primal)
            return min(found, even, key=lambda bound: bound.value)
    return priced(instance, rules, u, side, primal=primal)
