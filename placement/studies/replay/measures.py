"""What nights show: quantiles and shares, each with the interval that chance leaves."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from placement.arrays import Floats

_Z = 1.959963984540054  # of 95%
_TAIL = 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile:
    """A quantile over nights, with a 95% interval of order statistics.

    Attributes
    ----------
    value
        So many nights have this much at most.
    low, high
        The interval; None where there are too few nights for that end of it.
    """

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of nights, with its 95% interval (Wilson, J. Am. Stat. Assoc. 22, 1927).

    Attributes
    ----------
    value, low, high
        Between 0 and 1.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure of the fluid queue beside that of the nights.

    Attributes
    ----------
    fluid
        In the fluid queue of the solution, when as many come as it says, evenly.
    mean
        Over nights.
    p50, p95
        Half of the nights, and 95% of them, have this much at most.
    worst
        Of all nights.
    """

    fluid: float
    mean: float
    p50: Quantile
    p95: Quantile
    worst: float


def quantile(values: Floats, level: float, *, places: int) -> Quantile:
    """Return a quantile of nights: the least value that a share `level` of them does not exceed.

    Parameters
    ----------
    values
        (n,) float64, one a night, n ≥ 1.
    level
        Between 0 and 1.
    places
        Decimals.
    """
    ordered = np.sort(values)
    count = len(ordered)
    at = max(math.ceil(level * count - 1e-9), 1)
    # how many of the nights have less, at most, with each probability: binomial
    at_most = bdtr(np.arange(count + 1.0), count, level)
    low = int(np.searchsorted(at_most, _TAIL))
    high = int(np.searchsorted(at_most, 1 - _TAIL)) + 1

    def order_statistic(rank: int) -> float | None:
        return round(float(ordered[rank - 1]), places) if 1 <= rank <= count else None

    return Quantile(
        value=round(float(ordered[at - 1]), places),
        low=order_statistic(low),
        high=order_statistic(high),
    )


def share(successes: int, count: int) -> Share:
    """Return a share of nights; `count` ≥ 1."""
    rate, square = successes / count, _Z * _Z
    middle = (rate + square / (2 * count)) / (1 + square / count)
    half = _Z * math.sqrt(rate * (1 - rate) / count + square / (4 * count * count))
    half /= 1 + square / count
    return Share(
        value=round(rate, 6),
        low=round(max(0.0, middle - half), 6) if successes else 0.0,
        high=round(min(1.0, middle + half), 6) if successes < count else 1.0,
    )


def measure(values: Floats, fluid: float, *, places: int = 1) -> Measure:
    """Sum up one figure a night; `fluid` is that of the solution."""
    return Measure(
        fluid=round(fluid, places),
        mean=round(math.fsum(values) / len(values), places),
        p50=quantile(values, 0.5, places=places),
        p95=quantile(values, 0.95, places=places),
        worst=round(float(values.max()), places),
    )
