"""How many posts and lanes of each kind: the whole numbers that a proof settles first."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats
from placement.solve.capacitated.master import Master, Point
from placement.solve.core.stopping import Stop

_WHOLE = 1e-6  # how far from whole a total of the relaxation may be
_DEEPER = 1e-5  # relative: what cuts at a leaf must gain for more of them to be looked for


@dataclass(slots=True, eq=False, kw_only=True)
class Leaf:
    """Plans whose totals lie between two limits.

    Attributes
    ----------
    low, high
        (T,) float64, the least and the most of each total.
    bound
        No plan of these is worth more.
    point
        Where the relaxation is best among them, if it was looked at.
    """

    low: Floats
    high: Floats
    bound: float
    point: Point | None


def split(
    master: Master,
    *,
    bound: Callable[[Point], float],
    separate: Callable[[Point], bool],
    least: float,
    most: int,
    stop: Stop,
) -> list[Leaf]:
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
    tree = _Tree(master, bound, least, stop)
    tree.look(Leaf(low=low, high=high, bound=math.inf, point=None))
    while tree.leaves and tree.solved < most and not stop.reached():
        best = max(tree.leaves, key=lambda leaf: leaf.bound)
        if best.point is None:
            break
        at = _fractional(best.point)
        if at is not None:
            tree.branch(best, at)
            continue
        before = best.bound
        if not separate(best.point):
            break
        tree.leaves.remove(best)
        tree.look(best)
        if before - best.bound <= _DEEPER * abs(before):
            break
    master.within(low, high)
    return sorted(tree.leaves, key=lambda leaf: -leaf.bound)


def _fractional(point: Point) -> int | None:
    """Return the total that is farthest from whole, or None where all are whole."""
    away = np.abs(point.totals - np.round(point.totals))
    return int(np.argmax(away)) if len(away) and away.max() > _WHOLE else None


class _Tree:
    """The leaves that may hold a plan worth more than `least`."""

    def __init__(
        self, master: Master, bound: Callable[[Point], float], least: float, stop: Stop
    ) -> None:
        self.leaves: list[Leaf] = []
        self.solved = 0
        self._master, self._bound, self._least, self._stop = master, bound, least, stop

    def look(self, leaf: Leaf) -> None:
        """Solve the relaxation of a leaf, and keep it if it may hold a better plan."""
        self._master.within(leaf.low, leaf.high)
        point, infeasible = self._master.relaxed(self._stop)
        self.solved += 1
        if infeasible:
            return
        if point is not None:
            leaf.point, leaf.bound = point, min(leaf.bound, self._bound(point))
        if leaf.bound > self._least:
            self.leaves.append(leaf)

    def branch(self, leaf: Leaf, at: int) -> None:
        """Put the two halves of a leaf in its place, a total rounded down and rounded up."""
        assert leaf.point is not None  # noqa: S101 - else no total is known
        self.leaves.remove(leaf)
        below, above = leaf.high.copy(), leaf.low.copy()
        below[at] = math.floor(leaf.point.totals[at])
        above[at] = below[at] + 1
        for low, high in ((leaf.low, below), (above, leaf.high)):
            self.look(Leaf(low=low, high=high, bound=leaf.bound, point=leaf.point))
