"""Street lines drawn by hand or exported: GeoJSON, GeoPackage, GeoParquet."""

import reprlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from placement.errors import InputError
from placement.globe import transformer, wrapped
from placement.reading.features import (
    WGS84,
    Features,
    quiet,
    row_name,
)
from placement.reading.formats import read_features
from placement.reading.held import Held, Source
from placement.reading.numerals import decimal
from placement.streets.assemble import Lines
from placement.streets.exported import COLUMNS as TAGS
from placement.streets.exported import read_exported
from placement.streets.numbering import GRID
from placement.streets.tags import not_step_free, paces
from placement.streets.ways import ELEVATOR_WAIT_S, Way

_TRUE = frozenset({"yes", "true", "1", "1.0"})
_FALSE = frozenset({"", "no", "false", "0", "0.0", "none", "nan", "<na>"})
#: What is owed for data of OpenStreetMap.
OSM = "© OpenStreetMap contributors, ODbL"
#: Columns of lines drawn for this program.
DRAWN = (
    "class", "name", "oneway", "bridge", "tunnel", "level", "incline", "wheelchair", "surface",
    "smoothness",
)  # fmt: skip
_ROLLED_ON = ("incline", "wheelchair", "surface", "smoothness")
_KINDS = ("LineString", "MultiLineString")
_MOST_LEVEL = 1000


class Drawn(NamedTuple):
    """What a layer of lines holds.

    Attributes
    ----------
    lines
        The lines.
    dropped
        How many features were left out, by reason.
    unused
        Columns that say nothing about walking, sorted.
    attribution
        `OSM` where features are read by its tags; else empty.
    """

    lines: Lines
    dropped: Mapping[str, int]
    unused: tuple[str, ...]
    attribution: str


def read_lines(source: Source, *, step_free: bool = False) -> Drawn:
    """Read street lines; they join where they share a vertex (7 decimals), never by crossing.

    Parameters
    ----------
    source
        GeoJSON, GeoPackage, GeoParquet, or lines in memory, with the columns ``id, name, class,
        oneway, bridge, tunnel, level, incline, wheelchair, surface, smoothness``, all optional; or
        exported from OpenStreetMap, with its keys as columns: where a feature has no ``class`` and
        the layer has ``highway``, its tags are read as in an extract.
    step_free
        Leave out steps and escalators.

    Returns
    -------
    Drawn

    Raises
    ------
    InputError
        Where the file cannot be read, or a feature is no line or holds a value of the wrong kind.
    """
    path = source.path if isinstance(source, Held) else source
    found = _open(source)
    names = [row_name(number, row) for number, row in enumerate(found.properties, start=1)]
    shapes = _geometry(_degrees(path, found), names, path)
    dropped: Counter[str] = Counter()
    columns = set(found.columns)
    exported, tagged = "highway" in columns, False
    ways: dict[Way, int] = {}
    code: list[int] = []
    kept: list[int] = []
    for row, (feature, fields) in enumerate(zip(names, found.properties, strict=True)):
        if exported and not fields.get("class"):
            tagged |= bool(fields.get("highway"))
            way: Way | str = read_exported(fields, step_free=step_free)
        else:
            way = _way(fields, feature, path)
            tags = {key: str(fields.get(key) or "").strip().lower() for key in _ROLLED_ON}
            way = (step_free and not_step_free(tags, way.edge_class)) or way
        if isinstance(way, str):
            dropped[way] += 1
            continue
        kept.append(row)
        code.append(ways.setdefault(way, len(ways)))
    parts, owner = shapely.get_parts(shapes[kept], return_index=True)
    xy, line = shapely.get_coordinates(parts, return_index=True)
    xy[:, 0] = wrapped(xy[:, 0])
    grid = np.rint(xy * GRID).astype(np.int64)
    first = np.searchsorted(line, np.arange(len(parts) + 1)).astype(np.int64)
    key = grid[:, 0] * np.int64(4_000_000_000) + grid[:, 1]
    key, at, place = np.unique(key, return_index=True, return_inverse=True)
    used = {"id", *DRAWN, *(TAGS if exported else ())}
    return Drawn(
        lines=Lines(
            lon=grid[at, 0].astype(np.int32),
            lat=grid[at, 1].astype(np.int32),
            key=key,
            lift=np.zeros(0, np.int64),
            first=first,
            place=place.astype(np.int32),
            way=np.array(code, np.int64)[owner] if len(owner) else np.zeros(0, np.int64),
            ways=list(ways),
        ),
        dropped=dropped,
        unused=tuple(sorted(columns - used)),
        attribution=OSM if tagged else "",
    )


def _open(source: Source) -> Features:
    """Read any of the formats."""
    path = source.path if isinstance(source, Held) else source
    if isinstance(source, Held):
        found = source.features
    else:
        found = read_features(path, layer="streets", kinds=_KINDS)
    if not len(found):
        raise InputError("it holds no features", file=path, remedy="give a layer of street lines")
    return found


def _degrees(path: Path, found: Features) -> NDArray[Any]:
    """Return the geometries in longitude and latitude, WGS 84."""
    target = pyproj.CRS(WGS84)
    shapes: NDArray[Any] = shapely.force_2d(found.geometries)
    if found.crs == target or found.crs.to_epsg() == 4326:
        return shapes
    with quiet(path, "a layer of street lines"):
        to_degrees = transformer(found.crs, target)
        moved: NDArray[Any] = shapely.transform(
            shapes, lambda xy: np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1]))
        )
        return moved


def _geometry(shapes: NDArray[Any], names: list[str], path: Path) -> NDArray[Any]:
    """Return the geometry after checking that each is a line on the globe."""
    kind = shapely.get_type_id(shapes)
    for bad, problem, remedy in (
        (shapely.is_missing(shapes) | shapely.is_empty(shapes), "its geometry is empty",
         "draw the street or remove the feature"),
        (~np.isin(kind, (1, 2, 5)), "its geometry is not a line", "give streets as LineStrings"),
        (~np.isfinite(shapely.bounds(shapes)).all(axis=1), "a coordinate is not a number",
         "correct the geometry"),
    ):  # fmt: skip
        if bad.any():
            raise InputError(
                problem, file=path, feature=names[int(np.argmax(bad))], field="geometry",
                remedy=remedy,
            )  # fmt: skip
    bounds = shapely.bounds(shapes)
    off = (np.abs(bounds[:, [0, 2]]) > 360).any(axis=1) | (np.abs(bounds[:, [1, 3]]) > 90).any(
        axis=1
    )
    if off.any():
        raise InputError(
            "a coordinate lies off the globe",
            file=path,
            feature=names[int(np.argmax(off))],
            field="geometry",
            remedy="GeoJSON wants longitude and latitude in degrees (WGS 84), not metres",
        )
    return shapes


def _way(fields: Mapping[str, Any], feature: str, path: Path) -> Way:
    kind = str(fields.get("class") or "footway")
    oneway = str(fields.get("oneway") or "").strip().lower()
    forward, backward = paces(kind, str(fields.get("incline") or ""))
    if oneway in _TRUE:
        backward = 0.0
    elif oneway in {"-1", "reverse", "-1.0"}:
        forward = 0.0
    elif oneway not in _FALSE:
        raise InputError(
            f"{reprlib.repr(oneway)} is no direction", file=path, feature=feature, field="oneway",
            remedy="give yes, no or -1",
        )  # fmt: skip
    return Way(
        edge_class=kind,
        name=str(fields.get("name") or ""),
        level=_level(fields.get("level"), feature, path),
        bridge=_flag(fields.get("bridge"), feature, "bridge", path),
        tunnel=_flag(fields.get("tunnel"), feature, "tunnel", path),
        forward=forward,
        backward=backward,
        wait_s=ELEVATOR_WAIT_S if kind == "elevator" else 0.0,
    )


def _flag(value: object, feature: str, field: str, path: Path) -> bool:
    text = str(value if value is not None else "").strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise InputError(
        f"{reprlib.repr(value)} is neither true nor false", file=path, feature=feature, field=field,
        remedy="give true or false",
    )  # fmt: skip


def _level(value: object, feature: str, path: Path) -> int:
    if value is None:
        return 0
    try:
        number = decimal(str(value))
        if number == int(number) and abs(number) < _MOST_LEVEL:
            return int(number)
    except (ValueError, OverflowError):
        pass
    raise InputError(
        f"{reprlib.repr(value)} is no level", file=path, feature=feature, field="level",
        remedy="give a whole number, 0 for the street",
    )  # fmt: skip
