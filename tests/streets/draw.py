"""Drawn networks in metres: written as GeoJSON about a known place, read back by the reader."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from placement.reading.levels import EVERY_LEVEL
from placement.streets import Streets, read_streets
from placement.streets.closures import Closure, with_closures

CRS = "EPSG:2154"
#: Where (0, 0) of a drawing lies: central Paris.
ORIGIN = (652000.0, 6862000.0)

_BACK = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)

type Line = tuple[Sequence[tuple[float, float]], Mapping[str, Any]]


def at(*points: tuple[float, float]) -> NDArray[np.float64]:
    """Drawing coordinates as (N, 2) metres of the plane."""
    return np.array(points, np.float64).reshape(-1, 2) + ORIGIN


def closed_all(streets: Streets, *areas: shapely.Geometry) -> Streets:
    """Close areas on every level."""
    return with_closures(streets, [Closure(shape=area, levels=EVERY_LEVEL) for area in areas])


def write_lines(path: Path, lines: Sequence[Line]) -> Path:
    features = []
    for number, (points, properties) in enumerate(lines):
        lon, lat = _BACK.transform(*at(*points).T)
        features.append(
            {
                "type": "Feature",
                "properties": {"id": f"line-{number}", **properties},
                "geometry": {
                    "type": "LineString",
                    "coordinates": [
                        [round(x, 9), round(y, 9)] for x, y in zip(lon, lat, strict=True)
                    ],
                },
            }
        )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def draw(folder: Path, *lines: Line | Sequence[tuple[float, float]], **options: Any) -> Streets:
    """Read a drawing; a line is its points, or its points and its properties."""
    pairs = [
        line if isinstance(line, tuple) and isinstance(line[-1], Mapping) else (line, {})
        for line in lines
    ]
    return read_streets(write_lines(folder / "drawn.geojson", pairs), crs=CRS, **options)


def osm_xml(
    nodes: Mapping[int, tuple[float, float] | tuple[float, float, Mapping[str, str]]],
    ways: Mapping[int, tuple[Sequence[int], Mapping[str, str]]],
    relations: Mapping[int, tuple[Sequence[tuple[int, str]], Mapping[str, str]]] | None = None,
) -> str:
    """An OpenStreetMap file: nodes in metres, ways as node ids and tags."""

    def tags(values: Mapping[str, str]) -> str:
        return "".join(f'<tag k="{k}" v="{v}"/>' for k, v in values.items())

    parts = ["<?xml version='1.0' encoding='UTF-8'?><osm version='0.6'>"]
    for number, node in nodes.items():
        x, y = node[0], node[1]
        lon, lat = _BACK.transform(x + ORIGIN[0], y + ORIGIN[1])
        extra = tags(node[2]) if len(node) > 2 else ""
        parts.append(
            f'<node id="{number}" version="1" lon="{lon:.7f}" lat="{lat:.7f}">{extra}</node>'
        )
    for number, (refs, values) in ways.items():
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        parts.append(f'<way id="{number}" version="1">{inner}{tags(values)}</way>')
    for number, (members, values) in (relations or {}).items():
        inner = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
        parts.append(f'<relation id="{number}" version="1">{inner}{tags(values)}</relation>')
    return "".join([*parts, "</osm>"])


def read_osm_text(folder: Path, text: str, **options: Any) -> Streets:
    path = folder / "drawn.osm"
    path.write_text(text, "utf-8")
    return read_streets(path, crs=CRS, **options)
