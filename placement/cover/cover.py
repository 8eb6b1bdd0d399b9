"""Who is covered by which sites: a sparse relation and weights that never change."""

import math
import os
from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from placement.arrays import Floats, Ints
from placement.counts import counted
from placement.cover.aggregate import Tally
from placement.cover.parts import tally_parts
from placement.cover.points import Points, checked_limits, checked_xy, chunks, is_array, known_count
from placement.errors import InputError, UsageError
from placement.executor import Executor, Here
from placement.plan.summary import html_table
from placement.reading.parts import part_files

if TYPE_CHECKING:
    from placement.streets import Streets


class Cover:
    """Which sites cover which demand, with demand of the same sites merged into one row.

    Made by `from_matrix`, `from_cost_matrix`, `from_discs` or `from_streets`; immutable. The rows
    are in an order of their own, so the order of the demand points never matters.

    Attributes
    ----------
    indptr, indices
        (W + 1,) and (any,) int64: the sites ``indices[indptr[r]:indptr[r + 1]]`` cover row ``r``,
        ascending; every row has one at least.
    weight
        (W,) float64, > 0, summed weight of the demand points of the row.
    n_sites
        Number of sites, N.
    n_points
        Demand points that were counted, those without a site or a weight included.
    total
        Weight of all demand points, those that no site covers included.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> cover = Cover.from_matrix(csr_array([[1, 0], [1, 1], [1, 0], [0, 0]]), [3, 4, 5, 6])
    >>> cover
    Cover(2 rows from 4 points, 2 sites, weight 12 of 18 within reach)
    >>> cover.evaluate([1])
    4.0
    """

    __slots__ = ("indices", "indptr", "n_points", "n_sites", "total", "weight")

    indptr: Ints
    indices: Ints
    weight: Floats
    n_sites: int
    n_points: int
    total: float

    def __init__(
        self,
        *,
        indptr: Ints,
        indices: Ints,
        weight: Floats,
        n_sites: int,
        n_points: int,
        total: float,
    ) -> None:
        for array in (indptr, indices, weight):
            array.setflags(write=False)
        values = (indptr, indices, weight, n_sites, n_points, total)
        names = ("indptr", "indices", "weight", "n_sites", "n_points", "total")
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Cover never changes, so {name!r} cannot be set.")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Cover never changes, so {name!r} cannot be deleted.")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (
            self.indptr,
            self.indices,
            self.weight,
            self.n_sites,
            self.n_points,
            self.total,
        )

    def __repr__(self) -> str:
        within = math.fsum(self.weight.tolist())
        return (
            f"Cover({counted(len(self.weight), 'row')} from {counted(self.n_points, 'point')}, "
            f"{counted(self.n_sites, 'site')}, weight {within:,.12g} of {self.total:,.12g} "
            "within reach)"
        )

    def _repr_html_(self) -> str:
        rows = [
            ("sites", f"{self.n_sites:,}"),
            ("demand points", f"{self.n_points:,}"),
            ("distinct rows", f"{len(self.weight):,}"),
            ("weight within reach", f"{math.fsum(self.weight.tolist()):,.12g}"),
            ("weight in all", f"{self.total:,.12g}"),
        ]
        return html_table("Cover", rows)

    @classmethod
    def from_matrix(cls, matrix: Any, weight: ArrayLike | None = None) -> "Cover":  # noqa: ANN401 - scipy.sparse has no types
        """Take a demand × sites matrix that says which site covers which point.

        Parameters
        ----------
        matrix
            (M, N) scipy.sparse array or matrix of any format, or a plain array: True or 1 where a
            site covers a point, False or 0 where it does not. A stored zero covers no more than
            one that is left out. Distances and times are for `from_cost_matrix`.
        weight
            (M,) numbers ≥ 0, or None for one each.

        Returns
        -------
        Cover

        Raises
        ------
        UsageError
            If the matrix has not two dimensions, holds anything but 0 and 1, or the weights are
            not one a row.
        InputError
            If a weight is negative, infinite or not a number, or their sum is beyond all floats.
        """
        entries = _Entries(matrix)
        covers = entries.data == 1
        wrong = ~(covers | (entries.data == 0))
        if wrong.any():
            raise UsageError(
                f"a cover matrix says True or False, 1 or 0, but {entries.first(wrong)}; of "
                "distances or times use Cover.from_cost_matrix(matrix, limit, weight)."
            )
        return cls._from_places(entries.places(covers), entries.shape, weight)

    @classmethod
    def from_cost_matrix(
        cls,
        matrix: Any,  # noqa: ANN401 - scipy.sparse has no types
        limit: ArrayLike,
        weight: ArrayLike | None = None,
    ) -> "Cover":
        """Take a demand × sites matrix of distances or times: a site covers what is within a limit.

        Parameters
        ----------
        matrix
            (M, N) numbers ≥ 0; infinity and NaN stand for what cannot be reached. A plain array or
            a table; or a scipy.sparse array or matrix, in which entries that are left out cannot
            be reached, and a stored zero is a distance of 0.
        limit
            In the unit of the matrix, inclusive; one for all sites or (N,) one each.
        weight
            (M,) numbers ≥ 0, or None for one each.

        Returns
        -------
        Cover

        Raises
        ------
        UsageError
            If the matrix has not two dimensions or a negative entry, or limits or weights do not
            fit it.
        InputError
            If a weight is negative, infinite or not a number, or their sum is beyond all floats.

        Examples
        --------
        >>> cover = Cover.from_cost_matrix([[0, 7], [5, float("nan")], [9, 2]], 5, [1, 2, 4])
        >>> cover.evaluate([0]), cover.evaluate([1])
        (3.0, 4.0)
        """
        entries = _Entries(matrix)
        wrong = entries.data < 0
        if wrong.any():
            raise UsageError(
                "a matrix of distances or times has no negative entry, but "
                f"{entries.first(wrong)}; write infinity or NaN where a point cannot be reached."
            )
        most = checked_limits(limit, entries.shape[1], "limit", "the matrix's unit")
        within = entries.data <= entries.of_columns(most)
        return cls._from_places(entries.places(within), entries.shape, weight)

    @classmethod
    def _from_places(
        cls, places: tuple[Ints, Ints], shape: tuple[int, int], weight: ArrayLike | None
    ) -> "Cover":
        """Take the rows and columns where a site covers a point."""
        from scipy.sparse import coo_array  # noqa: PLC0415 - slow to import

        held = np.ones(len(places[0]), dtype=np.int32)
        rows = coo_array((held, places), shape=shape).tocsr()
        tally = Tally()
        tally.add(rows.indptr, rows.indices, weight)
        return cls._from_tally(tally, n_sites=shape[1])

    @classmethod
    def from_discs(
        cls,
        points: Points,
        sites: ArrayLike,
        radius: ArrayLike,
        weight: ArrayLike | str | None = None,
        *,
        threads: int | None = None,
        executor: Executor | None = None,
    ) -> "Cover":
        """Cover by straight lines: a point is covered where dx·dx + dy·dy ≤ radius·radius.

        Parameters
        ----------
        points
            (M, 2) metres; or an iterable of chunks, each (m, 2) metres or a pair of that and (m,)
            weights; or the path of a (Geo)Parquet file of points in metres, or with columns ``x``
            and ``y``; or files in parts, see `placement.reading.parts.part_files`. Chunks are done
            with before the next one is asked for, so a generator may use its arrays again, and only
            one is in memory at a time.
        sites
            (N, 2) metres.
        radius
            Metres, inclusive; one for all sites or (N,) one each.
        weight
            (M,) numbers ≥ 0; the name of a column where the points come from a file; None where
            chunks bring their own, or for one each.
        threads
            Threads that share the work, by default one a processor and four at most. Their number
            changes nothing but the time.
        executor
            Where points of files are counted, each file by itself, see `placement.executor`.

        Returns
        -------
        Cover

        Raises
        ------
        UsageError
            If points, sites, radius and weights do not fit each other, or an executor is given for
            points that are no files.
        InputError
            If a weight is negative, a weight or a position is not finite, or a file cannot be
            used.

        Examples
        --------
        >>> cover = Cover.from_discs([[0, 0], [3, 4], [9, 9]], [[0, 0]], 5.0, [1, 2, 4])
        >>> cover.evaluate([0]), cover.total
        (3.0, 7.0)
        """
        from placement.cover.discs import tally_discs  # noqa: PLC0415 - compiled, only wanted here

        sites_xy = checked_xy(sites, "sites")
        own = sites_xy, checked_limits(radius, len(sites_xy), "radius", "metres")
        threads = threads or min(os.cpu_count() or 1, 4)
        files = _files_for(points, executor)
        if files is None:
            tally = tally_discs(own, chunks(points, weight), known_count(points), threads=threads)
        else:
            executor = executor or Here(threads)
            tally = tally_parts(tally_discs, own, files, weight, executor=executor)
        return cls._from_tally(tally, n_sites=len(sites_xy))

    @classmethod
    def from_streets(
        cls,
        streets: "Streets",
        points: Points,
        sites: ArrayLike,
        max_walk_s: float,
        weight: ArrayLike | str | None = None,
        *,
        outward: bool = False,
        snap_m: float = 60.0,
        threads: int | None = 1,
        executor: Executor | None = None,
    ) -> "Cover":
        """Cover by walking along streets, within a time, inclusive.

        Parameters
        ----------
        streets
            The walking network.
        points
            (M, 2) metres in the coordinate system of the streets; or chunks or files of such
            points, as for `from_discs`.
        sites
            (N, 2) metres.
        max_walk_s
            Longest walk that counts, in seconds.
        weight
            As for `from_discs`.
        outward
            Walk from the site to the point instead of from the point to the site, which differs
            where a street binds walkers to one direction.
        snap_m
            Farthest a point may lie from its street; points beyond are covered by nothing.
        threads
            Threads that share the search, None for one a processor; those that share files in
            parts, where there are some.
        executor
            Where points of files are counted, each file by itself, see `placement.executor`.

        Returns
        -------
        Cover

        Raises
        ------
        UsageError, InputError
            If points, sites, the limit or the weights cannot be used.
        """
        from placement.cover.walks import Walkers, tally_walks  # noqa: PLC0415 - only wanted here
        from placement.streets import snap  # noqa: PLC0415

        sites_xy = checked_xy(sites, "sites")
        limit = float(checked_limits(max_walk_s, 1, "max_walk_s", "seconds")[0])
        files = _files_for(points, executor)
        snapped = snap(streets, sites_xy, max_m=snap_m)
        own = Walkers(streets, snapped, limit, outward, snap_m, threads if files is None else 1)
        if files is not None:
            executor = executor or Here(threads)
            tally = tally_parts(tally_walks, own, files, weight, executor=executor)
        elif isinstance(weight, str) or not is_array(points):
            tally = tally_walks(own, chunks(points, weight))
        else:
            tally = Tally()
            by_point = own.reached(checked_xy(cast("ArrayLike", points), "points"))
            tally.add(by_point.indptr, by_point.indices, weight)
        return cls._from_tally(tally, n_sites=len(sites_xy))

    @classmethod
    def _from_tally(cls, tally: Tally, *, n_sites: int) -> "Cover":
        """Take the distinct rows that weigh anything."""
        if not math.isfinite(tally.total):
            raise InputError(
                "the weights add up to more than the largest floating-point number, 1.8e308",
                field="weight",
                remedy="divide them all by the same number",
            )
        order = tally.order()
        indptr, indices, weight = tally.rows(order)
        if not np.all(weight > 0):
            indptr, indices, weight = tally.rows(order[weight > 0])
        return cls(
            indptr=indptr,
            indices=indices,
            weight=weight,
            n_sites=n_sites,
            n_points=tally.points,
            total=tally.total,
        )

    def evaluate(self, sites: Sequence[int] | NDArray[np.integer]) -> float:
        """Return the weight that a choice of sites covers.

        Parameters
        ----------
        sites
            Row numbers of the sites, in any order; a repeated one counts once.

        Returns
        -------
        float
            The exact sum of the rows' weights, rounded once: exact for whole numbers up to 2⁵³.

        Raises
        ------
        UsageError
            If a site is not one of ``0 … n_sites − 1``.
        """
        return math.fsum(self.weight[self.covered_rows(sites)].tolist())

    def covered_rows(self, sites: Sequence[int] | NDArray[np.integer]) -> NDArray[np.bool_]:
        """Tell which rows a choice of sites covers: (W,) bool; parameters as for `evaluate`."""
        chosen = np.asarray(sites)
        if chosen.size == 0:
            return np.zeros(len(self.weight), dtype=np.bool_)
        if chosen.ndim != 1 or not np.issubdtype(chosen.dtype, np.integer):
            raise UsageError("sites are chosen by a list of their row numbers.")
        if chosen.min() < 0 or chosen.max() >= self.n_sites:
            wrong = chosen[(chosen < 0) | (chosen >= self.n_sites)][0]
            raise UsageError(
                f"there is no site {wrong}; sites are numbered from 0 to {self.n_sites - 1}."
            )
        if len(self.weight) == 0:
            return np.zeros(0, dtype=np.bool_)
        is_open = np.zeros(self.n_sites, dtype=np.bool_)
        is_open[chosen] = True
        return np.asarray(np.logical_or.reduceat(is_open[self.indices], self.indptr[:-1]))


def _rebuilt(
    indptr: Ints, indices: Ints, weight: Floats, n_sites: int, n_points: int, total: float
) -> Cover:
    """Make a Cover again from its parts (copy and pickle)."""
    return Cover(
        indptr=indptr,
        indices=indices,
        weight=weight,
        n_sites=n_sites,
        n_points=n_points,
        total=total,
    )


def _files_for(points: Points, executor: Executor | None) -> list[str] | None:
    """Return the files of points in parts; those of an executor are always some."""
    files = part_files(points)
    if files is not None or executor is None:
        return files
    if not isinstance(points, str | PathLike):
        raise UsageError(
            "an executor shares points that are in Parquet files: name one, a folder of them, a "
            "pattern or a list of paths."
        )
    return part_files([points])


class _Entries:
    """The entries of a matrix: all of a plain one, (M, N), those stored of a sparse one, (n,)."""

    def __init__(self, matrix: Any) -> None:  # noqa: ANN401 - scipy.sparse has no types
        from scipy.sparse import coo_array, issparse  # noqa: PLC0415 - slow to import

        held: Any = coo_array(matrix) if issparse(matrix) else np.asarray(matrix)
        if held.ndim != 2:
            raise UsageError(
                f"a cover matrix has demand points as rows and sites as columns, but this one "
                f"has {counted(held.ndim, 'dimension')}."
            )
        if held.dtype.kind not in "biuf":
            raise UsageError(
                f"a cover matrix holds numbers, and not {held.dtype}; convert it with "
                "numpy.asarray(matrix, dtype=float)."
            )
        self.shape: tuple[int, int] = held.shape
        self._sparse: Any = held if issparse(matrix) else None
        self.data: NDArray[Any] = held if self._sparse is None else held.data

    def places(self, marked: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """Return the rows and columns of marked entries."""
        if self._sparse is None:
            row, column = np.nonzero(marked)
            return row, column
        return self._sparse.row[marked], self._sparse.col[marked]

    def of_columns(self, values: Floats) -> Floats:
        """Return one value a column as one that fits each entry."""
        return values if self._sparse is None else values[self._sparse.col]

    def first(self, marked: NDArray[np.bool_]) -> str:
        """Say where the first marked entry is, and what it holds."""
        row, column = self.places(marked)
        return f"row {row[0]}, column {column[0]} holds {self.data[marked][0]:g}"
