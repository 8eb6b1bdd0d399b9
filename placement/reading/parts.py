"""Layers in parts: which files they are, and the rows of a GeoParquet file batch by batch."""

import glob
import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from placement.arrays import Floats, Geometries
from placement.errors import InputError
from placement.reading.features import horizontal, unreadable, without_crs
from placement.reading.regular import NOT_THAT, head, require_file

ENDINGS = frozenset({".parquet", ".geoparquet"})
"""Suffixes of the files that are taken for parts."""
ROWS_AT_ONCE = 1 << 18
_POINT_BYTES = 21  # byte order, type, x, y of a point in well-known binary
_SUMMARIES = {"_metadata", "_common_metadata"}


def part_files(points: object) -> list[str] | None:
    """Return the files of points that come in parts, or None for points of another kind.

    Parameters
    ----------
    points
        The path of a folder, whose files are taken in the order of their names, those in its
        folders too and without those that begin with ``_`` or a dot; of the ``_metadata`` in one; a
        pattern (``"homes/*.parquet"``), whose files are taken likewise; or a list of paths, which
        are taken in its order.

    Raises
    ------
    InputError
        If there is no file.
    """
    if isinstance(points, list | tuple) and points:
        if all(isinstance(one, str | PathLike) for one in points):
            return [os.path.abspath(one) for one in points]  # noqa: PTH100 - without links
        return None
    if not isinstance(points, str | PathLike):
        return None
    path = Path(points)
    if path.name in _SUMMARIES:
        path = path.parent
    if path.is_dir():
        found = [one for one in path.rglob("*") if _is_part(one.relative_to(path))]
    elif not path.exists() and glob.has_magic(str(path)):
        found = [Path(one) for one in glob.glob(str(path), recursive=True)]  # noqa: PTH207
        found = [one for one in found if one.is_file() and one.name not in _SUMMARIES]
    else:
        return None
    if not found:
        raise InputError(
            "there is no Parquet file in it", file=points, remedy="check the path and the endings"
        )
    return sorted(one.absolute().as_posix() for one in found)


def _is_part(path: Path) -> bool:
    return path.suffix in ENDINGS and not any(one[0] in "_." for one in path.parts)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Batch:
    """Some rows of a GeoParquet file.

    Attributes
    ----------
    first
        How many rows of the file are before them.
    names
        All columns of the file but the geometry.
    columns
        Those that were asked for and are there: pyarrow arrays, texts as dictionaries.
    shapes
        The geometries as the file has them: a pyarrow array.
    crs
        Their coordinate system, without heights.
    """

    first: int
    names: tuple[str, ...]
    columns: Mapping[str, Any]
    shapes: Any
    crs: pyproj.CRS

    def __len__(self) -> int:
        return len(self.shapes)

    def geometries(self) -> Geometries:
        """Return (rows,) shapely geometries or None."""
        import pyarrow as pa  # noqa: PLC0415 - heavy, and most plans are GeoJSON

        column = self.shapes
        if pa.types.is_dictionary(column.type):
            distinct = shapely.from_wkb(column.dictionary.to_numpy(zero_copy_only=False))
            if not len(distinct):
                return np.full(len(column), None, dtype=np.object_)
            at = column.indices.fill_null(0).to_numpy(zero_copy_only=False)
            found: Geometries = np.asarray(distinct, dtype=np.object_)[at]
        else:
            flat = [column.field(name).to_numpy(zero_copy_only=False) for name in ("x", "y")]
            found = np.asarray(shapely.points(*flat), dtype=np.object_)
        found[column.is_null().to_numpy(zero_copy_only=False)] = None
        return found

    def plain_points(self) -> Floats | None:
        """Return (rows, 2) coordinates, None unless all are points of two in the usual order."""
        import pyarrow as pa  # noqa: PLC0415

        column = self.shapes
        if column.null_count or not pa.types.is_dictionary(column.type):
            return None
        values = column.dictionary
        if not pa.types.is_binary(values.type):
            return None
        offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)
        offsets = offsets[values.offset : values.offset + len(values) + 1]
        if (np.diff(offsets) != _POINT_BYTES).any():
            return None
        held = np.frombuffer(values.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
        records = held.reshape(-1, _POINT_BYTES)
        if (records[:, :5] != np.array([1, 1, 0, 0, 0], dtype=np.uint8)).any():
            return None
        xy: Floats = np.ascontiguousarray(records[:, 5:]).view("<f8")
        at: NDArray[np.int32] = column.indices.to_numpy(zero_copy_only=False)
        return xy[at]


def read_batches(path: Path, columns: Collection[str]) -> Iterator[Batch]:
    """Yield the rows of a GeoParquet file, so many at a time that they fit in memory.

    Texts and geometries are read as dictionaries: one that stands in many rows is held once.

    Parameters
    ----------
    path
        The file.
    columns
        Which of its columns to read beside the geometry, where it has them.

    Raises
    ------
    InputError
        If the file is missing, none of GeoParquet, damaged, or has no coordinate system.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415

    require_file(path, remedy="check the path given for the layer 'demand'")
    if head(path, 4) != b"PAR1":
        raise InputError("is not a GeoParquet file", file=path, remedy=NOT_THAT)
    with unreadable(path, "GeoParquet"):
        schema = pq.read_schema(path)
        geometry, crs = _geometry_of(schema.metadata or {}, path)
        kept = [name for name in schema.names if name in columns and name != geometry]
        texts = [name for name in (geometry, *kept) if _is_text(schema.field(name).type)]
        names = tuple(name for name in schema.names if name != geometry)
        first = 0
        with pq.ParquetFile(
            path, read_dictionary=texts, pre_buffer=False, buffer_size=1 << 20
        ) as file:
            for rows in file.iter_batches(ROWS_AT_ONCE, columns=[geometry, *kept]):
                found = {name: rows.column(name) for name in kept}
                shapes = rows.column(geometry)
                yield Batch(first=first, names=names, columns=found, shapes=shapes, crs=crs)
                first += len(shapes)


def _geometry_of(metadata: Mapping[bytes, bytes], path: Path) -> tuple[str, pyproj.CRS]:
    """Return the column of the geometries, and their coordinate system."""
    if b"geo" not in metadata:
        raise InputError("has no geometries", file=path, remedy="write it as GeoParquet")
    about = json.loads(metadata[b"geo"])
    name = str(about["primary_column"])
    crs = about["columns"][name].get("crs", "OGC:CRS84")  # the format's default
    if crs is None:
        raise without_crs(path)
    return name, horizontal(pyproj.CRS.from_user_input(crs))


def _is_text(kind: Any) -> bool:  # noqa: ANN401 - a type of pyarrow
    import pyarrow as pa  # noqa: PLC0415

    tests = (
        pa.types.is_string,
        pa.types.is_binary,
        pa.types.is_large_string,
        pa.types.is_large_binary,
    )
    return any(test(kind) for test in tests)
