"""Layers as files of a GIS: GeoPackage with its styles, GeoJSON, GeoParquet, GPX."""

import io
import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from placement.exports.qgis_styles import qml
from placement.exports.tables import Table
from placement.exports.titles import UNCHECKED, title_of
from placement.review.texts import json_text, shown
from placement.streets.rings import collection_text

_NO_DATE = "2000-01-01T00:00:00.000Z"  # a file says nothing of when it was written
_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
  styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT CURRENT_TIMESTAMP)
"""


def geopackage(layers: Sequence[Table], labels: Mapping[str, str], *, language: str) -> bytes:
    """Return all layers as one GeoPackage, with the styles that QGIS draws them in.

    Parameters
    ----------
    layers
        The layers.
    labels
        What each resource is called, by identifier in their order.
    language
        Of the columns' titles in QGIS.
    """

    def write(path: Path) -> None:
        # the lowest first: a GIS that opens all puts each on top of those before
        for layer in reversed(layers):
            frame(layer).to_file(
                path, layer=_called(layer), driver="GPKG", engine="pyogrio", VERSION="1.2"
            )
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(_STYLES)
            database.executemany(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
                "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, "
                "owner, update_time) VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', ?)",
                [
                    (_called(each), each.name, qml(each, labels, language=language), each.name,
                     _NO_DATE)
                    for each in layers
                ],
            )  # fmt: skip
            database.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, "
                "last_change) VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
                (_NO_DATE,),
            )
            database.execute("UPDATE gpkg_contents SET last_change = ?", (_NO_DATE,))
        # GDAL writes once more where the clock moved on meanwhile, and a file counts its changes:
        # a copy begins to count anew
        with closing(sqlite3.connect(path)) as database:
            database.execute("VACUUM INTO ?", (str(copy := path.with_name("copy.gpkg")),))
        copy.replace(path)

    return _written("export.gpkg", write)


def _called(layer: Table) -> str:
    """Return the name of a layer, the same in all languages: programs ask for it."""
    return title_of(layer.name, UNCHECKED["en"] if layer.note else "", "en")


def geojson(layer: Table) -> bytes:
    """Return one layer as GeoJSON (RFC 7946), one feature a line."""
    import json  # noqa: PLC0415 - beside its only use

    lines = []
    for row, geometry in enumerate(layer.geometries or ()):
        facts = {name: cells[row] for name, cells in layer.columns.items() if name != "id"}
        name = str(layer.columns["id"][row])
        told = json.dumps(facts, ensure_ascii=False, allow_nan=False)
        lines.append(
            f'{{"type": "Feature", "id": {json_text(name)}, "geometry": '
            f'{shapely.to_geojson(geometry)}, "properties": {told}}}'
        )
    return collection_text(lines).encode("utf-8", "replace")


def geoparquet(layer: Table) -> bytes:
    """Return one layer as GeoParquet."""
    buffer = io.BytesIO()
    frame(layer).to_parquet(buffer, index=False)
    return buffer.getvalue()


def gpx(posts: Table) -> bytes:
    """Return the posts as waypoints, for radios and handheld receivers."""
    columns = posts.columns
    told = gpd.GeoDataFrame(
        {
            "name": [shown(str(name)) for name in columns["id"]],
            "cmt": [
                shown(f"{units} × {unit or 'unit'}")
                for units, unit in zip(columns["units"], columns["unit"], strict=True)
            ],
            "desc": [
                shown(f"{posts.note}: {name}" if posts.note else str(name))
                for name in columns["name"]
            ],
            "type": [shown(str(label)) for label in columns["label"]],
        },
        geometry=list(posts.geometries or ()),
        crs="EPSG:4326",
    )
    return _written(
        "export.gpx",
        lambda path: told.to_file(path, layer="waypoints", driver="GPX", engine="pyogrio"),
    )


def frame(layer: Table) -> gpd.GeoDataFrame:
    """Return a layer as a frame, each column of one type."""
    return gpd.GeoDataFrame(
        {name: series(cells) for name, cells in layer.columns.items()},
        geometry=_of_one_type(layer.geometries or ()),
        crs="EPSG:4326",
    )


def series(cells: Sequence[Any]) -> pd.Series:
    """Return a column: whole numbers, numbers or texts, as its cells are."""
    there = [cell for cell in cells if cell is not None]
    if there and all(isinstance(cell, int) for cell in there) and len(there) == len(cells):
        return pd.Series(cells, dtype="int64")
    if all(isinstance(cell, int | float) for cell in there) and there:
        return pd.Series([np.nan if cell is None else cell for cell in cells], dtype="float64")
    return pd.Series([None if cell is None else str(cell) for cell in cells], dtype=object)


def _of_one_type(geometries: Sequence[Any]) -> list[Any]:
    """Return polygons and lines as collections of them where some are: tables have one type."""
    many = {"Polygon": shapely.MultiPolygon, "LineString": shapely.MultiLineString}
    if len({geometry.geom_type for geometry in geometries}) <= 1:
        return list(geometries)
    return [many[one.geom_type]([one]) if one.geom_type in many else one for one in geometries]


def _written(name: str, write: Callable[[Path], object]) -> bytes:
    """Return what a driver writes that must have a file of its own suffix to write to."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()
