"""Who is sent to which gate: sums by hand, and flows solved by another model."""

import math

import numpy as np
import pytest

from placement.solve.lanes.engine import solve_lanes
from placement.solve.lanes.queues import queue
from placement.solve.lanes.sending import UNIT, Crowds, send
from placement.solve.stop import Stop
from tests.solve.lanes.test_lanes import random_case


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


@pytest.mark.parametrize("classes", [1, 2])
def test_random_plans_send_as_many_as_the_engine_says(classes: int) -> None:
    for seed in range(40):
        instance, lanes = random_case(seed, 4, classes)
        if instance.rules:
            continue
        found = solve_lanes(instance, lanes, stop=Stop())
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
