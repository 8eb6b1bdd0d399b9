"""Demand points from wherever they come, as chunks: arrays, iterators of chunks, Parquet files."""

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from placement.arrays import Floats
from placement.compiled import compiled
from placement.errors import InputError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

type Points = ArrayLike | Iterable[Any] | str | PathLike[str]

ROWS_AT_ONCE = 1 << 20
_POINT_BYTES = 21  # byte order, type, x, y of a point in well-known binary


class Chunk(NamedTuple):
    """Some demand points: (M, 2) coordinates in metres, and (M,) weights or None for one each."""

    xy: NDArray[Any]
    weight: NDArray[Any] | None


def checked_weight(weight: ArrayLike | None, points: int) -> Floats:
    """Return weights as float64, refusing what cannot be summed.

    Parameters
    ----------
    weight
        (M,) numbers ≥ 0, or None for one each.
    points
        How many there must be, M.

    Returns
    -------
    (M,) float64

    Raises
    ------
    UsageError
        If there are more or fewer weights than points.
    InputError
        If a weight is negative, infinite or not a number.
    """
    if weight is None:
        return np.ones(points)
    given = np.asarray(weight)
    if given.size and given.dtype.kind not in "biuf":
        raise UsageError(f"weights are numbers, and not {given.dtype}; convert them first.")
    numbers = np.ascontiguousarray(given, dtype=np.float64)
    if numbers.shape != (points,):
        raise UsageError(
            f"{points:,} points need as many weights, one each, and not an array of shape "
            f"{numbers.shape}."
        )
    wrong = _first_wrong(numbers)
    if wrong >= 0:
        _refuse_weight(float(numbers[wrong]), number=wrong)
    return numbers


def refuse_point(xy: Floats, weight: Floats, at: int, *, number: int) -> NoReturn:
    """Raise the error that says what is wrong with the point ``xy[at]``, the `number`-th of all."""
    if not np.isfinite(xy[at]).all():
        raise InputError(
            f"the position ({xy[at, 0]}, {xy[at, 1]}) is not finite",
            feature=f"row {number}",
            remedy="give every demand point two coordinates in metres, or leave it out",
        )
    _refuse_weight(float(weight[at]), number=number)


def _refuse_weight(weight: float, *, number: int) -> NoReturn:
    """Raise the error that says what is wrong with the weight of the `number`-th point."""
    what = "is negative" if weight < 0 else "is not a finite number"
    raise InputError(
        f"the weight {weight} {what}",
        feature=f"row {number}",
        field="weight",
        remedy="give every demand point a finite weight of 0 or more",
    )


def checked_xy(xy: ArrayLike, what: str) -> Floats:
    """Return coordinates as (M, 2) float64; refuse other shapes and what is not finite."""
    numbers = np.ascontiguousarray(xy, dtype=np.float64)
    if numbers.size == 0:
        return np.zeros((0, 2))
    if numbers.ndim != 2 or numbers.shape[1] != 2:
        raise UsageError(
            f"{what} need two columns, x and y in metres, and not an array of shape "
            f"{numbers.shape}."
        )
    if not np.isfinite(numbers).all():
        row = int(np.flatnonzero(~np.isfinite(numbers).all(axis=1))[0])
        raise UsageError(f"row {row} of {what} has a coordinate that is not a finite number.")
    return numbers


def checked_limits(limit: ArrayLike, sites: int, what: str, unit: str) -> Floats:
    """Return one limit a site as (N,) float64; refuse negative ones and what is not finite."""
    numbers = np.asarray(limit, dtype=np.float64)
    if numbers.ndim > 1 or (numbers.ndim == 1 and len(numbers) != sites):
        raise UsageError(f"{what} is one number, or one a site ({sites}).")
    numbers = np.ascontiguousarray(np.broadcast_to(numbers, (sites,)))
    if not ((numbers >= 0) & np.isfinite(numbers)).all():
        raise UsageError(f"{what} must be a finite number of {unit}, 0 or more.")
    return numbers


def known_count(points: Points) -> int | None:
    """Return how many points there are, where that is known without reading them."""
    if isinstance(points, str | PathLike):
        import pyarrow as pa  # noqa: PLC0415 - slow to import, and only wanted for files
        import pyarrow.parquet as pq  # noqa: PLC0415

        try:
            return int(pq.read_metadata(fspath(points)).num_rows)
        except (OSError, pa.ArrowException):
            return None  # whoever reads them says why
    return len(points) if isinstance(points, np.ndarray) and points.ndim == 2 else None


def checked_chunk(chunk: Chunk, *, before: int) -> tuple[Floats, Floats]:
    """Return positions and weights of a chunk that begins with point number `before`.

    Raises
    ------
    InputError
        If a position is not finite, or a weight is negative or not finite.
    """
    xy = np.ascontiguousarray(chunk.xy, dtype=np.float64)
    weight = (
        np.ones(len(xy))
        if chunk.weight is None
        else np.ascontiguousarray(chunk.weight, dtype=np.float64)
    )
    usable = np.isfinite(xy).all(axis=1) & (weight >= 0) & (weight < np.inf)
    if not usable.all():
        wrong = int(np.argmin(usable))
        refuse_point(xy, weight, wrong, number=before + wrong)
    return xy, weight


def chunks(points: Points, weight: ArrayLike | str | None) -> Iterator[Chunk]:
    """Yield demand points as chunks.

    Parameters
    ----------
    points
        (M, 2) coordinates in metres; or an iterable of chunks, each such an array or a pair of
        such an array and its weights; or the path of a Parquet file with point geometries, or
        with columns ``x`` and ``y``.
    weight
        (M,) weights for an array of points, the name of a column for a file, None for chunks
        (which bring their own), or None for one each.

    Yields
    ------
    Chunk

    Raises
    ------
    UsageError
        If points and weights do not fit each other.
    InputError
        If a file cannot be used.
    """
    if isinstance(points, str | PathLike):
        if weight is not None and not isinstance(weight, str):
            raise UsageError("the weights of points in a file are named by their column.")
        yield from _from_parquet(fspath(points), weight)
    elif isinstance(weight, str):
        raise UsageError("weights are named by a column only where the points come from a file.")
    elif _is_chunked(points):
        if weight is not None:
            raise UsageError(
                "points that come in chunks bring their weights along: yield pairs of an array "
                "of points and an array of weights."
            )
        chunk: Any
        for number, chunk in enumerate(cast("Iterable[Any]", points)):
            pair = isinstance(chunk, tuple) and len(chunk) == 2 and np.ndim(chunk[0]) == 2
            xy, worth = chunk if pair else (chunk, None)
            yield _checked(xy, worth, f"chunk {number} of the points")
    else:
        yield _checked(cast("ArrayLike", points), weight, "points")


def is_array(points: Points) -> bool:
    """Tell one array, or nested lists of numbers, from chunks and files."""
    return not isinstance(points, str | PathLike) and not _is_chunked(points)


def _is_chunked(points: object) -> bool:
    """Tell chunks from one array or nested list of numbers."""
    if isinstance(points, np.ndarray):
        return False
    if isinstance(points, Sequence):
        first = points[0] if len(points) else ()
        return np.ndim(first[0] if isinstance(first, tuple) and first else first) == 2
    return isinstance(points, Iterable) and not hasattr(points, "__array__")


def _checked(xy: ArrayLike, weight: ArrayLike | None, what: str) -> Chunk:
    """Return a chunk whose arrays fit each other; what is in them is checked when it is read."""
    points = np.asarray(xy)
    if points.size == 0:
        points = np.zeros((0, 2))
    if points.ndim != 2 or points.shape[1] != 2 or points.dtype.kind not in "fiu":
        raise UsageError(
            f"{what} need two columns of numbers, x and y in metres, and not an array of shape "
            f"{points.shape} of {points.dtype}."
        )
    if weight is None:
        return Chunk(points, None)
    worth = np.asarray(weight)
    if worth.shape != (len(points),) or worth.dtype.kind not in "fiub":
        raise UsageError(
            f"{what}: {len(points):,} points need as many weights, one number each, and not "
            f"an array of shape {worth.shape} of {worth.dtype}."
        )
    return Chunk(points, worth)


def _from_parquet(path: str, weight: str | None) -> Iterator[Chunk]:
    """Yield the points of a (Geo)Parquet file by batches of its row groups."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and only wanted for files
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20)
    except FileNotFoundError as error:
        raise InputError("there is no such file", file=path, remedy="check the path") from error
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            "the file is not readable as Parquet", file=path, remedy="write it again as Parquet"
        ) from error
    with file:
        names = file.schema_arrow.names
        geometry = _geometry_column(file.schema_arrow.metadata or {}, path)
        columns = [geometry] if geometry else ["x", "y"]
        wanted = [*columns, *([weight] if weight else [])]
        for name in wanted:
            if name not in names:
                raise InputError(
                    f"there is no column of that name among {', '.join(names)}",
                    file=path,
                    field=name,
                    remedy="name a column of the file, or add it",
                )
        before = 0
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=wanted):
            xy = (
                _decoded(batch.column(geometry), path, before)
                if geometry
                else np.column_stack([_numbers(batch, name, path, before) for name in columns])
            )
            worth = _numbers(batch, weight, path, before) if weight else None
            yield Chunk(xy, worth)
            before += len(xy)


def _geometry_column(metadata: "dict[bytes, bytes]", path: str) -> str | None:
    """Return the geometry column of a GeoParquet file in metres, None for plain Parquet."""
    import json  # noqa: PLC0415 - only wanted for files

    from pyproj import CRS  # noqa: PLC0415

    if b"geo" not in metadata:
        return None
    about = json.loads(metadata[b"geo"])
    name = str(about["primary_column"])
    crs = about["columns"][name].get("crs", "OGC:CRS84")  # the format's default: degrees
    if crs is not None:
        system = CRS.from_user_input(crs)
        if not system.is_projected or system.axis_info[0].unit_conversion_factor != 1.0:
            raise InputError(
                f"the coordinates are in {system.name}, and not in metres",
                file=path,
                field=name,
                remedy="reproject the points to a system in metres, such as the local UTM zone",
            )
    return name


def _numbers(batch: "pa.RecordBatch", name: str, path: str, before: int) -> Floats:
    """Return a column of numbers."""
    import pyarrow as pa  # noqa: PLC0415

    column = batch.column(name)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise InputError(
            f"the column holds {column.type}, and not numbers",
            file=path,
            field=name,
            remedy="write it as numbers",
        )
    _refuse_missing(column, name, path, before)
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _decoded(column: "pa.Array", path: str, before: int) -> Floats:
    """Return the coordinates of point geometries in well-known binary."""
    import pyarrow as pa  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    _refuse_missing(column, "geometry", path, before)
    if pa.types.is_struct(column.type):  # GeoArrow's own encoding of points
        flat = column.flatten()
        return np.column_stack([part.to_numpy(zero_copy_only=False) for part in flat[:2]])
    if pa.types.is_binary(column.type) and len(column):
        offsets = np.frombuffer(column.buffers()[1], dtype=np.int32)
        offsets = offsets[column.offset : column.offset + len(column) + 1]
        if offsets[-1] - offsets[0] == _POINT_BYTES * len(column):
            held = np.frombuffer(column.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
            records = held.reshape(-1, _POINT_BYTES)
            if (records[:, :5] == np.array([1, 1, 0, 0, 0], dtype=np.uint8)).all():
                return np.ascontiguousarray(records[:, 5:]).view("<f8")
    try:
        shapes = shapely.from_wkb(column.to_numpy(zero_copy_only=False))
    except (shapely.errors.ShapelyError, TypeError) as error:
        raise InputError(
            "a geometry cannot be read", file=path, remedy="write the points as GeoParquet"
        ) from error
    wrong = np.flatnonzero((shapely.get_type_id(shapes) != 0) | shapely.is_empty(shapes))
    if len(wrong):
        raise InputError(
            "the geometry is not a point",
            file=path,
            feature=f"row {before + int(wrong[0])}",
            remedy="keep one point a row",
        )
    return np.asarray(shapely.get_coordinates(shapes), dtype=np.float64)


def _refuse_missing(column: "pa.Array", name: str, path: str, before: int) -> None:
    """Refuse a column with missing values."""
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise InputError(
            "the value is missing",
            file=path,
            feature=f"row {before + row}",
            field=name,
            remedy="fill it in or drop the row",
        )


@compiled
def _first_wrong(weight: Floats) -> int:
    """Return the first weight that is negative or not finite, −1 if there is none."""
    for i in range(len(weight)):
        if not 0.0 <= weight[i] < np.inf:
            return i
    return -1
