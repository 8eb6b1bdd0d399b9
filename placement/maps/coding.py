"""Geometry as short lists of whole numbers: what keeps a map of a city within a few megabytes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import ArrayLike

from placement.arrays import Floats, Geometries, Ints
from placement.globe import transformer
from placement.maps.frame import Frame
from placement.maps.squares import draw_squares

if TYPE_CHECKING:
    from placement.streets import Streets


SHAPE_SCALE = 1e6
"""Steps in a degree for shapes and points: 0.1 m."""
STREET_SCALE = 1e5
"""Steps in a degree for the street background: 1.1 m, finer than a line is wide."""
STREET_TOLERANCE_M = 0.8
"""Farthest a drawn street may run from the surveyed one, in metres."""
MOST_DOTS = 12_000
"""Most dots drawn for people; more than these are merged on a grid."""

_MAIN = frozenset({"motorway", "trunk", "primary", "secondary", "tertiary"})
_PATHS = frozenset(
    {"footway", "path", "steps", "cycleway", "track", "bridleway", "corridor", "platform"}
)
STREET_GROUPS = ("path", "street", "main", "bridge")
"""Groups of streets in the order they are drawn, thinnest first, bridges over all others."""
SQUARES = "square"
"""The surfaces of squares, below all of them: outlines and holes, closed."""
_SURFACE = len(STREET_GROUPS)  # beside the positions of groups


def deltas(coordinates: Floats, *, scale: float = SHAPE_SCALE) -> list[int]:
    """Write a line as its first position and the steps that follow, in whole numbers.

    Parameters
    ----------
    coordinates
        (N, 2) float64, degrees.
    scale
        Steps in a degree.

    Returns
    -------
    list of int
        ``[x0, y0, dx1, dy1, …]``; positions that fall on the one before are left out, though a
        line keeps at least two positions.
    """
    whole = np.rint(np.asarray(coordinates, dtype=np.float64)[:, :2] * scale).astype(np.int64)
    moved = np.ones(len(whole), dtype=np.bool_)
    moved[1:] = np.any(whole[1:] != whole[:-1], axis=1)
    if moved.sum() < 2:
        moved[-1:] = True
    kept = whole[moved]
    steps = np.diff(kept, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return [int(value) for value in steps.ravel()]


def polygons(geometry: "shapely.Geometry | None") -> list[list[list[int]]]:
    """Write all polygons of a geometry, each as its outer ring and its holes.

    Rings are left open (the first position is not repeated), in a fixed direction and from a
    fixed start, so that equal areas give equal numbers.
    """
    if geometry is None or geometry.is_empty:
        return []
    parts = [
        part
        for part in shapely.get_parts(shapely.normalize(geometry), return_index=False)
        if part.geom_type == "Polygon" and not part.is_empty
    ]
    found = []
    for part in parts:
        rings = [part.exterior, *part.interiors]
        coded = [deltas(shapely.get_coordinates(ring)[:-1]) for ring in rings]
        found.append([ring for ring in coded if len(ring) >= 6])
    return [rings for rings in found if rings]


def lines(geometry: "shapely.Geometry | None") -> list[list[int]]:
    """Write all lines of a geometry."""
    if geometry is None or geometry.is_empty:
        return []
    return [
        deltas(shapely.get_coordinates(part))
        for part in shapely.get_parts(geometry)
        if part.geom_type in {"LineString", "LinearRing"} and not part.is_empty
    ]


def simpler(geometry: "shapely.Geometry", *, tolerance_deg: float = 3e-5) -> "shapely.Geometry":
    """Drop positions that a screen cannot show (2e-5° are 2.2 m), keeping the shape valid."""
    drawn = shapely.simplify(geometry, tolerance_deg, preserve_topology=True)
    return geometry if drawn.is_empty else drawn


def bounds(geometries: Iterable["shapely.Geometry"], points: ArrayLike) -> list[float] | None:
    """Return west, south, east, north of all geometries and points, or None if there are none."""
    boxes = [geometry.bounds for geometry in geometries if not geometry.is_empty]
    every = np.concatenate(
        [
            np.asarray(points, dtype=np.float64).reshape(-1, 2),
            np.asarray(boxes, dtype=np.float64).reshape(-1, 2),
        ]
    )
    every = every[np.isfinite(every).all(axis=1)]
    if len(every) == 0:
        return None
    low, high = every.min(axis=0), every.max(axis=0)
    return [round(float(value), 6) for value in (*low, *high)]


def street_lines(streets: "Streets", frame: Frame | None = None) -> dict[str, dict[str, list[int]]]:
    """Write the street network for drawing, by group of class.

    Parameters
    ----------
    streets
        The walking network; its vertices are in metres of ``streets.crs``.
    frame
        Where it is drawn; None draws it where it lies.

    Returns
    -------
    dict
        For `SQUARES` and each of `STREET_GROUPS` what `packed` returns. Ways across a square are
        left out, its surface stands for them.
    """
    xy = np.asarray(streets.vertex_xy, dtype=np.float64)
    first = np.asarray(streets.vertex_first, dtype=np.int64)
    edge = np.repeat(np.arange(len(first) - 1), np.diff(first))
    surfaces, hidden = draw_squares(streets)
    rings = shapely.get_rings(surfaces)
    group = np.append(np.where(hidden, -1, group_of_edges(streets)), np.full(len(rings), _SURFACE))
    if len(rings):
        ring_xy, ring = shapely.get_coordinates(rings, return_index=True)
        xy, edge = np.vstack([xy, ring_xy]), np.append(edge, len(first) - 1 + ring)
    drawn = shapely.simplify(
        shapely.linestrings(xy, indices=edge) if len(xy) else [],
        STREET_TOLERANCE_M,
        preserve_topology=False,
    )
    return {
        name: packed(drawn[group == position], streets.crs, frame)
        for position, name in ((_SURFACE, SQUARES), *enumerate(STREET_GROUPS))
    }


def packed(lines: Geometries, crs: str, frame: Frame | None = None) -> dict[str, list[int]]:
    """Write many lines as two lists of whole numbers.

    Parameters
    ----------
    lines
        (N,) lines, or rings that are closed, metres of `crs`.
    crs
        Their coordinate system.
    frame
        Where they are drawn; None draws them where they lie.

    Returns
    -------
    dict
        ``n``, the number of positions of each line, and ``d``, steps of 1e-5° from one position to
        the next, running on from line to line. Lines too short to see are left out.
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    lonlat = np.column_stack(transformer(crs, "EPSG:4326").transform(xy[:, 0], xy[:, 1]))
    lonlat = lonlat if frame is None else frame.places(lonlat)
    whole = np.rint(lonlat * STREET_SCALE).astype(np.int64)
    moved = np.ones(len(whole), dtype=np.bool_)
    moved[1:] = (line[1:] != line[:-1]) | np.any(whole[1:] != whole[:-1], axis=1)
    whole, line = whole[moved], line[moved]
    counts = np.unique(line, return_counts=True)[1]
    # a line that shrank to one position on this grid is too short to see
    seen = np.repeat(counts > 1, counts)
    steps = np.diff(whole[seen], axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return {"n": counts[counts > 1].tolist(), "d": steps.ravel().tolist()}


def group_of_edges(streets: "Streets") -> Ints:
    """Return (E,) positions in `STREET_GROUPS`."""
    of_class = np.array([_group(name) for name in streets.classes], dtype=np.int64)
    bridge = STREET_GROUPS.index("bridge")
    return np.where(streets.bridge, bridge, of_class[streets.class_code]).astype(np.int64)


def _group(name: str) -> int:
    """Return the position in `STREET_GROUPS` of an OpenStreetMap class."""
    base = name.removesuffix("_link")
    if base in _MAIN:
        return 2
    return 0 if base in _PATHS else 1


def dots(lonlat: Floats, people: Floats, mask: Ints) -> dict[str, Any]:
    """Write the people no post covers as dots, merged on a grid where there are very many.

    Parameters
    ----------
    lonlat
        (M, 2) float64, degrees.
    people
        (M,) float64.
    mask
        (M,) int64, bit k is set where no post of resource k covers the point; points with 0 are
        left out.

    Returns
    -------
    dict
        ``d``, steps of 1e-6° from dot to dot; ``m``, masks; ``cell``, the side of the grid in
        steps, 1 where nothing was merged.
    """
    kept = (mask > 0) & (people > 0)
    cell = 1
    table = _at_one_place(np.rint(lonlat[kept] * SHAPE_SCALE).astype(np.int64), mask[kept])
    while len(table) > MOST_DOTS:
        cell = 250 if cell == 1 else cell * 2
        table = _at_one_place(table[:, :2] // cell * cell + cell // 2, table[:, 2])
    steps = np.diff(table[:, :2], axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return {"cell": cell, "d": steps.ravel().tolist(), "m": table[:, 2].tolist()}


def _at_one_place(places: Ints, bits: Ints) -> Ints:
    """Return (n, 3) int64, every place once with the bits of all that is there."""
    found, where = np.unique(places, axis=0, return_inverse=True)
    together = np.zeros(len(found), dtype=np.int64)
    np.bitwise_or.at(together, where.ravel(), bits)
    return np.column_stack([found, together])
