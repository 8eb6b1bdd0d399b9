"""The ground inside a perimeter: polygons of a layer, or what lies within metres of a route."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.arrays import Bools, Floats
from placement.errors import UsageError
from placement.globe import transformer
from placement.plan.crs import Plane, choose_plane
from placement.plan.sealing import ground_around
from placement.plan.table import LINES, POINTS, POLYGONS, read_table
from placement.reading.features import WGS84
from placement.reading.numerals import decimal

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_MOST_M = 100_000.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Perimeter:
    """Ground with an outline.

    Attributes
    ----------
    ground
        Polygon or multipolygon, metres.
    plane
        The coordinate system of these metres.
    said
        How it was asked for.
    file
        The layer it was made of.
    """

    ground: "BaseGeometry"
    plane: Plane
    said: str
    file: Path

    def holds(self, lonlat: Floats) -> Bools:
        """Say which places, (n, 2) degrees, lie on the ground or on its outline, (n,) bool."""
        to_plane = transformer(WGS84, self.plane.name)
        x, y = to_plane.transform(lonlat[:, 0], lonlat[:, 1])
        shapely.prepare(self.ground)
        result: Bools = shapely.intersects_xy(self.ground, np.asarray(x), np.asarray(y))
        return result


def read_perimeter(file: str | Path, *, crs: str | None = None) -> Perimeter:
    """Read polygons of a layer as one perimeter.

    Parameters
    ----------
    file
        A layer of polygons.
    crs
        Coordinate system of the metres; None takes the UTM zone of the layer's middle.

    Raises
    ------
    InputError
        If the layer cannot be read or holds anything but polygons.
    """
    path = Path(file)
    table = read_table(path, layer="perimeter", kinds=POLYGONS)
    plane = choose_plane(crs, file=path, around=[table.lonlat])
    ground = shapely.union_all(plane.metres(table))
    return Perimeter(ground=ground, plane=plane, said=path.name, file=path)


def around_route(asked: str, *, crs: str | None = None) -> Perimeter:
    """Return the ground within metres of a route, what it encloses included.

    Parameters
    ----------
    asked
        The route's layer and the metres, ``"route.geojson:250"``.
    crs
        As for `read_perimeter`.

    Raises
    ------
    UsageError
        If no metres follow the file.
    InputError
        If the layer cannot be read.
    """
    name, _, metres = asked.rpartition(":")
    try:
        margin_m = decimal(metres)
    except ValueError:
        margin_m = float("nan")
    if not name or not 0 < margin_m < _MOST_M:
        raise UsageError(
            f"{asked!r} is not a route and metres above 0; write it as route.geojson:250."
        )
    path = Path(name)
    table = read_table(path, layer="route", kinds=(*LINES, *POLYGONS, *POINTS))
    plane = choose_plane(crs, file=path, around=[table.lonlat])
    return Perimeter(
        ground=ground_around(plane.metres(table), margin_m),
        plane=plane,
        said=f"{path.name}:{margin_m:g}",
        file=path,
    )
