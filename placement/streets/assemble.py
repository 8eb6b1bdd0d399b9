"""From lines that share places to edges between junctions, in an order that is always the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from placement.compiled import compiled
from placement.streets.numbering import GRID, geodesic_m, hilbert
from placement.streets.ways import Way

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lines:
    """Lines as a file has them: they join wherever they share a vertex, and nowhere else.

    Attributes
    ----------
    lon, lat
        (P,) int64, places in units of 1e-7 degree.
    key
        (P,) int64, identity of each place in the file (an OpenStreetMap id, or any number that
        does not depend on the order of rows); breaks ties between places at one coordinate.
    extra_s
        (P,) float64, seconds spent at a place when passing through (a lift), usually 0.
    first
        (L + 1,) int64, where each line starts in ``place``.
    place
        (Q,) int64, the lines' vertices as positions in ``lon``.
    way
        (L,) int64, each line's position in ``ways``.
    ways
        The distinct ways.
    """

    lon: Ints
    lat: Ints
    key: Ints
    extra_s: Floats
    first: Ints
    place: Ints
    way: Ints
    ways: Sequence[Way]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Edges:
    """Edges between junctions, in canonical order.

    Attributes
    ----------
    node_lonlat
        (V, 2) float64, degrees.
    tail, head
        (E,) int64.
    length_m, forward_s, backward_s
        (E,) float64; NaN where not walkable that way.
    vertex_first
        (E + 1,) int64, where each edge starts in ``vertex_lonlat``.
    vertex_lonlat
        (., 2) float64, degrees, from tail to head, both included.
    way
        (E,) int64, position in ``ways``.
    ways
        The distinct ways, sorted.
    """

    node_lonlat: Floats
    tail: Ints
    head: Ints
    length_m: Floats
    forward_s: Floats
    backward_s: Floats
    vertex_first: Ints
    vertex_lonlat: Floats
    way: Ints
    ways: tuple[Way, ...]


def assemble(lines: Lines, *, speed_m_s: float) -> Edges:
    """Join lines where they share places, and cut them at junctions only.

    A place is a junction where other than two pieces meet, or where two unlike ways meet.

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
    lon, lat, place, extra = _ordered_places(lines)
    ways, code = _ordered_ways(lines)
    u, v, along, atom_code = _pieces(lines.first, place, code, ways)
    two_way = np.array([w.forward == w.backward for w in ways], np.bool_)
    waits = extra[u] + extra[v] > 0
    chain_first, chain, chain_code, chain_along = _chains(
        u, v, atom_code, along, two_way, waits, len(lon)
    )
    # lines are chains of places now; measure each piece, then sum by chain
    x, y = lon[chain] / GRID, lat[chain] / GRID
    piece_m = np.zeros(len(chain))
    piece_m[1:] = geodesic_m(x[:-1], y[:-1], x[1:], y[1:])
    piece_s = np.zeros(len(chain))
    piece_s[1:] = 0.5 * (extra[chain[:-1]] + extra[chain[1:]])
    if len(chain):
        piece_m[chain_first[:-1]] = 0.0
        piece_s[chain_first[:-1]] = 0.0
    starts = chain_first[:-1]
    length = np.add.reduceat(piece_m, starts) if len(starts) else np.zeros(0)
    stand = np.add.reduceat(piece_s, starts) if len(starts) else np.zeros(0)

    forward = np.array([w.forward for w in ways])[chain_code]
    backward = np.array([w.backward for w in ways])[chain_code]
    forward, backward = (
        np.where(chain_along, forward, backward),
        np.where(chain_along, backward, forward),
    )
    stand += np.array([w.wait_s for w in ways])[chain_code]
    with np.errstate(divide="ignore", invalid="ignore"):
        forward_s = np.where(forward > 0, length / (speed_m_s * forward) + stand, np.nan)
        backward_s = np.where(backward > 0, length / (speed_m_s * backward) + stand, np.nan)

    ends = np.concatenate([chain[starts], chain[chain_first[1:] - 1]])
    nodes, number = np.unique(ends, return_inverse=True)
    half = len(starts)
    tail, head = number[:half], number[half:]
    order = np.lexsort(
        (
            np.diff(chain_first), ~chain_along, chain_code,
            chain[chain_first[1:] - 2] if half else tail, chain[starts + 1] if half else tail,
            head, tail,
        )
    )  # fmt: skip
    vertex_first, take = gather(chain_first, order)
    return Edges(
        node_lonlat=np.column_stack([lon[nodes] / GRID, lat[nodes] / GRID]),
        tail=tail[order],
        head=head[order],
        length_m=length[order],
        forward_s=forward_s[order],
        backward_s=backward_s[order],
        vertex_first=vertex_first,
        vertex_lonlat=np.column_stack([x[take], y[take]]),
        way=chain_code[order],
        ways=ways,
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
    take = np.repeat(first[order] - new[:-1], size) + np.arange(new[-1])
    return new, take


def _ordered_places(lines: Lines) -> tuple[Ints, Ints, Ints, Floats]:
    """Put the places in Hilbert order, ties by key; return lon, lat, the lines', extra."""
    by_key = np.argsort(lines.key, kind="stable")
    order = by_key[np.argsort(hilbert(lines.lon[by_key], lines.lat[by_key]), kind="stable")]
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return lines.lon[order], lines.lat[order], rank[lines.place], lines.extra_s[order]


def _ordered_ways(lines: Lines) -> tuple[tuple[Way, ...], Ints]:
    """Sort the distinct ways; return them and each line's."""
    ways = tuple(sorted(set(lines.ways)))
    position = {way: i for i, way in enumerate(ways)}
    renumber = np.array([position[way] for way in lines.ways], np.int64)
    return ways, renumber[lines.way] if len(renumber) else lines.way


def _pieces(
    first: Ints, place: Ints, code: Ints, ways: tuple[Way, ...]
) -> tuple[Ints, Ints, NDArray[np.bool_], Ints]:
    """Cut lines at every vertex; return each piece once, ends in order, sorted.

    ``along`` says whether the piece runs from its lower to its higher end in its way.
    """
    if len(place) == 0:
        empty = np.zeros(0, np.int64)
        return empty, empty, np.zeros(0, np.bool_), empty
    inner = np.ones(len(place), np.bool_)
    inner[first[1:] - 1] = False  # a line's last vertex starts nothing
    starts = np.flatnonzero(inner)
    a, b = place[starts], place[starts + 1]
    piece_code = np.repeat(code, np.maximum(np.diff(first) - 1, 0))
    keep = a != b
    a, b, piece_code = a[keep], b[keep], piece_code[keep]
    along = a < b
    same = np.array([w.forward == w.backward for w in ways], np.bool_)
    along |= same[piece_code]
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((along, piece_code, high, low))
    low, high, along, piece_code = low[order], high[order], along[order], piece_code[order]
    new = np.ones(len(low), np.bool_)
    new[1:] = (
        (np.diff(low) != 0)
        | (np.diff(high) != 0)
        | (np.diff(piece_code) != 0)
        | (along[1:] != along[:-1])
    )
    return low[new], high[new], along[new], piece_code[new]


@compiled
def _chains(  # noqa: C901, PLR0912, PLR0915, PLR0917 - one loop, compiled
    u: Ints,
    v: Ints,
    code: Ints,
    along: NDArray[np.bool_],
    two_way: NDArray[np.bool_],
    waits: NDArray[np.bool_],
    n_places: int,
) -> tuple[Ints, Ints, Ints, NDArray[np.bool_]]:
    """Follow pieces through places where nothing changes, from junction to junction."""
    n = u.size
    first = np.zeros(n_places + 1, np.int64)
    for i in range(n):
        first[u[i] + 1] += 1
        first[v[i] + 1] += 1
    for p in range(n_places):
        first[p + 1] += first[p]
    fill = first[:-1].copy()
    piece = np.empty(2 * n, np.int64)
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
        if size != 2:
            junction[p] = True
            continue
        i, j = piece[first[p]], piece[first[p] + 1]
        if code[i] != code[j] or waits[i] or waits[j]:
            junction[p] = True
        elif not two_way[code[i]]:
            # one piece must arrive and the other leave, seen along their way
            leaves_i = (u[i] == p) == along[i]
            leaves_j = (u[j] == p) == along[j]
            junction[p] = leaves_i == leaves_j

    used = np.zeros(n, np.bool_)
    out = np.empty(2 * n + 2, np.int64)
    out_first = np.empty(n + 1, np.int64)
    out_code = np.empty(n, np.int64)
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
                start = piece[k]
                if used[start]:
                    continue
                begin = size
                out[size] = p
                size += 1
                at, i = p, start
                while True:
                    used[i] = True
                    at = v[i] if u[i] == at else u[i]
                    out[size] = at
                    size += 1
                    if junction[at] or at == p:
                        break
                    i = piece[first[at]] + piece[first[at] + 1] - i
                runs = (u[start] == p) == along[start] or two_way[code[start]]
                if out[begin] > at or (out[begin] == at and out[begin + 1] > out[size - 2]):
                    out[begin:size] = out[begin:size][::-1].copy()
                    runs = two_way[code[start]] or not runs
                out_code[count] = code[start]
                out_along[count] = runs
                count += 1
                out_first[count] = size
    return (
        out_first[: count + 1].copy(),
        out[:size].copy(),
        out_code[:count].copy(),
        out_along[:count].copy(),
    )
