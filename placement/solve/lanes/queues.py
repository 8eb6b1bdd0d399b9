"""After the choice: who goes to which gate, how long people wait there, and when queues clear.

The queue is a fluid: people arrive evenly within a period, lanes admit them at a steady rate, first
come first served. People are directed to gates; who could not be admitted is not sent.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array

from placement.cover.instance import Instance
from placement.cover.lanes import Lanes

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

_ROUNDING = 1e-6  # people


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Split:
    """How the people of each row are sent to open gates.

    Attributes
    ----------
    row, column, period
        (n,) int64, in this order of sorting.
    people
        (n,) float64, > 0.
    walk
        Total walk, in people times the unit of the walks.
    """

    row: Ints
    column: Ints
    period: Ints
    people: Floats
    walk: float


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


def split(
    instance: Instance,
    lanes: Lanes,
    *,
    chosen: Ints,
    count: Ints,
    admitted: Floats,
    walk: csr_array,
) -> Split:
    """Send the admitted people to gates with the least walk in all.

    Minimises Σ walk_rj · x_rjt with Σ_jt x_rjt = admitted_r, Σ_j x_rjt ≤ people_r · share_rt, and
    for each gate and each run of periods s … e: who arrives in the run can be admitted before
    their waiting ends, Σ_{t = s … e} x ≤ capacity · (periods from s to e + carry) / P. For runs of
    periods with such nested deadlines this is Hall's condition, so first come first served keeps
    everybody's limit.

    Parameters
    ----------
    instance, lanes
        What is asked.
    chosen, count, admitted
        Open columns, (C,) lanes and (R,) people, as `solve_lanes` returns them.
    walk
        (R, C) sparse: walk of a row to a gate; walks that are not stored count as 0.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        If the gates cannot admit these people.
    """
    is_open = np.zeros(instance.columns, dtype=np.bool_)
    is_open[chosen] = True
    row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
    kept = (lanes.people[row] > 0) & is_open[instance.indices] & (admitted[row] > _ROUNDING)
    row, column = row[kept], instance.indices[kept]
    arrivals = lanes.arrivals
    periods = arrivals.periods
    x_row = np.repeat(row, periods)
    x_column = np.repeat(column, periods)
    x_period = np.tile(np.arange(periods), len(row))
    size = len(x_row)
    if size == 0:
        none = np.zeros(0, dtype=np.int64)
        return Split(row=none, column=none, period=none, people=np.zeros(0), walk=0.0)
    price = np.asarray(walk.tocsr()[x_row, x_column], dtype=np.float64).ravel()
    come = lanes.people[x_row] * arrivals.shares[lanes.profile[x_row], x_period]
    # constraints as (number, variable, sign) and right-hand sides
    rows_there, at_row = np.unique(x_row, return_inverse=True)
    cells, at_cell = np.unique(x_row * periods + x_period, return_inverse=True)
    gates, at_gate = np.unique(x_column, return_inverse=True)
    most_cell = np.zeros(len(cells))
    most_cell[at_cell] = come
    number = [at_row, len(rows_there) + at_cell]
    variable = [np.arange(size), np.arange(size)]
    sign = [-np.ones(size), np.ones(size)]
    most = [-(admitted[rows_there] - _ROUNDING), most_cell]
    lines = len(rows_there) + len(cells)
    capacity = lanes.lane_people[gates] * count[gates]
    for start in range(periods):
        for end in range(start, periods):
            inside = np.flatnonzero((x_period >= start) & (x_period <= end))
            reach = min(end + arrivals.carry, periods - 1) - start + 1
            number.append(lines + at_gate[inside])
            variable.append(inside)
            sign.append(np.ones(len(inside)))
            most.append(capacity * reach / periods)
            lines += len(gates)
    matrix = coo_array(
        (np.concatenate(sign), (np.concatenate(number), np.concatenate(variable))),
        shape=(lines, size),
    )
    answer = linprog(
        price, A_ub=matrix.tocsr(), b_ub=np.concatenate(most), bounds=(0, None), method="highs"
    )
    if answer.x is None or not answer.success:
        raise ValueError("these gates cannot admit these people")
    sent = np.flatnonzero(answer.x > _ROUNDING)
    order = sent[np.lexsort((x_period[sent], x_column[sent], x_row[sent]))]
    people = answer.x[order]
    return Split(
        row=x_row[order],
        column=x_column[order],
        period=x_period[order],
        people=people,
        walk=float(price[order] @ people),
    )


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

    Returns
    -------
    Queue

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
