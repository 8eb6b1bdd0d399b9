"""The ground from which a post is within a walk: times on a raster, drawn as a polygon."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import contourpy
import numpy as np
import shapely
from numpy.typing import ArrayLike

from placement.arrays import Floats, Ints
from placement.errors import UsageError
from placement.streets.barring import as_barring
from placement.streets.cell_times import Cells, finer_cells
from placement.streets.network import Streets
from placement.streets.snap import SNAP_M, Snapped, plane_scale

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from placement.streets.barring import Shapes


#: Side of a raster cell, metres: fine enough to tell two streets apart.
CELL_M = 15.0
#: What the outline may be simplified by, metres.
SIMPLIFY_M = 1.5
#: Posts are drawn so many at once that they have at most so many cells, 128 MB.
_CELLS_AT_ONCE = 16_000_000


def catchment(
    streets: Streets,
    source: Snapped,
    *,
    limit_s: float,
    outward: bool,
    water: "Shapes | None" = None,
    level: int = 0,
    max_m: float = SNAP_M,
    cell_m: float = CELL_M,
) -> "BaseGeometry":
    """Return the ground within a walk of one post.

    The middle of each raster cell is snapped and timed as a person standing there would be, so
    the drawing and the coverage figures follow one rule. The outline passes between the cells
    within the limit and the others, where the same rule says the limit is. Holes are kept.

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
    return catchments(
        streets,
        source,
        limits_s=[limit_s],
        outward=outward,
        water=water,
        level=level,
        max_m=max_m,
        cell_m=cell_m,
    )[0][0]


def catchments(
    streets: Streets,
    sources: Snapped,
    *,
    limits_s: Sequence[float],
    outward: bool,
    water: "Shapes | None" = None,
    barriers: "Shapes | None" = None,
    level: ArrayLike = 0,
    max_m: float = SNAP_M,
    cell_m: float = CELL_M,
) -> "list[list[BaseGeometry]]":
    """Return the ground within one or several walks of each of several posts.

    Cells that several posts share are snapped once, so that many catchments at once cost less
    than one after another; each is the same as by itself.

    Parameters
    ----------
    streets
        The network.
    sources
        S snapped points.
    limits_s
        L longest walks, seconds.
    outward, water, max_m, cell_m
        As in `catchment`.
    barriers
        Lines or polygons in the network's coordinate system that nobody crosses to reach a street.
    level
        Level the ground lies on, for all or for each post.

    Returns
    -------
    list of list of shapely.Geometry
        By source, then by limit.
    """
    result: list[list[BaseGeometry]] = [
        [shapely.MultiPolygon() for _ in limits_s] for _ in sources.edge
    ]
    levels = np.broadcast_to(np.asarray(level, np.int64), len(sources))
    there = np.flatnonzero(sources.edge >= 0)
    if len(limits_s) == 0:
        return result
    waters, walls = as_barring(water), as_barring(barriers)
    finer, many = finer_cells(max(limits_s) * streets.speed_m_s, cell_m, barriers=walls)
    at_once = max(1, _CELLS_AT_ONCE // many)
    for one in np.unique(levels[there]):
        here = there[levels[there] == one]
        # what flows above or below this level takes nothing from it
        wet = [w.shape for w in waters if w.levels is None or int(one) in w.levels]
        for chosen in np.split(here, range(at_once, len(here), at_once)):
            windows = _windows(streets, sources.take(chosen), max(limits_s), max_m, cell_m)
            cells = Cells(
                streets=streets, sources=sources.take(chosen), outward=outward,
                limits_s=sorted(limits_s), size_m=cell_m, finer=finer, water=waters,
                barriers=walls, level=int(one), max_m=max_m,
            )  # fmt: skip
            fields, size_m = cells.times(windows)
            out = shapely.union_all(np.array([*wet, cells.enclosed(windows)], object))
            for source, window, outlines in zip(
                chosen, windows, _outlines(cells, fields, limits_s, size_m), strict=True
            ):
                column, row = window
                near = shapely.clip_by_rect(
                    out, *((axis[0] - 1) * cell_m for axis in (column, row)),
                    *((axis[-1] + 1) * cell_m for axis in (column, row)),
                )  # fmt: skip
                reached: BaseGeometry = shapely.MultiPolygon()
                for at in np.argsort(limits_s):
                    # what a shorter walk reaches, whatever each outline is simplified by
                    reached = _surfaces(shapely.union(reached, _ground(outlines[at], near)))
                    result[source][at] = shapely.normalize(reached)
    return result


def _windows(
    streets: Streets, sources: Snapped, limit_s: float, max_m: float, cell_m: float
) -> list[tuple[Ints, Ints]]:
    """Return the columns and rows of cells that may be in reach of each source."""
    scale = max(1.0, float(np.median(plane_scale(streets)))) * 1.02
    reach = scale * limit_s * streets.speed_m_s + 2 * cell_m
    low = streets.vertex_xy.min(axis=0) - scale * max_m - 2 * cell_m
    high = streets.vertex_xy.max(axis=0) + scale * max_m + 2 * cell_m
    place = place_of(streets, sources)
    begin = np.floor(np.maximum(place - reach, low) / cell_m).astype(np.int64)
    end = np.ceil(np.minimum(place + reach, high) / cell_m).astype(np.int64) + 1
    return [
        (np.arange(b[0], max(e[0], b[0] + 2)), np.arange(b[1], max(e[1], b[1] + 2)))
        for b, e in zip(begin, end, strict=True)
    ]


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


type _Rings = list[list[Floats]]


def _outlines(
    cells: Cells,
    fields: Sequence[tuple[Ints, Ints, Floats]],
    limits_s: Sequence[float],
    size_m: float,
) -> list[list[_Rings]]:
    """Return the outlines at each limit around each post, each polygon's outer ring first."""
    drawn = [[_contour(z, limit_s) for limit_s in limits_s] for _, _, z in fields]
    corners = [
        np.concatenate([np.zeros((0, 2)), *(points for each in mine for points, _ in each)])
        for mine in drawn
    ]
    limits = [
        np.repeat(limits_s, [sum(len(points) for points, _ in each) for each in mine])
        for mine in drawn
    ]
    moved = cells.crossings(fields, corners, limits, size_m)
    result = []
    for mine, xy in zip(drawn, moved, strict=True):
        done = 0
        by_limit: list[_Rings] = []
        for each in mine:
            polygons: _Rings = []
            for points, offsets in each:
                polygons.append([xy[done + a : done + b] for a, b in pairwise(offsets)])
                done += len(points)
            by_limit.append(polygons)
        result.append(by_limit)
    return result


def _contour(z: Floats, limit_s: float) -> list[tuple[Floats, Ints]]:
    """Return the outline of where z is at most the limit, polygon by polygon.

    Each has its corners, in columns and rows, and the places where its rings begin and end.
    """
    within = z <= limit_s
    spans = [np.flatnonzero(within.any(axis=axis)) for axis in (0, 1)]
    if not len(spans[0]):
        return []
    column, row = (slice(max(int(span[0]) - 1, 0), int(span[-1]) + 2) for span in spans)
    lines = contourpy.contour_generator(
        z=np.where(within[row, column], 1.0, -1.0),
        name="serial",
        fill_type=contourpy.FillType.OuterOffset,
    ).filled(0.0, 2.0)
    first = [column.start, row.start]
    return [(points + first, offsets) for points, offsets in zip(*lines, strict=True)]


def _ground(polygons: _Rings, out: "BaseGeometry") -> "BaseGeometry":
    """Return outlines as ground, water and what else nobody stands on cut out."""
    shape: Any = shapely.MultiPolygon([shapely.Polygon(one[0], one[1:]) for one in polygons])
    shape = shapely.make_valid(shapely.simplify(shape, SIMPLIFY_M, preserve_topology=True))
    return _surfaces(shapely.difference(shape, out))


def _surfaces(shape: "BaseGeometry") -> "BaseGeometry":
    """Keep the polygons of a geometry."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 0)]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
