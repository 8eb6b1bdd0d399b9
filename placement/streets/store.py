"""A street network kept in a file, to be read again in a moment.

The form is one column a named array, uncompressed, with a version and a digest, as Parquet or as an
Arrow file. An Arrow file is mapped into memory and not copied; a Parquet file can be opened by more
programs, and is copied once. Whatever is read is checked before it is walked on.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from placement.errors import InputError
from placement.outputs import replacing
from placement.streets.network import Streets
from placement.streets.soundness import fault
from placement.streets.surfaces import Surfaces

#: Version of the form; a file of another version is read from its source again.
VERSION = 5
_KEY = b"placement-streets"
_ARRAYS = {
    "node_xy": (np.float64, 2), "node_lonlat": (np.float64, 2), "edge_tail": (np.int32, 1),
    "edge_head": (np.int32, 1), "length_m": (np.float64, 1), "forward_s": (np.float64, 1),
    "backward_s": (np.float64, 1), "vertex_first": (np.int64, 1), "vertex_xy": (np.float64, 2),
    "bridge": (np.bool_, 1), "tunnel": (np.bool_, 1), "across": (np.bool_, 1),
    "level": (np.int64, 1), "island": (np.bool_, 1), "class_code": (np.int32, 1),
    "name_code": (np.int32, 1),
    "component": (np.int32, 1), "first": (np.int64, 1), "head": (np.int32, 1),
    "walk_s": (np.float64, 1), "half_edge": (np.int32, 1),
}  # fmt: skip
_OF_SQUARES = {
    "level": (np.int64, 1), "structure": (np.bool_, 1), "pace": (np.float64, 1),
    "class_code": (np.int32, 1), "name_code": (np.int32, 1),
}  # fmt: skip
_ARRAYS |= {f"square_{name}": kind for name, kind in _OF_SQUARES.items()}
_ARRAYS["square_shape"] = (np.uint8, 1)  # well-known binary of their collection


_BESIDE = "step_free."  # columns of the network of those who walk without steps


def write_streets(
    streets: Streets,
    path: str | Path,
    *,
    step_free: Streets | None = None,
    inputs: Iterable[str | Path] = (),
) -> None:
    """Keep a network in a file.

    Parameters
    ----------
    streets
        The network.
    path
        Where to write it, ``.parquet`` or ``.arrow``.
    step_free
        The same streets for those who walk without steps, kept beside it.
    inputs
        Files it was read from, which must not be written over.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    facts, cells = _kept(streets, "")
    if step_free is not None:
        facts["beside"], more = _kept(step_free, _BESIDE)
        cells |= more
        facts["digest"] = _digest(facts, _arrays(streets))
    table = pa.table(cells).replace_schema_metadata({_KEY: _facts_text(facts)})
    with replacing(path, inputs=inputs) as passing:
        if Path(path).suffix.lower() == ".arrow":
            with pa.OSFile(str(passing), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
                file.write_table(table)
        else:
            pq.write_table(
                table, passing, compression="none", use_dictionary=False, write_statistics=False
            )


def _kept(streets: Streets, prefix: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a file says of a network, and its arrays as cells by column."""
    facts: dict[str, Any] = {
        "version": VERSION,
        "crs": streets.crs,
        "source": streets.source,
        "speed_m_s": streets.speed_m_s,
        "step_free": streets.step_free,
        "attribution": streets.attribution,
        "classes": streets.classes,
        "names": streets.names,
        "dropped": dict(streets.dropped),
    }
    arrays = _arrays(streets)
    facts["shape"] = {name: len(array) for name, array in arrays.items()}
    facts["digest"] = _digest(facts, arrays)
    return facts, {
        prefix + name: pa.array([array.tobytes()], pa.large_binary())
        for name, array in arrays.items()
    }


def _arrays(streets: Streets) -> dict[str, NDArray[Any]]:
    squares = streets.squares
    found = {f"square_{name}": getattr(squares, name) for name in _OF_SQUARES}
    wkb = shapely.to_wkb(shapely.GeometryCollection(list(squares.shape)), byte_order=1)
    found["square_shape"] = np.frombuffer(wkb, np.uint8)
    return {
        name: np.ascontiguousarray(found[name] if name in found else getattr(streets, name), dtype)
        for name, (dtype, _) in _ARRAYS.items()
    }


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
    again = "read the extract again with `place streets read"
    speed = "--step-free-speed" if step_free else "--speed"
    remedies = {
        "crs": f"{again} --crs {crs}`",
        "step_free": f"{again}`, which keeps both networks unless told --step-free",
        "speed_m_s": f"{again} {speed} {speed_m_s:g}`",
    }
    again += "`"
    facts = _facts(path)
    if facts is None:
        raise InputError("it holds no street network", file=path, remedy=again)
    if facts.get("version") != VERSION:
        raise InputError(
            f"it is of version {facts.get('version')}, this program reads {VERSION}",
            file=path,
            remedy=again,
        )
    prefix, beside = "", facts.get("beside")
    if step_free and facts.get("step_free") is False and isinstance(beside, dict):
        prefix, facts = _BESIDE, beside
    for field, wanted in (("crs", crs or facts.get("crs")), ("step_free", step_free)):
        if facts.get(field) != wanted:
            raise InputError(
                f"it was made for {field} {facts.get(field)!r}, not {wanted!r}",
                file=path,
                field=field,
                remedy=remedies[field],
            )
    try:
        if path.suffix.lower() == ".arrow":
            table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        else:
            table = pq.read_table(path, memory_map=True, columns=[prefix + one for one in _ARRAYS])
        table = table.select([prefix + name for name in _ARRAYS]).rename_columns(list(_ARRAYS))
        table.validate(full=True)
        arrays = {name: _array(table, name, facts["shape"][name]) for name in _ARRAYS}
        streets = _network(facts, arrays)
    except (
        pa.ArrowException, shapely.errors.ShapelyError, LookupError, TypeError, ValueError,
        ArithmeticError, OSError,
    ) as error:  # fmt: skip
        what = " ".join(str(error).split())
        raise InputError(f"it is damaged ({what})", file=path, remedy=again) from None
    if streets.speed_m_s != speed_m_s:
        raise InputError(
            f"it was made for {streets.speed_m_s:g} m/s, not {speed_m_s:g}",
            file=path,
            field="speed_m_s",
            remedy=remedies["speed_m_s"],
        )
    return streets


def _network(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Streets:
    """Make the network of what a file holds.

    Raises
    ------
    ValueError
        If it is not what was written.
    """
    if facts["digest"] != _digest(facts, arrays):
        raise ValueError("its digest is another one")
    speed, dropped = facts["speed_m_s"], dict(facts["dropped"])
    if not isinstance(speed, float | int) or not (math.isfinite(speed) and speed > 0):
        raise ValueError("its walking speed cannot be")
    texts = [
        facts["crs"],
        facts["source"],
        facts["attribution"],
        *facts["classes"],
        *facts["names"],
        *dropped,
    ]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a name is no text")
    if not all(type(count) is int for count in dropped.values()):
        raise ValueError("a count is no whole number")
    streets = Streets(
        crs=facts["crs"],
        source=facts["source"],
        speed_m_s=speed,
        step_free=facts["step_free"],
        attribution=facts["attribution"],
        classes=tuple(facts["classes"]),
        names=tuple(facts["names"]),
        dropped=dropped,
        unused=(),  # they were told when the network was kept
        squares=_squares(arrays),
        **{name: array for name, array in arrays.items() if not name.startswith("square_")},
    )
    broken = fault(streets)
    if broken:
        raise ValueError(broken)
    return streets


def _squares(arrays: Mapping[str, NDArray[Any]]) -> Surfaces:
    """Make the squares of what a file holds."""
    shapes = shapely.get_parts(shapely.from_wkb(arrays["square_shape"].tobytes()))
    fields: dict[str, Any] = {name: arrays[f"square_{name}"] for name in _OF_SQUARES}
    return Surfaces(shape=shapes, **fields)


def _facts_text(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()


def _digest(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return the digest of all that a file says and holds."""
    said = {name: value for name, value in facts.items() if name != "digest"}
    digest = hashlib.sha256(_facts_text(said))
    for name in _ARRAYS:
        digest.update(arrays[name].data)
    return digest.hexdigest()


def _facts(path: Path) -> dict[str, Any] | None:
    try:
        if path.suffix.lower() == ".arrow":
            schema = pa.ipc.open_file(pa.memory_map(str(path))).schema
        else:
            schema = pq.read_schema(path)
        metadata: Mapping[bytes, bytes] = schema.metadata or {}
        facts = json.loads(metadata[_KEY]) if _KEY in metadata else None
    except (pa.ArrowException, ValueError, OSError, RecursionError):
        return None
    return facts if isinstance(facts, dict) else None


def _array(table: pa.Table, name: str, rows: int) -> NDArray[Any]:
    """Return a column's array without copying it."""
    dtype, width = _ARRAYS[name]
    column = table.column(name)
    if column.type != pa.large_binary() or column.num_chunks != 1 or len(column) != 1:
        raise ValueError(f"column {name} is no single array")
    cell = column.chunk(0)
    if cell.null_count:
        raise ValueError(f"column {name} is empty")
    _, offsets, data = cell.buffers()  # the value itself, as a scalar, would be a copy
    begin, end = np.frombuffer(offsets, np.int64)[cell.offset : cell.offset + 2].tolist()
    array: NDArray[Any] = np.frombuffer(data[begin:end], dtype)
    if type(rows) is not int or len(array) != rows * width:
        raise ValueError(f"column {name} is cut short")
    return array.reshape(rows, width) if width > 1 else array
