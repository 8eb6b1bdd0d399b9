"""Demand in parts: Parquet files that are counted each by itself, here or on a cluster."""

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from pathlib import Path

from numpy.typing import ArrayLike

from placement.cover.aggregate import Tally
from placement.cover.points import Chunk, Points, chunks, known_count
from placement.errors import InputError, UsageError
from placement.executor import Executor

type Counting[S] = Callable[[S, Iterator[Chunk], int | None], Tally]
"""Counts the chunks of a part, of which so many points are known to come."""

_ENDINGS = {".parquet", ".geoparquet"}
_SUMMARIES = {"_metadata", "_common_metadata"}


def part_files(points: Points) -> list[str] | None:
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
    return path.suffix in _ENDINGS and not any(one[0] in "_." for one in path.parts)


def tally_parts[S](
    counting: Counting[S],
    own: S,
    files: Sequence[str],
    weight: ArrayLike | str | None,
    *,
    executor: Executor,
) -> Tally:
    """Count the points of all parts: each by itself, merged in their order.

    So the sums depend neither on where a part was counted nor on how many at a time.

    Parameters
    ----------
    counting, own
        What counts the points of a part, and its first argument; both by pickle.
    files
        Paths, which every worker can read.
    weight
        Name of the column of weights, or None for one each.
    executor
        Where parts are counted.

    Raises
    ------
    UsageError
        If the weights are no name of a column.
    InputError
        If a part cannot be used; it is named.
    """
    if weight is not None and not isinstance(weight, str):
        raise UsageError("the weights of points in files are named by their column.")
    tallies = executor.map(_counted, (counting, own, weight), files, threads=True)
    whole = next(tallies)
    for tally in tallies:
        whole.merge(tally)
    return whole


def _counted[S](shared: tuple[Counting[S], S, str | None], file: str) -> Tally:
    counting, own, weight = shared
    try:
        return counting(own, chunks(file, weight), known_count(file))
    except InputError as error:
        if error.file is not None:
            raise
        raise InputError(
            error.problem,
            file=file,
            feature=error.feature,
            field=error.field,
            remedy=error.remedy,
        ) from error
