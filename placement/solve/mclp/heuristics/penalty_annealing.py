"""The search where rows count more than once or rules count rows: annealing with what is broken.

Budget, limits and required columns are kept at every step. Rules of any other form and couplings
may be broken on the way, at a price that rises until they are kept.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import sparse

from placement.arrays import Bools, Floats, Ints, Words
from placement.compiled import compiled
from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mclp.heuristics.board import rules_of
from placement.solve.mclp.heuristics.moves import below, uniform

HEAT = (0.02, 0.0002)
"""Temperatures at the start and at the end, as shares of the mean worth of an open column."""
BATCHES = 8
FARTHER = 0.15
SINGLE = 0.15
MOVED = 64  # most columns that one step opens and closes


class Field(NamedTuple):
    """What does not change: rows, columns and rules in arrays that compiled loops read.

    Attributes
    ----------
    column_first, column_row
        Rows of each column.
    row_first, row_column
        Columns of each row.
    worth
        (R, L) float64, worth of covering a row once more, by the times it is covered.
    profit
        (C,) float64.
    use, most
        (C, K) and (K,) float64, the budget and the limits.
    near_first, near_column, led_first, led_column
        Partners of each coupled column, and whom each column may serve.
    slope
        (C, Q) float64, of the Q rules.
    counted_first, counted_rule, counted_times, counted_share
        For each row, the rules that count it, from which times on, and for how much.
    bound
        (Q,) float64, right-hand sides.
    free
        (F,) int64, columns that may be opened and closed.
    """

    column_first: Ints
    column_row: Ints
    row_first: Ints
    row_column: Ints
    worth: Floats
    profit: Floats
    use: Floats
    most: Floats
    near_first: Ints
    near_column: Ints
    led_first: Ints
    led_column: Ints
    slope: Floats
    counted_first: Ints
    counted_rule: Ints
    counted_times: Ints
    counted_share: Floats
    bound: Floats
    free: Ints


class Walk(NamedTuple):
    """Where the search is.

    Attributes
    ----------
    is_open
        (C,) bool.
    times, served
        (R,) and (C,) int64: how often rows are covered; open partners of each column.
    used, left
        (K,) and (Q,) float64: left sides of the limits and of the rules.
    value
        (2,) float64: worth, and number of open columns that lack a partner.
    """

    is_open: Bools
    times: Ints
    served: Ints
    used: Floats
    left: Floats
    value: Floats


def search(
    instance: Instance,
    *,
    stop: Stop,
    seed: int,
    start: Ints,
    steps: int,
    heat: float = 1.0,
    on_better: Callable[[Ints], None],
) -> None:
    """Look for a good plan that keeps every rule, from one that may break some.

    Parameters
    ----------
    instance
        Rows, columns and rules of every form.
    stop
        Asked some times a second.
    seed
        The same seed and `steps`, with a rule that never stops, give the same plans.
    start
        Columns to start from; it keeps the budget, the limits, what is required and excluded.
    steps
        Exchanges to try in all.
    heat
        Times the usual temperatures; less than 1 stays closer to the start.
    on_better
        Called with plans that keep every rule, each better than the one before.
    """
    field = _field(instance)
    if not len(field.free) or not len(start):
        return
    random = np.array([np.uint64(seed & 0xFFFFFFFFFFFFFFFF)], np.uint64)
    walk = _walk(field, instance, start)
    best = np.array([-math.inf])
    plan = walk.is_open.copy()
    mean = max(float(walk.value[0]) / len(start), 1e-280)
    hot, cold = HEAT[0] * heat * mean, HEAT[1] * heat * mean
    price = np.array(
        [2.0 * mean / max(1e-280, _scale(instance, number)) for number in range(len(field.bound))]
    )
    told = -math.inf
    batch = max(1, steps // BATCHES)
    for number in range(BATCHES):
        span = hot * (cold / hot) ** (np.array([number, number + 1]) / BATCHES)
        done = 0
        while done < batch and not stop.reached():
            part = min(batch - done, 5_000)
            warmth = span[0] * (span[1] / span[0]) ** (np.array([done, done + part]) / batch)
            margin = 0.5 * _marginal(field, walk)
            _anneal(field, walk, price, 2.0 * mean, margin, warmth, part, best, plan, random)
            done += part
        if best[0] > told:
            told = float(best[0])
            on_better(np.flatnonzero(plan))
        if stop.reached():
            return
        price[walk.left > field.bound + _slack(field.bound)] *= 2.0


def _scale(instance: Instance, number: int) -> float:
    """Return what a column moves the left side of a rule by, roughly."""
    rule = instance.rules[number]
    if len(rule.rows):
        sizes = np.bincount(instance.indices, minlength=instance.columns)
        return float(rule.share.mean()) * max(1.0, float(np.median(sizes)) / 10.0)
    return float(np.abs(rule.slope).max(initial=0.0))


def _slack(bound: Floats) -> Floats:
    return np.asarray(1e-9 * np.maximum(1.0, np.abs(bound)))


def _field(instance: Instance) -> Field:
    """Lay an instance out for compiled loops."""
    columns = instance.columns
    by_row = sparse.csr_array(
        (np.ones(len(instance.indices), np.int8), instance.indices, instance.indptr),
        shape=(instance.rows, columns),
    )
    by_column = sparse.csr_array(by_row.T)
    coupled = np.repeat(instance.coupled, np.diff(instance.near_indptr))
    owner = np.repeat(np.arange(columns), np.diff(instance.near_indptr))[coupled]
    partner = instance.near_indices[coupled]
    order = np.argsort(partner, kind="stable")
    counts = np.bincount(owner, minlength=columns), np.bincount(partner, minlength=columns)
    rules = instance.rules
    row = np.concatenate([np.zeros(0, np.int64), *(rule.rows for rule in rules)])
    rank = np.argsort(row, kind="stable")
    lengths = [len(rule.rows) for rule in rules]
    times = np.concatenate([np.zeros(0, np.int64), *(rule.times for rule in rules)])
    share = np.concatenate([np.zeros(0), *(rule.share for rule in rules)])
    use, most = rules_of(instance)
    lonely = instance.coupled & (counts[0] == 0)
    free = ~instance.required & ~instance.excluded & ~lonely & (use <= most).all(axis=1)
    return Field(
        column_first=by_column.indptr.astype(np.int64),
        column_row=by_column.indices.astype(np.int64),
        row_first=instance.indptr,
        row_column=instance.indices,
        worth=np.ascontiguousarray(np.column_stack([instance.weight, instance.gains])),
        profit=instance.profit,
        use=np.ascontiguousarray(use),
        most=most,
        near_first=np.concatenate([[0], np.cumsum(counts[0])]).astype(np.int64),
        near_column=partner.astype(np.int64),
        led_first=np.concatenate([[0], np.cumsum(counts[1])]).astype(np.int64),
        led_column=owner[order].astype(np.int64),
        slope=np.ascontiguousarray(
            np.column_stack([np.zeros((columns, 0)), *(rule.slope for rule in rules)])
        ),
        counted_first=np.searchsorted(row[rank], np.arange(instance.rows + 1)).astype(np.int64),
        counted_rule=np.repeat(np.arange(len(rules)), lengths)[rank].astype(np.int64),
        counted_times=times[rank].astype(np.int64),
        counted_share=share[rank],
        bound=np.array([rule.most for rule in rules], dtype=np.float64),
        free=np.flatnonzero(free),
    )


def _walk(field: Field, instance: Instance, start: Ints) -> Walk:
    """Return the walk at a plan."""
    walk = Walk(
        is_open=np.zeros(instance.columns, np.bool_),
        times=np.zeros(instance.rows, np.int64),
        served=np.zeros(instance.columns, np.int64),
        used=np.zeros(len(field.most)),
        left=np.zeros(len(field.bound)),
        value=np.zeros(2),
    )
    for column in start.tolist():
        _flip(field, walk, column)
    return walk


@compiled
def _flip(field: Field, walk: Walk, column: int) -> None:
    """Open a closed column or close an open one; keep every figure."""
    sign = -1.0 if walk.is_open[column] else 1.0
    step = -1 if walk.is_open[column] else 1
    gained = field.profit[column]
    levels = field.worth.shape[1]
    for at in range(field.column_first[column], field.column_first[column + 1]):
        row = field.column_row[at]
        level = walk.times[row] if step > 0 else walk.times[row] - 1
        if level < levels:
            gained += field.worth[row, level]
        for k in range(field.counted_first[row], field.counted_first[row + 1]):
            if field.counted_times[k] == level + 1:
                walk.left[field.counted_rule[k]] -= sign * field.counted_share[k]
        walk.times[row] += step
    walk.value[0] += sign * gained
    for rule in range(len(field.most)):
        walk.used[rule] += sign * field.use[column, rule]
    for rule in range(len(field.bound)):
        walk.left[rule] += sign * field.slope[column, rule]
    walk.is_open[column] = step > 0
    if field.near_first[column] < field.near_first[column + 1] and walk.served[column] == 0:
        walk.value[1] += sign
    for at in range(field.led_first[column], field.led_first[column + 1]):
        led = field.led_column[at]
        before = walk.served[led]
        walk.served[led] += step
        if walk.is_open[led] and (before == 0 or walk.served[led] == 0):
            walk.value[1] -= sign


@compiled
def _marginal(field: Field, walk: Walk) -> float:
    """Return what a unit of the budget is worth at the margin: a low quartile over open columns."""
    rates = np.empty(len(field.free))
    count = 0
    for column in field.free:
        if walk.is_open[column] and field.use[column, 0] > 0.0:
            before = walk.value[0]
            _flip(field, walk, column)
            rates[count] = (before - walk.value[0]) / field.use[column, 0]
            _flip(field, walk, column)
            count += 1
    return max(0.0, np.quantile(rates[:count], 0.25)) if count else 0.0


@compiled
def _judged(field: Field, walk: Walk, price: Floats, alone: float, margin: float) -> float:
    """Return the worth less the prices of what is broken and of the budget that is spent."""
    total = walk.value[0] - alone * walk.value[1] - margin * walk.used[0]
    for rule in range(len(field.bound)):
        over = walk.left[rule] - field.bound[rule]
        if over > 0.0:
            total -= price[rule] * over
    return total  # type: ignore[no-any-return]


@compiled
def _kept(field: Field, walk: Walk) -> bool:
    """Tell whether every coupling and rule is kept."""
    if walk.value[1] > 0.5:
        return False
    for rule in range(len(field.bound)):
        if walk.left[rule] > field.bound[rule] + 1e-9 * max(1.0, abs(field.bound[rule])):
            return False
    return True


@compiled
def _room(field: Field, walk: Walk, column: int) -> bool:
    """Tell whether budget and limits have room for a column."""
    for rule in range(len(field.most)):
        if walk.used[rule] + field.use[column, rule] > field.most[rule]:
            return False
    return True


@compiled
def _next_unit(field: Field, walk: Walk, column: int) -> int:
    """Return the column, or the one before it that must be open first and is not."""
    while field.near_first[column + 1] - field.near_first[column] == 1:
        before = field.near_column[field.near_first[column]]
        if walk.is_open[before] or before >= column:
            break
        column = before
    return column


@compiled
def _follow(field: Field, walk: Walk, may: Bools, moved: Ints, count: int, seed: Words) -> int:
    """Close who leaned on what was closed, and open as many in turn; return how many moved.

    A gate moves with the teams that stand by it: else each of them, left alone, would forbid it.
    """
    first = _close_lonely(field, walk, may, moved, count)
    last = first
    for _ in range(first - count):
        other = _next_unit(field, walk, _neighbour(field, moved[below(seed, last)], seed))
        if may[other] and not walk.is_open[other] and _room(field, walk, other):
            _flip(field, walk, other)
            moved[last] = other
            last += 1
    return last


@compiled
def _close_lonely(field: Field, walk: Walk, may: Bools, moved: Ints, count: int) -> int:
    """Close what is left without a partner by what was moved; return how many were moved then."""
    at = 0
    while at < count:
        column = moved[at]
        at += 1
        if walk.is_open[column]:
            continue
        for k in range(field.led_first[column], field.led_first[column + 1]):
            led = field.led_column[k]
            if walk.is_open[led] and walk.served[led] == 0 and may[led]:
                if 2 * (count + 1) >= len(moved):
                    return count
                _flip(field, walk, led)
                moved[count] = led
                count += 1
    return count


@compiled
def _neighbour(field: Field, column: int, seed: Words) -> int:
    """Return a random column that covers a row of this one, serves it or is served by it."""
    rows = field.column_first[column + 1] - field.column_first[column]
    near = field.near_first[column + 1] - field.near_first[column]
    led = field.led_first[column + 1] - field.led_first[column]
    if near + led > 0 and (rows == 0 or uniform(seed) < FARTHER):
        at = below(seed, near + led)
        if at < near:
            return field.near_column[field.near_first[column] + at]  # type: ignore[no-any-return]
        return field.led_column[field.led_first[column] + at - near]  # type: ignore[no-any-return]
    if rows == 0 or uniform(seed) < FARTHER:
        return field.free[below(seed, len(field.free))]  # type: ignore[no-any-return]
    row = field.column_row[field.column_first[column] + below(seed, rows)]
    first = field.row_first[row]
    return field.row_column[first + below(seed, field.row_first[row + 1] - first)]  # type: ignore[no-any-return]


@compiled
def _anneal(  # noqa: C901, PLR0912 - one loop, compiled
    field: Field,
    walk: Walk,
    price: Floats,
    alone: float,
    margin: float,
    warmth: Floats,
    steps: int,
    best: Floats,
    plan: Bools,
    seed: Words,
) -> None:
    """Open, close or exchange, accepted by temperature; keep the best plan that breaks nothing."""
    may = np.zeros(len(field.profit), np.bool_)
    may[field.free] = True
    moved = np.empty(MOVED, np.int64)
    now = _judged(field, walk, price, alone, margin)
    cooling = math.log(warmth[1] / warmth[0]) / max(1, steps)
    for number in range(steps):
        heat = warmth[0] * math.exp(cooling * number)
        count = 0
        column = int(field.free[below(seed, len(field.free))])
        if walk.is_open[column]:
            _flip(field, walk, column)
            moved[count] = column
            count += 1
            if uniform(seed) > SINGLE:  # up to three in its place, as far as there is room
                for _ in range(1 + below(seed, 3)):
                    other = _next_unit(field, walk, _neighbour(field, column, seed))
                    able = may[other] and other != column and not walk.is_open[other]
                    if able and _room(field, walk, other):
                        _flip(field, walk, other)
                        moved[count] = other
                        count += 1
        elif _room(field, walk, column):
            _flip(field, walk, column)
            moved[count] = column
            count += 1
        else:  # others around it make room
            for _ in range(4):
                other = _neighbour(field, column, seed)
                if may[other] and walk.is_open[other]:
                    _flip(field, walk, other)
                    moved[count] = other
                    count += 1
                    if _room(field, walk, column):
                        break
            if count == 0 or not _room(field, walk, column):
                for at in range(count - 1, -1, -1):
                    _flip(field, walk, moved[at])
                continue
            _flip(field, walk, column)
            moved[count] = column
            count += 1
        count = _follow(field, walk, may, moved, count, seed)
        then = _judged(field, walk, price, alone, margin)
        if then - now < heat * math.log(1.0 - uniform(seed)):
            for at in range(count - 1, -1, -1):
                _flip(field, walk, moved[at])
            continue
        now = then
        if walk.value[0] > best[0] + 1e-9 * abs(walk.value[0]) and _kept(field, walk):
            best[0] = walk.value[0]
            plan[:] = walk.is_open
