"""The search for a plan against brute force, on every rule an instance can have."""

import itertools
import math

import numpy as np
import pytest

from placement.cover.instance import Instance, Limit
from placement.solve.core.stopping import Stop
from placement.solve.mclp.heuristics.heuristic import search
from tests.amount import cases


class Counted(Stop):
    """A rule that stops after some questions."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.questions = most

    def reached(self) -> bool:
        self.questions -= 1
        return self.questions < 0


def small(seed: int, columns: int = 9, rows: int = 14) -> Instance:
    """Draw an instance with every kind of rule."""
    random = np.random.default_rng(seed)
    matrix = random.random((rows, columns)) < random.choice([0.15, 0.3, 0.5])
    cost = random.choice([np.ones(columns), random.integers(0, 7, columns), random.random(columns)])
    near = random.random((columns, columns)) < 0.25
    coupled = random.random(columns) < random.choice([0.0, 0.4])
    use = random.integers(0, 3, columns)
    budget = float(random.random() * cost.sum())
    return Instance(
        indptr=np.r_[0, np.cumsum(matrix.sum(axis=1))],
        indices=np.nonzero(matrix)[1],
        weight=random.integers(0, 20, rows).astype(float),
        profit=random.integers(0, 4, columns).astype(float),
        cost=cost.astype(float),
        budget=budget,
        required=random.random(columns) < random.choice([0.0, 0.15]),
        excluded=random.random(columns) < random.choice([0.0, 0.15]),
        limits=(
            Limit(name="fleet", use=use.astype(float), most=float(random.integers(1, 8))),
            Limit(name="posts", use=np.ones(columns), most=float(random.integers(1, 9))),
        )[: int(random.integers(0, 3))],
        near_indptr=np.r_[0, np.cumsum(near.sum(axis=1))],
        near_indices=np.nonzero(near)[1],
        coupled=coupled,
    )


def oracle(instance: Instance) -> float:
    """Return the best objective of all choices, or −inf where none keeps the rules."""
    best = -math.inf
    for bits in itertools.product((False, True), repeat=instance.columns):
        chosen = np.flatnonzero(bits)
        if instance.broken_rule(chosen) is None:
            best = max(best, instance.value(chosen))
    return best


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(cases(15, 60)))
def test_small_instances_with_every_rule_are_solved_to_the_optimum(seed: int) -> None:
    instance = small(seed)
    best = oracle(instance)
    if best == -math.inf:
        return
    try:
        chosen, objective = search(instance, stop=Stop(), iterations=1_200)
    except ValueError:
        # a chain of required columns and servers that only a search of its own would find
        assert (instance.required & instance.coupled).any()
        return
    assert instance.broken_rule(chosen) is None
    assert objective == instance.value(chosen)
    if instance.coupled.any():
        # servers of servers are no move of their own: close to the best, and mostly there
        assert 0.95 * best <= objective <= best * (1 + 1e-12)
    else:
        assert objective == pytest.approx(best, rel=1e-12)


def uniform(seed: int, sites: int = 60, points: int = 500) -> Instance:
    """Draw sites and demand in a square, with unequal costs."""
    random = np.random.default_rng(seed)
    xy, demand = random.random((sites, 2)), random.random((points, 2))
    matrix = np.hypot(*(demand[:, None] - xy).transpose(2, 0, 1)) <= 0.15
    matrix = matrix[matrix.any(axis=1)]
    return Instance.build(
        indptr=np.r_[0, np.cumsum(matrix.sum(axis=1))],
        indices=np.nonzero(matrix)[1],
        weight=random.integers(1, 101, len(matrix)).astype(float),
        cost=random.integers(1, 9, sites).astype(float),
        budget=50.0,
    )


def test_the_same_seed_and_iterations_give_the_same_plan() -> None:
    instance = uniform(1)
    one = search(instance, stop=Stop(), seed=5, iterations=1_500)
    two = search(instance, stop=Stop(), seed=5, iterations=1_500)
    assert one[0].tobytes() == two[0].tobytes()
    assert one[1] == two[1]


def test_a_search_ends_where_iterations_do_not_divide() -> None:
    for iterations in (1, 399, 401, 777):
        assert search(uniform(2), stop=Stop(), iterations=iterations)[1] > 0


@pytest.mark.slow
def test_reports_grow_and_end_with_the_answer() -> None:
    seen: list[float] = []
    instance = uniform(3)
    _, objective = search(
        instance,
        stop=Counted(300),
        on_better=lambda chosen, value: seen.append(
            value if instance.broken_rule(chosen) is None else math.nan
        ),
    )
    assert seen == sorted(seen)
    assert seen[-1] == objective


def test_a_start_is_never_made_worse_and_a_reached_target_ends_the_search() -> None:
    instance = uniform(4)
    chosen, objective = search(instance, stop=Stop(), iterations=3_000)
    again = search(instance, stop=Stop(), start=chosen, target=objective)
    assert again[1] >= objective


@pytest.mark.parametrize("weight", [1e12, 1e-9])
def test_very_large_and_very_small_weights_change_nothing(weight: float) -> None:
    instance = uniform(5)
    scaled = Instance.build(
        indptr=instance.indptr,
        indices=instance.indices,
        weight=instance.weight * weight,
        cost=instance.cost,
        budget=instance.budget,
    )
    plain = search(instance, stop=Stop(), iterations=1_000)[1]
    assert search(scaled, stop=Stop(), iterations=1_000)[1] == pytest.approx(
        plain * weight, rel=0.01
    )


def test_hostile_instances_have_a_plan() -> None:
    empty = np.zeros(0, dtype=np.int64)
    nothing = Instance.build(
        indptr=np.zeros(1), indices=empty, weight=empty, cost=np.ones(3), budget=2
    )
    poor = Instance.build(
        indptr=np.array([0, 2]),
        indices=np.array([0, 1]),
        weight=np.ones(1),
        cost=np.full(2, 5.0),
        budget=4.0,
    )
    free = Instance.build(
        indptr=np.array([0, 2]),
        indices=np.array([0, 1]),
        weight=np.ones(1),
        cost=np.zeros(2),
        budget=0.0,
    )
    for instance, worth in ((nothing, 0.0), (poor, 0.0), (free, 1.0)):
        chosen, objective = search(instance, stop=Stop(), iterations=50)
        assert objective == worth
        assert len(chosen) == worth


def test_required_columns_that_break_a_rule_are_refused() -> None:
    instance = Instance.build(
        indptr=np.array([0, 2]),
        indices=np.array([0, 1]),
        weight=np.ones(1),
        cost=np.full(2, 5.0),
        budget=4.0,
        required=np.array([True, False]),
    )
    with pytest.raises(ValueError, match="budget"):
        search(instance, stop=Stop(), iterations=1)
