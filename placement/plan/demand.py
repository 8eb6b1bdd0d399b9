"""The layers of people → `Demand`: points as given, and points sampled from areas."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from placement.arrays import Floats, Geometries
from placement.errors import InputError
from placement.plan.arrivals import known_profile
from placement.plan.cells import (
    identifiers,
    named,
    number,
    plain_text,
    unused_columns,
    whole,
)
from placement.plan.problem import Demand, LanesRule
from placement.plan.sampling import MOST_CELLS, cells_of, largest_remainder, sample
from placement.plan.table import Row, Table

_COLUMNS = (
    "id",
    "name",
    "people",
    "zone",
    "priority",
    "tier",
    "level",
    "step_free",
    "step_free_people",
    "arrival",
)
_MOST_TIERS = 20
STEP_FREE = "~step-free"
"""What follows the identifier of a point in that of its people who walk without steps."""


@dataclass(frozen=True, slots=True, eq=False)
class PeopleThere:
    """People at a point, or at the points of one area, who all walk alike."""

    id: tuple[str, ...]
    xy: Floats
    people: Floats
    zone: str
    priority: float
    level: int
    tier: int
    step_free: bool = False
    arrival: int | None = None
    period: int = 0


def crowds_at_points(
    table: Table, xy: Floats, *, step_free_share: float = 0.0, rule: LanesRule | None = None
) -> list[PeopleThere]:
    """Return the people of a layer of points; all are of one zone unless they name another.

    Parameters
    ----------
    table
        The layer as read.
    xy
        (rows, 2) float64, its points in metres.
    step_free_share
        Share of the people who walk without steps where a row does not say.
    rule
        The lanes whose profiles rows may name, or None.

    Raises
    ------
    InputError
        If a value is missing or out of range, or an identifier occurs twice.
    """
    found = []
    for at, (row, identifier) in enumerate(zip(table.rows, identifiers(table), strict=True)):
        people = np.array([_people(table, row)])
        crowd = crowd_of(table, row, (identifier,), xy[at : at + 1], people, zone="", rule=rule)
        slow = step_free_of(table, row, float(people[0]), usual=step_free_share)
        found += _parted(crowd, np.array([slow]))
    return found


def crowds_in_areas(
    table: Table,
    polygons: Geometries,
    *,
    spacing_m: float,
    step_free_share: float = 0.0,
    rule: LanesRule | None = None,
) -> list[PeopleThere]:
    """Return the people of a layer of polygons, at points ``"<area>#<n>"`` inside them.

    Parameters
    ----------
    table
        The layer as read.
    polygons
        (rows,) its polygons in metres.
    spacing_m
        Side of a cell of the grid that areas are sampled by, metres.
    step_free_share
        Share of the people who walk without steps where a row does not say.
    rule
        The lanes whose profiles rows may name, or None.

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
        crowd = crowd_of(table, row, ids, xy, people, zone=identifier, rule=rule)
        total = math.fsum(people)
        slow = step_free_of(table, row, total, usual=step_free_share)
        found += _parted(crowd, _shared_out(people, slow))
    return found


def in_period(crowd: PeopleThere, number: int, name: str, *, weight: float) -> PeopleThere:
    """Return people as they are in one period, by its position and name; weights multiply."""
    ids = tuple(f"{name}:{one}" for one in crowd.id)
    return replace(crowd, id=ids, period=number, priority=crowd.priority * weight)


def build_demand(
    crowds: Sequence[PeopleThere],
    *,
    files: Sequence[Table],
    to_lonlat: Callable[[Floats], Floats],
    by_zone: Mapping[str, int] | None = None,
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
    by_zone
        Arrival profile, by position, of the zones that have one; that of a row counts more.

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
        tier=np.repeat([crowd.tier for crowd in crowds], sizes)[order].astype(np.int64),
        step_free=np.repeat([crowd.step_free for crowd in crowds], sizes)[order].astype(np.bool_),
        arrival=np.repeat([_arrival(crowd, by_zone or {}) for crowd in crowds], sizes)[
            order
        ].astype(np.int64),
        period=np.repeat([crowd.period for crowd in crowds], sizes)[order].astype(np.int64),
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


def _arrival(crowd: PeopleThere, by_zone: Mapping[str, int]) -> int:
    """Return the profile of a crowd: its row's own, its zone's, or the plan's."""
    return by_zone.get(crowd.zone, 0) if crowd.arrival is None else crowd.arrival


def _people(table: Table, row: Row) -> float:
    return number(table, row, "people")


def crowd_of(
    table: Table,
    row: Row,
    ids: tuple[str, ...],
    xy: Floats,
    people: Floats,
    *,
    zone: str,
    rule: LanesRule | None,
) -> PeopleThere:
    """Return the people of a row, by what its cells say of them.

    Raises
    ------
    InputError
        If a cell cannot be used.
    """
    arrival = plain_text(table, row, "arrival") if rule is not None else ""
    return PeopleThere(
        id=ids,
        xy=xy,
        people=people,
        zone=named(table, row, "zone") or zone,
        priority=number(table, row, "priority", default=1.0, positive=True),
        level=whole(table, row, "level", default=0, least=-1000, most=1000),
        tier=whole(table, row, "tier", default=1, least=1, most=_MOST_TIERS),
        arrival=None
        if rule is None or not arrival
        else known_profile(arrival, rule, file=table.file, feature=row.name, field="arrival"),
    )


def step_free_of(table: Table, row: Row, people: float, *, usual: float) -> float:
    """Return how many of the people of a row walk without steps.

    Raises
    ------
    InputError
        If there are two answers, or more than all.
    """
    given = [key for key in ("step_free", "step_free_people") if _said(row, key)]
    if len(given) > 1:
        raise InputError(
            "is given as a share and as a number of people",
            file=table.file,
            feature=row.name,
            field="step_free",
            remedy="keep one of step_free and step_free_people",
        )
    counted = given == ["step_free_people"]
    value = number(table, row, given[0]) if given else usual
    most = people if counted else 1.0
    if value > most:
        raise InputError(
            f"{value:g} are more than the {people:g} {'person' if people == 1 else 'people'}"
            if counted
            else f"must be a share from 0 to 1, not {value:g}",
            file=table.file,
            feature=row.name,
            field=given[0],
            remedy="correct the number" if counted else "or write step_free_people for a number",
        )
    return value if counted else people * value


def _said(row: Row, key: str) -> bool:
    value = row.properties.get(key)
    return value is not None and value != ""


def _shared_out(people: Floats, slow: float) -> Floats:
    """Share people who walk without steps out to the points of an area, in proportion to all there.

    Whole people where the points hold whole people; the rest of a person goes to the first point
    that has room for it.
    """
    everyone = math.fsum(people)
    count = math.floor(slow)
    weight = [math.floor(one) for one in people]
    if count == 0 or count > sum(weight):
        return people * (slow / everyone) if everyone else people * 0
    shares = np.array(largest_remainder(count, weight), dtype=np.float64)
    rest = slow - count
    room = np.flatnonzero(people - shares >= rest)
    if rest and len(room):
        shares[room[0]] += rest
    return shares


def _parted(crowd: PeopleThere, slow: Floats) -> list[PeopleThere]:
    """Part those who walk without steps from the others; nobody is lost to rounding."""
    others = crowd.people - slow
    slow = crowd.people - others  # exact: one of the two differences is at most half of the whole
    if not slow.any():
        return [crowd]
    parts = []
    for people, suffix in ((others, ""), (slow, STEP_FREE)):
        there = people > 0
        if there.any():
            parts.append(
                replace(
                    crowd,
                    id=tuple(
                        name + suffix
                        for name, one in zip(crowd.id, there.tolist(), strict=True)
                        if one
                    ),
                    xy=crowd.xy[there],
                    people=people[there],
                    step_free=bool(suffix),
                )
            )
    return parts
