"""The search for a plan: fast, at any size, and within every rule of the instance."""

import math
from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from placement.cover.instance import Instance, Ints
from placement.solve.search.anneal import anneal, is_plain
from placement.solve.search.board import Kept, keep
from placement.solve.search.crossover import cross
from placement.solve.search.moves import (
    LOGGED,
    OPENED,
    Board,
    Floats,
    ShortInts,
    State,
    Words,
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
from placement.solve.search.rebuild import descend, fill, rounds

TILTS = (0.0, 0.5, 1.0)
"""How greedy plans choose: by gain, by gain per price, and between."""
FIRST_ROUNDS = 400
FIRST_STEPS = 200_000
GROWTH = 1.5
MOST_STEPS = 20_000_000
"""Exchanges of an annealing: in the first generation, growing up to the most."""
FRESH = 6
KERNELS = 3
ELITE = 6
FRESH_HEAT = (0.03, 0.006)
KERNEL_HEAT = (0.04, 0.003)
POLISH_HEAT = (0.012, 0.004)
REBUILD_HEAT = (0.05, 0.005)
"""Temperatures, as shares of the mean worth of an open column."""
EXCHANGES = 100
"""Exchanges that count as one iteration."""
BATCH_STEPS = 20_000
BATCH_WORK = 10_000_000


class StopRule(Protocol):
    """Tells when to stop."""

    def reached(self) -> bool:
        """Tell whether to stop now."""


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

    Greedy plans first. Then generations: some plans annealed from noisy greedy ones; then
    annealing within their *kernel*, the columns that at least one of them or of the elite opens,
    where it is several times as fast and sees only columns worth seeing; then partition
    crossover with all of them, a cool annealing among all columns, and destroy and rebuild.
    Annealings grow longer from generation to generation.

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
        Most iterations (one is a round of destroy and rebuild, or 100 exchanges), or None: only
        `stop` and `target` end the search.
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
    chase = _Chase(instance, stop, target, iterations, on_better)
    random = np.array([np.uint64(seed & 0xFFFFFFFFFFFFFFFF)], np.uint64)
    field = _Field(keep(instance), random)
    field.greedy_plans(start)
    chase.offer(field)
    if field.has_choice():
        field.move_to(field.best_plan())
        field.rebuild(chase, FIRST_ROUNDS)
        chase.offer(field)
    elite: list[ShortInts] = []
    steps = float(min(FIRST_STEPS, max(2_000, 100 * len(field.columns))))
    while not chase.over and field.has_choice():
        _generation(chase, field, elite, int(steps))
        steps = min(steps * GROWTH, MOST_STEPS)
    return chase.chosen, chase.objective


class _Chase:
    """The best plan of a search so far, and whether to go on.

    Parameters
    ----------
    instance, stop, target, iterations, on_better
        As `search` takes them.

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
        stop: StopRule,
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

    def offer(self, field: "_Field") -> None:
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


class _Field:
    """A board, a state on it, and the best plan seen there.

    Parameters
    ----------
    kept
        Board, with the instance's numbers of its columns.
    random
        State of the random numbers, shared by all fields of a search.
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

    def opened(self) -> ShortInts:
        """Return the open columns, ascending."""
        return np.sort(self.state.order[: self.state.counts[OPENED]])

    def best_plan(self) -> ShortInts:
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

    def move_to(self, plan: ShortInts) -> None:
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
        price = _marginal(self.board, self.state) if self.turn % 2 else 0.0
        return np.array([scale * shares[0], scale * shares[1], price])

    def anneal(self, chase: _Chase, steps: int, shares: tuple[float, float]) -> None:
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

    def cross(self, others: list[ShortInts]) -> None:
        """Cross the state's plan with others until none has a part to give."""
        moved = True
        while moved:
            moved = False
            for other in others:
                moved |= cross(self.board, self.state, other) > 0.0
        self.note()

    def rebuild(self, chase: _Chase, count: int) -> None:
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


def _generation(chase: _Chase, field: _Field, elite: list[ShortInts], steps: int) -> None:
    """Make fresh plans, anneal in their kernel, cross and polish; renew the elite in place."""
    pool = list(elite)
    for number in range(FRESH):
        field.greedy(TILTS[number % len(TILTS)], 0.3)
        field.anneal(chase, steps, FRESH_HEAT)
        field.cross(pool)
        pool.append(field.opened())
        chase.offer(field)
        if chase.over:
            return
    for plan in _kernel_plans(chase, field, pool, steps):
        field.move_to(plan)
        field.anneal(chase, steps // 2, POLISH_HEAT)
        field.cross(pool)
        chase.offer(field)
        if chase.over:
            return
        plan = field.opened()
        pool.append(plan)
        if not any(np.array_equal(plan, other) for other in elite):
            elite.append(plan)
    field.move_to(field.best_plan())
    field.rebuild(chase, steps // (1000 if field.plain else 100))
    chase.offer(field)
    elite.append(field.best_plan())
    ranked: list[tuple[float, ShortInts]] = []
    for plan in elite:
        field.move_to(plan)
        if not any(np.array_equal(plan, other) for _, other in ranked):
            ranked.append((-float(field.state.worth[0]), plan))
    ranked.sort(key=lambda entry: (entry[0], entry[1].tolist()))
    elite[:] = [plan for _, plan in ranked[:ELITE]]


def _kernel_plans(
    chase: _Chase, field: _Field, pool: list[ShortInts], steps: int
) -> list[ShortInts]:
    """Anneal among the columns that plans of a pool open; return plans of the whole field."""
    union = np.unique(np.concatenate(pool))
    only = np.zeros(chase.instance.columns, np.bool_)
    only[field.columns[union]] = True
    inner = _Field(keep(chase.instance, only=only), field.random)
    plans = []
    for number in range(KERNELS):
        inner.greedy(TILTS[number % len(TILTS)], 0.3)
        inner.anneal(chase, 2 * steps, KERNEL_HEAT)
        plans.append(np.searchsorted(field.columns, inner.columns[inner.opened()]).astype(np.int32))
        if chase.over:
            break
    return plans


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
    return max(1, int(BATCH_WORK / (work + 100.0)))


def _marginal(board: Board, state: State) -> float:
    """Return what a unit of price is worth at the margin of a plan, halved to be careful."""
    opened = state.order[: state.counts[OPENED]]
    opened = opened[(board.price[opened] > 0) & ~board.locked[opened]]
    if len(opened) == 0:
        return 0.0
    return 0.5 * float(np.quantile(state.score[opened] / board.price[opened], 0.25))
