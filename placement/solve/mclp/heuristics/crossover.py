"""Partition crossover: the best of two plans, part by part."""

import math

import numpy as np

from placement.arrays import Bools, Floats, Ints, Ints32
from placement.compiled import compiled, part_of_compiled
from placement.solve.mclp.heuristics.moves import (
    LOGGED,
    OPENED,
    Board,
    State,
    close_column,
    open_column,
)

MOST_STATES = 1024


@compiled
def cross(board: Board, state: State, other: Ints32) -> float:  # noqa: C901, PLR0912
    """Take over those parts of another plan that together make this one better.

    The columns in which two plans differ fall into components that share no row which is not
    covered anyway, and no coupling: each can be taken or left by itself, with a known change of
    worth and of what is used (Tinós, Whitley & Chicano 2015, for other problems). The choice
    among them is a knapsack, solved by lists of undominated states; exact for one rule.

    Returns
    -------
    float
        What is gained; 0 where nothing changed.
    """
    columns = len(board.profit)
    rules = len(board.most)
    differs, leaving, total = differences(state, other, columns)
    if total == 0:
        return 0.0
    first = np.full(len(board.weight), -1, np.int32)
    before = np.zeros(len(board.weight), np.int32)
    after = np.zeros(len(board.weight), np.int32)
    parent = components(board, state, differs, leaving, total, first, before, after)
    number = np.full(columns, -1, np.int32)
    parts = 0
    worth = np.zeros(total, np.float64)
    use = np.zeros((total, rules), np.float64)
    part = np.zeros(total, np.int32)
    for at in range(total):
        column = differs[at]
        top = root(parent, column)
        if number[top] < 0:
            number[top] = parts
            parts += 1
        part[at] = number[top]
        sign = -1.0 if at < leaving else 1.0
        worth[part[at]] += sign * board.profit[column]
        for rule in range(rules):
            use[part[at], rule] += sign * board.use[column, rule]
    for at in range(total):
        column = differs[at]
        for entry in range(board.column_first[column], board.column_first[column + 1]):
            row = board.column_row[entry]
            if first[row] != column:
                continue
            if before[row] > 0 and after[row] == 0:
                worth[part[at]] -= board.weight[row]
            elif before[row] == 0 and after[row] > 0:
                worth[part[at]] += board.weight[row]
    chosen = np.zeros(parts, np.bool_)
    room = np.empty(rules, np.float64)
    for rule in range(rules):
        room[rule] = board.most[rule] - state.used[rule]
    gain = choose(worth, use, room, chosen)
    if gain <= board.least[0]:
        return 0.0
    for at in range(total):
        if chosen[part[at]]:
            if at < leaving:
                close_column(board, state, differs[at])
            else:
                open_column(board, state, differs[at])
    state.counts[LOGGED] = 0
    return gain


@part_of_compiled
def differences(state: State, other: Ints32, columns: int) -> tuple[Ints32, int, int]:
    """List columns only this plan opens, then those only the other does, with both counts."""
    wanted = np.zeros(columns, np.bool_)
    for column in other:
        wanted[column] = True
    differs = np.empty(columns, np.int32)
    total = 0
    for at in range(state.counts[OPENED]):
        if not wanted[state.order[at]]:
            differs[total] = state.order[at]
            total += 1
    leaving = total
    for column in other:
        if not state.is_open[column]:
            differs[total] = column
            total += 1
    return differs, leaving, total


@part_of_compiled
def root(parent: Ints, column: int) -> int:
    """Return the head of a column's component, shortening the way to it."""
    while parent[column] != column:
        parent[column] = parent[parent[column]]
        column = parent[column]
    return column


@part_of_compiled
def components(  # noqa: C901, PLR0912
    board: Board,
    state: State,
    differs: Ints32,
    leaving: int,
    total: int,
    first: Ints32,
    before: Ints32,
    after: Ints32,
) -> Ints:
    """Join columns that share a row nothing common covers, or are coupled.

    Fills, by row, the first such column (or −1) and how many of the leaving (`before`) and of
    the coming ones (`after`) cover it.
    """
    parent = np.arange(len(board.profit))
    for at in range(leaving):
        column = differs[at]
        for entry in range(board.column_first[column], board.column_first[column + 1]):
            before[board.column_row[entry]] += 1
    for at in range(total):
        column = differs[at]
        for entry in range(board.column_first[column], board.column_first[column + 1]):
            row = board.column_row[entry]
            if state.cover[row] > before[row]:
                continue
            if at >= leaving:
                after[row] += 1
            if first[row] < 0:
                first[row] = column
            else:
                parent[root(parent, first[row])] = root(parent, column)
    if len(board.near_column) > 0:
        # a coupled column of either plan ties together all that may serve it
        moving = np.zeros(len(board.profit), np.bool_)
        for at in range(total):
            moving[differs[at]] = True
        for column in range(len(board.profit)):
            if not board.coupled[column] or not (state.is_open[column] or moving[column]):
                continue
            head = column if moving[column] else -1
            for entry in range(board.near_first[column], board.near_first[column + 1]):
                server = board.near_column[entry]
                if not moving[server]:
                    continue
                if head < 0:
                    head = np.int64(server)  # type: ignore[assignment]
                else:
                    parent[root(parent, head)] = root(parent, server)
    return parent


@part_of_compiled
def choose(worth: Floats, use: Floats, room: Floats, chosen: Bools) -> float:  # noqa: C901, PLR0912
    """Choose parts of most worth within the room left by every rule.

    Parameters
    ----------
    worth
        (≥ P,) change of worth.
    use
        (≥ P, K) change of what is used.
    room
        (K,) what is left.
    chosen
        (P,) bool, filled.

    Returns
    -------
    float
        The gain.
    """
    parts = len(chosen)
    rules = len(room)
    back = np.zeros((parts, MOST_STATES), np.int64)
    value = np.zeros(2 * MOST_STATES, np.float64)
    taken = np.zeros((2 * MOST_STATES, rules), np.float64)
    fresh = np.zeros(MOST_STATES, np.float64)
    spent = np.zeros((MOST_STATES, rules), np.float64)
    count = 1
    for part in range(parts):
        for at in range(count):
            value[count + at] = value[at] + worth[part]
            for rule in range(rules):
                taken[count + at, rule] = taken[at, rule] + use[part, rule]
        # both halves ascend in what they use of the first rule: merged, the first half first
        old, new, kept = 0, count, 0
        best = -math.inf
        while old < count or new < 2 * count:
            if new == 2 * count or (old < count and taken[old, 0] <= taken[new, 0]):
                entry, step = old, old
                old += 1
            else:
                entry, step = new, -1 - (new - count)
                new += 1
            if value[entry] > best and kept < MOST_STATES:
                best = value[entry]
                fresh[kept] = best
                for rule in range(rules):
                    spent[kept, rule] = taken[entry, rule]
                back[part, kept] = step
                kept += 1
        count = kept
        for at in range(count):
            value[at] = fresh[at]
            for rule in range(rules):
                taken[at, rule] = spent[at, rule]
    gain = 0.0
    last = -1
    for at in range(count):
        able = value[at] > gain
        for rule in range(rules):
            if taken[at, rule] > max(room[rule], 0.0):
                able = False
        if able:
            gain = value[at]
            last = at
    if last < 0:
        return 0.0
    for part in range(parts - 1, -1, -1):
        step = back[part, last]
        chosen[part] = step < 0
        last = step if step >= 0 else -1 - step
    return gain
