"""The tree over blocks against the best plan found by trying every plan."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mclp.bounds import variable_splitting
from placement.solve.mclp.bounds.block_solver import close
from placement.solve.mclp.bounds.bound import relaxation
from tests.amount import cases
from tests.solve.mclp.bounds.every import every_plan
from tests.solve.mclp.bounds.test_blocks import random_instance


@pytest.mark.slow
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("size", [3, 6])
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=cases(15, 60), deadline=None)
def test_the_tree_ends_with_the_best_plan(seed: int, size: int, *, whole: bool) -> None:
    instance = random_instance(seed, whole=whole)
    plans = every_plan(instance)
    if not plans:
        return
    best = max(plans)[0]
    start = relaxation(instance, stop=Stop())
    poor = np.array(min(plans)[1], dtype=np.int64)
    bounds: list[float] = []
    closed = close(instance, stop=Stop(), start=start, plan=poor, size=size, on_bound=bounds.append)
    assert instance.broken_rule(closed.chosen) is None
    assert closed.worth == instance.value(closed.chosen)
    assert min(bounds) >= best - 1e-9 * abs(best)
    assert closed.bound >= best - 1e-9 * abs(best)
    if closed.proven:
        assert math.isclose(closed.worth, best, rel_tol=1e-9)
    if not instance.limits and not instance.coupled.any():
        assert closed.proven


def test_a_leaf_of_the_tree_is_taken_as_it_is() -> None:
    """Here what still fits the budget breaks a coupling: adding it would lose the best plan."""
    instance = random_instance(499)
    best, _ = max(every_plan(instance))
    poor = np.array(min(every_plan(instance))[1], dtype=np.int64)
    start = relaxation(instance, stop=Stop())
    closed = close(instance, stop=Stop(), start=start, plan=poor, size=3)
    assert (closed.worth, closed.bound) == (best, best)


def clustered(seed: int, *, columns: int, rows: int, budget: float) -> Instance:
    """Draw columns and rows in a square, so that the relaxation leaves a gap."""
    rng = np.random.default_rng(seed)
    at, place = rng.uniform(0, 10, (columns, 2)), rng.uniform(0, 10, (rows, 2))
    covers = np.hypot(*(place[:, None] - at).transpose(2, 0, 1)) <= 1.6
    covers = covers[covers.any(axis=1)]
    return Instance.build(
        indptr=np.concatenate([[0], np.cumsum(covers.sum(axis=1))]),
        indices=np.nonzero(covers)[1],
        weight=rng.integers(1, 100, len(covers)),
        cost=np.ones(columns),
        budget=budget,
    )


def test_a_gap_of_the_relaxation_is_closed_and_told_step_by_step() -> None:
    instance = clustered(2, columns=60, rows=900, budget=12.0)
    start = relaxation(instance, stop=Stop())
    plans: list[float] = []
    bounds: list[float] = []
    closed = close(
        instance,
        stop=Stop(),
        start=start,
        plan=np.zeros(0, dtype=np.int64),
        size=20,
        on_better=lambda _, worth: plans.append(worth),
        on_bound=bounds.append,
    )
    assert closed.proven
    assert closed.worth == closed.bound == bounds[-1] == plans[-1]
    assert start.value > closed.worth
    assert plans == sorted(plans)
    assert bounds == sorted(bounds, reverse=True)


def test_the_same_input_gives_the_same_plan_on_one_thread_and_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance = clustered(4, columns=60, rows=900, budget=9.0)
    start = relaxation(instance, stop=Stop())
    empty = np.zeros(0, dtype=np.int64)
    found = []
    for workers in (1, 2):
        monkeypatch.setattr(variable_splitting, "WORKERS", workers)
        found.append(close(instance, stop=Stop(), start=start, plan=empty, size=20))
    first, second = found
    assert first.chosen.tobytes() == second.chosen.tobytes()
    assert (first.bound, first.rounds, first.nodes) == (second.bound, second.rounds, second.nodes)


def test_no_time_leaves_the_plan_and_the_bound_as_they_were() -> None:
    instance = clustered(6, columns=40, rows=300, budget=6.0)
    start = relaxation(instance, stop=Stop())
    plan = np.array([0, 1], dtype=np.int64)
    closed = close(instance, stop=Stop(0.0), start=start, plan=plan)
    assert closed.chosen.tolist() == [0, 1]
    assert closed.bound == start.value
    assert not closed.proven


def test_gains_are_not_for_blocks() -> None:
    instance = Instance.build(
        indptr=np.array([0, 1]),
        indices=np.array([0]),
        weight=np.ones(1),
        cost=np.ones(1),
        budget=1.0,
        gains=np.ones((1, 1)),
    )
    start = relaxation(instance.plainly(), stop=Stop())
    with pytest.raises(ValueError, match="plain"):
        close(instance, stop=Stop(), start=start, plan=np.zeros(0, dtype=np.int64))
