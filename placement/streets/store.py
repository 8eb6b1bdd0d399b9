"""A street network kept in a file, to be read again in a moment.

The form is one column a named array, uncompressed, with a version, as Parquet or as an Arrow file.
An Arrow file is mapped into memory and costs none until it is looked at; a Parquet file can be
opened by more programs, and is copied once.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from placement.errors import InputError
from placement.streets.network import Streets

#: Version of the form; a file of another version is read from its source again.
VERSION = 1
_KEY = b"placement-streets"
_ARRAYS = {
    "node_xy": (np.float64, 2), "node_lonlat": (np.float64, 2), "edge_tail": (np.int32, 1),
    "edge_head": (np.int32, 1), "length_m": (np.float64, 1), "forward_s": (np.float64, 1),
    "backward_s": (np.float64, 1), "vertex_first": (np.int64, 1), "vertex_xy": (np.float64, 2),
    "bridge": (np.bool_, 1), "tunnel": (np.bool_, 1), "level": (np.int64, 1),
    "island": (np.bool_, 1), "class_code": (np.int32, 1), "name_code": (np.int32, 1),
    "component": (np.int32, 1), "first": (np.int64, 1), "head": (np.int32, 1),
    "walk_s": (np.float64, 1), "half_edge": (np.int32, 1),
}  # fmt: skip


def write_streets(streets: Streets, path: str | Path) -> None:
    """Keep a network in a file.

    Parameters
    ----------
    streets
        The network.
    path
        Where to write it, ``.parquet`` or ``.arrow``.
    """
    facts = {
        "version": VERSION,
        "crs": streets.crs,
        "source": streets.source,
        "speed_m_s": streets.speed_m_s,
        "step_free": streets.step_free,
        "classes": streets.classes,
        "names": streets.names,
        "dropped": dict(streets.dropped),
        "shape": {name: len(getattr(streets, name)) for name in _ARRAYS},
    }
    cells = []
    for name, (dtype, _) in _ARRAYS.items():
        array: NDArray[Any] = np.ascontiguousarray(getattr(streets, name), dtype).ravel()
        cells.append(pa.array([array.tobytes()], pa.large_binary()))
    table = pa.table(dict(zip(_ARRAYS, cells, strict=True)))
    table = table.replace_schema_metadata(
        {_KEY: json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()}
    )
    if Path(path).suffix.lower() == ".arrow":
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        return
    pq.write_table(table, path, compression="none", use_dictionary=False, write_statistics=False)


def is_stored(path: str | Path) -> bool:
    """Say whether a Parquet file holds a network rather than lines."""
    return _facts(Path(path)) is not None


def read_stored(path: str | Path, *, crs: str | None, speed_m_s: float, step_free: bool) -> Streets:
    """Read a network that `write_streets` kept.

    Parameters
    ----------
    path
        The file.
    crs, speed_m_s, step_free
        What the network must have been made for; no matter which plane where `crs` is None.

    Returns
    -------
    Streets
        The same network, to the last bit.

    Raises
    ------
    InputError
        Where the file is damaged, of another version, or made for something else.
    """
    path = Path(path)
    again = "read the extract again with `place streets read`"
    facts = _facts(path)
    if facts is None:
        raise InputError("it holds no street network", file=path, remedy=again)
    if facts.get("version") != VERSION:
        raise InputError(
            f"it is of version {facts.get('version')}, this program reads {VERSION}",
            file=path,
            remedy=again,
        )
    for field, wanted in (("crs", crs or facts.get("crs")), ("step_free", step_free)):
        if facts.get(field) != wanted:
            raise InputError(
                f"it was made for {field} {facts.get(field)!r}, not {wanted!r}",
                file=path,
                field=field,
                remedy=again,
            )
    try:
        if path.suffix.lower() == ".arrow":
            table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        else:
            table = pq.read_table(path, memory_map=True)
        arrays = {name: _array(table, name, facts["shape"][name]) for name in _ARRAYS}
    except (pa.ArrowException, LookupError, TypeError, ValueError, OSError) as error:
        raise InputError(f"it is damaged ({error})", file=path, remedy=again) from None
    kept: float = facts["speed_m_s"]
    if kept != speed_m_s:
        raise InputError(
            f"it was made for {kept:g} m/s, not {speed_m_s:g}",
            file=path,
            field="speed_m_s",
            remedy=again,
        )
    return Streets(
        crs=facts["crs"],
        source=facts["source"],
        speed_m_s=kept,
        step_free=step_free,
        classes=tuple(facts["classes"]),
        names=tuple(facts["names"]),
        dropped=facts["dropped"],
        **arrays,
    )


def _facts(path: Path) -> dict[str, Any] | None:
    try:
        if path.suffix.lower() == ".arrow":
            schema = pa.ipc.open_file(pa.memory_map(str(path))).schema
        else:
            schema = pq.read_schema(path)
        metadata: Mapping[bytes, bytes] = schema.metadata or {}
        facts = json.loads(metadata[_KEY]) if _KEY in metadata else None
    except (pa.ArrowException, ValueError, OSError):
        return None
    return facts if isinstance(facts, dict) else None


def _array(table: pa.Table, name: str, rows: int) -> NDArray[Any]:
    """Return a column's array without copying it."""
    dtype, width = _ARRAYS[name]
    cell = table.column(name).chunk(0)
    _, offsets, data = cell.buffers()  # the value itself, as a scalar, would be a copy
    begin, end = np.frombuffer(offsets, np.int64)[cell.offset : cell.offset + 2].tolist()
    array: NDArray[Any] = np.frombuffer(data[begin:end], dtype)
    if len(array) != rows * width:
        raise ValueError(f"column {name} is cut short")
    return array.reshape(rows, width) if width > 1 else array
