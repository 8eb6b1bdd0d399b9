"""Where people go when they leave: exits and stations, layers of points beside the plan."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import shapely

from placement.arrays import Floats, Ints
from placement.plan.cells import identifiers, number, plain_text, whole
from placement.plan.crs import Plane
from placement.plan.problem import Plan
from placement.plan.table import POINTS, read_table

EXIT_WIDTH, STATION_RATE = "width_m", "people_per_min"
"""Columns that say how many people pass an exit, and a station."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outlets:
    """Points that people pass in turn, in the order of their identifiers.

    Attributes
    ----------
    file
        Where they were read from.
    id, name
        Of each of the N points.
    xy, lonlat
        (N, 2) float64, metres in the plan's plane and degrees.
    level
        (N,) int64.
    size
        (N,) float64, > 0: metres of width, or people a minute.
    """

    file: Path
    id: tuple[str, ...]
    name: tuple[str, ...]
    xy: Floats
    lonlat: Floats
    level: Ints
    size: Floats


def read_outlets(path: str | Path, plan: Plan, *, layer: str, column: str) -> Outlets:
    """Read a layer of points that people pass.

    Parameters
    ----------
    path
        The file.
    plan
        Whose plane they are put on.
    layer
        ``"exits"`` or ``"stations"``.
    column
        `EXIT_WIDTH` or `STATION_RATE`; every point says it.

    Raises
    ------
    InputError
        If it cannot be read, or a feature is no point, has no identifier of its own or no such
        number above 0.
    """
    table = read_table(Path(path), layer=layer, kinds=POINTS)
    names = identifiers(table)
    order = sorted(range(len(table)), key=lambda at: names[at])
    rows = [table.rows[at] for at in order]
    xy = Plane(plan.crs, pyproj.CRS(plan.crs)).metres(table)
    return Outlets(
        file=table.file,
        id=tuple(names[at] for at in order),
        name=tuple(plain_text(table, table.rows[at], "name") or names[at] for at in order),
        xy=shapely.get_coordinates(xy)[order],
        lonlat=shapely.get_coordinates(table.lonlat)[order],
        level=np.array(
            [whole(table, row, "level", default=0, least=-1000, most=1000) for row in rows]
        ),
        size=np.array([number(table, row, column, positive=True) for row in rows]),
    )
