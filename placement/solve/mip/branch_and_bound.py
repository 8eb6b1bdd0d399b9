"""Branch and bound on the whole variables of a relaxation that stays alive, totals first.

HiGHS tries many posts before it branches on one, and takes seconds for each of them where posts
are coupled and cover many rows. Here a post is judged by what branching on it has shown so
far (pseudo-costs: Bénichou et al., Math. Programming 1, 1971), and the best leaf is next.
"""

import heapq
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.solve.core.gap import stepped
from placement.solve.core.stopping import Stop
from placement.solve.mip.lp_relaxation import WHOLE, Point, Relaxed

_ROUNDS = 10  # of cuts at a leaf
_DEEPER = 1e-5  # relative: what a round must gain for another
_LITTLE = 1e-6  # of the gap: what branching gains at least, for products of gains


@dataclass(slots=True, eq=False, kw_only=True)
class Leaf[At]:
    """Plans between two limits.

    Attributes
    ----------
    low, high
        (W,) float64, limits of the whole variables.
    bound
        No plan of these is worth more.
    point
        Where the relaxation is best among them, or None if it was not solved.
    """

    low: Floats
    high: Floats
    bound: float
    point: At | None


class Frontier[At]:
    """The leaves that may hold a wanted plan, the most promising first, the oldest of equal ones.

    `look` solves the relaxation of a leaf, and tells whether it may hold a wanted plan.
    """

    def __init__(self, look: Callable[[Leaf[At]], bool]) -> None:
        self._look = look
        self._heap: list[tuple[float, int, Leaf[At]]] = []
        self._number = itertools.count()

    def __bool__(self) -> bool:
        """Tell whether any leaf is left."""
        return bool(self._heap)

    @property
    def best(self) -> Leaf[At]:
        """The most promising leaf."""
        return self._heap[0][2]

    @property
    def bound(self) -> float:
        """The bound of the most promising leaf, −inf without any."""
        return self._heap[0][2].bound if self._heap else -math.inf

    @property
    def leaves(self) -> list[Leaf[At]]:
        """All leaves, the most promising first."""
        return [leaf for _, _, leaf in sorted(self._heap, key=lambda item: item[:2])]

    def add(self, leaf: Leaf[At]) -> None:
        """Look at a leaf, and keep it if it may hold a wanted plan."""
        if self._look(leaf):
            heapq.heappush(self._heap, (-leaf.bound, next(self._number), leaf))

    def take(self) -> Leaf[At]:
        """Take the most promising leaf away."""
        return heapq.heappop(self._heap)[2]

    def clear(self) -> None:
        """Take all leaves away."""
        self._heap.clear()

    def branch(
        self, leaf: Leaf[At], low: Floats, high: Floats, at: int, value: float
    ) -> tuple[Leaf[At], Leaf[At]]:
        """Put the two halves of a leaf in its place, a variable rounded down and rounded up.

        Parameters
        ----------
        leaf
            A leaf that was taken away.
        low, high
            (W,) float64, its limits, or narrower ones that lose no wanted plan.
        at, value
            The variable, and where it is in the relaxation.

        Returns
        -------
        down, up
            Both were looked at.
        """
        below, above = high.copy(), low.copy()
        below[at] = math.floor(value)
        above[at] = below[at] + 1
        down = Leaf[At](low=low, high=below, bound=leaf.bound, point=None)
        up = Leaf[At](low=above, high=high, bound=leaf.bound, point=None)
        self.add(down)
        self.add(up)
        return down, up


class Tree:
    """The leaves that may hold a plan worth more than what is known.

    Parameters
    ----------
    relaxed
        The relaxation.
    known
        Tells the worth of the best plan known, −inf without one.
    on_plan
        Called with plans found, better or not.
    enough
        Told the bound of the tree after every leaf; True ends the growth.
    stop
        When to stop.
    """

    def __init__(
        self,
        relaxed: Relaxed,
        *,
        known: Callable[[], float],
        on_plan: Callable[[Ints], None],
        enough: Callable[[float], bool],
        stop: Stop,
    ) -> None:
        self._relaxed, self._known, self._on_plan, self._stop = relaxed, known, on_plan, stop
        self._enough = enough
        self._frontier = Frontier(self._look)
        self._cut = True  # whether leaves are cut
        self._settled = -math.inf  # bound of leaves that only rounding keeps open
        self._gained = np.zeros((2, len(relaxed.whole)))  # by rounding down and up, a whole step
        self._times = np.zeros((2, len(relaxed.whole)), dtype=np.int64)
        self.solved = 0
        self._frontier.add(Leaf(low=relaxed.low, high=relaxed.high, bound=math.inf, point=None))

    @property
    def bound(self) -> float:
        """What no plan is worth more than; the best known one apart."""
        return max(self._settled, self._frontier.bound)

    @property
    def leaves(self) -> list[Leaf[Point]]:
        """The leaves, the most promising first."""
        return self._frontier.leaves

    def closed(self, leaf: Leaf[Point], least: float) -> Bools:
        """Tell which columns are closed in every plan of a leaf worth `least`, (C,) bool."""
        if leaf.point is None:
            return np.zeros(self._relaxed.columns, dtype=np.bool_)
        return self._relaxed.closed(leaf.point, least)

    def wanted(self, leaf: Leaf[Point]) -> Bools:
        """Tell which columns the relaxation opens in a leaf at least in part, (C,) bool."""
        if leaf.point is None:
            return np.zeros(self._relaxed.columns, dtype=np.bool_)
        return self._relaxed.wanted(leaf.point)

    def totals(self, most: int) -> None:
        """Branch on totals until those of the best leaf are whole."""
        self._cut = True
        self._grow(0, most)

    def grow(self, most: int) -> None:
        """Branch until no leaf is left, or so many relaxations have been solved."""
        self._cut = False
        self._grow(2, most)

    def _grow(self, group: int, most: int) -> None:
        """Branch on variables up to a group."""
        most += self.solved
        frontier = self._frontier
        while frontier and self.solved < most and not self._stop.reached():
            leaf = frontier.best
            if leaf.point is None or self._enough(self.bound):
                return
            if not self._wanted(leaf.bound):
                frontier.clear()
                return
            at = self._fractional(leaf.point, group)
            if at is not None:
                frontier.take()
                self._relaxed.back_to(leaf.point)
                self._branch(leaf, leaf.point, at)
            elif group < 2:
                return
            else:  # whole, and its plan was told: what is left of it is rounding
                frontier.take()
                self._settled = max(self._settled, leaf.bound)

    def _least(self) -> float:
        """Return what a plan must be worth to be wanted.

        The known plan may be none of these, whose worths are whole steps, and lie between two.
        """
        known, step = self._known(), self._relaxed.step
        if step and math.isfinite(known):
            return (math.floor(known / step + 1e-9) + 0.999) * step
        return known + 1e-9 * abs(known) if math.isfinite(known) else known

    def _wanted(self, bound: float) -> bool:
        return bound >= self._least()

    def _fractional(self, point: Point, group: int) -> int | None:
        """Return the variable to branch on: of the first group that is not whole, what tells most.

        That is the one whose two sides are expected to lose most, by their product.
        """
        relaxed = self._relaxed
        values = point.values[relaxed.whole]
        part = values - np.floor(values)
        open_ones = np.minimum(part, 1.0 - part) > WHOLE
        for number in range(group + 1):
            some = np.flatnonzero(open_ones & (relaxed.group == number))
            if len(some):
                break
        else:
            return None
        if number == 0:
            return int(some[np.argmax(np.minimum(part, 1.0 - part)[some])])
        mean = [
            float(gained[times > 0].mean()) if (times > 0).any() else 1.0
            for gained, times in zip(self._gained, self._times, strict=True)
        ]
        down, up = (
            np.where(self._times[side][some] > 0, self._gained[side][some], mean[side])
            for side in (0, 1)
        )
        tiny = _LITTLE * max(mean)
        score = np.maximum(tiny, part[some] * down) * np.maximum(tiny, (1.0 - part[some]) * up)
        return int(some[np.argmax(score)])

    def _branch(self, leaf: Leaf[Point], point: Point, at: int) -> None:
        """Branch on a variable, and learn what either side loses."""
        value = float(point.values[self._relaxed.whole[at]])
        part = value - math.floor(value)
        halves = self._frontier.branch(leaf, *self._narrowed(point), at, value)
        for side, half in enumerate(halves):
            if half.point is not None:  # the rest may have been lost to the limits alone
                gained = (leaf.bound - half.bound) / (part if side == 0 else 1.0 - part)
                times = self._times[side, at]
                self._gained[side, at] += (gained - self._gained[side, at]) / (times + 1)
                self._times[side, at] += 1

    def _narrowed(self, point: Point) -> tuple[Floats, Floats]:
        """Return limits that lose no plan of a leaf that is wanted (reduced-cost fixing)."""
        room = max(0.0, point.bound - self._least()) + 1e-6
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.floor(room / np.abs(point.reduced) + WHOLE)
        low = np.where(point.reduced > 0, np.maximum(point.low, point.high - steps), point.low)
        high = np.where(point.reduced < 0, np.minimum(point.high, point.low + steps), point.high)
        return low, high

    def _look(self, leaf: Leaf[Point]) -> bool:
        """Solve the relaxation of a leaf, and tell whether it may hold a wanted plan."""
        for _ in range(_ROUNDS):
            before = leaf.bound
            point, infeasible = self._relaxed.look(leaf.low, leaf.high, self._stop)
            self.solved += 1
            if infeasible:
                return False
            if point is None:
                break
            leaf.point = point
            leaf.bound = min(leaf.bound, stepped(point.bound, self._relaxed.step))
            if not self._wanted(leaf.bound):
                return False
            if not self._cut or before - leaf.bound <= _DEEPER * abs(leaf.bound):
                break
            if not self._relaxed.separate(point):
                break
        if leaf.point is not None and self._fractional(leaf.point, 1) is None:
            self._on_plan(self._relaxed.plan(leaf.point))
            if not self._wanted(leaf.bound):
                return False
        return True
