"""People of a real day by station → demand points at the entrances."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import shapely

from placement.arrays import Floats
from placement.counts import counted
from placement.errors import InputError
from placement.plan.cells import identifiers, named, number, plain_text, whole
from placement.plan.sampling import largest_remainder
from placement.plan.table import POINTS, Row, Table, read_table
from placement.starting.demand_people import (
    Imported,
    LeftOut,
    PeopleAt,
    read_points,
    whole_people,
)
from placement.starting.perimeter import Perimeter


def read_stations(
    file: str | Path,
    *,
    column: str | None = None,
    entrances: str | Path | None = None,
    within: Perimeter | None = None,
    profiles: Collection[str] = (),
) -> Imported:
    """Read how many people each station counted, and put them at its entrances.

    Parameters
    ----------
    file
        Points, or a table with ``id``, places and people: ``name`` is optional.
    column
        The column of people. None takes ``people``, else the only one that begins with
        ``entries``.
    entrances
        Points with a column ``station``, an identifier or a name of `file`, and where they are not
        used alike a whole number ``weight``; a station without any keeps its people where it lies.
    within
        Ground whose stations alone are taken.
    profiles
        Names of arrival profiles: a station comes by the one of its identifier, else its name.

    Raises
    ------
    InputError
        If a file cannot be read, or a row says no number of people.
    """
    path = Path(file)
    table = read_points(path, layer="stations")
    ids = identifiers(table)
    if column is None:
        column = _people_column(table)
    elif column not in table.columns:
        raise InputError(
            "is missing",
            file=path,
            field=column[:80],
            remedy="name the column of people with --column",
        )
    said = [at for at, row in enumerate(table.rows) if row.properties.get(column, "") != ""]
    order = sorted(said, key=lambda at: ids[at])
    people = np.array([number(table, table.rows[at], column) for at in order])
    lonlat = shapely.get_coordinates(table.lonlat)[order]
    inside = np.ones(len(order), np.bool_) if within is None else within.holds(lonlat)
    taken = np.flatnonzero(inside).tolist()
    beyond = people[~inside]
    names = [plain_text(table, table.rows[at], "name") or ids[at] for at in order]
    doors, lost = _doors(entrances, [ids[at] for at in order], names)
    points: list[PeopleAt] = []
    for position, count in zip(taken, whole_people(people[inside]), strict=True):
        identifier, name = ids[order[position]], names[position]
        arrival = next((one for one in (identifier, name) if one in profiles), "")
        at = doors.get(identifier) or [("", lonlat[position], 1)]
        shares = largest_remainder(count, [weight for _, _, weight in at])
        points += [
            PeopleAt(
                id=f"station-{identifier}" + (f"@{door}" if door else ""),
                lon=float(place[0]),
                lat=float(place[1]),
                people=share,
                zone=identifier,
                arrival=arrival,
            )
            for (door, place, _), share in zip(at, shares, strict=True)
            if share
        ]
    doubts = []
    left_out = [LeftOut(why="beyond the perimeter", rows=len(beyond), people=float(beyond.sum()))]
    closed = int((people[inside] == 0).sum())
    left_out += [
        LeftOut(why="nobody was counted", rows=closed, people=0.0),
        LeftOut(why="stations without a number", rows=len(ids) - len(said), people=0.0),
        *lost,
    ]
    if entrances is not None:
        without = sum(ids[order[at]] not in doors for at in taken)
        if without:
            doubts.append(
                f"{path.name}: {counted(without, 'station has', 'stations have')} no entrance "
                f"in {Path(entrances).name}; "
                "their people stand at the station's own point"
            )
    return Imported(
        source="stations",
        file=path,
        counted=float(people[inside].sum()),
        points=tuple(sorted(points, key=lambda one: one.id)),
        left_out=tuple(one for one in left_out if one.rows),
        doubts=tuple(doubts),
    )


def _people_column(table: Table) -> str:
    """Return the column that counts people."""
    if "people" in table.columns:
        return "people"
    found = [name for name in table.columns if name.lower().startswith("entries")]
    if len(found) == 1:
        return found[0]
    raise InputError(
        "is missing, and the columns that begin with 'entries' are "
        + (f"{len(found)}: {', '.join(found)}" if found else "none"),
        file=table.file,
        field="people",
        remedy="name the column of people with --column",
    )


def _doors(
    file: str | Path | None, ids: list[str], names: list[str]
) -> tuple[dict[str, list[tuple[str, Floats, int]]], list[LeftOut]]:
    """Return the entrances of each station, by their identifiers, and what belongs to none."""
    if file is None:
        return {}, []
    path = Path(file)
    table = read_table(path, layer="entrances", kinds=POINTS)
    by_name: dict[str, set[str]] = {}
    for identifier, name in zip(ids, names, strict=True):
        by_name.setdefault(name, set()).add(identifier)
    found: dict[str, list[tuple[str, Floats, int]]] = {}
    strange = 0
    places = shapely.get_coordinates(table.lonlat)
    for row, name, place in zip(table.rows, identifiers(table), places, strict=True):
        station = _station(table, row, set(ids), by_name)
        if station is None:
            strange += 1
            continue
        weight = whole(table, row, "weight", default=1, least=1)
        found.setdefault(station, []).append((name, place, weight))
    lost = [LeftOut(why="entrances of no station that is counted", rows=strange, people=0.0)]
    return (
        {station: sorted(at, key=lambda one: one[0]) for station, at in sorted(found.items())},
        lost if strange else [],
    )


def _station(table: Table, row: Row, ids: set[str], by_name: dict[str, set[str]]) -> str | None:
    """Return the station that an entrance belongs to, None where none is counted."""
    station = named(table, row, "station")
    if not station:
        raise InputError(
            "is missing",
            file=table.file,
            feature=row.name,
            field="station",
            remedy="name the station that the entrance belongs to",
        )
    if station in ids:
        return station
    called = by_name.get(station, set())
    if len(called) > 1:
        raise InputError(
            f"{station!r} is the name of {counted(len(called), 'station')}",
            file=table.file,
            feature=row.name,
            field="station",
            remedy=f"write an id: {', '.join(sorted(called))}",
        )
    return next(iter(called), None)
