"""Junctions that a fence passes: what meets there on either side of it meets no longer."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.arrays import Bools, Floats, Geometries, Ints
from placement.streets.network import Streets

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: A line passes a junction this near, metres: street layers are rounded to about a centimetre.
ON_LINE_M = 0.02
#: So far from a junction it is told on which side of a fence a street leaves it, metres.
_AROUND_M = 1.0


def drawn_out(shape: "BaseGeometry") -> "BaseGeometry":
    """Return a fence with its ends 2 cm further out: one that is drawn up to a street meets it.

    Layers are rounded to about a centimetre, so that such an end may stop short of the street.
    Areas are returned as they are.
    """
    if shapely.get_dimensions(shape) == 2:
        return shape
    lines = []
    for part in shapely.get_parts(shape):
        xy = shapely.get_coordinates(part)
        if part.is_closed or part.length == 0.0:
            lines.append(part)
            continue
        xy = xy[np.concatenate([[True], (np.diff(xy, axis=0) != 0.0).any(axis=1)])]
        for end, beside in ((0, 1), (-1, -2)):
            away = xy[end] - xy[beside]
            xy[end] += away * (ON_LINE_M / np.hypot(*away))
        lines.append(shapely.LineString(xy))
    return shapely.union_all(lines)


def junctions_on(streets: Streets, line: "BaseGeometry", edges: Ints) -> Bools:
    """Say which junctions a line passes, (V,) bool; only ends of some edges are looked at."""
    ends = np.unique(np.concatenate([streets.edge_tail[edges], streets.edge_head[edges]]))
    shapely.prepare(line)
    result = np.zeros(streets.n_nodes, np.bool_)
    result[ends] = shapely.dwithin(line, shapely.points(streets.node_xy[ends]), ON_LINE_M)
    return result


def parted_at(
    streets: Streets, line: "BaseGeometry", junctions: Ints, squares: Geometries
) -> Streets:
    """Return the network with junctions parted by a line through them.

    Streets that leave a junction on one side of the line stay joined; a street along the line
    itself is joined to neither side. A line that ends at a junction parts nothing, unless it comes
    over a square and ends at its outline: nobody gets round it there.

    Parameters
    ----------
    streets
        The network.
    line
        A fence, in the network's coordinate system.
    junctions
        Nodes that it passes.
    squares
        Surfaces of the squares that it stands on.

    Returns
    -------
    Streets
        With the same edges and more nodes, the new ones behind; the given one where nothing is
        parted.
    """
    tail, head = streets.edge_tail.copy(), streets.edge_head.copy()
    copies: list[int] = []
    for node in junctions.tolist():
        fence = _bearings(streets.node_xy[node], line)
        if len(fence) == 1:
            fence = np.unique([*fence, *_outside(streets.node_xy[node], float(fence[0]), squares)])
        if len(fence) < 2:
            continue
        own: dict[int, int] = {}  # by side of the fence: the node that streets meet at there
        for ends, away in ((tail, 1.0), (head, -1.0)):
            for edge in np.flatnonzero(ends == node).tolist():
                side = _side(streets, edge, away, line, fence)
                if side is None:
                    side = -1 - len(own)
                if side not in own:
                    own[side] = streets.n_nodes + len(copies) if own else node
                    copies += [node] if own[side] != node else []
                ends[edge] = own[side]
    if not copies:
        return streets
    return replace(
        streets,
        node_xy=np.vstack([streets.node_xy, streets.node_xy[copies]]),
        node_lonlat=np.vstack([streets.node_lonlat, streets.node_lonlat[copies]]),
        edge_tail=tail,
        edge_head=head,
    )


def _bearings(xy: Floats, line: "BaseGeometry") -> Floats:
    """Return in which directions a line leaves a place, radians, ascending."""
    around = shapely.boundary(shapely.buffer(shapely.Point(xy), _AROUND_M))
    met = shapely.get_coordinates(shapely.intersection(line, around)) - xy
    return np.unique(np.arctan2(met[:, 1], met[:, 0]))


def _outside(xy: Floats, along: float, squares: Geometries) -> list[float]:
    """Return in which direction a fence would go on beyond the outline of a square, radians.

    In none where it ends at `xy` without having come over a square, or is on one all around.
    """
    steps = along + np.linspace(0.0, 2.0 * np.pi, 361)[:-1]
    around = shapely.points(xy + _AROUND_M / 2 * np.column_stack([np.cos(steps), np.sin(steps)]))
    near = squares[shapely.dwithin(squares, shapely.Point(xy), _AROUND_M)]
    inside = shapely.intersects(shapely.union_all(near), around)
    if not inside[0] or inside.all():
        return []
    # the middle of the first of the widest gaps between streets over the square
    edges = np.flatnonzero(np.diff(np.append(inside, True).astype(np.int64)))
    begins, ends = edges[::2] + 1, edges[1::2]
    widest = int(np.argmax(ends - begins))
    angle = float(steps[begins[widest]] + steps[ends[widest]]) / 2
    return [float(np.arctan2(np.sin(angle), np.cos(angle)))]


def _side(
    streets: Streets, edge: int, away: float, line: "BaseGeometry", fence: Floats
) -> int | None:
    """Return on which side of a fence an edge leaves its tail (or head), None along the fence."""
    course = shapely.LineString(streets.edge_xy(edge))
    far = shapely.line_interpolate_point(course, away * min(_AROUND_M, course.length))
    if shapely.dwithin(line, far, ON_LINE_M):
        return None
    node = streets.edge_xy(edge)[0 if away > 0 else -1]
    x, y = shapely.get_coordinates(far)[0] - node
    return int(np.searchsorted(fence, np.arctan2(y, x)) % len(fence))
