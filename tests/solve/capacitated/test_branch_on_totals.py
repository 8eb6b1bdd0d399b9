"""Branching on totals: no better plan is lost, and bounds come down."""

import math

import pytest

from placement.solve.capacitated.branch_on_totals import split
from placement.solve.capacitated.solver import Run
from placement.solve.core.stopping import Effort, Stop
from tests.amount import cases
from tests.solve.capacitated.test_solver_with_lanes import best_by_flows, random_case


@pytest.mark.slow
def test_leaves_hold_the_best_plan_and_bound_it() -> None:
    lower = branched = 0
    for seed in range(cases(20, 60)):
        instance, lanes = random_case(seed, 3, 1)
        best = best_by_flows(instance, lanes)
        run = Run(instance, lanes, Effort(stop=Stop()))
        point = run.planes.root(Stop())
        if point is None or math.isinf(best):
            continue
        before = [bounds.tolist() for bounds in run.planes.master.totals()]
        leaves = split(
            run.planes.master,
            bound=lambda at, run=run: run.planes.bounded(at),
            separate=lambda _: False,
            least=-math.inf,
            most=40,
            stop=Stop(),
        )
        assert [bounds.tolist() for bounds in run.planes.master.totals()] == before
        assert max(leaf.bound for leaf in leaves) >= best - 1e-6 * max(1.0, best)
        assert [leaf.bound for leaf in leaves] == sorted((x.bound for x in leaves), reverse=True)
        # each leaf in whole numbers, with cuts until flows agree: the best of them is the best plan
        found = -math.inf
        for leaf in leaves:
            run.planes.master.within(leaf.low, leaf.high)
            for _ in range(60):
                at, _, _ = run.planes.master.whole(Stop(), gap=0.0, gap_abs=0.0)
                if at is None or run.tree.learn([at]) == 0:
                    break
            if at is not None:
                found = max(found, at.value)
        assert abs(found - best) <= 1e-3 * max(1.0, abs(best)), seed
        lower += leaves[0].bound < run.planes.bounded(point) - 1e-6
        branched += len(leaves) > 1
    assert lower > cases(1, 5)
    assert branched > cases(1, 5)


def test_what_is_not_wanted_is_left_out() -> None:
    instance, lanes = random_case(3, 1, 1)
    run = Run(instance, lanes, Effort(stop=Stop()))
    run.planes.root(Stop())
    assert (
        split(
            run.planes.master,
            bound=run.planes.bounded,
            separate=lambda _: False,
            least=math.inf,
            most=40,
            stop=Stop(),
        )
        == []
    )
