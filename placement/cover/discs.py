"""Straight-line cover by chunks: which discs a point lies in, at a few nanoseconds a point.

The plane is cut into squares, finer where circles are dense. A square knows which discs cover it
whole and which circles may cross it, so a point is tested against these few only, and its weight
goes straight to the counter of (square, discs of the few it lies in). Rows of sites are written
out once a counter, at the end, and merged by `Tally`.

A point is covered where ``dx·dx + dy·dy ≤ r·r`` in double precision, the circle included; squares
are judged with a margin for rounding, so the outcome is that of testing every disc.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from placement.arrays import Floats, Ints32
from placement.compiled import compiled
from placement.cover.aggregate import Tally, add_to
from placement.cover.points import Chunk, refuse_point
from placement.cover.squares import DEPTH, Squares, cut_squares, write_rows

POINTS_AT_ONCE = 1 << 15
"""Points a thread takes in one go: what bounds the memory beside the caller's chunk."""

_WORTH_A_THREAD = 1 << 17
_ROWS_AT_ONCE = 1 << 12
_BLOCK = 1024
_EXACT = 2.0**53
_NOTHING = np.zeros(0, dtype=np.int64)
_NOWHERE = np.zeros((0, 2))


class _Counters:
    """What one thread has seen.

    As long as all weights are whole and their sum stays below 2⁵³, plain sums are exact; from
    then on every sum carries its rounding error along.
    """

    def __init__(self, squares: Squares) -> None:
        self.sums = np.zeros((2, squares.slots))
        self.outside = np.zeros(2)
        self.points = 0
        self.tally = Tally()
        self.late = np.empty((2, POINTS_AT_ONCE), dtype=np.int32)
        self.whole = 0.0


def tally_discs(
    discs: tuple[Floats, Floats],
    chunks: Iterable[Chunk],
    points: int | None = None,
    *,
    threads: int = 1,
) -> Tally:
    """Count points by the set of discs they lie in.

    Parameters
    ----------
    discs
        (N, 2) and (N,) float64, centres and radii in metres; validated by the caller.
    chunks
        Points with their weights, each chunk done before the next is asked for.
    points
        How many points there will be, if known: it says how fine the squares should be.
    threads
        Threads that share a chunk.

    Returns
    -------
    Tally
        Distinct rows with their weights; points outside all discs in its total only.

    Raises
    ------
    InputError
        If a weight is negative, or a weight or a coordinate is not finite.
    """
    squares = cut_squares(*discs, points=points)
    workers = [_Counters(squares) for _ in range(threads)]
    before = 0
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for chunk in chunks:
            count = len(chunk.xy)
            if threads == 1 or count < _WORTH_A_THREAD:
                _count(squares, workers[0], chunk, (0, count), before)
            else:
                cuts = np.linspace(0, count, threads + 1).astype(np.int64).tolist()
                tasks = [
                    pool.submit(_count, squares, worker, chunk, span, before)
                    for worker, span in zip(workers, pairwise(cuts), strict=True)
                ]
                for task in tasks:
                    task.result()
            before += count
    tally = workers[0].tally
    for other in workers[1:]:
        tally.merge(other.tally)
        _add_pairs(workers[0].sums, other.sums)
    _tally_slots(squares, workers[0].sums, tally)
    for worker in workers:
        tally.add_total(float(worker.outside[0]), float(worker.outside[1]), points=worker.points)
    return tally


def _count(
    squares: Squares, worker: _Counters, chunk: Chunk, span: tuple[int, int], before: int
) -> None:
    """Count a span of a chunk that begins with point number `before`."""
    for begin in range(*span, POINTS_AT_ONCE):
        end = min(begin + POINTS_AT_ONCE, span[1])
        xy = np.ascontiguousarray(chunk.xy[begin:end], dtype=np.float64)
        weight = (
            np.ones(end - begin)
            if chunk.weight is None
            else np.ascontiguousarray(chunk.weight[begin:end], dtype=np.float64)
        )
        wrong, whole = _judged(weight)
        worker.whole += whole
        found = 0
        if wrong < 0:
            found, wrong = _count_points(
                xy,
                weight,
                worker.whole <= _EXACT,
                squares.disc,
                squares.origin,
                squares.scale,
                squares.bits,
                squares.table,
                squares.child,
                squares.leaf,
                squares.cross,
                (worker.sums, worker.outside, worker.late),
            )
        if wrong >= 0:
            refuse_point(xy, weight, wrong, number=before + begin + wrong)
        worker.points += end - begin - found
        for some in range(0, found, _ROWS_AT_ONCE):
            late, leaves = worker.late[:, some : min(some + _ROWS_AT_ONCE, found)]
            starts, entries = write_rows(squares, leaves.copy(), _NOTHING, xy[late])
            worker.tally.add(starts, entries, weight[late])


def _tally_slots(squares: Squares, sums: Floats, tally: Tally) -> None:
    """Write out the row of every counter that counted something, and merge equal ones."""
    used = np.flatnonzero(sums[0] > 0)
    counted = np.flatnonzero(squares.leaf[:, 1] >= 0).astype(np.int32)
    firsts = squares.leaf[counted, 1]
    for some in range(0, len(used), _ROWS_AT_ONCE):
        these = used[some : some + _ROWS_AT_ONCE]
        position = np.searchsorted(firsts, these, side="right") - 1
        starts, entries = write_rows(squares, counted[position], these - firsts[position], _NOWHERE)
        tally.add_sums(starts, entries, sums[:, these].T)


@compiled
def _judged(weight: Floats) -> tuple[int, float]:
    """Return the first weight that cannot be used, or −1; and the sum, infinite if not whole."""
    total = 0.0
    for i in range(len(weight)):
        if not 0.0 <= weight[i] < np.inf:
            return i, np.inf
        total += weight[i] if weight[i] == np.floor(weight[i]) else np.inf
    return -1, total


@compiled
def _count_points(  # noqa: C901, PLR0912, PLR0915 - one loop, compiled
    xy: Floats,
    weight: Floats,
    plain: bool,  # noqa: FBT001 - compiled
    disc: Floats,
    origin: Floats,
    scale: float,
    bits: int,
    table: Ints32,
    child: Ints32,
    leaf: Ints32,
    cross: Ints32,
    counters: tuple[Floats, Floats, Ints32],
) -> tuple[int, int]:
    """Add every point to its counter.

    Works on blocks, one step for all points of a block after the other and without branches, so
    that the processor waits for many places in memory at once instead of one after the other.

    Returns how many points lie in a square without counters (their numbers, and their leaves, are
    in `late`), and the first point that cannot be used, or −1.
    """
    sums, outside, late = counters
    x0, y0, most = origin[0], origin[1], float(1 << DEPTH)
    column = np.empty(_BLOCK, dtype=np.int32)
    row = np.empty(_BLOCK, dtype=np.int32)
    at = np.empty(_BLOCK, dtype=np.int32)
    first = np.empty(_BLOCK, dtype=np.int32)
    circles = np.empty(_BLOCK, dtype=np.int32)
    slot = np.empty(_BLOCK, dtype=np.int32)
    here = np.empty(_BLOCK, dtype=np.int32)
    beyond = np.empty(_BLOCK, dtype=np.int32)
    todo = np.empty(_BLOCK, dtype=np.int32)
    coarse = DEPTH - bits
    found = 0
    for begin in range(0, len(xy), _BLOCK):
        size = min(_BLOCK, len(xy) - begin)
        inside, left = 0, 0
        for i in range(size):
            u, v = (xy[begin + i, 0] - x0) * scale, (xy[begin + i, 1] - y0) * scale
            within = (u >= 0.0) & (u < most) & (v >= 0.0) & (v < most)
            column[i] = np.int32(u if within else 0.0)
            row[i] = np.int32(v if within else 0.0)
            here[inside] = i
            inside += within
            beyond[left] = i
            left += not within
        for j in range(left):
            i = begin + beyond[j]
            if not (np.isfinite(xy[i, 0]) and np.isfinite(xy[i, 1])):
                return found, i
            add_to(outside, weight[i])
        todos = 0
        for j in range(inside):
            i = here[j]
            at[i] = table[((row[i] >> coarse) << bits) + (column[i] >> coarse)]
            todo[todos] = i
            todos += at[i] >= 0
        shift = coarse
        while todos > 0:
            shift -= 1
            still = 0
            for j in range(todos):
                i = todo[j]
                at[i] = child[at[i] + ((column[i] >> shift) & 1) + 2 * ((row[i] >> shift) & 1)]
                todo[still] = i
                still += at[i] >= 0
            todos = still
        for j in range(inside):
            i = here[j]
            number = ~at[i]
            first[i] = leaf[number, 0]
            circles[i] = leaf[number + 1, 0] - first[i]
            slot[i] = leaf[number, 1]
            todo[todos] = i
            todos += (circles[i] > 0) & (slot[i] >= 0)
        bit = 0
        while todos > 0:
            still = 0
            for j in range(todos):
                i = todo[j]
                d = cross[first[i] + bit]
                dx, dy = xy[begin + i, 0] - disc[d, 0], xy[begin + i, 1] - disc[d, 1]
                slot[i] += np.int32(dx * dx + dy * dy <= disc[d, 2]) << bit
                todo[still] = i
                still += circles[i] > bit + 1
            todos = still
            bit += 1
        for j in range(inside):
            i = here[j]
            s, one = slot[i], weight[begin + i]
            if s < 0:
                late[0, found] = begin + i
                late[1, found] = ~at[i]
                found += 1
            elif plain:
                sums[0, s] += one
            else:
                old = sums[0, s]
                high = old + one
                back = high - old
                sums[1, s] += (old - (high - back)) + (one - back)
                sums[0, s] = high
    return found, -1


@compiled
def _add_pairs(into: Floats, other: Floats) -> None:
    """Add unevaluated sums to others of the same counters."""
    pair = np.empty(2)
    for s in range(into.shape[1]):
        pair[0] = into[0, s]
        pair[1] = into[1, s]
        add_to(pair, other[0, s])
        into[0, s] = pair[0]
        into[1, s] = pair[1] + other[1, s]
