"""The faces into which lines cut a frame, and on which side of each line they lie."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from placement.arrays import Floats, Geometries, Ints

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: How far beside a line its side is looked for, metres.
_BESIDE_M = 0.05
_BEYOND_M = 1.0


class Faces(NamedTuple):
    """The faces of a frame.

    Attributes
    ----------
    shapes
        (F,) polygons.
    left, right
        (S,) int64, the face on each side of a segment of the lines; -1 outside the frame.
    length_m
        (S,) float64, the segments' lengths.
    """

    shapes: Geometries
    left: Ints
    right: Ints
    length_m: Floats


def cut_into_faces(frame: "BaseGeometry", lines: Sequence["BaseGeometry"]) -> Faces:
    """Cut a frame along lines; what ends inside the frame is led on the straight way.

    A line that ends inside, because the file ends there or lacks a piece, is joined to the nearest
    other such end, or to the rim where that is nearer.

    Parameters
    ----------
    frame
        A polygon, metres.
    lines
        Lines in their own direction, metres.

    Returns
    -------
    Faces
    """
    rim = shapely.boundary(frame)
    # a little beyond the rim, so that a line crosses it, and does not end a hair's breadth before
    beyond = shapely.buffer(frame, _BEYOND_M, join_style="mitre")
    inside = shapely.intersection(shapely.multilinestrings(list(lines)), beyond)
    pieces = [part for part in shapely.get_parts(inside) if part.geom_type == "LineString"]
    led = [*pieces, *_led_on(pieces, frame)]
    parts = shapely.get_parts(shapely.node(shapely.union_all([*led, *shapely.get_parts(rim)])))
    shapes = shapely.get_parts(shapely.polygonize(parts))
    shapes = shapes[shapely.area(shapes) > 0]
    ends = [_segments(shapely.get_coordinates(line)) for line in lines]
    start, end = (np.concatenate([one[side] for one in ends]) for side in (0, 1))
    along = end - start
    length = np.hypot(*along.T)
    start, end, along, length = (rows[length > 0] for rows in (start, end, along, length))
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / length[:, None]
    tree = shapely.STRtree(shapes)
    middle = (start + end) / 2
    left, right = (
        _face_of(tree, middle + side * _BESIDE_M * normal, len(middle)) for side in (1.0, -1.0)
    )
    return Faces(shapes, left, right, length)


def _segments(xy: Floats) -> tuple[Floats, Floats]:
    """Return starts and ends of a line's segments, long ones cut so that each has one side."""
    fine = shapely.get_coordinates(shapely.segmentize(shapely.LineString(xy), 25.0))
    return fine[:-1], fine[1:]


def _face_of(tree: shapely.STRtree, places: Floats, count: int) -> Ints:
    face = np.full(count, -1, np.int64)
    at, found = tree.query(shapely.points(places), predicate="within")
    face[at] = found
    return face


def _led_on(pieces: Sequence["BaseGeometry"], frame: "BaseGeometry") -> list["BaseGeometry"]:
    """Return the straight lines from loose ends inside to one another, or across the rim."""
    if not pieces:
        return []
    ends = np.concatenate([shapely.get_coordinates(line)[[0, -1]] for line in pieces])
    _, at, count = np.unique(np.round(ends, 3), axis=0, return_index=True, return_counts=True)
    rim = shapely.boundary(frame)
    loose = ends[at[count == 1]]
    loose = loose[shapely.dwithin(frame, shapely.points(loose), 0.01)]
    to_rim = shapely.distance(shapely.points(loose), rim)
    apart = np.hypot(*(loose[:, None, :] - loose[None, :, :]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    found: list[BaseGeometry] = []
    left = set(range(len(loose)))
    order = np.dstack(np.unravel_index(np.argsort(apart, axis=None, kind="stable"), apart.shape))
    for a, b in order[0].tolist():
        if a in left and b in left and apart[a, b] < min(to_rim[a], to_rim[b]):
            found.append(shapely.LineString(loose[[a, b]]))
            left -= {a, b}
    centre = shapely.get_coordinates(shapely.centroid(frame))[0]
    for a in sorted(left):
        ahead = shapely.get_coordinates(shapely.shortest_line(shapely.Point(loose[a]), rim))[-1]
        outward = (ahead - centre) / np.hypot(*(ahead - centre))
        found.append(shapely.LineString([loose[a], ahead, ahead + _BEYOND_M * outward]))
    return found
