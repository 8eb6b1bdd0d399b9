"""Arrival profiles from a table, and who comes by which: names become positions, checked once."""

import math
import reprlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from placement.errors import InputError
from placement.plan.clock import clock_of, minutes_of
from placement.plan.problem import OWN, LanesRule, Resource
from placement.plan.settings import Settings, nearest
from placement.plan.table import Row, read_rows
from placement.reading.held import Held, Source
from placement.reading.identifiers import fault
from placement.reading.numerals import decimal

_WANTED = {
    "profile": "name the profile that each row belongs to",
    "begins": 'say when the period of each row begins, "HH:MM"',
}


def with_profiles(
    resources: tuple[Resource, ...], settings: Settings, table: Source | None, *, file: Path
) -> tuple[Resource, ...]:
    """Give the resource with lanes the profiles of a table beside those of the plan file.

    Parameters
    ----------
    resources
        Those of the plan.
    settings, file
        The plan file.
    table
        The layer ``arrivals``, or None.

    Raises
    ------
    InputError
        If the table cannot be used.
    """
    found = []
    for resource in resources:
        rule, given = resource.lanes, settings.resources[resource.id].lanes
        if rule is None or given is None:
            found.append(resource)
            continue
        named = dict(rule.named)
        if table is not None:
            named |= _profiles(table, rule, file=file)
        rule = replace(rule, named=dict(sorted(named.items())))
        found.append(replace(resource, lanes=rule))
    return tuple(found)


def zone_arrivals(
    settings: Settings, rule: LanesRule | None, zones: Collection[str], *, file: Path
) -> dict[str, int]:
    """Return the position of the profile of each zone that the plan file gives one.

    Raises
    ------
    InputError
        If a zone is named that nobody is in.
    """
    found: dict[str, int] = {}
    for name, resource in sorted(settings.resources.items()):
        for zone, profile in (resource.lanes.arrival if resource.lanes else {}).items():
            field = f"resources.{name}.lanes.arrival.{zone}"
            if zone not in zones:
                meant = nearest(zone, zones)
                raise InputError(
                    f"names no zone of the plan: {reprlib.repr(zone)}",
                    file=file,
                    field=field,
                    remedy=f"write {meant!r}" if meant else "name a zone that people are in",
                )
            if rule is not None:
                found[zone] = known_profile(profile, rule, file=file, field=field)
    return found


def known_profile(
    name: str, rule: LanesRule, *, file: Path, field: str, feature: str | None = None
) -> int:
    """Return the position of a profile among those of a rule.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    names = list(rule.profiles)
    if name in names:
        return names.index(name)
    meant = nearest(name, names)
    raise InputError(
        f"names no profile: {reprlib.repr(name)}",
        file=file,
        feature=feature,
        field=field,
        remedy=f"write {meant!r}" if meant else f"known are {', '.join(names)}",
    )


def _profiles(source: Source, rule: LanesRule, *, file: Path) -> dict[str, tuple[float, ...]]:
    """Read the profiles of a table: a row a profile and period."""
    columns, rows = read_rows(source, layer="arrivals")
    path = source.path if isinstance(source, Held) else source
    for column, remedy in _WANTED.items():
        if column not in columns:
            raise InputError("is missing", file=path, field=column, remedy=remedy)
    counted = [column for column in ("share", "people") if column in columns]
    if len(counted) != 1:
        raise InputError(
            "and 'people' both say how many come" if counted else "is missing, and so is 'people'",
            file=path,
            field="share",
            remedy="keep one of the two columns" if counted else "give one of the two columns",
        )
    begins = [
        clock_of(round(rule.opens_min + at * rule.period_min)) for at in range(len(rule.shares))
    ]
    amounts: dict[str, dict[int, float]] = {}
    for row in rows:
        profile = row.properties.get("profile", "")
        if profile in {"", OWN}:
            said = "is missing" if not profile else f"{OWN!r} is the plan's own profile"
            remedy = "name it" if not profile else "name it otherwise"
            raise InputError(said, file=path, feature=row.name, field="profile", remedy=remedy)
        wrong = fault(profile)
        if wrong is not None:
            raise InputError(
                wrong[0], file=path, feature=row.name, field="profile", remedy=wrong[1]
            )
        if profile in rule.named:
            raise InputError(
                f"{profile!r} is a profile of {file.name} already",
                file=path,
                feature=row.name,
                field="profile",
                remedy="keep one of the two, or rename it",
            )
        period = _period(path, row, begins)
        mine = amounts.setdefault(profile, {})
        if period in mine:
            raise InputError(
                f"{begins[period]} occurs twice for {profile!r}",
                file=path,
                feature=row.name,
                field="begins",
                remedy="keep one of the two rows",
            )
        mine[period] = _amount(path, row, counted[0])
    return {
        name: _shares(path, name, mine, counted[0], len(begins))
        for name, mine in sorted(amounts.items())
    }


def _period(path: Path, row: Row, begins: list[str]) -> int:
    """Return the period that a row speaks of."""
    given = str(row.properties.get("begins", ""))
    minutes = minutes_of(given)
    clock = None if minutes is None else clock_of(minutes)
    if clock not in begins:
        raise InputError(
            "is missing" if not given else f"{given!r} is not when a period of the window begins",
            file=path,
            feature=row.name,
            field="begins",
            remedy=f"write one of {', '.join(begins[:3])}{', …' if len(begins) > 3 else ''}",
        )
    return begins.index(clock)


def _amount(path: Path, row: Row, column: str) -> float:
    """Return the share or the people of a row."""
    given = row.properties.get(column, "")
    try:
        value = decimal(given)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise InputError(
            f"must be a number of at least 0, not {reprlib.repr(given)}",
            file=path,
            feature=row.name,
            field=column,
            remedy="correct the number",
        )
    return value


def _shares(
    path: Path, name: str, amounts: Mapping[int, float], column: str, periods: int
) -> tuple[float, ...]:
    """Return the profile that amounts by period make; periods without any are empty."""
    total = math.fsum(amounts.values())
    if column == "share" and abs(total - 1) > 1e-6:
        raise InputError(
            f"adds up to {total:.6g}, not 1",
            file=path,
            feature=name,
            field=column,
            remedy="correct the shares, or call the column 'people'",
        )
    if not 0 < total < math.inf:
        raise InputError(
            "adds up to zero people",
            file=path,
            feature=name,
            field=column,
            remedy="give some people",
        )
    return tuple(amounts.get(at, 0.0) / total for at in range(periods))
