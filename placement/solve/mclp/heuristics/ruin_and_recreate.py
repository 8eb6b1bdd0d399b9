"""Destroy and rebuild: close a few posts that lie together, reopen, improve, accept or not."""

import math

import numpy as np

from placement.arrays import Floats, Ints, Ints32, Words
from placement.compiled import compiled, part_of_compiled
from placement.solve.mclp.heuristics.moves import (
    LOGGED,
    OPENED,
    Board,
    State,
    below,
    close_column,
    close_with_led,
    fits,
    fits_instead,
    is_near,
    is_needed,
    is_served,
    open_column,
    swap_gain,
    undo,
    uniform,
)

NOT_LOCAL = 512
"""Up to so many columns, and wherever columns are coupled, all are tried in rebuilding."""


@compiled
def fill(  # noqa: C901
    board: Board,
    state: State,
    candidates: Ints32,
    count: int,
    tilt: float,
    noise: float,
    seed: Words,
) -> None:
    """Open the best column that fits, again and again, until none is worth it.

    Parameters
    ----------
    board, state
        As everywhere.
    candidates, count
        Columns to choose from: the first `count` entries.
    tilt
        0 chooses by gain, 1 by gain per price, between them a mixture.
    noise
        Share by which a score may be lowered at random; 0 for none.
    seed
        State of the random numbers.
    """
    while True:
        best = -math.inf
        chosen = -1
        partner = -1
        for at in range(count):
            column = candidates[at]
            if state.is_open[column]:
                continue
            gain = state.score[column]
            if gain <= board.least[0] or not fits(board, state, column):
                continue
            price = board.price[column]
            server = -1
            if not is_served(board, state, column, -1):
                server = best_server(board, state, column, tilt)
                if server < 0:
                    continue
                gain += state.score[server]
                price += board.price[server]
            if tilt > 0.0:
                gain /= math.pow(price + 1e-12, tilt)
            if noise > 0.0:
                gain *= 1.0 - noise * uniform(seed)
            if gain > best:
                best = gain
                chosen = column
                partner = server
        if chosen < 0:
            return
        if partner >= 0:
            open_column(board, state, partner)
        open_column(board, state, chosen)


@part_of_compiled
def best_server(board: Board, state: State, column: int, tilt: float) -> int:
    """Return the best closed column to open with a coupled one, or −1 where none fits.

    A candidate that is coupled itself must be served already, or by `column`.
    """
    best = -math.inf
    chosen = -1
    for at in range(board.near_first[column], board.near_first[column + 1]):
        server = board.near_column[at]
        if state.is_open[server] or server == column:
            continue
        room = True
        for rule in range(len(board.most)):
            need = board.use[column, rule] + board.use[server, rule]
            if state.used[rule] + need > board.most[rule]:
                room = False
                break
        if not room:
            continue
        if not (is_served(board, state, server, -1) or is_near(board, server, column)):
            continue
        worth = state.score[server]
        if tilt > 0.0:
            worth = (worth + state.score[column]) / math.pow(
                board.price[server] + board.price[column] + 1e-12, tilt
            )
        if worth > best:
            best = worth
            chosen = server
    return chosen


@part_of_compiled
def best_swap(board: Board, state: State, closing: int) -> int:  # noqa: C901
    """Return the column whose opening in place of an open one gains most, or −1."""
    best = board.least[0]
    chosen = -1
    if board.locked[closing]:
        return chosen
    first = board.close_first[closing]
    last = board.close_first[closing + 1]
    loss = state.score[closing]
    alone = is_needed(board, state, closing, -1)
    for at in range(first, last):
        column = board.close_column[at]
        if state.is_open[column] or not fits_instead(board, state, column, closing):
            continue
        gain = swap_gain(board, state, column, closing)
        if gain <= best or loss + gain <= board.least[0]:
            continue
        if alone and is_needed(board, state, closing, column):
            continue
        if not is_served(board, state, column, closing):
            continue
        best = gain
        chosen = column
    for column in range(len(board.profit)):
        # columns further off share no row: what they gain is known without looking
        if state.is_open[column] or state.score[column] - loss <= best:
            continue
        if not fits_instead(board, state, column, closing):
            continue
        if alone and is_needed(board, state, closing, column):
            continue
        if not is_served(board, state, column, closing):
            continue
        best = swap_gain(board, state, column, closing)
        chosen = column
    return chosen


@compiled
def descend(board: Board, state: State, columns: Ints32, count: int) -> None:
    """Swap each of some open columns for a better one, until none can be.

    They are the first `count` of `columns`, and are replaced there by what they were swapped
    for.
    """
    room = len(state.log) - 2 * len(board.profit)
    moved = True
    while moved:
        moved = False
        for at in range(count):
            closing = columns[at]
            if not state.is_open[closing]:
                continue
            column = best_swap(board, state, closing)
            if column >= 0 and state.counts[LOGGED] < room:
                close_column(board, state, closing)
                open_column(board, state, column)
                columns[at] = column
                moved = True


@part_of_compiled
def destroy(board: Board, state: State, centre: int, count: int) -> None:
    """Close `count` open columns around one of them, nearest first, as far as rules allow."""
    queue = np.empty(count + 1, np.int32)
    queue[0] = centre
    filled = 1
    closed = 0
    if close_with_led(board, state, centre):
        closed = 1
    at = 0
    while at < filled and closed < count:
        middle = queue[at]
        at += 1
        for other in range(board.close_first[middle], board.close_first[middle + 1]):
            column = board.close_column[other]
            if state.is_open[column] and close_with_led(board, state, column):
                closed += 1
                if filled <= count:
                    queue[filled] = column
                    filled += 1
                if closed >= count:
                    break


@compiled
def rounds(  # noqa: C901, PLR0912
    board: Board,
    state: State,
    every: Ints32,
    best_plan: Ints32,
    best: Floats,
    heat: Floats,
    span: Ints,
    seed: Words,
) -> None:
    """Destroy and rebuild again and again, cooling down; keep the best plan seen.

    Parameters
    ----------
    board, state
        As everywhere; `state` is where the walk goes on from.
    every
        (C,) all columns.
    best_plan, best
        The best plan (its first ``int(best[1])`` entries) and its worth ``best[0]``.
    heat
        Temperature at the start and at the end, and the price of what is used.
    span
        First round, one past the last round, rounds of the whole cooling.
    seed
        State of the random numbers.
    """
    columns = len(board.profit)
    mark = np.full(columns, -1, np.int64)
    candidates = np.empty(columns, np.int32)
    touched = np.empty(len(state.log), np.int32)
    local = columns > NOT_LOCAL and len(board.near_column) == 0
    cheapest = math.inf
    for column in range(columns):
        cheapest = min(cheapest, board.use[column, 0])
    cooling = math.log(heat[1] / heat[0])
    for number in range(span[0], span[1]):
        if state.counts[OPENED] == 0:
            return
        state.counts[LOGGED] = 0
        before = state.worth[0] - heat[2] * spent(board, state)
        centre = state.order[below(seed, state.counts[OPENED])]
        destroy(board, state, centre, 3 + below(seed, 6))
        closed = state.counts[LOGGED]
        count = 0
        if not local:
            for column in range(columns):
                candidates[column] = every[column]
            count = columns
        for at in range(closed):
            if not local:
                break
            column = -1 - state.log[at]
            if mark[column] != number:
                mark[column] = number
                candidates[count] = column
                count += 1
            for other in range(board.close_first[column], board.close_first[column + 1]):
                near = board.close_column[other]
                if mark[near] != number:
                    mark[near] = number
                    candidates[count] = near
                    count += 1
        tilt = 0.5 * below(seed, 3)
        fill(board, state, candidates, count, tilt, 0.3 * uniform(seed), seed)
        opened = 0
        for at in range(closed, state.counts[LOGGED]):
            touched[opened] = state.log[at]
            opened += 1
        descend(board, state, touched, opened)
        if state.used[0] + cheapest <= board.most[0]:
            fill(board, state, every, columns, tilt, 0.0, seed)
        after = state.worth[0] - heat[2] * spent(board, state)
        if state.worth[0] > best[0] + board.least[0]:
            best[0] = state.worth[0]
            best[1] = state.counts[OPENED]
            for at in range(state.counts[OPENED]):
                best_plan[at] = state.order[at]
        warmth = heat[0] * math.exp(cooling * number / span[2])
        if after - before < warmth * math.log(1.0 - uniform(seed)):
            undo(board, state)


@part_of_compiled
def spent(board: Board, state: State) -> float:
    """Return what is used of the rules, each as a share of what it allows."""
    total = 0.0
    for rule in range(len(board.most)):
        total += state.used[rule] * board.rate[rule]
    return total
