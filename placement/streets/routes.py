"""Which way to walk: the quickest route from one point to another."""

import heapq
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.arrays import Floats, Ints
from placement.compiled import compiled
from placement.errors import UsageError
from placement.streets.catchment import place_of
from placement.streets.network import Streets
from placement.streets.search import TOLERANCE, walking_times
from placement.streets.sight import edge_at, in_sight
from placement.streets.snap import Snapped

#: No walk is longer: once round the globe.
_LONGEST_S = 1e8


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A walk on the streets.

    Attributes
    ----------
    walk_s
        Seconds, with the ways between the points and their streets.
    line
        From the first point's street to the last's, metres.
    names
        The streets walked along, in order; streets without a name are left out.
    """

    walk_s: float
    line: shapely.LineString
    names: tuple[str, ...]


def route(streets: Streets, start: Snapped, end: Snapped) -> Route | None:
    """Return the quickest walk from one point to another.

    Parameters
    ----------
    streets
        The network.
    start, end
        One snapped point each.

    Returns
    -------
    Route or None
        None where there is no way. Of ways equally quick the one over lower edges is taken.
    """
    if len(start) != 1 or len(end) != 1:
        raise UsageError("a route leads from one point to one point.")
    if start.edge[0] < 0 or end.edge[0] < 0:
        return None
    if start.sight is None and end.sight is None:
        return _by_edges(streets, start, end)
    found = walking_times(streets, start, end, limit_s=_LONGEST_S, outward=True)
    if not found.nnz:
        return None
    most_s = float(found.data[0]) * (1.0 + TOLERANCE)
    seen = in_sight(streets, start.sight, end.sight, within_s=most_s)
    if seen is not None and start.sight is not None and end.sight is not None:
        straight = shapely.LineString(np.concatenate([start.sight.xy, end.sight.xy]))
        return Route(walk_s=float(seen.data[0]), line=straight, names=())
    ins, outs = _ways_in(streets, start), _ways_in(streets, end)
    ways = walking_times(streets, ins, outs, limit_s=most_s, outward=True).tocoo()
    least = int(np.argmin(ways.data))
    row, column = (int(each[least]) for each in ways.coords)
    return _by_edges(streets, ins.take([row]), outs.take([column]))


def _ways_in(streets: Streets, point: Snapped) -> Snapped:
    """Return all ways into the network of one point, as points: its edge, and what it sees."""
    if point.sight is None:
        return point
    nodes = point.sight.doors.indices
    edge = edge_at(streets)[nodes]
    return Snapped(
        edge=np.append(point.edge, edge),
        fraction=np.append(point.fraction, streets.edge_tail[edge] != nodes),
        access_s=np.append(point.access_s, point.sight.doors.data),
    )


def _by_edges(streets: Streets, start: Snapped, end: Snapped) -> Route | None:
    """Return the quickest walk from one place on an edge to another."""
    seconds, at, before = _tree(
        streets.first, streets.head, streets.walk_s, streets.half_edge, streets.edge_tail,
        streets.edge_head, streets.forward_s, streets.backward_s, int(start.edge[0]),
        float(start.fraction[0]), int(end.edge[0]), float(end.fraction[0]),
    )  # fmt: skip
    if not np.isfinite(seconds):
        return None
    edges = _walked(before, at, int(start.edge[0]), int(end.edge[0]))
    pieces = _pieces(streets, edges, start, end)
    coordinates = np.concatenate([place_of(streets, start), *pieces, place_of(streets, end)])
    new = np.concatenate([[True], (np.diff(coordinates, axis=0) != 0).any(axis=1)])
    coordinates = coordinates[new]
    if len(coordinates) == 1:
        coordinates = np.repeat(coordinates, 2, axis=0)
    names: list[str] = []
    for edge, _ in edges:
        name = streets.names[streets.name_code[edge]]
        if name and (not names or names[-1] != name):
            names.append(name)
    total = seconds + float(start.access_s[0]) + float(end.access_s[0])
    return Route(walk_s=total, line=shapely.LineString(coordinates), names=tuple(names))


def _walked(before: Ints, at: int, own: int, last: int) -> list[tuple[int, int]]:
    """Return the edges walked and the node each is left by (−1 the last), in order.

    `before` is, by node, the half-edge it was come to by, as edge and node; `at` is the node the
    last edge is entered by, −1 for a walk along one edge, −2 − node where the first has no node.
    """
    if at < 0:
        return [(own, -1)]
    edges: list[tuple[int, int]] = [(last, -1)]
    node = at
    while before[node, 0] >= 0:
        edges.append((int(before[node, 0]), node))
        node = int(before[node, 1])
    edges.append((own, node))
    return edges[::-1]


def _pieces(
    streets: Streets, edges: list[tuple[int, int]], start: Snapped, end: Snapped
) -> list[Floats]:
    """Return the geometry of each edge walked, in the direction walked."""
    pieces = []
    node = -1
    for i, (edge, leave) in enumerate(edges):
        xy = streets.edge_xy(edge)
        along = streets.vertex_m[streets.vertex_first[edge] : streets.vertex_first[edge + 1]]
        whole = float(along[-1])
        tail, head = int(streets.edge_tail[edge]), int(streets.edge_head[edge])
        a = float(start.fraction[0]) * whole if i == 0 else (0.0 if node == tail else whole)
        if leave < 0:
            b = float(end.fraction[0]) * whole
        elif tail == head and i == 0:
            f = float(start.fraction[0])
            b = (
                0.0
                if _sooner(
                    _part(f, streets.backward_s[edge]), _part(1 - f, streets.forward_s[edge])
                )
                else whole
            )
        else:
            b = whole if leave == head else 0.0
        if tail == head and leave < 0 and i > 0:
            f = float(end.fraction[0])
            a = (
                0.0
                if _sooner(
                    _part(f, streets.forward_s[edge]), _part(1 - f, streets.backward_s[edge])
                )
                else whole
            )
        low, high = min(a, b), max(a, b)
        part = xy[(along >= low) & (along <= high)]
        pieces.append(part if b >= a else part[::-1])
        node = leave
    return pieces


def _part(share: float, whole: float) -> float:
    """Return the time for part of an edge: none for none of it, even where it is closed."""
    return 0.0 if share == 0.0 else share * whole


def _sooner(one: float, other: float) -> bool:
    """Say whether one way round a loop is no longer than the other, which may be closed (NaN)."""
    return bool(one <= other or np.isnan(other))


@compiled
def _tree(  # noqa: C901, PLR0912 - one loop, compiled
    first: Ints,
    head: NDArray[np.int32],
    walk_s: Floats,
    half_edge: NDArray[np.int32],
    edge_tail: NDArray[np.int32],
    edge_head: NDArray[np.int32],
    forward: Floats,
    backward: Floats,
    own: int,
    at: float,
    last: int,
    end: float,
) -> tuple[float, int, Ints]:
    """Search from one place to another; return seconds, the node entered by, and the tree."""
    time = np.full(first.size - 1, np.inf)
    before = np.full((first.size - 1, 2), -1, np.int64)
    best, entered = np.inf, -1
    if own == last:
        if end >= at and (end == at or not np.isnan(forward[own])):
            best = 0.0 if end == at else (end - at) * forward[own]
        if end < at and not np.isnan(backward[own]):
            best = (at - end) * backward[own]
    heap = [(0.0, np.int64(-1))]
    heap.clear()
    for side in range(2):
        node = np.int64(edge_tail[own] if side == 0 else edge_head[own])
        share = at if side == 0 else 1.0 - at
        seconds = 0.0 if share == 0.0 else share * (backward[own] if side == 0 else forward[own])
        if seconds < time[node]:
            time[node] = seconds
            heapq.heappush(heap, (seconds, node))
    while len(heap) > 0:
        now, u = heapq.heappop(heap)
        if now > time[u]:
            continue
        if now >= best:
            break
        for side in range(2):
            if u == (edge_tail[last] if side == 0 else edge_head[last]):
                share = end if side == 0 else 1.0 - end
                rest = (
                    0.0
                    if share == 0.0
                    else share * (forward[last] if side == 0 else backward[last])
                )
                if now + rest < best:
                    best, entered = now + rest, int(u)
        for k in range(first[u], first[u + 1]):
            v = np.int64(head[k])
            then = now + walk_s[k]
            if then < time[v] or (then == time[v] and before[v, 0] > half_edge[k] and then > now):
                if then < time[v]:
                    heapq.heappush(heap, (then, v))
                time[v] = then
                before[v, 0], before[v, 1] = half_edge[k], u
    return best, entered, before
