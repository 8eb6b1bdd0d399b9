"""From lines that share places to edges between junctions, in an order that is always the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from placement.arrays import Bools, Floats, Ints, Ints32
from placement.compiled import compiled
from placement.globe import beside, middle
from placement.streets.numbering import GRID, geodesic_m, hilbert
from placement.streets.surfaces import Square
from placement.streets.ways import ELEVATOR_WAIT_S, Way

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_HALF_TURN, _POLE = np.int32(1_800_000_000), np.int32(900_000_000)  # 1e-7 degree


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lines:
    """Lines as a file has them: they join wherever they share a vertex, and nowhere else.

    Attributes
    ----------
    lon, lat
        (P,) int32, places in units of 1e-7 degree.
    key
        (P,) int64, identity of each place in the file (an OpenStreetMap id, or any number that
        does not depend on the order of rows); breaks ties between places at one coordinate.
    lift
        Places at which one waits for a lift, as positions in ``lon``.
    first
        (L + 1,) int64, where each line starts in ``place``.
    place
        (Q,) int32, the lines' vertices as positions in ``lon``.
    way
        (L,) int64, each line's position in ``ways``.
    ways
        The distinct ways.
    squares
        Surfaces that are walked across.
    corner
        Places at which these are entered or rounded, as positions in ``lon``.
    """

    lon: Ints32
    lat: Ints32
    key: Ints
    lift: Ints
    first: Ints
    place: Ints32
    way: Ints
    ways: Sequence[Way]
    squares: tuple[Square, ...] = ()
    corner: Ints = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Edges:
    """Edges between junctions, in canonical order.

    Attributes
    ----------
    lonlat
        (P, 2) float64, degrees, places along the Hilbert curve.
    node
        (V,) int32, the places that are junctions, ascending.
    tail, head
        (E,) int32, positions in ``node``.
    length_m, forward_s, backward_s
        (E,) float64; NaN where not walkable that way.
    vertex_first
        (E + 1,) int64, where each edge starts in ``vertex``.
    vertex
        (.,) int32, places from tail to head, both included.
    way
        (E,) int32, position in ``ways``.
    ways
        The distinct ways, sorted.
    squares
        As in `Lines`.
    """

    lonlat: Floats
    node: Ints32
    tail: Ints32
    head: Ints32
    length_m: Floats
    forward_s: Floats
    backward_s: Floats
    vertex_first: Ints
    vertex: Ints32
    way: Ints32
    ways: tuple[Way, ...]
    squares: tuple[Square, ...] = ()


class _Pieces(NamedTuple):
    """Lines cut at every vertex: each piece once, sorted by its ends, the lower one first.

    ``along`` says whether it runs from its lower to its higher end in its way.
    """

    first: Ints
    high: Ints32
    code: Ints32
    along: Bools


class _Chains(NamedTuple):
    """Pieces joined from junction to junction."""

    first: Ints
    place: Ints32
    code: Ints32
    along: Bools


def assemble(lines: Lines, *, speed_m_s: float) -> Edges:
    """Join lines where they share places, and cut them at junctions only.

    A place is a junction where other than two pieces meet, or where two unlike ways meet, and where
    a square has a corner.

    Parameters
    ----------
    lines
        What was read.
    speed_m_s
        Walking speed on the level, m/s.

    Returns
    -------
    Edges
        The same for any order of the lines.
    """
    lines = _one_of_each(lines)
    order = _curve_order(lines)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    lon, lat = lines.lon[order] / GRID, lines.lat[order] / GRID
    wait = np.zeros(len(order), np.bool_)
    wait[rank[lines.lift]] = True
    ways, code = _ordered_ways(lines)
    two_way = np.array([w.forward == w.backward for w in ways], np.bool_)
    corner = np.zeros(len(order), np.bool_)
    corner[rank[lines.corner]] = True
    pieces = _pieces(lines.first, rank[lines.place], code, two_way)
    chains = _chains(pieces, two_way, wait, corner)
    length, lifts = _measure(chains, lon, lat, wait)

    at = chains.code
    forward = np.array([w.forward for w in ways], np.float64)[at]
    backward = np.array([w.backward for w in ways], np.float64)[at]
    stand = np.array([w.wait_s for w in ways], np.float64)[at] + lifts * (0.5 * ELEVATOR_WAIT_S)
    turned = ~chains.along
    forward[turned], backward[turned] = backward[turned], forward[turned]
    with np.errstate(divide="ignore", invalid="ignore"):
        forward_s = np.where(forward > 0, length / (speed_m_s * forward) + stand, np.nan)
        backward_s = np.where(backward > 0, length / (speed_m_s * backward) + stand, np.nan)

    begin, end = chains.first[:-1], chains.first[1:] - 1
    junction = np.zeros(len(order), np.bool_)
    junction[chains.place[begin]] = junction[chains.place[end]] = True
    number = np.cumsum(junction, dtype=np.int32) - np.int32(1)
    tail, head = number[chains.place[begin]], number[chains.place[end]]
    order = np.lexsort(
        (
            end - begin, turned, at, chains.place[end - 1], chains.place[begin + 1], head, tail,
        )
    )  # fmt: skip
    vertex_first, take = gather(chains.first, order)
    return Edges(
        lonlat=np.column_stack([lon, lat]),
        node=np.flatnonzero(junction).astype(np.int32),
        tail=tail[order],
        head=head[order],
        length_m=length[order],
        forward_s=forward_s[order],
        backward_s=backward_s[order],
        vertex_first=vertex_first,
        vertex=chains.place[take],
        way=at[order],
        ways=ways,
        squares=lines.squares,
    )


def lines_within(lines: Lines, ground: "BaseGeometry") -> Lines:
    """Keep the lines that have a vertex in the box round some ground, degrees.

    Parameters
    ----------
    lines
        What was read.
    ground
        Any geometry, degrees; it may lie across the antimeridian.

    Returns
    -------
    Lines
        The kept ones are whole.
    """
    xy = shapely.get_coordinates(ground)
    centre = middle(xy[:, 0])
    lon, lat = beside(xy[:, 0], centre), xy[:, 1]

    def inside(east: "NDArray[Any]", north: "NDArray[Any]") -> Bools:
        own = beside(east / GRID, centre)
        within: Bools = (north >= lat.min() * GRID) & (north <= lat.max() * GRID)
        return within & (own >= lon.min()) & (own <= lon.max())

    line = np.repeat(np.arange(len(lines.way)), np.diff(lines.first))
    kept = np.unique(line[inside(lines.lon, lines.lat)[lines.place]])
    first, take = gather(lines.first, kept)
    return replace(
        lines,
        first=first,
        place=lines.place[take],
        way=lines.way[kept],
        squares=tuple(
            square
            for square in lines.squares
            if inside(*shapely.get_coordinates(square.shape).T).any()
        ),
    )


def gather(first: Ints, order: Ints) -> tuple[Ints, Ints]:
    """Reorder rows of unequal length.

    Parameters
    ----------
    first
        (N + 1,) int64, where each row starts.
    order
        (K,) int64, the rows wanted.

    Returns
    -------
    first, take
        (K + 1,) int64 starts of the new rows, and the positions of their items in the old.
    """
    size = np.diff(first)[order]
    new = np.zeros(len(order) + 1, np.int64)
    np.cumsum(size, out=new[1:])
    take = np.repeat(first[order] - new[:-1], size)
    take += np.arange(new[-1])
    return new, take


def _one_of_each(lines: Lines) -> Lines:
    """Join places that have two names: 180° west is 180° east, and a pole has all longitudes.

    OpenStreetMap and RFC 7946 both end a street at one side of the antimeridian and begin it again
    at the other.
    """
    west, pole = lines.lon == -_HALF_TURN, np.abs(lines.lat) == _POLE
    named = west | pole
    if not named.any():
        return lines
    lon = np.where(pole, np.int32(0), np.where(west, _HALF_TURN, lines.lon))
    seam = np.flatnonzero(pole | (lon == _HALF_TURN))
    # of those at one place the first by key stands for those of another name
    seam = seam[np.lexsort((lines.key[seam], named[seam], lines.lat[seam]))]
    begins = np.flatnonzero(np.diff(lines.lat[seam], prepend=lines.lat[seam[:1]] - 1) != 0)
    stands = seam[np.repeat(begins, np.diff(np.append(begins, len(seam))))]
    same = np.arange(len(lon), dtype=np.int32)
    moved = named[seam]
    same[seam[moved]] = stands[moved]
    return replace(
        lines,
        lon=lon,
        place=same[lines.place],
        lift=same[lines.lift].astype(np.int64),
        corner=same[lines.corner].astype(np.int64),
    )


def _curve_order(lines: Lines) -> Ints:
    """Return the places in Hilbert order, ties by key."""
    curve = hilbert(lines.lon, lines.lat)
    order = np.argsort(curve)
    same = curve[order[1:]] == curve[order[:-1]]
    if same.any():
        tied = np.flatnonzero(np.append(same, [False]) | np.append([False], same))
        group = order[tied]
        order[tied] = group[np.lexsort((lines.key[group], curve[group]))]
    return order


def _ordered_ways(lines: Lines) -> tuple[tuple[Way, ...], Ints32]:
    """Sort the distinct ways; return them and each line's."""
    ways = tuple(sorted(set(lines.ways)))
    position = {way: i for i, way in enumerate(ways)}
    renumber = np.array([position[way] for way in lines.ways], np.int32)
    return ways, renumber[lines.way]


@compiled
def _pieces(  # noqa: C901 - one loop, compiled
    first: Ints, place: Ints32, code: Ints32, two_way: Bools
) -> _Pieces:
    """Cut lines into pieces, drop those of no extent and those that are there already."""
    n_places = np.int64(0)
    for p in place:
        n_places = max(n_places, np.int64(p) + 1)
    start = np.zeros(n_places + 1, np.int64)
    for line in range(code.size):
        for i in range(first[line], first[line + 1] - 1):
            if place[i] != place[i + 1]:
                start[min(place[i], place[i + 1]) + 1] += 1
    for p in range(n_places):
        start[p + 1] += start[p]
    fill = start[:-1].copy()
    high = np.empty(start[n_places], np.int32)
    what = np.empty(start[n_places], np.int32)
    along = np.empty(start[n_places], np.bool_)
    for line in range(code.size):
        for i in range(first[line], first[line + 1] - 1):
            a, b = place[i], place[i + 1]
            if a == b:
                continue
            low, top = min(a, b), max(a, b)
            runs = two_way[code[line]] or a < b
            # put in its place among the few pieces that start there
            k = fill[low]
            while k > start[low] and (
                high[k - 1] > top
                or (
                    high[k - 1] == top
                    and (
                        what[k - 1] > code[line]
                        or (what[k - 1] == code[line] and along[k - 1] and not runs)
                    )
                )
            ):
                high[k], what[k], along[k] = high[k - 1], what[k - 1], along[k - 1]
                k -= 1
            high[k], what[k], along[k] = top, code[line], runs
            fill[low] += 1
    kept = 0
    for p in range(n_places):
        begin = start[p]
        start[p] = kept
        for k in range(begin, fill[p]):
            if (
                k > begin
                and high[k] == high[kept - 1]
                and what[k] == what[kept - 1]
                and along[k] == along[kept - 1]
            ):
                continue
            high[kept], what[kept], along[kept] = high[k], what[k], along[k]
            kept += 1
    start[n_places] = kept
    return _Pieces(start, high[:kept].copy(), what[:kept].copy(), along[:kept].copy())


@compiled
def _chains(  # noqa: C901, PLR0912, PLR0915 - one walk, compiled
    pieces: _Pieces, two_way: Bools, wait: Bools, corner: Bools
) -> _Chains:
    """Follow pieces through places where nothing changes, from junction to junction."""
    start, v, code, along = pieces
    n = v.size
    n_places = start.size - 1
    u = np.empty(n, np.int32)
    for p in range(n_places):
        for i in range(start[p], start[p + 1]):
            u[i] = p
    first = np.zeros(n_places + 1, np.int64)
    for i in range(n):
        first[u[i] + 1] += 1
        first[v[i] + 1] += 1
    for p in range(n_places):
        first[p + 1] += first[p]
    fill = first[:-1].copy()
    piece = np.empty(2 * n, np.int32)
    for i in range(n):
        piece[fill[u[i]]] = i
        fill[u[i]] += 1
        piece[fill[v[i]]] = i
        fill[v[i]] += 1

    junction = np.zeros(n_places, np.bool_)
    for p in range(n_places):
        size = first[p + 1] - first[p]
        if size == 0:
            continue
        if size != 2 or corner[p]:
            junction[p] = True
            continue
        i, j = piece[first[p]], piece[first[p] + 1]
        if code[i] != code[j] or wait[u[i]] or wait[v[i]] or wait[u[j]] or wait[v[j]]:
            junction[p] = True
        elif not two_way[code[i]]:
            # one piece must arrive and the other leave, seen along their way
            leaves_i = (u[i] == p) == along[i]
            leaves_j = (u[j] == p) == along[j]
            junction[p] = leaves_i == leaves_j

    used = np.zeros(n, np.bool_)
    out = np.empty(2 * n + 2, np.int32)
    out_first = np.empty(n + 1, np.int64)
    out_code = np.empty(n, np.int32)
    out_along = np.empty(n, np.bool_)
    count = 0
    size = 0
    out_first[0] = 0
    for turn in range(2):
        # closed lines without a junction are left for the second turn: cut at their lowest place
        for p in range(n_places):
            if turn == 0 and not junction[p]:
                continue
            for k in range(first[p], first[p + 1]):
                begin_piece = piece[k]
                if used[begin_piece]:
                    continue
                begin = size
                out[size] = p
                size += 1
                at, i = np.int32(p), begin_piece
                while True:
                    used[i] = True
                    at = v[i] if u[i] == at else u[i]
                    out[size] = at
                    size += 1
                    if junction[at] or at == p:
                        break
                    i = piece[first[at]] + piece[first[at] + 1] - i
                both = two_way[code[begin_piece]]
                runs = both or (u[begin_piece] == p) == along[begin_piece]
                if out[begin] > at or (out[begin] == at and out[begin + 1] > out[size - 2]):
                    a, b = begin, size - 1
                    while a < b:
                        out[a], out[b] = out[b], out[a]
                        a, b = a + 1, b - 1
                    runs = both or not runs
                out_code[count] = code[begin_piece]
                out_along[count] = runs
                count += 1
                out_first[count] = size
    return _Chains(
        out_first[: count + 1].copy(),
        out[:size].copy(),
        out_code[:count].copy(),
        out_along[:count].copy(),
    )


@compiled
def _measure(chains: _Chains, lon: Floats, lat: Floats, wait: Bools) -> tuple[Floats, Ints]:
    """Return each chain's geodesic length in metres, and how many ends of its pieces are lifts."""
    length = np.zeros(chains.code.size, np.float64)
    lifts = np.zeros(chains.code.size, np.int64)
    for c in range(chains.code.size):
        for i in range(chains.first[c], chains.first[c + 1] - 1):
            a, b = chains.place[i], chains.place[i + 1]
            length[c] += geodesic_m(lon[a], lat[a], lon[b], lat[b])
            lifts[c] += wait[a] + np.int64(wait[b])
    return length, lifts
