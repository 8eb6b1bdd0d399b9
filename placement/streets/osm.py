"""OpenStreetMap extracts: which ways are walked, and where they meet."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Ints, Ints32
from placement.errors import InputError
from placement.reading.regular import MOST_TEXT_BYTES, head, refuse_conflict_markers
from placement.streets.assemble import Lines
from placement.streets.extract import NOWHERE, Extract
from placement.streets.osm_pbf import read_pbf
from placement.streets.pbf import DamagedError, UnfamiliarError
from placement.streets.squares import crossings


def read_osm(
    path: Path, *, step_free: bool = False, form: str = ""
) -> tuple[Lines, Mapping[str, int]]:
    """Read the walkable ways of an extract.

    Ways join at shared nodes only: bridges, tunnels and layers never alter who meets whom.

    Parameters
    ----------
    path
        ``.osm.pbf`` or ``.osm``.
    step_free
        Leave out steps and escalators.
    form
        How osmium calls the file's format (``"osm"``), where its name does not say.

    Returns
    -------
    lines, dropped
        The lines, and how many ways were left out by reason.

    Raises
    ------
    InputError
        Where the file is cut short or is no OpenStreetMap file.
    """
    try:
        if path.name.lower().endswith(".pbf"):
            try:
                return _lines(read_pbf(path, step_free=step_free))
            except UnfamiliarError:
                pass  # rarer forms are left to osmium, which knows them all
        from placement.streets.osm_xml import read_any  # noqa: PLC0415

        return _lines(read_any(path, step_free=step_free, form=form))
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - osmium's errors are of many kinds
        refuse_conflict_markers(path, head(path, MOST_TEXT_BYTES))
        detail = str(error).strip().rstrip(".").splitlines()
        raise InputError(
            "the OpenStreetMap file cannot be read to its end"
            + (f" ({detail[0][:200]})" if detail else ""),
            file=path,
            remedy="it may be cut short or damaged: fetch it again",
        ) from None


def _lines(found: Extract) -> tuple[Lines, Mapping[str, int]]:
    """Cut lines where nodes are missing or closed, and add the ways across squares."""
    known = found.x != NOWHERE
    x, y = (axis[known].astype(np.int64) for axis in (found.x, found.y))
    if (np.abs(x) > 1_800_000_000).any() or (np.abs(y) > 900_000_000).any():
        raise DamagedError("a node lies off the globe")
    dropped = Counter(found.dropped)
    across, surfaces, corner = crossings(found)
    missing = found.x == NOWHERE
    if missing.any():
        dropped["nodes missing from the file"] += int(missing.sum())
        number = (np.cumsum(~missing) - 1).astype(np.int32)
        across = np.column_stack([number[across[:, :2]], across[:, 2:]])
        corner = number[corner].astype(np.int64)
        found = _without(found, missing, number)
    first, way, place = found.first, found.way, found.place
    dropped["ways of fewer than two nodes"] += int((np.diff(first) < 2).sum())
    ways = found.ways
    if len(across):
        # told from the outline of their square, which is a line itself
        inside = across[:, 3] == 0
        squares, own = np.unique(across[inside, 2], return_inverse=True)
        across[inside, 2] = len(ways) + own
        ways = (*ways, *(replace(ways[at], across=True) for at in squares.tolist()))
        first = np.concatenate([first, first[-1] + 2 * np.arange(1, len(across) + 1)])
        place = np.concatenate([place, across[:, :2].ravel().astype(np.int32)])
        way = np.concatenate([way, across[:, 2]])
    lines = Lines(
        lon=found.x, lat=found.y, key=found.key, lift=found.lifts, first=first, place=place,
        way=way, ways=ways, squares=tuple(surfaces), corner=corner,
    )  # fmt: skip
    shut = np.zeros(len(found.key), np.bool_)
    shut[found.closed] = True
    at_shut = np.flatnonzero(shut[place])
    if len(at_shut):
        lines = _shut(lines, at_shut)
    return lines, {reason: count for reason, count in dropped.items() if count}


def _without(found: Extract, missing: NDArray[np.bool_], number: Ints32) -> Extract:
    """Return the extract without its missing nodes; `number` is what the others are then."""
    first, way, kept = _cut_at(found.first, found.way, missing[found.place])
    there = ~missing
    return replace(
        found,
        first=first,
        way=way,
        place=number[found.place[kept]],
        key=found.key[there],
        x=found.x[there],
        y=found.y[there],
        squares=(),
        closed=number[found.closed[there[found.closed]]].astype(np.int64),
        lifts=number[found.lifts[there[found.lifts]]].astype(np.int64),
    )


def _cut_at(first: Ints, way: Ints, gap: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    """Cut lines where places are missing; return first, way and the positions kept."""
    line = np.repeat(np.arange(len(way)), np.diff(first))
    part = line + np.cumsum(gap)  # grows at each gap and each line
    kept = np.flatnonzero(~gap)
    if len(kept) == 0:
        return np.zeros(1, np.int64), np.zeros(0, np.int64), kept
    new = np.flatnonzero(np.diff(part[kept])) + 1
    starts = np.concatenate([[0], new])
    return np.concatenate([starts, [len(kept)]]), way[line[kept[starts]]], kept


def _shut(lines: Lines, at: Ints) -> Lines:
    """End lines on both sides of closed places, each line at a place of its own.

    `at` are positions in ``lines.place``.
    """
    line = np.repeat(np.arange(len(lines.way)), np.diff(lines.first))
    counts = np.ones(len(lines.place), np.int64)
    counts[at] = 2
    spread = np.repeat(np.arange(len(lines.place)), counts)
    second = np.zeros(len(spread), np.bool_)
    second[1:] = spread[1:] == spread[:-1]
    is_start = second | np.concatenate([[True], np.diff(line[spread]) > 0])
    starts = np.flatnonzero(is_start)
    place = lines.place[spread].copy()
    copies = np.flatnonzero(counts[spread] == 2)
    # tell the copies apart by the place next to them, which no order of rows changes
    beside = place[np.clip(copies + np.where(is_start[copies], 1, -1), 0, len(spread) - 1)]
    order = np.lexsort((lines.key[beside], lines.key[place[copies]]))
    source = place[copies[order]]
    place[copies[order]] = len(lines.lon) + np.arange(len(copies), dtype=np.int32)
    # ids of OpenStreetMap stay below 2^48, so these are new
    new_key = (np.int64(1) << 48) + np.arange(len(copies))
    return Lines(
        lon=np.concatenate([lines.lon, lines.lon[source]]),
        lat=np.concatenate([lines.lat, lines.lat[source]]),
        key=np.concatenate([lines.key, new_key]),
        lift=lines.lift,
        first=np.concatenate([starts, [len(spread)]]),
        place=place,
        way=lines.way[line[spread[starts]]],
        ways=lines.ways,
        squares=lines.squares,
        corner=lines.corner,
    )
