"""Which of several ways to send people is taken, where they walk and wait as long on all of them.

Every way in every period has a number drawn from names and figures alone, and of equals those with
the least sum are taken. So neither the order of rows nor the version of a solver says whom a gate
admits, and the page of the map, which draws the same numbers, comes to the same people.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Floats, Ints

STEPS = 10_000
"""Parts of a second in which walks are compared."""

TIES = 1 << 30
"""Numbers drawn are below this."""

type _Words32 = NDArray[np.uint32]


def walk_steps(tenths: Ints, people: Floats, way: Ints, crowd_people: Floats) -> Ints:
    """Return how long the people of a crowd walk on each way, in whole steps.

    Parameters
    ----------
    tenths, people
        (e,), walks of demand points in tenths of a second, as they are told, and their people.
    way
        (e,) int64, the way of each walk.
    crowd_people
        (w,) float64, people of each way's crowd.

    Returns
    -------
    (w,) int64
        The mean over the people.
    """
    sums = group_sums(tenths * people, way, len(crowd_people))
    return np.asarray(np.floor(sums / crowd_people * (STEPS / 10) + 0.5), dtype=np.int64)


def group_sums(values: Floats, group: Ints, size: int) -> Floats:
    """Return the sum of each group's values, rounded once: whatever their order, it is the same."""
    if (values == np.floor(values)).all():
        return np.bincount(group, weights=values, minlength=size)
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(np.bincount(group, minlength=size))[:-1]
    return np.array([math.fsum(part) for part in np.split(values[order], ends)], dtype=np.float64)


def text_seeds(texts: Sequence[str]) -> Ints:
    """Return a number for each text."""
    return np.array([_of_text(text) for text in texts], dtype=np.int64)


def seeds_of(*numbers: Ints) -> Ints:
    """Draw a number for each way from several that it has, (w,) int64 each."""
    number = np.zeros(len(numbers[0]), dtype=np.uint32)
    for one in numbers:
        number = _mixed(number ^ one.astype(np.uint32))
    return number.astype(np.int64)


def tie_numbers(seed: Ints, periods: int) -> Ints:
    """Return (w, P) int64 numbers from 0 to `TIES`, of ways with seeds in each period."""
    when = np.arange(periods, dtype=np.uint32)
    return (_mixed(seed.astype(np.uint32)[:, None] ^ when) >> np.uint32(2)).astype(np.int64)


def _of_text(text: str) -> int:
    """Return the FNV-1a hash of a text (Fowler, Noll & Vo 1991), 32 bits."""
    number = 0x811C9DC5
    for byte in text.encode("utf-8"):
        number = (number ^ byte) * 0x01000193 & 0xFFFFFFFF
    return number


def _mixed(number: _Words32) -> _Words32:
    """Mix the bits of numbers, each to another: the finaliser of MurmurHash3 (Appleby 2011)."""
    number = (number ^ (number >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    number = (number ^ (number >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return number ^ (number >> np.uint32(16))
