"""A plane cut into squares that know which discs cover them, finer where circles are dense."""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats, Ints, Ints32
from placement.compiled import compiled, part_of_compiled

DEPTH = 20
"""The finest square has a side of 2⁻²⁰ of the whole."""

_CIRCLES = 2  # a square crossed by more circles is cut in four
_COUNTED = 6  # most circles of a square with its own counters, 2⁶ of them
_SLOTS = 1 << 23  # most counters in all
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
        (leaves + 1, 2) int32: first of `cross`, where the next leaf's begins this one's ends; and
        first counter, −1 where too many circles may cross the leaf.
    node
        (leaves,) int32: the square that the leaf is.
    cross
        (any,) int32: discs whose circles may cross a leaf.
    slots
        Number of counters.
    """

    disc: Floats
    site_first: Ints
    site: Ints32
    origin: Floats
    scale: float
    bits: int
    table: Ints32
    child: Ints32
    parent: Ints32
    sure_first: Ints
    sure_last: Ints
    sure: Ints32
    leaf: Ints32
    node: Ints32
    cross: Ints32
    slots: int


def cut_squares(sites: Floats, radius: Floats, *, points: int | None = None) -> Squares:
    """Cut the plane into squares.

    Parameters
    ----------
    sites, radius
        (N, 2) and (N,) float64, metres.
    points
        How many points there will be, if known: it says how fine the squares should be.

    Returns
    -------
    Squares
    """
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
    child, parent, sure_first, sure_last, sure, leaf, node, cross, slots = _cut(
        discs, float(origin[0]), float(origin[1]), extent, 1e-13 * reach, most_nodes
    )
    return Squares(
        disc=discs,
        site_first=site_first.astype(np.int64),
        site=members,
        origin=origin,
        scale=(1 << DEPTH) / extent,
        bits=bits,
        table=_table(child, bits),
        child=child,
        parent=parent,
        sure_first=sure_first,
        sure_last=sure_last,
        sure=sure,
        leaf=leaf,
        node=node,
        cross=cross,
        slots=slots,
    )


def write_rows(squares: Squares, leaves: Ints32, inside: Ints, xy: Floats) -> tuple[Ints, Ints32]:
    """Write out which sites cover leaves, or points in them.

    Parameters
    ----------
    squares
        The plane.
    leaves
        (M,) int32.
    inside
        (M,) int64, which of the circles that may cross the leaf count, as bits; or nothing.
    xy
        (M, 2) float64, points to test against these circles, where `inside` is not given.

    Returns
    -------
    starts, entries
        (M + 1,) int64 and (any,) int32: sites of each row, ascending.
    """
    return _write_rows(
        leaves,
        inside,
        xy,
        squares.disc,
        squares.site_first,
        squares.site,
        squares.parent,
        (squares.sure_first, squares.sure_last, squares.sure),
        squares.leaf,
        squares.node,
        squares.cross,
    )


@part_of_compiled
def _with_room(array: Ints32, used: int, more: int) -> Ints32:
    """Return the array, or a longer copy of what is used of it, with room for more."""
    if used + more <= len(array):
        return array
    longer = np.empty(2 * len(array) + more, dtype=np.int32)
    for k in range(used):
        longer[k] = array[k]
    return longer


@compiled
def _cut(  # noqa: C901, PLR0912, PLR0915 - one loop, compiled
    disc: Floats, x0: float, y0: float, extent: float, margin: float, most_nodes: int
) -> tuple[Ints32, Ints32, Ints, Ints, Ints32, Ints32, Ints32, Ints32, int]:
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
        if circles <= _CIRCLES or depth == DEPTH or count + 4 > most_nodes:
            child[node] = ~leaves
            leaves += 1
            node += 1
            continue
        child[node] = count
        side = extent / (1 << (depth + 1))
        cross = _with_room(cross, crossing, 4 * circles)
        sure = _with_room(sure, covering, 4 * circles)
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
    leaf = np.empty((leaves + 1, 2), dtype=np.int32)
    where = np.empty(leaves, dtype=np.int32)
    left = np.empty(crossing, dtype=np.int32)
    counted = _COUNTED + 1
    slots = _SLOTS + 1
    while slots > _SLOTS:
        counted -= 1
        slots = 0
        for node in range(count):
            circles = cross_last[node] - cross_first[node]
            if child[node] < 0 and circles <= counted:
                slots += 1 << circles
    slots, kept = 0, 0
    for node in range(count):
        if child[node] < 0:
            circles = cross_last[node] - cross_first[node]
            where[~child[node]] = node
            leaf[~child[node], 0] = kept
            leaf[~child[node], 1] = slots if circles <= counted else -1
            slots += 1 << circles if circles <= counted else 0
            for e in range(cross_first[node], cross_last[node]):
                left[kept] = cross[e]
                kept += 1
    leaf[leaves, 0] = kept
    leaf[leaves, 1] = -1
    return (
        child[:count],
        parent[:count],
        sure_first[:count],
        sure_last[:count],
        sure[:covering],
        leaf,
        where,
        left[:kept],
        slots,
    )


@compiled
def _table(child: Ints32, bits: int) -> Ints32:
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
def _write_rows(
    leaves: Ints32,
    inside: Ints,
    xy: Floats,
    disc: Floats,
    site_first: Ints,
    site: Ints32,
    parent: Ints32,
    surely: tuple[Ints, Ints, Ints32],
    leaf: Ints32,
    node_of: Ints32,
    cross: Ints32,
) -> tuple[Ints, Ints32]:
    """Write the sites of each leaf: the sure ones, and those crossing ones that count.

    With `inside` they are its bits; without, they are tested against `xy`.
    """
    sure_first, sure_last, sure = surely
    starts = np.zeros(len(leaves) + 1, dtype=np.int64)
    entries = np.empty(1024, dtype=np.int32)
    used = 0
    for i in range(len(leaves)):
        begin = used
        first, last = leaf[leaves[i], 0], leaf[leaves[i] + 1, 0]
        node = np.int64(node_of[leaves[i]])
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
    return starts, entries[:used]


@part_of_compiled
def _append(entries: Ints32, used: int, site: Ints32, first: int, last: int) -> tuple[Ints32, int]:
    """Append some sites, in a longer array if need be."""
    entries = _with_room(entries, used, last - first)
    for k in range(first, last):
        entries[used] = site[k]
        used += 1
    return entries, used
