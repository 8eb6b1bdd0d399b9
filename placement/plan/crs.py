"""The plan's coordinate system: metric, projected, and fit for the place."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError

from placement.arrays import Floats, Geometries
from placement.errors import InputError
from placement.globe import around_pole, local_crs, middle, transformer, widened, wrapped
from placement.plan.table import POLYGONS, Table
from placement.reading.degrees import project
from placement.reading.features import WGS84

_REMEDY = "give a projected one in metres, e.g. EPSG:2154, or leave it out for the local UTM zone"
_EDGE_DEG = 0.5  # projections serve a little beyond the line their area of use is drawn at
_STRETCH = 0.01  # a walking limit off by 1% is off by six seconds in ten minutes


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A coordinate system in metres, and how to get there and back.

    Attributes
    ----------
    name
        How to write it down, e.g. ``"EPSG:2154"``.
    crs
        The coordinate system.
    """

    name: str
    crs: pyproj.CRS

    def metres(self, table: Table) -> Geometries:
        """Return a layer's geometries in metres.

        Raises
        ------
        InputError
            If one does not survive the projection.
        """
        plain = pyproj.CRS(WGS84)
        same = table.crs == self.crs
        found = table.source if same else project(table.lonlat, plain, self.crs)
        good = np.isfinite(shapely.bounds(found)).all(axis=1)
        good[good] = shapely.is_valid(found[good])
        if not good.all():
            found = found.copy()
            for position in np.flatnonzero(~good).tolist():
                mended = _without_seam(table.lonlat[position], found[position])
                if mended is not None:
                    found[position], good[position] = mended, True
        for position in np.flatnonzero(~good).tolist():
            raise InputError(
                f"cannot be drawn in {self.name}",
                file=table.file,
                feature=table.rows[position].name,
                remedy="cut it to the surroundings of the plan, or change crs in the plan file",
            )
        return found

    def to_lonlat(self, xy: Floats) -> Floats:
        """Turn (n, 2) metres into (n, 2) degrees, WGS 84."""
        back = transformer(self.crs, pyproj.CRS(WGS84))
        lon, lat = back.transform(xy[:, 0], xy[:, 1])
        return np.column_stack([wrapped(lon), lat])


def _without_seam(lonlat: shapely.Geometry, xy: shapely.Geometry) -> shapely.Geometry | None:
    """Remove what closes a ring around a pole on a flat map; None where there is nothing to mend.

    RFC 7946 draws such a ring along the antimeridian to the pole and back: nothing on the ground.
    """
    if lonlat.geom_type not in POLYGONS or not around_pole(lonlat):
        return None
    if not np.isfinite(shapely.bounds(xy)).all():
        return None
    parts = shapely.get_parts(shapely.make_valid(xy, method="structure", keep_collapsed=False))
    solid = shapely.union_all(parts[shapely.area(parts) > 0])
    return None if shapely.is_empty(solid) else solid


def choose_plane(given: str | None, *, file: Path, around: Sequence[Geometries]) -> Plane:
    """Return the coordinate system of a plan.

    Parameters
    ----------
    given
        What the plan file says, or None for the WGS 84 UTM zone at the middle of `around`, near a
        pole universal polar stereographic (UPS).
    file
        The plan file.
    around
        Geometries in degrees.

    Raises
    ------
    InputError
        If the coordinate system is unknown, not projected or not in metres.
    """
    if given is None:
        return _local(around)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            crs = pyproj.CRS.from_user_input(given).to_2d()
    except CRSError:
        raise InputError(
            f"{given!r} is not a known coordinate system", file=file, field="crs", remedy=_REMEDY
        ) from None
    if not crs.is_projected:
        what = "counts degrees where metres are needed" if crs.is_geographic else "is not projected"
        raise InputError(f"{given} ({crs.name}) {what}", file=file, field="crs", remedy=_REMEDY)
    if any(axis.unit_conversion_factor != 1 for axis in crs.axis_info[:2]):
        raise InputError(
            f"{given} ({crs.name}) counts in {crs.axis_info[0].unit_name}, not in metres",
            file=file,
            field="crs",
            remedy=_REMEDY,
        )
    return Plane(crs.to_string(), crs)


def _local(around: Sequence[Geometries]) -> Plane:
    bounds = np.vstack([shapely.bounds(geometries) for geometries in around])
    lon = middle(bounds[:, [0, 2]].ravel())
    lat = (float(bounds[:, 1].min()) + float(bounds[:, 3].max())) / 2
    name = local_crs(lon, lat)
    return Plane(name, pyproj.CRS(name))


def check_fit(plane: Plane, table: Table, points: Floats, *, plan_file: Path) -> None:
    """Refuse a coordinate system that is not made for where a layer lies.

    Parameters
    ----------
    plane
        The plan's coordinate system.
    table
        A layer of points.
    points
        (rows, 2) float64, their degrees.
    plan_file
        The plan file.

    Raises
    ------
    InputError
        If a point lies outside the area of use, or lengths there are off by more than 1%.
    """
    lon, lat = points.T
    area = plane.crs.area_of_use
    if area is not None:
        west, east = np.full(len(lon), area.west), np.full(len(lon), area.east)
        wide = widened(plane.name, lat)
        if wide is not None:
            west, east = np.fmin(west, wide[0]), np.fmax(east, wide[1])
        width = (east - west) % 360
        width[width == 0] = 360.0
        eastward = (lon - west + _EDGE_DEG) % 360
        outside = (
            (eastward > width + 2 * _EDGE_DEG)
            | (lat < area.south - _EDGE_DEG)
            | (lat > area.north + _EDGE_DEG)
        )
        for position in np.flatnonzero(outside).tolist():
            raise InputError(
                f"({lon[position]:g}, {lat[position]:g}) lies outside the area that {plane.name} "
                f"is made for ({area.name.rstrip('.')})",
                file=table.file,
                feature=table.rows[position].name,
                remedy="check that longitude comes first, or change crs in the plan file",
            )
    factors = pyproj.Proj(plane.crs).get_factors(lon, lat)
    scale = np.column_stack([factors.tissot_semimajor, factors.tissot_semiminor])
    with np.errstate(invalid="ignore"):
        stretched = ~(np.abs(scale - 1) <= _STRETCH).all(axis=1)
    for position in np.flatnonzero(stretched).tolist():
        off = float(np.abs(scale[position] - 1).max())
        raise InputError(
            f"{plane.name} ({plane.crs.name}) is off by {off:.0%} in lengths at "
            f"{table.rows[position].name!r}",
            file=plan_file,
            field="crs",
            remedy=_REMEDY,
        )
