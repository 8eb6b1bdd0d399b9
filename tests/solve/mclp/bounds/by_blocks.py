"""A bound by blocks of one size after the other, with the valid rows that their prices give."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mclp.bounds.dual_bounds import Bound
from placement.solve.mclp.bounds.lagrangian_instance import adjust
from placement.solve.mclp.bounds.partition import cut, pieces_within, places_of_rows
from placement.solve.mclp.bounds.variable_splitting import Point, Splitting

_CUTS = 15  # of each block


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cut:
    """A valid row: Σ weight · z over ``rows`` ≤ most + Σ price · y over ``columns``."""

    rows: Ints
    weight: Floats
    columns: Ints
    price: Floats
    most: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Split:
    """The bound, and the block cuts of the best prices met."""

    bound: Bound
    cuts: tuple[Cut, ...]


class _Recorded(Splitting):
    """Keeps every point that it met."""

    met: tuple[Point, ...] = ()

    def evaluate(self, *prices: Any, **how: Any) -> Point:
        point = super().evaluate(*prices, **how)
        self.met += (point,)
        return point


def by_blocks(
    instance: Instance,
    *,
    stop: Stop,
    best: float,
    start: Bound,
    plan: Ints | None = None,
    sizes: Sequence[int] = (60,),
    steps: int = 120,
) -> Split:
    """Bound by blocks, each size starting from the prices of the one before."""
    adjusted = adjust(instance, start)
    tree = cut(adjusted.covers, places_of_rows(instance), min(sizes))
    best_bound, cuts = start, tuple[Cut, ...]()
    before: _Recorded | None = None
    for size in sizes:
        split = _Recorded(adjusted, pieces_within(tree, adjusted.covers, size), start)
        try:
            if before is not None:
                split.take_over(before)
            if plan is not None:
                split.add_plan(plan)
            point = split.evaluate(split.prices, split.money, stop=stop)
            point = split.agree(point, stop=stop, best=best - split.offset, steps=steps)
            split.prices, split.money = point.prices, point.money
            bound = split.bound(point)
            if bound.value <= best_bound.value:
                best_bound, cuts = bound, _cuts(split)
        finally:
            split.close()
        before = split
        if stop.reached() or best_bound.value <= best:
            break
    return Split(bound=best_bound, cuts=cuts)


def _cuts(split: _Recorded) -> tuple[Cut, ...]:
    return tuple(
        Cut(
            rows=block.rows,
            weight=block.weight,
            columns=block.columns,
            price=split.column_prices(b, point.prices, point.money),
            most=float(point.most[b]),
        )
        for point in sorted(split.met, key=lambda point: point.value)[:_CUTS]
        for b, block in enumerate(split.blocks)
        if len(block.rows)
    )
