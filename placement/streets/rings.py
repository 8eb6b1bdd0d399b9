"""Catchments as a layer: rings at several times, what several posts share, and the file of it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.globe import around_pole, cut
from placement.streets.network import transformer

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Decimals of a degree that are written, about a decimetre.
_DECIMALS = 6
#: Where parallels bend so much that a street block's outline shows it.
_BENT_DEG = 80.0
_STEP_M = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """The ground within a walk of one post.

    Attributes
    ----------
    post
        Identifier of the post, ``"<site>/<resource>"``.
    resource
        Identifier of the resource.
    limit_s
        Longest walk, seconds.
    shape
        Ground, metres; may be empty.
    period
        Name of the period of the day in which it is, where there are some.
    """

    post: str
    resource: str
    limit_s: float
    shape: "BaseGeometry"
    period: str | None = None


def overlaps(shapes: "Sequence[BaseGeometry]", *, step: float = 1e-3) -> "list[BaseGeometry]":
    """Return the ground by how many of some shapes it lies in.

    Parameters
    ----------
    shapes
        Polygons, in any one plane.
    step
        Outlines meet on a grid of this step, in the unit of the plane, so that faces beside one
        another share every corner; a millimetre where shapes are in metres.

    Returns
    -------
    list of shapely.Geometry
        The k-th is the ground that at least k + 1 shapes hold; the first is their union. As long
        as the highest count.
    """
    solid = [shape for shape in shapes if shapely.area(shape) > 0]
    if not solid:
        return []
    shapely.prepare(solid)
    # all outlines cut the plane into faces, each of which lies in so many shapes
    outlines = shapely.union_all(shapely.boundary(solid), grid_size=step)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(outlines)))
    tree = shapely.STRtree(shapely.point_on_surface(faces))
    count = np.bincount(tree.query(solid, predicate="contains")[1], minlength=len(faces))
    return [
        _surfaces(shapely.coverage_union_all(faces[count > k])) for k in range(int(count.max()))
    ]


def rings_text(rings: Sequence[Ring], *, crs: str) -> str:
    """Return rings, and by resource and time what at least so many posts reach, as GeoJSON.

    One feature a line, in the order of their ids, so that files compare well.

    Parameters
    ----------
    rings
        In the coordinate system of `crs`.
    crs
        Metric coordinate system.

    Returns
    -------
    str
        In degrees with six decimals; empty catchments are left out.
    """
    features: list[tuple[str, dict[str, Any], BaseGeometry]] = []
    groups: dict[tuple[str | None, str, float], list[BaseGeometry]] = {}
    for ring in sorted(rings, key=lambda r: (r.resource, r.limit_s, r.post)):
        facts: dict[str, Any] = {"kind": "post", "post": ring.post, "resource": ring.resource}
        name, when = f"{ring.post}@{ring.limit_s:g}", _when(ring.period)
        facts |= {"walk_s": _plain(ring.limit_s), **when}
        features.append((_in(ring.period, name), facts, ring.shape))
        groups.setdefault((ring.period, ring.resource, ring.limit_s), []).append(ring.shape)
    for (period, resource, limit_s), shapes in groups.items():
        for k, shape in enumerate(overlaps(shapes), 1):
            together = {"kind": "together", "resource": resource, "walk_s": _plain(limit_s)}
            name = _in(period, f"{resource}@{limit_s:g}x{k}")
            features.append((name, {**together, "posts": k, **_when(period)}, shape))
    back = transformer(crs, inverse=True)

    def degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(back.transform(xy[:, 0], xy[:, 1]))

    lines = []
    for name, facts, shape in sorted(features, key=lambda item: item[0]):
        if shapely.is_empty(shape):
            continue
        # on the grid of what is written, so that rounding never makes an outline cross itself
        drawn = shapely.set_precision(cut(_on_globe(shape, degrees)), 10.0**-_DECIMALS)
        if shapely.is_empty(drawn):
            continue
        # rings wind as RFC 7946 wants them: outside counter-clockwise
        drawn = shapely.orient_polygons(shapely.transform(shapely.normalize(drawn), _rounded))
        feature = {"type": "Feature", "id": name, "properties": facts}
        feature["geometry"] = json.loads(shapely.to_geojson(drawn))
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(", ", ": ")))
    return collection_text(lines)


def _in(period: str | None, name: str) -> str:
    return name if period is None else f"{period}:{name}"


def _when(period: str | None) -> dict[str, Any]:
    return {} if period is None else {"period": period}


def _on_globe(
    shape: "BaseGeometry", degrees: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> "BaseGeometry":
    """Return ground in degrees; near a pole, where straight lines bend, in short steps."""
    found = shapely.transform(shape, degrees)
    if np.abs(shapely.get_coordinates(found)[:, 1]).max() > _BENT_DEG:
        found = shapely.transform(shapely.segmentize(shape, _STEP_M), degrees)
    if shapely.is_valid(found) or around_pole(found):
        return found
    return _surfaces(shapely.make_valid(found))


def collection_text(features: Sequence[str]) -> str:
    """Return features, each written already, as a GeoJSON collection of one feature a line."""
    body = ",\n".join(features)
    return f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n'


def _rounded(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(degrees, _DECIMALS) + 0.0


def _surfaces(shape: "BaseGeometry") -> "BaseGeometry":
    """Keep the polygons of a geometry."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.normalize(shapely.MultiPolygon(list(parts[shapely.get_type_id(parts) == 3])))


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value
