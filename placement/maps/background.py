"""The ground a map is drawn on: blocks of buildings and green, and the names of places on it."""

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from placement.arrays import Geometries
from placement.globe import transformer
from placement.maps import coding
from placement.maps.walks_panel import solid
from placement.plan.background import BUILDING, GREEN, OSM_LICENCE, SQUARE, STATION, kind_of
from placement.plan.problem import Plan
from placement.plan.shapes import Shape

if TYPE_CHECKING:
    from placement.maps.frame import Frame

GROUPS = (GREEN, BUILDING)
"""Kinds of ground in the order they are drawn; squares are drawn with the streets."""
MOST_CORNERS = 30_000
"""Most corners of the outlines of a kind, 180 kB of a page: what lies at the plan is drawn first,
the largest of it before others. An outline that takes more than half of them is drawn coarser."""
MOST_NAMES = 900
"""Most green and squares that are named, and most stations, in the same order."""
_TOLERANCE_M = 0.8
"""How far an outline may run from the mapped one, metres; as streets do."""
_LEAST_M2 = 60.0
"""Parts and holes smaller than this are left out."""
_LEAST_NAMED_M = 30.0
"""Side of a square as large as the least green or square that is named, metres."""


def grounds(plan: Plan) -> dict[str, shapely.Geometry]:
    """Return what is drawn of each of `GROUPS`, in metres of the plan's coordinate system.

    All of a kind is one, with simpler outlines (Douglas and Peucker, 1973).

    Returns
    -------
    dict
        Polygons by kind; kinds of which there is nothing are left out.
    """
    found = {}
    for kind in GROUPS:
        mine = np.array([one.xy for one in plan.background if kind_of(one) == kind], object)
        parts = _most_telling(_simpler(shapely.get_parts(mine)), _around(plan))
        if len(parts):
            whole = shapely.get_parts(shapely.union_all(parts))
            found[kind] = shapely.MultiPolygon([solid(part, _LEAST_M2) for part in whole])
    return found


def background_data(plan: Plan, frame: "Frame | None") -> dict[str, dict[str, list[int]]]:
    """Write the ground for drawing: for each of `GROUPS` its outlines, see `coding.packed`."""
    return {
        kind: coding.packed(shapely.get_rings(shapely.get_parts(shape)), plan.crs, frame)
        for kind, shape in grounds(plan).items()
    }


def drawn_on_osm(plan: Plan) -> bool:
    """Tell whether features of the background are OpenStreetMap's, by the column ``licence``."""
    return any(shape.properties.get("licence") == OSM_LICENCE for shape in plan.background)


def named_places(plan: Plan) -> list[tuple[str, Shape, float]]:
    """Return the green and squares to name, the largest first.

    Areas in which people stand have names of their own; a place that is called as one of them is
    left out.

    Returns
    -------
    list of tuple
        Name, shape, and the side of a square as large as it, metres.
    """
    taken = {shape.name.casefold() for shape in plan.areas}
    named = [
        shape
        for shape in plan.background
        if kind_of(shape) in {GREEN, SQUARE}
        and shape.name != shape.id
        and shape.name.casefold() not in taken
        and shapely.area(shape.xy) >= _LEAST_NAMED_M**2
    ]
    found = [
        (shape.name, shape, float(np.sqrt(shapely.area(shape.xy))))
        for shape in _nearest(plan, named)
    ]
    return sorted(found, key=lambda one: (-one[2], one[0], one[1].id))


def place_names(plan: Plan, frame: "Frame | None") -> list[list[Any]]:
    """Write the names of green and squares: ``[name, longitude, latitude, side in metres]``."""
    found = named_places(plan)
    if not found:
        return []  # for PROJ an array without rows is none
    inside = shapely.get_coordinates(shapely.point_on_surface([one.xy for _, one, _ in found]))
    back = transformer(plan.crs, "EPSG:4326")
    lonlat = np.column_stack(back.transform(inside[:, 0], inside[:, 1]))
    places = lonlat if frame is None else frame.places(lonlat)
    return [
        [name, round(lon, 6), round(lat, 6), round(side_m)]
        for (name, _, side_m), (lon, lat) in zip(found, places.tolist(), strict=True)
    ]


def mapped_stations(plan: Plan) -> list[tuple[str, Shape]]:
    """Return the stations of the background that have a name."""
    named = [
        shape for shape in plan.background if kind_of(shape) == STATION and shape.name != shape.id
    ]
    return [(shape.name, shape) for shape in _nearest(plan, named)]


def _around(plan: Plan) -> shapely.Geometry:
    """Return the box around all that a plan decides on, metres; a map opens within it."""
    shapes = np.array([shape.xy for shape in (*plan.route, *plan.areas)], object)
    xy = [plan.problem.sites.xy, plan.problem.demand.xy, shapely.get_coordinates(shapes)]
    return shapely.envelope(shapely.multipoints(np.concatenate(xy)))


def _nearest(plan: Plan, shapes: list[Shape]) -> list[Shape]:
    """Return no more shapes than are named: the nearest, of these the largest, then by id."""
    here = _around(plan)

    def rank(shape: Shape) -> tuple[float, float, str]:
        return float(shapely.distance(shape.xy, here)), -float(shapely.area(shape.xy)), shape.id

    return sorted(shapes, key=rank)[:MOST_NAMES]


def _simpler(parts: Geometries) -> Geometries:
    """Return polygons with simpler outlines, so that one alone does not take all the room."""
    drawn: Geometries = shapely.simplify(parts, _TOLERANCE_M)
    for doubled in range(1, 8):  # to 100 m: a ring of few corners becomes no simpler
        many = shapely.get_num_coordinates(drawn) > MOST_CORNERS // 2
        drawn[many] = shapely.simplify(parts[many], _TOLERANCE_M * 2**doubled)
    return drawn


def _most_telling(parts: Geometries, here: shapely.Geometry) -> Geometries:
    """Return the polygons at a plan, the largest first, then nearer ones, as there is room."""
    parts = shapely.normalize(parts[shapely.area(parts) >= _LEAST_M2])
    off_m = shapely.distance(parts, here)
    order = np.lexsort((*shapely.bounds(parts).T, -shapely.area(parts), off_m))
    corners = np.cumsum(shapely.get_num_coordinates(parts[order]))
    return parts[order[corners <= MOST_CORNERS]]
