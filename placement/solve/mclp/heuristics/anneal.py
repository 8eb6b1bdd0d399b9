"""Annealed swaps: millions of small exchanges a second, accepted by temperature."""

import math

import numpy as np  # noqa: F401

from placement.arrays import Floats, Ints32, Words
from placement.compiled import compiled, part_of_compiled
from placement.solve.mclp.heuristics.moves import (
    LOGGED,
    OPENED,
    Board,
    State,
    below,
    close_column,
    fits,
    fits_instead,
    is_needed,
    is_served,
    open_column,
    swap_gain,
    uniform,
)

FAR = 0.1
SHUT = 0.02


@compiled
def anneal(  # noqa: C901
    board: Board,
    state: State,
    plan: Ints32,
    best: Floats,
    heat: Floats,
    steps: int,
    seed: Words,
) -> None:
    """Swap an open column for a closed one, mostly close by, cooling down at every step.

    Kirkpatrick, Gelatt & Vecchi 1983. Where columns differ in what they use, a column that fits
    beside the others opens without a swap, columns close now and then, and what is used is
    priced, so that cheaper columns make room for others.

    Parameters
    ----------
    board, state
        As everywhere; `state` is where the walk starts, and ends.
    plan, best
        The best plan seen: its first ``int(best[1])`` entries; its worth ``best[0]``.
    heat
        Temperature at the start, temperature at the end, price of what is used.
    steps
        How many exchanges to try.
    seed
        State of the random numbers.
    """
    columns = len(board.profit)
    cooling = math.pow(heat[1] / heat[0], 1.0 / max(1, steps))
    warmth = heat[0]
    plain = is_plain(board)
    for _ in range(steps):
        warmth *= cooling
        if state.counts[OPENED] == 0:
            return
        closing = state.order[below(seed, state.counts[OPENED])]
        first = board.close_first[closing]
        count = board.close_first[closing + 1] - first
        if count == 0 or uniform(seed) < FAR:
            column = below(seed, columns)
        else:
            column = int(board.close_column[first + below(seed, count)])
        if state.is_open[column] or board.locked[closing]:
            continue
        floor = warmth * math.log(1.0 - uniform(seed))
        if plain:
            if state.score[column] < floor:
                continue
            if (
                state.score[column] - state.score[closing] < floor
                and swap_gain(board, state, column, closing) < floor
            ):
                continue
            close_column(board, state, closing)
            open_column(board, state, column)
        elif not exchange(board, state, column, closing, floor, heat[2], seed):
            continue
        state.counts[LOGGED] = 0
        if state.worth[0] > best[0] + board.least[0]:
            best[0] = state.worth[0]
            best[1] = state.counts[OPENED]
            for at in range(state.counts[OPENED]):
                plan[at] = state.order[at]


@compiled
def is_plain(board: Board) -> bool:
    """Tell whether every swap keeps every rule: one rule, equal use, and no coupling."""
    if len(board.most) != 1 or len(board.near_column) > 0:
        return False
    for column in range(len(board.profit)):  # noqa: SIM110
        if board.use[column, 0] != board.use[0, 0]:
            return False
    return True


@part_of_compiled
def exchange(  # noqa: PLR0911
    board: Board,
    state: State,
    column: int,
    closing: int,
    floor: float,
    price: float,
    seed: Words,
) -> bool:
    """Open or swap or close, whichever the rules allow and the temperature accepts.

    Returns
    -------
    bool
        Whether the plan changed.
    """
    if uniform(seed) < SHUT:
        gain = price * board.price[closing] - state.score[closing]
        if gain < floor or is_needed(board, state, closing, -1):
            return False
        close_column(board, state, closing)
        return True
    if fits(board, state, column) and is_served(board, state, column, -1):
        if state.score[column] - price * board.price[column] < floor:
            return False
        open_column(board, state, column)
        return True
    if not fits_instead(board, state, column, closing):
        return False
    spent = price * (board.price[column] - board.price[closing])
    if state.score[column] - spent < floor:
        return False
    if swap_gain(board, state, column, closing) - spent < floor:
        return False
    if is_needed(board, state, closing, column):
        return False
    if not is_served(board, state, column, closing):
        return False
    close_column(board, state, closing)
    open_column(board, state, column)
    return True
