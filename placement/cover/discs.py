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
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from placement.compiled import compiled
from placement.cover.aggregate import Tally, add_to
from placement.cover.points import Chunk, refuse_point

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Entries = NDArray[np.int32]

POINTS_AT_ONCE = 1 << 18
"""Points a thread takes in one go: what bounds the memory beside the caller's chunk."""

_DEPTH = 20  # the finest square is 2⁻²⁰ of the whole
_CIRCLES = 2  # a square crossed by more circles is cut in four
_COUNTED = 6  # most circles of a square with its own counters, 2⁶ of them
_SLOTS_AT_ONCE = 1 << 14
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Squares:
    """Squares in which few circles are left to test.

    Attributes
    ----------
    disc
        (D, 3) float64: x, y and squared radius of the distinct discs.
    site_first, site
        Sites of each disc, in compressed form.
    origin, scale
        Lower left corner, and finest squares a metre.
    bits
        Squares at depth ``bits`` are found by `table` without descending.
    table
        (4^bits,) int32: what `child` says of these squares.
    child
        (nodes,) int32: first of the four quarters, or ``~leaf``.
    parent, sure_first, sure_last, sure
        Square above; discs that cover this square whole, but not the one above.
    leaf
        (leaves, 4) int64: first and last of `cross`, first counter (−1: none), node.
    cross
        (any,) int32: discs whose circles may cross a leaf.
    slots
        Number of counters.
    """

    disc: Floats
    site_first: Ints
    site: Entries
    origin: Floats
    scale: float
    bits: int
    table: Entries
    child: Entries
    parent: Entries
    sure_first: Ints
    sure_last: Ints
    sure: Entries
    leaf: Ints
    cross: Entries
    slots: int


class _Counters:
    """What one thread has seen."""

    def __init__(self, squares: Squares) -> None:
        self.sums = np.zeros((squares.slots, 2))
        self.outside = np.zeros(2)
        self.points = 0
        self.tally = Tally()
        self.late = np.empty(POINTS_AT_ONCE, dtype=np.int32)


def tally_discs(
    chunks: Iterable[Chunk],
    sites: Floats,
    radius: Floats,
    *,
    points: int | None = None,
    threads: int = 1,
) -> Tally:
    """Count points by the set of discs they lie in.

    Parameters
    ----------
    chunks
        Points with their weights, each chunk done before the next is asked for.
    sites, radius
        (N, 2) and (N,) float64, metres; validated by the caller.
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
    squares = cut_squares(sites, radius, points=points)
    workers = [_Counters(squares) for _ in range(threads)]
    before = 0
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for chunk in chunks:
            count = len(chunk.xy)
            if threads == 1 or count < 2 * POINTS_AT_ONCE:
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


def cut_squares(sites: Floats, radius: Floats, *, points: int | None = None) -> Squares:
    """Cut the plane into squares; parameters as for `tally_discs`."""
    discs, disc_of = np.unique(np.column_stack([sites, radius]), axis=0, return_inverse=True)
    disc_of = disc_of.reshape(-1)
    members = np.argsort(disc_of, kind="stable").astype(np.int32)
    site_first = np.concatenate([[0], np.cumsum(np.bincount(disc_of, minlength=len(discs)))])
    if len(discs) == 0:
        low, extent = np.zeros(2), 1.0
    else:
        low = (discs[:, :2] - discs[:, 2:]).min(axis=0)
        high = (discs[:, :2] + discs[:, 2:]).max(axis=0)
        extent = float((high - low).max())
    reach = float(np.abs(low).max()) + extent
    pad = 1e-9 * extent + 1e-12 * reach + 1e-300
    origin, extent = low - pad, extent + 2 * pad
    discs[:, 2] *= discs[:, 2]
    expected = 1 << 40 if points is None else points
    most_nodes = min(max(expected, 1 << 12), 1 << 20)
    bits = 5 if expected < 100_000 else 8
    child, parent, sure_first, sure_last, sure, leaf, cross, slots = _cut(
        discs, float(origin[0]), float(origin[1]), extent, 1e-13 * reach, most_nodes
    )
    return Squares(
        disc=discs,
        site_first=site_first.astype(np.int64),
        site=members,
        origin=origin,
        scale=(1 << _DEPTH) / extent,
        bits=bits,
        table=_table(child, bits),
        child=child,
        parent=parent,
        sure_first=sure_first,
        sure_last=sure_last,
        sure=sure,
        leaf=leaf,
        cross=cross,
        slots=slots,
    )


def _count(
    squares: Squares, worker: _Counters, chunk: Chunk, span: tuple[int, int], before: int
) -> None:
    """Count a span of a chunk that begins with point number `before`."""
    for begin in range(*span, POINTS_AT_ONCE):
        end = min(begin + POINTS_AT_ONCE, span[1])
        xy = np.ascontiguousarray(chunk.xy[begin:end], dtype=np.float64)
        weight = (
            np.zeros(0)
            if chunk.weight is None
            else np.ascontiguousarray(chunk.weight[begin:end], dtype=np.float64)
        )
        found, wrong = _count_points(
            xy,
            weight,
            squares.disc,
            squares.origin,
            squares.scale,
            squares.bits,
            squares.table,
            squares.child,
            squares.leaf,
            squares.cross,
            worker.sums,
            worker.outside,
            worker.late,
        )
        if wrong >= 0:
            refuse_point(xy, weight, wrong, number=before + begin + wrong)
        late = worker.late[:found]
        worker.points += end - begin - found
        for some in range(0, found, _SLOTS_AT_ONCE):
            these = late[some : some + _SLOTS_AT_ONCE]
            leaves = _leaves(
                xy[these], squares.origin, squares.scale, squares.bits, squares.table, squares.child
            )
            starts, entries = _written(squares, leaves, np.zeros(0, dtype=np.int64), xy[these])
            worker.tally.add(starts, entries, weight[these] if len(weight) else None)


def _tally_slots(squares: Squares, sums: Floats, tally: Tally) -> None:
    """Write out the row of every counter that counted something, and merge equal ones."""
    used = np.flatnonzero(sums[:, 0] > 0)
    counted = np.flatnonzero(squares.leaf[:, 2] >= 0)
    firsts = squares.leaf[counted, 2]
    for some in range(0, len(used), _SLOTS_AT_ONCE):
        these = used[some : some + _SLOTS_AT_ONCE]
        position = np.searchsorted(firsts, these, side="right") - 1
        starts, entries = _written(
            squares, counted[position], these - firsts[position], np.zeros((0, 2))
        )
        tally.add_sums(starts, entries, sums[these])


def _written(squares: Squares, leaves: Ints, inside: Ints, xy: Floats) -> tuple[Ints, Entries]:
    """Write rows of sites: of squares and the circles inside, or of points in these squares."""
    return _write_rows(
        leaves,
        inside,
        xy,
        squares.disc,
        squares.site_first,
        squares.site,
        squares.parent,
        squares.sure_first,
        squares.sure_last,
        squares.sure,
        squares.leaf,
        squares.cross,
    )


@compiled
def _cut(  # noqa: C901, PLR0912, PLR0915, PLR0917 - one loop, compiled
    disc: Floats, x0: float, y0: float, extent: float, margin: float, most_nodes: int
) -> tuple[Entries, Entries, Ints, Ints, Entries, Ints, Entries, int]:
    """Cut squares in four, coarse ones first, while more than a few circles cross them."""
    child = np.empty(most_nodes, dtype=np.int32)
    parent = np.empty(most_nodes, dtype=np.int32)
    place = np.empty((most_nodes, 3), dtype=np.int32)
    sure_first = np.empty(most_nodes, dtype=np.int64)
    sure_last = np.empty(most_nodes, dtype=np.int64)
    cross_first = np.empty(most_nodes, dtype=np.int64)
    cross_last = np.empty(most_nodes, dtype=np.int64)
    sure = np.empty(1024, dtype=np.int32)
    cross = np.empty(len(disc) + 1024, dtype=np.int32)
    for d in range(len(disc)):
        cross[d] = d
    crossing, covering = len(disc), 0
    parent[0] = -1
    place[0] = 0
    sure_first[0] = sure_last[0] = cross_first[0] = 0
    cross_last[0] = len(disc)
    count, node, leaves = 1, 0, 0
    while node < count:
        circles = cross_last[node] - cross_first[node]
        depth = place[node, 2]
        if circles <= _CIRCLES or depth == _DEPTH or count + 4 > most_nodes:
            child[node] = ~leaves
            leaves += 1
            node += 1
            continue
        child[node] = count
        side = extent / (1 << (depth + 1))
        if crossing + 4 * circles > len(cross):
            more = np.empty(2 * len(cross) + 4 * circles, dtype=np.int32)
            more[:crossing] = cross[:crossing]
            cross = more
        if covering + 4 * circles > len(sure):
            more = np.empty(2 * len(sure) + 4 * circles, dtype=np.int32)
            more[:covering] = sure[:covering]
            sure = more
        for quarter in range(4):
            column = 2 * place[node, 0] + (quarter & 1)
            row = 2 * place[node, 1] + (quarter >> 1)
            west = x0 + column * side - margin
            east = x0 + (column + 1) * side + margin
            south = y0 + row * side - margin
            north = y0 + (row + 1) * side + margin
            parent[count] = node
            place[count, 0] = column
            place[count, 1] = row
            place[count, 2] = depth + 1
            sure_first[count] = covering
            cross_first[count] = crossing
            for e in range(cross_first[node], cross_last[node]):
                d = cross[e]
                x, y, square = disc[d, 0], disc[d, 1], disc[d, 2]
                far_x = max(x - west, east - x)
                far_y = max(y - south, north - y)
                near_x = max(west - x, x - east, 0.0)
                near_y = max(south - y, y - north, 0.0)
                if (far_x * far_x + far_y * far_y) * (1.0 + _ROUNDING) <= square:
                    sure[covering] = d
                    covering += 1
                elif (near_x * near_x + near_y * near_y) * (1.0 - _ROUNDING) <= square:
                    cross[crossing] = d
                    crossing += 1
            sure_last[count] = covering
            cross_last[count] = crossing
            count += 1
        node += 1
    leaf = np.empty((leaves, 4), dtype=np.int64)
    slots = 0
    for node in range(count):
        if child[node] < 0:
            number = ~child[node]
            leaf[number, 0] = cross_first[node]
            leaf[number, 1] = cross_last[node]
            leaf[number, 3] = node
            circles = cross_last[node] - cross_first[node]
            if circles <= _COUNTED:
                leaf[number, 2] = slots
                slots += 1 << circles
            else:
                leaf[number, 2] = -1
    return (
        child[:count].copy(),
        parent[:count].copy(),
        sure_first[:count].copy(),
        sure_last[:count].copy(),
        sure[:covering].copy(),
        leaf,
        cross[:crossing].copy(),
        slots,
    )


@compiled
def _table(child: Entries, bits: int) -> Entries:
    """Look up every square of one depth beforehand."""
    side = 1 << bits
    table = np.empty(side * side, dtype=np.int32)
    for row in range(side):
        for column in range(side):
            at = child[0]
            shift = bits - 1
            while at >= 0 and shift >= 0:
                at = child[at + ((column >> shift) & 1) + 2 * ((row >> shift) & 1)]
                shift -= 1
            table[(row << bits) + column] = at
    return table


@compiled
def _leaf_at(u: float, v: float, bits: int, table: Entries, child: Entries) -> np.int64:
    """Return the leaf of a place that is given in finest squares."""
    column, row = np.int64(u), np.int64(v)
    shift = _DEPTH - bits
    at = table[((row >> shift) << bits) + (column >> shift)]
    while at >= 0:
        shift -= 1
        at = child[at + ((column >> shift) & 1) + 2 * ((row >> shift) & 1)]
    return np.int64(~at)


@compiled
def _count_points(  # noqa: PLR0917 - one loop, compiled
    xy: Floats,
    weight: Floats,
    disc: Floats,
    origin: Floats,
    scale: float,
    bits: int,
    table: Entries,
    child: Entries,
    leaf: Ints,
    cross: Entries,
    sums: Floats,
    outside: Floats,
    late: Entries,
) -> tuple[int, int]:
    """Add every point to its counter.

    Returns how many points lie in a square without counters (their numbers are in `late`), and
    the first point that cannot be used, or −1.
    """
    x0, y0, most = origin[0], origin[1], float(1 << _DEPTH)
    weighted = len(weight) > 0
    one = 1.0
    found = 0
    for i in range(len(xy)):
        x, y = xy[i, 0], xy[i, 1]
        if weighted:
            one = weight[i]
            if not 0.0 <= one < np.inf:
                return found, i
        u, v = (x - x0) * scale, (y - y0) * scale
        if not (u >= 0.0 and u < most and v >= 0.0 and v < most):
            if not (np.isfinite(x) and np.isfinite(y)):
                return found, i
            high = outside[0] + one
            back = high - outside[0]
            outside[1] += (outside[0] - (high - back)) + (one - back)
            outside[0] = high
            continue
        at = _leaf_at(u, v, bits, table, child)
        slot = leaf[at, 2]
        if slot < 0:
            late[found] = i
            found += 1
            continue
        first = leaf[at, 0]
        for e in range(first, leaf[at, 1]):
            d = cross[e]
            dx, dy = x - disc[d, 0], y - disc[d, 1]
            slot += np.int64(dx * dx + dy * dy <= disc[d, 2]) << (e - first)
        old = sums[slot, 0]
        high = old + one
        back = high - old
        sums[slot, 1] += (old - (high - back)) + (one - back)
        sums[slot, 0] = high
    return found, -1


@compiled
def _leaves(  # noqa: PLR0917 - compiled
    xy: Floats, origin: Floats, scale: float, bits: int, table: Entries, child: Entries
) -> Ints:
    """Return the leaf of every point."""
    leaves = np.empty(len(xy), dtype=np.int64)
    for i in range(len(xy)):
        u, v = (xy[i, 0] - origin[0]) * scale, (xy[i, 1] - origin[1]) * scale
        leaves[i] = _leaf_at(u, v, bits, table, child)
    return leaves


@compiled
def _write_rows(  # noqa: PLR0917 - one loop, compiled
    leaves: Ints,
    inside: Ints,
    xy: Floats,
    disc: Floats,
    site_first: Ints,
    site: Entries,
    parent: Entries,
    sure_first: Ints,
    sure_last: Ints,
    sure: Entries,
    leaf: Ints,
    cross: Entries,
) -> tuple[Ints, Entries]:
    """Write the sites of each leaf: the sure ones, and those crossing ones that count.

    With `inside` they are its bits; without, they are tested against `xy`.
    """
    starts = np.zeros(len(leaves) + 1, dtype=np.int64)
    entries = np.empty(1024, dtype=np.int32)
    used = 0
    for i in range(len(leaves)):
        begin = used
        first, last, node = leaf[leaves[i], 0], leaf[leaves[i], 1], leaf[leaves[i], 3]
        for e in range(first, last):
            d = cross[e]
            if len(inside) > 0:
                counts = (inside[i] >> (e - first)) & 1 == 1
            else:
                dx, dy = xy[i, 0] - disc[d, 0], xy[i, 1] - disc[d, 1]
                counts = dx * dx + dy * dy <= disc[d, 2]
            if counts:
                entries, used = _append(entries, used, site, site_first[d], site_first[d + 1])
        while node >= 0:
            for e in range(sure_first[node], sure_last[node]):
                d = sure[e]
                entries, used = _append(entries, used, site, site_first[d], site_first[d + 1])
            node = parent[node]
        entries[begin:used].sort()
        starts[i + 1] = used
    return starts, entries[:used].copy()


@compiled
def _append(
    entries: Entries, used: int, site: Entries, first: int, last: int
) -> tuple[Entries, int]:
    """Append some sites, in a longer array if need be."""
    if used + last - first > len(entries):
        more = np.empty(2 * (used + last - first), dtype=np.int32)
        more[:used] = entries[:used]
        entries = more
    for k in range(first, last):
        entries[used] = site[k]
        used += 1
    return entries, used


@compiled
def _add_pairs(into: Floats, other: Floats) -> None:
    """Add unevaluated sums to others of the same counters."""
    for s in range(len(into)):
        add_to(into[s], other[s, 0])
        into[s, 1] += other[s, 1]
