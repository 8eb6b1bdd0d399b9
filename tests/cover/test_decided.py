"""Rows without decided columns: every plan that keeps to the decisions is worth the same."""

from dataclasses import replace

import numpy as np
import pytest

from placement.cover.decided import decided
from placement.cover.instance import Instance
from tests import oracle


def drawn(seed: int) -> Instance:
    """Draw an instance with every rule, of whose columns about half are decided."""
    instance = oracle.random_instance(seed, columns=7, deep=seed % 3 > 0, status=False)
    state = np.random.default_rng(seed + 1000).random(instance.columns)
    return replace(instance, required=state < 0.25, excluded=state > 0.7)


@pytest.mark.parametrize("seed", range(80))
def test_every_plan_that_keeps_to_the_decisions_is_worth_the_same(seed: int) -> None:
    instance = drawn(seed)
    small = decided(instance)
    assert small.columns == instance.columns
    assert not (small.required | small.excluded)[small.indices].any()
    tried = 0
    for chosen in oracle.choices(instance.columns):
        is_open = np.isin(np.arange(instance.columns), chosen)
        if (instance.required & ~is_open).any() or (instance.excluded & is_open).any():
            continue
        tried += 1
        assert oracle.worth(small, chosen) == pytest.approx(oracle.worth(instance, chosen))
        assert oracle.keeps_rules(small, chosen) == oracle.keeps_rules(instance, chosen)
    assert tried


def test_rows_that_become_alike_are_one() -> None:
    instance = Instance.build(
        indptr=np.array([0, 2, 4, 6]),
        indices=np.array([0, 1, 1, 2, 1, 3]),
        weight=np.array([5.0, 3.0, 2.0]),
        cost=np.ones(4),
        budget=2.0,
        required=np.array([True, False, False, False]),
        excluded=np.array([False, False, True, True]),
    )
    small = decided(instance)
    assert (small.indptr.tolist(), small.indices.tolist()) == ([0, 1], [1])
    assert (small.weight.tolist(), small.profit.tolist()) == ([5.0], [5.0, 0.0, 0.0, 0.0])


def test_an_instance_without_decisions_stays_as_it_is() -> None:
    instance = oracle.random_instance(3, status=False)
    assert decided(instance) is instance
