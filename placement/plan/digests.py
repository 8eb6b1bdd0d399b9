"""Which inputs a plan was read from: a digest of each, free of the order of rows and of formatting.

The plan file counts by its keys and values, a layer by its features: their columns, values,
coordinates and coordinate system, in any order and any file format. Other street files (extracts
of OpenStreetMap, networks that `place streets` wrote, shapefiles) count by their bytes.
"""

import hashlib
import json
import math
import re
import weakref
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from placement.arrays import Geometries
from placement.errors import InputError
from placement.plan.input_names import PLAN, WALKS
from placement.plan.settings import Settings
from placement.plan.table import LINES, Table, read_rows
from placement.reading.features import WGS84
from placement.reading.formats import is_layer_file, read_features
from placement.reading.held import Held, Source
from placement.reading.regular import digest_bytes

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from placement.plan.problem import Plan

# streets are read once, and a plan is asked for its digests as often as it is solved
_streets: "weakref.WeakKeyDictionary[Plan, str]" = weakref.WeakKeyDictionary()

_EXACT_DIGITS = 15  # whole numbers of so many digits are exact as floats
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


def digest_inputs(
    settings: Settings,
    tables: Mapping[str, Table],
    *,
    closed: Iterable[Table] = (),
    arrivals: Source | None = None,
    walk_s: "csr_array | None" = None,
) -> dict[str, str]:
    """Return the digests of what a plan was read from, its streets apart: they are read later.

    Parameters
    ----------
    settings
        The plan file's content.
    tables
        The layers that were read, by name.
    closed
        Closures of this run, one table a file.
    arrivals
        The table of arrivals, or None.
    walk_s
        Walking times that were given in place of streets.

    Returns
    -------
    dict
        SHA-256 in hexadecimal, by layer; ``plan``, ``walk_s`` and ``closures:<file>`` beside them.
    """
    found = {PLAN: digest_settings(settings)}
    found |= {name: digest_table(table) for name, table in tables.items()}
    found |= {f"closures:{table.file.name}": digest_table(table) for table in closed}
    if arrivals is not None:
        rows = read_rows(arrivals, layer="arrivals")[1]
        found["arrivals"] = digest_rows([row.properties for row in rows])
    if walk_s is not None:
        found[WALKS] = _digest_walks(walk_s)
    return found


def digests_of(plan: "Plan") -> dict[str, str]:
    """Return the digests of all inputs of a plan, its streets included, in order of their names.

    Raises
    ------
    InputError
        If the streets cannot be read.
    """
    if plan.streets is None:
        return dict(sorted(plan.digests.items()))
    found = {**plan.digests, "streets": _streets_of(plan)}
    for period in plan.periods:
        if period.plan.streets is not plan.streets:
            found[f"{period.name}:streets"] = _streets_of(period.plan)
    return dict(sorted(found.items()))


def _streets_of(plan: "Plan") -> str:
    """Return the digest of the streets of a plan that has some, worked out once."""
    assert plan.streets is not None  # noqa: S101 - told by the caller
    if plan not in _streets:
        _streets[plan] = _digest_streets(plan.streets)
    return _streets[plan]


def digest_settings(settings: Settings) -> str:
    """Return the digest of a plan file: its keys and values, without comments and layout."""
    given = settings.model_dump(mode="json", exclude_unset=True)
    return _sha256(_canonical(given))


def digest_table(table: Table) -> str:
    """Return the digest of a layer: its features in any order."""
    properties = [row.properties for row in (*table.rows, *table.unplaced)]
    bare = np.full(len(table.unplaced), None, dtype=object)
    return digest_rows(properties, np.concatenate([table.source, bare]), table.crs)


def digest_rows(
    properties: Sequence[Mapping[str, Any]],
    geometries: Geometries | None = None,
    crs: pyproj.CRS | None = None,
) -> str:
    """Return the digest of rows in any order.

    Parameters
    ----------
    properties
        Values by column; a value that is missing is as good as none.
    geometries
        (rows,) shapely geometries or None; None where the rows are a table alone.
    crs
        Their coordinate system.
    """
    drawn: Iterable[bytes | None] = [None] * len(properties)
    if geometries is not None:
        flat = shapely.force_2d(geometries)
        drawn = shapely.to_wkb(shapely.transform(flat, _plain_zeros), byte_order=1)
    rows = sorted(
        hashlib.sha256(_canonical(values) + b"\n" + (shape or b"")).digest()
        for values, shape in zip(properties, drawn, strict=True)
    )
    return _sha256(_system(crs).encode() + b"\n" + b"".join(rows))


def _digest_streets(source: Source) -> str:
    """Return the digest of streets: of lines in any order, of other files by their bytes."""
    if isinstance(source, Held):
        if hasattr(source.content, "node_xy"):
            return _digest_network(source.content)
        found = source.features
    else:
        try:
            if not is_layer_file(source):
                return digest_bytes(source)
            found = read_features(source, layer="streets", kinds=LINES)
        except InputError:  # a network that `place streets` wrote has the suffix of a layer
            return digest_bytes(source)
    return digest_rows(found.properties, found.geometries, found.crs)


def _digest_network(network: object) -> str:
    """Return the digest of a street network in memory: its arrays, by name."""
    content = hashlib.sha256()
    for name in ("node_xy", "edge_tail", "vertex_xy", "walk_s"):
        array = np.ascontiguousarray(getattr(network, name))
        content.update(f"{name} {array.dtype.str} {array.shape}".encode() + array.tobytes())
    return content.hexdigest()


def _digest_walks(walk_s: "csr_array") -> str:
    table = walk_s.tocoo()
    order = np.lexsort((table.col, table.row))
    parts = (table.row.astype("<i8"), table.col.astype("<i8"), table.data.astype("<f8"))
    return _sha256(b"".join(part[order].tobytes() for part in parts))


def _plain_zeros(xy: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return xy + 0.0  # a negative zero is the same place


def _system(crs: pyproj.CRS | None) -> str:
    """Return the name of a coordinate system, the same for the two of longitude and latitude."""
    if crs is None:
        return "none"
    if crs == pyproj.CRS(WGS84):  # asked first: what has no EPSG code is sought in all of them
        return WGS84
    code = crs.to_epsg()
    if code == 4326:
        return WGS84
    return f"EPSG:{code}" if code is not None else str(crs.name)


def _canonical(value: object) -> bytes:
    """Return plain values as text, one text for equal values whatever file they are from."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=True).encode()


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    """Return a value with numbers as numbers, whole ones as int, without what is missing."""
    if isinstance(value, Mapping):
        members = ((str(key), _plain(member)) for key, member in value.items())
        return {key: member for key, member in members if member is not None}
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value) if "." in value or len(value) > _EXACT_DIGITS else int(value)
    if isinstance(value, float):
        return _plain_float(value)
    return value if value is None or isinstance(value, bool | int) else str(value) or None


def _plain_float(value: float) -> float | int | None:
    if math.isnan(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 10**_EXACT_DIGITS else value


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
