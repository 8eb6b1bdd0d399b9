"""Replicas that exchange plans, against brute force and against themselves."""

import math

import numpy as np
import pytest

from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mclp.heuristics import parallel_tempering as tempering
from placement.solve.mclp.heuristics.board import keep
from placement.solve.mclp.heuristics.parallel_tempering import temper
from placement.solve.mclp.heuristics.search_state import Chase, Field
from tests.solve.mclp.heuristics.test_heuristic import oracle, small, uniform


@pytest.fixture(autouse=True)
def short_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small instances have many exchanges of plans in little time."""
    monkeypatch.setattr(tempering, "BATCH_STEPS", 100)


def tempered(instance: Instance, iterations: int, *, seed: int = 0) -> Chase:
    chase = Chase(instance, Stop(), math.inf, iterations, None)
    field = Field(keep(instance), np.array([seed], np.uint64))
    field.greedy(0.0, 1.0)
    field.note()
    temper(chase, field, [field.opened()])
    return chase


@pytest.mark.parametrize("seed", [3, 7, 12, 17, 23, 31, 42, 56])
def test_small_instances_with_every_rule_are_solved_to_the_optimum(seed: int) -> None:
    instance = small(seed)
    best = oracle(instance)
    assert best > 0
    chase = tempered(instance, 1_000, seed=seed)
    assert instance.broken_rule(chase.chosen) is None
    assert chase.objective == instance.value(chase.chosen)
    if instance.coupled.any() or instance.limits:  # exchanges alone do not always get there
        assert chase.objective >= 0.95 * best
    else:
        assert chase.objective == pytest.approx(best, rel=1e-12)


def test_the_same_seed_and_iterations_give_the_same_plan() -> None:
    instance = uniform(6)
    one, two = (tempered(instance, 700, seed=9) for _ in range(2))
    assert one.chosen.tobytes() == two.chosen.tobytes()


def test_new_replicas_begin_where_nothing_better_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempering, "STALLED", 1)
    begun = 0
    follow = tempering._follow

    def counted(*args: object) -> None:
        nonlocal begun
        begun += 1
        follow(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(tempering, "_follow", counted)
    chase = tempered(uniform(7), 1_000)
    assert begun > 2
    assert chase.objective >= tempered(uniform(7), 60).objective


def test_plans_change_places_by_their_worth_and_their_temperature() -> None:
    instance = uniform(8)
    field = Field(keep(instance), np.array([1], np.uint64))
    field.greedy(0.0, 0.0)
    field.finish()
    good = field.opened()
    cold = tempering._Replica(field, good[:1], 1e-9)
    hot = tempering._Replica(field, good, 1e9)
    tempering._exchange(field, [cold, hot], 0.0, np.random.default_rng(0))
    assert cold.state.worth[0] > hot.state.worth[0]  # the better plan went to the cold one
    for _ in range(50):  # and, that much colder, never goes back
        tempering._exchange(field, [cold, hot], 0.0, np.random.default_rng(0))
    assert cold.state.worth[0] > hot.state.worth[0]
