"""An instance split into blocks: their plans met so far, and the prices between them."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.solve.core.stopping import Stop
from placement.solve.mclp.bounds.branch import solve_block
from placement.solve.mclp.bounds.bundle import Pool, balance, worth_at
from placement.solve.mclp.bounds.dual_bounds import Bound, settled, worth_grid
from placement.solve.mclp.bounds.lagrangian_instance import Adjusted, block_of
from placement.solve.mclp.bounds.partition import Piece

_ROOM = 160
_MOST_NODES = 50_000
_SWEEPS = 100
WORKERS = 2
"""Threads that solve blocks."""


@dataclass(slots=True, eq=False, kw_only=True)
class Point:
    """Prices, and what they prove.

    Attributes
    ----------
    prices
        (copies,) float64, summing to 0 over the copies of a column.
    money
        Price of the budget.
    most
        (blocks,) float64, what the blocks are worth at most at these prices.
    value
        Σ ``most`` + money · budget, the part of the bound that prices can change.
    """

    prices: Floats
    money: float
    most: Floats
    value: float


class Splitting:
    """Blocks that cover an instance, their plans met so far, and the prices between them.

    Parameters
    ----------
    adjusted
        The instance.
    pieces
        Rows of every block; together all rows of positive weight.
    start
        Prices of the rows and of the budget to start from.
    """

    def __init__(self, adjusted: Adjusted, pieces: Sequence[Piece], start: Bound) -> None:
        self.adjusted = adjusted
        instance = adjusted.instance
        columns = instance.columns
        blocks = [block_of(adjusted, piece.rows) for piece in pieces]
        blocks = [block for block in blocks if len(block.rows)]
        held = np.zeros(columns, dtype=np.int64)
        for block in blocks:
            held[block.columns] += 1
        wanted = adjusted.profit > 0.0
        if instance.coupled.any():
            wanted[:] = True  # a column that covers nothing may be what another one needs
        alone = np.flatnonzero(adjusted.rules.free & (held == 0) & wanted)
        if len(alone) or not blocks:
            blocks.append(block_of(adjusted, np.zeros(0, dtype=np.int64), alone))
            held[alone] += 1
        self.blocks = blocks
        self.held = np.maximum(held, 1)
        self.present = held > 0
        self._homes: list[list[int]] = [[] for _ in range(columns)]
        for b, block in enumerate(blocks):
            for column in block.columns:
                self._homes[column].append(b)
        shared = np.flatnonzero(held > 1)
        number = np.full(columns, -1)
        number[shared] = np.arange(len(shared))
        self.border = [np.flatnonzero(held[block.columns] > 1) for block in blocks]
        sizes = np.array([len(border) for border in self.border], dtype=np.int64)
        self.pool = Pool(
            held=np.zeros(len(blocks), dtype=np.int64),
            opens=np.zeros((len(blocks) * _ROOM, int(sizes.max(initial=0))), dtype=np.int8),
            worth=np.zeros(len(blocks) * _ROOM),
            cost=np.zeros(len(blocks) * _ROOM),
            share=np.zeros(len(blocks) * _ROOM),
            usable=np.ones(len(blocks) * _ROOM, dtype=np.int64),
            first=np.concatenate([[0], np.cumsum(sizes)]),
            owner=np.concatenate(
                [number[b.columns[s]] for b, s in zip(blocks, self.border, strict=True)]
            ).astype(np.int64),
            times=held[shared].astype(np.float64),
        )
        self.plans: list[list[Bools]] = [[] for _ in blocks]
        self.seen: list[dict[bytes, int]] = [{} for _ in blocks]
        self.age: list[list[int]] = [[] for _ in blocks]
        self.step = 0
        self.nodes = 0
        self.visited = np.zeros(len(blocks), dtype=np.int64)  # nodes of the last evaluation
        self.fixed = np.full(columns, -1, dtype=np.int64)
        self.u = [start.u[block.rows].copy() for block in blocks]
        self.means = np.zeros(int(sizes.sum()))
        self.target = np.zeros(len(shared))
        handed = [
            np.bincount(b.indices, np.repeat(p, np.diff(b.indptr)), minlength=len(b.columns))
            for b, p in zip(blocks, self.u, strict=True)
        ]
        prices = np.concatenate([h[s] for h, s in zip(handed, self.border, strict=True)])
        self.prices = self._centred(prices)
        self.money = start.price
        self.missed = 0
        cost = instance.cost[adjusted.rules.free]
        typical = float(cost.mean()) if len(cost) else 1.0
        scale = start.price * typical or float(adjusted.weight.sum()) / columns or 1.0
        self.pull = 0.05 * scale
        self.widest = 2.0 * scale
        self.money_rate = 0.05 / (typical * typical) if typical > 0 else 0.0
        self.offset = (
            adjusted.constant
            + float(adjusted.profit[instance.required].sum())
            + float((adjusted.side * adjusted.rules.side_most).sum())
        )
        self._threads = ThreadPoolExecutor(max_workers=WORKERS)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown()

    def _centred(self, prices: Floats) -> Floats:
        total = np.bincount(self.pool.owner, prices, minlength=len(self.pool.times))
        return np.asarray(prices - (total / self.pool.times)[self.pool.owner])

    def column_prices(self, block: int, prices: Floats, money: float) -> Floats:
        """Return what a block's columns cost it, on the grid of exact sums."""
        columns = self.blocks[block].columns
        instance = self.adjusted.instance
        price = (money * instance.cost[columns] - self.adjusted.profit[columns]) / self.held[
            columns
        ]
        price[self.border[block]] += prices[self.pool.first[block] : self.pool.first[block + 1]]
        grid = worth_grid(instance)
        return np.asarray(np.round(price / grid) * grid)

    def add(self, block: int, plan: Bools) -> bool:
        """Take a plan of a block into the pool; return False if it is there already."""
        key = plan.tobytes()
        if key in self.seen[block]:
            return False
        start, room = block * _ROOM, self.pool.held[block]
        if room < _ROOM:
            place = int(room)
            self.pool.held[block] += 1
            self.plans[block].append(plan.copy())
            self.age[block].append(self.step)
        else:  # the oldest plan that the mix does without makes way
            idle = np.flatnonzero(self.pool.share[start : start + _ROOM] == 0.0)
            place = int(idle[np.argmin(np.array(self.age[block])[idle])])
            del self.seen[block][self.plans[block][place].tobytes()]
            self.plans[block][place] = plan.copy()
            self.age[block][place] = self.step
        self.seen[block][key] = place
        part, row = self.blocks[block], start + place
        covered = np.zeros(len(part.rows), dtype=np.bool_)
        covered[np.repeat(np.arange(len(part.rows)), np.diff(part.indptr))[plan[part.indices]]] = 1
        profit = self.adjusted.profit[part.columns] / self.held[part.columns]
        cost = self.adjusted.instance.cost[part.columns] / self.held[part.columns]
        self.pool.worth[row] = part.weight[covered].sum() + profit[plan].sum()
        self.pool.cost[row] = cost[plan].sum()
        self.pool.share[row] = 0.0
        self.pool.usable[row] = self._keeps(block, plan)
        self.pool.opens[row] = 0
        self.pool.opens[row, : len(self.border[block])] = plan[self.border[block]]
        return True

    def fix(self, fixed: Ints) -> None:
        """Fix columns, (C,) int64: 1 open, 0 closed, −1 free; plans that break it rest."""
        self.fixed = fixed.copy()
        for b in range(len(self.blocks)):
            for k, plan in enumerate(self.plans[b]):
                self.pool.usable[b * _ROOM + k] = self._keeps(b, plan)

    def blocks_of(self, column: int) -> list[int]:
        """Return the blocks that hold a column."""
        return self._homes[column]

    def witness(self, point: Point, block: int, column: int, value: int) -> float:
        """Return what a block loses at most where a column is forced, by the plans at hand."""
        worth = worth_at(self.pool, _ROOM, block, point.prices, point.money)
        place = np.searchsorted(self.blocks[block].columns, column)
        fits = [w for w, plan in zip(worth, self.plans[block], strict=True) if plan[place] == value]
        return float(point.most[block] - max(fits, default=-math.inf))

    def _keeps(self, block: int, plan: Bools) -> bool:
        fixed = self.fixed[self.blocks[block].columns]
        return bool((plan[fixed >= 0] == fixed[fixed >= 0]).all())

    def solve(
        self,
        block: int,
        prices: Floats,
        money: float,
        *,
        floor: float = -math.inf,
        forced: tuple[int, int] | None = None,
        most_nodes: int = _MOST_NODES,
    ) -> tuple[float, Bools, int]:
        """Solve one block at given prices, with one column (column, 0 or 1) forced if asked."""
        part = self.blocks[block]
        fixed = self.fixed[part.columns]
        start = self.u[block]
        if forced is not None:
            fixed[np.searchsorted(part.columns, forced[0])] = forced[1]
            start = start.copy()
        plan = fixed == 1
        if self.pool.held[block]:
            worth = worth_at(self.pool, _ROOM, block, prices, money)
            if worth.max() > -math.inf:
                plan = self.plans[block][int(np.argmax(worth))].copy()
        price = self.column_prices(block, prices, money)
        bound, _, nodes = solve_block(part, price, start, fixed, plan, floor, most_nodes)
        return bound, plan, nodes

    def evaluate(
        self,
        prices: Floats,
        money: float,
        *,
        stop: Stop | None = None,
        most_nodes: int = _MOST_NODES,
    ) -> Point:
        """Solve all blocks at given prices, the largest first; after ``stop`` only bound them."""

        def answer(block: int) -> tuple[float, Bools, int]:
            late = stop is not None and stop.reached()
            return self.solve(block, prices, money, most_nodes=1 if late else most_nodes)

        order = sorted(range(len(self.blocks)), key=lambda b: -len(self.blocks[b].columns))
        answers = dict(zip(order, self._threads.map(answer, order), strict=True))
        most = np.array([answers[b][0] for b in range(len(self.blocks))])
        self.visited = np.array([answers[b][2] for b in range(len(self.blocks))], dtype=np.int64)
        self.nodes += int(self.visited.sum())
        for block in range(len(self.blocks)):
            self.add(block, answers[block][1])
        value = float(most.sum()) + money * self.adjusted.rules.budget
        return Point(prices=prices, money=money, most=most, value=value)

    def agree(
        self, point: Point, *, stop: Stop, best: float, steps: int, enough: float = 0.01
    ) -> Point:
        """Move the prices until the blocks agree as well as they can.

        Parameters
        ----------
        point
            Where to start.
        stop
            Looked at between steps.
        best
            Worth of a known plan, less `offset`: nothing below it is of interest.
        steps
            Most steps.
        enough
            Ends when what is left to gain is no more than this share of the distance to ``best``.

        Returns
        -------
        Point
            The best point met.
        """
        self._start_mix(point)
        for _ in range(steps):
            gap = point.value - best
            if gap <= 0.0 or stop.reached():
                break
            self.step += 1
            money = balance(
                self.pool, _ROOM, point.prices, point.money, self.adjusted.rules.budget,
                self.pull, self.pull * self.money_rate, _SWEEPS,
                1e-3 * gap / len(self.blocks), self.means, self.target,
            )  # fmt: skip
            prices = self._centred(
                point.prices + self.pull * (self.means - self.target[self.pool.owner])
            )
            model = money * self.adjusted.rules.budget + sum(
                float(worth_at(self.pool, _ROOM, b, prices, money).max())
                for b in range(len(self.blocks))
            )
            promised = point.value - model
            if promised <= enough * gap:
                if self.pull >= self.widest:
                    break
                self.pull *= 4.0  # little is promised because prices may move little
                continue
            trial = self.evaluate(prices, money, stop=stop)
            kept = point.value - trial.value
            if kept >= 0.1 * promised:
                if kept >= 0.5 * promised and self.missed == 0:
                    self.pull *= 1.5
                point = trial
                self.missed = 0
            else:
                self.missed += 1
                if (kept < -promised and self.missed >= 3) or self.missed >= 8:
                    self.pull *= 0.75
                    self.missed = 0
        return point

    def _start_mix(self, point: Point) -> None:
        """Give every block a usable plan to start the mix from: its best at these prices."""
        self.pool.share[self.pool.usable == 0] = 0.0
        for b in range(len(self.blocks)):
            mine = slice(b * _ROOM, b * _ROOM + int(self.pool.held[b]))
            total = self.pool.share[mine].sum()
            if total > 0.0:
                self.pool.share[mine] /= total
            else:
                worth = worth_at(self.pool, _ROOM, b, point.prices, point.money)
                self.pool.share[b * _ROOM + int(np.argmax(worth))] = 1.0

    def mix(self) -> Floats:
        """Return the fractional plan that the blocks' plans mix to, (C,) in [0, 1]."""
        mixed = np.zeros(self.adjusted.instance.columns)
        for b, block in enumerate(self.blocks):
            for k in range(self.pool.held[b]):
                share = self.pool.share[b * _ROOM + k]
                if share > 0.0:
                    mixed[block.columns[self.plans[b][k]]] += share
        mixed /= self.held
        mixed[self.adjusted.instance.required] = 1.0
        return mixed

    def agreed(self, mixed: Floats) -> Ints:
        """Return the columns that the heaviest plan of every block opens, disputes by the mix."""
        votes = np.zeros(self.adjusted.instance.columns)
        for b, block in enumerate(self.blocks):
            start = b * _ROOM
            heaviest = int(np.argmax(self.pool.share[start : start + self.pool.held[b]]))
            votes[block.columns[self.plans[b][heaviest]]] += 1.0
        is_open = (votes / self.held) + mixed > 1.0
        is_open |= self.adjusted.instance.required
        return np.flatnonzero(is_open).astype(np.int64)

    def bound(self, point: Point) -> Bound:
        """Return what a point proves about the instance, in exact sums."""
        adjusted = self.adjusted
        handed = adjusted.handed.copy()
        for b, block in enumerate(self.blocks):
            handed[block.columns] += self.column_prices(b, point.prices, point.money)
        return settled(
            adjusted.instance,
            adjusted.rules,
            adjusted.constant + float(point.most.sum()),
            handed,
            u=adjusted.u,
            side=adjusted.side,
            primal=self.mix(),
        )

    def add_plan(self, plan: Ints) -> None:
        """Take what a plan opens in every block into the pools, as the mix to start from."""
        is_open = np.zeros(self.adjusted.instance.columns, dtype=np.bool_)
        is_open[plan] = True
        self.pool.share[:] = 0.0
        for b, block in enumerate(self.blocks):
            part = is_open[block.columns]
            self.add(b, part)
            self.pool.share[b * _ROOM + self.seen[b][part.tobytes()]] = 1.0

    def take_over(self, other: "Splitting") -> None:
        """Start from the prices that smaller blocks ended with."""
        columns = self.adjusted.instance.columns
        home = np.full(self.adjusted.instance.rows, -1, dtype=np.int64)
        for b, block in enumerate(self.blocks):
            home[block.rows] = b
        total = [np.zeros(columns) for _ in self.blocks]
        for b, block in enumerate(other.blocks):
            into = int(home[block.rows].max(initial=-1))
            if into < 0:
                continue  # all its rows are settled by now
            total[into][block.columns] += other.column_prices(b, other.prices, other.money)
        shared = [
            total[b][block.columns[s]]
            for b, (block, s) in enumerate(zip(self.blocks, self.border, strict=True))
        ]
        self.prices = self._centred(np.concatenate(shared))
        self.money = other.money
        self.pull = other.pull
