"""No reduction loses the optimum, whatever the rules, and every plan has its way back."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from placement.cover import reduce as room
from placement.cover.instance import Instance, Limit, Rule
from placement.cover.reduce import Reduction, components, split
from tests.amount import cases

STEPS = {
    "impossible": room.drop_impossible,
    "required": room.open_required,
    "merged": room.merge_rows,
    "singletons": room.take_singletons,
    "dominated": room.drop_dominated,
    "all": room.reduce,
}


def random_rules(rng, columns, rows):
    """Floors and changes, as rules of any other form."""
    for number in range(rng.integers(1, 3)):
        counted = int(rng.integers(0, 2 * rows + 1)) if rows else 0
        yield Rule(
            name=f"rule {number}",
            slope=rng.integers(-1, 3, columns) * rng.integers(0, 2, columns) * 1.0,
            rows=rng.integers(0, max(rows, 1), counted),
            times=rng.integers(1, 4, counted),
            share=rng.integers(0, 5, counted).astype(np.float64),
            most=float(rng.integers(-6, 4)),
        )


def random_instance(seed, *, ties=False, plain=True):
    """A small instance that may have every rule, and no plan at all."""
    rng = np.random.default_rng(seed)
    columns, rows = int(rng.integers(0, 8)), int(rng.integers(0, 14))
    matrix = rng.random((rows, columns)) < rng.choice([0.1, 0.3, 0.6])
    indptr = np.concatenate([[0], np.cumsum(matrix.sum(axis=1))])
    near = rng.random((columns, columns)) < rng.choice([0.1, 0.4])
    if rng.random() < 0.8:
        np.fill_diagonal(near, 0)
    cost = rng.integers(0, 2 if ties else 6, columns).astype(np.float64)
    if rng.random() < 0.3:
        cost /= 10
    limits = tuple(
        Limit(
            name=f"limit {number}",
            use=rng.integers(0, 3, columns).astype(np.float64),
            most=float(rng.integers(0, 6)),
        )
        for number in range(rng.integers(0, 3))
    )
    rare = rng.choice([0.0, 0.2])
    return Instance.build(
        indptr=indptr,
        indices=np.nonzero(matrix)[1],
        weight=rng.integers(0, 3 if ties else 50, rows).astype(np.float64),
        cost=cost,
        budget=float(rng.integers(-1, 12)) / rng.choice([1, 10]),
        required=rng.random(columns) < rare,
        excluded=rng.random(columns) < rare,
        limits=limits,
        near_indptr=np.concatenate([[0], np.cumsum(near.sum(axis=1))]),
        near_indices=np.nonzero(near)[1],
        coupled=rng.random(columns) < rng.choice([0.0, 0.5]),
    )


def plans(instance):
    """Every plan that keeps the rules, with its value."""
    for size in range(instance.columns + 1):
        for chosen in itertools.combinations(range(instance.columns), size):
            columns = np.array(chosen, dtype=np.int64)
            if instance.broken_rule(columns) is None:
                yield columns, instance.value(columns)


def optimum(instance):
    return max((value for _, value in plans(instance)), default=-math.inf)


def assert_sound(instance, reduction):
    """Same optimum, and every plan of the smaller instance lifts to one worth as much."""
    smaller = reduction.instance
    assert smaller.columns <= instance.columns
    assert smaller.rows <= instance.rows
    best = -math.inf
    for columns, value in plans(smaller):
        lifted = reduction.lift(columns)
        assert instance.broken_rule(lifted) is None
        assert instance.value(lifted) == value + reduction.offset
        assert (np.diff(lifted) > 0).all()
        best = max(best, value + reduction.offset)
    assert best == optimum(instance)


def nested_instance(seed):
    """Few rows and many columns alike, half of them in need of the other half beside them."""
    rng = np.random.default_rng(seed)
    columns, rows = int(rng.integers(2, 7)), int(rng.integers(1, 4))
    matrix = rng.random((rows, columns)) < 0.7
    coupled = rng.random(columns) < 0.5
    near = (rng.random((columns, columns)) < 0.6) & coupled[:, None]
    return Instance.build(
        indptr=np.concatenate([[0], np.cumsum(matrix.sum(axis=1))]),
        indices=np.nonzero(matrix)[1],
        weight=rng.integers(1, 50, rows).astype(np.float64),
        cost=rng.integers(1, 3, columns).astype(np.float64),
        budget=float(rng.integers(1, 6)),
        required=rng.random(columns) < 0.1,
        excluded=rng.random(columns) < 0.1,
        limits=(Limit(name="limit", use=rng.integers(0, 2, columns) * 1.0, most=1.0),)
        if rng.random() < 0.3
        else (),
        near_indptr=np.concatenate([[0], np.cumsum(near.sum(axis=1))]),
        near_indices=np.nonzero(near)[1],
        coupled=coupled,
    )


@pytest.mark.parametrize("step", ["impossible", "required", "dominated", "all"])
@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=cases(40, 250))
def test_the_optimum_stays_where_columns_lean_on_each_other(step, seed):
    instance = nested_instance(seed)
    assert_sound(instance, STEPS[step](instance))


@pytest.mark.parametrize("step", STEPS)
@given(seed=st.integers(0, 10**6), ties=st.booleans(), plain=st.booleans())
@settings(deadline=None, max_examples=cases(25, 100))
def test_the_optimum_stays(step, seed, ties, plain):
    instance = random_instance(seed, ties=ties, plain=plain)
    assert_sound(instance, STEPS[step](instance))


@given(seed=st.integers(0, 10**6), order=st.permutations(sorted(STEPS)), plain=st.booleans())
@example(seed=994_600, order=sorted(STEPS), plain=True)  # 0.6 pays for 0.5 and 0.1
@settings(deadline=None, max_examples=cases(25, 100))
def test_steps_may_follow_each_other_in_any_order(seed, order, plain):
    instance = random_instance(seed, plain=plain)
    reduction = Reduction.none(instance)
    for step in order:
        reduction = reduction.then(STEPS[step])
    assert_sound(instance, reduction)


@given(seed=st.integers(0, 10**6))
@settings(deadline=None)
def test_reducing_twice_changes_nothing_more(seed):
    once = room.reduce(random_instance(seed)).instance
    twice = room.reduce(once)
    assert (twice.instance.rows, twice.instance.columns) == (once.rows, once.columns)
    assert len(twice.opened) == 0


@given(seed=st.integers(0, 10**6), plain=st.booleans())
@settings(deadline=None, max_examples=cases(30, 150))
def test_the_value_of_a_plan_is_the_sum_over_components(seed, plain):
    instance = random_instance(seed, plain=plain)
    label = components(instance)
    count = int(label.max()) + 1 if len(label) else 0
    firsts = [int(np.flatnonzero(label == number)[0]) for number in range(count)]
    assert firsts == sorted(firsts)
    parts = split(instance)
    assert [part.columns.tolist() for part in parts] == [
        np.flatnonzero(label == number).tolist() for number in range(count)
    ]
    assert sum(part.instance.rows for part in parts) == np.sum(np.diff(instance.indptr) > 0)
    for columns, value in plans(instance):
        total = 0.0
        for number, part in enumerate(parts):
            within = np.searchsorted(part.columns, columns[label[columns] == number])
            assert part.instance.broken_rule(within) is None
            total += part.instance.value(within)
        assert total == value


def plain(rows, cost, budget, **rules):
    return Instance.build(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in rows])]),
        indices=np.array([column for row in rows for column in row], dtype=np.int64),
        weight=np.arange(1.0, len(rows) + 1),
        cost=np.array(cost, dtype=np.float64),
        budget=budget,
        **rules,
    )


def test_of_columns_alike_the_lowest_stays():
    instance = plain([[0, 1, 2, 3], [0, 1, 2, 3], [0, 3]], [1, 1, 1, 1], 2)
    assert room.drop_dominated(instance).columns.tolist() == [0]


def test_a_dearer_column_that_covers_no_more_goes_and_a_cheaper_one_stays():
    instance = plain([[0, 1], [1, 2], [2, 3], [0, 3]], [2, 1, 1, 3], 3)
    assert room.drop_dominated(instance).columns.tolist() == [0, 1, 2, 3]
    instance = plain([[0, 1], [0, 1], [0, 2], [1, 2]], [1, 1, 1], 3)
    smaller = plain([[0, 1], [0, 1], [0]], [1, 2], 3)
    assert room.drop_dominated(instance).columns.tolist() == [0, 1, 2]
    assert room.drop_dominated(smaller).columns.tolist() == [0]


def test_a_column_goes_beside_rows_that_count_twice_unless_it_covers_one():
    gains = np.array([[0.0], [0.0], [0.5]])
    instance = plain([[0, 1], [0], [2, 3]], [1, 1, 1, 1], 4, gains=gains)
    assert room.drop_dominated(instance).columns.tolist() == [0, 2, 3]
    floor = Rule(
        name="floor",
        slope=np.zeros(4),
        rows=np.array([0]),
        times=np.array([2]),
        share=np.ones(1),
        most=-1.0,
    )
    twice = plain([[0, 1], [0], [2, 3]], [1, 1, 1, 1], 4, rules=(floor,))
    assert room.drop_dominated(twice).columns.tolist() == [0, 1, 2]


def test_a_required_column_stands_in_whatever_it_costs():
    required = np.array([False, False, True])
    instance = plain([[0, 1, 2], [1, 2], [0, 1]], [1, 1, 9], 12, required=required)
    assert room.drop_dominated(instance).columns.tolist() == [1, 2]
    instance = plain([[0, 1, 2], [1, 2], [0, 2]], [1, 1, 9], 12, required=required)
    assert room.drop_dominated(instance).columns.tolist() == [2]


def test_rows_of_one_column_become_its_profit():
    instance = plain([[0], [0, 1], [1], [0]], [1, 1], 1)
    smaller = room.take_singletons(instance).instance
    assert smaller.profit.tolist() == [5.0, 3.0]
    assert smaller.weight.tolist() == [2.0]


def test_required_columns_are_opened_with_the_only_neighbour_they_can_have():
    instance = plain(
        [[0], [1], [2], [0, 2]],
        [1, 2, 4],
        7,
        required=np.array([True, False, False]),
        coupled=np.array([True, False, False]),
        near_indptr=np.array([0, 1, 1, 1]),
        near_indices=np.array([1]),
    )
    reduction = room.open_required(instance)
    assert reduction.opened.tolist() == [0, 1]
    assert reduction.offset == 7.0
    assert reduction.instance.budget == 4.0
    assert reduction.lift(np.array([0])).tolist() == [0, 1, 2]


def test_hostile_budgets_and_covers():
    too_small = room.reduce(plain([[0, 1], [1]], [5, 6], 4))
    assert too_small.instance.columns == 0
    assert too_small.lift(np.zeros(0, dtype=np.int64)).tolist() == []
    one_covers_all = room.reduce(plain([[0, 1, 2], [1], [1, 2]], [1, 1, 1], 1))
    assert one_covers_all.columns.tolist() == [1]
    assert one_covers_all.instance.profit.tolist() == [6.0]


def test_arrays_of_a_reduction_never_change():
    reduction = room.reduce(plain([[0, 1], [1]], [1, 1], 1))
    for array in (reduction.columns, reduction.opened, reduction.instance.weight):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
