"""GeoPackage (OGC 12-128), read as the database it is.

Whoever wrote the file wrote the questions that its views ask, so the database answers under limits:
on its steps, on the bytes of a value and on those of the whole answer.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
import pyproj
import shapely

from placement.errors import InputError
from placement.reading.features import (
    DAMAGED,
    MOST_LAYER_BYTES,
    Features,
    Properties,
    horizontal,
    quiet,
    refuse_size,
    row_name,
    without_crs,
)
from placement.reading.regular import MIB, NOT_THAT, head, reason

_MOST_VIEW_BYTES = 256 * MIB
_MOST_VIEW_STEPS = 50_000_000  # of the database's machine: a second or two
_STEPS_AT_ONCE = 100_000
_MOST_VALUE_BYTES = 64 * MIB
_CELL_BYTES = 64  # what Python takes for a value beside its bytes
_ROWS_AT_ONCE = 1000
_OWN_KEYS = frozenset({"fid", "ogc_fid"})  # row numbers that programs add by themselves
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_ANY = "GEOMETRY"


class _Text(bytes):
    """The bytes of a text: that they are UTF-8 is only promised."""

    __slots__ = ()


class _Layer(NamedTuple):
    """A table or a view with geometries."""

    name: str
    column: str
    kind: str
    crs: int


def read_geopackage(path: Path, layer: str, kinds: Sequence[str] = ()) -> Features:
    """Read one table of a GeoPackage.

    Parameters
    ----------
    path
        The file.
    layer
        Name of the table where there are several.
    kinds
        Geometry types that tell the table from others where none has that name.

    Raises
    ------
    InputError
        If the file is not a GeoPackage, is damaged or cut short, has no such table or several, or
        would take too much time or memory.
    """
    if head(path, 16) != b"SQLite format 3\x00":
        raise InputError("is not a GeoPackage", file=path, remedy=NOT_THAT)
    with quiet(path, "GeoPackage"), _opened(path) as database:
        _check_whole(path, database)
        found = _chosen(path, _layers(database), layer, kinds)
        crs = _crs(path, database, found.crs)
        names, rows = _rows(path, database, found)
        return _features(path, found, names, rows, crs)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that answers, writes nothing, and trusts nothing in its file."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        database.text_factory = _Text
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_VALUE_BYTES)
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA query_only = ON")
        yield database


def _check_whole(path: Path, database: sqlite3.Connection) -> None:
    """Refuse a damaged database: asked for its rows alone, it gives those it can reach."""
    try:
        whole = database.execute("PRAGMA quick_check(1)").fetchone()[0] == b"ok"
    except sqlite3.Error:
        whole = False
    if not whole:
        raise InputError("is damaged or cut short", file=path, remedy=DAMAGED)


def _layers(database: sqlite3.Connection) -> list[_Layer]:
    """Return the tables and views with geometries, in the order of their names."""
    try:
        found = database.execute(
            "SELECT g.table_name, g.column_name, g.geometry_type_name, g.srs_id "
            "FROM gpkg_geometry_columns g JOIN gpkg_contents c "
            "ON lower(c.table_name) = lower(g.table_name) ORDER BY g.table_name"
        ).fetchmany(_ROWS_AT_ONCE)
    except sqlite3.Error:
        return []
    return [
        _Layer(_decoded(name), _decoded(column), _decoded(kind).upper(), int(crs))
        for name, column, kind, crs in found
    ]


def _chosen(path: Path, layers: list[_Layer], wanted: str, kinds: Sequence[str]) -> _Layer:
    """Return the one table there is, that of the wanted name, or the one of the wanted kind."""
    if not layers:
        raise InputError("has no table with geometries", file=path, remedy=NOT_THAT)
    named = [one for one in layers if one.name == wanted]
    fitting = [one for one in layers if one.kind in {kind.upper() for kind in kinds}]
    if not fitting and kinds:
        fitting = [one for one in layers if one.kind == _ANY]
    for choice in (layers, named, fitting):
        if len(choice) == 1:
            return choice[0]
    listed = ", ".join(one.name for one in (fitting or layers)[:10])
    raise InputError(
        f"has several tables ({listed}{', …' if len(fitting or layers) > 10 else ''})",
        file=path,
        remedy=f"call one {wanted!r}, or give a file of one table",
    )


def _crs(path: Path, database: sqlite3.Connection, number: int) -> pyproj.CRS:
    """Return the coordinate system of a number that the file explains."""
    found = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys "
        "WHERE srs_id = ?",
        (number,),
    ).fetchone()
    if found is None or number in {-1, 0}:
        raise without_crs(path)
    owner, code, definition = _decoded(found[0]), found[1], _decoded(found[2])
    if owner.upper() != "EPSG" and "undefined" in definition.lower():
        raise without_crs(path)
    try:
        return horizontal(pyproj.CRS.from_authority(owner, code))
    except pyproj.exceptions.CRSError:
        return horizontal(pyproj.CRS.from_wkt(definition))


def _rows(
    path: Path, database: sqlite3.Connection, layer: _Layer
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the names of the columns and all rows, within the limits of tables or of views."""
    kind = database.execute("SELECT type FROM sqlite_master WHERE name = ?", (layer.name,))
    is_view = (kind.fetchone() or (b"",))[0] != b"table"
    most = _MOST_VIEW_BYTES if is_view else MOST_LAYER_BYTES
    what = "the view" if is_view else "the table"
    steps = 0

    def too_long() -> bool:
        nonlocal steps
        steps += _STEPS_AT_ONCE
        return is_view and steps > _MOST_VIEW_STEPS

    database.set_progress_handler(too_long, _STEPS_AT_ONCE)
    try:
        answer = database.execute(f"SELECT * FROM {_quoted(layer.name)}")  # noqa: S608 - quoted
        names = [column[0] for column in answer.description]
        rows: list[tuple[Any, ...]] = []
        size = 0
        while some := answer.fetchmany(_ROWS_AT_ONCE):
            rows += some
            size += sum(
                _CELL_BYTES + (len(cell) if isinstance(cell, bytes) else 0)
                for row in some
                for cell in row
            )
            if size > most:
                raise refuse_size(path, f"more than {most // MIB:,} MiB in {what} {layer.name!r}")
    except sqlite3.Error as error:
        said = reason(error)
        if "interrupted" in said:
            raise InputError(
                f"{what} {layer.name!r} takes too long to be worked out",
                file=path,
                remedy="save it as a table",
            ) from None
        raise
    about = database.execute(f"PRAGMA table_info({_quoted(layer.name)})").fetchall()
    keys = {_decoded(column[1]) for column in about if column[5]}
    booleans = {_decoded(column[1]) for column in about if _decoded(column[2]).upper() == "BOOLEAN"}
    left_out = [at for at, name in enumerate(names) if name in keys and name.lower() in _OWN_KEYS]
    if booleans or left_out:
        kept = [at for at in range(len(names)) if at not in left_out]
        rows = [
            tuple(
                bool(row[at]) if names[at] in booleans and isinstance(row[at], int) else row[at]
                for at in kept
            )
            for row in rows
        ]
        names = [names[at] for at in kept]
    return names, rows


def _features(
    path: Path,
    layer: _Layer,
    names: list[str],
    rows: list[tuple[Any, ...]],
    crs: pyproj.CRS,
) -> Features:
    """Decode texts and geometries, naming the row that cannot be."""
    drawn = names.index(layer.column)
    found: list[Properties] = []
    geometries = np.empty(len(rows), dtype=np.object_)
    for position, row in enumerate(rows):
        values: dict[str, Any] = {}
        for at, (name, cell) in enumerate(zip(names, row, strict=True)):
            if cell is None or at == drawn:
                continue
            try:
                values[name] = cell.decode() if isinstance(cell, _Text) else cell
            except UnicodeDecodeError:
                raise InputError(
                    "is not UTF-8 text",
                    file=path,
                    feature=row_name(position + 1, values),
                    field=name,
                    remedy="write the text again, in UTF-8",
                ) from None
        found.append(values)
        try:
            geometries[position] = _geometry(row[drawn])
        except (ValueError, TypeError, shapely.errors.ShapelyError):
            raise InputError(
                "has a geometry that cannot be read",
                file=path,
                feature=row_name(position + 1, values),
                remedy="write the file again, with straight segments",
            ) from None
    return Features(properties=found, geometries=geometries, crs=crs)


def _geometry(blob: bytes | None) -> Any:  # noqa: ANN401 - a shapely geometry, or None
    """Return the geometry of a GeoPackage's binary form: a header, then well-known binary."""
    if blob is None:
        return None
    if isinstance(blob, _Text) or blob[:2] != b"GP" or len(blob) < 8:
        raise ValueError(blob)
    envelope = blob[3] >> 1 & 7
    if envelope >= len(_ENVELOPE_BYTES) or blob[3] & 32:
        raise ValueError(envelope)
    return shapely.from_wkb(blob[8 + _ENVELOPE_BYTES[envelope] :])


def _decoded(text: object) -> str:
    """Return a name or a definition as text, whatever its bytes are."""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text or "")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
