"""Values of a row: texts, numbers and whole numbers, or a refusal that names row and column."""

import math
import reprlib
from collections.abc import Iterable
from typing import Any

from placement.errors import InputError
from placement.plan.settings import nearest
from placement.plan.table import Row, Table
from placement.reading.identifiers import fault
from placement.reading.levels import Levels, levels_of_tags, read_levels
from placement.reading.numerals import decimal

_NEITHER = frozenset({"", "no", "false", "0", "0.0"})  # a bridge or a tunnel
_MOST = 1e15  # whole numbers up to here are exact, and so are sums of a few of them


def identifiers(table: Table) -> list[str]:
    """Return the identifier of each row: a text, or a whole number read as one.

    Raises
    ------
    InputError
        If one is missing, occurs twice, holds a slash, or is not what it looks like.
    """
    seen: set[str] = set()
    found = []
    for row in table.rows:
        name = identifier(table, row)
        if name in seen:
            raise twice(table.file, name)
        seen.add(name)
        found.append(name)
    return found


def identifier(table: Table, row: Row) -> str:
    """Return the identifier of a row.

    Raises
    ------
    InputError
        If it is missing, holds a slash, or is not what it looks like.
    """
    given = row.properties.get("id")
    if given is None or given == "":
        raise InputError(
            "is missing", file=table.file, feature=row.name, field="id", remedy="add it"
        )
    found = named(table, row, "id")
    if "/" in found:
        raise InputError(
            "holds a slash",
            file=table.file,
            feature=row.name,
            field="id",
            remedy="rename it: posts are called '<site>/<resource>'",
        )
    return found


def twice(file: object, name: str) -> InputError:
    """Return the refusal of an identifier that two features have."""
    return InputError(
        "occurs twice",
        file=file,
        feature=name,
        field="id",
        remedy="give every feature an id of its own",
    )


def plain_text(table: Table, row: Row, key: str, default: str = "") -> str:
    """Return a text as it is; whole numbers are written without a fraction."""
    value = row.properties.get(key, default)
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise InputError(
        f"is not a text: {reprlib.repr(value)}",
        file=table.file,
        feature=row.name,
        field=key,
        remedy="write a text or a whole number",
    )


def named(table: Table, row: Row, key: str) -> str:
    """Return a text that something is called by: what is seen of it is what is compared.

    Raises
    ------
    InputError
        If it is too long, holds what is not seen, or is not in composed form.
    """
    text = plain_text(table, row, key)
    wrong = fault(text)
    if wrong is not None:
        problem, remedy = wrong
        raise InputError(problem, file=table.file, feature=row.name, field=key, remedy=remedy)
    return text


def number(
    table: Table,
    row: Row,
    key: str,
    *,
    default: float | None = None,
    positive: bool = False,
) -> float:
    """Return a finite number ≥ 0, or > 0 if `positive`."""
    value = _number(table, row, key, default)
    if not (0 < value < _MOST if positive else 0 <= value < _MOST):
        raise InputError(
            f"must be {'more than' if positive else 'at least'} 0 and finite, not {value:g}",
            file=table.file,
            feature=row.name,
            field=key,
            remedy="correct the number",
        )
    return value


def whole(
    table: Table, row: Row, key: str, *, default: int, least: int, most: int = 1_000_000_000
) -> int:
    """Return a whole number between two others."""
    value = _number(table, row, key, default)
    if not (math.isfinite(value) and value.is_integer() and least <= value <= most):
        raise InputError(
            f"must be a whole number from {least} to {most}, not {value:g}",
            file=table.file,
            feature=row.name,
            field=key,
            remedy="correct the number",
        )
    return int(value)


def _number(table: Table, row: Row, key: str, default: float | None) -> float:
    """Return what a cell says as a number; texts are read, for CSV has nothing else."""
    value: Any = row.properties.get(key, default)
    if value is None:
        raise InputError(
            "is missing", file=table.file, feature=row.name, field=key, remedy="add the number"
        )
    try:
        # True is 1.0 to Python, but nobody means that
        return decimal(str(value)) if isinstance(value, str | bool) else float(value)
    except OverflowError:
        return math.inf
    except (TypeError, ValueError):
        raise InputError(
            f"is not a number: {reprlib.repr(value)}",
            file=table.file,
            feature=row.name,
            field=key,
            remedy="write it in figures, with a point before decimals",
        ) from None


def levels_of(table: Table, row: Row, *, tags: bool) -> Levels:
    """Return the levels that a shape stands on: by ``level``, else by `tags` of OpenStreetMap.

    Raises
    ------
    InputError
        If ``level`` says none.
    """
    text = plain_text(table, row, "level")
    if not text.strip() and tags:
        bridge, tunnel = (
            str(row.properties.get(key, "no")).strip().lower() not in _NEITHER
            for key in ("bridge", "tunnel")
        )
        layer = str(row.properties.get("layer", ""))
        return levels_of_tags(layer, bridge=bridge, tunnel=tunnel)
    try:
        return read_levels(text)
    except ValueError:
        raise InputError(
            f"{reprlib.repr(text)} cannot be read as levels",
            file=table.file,
            feature=row.name,
            field="level",
            remedy="write whole numbers with ; between them, 0 for the street, or all",
        ) from None


def unused_columns(table: Table, known: Iterable[str]) -> list[str]:
    """Return sentences about columns that look like misspelt ones."""
    known = sorted(known)
    found = []
    for column in table.columns:
        meant = None if column in known else nearest(column, known, cutoff=0.85)
        if meant is not None:
            found.append(
                f"{table.file.name}: column {column!r} is not used; did you mean {meant!r}?"
            )
    return found
