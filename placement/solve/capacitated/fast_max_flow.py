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

_BITS = 62  # of a word of a set: whole numbers stay positive
_FULL = (1 << _BITS) - 1
_PRIME = 67  # powers of two up to 2^65 all leave different rests
_PLACE = np.zeros(_PRIME, dtype=np.int64)  # which power of two leaves a rest
_PLACE[[pow(2, n, _PRIME) for n in range(_BITS)]] = np.arange(_BITS)


@part_of_compiled
def _kinds(by_gate: Ints, rows: Ints, rank: Ints, words: Ints, is_open: Bools, of: Ints) -> int:
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
def _arcs(
    indptr: Ints, gates: Ints, one: Ints, is_open: Bools, opened: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return the arcs from kinds to open gates.

    Parameters
    ----------
    indptr, gates
        Gates of each row.
    one
        (kinds,) int64, a row of each kind.
    is_open, opened
        Open gates, as (J,) bool and as a list.

    Returns
    -------
    start, head
        Open gates of each kind, ``head[start[n]:start[n + 1]]``, by their number in the list.
    ways
        (kinds, any) int64, the same as sets: bit b of word w is the gate 62 w + b.
    """
    number = np.empty(len(is_open), dtype=np.int64)
    for h in range(len(opened)):
        number[opened[h]] = h
    count = len(one)
    start = np.zeros(count + 1, dtype=np.int64)
    for n in range(count):
        start[n + 1] = start[n]
        for e in range(indptr[one[n]], indptr[one[n] + 1]):
            if is_open[gates[e]]:
                start[n + 1] += 1
    head = np.empty(start[count], dtype=np.int64)
    ways = np.zeros((count, len(opened) // _BITS + 1), dtype=np.int64)
    at = 0
    for n in range(count):
        for e in range(indptr[one[n]], indptr[one[n] + 1]):
            if is_open[gates[e]]:
                h = number[gates[e]]
                head[at] = h
                ways[n, h // _BITS] |= 1 << h % _BITS
                at += 1
    return start, head, ways


@part_of_compiled
def _arc(start: Ints, head: Ints, kind: int, gate: int) -> int:
    """Return the position of the arc from a kind to a gate."""
    a = start[kind]
    while head[a] != gate:
        a += 1
    return int(a)


@part_of_compiled
def admit(  # noqa: C901, PLR0912, PLR0915, PLR0913, PLR0917 - one flow, kept in one loop for speed
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
    size = len(people)
    of = np.empty(size, dtype=np.int64)
    count = _kinds(by_gate, rows, rank, words, is_open, of)
    left = np.zeros(count)
    one = np.full(count, -1, dtype=np.int64)
    for row in range(size):
        left[of[row]] += people[row]
        if one[of[row]] < 0:
            one[of[row]] = row
    opened = np.flatnonzero(is_open)
    start, head, ways = _arcs(indptr, gates, one, is_open, opened)
    flow = np.zeros(len(head))
    room = np.zeros(len(opened))
    used = np.zeros(len(opened))
    # sets of gates and of kinds, a bit for each: of most it is known at once that none is new
    gate_sets, kind_sets = ways.shape[1], count // _BITS + 1
    holds = np.zeros((len(opened), kind_sets), dtype=np.int64)  # kinds that send people there
    alive = np.empty(gate_sets, dtype=np.int64)
    new_gates = np.empty(gate_sets, dtype=np.int64)
    new_kinds = np.empty(kind_sets, dtype=np.int64)
    to_gate = np.empty(len(opened), dtype=np.int64)
    to_kind = np.empty(count, dtype=np.int64)
    queue = np.empty(count, dtype=np.int64)
    kind_dead = np.empty(count, dtype=np.bool_)
    total = 0.0
    for k in range(len(share)):
        kind_dead[:] = False
        alive[:] = _FULL
        for h in range(len(opened)):
            room[h] = lanes[opened[h]] * each[opened[h]] * ratio[k]
        for r in range(len(worth)):
            for first in range(count):
                if rank[one[first]] != r:
                    continue
                while left[first] > EPS and not kind_dead[first]:
                    new_gates[:] = alive
                    new_kinds[:] = _FULL
                    new_kinds[first // _BITS] ^= 1 << first % _BITS
                    queue[0] = first
                    ahead, behind, end = 0, 1, -1
                    while ahead < behind and end < 0:
                        n = queue[ahead]
                        ahead += 1
                        for w in range(gate_sets):
                            others = ways[n, w] & new_gates[w]
                            while others and end < 0:
                                bit = others & -others
                                others ^= bit
                                new_gates[w] ^= bit
                                h = w * _BITS + _PLACE[bit % _PRIME]
                                to_gate[h] = n
                                if room[h] - used[h] > EPS:
                                    end = h
                                    break
                                for v in range(kind_sets):
                                    more = holds[h, v] & new_kinds[v]
                                    new_kinds[v] ^= more
                                    while more:
                                        bit = more & -more
                                        more ^= bit
                                        m = v * _BITS + _PLACE[bit % _PRIME]
                                        to_kind[m] = h
                                        queue[behind] = m
                                        behind += 1
                    if end < 0:
                        for n in range(behind):
                            kind_dead[queue[n]] = True
                            for w in range(gate_sets):
                                alive[w] &= ~ways[queue[n], w]
                        break
                    amount = min(left[first], room[end] - used[end])
                    n = to_gate[end]
                    while n != first:
                        amount = min(amount, flow[_arc(start, head, n, to_kind[n])])
                        n = to_gate[to_kind[n]]
                    used[end] += amount
                    left[first] -= amount
                    h = end
                    while True:
                        n = to_gate[h]
                        a = _arc(start, head, n, h)
                        flow[a] += amount
                        if flow[a] > EPS:
                            holds[h, n // _BITS] |= 1 << n % _BITS
                        if n == first:
                            break
                        h = to_kind[n]
                        a = _arc(start, head, n, h)
                        flow[a] -= amount
                        if flow[a] <= EPS:
                            holds[h, n // _BITS] &= ~(1 << n % _BITS)
        lost = 0.0
        for n in range(count):
            lost += left[n] * worth[rank[one[n]]]
        total -= share[k] * lost
        load[k, :] = 0.0
        for h in range(len(opened)):
            load[k, opened[h]] = used[h]
        for row in range(size):
            dead[k, row] = kind_dead[of[row]]
    every = 0.0
    for row in range(size):
        every += people[row] * worth[rank[row]]
    for k in range(len(share)):
        total += share[k] * every
    return total


def pointers(lengths: Ints) -> Ints:
    """Return where lists of these lengths begin, one after another, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
