"""Layers of points that a study is given beside the plan: where teams rest, where people leave."""

from collections.abc import Callable
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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PointLayer:
    """Points in the order of their identifiers.

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
    """

    file: Path
    id: tuple[str, ...]
    name: tuple[str, ...]
    xy: Floats
    lonlat: Floats
    level: Ints


def read_point_layer[T: PointLayer](
    make: Callable[..., T], path: str | Path, plan: Plan, *, layer: str, column: str | None = None
) -> T:
    """Read a layer of points.

    Parameters
    ----------
    make
        The class of the layer; it has a `size` where a column is named.
    path
        The file.
    plan
        Whose plane they are put on.
    layer
        What it is called in messages.
    column
        Column of a number above 0 that every point has, or None.

    Raises
    ------
    InputError
        If it cannot be read, or a feature is no point, has no identifier of its own or no such
        number.
    """
    table = read_table(Path(path), layer=layer, kinds=POINTS)
    names = identifiers(table)
    order = sorted(range(len(table)), key=lambda at: names[at])
    rows = [table.rows[at] for at in order]
    xy = Plane(plan.crs, pyproj.CRS(plan.crs)).metres(table)
    found = {
        "file": table.file,
        "id": tuple(names[at] for at in order),
        "name": tuple(plain_text(table, table.rows[at], "name") or names[at] for at in order),
        "xy": shapely.get_coordinates(xy)[order],
        "lonlat": shapely.get_coordinates(table.lonlat)[order],
        "level": np.array(
            [whole(table, row, "level", default=0, least=-1000, most=1000) for row in rows]
        ),
    }
    if column is not None:
        found["size"] = np.array([number(table, row, column, positive=True) for row in rows])
    return make(**found)
