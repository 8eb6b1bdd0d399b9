"""The search for a plan: fast, at any size, and within every rule of the instance."""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

import numpy as np
from scipy import sparse

from placement.cover.instance import Bools, Instance, Ints
from placement.solve.moves import (
    OPENED,
    Board,
    Floats,
    ShortInts,
    State,
    become,
    clear,
    close_column,
    fits,
    is_needed,
    is_served,
    new_state,
    open_column,
    refresh,
)
from placement.solve.rebuild import descend, fill, rounds

TILTS = (0.0, 0.5, 1.0)
HOT, COLD = 0.05, 0.005
FIRST_CYCLE = 4_000
LAST_DOUBLING = 6
ROOM = 1e-10
WORK_A_BATCH = 10_000_000
CLOSEST = 128


class StopRule(Protocol):
    """Tells when to stop."""

    def reached(self) -> bool:
        """Tell whether to stop now."""


class _Kept(NamedTuple):
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


def search(
    instance: Instance,
    *,
    stop: StopRule,
    seed: int = 0,
    start: Iterable[int] | None = None,
    target: float = math.inf,
    iterations: int | None = None,
    on_better: Callable[[Ints, float], None] | None = None,
) -> tuple[Ints, float]:
    """Search for a plan of high worth that keeps every rule.

    Destroy and rebuild around greedy plans, accepted by temperature (Shaw 1998; Schrimpf et al.
    2000), in cycles that grow; every cycle starts from the best plan so far.

    Parameters
    ----------
    instance
        What is asked.
    stop
        Asked between batches of some hundredths of a second.
    seed
        The same seed and `iterations`, with a rule that never stops, give the same plan.
    start
        Columns of a plan to start from; those that cannot be open together are left out.
    target
        Stop once the objective reaches this, for instance a bound.
    iterations
        Most rounds of destroy and rebuild, or None: only `stop` and `target` end the search.
    on_better
        Called with each better plan and its objective.

    Returns
    -------
    columns : (n,) int64
        Open columns, ascending. No column is open that the objective could spare.
    objective : float
        Their worth.

    Raises
    ------
    ValueError
        If the required columns alone break a rule.
    """
    kept = _keep(instance)
    board = kept.board
    state = new_state(board)
    random = np.array([np.uint64(seed & 0xFFFFFFFFFFFFFFFF)], np.uint64)
    every = np.arange(len(kept.columns), dtype=np.int32)
    best = np.array([-math.inf, 0.0])
    plan = np.zeros(len(every), np.int32)

    def report() -> tuple[Ints, float]:
        become(board, state, plan[: int(best[1])])
        _tidy(board, state)
        chosen = np.sort(kept.columns[state.order[: state.counts[OPENED]]])
        return chosen, instance.value(chosen)

    def note() -> None:
        if state.worth[0] > best[0] + board.least[0]:
            best[:] = state.worth[0], state.counts[OPENED]
            plan[: state.counts[OPENED]] = state.order[: state.counts[OPENED]]

    locked = np.flatnonzero(board.locked)
    if start is not None:
        clear(board, state)
        _open_required(board, state, locked)
        _open_possible(board, state, np.searchsorted(kept.columns, _among(kept.columns, start)))
        note()
        fill(board, state, every, len(every), 0.0, 0.0, random)
        descend(board, state, state.order.copy(), int(state.counts[OPENED]), len(every))
        note()
    for tilt in TILTS:
        clear(board, state)
        _open_required(board, state, locked)
        fill(board, state, every, len(every), tilt, 0.0, random)
        note()
        state.counts[1] = 0
        descend(board, state, state.order.copy(), int(state.counts[OPENED]), len(every))
        fill(board, state, every, len(every), tilt, 0.0, random)
        note()
    if on_better is not None:
        on_better(*report())
    done = 0
    cycle = 0
    batch = _batch(board)
    most = math.inf if iterations is None else iterations
    idle = bool(best[1] == 0 or board.locked[plan[: int(best[1])]].all())
    while not idle and done < most and not stop.reached() and report()[1] < target:
        become(board, state, plan[: int(best[1])])
        length = FIRST_CYCLE << min(cycle, LAST_DOUBLING)
        scale = best[0] / best[1]
        price = _marginal(board, state)
        heat = np.array([max(scale * HOT, 1e-300), max(scale * COLD, 1e-300), price])
        at = 0
        while at < length and done < most and not stop.reached():
            size = int(min(batch, length - at, most - done))
            before = best[0]
            refresh(board, state)
            span = np.array([at, at + size, length])
            rounds(board, state, every, plan, best, heat, span, random)
            at += size
            done += size
            if best[0] > before:
                if on_better is not None or best[0] >= target:
                    here = state.order[: state.counts[OPENED]].copy()
                    found = report()
                    if on_better is not None:
                        on_better(*found)
                    if found[1] >= target:
                        return found
                    become(board, state, here)
        cycle += 1
    return report()


def _among(columns: Ints, start: Iterable[int]) -> Ints:
    """Return the columns of a start that the search knows, ascending."""
    wanted = np.unique(np.fromiter(start, dtype=np.int64))
    return np.asarray(wanted[np.isin(wanted, columns)])


def _keep(instance: Instance) -> _Kept:
    """Leave out columns that can never be open and rows that are covered whatever is chosen."""
    required = instance.required
    if (required & instance.excluded).any():
        raise ValueError("a column is both required and excluded")
    use = np.column_stack([instance.cost, *(limit.use for limit in instance.limits)])
    most = np.array([instance.budget, *(limit.most for limit in instance.limits)])
    most = most + ROOM * np.maximum(1.0, np.abs(most))
    taken = use[required].sum(axis=0)
    if (taken > most).any():
        raise ValueError("the required columns alone break the budget or a limit")
    able = ~instance.excluded & (required | (taken + use <= most).all(axis=1))
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
        if (lonely & required).any():
            raise ValueError("a required column has no neighbour that could be open")
        if not lonely.any():
            break
        able &= ~lonely
    coupled &= near @ required.astype(np.int64) == 0
    columns = np.flatnonzero(able)
    rows = sparse.csr_array(
        (np.ones(len(instance.indices), np.int8), instance.indices, instance.indptr),
        shape=(instance.rows, instance.columns),
    )
    free = ~instance.covered_rows(np.flatnonzero(required)) & (instance.weight > 0)
    board = _board(
        rows[free][:, columns],
        instance.weight[free],
        instance.profit[columns],
        use[columns],
        most,
        required[columns],
        sparse.csr_array(near[columns][:, columns] * coupled[columns][:, None]),
        coupled[columns],
    )
    return _Kept(board, columns)


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
    reach = columns @ weight + profit if len(weight) else profit
    close_first, close_column = _closest(rows, columns, weight, near, led)
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
    weight: Floats,
    near: sparse.csr_array,
    led: sparse.csr_array,
) -> tuple[Ints, ShortInts]:
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


def _open_required(board: Board, state: State, locked: Ints) -> None:
    """Open the locked columns, with the best neighbour for those that need one."""
    for column in locked:
        open_column(board, state, column)
    for column in locked:
        if not is_served(board, state, column, -1):
            server = _server(board, state, column)
            if server < 0:
                raise ValueError("no neighbour fits beside the required columns")
            open_column(board, state, server)


def _server(board: Board, state: State, column: int) -> int:
    """Return the closed column that serves an open one and gains most, or −1."""
    span = slice(board.near_first[column], board.near_first[column + 1])
    able = [
        other
        for other in board.near_column[span].tolist()
        if fits(board, state, other) and is_served(board, state, other, -1)
    ]
    return max(able, key=lambda other: (float(state.score[other]), -other), default=-1)


def _open_possible(board: Board, state: State, wanted: Ints) -> None:
    """Open wanted columns as far as the rules let them, passing again where servers came late."""
    moved = True
    while moved:
        moved = False
        for column in wanted:
            if state.is_open[column] or not fits(board, state, column):
                continue
            if is_served(board, state, column, -1):
                open_column(board, state, column)
                moved = True


def _tidy(board: Board, state: State) -> None:
    """Close every column that the objective and the rules can spare, the last first."""
    for column in np.sort(state.order[: state.counts[OPENED]])[::-1]:
        if (
            state.score[column] <= board.least[0]
            and not board.locked[column]
            and not is_needed(board, state, column, -1)
        ):
            close_column(board, state, column)


def _batch(board: Board) -> int:
    """Return how many rounds take some hundredths of a second, from the size of the board."""
    columns = max(1, len(board.profit))
    entries = len(board.row_column)
    tall = entries / columns
    wide = entries / max(1, len(board.weight))
    near = len(board.close_column) / columns
    work = 16 * tall * wide + 8 * near * (8 + tall) + (len(board.near_column) > 0) * columns
    return max(1, int(WORK_A_BATCH / (work + 100.0)))


def _marginal(board: Board, state: State) -> float:
    """Return what a unit of price is worth at the margin of a plan, halved to be careful."""
    opened = state.order[: state.counts[OPENED]]
    opened = opened[(board.price[opened] > 0) & ~board.locked[opened]]
    if len(opened) == 0:
        return 0.0
    return 0.5 * float(np.quantile(state.score[opened] / board.price[opened], 0.25))
