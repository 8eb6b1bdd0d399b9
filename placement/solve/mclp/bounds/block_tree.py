"""A tree over blocks: columns tried both ways, and branching where blocks do not agree."""

import heapq
import math
from dataclasses import dataclass, field

import numpy as np

from placement.arrays import Floats, Ints
from placement.solve.mclp.bounds.incumbent_search import Hunt
from placement.solve.mclp.bounds.variable_splitting import Point, Splitting

_CANDIDATES = 8
_RESTRICTED_NODES = 80
_SHARE_FOR_PLANS = 0.4  # of the time left; the rest is for the proof


@dataclass(order=True, slots=True)
class _Node:
    """A part of the plans that is still open, worst bound first on a heap."""

    key: float
    number: int
    fixed: Ints = field(compare=False)
    prices: Floats = field(compare=False)
    money: float = field(compare=False)


def restrict(split: Splitting, point: Point, hunt: Hunt) -> None:
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
    hunt.stop = whole.share(_SHARE_FOR_PLANS)
    branch(split, point, hunt, fixed, _RESTRICTED_NODES, proving=False)
    hunt.stop = whole
    split.fix(before)
    if hunt.hopeless(point.value + split.offset):
        hunt.limit(-math.inf)


def probe(split: Splitting, point: Point, hunt: Hunt) -> Ints | None:
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
                    hunt.limit(-math.inf)
                    return None
                settled[column] = 1 - value
    return settled


def least_change(split: Splitting, point: Point, hunt: Hunt, column: int, value: int) -> float:
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


def branch(
    split: Splitting,
    point: Point,
    hunt: Hunt,
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
        hunt.listen()
        if hunt.hopeless(-node.key):
            heap.clear()  # the best of what is open
            break
        count += 1
        split.fix(node.fixed)
        here = split.evaluate(node.prices, node.money, stop=hunt.stop)
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
    split: Splitting, here: Point, hunt: Hunt, mixed: Floats, value: float
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
