"""Points by the sites that they can walk to, or be walked to from, a chunk at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from placement.arrays import Floats
from placement.cover.aggregate import Tally
from placement.cover.points import Chunk, checked_chunk
from placement.streets import Snapped, Streets, snap, walking_times

POINTS_AT_ONCE = 1 << 18
"""Points of a chunk that are searched for in one go: what bounds the memory beside the chunk."""


@dataclass(frozen=True, slots=True, eq=False)
class Walkers:
    """Who walks, and how far; validated by the caller.

    Attributes
    ----------
    sites
        The sites on the streets.
    streets, limit_s, outward, snap_m, threads
        As for `placement.Cover.from_streets`.
    """

    streets: Streets
    sites: Snapped
    limit_s: float
    outward: bool
    snap_m: float
    threads: int | None

    def reached(self, xy: Floats) -> Any:  # noqa: ANN401 - scipy.sparse has no types
        """Return which sites cover points, (M, 2): a sparse array of sites × points, by points."""
        times = walking_times(
            self.streets,
            self.sites,
            snap(self.streets, xy, max_m=self.snap_m),
            limit_s=self.limit_s,
            outward=self.outward,
            threads=self.threads,
        )
        times.data = np.ones(len(times.data), dtype=np.int8)  # within the limit, 0 s as well
        return times.tocsc()  # its columns are the rows of demand


def tally_walks(walkers: Walkers, chunks: Iterable[Chunk], _points: int | None = None) -> Tally:
    """Count points by the set of sites within a walk.

    Parameters
    ----------
    walkers
        Who walks, and how far.
    chunks
        Points with their weights, each chunk done before the next is asked for.

    Raises
    ------
    InputError
        If a weight is negative, or a weight or a coordinate is not finite.
    """
    tally = Tally()
    before = 0
    for chunk in chunks:
        xy, weight = checked_chunk(chunk, before=before)
        for first in range(0, len(xy), POINTS_AT_ONCE):
            some = slice(first, first + POINTS_AT_ONCE)
            reached = walkers.reached(xy[some])
            tally.add(reached.indptr, reached.indices, weight[some])
        before += len(xy)
    return tally
