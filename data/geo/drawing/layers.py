"""Write what is drawn as layers: the same facts give the same bytes."""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from drawing.network import Line, Point, Quay, lonlat, moved
from shapely.geometry import LineString, Polygon
from shapely.geometry import Point as Spot
from shapely.geometry.polygon import orient


def strip(quay: Quay, where: Sequence[Point], *, near: float, far: float) -> Polygon:
    """Return the strip along a quay between two of its vertices; positive is riverward.

    ``near`` and ``far`` are metres from the road's line; 12 m are left free at each end.
    """
    first, last = sorted(quay.at(p) for p in where)
    line = LineString(quay.points[first : last + 1])
    short = [(float(x), float(y)) for x, y in cut(line, 12.0).coords]
    one = [moved(short, i, quay.side * near) for i in range(len(short))]
    two = [moved(short, i, quay.side * far) for i in range(len(short))]
    return Polygon(one + two[::-1])


def cut(line: LineString, end_m: float) -> LineString:
    """Return the line without its first and last metres."""
    inner = [p for p in line.coords if end_m < line.project(Spot(p)) < line.length - end_m]
    ends = [line.interpolate(end_m), line.interpolate(line.length - end_m)]
    return LineString([ends[0].coords[0], *inner, ends[1].coords[0]])


def polygon(shape: Polygon) -> dict[str, object]:
    """Return a polygon's GeoJSON geometry: degrees, right-hand rule."""

    def ring(coordinates: Iterable[Sequence[float]]) -> list[list[float]]:
        return [lonlat(p) for p in coordinates]

    shape = orient(shape)
    return {
        "type": "Polygon",
        "coordinates": [ring(shape.exterior.coords), *(ring(r.coords) for r in shape.interiors)],
    }


def river(banks: dict[str, Quay], islands: Sequence[Quay] = ()) -> Polygon:
    """Return the river between its banks, with its islands as holes."""
    right, left = (
        quay.offset(0, len(quay.points) - 1, quay.width) for quay in (banks["right"], banks["left"])
    )
    water = Polygon(right + left[::-1])
    for island in islands:
        water = water.difference(Polygon(island.points).buffer(island.width[1], quad_segs=2))
    return water


def slug(text: str) -> str:
    """Return a name in small ASCII letters and hyphens."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe")).encode("ascii", "ignore")
    return re.sub(r"[^a-z0-9]+", "-", plain.decode().lower()).strip("-")


def feature(
    name: str, geometry: dict[str, object], properties: dict[str, object]
) -> dict[str, object]:
    """Return a GeoJSON feature."""
    return {"type": "Feature", "id": name, "properties": properties, "geometry": geometry}


def write(folder: Path, name: str, features: Iterable[dict[str, object]]) -> None:
    """Write a layer: one feature a line, in the order of the identifiers."""
    lines = [
        json.dumps(f, ensure_ascii=False, separators=(",", ":"))
        for f in sorted(features, key=lambda f: str(f["id"]))
    ]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    (folder / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"{name}: {len(lines)} features, {len(text.encode()) / 1000:.0f} kB")


def street_features(net: Sequence[Line]) -> list[dict[str, object]]:
    """Return the edges as features, numbered within their street from its first point on."""
    count: dict[str, int] = defaultdict(int)
    features = []
    for line in net:
        stem = slug(line.name)
        count[stem] += 1
        name = f"{stem}-{count[stem]:02d}"
        properties = {
            "id": name,
            "name": line.name,
            "class": line.road,
            "bridge": line.bridge,
            "tunnel": False,
            "level": line.level,
        }
        geometry = {"type": "LineString", "coordinates": [lonlat(p) for p in line.points]}
        features.append(feature(name, geometry, properties))
    return features
