"""Which gates to open with how many lanes: plans from a search, bounds from cuts, until both meet.

    maximise   Σ_r weight_r · admitted_r / people_r + what other rows are worth
    Σ_j (cost_j · y_j + lane_cost_j · u_j) ≤ budget, and every other rule of the instance
    least_j · y_j ≤ u_j ≤ most_j · y_j, u whole
    admitted is a flow of people through open gates within their capacity

Capacitated maximal covering (Current & Storbeck 1988) with the flows projected out (Gale 1957,
Hoffman 1960; Benders 1962): the master knows posts, lanes and one number of admitted people for
each group of people worth the same; maximum flows find the cuts it lacks, at points between its
own and the best known one (Ben-Ameur & Neto 2007). Totals of posts and lanes are branched on first;
plans come from a search and from kernels, the posts that the relaxation wants, solved as plans of
their own; the leaves that stay open are solved in whole numbers.

The queue is fluid, and people are directed to gates: nobody chooses one for himself.
"""

import math

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.capacitated.branch_on_totals import Leaf, split
from placement.solve.capacitated.master import Point
from placement.solve.capacitated.parts import part_of
from placement.solve.capacitated.primal_heuristics import Plans
from placement.solve.capacitated.state import EQUAL, Guide, LanesOutcome
from placement.solve.core.incumbent import list_known_plans
from placement.solve.core.stopping import Progress, Stop

_MORE_ROUNDS = 200  # of the search between two solves of the master, at first
_MOST_ROUNDS = 1_000
_VAIN = 2  # times that it finds nothing before it is left to the solver
_ROOT_ROUNDS = 120
_TAIL, _SLOW = 8, 2e-5  # rounds of the root, and what they must gain
_AROUND = 12  # neighbourhoods of the best plan that are solved before the whole
_AT_A_TIME = 20.0  # seconds of the master in whole numbers, where there is a time limit
_KERNELS = 6  # kernels that are solved, at most
_NEAR_BOUND = 5e-3  # gap of a plan that is too good for kernels: they are solved again as leaves
_KERNEL_SECONDS = 10.0  # of each, where there is a time limit
_KERNEL_GAP = 0.1  # share of the open gap at which its plan is good enough
_INNER_SOLVES, _INNER_NODES = 12, 500  # of its master in whole numbers, at most
_FIRST_GAP = 1e-3  # the same where no plan is known
_SOME = 1e-6  # of a post: more is wanted by the relaxation
_LEAVES = 60  # relaxations that are solved to settle the totals, at most
_PART = 0.3  # how far from the best known point towards the master's cuts are looked for


class Run(Plans):
    """The plans, and the bounds that prove them."""

    leaves: list[Leaf]
    totals: tuple[Floats, Floats]
    settled = -math.inf  # bound of leaves that only tolerances keep open

    def go(
        self, warm: tuple[Ints, Ints] | None, passing: Floats | None, *, inner: bool = False
    ) -> None:
        """Find plans and prove them; an inner run is of the kernel of another, and ends sooner."""
        self._begin(warm, passing, inner=inner)
        if not self.done:
            self.split()
        if not self.done and not inner and not self.gap <= _NEAR_BOUND:
            self.kernel()
        if not self.done and self.chosen is None:
            self._persist(around=0 if inner else _AROUND)
        if not self.done:
            self.whole(_INNER_SOLVES if inner else None)

    def _begin(
        self, warm: tuple[Ints, Ints] | None, passing: Floats | None, *, inner: bool
    ) -> None:
        """Take the plan that is known, bound all others, and search for better ones."""
        self._hand_in(warm, passing)
        point = self.root(self.stop.share(0.3))
        if self.done:
            return
        if point is not None:
            self.tidy(point)
        if warm is not None:
            self.dealt(*warm)
        if not self.instance.rules:
            self.first(point)
        elif self.chosen is None or not inner:
            self.floored()

    def _hand_in(self, warm: tuple[Ints, Ints] | None, passing: Floats | None) -> None:
        """Take what is handed in for the first plan, if it keeps the rules, before any search."""
        known, lanes = (None, self.lanes.least) if warm is None else warm
        for chosen in list_known_plans(self.instance, known):
            y = np.zeros(self.instance.columns)
            y[chosen] = 1.0
            u = np.maximum(lanes, self.lanes.least)[self.gates] * y[self.gates]
            if passing is not None:
                self.plan(y, u, self.together(passing))
            self.kept(y, u)

    def _persist(self, *, around: int) -> None:
        """Search for a first plan that keeps every rule."""
        if self.instance.rules:
            self.floored()
            self.around(around)
        if self.chosen is None:
            self.first(None)

    def root(self, stop: Stop) -> Point | None:
        """Cut until the relaxation and the best point inside it meet, or cuts run out."""
        best: Point | None = None
        inside = -math.inf
        point: Point | None = None
        plain = not self.instance.rules
        values: list[float] = []
        for _ in range(_ROOT_ROUNDS):
            point, infeasible = self.master.relaxed(stop)
            self.infeasible = self.infeasible or infeasible
            if point is None:
                return best
            self.limit(self.bounded(point))
            if self.done or point.value - inside <= 1e-6 * abs(point.value):
                break
            values.append(point.value)
            if len(values) > _TAIL and values[-_TAIL] - point.value <= _SLOW * abs(point.value):
                break  # plans teach the master more than the tail of the relaxation
            at = point if best is None else best.between(point, _PART)
            found, value = self.cuts(point, at, tight=plain)
            if value > inside:
                best, inside = at, value
            if not found:
                found, value = self.cuts(point, point, tight=False)
                if value > inside:
                    best, inside = point, value
                if not found:
                    break
            self.master.add(found)
        return point

    def tidy(self, point: Point) -> None:
        """Drop the cuts that do not bind at the end of the root: they only slow the tree down."""
        scale, reached = 1e-3 * float(self.groups.people.sum()), self.reached(point.y)
        self.master.drop(
            np.array(
                [
                    cut.room(reached, point.y[self.gates], point.u)
                    <= float(point.admitted[cut.layer, cut.groups].sum()) + scale
                    for cut in self.master.cuts
                ],
                dtype=np.bool_,
            )
        )

    def split(self) -> None:
        """Branch on totals: what is left open are leaves, each with a bound."""
        self.totals = self.master.totals()
        self.leaves = split(
            self.master,
            bound=self.bounded,
            separate=self._separate,
            least=self.objective,
            most=_LEAVES,
            stop=self.stop.share(0.3),
        )
        self._limit_by_leaves()

    def kernel(self) -> None:
        """Look for a plan of the posts that the relaxation opens somewhere, all others closed.

        They are few, and tell few rows apart, so what is left is solved soon; then the relaxation
        is asked again, with the cuts of that plan (kernel search, Angelelli, Mansini & Speranza
        2010).
        """
        wanted, tried = self.instance.required.copy(), np.zeros(0, dtype=np.bool_)
        for _ in range(_KERNELS):
            for leaf in self.leaves:
                if leaf.point is not None:
                    wanted |= leaf.point.y > _SOME
            if self.chosen is not None:
                wanted[self.chosen] = True
            if np.array_equal(wanted, tried):
                return
            known, tried = self.objective, wanted.copy()
            self._best_of(wanted)
            if self.done or self.objective <= known:
                return
            self._look_again()

    def _best_of(self, free: Bools) -> None:
        """Solve what is left where all but some columns are closed, and take its plan."""
        part = part_of(self.instance, self.lanes, self.groups.of, free)
        inner = Run(
            part.instance,
            part.lanes,
            stop=self.part(0.25, _KERNEL_SECONDS),
            gap=_KERNEL_GAP * self.gap if self.chosen is not None else _FIRST_GAP,
            seed=self.seed,
            progress=None,
        )
        warm = None
        if self.chosen is not None:
            warm = (np.searchsorted(part.columns, self.chosen), self.count[part.columns])
        inner.go(warm, None, inner=True)
        if inner.chosen is None:
            return
        y = np.zeros(self.instance.columns)
        y[part.columns[inner.chosen]] = 1.0
        count = np.zeros(self.instance.columns)
        count[part.columns] = inner.count
        wanted = np.stack(
            [
                np.bincount(
                    part.group[inner.rows],
                    weights=layer[inner.rows],
                    minlength=len(self.groups.people),
                )
                for layer in inner.passing
            ]
        )
        self.support(y, count[self.gates])
        self.plan(y, count[self.gates], wanted)

    def _look_again(self) -> None:
        """Solve the relaxation of the best leaf again, with the cuts that came since."""
        leaf = self.leaves[0]
        self.master.within(leaf.low, leaf.high)
        point, infeasible = self.master.relaxed(self.stop)
        if infeasible:
            leaf.bound = -math.inf
        elif point is not None:
            leaf.point, leaf.bound = point, min(leaf.bound, self.bounded(point))
        self.master.within(*self.totals)
        self._limit_by_leaves()

    def _separate(self, point: Point) -> bool:
        found, _ = self.cuts(point, point, tight=False)
        self.master.add(found)
        return bool(found)

    def _limit_by_leaves(self) -> None:
        """Take the best of the leaves' bounds, and leave out those without a better plan."""
        enough = self.objective + self.equal * max(1.0, abs(self.objective))
        if self.chosen is not None:
            self.leaves = [leaf for leaf in self.leaves if leaf.bound > enough]
        self.leaves.sort(key=lambda leaf: -leaf.bound)
        if self.leaves:
            self.limit(max(self.leaves[0].bound, self.settled))
        elif self.settled > -math.inf:
            self.limit(self.settled)
        elif self.chosen is not None:
            self.limit(self.objective)
        else:
            self.infeasible = True

    def whole(self, times: int | None = None) -> None:
        """Solve the master in whole numbers, leaf by leaf, until its plan is a plan."""
        priced, seconds, solved, rounds, vain = True, _AT_A_TIME, 0, _MORE_ROUNDS, 0
        enough = (
            1 if self.instance.rules else _VAIN
        )  # rounds that see floors take ten times as long
        while self.leaves and not self.done and solved != times:
            solved += 1
            leaf = self.leaves[0]
            open_gap = leaf.bound - (self.objective if self.chosen is not None else 0.0)
            aim = 0.2 * open_gap if priced and self.chosen is not None else 0.0
            least = 0.3 * EQUAL * max(1.0, abs(self.objective)) if self.chosen is not None else 0
            least = max(least, 0.999 * self.step)
            self.master.within(leaf.low, leaf.high)
            point, seen, bound, infeasible = self.solved(
                self.part(0.7, seconds),
                gap_abs=max(aim, least),
                nodes=None if times is None else _INNER_NODES,
                effort=0.0 if self.chosen is not None else 0.05,
            )
            self.master.within(*self.totals)
            leaf.bound = min(leaf.bound, bound + self._lanes_price())
            if infeasible:
                self.leaves.remove(leaf)
            known = self.objective
            added = self.learned(seen)
            self._limit_by_leaves()
            if added and not self.done and self.chosen is not None and vain < enough:
                self.wander(rounds)
                better = self.objective > known
                rounds = _MORE_ROUNDS if better else min(2 * rounds, _MOST_ROUNDS)
                vain = 0 if better else vain + 1
            if not added and seen and not self.done:
                met = point is not None and bound - point.value <= 2 * max(
                    least, self._lanes_price()
                )
                if not priced and met:
                    # the master's own plan is a plan: only its tolerances are left
                    self.settled = max(self.settled, leaf.bound)
                    self.leaves = [other for other in self.leaves if other is not leaf]
                    continue
                seconds *= 2
                if priced:
                    self.master.reprice()
                    priced = False

    def bounded(self, point: Point) -> float:
        """Return what the best point of a relaxation bounds plans by: lanes cost it something."""
        return point.value - self.master.price * float(point.u.sum()) + self._lanes_price()

    def _lanes_price(self) -> float:
        """Return the most that the price of lanes takes from the master's value."""
        afford = math.inf
        cost = self.lanes.lane_cost[self.gates]
        if len(cost) and cost.min() > 0:
            afford = self.instance.budget / float(cost.min())
        return self.master.price * min(afford, float(self.most.sum()))


def solve_lanes(
    instance: Instance,
    lanes: Lanes,
    *,
    stop: Stop,
    gap: float = 0.0,
    seed: int = 0,
    warm: tuple[Ints, Ints] | None = None,
    passing: Floats | None = None,
    progress: Progress | None = None,
    guide: Guide | None = None,
) -> LanesOutcome:
    """Choose posts and lanes of most worth, and prove how good the choice is.

    Parameters
    ----------
    instance
        Rows, columns and rules. Costs of gates are those of opening; lanes come on top.
    lanes
        Who must pass which gates, and what lanes cost and admit.
    stop
        When to stop; the best plan so far is returned with its bound.
    gap
        Relative gap that is good enough.
    seed
        Of the search.
    warm
        Columns and (C,) lanes of a known plan; if it breaks a rule, the lanes are dealt anew.
    passing
        (layers, R) float64, people whom that plan is known to admit: they come first.
    progress
        Called with seconds, objective and bound when one of them becomes better.
    guide
        What the search is to look for, if not for the worth of the instance.

    Returns
    -------
    LanesOutcome

    Raises
    ------
    ValueError
        If lanes and instance do not fit each other.
    """
    run = Run(instance, lanes, stop=stop, gap=gap, seed=seed, progress=progress, guide=guide)
    run.go(warm, passing)
    return run.told()


def impossible(instance: Instance, lanes: Lanes, *, stop: Stop) -> bool:
    """Tell whether the relaxation shows that no plan keeps every rule.

    Parameters
    ----------
    instance, lanes, stop
        As `solve_lanes` takes them.

    Returns
    -------
    bool
        False where that is not shown, be there a plan or not.
    """
    run = Run(instance, lanes, stop=stop, gap=0.0, seed=0, progress=None)
    run.root(stop)
    return run.infeasible
