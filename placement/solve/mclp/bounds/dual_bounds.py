"""What prices prove: a number that no plan within the rules exceeds, and columns fixed by it.

Every bound of this package is a function of prices alone, and is evaluated here on a grid of
numbers on which sums of floating-point numbers are exact. How the prices were found can make a
bound weak but never wrong.
"""

import math
from dataclasses import dataclass

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.cover.instance import Instance
from placement.solve.core.gap import step_of, worth_step

_GRID_BITS = 48
_ROUNDING = 64.0 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Bound:
    """A proven upper bound on the objective, and the prices that prove it.

    With K = ``constant``, s = ``reduced``, θ = ``price`` and B = ``budget``, no plan is worth more
    than K + θB + Σ max(0, s − θ·cost), the sum being over the columns that may open; columns that
    must open count without the max.

    Attributes
    ----------
    value
        The bound. Where every worth is a whole multiple of some number, rounded down to one.
    u
        (E,) float64, worth that a cover row of `system` hands to the columns covering it, in
        [0, weight]; the first R belong to the instance's rows.
    side
        (K,) float64, ≥ 0, prices of the side rules of `system`.
    reduced
        (C,) float64, worth of opening a column at these prices, before it pays for its cost.
    price
        Worth of one unit of the budget.
    constant
        What the bound holds whatever is open.
    budget
        The budget the bound was computed with: the instance's, in steps of its costs.
    primal
        (C,) float64 in [0, 1], the fractional plan that belongs to the prices: a guide to good
        plans, proof of nothing.
    """

    value: float
    u: Floats
    side: Floats
    reduced: Floats
    price: float
    constant: float
    budget: float
    primal: Floats

    def __post_init__(self) -> None:
        for array in (self.u, self.side, self.reduced, self.primal):
            array.setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class System:
    """The constraints that the bounds price, in one form.

    Attributes
    ----------
    indptr, indices
        Cover rows in compressed form: the rows of the instance, and then, for every row that a
        coupled column covers, the row over the columns which open with it: a row covered by
        coupled columns alone is covered only if a neighbour of one of them is open.
    owner
        (E,) int64, the instance's row that a cover row belongs to.
    side_indptr, side_indices, side_values, side_most
        Side rules Σ value · y ≤ most: the limits, the couplings y_j − Σ near ≤ 0, and those of
        the further rules that count no rows. Negative values are −1.
    free
        (C,) bool, columns that may be open or closed.
    budget
        What the free columns may cost together, and
    whole
        what all open columns may.
    """

    indptr: Ints
    indices: Ints
    owner: Ints
    side_indptr: Ints
    side_indices: Ints
    side_values: Floats
    side_most: Floats
    free: Bools
    budget: float
    whole: float


def _most(use: Floats, most: float) -> float:
    """Return the least right-hand side that loses no plan `Instance.broken_rule` accepts."""
    if not math.isfinite(most):
        return most
    step = step_of(use)
    if step:
        return math.floor(most / step) * step
    return most + 1e-12 * (abs(most) + float(np.abs(use).sum()))  # what sums of floats are off


def system(instance: Instance) -> System:
    """Write an instance's rules in the form the bounds price.

    Rules may be loosened here, by what sums of floating-point numbers are off, but never tightened
    beyond what every plan keeps.
    """
    columns = instance.columns
    near = np.diff(instance.near_indptr)
    whole = _most(instance.cost, instance.budget)
    spent = math.fsum(instance.cost[instance.required])
    budget = whole - spent
    free = ~instance.required & ~instance.excluded & (instance.cost <= budget)
    free &= ~(instance.coupled & (near == 0))
    for limit in instance.limits:
        free &= limit.use <= _most(limit.use, limit.most)
    indptr, indices, owner = _cover_rows(instance)
    values, places, starts, most = [], [], [0], []
    for limit in instance.limits:
        used = np.flatnonzero(limit.use)
        if not len(used):
            continue
        places.append(used)
        values.append(limit.use[used])
        starts.append(len(used))
        most.append(_most(limit.use, limit.most))
    for column in np.flatnonzero(instance.coupled & (near > 0)):
        there = instance.near_indices[
            instance.near_indptr[column] : instance.near_indptr[column + 1]
        ]
        if column in there:
            continue  # its own neighbour: the rule binds nothing
        places.append(np.concatenate([[column], there]))
        values.append(np.concatenate([[1.0], -np.ones(len(there))]))
        starts.append(len(there) + 1)
        most.append(0.0)
    for rule in instance.rules:  # any of them may be left out: a bound holds without it, too
        used = np.flatnonzero(rule.slope)
        if len(used) and not len(rule.rows) and (rule.slope[used] >= -1.0).all():
            below = rule.slope[used][rule.slope[used] < 0.0]
            if (below == -1.0).all():
                places.append(used)
                values.append(rule.slope[used])
                starts.append(len(used))
                most.append(_most(rule.slope[used], rule.most))
    if columns == 0 or not places:
        places, values = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    return System(
        indptr=indptr,
        indices=indices,
        owner=owner,
        side_indptr=np.cumsum(starts),
        side_indices=np.concatenate(places).astype(np.int64),
        side_values=np.concatenate(values).astype(np.float64),
        side_most=np.array(most, dtype=np.float64),
        free=free,
        budget=budget,
        whole=whole,
    )


def _cover_rows(instance: Instance) -> tuple[Ints, Ints, Ints]:
    """Return the cover rows, and after them those that the couplings imply."""
    row_of = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
    touched = np.unique(row_of[instance.coupled[instance.indices]])
    more, counts = [], []
    for row in touched:
        columns = instance.indices[instance.indptr[row] : instance.indptr[row + 1]]
        bound = instance.coupled[columns]
        openers = [columns[~bound]]
        openers += [
            instance.near_indices[instance.near_indptr[j] : instance.near_indptr[j + 1]]
            for j in columns[bound]
        ]
        more.append(np.unique(np.concatenate(openers)))
        counts.append(len(more[-1]))
    ends = instance.indptr[-1] + np.cumsum(np.array(counts, dtype=np.int64))
    return (
        np.concatenate([instance.indptr, ends]),
        np.concatenate([instance.indices, *more]),
        np.concatenate([np.arange(instance.rows), touched]),
    )


def worth_grid(instance: Instance) -> float:
    """Return the spacing of numbers on which sums of this instance's worths are exact."""
    worths = (instance.weight, np.abs(instance.profit), instance.gains.ravel())
    total = math.fsum(math.fsum(worth) for worth in worths)
    return math.ldexp(1.0, math.frexp(total)[1] - _GRID_BITS) if total > 0 else 1.0


def priced(
    instance: Instance, rules: System, u: Floats, side: Floats, *, primal: Floats | None = None
) -> Bound:
    """Evaluate the bound that prices prove, rounding so that it can only be too high.

    Parameters
    ----------
    instance, rules
        The instance and its `system`.
    u
        (E,) float64, prices of the cover rows; anything outside [0, weight] is brought inside.
    side
        (K,) float64, prices of the side rules, brought up to 0.
    primal
        (C,) float64, handed on.

    Returns
    -------
    Bound
        ``value`` is −inf where the required columns alone break the budget.

    Notes
    -----
    What is left of a row is the sum over its levels of max(0, worth of the level − price): a row
    covered t times is worth no more than that and t times the price (for expected cover and
    backup as for plain cover).

    Prices and worths are taken to a grid of 2⁻⁴⁸ of the total worth, prices downwards and worths
    upwards, so that sums are exact in float64 in any order; a result beyond that range gives way
    to the sum of all worths, which is a bound as well.
    """
    grid = worth_grid(instance)
    weight = np.ceil(instance.weight / grid) * grid
    u = np.floor(np.clip(np.nan_to_num(u), 0.0, weight[rules.owner]) / grid) * grid
    side = np.floor(np.clip(np.nan_to_num(side), 0.0, weight.sum()) / grid) * grid
    kept = weight - np.bincount(rules.owner, u, minlength=instance.rows)
    constant = float(np.maximum(kept, 0.0).sum())
    gains = np.ceil(instance.gains / grid) * grid
    constant += float(np.maximum(gains - u[: instance.rows, None], 0.0).sum())
    reduced = np.bincount(
        rules.indices, np.repeat(u, np.diff(rules.indptr)), minlength=instance.columns
    )
    return settled(instance, rules, constant, reduced, side=side, u=u, primal=primal)


def settled(
    instance: Instance,
    rules: System,
    constant: float,
    handed: Floats,
    *,
    u: Floats,
    side: Floats,
    primal: Floats | None = None,
) -> Bound:
    """Complete a bound on the worth of the rows, whatever it comes from, to one on the objective.

    Parameters
    ----------
    instance, rules
        The instance and its `system`.
    constant, handed
        On the grid of `worth_grid`: for every plan y, its rows are worth no more, gains included,
        than ``constant`` + Σ ``handed`` · y. ``handed`` is (C,) float64.
    u, primal
        Handed on.
    side
        (K,) float64 on the grid, ≥ 0, prices of the side rules.
    """
    grid = worth_grid(instance)
    profit = np.ceil(instance.profit / grid) * grid
    weight = np.ceil(instance.weight / grid) * grid
    closed = ~rules.free & ~instance.required
    gains = float((np.ceil(instance.gains / grid) * grid).sum())
    trivial = float(weight.sum() + np.maximum(profit, 0.0)[~closed].sum()) + gains
    reduced = profit + handed
    paid = np.zeros(0)
    if len(side):
        each = np.repeat(side, np.diff(rules.side_indptr))
        paid = _down(each, np.abs(rules.side_values), grid, grid)
        paid = np.where(rules.side_values < 0, -each, paid)  # couplings are −1: exact as they are
        reduced -= np.bincount(rules.side_indices, paid, minlength=instance.columns)
        constant += float(_up(side, rules.side_most, grid, grid).sum())
    price = float(_critical_prices(reduced, instance.cost, rules, grid)[0])
    value = constant + _knapsack(instance, rules, reduced, price, grid)
    largest = max(
        abs(constant),
        value,
        float(np.abs(paid).sum()),
        float(np.abs(reduced).max(initial=0.0)),
        float(np.abs(reduced[instance.required]).sum()),
    )
    if largest >= 16.0 * trivial or value >= trivial:  # no use, or beyond exact sums
        constant, reduced, price, value = float(weight.sum()) + gains, profit, 0.0, trivial
    if rules.budget < 0:
        value = -math.inf
    return Bound(
        value=_rounded(instance, value),
        u=u,
        side=side,
        reduced=reduced,
        price=price,
        constant=constant,
        budget=rules.whole,
        primal=np.zeros(instance.columns) if primal is None else primal,
    )


def _down(price: Floats, amount: Floats, grid: float, spacing: float) -> Floats:
    """Return price · amount rounded down to the grid; prices are on multiples of ``spacing``."""
    product = price * amount
    exact = (amount == np.floor(amount)) & (product < 2.0**53 * spacing)
    below = np.where(exact, product, np.nextafter(product, 0.0))
    return np.asarray(np.floor(below / grid) * grid)


def _up(price: Floats, amount: Floats, grid: float, spacing: float) -> Floats:
    """Return price · amount rounded up to the grid."""
    product = price * amount
    exact = (amount == np.floor(amount)) & (product < 2.0**53 * spacing)
    above = np.where(exact, product, np.nextafter(product, np.inf))
    return np.asarray(np.ceil(above / grid) * grid)


def _price_spacing(cost: Floats, grid: float) -> float:
    """Return a spacing for prices of money that leaves their products with whole costs exact."""
    return math.ldexp(grid, -max(0, math.frexp(float(cost.max(initial=0.0)))[1]))


def _critical_prices(reduced: Floats, cost: Floats, rules: System, grid: float) -> Floats:
    """Return the worths per cost around which the budget runs out, the critical one first.

    Columns are bought in the order of worth per cost. Every price gives a bound; the first gives
    the least one, and its neighbours in that order are the best ones once a column is forced.
    """
    wanted = np.flatnonzero(rules.free & (reduced > 0) & (cost > 0))
    ratio = np.sort(reduced[wanted] / cost[wanted])[::-1]
    order = np.argsort(-(reduced[wanted] / cost[wanted]), kind="stable")
    spent = np.cumsum(cost[wanted][order])
    first = int(np.searchsorted(spent, max(rules.budget, 0.0), side="right"))
    ratio = np.append(ratio, 0.0)
    near = [first, *(range(max(0, first - 2), min(len(ratio), first + 3)))]
    spacing = _price_spacing(cost, grid)
    return np.asarray(np.floor(ratio[near] / spacing) * spacing)


def _knapsack(
    instance: Instance, rules: System, reduced: Floats, price: float, grid: float
) -> float:
    """Return what the columns are worth at most, money priced: a bound whatever the price."""
    spacing = _price_spacing(instance.cost, grid)
    paid = _down(np.full(instance.columns, price), instance.cost, grid, spacing)
    gained = np.maximum(reduced - paid, 0.0)[rules.free].sum()
    whole = _up(np.array([price]), np.array([max(rules.budget, 0.0)]), grid, spacing).sum()
    return float(gained + whole + reduced[instance.required].sum())


def _rounded(instance: Instance, value: float) -> float:
    """Round a bound down to what a plan can be worth, or up by what sums of floats may lose."""
    if not math.isfinite(value):
        return value
    step = worth_step(instance)
    if step:
        return math.floor(value / step) * step
    return value + _ROUNDING * abs(value)


def fix(instance: Instance, bound: Bound, best: float) -> tuple[Bools, Bools]:
    """Find columns that are open, or closed, in every plan worth keeping (reduced-cost fixing).

    Parameters
    ----------
    instance
        The instance the bound was computed for.
    bound
        Any bound of this module or of blocks.
    best
        Objective of the best plan known: it stays, and all that are worth as much or more.

    Returns
    -------
    must_open, must_close : (C,) bool
        Required columns count as open; columns that can never open count as closed.

    Notes
    -----
    A column whose forced change takes the bound below ``best`` cannot be changed by a good plan.
    The test is made at the critical price of money and at those next to it, which amounts to
    solving the continuous knapsack anew with the column forced.
    """
    rules = system(instance)
    grid = worth_grid(instance)
    must_open = instance.required.copy()
    must_close = ~rules.free & ~instance.required
    least = best if worth_step(instance) else best - _ROUNDING * abs(best)
    for price in _critical_prices(bound.reduced, instance.cost, rules, grid):
        value = bound.constant + _knapsack(instance, rules, bound.reduced, float(price), grid)
        paid = _down(
            np.full(instance.columns, price),
            instance.cost,
            grid,
            _price_spacing(instance.cost, grid),
        )
        change = bound.reduced - paid
        hopeless = value - np.abs(change) < least
        must_close |= rules.free & (change < 0) & hopeless
        must_open |= rules.free & (change > 0) & hopeless
    return must_open, must_close
