"""People that an importer found: whole numbers whose sum is what the source counts, to one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from placement.arrays import Floats
from placement.errors import InputError
from placement.plan.table import POINTS, Row, Table, read_rows, read_table
from placement.reading.csv_table import take_points
from placement.reading.held import Held

_LON, _LAT = ("lon", "longitude", "lng", "x"), ("lat", "latitude", "y")
#: Suffixes of tables whose rows are points by two of their columns.
_TABLES = frozenset({".csv", ".xlsx"})
_PLACES = "give degrees, WGS 84, in the columns 'lon' and 'lat'"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleAt:
    """People at a point.

    Attributes
    ----------
    id
        Identifier of the demand point.
    lon, lat
        Degrees, WGS 84.
    people
        How many.
    zone
        The station, the stop or the grid they belong to.
    arrival
        Profile they come by, may be empty.
    """

    id: str
    lon: float
    lat: float
    people: int
    zone: str
    arrival: str = ""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PeopleIn:
    """People in a polygon.

    Attributes
    ----------
    id, name
        Identifier of the area, and its name.
    people
        How many.
    shape
        The polygon, degrees, WGS 84.
    """

    id: str
    name: str
    people: int
    shape: shapely.Geometry


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What an importer did not take.

    Attributes
    ----------
    why
        The reason.
    rows
        Rows or cells.
    people
        The people in them, as far as they are known.
    """

    why: str
    rows: int
    people: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Imported:
    """What one importer made of one file.

    Attributes
    ----------
    source
        Which importer: ``stations``, ``tickets``, ``seats``, ``grid`` or ``stops``.
    file
        What was read.
    counted
        People whom the file counts in the rows that were taken, before rounding.
    points, areas
        The same people in whole numbers, by identifier.
    left_out
        What was not taken.
    doubts
        Sentences about what is usable but worth a look.
    """

    source: str
    file: Path
    counted: float
    points: tuple[PeopleAt, ...] = ()
    areas: tuple[PeopleIn, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def people(self) -> int:
        """All people, in whole numbers."""
        return sum(one.people for one in self.points) + sum(one.people for one in self.areas)


def whole_people(amounts: Floats) -> list[int]:
    """Round amounts so that their sum is the rounded sum (the largest remainders are rounded up).

    Each differs from its amount by less than one. Of equal remainders the first are rounded up, so
    the rows must come in an order of their own, not in that of a file.

    Parameters
    ----------
    amounts
        (n,) float64, ≥ 0.

    Returns
    -------
    list of int
        The sum is ⌊Σ amounts + ½⌋, of the exactly rounded sum.
    """
    down = np.floor(amounts)
    rest = amounts - down
    left = math.floor(math.fsum(amounts.tolist()) + 0.5) - int(math.fsum(down.tolist()))
    order = np.lexsort((np.arange(len(amounts)), -rest))
    result = down.astype(np.int64)
    result[order[:left]] += 1
    return [int(one) for one in result]


def read_points(path: Path, *, layer: str) -> Table:
    """Read a layer of points; a table may call its columns ``longitude`` and ``latitude``.

    Raises
    ------
    InputError
        If the file cannot be read or a place is missing.
    """
    if path.suffix.lower() not in _TABLES:
        return read_table(path, layer=layer, kinds=POINTS)
    columns, rows = read_rows(path, layer=layer)
    return points_of(path, columns, rows, layer=layer)


def has_places(columns: Sequence[str]) -> bool:
    """Tell whether a table has a column of longitudes and one of latitudes."""
    lowered = {column.lower() for column in columns}
    return bool(lowered & set(_LON)) and bool(lowered & set(_LAT))


def points_of(path: Path, columns: Sequence[str], rows: Sequence[Row], *, layer: str) -> Table:
    """Return the rows of a table as a layer of points.

    Raises
    ------
    InputError
        If it has no columns of places, or one is not a number.
    """
    called = {column.lower(): column for column in reversed(columns)}
    names = {}
    for key, known in (("lon", _LON), ("lat", _LAT)):
        own = next((called[name] for name in known if name in called), None)
        if own is None:
            raise InputError("is missing", file=path, field=key, remedy=_PLACES)
        names[own] = key
    moved: list[dict[str, Any]] = [
        {names.get(column, column): value for column, value in row.properties.items()}
        for row in rows
    ]
    found = take_points(moved, path, remedy="give degrees with a decimal point")
    return read_table(Held(path, found), layer=layer, kinds=POINTS)
