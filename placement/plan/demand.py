"""The layers of people → `Demand`: points as given, and points sampled from areas."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from placement.errors import InputError
from placement.plan.cells import (
    identifiers,
    number,
    plain_text,
    unused_columns,
    whole,
)
from placement.plan.problem import Demand
from placement.plan.sampling import MOST_CELLS, cells_of, sample
from placement.plan.table import Geometries, Row, Table

type Floats = NDArray[np.float64]

_COLUMNS = ("id", "name", "people", "zone", "priority", "level")


@dataclass(frozen=True, slots=True, eq=False)
class _Crowd:
    """People at a point, or at the points of one area."""

    id: tuple[str, ...]
    xy: Floats
    people: Floats
    zone: str
    priority: float
    level: int


def crowds_at_points(table: Table, xy: Floats) -> list[_Crowd]:
    """Return the people of a layer of points; all are of one zone unless they name another.

    Raises
    ------
    InputError
        If a value is missing or out of range, or an identifier occurs twice.
    """
    return [
        _crowd(table, row, (identifier,), xy[at : at + 1], np.array([_people(table, row)]), zone="")
        for at, (row, identifier) in enumerate(zip(table.rows, identifiers(table), strict=True))
    ]


def crowds_in_areas(table: Table, polygons: Geometries, *, spacing_m: float) -> list[_Crowd]:
    """Return the people of a layer of polygons, at points ``"<area>#<n>"`` inside them.

    Parameters
    ----------
    table
        The layer as read.
    polygons
        (rows,) its polygons in metres.
    spacing_m
        Side of a cell of the grid that areas are sampled by, metres.

    Raises
    ------
    InputError
        If a value is missing or out of range, an identifier occurs twice, or an area is too large
        for the spacing.
    """
    found = []
    for row, identifier, polygon in zip(table.rows, identifiers(table), polygons, strict=True):
        if cells_of(polygon, spacing_m=spacing_m) > MOST_CELLS:
            raise InputError(
                f"is too large to be sampled every {spacing_m:g} m",
                file=table.file,
                feature=row.name,
                remedy="raise walking.sample_m in the plan file, or cut the area up",
            )
        xy, people = sample(polygon, _people(table, row), spacing_m=spacing_m)
        width = len(str(len(xy)))
        ids = tuple(f"{identifier}#{n:0{width}d}" for n in range(1, len(xy) + 1))
        found.append(_crowd(table, row, ids, xy, people, zone=identifier))
    return found


def build_demand(
    crowds: Sequence[_Crowd],
    *,
    files: Sequence[Table],
    to_lonlat: Callable[[Floats], Floats],
) -> tuple[Demand, list[str]]:
    """Put the people of all layers together, in the order of their points' identifiers.

    Parameters
    ----------
    crowds
        What the other two functions found.
    files
        The layers they were read from.
    to_lonlat
        Turns (n, 2) metres into (n, 2) degrees.

    Returns
    -------
    demand
        The demand points.
    warnings
        Sentences about what is usable but worth a look.

    Raises
    ------
    InputError
        If a point and an area's point have the same identifier, or there are more people than can
        be counted exactly.
    """
    names = [name for crowd in crowds for name in crowd.id]
    order = sorted(range(len(names)), key=lambda at: names[at])
    for before, after in pairwise(order):
        if names[before] == names[after]:
            raise InputError(
                "occurs as a point and as a point of an area",
                file=files[0].file,
                feature=names[after],
                field="id",
                remedy="rename the point or the area",
            )
    sizes = [len(crowd.id) for crowd in crowds]
    zones = tuple(sorted({crowd.zone for crowd in crowds}))
    place = {zone: at for at, zone in enumerate(zones)}
    xy = np.concatenate([crowd.xy for crowd in crowds])[order]
    demand = Demand(
        id=tuple(names[at] for at in order),
        xy=xy,
        lonlat=to_lonlat(xy),
        level=np.repeat([crowd.level for crowd in crowds], sizes)[order].astype(np.int64),
        people=np.concatenate([crowd.people for crowd in crowds])[order],
        priority=np.repeat([crowd.priority for crowd in crowds], sizes)[order],
        zone=np.repeat([place[crowd.zone] for crowd in crowds], sizes)[order].astype(np.int64),
        zones=zones,
    )
    total = float(demand.people.sum())
    if total > 2**53:
        raise InputError(
            f"{total:g} people are more than can be counted exactly",
            file=files[0].file,
            field="people",
            remedy="correct the numbers",
        )
    warnings = [sentence for table in files for sentence in unused_columns(table, _COLUMNS)]
    if total == 0:
        warnings.append("nobody is anywhere: the demand layers hold 0 people in all")
    return demand, warnings


def _people(table: Table, row: Row) -> float:
    return number(table, row, "people")


def _crowd(
    table: Table, row: Row, ids: tuple[str, ...], xy: Floats, people: Floats, *, zone: str
) -> _Crowd:
    return _Crowd(
        id=ids,
        xy=xy,
        people=people,
        zone=plain_text(table, row, "zone") or zone,
        priority=number(table, row, "priority", default=1.0, positive=True),
        level=whole(table, row, "level", default=0, least=-1000, most=1000),
    )
