"""Bounds against the best plan found by trying every plan."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.cover.instance import Instance, Limit, Rule
from placement.solve.core.gap import worth_step
from placement.solve.core.stopping import Stop
from placement.solve.mclp.bounds.bound import Bound, fix, relaxation
from placement.solve.mclp.bounds.dual_bounds import priced, system
from tests.amount import cases
from tests.solve.mclp.bounds.every import every_plan


def random_instance(seed: int, *, whole: bool = True, rules: bool = True) -> Instance:
    """Draw a small instance that has every kind of rule, some of the time."""
    rng = np.random.default_rng(seed)
    columns, rows = int(rng.integers(1, 10)), int(rng.integers(0, 14))
    covers = rng.random((rows, columns)) < rng.uniform(0.1, 0.6)
    weight = rng.integers(1, 20, rows) if whole else rng.uniform(1e-9, 7.0, rows)
    cost = rng.integers(0, 6, columns) if whole else rng.uniform(0.0, 3.0, columns)
    if rng.random() < 0.4:
        cost = np.full(columns, 1.0 if whole else 0.1)
    budget = float(np.sum(cost) * rng.uniform(0.1, 0.8))
    if rng.random() < 0.3:
        budget = float(np.sum(np.sort(cost)[: max(1, columns // 2)]))  # exactly at the edge
    near = rng.random((columns, columns)) < 0.3
    coupled = (rng.random(columns) < 0.4) & rules
    near[~coupled] = False
    limits = ()
    if rules and rng.random() < 0.6:
        limits = (
            Limit(name="fleet", use=(rng.random(columns) < 0.6) * 1.0, most=float(rng.integers(3))),
            Limit(name="weights", use=rng.uniform(0, 2, columns), most=float(rng.uniform(0, 4))),
            Limit(name="nothing", use=np.zeros(columns), most=1.0),
        )
    instance = Instance.build(
        indptr=np.concatenate([[0], np.cumsum(covers.sum(axis=1))]),
        indices=np.nonzero(covers)[1],
        weight=weight,
        cost=cost,
        budget=budget,
        required=(rng.random(columns) < 0.1) & rules,
        excluded=(rng.random(columns) < 0.1) & rules,
        limits=limits,
        near_indptr=np.concatenate([[0], np.cumsum(near.sum(axis=1))]),
        near_indices=np.nonzero(near)[1],
        coupled=coupled,
    )
    profit = rng.integers(0, 9, columns) * 1.0 if whole else rng.uniform(0, 5, columns)
    instance = replace(instance, profit=profit * (rng.random() < 0.5))
    if not (rules and rng.random() < 0.4):
        return instance
    none = np.zeros(0, dtype=np.int64)
    slope = rng.integers(-1, 2, columns) * 1.0
    changes = Rule(
        name="changes", slope=slope, rows=none, times=none, share=np.zeros(0),
        most=float(rng.integers(-2, 3)),
    )  # fmt: skip
    gains = rng.integers(0, 9, (rows, 2)) * 1.0 if whole else rng.uniform(0, 7, (rows, 2))
    paid = instance.profit - slope * float(rng.integers(0, 4))  # a price on the changes
    return replace(instance, gains=gains, rules=(changes,), profit=paid)


def all_bounds(instance: Instance, seed: int) -> list[Bound]:
    rng = np.random.default_rng(seed)
    rules = system(instance)
    box = instance.weight[rules.owner]
    return [
        relaxation(instance, stop=Stop()),
        priced(
            instance, rules, rng.uniform(-1, 9, len(box)), rng.uniform(-1, 9, len(rules.side_most))
        ),
        priced(instance, rules, box * np.nan, np.full(len(rules.side_most), np.inf)),
    ]


@pytest.mark.parametrize("whole", [True, False])
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=cases(25, 120), deadline=None)
def test_no_plan_is_worth_more_than_a_bound(seed: int, *, whole: bool) -> None:
    instance = random_instance(seed, whole=whole)
    plans = every_plan(instance)
    best = max((value for value, _ in plans), default=0.0)
    for bound in all_bounds(instance, seed):
        if plans:
            assert bound.value >= best


@pytest.mark.parametrize("whole", [True, False])
@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([1.0, 1.0, 0.9, 0.5]))
@settings(max_examples=cases(25, 120), deadline=None)
def test_fixing_loses_no_plan_worth_keeping(seed: int, share: float, *, whole: bool) -> None:
    instance = random_instance(seed, whole=whole)
    plans = every_plan(instance)
    if not plans:
        return
    best = (
        max(plans)[0]
        if share == 1.0
        else min(plans, key=lambda p: abs(p[0] - max(plans)[0] * share))[0]
    )
    for bound in all_bounds(instance, seed):
        must_open, must_close = fix(instance, bound, best)
        assert not (must_open & must_close).any()
        for value, chosen in plans:
            if value >= best:
                is_open = np.zeros(instance.columns, dtype=np.bool_)
                is_open[list(chosen)] = True
                assert (is_open >= must_open).all()
                assert not (is_open & must_close).any()


def test_relaxation_is_exact_where_it_is_whole() -> None:
    """Three rows, each covered by two of three columns, of which one may open."""
    triangle = Instance.build(
        indptr=np.array([0, 2, 4, 6]),
        indices=np.array([0, 1, 1, 2, 0, 2]),
        weight=np.array([2.0, 2.0, 2.0]),
        cost=np.ones(3),
        budget=1.0,
    )
    bound = relaxation(triangle, stop=Stop())
    assert bound.value == 4.0
    assert abs(bound.primal.sum() - 1.0) < 1e-6


def test_coupling_is_priced() -> None:
    """A column worth 10 opens only next to one that is worth nothing: the pair costs 2."""
    pair = Instance.build(
        indptr=np.array([0, 1, 2]),
        indices=np.array([0, 2]),
        weight=np.array([10.0, 4.0]),
        cost=np.ones(3),
        budget=1.0,
        near_indptr=np.array([0, 1, 1, 1]),
        near_indices=np.array([1]),
        coupled=np.array([True, False, False]),
    )
    assert relaxation(pair, stop=Stop()).value == 4.0  # 5 by halves; worth comes in steps of 2
    assert relaxation(replace(pair, budget=2.0), stop=Stop()).value == 10.0


@pytest.mark.parametrize("weight", [1e12, 1e-9, 1e300, 1e-300, 7.0])
def test_scale_does_not_matter(weight: float) -> None:
    instance = Instance.build(
        indptr=np.array([0, 2, 3, 4]),
        indices=np.array([0, 1, 1, 2]),
        weight=np.array([weight, weight, weight]),
        cost=np.array([1.0, 1.0, 1.0]),
        budget=1.0,
    )
    for bound in all_bounds(instance, 0):
        assert bound.value >= 2 * weight
    assert relaxation(instance, stop=Stop()).value <= 2 * weight * (1 + 1e-6)


def test_budget_counts_the_tolerance_of_the_rules() -> None:
    """Three columns of 0.1 keep a budget of 0.3, although their sum in floats is above it."""
    instance = Instance.build(
        indptr=np.array([0, 1, 2, 3]),
        indices=np.array([0, 1, 2]),
        weight=np.array([1.0, 1.0, 1.0]),
        cost=np.array([0.1, 0.1, 0.1]),
        budget=0.3,
    )
    assert instance.broken_rule(np.arange(3)) is None
    assert relaxation(instance, stop=Stop()).value == 3.0
    assert relaxation(instance.with_budget(0.2), stop=Stop()).value == 2.0


def test_whole_budget_is_cut_to_what_columns_can_spend() -> None:
    instance = Instance.build(
        indptr=np.array([0, 1, 2]),
        indices=np.array([0, 1]),
        weight=np.array([5.0, 3.0]),
        cost=np.array([10.0, 10.0]),
        budget=19.0,
    )
    assert relaxation(instance, stop=Stop()).value == 5.0


def test_nothing_to_bound() -> None:
    empty = Instance.build(
        indptr=np.array([0]), indices=np.zeros(0), weight=np.zeros(0), cost=np.zeros(0), budget=0.0
    )
    for bound in all_bounds(empty, 0):
        assert bound.value == 0.0
    uncovered = Instance.build(
        indptr=np.array([0, 0]), indices=np.zeros(0), weight=np.ones(1), cost=np.ones(2), budget=9.0
    )
    assert relaxation(uncovered, stop=Stop()).value == 0.0


def test_required_columns_above_the_budget_leave_no_plan() -> None:
    instance = Instance.build(
        indptr=np.array([0, 1]),
        indices=np.array([0]),
        weight=np.ones(1),
        cost=np.ones(1),
        budget=0.5,
        required=np.array([True]),
    )
    assert relaxation(instance, stop=Stop()).value == -math.inf


@pytest.mark.parametrize(
    ("weights", "step"),
    [
        ([4.0, 6.0], 2.0),
        ([0.5, 1.25], 0.25),
        ([1.0, 0.0625], 0.0625),
        ([0.1, 0.3], 0.0),
        ([3e15, 3e15], 0.0),
        ([], 0.0),
    ],
)
def test_worth_step(weights: list[float], step: float) -> None:
    instance = Instance.build(
        indptr=np.zeros(len(weights) + 1),
        indices=np.zeros(0),
        weight=np.array(weights),
        cost=np.ones(1),
        budget=1.0,
    )
    assert worth_step(instance) == step


def test_worth_of_further_cover_is_held_for_certain() -> None:
    """Two columns over one row: the second adds 4 to the 10 of the first."""
    instance = Instance.build(
        indptr=np.array([0, 2]),
        indices=np.array([0, 1]),
        weight=np.array([10.0]),
        cost=np.ones(2),
        budget=2.0,
        gains=np.array([[4.0]]),
    )
    assert instance.value(np.array([0, 1])) == 14.0
    assert relaxation(instance, stop=Stop()).value == 14.0
