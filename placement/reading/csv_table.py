"""Tables as CSV, with a comma, a semicolon or a tab between the cells."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from placement.errors import InputError
from placement.reading.features import (
    MOST_CELLS,
    WGS84,
    Features,
    refuse_size,
    row_name,
)
from placement.reading.numerals import decimal
from placement.reading.regular import NOT_THAT, read_text


def read_csv(path: Path) -> Features:
    """Read a table of points with columns ``lon`` and ``lat``, degrees, WGS 84.

    Raises
    ------
    InputError
        If the file is no such table.
    """
    columns, records = read_records(path)
    for wanted in ("lon", "lat"):
        if wanted not in columns:
            raise InputError(
                "is missing",
                file=path,
                field=wanted,
                remedy="give degrees, WGS 84, in the columns 'lon' and 'lat'",
            )
    rows: list[dict[str, Any]] = [dict(record) for record in records]
    return take_points(rows, path, remedy="give degrees with a decimal point")


def take_points(rows: list[dict[str, Any]], file: Path, *, remedy: str) -> Features:
    """Make points of the values ``lon`` and ``lat``, degrees, which are taken out of the rows.

    Raises
    ------
    InputError
        If one is not a number, with this remedy.
    """
    lonlat = np.empty((len(rows), 2))
    for number, row in enumerate(rows, start=1):
        for axis, key in enumerate(("lon", "lat")):
            given = row.pop(key, "")
            try:
                lonlat[number - 1, axis] = decimal(str(given))  # which True is not
            except ValueError:
                raise InputError(
                    f"is not a number: {given!r}",
                    file=file,
                    feature=row_name(number, row),
                    field=key,
                    remedy=remedy,
                ) from None
    points = np.asarray(shapely.points(lonlat), dtype=np.object_).reshape(len(rows))
    return Features(properties=rows, geometries=points, crs=pyproj.CRS(WGS84))


def read_records(path: Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Return the columns and the rows of a CSV file, without the cells that are empty.

    Raises
    ------
    InputError
        If the file is no CSV, names a column twice, or has a row that does not fit its header.
    """
    text = read_text(path)
    header = text.partition("\n")[0]
    # a comma unless the header only makes sense otherwise: spreadsheets differ by country
    delimiter = next((mark for mark in (",", ";", "\t") if mark in header), ",")
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        columns = tuple(reader.fieldnames or ())
        if len(columns) * text.count("\n") > MOST_CELLS:
            raise refuse_size(path, f"{text.count('\n'):,} rows of {len(columns):,} columns")
        records = list(reader)
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}", file=path, remedy=NOT_THAT) from None
    if len(set(columns)) < len(columns):
        raise InputError("names a column twice", file=path, remedy="rename one")
    found: list[dict[str, str]] = []
    for number, record in enumerate(records, start=1):
        if not any(cell.strip() for cell in record.values() if isinstance(cell, str)) and (
            None in record.values()
        ):
            continue  # a line of spaces alone
        values = {key: value for key, value in record.items() if isinstance(value, str) and value}
        if None in record or None in record.values():
            raise InputError(
                "has more or fewer values than the header",
                file=path,
                feature=row_name(number, values),
                remedy="fix the row; texts with a separator go in double quotes",
            )
        found.append(values)
    return columns, found
