"""Walks of every demand point to every site within reach, short enough to travel in a page.

Neighbours walk the same ways: from one point to the next nearly every walk changes by the same few
seconds. So a row is written as what differs from a row before it: who comes within reach, who
leaves it, a few changes in seconds, and which change holds for which sites.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse import csr_array

from placement.arrays import Bools, Floats, Ints
from placement.compiled import compiled, part_of_compiled, suited

PARTS = 10_000
"""Parts of a second a walk is carried in; in tenths of a second it is as if it were exact."""

_LETTERS = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8
)
_TENTH = PARTS // 10
_LONG = 20  # times as long as other loops take these to be compiled
_ROOM = 1 << 16  # numbers written at a time
NOTHING, BEFORE, FIRST, TWIN = range(4)
"""What a row is told from: nothing, the row before, the same point for the first resource, or the
people at the same place who take steps."""


def packed(numbers: Iterable[int] | Ints) -> str:
    """Write whole numbers ≥ 0 as letters: five bits a letter, the lowest first, and one to go on.

    Examples
    --------
    >>> packed([0, 31, 32])
    'AfgB'
    """
    given = numbers if isinstance(numbers, np.ndarray) else np.fromiter(numbers, dtype=np.int64)
    places = max(1, -(-int(given.max(initial=0)).bit_length() // 5))
    left = given[:, None] >> (5 * np.arange(places))
    written = np.where(left >= 32, 32, 0) + left % 32
    kept = left > 0
    kept[:, 0] = True
    letters: bytes = _LETTERS[written[kept]].tobytes()
    return letters.decode("ascii")


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
    numbers: list[Ints] = []
    first = np.full((0, 0), -1, dtype=np.int64)
    for at, table in enumerate(tables):
        near, low, high = exact_parts(table)
        walks = np.empty_like(near)
        write = suited(_table, steps=near.size // _LONG)
        most = near.shape[1] * 6 + 4  # numbers in a row, see `_row`
        limit = round(limits_s[at] * PARTS) + 1
        begin, room = 0, np.empty(max(_ROOM, most), dtype=np.int64)
        held = np.zeros(near.shape[1], dtype=np.int64)
        while begin < len(near):
            begin, used = write(
                begin, near, low, high, twin, float(ratios[at]), limit, allowed[at], first, walks,
                held, room, np.empty((2, most), dtype=np.int64),
                np.full((7, near.shape[1]), -1, dtype=np.int64),
            )  # fmt: skip
            numbers.append(room[:used].copy())
        if at == 0:
            first = walks
    return packed(np.concatenate(numbers) if numbers else np.zeros(0, dtype=np.int64))


def exact_parts(table: csr_array) -> tuple[Ints, Ints, Ints]:
    """Return a table in parts, −1 where there is no walk, and the least and most each may be."""
    near = np.full(table.shape, -1, dtype=np.int64)
    low, high = near.copy(), near.copy()
    entries = table.tocoo()
    seconds: Floats = entries.data
    tenths = np.rint(np.round(seconds, 1) * 10).astype(np.int64)
    least, most = tenths * _TENTH - _TENTH // 2, tenths * _TENTH + _TENTH // 2 - 1
    parts = np.clip(np.rint(seconds * PARTS).astype(np.int64), np.maximum(least, 0), most)
    where = entries.coords
    near[where] = parts
    low[where] = np.maximum(parts - 1, np.maximum(least, 0))
    high[where] = np.minimum(parts + 1, most)
    return near, low, high


@compiled
def _table(  # noqa: PLR0913, PLR0917 - compiled code takes its arguments by position
    begin: int,
    near: Ints,
    low: Ints,
    high: Ints,
    twin: Ints,
    ratio: float,
    limit: int,
    allowed: Bools,
    first: Ints,
    walks: Ints,
    held: Ints,
    room: Ints,
    written: Ints,
    spare: Ints,
) -> tuple[int, int]:
    """Write the rows of a table from one on, as many as there is room for.

    Parameters
    ----------
    begin
        The first row.
    near, low, high
        (M, N), the walks as they should be, −1 for none, and how far each may be off.
    twin, ratio, limit, allowed
        As `walk_rows` takes them, of this table; the limit in parts, and one more.
    first
        (M, N), the walks that are read for the first resource; without rows for that itself.
    walks
        (M, N), the walks that are read from what is written, row by row; filled in here.
    held
        (N,), which of the changes held for each site at last; changed here.
    room
        What is written.
    written, spare
        (2, 6 N + 4) and (7, N), to work in; −1 in the last row of all.

    Returns
    -------
    tuple
        The first row that is left, and how many numbers are written.
    """
    used = 0
    told, best_walks, best_held, nothing = spare[0], spare[1], spare[2], spare[6]
    for point in range(begin, near.shape[0]):
        best, best_size, alike = 0, -1, False
        for kind in (TWIN, FIRST, BEFORE, NOTHING):
            if kind == TWIN and twin[point] >= 0:
                _within(walks[twin[point]], ratio, limit, allowed, told)
            elif kind == FIRST and len(first) > 0:
                _within(first[point], 1.0, limit, allowed, told)
            elif kind == BEFORE and point > 0:
                _copy(walks[point - 1], told, len(told))
            elif kind == NOTHING and not alike:
                _copy(nothing, told, len(told))
            else:
                continue
            count, size, common, short = _row(
                near[point], low[point], high[point], told, held, kind, limit, written[0], spare
            )
            alike = alike or common
            if best_size < 0 or size < best_size:
                best, best_size = count, size
                _copy(written[0], written[1], count)
                _copy(spare[3], best_walks, len(told))
                _copy(spare[4], best_held, len(told))
            # one so short is not worth another look, nor one from nothing where others are alike
            if short:
                break
        if used + best > len(room):
            return point, used
        _copy(written[1], room[used:], best)
        used += best
        _copy(best_walks, walks[point], len(told))
        _copy(best_held, held, len(told))
    return near.shape[0], used


@part_of_compiled
def _copy(given: Ints, out: Ints, count: int) -> None:
    """Copy the first numbers of one array to another: compiled in a fraction of a slice's time."""
    for n in range(count):
        out[n] = given[n]


@part_of_compiled
def _within(walks: Ints, ratio: float, limit: int, allowed: Bools, out: Ints) -> None:
    """Return walks so many times as long, those within a limit and to sites that are allowed."""
    for site in range(len(walks)):
        out[site] = -1
        if walks[site] >= 0 and allowed[site]:
            longer = np.int64(np.floor(walks[site] * ratio + 0.5))
            if longer <= limit:
                out[site] = longer


@part_of_compiled
def _row(  # noqa: C901, PLR0912 - one loop after another, compiled
    near: Ints,
    low: Ints,
    high: Ints,
    told: Ints,
    held: Ints,
    kind: int,
    limit: int,
    numbers: Ints,
    spare: Ints,
) -> tuple[int, int, bool, bool]:
    """Write a row as what differs from another.

    Returns
    -------
    tuple
        How many numbers are written, about how many letters they take, whether it has walks in
        common with the other row, and whether it is so short that no other way to write it is
        looked at.
    """
    walks, which, changes = spare[3], spare[4], spare[5]
    sites = len(near)
    numbers[0] = kind
    count, at, both = 2, -1, 0
    for site in range(sites):
        walks[site], which[site] = near[site], held[site]
        if (near[site] >= 0) != (told[site] >= 0):
            numbers[count] = site - at
            count, at = count + 1, site
        elif near[site] >= 0:
            both += 1
            which[site] = -1  # no change fits yet
    toggled = count - 2
    numbers[1] = toggled
    many = _changes(near, low, high, told, which, changes)
    numbers[count] = many
    count += 1
    for k in range(many):
        numbers[count] = _signed(changes[k])
        count += 1
    others, at = count, -1
    if many > 1:
        numbers[others] = 0
        count += 1
    place = 0  # among the sites with both
    for site in range(sites):
        if near[site] < 0 or told[site] < 0:
            continue
        before = min(held[site], many - 1)
        mine = before
        if not low[site] <= told[site] + changes[mine] <= high[site]:
            mine = 0
            while not low[site] <= told[site] + changes[mine] <= high[site]:
                mine += 1
        walks[site], which[site] = told[site] + changes[mine], mine
        if mine != before:
            numbers[others] += 1
            numbers[count], numbers[count + 1] = place - at, mine
            count, at = count + 2, place
        place += 1
    for site in range(sites):
        if near[site] >= 0 and told[site] < 0:
            numbers[count] = _signed(limit - near[site])
            count += 1
    size = 0
    for n in range(count):
        size += 1
        left = numbers[n] >> 5
        while left > 0:
            size, left = size + 1, left >> 5
    return count, size, both > 0, many <= 2 and toggled <= 4


@part_of_compiled
def _changes(near: Ints, low: Ints, high: Ints, told: Ints, which: Ints, changes: Ints) -> int:
    """Find a few changes, from the least to the most, by which the walks of one row become another.

    `which` is −1 for the sites with both walks. Returns how many changes there are.
    """
    many = 0
    for begin in range(len(near)):
        if near[begin] < 0 or told[begin] < 0 or which[begin] >= 0:
            continue
        change = near[begin] - told[begin]
        k = many  # put in its place among the few that there are
        while k > 0 and changes[k - 1] > change:
            changes[k] = changes[k - 1]
            k -= 1
        changes[k] = change
        many += 1
        for site in range(begin, len(near)):
            both = near[site] >= 0 and told[site] >= 0
            if both and low[site] <= told[site] + change <= high[site]:
                which[site] = 0
    return many


@part_of_compiled
def _signed(number: int) -> int:
    """Return a whole number as one ≥ 0, as `signed` does."""
    return 2 * number if number >= 0 else -2 * number - 1
