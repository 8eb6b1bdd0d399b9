"""Demand in parts: Parquet files that are counted each by itself, here or on a cluster."""

from collections.abc import Callable, Iterator, Sequence

from numpy.typing import ArrayLike

from placement.cover.aggregate import Tally
from placement.cover.points import Chunk, chunks, known_count
from placement.errors import InputError, UsageError
from placement.executor import Executor

type Counting[S] = Callable[[S, Iterator[Chunk], int | None], Tally]
"""Counts the chunks of a part, of which so many points are known to come."""


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
