"""The engine against trying every choice."""

import math
from dataclasses import replace

import numpy as np
import pytest

from placement.cover.instance import Instance
from placement.solution import Status, Stopped
from placement.solve.core.stopping import Effort, Stop
from placement.solve.mclp import solver
from placement.solve.mip.branch_and_bound import Tree
from placement.solve.mip.lp_relaxation import Relaxed
from tests import oracle
from tests.amount import cases


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(cases(3, 10)))
def test_random_instances_of_every_rule_equal_brute_force(batch: int) -> None:
    for seed in range(batch * 30, batch * 30 + 30):
        instance = oracle.random_instance(seed, deep=seed % 2 == 1)
        top, _ = oracle.best(instance)
        outcome = solver.solve(instance, Effort(stop=Stop()))
        if top == -math.inf:
            assert outcome.status is Status.INFEASIBLE, seed
            assert outcome.chosen is None
            continue
        assert outcome.status is Status.OPTIMAL, seed
        assert outcome.stopped is Stopped.PROVEN
        assert outcome.chosen is not None
        assert oracle.keeps_rules(instance, tuple(outcome.chosen)), seed
        assert outcome.objective == pytest.approx(top), seed
        assert outcome.bound == outcome.objective
        assert outcome.gap == 0


def test_a_plan_is_found_beside_one_whose_worth_is_no_whole_number_of_steps() -> None:
    """What is left is one plan of worth 8, one step; the known plan, of worth 5, is none of it."""
    none = np.zeros(0, dtype=np.int64)
    instance = replace(
        Instance.build(
            indptr=np.zeros(1, dtype=np.int64),
            indices=none,
            weight=np.zeros(0),
            cost=np.array([7.0]),
            budget=7.0,
        ),
        profit=np.array([8.0]),
    )
    found: list[list[int]] = []
    tree = Tree(
        Relaxed(instance),
        known=lambda: 5.0,
        on_plan=lambda chosen: found.append(chosen.tolist()),
        enough=lambda _: False,
        stop=Stop(),
    )
    tree.totals(9)
    tree.grow(9)
    assert found == [[0]]
    assert tree.bound == 8.0


def test_stopping_at_once_returns_a_plan_with_an_honest_bound() -> None:
    instance = oracle.random_instance(3, coupling=False, limits=False, status=False)
    stop = Stop()
    stop.interrupt()
    outcome = solver.solve(instance, Effort(stop=stop))
    assert outcome.status is Status.FEASIBLE
    assert outcome.stopped is Stopped.INTERRUPTED
    assert outcome.bound >= oracle.best(instance)[0]
    assert outcome.gap == math.inf  # nothing is covered yet


def test_the_trace_only_gets_better() -> None:
    outcome = solver.solve(oracle.random_instance(12), Effort(stop=Stop()))
    objectives = [moment.objective for moment in outcome.trace]
    bounds = [moment.bound for moment in outcome.trace]
    assert objectives == sorted(objectives)
    assert bounds == sorted(bounds, reverse=True)


def test_the_same_instance_and_seed_give_the_same_outcome() -> None:
    instance = oracle.random_instance(21)
    first, second = (solver.solve(instance, Effort(stop=Stop())) for _ in range(2))
    assert np.array_equal(first.chosen, second.chosen)
    assert first.bound == second.bound
