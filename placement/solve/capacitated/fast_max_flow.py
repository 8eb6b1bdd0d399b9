"""How many people the open gates admit, computed from scratch in a fraction of a millisecond.

Rows of people with the same open gates in reach are one: some tens of open gates leave some
hundreds of kinds of rows out of thousands, and maximum flows on those are a matter of microseconds.
Where the queue is cut into layers (`max_flow_cuts.networks`), each layer's flow goes
on from the one before, whose gates are narrower.
"""

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.compiled import part_of_compiled

EPS = 1e-7
"""Tolerance, in people, below which a flow counts as zero."""


@part_of_compiled
def _kinds(  # noqa: PLR0917 - compiled functions take no keywords
    by_gate: Ints, rows: Ints, rank: Ints, words: Ints, is_open: Bools, of: Ints
) -> int:
    """Write the kind of each row, (R,), into `of`: same open gates and same rank; count kinds."""
    size = len(of)
    mark = np.empty(size, dtype=np.int64)
    gates = len(is_open)
    for row in range(size):
        mark[row] = words[gates + rank[row]]
    for g in range(gates):
        if is_open[g]:
            for p in range(by_gate[g], by_gate[g + 1]):
                mark[rows[p]] ^= words[g]
    slots = 16
    while slots < 2 * size:
        slots *= 2
    mask = slots - 1
    table = np.full(slots, -1, dtype=np.int64)
    first = np.empty(size, dtype=np.int64)
    count = 0
    for row in range(size):
        slot = mark[row] & mask
        while table[slot] >= 0 and mark[first[table[slot]]] != mark[row]:
            slot = (slot + 1) & mask
        if table[slot] < 0:
            table[slot] = count
            first[count] = row
            count += 1
        of[row] = table[slot]
    return count


@part_of_compiled
def admit(  # noqa: C901, PLR0912, PLR0915, PLR0917 - one flow, kept in one loop for speed
    indptr: Ints,
    gates: Ints,
    by_gate: Ints,
    rows: Ints,
    rank: Ints,
    words: Ints,
    people: Floats,
    worth: Floats,
    share: Floats,
    ratio: Floats,
    each: Floats,
    is_open: Bools,
    lanes: Ints,
    load: Floats,
    dead: Bools,
) -> float:
    """Admit as many people as possible in every layer, the most worthy first.

    Parameters
    ----------
    indptr, gates
        Gates of each row; `by_gate`, `rows` are the rows of each gate.
    rank
        (R,) int64, rows of equal worth have the same rank, 0 the most worthy.
    words
        (J + ranks,) random words.
    people
        (R,) float64.
    worth
        (ranks,) float64, of one person.
    share, ratio
        (layers,) float64, what people count in each layer, and its capacity of a lane as a multiple
        of the lane's, ascending.
    each
        (J,) float64, people a lane admits.
    is_open, lanes
        (J,) the plan.
    load
        (layers, J) float64, written: people who pass each gate.
    dead
        (layers, R) bool, written: people whom more room at any gate in their reach could help.

    Returns
    -------
    float
        What the admitted people are worth.
    """
    size, n_gates = len(people), len(each)
    of = np.empty(size, dtype=np.int64)
    count = _kinds(by_gate, rows, rank, words, is_open, of)
    left = np.zeros(count)
    one = np.full(count, -1, dtype=np.int64)
    for row in range(size):
        left[of[row]] += people[row]
        if one[of[row]] < 0:
            one[of[row]] = row
    # arcs from kinds to gates, and back
    start = np.zeros(count + 1, dtype=np.int64)
    for n in range(count):
        start[n + 1] = start[n]
        for e in range(indptr[one[n]], indptr[one[n] + 1]):
            if is_open[gates[e]]:
                start[n + 1] += 1
    arcs = start[count]
    head = np.empty(arcs, dtype=np.int64)
    tail = np.empty(arcs, dtype=np.int64)
    back = np.zeros(n_gates + 1, dtype=np.int64)
    at = 0
    for n in range(count):
        for e in range(indptr[one[n]], indptr[one[n] + 1]):
            if is_open[gates[e]]:
                head[at] = gates[e]
                tail[at] = n
                back[gates[e] + 1] += 1
                at += 1
    for g in range(n_gates):
        back[g + 1] += back[g]
    place = back[:n_gates].copy()
    into = np.empty(arcs, dtype=np.int64)
    for a in range(arcs):
        into[place[head[a]]] = a
        place[head[a]] += 1
    flow = np.zeros(arcs)
    used = np.zeros(n_gates)
    seen_kind = np.full(count, -1, dtype=np.int64)
    seen_gate = np.full(n_gates, -1, dtype=np.int64)
    to_gate = np.empty(n_gates, dtype=np.int64)
    to_kind = np.empty(count, dtype=np.int64)
    queue = np.empty(count, dtype=np.int64)
    stamp = 0
    total = 0.0
    ranks = len(worth)
    for k in range(len(share)):
        kind_dead = np.zeros(count, dtype=np.bool_)
        gate_dead = np.zeros(n_gates, dtype=np.bool_)
        for r in range(ranks):
            for first in range(count):
                if rank[one[first]] != r:
                    continue
                while left[first] > EPS and not kind_dead[first]:
                    stamp += 1
                    queue[0] = first
                    seen_kind[first] = stamp
                    to_kind[first] = -1
                    ahead, behind, end = 0, 1, -1
                    while ahead < behind and end < 0:
                        n = queue[ahead]
                        ahead += 1
                        for a in range(start[n], start[n + 1]):
                            g = head[a]
                            if gate_dead[g] or seen_gate[g] == stamp:
                                continue
                            seen_gate[g] = stamp
                            to_gate[g] = a
                            if lanes[g] * each[g] * ratio[k] - used[g] > EPS:
                                end = g
                                break
                            for p in range(back[g], back[g + 1]):
                                b = into[p]
                                if seen_kind[tail[b]] != stamp and flow[b] > EPS:
                                    seen_kind[tail[b]] = stamp
                                    to_kind[tail[b]] = b
                                    queue[behind] = tail[b]
                                    behind += 1
                    if end < 0:
                        for n in range(behind):
                            kind_dead[queue[n]] = True
                            for a in range(start[queue[n]], start[queue[n] + 1]):
                                gate_dead[head[a]] = True
                        break
                    amount = min(left[first], lanes[end] * each[end] * ratio[k] - used[end])
                    g = end
                    while to_kind[tail[to_gate[g]]] >= 0:
                        b = to_kind[tail[to_gate[g]]]
                        amount = min(amount, flow[b])
                        g = head[b]
                    used[end] += amount
                    left[first] -= amount
                    g = end
                    while True:
                        a = to_gate[g]
                        flow[a] += amount
                        b = to_kind[tail[a]]
                        if b < 0:
                            break
                        flow[b] -= amount
                        g = head[b]
        lost = 0.0
        for n in range(count):
            lost += left[n] * worth[rank[one[n]]]
        total -= share[k] * lost
        for g in range(n_gates):
            load[k, g] = used[g]
        for row in range(size):
            dead[k, row] = kind_dead[of[row]]
    every = 0.0
    for row in range(size):
        every += people[row] * worth[rank[row]]
    for k in range(len(share)):
        total += share[k] * every
    return total
