"""The cheapest gates and lanes that keep every rule: the same master, its costs turned into worth.

    minimise   Σ_j (cost_j · y_j + lane_cost_j · u_j)   under every rule of the instance

Shares of people to be admitted are rules that count laned rows. The master and its cuts are those
of `solver` and give the bound; plans come from `min_cost_heuristic`
at budgets that close in on it.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.capacitated.cutting_planes import CuttingPlanes
from placement.solve.capacitated.min_cost_heuristic import CheapPlans
from placement.solve.capacitated.solver import BranchAndCut
from placement.solve.capacitated.state import Guide, LanesOutcome, State
from placement.solve.core.stopping import Effort
from placement.solve.mip.minimise_rule import step_of, sum_of


def cheapest(
    instance: Instance,
    lanes: Lanes,
    shares: Collection[str],
    effort: Effort,
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
    effort
        As in `placement.solve.capacitated.solver.solve_lanes`; the gap is that of the cost, and so
        are the figures that are told.

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
        if effort.progress is not None:
            effort.progress(seconds, -objective, 0.0 - bound)

    state = State(
        priced,
        replace(lanes, lane_worth=-lanes.lane_cost),
        replace(effort, progress=told),
        # nobody is worth anything to the cost, and yet flows are to admit all they can
        guide=Guide(instance=priced, first=np.ones(instance.rows)),
        step=step_of(sum_of("cost", np.concatenate([instance.cost, lanes.lane_cost]))),
        costs=True,
    )
    record, planes = state.record, CuttingPlanes(state)
    plans = CheapPlans(state, shares, seed=effort.seed)
    tree = BranchAndCut(planes, plans)
    stop = effort.stop
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
