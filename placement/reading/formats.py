"""A file of any format → its features: the entry point for layers.

What a feature means, and which geometries are wanted, is asked elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from placement.errors import InputError
from placement.reading.csv_table import read_csv
from placement.reading.features import Features
from placement.reading.geojson import read_geojson
from placement.reading.geopackage import read_geopackage
from placement.reading.geoparquet import read_geoparquet

type Reader = Callable[[Path, str, Sequence[str]], Features]


def _read_by_gdal(path: Path, layer: str, kinds: Sequence[str]) -> Features:
    from placement.reading.gdal import READERS  # noqa: PLC0415 - GDAL takes its time to load

    return READERS[path.suffix.lower()](path, layer, kinds)


_READERS: Mapping[str, Reader] = {
    ".geojson": lambda path, _layer, _kinds: read_geojson(path),
    ".json": lambda path, _layer, _kinds: read_geojson(path),
    ".gpkg": read_geopackage,
    ".parquet": lambda path, _layer, _kinds: read_geoparquet(path),
    ".geoparquet": lambda path, _layer, _kinds: read_geoparquet(path),
    ".csv": lambda path, _layer, _kinds: read_csv(path),
    **dict.fromkeys((".shp", ".kml", ".fgb", ".xlsx"), _read_by_gdal),
}


def read_features(path: Path, *, layer: str, kinds: Sequence[str] = ()) -> Features:
    """Read the features of a file that was required before.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, GeoParquet, Shapefile, KML, FlatGeobuf, or a table of points as CSV or
        XLSX, by suffix.
    layer
        Name of the layer; a file of several tables is read at the table of this name.
    kinds
        Geometry types by which a table may be told from others, if it has no such
        name and one table alone is of these; none where only the name decides.

    Raises
    ------
    InputError
        If the suffix is not known, or the file is not what its suffix says or too large.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(
            f"the suffix {path.suffix!r} is not known",
            file=path,
            remedy=f"give the layer {layer!r} as one of {', '.join(_READERS)}",
        )
    return reader(path, layer, kinds)


def is_layer_file(path: Path) -> bool:
    """Tell by its suffix whether a file is of a format that `read_features` reads."""
    return path.suffix.lower() in _READERS
