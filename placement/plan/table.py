"""Reading one layer: a file of any format → rows with geometries in WGS 84, or one clear refusal.

This is the first of two steps; nothing here knows what a site or a demand point is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyproj
import shapely

from placement.arrays import Geometries
from placement.errors import InputError
from placement.globe import around_pole
from placement.reading import regular
from placement.reading.csv_table import read_records
from placement.reading.degrees import in_degrees
from placement.reading.features import Properties, row_name
from placement.reading.formats import read_features
from placement.reading.held import Held, Source

POINTS = ("Point",)
LINES = ("LineString", "MultiLineString")
_MULTIPOINT = 4  # as shapely counts types
POLYGONS = ("Polygon", "MultiPolygon")
_TYPES = {kind.name.lower(): kind.value for kind in shapely.GeometryType}


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
        One a feature, made when it is asked for where there are many.
    columns
        All columns that occur, sorted.
    lonlat
        (rows,) shapely geometries, two-dimensional, valid, in degrees, WGS 84. Those that cross
        the antimeridian are in one piece and have longitudes beyond ±180.
    source
        (rows,) the same geometries in the file's own coordinate system.
    crs
        The file's coordinate system.
    unplaced
        Rows without a geometry, where the layer allows them.
    parts
        The files it was read from, where it came in parts.
    """

    file: Path
    rows: Sequence[Row]
    columns: tuple[str, ...]
    lonlat: Geometries
    source: Geometries
    crs: pyproj.CRS
    unplaced: tuple[Row, ...] = ()
    parts: tuple[Path, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


def read_table(
    source: Source, *, layer: str, kinds: Sequence[str], instead: str | None = None
) -> Table:
    """Read one layer of points, lines or polygons.

    Parameters
    ----------
    source
        GeoJSON (``.geojson``, ``.json``), GeoPackage (``.gpkg``), GeoParquet (``.parquet``,
        ``.geoparquet``), Shapefile (``.shp``), KML (``.kml``), FlatGeobuf (``.fgb``), or for points
        CSV or XLSX with columns ``lon`` and ``lat``; or a layer in memory.
    layer
        Name of the layer; a file of several tables is read at the table of this name.
    kinds
        Geometry types to accept; a multipoint of one point is a point.
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
    require_file(source, layer=layer)
    if isinstance(source, Held):
        path, found = source.path, source.features
    else:
        path, found = source, read_features(source, layer=layer)
    if not len(found):
        raise InputError(
            "has no features", file=path, remedy=f"add some, or leave the layer {layer!r} out"
        )
    crs = found.crs
    rows = tuple(
        Row(name=row_name(number, values), properties=values)
        for number, values in enumerate(found.properties, start=1)
    )
    shapes: Geometries = found.geometries
    unplaced: tuple[Row, ...] = ()
    if instead is not None:
        bare = np.array([instead in row.properties for row in rows]) & shapely.is_missing(shapes)
        unplaced = tuple(row for row, without in zip(rows, bare, strict=True) if without)
        rows = tuple(row for row, without in zip(rows, bare, strict=True) if not without)
        shapes = shapes[~bare]
    columns = sorted({column for row in (*rows, *unplaced) for column in row.properties})
    return replace(checked_table(path, rows, columns, shapes, crs, kinds), unplaced=unplaced)


def checked_table(
    path: Path,
    rows: Sequence[Row],
    columns: Iterable[str],
    shapes: Geometries,
    crs: pyproj.CRS,
    kinds: Sequence[str],
) -> Table:
    """Return rows as a layer.

    Parameters
    ----------
    path
        The file they are from.
    rows, columns
        The features, and the columns that occur.
    shapes, crs
        (rows,) their geometries, and the coordinate system of these.
    kinds
        Geometry types to accept.

    Raises
    ------
    InputError
        If a geometry is missing, empty, invalid, of another type or beyond the globe.
    """
    shapes = _single(shapely.force_2d(shapes), kinds)
    _check_geometries(path, rows, shapes, kinds)
    lonlat = in_degrees(path, lambda position: rows[position].name, shapes, crs)
    # in degrees a shape may be sound on the globe and look broken, or the other way about
    _check_valid(path, rows, lonlat if crs.is_geographic else shapes)
    return Table(
        file=path, rows=rows, columns=tuple(columns), lonlat=lonlat, source=shapes, crs=crs
    )


def _single(shapes: Geometries, kinds: Sequence[str]) -> Geometries:
    """Return multipoints of one point as points, where points are wanted: GIS write them so."""
    one = (shapely.get_type_id(shapes) == _MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    if "MultiPoint" in kinds or not one.any():
        return shapes
    return np.where(one, shapely.get_geometry(shapes, 0), shapes)


def require_file(source: Source, *, layer: str) -> None:
    """Refuse a layer whose file is not there, or is not a regular file."""
    if isinstance(source, Path):
        regular.require_file(source, remedy=f"check the path given for the layer {layer!r}")


def read_rows(source: Source, *, layer: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Read a table without geometries, CSV, XLSX or in memory; rows are called by their number.

    Returns
    -------
    columns, rows
        Cells that are empty are left out of the rows.

    Raises
    ------
    InputError
        If the file is missing, no CSV, or has no rows.
    """
    require_file(source, layer=layer)
    records: list[dict[str, str]]
    if isinstance(source, Held):
        rows = source.features.properties
        records = [{key: str(value) for key, value in row.items()} for row in rows]
        columns = source.features.columns
    elif source.suffix.lower() == ".xlsx":
        from placement.reading.gdal import read_sheet  # noqa: PLC0415 - GDAL takes its time to load

        columns, sheet = read_sheet(source, layer)
        records = [{key: str(value) for key, value in row.items()} for row in sheet]
    elif source.suffix.lower() != ".csv":
        raise InputError(
            f"the suffix {source.suffix!r} is not known",
            file=source,
            remedy=f"give the layer {layer!r} as .csv or .xlsx",
        )
    else:
        columns, records = read_records(source)
    if not records:
        raise InputError(
            "has no rows", file=source, remedy=f"add some, or leave the layer {layer!r} out"
        )
    return columns, tuple(
        Row(name=f"row {number}", properties=values)
        for number, values in enumerate(records, start=1)
    )


def _check_geometries(
    path: Path, rows: Sequence[Row], geometries: Geometries, kinds: Sequence[str]
) -> None:
    """Refuse the first geometry that is missing, empty or of another type."""
    missing = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    for position in np.flatnonzero(missing).tolist():
        raise InputError(
            "has no geometry, or an empty one",
            file=path,
            feature=rows[position].name,
            remedy="draw it, or remove the feature",
        )
    types = shapely.get_type_id(geometries)
    for position in np.flatnonzero(
        ~np.isin(types, [_TYPES[kind.lower()] for kind in kinds])
    ).tolist():
        raise InputError(
            f"is a {geometries[position].geom_type}",
            file=path,
            feature=rows[position].name,
            remedy=f"this layer takes {' and '.join(kinds)} only",
        )


def _check_valid(path: Path, rows: Sequence[Row], geometries: Geometries) -> None:
    """Refuse the first geometry that is invalid, unless it goes around a pole."""
    for position in np.flatnonzero(~shapely.is_valid(geometries)).tolist():
        if around_pole(geometries[position]):
            continue  # told by its shape in metres
        raise InputError(
            f"has an invalid geometry ({shapely.is_valid_reason(geometries[position])})",
            file=path,
            feature=rows[position].name,
            remedy="fix it, for example with the 'fix geometries' tool of a GIS",
        )
