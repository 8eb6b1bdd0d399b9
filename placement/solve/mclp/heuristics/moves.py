"""Opening and closing columns with every figure of a plan kept up to date, in compiled loops.

The state keeps, for each row, how many open columns cover it and the exclusive or of their
numbers: where one column covers the row, that number *is* the column. For each column it keeps
one score, the worth gained by opening it if it is closed and lost by closing it if it is open.
Opening or closing walks through a whole row only where its coverage changes between 0 and 1.
"""

from typing import NamedTuple

import numpy as np

from placement.arrays import Bools, Floats, Ints, Ints32, Words
from placement.compiled import compiled, part_of_compiled

OPENED = 0
LOGGED = 1


class Board(NamedTuple):
    """What does not change during a search, in arrays that compiled loops can read.

    Attributes
    ----------
    row_first, row_column
        Columns of each row: (R + 1,) int64 and (nnz,) int32.
    column_first, column_row
        Rows of each column: (C + 1,) int64 and (nnz,) int32.
    weight
        (R,) float64.
    profit
        (C,) float64.
    use, most
        (C, K) and (K,) float64: the budget (first) and every further rule of its form.
    rate
        (K,) float64, what a unit of each rule is worth beside the others, 1 / most.
    price
        (C,) float64, ``use @ rate``: share of the rules that a column uses.
    least
        (1,) float64, a gain no greater than this is taken for zero.
    locked
        (C,) bool, columns that stay open.
    near_first, near_column
        Columns of which a coupled column needs one, ascending: (C + 1,) int64, (any,) int32.
    led_first, led_column
        The reverse: coupled columns that a column can serve.
    coupled
        (C,) bool.
    close_first, close_column
        Columns close to a column, the closest first: (C + 1,) int64, (any,) int32.
    """

    row_first: Ints
    row_column: Ints32
    column_first: Ints
    column_row: Ints32
    weight: Floats
    profit: Floats
    use: Floats
    most: Floats
    rate: Floats
    price: Floats
    least: Floats
    locked: Bools
    near_first: Ints
    near_column: Ints32
    led_first: Ints
    led_column: Ints32
    coupled: Bools
    close_first: Ints
    close_column: Ints32


class State(NamedTuple):
    """A plan and every figure that a move needs.

    Attributes
    ----------
    is_open
        (C,) bool.
    cover
        (R,) int32, how many open columns cover the row.
    who
        (R,) int32, exclusive or of the open columns that cover the row.
    score
        (C,) float64, gain of opening, or loss of closing.
    served
        (C,) int32, open columns near a coupled column.
    used
        (K,) float64.
    worth
        (1,) float64, the objective.
    order, place
        Open columns in ``order[:counts[OPENED]]``; the place of a column there, or −1.
    log
        Moves since the log was cleared: a column, or −1 − column where it was closed.
    counts
        (2,) int64: columns open, moves logged.
    """

    is_open: Bools
    cover: Ints32
    who: Ints32
    score: Floats
    served: Ints32
    used: Floats
    worth: Floats
    order: Ints32
    place: Ints32
    log: Ints32
    counts: Ints


@compiled
def new_state(board: Board) -> State:
    """Return the state in which nothing is open."""
    columns = len(board.profit)
    rows = len(board.weight)
    state = State(
        np.zeros(columns, np.bool_),
        np.zeros(rows, np.int32),
        np.zeros(rows, np.int32),
        np.zeros(columns, np.float64),
        np.zeros(columns, np.int32),
        np.zeros(len(board.most), np.float64),
        np.zeros(1, np.float64),
        np.zeros(columns, np.int32),
        np.full(columns, -1, np.int32),
        np.zeros(16 * columns + 64, np.int32),
        np.zeros(2, np.int64),
    )
    clear(board, state)
    return state


@compiled
def clear(board: Board, state: State) -> None:
    """Close everything and compute the scores afresh, which ends the drift of rounding."""
    state.is_open[:] = False
    state.cover[:] = 0
    state.who[:] = 0
    state.served[:] = 0
    state.used[:] = 0.0
    state.worth[0] = 0.0
    state.place[:] = -1
    state.counts[:] = 0
    for column in range(len(board.profit)):
        gain = board.profit[column]
        for at in range(board.column_first[column], board.column_first[column + 1]):
            gain += board.weight[board.column_row[at]]
        state.score[column] = gain


@compiled
def refresh(board: Board, state: State) -> None:
    """Sum scores, worth and what is used afresh, so that rounding never adds up."""
    state.used[:] = 0.0
    state.worth[0] = 0.0
    for at in range(state.counts[OPENED]):
        column = state.order[at]
        state.worth[0] += board.profit[column]
        for rule in range(len(board.most)):
            state.used[rule] += board.use[column, rule]
    for column in range(len(board.profit)):
        state.score[column] = board.profit[column]
    for row in range(len(board.weight)):
        weight = board.weight[row]
        if state.cover[row] == 0:
            for at in range(board.row_first[row], board.row_first[row + 1]):
                state.score[board.row_column[at]] += weight
        else:
            state.worth[0] += weight
            if state.cover[row] == 1:
                state.score[state.who[row]] += weight


@compiled
def open_column(board: Board, state: State, column: int) -> None:
    """Open a closed column; whether rules allow it is the caller's to know."""
    score = state.score
    keep = score[column]
    for at in range(board.column_first[column], board.column_first[column + 1]):
        row = board.column_row[at]
        covered = state.cover[row]
        if covered == 0:
            weight = board.weight[row]
            for other in range(board.row_first[row], board.row_first[row + 1]):
                score[board.row_column[other]] -= weight
        elif covered == 1:
            score[state.who[row]] -= board.weight[row]
        state.cover[row] = covered + 1
        state.who[row] ^= column
    score[column] = keep
    state.worth[0] += keep
    for rule in range(len(board.most)):
        state.used[rule] += board.use[column, rule]
    for at in range(board.led_first[column], board.led_first[column + 1]):
        state.served[board.led_column[at]] += 1
    state.is_open[column] = True
    state.place[column] = state.counts[OPENED]
    state.order[state.counts[OPENED]] = column
    state.counts[OPENED] += 1
    if state.counts[LOGGED] < len(state.log):
        state.log[state.counts[LOGGED]] = column
    state.counts[LOGGED] += 1


@compiled
def close_column(board: Board, state: State, column: int) -> None:
    """Close an open column; whether rules allow it is the caller's to know."""
    score = state.score
    keep = score[column]
    for at in range(board.column_first[column], board.column_first[column + 1]):
        row = board.column_row[at]
        covered = state.cover[row]
        state.who[row] ^= column
        if covered == 1:
            weight = board.weight[row]
            for other in range(board.row_first[row], board.row_first[row + 1]):
                score[board.row_column[other]] += weight
        elif covered == 2:
            score[state.who[row]] += board.weight[row]
        state.cover[row] = covered - 1
    score[column] = keep
    state.worth[0] -= keep
    for rule in range(len(board.most)):
        state.used[rule] -= board.use[column, rule]
    for at in range(board.led_first[column], board.led_first[column + 1]):
        state.served[board.led_column[at]] -= 1
    state.is_open[column] = False
    last = state.order[state.counts[OPENED] - 1]
    place = state.place[column]
    state.order[place] = last
    state.place[last] = place
    state.place[column] = -1
    state.counts[OPENED] -= 1
    if state.counts[LOGGED] < len(state.log):
        state.log[state.counts[LOGGED]] = -1 - column
    state.counts[LOGGED] += 1


@part_of_compiled
def undo(board: Board, state: State) -> bool:
    """Take back every logged move, the last first; False where the log was too short."""
    moves = state.counts[LOGGED]
    if moves > len(state.log):
        return False
    for at in range(moves - 1, -1, -1):
        move = state.log[at]
        if move >= 0:
            close_column(board, state, move)
        else:
            open_column(board, state, -1 - move)
    state.counts[LOGGED] = 0
    return True


@compiled
def become(board: Board, state: State, plan: Ints32) -> None:
    """Move to another plan by closing and opening what differs; the log is cleared."""
    wanted = np.zeros(len(board.profit), np.bool_)
    for column in plan:
        wanted[column] = True
    for at in range(state.counts[OPENED] - 1, -1, -1):
        if not wanted[state.order[at]]:
            close_column(board, state, state.order[at])
    for column in plan:
        if not state.is_open[column]:
            open_column(board, state, column)
    state.counts[LOGGED] = 0


@compiled
def fits(board: Board, state: State, column: int) -> bool:
    """Tell whether there is room for a column under the budget and the rules of its form."""
    for rule in range(len(board.most)):
        if state.used[rule] + board.use[column, rule] > board.most[rule]:
            return False
    return True


@part_of_compiled
def fits_instead(board: Board, state: State, column: int, closing: int) -> bool:
    """Tell whether there is room for a column once another is closed."""
    for rule in range(len(board.most)):
        if state.used[rule] - board.use[closing, rule] + board.use[column, rule] > board.most[rule]:
            return False
    return True


@part_of_compiled
def is_near(board: Board, column: int, server: int) -> bool:
    """Tell whether an open `server` would serve a coupled column."""
    low = board.near_first[column]
    high = board.near_first[column + 1]
    while low < high:
        middle = (low + high) >> 1
        if board.near_column[middle] < server:
            low = middle + 1
        else:
            high = middle
    return low < board.near_first[column + 1] and board.near_column[low] == server  # type: ignore[no-any-return]


@compiled
def is_needed(board: Board, state: State, column: int, instead: int) -> bool:
    """Tell whether an open coupled column would be left alone if `column` closed.

    `instead` is the column that opens in its place, or −1.
    """
    for at in range(board.led_first[column], board.led_first[column + 1]):
        led = board.led_column[at]
        if (
            state.is_open[led]
            and state.served[led] == 1
            and (instead < 0 or not is_near(board, led, instead))
        ):
            return True
    return False


@compiled
def is_served(board: Board, state: State, column: int, closing: int) -> bool:
    """Tell whether a column has an open neighbour if it needs one, once `closing` (or −1) shut."""
    if not board.coupled[column]:
        return True
    served = state.served[column]
    if served > 0 and closing >= 0 and is_near(board, column, closing):
        served -= 1
    return served > 0  # type: ignore[no-any-return]


@part_of_compiled
def swap_gain(board: Board, state: State, column: int, closing: int) -> float:
    """Return what the objective gains by opening `column` and closing `closing`."""
    gain = state.score[column] - state.score[closing]
    for at in range(board.column_first[column], board.column_first[column + 1]):
        row = board.column_row[at]
        if state.cover[row] == 1 and state.who[row] == closing:
            gain += board.weight[row]
    return gain  # type: ignore[no-any-return]


@part_of_compiled
def close_with_led(board: Board, state: State, column: int) -> bool:
    """Close a column and, before it, the coupled columns that only it serves.

    Returns
    -------
    bool
        False, with nothing changed, where one of them is locked.
    """
    if len(board.led_column) == 0:
        if board.locked[column]:
            return False
        close_column(board, state, column)
        return True
    pending = np.empty(state.counts[OPENED] + 1, np.int32)
    seen = np.zeros(len(board.profit), np.bool_)
    left = state.served.copy()
    pending[0] = column
    seen[column] = True
    count = 1
    at = 0
    while at < count:
        shut = pending[at]
        at += 1
        if board.locked[shut]:
            return False
        for other in range(board.led_first[shut], board.led_first[shut + 1]):
            led = board.led_column[other]
            left[led] -= 1
            if state.is_open[led] and left[led] == 0 and not seen[led]:
                seen[led] = True
                pending[count] = led
                count += 1
    for at in range(count - 1, -1, -1):
        close_column(board, state, pending[at])
    return True


@part_of_compiled
def next_word(seed: Words) -> np.uint64:
    """Return 64 random bits and step the generator (SplitMix64; Steele et al. 2014)."""
    seed[0] += np.uint64(0x9E3779B97F4A7C15)
    word = seed[0]
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))  # type: ignore[no-any-return]


@part_of_compiled
def below(seed: Words, count: int) -> int:
    """Return a random whole number from 0 to ``count − 1``."""
    word = next_word(seed) >> np.uint64(32)
    return np.int64((word * np.uint64(count)) >> np.uint64(32))  # type: ignore[return-value]


@part_of_compiled
def uniform(seed: Words) -> float:
    """Return a random number in [0, 1)."""
    return float(next_word(seed) >> np.uint64(11)) * (1.0 / 9007199254740992.0)
