"""Bounds by geographic blocks, each solved exactly, with prices that make them agree.

The rows are cut into blocks; a column that covers rows of several blocks is copied into each of
them, and the copies are priced apart. At any prices μ the blocks' best plans and the budget give
the bound ψ + Σ_b φ_b(μ_b), with φ_b(μ) = max over y of the weight of the rows of b that y covers,
less μ·y (variable splitting; nearest published: Senne, Pereira & Lorena, Advances in Operations
Research 2010, 120756). φ_b is found by `branch`, prices by
`bundle`, and what they prove is settled by `dual_bounds`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance
from placement.solve.mclp.bounds.bound import StopRule
from placement.solve.mclp.bounds.dual_bounds import Bound
from placement.solve.mclp.bounds.lagrangian_instance import adjust
from placement.solve.mclp.bounds.partition import covered_pieces, cut, places_of_rows
from placement.solve.mclp.bounds.variable_splitting import Cut, Splitting


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Split:
    """What was proven by blocks, and what it suggests.

    Attributes
    ----------
    bound
        ``primal`` is the mix of block plans that agrees best.
    cuts
        Block cuts of the best prices met, the best first.
    plans
        Columns that the blocks open, (any,) int64 each: not within the rules, places to search
        from.
    steps
        Steps taken.
    """

    bound: Bound
    cuts: tuple[Cut, ...]
    plans: tuple[Ints, ...]
    steps: int


def by_blocks(
    instance: Instance,
    *,
    stop: StopRule,
    best: float,
    start: Bound,
    plan: Ints | None = None,
    row_xy: Floats | None = None,
    sizes: Sequence[int] = (60,),
    steps: int = 120,
    keep: int = 15,
    workers: int = 2,
) -> Split:
    """Bound by blocks, each solved exactly (model.md, "The hard zone, and what closes it").

    Parameters
    ----------
    instance
        Rows, columns and rules.
    stop
        Looked at between steps; a step solves every block once.
    best
        Objective of the best plan known, −inf if none.
    start
        Prices to start from, best those of `bound.relaxation`. The bound
        returned is never above this one.
    plan
        Columns of a known plan: spares the first steps.
    row_xy
        (R, 2) float64, where the rows are; without it, neighbourhoods are found by steps along
        shared rows.
    sizes
        Most columns of a block, rising: each size starts from the prices of the one before.
    steps
        Most steps at each size.
    keep
        Most cuts a block.
    workers
        Threads.

    Returns
    -------
    Split
    """
    adjusted = adjust(instance, start)
    place = places_of_rows(instance) if row_xy is None else row_xy
    tree = cut(adjusted.covers, place, min(sizes))
    best_bound, done = start, 0
    cuts: tuple[Cut, ...] = ()
    plans: list[Ints] = []
    before: Splitting | None = None
    for size in sizes:
        parts = covered_pieces(tree, adjusted.covers, size)
        split = Splitting(adjusted, parts, u=start.u, money=start.price, workers=workers)
        try:
            if before is not None:
                split.take_over(before)
            if plan is not None:
                split.add_plan(plan)
            point, _ = split.evaluate(split.prices, split.money, stop=stop)
            point = split.agree(point, stop=stop, best=best - split.offset, steps=steps)
            split.prices, split.money = point.prices, point.money
            bound = split.bound(point)
            plans.append(split.agreed(bound.primal))
            done += split.step
            if bound.value <= best_bound.value:
                best_bound = bound
                cuts = split.cuts(keep)
        finally:
            split.close()
        before = split
        if stop.reached() or best_bound.value <= best:
            break
    return Split(bound=best_bound, cuts=cuts, plans=tuple(plans), steps=done)
