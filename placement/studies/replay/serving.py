"""One gate on one night: first come first served by lanes that open, fail, close and shut."""

import math

from placement.arrays import Floats, Ints
from placement.compiled import compiled, part_of_compiled

SENT_ON = -1.0
"""Begin of the screening of a person who walks on to another gate."""


@part_of_compiled
def serve_queue(  # noqa: C901 - one loop, compiled
    count: int,
    arrival: Floats,
    service: Floats,
    shuts: Floats,
    fails: Floats,
    down_s: float,
    free: Floats,
    at_fail: Ints,
    begin: Floats,
) -> None:
    """Say when the screening of each person begins.

    Times are seconds from the moment lanes open. Of lanes that are free equally early the first is
    taken. A lane that fails lets the person in it through, then takes nobody until it is repaired.
    While a gate is shut, who queues and who comes walks on to another gate.

    Parameters
    ----------
    count
        How many people come.
    arrival, service
        (≥ count,) float64, when they come, in order, and how long each takes.
    shuts
        (3,) float64, when the gate closes for the night, when it is shut before that, and when it
        opens again; infinite where it is never shut.
    fails
        (lanes, f) float64, when each lane fails, in order, infinite once it does not fail any more.
    down_s
        How long a lane that failed takes nobody.
    free, at_fail
        (lanes,), worked in.
    begin
        (≥ count,) float64, written to: infinite for who is left outside, `SENT_ON` for who walks
        to another gate.
    """
    lanes = len(free)
    closes, shut, again = shuts[0], shuts[1], shuts[2]
    for lane in range(lanes):
        free[lane] = 0.0
        at_fail[lane] = 0
    reopened = False
    for n in range(count):
        comes = arrival[n]
        if shut <= comes < again:
            begin[n] = SENT_ON
            continue
        if comes >= again and not reopened:
            reopened = True
            for lane in range(lanes):
                free[lane] = max(free[lane], again)
        first = 0
        earliest = math.inf
        for lane in range(lanes):
            if fails.shape[1] > 0:
                k = at_fail[lane]
                while fails[lane, k] <= max(comes, free[lane]):
                    free[lane] = max(free[lane], fails[lane, k] + down_s)
                    k += 1
                at_fail[lane] = k
            if free[lane] < earliest:
                earliest = free[lane]
                first = lane
        starts = max(comes, earliest)
        if comes < shut <= starts:
            begin[n] = SENT_ON
        elif starts >= closes:
            begin[n] = math.inf
        else:
            begin[n] = starts
            free[first] = starts + service[n]


@part_of_compiled
def measure_queue(
    count: int,
    arrival: Floats,
    service: Floats,
    begin: Floats,
    shuts: Floats,
    moments: Floats,
    waiting: Ints,
    figures: Floats,
) -> None:
    """Measure a night from who came when and whose screening began when.

    Parameters
    ----------
    count, arrival, service, begin, shuts
        As for `serve_queue`.
    moments
        (T,) float64, seconds in order, at which the queue is counted.
    waiting
        (T,), written to: people in the queue.
    figures
        (7,) float64, written to: people who came, who were through a lane when the gate closed, who
        were not, and who walked on; the longest wait and the sum of waits, s, who is left outside
        having waited until the gate closed; the longest queue, people.
    """
    for k in range(7):
        figures[k] = 0.0
    figures[0] = count
    closes, shut = shuts[0], shuts[1]
    gone = 0
    left = 0
    at = 0
    for n in range(count + 1):
        comes = arrival[n] if n < count else math.inf
        # the queue at moments before this person comes
        while at < len(moments) and moments[at] < comes:
            while left < n and _leaves(arrival[left], begin[left], shut) <= moments[at]:
                left += 1
            waiting[at] = n - left
            at += 1
        if n == count:
            break
        while gone <= n and _leaves(arrival[gone], begin[gone], shut) <= comes:
            gone += 1
        if comes < closes:
            figures[6] = max(figures[6], n + 1 - gone)
        if begin[n] == SENT_ON:
            figures[3] += 1.0
            waited = max(shut - comes, 0.0)
        elif begin[n] == math.inf:
            figures[2] += 1.0
            waited = max(closes - comes, 0.0)
        else:
            through = begin[n] + service[n] <= closes
            figures[1 if through else 2] += 1.0
            waited = begin[n] - comes
        figures[4] = max(figures[4], waited)
        figures[5] += waited


@part_of_compiled
def _leaves(arrival: float, begin: float, shut: float) -> float:
    """Return when a person is not in the queue any more."""
    return max(arrival, shut) if begin == SENT_ON else begin


@compiled
def serve(
    arrival: Floats,
    service: Floats,
    shuts: Floats,
    fails: Floats,
    down_s: float,
    free: Floats,
    at_fail: Ints,
    begin: Floats,
) -> None:
    """Say when the screening of each person begins; parameters as for `serve_queue`."""
    serve_queue(len(arrival), arrival, service, shuts, fails, down_s, free, at_fail, begin)
