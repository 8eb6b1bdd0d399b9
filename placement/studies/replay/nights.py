"""Many nights at all gates, each from streams of its own."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats, Ints, Ints32, Words
from placement.compiled import compiled
from placement.executor import Executor, Here
from placement.studies.replay.serving import SENT_ON, measure_queue, serve_queue
from placement.studies.replay.streams import (
    draw_arrivals,
    draw_services,
    exponential,
    stream,
    warm_up,
)

FIGURES = ("came", "screened", "outside", "sent_on", "longest_wait_s", "waits_s", "longest_queue")
"""What is measured of each night and gate, in this order."""

_SPREAD = 12.0  # standard deviations of a Poisson number for which there is room
_PART = 8  # nights in a piece of the work


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Course:
    """What the nights of a replay have in common, gate by gate. Times are seconds from the opening.

    Attributes
    ----------
    first
        (G + 1,) int64, where the stretches of each gate begin in the three arrays below.
    begins, ends, people
        (K,) float64, stretches of time, in order for each gate, and who comes in each on average.
    lanes
        (G,) int64.
    service_s
        (G,) float64, mean time of a person in a lane.
    shuts
        (G, 3) float64, see `placement.studies.replay.serving.serve_queue`.
    next_gate, next_walk_s
        (G,) int64 and float64, the gate to which people walk from one that is shut, or −1, and how
        long they walk.
    variation
        Standard deviation of the time in a lane over its mean.
    lognormal
        Whether that time is lognormal in place of gamma.
    shows, counted
        (K,) float64, probability that a person of each stretch comes, and whether so many people
        are expected as are written, see `placement.studies.replay.streams.draw_arrivals`.
    bunch_s
        Seconds between trains, 0 for people who come one by one.
    fails_s
        Mean time from one failure of a lane to the next, infinite where none fails.
    down_s
        How long a lane that failed takes nobody.
    moments
        (T,) float64, when queues are counted.
    """

    first: Ints
    begins: Floats
    ends: Floats
    people: Floats
    shows: Floats
    lanes: Ints
    service_s: Floats
    shuts: Floats
    next_gate: Ints
    next_walk_s: Floats
    variation: float
    lognormal: bool
    counted: bool
    bunch_s: float
    fails_s: float
    down_s: float
    moments: Floats

    def order(self) -> Ints:
        """Return the gates, those from which people walk on to others first."""
        return np.argsort(self.next_gate < 0, kind="stable")

    def room(self) -> int:
        """Return for how many people at one gate and night there must be room."""
        sums = np.add.reduceat(np.append(self.people, 0.0), self.first[:-1])
        sums[np.diff(self.first) == 0] = 0.0
        mean = sums.copy()
        for gate in np.flatnonzero(self.next_gate >= 0).tolist():
            mean[self.next_gate[gate]] += sums[gate]
        most = float(mean.max(initial=0.0))
        return math.ceil(most + _SPREAD * math.sqrt(most)) + 100

    def failures(self) -> int:
        """Return for how many failures of a lane in a night there must be room."""
        if math.isinf(self.fails_s):
            return 0
        mean = float(self.shuts[:, 0].max(initial=0.0)) / self.fails_s
        return math.ceil(mean + _SPREAD * math.sqrt(mean)) + 10


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Nights:
    """What was measured.

    Attributes
    ----------
    figures
        (nights, G, 7) float64, those of `FIGURES`.
    waiting
        (nights, G, T) int32, people in each queue at each moment.
    """

    figures: Floats
    waiting: Ints32

    def of(self, name: str) -> Floats:
        """Return one figure by its name, (nights, G) float64."""
        return np.asarray(self.figures[:, :, FIGURES.index(name)])


def play(
    course: Course,
    *,
    nights: int,
    seed: int,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> Nights:
    """Play nights, which do not depend on each other, on where they are played or on their order.

    Parameters
    ----------
    course
        What is played.
    nights, seed
        How many nights, and the seed of their streams.
    executor
        Where they are played, None for all processors here.
    progress
        Takes the number of nights that are done, now and then.

    Returns
    -------
    Nights
    """
    gates = len(course.lanes)
    figures = np.zeros((nights, gates, len(FIGURES)))
    waiting = np.zeros((nights, gates, len(course.moments)), dtype=np.int32)
    parts = [(first, min(first + _PART, nights), seed) for first in range(0, nights, _PART)]
    played = (executor or Here()).map(_part, course, parts, threads=True)
    for (first, last, _), part in zip(parts, played, strict=True):
        figures[first:last], waiting[first:last] = part
        if progress is not None:
            progress(last)
    return Nights(figures=figures, waiting=waiting)


def _part(course: Course, part: tuple[int, int, int]) -> tuple[Floats, Ints32]:
    """Play some nights, from one to before another, with a seed."""
    first, last, seed = part
    gates = len(course.lanes)
    figures = np.zeros((last - first, gates, len(FIGURES)))
    waiting = np.zeros((last - first, gates, len(course.moments)), dtype=np.int32)
    states = np.array(
        [[stream(seed, night, gate) for gate in range(gates)] for night in range(first, last)]
    )
    _play(
        states, course.order(), course.first, course.begins, course.ends, course.people,
        course.shows, course.lanes, course.service_s, course.shuts, course.next_gate,
        course.next_walk_s, course.variation, course.lognormal, course.counted,
        course.bunch_s, course.fails_s, course.down_s, course.moments, course.failures(),
        np.zeros((5, course.room())), np.zeros((2, gates), np.int64), figures, waiting,
    )  # fmt: skip
    return figures, waiting


@compiled
def _play(  # noqa: C901, PLR0913, PLR0917 - one loop, compiled
    states: Words,
    order: Ints,
    first: Ints,
    begins: Floats,
    ends: Floats,
    people: Floats,
    shows: Floats,
    lanes: Ints,
    service_s: Floats,
    shuts: Floats,
    next_gate: Ints,
    next_walk_s: Floats,
    variation: float,
    lognormal: bool,  # noqa: FBT001
    counted: bool,  # noqa: FBT001
    bunch_s: float,
    fails_s: float,
    down_s: float,
    moments: Floats,
    failures: int,
    room: Floats,
    walking: Ints,
    figures: Floats,
    waiting: Ints32,
) -> None:
    """Play some nights; `room` has five lines to work in, `walking` says who walks on whereto."""
    most = lanes.max()
    free_of = np.zeros(most)
    at_fail_of = np.zeros(most, dtype=np.int64)
    fails_of = np.full((most, failures), math.inf)
    queue = np.zeros(len(moments), dtype=np.int64)
    arrival, service, begin, sent_on, merged = room[0], room[1], room[2], room[3], room[4]
    for night in range(states.shape[0]):
        many = 0  # people who walk on, of all gates
        for gate in order:
            state = states[night, gate]
            warm_up(state)
            free, at_fail = free_of[: lanes[gate]], at_fail_of[: lanes[gate]]
            fails = fails_of[: lanes[gate]]
            at, to = first[gate], first[gate + 1]
            count = draw_arrivals(
                state,
                begins[at:to],
                ends[at:to],
                people[at:to],
                shows[at:to],
                counted,
                bunch_s,
                arrival,
            )
            for source in order:
                if next_gate[source] == gate:
                    count = _merge(
                        arrival, count, sent_on, walking[0, source], walking[1, source], merged
                    )
            for lane in range(lanes[gate]):
                time = 0.0
                for k in range(failures - 1):
                    time += exponential(state) * fails_s
                    fails[lane, k] = time
                    time += down_s
            draw_services(state, count, service_s[gate], variation, lognormal, service)
            serve_queue(count, arrival, service, shuts[gate], fails, down_s, free, at_fail, begin)
            measure_queue(
                count, arrival, service, begin, shuts[gate], moments, queue, figures[night, gate]
            )
            for k in range(len(moments)):
                waiting[night, gate, k] = queue[k]
            if next_gate[gate] >= 0:
                walking[0, gate] = many
                for n in range(count):
                    if begin[n] == SENT_ON and many < len(sent_on):
                        leaves = max(arrival[n], shuts[gate, 1])
                        sent_on[many] = leaves + next_walk_s[gate]
                        many += 1
                walking[1, gate] = many


@compiled
def _merge(
    arrival: Floats, count: int, others: Floats, start: int, end: int, merged: Floats
) -> int:
    """Put people who come from another gate among those who come, in order of time."""
    n, other, total = 0, start, 0
    while (n < count or other < end) and total < len(merged):
        if other >= end or (n < count and arrival[n] <= others[other]):
            merged[total] = arrival[n]
            n += 1
        else:
            merged[total] = others[other]
            other += 1
        total += 1
    for k in range(total):
        arrival[k] = merged[k]
    return total
