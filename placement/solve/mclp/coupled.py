"""Prove a plan of coupled posts or rows with multiplicity: totals, kernel search, then a tree."""

import math

import numpy as np

from placement.arrays import Bools
from placement.cover.instance import Instance
from placement.cover.reduce import Reduction, keep_columns
from placement.solve.core.kernel_search import search_kernels
from placement.solve.core.stopping import Stop
from placement.solve.mclp.solver_state import Run, reduced
from placement.solve.mip.branch_and_bound import Tree
from placement.solve.mip.lp_relaxation import Relaxed

_TOTALS = 60  # relaxations that are solved to settle the totals, at most
_KERNEL = 600  # of a kernel
_GROWN = 4_000  # of the whole
_SMALLER = 0.9  # rows that are left, for what is fixed to be taken out


def prove_coupled(run: Run) -> None:
    """Look for plans, and prove the best one, by a tree of relaxations.

    The relaxation is split by totals. The posts that it opens somewhere make a kernel, which tells
    few rows apart and is soon solved (kernel search, Angelelli, Mansini & Speranza, Computers &
    Operations Research 37, 2010). The plan found closes posts by their reduced cost; what is left
    is reduced, and all that is done again as long as it becomes smaller. Then the tree grows.
    """
    left = run.reduction
    while not run.done:
        if left.instance.columns == 0:  # one plan is left, the known one or no worse
            last = left.lift(np.zeros(0, dtype=np.int64))
            run.plan(last)
            run.limit(max(run.instance.value(last), run.known))
            return
        tree = _tree(run, left, run.stop)
        tree.totals(_TOTALS)
        _limit(run, left, tree.bound)
        if run.done or not tree.leaves:
            return
        _find_in_kernel(run, left, tree)
        _limit(run, left, tree.bound)
        least = run.known - left.offset
        closed = np.ones(left.instance.columns, dtype=np.bool_)
        for leaf in tree.leaves:
            closed &= tree.closed(leaf, least)
        smaller = _without(left, ~closed)
        if run.done or smaller.instance.rows >= max(1.0, _SMALLER * left.instance.rows):
            break
        if smaller.instance.columns == left.instance.columns:  # without rows they may all stay
            break
        left = smaller
    if not run.done:
        tree.grow(_GROWN)
        _limit(run, left, tree.bound)


def _tree(run: Run, left: Reduction, stop: Stop, *, part: bool = False) -> Tree:
    """Return the tree of an instance, or of a part of it, whose bound says nothing of the whole."""

    def enough(bound: float) -> bool:
        if not part:
            _limit(run, left, bound)
        return run.done

    return Tree(
        Relaxed(left.instance),
        known=lambda: run.known - left.offset,
        on_plan=lambda chosen: run.plan(left.lift(chosen)),
        enough=enough,
        stop=stop,
    )


def _limit(run: Run, left: Reduction, bound: float) -> None:
    """Take the bound of a tree: plans that it leaves out are worth no more than the known one."""
    bound = max(bound + left.offset, run.known)
    if math.isfinite(bound):
        run.limit(bound)


def _without(left: Reduction, kept: Bools) -> Reduction:
    """Close all other columns, and reduce what is left."""

    def closed(instance: Instance) -> Reduction:
        return keep_columns(instance, kept | instance.required)

    return left.then(closed).then(reduced)


def _find_in_kernel(run: Run, left: Reduction, tree: Tree) -> None:
    """Solve what is left where only posts are open that the relaxation opens somewhere."""
    known = np.zeros(0, dtype=np.int64) if run.chosen is None else run.chosen
    wanted = np.isin(left.columns, known)
    for leaf in tree.leaves:
        wanted |= tree.wanted(leaf)
    search_kernels(
        lambda: wanted,
        lambda kernel: _solve_kernel(run, left, kernel),
        lambda: None,
        run,
        most=1,
    )


def _solve_kernel(run: Run, left: Reduction, kernel: Bools) -> None:
    """Solve what is left where only the columns of a kernel may be open."""
    small = _without(left, kernel)
    if small.instance.columns == 0:  # one plan is left
        run.plan(small.lift(np.zeros(0, dtype=np.int64)))
        return
    inner = _tree(run, small, run.stop.share(0.25), part=True)
    inner.totals(_TOTALS)
    inner.grow(_KERNEL)
