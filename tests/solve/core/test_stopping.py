"""A stop rule that is sent to another process holds there for the seconds that are left."""

import math
import pickle

import pytest

from placement.solve.core.stopping import Effort, Stop


@pytest.mark.parametrize(
    ("limit", "outer", "left"), [(None, None, math.inf), (9.0, None, 9.0), (9.0, 5.0, 5.0)]
)
def test_what_is_sent_keeps_the_seconds_that_are_left_and_nothing_that_watches(
    limit: float | None, outer: float | None, left: float
) -> None:
    stop = Stop(limit, within=Stop(outer))
    effort = Effort(stop=stop, gap=0.1, seed=3, progress=lambda *_: None)
    sent = pickle.loads(pickle.dumps(effort))  # noqa: S301 - our own
    assert left - 3.0 < sent.stop.left() <= left or sent.stop.left() == left
    assert (sent.gap, sent.seed, sent.progress) == (0.1, 3, None)
