"""Layers that GDAL reads: Shapefile, KML, FlatGeobuf, and tables of points as XLSX."""

import math
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyogrio

from placement.counts import counted
from placement.errors import InputError
from placement.reading.csv_table import take_points
from placement.reading.features import (
    MOST_CELLS,
    MOST_LAYER_BYTES,
    Features,
    of_frame,
    quiet,
    refuse_size,
)
from placement.reading.regular import (
    MOST_TEXT_BYTES,
    NOT_THAT,
    head,
    refuse_conflict_markers,
    require_file,
)

# what a file begins with: GDAL goes by the content, and would follow one that names other files
_BEGINS: Mapping[str, bytes] = {
    ".shp": b"\x00\x00\x27\x0a",
    ".xlsx": b"PK\x03\x04",
    ".fgb": b"fgb",
}
_SIGNS = 1 << 16
_MOST_GROWTH, _SMALL = 100, 1 << 26
#: What GDAL adds to each feature of a KML file.
_KML_EXTRAS = frozenset(
    {"timestamp", "begin", "end", "altitudemode", "tessellate", "extrude", "visibility",
     "draworder", "icon", "snippet"}
)  # fmt: skip
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:00")
_SHAPE_FILES = (".shx", ".dbf")


def read_shapefile(path: Path, layer: str, kinds: Sequence[str]) -> Features:
    """Read a Shapefile: the files beside it hold its columns, index and coordinate system.

    Raises
    ------
    InputError
        If it is none, one of its files is missing, or it would take too much memory.
    """
    size = 0
    for suffix in (path.suffix, *_SHAPE_FILES):
        beside = next(
            (one for one in map(path.with_suffix, (suffix, suffix.upper())) if one.exists()), path
        )
        if beside == path and suffix != path.suffix:
            raise InputError(
                f"lacks its {suffix} file",
                file=path,
                remedy="keep .shp, .shx, .dbf and .prj of a Shapefile side by side",
            )
        size += require_file(beside, remedy=NOT_THAT)
    if size > MOST_LAYER_BYTES:
        raise refuse_size(path, f"{size / 1e6:,.0f} MB")
    return _read(path, "Shapefile", layer, kinds)


def read_flatgeobuf(path: Path, layer: str, kinds: Sequence[str]) -> Features:
    """Read a FlatGeobuf file.

    Raises
    ------
    InputError
        If it is none, or would take too much memory.
    """
    return _read(path, "FlatGeobuf", layer, kinds)


def read_kml(path: Path, layer: str, kinds: Sequence[str]) -> Features:
    """Read a KML file; where no feature has an identifier, its name serves as one.

    Raises
    ------
    InputError
        If it is none, or would take too much memory.
    """
    content = head(path, MOST_TEXT_BYTES + 1)
    if len(content) > MOST_TEXT_BYTES:
        raise refuse_size(path, f"more than {MOST_TEXT_BYTES >> 20:,} MiB")
    refuse_conflict_markers(path, content)
    if b"<kml" not in content[:_SIGNS] or b"<OGRVRT" in content[:_SIGNS]:
        raise InputError("is not KML", file=path, remedy=NOT_THAT)
    del content
    found = _read(path, "KML", layer, kinds)
    rows = []
    for row in found.properties:
        plain = {
            {"Name": "name", "Description": "description"}.get(key, key): value
            for key, value in row.items()
            if key.lower() not in _KML_EXTRAS and value != ""
        }
        rows.append(plain)
    if not any("id" in row for row in rows):
        rows = [{**row, "id": row["name"]} if "name" in row else row for row in rows]
    return replace(found, properties=rows)


def read_xlsx(path: Path, layer: str, _kinds: Sequence[str] = ()) -> Features:
    """Read a sheet of points with columns ``lon`` and ``lat``, degrees, WGS 84.

    Raises
    ------
    InputError
        If the file is no such workbook, or would take too much memory.
    """
    columns, rows = read_sheet(path, layer)
    for wanted in ("lon", "lat"):
        if wanted not in columns:
            raise InputError(
                "is missing",
                file=path,
                field=wanted,
                remedy="give degrees, WGS 84, in the columns 'lon' and 'lat' of the first row",
            )
    return take_points(rows, path, remedy="give degrees as numbers")


def read_sheet(path: Path, layer: str) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Return the columns and rows of a sheet, without the cells that are empty.

    The only sheet is read, or that of the layer's name; the first row holds the names.

    Raises
    ------
    InputError
        If the file is no workbook, has several sheets, or would take too much memory.
    """
    _check_sign(path)
    try:
        with zipfile.ZipFile(path) as packed:
            grown = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise InputError(f"is not XLSX ({error})", file=path, remedy=NOT_THAT) from None
    if grown > min(max(_SMALL, _MOST_GROWTH * path.stat().st_size), MOST_LAYER_BYTES):
        raise refuse_size(path, f"{grown / 1e6:,.0f} MB when unpacked")
    key = "OGR_XLSX_HEADERS"
    before = pyogrio.get_gdal_config_option(key)
    pyogrio.set_gdal_config_options({key: "FORCE"})
    try:
        with quiet(path, "XLSX"):
            name = _chosen(path, layer, ())
            frame = pyogrio.read_dataframe(path, layer=name, read_geometry=False)
    finally:
        pyogrio.set_gdal_config_options({key: before})
    columns = tuple(str(column) for column in frame.columns)
    missing = frame.isna().to_numpy()
    cells = [frame.iloc[:, at].tolist() for at in range(len(columns))]
    rows = [
        {
            column: _cell(cells[at][row])
            for at, column in enumerate(columns)
            if not missing[row, at] and cells[at][row] != ""
        }
        for row in range(len(frame))
    ]
    return columns, [row for row in rows if row]


def _cell(value: Any) -> Any:  # noqa: ANN401 - a cell of any type
    """Return a cell as CSV would write it: whole numbers and times as people read them."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        return value[:5]
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return value


def _read(path: Path, what: str, layer: str, kinds: Sequence[str]) -> Features:
    """Read the one layer of a file, or that of the wanted name or kind."""
    _check_sign(path)
    with quiet(path, what):
        return of_frame(path, pyogrio.read_dataframe(path, layer=_chosen(path, layer, kinds)))


def _check_sign(path: Path) -> None:
    """Refuse a file that does not begin as its suffix says."""
    sign = _BEGINS.get(path.suffix.lower(), b"")
    if sign and head(path, len(sign)) != sign:
        name = {".shp": "a Shapefile", ".xlsx": "XLSX", ".fgb": "FlatGeobuf"}[path.suffix.lower()]
        raise InputError(f"is not {name}", file=path, remedy=NOT_THAT)


def _chosen(path: Path, wanted: str, kinds: Sequence[str]) -> str:
    """Return the one layer there is, that of the wanted name, or the one of the wanted kinds."""
    layers = [(str(name), str(kind or "")) for name, kind in pyogrio.list_layers(path)]
    plain = {name: kind.removesuffix(" Z").removesuffix(" M") for name, kind in layers}
    named = [name for name in plain if name == wanted]
    fitting = [name for name, kind in plain.items() if kind in kinds]
    for choice in (list(plain), named, fitting):
        if len(choice) == 1:
            info = pyogrio.read_info(path, layer=choice[0], force_feature_count=True)
            cells = int(info["features"]) * max(1, len(info["fields"]))
            if cells > MOST_CELLS:
                raise refuse_size(path, counted(cells, "cell"))
            return choice[0]
    if not plain:
        raise InputError("has no layers", file=path, remedy=NOT_THAT)
    listed = ", ".join([*plain][:10])
    raise InputError(
        f"has several layers ({listed}{', …' if len(plain) > 10 else ''})",
        file=path,
        remedy=f"call one {wanted!r}, or give a file of one layer",
    )


#: By suffix: what reads a file that was required before.
READERS: Mapping[str, Callable[[Path, str, Sequence[str]], Features]] = {
    ".shp": read_shapefile,
    ".kml": read_kml,
    ".fgb": read_flatgeobuf,
    ".xlsx": read_xlsx,
}
