"""Intervals cover as often as they say."""

import numpy as np
import pytest
from scipy.stats import binomtest, gamma

from placement.studies.replay.measures import measure, quantile, share


@pytest.mark.parametrize(("successes", "count"), [(0, 10), (3, 10), (10, 10), (340, 1000)])
def test_shares_have_wilson_intervals(successes: int, count: int) -> None:
    found = share(successes, count)
    known = binomtest(successes, count).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-6)


def test_intervals_of_quantiles_hold_the_true_one_in_95_of_100_samples() -> None:
    draw = np.random.default_rng(5)
    for level in (0.5, 0.95):
        true = gamma(3).ppf(level)
        held = 0
        for _ in range(600):
            found = quantile(draw.gamma(3, size=200), level, places=6)
            assert found.low is not None
            assert found.high is not None
            held += found.low <= true <= found.high
        assert 0.93 <= held / 600 <= 1.0


def test_too_few_nights_leave_an_end_of_an_interval_open() -> None:
    found = measure(np.arange(10.0), 4.0)
    assert found.p95.high is None
    assert (found.p50.value, found.p50.low, found.worst) == (4.0, 1.0, 9.0)
