"""Close the hard zone: blocks that grow as columns are settled, then a tree over what is left.

One round bounds by blocks, reads plans off them, and tries each column both ways inside its own
blocks: a column whose change costs more than the gap is settled. Settled columns make blocks
smaller, so the next round can afford larger ones. What remains is branched on, the bound of every
node being that of its blocks.
"""

import heapq
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from placement.cover.instance import Floats, Instance, Ints
from placement.solve.bounds.adjusted import Adjusted, adjust
from placement.solve.bounds.partition import Piece, covered_pieces, cut, places_of_rows
from placement.solve.bounds.prices import Bound, worth_grid, worth_step
from placement.solve.bounds.splitting import Point, Splitting
from placement.solve.search.heuristic import search

_GROWTH = 1.4
_FEW_NODES = 2_000
_MANY_NODES = 40_000
_SMALLEST = 30
_CROWDS = 5
_POLISH = 400
_CANDIDATES = 8
_RESTRICTED_NODES = 80
_LEFT_FOR_PROOF = 0.6


class SharedStop(Protocol):
    """What closing asks of a stop rule."""

    def reached(self) -> bool:
        """Tell whether it is time to stop."""

    def left(self) -> float:
        """Return the seconds left, infinite without a time limit."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Closed:
    """What is known at the end.

    Attributes
    ----------
    chosen, worth
        The best plan and its objective.
    bound
        No plan is worth more.
    proven
        Whether the plan is optimal (to 1e-9 where worths are not whole).
    rounds, nodes
        Rounds of growing blocks, and nodes of the tree.
    """

    chosen: Ints
    worth: float
    bound: float
    proven: bool
    rounds: int
    nodes: int


@dataclass(order=True, slots=True)
class _Node:
    """A part of the plans that is still open, worst bound first on a heap."""

    key: float
    number: int
    fixed: Ints = field(compare=False)
    prices: Floats = field(compare=False)
    money: float = field(compare=False)


class _Until:
    """A stop rule that ends when another one has only so many seconds left."""

    def __init__(self, stop: SharedStop, seconds: float) -> None:
        self._stop = stop
        self._seconds = seconds if math.isfinite(seconds) else -math.inf

    def reached(self) -> bool:
        """Tell whether it is time to stop."""
        return self._stop.reached() or self.left() <= 0.0

    def left(self) -> float:
        """Return the seconds left, infinite without a time limit."""
        return self._stop.left() - self._seconds


class _Hunt:
    """The best plan known, the bound, and the step between worths."""

    def __init__(
        self,
        instance: Instance,
        plan: Ints,
        stop: SharedStop,
        on_better: Callable[[Ints, float], None] | None,
        on_bound: Callable[[float], None] | None,
    ) -> None:
        self.instance = instance
        self.stop = stop
        self.chosen = np.sort(plan)
        self.worth = instance.value(plan)
        self.bound = math.inf
        self.step = worth_step(instance)
        self.on_better = on_better
        self.on_bound = on_bound
        self.made = 0
        self.slack = 64.0 * (instance.columns + 64) * worth_grid(instance)

    def offer(self, plan: Ints) -> None:
        """Take a plan that keeps the rules, if it is better."""
        if self.instance.broken_rule(plan) is not None:
            return
        worth = self.instance.value(plan)
        if worth > self.worth:
            self.chosen, self.worth = np.sort(plan), worth
            if self.on_better is not None:
                self.on_better(self.chosen, worth)

    def read(self, plan: Ints) -> None:
        """Take what blocks agree on: cut to the budget, and searched around if it is close."""
        self.offer(plan)  # as it is: in a leaf of the tree it is the only plan left
        plan = trimmed(self.instance, plan)
        self.offer(plan)
        if self.instance.value(plan) >= self.worth - 2.0 * (self.bound - self.worth):
            self.polish(plan, _POLISH)

    def polish(self, plan: Ints, rounds: int) -> None:
        """Search around a plan, which may break rules."""
        with suppress(ValueError):  # required columns it finds no partner for
            found, _ = search(
                self.instance, stop=self.stop, start=plan, seed=len(plan), iterations=rounds
            )
            self.offer(found)

    def limit(self, value: float) -> None:
        """Take a bound on the plans better than the one known."""
        value = max(self.worth + self.equal, value)
        if value < self.bound:
            self.bound = value
            if self.on_bound is not None:
                self.on_bound(value)

    @property
    def equal(self) -> float:
        """A difference that is none: 0 where worths come in steps."""
        return 0.0 if self.step else max(1e-9 * abs(self.worth), 4.0 * self.slack)

    @property
    def proven(self) -> bool:
        """Whether the plan known is the best."""
        return self.bound <= self.worth + self.equal

    def hopeless(self, value: float) -> bool:
        """Tell whether no plan under this bound beats the one known."""
        if self.step:
            return value + self.slack < self.worth + self.step
        return value + self.slack <= self.worth + self.equal


def close(
    instance: Instance,
    *,
    stop: SharedStop,
    start: Bound,
    plan: Ints,
    row_xy: Floats | None = None,
    size: int | None = None,
    most_nodes: int = 100_000,
    workers: int = 2,
    on_better: Callable[[Ints, float], None] | None = None,
    on_bound: Callable[[float], None] | None = None,
) -> Closed:
    """Search for better plans and prove that there are none, by blocks.

    Parameters
    ----------
    instance
        Rows, columns and rules (gains and further rules are not for blocks: ``ValueError``).
    stop
        Looked at between steps.
    start
        Prices to start from, best those of `placement.solve.bounds.bound.relaxation`.
    plan
        Columns of a plan that keeps the rules.
    row_xy
        (R, 2) float64, where the rows are; without it, neighbourhoods are found by steps along
        shared rows.
    size
        Most columns of a block in the first round; by default the most that a first look shows
        to be easy. What makes a block hard is how many of its columns open, not how many it has.
    most_nodes
        Most nodes of the tree.
    workers
        Threads that solve blocks.
    on_better, on_bound
        Called with better plans and their worth, and with better bounds.

    Returns
    -------
    Closed
    """
    if not instance.plain:
        raise ValueError("blocks solve plain instances")
    hunt = _Hunt(instance, plan, stop, on_better, on_bound)
    hunt.limit(start.value)
    place = places_of_rows(instance) if row_xy is None else row_xy
    rest, before, rounds, nodes = instance, None, 0, 0
    adjusted = adjust(rest, start)
    tree = cut(adjusted.covers, place, size or _SMALLEST)
    if size is None:
        size = _easy_size(adjusted, tree, start, stop, workers)
    while not stop.reached() and not hunt.proven:
        adjusted = adjust(rest, start)
        parts = covered_pieces(tree, adjusted.covers, size)
        split = Splitting(adjusted, parts, u=start.u, money=start.price, workers=workers)
        try:
            if before is not None:
                split.take_over(before)
            point = _round(split, hunt, looking=before is None)
            rounds += 1
            if hunt.proven or stop.reached():
                break
            settled = probe(split, point, hunt)
            if settled is None:
                hunt.limit(-math.inf)
                break
            rest, moved = _settle(rest, settled)
            last = size >= instance.columns or split.nodes > _MANY_NODES * (split.step + 1)
            if last and moved <= 0.1 * adjusted.rules.free.sum():
                nodes = _tree(split, point, hunt, settled, most_nodes)
                break
            before = split
            size = int(size * _GROWTH) if not last else size
        finally:
            split.close()
    return Closed(
        chosen=hunt.chosen,
        worth=hunt.worth,
        bound=hunt.bound,
        proven=hunt.proven,
        rounds=rounds,
        nodes=nodes,
    )


def _easy_size(
    adjusted: Adjusted, tree: Piece, start: Bound, stop: SharedStop, workers: int
) -> int:
    """Return the largest size of blocks that take few nodes to solve at the first prices."""
    crowd = len(adjusted.instance.indices) / max(1, adjusted.instance.rows)
    size = max(_SMALLEST, int(_CROWDS * crowd))  # smaller blocks would hardly hold whole rows
    while size < adjusted.instance.columns and not stop.reached():
        parts = covered_pieces(tree, adjusted.covers, int(size * _GROWTH))
        split = Splitting(adjusted, parts, u=start.u, money=start.price, workers=workers)
        try:
            split.evaluate(split.prices, split.money, stop=stop)
        finally:
            split.close()
        if split.nodes > _FEW_NODES + 20 * len(split.blocks):
            break
        size = int(size * _GROWTH)
    return size


def _round(split: Splitting, hunt: _Hunt, *, looking: bool) -> Point:
    """Make the blocks agree; read plans off them."""
    split.add_plan(hunt.chosen)
    point, _ = split.evaluate(split.prices, split.money, stop=hunt.stop)
    point = split.agree(point, stop=hunt.stop, best=hunt.worth - split.offset, steps=120)
    split.prices, split.money = point.prices, point.money
    bound = split.bound(point)
    hunt.read(split.agreed(bound.primal))
    hunt.limit(-math.inf if hunt.hopeless(bound.value) else bound.value)
    if looking and not hunt.proven:
        restrict(split, point, hunt)
        hunt.limit(-math.inf if hunt.hopeless(bound.value) else bound.value)
    return point


def trimmed(instance: Instance, plan: Ints) -> Ints:
    """Close what costs least to lose until the budget is kept, then open what still fits."""
    is_open = np.zeros(instance.columns, dtype=np.bool_)
    is_open[plan] = True
    row_of = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
    cost = np.maximum(instance.cost, 1e-12 * max(1.0, instance.budget))
    while True:
        times = instance.times_covered(np.flatnonzero(is_open))
        left = instance.budget - float(instance.cost[is_open].sum())
        closing = left < -1e-9 * max(1.0, abs(instance.budget))
        counts = (times == (1 if closing else 0))[row_of] * instance.weight[row_of]
        gain = instance.profit + np.bincount(instance.indices, counts, minlength=instance.columns)
        if closing:
            among = np.flatnonzero(is_open & ~instance.required & (instance.cost > 0))
            if not len(among):
                break
            is_open[among[np.argmin((gain / cost)[among])]] = False
        else:
            among = np.flatnonzero(
                ~is_open & ~instance.excluded & (instance.cost <= left) & (gain > 0)
            )
            if not len(among):
                break
            is_open[among[np.argmax((gain / cost)[among])]] = True
    return np.flatnonzero(is_open).astype(np.int64)


def restrict(split: Splitting, point: Point, hunt: _Hunt) -> None:
    """Look for plans among those that keep what the blocks agree on: a small tree, no proof.

    The mix of block plans leaves few columns undecided, and blocks with the others fixed are
    solved in no time (relaxation enforced neighbourhood search, Berthold 2007, over blocks).
    """
    before = split.fixed.copy()
    mixed = split.mix()
    fixed = before.copy()
    free = (before < 0) & split.present
    fixed[free & (mixed > 0.999)] = 1
    fixed[free & (mixed < 0.001)] = 0
    whole = hunt.stop
    hunt.stop = _Until(whole, _LEFT_FOR_PROOF * whole.left())
    _tree(split, point, hunt, fixed, _RESTRICTED_NODES, proving=False)
    hunt.stop = whole
    split.fix(before)


def probe(split: Splitting, point: Point, hunt: _Hunt) -> Ints | None:
    """Try every column both ways in its own blocks, prices kept.

    Returns
    -------
    (C,) int64 or None
        1 and 0 for columns that every better plan opens, or closes; −1 for the others. None where
        no plan can be better.
    """
    settled = split.fixed.copy()
    for column in np.flatnonzero((settled < 0) & split.present):
        for value in (0, 1):
            if hunt.stop.reached():
                return settled
            left = least_change(split, point, hunt, int(column), value)
            if hunt.hopeless(left):
                if settled[column] >= 0:
                    return None
                settled[column] = 1 - value
    return settled


def least_change(split: Splitting, point: Point, hunt: _Hunt, column: int, value: int) -> float:
    """Bound the plans in which a column is open (1) or closed (0), at unchanged prices."""
    total = point.value + split.offset
    need = total - hunt.worth + 2.0 * hunt.slack
    blocks = split.blocks_of(column)
    if sum(split.witness(point, b, column, value) for b in blocks) < need:
        return total  # plans at hand show that the change costs less than the gap
    for b in blocks:
        bound, plan, nodes = split.solve(
            b, point.prices, point.money, floor=point.most[b] - need, forced=(column, value)
        )
        split.nodes += nodes
        split.add(b, plan)
        total -= point.most[b] - bound
        if hunt.hopeless(total):
            break
    return total


def _settle(instance: Instance, settled: Ints) -> tuple[Instance, int]:
    """Return the instance over the plans that keep what is settled, and how much is new."""
    opened = (settled == 1) & ~instance.required
    closed = (settled == 0) & ~instance.excluded
    rest = replace(
        instance, required=instance.required | opened, excluded=instance.excluded | closed
    )
    return rest, int(opened.sum() + closed.sum())


def _tree(
    split: Splitting,
    point: Point,
    hunt: _Hunt,
    settled: Ints,
    most_nodes: int,
    *,
    proving: bool = True,
) -> int:
    """Branch on columns until no open part can hold a better plan; return the nodes visited.

    What is ``settled`` must be proven for the bound to be taken.
    """
    heap = [
        _Node(
            key=-(point.value + split.offset),
            number=0,
            fixed=settled,
            prices=point.prices,
            money=point.money,
        )
    ]
    count = 0
    while heap and count < most_nodes and not hunt.stop.reached():
        node = heapq.heappop(heap)
        if proving:
            hunt.limit(-node.key)
        if hunt.hopeless(-node.key):
            heap.clear()  # the best of what is open
            break
        count += 1
        split.fix(node.fixed)
        here, _ = split.evaluate(node.prices, node.money, stop=hunt.stop)
        here = split.agree(
            here, stop=hunt.stop, best=hunt.worth - split.offset, steps=25, enough=0.05
        )
        value = min(here.value + split.offset, -node.key)
        mixed = split.mix()
        hunt.read(split.agreed(mixed))
        if hunt.hopeless(value):
            continue
        if hunt.stop.reached():
            heapq.heappush(heap, node)
            break
        for child in _children(split, here, hunt, mixed, value):
            heapq.heappush(heap, child)
    if proving:
        hunt.limit(max((-node.key for node in heap), default=-math.inf))
    return count


def _children(
    split: Splitting, here: Point, hunt: _Hunt, mixed: Floats, value: float
) -> list[_Node]:
    """Branch where both sides lose most, of the columns the blocks disagree on most."""
    fixed = split.fixed.copy()
    best: tuple[float, int, list[float]] | None = None
    free = np.flatnonzero((fixed < 0) & split.present)
    order = free[np.argsort(np.abs(mixed[free] - 0.5), kind="stable")]
    for column in order[:_CANDIDATES]:
        sides = [min(value, least_change(split, here, hunt, int(column), v)) for v in (0, 1)]
        dead = [hunt.hopeless(side) for side in sides]
        if all(dead):
            return []
        lost = [max(value - side, 1e-9 * abs(value)) for side in sides]
        score = math.inf if any(dead) else lost[0] * lost[1]
        if best is None or score > best[0]:
            best = (score, int(column), sides)
        if any(dead):
            fixed[column] = 1 if dead[0] else 0
    if best is None:  # every column is fixed: its plan was read off
        return []
    _, column, sides = best
    children = []
    for v, side in enumerate(sides):
        if hunt.hopeless(side):
            continue
        child = fixed.copy()
        child[column] = v
        hunt.made += 1
        children.append(
            _Node(key=-side, number=hunt.made, fixed=child, prices=here.prices, money=here.money)
        )
    return children
