"""Where a search stands: a plan that moves, the best one seen, and what is left of the time."""

import math
from collections.abc import Callable, Iterable

import numpy as np

from placement.arrays import Floats, Ints, Ints32, Words
from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mclp.heuristics.anneal import anneal, is_plain
from placement.solve.mclp.heuristics.board import Kept
from placement.solve.mclp.heuristics.crossover import cross
from placement.solve.mclp.heuristics.moves import (
    LOGGED,
    OPENED,
    Board,
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
from placement.solve.mclp.heuristics.ruin_and_recreate import descend, fill, rounds

TILTS = (0.0, 0.5, 1.0)
"""How greedy plans choose: by gain, by gain per price, and between."""
REBUILD_HEAT = (0.05, 0.005)
"""Temperatures of destroy and rebuild, as shares of the mean worth of an open column."""
EXCHANGES = 100
"""Exchanges that count as one iteration."""
BATCH_STEPS = 20_000
"""Exchanges between two looks at the stop rule: some hundredths of a second."""
_BATCH_WORK = 10_000_000


class Chase:
    """The best plan of a search so far, and whether to go on.

    Attributes
    ----------
    chosen, objective
        The best plan, and its worth by the instance's own account.
    over
        Whether to stop.
    """

    def __init__(
        self,
        instance: Instance,
        stop: Stop,
        target: float,
        iterations: int | None,
        on_better: Callable[[Ints, float], None] | None,
    ) -> None:
        self.instance = instance
        self.chosen: Ints = np.zeros(0, np.int64)
        self.objective = -math.inf
        self.over = False
        self._stop = stop
        self._target = target
        self._left = math.inf if iterations is None else float(iterations)
        self._on_better = on_better

    def offer(self, field: "Field") -> None:
        """Take a field's best plan if it is better."""
        if field.best[0] > self.objective + field.board.least[0]:
            chosen = field.tidy_best()
            objective = self.instance.value(chosen)
            if objective > self.objective:
                self.chosen, self.objective = chosen, objective
                if self._on_better is not None:
                    self._on_better(chosen, objective)
        self.over = self.over or self.objective >= self._target

    def grant(self, wanted: int, each: int) -> int:
        """Return how many of the steps wanted may be made; `each` make an iteration."""
        # less than one step left is none: the rest would be granted again and again
        steps = int(min(wanted, self._left * each))
        self.over = self.over or steps < 1 or self._stop.reached()
        if self.over:
            return 0
        self._left -= steps / each
        return steps


class Field:
    """A board, a state on it, and the best plan seen there.

    All fields of a search share the state of the random numbers.
    """

    def __init__(self, kept: Kept, random: Words) -> None:
        self.board = kept.board
        self.columns = kept.columns
        self.state = new_state(self.board)
        self.random = random
        self.every = np.arange(len(kept.columns), dtype=np.int32)
        self.locked = np.flatnonzero(self.board.locked)
        self.best = np.array([-math.inf, 0.0])
        self.plan = np.zeros(len(self.every), np.int32)
        self.plain = is_plain(self.board)
        self.turn = 0

    def has_choice(self) -> bool:
        """Tell whether anything can be open that need not be."""
        return int(self.best[1]) > len(self.locked)

    def opened(self) -> Ints32:
        """Return the open columns, ascending."""
        return np.sort(self.state.order[: self.state.counts[OPENED]])

    def best_plan(self) -> Ints32:
        """Return the columns of the best plan, ascending."""
        return np.sort(self.plan[: int(self.best[1])])

    def forget(self) -> None:
        """Take the plan of the state for the best."""
        self.best[0] = -math.inf
        self.note()

    def note(self) -> None:
        """Keep the plan of the state if it is the best."""
        if self.state.worth[0] > self.best[0] + self.board.least[0]:
            count = self.state.counts[OPENED]
            self.best[:] = self.state.worth[0], count
            self.plan[:count] = self.state.order[:count]

    def move_to(self, plan: Ints32) -> None:
        """Make a plan the state's."""
        become(self.board, self.state, plan)

    def tidy_best(self) -> Ints:
        """Return the best plan without what it can spare, in the instance's numbers."""
        here = self.opened()
        self.move_to(self.best_plan())
        _tidy(self.board, self.state)
        chosen = self.columns[self.opened()]
        self.move_to(here)
        return chosen

    def greedy(self, tilt: float, noise: float) -> None:
        """Start from the required columns and open the best again and again."""
        clear(self.board, self.state)
        _open_required(self.board, self.state, self.locked)
        fill(self.board, self.state, self.every, len(self.every), tilt, noise, self.random)
        self.state.counts[LOGGED] = 0

    def finish(self) -> None:
        """Use what is left, and swap until no swap gains."""
        count = int(self.state.counts[OPENED])
        self.state.counts[LOGGED] = 0
        descend(self.board, self.state, self.state.order.copy(), count)
        fill(self.board, self.state, self.every, len(self.every), 0.0, 0.0, self.random)
        self.state.counts[LOGGED] = 0

    def greedy_plans(self, start: Iterable[int] | None) -> None:
        """Make the first plans: the one handed in, then a greedy one for each tilt."""
        if start is not None:
            clear(self.board, self.state)
            _open_required(self.board, self.state, self.locked)
            known = np.searchsorted(self.columns, _among(self.columns, start))
            _open_possible(self.board, self.state, known)
            self.note()
            self.finish()
            self.note()
        for tilt in TILTS:
            self.greedy(tilt, 0.0)
            self.note()
            self.finish()
            self.note()

    def heat(self, shares: tuple[float, float]) -> Floats:
        """Return temperatures for the state's plan, and the price of what it uses."""
        scale = max(self.state.worth[0] / max(1, self.state.counts[OPENED]), 1e-280)
        # every other time nothing is priced: a rule may have a price here and not be scarce
        self.turn += 1
        price = marginal(self.board, self.state) if self.turn % 2 else 0.0
        return np.array([scale * shares[0], scale * shares[1], price])

    def anneal(self, chase: Chase, steps: int, shares: tuple[float, float]) -> None:
        """Anneal from the state; end at the best plan met on the way, finished."""
        best, plan = self.best.copy(), self.plan.copy()
        self.forget()
        hot, cold, price = self.heat(shares)
        done = 0
        while done < steps:
            granted = chase.grant(min(BATCH_STEPS, steps - done), EXCHANGES)
            if granted == 0:
                break
            refresh(self.board, self.state)
            span = hot * (cold / hot) ** (np.array([done, done + granted]) / steps)
            heat = np.array([span[0], span[1], price])
            anneal(self.board, self.state, self.plan, self.best, heat, granted, self.random)
            done += granted
        self.move_to(self.best_plan())
        refresh(self.board, self.state)
        self.finish()
        self.best[:], self.plan[:] = best, plan
        self.note()

    def cross(self, others: list[Ints32]) -> None:
        """Cross the state's plan with others until none has a part to give."""
        moved = True
        while moved:
            moved = False
            for other in others:
                moved |= cross(self.board, self.state, other) > 0.0
        self.note()

    def rebuild(self, chase: Chase, count: int) -> None:
        """Destroy and rebuild from the state, annealed, for `count` rounds."""
        heat = self.heat(REBUILD_HEAT)
        batch = _batch(self.board)
        done = 0
        while done < count:
            granted = chase.grant(min(batch, count - done), 1)
            if granted == 0:
                return
            refresh(self.board, self.state)
            span = np.array([done, done + granted, count])
            rounds(
                self.board,
                self.state,
                self.every,
                self.plan,
                self.best,
                heat,
                span,
                self.random,
            )
            done += granted


def _among(columns: Ints, start: Iterable[int]) -> Ints:
    """Return the columns of a start that the search knows, ascending."""
    wanted = np.unique(np.fromiter(start, dtype=np.int64))
    return np.asarray(wanted[np.isin(wanted, columns)])


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
    return max(1, int(_BATCH_WORK / (work + 100.0)))


def marginal(board: Board, state: State) -> float:
    """Return what a unit of price is worth at the margin of a plan, halved to be careful."""
    opened = state.order[: state.counts[OPENED]]
    opened = opened[(board.price[opened] > 0) & ~board.locked[opened]]
    if len(opened) == 0:
        return 0.0
    return 0.5 * float(np.quantile(state.score[opened] / board.price[opened], 0.25))
