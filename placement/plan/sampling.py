"""People standing in an area → points that carry them, none lost and none invented."""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from placement.arrays import Floats

_CHUNK = 20_000
MOST_CELLS = 2_000_000


def cells_of(polygon: BaseGeometry, *, spacing_m: float) -> int:
    """Return how many cells of the grid the polygon's bounding box touches."""
    west, south, east, north = _reach(polygon, spacing_m)
    return (east - west) * (north - south)


def sample(polygon: BaseGeometry, people: float, *, spacing_m: float) -> tuple[Floats, Floats]:
    """Share the people of an area out to points inside it.

    The grid is anchored at the origin of the coordinate system, so the points of one area depend on
    no other area. Each cell of the grid that overlaps the polygon holds people in proportion to the
    overlap, and they stand inside it: thin strips are represented as fairly as squares.

    Parameters
    ----------
    polygon
        Polygon or multipolygon, valid, metres.
    people
        How many stand in it, ≥ 0.
    spacing_m
        Side of a cell, metres.

    Returns
    -------
    xy
        (n, 2) float64, n ≥ 1, points inside the polygon, from south to north and then from west to
        east.
    share
        (n,) float64, the people at each point: whole numbers, but for the fraction of a person that
        `people` may have, which the first point gets. Their sum is `people`. Points that would
        carry nobody are left out.
    """
    polygon = shapely.normalize(polygon)
    xy, overlap = _overlaps(polygon, spacing_m)
    # whole square millimetres: the sharing is exact arithmetic, the same on every machine
    weight = [round(area * 1e6) for area in overlap.tolist()]
    count = math.floor(people)
    if not any(weight) or count == 0:
        inside = shapely.get_coordinates(shapely.point_on_surface(polygon))
        return inside, np.array([people], dtype=np.float64)
    share = np.array(largest_remainder(count, weight), dtype=np.float64)
    kept = share > 0
    xy, share = xy[kept], share[kept]
    share[0] += people - count
    return xy, share


def largest_remainder(count: int, weight: Sequence[int]) -> list[int]:
    """Share a whole number out in proportion to whole weights, exactly.

    Everybody gets the whole part of the due share; what is left goes, one each, to the largest
    remainders, and of equal ones to the first (Hamilton's method).

    Parameters
    ----------
    count
        What to share out, ≥ 0.
    weight
        Weights ≥ 0, at least one above 0.

    Returns
    -------
    list of int
        As many as there are weights; their sum is `count`.
    """
    total = sum(weight)
    due = [divmod(count * one, total) for one in weight]
    share = [whole for whole, _ in due]
    left = count - sum(share)
    for position in sorted(range(len(due)), key=lambda at: (-due[at][1], at))[:left]:
        share[position] += 1
    return share


def _reach(polygon: BaseGeometry, spacing_m: float) -> tuple[int, int, int, int]:
    """Return the first and the last-plus-one cell in both directions."""
    west, south, east, north = (float(bound) / spacing_m for bound in polygon.bounds)
    return (
        math.floor(west),
        math.floor(south),
        max(math.ceil(east), math.floor(west) + 1),
        max(math.ceil(north), math.floor(south) + 1),
    )


def _overlaps(polygon: BaseGeometry, spacing_m: float) -> tuple[Floats, Floats]:
    """Return a point in, and the area of, each overlap of the polygon with a cell of the grid."""
    west, south, east, north = _reach(polygon, spacing_m)
    shapely.prepare(polygon)
    points: list[Floats] = [np.empty((0, 2))]
    areas: list[Floats] = [np.empty(0)]
    columns = east - west
    total = columns * (north - south)
    for start in range(0, total, _CHUNK):
        cell = np.arange(start, min(start + _CHUNK, total))
        low = np.column_stack([west + cell % columns, south + cell // columns]) * spacing_m
        boxes = shapely.box(low[:, 0], low[:, 1], low[:, 0] + spacing_m, low[:, 1] + spacing_m)
        touched = shapely.intersects(polygon, boxes)
        boxes = boxes[touched]
        pieces = boxes.copy()
        cut = ~shapely.contains_properly(polygon, boxes)
        pieces[cut] = shapely.intersection(polygon, boxes[cut])
        area = shapely.area(pieces)
        real = area > 0
        # the middle of a whole cell, else a point that is certain to lie inside the piece
        inside = shapely.centroid(pieces[real])
        ragged = cut[real]
        inside[ragged] = shapely.point_on_surface(pieces[real][ragged])
        points.append(shapely.get_coordinates(inside))
        areas.append(area[real])
    return np.concatenate(points), np.concatenate(areas)
