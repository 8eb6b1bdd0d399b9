"""Streets that are closed: edges cut exactly where a closed polygon's outline meets them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.streets.assemble import gather
from placement.streets.network import Streets, connected_parts, half_edges, transformer
from placement.streets.numbering import GRID, hilbert

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

#: Pieces shorter than this, in metres, are what rounding leaves at an outline, not streets.
_CRUMB_M = 1e-6


class _Piece(NamedTuple):
    """What is left of an edge, from `begin` to `end` metres of the plane from its tail."""

    edge: int
    begin: float
    end: float


def close(streets: Streets, polygons: "Iterable[BaseGeometry]") -> Streets:
    """Return the network without what lies in closed polygons.

    A street along the very outline stays open.

    Parameters
    ----------
    streets
        The network.
    polygons
        Shapes in the network's coordinate system; what is not a surface closes nothing.

    Returns
    -------
    Streets
        A new network, renumbered; the given one where nothing is touched. What was an island
        before stays one, and nothing becomes one: people whom a closure cuts off are not moved
        to streets outside it.
    """
    shapes = np.array([None, *polygons], object)[1:]
    area = shapely.union_all(shapes[shapely.get_dimensions(shapes) == 2])
    shapely.prepare(area)
    touched = np.flatnonzero(shapely.intersects(area, streets.edge_lines()))
    edge_m = streets.vertex_m[streets.vertex_first[1:] - 1]
    whole = [_Piece(int(e), 0.0, float(edge_m[e])) for e in touched]
    pieces = [piece for edge in touched for piece in _open_pieces(streets, int(edge), area)]
    if pieces == whole:
        return streets
    kept = np.setdiff1d(np.arange(streets.n_edges), touched)
    return _renumbered(streets, [*(_Piece(int(e), 0.0, float(edge_m[e])) for e in kept), *pieces])


def _open_pieces(streets: Streets, edge: int, area: "BaseGeometry") -> list[_Piece]:
    """Return the pieces of an edge outside an area."""
    vertices = streets.edge_xy(edge)
    run = streets.vertex_m[streets.vertex_first[edge] : streets.vertex_first[edge + 1]]
    total = float(run[-1])
    if total == 0.0:
        # a lift: open unless it stands inside
        inside = shapely.contains(area, shapely.Point(vertices[0]))
        return [] if inside else [_Piece(edge, 0.0, 0.0)]
    # segment by segment, so that a line that meets itself is measured along its own course
    segments = shapely.linestrings(np.stack([vertices[:-1], vertices[1:]], axis=1))
    met, segment = shapely.get_coordinates(
        shapely.intersection(segments, shapely.boundary(area)), return_index=True
    )
    at = run[segment] + np.hypot(*(met - vertices[segment]).T)
    cuts = np.unique(np.concatenate([run, np.minimum(at, total)]))
    cuts = cuts[np.concatenate([[True], np.diff(cuts) > _CRUMB_M])]
    cuts[-1] = total
    middle = 0.5 * (cuts[:-1] + cuts[1:])
    x, y = (np.interp(middle, run, vertices[:, axis]) for axis in range(2))
    closed = shapely.contains_xy(area, x, y)
    pieces: list[_Piece] = []
    for begin, end, shut in zip(cuts[:-1], cuts[1:], closed, strict=True):
        if shut:
            continue
        if pieces and pieces[-1].end == begin:
            pieces[-1] = pieces[-1]._replace(end=float(end))
        else:
            pieces.append(_Piece(edge, float(begin), float(end)))
    return pieces


def _renumbered(streets: Streets, pieces: list[_Piece]) -> Streets:
    """Give what is left new numbers: nodes along the curve, edges by their ends."""
    source = np.array([p.edge for p in pieces], np.int64)
    tail = streets.edge_tail[source].astype(np.int64)
    head = streets.edge_head[source].astype(np.int64)
    cut_xy: list[Floats] = []
    geometry: list[Floats] = []
    share = np.ones(len(pieces))
    for i, (edge, begin, end) in enumerate(pieces):
        vertices = streets.edge_xy(edge)
        run = streets.vertex_m[streets.vertex_first[edge] : streets.vertex_first[edge + 1]]
        total = float(run[-1])
        if begin == 0.0 and end == total:
            geometry.append(vertices)
            continue
        share[i] = (end - begin) / total
        first, last = (
            np.array([np.interp(at, run, vertices[:, axis]) for axis in range(2)])
            for at in (begin, end)
        )
        if begin > 0.0:
            tail[i] = streets.n_nodes + len(cut_xy)
            cut_xy.append(first)
        if end < total:
            head[i] = streets.n_nodes + len(cut_xy)
            cut_xy.append(last)
        geometry.append(np.vstack([first, vertices[(run > begin) & (run < end)], last]))

    xy = np.vstack([streets.node_xy, *cut_xy])
    lonlat = streets.node_lonlat
    if cut_xy:
        back = transformer(streets.crs, inverse=True)
        lonlat = np.vstack([lonlat, np.column_stack(back.transform(*np.array(cut_xy).T))])
    used = np.unique(np.concatenate([tail, head]))
    grid = np.rint(lonlat[used] * GRID).astype(np.int32)
    used = used[np.argsort(hilbert(grid[:, 0].copy(), grid[:, 1].copy()), kind="stable")]
    rank = np.empty(len(xy), np.int64)
    rank[used] = np.arange(len(used))
    tail, head = rank[tail], rank[head]

    turn = tail > head
    tail, head = np.where(turn, head, tail), np.where(turn, tail, head)
    forward, backward = streets.forward_s[source] * share, streets.backward_s[source] * share
    forward, backward = np.where(turn, backward, forward), np.where(turn, forward, backward)
    geometry = [g[::-1] if t else g for g, t in zip(geometry, turn, strict=True)]
    order = np.lexsort((np.arange(len(tail)), head, tail))
    first_vertex = np.concatenate([[0], np.cumsum([len(g) for g in geometry])]).astype(np.int64)
    vertex_first, take = gather(first_vertex, order)
    source = source[order]
    edge_tail, edge_head = tail[order].astype(np.int32), head[order].astype(np.int32)
    forward_s, backward_s = forward[order], backward[order]
    first, to, walk_s, half_edge = half_edges(
        edge_tail, edge_head, forward_s, backward_s, len(used)
    )
    return replace(
        streets,
        node_xy=xy[used],
        node_lonlat=lonlat[used],
        edge_tail=edge_tail,
        edge_head=edge_head,
        length_m=(streets.length_m[source] * share[order]),
        forward_s=forward_s,
        backward_s=backward_s,
        vertex_first=vertex_first,
        vertex_xy=np.vstack([np.zeros((0, 2)), *geometry])[take],
        bridge=streets.bridge[source],
        tunnel=streets.tunnel[source],
        level=streets.level[source],
        island=streets.island[source],
        class_code=streets.class_code[source],
        name_code=streets.name_code[source],
        component=connected_parts(edge_tail, edge_head, len(used)),
        first=first,
        head=to,
        walk_s=walk_s,
        half_edge=half_edge,
    )
