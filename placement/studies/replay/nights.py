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
    uniform,
    warm_up,
)

FIGURES = ("came", "screened", "outside", "sent_on", "longest_wait_s", "waits_s", "longest_queue")
"""What is measured of each night and gate, in this order."""

_SPREAD = 12.0  # standard deviations of a Poisson number for which there is room
_PART = 8  # nights in a piece of the work


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ways:
    """Ways of people through the gates of rings, one gate of each, from the outside in.

    Attributes
    ----------
    gates
        (W, P) int64, the gates of each way in order, −1 beyond its last; ways with the same first
        gate stand together, in the order of these gates. A gate stands in one column only.
    slow
        (W,) int64, 1 for people who walk without steps, else 0.
    walk_s
        (2, G, G) float64, walks from gates of each ring to those of the next one inward, of people
        who walk as usual and of those who walk without steps; infinite where there is none.
    """

    gates: Ints
    slow: Ints
    walk_s: Floats

    def starts(self) -> Ints:
        """Return (G + 1,) int64, where the ways begin that have each gate for their first."""
        return np.searchsorted(self.gates[:, 0], np.arange(self.walk_s.shape[1] + 1))

    def level(self) -> Ints:
        """Return (G,) int64, the column in which each gate stands, 0 where it is on no way."""
        level = np.zeros(self.walk_s.shape[1], dtype=np.int64)
        for column in range(self.gates.shape[1]):
            there = self.gates[:, column]
            level[there[there >= 0]] = column
        return level


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Course:
    """What the nights of a replay have in common, gate by gate. Times are seconds from the opening.

    Attributes
    ----------
    first
        (G + 1,) int64, where the stretches of each gate begin in the three arrays below; with ways,
        (W + 1,), where those of each way begin.
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
    ways
        How people go on from gate to gate; None where everybody passes one gate, the one of their
        stretch.
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
    ways: Ways | None = None

    def passed(self) -> Ways:
        """Return the ways of people; each gate is one where everybody passes one gate."""
        gates = len(self.lanes)
        return self.ways or Ways(
            gates=np.arange(gates)[:, None],
            slow=np.zeros(gates, dtype=np.int64),
            walk_s=np.zeros((2, gates, gates)),
        )

    def order(self) -> Ints:
        """Return the gates from the outside in, in a ring those first from which people walk on."""
        return np.lexsort((self.next_gate < 0, self.passed().level()))

    def room(self) -> int:
        """Return for how many people at one gate and night there must be room."""
        sums = np.add.reduceat(np.append(self.people, 0.0), self.first[:-1])
        sums[np.diff(self.first) == 0] = 0.0
        mean = np.zeros(len(self.lanes))
        for column in self.passed().gates.T:
            np.add.at(mean, column[column >= 0], sums[column >= 0])
        alone = mean.copy()
        for gate in np.flatnonzero(self.next_gate >= 0).tolist():
            mean[self.next_gate[gate]] += alone[gate]
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
    ways, room = course.passed(), course.room()
    _play(
        states, course.order(), ways.gates, ways.slow, ways.walk_s, ways.starts(),
        ways.level(), course.first, course.begins, course.ends, course.people,
        course.shows, course.lanes, course.service_s, course.shuts, course.next_gate,
        course.next_walk_s, course.variation, course.lognormal, course.counted,
        course.bunch_s, course.fails_s, course.down_s, course.moments, course.failures(),
        np.zeros((3, room)), np.zeros(room, np.int64), np.zeros((gates, room)),
        np.zeros((gates, room), np.int64), figures, waiting,
    )  # fmt: skip
    return figures, waiting


@compiled
def _play(  # noqa: C901, PLR0913, PLR0917 - one loop, compiled
    states: Words,
    order: Ints,
    path: Ints,
    slow: Ints,
    walk_s: Floats,
    ways_of: Ints,
    level: Ints,
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
    way: Ints,
    due: Floats,
    due_way: Ints,
    figures: Floats,
    waiting: Ints32,
) -> None:
    """Play some nights.

    `room` and `way` are worked in: when people come to a gate, how long they take, when they begin,
    and the way of each; `due` and `due_way` hold who comes to each gate from another one.
    """
    most = lanes.max()
    free_of = np.zeros(most)
    at_fail_of = np.zeros(most, dtype=np.int64)
    fails_of = np.full((most, failures), math.inf)
    queue = np.zeros(len(moments), dtype=np.int64)
    expected = np.zeros(len(lanes), dtype=np.int64)
    arrival, service, begin = room[0], room[1], room[2]
    for night in range(states.shape[0]):
        expected[:] = 0
        for gate in order:
            state = states[night, gate]
            warm_up(state)
            free, at_fail = free_of[: lanes[gate]], at_fail_of[: lanes[gate]]
            fails = fails_of[: lanes[gate]]
            phase = uniform(state) * bunch_s if bunch_s > 0.0 else 0.0
            count, sources = 0, 0
            for one in range(ways_of[gate], ways_of[gate + 1]):
                at, to = first[one], first[one + 1]
                came = draw_arrivals(
                    state,
                    begins[at:to],
                    ends[at:to],
                    people[at:to],
                    shows[at:to],
                    counted,
                    bunch_s,
                    phase,
                    arrival[count:],
                )
                way[count : count + came] = one
                count += came
                sources += 1
            if expected[gate] > 0 or sources > 1:
                count = _merge(arrival, way, count, due[gate], due_way[gate], expected[gate])
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
            inward = level[gate] + 1
            ends_here = next_gate[gate] < 0 and inward == path.shape[1]
            for n in range(0 if ends_here else count):
                if begin[n] == SENT_ON:
                    onward = next_gate[gate]
                    comes = max(arrival[n], shuts[gate, 1]) + next_walk_s[gate]
                else:
                    # who is not through when lanes close stays outside of this gate
                    through = begin[n] + service[n] <= shuts[gate, 0]
                    onward = path[way[n], inward] if through and inward < path.shape[1] else -1
                    comes = begin[n] + service[n]
                    if onward >= 0:
                        comes += walk_s[slow[way[n]], gate, onward]
                if onward >= 0 and expected[onward] < due.shape[1]:
                    due[onward, expected[onward]] = comes
                    due_way[onward, expected[onward]] = way[n]
                    expected[onward] += 1


@compiled
def _merge(
    arrival: Floats, way: Ints, count: int, others: Floats, their_way: Ints, many: int
) -> int:
    """Put people who come from other gates among those who come, and all in order of time."""
    total = min(count + many, len(arrival))
    for k in range(count, total):
        arrival[k] = others[k - count]
        way[k] = their_way[k - count]
    order = np.argsort(arrival[:total], kind="mergesort")  # equal times keep their order
    arrival[:total] = arrival[:total][order]
    way[:total] = way[:total][order]
    return total
