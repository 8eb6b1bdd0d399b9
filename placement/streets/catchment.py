"""The ground from which a post is within a walk: times on a raster, drawn as a polygon."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray

from placement.errors import UsageError
from placement.streets.network import Streets
from placement.streets.search import walking_times
from placement.streets.snap import SNAP_M, Snapped, snap

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

type Floats = NDArray[np.float64]

#: Side of a raster cell, metres: fine enough to tell two streets apart.
CELL_M = 15.0
#: What the outline may be simplified by, metres.
SIMPLIFY_M = 5.0


def catchment(
    streets: Streets,
    source: Snapped,
    *,
    limit_s: float,
    outward: bool,
    water: "BaseGeometry | Sequence[BaseGeometry] | None" = None,
    level: int = 0,
    max_m: float = SNAP_M,
    cell_m: float = CELL_M,
) -> "BaseGeometry":
    """Return the ground within a walk of one post.

    The middle of each raster cell is snapped and timed as a person standing there would be, so
    the drawing and the coverage figures follow one rule; the outline is the contour at the
    limit. Holes are kept.

    Parameters
    ----------
    streets
        The network.
    source
        One snapped point.
    limit_s
        Longest walk, seconds.
    outward
        True: from the post outward; False: towards it.
    water
        Polygons in the network's coordinate system, cut out.
    level
        Level the ground lies on.
    max_m
        Farthest a place may lie from a street, metres.
    cell_m
        Side of a raster cell, metres.

    Returns
    -------
    shapely.Geometry
        A valid polygon or multipolygon in the network's coordinate system, empty where the
        source is not snapped.

    Raises
    ------
    UsageError
        Where not exactly one source is given.
    """
    if len(source) != 1:
        raise UsageError(f"a catchment belongs to one point, not to {len(source)}.")
    if source.edge[0] < 0:
        return shapely.MultiPolygon()
    x, y = _raster(streets, source, limit_s=limit_s, max_m=max_m, cell_m=cell_m)
    points = np.column_stack([np.tile(x, len(y)), np.repeat(y, len(x))])
    cells = snap(streets, points, level=level, water=water, max_m=max_m)
    # times a little beyond the limit, so that the contour has something to lean on
    margin = 2.0 * cell_m / streets.speed_m_s
    times = walking_times(streets, source, cells, limit_s=limit_s + margin, outward=outward)
    z = np.full(len(points), limit_s + margin)
    z[times.indices] = times.data
    return _polygon(x, y, z.reshape(len(y), len(x)), limit_s, water)


def place_of(streets: Streets, snapped: Snapped) -> Floats:
    """Return where snapped points touch their edges.

    Parameters
    ----------
    streets
        The network.
    snapped
        N points.

    Returns
    -------
    ndarray
        (N, 2) float64, metres; NaN where not snapped.
    """
    result = np.full((len(snapped), 2), np.nan)
    for i in np.flatnonzero(snapped.edge >= 0):
        edge = int(snapped.edge[i])
        begin, end = streets.vertex_first[edge], streets.vertex_first[edge + 1]
        along = streets.vertex_m[begin:end]
        at = snapped.fraction[i] * along[-1]
        for axis in range(2):
            result[i, axis] = np.interp(at, along, streets.vertex_xy[begin:end, axis])
    return result


def _raster(
    streets: Streets, source: Snapped, *, limit_s: float, max_m: float, cell_m: float
) -> tuple[Floats, Floats]:
    """Return the middles of the columns and rows of cells that may be in reach."""
    place = place_of(streets, source)[0]
    extent = streets.node_xy.min(axis=0), streets.node_xy.max(axis=0)
    scale = 1.02  # the plane may be a little larger than the ground
    reach = scale * limit_s * streets.speed_m_s + 2 * cell_m
    low = np.maximum(place - reach, extent[0] - max_m - 2 * cell_m)
    high = np.minimum(place + reach, extent[1] + max_m + 2 * cell_m)
    begin = np.floor(low / cell_m)
    count = np.maximum(np.ceil(high / cell_m) - begin, 1) + 1
    return (
        (begin[0] + np.arange(count[0])) * cell_m,
        (begin[1] + np.arange(count[1])) * cell_m,
    )


def _polygon(
    x: Floats,
    y: Floats,
    z: Floats,
    limit_s: float,
    water: "BaseGeometry | Sequence[BaseGeometry] | None",
) -> "BaseGeometry":
    """Return the ground where z is at most the limit."""
    lines = contourpy.contour_generator(
        x, y, z, name="serial", fill_type=contourpy.FillType.OuterOffset
    ).filled(-1.0, limit_s)
    polygons = []
    for points, offsets in zip(*lines, strict=True):
        rings = [points[a:b] for a, b in pairwise(offsets)]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    shape: Any = shapely.MultiPolygon(polygons)
    shape = shapely.make_valid(shapely.simplify(shape, SIMPLIFY_M, preserve_topology=True))
    if water is not None:
        wet = [water] if hasattr(water, "geom_type") else list(water)
        shape = shapely.difference(shape, shapely.union_all(wet))
    return shapely.normalize(_surfaces(shape))


def _surfaces(shape: "BaseGeometry") -> "BaseGeometry":
    """Keep the polygons of a geometry."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 0)]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
