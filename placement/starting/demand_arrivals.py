"""Arrivals by stop and time, as timetables and counters have them → arrival profiles."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import shapely

from placement.counts import counted
from placement.errors import InputError, UsageError
from placement.plan.cells import named, number
from placement.plan.clock import clock_of, minutes_of
from placement.plan.problem import OWN
from placement.plan.table import Row, Table, read_rows
from placement.reading.features import WGS84
from placement.starting.demand_people import (
    Imported,
    LeftOut,
    PeopleAt,
    has_places,
    points_of,
    whole_people,
)
from placement.starting.perimeter import Perimeter


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The hours in which people arrive.

    Attributes
    ----------
    opens_min, closes_min
        Minutes after midnight.
    period_min
        Length of a period, minutes.
    """

    opens_min: int
    closes_min: int
    period_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRow:
    """People of one profile in one period, as a row of the layer ``arrivals``."""

    profile: str
    begins: str
    people: int


def window_of(text: str, *, period_min: int) -> Window:
    """Read ``"15:30-18:30"``.

    Raises
    ------
    UsageError
        If it is none, or the periods do not fill it.
    """
    begins, _, ends = text.partition("-")
    opens, closes = minutes_of(begins.strip()), minutes_of(ends.strip())
    if opens is None or closes is None or closes <= opens:
        raise UsageError(f"{text!r} is not a window; write it as 15:30-18:30.")
    if period_min <= 0 or (closes - opens) % period_min:
        raise UsageError(
            f"periods of {counted(period_min, 'minute')} do not fill the window {text}; "
            "give a number of minutes that divides it."
        )
    return Window(opens_min=opens, closes_min=closes, period_min=period_min)


def read_stops(
    file: str | Path, window: Window, *, within: Perimeter | None = None
) -> tuple[Imported, tuple[ProfileRow, ...]]:
    """Read who arrives when at each stop.

    Parameters
    ----------
    file
        A table with ``stop``, ``time`` (``HH:MM`` or ``HH:MM:SS``) and ``people``. With ``lon`` and
        ``lat`` the people become demand points at the stops too.
    window
        The hours that count.
    within
        Ground whose stops alone become demand points and profiles, where they have places.

    Returns
    -------
    imported, profiles
        The people in the window; without places there are no points, and the people of profiles
        are no demand.

    Raises
    ------
    InputError
        If the file cannot be read, or a row cannot be used.
    """
    path = Path(file)
    columns, rows = read_rows(path, layer="stops")
    for key in ("stop", "time", "people"):
        if key not in columns:
            remedy = "give the columns stop, time and people"
            raise InputError("is missing", file=path, field=key, remedy=remedy)
    placed = has_places(columns)
    table = points_of(path, columns, rows, layer="stops") if placed else _table(path, columns, rows)
    amounts: dict[tuple[str, int], list[float]] = {}
    outside: list[float] = []
    for row in table.rows:
        stop, minutes, people = _stop(table, row), _time(table, row), number(table, row, "people")
        if window.opens_min <= minutes < window.closes_min:
            period = (minutes - window.opens_min) // window.period_min
            amounts.setdefault((stop, period), []).append(people)
        else:
            outside.append(people)
    left_out = [
        LeftOut(why="outside the window", rows=len(outside), people=math.fsum(sorted(outside)))
    ]
    places = _places(table) if placed else {}
    if placed and within is not None:
        names = sorted(places)
        held = within.holds(np.array([places[name] for name in names]))
        beyond = {name for name, inside in zip(names, held.tolist(), strict=True) if not inside}
        lost = [one for (stop, _), many in amounts.items() if stop in beyond for one in many]
        amounts = {key: many for key, many in amounts.items() if key[0] not in beyond}
        left_out.append(
            LeftOut(why="beyond the perimeter", rows=len(lost), people=math.fsum(sorted(lost)))
        )
    keys = sorted(amounts)
    exact = np.array([math.fsum(sorted(amounts[key])) for key in keys], np.float64)
    counts = whole_people(exact)
    profiles = tuple(
        ProfileRow(
            profile=stop,
            begins=clock_of(window.opens_min + period * window.period_min),
            people=count,
        )
        for (stop, period), count in zip(keys, counts, strict=True)
        if count
    )
    points = []
    for stop in sorted({one.profile for one in profiles}) if placed else ():
        lon, lat = places[stop]
        arriving = sum(one.people for one in profiles if one.profile == stop)
        points.append(
            PeopleAt(id=f"stop-{stop}", lon=lon, lat=lat, people=arriving, zone=stop, arrival=stop)
        )
    imported = Imported(
        source="stops",
        file=path,
        counted=math.fsum(exact.tolist()),
        points=tuple(points),
        left_out=tuple(one for one in left_out if one.rows),
        doubts=() if profiles else (f"{path.name}: nobody arrives within the window",),
    )
    return imported, profiles


def _table(path: Path, columns: tuple[str, ...], rows: tuple[Row, ...]) -> Table:
    """Return rows without places as a table, which messages are made with."""
    none = np.empty(0, object)
    return Table(
        file=path, rows=rows, columns=columns, lonlat=none, source=none, crs=pyproj.CRS(WGS84)
    )


def _stop(table: Table, row: Row) -> str:
    stop = named(table, row, "stop")
    if not stop or stop == OWN or "/" in stop:
        raise InputError(
            "is missing" if not stop else f"{stop!r} cannot be the name of a profile",
            file=table.file,
            feature=row.name,
            field="stop",
            remedy="name the stop, without a slash",
        )
    return stop


def _time(table: Table, row: Row) -> int:
    """Return the minute at which a row's people arrive; seconds are cut off."""
    given = str(row.properties.get("time", "")).strip()
    clock, _, seconds = given.rpartition(":") if given.count(":") == 2 else (given, "", "0")
    minutes = minutes_of(clock)
    if minutes is None or not (seconds.isascii() and seconds.isdigit() and int(seconds) < 60):
        raise InputError(
            f"{given!r} is not a valid time",
            file=table.file,
            feature=row.name,
            field="time",
            remedy='write "HH:MM" or "HH:MM:SS"',
        )
    return minutes


def _places(table: Table) -> dict[str, tuple[float, float]]:
    """Return where each stop lies."""
    found: dict[str, tuple[float, float]] = {}
    for row, (lon, lat) in zip(
        table.rows, shapely.get_coordinates(table.lonlat).tolist(), strict=True
    ):
        stop = _stop(table, row)
        if found.setdefault(stop, (lon, lat)) != (lon, lat):
            raise InputError(
                f"{stop!r} lies at two places",
                file=table.file,
                feature=row.name,
                field="lon",
                remedy="write the same place in each row of a stop",
            )
    return found
