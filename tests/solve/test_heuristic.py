"""The search for a plan against brute force, on every rule an instance can have."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.cover.instance import Instance, Limit
from placement.solve.heuristic import search


class Never:
    """A rule that never stops."""

    def reached(self) -> bool:
        return False


class Counted:
    """A rule that stops after some questions."""

    def __init__(self, most: int) -> None:
        self.left = most

    def reached(self) -> bool:
        self.left -= 1
        return self.left < 0


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


@pytest.mark.parametrize("seed", range(120))
def test_small_instances_with_every_rule_are_solved_to_the_optimum(seed: int) -> None:
    instance = small(seed)
    best = oracle(instance)
    if best == -math.inf:
        return
    try:
        chosen, objective = search(instance, stop=Never(), iterations=2_000)
    except ValueError:
        # a chain of required columns and servers that only a search of its own would find
        assert (instance.required & instance.coupled).any()
        return
    assert instance.broken_rule(chosen) is None
    assert objective == instance.value(chosen)
    assert objective == pytest.approx(best, rel=1e-12)
