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

from placement.arrays import Bools, Floats
from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.capacitated.branch_on_totals import split
from placement.solve.capacitated.cutting_planes import CuttingPlanes
from placement.solve.capacitated.master import Point
from placement.solve.capacitated.min_cost_heuristic import CheapPlans
from placement.solve.capacitated.parts import part_of
from placement.solve.capacitated.primal_heuristics import PrimalHeuristics
from placement.solve.capacitated.state import EQUAL, Guide, LanesOutcome, State
from placement.solve.core.incumbent import Start, list_known_plans
from placement.solve.core.kernel_search import search_kernels
from placement.solve.core.stopping import Effort, Stop
from placement.solve.mip.branch_and_bound import Leaf

_MORE_ROUNDS = 200  # of the search between two solves of the master, at first
_MOST_ROUNDS = 1_000
_VAIN = 2  # times that it finds nothing before it is left to the solver
_LAST = 6  # points that the solver met of which cuts are learned
_AT_A_TIME = 20.0  # seconds of the master in whole numbers, where there is a time limit
_KERNELS = 6  # kernels that are solved, at most
_NEAR_BOUND = 5e-3  # gap of a plan that is too good for kernels: they are solved again as leaves
_KERNEL_SECONDS = 10.0  # of each, where there is a time limit
_KERNEL_GAP = 0.1  # share of the open gap at which its plan is good enough
_INNER_SOLVES, _INNER_NODES = 12, 500  # of its master in whole numbers, at most
_FIRST_GAP = 1e-3  # the same where no plan is known
_SOME = 1e-6  # of a post: more is wanted by the relaxation
_LEAVES = 60  # relaxations that are solved to settle the totals, at most


class BranchAndCut:
    """Bounds that prove the plans of a state, by the master and its cuts."""

    def __init__(self, planes: CuttingPlanes, improver: PrimalHeuristics | CheapPlans) -> None:
        self._planes, self._improver = planes, improver
        self._state, self._master = planes.state, planes.master
        self._record = planes.state.record
        self.leaves: list[Leaf[Point]] = []
        self._totals: tuple[Floats, Floats] = planes.master.totals()
        self._settled = -math.inf  # bound of leaves that only tolerances keep open

    def split(self) -> None:
        """Branch on totals: what is left open are leaves, each with a bound."""
        self._totals = self._master.totals()
        self.leaves = split(
            self._master,
            bound=self._planes.bounded,
            separate=lambda point: bool(self._planes.separate(point)),
            least=self._record.objective,
            most=_LEAVES,
            stop=self._record.stop.share(0.3),
        )
        self._limit_by_leaves()

    def wanted(self) -> Bools:
        """Tell which columns the relaxation opens in some leaf at least in part, (C,) bool."""
        found = np.zeros(self._state.instance.columns, dtype=np.bool_)
        for leaf in self.leaves:
            if leaf.point is not None:
                found |= leaf.point.y > _SOME
        return found

    def look_again(self) -> None:
        """Solve the relaxation of the best leaf again, with the cuts that came since."""
        leaf = self.leaves[0]
        self._master.within(leaf.low, leaf.high)
        point, infeasible = self._master.relaxed(self._record.stop)
        if infeasible:
            leaf.bound = -math.inf
        elif point is not None:
            leaf.point, leaf.bound = point, min(leaf.bound, self._planes.bounded(point))
        self._master.within(*self._totals)
        self._limit_by_leaves()

    def _limit_by_leaves(self) -> None:
        """Take the best of the leaves' bounds, and leave out those without a better plan."""
        record = self._record
        enough = record.objective + record.equal * max(1.0, abs(record.objective))
        if record.chosen is not None:
            self.leaves = [leaf for leaf in self.leaves if leaf.bound > enough]
        self.leaves.sort(key=lambda leaf: -leaf.bound)
        if self.leaves:
            record.limit(max(self.leaves[0].bound, self._settled))
        elif self._settled > -math.inf:
            record.limit(self._settled)
        elif record.chosen is not None:
            record.limit(record.objective)
        else:
            record.infeasible = True

    def solve_whole(self, times: int | None = None) -> None:
        """Solve the master in whole numbers, leaf by leaf, until its plan is a plan."""
        record, planes = self._record, self._planes
        priced, seconds, solved, rounds, vain = True, _AT_A_TIME, 0, _MORE_ROUNDS, 0
        # rounds that see floors take ten times as long
        enough = 1 if self._state.instance.rules else _VAIN
        while self.leaves and not record.done and solved != times:
            solved += 1
            leaf = self.leaves[0]
            open_gap = leaf.bound - (record.objective if record.chosen is not None else 0.0)
            aim = 0.2 * open_gap if priced and record.chosen is not None else 0.0
            least = 0.0
            if record.chosen is not None:
                least = 0.3 * EQUAL * max(1.0, abs(record.objective))
            least = max(least, 0.999 * record.step)
            self._master.within(leaf.low, leaf.high)
            seen: list[Point] = []
            point, bound, infeasible = self._master.whole(
                self._state.part(0.7, seconds),
                gap=0.0,
                gap_abs=max(aim, least),
                warm=self._state.point,
                found=seen.append,
                nodes=None if times is None else _INNER_NODES,
                effort=0.0 if record.chosen is not None else 0.05,
                enough=record.objective,
            )
            if point is not None:
                seen.append(point)
            self._master.within(*self._totals)
            leaf.bound = min(leaf.bound, bound + planes.lanes_price())
            if infeasible:
                self.leaves.remove(leaf)
            known = record.objective
            added = self.learn(seen[-_LAST:])
            self._limit_by_leaves()
            if added and not record.done and record.chosen is not None and vain < enough:
                self._improver.wander(rounds)
                better = record.objective > known
                rounds = _MORE_ROUNDS if better else min(2 * rounds, _MOST_ROUNDS)
                vain = 0 if better else vain + 1
            if not added and seen and not record.done:
                met = point is not None and bound - point.value <= 2 * max(
                    least, planes.lanes_price()
                )
                if not priced and met:
                    # the master's own plan is a plan: only its tolerances are left
                    self._settled = max(self._settled, leaf.bound)
                    self.leaves = [other for other in self.leaves if other is not leaf]
                    continue
                seconds *= 2
                if priced:
                    self._master.reprice()
                    priced = False

    def learn(self, seen: list[Point]) -> int:
        """Cut off points of the master that flows do not agree with, and repair them."""
        added = 0
        for some in seen:
            exact = some.rounded()
            for tight in (not self._state.instance.rules, False):
                found = self._planes.separate(exact, tight=tight)
                added += found
                if found:
                    break
            self._improver.improve(exact)
        return added


class Run:
    """A search for a plan of most worth with its proof: heuristics, cuts, kernels, branching."""

    def __init__(
        self, instance: Instance, lanes: Lanes, effort: Effort, *, guide: Guide | None = None
    ) -> None:
        self.state = State(instance, lanes, effort, guide=guide)
        self.planes = CuttingPlanes(self.state)
        self.heuristics = PrimalHeuristics(self.planes, seed=effort.seed)
        self.tree = BranchAndCut(self.planes, self.heuristics)
        self._seed = effort.seed

    def go(self, start: Start | None, *, inner: bool = False) -> None:
        """Find plans and prove them; an inner run is of the kernel of another, and ends sooner."""
        record = self.state.record
        self._begin(start, inner=inner)
        if not record.done:
            self.tree.split()
        if not record.done and not inner and not record.gap <= _NEAR_BOUND:
            search_kernels(
                self._kernel, self._solve_kernel, self.tree.look_again, record, most=_KERNELS
            )
        if not record.done and record.chosen is None:
            self._persist()
        if not record.done:
            self.tree.solve_whole(_INNER_SOLVES if inner else None)

    def _begin(self, start: Start | None, *, inner: bool) -> None:
        """Take the plan that is known, bound all others, and search for better ones."""
        record = self.state.record
        self._hand_in(start)
        point = self.planes.root(record.stop.share(0.3))
        if record.done:
            return
        if point is not None:
            self.planes.tidy(point)
        if start is not None:
            self.heuristics.deal(start.chosen, start.lanes)
        if not self.state.instance.rules:
            self.heuristics.find_first(point)
        elif record.chosen is None or not inner:
            self.heuristics.keep_floors()

    def _hand_in(self, start: Start | None) -> None:
        """Take what is handed in for the first plan, if it keeps the rules, before any search."""
        state = self.state
        least, gates = state.lanes.least, state.gates
        lanes = least if start is None else np.maximum(start.lanes, least)
        known = None if start is None else start.chosen
        for chosen in list_known_plans(state.instance, known):
            y = np.zeros(state.instance.columns)
            y[chosen] = 1.0
            u = lanes[gates] * y[gates]
            if start is not None and start.passing is not None:
                state.plan(y, u, state.together(start.passing))
            state.kept(y, u)

    def _persist(self) -> None:
        """Search for a first plan that keeps every rule."""
        if self.state.instance.rules:
            self.heuristics.keep_floors()
        if self.state.record.chosen is None:
            self.heuristics.find_first(None)

    def _kernel(self) -> Bools:
        """Return the columns that the relaxation wants, and those that are open or must be."""
        return self.tree.wanted() | self.state.instance.required | self.state.is_open()

    def _solve_kernel(self, kernel: Bools) -> None:
        """Solve what is left where all other columns are closed, and take its plan.

        They are few, and tell few rows apart, so what is left is solved soon.
        """
        state, record = self.state, self.state.record
        part = part_of(state.instance, state.lanes, state.groups.of, kernel)
        effort = Effort(
            stop=state.part(0.25, _KERNEL_SECONDS),
            gap=_KERNEL_GAP * record.gap if record.chosen is not None else _FIRST_GAP,
            seed=self._seed,
        )
        inner = Run(part.instance, part.lanes, effort)
        start = None
        if record.chosen is not None:
            known = np.searchsorted(part.columns, record.chosen)
            start = Start(chosen=known, lanes=state.count[part.columns])
        inner.go(start, inner=True)
        found = inner.state
        if found.record.chosen is None:
            return
        y = np.zeros(state.instance.columns)
        y[part.columns[found.record.chosen]] = 1.0
        count = np.zeros(state.instance.columns)
        count[part.columns] = found.count
        wanted = np.stack(
            [
                np.bincount(
                    part.group[found.rows],
                    weights=layer[found.rows],
                    minlength=len(state.groups.people),
                )
                for layer in found.passing
            ]
        )
        self.planes.support(y, count[state.gates])
        state.plan(y, count[state.gates], wanted)


def solve_lanes(
    instance: Instance,
    lanes: Lanes,
    effort: Effort,
    *,
    start: Start | None = None,
    guide: Guide | None = None,
) -> LanesOutcome:
    """Choose posts and lanes of most worth, and prove how good the choice is.

    Parameters
    ----------
    instance
        Rows, columns and rules. Costs of gates are those of opening; lanes come on top.
    lanes
        Who must pass which gates, and what lanes cost and admit.
    effort
        When to stop; the best plan so far is returned with its bound.
    start
        A known plan, or None.
    guide
        What the search is to look for, if not for the worth of the instance.

    Raises
    ------
    ValueError
        If lanes and instance do not fit each other.
    """
    run = Run(instance, lanes, effort, guide=guide)
    run.go(start)
    return run.state.told()


def impossible(instance: Instance, lanes: Lanes, *, stop: Stop) -> bool:
    """Tell whether the relaxation shows that no plan keeps every rule.

    False where that is not shown, be there a plan or not.
    """
    run = Run(instance, lanes, Effort(stop=stop))
    run.planes.root(stop)
    return run.state.record.infeasible
