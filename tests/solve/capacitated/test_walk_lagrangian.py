"""The bound on walks: never above the least that trying every choice of gates and lanes finds."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import linprog

from placement.cover.lanes import Arrivals
from placement.solve.capacitated.walk_lagrangian import Ask, most_saved
from placement.solve.core.stopping import Stop
from tests.amount import cases

LIMIT = 10.0


@dataclass
class Case:
    """A small question, with the queue in time that the bound knows by its layers alone."""

    ask: Ask
    arrivals: Arrivals


def random_case(seed: int) -> Case:
    """Few crowds and gates, a budget for some of them, and a floor."""
    rng = np.random.default_rng(seed)
    crowds, gates, periods = 5, 3, 3
    raw = rng.integers(1, 5, periods).astype(np.float64)
    arrivals = Arrivals(shares=raw[None] / raw.sum(), carry=int(seed % 3))
    shares, ratio = arrivals.layers()
    reach = rng.random((gates, crowds)) < 0.7
    gate, crowd = np.nonzero(reach)
    least = rng.integers(1, 3, gates)
    counts = np.stack([rng.integers(1, 3, crowds), rng.random(crowds) < 0.5]).astype(np.float64)
    ask = Ask(
        people=rng.integers(5, 30, crowds).astype(np.float64),
        counts=counts,
        at_least=np.zeros(2),
        indptr=np.concatenate([[0], np.cumsum(np.bincount(gate, minlength=gates))]),
        crowd=crowd,
        gain=rng.integers(0, 10, len(crowd)).astype(np.float64),
        shares=shares,
        ratio=ratio,
        room=np.full(gates, 12.0),
        least=least,
        most=least + rng.integers(0, 3, gates),
        opening=rng.integers(1, 6, gates).astype(np.float64),
        lane=rng.integers(1, 4, gates).astype(np.float64),
        must=rng.random(gates) < 0.1,
        budget=float(rng.integers(8, 25)),
    )
    return Case(ask, arrivals)


def by_trying(case: Case) -> tuple[float, tuple[float, float]] | None:
    """The most that can be saved where the worth is the most, then those who come first."""
    ask, arrivals = case.ask, case.arrivals
    periods, gates = arrivals.periods, len(ask.room)
    gate = np.repeat(np.arange(gates), np.diff(ask.indptr))
    size = len(gate) * periods
    found: list[tuple[float, float, float]] = []
    choices = [
        [*([] if ask.must[j] else [0]), *range(ask.least[j], ask.most[j] + 1)] for j in range(gates)
    ]
    for lanes in itertools.product(*choices):
        u = np.array(lanes)
        if float((ask.opening * (u > 0) + ask.lane * u).sum()) > ask.budget:
            continue
        lines, most = [], []
        for i, people in enumerate(ask.people):
            for t in range(periods):
                line = np.zeros((len(gate), periods))
                line[ask.crowd == i, t] = 1
                lines.append(line.ravel())
                most.append(people * arrivals.shares[0, t])
        for j in range(gates):
            for start, end in itertools.combinations_with_replacement(range(periods), 2):
                line = np.zeros((len(gate), periods))
                line[gate == j, start : end + 1] = 1
                lines.append(line.ravel())
                run = min(end + arrivals.carry, periods - 1) - start + 1
                most.append(ask.room[j] * u[j] * run / periods)
        reached = []
        for price in (ask.counts[0][ask.crowd], ask.counts[1][ask.crowd], ask.gain):
            each = np.repeat(price, periods)
            answer = linprog(-each, A_ub=np.array(lines), b_ub=most, bounds=[(0, None)] * size)
            reached.append(-float(answer.fun))
            lines.append(-each)
            most.append(float(answer.fun) + 1e-9)
        found.append((reached[0], reached[1], reached[2]))
    if not found:
        return None
    worth = max(one[0] for one in found)
    equals = [one for one in found if one[0] >= worth - 1e-6]
    firsts = max(one[1] for one in equals)
    best = max(one[2] for one in equals if one[1] >= firsts - 1e-6)
    return best, (worth - 1e-6, firsts - 1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", cases(range(1, 7), range(12)))
def test_no_choice_of_gates_and_lanes_saves_more_than_the_bound(seed: int) -> None:
    case = random_case(seed)
    best = by_trying(case)
    if best is None:
        return
    saved, held = best
    ask = case.ask._replace(at_least=np.array(held))
    bound, _ = most_saved(ask, saved, stop=Stop())
    assert bound >= saved - 1e-6 * max(1.0, saved)
    # and it says something: less than everybody's nearest gate, where that is too much
    nearest = np.zeros(len(ask.people))
    np.maximum.at(nearest, ask.crowd, ask.gain)
    assert bound <= float(nearest @ ask.people) * (1 + 1e-6) + 1e-3


def test_the_bound_meets_a_plan_that_nothing_beats() -> None:
    ask = Ask(
        people=np.array([10.0, 10.0]),
        counts=np.ones((1, 2)),
        at_least=np.array([20.0]),
        indptr=np.array([0, 2, 4]),
        crowd=np.array([0, 1, 0, 1]),
        gain=np.array([9.0, 2.0, 1.0, 7.0]),
        shares=np.ones(1),
        ratio=np.ones(1),
        room=np.array([10.0, 10.0]),
        least=np.array([1, 1]),
        most=np.array([1, 1]),
        opening=np.array([1.0, 1.0]),
        lane=np.array([1.0, 1.0]),
        must=np.zeros(2, dtype=np.bool_),
        budget=4.0,
    )
    assert most_saved(ask, 160.0, stop=Stop())[0] == pytest.approx(160.0, rel=1e-3)


@pytest.mark.slow
def test_a_bound_cut_short_is_never_more_than_all_that_could_be_saved() -> None:
    held = 0
    for seed in range(60):
        ask = random_case(seed).ask
        nearest = np.zeros(len(ask.people))
        np.maximum.at(nearest, ask.crowd, ask.gain)
        all_of_it = float(nearest @ ask.people)
        short = most_saved(ask, 0.0, stop=Stop(), rounds=1)[0]
        assert short <= all_of_it + 1e-9
        held += short > all_of_it - 1e-9
    assert held > 5  # where prices alone would say more


def test_no_time_is_no_bound() -> None:
    stop = Stop()
    stop.interrupt()
    assert math.isinf(most_saved(random_case(0).ask, 0.0, stop=stop)[0])
