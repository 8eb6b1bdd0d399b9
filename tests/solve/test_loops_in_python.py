"""The loops of the search give in Python what they give compiled, so each of their lines is seen.

Machine code tells nobody which of its lines run, and an index beyond an array goes unnoticed there.
"""

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba.core.registry import CPUDispatcher

from placement.compiled import suited
from placement.solve.capacitated.solver import solve_lanes
from placement.solve.capacitated.walk_lagrangian import most_saved
from placement.solve.core.stopping import Effort, Stop
from placement.solve.mclp.bounds.block_solver import close
from placement.solve.mclp.bounds.bound import relaxation
from placement.solve.mclp.heuristics import heuristic, penalty_annealing
from tests import oracle
from tests.solve.capacitated.test_solver_with_lanes import random_case
from tests.solve.capacitated.test_walk_lagrangian import random_case as random_ask
from tests.solve.mclp.bounds.every import every_plan
from tests.solve.mclp.bounds.test_blocks import random_instance
from tests.solve.mclp.heuristics.test_penalty_annealing import ruled_instance


def in_python(monkeypatch: pytest.MonkeyPatch) -> int:
    """Put in the place of each compiled loop of the search what it was compiled from."""
    count = 0
    for name, module in list(sys.modules.items()):
        if name.startswith("placement.solve."):
            for word, value in list(vars(module).items()):
                if isinstance(value, CPUDispatcher):
                    monkeypatch.setattr(module, word, suited(value, steps=0))
                    count += 1
    return count


def same_both_ways(monkeypatch: pytest.MonkeyPatch, ask: Callable[[], Any]) -> None:
    before = ask()
    with monkeypatch.context() as patch, warnings.catch_warnings():
        # random numbers count on whole numbers that wrap around
        warnings.filterwarnings("ignore", "overflow encountered", RuntimeWarning)
        assert in_python(patch) > 0
        after = ask()
    np.testing.assert_equal(after, before)


@pytest.mark.parametrize(("seed", "iterations"), [(0, 60), (3, 250)])
def test_the_search_for_a_plan(monkeypatch: pytest.MonkeyPatch, seed: int, iterations: int) -> None:
    instance = oracle.random_instance(seed)
    # so that what comes after the first rounds is reached too
    monkeypatch.setattr(heuristic, "FIRST_ROUNDS", 20)
    same_both_ways(
        monkeypatch,
        lambda: heuristic.search(instance, stop=Stop(), seed=seed, iterations=iterations),
    )


@pytest.mark.parametrize("seed", range(2))
def test_the_search_where_rules_count_rows(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    instance = ruled_instance(seed)
    start = np.flatnonzero(~instance.excluded & (instance.cost <= instance.budget))[:1]

    def plans() -> list[list[int]]:
        found: list[list[int]] = []
        penalty_annealing.search(
            instance, stop=Stop(), seed=seed, start=start, steps=300, heat=20.0,
            on_better=lambda chosen: found.append(chosen.tolist()),
        )  # fmt: skip
        return found

    same_both_ways(monkeypatch, plans)


@pytest.mark.parametrize("seed", [499, 3, 8])
def test_the_tree_over_blocks(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    instance = random_instance(seed)
    plans = every_plan(instance)
    poor = np.array(min(plans)[1], dtype=np.int64)

    def proof() -> tuple[list[int], float, float]:
        start = relaxation(instance, stop=Stop())
        closed = close(instance, stop=Stop(), start=start, plan=poor, size=3)
        return closed.chosen.tolist(), closed.worth, closed.bound

    same_both_ways(monkeypatch, proof)


@pytest.mark.parametrize("periods", [1, 3])
def test_lanes_and_queues(monkeypatch: pytest.MonkeyPatch, periods: int) -> None:
    instance, lanes = random_case(5, periods, 1)

    def plan() -> tuple[Any, ...]:
        found = solve_lanes(instance, lanes, Effort(stop=Stop()))
        return found.status, found.chosen, found.lanes, found.objective, found.bound

    same_both_ways(monkeypatch, plan)


def test_the_bound_on_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    def bound() -> tuple[float, list[float]]:
        saved, merit = most_saved(random_ask(4).ask, 0.0, stop=Stop(), rounds=30)
        return saved, merit.tolist()

    same_both_ways(monkeypatch, bound)
