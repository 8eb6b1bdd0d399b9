"""Demand with the same cover row becomes one row: exact, by chunks, in compiled loops.

Known as isomorphic aggregation: Chen, Chen and others, European Journal of Operational Research
311, 2023. Two rows are merged only after their entries have been compared one by one; the hash
merely says where to look.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from placement.arrays import Floats, Ints, Ints32, Words
from placement.compiled import compiled, part_of_compiled, suited
from placement.cover.points import checked_weight
from placement.errors import UsageError

ENTRIES_AT_ONCE = 1 << 22
"""Ints32 that are looked at in one go: what bounds the memory next to the distinct rows."""

_K1 = np.uint64(0x9E3779B97F4A7C15)
_K2 = np.uint64(0xC2B2AE3D27D4EB4F)
_SHIFT = np.uint64(32)
_NO_LOW = np.zeros(0)


def aggregate(
    indptr: NDArray[np.integer],
    indices: NDArray[np.integer],
    weight: ArrayLike | None,
    *,
    key: NDArray[np.integer] | None = None,
) -> tuple[Ints, Ints, Floats, Ints]:
    """Merge equal rows and add up their weights.

    Parameters
    ----------
    indptr
        (M + 1,) integers, start of each row in `indices`.
    indices
        (nnz,) integers ≥ 0, the columns that cover each row, in any order.
    weight
        (M,) numbers ≥ 0, or None for one each.
    key
        (M,) integers; rows with different keys (a zone, a value class) stay apart.

    Returns
    -------
    indptr, indices
        (W + 1,) and (any,) int64, the distinct rows that are not empty, entries ascending. The
        rows are in order of key, then of their entries, whatever the order of the input was.
    weight
        (W,) float64, the sums: exact for whole numbers (rounded once where a sum is beyond 2⁵³),
        and within one rounding otherwise.
    group
        (M,) int64, the distinct row of each input row, −1 for an empty one.

    Raises
    ------
    InputError
        If a weight is negative, infinite or not a number.
    UsageError
        If the arrays do not fit each other.

    Examples
    --------
    >>> import numpy as np
    >>> indptr, indices, weight, group = aggregate(
    ...     np.array([0, 2, 2, 4]), np.array([0, 3, 3, 0]), np.array([5.0, 9.0, 2.0])
    ... )
    >>> indices, weight, group
    (array([0, 3]), array([7.]), array([ 0, -1,  0]))
    """
    tally = Tally()
    provisional = tally.add(indptr, indices, weight, key=key)
    order = tally.order()
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    rank[-1] = -1
    rows_indptr, rows_indices, rows_weight = tally.rows(order)
    return rows_indptr, rows_indices, rows_weight, rank[provisional]


class Tally:
    """Distinct rows with the weight seen for each: fed by chunks, merged with its like.

    Memory grows with the distinct rows and the chunk, not with the demand.

    Parameters
    ----------
    hash_mask
        Bits of the hash that are used. Fewer bits make it slower and never wrong: 0 makes every
        row collide with every other, which is how the comparison of rows is tested.

    Attributes
    ----------
    count
        Distinct rows so far.
    """

    def __init__(self, *, hash_mask: int = 0xFFFF_FFFF_FFFF_FFFF) -> None:
        self.count = 0
        self._mask = np.uint64(hash_mask)
        self._slots = np.full(1 << 10, -1, dtype=np.int64)
        self._digest = np.zeros((256, 2), dtype=np.uint64)
        self._start = np.zeros(257, dtype=np.int64)
        self._key = np.zeros(256, dtype=np.int64)
        self._sum = np.zeros((256, 2))
        self._pool = np.zeros(1 << 12, dtype=np.int32)
        self._total = np.zeros(2)
        self._points = 0

    @property
    def points(self) -> int:
        """Input rows so far, empty ones included."""
        return self._points

    @property
    def total(self) -> float:
        """Weight of all input rows so far, empty ones included."""
        return float(self._total[0] + self._total[1])

    def add(
        self,
        indptr: NDArray[np.integer],
        indices: NDArray[np.integer],
        weight: ArrayLike | None,
        *,
        key: NDArray[np.integer] | None = None,
    ) -> Ints:
        """Count a chunk of rows.

        Parameters
        ----------
        indptr, indices, weight, key
            As for `aggregate`.

        Returns
        -------
        (M,) int64
            Number of each row's distinct row, in order of first sight; −1 for an empty row.
        """
        rows = len(indptr) - 1
        if rows < 0 or indptr[-1] - indptr[0] > len(indices) or len(indices) < indptr[-1]:
            raise UsageError("the row starts and the entries of the cover rows do not fit.")
        if key is not None and len(key) != rows:
            raise UsageError(f"{rows} cover rows need {rows} keys, not {len(key)}.")
        weight = checked_weight(weight, rows)
        group = np.empty(rows, dtype=np.int64)
        for first, last in _blocks(indptr):
            starts = np.asarray(indptr[first : last + 1], dtype=np.int64)
            entries = np.asarray(indices[starts[0] : starts[-1]], dtype=np.int32)
            starts = starts - starts[0]
            ascending = suited(_ascending, steps=len(entries))
            if not ascending(starts, entries):
                starts, entries = _sorted_rows(starts, entries)
            keys = (
                np.zeros(last - first, dtype=np.int64)
                if key is None
                else np.ascontiguousarray(key[first:last], dtype=np.int64)
            )
            group[first:last] = self._add(starts, entries, weight[first:last], _NO_LOW, keys)
        self._points += rows
        return group

    def add_total(self, high: float, low: float, *, points: int) -> None:
        """Count the weight of points that no column covers, as a sum and its rounding error."""
        add_to(self._total, high)
        self._total[1] += low
        self._points += points

    def add_sums(
        self, starts: Ints, entries: Ints32, sums: Floats, *, key: Ints | None = None
    ) -> None:
        """Count rows with ascending entries whose weights are sums, of points counted elsewhere.

        Parameters
        ----------
        starts, entries, key
            As `indptr`, `indices` and `key` of `aggregate`; int64, int32 and int64.
        sums
            (M, 2) float64, weights as sums and their rounding errors.
        """
        self._add(
            starts,
            entries,
            np.ascontiguousarray(sums[:, 0]),
            np.ascontiguousarray(sums[:, 1]),
            np.zeros(len(sums), dtype=np.int64) if key is None else key,
        )

    def merge(self, other: "Tally") -> None:
        """Add another tally's rows and weights to this one."""
        starts, entries, keys, sums, total = other.parts()
        before = self._total.copy()
        self.add_sums(starts, entries, sums, key=keys)
        self._total[:] = before  # the other's total counts its empty rows as well
        self.add_total(float(total[0]), float(total[1]), points=other.points)

    def parts(self) -> tuple[Ints, Ints32, Ints, Floats, Floats]:
        """Return starts, entries, keys, unevaluated sums and unevaluated total, for merging."""
        used = int(self._start[self.count])
        return (
            self._start[: self.count + 1],
            self._pool[:used],
            self._key[: self.count],
            self._sum[: self.count],
            self._total,
        )

    def order(self) -> Ints:
        """Return the distinct rows in order of key, then of entries: (count,) int64."""
        sort = suited(_row_order, steps=10 * self.count)
        return sort(self._start, self._pool, self._key, self.count)

    def rows(self, order: Ints) -> tuple[Ints, Ints, Floats]:
        """Return (indptr, indices, weight) of distinct rows, in the order asked."""
        lengths = self._start[order + 1] - self._start[order]
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        gather = suited(_gather, steps=int(indptr[-1]))
        indices = gather(self._start, self._pool, order, indptr)
        return indptr, indices, self._sum[order, 0] + self._sum[order, 1]

    def _add(self, starts: Ints, entries: Ints32, weight: Floats, low: Floats, key: Ints) -> Ints:
        """Count rows with ascending entries, growing the arrays whenever they are full."""
        group = np.empty(len(weight), dtype=np.int64)
        if not weight.flags.writeable:
            weight = weight.copy()  # else the loop would be compiled a second time
        done = 0
        while True:
            done, self.count = _tally(
                done,
                self.count,
                starts,
                entries,
                weight,
                low,
                key,
                self._mask,
                (self._slots, self._digest, self._start, self._key, self._sum, self._pool),
                self._total,
                group,
            )
            if done == len(weight):
                return group
            self._grow(int(starts[done + 1] - starts[done]))

    def _grow(self, entries: int) -> None:
        """Make room for at least one more row of so many entries."""
        if self.count == len(self._key):
            room = self.count
            self._digest = np.concatenate([self._digest, np.zeros((room, 2), dtype=np.uint64)])
            self._start = np.concatenate([self._start, np.zeros(room, dtype=np.int64)])
            self._key = np.concatenate([self._key, np.zeros(room, dtype=np.int64)])
            self._sum = np.concatenate([self._sum, np.zeros((room, 2))])
        used = int(self._start[self.count])
        if used + entries > len(self._pool):
            more = max(len(self._pool) // 2, entries)
            self._pool = np.concatenate([self._pool, np.zeros(more, dtype=np.int32)])
        if 2 * (self.count + 1) > len(self._slots):
            self._slots = np.full(2 * len(self._slots), -1, dtype=np.int64)
            _rehash(self._slots, self._digest, self.count)


def _blocks(indptr: NDArray[np.integer]) -> Iterator[tuple[int, int]]:
    """Split rows into runs of at most `ENTRIES_AT_ONCE` entries, or of one longer row."""
    first, rows = 0, len(indptr) - 1
    while first < rows:
        reach = int(indptr[first]) + ENTRIES_AT_ONCE
        last = int(np.searchsorted(indptr[first + 1 :], reach, side="right")) + first
        last = min(max(last, first + 1), first + ENTRIES_AT_ONCE)
        yield first, last
        first = last


def _sorted_rows(starts: Ints, entries: Ints32) -> tuple[Ints, Ints32]:
    """Sort the entries of every row and drop the repeated ones."""
    row = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    order = np.lexsort((entries, row))
    row, entries = row[order], entries[order]
    kept = np.ones(len(entries), dtype=np.bool_)
    kept[1:] = (entries[1:] != entries[:-1]) | (row[1:] != row[:-1])
    lengths = np.bincount(row[kept], minlength=len(starts) - 1)
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), entries[kept]


@compiled
def _ascending(starts: Ints, entries: Ints32) -> bool:
    """Tell whether the entries of every row strictly ascend."""
    for r in range(len(starts) - 1):
        for e in range(starts[r] + 1, starts[r + 1]):
            if entries[e] <= entries[e - 1]:
                return False
    return True


@compiled
def add_to(pair: Floats, value: float) -> None:
    """Add to an unevaluated sum of two floats (Knuth's TwoSum): whole numbers stay exact."""
    high = pair[0] + value
    back = high - pair[0]
    pair[1] += (pair[0] - (high - back)) + (value - back)
    pair[0] = high


@compiled
def _tally(  # noqa: C901 - one loop, compiled
    first: int,
    count: int,
    starts: Ints,
    entries: Ints32,
    weight: Floats,
    low: Floats,
    key: Ints,
    mask: np.uint64,
    table: tuple[Ints, Words, Ints, Ints, Floats, Ints32],
    total: Floats,
    group: Ints,
) -> tuple[int, int]:
    """Look every row up and add its weight; stop at the row for which there is no room.

    Returns the first row not done and the count of distinct rows.
    """
    slots, digest, start, row_key, sums, pool = table
    wrap = len(slots) - 1
    for r in range(first, len(weight)):
        begin, end = starts[r], starts[r + 1]
        if begin == end:
            group[r] = -1
            add_to(total, weight[r])
            if len(low) > 0:
                total[1] += low[r]
            continue
        length = end - begin
        if (
            count == len(row_key)
            or start[count] + length > len(pool)
            or 2 * (count + 1) > len(slots)
        ):
            return r, count
        h1 = _K1 ^ np.uint64(key[r])
        h2 = _K2 + np.uint64(length)
        for e in range(begin, end):
            entry = np.uint64(entries[e] + 1)
            h1 = (h1 ^ entry) * _K1
            h1 ^= h1 >> _SHIFT
            h2 = (h2 + entry) * _K2
            h2 ^= h2 >> _SHIFT
        h1 &= mask
        h2 &= mask
        slot = np.int64(h1) & wrap
        while True:
            d = slots[slot]
            if d < 0:
                d = count
                slots[slot] = d
                digest[d, 0] = h1
                digest[d, 1] = h2
                row_key[d] = key[r]
                sums[d, 0] = 0.0
                sums[d, 1] = 0.0
                for e in range(length):
                    pool[start[d] + e] = entries[begin + e]
                start[d + 1] = start[d] + length
                count += 1
                break
            if (
                digest[d, 0] == h1
                and digest[d, 1] == h2
                and row_key[d] == key[r]
                and start[d + 1] - start[d] == length
            ):
                e = 0
                while e < length and pool[start[d] + e] == entries[begin + e]:
                    e += 1
                if e == length:
                    break
            slot = (slot + 1) & wrap
        add_to(sums[d], weight[r])
        add_to(total, weight[r])
        if len(low) > 0:
            sums[d, 1] += low[r]
            total[1] += low[r]
        group[r] = d
    return len(weight), count


@compiled
def _rehash(slots: Ints, digest: Words, count: int) -> None:
    """Enter all rows in an empty table."""
    wrap = len(slots) - 1
    for d in range(count):
        slot = np.int64(digest[d, 0]) & wrap
        while slots[slot] >= 0:
            slot = (slot + 1) & wrap
        slots[slot] = d


@part_of_compiled
def _comes_before(a: int, b: int, start: Ints, pool: Ints32, key: Ints) -> bool:
    """Tell whether row `a` precedes row `b`: by key, then entry by entry, the shorter first."""
    if key[a] != key[b]:
        return bool(key[a] < key[b])
    i, j = start[a], start[b]
    while i < start[a + 1] and j < start[b + 1]:
        if pool[i] != pool[j]:
            return bool(pool[i] < pool[j])
        i += 1
        j += 1
    return bool(j < start[b + 1])


@compiled
def _row_order(start: Ints, pool: Ints32, key: Ints, count: int) -> Ints:
    """Merge sort of the rows."""
    order = np.arange(count)
    other = np.empty_like(order)
    width = 1
    while width < count:
        for left in range(0, count, 2 * width):
            middle = min(left + width, count)
            right = min(left + 2 * width, count)
            i, j = left, middle
            for k in range(left, right):
                if i < middle and (
                    j == right or not _comes_before(order[j], order[i], start, pool, key)
                ):
                    other[k] = order[i]
                    i += 1
                else:
                    other[k] = order[j]
                    j += 1
        order, other = other, order
        width *= 2
    return order


@compiled
def _gather(start: Ints, pool: Ints32, order: Ints, indptr: Ints) -> Ints:
    """Copy the entries of rows, in the order asked."""
    indices = np.empty(indptr[-1], dtype=np.int64)
    for k in range(len(order)):
        for e in range(indptr[k + 1] - indptr[k]):
            indices[indptr[k] + e] = pool[start[order[k]] + e]
    return indices
