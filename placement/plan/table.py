"""Reading one layer: a file of any format → rows with geometries in WGS 84, or one clear refusal.

This is the first of two steps; nothing here knows what a site or a demand point is.
"""

import csv
import io
import json
import logging
import re
import sqlite3
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape

from placement.errors import InputError
from placement.plan.settings import reason

type Geometries = NDArray[np.object_]
type Properties = Mapping[str, Any]

WGS84 = "OGC:CRS84"

POINTS = ("Point",)
LINES = ("LineString", "MultiLineString")
POLYGONS = ("Polygon", "MultiPolygon")

_CUT_SHORT = "write or download the file again"
_NOT_THAT = "check the file, or its suffix"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Row:
    """One feature of a file.

    Attributes
    ----------
    name
        What to call the row in a message: its identifier, else its number in the file.
    properties
        Values by column; missing ones are left out.
    """

    name: str
    properties: Properties


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Table:
    """A layer as read: rows in the file's order, geometries checked.

    Attributes
    ----------
    file
        The file, as the user gave it.
    rows
        One a feature.
    columns
        All columns that occur, sorted.
    lonlat
        (rows,) shapely geometries, two-dimensional, valid, in degrees, WGS 84.
    source
        (rows,) the same geometries in the file's own coordinate system.
    crs
        The file's coordinate system.
    unplaced
        Rows without a geometry, where the layer allows them.
    """

    file: Path
    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    lonlat: Geometries
    source: Geometries
    crs: pyproj.CRS
    unplaced: tuple[Row, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


def read_table(
    path: Path, *, layer: str, kinds: Sequence[str], instead: str | None = None
) -> Table:
    """Read one layer of points, lines or polygons.

    Parameters
    ----------
    path
        GeoJSON (``.geojson``, ``.json``), GeoPackage (``.gpkg``), GeoParquet (``.parquet``,
        ``.geoparquet``), or for points CSV with columns ``lon`` and ``lat`` (``.csv``).
    layer
        Name of the layer; a GeoPackage of several tables is read at the table of this name.
    kinds
        Geometry types to accept.
    instead
        Column that may stand in for a geometry: rows that have it may have none.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        If the file is missing, cut short or not what its suffix says; if it has no features or no
        coordinate system; or if a geometry is missing, empty, invalid, of another type or beyond
        the globe.
    """
    require_file(path, layer=layer)
    readers = {
        ".geojson": _read_geojson,
        ".json": _read_geojson,
        ".gpkg": _read_geopackage,
        ".parquet": _read_geoparquet,
        ".geoparquet": _read_geoparquet,
        ".csv": _read_csv,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError(
            f"the suffix {path.suffix!r} is not known",
            file=path,
            remedy=f"give the layer {layer!r} as one of {', '.join(readers)}",
        )
    properties, source, crs = reader(path, layer)
    if not properties:
        raise InputError(
            "has no features", file=path, remedy=f"add some, or leave the layer {layer!r} out"
        )
    rows = tuple(
        Row(name=_row_name(number, values), properties=values)
        for number, values in enumerate(properties, start=1)
    )
    source = shapely.force_2d(source)
    unplaced: tuple[Row, ...] = ()
    if instead is not None:
        bare = np.array([instead in row.properties for row in rows]) & shapely.is_missing(source)
        unplaced = tuple(row for row, without in zip(rows, bare, strict=True) if without)
        rows = tuple(row for row, without in zip(rows, bare, strict=True) if not without)
        source = source[~bare]
    _check_geometries(path, rows, source, kinds)
    lonlat = _to_wgs84(path, source, crs)
    _check_globe(path, rows, lonlat, crs)
    columns = sorted({column for row in (*rows, *unplaced) for column in row.properties})
    return Table(
        file=path,
        rows=rows,
        columns=tuple(columns),
        lonlat=lonlat,
        source=source,
        crs=crs,
        unplaced=unplaced,
    )


def require_file(path: Path, *, layer: str) -> None:
    """Refuse a layer whose file is not there."""
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "there is no such file"
        raise InputError(what, file=path, remedy=f"check the path given for the layer {layer!r}")


def _row_name(number: int, properties: Properties) -> str:
    found = properties.get("id")
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return f"row {number}" if found is None or found == "" else str(found)


type _Read = tuple[Sequence[Properties], Geometries, pyproj.CRS]


def _read_geojson(path: Path, layer: str) -> _Read:  # noqa: ARG001 - one signature for all readers
    """Read GeoJSON.

    By hand, since the drivers at hand guess at types (an ``id`` of "007" becomes 7), take what is
    not GeoJSON for an empty file, and pass over features they cannot read.
    """
    remedy = "give a GeoJSON FeatureCollection (RFC 7946)"
    text = _text(path)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        said = str(error) if isinstance(error, json.JSONDecodeError) else "cannot be parsed"
        raise InputError(f"is not JSON: {said}", file=path, remedy=remedy) from None
    if re.search(r"\\u[dD][89a-fA-F]", text):
        try:
            json.dumps(content, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise InputError(
                "holds half of a surrogate pair", file=path, remedy="mend the broken text"
            ) from None
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or content.get("type") != "FeatureCollection":
        raise InputError("is JSON, but no FeatureCollection", file=path, remedy=remedy)
    _check_geojson_crs(path, content.get("crs"))
    rows: list[Properties] = []
    geometries = np.empty(len(features), dtype=np.object_)
    for position, feature in enumerate(features):
        values = _feature_values(path, position + 1, feature)
        rows.append(values)
        if feature.get("geometry") is None:
            continue
        try:
            geometries[position] = shape(feature["geometry"])
        except Exception:  # noqa: BLE001 - malformed input fails there in many ways
            raise InputError(
                "has a geometry that cannot be read",
                file=path,
                feature=_row_name(position + 1, values),
                remedy="mend its type or its coordinates",
            ) from None
    return rows, geometries, pyproj.CRS(WGS84)


def _feature_values(path: Path, number: int, feature: Any) -> Properties:  # noqa: ANN401
    """Return what a GeoJSON feature says about itself; values that are null are left out."""
    properties = None
    if isinstance(feature, dict) and feature.get("type") == "Feature":
        properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise InputError(
            "is no GeoJSON feature",
            file=path,
            feature=f"row {number}",
            remedy='give it "type": "Feature", an object of properties and a geometry',
        )
    values = {key: value for key, value in properties.items() if value is not None}
    if "id" not in values and feature.get("id") is not None:
        return {"id": feature["id"], **values}
    return values


def _check_geojson_crs(path: Path, member: object) -> None:
    """Refuse a ``crs`` member (dropped from GeoJSON in 2016) that is not WGS 84."""
    if member is None:
        return
    name = str(member)
    if not re.search(r"CRS84|EPSG:+4326\b", name):
        raise InputError(
            "is not in WGS 84 longitude and latitude, as GeoJSON must be",
            file=path,
            field="crs",
            remedy="export it in EPSG:4326, or as GeoPackage",
        )


def _head(path: Path, length: int) -> bytes:
    """Return the first bytes of a file, which say what it is."""
    try:
        with path.open("rb") as file:
            return file.read(length)
    except OSError as error:
        raise InputError(f"cannot be read ({reason(error)})", file=path) from None


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not UTF-8 text (byte {error.start})", file=path, remedy=_NOT_THAT
        ) from None
    except OSError as error:
        raise InputError(f"cannot be read ({reason(error)})", file=path) from None


def _read_csv(path: Path, layer: str) -> _Read:  # noqa: ARG001 - one signature for all readers
    """Read a table of points with columns ``lon`` and ``lat``."""
    columns, records = _csv_records(path)
    for wanted in ("lon", "lat"):
        if wanted not in columns:
            raise InputError(
                "is missing",
                file=path,
                field=wanted,
                remedy="give degrees, WGS 84, in the columns 'lon' and 'lat'",
            )
    rows: list[Properties] = []
    lonlat = np.empty((len(records), 2))
    for number, record in enumerate(records, start=1):
        values = dict(record)
        for axis, key in enumerate(("lon", "lat")):
            try:
                lonlat[number - 1, axis] = float(values.pop(key, ""))
            except ValueError:
                raise InputError(
                    f"is no number: {record.get(key, '')!r}",
                    file=path,
                    feature=_row_name(number, values),
                    field=key,
                    remedy="give degrees with a decimal point",
                ) from None
        rows.append(values)
    geometries = np.asarray(shapely.points(lonlat), dtype=np.object_).reshape(len(records))
    return rows, geometries, pyproj.CRS(WGS84)


def read_rows(path: Path, *, layer: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Read a CSV table without geometries; rows are called by their number.

    Returns
    -------
    columns, rows
        Cells that are empty are left out of the rows.

    Raises
    ------
    InputError
        If the file is missing, no CSV, or has no rows.
    """
    require_file(path, layer=layer)
    if path.suffix.lower() != ".csv":
        raise InputError(
            f"the suffix {path.suffix!r} is not known",
            file=path,
            remedy=f"give the layer {layer!r} as .csv",
        )
    columns, records = _csv_records(path)
    if not records:
        raise InputError(
            "has no rows", file=path, remedy=f"add some, or leave the layer {layer!r} out"
        )
    return columns, tuple(
        Row(name=f"row {number}", properties=values)
        for number, values in enumerate(records, start=1)
    )


def _csv_records(path: Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Return the columns and the rows of a CSV file, without the cells that are empty."""
    text = _text(path)
    header = text.partition("\n")[0]
    # a comma unless the header only makes sense otherwise: spreadsheets differ by country
    delimiter = next((mark for mark in (",", ";", "\t") if mark in header), ",")
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        columns = tuple(reader.fieldnames or ())
        records = list(reader)
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}", file=path, remedy=_NOT_THAT) from None
    if len(set(columns)) < len(columns):
        raise InputError("names a column twice", file=path, remedy="rename one")
    found: list[dict[str, str]] = []
    for number, record in enumerate(records, start=1):
        values = {key: value for key, value in record.items() if isinstance(value, str) and value}
        if None in record or None in record.values():
            raise InputError(
                "has more or fewer values than the header",
                file=path,
                feature=_row_name(number, values),
                remedy="mend the row; texts with a separator go in double quotes",
            )
        found.append(values)
    return columns, found


def _read_geopackage(path: Path, layer: str) -> _Read:
    """Read one table of a GeoPackage, after the database itself was found whole."""
    import pyogrio  # noqa: PLC0415 - heavy, and most plans are GeoJSON

    if _head(path, 16) != b"SQLite format 3\x00":
        raise InputError("is no GeoPackage", file=path, remedy=_NOT_THAT)
    try:
        # the driver logs damage and returns the rows it could reach, so ask the database first
        with closing(
            sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
        ) as db:
            whole = db.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    except sqlite3.Error:
        whole = False
    if not whole:
        raise InputError("is damaged or cut short", file=path, remedy=_CUT_SHORT)
    with _quiet(path, "GeoPackage"):
        names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        if len(names) > 1 and layer not in names:
            raise InputError(
                f"has several tables ({', '.join(names)})",
                file=path,
                remedy=f"call one {layer!r}, or give a file of one table",
            )
        if not names:
            raise InputError("has no table with geometries", file=path, remedy=_NOT_THAT)
        frame = pyogrio.read_dataframe(path, layer=names[0] if len(names) == 1 else layer)
    return _from_frame(path, frame)


def _read_geoparquet(path: Path, layer: str) -> _Read:  # noqa: ARG001 - one signature for all
    """Read GeoParquet."""
    import geopandas as gpd  # noqa: PLC0415 - heavy, and most plans are GeoJSON

    if _head(path, 4) != b"PAR1":
        raise InputError("is no GeoParquet", file=path, remedy=_NOT_THAT)
    with _quiet(path, "GeoParquet"):
        frame = gpd.read_parquet(path)
    return _from_frame(path, frame)


@contextmanager
def _quiet(path: Path, what: str) -> Iterator[None]:
    """Keep libraries from talking, and turn whatever they raise into one sentence."""
    log = logging.getLogger("pyogrio")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - three libraries, each with its own tree of errors
        said = reason(error).splitlines()[0].replace(str(path), "the file")
        raise InputError(
            f"cannot be read as {what} ({said[:200]})", file=path, remedy=_CUT_SHORT
        ) from None
    finally:
        log.setLevel(before)


def _from_frame(path: Path, frame: Any) -> _Read:  # noqa: ANN401 - a GeoDataFrame, untyped
    """Turn a GeoDataFrame into rows; missing values are left out."""
    if not hasattr(frame, "crs") or not hasattr(frame, "geometry"):
        raise InputError("has no geometries", file=path, remedy=_NOT_THAT)
    if frame.crs is None:
        raise InputError(
            "has no coordinate system", file=path, remedy="set it when you write the file"
        )
    geometries = np.asarray(frame.geometry.to_numpy(), dtype=np.object_)
    values = frame.drop(columns=frame.geometry.name)
    missing = values.isna().to_numpy()
    columns = [str(column) for column in values.columns]
    # column by column: a row of a frame would turn whole numbers beside fractions into fractions
    cells = [[_plain(cell) for cell in values.iloc[:, at]] for at in range(len(columns))]
    rows = [
        {column: cells[at][row] for at, column in enumerate(columns) if not missing[row, at]}
        for row in range(len(values))
    ]
    return rows, geometries, pyproj.CRS(frame.crs)


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of any type
    """Turn numpy's scalars and arrays into Python's."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def _check_geometries(
    path: Path, rows: Sequence[Row], geometries: Geometries, kinds: Sequence[str]
) -> None:
    """Refuse the first geometry that is missing, empty, of another type or invalid."""
    missing = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    for position in np.flatnonzero(missing).tolist():
        raise InputError(
            "has no geometry, or an empty one",
            file=path,
            feature=rows[position].name,
            remedy="draw it, or remove the feature",
        )
    types = [geometry.geom_type for geometry in geometries]
    for position, kind in enumerate(types):
        if kind not in kinds:
            raise InputError(
                f"is a {kind}",
                file=path,
                feature=rows[position].name,
                remedy=f"this layer takes {' and '.join(kinds)} only",
            )
    finite = np.isfinite(shapely.bounds(geometries)).all(axis=1)
    for position in np.flatnonzero(~finite).tolist():
        raise InputError(
            "has coordinates that are no finite numbers",
            file=path,
            feature=rows[position].name,
            remedy="mend them",
        )
    for position in np.flatnonzero(~shapely.is_valid(geometries)).tolist():
        raise InputError(
            f"has an invalid geometry ({shapely.is_valid_reason(geometries[position])})",
            file=path,
            feature=rows[position].name,
            remedy="mend it, for example with the 'fix geometries' tool of a GIS",
        )


def _to_wgs84(path: Path, geometries: Geometries, crs: pyproj.CRS) -> Geometries:
    if crs == pyproj.CRS(WGS84) or crs.to_epsg() == 4326:
        return geometries
    if not (crs.is_projected or crs.is_geographic):
        raise InputError(
            f"its coordinate system ({crs.name}) does not lie on the globe",
            file=path,
            remedy="write the file in EPSG:4326",
        )
    return project(geometries, crs, pyproj.CRS(WGS84))


def project(geometries: Geometries, source: pyproj.CRS, target: pyproj.CRS) -> Geometries:
    """Return geometries in another coordinate system, x (or longitude) first."""
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    found: Geometries = shapely.transform(geometries, moved)
    return found


def _check_globe(path: Path, rows: Sequence[Row], lonlat: Geometries, crs: pyproj.CRS) -> None:
    """Refuse coordinates that are no longitude and latitude, most often metres."""
    bounds = shapely.bounds(lonlat)
    with np.errstate(invalid="ignore"):
        inside = (np.abs(bounds[:, [0, 2]]) <= 180) & (np.abs(bounds[:, [1, 3]]) <= 90)
    for position in np.flatnonzero(~inside.all(axis=1)).tolist():
        x, y = shapely.get_coordinates(lonlat[position])[0]
        plain = crs == pyproj.CRS(WGS84)
        raise InputError(
            f"({x:g}, {y:g}) is no longitude and latitude in degrees"
            if plain
            else f"does not lie where its coordinate system ({crs.name}) is defined",
            file=path,
            feature=rows[position].name,
            remedy="export the layer in EPSG:4326, longitude first"
            if plain
            else "check the coordinate system of the file",
        )
