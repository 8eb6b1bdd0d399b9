"""The fluid queue, against sums that can be done by hand."""

import numpy as np
import pytest

from placement.cover.lanes import Arrivals
from placement.solve.capacitated.queueing import queue


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


def test_arrivals_refuse_what_is_no_profile() -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        Arrivals(shares=np.array([0.5, 0.4]))
