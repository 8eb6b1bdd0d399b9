"""Who is sent to which gate: sums by hand, and flows solved by another model."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from placement.solve.capacitated.assignment import UNIT, Crowds, send
from placement.solve.capacitated.queueing import queue
from placement.solve.capacitated.solver import solve_lanes
from placement.solve.core.stopping import Effort, Stop
from tests.amount import cases
from tests.solve.capacitated.test_solver_with_lanes import random_case


def two_crowds(worth: tuple[float, float] = (1.0, 1.0), *, slow: bool = False) -> Crowds:
    """60 and 40 people before two gates, the second gate far from both."""
    return Crowds(
        people=np.array([60.0, 40.0]),
        worth=np.array(worth),
        first=np.array([False, slow]),
        shares=np.ones((2, 1)),
        crowd=np.array([0, 0, 1, 1]),
        gate=np.array([0, 1, 0, 1]),
        walk=np.array([1.0, 5.0, 2.0, 9.0]),
    )


def test_people_go_to_the_nearer_gate_as_far_as_it_has_room() -> None:
    # every person of the second crowd gains 7 at the near gate, every one of the first only 4
    sent = send(two_crowds(), np.array([50.0, 50.0]), 0)
    assert (sent / UNIT).ravel().tolist() == [10.0, 50.0, 40.0, 0.0]


def test_the_most_worthy_come_first_whatever_they_walk() -> None:
    sent = send(two_crowds(worth=(1.0, 1.5)), np.array([0.0, 45.0]), 0)
    assert (sent / UNIT).ravel().tolist() == [0.0, 5.0, 0.0, 40.0]


def test_slow_walkers_are_not_left_out_for_their_walk() -> None:
    assert send(two_crowds(), np.array([0.0, 45.0]), 0)[2:].sum() == 0
    sent = send(two_crowds(slow=True), np.array([0.0, 45.0]), 0)
    assert (sent / UNIT).ravel().tolist() == [0.0, 5.0, 0.0, 40.0]


def test_a_floor_comes_before_worth() -> None:
    floors = [(np.array([0]), 12.5)]
    sent = send(two_crowds(worth=(1.0, 1.5)), np.array([0.0, 45.0]), 0, floors)
    assert (sent / UNIT).ravel().tolist() == [0.0, 12.5, 0.0, 32.5]
    # one that nobody can keep is kept as far as it goes
    sent = send(two_crowds(), np.array([0.0, 45.0]), 0, [(np.array([0]), 59.0)])
    assert (sent / UNIT).ravel().tolist() == [0.0, 45.0, 0.0, 0.0]


def test_thirds_of_people_add_up_to_all_of_them() -> None:
    crowd = Crowds(
        people=np.array([100.0]),
        worth=np.ones(1),
        first=np.zeros(1, dtype=np.bool_),
        shares=np.full((1, 3), 1 / 3),
        crowd=np.array([0]),
        gate=np.array([0]),
        walk=np.zeros(1),
    )
    assert crowd.arriving().tolist() == [[33_333_334, 33_333_333, 33_333_333]]
    assert int(send(crowd, np.array([40.0]), 0).sum()) == 100 * UNIT


def test_nobody_waits_longer_than_allowed() -> None:
    crowd = Crowds(
        people=np.array([90.0]),
        worth=np.ones(1),
        first=np.zeros(1, dtype=np.bool_),
        shares=np.array([[1.0, 0.0, 0.0]]),
        crowd=np.array([0]),
        gate=np.array([0]),
        walk=np.zeros(1),
    )
    for carry, many in ((0, 20), (1, 40), (2, 60), (5, 60)):
        assert int(send(crowd, np.array([20.0]), carry).sum()) == many * UNIT


def test_no_gate_in_reach_sends_nobody() -> None:
    none = np.zeros(0, dtype=np.int64)
    crowds = Crowds(
        people=np.array([5.0]),
        worth=np.ones(1),
        first=np.zeros(1, dtype=np.bool_),
        shares=np.ones((1, 2)) / 2,
        crowd=none,
        gate=none,
        walk=np.zeros(0),
    )
    assert send(crowds, np.zeros(0), 0).shape == (0, 2)


@pytest.mark.slow
@pytest.mark.parametrize("classes", [1, 2])
def test_random_plans_send_as_many_as_the_engine_says(classes: int) -> None:
    for seed in range(cases(20, 40)):
        instance, lanes = random_case(seed, 4, classes)
        if instance.rules:
            continue
        found = solve_lanes(instance, lanes, Effort(stop=Stop()))
        if found.chosen is None:
            continue
        gates = found.chosen[lanes.gate[found.chosen]]
        place = np.full(instance.columns, -1)
        place[gates] = np.arange(len(gates))
        row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
        kept = (lanes.people[row] > 0) & (place[instance.indices] >= 0)
        mine = np.flatnonzero(lanes.people > 0)
        crowds = Crowds(
            people=lanes.people[mine],
            worth=instance.weight[mine] / lanes.people[mine],
            first=np.zeros(len(mine), dtype=np.bool_),
            shares=lanes.arrivals.shares[lanes.profile[mine]],
            crowd=np.searchsorted(mine, row[kept]),
            gate=place[instance.indices[kept]],
            walk=np.random.default_rng(seed).random(int(kept.sum())),
        )
        capacity = lanes.lane_people[gates] * found.lanes[gates]
        sent = send(crowds, capacity / 4, lanes.arrivals.carry)
        worth = math.fsum(crowds.worth[crowds.crowd] * sent.sum(axis=1) / UNIT)
        engine = math.fsum(crowds.worth * found.admitted[mine])
        assert worth == pytest.approx(engine, rel=1e-6, abs=1e-4), seed
        come = np.zeros((len(mine), 4), dtype=np.int64)
        np.add.at(come, crowds.crowd, sent)
        assert (come <= crowds.arriving()).all()
        for at in range(len(gates)):
            arriving = sent[crowds.gate == at].sum(axis=0) / UNIT
            line = queue(arriving, float(capacity[at]), dust=1e-4)
            assert line.waiting[-1] == 0
            # nobody waits beyond the periods allowed, but for the width of one period
            assert line.longest_wait <= (lanes.arrivals.carry + 1) / 4 + 1e-6


def many_alike(seed: int) -> tuple[Crowds, np.ndarray, int, list[tuple[np.ndarray, float]]]:
    """Some kinds of people before few gates, several crowds of each, in tiers and with floors."""
    rng = np.random.default_rng(seed)
    kinds, gates, size = 4, 3, 12
    reach = rng.random((kinds, gates)) < 0.7
    reach[:, 0] |= ~reach.any(axis=1)
    kind = rng.integers(kinds, size=size)
    crowd, gate = np.nonzero(reach[kind])
    profiles = np.array([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]])[: 1 + seed % 2]
    floors = [(np.flatnonzero(kind < 2), 15.0), (np.flatnonzero(kind == 1), 4.0)]
    crowds = Crowds(
        people=rng.integers(1, 20, size).astype(np.float64),
        worth=np.array([1.0, 2.0, 1.0, 1.5])[kind],
        first=(kind == 2),
        tier=np.array([1, 1, 2, 2])[kind] if seed % 3 == 0 else None,
        shares=profiles[rng.integers(len(profiles), size=size)],
        crowd=crowd,
        gate=gate,
        walk=rng.integers(1, 60, len(crowd)).astype(np.float64),
    )
    return crowds, rng.integers(2, 12, gates).astype(np.float64), seed % 3, floors[: seed % 4]


def wishes(crowds: Crowds, sent: np.ndarray) -> list[float]:
    """What counts, in its order, the less the better: worth by tier, who comes first, the walk."""
    each = sent.sum(axis=1) / UNIT
    tier = np.ones(len(crowds.people)) if crowds.tier is None else crowds.tier
    worth = crowds.worth[crowds.crowd] * each
    return [
        *(-float(worth[tier[crowds.crowd] == one].sum()) for one in np.unique(tier)),
        -float(each[crowds.first[crowds.crowd]].sum()),
        float(crowds.walk @ each),
    ]


def by_one_model(
    crowds: Crowds, room: np.ndarray, carry: int, floors: list[tuple[np.ndarray, float]]
) -> list[float]:
    """The same by Hall's condition on every way and period, one wish after the other held."""
    periods = crowds.shares.shape[1]
    ways = len(crowds.crowd)
    lines, most = [], []
    for at, coming in enumerate(crowds.arriving()):
        for t in range(periods):
            line = np.zeros((ways, periods))
            line[crowds.crowd == at, t] = 1
            lines.append(line.ravel())
            most.append(coming[t] / UNIT)
    for gate, each in enumerate(room):
        for start in range(periods):
            for end in range(start, periods):
                line = np.zeros((ways, periods))
                line[crowds.gate == gate, start : end + 1] = 1
                lines.append(line.ravel())
                most.append(each * (min(end + carry, periods - 1) - start + 1))
    short = np.zeros((len(lines), len(floors)))
    block = np.hstack([np.array(lines), short])
    for number, (some, least) in enumerate(floors):
        line = np.zeros((ways, periods))
        line[np.isin(crowds.crowd, some)] = 1
        missing = np.zeros(len(floors))
        missing[number] = 1
        block = np.vstack([block, -np.concatenate([line.ravel(), missing])])
        most.append(-least)
    tier = np.ones(len(crowds.people)) if crowds.tier is None else crowds.tier
    tier = tier[crowds.crowd]
    worth = crowds.worth[crowds.crowd]
    prices = [np.where(tier == one, -worth, 0.0) for one in np.unique(tier)]
    prices += [-crowds.first[crowds.crowd].astype(np.float64), crowds.walk]
    best = []
    for n, price in enumerate(prices):
        whole = np.concatenate([np.repeat(price, periods), np.zeros(len(floors))])
        if n == 0:
            whole[ways * periods :] = 1000
        found = linprog(whole, A_ub=block, b_ub=most, bounds=(0, None))
        best.append(float(np.repeat(price, periods) @ found.x[: ways * periods]))
        block = np.vstack([block, whole])
        most.append(float(found.fun) + 1e-9)
    return best


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(cases(12, 24)))
def test_crowds_alike_are_put_together_without_loss(seed: int) -> None:
    crowds, room, carry, floors = many_alike(seed)
    sent = send(crowds, room, carry, floors)
    wanted = by_one_model(crowds, room, carry, floors)
    assert wishes(crowds, sent) == pytest.approx(wanted, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("seed", range(12))
def test_an_interrupt_costs_walks_and_nothing_else(seed: int) -> None:
    crowds, room, carry, floors = many_alike(seed)
    stop = Stop()
    stop.interrupt()
    hasty, calm = send(crowds, room, carry, floors, stop=stop), send(crowds, room, carry, floors)
    assert wishes(crowds, hasty)[:-1] == pytest.approx(wishes(crowds, calm)[:-1])
    assert wishes(crowds, hasty)[-1] >= wishes(crowds, calm)[-1] - 1e-6
    come = np.zeros((len(crowds.people), 3), dtype=np.int64)
    np.add.at(come, crowds.crowd, hasty)
    assert (come <= crowds.arriving()).all()
    for gate, each in enumerate(room):
        line = queue(hasty[crowds.gate == gate].sum(axis=0) / UNIT, each * 3, dust=1e-4)
        assert line.waiting[-1] == 0
        assert line.longest_wait <= (carry + 1) / 3 + 1e-6


def every_way(crowds: Crowds, periods: int) -> Iterator[np.ndarray]:
    """Yield all ways to send whole people, as (w, P) people."""
    cells = []
    for crowd, coming in enumerate(crowds.arriving() // UNIT):
        mine = np.flatnonzero(crowds.crowd == crowd)
        for t in range(periods):
            deals = itertools.product(range(int(coming[t]) + 1), repeat=len(mine))
            cells.append([(mine, t, deal) for deal in deals if sum(deal) <= coming[t]])
    for choice in itertools.product(*cells):
        sent = np.zeros((len(crowds.crowd), periods), dtype=np.int64)
        for mine, t, deal in choice:
            sent[mine, t] = deal
        yield sent


def waiting(arriving: list[int], room: int, carry: int) -> int | None:
    """Return how many wait at the ends of periods in all, or None where somebody waits too long."""
    total = queue_now = 0
    for t, coming in enumerate(arriving):
        queue_now = max(0, queue_now + coming - room)
        if queue_now > sum(arriving[t + 1 - carry : t + 1] if carry else []):
            return None
        total += queue_now
    return None if queue_now else total


@pytest.mark.parametrize("seed", range(10))
def test_of_all_ways_to_send_people_the_first_by_every_wish_is_taken(seed: int) -> None:
    """Worth, who comes first, walk, wait, and what is drawn among equals: tried one by one."""
    rng = np.random.default_rng(seed)
    crowds = Crowds(
        people=np.array([4.0, 3.0]),
        worth=np.array([1.0, rng.choice([1.0, 2.0])]),
        first=np.array([False, seed % 3 == 0]),
        shares=np.array([[0.5, 0.5], [2 / 3, 1 / 3]]),
        crowd=np.array([0, 0, 1, 1]),
        gate=np.array([0, 1, 0, 1]),
        walk=rng.integers(1, 3, 4).astype(np.float64),  # few walks: many ways are equally long
        seed=rng.integers(0, 1 << 32, 4),
    )
    room, carry = rng.integers(0, 3, 2), seed % 2
    drawn = crowds.ties()

    def wish(sent: np.ndarray) -> tuple[float, ...] | None:
        waits = [waiting(sent[crowds.gate == at].sum(axis=0).tolist(), int(room[at]), carry)
                 for at in range(2)]  # fmt: skip
        if None in waits:
            return None
        each = sent.sum(axis=1)
        return (
            -float(crowds.worth[crowds.crowd] @ each),
            -int(each[crowds.first[crowds.crowd]].sum()),
            float(crowds.walk @ each),
            sum(one or 0 for one in waits),
            int((drawn * sent).sum()),
        )

    known = [(found, sent) for sent in every_way(crowds, 2) if (found := wish(sent)) is not None]
    best = min(found for found, _ in known)
    (wanted,) = [sent for found, sent in known if found == best]
    assert send(crowds, room.astype(np.float64), carry).tolist() == (wanted * UNIT).tolist()


@pytest.mark.parametrize("seed", range(8))
def test_neither_crowds_nor_gates_in_another_order_are_sent_otherwise(seed: int) -> None:
    crowds, room, carry, floors = many_alike(seed)
    rng = np.random.default_rng(seed)
    walk = rng.integers(1, 3, len(crowds.walk)).astype(np.float64)
    drawn = rng.integers(0, 1 << 32, len(walk))
    crowds = replace(crowds, walk=walk, seed=drawn)
    size, gates = len(crowds.people), len(room)
    crowd, gate, way = rng.permutation(size), rng.permutation(gates), rng.permutation(len(walk))
    to_crowd, to_gate = np.argsort(crowd), np.argsort(gate)
    turned = replace(
        crowds,
        people=crowds.people[crowd],
        worth=crowds.worth[crowd],
        first=crowds.first[crowd],
        shares=crowds.shares[crowd],
        tier=None if crowds.tier is None else crowds.tier[crowd],
        crowd=to_crowd[crowds.crowd[way]],
        gate=to_gate[crowds.gate[way]],
        walk=walk[way],
        seed=drawn[way],
    )
    theirs = [(np.sort(to_crowd[some]), least) for some, least in floors]
    sent = send(turned, room[gate], carry, theirs[::-1])
    assert sent.tolist() == send(crowds, room, carry, floors)[way].tolist()
