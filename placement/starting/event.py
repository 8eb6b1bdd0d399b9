"""Where an event is: its route or its perimeter in metres, and the ground a plan has to know."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS

from placement.errors import InputError, UsageError
from placement.globe import local_crs, middle, transformer, wrapped
from placement.reading.degrees import in_degrees, placed
from placement.reading.features import WGS84
from placement.reading.formats import read_features
from placement.reading.regular import require_file
from placement.starting.names import clean_name

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from placement.arrays import Floats, Geometries

#: The perimeter of an event that has a route alone: this far on both sides of it, metres [A].
BAND_M = 250.0
#: Streets are kept as far outside the perimeter as people walk in ten minutes, metres [D].
MARGIN_M = 800.0
#: Nobody plans nearer or farther than this, metres.
_LEAST_M, _MOST_M = 1.0, 20_000.0
_LINES = ("LineString", "MultiLineString")
_POLYGONS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Event:
    """An event as its planner draws it.

    Attributes
    ----------
    crs
        Metric coordinate system of the plan: the local UTM zone.
    name
        What the file calls it, may be empty.
    route
        Its lines, metres; None where a perimeter is all that is known.
    perimeter
        What a perimeter holds in, metres.
    drawn
        Whether the perimeter was drawn, and is not a band round the route or a circle.
    """

    crs: str
    name: str
    route: "BaseGeometry | None"
    perimeter: "BaseGeometry"
    drawn: bool

    def frame(self, margin_m: float = MARGIN_M) -> "BaseGeometry":
        """Return the box of ground that a plan has to know, metres."""
        west, south, east, north = shapely.bounds(self.perimeter)
        return shapely.box(west - margin_m, south - margin_m, east + margin_m, north + margin_m)


def event_along(
    route: str | Path, *, band_m: float = BAND_M, perimeter: str | Path | None = None
) -> Event:
    """Read the event of a route.

    Parameters
    ----------
    route
        A layer of lines.
    band_m
        The perimeter lies this far from the route, metres.
    perimeter
        A layer of polygons to take in place of such a band.

    Raises
    ------
    InputError
        If a file cannot be read, is empty, or holds other geometries.
    UsageError
        If the band is no length.
    """
    check_length(band_m, "--band")
    lonlat, name = _read(Path(route), "route", _LINES)
    outline = None if perimeter is None else _read(Path(perimeter), "perimeter", _POLYGONS)[0]
    crs = _plane(lonlat)
    line = shapely.union_all(_metres(lonlat, crs))
    ground = line.buffer(band_m) if outline is None else shapely.union_all(_metres(outline, crs))
    return Event(crs=crs, name=name, route=line, perimeter=ground, drawn=outline is not None)


def event_within(perimeter: str | Path) -> Event:
    """Read the event of a perimeter: a layer of polygons.

    Raises
    ------
    InputError
        If the file cannot be read, is empty, or holds other geometries.
    """
    lonlat, name = _read(Path(perimeter), "perimeter", _POLYGONS)
    crs = _plane(lonlat)
    ground = shapely.union_all(_metres(lonlat, crs))
    return Event(crs=crs, name=name, route=None, perimeter=ground, drawn=True)


def event_around(lon: float, lat: float, radius_m: float) -> Event:
    """Return the event round a place, degrees, with a circle for its perimeter.

    Raises
    ------
    UsageError
        If the radius is no length.
    """
    check_length(radius_m, "--around")
    crs = local_crs(lon, lat)
    middle_xy = transformer(CRS(WGS84), CRS(crs)).transform(lon, lat)
    ground = shapely.Point(middle_xy).buffer(radius_m)
    return Event(crs=crs, name="", route=None, perimeter=ground, drawn=False)


def degrees(shape: "BaseGeometry", crs: str) -> "BaseGeometry":
    """Return a geometry of a metric plane in degrees."""
    back = transformer(CRS(crs), CRS(WGS84))

    def turn(xy: "Floats") -> "Floats":
        return np.column_stack(back.transform(xy[:, 0], xy[:, 1]))

    return shapely.transform(shape, turn)


def check_length(metres: float, option: str) -> None:
    """Refuse a length, metres, that no event has.

    Raises
    ------
    UsageError
        If it is below a metre or above 20 km.
    """
    if not _LEAST_M <= metres <= _MOST_M:
        raise UsageError(
            f"{option} takes from {_LEAST_M:g} to {_MOST_M:,.0f} metres, not {metres:g}."
        )


def _read(path: Path, layer: str, kinds: tuple[str, ...]) -> "tuple[Geometries, str]":
    """Return a layer's geometries in degrees, and the name of the first that has one."""
    require_file(path, remedy=f"give the {layer} of the event")
    found = read_features(path, layer=layer, kinds=kinds)
    shapes, named = placed(found)
    what = "lines" if kinds is _LINES else "polygons"
    if not len(shapes):
        raise InputError(f"it holds no {what}", file=path, remedy=f"draw the event's {layer}")
    for shape in shapes:
        if shape.geom_type not in kinds:
            other = {"route": "--perimeter", "perimeter": "--route"}[layer]
            fits = shape.geom_type in (*_LINES, *_POLYGONS)
            raise InputError(
                f"it holds a {shape.geom_type}, and a {layer} is made of {what}",
                file=path,
                remedy=f"draw {what}" + (f", or give it with {other}" if fits else ""),
            )
    if kinds is _POLYGONS and not shapely.is_valid(shapes).all():
        raise InputError(
            "an outline crosses itself", file=path, remedy="draw the perimeter without crossings"
        )
    lonlat = in_degrees(path, named, shapes, found.crs)
    if kinds is _LINES and not shapely.length(lonlat).sum() > 0:
        raise InputError("its lines have no length", file=path, remedy="draw the way of the event")
    names = [clean_name(str(row.get("name") or "")) for row in found.properties]
    return lonlat, next((name for name in names if name), "")


def _plane(lonlat: "Geometries") -> str:
    bounds = shapely.bounds(lonlat)
    lat = (float(bounds[:, 1].min()) + float(bounds[:, 3].max())) / 2
    return local_crs(middle(bounds[:, ::2].ravel()), lat)


def _metres(lonlat: "Geometries", crs: str) -> "Geometries":
    way = transformer(CRS(WGS84), CRS(crs))

    def turn(place: "Floats") -> "Floats":
        return np.column_stack(way.transform(wrapped(place[:, 0]), place[:, 1]))

    found: Geometries = shapely.transform(lonlat, turn)
    return found
