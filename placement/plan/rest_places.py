"""Places where teams rest: a layer of points that a roster is given beside the plan."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import shapely

from placement.arrays import Floats, Ints
from placement.plan.cells import identifiers, plain_text, whole
from placement.plan.crs import Plane
from placement.plan.problem import Plan
from placement.plan.table import POINTS, read_table


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RestPlaces:
    """Places where teams rest, in the order of their identifiers.

    Attributes
    ----------
    file
        Where they were read from.
    id, name
        Of each of the R places.
    xy, lonlat
        (R, 2) float64, metres in the plan's plane and degrees.
    level
        (R,) int64.
    """

    file: Path
    id: tuple[str, ...]
    name: tuple[str, ...]
    xy: Floats
    lonlat: Floats
    level: Ints


def read_rest_places(path: str | Path, plan: Plan) -> RestPlaces:
    """Read a layer of points where teams rest.

    Raises
    ------
    InputError
        If it cannot be read, or a feature is no point or has no identifier of its own.
    """
    table = read_table(Path(path), layer="rest", kinds=POINTS)
    names = identifiers(table)
    order = sorted(range(len(table)), key=lambda at: names[at])
    xy = Plane(plan.crs, pyproj.CRS(plan.crs)).metres(table)
    return RestPlaces(
        file=table.file,
        id=tuple(names[at] for at in order),
        name=tuple(plain_text(table, table.rows[at], "name") or names[at] for at in order),
        xy=shapely.get_coordinates(xy)[order],
        lonlat=shapely.get_coordinates(table.lonlat)[order],
        level=np.array(
            [
                whole(table, table.rows[at], "level", default=0, least=-1000, most=1000)
                for at in order
            ]
        ),
    )
