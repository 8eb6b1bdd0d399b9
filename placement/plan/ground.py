"""What alters the walking of a plan: closed streets with their hours, and crowds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from placement.errors import InputError, UsageError
from placement.plan.cells import number, plain_text
from placement.plan.clock import DAY_MIN, hours_of, minutes_of
from placement.plan.settings import Settings
from placement.plan.shapes import GATE, ClosureRule, Crowd, Shape
from placement.plan.table import LINES, POLYGONS, Row, Table

#: What may stand in a layer of closures.
CLOSURE_KINDS = (*POLYGONS, *LINES)
#: Columns of layers of closures and of crowds.
CLOSURE_COLUMNS = ("id", "name", "street", "oneway", "fence", "kind", "level", "begins", "ends")
CROWD_COLUMNS = ("id", "name", "density")
#: At this density nobody moves, persons per m² (S: Weidmann 1993, domain.md).
_JAM_PER_M2 = 5.4
_SUFFIXES = frozenset(
    {".geojson", ".json", ".gpkg", ".parquet", ".geoparquet", ".shp", ".kml", ".fgb"}
)
_YES_NO = {
    **dict.fromkeys(("yes", "true", "1"), True),
    **dict.fromkeys(("no", "false", "0", ""), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Closures of one run, as they were asked for.

    Attributes
    ----------
    files
        Layers of closures.
    streets
        Names of streets.
    """

    files: tuple[Path, ...]
    streets: tuple[str, ...]


def is_closure_file(text: str) -> bool:
    """Tell a file of closures, by its suffix, from the name of a street."""
    return Path(text).suffix.lower() in _SUFFIXES


def wanted(closures: Iterable[str | Path]) -> Wanted:
    """Tell files of closures from names of streets: a file has the suffix of a layer.

    Raises
    ------
    UsageError
        If one is given twice, or is an empty text.
    """
    files: dict[str, Path] = {}
    streets: dict[str, str] = {}
    for closure in closures:
        text = str(closure).strip()
        path = Path(text)
        is_file = is_closure_file(text)
        key = path.name if is_file else text.casefold()
        if not text or key in (files if is_file else streets):
            said = f"{text!r} is given twice" if text else "a closure has no name"
            raise UsageError(f"{said}; give each file, or name of a street, once.")
        if is_file:
            files[key] = path
        else:
            streets[key] = text
    return Wanted(
        files=tuple(files[key] for key in sorted(files)),
        streets=tuple(streets[key] for key in sorted(streets)),
    )


def at_of(settings: Settings, at: str | None) -> int | None:
    """Return the minute of the day a plan is made for; None takes all closures at once.

    Parameters
    ----------
    settings
        The plan file.
    at
        Time of this run in place of the plan's, ``"HH:MM"``.

    Raises
    ------
    UsageError
        If that is not a valid time.
    """
    if at is not None and minutes_of(at) is None:
        raise UsageError(f"{at!r} is not a valid time; write it as 18:30.")
    if settings.periods:
        if at is not None:
            raise UsageError("the plan has periods, each with its own hours; leave the time out.")
        return None
    opens = [kind.lanes.opens for kind in settings.resources.values() if kind.lanes is not None]
    said = next(iter(time for time in (at, settings.walking.at, *opens) if time is not None), None)
    minutes = None if said is None else minutes_of(said)
    return None if minutes is None else minutes % DAY_MIN


def closures_of_layer(
    table: Table, shapes: Sequence[tuple[Row, Shape]], *, prefix: str = ""
) -> list[ClosureRule]:
    """Read the closures of a layer.

    Parameters
    ----------
    table
        The layer.
    shapes
        Its features, by identifier.
    prefix
        What to put before their identifiers.

    Raises
    ------
    InputError
        If a time, a direction or a name cannot be; it names the feature and the field.
    """
    found = []
    drawn: list[tuple[Row, Shape | None]] = [
        (row, shape) for row, shape in shapes if row.properties.get("kind") != GATE
    ]
    for row, shape in [*drawn, *((row, None) for row in _by_street(table))]:
        begins, ends = (
            plain_text(table, row, key) if key in row.properties else None
            for key in ("begins", "ends")
        )
        try:
            hours = hours_of(begins, ends)
        except ValueError as error:
            field, problem = error.args
            raise _refusal(table, row, field, problem, 'write "HH:MM"') from None
        oneway = _yes(table, row, "oneway")
        kind = "street without a line" if shape is None else shape.xy.geom_type
        if oneway and kind != "LineString":
            remedy = "draw a LineString in the direction walked"
            raise _refusal(table, row, "oneway", f"is set on a {kind}", remedy)
        fence = _yes(table, row, "fence")
        if fence and shape is not None:
            remedy = "leave it out: a line is a fence; it is for a street that is closed by name"
            raise _refusal(table, row, "fence", f"is set on a {kind}", remedy)
        street = plain_text(table, row, "street") or None
        if shape is None and street is None:
            raise _refusal(table, row, "street", "is empty, and nothing is drawn", "name a street")
        found.append(
            ClosureRule(
                id=f"{prefix}{row.name if shape is None else shape.id}",
                shape=shape,
                street=street,
                oneway=oneway,
                fence=fence,
                hours=hours,
                file=table.file,
            )
        )
    return found


def _by_street(table: Table) -> list[Row]:
    """Return the rows that name a street in place of a shape, called by it if they have no id."""
    rows = [
        Row(name=plain_text(table, row, "id" if "id" in row.properties else "street"),
            properties=row.properties)
        for row in table.unplaced
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.name, str(sorted(row.properties.items(), key=str))))


def closures_by_name(settings: Settings, streets: Iterable[str], file: Path) -> list[ClosureRule]:
    """Return the streets closed by name: in the plan file with their hours, in this run all day."""
    given = [
        ClosureRule(
            id=closure.street,
            street=closure.street,
            fence=closure.fence,
            hours=hours_of(closure.begins, closure.ends),
            file=file,
            key=f"closures.{at}.street",
        )
        for at, closure in enumerate(settings.closures)
    ]
    return given + [ClosureRule(id=street, street=street) for street in streets]


def crowds_of(table: Table, shapes: Sequence[tuple[Row, Shape]]) -> tuple[Crowd, ...]:
    """Read the densities of a layer of crowds.

    Raises
    ------
    InputError
        If a density is missing, negative, or one at which nobody moves.
    """
    found = []
    for row, shape in shapes:
        density = number(table, row, "density")
        if density >= _JAM_PER_M2:
            raise _refusal(
                table,
                row,
                "density",
                f"at {density:g} persons/m² nobody moves",
                f"give less than {_JAM_PER_M2:g}, or draw the polygon in the layer 'closures'",
            )
        found.append(Crowd(shape=shape, per_m2=density))
    return tuple(found)


def parts_of_day(closing: Iterable[ClosureRule]) -> list[tuple[int, int, tuple[ClosureRule, ...]]]:
    """Part the day where closures begin and end to hold.

    Returns
    -------
    list of tuple
        From which minute, until which one, and the closures that hold, in order of the first; the
        last part runs over midnight unless something changes then. None where nothing changes.
    """
    closing = tuple(closing)
    changes = sorted({minute for rule in closing for minute in rule.hours or ()})
    parts: list[tuple[int, int, tuple[ClosureRule, ...]]] = []
    for begins, ends in zip(changes, changes[1:] + changes[:1], strict=True):
        holding = tuple(rule for rule in closing if rule.holds(begins))
        if parts and parts[-1][2] == holding:
            parts[-1] = (parts[-1][0], ends, holding)  # one closure takes over from another
        else:
            parts.append((begins, ends, holding))
    if len(parts) > 1 and parts[0][2] == parts[-1][2]:
        last = parts.pop()
        parts[0] = (last[0], parts[0][1], parts[0][2])
    return parts


def _yes(table: Table, row: Row, key: str) -> bool:
    value: Any = row.properties.get(key, "")
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    found = _YES_NO.get(text.strip().lower())
    if found is None:
        raise _refusal(table, row, key, f"{value!r} is neither yes nor no", "write yes or no")
    return found


def _refusal(table: Table, row: Row, field: str, problem: str, remedy: str) -> InputError:
    return InputError(problem, file=table.file, feature=row.name, field=field, remedy=remedy)
