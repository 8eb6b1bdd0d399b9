"""Close the hard zone: blocks that grow as columns are settled, then a tree over what is left.

One round bounds by blocks, reads plans off them, and tries each column both ways inside its own
blocks: a column whose change costs more than the gap is settled. Settled columns make blocks
smaller, so the next round can afford larger ones. What remains is branched on, the bound of every
node being that of its blocks.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from placement.arrays import Ints
from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mclp.bounds.block_tree import branch, probe, restrict
from placement.solve.mclp.bounds.dual_bounds import Bound
from placement.solve.mclp.bounds.incumbent_search import Hunt
from placement.solve.mclp.bounds.lagrangian_instance import Adjusted, adjust
from placement.solve.mclp.bounds.partition import Piece, cut, pieces_within, places_of_rows
from placement.solve.mclp.bounds.variable_splitting import Point, Splitting

_GROWTH = 1.4
_FEW_NODES = 2_000
_MOST_NODES = 100_000  # of the tree
_MERGED_NODES = 4_000
_SMALLEST = 30
_STEPS = 120
_CROWDS = 5


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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Round:
    """The blocks of a round, the pieces they are made of, and whether no others are to come."""

    split: Splitting
    pieces: list[Piece]
    last: bool


def close(
    instance: Instance,
    *,
    stop: Stop,
    start: Bound,
    plan: Ints,
    size: int | None = None,
    look: Callable[[], Ints | None] | None = None,
    finish: Callable[[Instance], tuple[Ints | None, float]] | None = None,
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
        Prices to start from, best those of `placement.solve.mclp.bounds.bound.relaxation`.
    plan
        Columns of a plan that keeps the rules.
    size
        Most columns of a block in the first round; by default the most that a first look shows
        to be easy. What makes a block hard is how many of its columns open, not how many it has.
    look
        Called after each round and at nodes of the tree: returns a plan found elsewhere, or None.
    finish
        Called with the instance in which all that is settled is fixed, after each round: returns a
        plan of it or None, and what no plan of it exceeds (inf where nothing is known).
    on_better, on_bound
        Called with better plans and their worth, and with better bounds.
    """
    if not instance.plain:
        raise ValueError("blocks solve plain instances")
    hunt = Hunt(instance, plan, stop, on_better=on_better, on_bound=on_bound, look=look)
    hunt.limit(start.value)
    rest, rounds, nodes = instance, 0, 0
    adjusted = adjust(rest, start)
    tree = cut(adjusted.covers, places_of_rows(instance), size or _SMALLEST)
    if size is None:
        size = _easy_size(adjusted, tree, start, stop)
    pieces = pieces_within(tree, adjusted.covers, size)
    before: _Round | None = None
    while not stop.reached() and not hunt.proven:
        adjusted = adjust(rest, start)
        if before is None:
            now = _Round(split=Splitting(adjusted, pieces, start), pieces=pieces, last=False)
        else:
            now = _merged(adjusted, tree, before, start, stop)
        try:
            point = _agree(now.split, hunt)
            rounds += 1
            if not hunt.proven:
                hunt.listen()
            if not hunt.proven and before is None:
                restrict(now.split, point, hunt)
            settled = None if hunt.proven or stop.reached() else probe(now.split, point, hunt)
            if settled is None:
                break
            rest, moved = _settle(rest, settled)
            if finish is not None and not stop.reached():
                _finish(finish, rest, hunt)
            if not hunt.proven and now.last and moved <= 0.1 * adjusted.rules.free.sum():
                nodes = branch(now.split, point, hunt, settled, _MOST_NODES)
                break
            before = now
        finally:
            now.split.close()
    return Closed(
        chosen=hunt.chosen,
        worth=hunt.worth,
        bound=hunt.bound,
        proven=hunt.proven,
        rounds=rounds,
        nodes=nodes,
    )


def _merged(adjusted: Adjusted, tree: Piece, before: _Round, start: Bound, stop: Stop) -> _Round:
    """Merge the blocks that are easy together, at the prices they ended with apart.

    A block that is cut short teaches the prices nothing, so a merge that takes too many nodes is
    taken back.
    """
    known = {id(piece) for piece in before.pieces}
    size = max(_SMALLEST, *(len(block.columns) for block in before.split.blocks))
    while True:
        size = int(size * _GROWTH)
        wanted = _above(tree, known, adjusted, size)
        while True:
            split = Splitting(adjusted, wanted, start)
            split.take_over(before.split)
            if all(id(piece) in known for piece in wanted):
                break
            split.evaluate(split.prices, split.money, stop=stop, most_nodes=_MERGED_NODES)
            hard = {
                int(block.rows[0])
                for block, nodes in zip(split.blocks, split.visited, strict=True)
                if nodes >= _MERGED_NODES and len(block.rows)
            }
            parted = _parted(wanted, known, hard)
            if len(parted) == len(wanted) or stop.reached():
                return _Round(split=split, pieces=wanted, last=False)
            split.close()
            wanted = parted
        if size >= adjusted.instance.columns or stop.reached():
            return _Round(split=split, pieces=wanted, last=True)
        split.close()


def _above(piece: Piece, known: set[int], adjusted: Adjusted, largest: int) -> list[Piece]:
    """Return the largest pieces within a size, none of them smaller than those known."""
    if id(piece) in known or pieces_within(piece, adjusted.covers, largest) == [piece]:
        return [piece]
    assert piece.halves is not None  # noqa: S101 - a piece without halves is within any size
    first, second = piece.halves
    return _above(first, known, adjusted, largest) + _above(second, known, adjusted, largest)


def _parted(pieces: list[Piece], known: set[int], hard: set[int]) -> list[Piece]:
    """Cut those pieces in halves that hold a row of a hard block and were not known before."""
    parted: list[Piece] = []
    for piece in pieces:
        if id(piece) in known or piece.halves is None or hard.isdisjoint(piece.rows.tolist()):
            parted.append(piece)
        else:
            parted.extend(piece.halves)
    return parted


def _easy_size(adjusted: Adjusted, tree: Piece, start: Bound, stop: Stop) -> int:
    """Return the largest size of blocks that take few nodes to solve at the first prices."""
    crowd = len(adjusted.instance.indices) / max(1, adjusted.instance.rows)
    size = max(_SMALLEST, int(_CROWDS * crowd))  # smaller blocks would hardly hold whole rows
    while size < adjusted.instance.columns and not stop.reached():
        pieces = pieces_within(tree, adjusted.covers, int(size * _GROWTH))
        split = Splitting(adjusted, pieces, start)
        try:
            split.evaluate(split.prices, split.money, stop=stop)
        finally:
            split.close()
        if split.nodes > _FEW_NODES + 20 * len(split.blocks):
            break
        size = int(size * _GROWTH)
    return size


def _agree(split: Splitting, hunt: Hunt) -> Point:
    """Make the blocks agree; take the bound, and read plans off them."""
    split.add_plan(hunt.chosen)
    point = split.evaluate(split.prices, split.money, stop=hunt.stop)
    point = split.agree(point, stop=hunt.stop, best=hunt.worth - split.offset, steps=_STEPS)
    split.prices, split.money = point.prices, point.money
    bound = split.bound(point)
    hunt.read(split.agreed(bound.primal))
    hunt.limit(-math.inf if hunt.hopeless(bound.value) else bound.value)
    return point


def _finish(
    finish: Callable[[Instance], tuple[Ints | None, float]], rest: Instance, hunt: Hunt
) -> None:
    """Let another way try what is left."""
    found, value = finish(rest)
    if found is not None:
        hunt.offer(found)
    hunt.limit(-math.inf if hunt.hopeless(value) else value)


def _settle(instance: Instance, settled: Ints) -> tuple[Instance, int]:
    """Return the instance over the plans that keep what is settled, and how much is new."""
    opened = (settled == 1) & ~instance.required
    closed = (settled == 0) & ~instance.excluded
    rest = replace(
        instance, required=instance.required | opened, excluded=instance.excluded | closed
    )
    return rest, int(opened.sum() + closed.sum())
