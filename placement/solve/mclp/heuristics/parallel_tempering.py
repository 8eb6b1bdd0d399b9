"""Replicas at several temperatures that exchange their plans, for as long as there is time."""

import math

import numpy as np

from placement.arrays import Ints32
from placement.solve.mclp.heuristics.anneal import anneal
from placement.solve.mclp.heuristics.moves import State, become, new_state, refresh
from placement.solve.mclp.heuristics.search_state import (
    BATCH_STEPS,
    EXCHANGES,
    TILTS,
    Chase,
    Field,
    marginal,
)

REPLICAS = 6
HEAT = (0.006, 0.02)
"""The coldest and the hottest, as shares of the mean worth of an open column."""
SWEEPS = 10
"""Rounds of all replicas between two harvests of their best plans."""
STALLED = 40
"""Harvests without a better plan, after which all begins afresh."""
KEPT = 20
"""Best plans that new ones are crossed with."""


class _Replica:
    """A plan that wanders at one temperature, and the best one it met since the last harvest."""

    def __init__(self, field: Field, plan: Ints32, warmth: float) -> None:
        self.warmth = warmth
        self.state: State = new_state(field.board)
        become(field.board, self.state, plan)
        self.plan = np.zeros(len(field.every), np.int32)
        self.best = np.array([-math.inf, 0.0])

    def wander(self, field: Field, steps: int, price: float) -> None:
        """Make so many exchanges at this temperature."""
        refresh(field.board, self.state)
        heat = np.array([self.warmth, self.warmth, price])
        anneal(field.board, self.state, self.plan, self.best, heat, steps, field.random)

    def worth(self, field: Field, price: float) -> float:
        """Return the worth of the plan, less the price of what it uses."""
        used = field.board.price @ self.state.is_open if price else 0.0
        return float(self.state.worth[0] - price * used)

    def harvest(self) -> Ints32:
        """Return the best plan since the last time, ascending; begin anew."""
        found = np.sort(self.plan[: int(self.best[1])])
        self.best[0] = -math.inf
        return found


def temper(chase: Chase, field: Field, elite: list[Ints32]) -> None:
    """Anneal at several fixed temperatures at once, until the chase is over.

    Replica exchange (Swendsen & Wang 1986; Geyer 1991): now and then two neighbouring temperatures
    exchange plans with the probability that keeps each one's distribution, so that a plan caught
    in a hollow climbs out by way of the hot ones, and the cold ones look closely at what these
    have found. Every so often the best plan of each is finished by swaps and crossed with the best
    of all. When nothing better has come for long, new replicas begin from nothing.
    """
    random = np.random.default_rng(int(field.random[0]))
    known = elite
    while not chase.over:
        _follow(chase, field, known, random)
        known = []


def _follow(chase: Chase, field: Field, known: list[Ints32], random: np.random.Generator) -> None:
    """Start replicas afresh and follow them until they find nothing better for long."""
    board = field.board
    replicas = []
    unit = max(float(field.best[0] / max(1.0, field.best[1])), 1e-280)
    for number, heat in enumerate(np.geomspace(*HEAT, REPLICAS).tolist()):
        field.greedy(TILTS[number % len(TILTS)], 0.3)
        replicas.append(_Replica(field, field.opened(), unit * heat))
    best: list[tuple[float, Ints32]] = []
    for plan in known:
        field.move_to(plan)
        _remember(best, float(field.state.worth[0]), plan)
    turn, since, top = 0, 0, -math.inf
    while not chase.over and since < STALLED:
        price = 0.0
        if turn % 2 and not field.plain:  # as in other annealings, every other time
            field.move_to(field.best_plan())
            price = marginal(board, field.state)
        for sweep in range(SWEEPS):
            for replica in replicas:
                granted = chase.grant(BATCH_STEPS, EXCHANGES)
                if granted == 0:
                    break
                replica.wander(field, granted, price)
            _exchange(field, replicas[sweep % 2 :], price, random)
        _harvest(field, replicas, best)
        chase.offer(field)
        turn, since = turn + 1, since + 1
        if best and best[0][0] > top + board.least[0]:
            since, top = 0, best[0][0]


def _exchange(
    field: Field, replicas: list[_Replica], price: float, random: np.random.Generator
) -> None:
    """Let pairs of neighbouring temperatures exchange plans."""
    for cold, hot in zip(replicas[::2], replicas[1::2], strict=False):
        gain = hot.worth(field, price) - cold.worth(field, price)
        gain *= 1.0 / cold.warmth - 1.0 / hot.warmth
        if gain >= 0.0 or random.random() < math.exp(gain):
            cold.state, hot.state = hot.state, cold.state


def _harvest(field: Field, replicas: list[_Replica], best: list[tuple[float, Ints32]]) -> None:
    """Finish the best plan of each replica, cross it with the best of all; keep what is good."""
    for number, replica in enumerate(replicas):
        if replica.best[0] == -math.inf:
            continue
        field.move_to(replica.harvest())
        refresh(field.board, field.state)
        field.finish()
        field.cross([plan for _, plan in best])
        field.finish()
        field.note()
        plan = field.opened()
        _remember(best, float(field.state.worth[0]), plan)
        if number == 0:
            become(field.board, replica.state, plan)


def _remember(best: list[tuple[float, Ints32]], worth: float, plan: Ints32) -> None:
    """Keep a plan if it is among the best and differs from each of them."""
    if any(np.array_equal(plan, other) for _, other in best):
        return
    best.append((worth, plan))
    best.sort(key=lambda entry: (-entry[0], entry[1].tolist()))
    del best[KEPT:]
