"""What rules cost apart from each other never exceeds what they cost together."""

import math

import numpy as np
import pytest

from placement.cover.instance import Instance, Rule
from placement.solve.core.stopping import Stop
from placement.solve.mip.decomposition import apart
from placement.solve.mip.minimise_rule import left_side
from tests import oracle


def test_every_plan_costs_what_its_parts_cost_at_least() -> None:
    tight = impossible = 0
    for seed in range(80):
        instance = oracle.random_instance(seed, deep=True).with_budget(1e6)
        kept = [
            np.array(chosen, dtype=np.int64)
            for chosen in oracle.choices(instance.columns)
            if oracle.keeps_rules(instance, chosen)
        ]
        bound, parts = apart(instance, stop=Stop())
        if not kept:
            impossible += bound == math.inf
            continue
        cheapest = min(math.fsum(instance.cost[chosen]) for chosen in kept)
        assert bound <= cheapest + 1e-6, seed
        tight += bool(parts) and bound >= cheapest - 1e-6
        for rule in parts:
            assert all(left_side(instance, rule, c) <= rule.most + 1e-6 for c in kept), seed
    assert tight > 5
    assert impossible > 5


def test_gates_and_teams_are_counted_apart() -> None:
    """Two gates of 15 and two teams of 4, one of each asked for: 19, whoever stands by whom."""

    def share(rows: list[int]) -> Rule:
        return Rule(
            name="share",
            slope=np.zeros(4),
            rows=np.array(rows),
            times=np.ones(2, dtype=np.int64),
            share=np.array([10.0, 20.0]),
            most=-20.0,
        )

    instance = Instance.build(
        indptr=np.arange(5),
        indices=np.arange(4),
        weight=np.array([10.0, 20.0, 10.0, 20.0]),
        cost=np.array([15.0, 15.0, 4.0, 4.0]),
        budget=38.0,
        near_indptr=np.array([0, 0, 0, 1, 2]),
        near_indices=np.array([0, 0]),
        coupled=np.array([False, False, True, True]),
        rules=(share([0, 1]), share([2, 3])),
    )
    bound, parts = apart(instance, stop=Stop())
    assert bound == pytest.approx(19.0)
    assert sorted(rule.most for rule in parts) == pytest.approx([-15.0, -4.0])
