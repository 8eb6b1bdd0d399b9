"""What queues there are where people pass in turn: a fluid queue in steps of time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats, Ints
from placement.counts import counted
from placement.errors import UsageError

STEP_S = 30
"""Seconds of a slot: walks count as whole slots, rounded up (A)."""
PER_MIN = 60 / STEP_S
_GRAIN = 1e-6  # of a slot: a walk of so much more than a whole number of slots is one of them
NOBODY = 5e-7
"""So few people are what arithmetic leaves over: the files, in millionths, round them to none."""
_LONGEST_MIN = 24 * 60


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Queue:
    """The people who pass an exit or a station.

    Attributes
    ----------
    people
        How many.
    longest
        Most people who stand there at a time.
    wait
        Longest time that anybody waits there, slots.
    last
        When the last one has passed, slots from the start; 0 where nobody comes. What arithmetic
        leaves over after them is nobody.
    waiting
        (K,) float64, people who stand there at the start of each slot, when those of it have come.
    passed
        (K,) float64, people who have passed by the end of each slot.
    """

    people: float
    longest: float
    wait: float
    last: float
    waiting: Floats
    passed: Floats


def slots_of(seconds: Floats) -> Ints:
    """Return walks in whole slots, rounded up; −1 where nobody walks."""
    whole = np.ceil(np.where(np.isfinite(seconds), seconds, 0.0) / STEP_S - _GRAIN)
    return np.where(np.isfinite(seconds), np.maximum(whole, 0.0), -1.0).astype(np.int64)


def queue_of(arrives: Floats, rate: float) -> Queue:
    """Return the queue of people who come at the start of slots.

    Parameters
    ----------
    arrives
        (K,) float64, people who come in each slot.
    rate
        Most people who pass in a slot.

    Raises
    ------
    UsageError
        If the last one passes after more than a day.
    """
    people = float(arrives.sum())
    if people <= NOBODY:
        none = np.zeros(0)
        return Queue(people=0.0, longest=0.0, wait=0.0, last=0.0, waiting=none, passed=none)
    later = arrives[::-1].cumsum()[::-1]
    coming = np.flatnonzero((arrives > 0) & (later > NOBODY))
    last = float((coming + later[coming] / rate).max())
    if last > _LONGEST_MIN * PER_MIN:
        raise UsageError(
            f"{counted(round(people), 'person')} would pass {rate * PER_MIN:.3g} a minute for "
            "more than a day: "
            "give exits and stations that let more pass."
        )
    slots = max(len(arrives), int(np.ceil(last)))
    waiting, passed = np.zeros(slots), np.zeros(slots)
    still = done = 0.0
    for slot, more in enumerate([*arrives.tolist(), *[0.0] * (slots - len(arrives))]):
        still += more
        waiting[slot] = still
        pass_now = min(still, rate)
        still -= pass_now
        done += pass_now
        passed[slot] = done
    return Queue(
        people=people,
        longest=float(waiting.max()),
        wait=float(waiting.max()) / rate,
        last=last,
        waiting=waiting,
        passed=passed,
    )


def in_all(passed: Sequence[Floats]) -> Floats:
    """Return (2, E) float64, who passes each exit by pace, of (2, K) by the end of each slot."""
    return np.array([line[:, -1] if line.shape[1] else np.zeros(2) for line in passed]).T


def walk_on(passed: Sequence[Floats], shares: Floats, walk: Ints, *, slots: int = 0) -> Floats:
    """Return who comes in each slot to the places that people walk on to.

    Parameters
    ----------
    passed
        (2, K) float64 of each exit, by pace, who has passed it by the end of each slot.
    shares
        (2, E, S) float64, which of them walk on to each place.
    walk
        (2, E, S) int64, slots; who passes in a slot sets out at its end.
    slots
        How many there are at least.

    Returns
    -------
    (S, K) float64
    """
    longest = max(line.shape[1] for line in passed) + int(walk.max(initial=0)) + 1
    come = np.zeros((shares.shape[2], max(slots, longest)))
    for pace, at, to in np.argwhere(shares > 0).tolist():
        out = np.diff(passed[at][pace], prepend=0.0) * shares[pace, at, to]
        first = int(walk[pace, at, to]) + 1
        come[to, first : first + len(out)] += out
    return come
