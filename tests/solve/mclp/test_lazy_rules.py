"""Rules left out until a plan breaks one: the same answers, and fewer rules to work with."""

from dataclasses import replace

import numpy as np
import pytest

from placement.cover.instance import Instance, Limit, Rule
from placement.solution import Status
from placement.solve.core.stopping import Effort, Stop
from placement.solve.mclp import solver
from placement.solve.mclp.lazy_rules import LeftOut
from tests import oracle


def test_rules_that_the_best_looser_plan_breaks_are_kept_all_the_same() -> None:
    broken = 0
    for seed in range(90):
        instance = oracle.random_instance(seed, deep=True)
        top, _ = oracle.best(instance)
        if not -np.inf < top < oracle.best(LeftOut(instance).instance)[0]:
            continue
        broken += 1
        outcome = solver.solve(instance, Effort(stop=Stop()))
        assert outcome.status is Status.OPTIMAL, seed
        assert outcome.objective == pytest.approx(top), seed
        assert oracle.keeps_rules(instance, tuple(outcome.chosen)), seed
    assert broken > 10


def _three_posts(most: float) -> Instance:
    """Return three posts of 3, 2 and 1 people; of the first two at most so many may open."""
    return Instance.build(
        indptr=np.arange(4),
        indices=np.arange(3),
        weight=np.array([3.0, 2.0, 1.0]),
        cost=np.ones(3),
        budget=2.0,
        limits=(
            Limit(name="group", use=np.array([1.0, 1.0, 0.0]), most=most),
            Limit(name="fleet", use=np.ones(3), most=2.0),
        ),
    )


def test_only_what_a_plan_breaks_is_taken_in() -> None:
    left_out = LeftOut(_three_posts(most=1.0))
    assert left_out.instance.limits == ()
    assert not left_out.take_in(np.array([0, 2]))
    assert left_out.take_in(np.array([0, 1]))
    assert [limit.name for limit in left_out.instance.limits] == ["group"]
    assert not left_out.take_in(np.array([0, 1]))
    assert left_out.any


def test_rules_that_are_broken_again_and_again_bring_all_others() -> None:
    each = tuple(Limit(name=f"closed {j}", use=np.eye(12)[j], most=0.0) for j in range(12))
    many = Instance.build(
        indptr=np.arange(13),
        indices=np.arange(12),
        weight=np.ones(12),
        cost=np.ones(12),
        budget=12.0,
        limits=each,
    )
    left_out = LeftOut(many)
    times = [left_out.take_in(np.array([j])) for j in range(12)]
    assert 1 < sum(times) < 12
    assert left_out.instance.limits == many.limits
    assert not left_out.any


def test_a_looser_plan_is_never_told_to_whoever_listens() -> None:
    for seed in range(20):
        instance = oracle.random_instance(seed, deep=True)
        top, _ = oracle.best(instance)
        told: list[float] = []
        solver.solve(
            instance,
            Effort(
                stop=Stop(),
                progress=lambda _, objective, __, told=told: told.append(objective),
            ),
        )
        assert all(value <= top + 1e-6 for value in told), seed


def test_a_rule_on_posts_alone_always_stays() -> None:
    none = np.zeros(0, dtype=np.int64)
    slope = np.array([1.0, -1.0, 0.0])
    rule = Rule(name="both or none", slope=slope, rows=none, times=none, share=np.zeros(0), most=0)
    assert LeftOut(replace(_three_posts(most=1.0), rules=(rule,))).instance.rules == (rule,)
