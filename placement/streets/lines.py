"""Street lines drawn by hand or exported: GeoJSON, GeoPackage, GeoParquet."""

import warnings
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from placement.errors import InputError
from placement.streets.assemble import Lines
from placement.streets.numbering import GRID
from placement.streets.tags import paces
from placement.streets.ways import ELEVATOR_WAIT_S, STEPPED, Way

_TRUE = frozenset({"yes", "true", "1", "1.0"})
_FALSE = frozenset({"", "no", "false", "0", "0.0", "none", "nan", "<na>"})


def read_lines(path: Path, *, step_free: bool = False) -> tuple[Lines, Mapping[str, int]]:
    """Read street lines; they join where they share a vertex (7 decimals), never by crossing.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage or GeoParquet with the columns ``id, name, class, oneway, bridge,
        tunnel, level, incline``, all optional.
    step_free
        Leave out steps and escalators.

    Returns
    -------
    lines, dropped
        The lines, and how many features were left out by reason.

    Raises
    ------
    InputError
        Where the file cannot be read, or a feature is no line or holds a value of the wrong kind.
    """
    frame = _open(path)
    names = _feature_names(frame)
    shapes = _geometry(frame, names, path)
    dropped: Counter[str] = Counter()
    columns = {
        column: [None if _missing(v) else v for v in frame[column]]
        for column in ("name", "class", "oneway", "bridge", "tunnel", "level", "incline")
        if column in frame
    }
    ways: dict[Way, int] = {}
    code: list[int] = []
    kept: list[int] = []
    for row, feature in enumerate(names):
        fields = {column: values[row] for column, values in columns.items()}
        way = _way(fields, feature, path)
        if step_free and way.edge_class in STEPPED:
            dropped["steps on a step-free walk"] += 1
            continue
        kept.append(row)
        code.append(ways.setdefault(way, len(ways)))
    parts, owner = shapely.get_parts(shapes[kept], return_index=True)
    xy, line = shapely.get_coordinates(parts, return_index=True)
    grid = np.rint(xy * GRID).astype(np.int64)
    first = np.searchsorted(line, np.arange(len(parts) + 1)).astype(np.int64)
    key = grid[:, 0] * np.int64(4_000_000_000) + grid[:, 1]
    key, at, place = np.unique(key, return_index=True, return_inverse=True)
    return (
        Lines(
            lon=grid[at, 0].astype(np.int32),
            lat=grid[at, 1].astype(np.int32),
            key=key,
            lift=np.zeros(0, np.int64),
            first=first,
            place=place.astype(np.int32),
            way=np.array(code, np.int64)[owner] if len(owner) else np.zeros(0, np.int64),
            ways=list(ways),
        ),
        dropped,
    )


def _open(path: Path) -> gpd.GeoDataFrame:
    """Read any of the formats; return it in WGS 84."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's own remarks; what matters is checked below
            if path.suffix.lower() == ".parquet":
                frame = gpd.read_parquet(path)
            else:
                frame = pyogrio.read_dataframe(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _unreadable(path, error) from None
    except (RuntimeError, ValueError, OSError, KeyError, UnicodeError, shapely.GEOSException) as e:
        raise _unreadable(path, e) from None
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError("it holds no geometry", file=path, remedy="give a layer of street lines")
    if frame.crs is None:
        raise InputError(
            "its coordinate system is not stated",
            file=path,
            remedy="save it again with its coordinate system",
        )
    if len(frame) == 0:
        raise InputError("it holds no features", file=path, remedy="give a layer of street lines")
    return frame.to_crs("EPSG:4326") if frame.crs != "EPSG:4326" else frame


def _unreadable(path: Path, error: Exception) -> InputError:
    detail = str(error).strip().splitlines()
    return InputError(
        "it cannot be read as a layer of street lines" + (f" ({detail[0]})" if detail else ""),
        file=path,
        remedy="give GeoJSON, GeoPackage or GeoParquet",
    )


def _feature_names(frame: gpd.GeoDataFrame) -> list[str]:
    """Return what to call each feature in a message: its id, else its row."""
    if "id" not in frame:
        return [f"row {i + 1}" for i in range(len(frame))]
    return [f"row {i + 1}" if _missing(v) else str(v) for i, v in enumerate(frame["id"])]


def _geometry(frame: gpd.GeoDataFrame, names: list[str], path: Path) -> NDArray[Any]:
    """Return the geometry after checking that each is a line on the globe."""
    shapes: NDArray[Any] = np.asarray(frame.geometry.array)
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
    off = (np.abs(bounds[:, [0, 2]]) > 180).any(axis=1) | (np.abs(bounds[:, [1, 3]]) > 90).any(
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
            f"{oneway!r} is no direction", file=path, feature=feature, field="oneway",
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
        f"{value!r} is neither true nor false", file=path, feature=feature, field=field,
        remedy="give true or false",
    )  # fmt: skip


def _level(value: object, feature: str, path: Path) -> int:
    if value is None:
        return 0
    try:
        number = float(str(value))
        if number == int(number):
            return int(number)
    except (ValueError, OverflowError):
        pass
    raise InputError(
        f"{value!r} is no level", file=path, feature=feature, field="level",
        remedy="give a whole number, 0 for the street",
    )  # fmt: skip


def _missing(value: object) -> bool:
    return value is None or value != value or str(value) in {"<NA>", "NaT"}  # noqa: PLR0124
