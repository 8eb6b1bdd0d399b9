"""GeoJSON (RFC 7946), read by hand.

The drivers at hand guess at types (an ``id`` of "007" becomes 7), take what is not GeoJSON for an
empty file, and pass over features they cannot read.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from shapely.geometry import shape

from placement.errors import InputError
from placement.reading.crs_member import check_crs
from placement.reading.features import WGS84, Features, Properties, row_name
from placement.reading.json_text import parse_json
from placement.reading.regular import read_text

NO_COLLECTION = "give a GeoJSON FeatureCollection (RFC 7946)"
_MOST_DEPTH = 4  # of a MultiPolygon's coordinates


def read_geojson(path: Path) -> Features:
    """Read a FeatureCollection in longitude and latitude.

    Raises
    ------
    InputError
        If the file is none, or a feature or its geometry cannot be read.
    """
    return take_geojson(parse_json(path, read_text(path), remedy=NO_COLLECTION), path=path)


def take_geojson(content: object, *, path: Path) -> Features:
    """Take the features from what a file of GeoJSON holds.

    Parameters
    ----------
    content
        Dictionaries, lists, texts, numbers, truth values and None.
    path
        The file, for messages.

    Raises
    ------
    InputError
        If it is no FeatureCollection, or a feature or its geometry cannot be read.
    """
    features = content.get("features") if isinstance(content, dict) else None
    if not (
        isinstance(content, dict)
        and content.get("type") == "FeatureCollection"
        and isinstance(features, list)
    ):
        raise InputError("is JSON, but not a FeatureCollection", file=path, remedy=NO_COLLECTION)
    check_crs(path, content.get("crs"))
    rows: list[Properties] = []
    geometries = np.empty(len(features), dtype=np.object_)
    for position, feature in enumerate(features):
        values = _values(path, position + 1, feature)
        rows.append(values)
        given = feature.get("geometry")
        if given is None:
            continue
        try:
            _check_numbers(given)
            geometries[position] = shape(given)
        except Exception:  # noqa: BLE001 - malformed input fails there in many ways
            raise InputError(
                "has a geometry that cannot be read",
                file=path,
                feature=row_name(position + 1, values),
                remedy="fix its type or its coordinates",
            ) from None
    return Features(properties=rows, geometries=geometries, crs=pyproj.CRS(WGS84))


def _values(path: Path, number: int, feature: Any) -> Properties:  # noqa: ANN401
    """Return what a feature says about itself; values that are null are left out."""
    properties = None
    if isinstance(feature, dict) and feature.get("type") == "Feature":
        properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise InputError(
            "is not a GeoJSON feature",
            file=path,
            feature=f"row {number}",
            remedy='give it "type": "Feature", an object of properties and a geometry',
        )
    values = {key: value for key, value in properties.items() if value is not None}
    if "id" not in values and feature.get("id") is not None:
        return {"id": feature["id"], **values}
    return values


def _check_numbers(geometry: Any) -> None:  # noqa: ANN401 - whatever stands there
    """Refuse coordinates that are texts or truth values: shapely would take them for numbers."""
    if geometry.get("type") == "GeometryCollection":
        for part in geometry["geometries"]:
            _check_numbers(part)
        return
    _check_leaves(geometry["coordinates"], _MOST_DEPTH)


def _check_leaves(values: Any, depth: int) -> None:  # noqa: ANN401 - whatever stands there
    if not isinstance(values, list) or depth == 0:
        raise TypeError
    for value in values:
        if type(value) is not float and type(value) is not int:
            _check_leaves(value, depth - 1)
