"""The split between gates and the fluid queue, against sums that can be done by hand."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from placement.cover.instance import Instance
from placement.cover.lanes import Arrivals, Lanes
from placement.solve.lanes.engine import solve_lanes
from placement.solve.lanes.queues import queue, split
from placement.solve.stop import Stop
from tests.solve.lanes.test_lanes import random_case


def test_a_queue_builds_up_and_clears() -> None:
    # 100 a period: 150 come, 50 wait; then 60 come, and the 50 are gone after 50 / 40 periods
    found = queue(np.array([150.0, 60.0, 60.0, 0.0]), 400.0)
    assert found.waiting == pytest.approx([0, 50, 10, 0, 0])
    assert found.admitted == pytest.approx([100, 100, 70, 0])
    assert found.longest_wait == pytest.approx(50 / 400)
    assert found.spells == pytest.approx(np.array([[0.0, (2 + 10 / 40) / 4]]))


def test_a_queue_that_outlasts_the_window_clears_after_it() -> None:
    found = queue(np.array([0.0, 300.0]), 200.0)
    assert found.spells == pytest.approx(np.array([[0.5, 2.0]]))
    assert found.longest_wait == pytest.approx(1.0)


def test_a_gate_without_lanes_admits_nobody() -> None:
    assert queue(np.zeros(3), 0.0).longest_wait == 0
    with pytest.raises(ValueError, match="without lanes"):
        queue(np.ones(3), 0.0)


def test_people_go_to_the_nearer_gate_as_far_as_it_has_room() -> None:
    instance = Instance.build(
        indptr=np.array([0, 2, 4]),
        indices=np.array([0, 1, 0, 1]),
        weight=np.array([60.0, 40.0]),
        cost=np.zeros(2),
        budget=2.0,
    )
    lanes = Lanes(
        people=np.array([60.0, 40.0]),
        gate=np.ones(2, dtype=np.bool_),
        least=np.ones(2, dtype=np.int64),
        most=np.ones(2, dtype=np.int64),
        lane_cost=np.ones(2),
        lane_people=np.full(2, 50.0),
    )
    found = solve_lanes(instance, lanes, stop=Stop())
    walk = csr_array(np.array([[1.0, 5.0], [2.0, 9.0]]))
    ways = split(
        instance,
        lanes,
        chosen=found.chosen,
        count=found.lanes,
        admitted=found.admitted,
        walk=walk,
    )
    # every person of the second row gains 7 at the near gate, every one of the first only 4
    assert ways.walk == pytest.approx(40 * 2 + 10 * 1 + 50 * 5, abs=1e-4)
    assert ways.people == pytest.approx([10, 50, 40], abs=1e-4)


@pytest.mark.parametrize("classes", [1, 2])
def test_random_splits_admit_everybody_in_time(classes: int) -> None:
    for seed in range(40):
        instance, lanes = random_case(seed, 4, classes)
        found = solve_lanes(instance, lanes, stop=Stop())
        if found.chosen is None:
            continue
        walk = csr_array(np.random.default_rng(seed).random((instance.rows, instance.columns)))
        ways = split(
            instance,
            lanes,
            chosen=found.chosen,
            count=found.lanes,
            admitted=found.admitted,
            walk=walk,
        )
        sent = np.bincount(ways.row, weights=ways.people, minlength=instance.rows)
        assert sent == pytest.approx(found.admitted, abs=1e-4)
        for j in found.chosen[lanes.gate[found.chosen]]:
            arriving = np.zeros(4)
            np.add.at(arriving, ways.period[ways.column == j], ways.people[ways.column == j])
            at = queue(arriving, float(lanes.lane_people[j] * found.lanes[j]))
            assert at.waiting[-1] == pytest.approx(0, abs=1e-3)
            assert at.admitted.sum() == pytest.approx(arriving.sum(), abs=1e-3)
            # nobody waits beyond the periods allowed, but for the width of one period
            assert at.longest_wait <= (lanes.arrivals.carry + 1) / 4 + 1e-6


def test_arrivals_refuse_what_is_no_profile() -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        Arrivals(shares=np.array([0.5, 0.4]))
