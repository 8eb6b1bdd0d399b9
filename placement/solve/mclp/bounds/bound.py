"""Upper bounds on the worth of every plan: compiled ascent, and the linear relaxation.

Both only look for prices; what the prices prove is computed in `dual_bounds`,
exactly, so a solver's tolerance or a step too long can make a bound weak but never wrong.
"""

import math
import warnings
from typing import Protocol

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from placement.arrays import Bools, Floats, Ints
from placement.compiled import compiled, part_of_compiled
from placement.cover.instance import Instance
from placement.solve.core.gap import worth_step
from placement.solve.mclp.bounds.dual_bounds import Bound, System, fix, priced, system

__all__ = ["Bound", "StopRule", "fix", "lagrangian", "relaxation", "worth_step"]

_BATCH = 50
_SHARE = 0.1
_PATIENCE = 25
_LEAST_STEP = 1e-4


class StopRule(Protocol):
    """What a bound asks of a stop rule."""

    def reached(self) -> bool:
        """Tell whether it is time to stop."""

    def left(self) -> float:
        """Return the seconds left, infinite without a time limit."""


def lagrangian(
    instance: Instance,
    *,
    stop: StopRule,
    best: float,
    start: Bound | None = None,
    iterations: int = 1500,
) -> Bound:
    """Bound by compiled ascent over the prices of the rows (Lagrangian relaxation).

    Parameters
    ----------
    instance
        Rows, columns and rules.
    stop
        Looked at every few milliseconds.
    best
        Objective of a known plan: what the step lengths aim at (Polyak).
    start
        An earlier bound to start from; otherwise each row splits its weight among its columns.
    iterations
        Most steps. The ascent ends earlier when its steps no longer move anything.

    Returns
    -------
    Bound
        The best of the bounds met, 0.02 to 0.05% above the linear relaxation on the instances
        measured.

    Notes
    -----
    Cover rows z ≤ Σ y are dualised with prices in [0, weight], limits and couplings with prices
    ≥ 0; what is left is a continuous knapsack. Directions are averaged over the past as in the
    volume algorithm (Barahona & Anbil, Math. Programming 87, 2000), and scaled by the weights.
    """
    rules = system(instance)
    box = instance.weight[rules.owner]
    u = _first_prices(instance, rules) if start is None else start.u.copy()
    side = np.zeros(len(rules.side_most)) if start is None else start.side.copy()
    handed = instance.profit + np.bincount(
        rules.indices, np.repeat(u, np.diff(rules.indptr)), minlength=instance.columns
    )
    typical = float(np.mean(handed[rules.free])) if rules.free.any() else 1.0
    use = (
        np.maximum.reduceat(np.abs(rules.side_values), rules.side_indptr[:-1])
        if len(side)
        else side
    )
    scale = typical / (use * np.maximum(use, np.maximum(rules.side_most, 1.0)))
    state = np.array([math.inf, 0.3, 0.0])  # best value met, step factor, steps since it fell
    best = best if math.isfinite(best) else 0.0
    primal, best_u, best_side = np.zeros(instance.columns), u.copy(), side.copy()
    way, side_way = np.zeros(len(u)), np.zeros(len(side))
    done = 0
    while done < iterations and state[1] > _LEAST_STEP and not (done and stop.reached()):
        _ascend(
            rules.indptr, rules.indices, rules.owner, instance.weight, box,
            rules.side_indptr, rules.side_indices, rules.side_values, rules.side_most, scale,
            instance.profit, instance.cost, rules.free, instance.required, rules.budget,
            best, u, side, way, side_way, best_u, best_side, primal, state, _BATCH,
        )  # fmt: skip
        done += _BATCH
    return priced(instance, rules, best_u, best_side, primal=primal)


def _first_prices(instance: Instance, rules: System) -> Floats:
    """Split each row's weight evenly; rows that are covered anyway are worth nothing more."""
    lengths = np.diff(rules.indptr)
    u = instance.weight[rules.owner] / np.maximum(lengths, 1)
    u[instance.rows :] *= 0.5
    u[rules.owner[instance.rows :]] *= 0.5  # a row priced twice shares its weight
    row_of = np.repeat(np.arange(len(lengths)), lengths)
    u[row_of[instance.required[rules.indices]]] = 0.0
    return u


@compiled
def _ascend(  # noqa: C901, PLR0912, PLR0913, PLR0917 - one loop, which the compiler wants whole
    indptr: Ints, indices: Ints, owner: Ints, weight: Floats, box: Floats,
    side_indptr: Ints, side_indices: Ints, side_values: Floats, side_most: Floats, scale: Floats,
    profit: Floats, cost: Floats, free: Bools, required: Bools, budget: float,
    best: float, u: Floats, side: Floats, way: Floats, side_way: Floats, best_u: Floats,
    best_side: Floats, primal: Floats, state: Floats, steps: int,
) -> None:  # fmt: skip
    """Take some steps; all state lives in the arrays, so that the caller can look at the clock."""
    handed = np.empty(len(profit))
    opened = np.empty(len(profit))
    kept = np.empty(len(weight))
    for _ in range(steps):
        _copy(handed, profit)
        _copy(kept, weight)
        for e in range(len(u)):
            kept[owner[e]] -= u[e]
            for k in range(indptr[e], indptr[e + 1]):
                handed[indices[k]] += u[e]
        value = 0.0
        for r in range(len(weight)):
            value += max(kept[r], 0.0)
        for k in range(len(side)):
            value += side[k] * side_most[k]
            for m in range(side_indptr[k], side_indptr[k + 1]):
                handed[side_indices[m]] -= side[k] * side_values[m]
        value += _buy(handed, cost, free, required, budget, opened)
        for j in range(len(opened)):
            primal[j] += _SHARE * (opened[j] - primal[j])
        state[2] += 1
        if value < state[0]:
            if value < state[0] * (1 - 1e-5):
                state[2] = 0
            state[0] = value
            _copy(best_u, u)
            _copy(best_side, side)
        if state[2] >= _PATIENCE:  # it no longer falls: back to the best point, with half the step
            state[1] *= 0.6
            state[2] = 0
            _copy(u, best_u)
            _copy(side, best_side)
            way[:] = 0.0
            side_way[:] = 0.0
            continue
        size = 0.0
        for e in range(len(u)):
            slope = -1.0 if kept[owner[e]] > 0.0 or len(u) == len(weight) else 0.0
            for k in range(indptr[e], indptr[e + 1]):
                slope += opened[indices[k]]
            way[e] += _SHARE * (slope - way[e])
            stuck = (u[e] <= 0.0 and way[e] > 0.0) or (u[e] >= box[e] and way[e] < 0.0)
            if not stuck:
                size += box[e] * way[e] * way[e]
        for k in range(len(side)):
            slope = side_most[k]
            for m in range(side_indptr[k], side_indptr[k + 1]):
                slope -= side_values[m] * opened[side_indices[m]]
            side_way[k] += _SHARE * (slope - side_way[k])
            if side[k] > 0.0 or side_way[k] < 0.0:
                size += scale[k] * side_way[k] * side_way[k]
        if size <= 0.0 or value <= best:
            state[1] = 0.0
            return
        step = state[1] * (value - best) / size
        for e in range(len(u)):
            u[e] = min(max(u[e] - step * box[e] * way[e], 0.0), box[e])
        for k in range(len(side)):
            side[k] = max(side[k] - step * scale[k] * side_way[k], 0.0)


@part_of_compiled
def _copy(to: Floats, source: Floats) -> None:
    for i in range(len(to)):
        to[i] = source[i]


@part_of_compiled
def _buy(
    handed: Floats, cost: Floats, free: Bools, required: Bools, budget: float, opened: Floats
) -> float:
    """Fill the budget by worth per cost, the last column in part; return the worth bought."""
    ratio = np.empty(len(handed))
    worth = 0.0
    for j in range(len(handed)):
        opened[j] = 0.0
        ratio[j] = 0.0
        if required[j]:
            opened[j] = 1.0
            worth += handed[j]
        elif free[j] and handed[j] > 0.0:
            ratio[j] = handed[j] / cost[j] if cost[j] > 0.0 else np.inf
    left = budget
    order = np.argsort(-ratio)
    for place in range(len(order)):
        j = order[place]
        if ratio[j] <= 0.0:
            break
        part = 1.0 if cost[j] <= left else left / cost[j]
        opened[j] = part
        worth += part * handed[j]
        left -= part * cost[j]
        if part < 1.0:
            break
    return worth


def relaxation(instance: Instance, *, stop: StopRule) -> Bound:
    """Bound by the linear relaxation, solved by interior point.

    Parameters
    ----------
    instance
        Rows, columns and rules.
    stop
        Seconds left are the time limit of the solver.

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
    top = float(max(instance.cost.max(initial=0.0), 1e-300))
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
                b_ub=np.concatenate([np.zeros(len(u)), rules.side_most, [rules.whole / top]]),
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
