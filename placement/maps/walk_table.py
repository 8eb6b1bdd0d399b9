"""Walks of every demand point to every site within reach, short enough to travel in a page.

Neighbours walk the same ways: from one point to the next nearly every walk changes by the same few
seconds. So a row is written as what differs from a row before it: who comes within reach, who
leaves it, a few changes in seconds, and which change holds for which sites.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from placement.arrays import Bools, Floats, Ints

PARTS = 10_000
"""Parts of a second a walk is carried in; in tenths of a second it is as if it were exact."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TENTH = PARTS // 10
NOTHING, BEFORE, FIRST, TWIN = range(4)
"""What a row is told from: nothing, the row before, the same point for the first resource, or the
people at the same place who take steps."""


def packed(numbers: Iterable[int]) -> str:
    """Write whole numbers ≥ 0 as letters: five bits a letter, the lowest first, and one to go on.

    Examples
    --------
    >>> packed([0, 31, 32])
    'AfgB'
    """
    letters: list[str] = []
    for number in numbers:
        left = number
        while left >= 32:
            letters.append(_LETTERS[32 + left % 32])
            left //= 32
        letters.append(_LETTERS[left])
    return "".join(letters)


def signed(number: int) -> int:
    """Return a whole number as one ≥ 0: of 0, −1, 1, −2, 2 come 0, 1, 2, 3, 4."""
    return 2 * number if number >= 0 else -2 * number - 1


def runs(codes: Ints) -> list[int]:
    """Write equal neighbours once: ``[code, how many, code, how many, …]``."""
    if len(codes) == 0:
        return []
    first = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
    many = np.diff(np.append(first, len(codes)))
    return [int(one) for pair in zip(codes[first], many, strict=True) for one in pair]


def walk_rows(
    tables: Sequence[csr_array],
    twin: Ints,
    ratios: Sequence[float],
    limits_s: Sequence[float],
    allowed: Sequence[Bools],
) -> str:
    """Write the walks of all resources.

    Parameters
    ----------
    tables
        By resource: (M, N) sparse, seconds of each walk within the limit.
    twin
        (M,) int64, an earlier point at the same place whose people take steps, −1 where there is
        none.
    ratios
        By resource: how many times as long a point walks as its twin, where no steps are in the
        way.
    limits_s
        By resource, seconds.
    allowed
        By resource: (N,) bool, sites with a column.

    Returns
    -------
    str
        `packed`, row by row, resource by resource. A row is: what it is told from; how often
        presence changes along the sites, and the gaps between these; how many changes of walks
        there are, and each, `signed`, in parts; if there is more than one, how many sites have
        another than they had in the row before, and for each the gap to it and which it is; and
        the walks to sites that the row it is told from has not. Sites stand in the order of the
        columns.
    """
    numbers: list[int] = []
    done: list[list[Ints]] = []
    for at, table in enumerate(tables):
        mine: list[Ints] = []
        limit = round(limits_s[at] * PARTS) + 1
        held = np.zeros(table.shape[1], dtype=np.int64)
        for point, row in enumerate(_exact(table)):
            told = [(NOTHING, np.full(len(held), -1, dtype=np.int64))]
            if point > 0:
                told.insert(0, (BEFORE, mine[point - 1]))
            if at > 0:
                told.insert(0, (FIRST, _within(done[0][point], 1.0, limit, allowed[at])))
            if twin[point] >= 0:
                told.insert(0, (TWIN, _within(mine[twin[point]], ratios[at], limit, allowed[at])))
            best = _shortest(row, told, held, limit)
            numbers += best.numbers
            mine.append(best.walks)
            held = best.held
        done.append(mine)
    return packed(numbers)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One row as it should be: which walks there are, −1 for none, and how far each may be off."""

    near: Ints
    low: Ints
    high: Ints


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Written:
    """A row as it is told from another.

    Attributes
    ----------
    numbers
        What is written.
    walks
        The walks that are read from it.
    held
        (N,) int64, which of the changes held for each site at last.
    alike
        Whether it has walks in common with the other row.
    short
        Whether it is so short that no other way to write it is looked at.
    """

    numbers: list[int]
    walks: Ints
    held: Ints
    alike: bool
    short: bool


def _shortest(row: _Row, told: Iterable[tuple[int, Ints]], held: Ints, limit: int) -> _Written:
    """Write a row by the first of some rows it is much like, else the one that is shortest."""
    found: list[_Written] = []
    for kind, walks in told:
        if kind == NOTHING and any(one.alike for one in found):
            break
        found.append(_written(row, kind, walks, held, limit))
        if found[-1].short:
            break
    return min(found, key=_size)


def _size(written: _Written) -> int:
    """Return about how many letters a row takes."""
    return sum(1 + one.bit_length() // 5 for one in written.numbers)


def _exact(table: csr_array) -> list[_Row]:
    """Return the rows of a table in parts, −1 where there is no walk."""
    dense = np.full(table.shape, -1, dtype=np.int64)
    low, high = dense.copy(), dense.copy()
    entries = table.tocoo()
    seconds: Floats = entries.data
    tenths = np.rint(np.round(seconds, 1) * 10).astype(np.int64)
    least, most = tenths * _TENTH - _TENTH // 2, tenths * _TENTH + _TENTH // 2 - 1
    parts = np.clip(np.rint(seconds * PARTS).astype(np.int64), np.maximum(least, 0), most)
    where = entries.coords
    dense[where] = parts
    low[where] = np.maximum(parts - 1, np.maximum(least, 0))
    high[where] = np.minimum(parts + 1, most)
    return [_Row(*each) for each in zip(dense, low, high, strict=True)]


def _within(walks: Ints, ratio: float, limit: int, allowed: Bools) -> Ints:
    """Return walks so many times as long, those within a limit and to sites that are allowed."""
    longer = np.floor(walks * ratio + 0.5).astype(np.int64)
    return np.where((walks >= 0) & (longer <= limit) & allowed, longer, -1)


def _written(row: _Row, kind: int, told: Ints, held: Ints, limit: int) -> _Written:
    """Write a row as what differs from another."""
    here, there = row.near >= 0, told >= 0
    toggled = np.flatnonzero(here != there)
    both = np.flatnonzero(here & there)
    walks, which = row.near.copy(), held
    changes: list[int] = []
    numbers = [kind, len(toggled), *np.diff(toggled, prepend=-1).tolist()]
    if len(both):
        base = told[both]
        low, high = row.low[both] - base, row.high[both] - base
        left = np.ones(len(both), dtype=np.bool_)
        near = row.near[both] - base
        while left.any():
            change = int(near[np.argmax(left)])
            changes.append(change)
            left &= (change < low) | (change > high)
        changes.sort()
        fits = np.array([(change >= low) & (change <= high) for change in changes])
        before = np.minimum(held[both], len(changes) - 1)
        mine = np.where(fits[before, np.arange(len(both))], before, fits.argmax(axis=0))
        walks[both] = base + np.array(changes, dtype=np.int64)[mine]
        which = held.copy()
        which[both] = mine
        numbers += [len(changes), *map(signed, changes)]
        if len(changes) > 1:
            other = np.flatnonzero(mine != before)
            numbers.append(len(other))
            for gap, one in zip(
                np.diff(other, prepend=-1).tolist(), mine[other].tolist(), strict=True
            ):
                numbers += [gap, one]
    else:
        numbers.append(0)
    numbers += [signed(int(one)) for one in limit - row.near[here & ~there]]
    return _Written(
        numbers=numbers,
        walks=walks,
        held=which,
        alike=len(both) > 0,
        short=len(changes) <= 2 and len(toggled) <= 4,
    )
