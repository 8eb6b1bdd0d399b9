"""The cheapest gates and lanes that keep every rule: the same master, its costs turned into worth.

    minimise   Σ_j (cost_j · y_j + lane_cost_j · u_j)   under every rule of the instance

Shares of people to be admitted are rules that count laned rows. The master and its cuts are those
of `solver` and give the bound; plans come from `min_cost_heuristic`
at budgets that close in on it.
"""

import math
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.capacitated.cutting_planes import CuttingPlanes
from placement.solve.capacitated.master import Point
from placement.solve.capacitated.min_cost_heuristic import CheapPlanSearch
from placement.solve.capacitated.solver import BranchAndCut
from placement.solve.capacitated.state import Guide, LanesOutcome, State
from placement.solve.core.stopping import Progress, Stop
from placement.solve.mip.minimise_rule import step_of, sum_of

_FIRST = 0.2  # of the bound, what the first budget is above it
_WIDER = 2.0  # times that after each search without a plan
_PART = 0.5  # of the way from the bound to the cost, the next budget after a plan
_TRIES, _ROUNDS = 6, 120  # of the search at a budget
_FOR_EACH = 20  # rounds for each column: small instances need few
_LATER = 4  # tries at a budget beside the master
_LATER_ROUNDS = 2_000  # rounds of them, at most
_NEAR = 5e-4  # of the cost: budgets nearer to each other are one


class CheapPlans:
    """Finds plans of which the objective is minus the cost.

    Parameters
    ----------
    state
        What is asked, and what is known.
    shares
        As `cheapest` takes them.
    seed
        Of the searches.
    """

    def __init__(self, state: State, shares: Collection[str], *, seed: int) -> None:
        self._state, self._record = state, state.record
        self._search = CheapPlanSearch(state, shares, seed=seed)
        self._rounds = min(_ROUNDS, _FOR_EACH * state.instance.columns)
        self._more = 1

    @property
    def _apart(self) -> float:
        """Costs nearer to each other than this are not told apart by the search."""
        record = self._record
        near = _NEAR * abs(record.objective) if record.chosen is not None else 0.0
        return max(record.step, near, 1e-6)

    @property
    def _cheaper(self) -> float:
        """A budget a step below the best plan."""
        return -self._record.objective - max(self._record.step, 1e-6)

    def close_in(self, stop: Stop) -> None:
        """Look for plans at budgets that close in on the least at which every rule is kept."""
        record = self._record
        dear, margin = self._state.instance.budget, _FIRST
        while record.chosen is None and not record.done and not stop.reached():
            low = max(0.0, -record.bound)
            budget = min(dear, low + max(margin * low, self._apart))
            self._search.within(budget, tries=_TRIES, rounds=self._rounds, stop=stop)
            if budget >= dear:
                break
            margin *= _WIDER
        failed = max(0.0, -record.bound) - self._apart
        while record.chosen is not None and not record.done and not stop.reached():
            cost, low = -record.objective, max(failed, -record.bound - self._apart)
            if cost - self._apart <= low:
                return
            budget = min(cost - self._apart, max(low + self._apart, low + _PART * (cost - low)))
            if not self._search.within(budget, tries=_TRIES, rounds=self._rounds, stop=stop):
                failed = budget

    def wander(self, rounds: int) -> None:  # noqa: ARG002 - this search counts its own
        """Search again for a plan that is a step cheaper, with more rounds each time."""
        self._more = min(2 * self._more, max(1, _LATER_ROUNDS // max(1, self._rounds)))
        stop = self._state.part(0.3, math.inf)
        self._search.within(
            self._cheaper, tries=_LATER, rounds=self._more * self._rounds, stop=stop
        )

    def improve(self, point: Point) -> None:
        """Take a point of the master for a plan, or search from it with the money it saves."""
        state = self._state
        y, u = np.round(point.y), np.round(point.u)
        if state.plan(y, u, point.admitted):
            return
        start = y > 0.5, np.where(y[state.gates] > 0.5, u, 0.0).astype(np.int64)
        known = self._record.chosen is not None
        budget = self._cheaper if known else state.instance.budget
        stop = state.part(0.3, math.inf)
        self._search.within(budget, tries=1, rounds=self._rounds, stop=stop, start=start)


def cheapest(
    instance: Instance,
    lanes: Lanes,
    shares: Collection[str],
    *,
    stop: Stop,
    gap: float = 0.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> LanesOutcome:
    """Find the cheapest plan that keeps every rule, and prove how cheap.

    Parameters
    ----------
    instance, lanes
        Rows, columns, lanes and rules; what rows are worth does not count, and the budget is one
        that need not bind.
    shares
        Names of the rules whose people are counted for their own sake; floors are a matter of
        course.
    stop, gap, seed
        As in `placement.solve.capacitated.solver.solve_lanes`; the gap is that of the cost.
    progress
        Called with seconds, cost and the bound of the cost.

    Returns
    -------
    LanesOutcome
        Its objective and bound are minus the cost and its bound.
    """
    priced = replace(
        instance,
        weight=np.zeros(instance.rows),
        gains=np.zeros((instance.rows, 0)),
        profit=-instance.cost,
    )

    def told(seconds: float, objective: float, bound: float) -> None:
        if progress is not None:
            progress(seconds, -objective, 0.0 - bound)

    state = State(
        priced,
        replace(lanes, lane_worth=-lanes.lane_cost),
        stop=stop,
        gap=gap,
        progress=told,
        # nobody is worth anything to the cost, and yet flows are to admit all they can
        guide=Guide(instance=priced, first=np.ones(instance.rows)),
        step=step_of(sum_of("cost", np.concatenate([instance.cost, lanes.lane_cost]))),
        costs=True,
    )
    record, planes = state.record, CuttingPlanes(state)
    plans = CheapPlans(state, shares, seed=seed)
    tree = BranchAndCut(planes, plans)
    point = planes.root(stop.share(0.3))
    if not record.done:
        if point is not None:
            planes.tidy(point)
        plans.close_in(stop.share(0.7))
    if not record.done:
        tree.split()
    if not record.done:
        tree.solve_whole()
    return state.told()
