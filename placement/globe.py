"""Longitudes on a globe: both sides of the antimeridian are one place, and zones end at poles."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import pyproj
import shapely

from placement.arrays import Floats, Geometries

_TURN = 360.0
_HALF = 180.0
_POLE = 90.0
_FRAME = shapely.box(-_HALF, -_POLE, _HALF, _POLE)
#: UTM zones that are wider than six degrees: south, north, west, east, zone.
_WIDE_ZONES = (
    (56.0, 64.0, 3.0, 12.0, 32),
    (72.0, 84.0, 0.0, 9.0, 31),
    (72.0, 84.0, 9.0, 21.0, 33),
    (72.0, 84.0, 21.0, 33.0, 35),
    (72.0, 84.0, 33.0, 42.0, 37),
)


@lru_cache(maxsize=64)
def transformer(source: pyproj.CRS | str, target: pyproj.CRS | str) -> pyproj.Transformer:
    """Return the way from one coordinate system to another, x (or longitude) first.

    Finding it takes longer than what a layer needs of it, and each layer asks again.
    """
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def beside(lon: Floats, centre: float) -> Floats:
    """Return longitudes by whole turns as near to a centre as they come.

    Parameters
    ----------
    lon
        (N,) float64, degrees.
    centre
        Degrees.

    Returns
    -------
    ndarray
        (N,) float64, from ``centre - 180`` to ``centre + 180``; the same numbers where no turn is
        needed.
    """
    turns = np.rint((centre - lon) / _TURN)
    found: Floats = lon + _TURN * turns
    return found


def wrapped(lon: Floats) -> Floats:
    """Return longitudes by whole turns from -180 to 180."""
    return beside(lon, 0.0)


def middle(lon: Floats) -> float:
    """Return the middle of the shortest arc that holds all longitudes.

    Parameters
    ----------
    lon
        (N,) float64, degrees, N > 0.

    Returns
    -------
    float
        Degrees, at least -180 and below 180.
    """
    around = np.unique(lon % _TURN)
    gaps = np.diff(np.append(around, around[0] + _TURN))
    widest = int(np.argmax(gaps))
    start = float(around[(widest + 1) % len(around)])
    half = (_TURN - float(gaps[widest])) / 2
    return (start + half + _HALF) % _TURN - _HALF


def local_crs(lon: float, lat: float) -> str:
    """Return the metric coordinate system of a place: its UTM zone, beyond 84° N and 80° S UPS.

    Southern Norway and Svalbard have the wider zones 32V and 31X to 37X.

    Parameters
    ----------
    lon, lat
        Degrees.

    Returns
    -------
    str
        E.g. ``"EPSG:32633"``.

    References
    ----------
    NGA (2014). The Universal Grids and the Transverse Mercator and Polar Stereographic Map
    Projections. NGA.SIG.0012.
    """
    if lat > 84:
        return "EPSG:32661"
    if lat < -80:
        return "EPSG:32761"
    lon = (lon + _HALF) % _TURN - _HALF
    zone = int((lon + _HALF) // 6) + 1
    for south, north, west, east, wide in _WIDE_ZONES:
        if south <= lat and (lat < north or lat == 84) and west <= lon < east:
            zone = wide
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def widened(crs: str, lat: Floats) -> tuple[Floats, Floats] | None:
    """Return how far west and east a UTM zone serves at some latitudes, None where it is not wide.

    Parameters
    ----------
    crs
        E.g. ``"EPSG:32633"``.
    lat
        (N,) float64, degrees.

    Returns
    -------
    west, east
        (N,) float64, degrees; NaN at latitudes where the zone has its ordinary width.
    """
    west, east = np.full(len(lat), np.nan), np.full(len(lat), np.nan)
    found = False
    for south, north, left, right, zone in _WIDE_ZONES:
        if crs == f"EPSG:{32600 + zone}":
            there = (lat >= south) & (lat <= north)
            west[there], east[there] = left, right
            found = True
    return (west, east) if found else None


def unwrapped(geometries: Geometries) -> Geometries:
    """Return geometries in degrees without jumps at the antimeridian.

    A step of more than half a turn is taken the short way; parts and holes lie beside the first
    part; what RFC 7946 cut apart at the antimeridian is one piece again.

    Parameters
    ----------
    geometries
        (N,) points, lines and polygons.

    Returns
    -------
    ndarray
        (N,) The same objects where none crosses. Points lie from -180 to 180, and the first vertex
        of everything else; other vertices may lie beyond. What goes around a pole stays as it is.
    """
    bounds = shapely.bounds(geometries)
    wide = (bounds[:, 2] - bounds[:, 0] > _HALF) | (bounds[:, 0] < -_HALF) | (bounds[:, 2] > _HALF)
    if not wide.any():
        return geometries
    found = geometries.copy()
    for at in np.flatnonzero(wide).tolist():
        found[at] = _whole(geometries[at])
    return found


def around_pole(geometry: shapely.Geometry) -> bool:
    """Say whether a geometry in degrees reaches a pole or has a ring that goes around one."""
    reach = np.abs(shapely.get_coordinates(geometry)[:, 1]).max() >= _POLE
    return bool(reach) or any(_winds(_steps(xy)) for xy in _rings(geometry))


def inner_points(geometries: Geometries) -> Floats:
    """Return a place in each geometry; of what goes around a pole the first vertex.

    Parameters
    ----------
    geometries
        (N,) in degrees.

    Returns
    -------
    ndarray
        (N, 2) float64, degrees.
    """
    bounds = shapely.bounds(geometries)
    doubtful = (bounds[:, 2] - bounds[:, 0] > _HALF) | (
        np.abs(bounds[:, 1::2]).max(axis=1) >= _POLE
    )
    points = geometries.copy()
    for at in np.flatnonzero(doubtful).tolist():
        if around_pole(geometries[at]):
            points[at] = shapely.Point(shapely.get_coordinates(geometries[at])[0])
    found: Floats = shapely.get_coordinates(shapely.point_on_surface(points))
    return found


def cut(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return a geometry in degrees as RFC 7946, section 3.1.9, wants it written.

    Parameters
    ----------
    geometry
        A line or polygons, with jumps at the antimeridian or longitudes beyond it.

    Returns
    -------
    shapely.Geometry
        The same object where nothing crosses, else in two parts, longitudes from -180 to 180. A
        ring around a pole is closed along the antimeridian and at the pole.
    """
    west, _, east, _ = shapely.bounds(geometry)
    if west >= -_HALF and east <= _HALF and east - west <= _HALF:
        return geometry
    pieces = []
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon":
            holes = [_ground(ring) for ring in _interiors(part)]
            solid = _ground(shapely.get_coordinates(part.exterior))
            pieces.append(shapely.difference(solid, shapely.union_all(holes)))
        else:
            pieces.append(_in_range(shapely.transform(part, _steps)))
    if len(pieces) == 1:
        return pieces[0]
    return shapely.union_all(pieces)


def _steps(xy: Floats) -> Floats:
    """Return one line's positions with every step taken the short way."""
    lon = np.unwrap(xy[:, 0], period=_TURN)
    # whole turns only, so that no digit changes
    turns = np.rint((lon - xy[:, 0]) / _TURN)
    start = _TURN * float(np.rint(-xy[0, 0] / _TURN))
    return np.column_stack([xy[:, 0] + _TURN * turns + start, xy[:, 1:]])


def _winds(xy: Floats) -> bool:
    return bool(abs(xy[-1, 0] - xy[0, 0]) > _HALF)


def _rings(geometry: shapely.Geometry) -> Iterator[Floats]:
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon":
            yield shapely.get_coordinates(part.exterior)
            yield from _interiors(part)


def _interiors(part: shapely.Geometry) -> list[Floats]:
    return [shapely.get_coordinates(ring) for ring in part.interiors]


def _ground(ring: Floats) -> shapely.Geometry:
    """Return what a ring holds, cut at the antimeridian; one around a pole is closed there."""
    xy = _steps(ring)
    if not _winds(xy):
        return _in_range(shapely.Polygon(xy))
    # three turns of the ring, so that one frame is crossed from side to side
    turn = np.array([np.copysign(_TURN, xy[-1, 0] - xy[0, 0]), 0.0])
    xy = np.vstack([xy - turn, xy, xy + turn])
    pole = np.copysign(_POLE, xy[:, 1].mean())
    strip = shapely.Polygon(np.vstack([xy, [[xy[-1, 0], pole], [xy[0, 0], pole]]]))
    return shapely.intersection(shapely.make_valid(strip), _FRAME)


def _moved(geometry: shapely.Geometry, turns: int) -> shapely.Geometry:
    return shapely.transform(geometry, lambda xy: np.add(xy, (_TURN * turns, 0.0)))


def _in_range(geometry: shapely.Geometry) -> shapely.Geometry:
    """Cut a geometry without jumps at every antimeridian and lay all between -180 and 180."""
    west, _, east, _ = shapely.bounds(geometry)
    pieces = []
    wanted = shapely.get_dimensions(geometry)
    geometry = shapely.make_valid(geometry)
    for turns in range(int(np.rint(west / _TURN)), int(np.rint(east / _TURN)) + 1):
        piece = _moved(shapely.intersection(geometry, _moved(_FRAME, turns)), -turns)
        kept = shapely.get_parts(piece)
        pieces += kept[shapely.get_dimensions(kept) == wanted].tolist()
    if len(pieces) == 1:
        return pieces[0]
    return shapely.union_all(pieces)


def _whole(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return one geometry without jumps, its parts beside the first."""
    if shapely.get_dimensions(geometry) == 0:
        return shapely.transform(
            geometry, lambda xy: np.column_stack([wrapped(xy[:, 0]), xy[:, 1]])
        )
    if around_pole(geometry):
        return geometry
    parts: list[shapely.Geometry] = []
    turned = False
    for part in shapely.get_parts(geometry):
        whole = _part(part)
        if parts:
            first, own = (shapely.bounds(one) for one in (parts[0], whole))
            turns = int(np.rint((first[0] + first[2] - own[0] - own[2]) / 2 / _TURN))
            whole = _moved(whole, turns) if turns else whole
            turned |= turns != 0
        parts.append(whole)
    if len(parts) == 1 and "Multi" not in geometry.geom_type:
        return parts[0]
    if shapely.get_dimensions(geometry) == 1:
        lines = shapely.MultiLineString(parts)
        return shapely.line_merge(lines, directed=True) if turned else lines
    return shapely.union_all(parts) if turned else shapely.MultiPolygon(parts)


def _part(part: shapely.Geometry) -> shapely.Geometry:
    if part.geom_type != "Polygon":
        return shapely.transform(part, _steps)
    shell = _steps(shapely.get_coordinates(part.exterior))
    holes = []
    for ring in _interiors(part):
        hole = _steps(ring)
        turns = np.rint((shell[:, 0].mean() - hole[:, 0].mean()) / _TURN)
        holes.append(np.add(hole, (_TURN * turns, 0.0)))
    return shapely.Polygon(shell, holes)
