"""How many posts and lanes of each kind: the whole numbers that a proof settles first."""

import math
from collections.abc import Callable

import numpy as np

from placement.solve.capacitated.master import Master, Point
from placement.solve.core.stopping import Stop
from placement.solve.mip.branch_and_bound import Frontier, Leaf

_WHOLE = 1e-6  # how far from whole a total of the relaxation may be
_DEEPER = 1e-5  # relative: what cuts at a leaf must gain for more of them to be looked for


def split(
    master: Master,
    *,
    bound: Callable[[Point], float],
    separate: Callable[[Point], bool],
    least: float,
    most: int,
    stop: Stop,
) -> list[Leaf[Point]]:
    """Branch on totals alone, by the relaxation, until those of the best leaf are whole.

    On the riverside with dog teams a dozen relaxations, each a few steps of the simplex from the
    last, take from the bound what the solver does not find out by branching on posts.

    Parameters
    ----------
    master
        Left with the limits on its totals that it came with.
    bound
        What a point of the relaxation bounds plans by.
    separate
        Looks for cuts at a point, adds them, and tells whether there were any.
    least
        Plans worth no more are not wanted.
    most
        Relaxations to be solved at most.
    stop
        When to stop; what is not split by then stays one leaf.

    Returns
    -------
    list of Leaf
        The most promising first; plans worth more than `least` are all in one of them.
    """
    low, high = master.totals()
    solved = 0

    def look(leaf: Leaf[Point]) -> bool:
        nonlocal solved
        master.within(leaf.low, leaf.high)
        point, infeasible = master.relaxed(stop)
        solved += 1
        if infeasible:
            return False
        if point is not None:
            leaf.point, leaf.bound = point, min(leaf.bound, bound(point))
        return leaf.bound > least

    frontier = Frontier(look)
    frontier.add(Leaf(low=low, high=high, bound=math.inf, point=None))
    while frontier and solved < most and not stop.reached():
        best = frontier.best
        if best.point is None:
            break
        at = _fractional(best.point)
        if at is not None:
            leaf = frontier.take()
            frontier.branch(leaf, leaf.low, leaf.high, at, float(best.point.totals[at]))
            continue
        before = best.bound
        if not separate(best.point):
            break
        frontier.add(frontier.take())
        if before - best.bound <= _DEEPER * abs(before):
            break
    master.within(low, high)
    return frontier.leaves


def _fractional(point: Point) -> int | None:
    """Return the total that is farthest from whole, or None where all are whole."""
    away = np.abs(point.totals - np.round(point.totals))
    return int(np.argmax(away)) if len(away) and away.max() > _WHOLE else None
