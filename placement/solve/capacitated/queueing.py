"""After the choice: how long people wait at the gates they are sent to, and when queues clear.

The queue is a fluid: people arrive evenly within a period, lanes admit them at a steady rate, first
come first served. People are directed to gates; who could not be admitted is not sent.
"""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Queue:
    """The fluid queue of one gate.

    Attributes
    ----------
    arriving, admitted
        (P,) float64, people of each period.
    waiting
        (P + 1,) float64, people in the queue at the start of each period and at the window's end.
    longest_wait
        As a share of the window, as are the times below: times its length gives seconds.
    spells
        (n, 2) float64, when each queue begins and when it has cleared, from the window's start.
    """

    arriving: Floats
    admitted: Floats
    waiting: Floats
    longest_wait: float
    spells: Floats


def queue(arriving: Floats, capacity: float, *, dust: float = 0.0) -> Queue:
    """Run the fluid queue of one gate through its window.

    Parameters
    ----------
    arriving
        (P,) float64 ≥ 0, people who arrive in each of P equal periods, evenly.
    capacity
        People the gate can admit in the whole window, > 0 if anybody arrives.
    dust
        People who are no queue yet: what rounding leaves.

    Raises
    ------
    ValueError
        If people arrive at a gate without lanes.
    """
    periods = len(arriving)
    if capacity <= 0:
        if float(arriving.sum()) > 0:
            raise ValueError("people arrive at a gate without lanes")
        empty = np.zeros(periods)
        return Queue(
            arriving=arriving,
            admitted=empty,
            waiting=np.zeros(periods + 1),
            longest_wait=0.0,
            spells=np.zeros((0, 2)),
        )
    each = capacity / periods
    waiting = np.zeros(periods + 1)
    admitted = np.zeros(periods)
    spells: list[tuple[float, float]] = []
    since = -1.0  # when the queue that stands now began
    for t, people in enumerate(arriving):
        before = waiting[t]
        after = before + float(people) - each
        tolerance = max(dust, 1e-9 * max(1.0, capacity))
        if before <= tolerance and after > tolerance:
            since = t / periods
        if after <= tolerance and before > tolerance:
            # falls by each − people over the period, and clears within it
            spells.append((since, (t + before / (each - float(people))) / periods))
        waiting[t + 1] = after if after > tolerance else 0.0
        admitted[t] = before + float(people) - waiting[t + 1]
    if waiting[-1] > 0:
        spells.append((since, 1.0 + waiting[-1] / capacity))
    # the queue is longest where a period ends or begins; who comes then waits for it to be served
    comes = arriving > 0
    longest = max(
        float(waiting[1:][comes].max(initial=0.0)), float(waiting[:-1][comes].max(initial=0.0))
    )
    return Queue(
        arriving=arriving,
        admitted=admitted,
        waiting=waiting,
        longest_wait=longest / capacity,
        spells=np.array(spells, dtype=np.float64).reshape(-1, 2),
    )
