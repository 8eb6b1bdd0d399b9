"""Where features lie on the globe: geometries of any coordinate system in degrees, or a refusal."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyproj
import shapely

from placement.arrays import Floats, Geometries
from placement.errors import InputError
from placement.globe import transformer, unwrapped
from placement.reading.features import WGS84, Features, quiet, row_name


def in_degrees(
    path: Path, name: Callable[[int], str], shapes: Geometries, crs: pyproj.CRS
) -> Geometries:
    """Return geometries in longitude and latitude.

    Parameters
    ----------
    path
        The file they are from.
    name
        What to call the geometry at a position in a message.
    shapes, crs
        (N,) geometries that are neither missing nor empty, and their coordinate system.

    Returns
    -------
    Geometries
        (N,) degrees, WGS 84; what crosses the antimeridian is in one piece.

    Raises
    ------
    InputError
        If a coordinate is no finite number or lies beyond the globe.
    """
    # bounds would leave out a coordinate that is not a number
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    for position in of[~np.isfinite(xy).all(axis=1)].tolist():
        raise InputError(
            "has coordinates that are not finite numbers",
            file=path,
            feature=name(position),
            remedy="fix them",
        )
    lonlat = _to_wgs84(path, shapes, crs)
    _check_globe(path, name, lonlat, crs)
    return unwrapped(lonlat)


def placed(found: Features) -> tuple[Geometries, Callable[[int], str]]:
    """Return the geometries that are there, flat, and what to call each in a message."""
    there = ~(shapely.is_missing(found.geometries) | shapely.is_empty(found.geometries))
    at = np.flatnonzero(there)
    return (
        shapely.force_2d(found.geometries[at]),
        lambda position: row_name(int(at[position]) + 1, found.properties[at[position]]),
    )


def project(geometries: Geometries, source: pyproj.CRS, target: pyproj.CRS) -> Geometries:
    """Return geometries in another coordinate system, x (or longitude) first."""
    there = transformer(source, target)

    def moved(xy: Floats) -> Floats:
        return np.column_stack(there.transform(xy[:, 0], xy[:, 1]))

    found: Geometries = shapely.transform(geometries, moved)
    return found


def _to_wgs84(path: Path, geometries: Geometries, crs: pyproj.CRS) -> Geometries:
    if crs == pyproj.CRS(WGS84) or crs.to_epsg() == 4326:
        return geometries
    if not (crs.is_projected or crs.is_geographic):
        raise InputError(
            f"its coordinate system ({crs.name}) does not lie on the globe",
            file=path,
            remedy="write the file in EPSG:4326",
        )
    with quiet(path, f"a layer in {crs.name}"):
        return project(geometries, crs, pyproj.CRS(WGS84))


def _check_globe(
    path: Path, name: Callable[[int], str], lonlat: Geometries, crs: pyproj.CRS
) -> None:
    """Refuse coordinates that are no longitude and latitude, most often metres."""
    bounds = shapely.bounds(lonlat)
    with np.errstate(invalid="ignore"):
        inside = (np.abs(bounds[:, [0, 2]]) <= 360) & (np.abs(bounds[:, [1, 3]]) <= 90)
    for position in np.flatnonzero(~inside.all(axis=1)).tolist():
        x, y = shapely.get_coordinates(lonlat[position])[0]
        plain = crs == pyproj.CRS(WGS84)
        raise InputError(
            f"({x:g}, {y:g}) is not a longitude and latitude in degrees"
            if plain
            else f"does not lie where its coordinate system ({crs.name}) is defined",
            file=path,
            feature=name(position),
            remedy="export the layer in EPSG:4326, longitude first"
            if plain
            else "check the coordinate system of the file",
        )
