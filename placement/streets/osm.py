"""OpenStreetMap extracts: which ways are walked, and where they meet."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import NODE, RELATION, WAY, Relation

from placement.errors import InputError
from placement.streets.assemble import Lines
from placement.streets.tags import KEYS, WALK_KEYS, blocks, is_area, read_way
from placement.streets.ways import ELEVATOR_WAIT_S, Way

#: The coordinate that osmium gives a node the file does not hold.
_NOWHERE = 2147483647


def read_osm(path: Path, *, step_free: bool = False) -> tuple[Lines, Mapping[str, int]]:
    """Read the walkable ways of an extract.

    Ways join at shared nodes only: bridges, tunnels and layers never alter who meets whom.

    Parameters
    ----------
    path
        ``.osm.pbf`` or ``.osm``.
    step_free
        Leave out steps and escalators.

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
        return _Reader(step_free=step_free).read(path)
    except (RuntimeError, ValueError, OSError, UnicodeDecodeError) as error:
        detail = str(error).strip().rstrip(".").splitlines()
        raise InputError(
            "the OpenStreetMap file cannot be read to its end"
            + (f" ({detail[0]})" if detail else ""),
            file=path,
            remedy="it may be cut short or damaged: fetch it again",
        ) from None


class _Reader:
    """Collects one file's ways; used once."""

    def __init__(self, *, step_free: bool) -> None:
        self.step_free = step_free
        self.dropped: Counter[str] = Counter()
        self.ways: dict[Way, int] = {}
        self.seen: dict[tuple[str | None, ...], Way | str] = {}
        self.first = [0]
        self.way: list[int] = []
        self.ref: list[int] = []
        self.x: list[int] = []
        self.y: list[int] = []

    def read(self, path: Path) -> tuple[Lines, Mapping[str, int]]:
        members = self._areas(path)
        self._ways(path, members)
        closed, lifts = self._nodes(path)
        return self._lines(closed, lifts), self.dropped

    def _areas(self, path: Path) -> dict[int, Way]:
        """Return the member ways of walkable multipolygons, each with the area's own way."""
        members: dict[int, Way] = {}
        found = []
        source = osmium.FileProcessor(str(path), RELATION)
        for relation in source.with_filter(osmium.filter.KeyFilter(*WALK_KEYS)):
            tags = {key: relation.tags[key] for key in (*KEYS, "type") if key in relation.tags}
            if tags.get("type") != "multipolygon" or not isinstance(relation, Relation):
                continue
            way = read_way(tags, step_free=self.step_free)
            if isinstance(way, Way) and is_area({**tags, "area": "yes"}):
                found.append((relation.id, [m.ref for m in relation.members if m.type == "w"], way))
        for _, refs, way in sorted(found, key=lambda item: item[0]):
            for ref in refs:
                members.setdefault(ref, way)
        return members

    def _ways(self, path: Path, members: Mapping[int, Way]) -> None:
        source = osmium.FileProcessor(str(path), NODE | WAY).with_locations()
        if not members:
            source = source.with_filter(osmium.filter.EntityFilter(WAY)).with_filter(
                osmium.filter.KeyFilter(*WALK_KEYS)
            )
        else:
            source = source.with_filter(osmium.filter.EntityFilter(WAY))
        for item in source:
            if not isinstance(item, osmium.osm.Way):
                continue
            way = self._walked(item.tags)
            if not isinstance(way, Way):
                if item.id in members:
                    way = members[item.id]
                else:
                    self.dropped[way] += way != "not a street"
                    continue
            self.way.append(self.ways.setdefault(way, len(self.ways)))
            for node in item.nodes:
                self.ref.append(node.ref)
                self.x.append(node.x)
                self.y.append(node.y)
            self.first.append(len(self.ref))

    def _walked(self, tags: osmium.osm.TagList) -> Way | str:
        key = tuple(tags.get(k) for k in KEYS)
        way = self.seen.get(key)
        if way is None:
            way = read_way(
                {k: v for k, v in zip(KEYS, key, strict=True) if v is not None},
                step_free=self.step_free,
            )
            self.seen[key] = way
        return way

    def _nodes(self, path: Path) -> tuple[list[int], list[int]]:
        """Return the ids of closed barriers and of lifts."""
        closed: list[int] = []
        lifts: list[int] = []
        source = osmium.FileProcessor(str(path), NODE)
        for node in source.with_filter(osmium.filter.KeyFilter("barrier", "highway")):
            tags = {
                key: node.tags[key] for key in ("barrier", "highway", *KEYS) if key in node.tags
            }
            if blocks(tags):
                closed.append(node.id)
            elif tags.get("highway") == "elevator":
                lifts.append(node.id)
        return closed, lifts

    def _lines(self, closed: list[int], lifts: list[int]) -> Lines:
        ref = np.array(self.ref, np.int64)
        x = np.array(self.x, np.int64)
        y = np.array(self.y, np.int64)
        first = np.array(self.first, np.int64)
        way = np.array(self.way, np.int64)
        missing = x == _NOWHERE
        if missing.any():
            self.dropped["nodes missing from the file"] += len(np.unique(ref[missing]))
            first, way, kept = _cut_at(first, way, missing)
            ref, x, y = ref[kept], x[kept], y[kept]
        short = np.diff(first) < 2
        self.dropped["ways of fewer than two nodes"] += int(short.sum())
        key, at, place = np.unique(ref, return_index=True, return_inverse=True)
        x, y = x[at], y[at]
        extra = np.where(np.isin(key, lifts), ELEVATOR_WAIT_S, 0.0)
        shut = np.flatnonzero(np.isin(key, closed)[place])
        if len(shut):
            # a closed gate ends every line that comes to it at a place of the line's own;
            # ids of OpenStreetMap stay below 2^48, so these are new
            first, way, place, x, y, key, extra = _shut(first, way, place, shut, x, y, key, extra)
        self.dropped = Counter({k: v for k, v in self.dropped.items() if v})
        return Lines(
            lon=x, lat=y, key=key, extra_s=extra, first=first, place=place, way=way,
            ways=list(self.ways),
        )  # fmt: skip


def _cut_at(
    first: np.ndarray, way: np.ndarray, gap: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut lines where places are missing; return first, way and the positions kept."""
    line = np.repeat(np.arange(len(way)), np.diff(first))
    part = line + np.cumsum(gap)  # grows at each gap and each line
    kept = np.flatnonzero(~gap)
    if len(kept) == 0:
        return np.zeros(1, np.int64), np.zeros(0, np.int64), kept
    new = np.flatnonzero(np.diff(part[kept])) + 1
    starts = np.concatenate([[0], new])
    return np.concatenate([starts, [len(kept)]]), way[line[kept[starts]]], kept


def _shut(  # noqa: PLR0917 - the parts of one `Lines`
    first: np.ndarray,
    way: np.ndarray,
    place: np.ndarray,
    shut: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    key: np.ndarray,
    extra: np.ndarray,
) -> tuple[np.ndarray, ...]:
    """End lines on both sides of closed places, each line at a place of its own."""
    line = np.repeat(np.arange(len(way)), np.diff(first))
    counts = np.ones(len(place), np.int64)
    counts[shut] = 2
    spread = np.repeat(np.arange(len(place)), counts)
    second = np.zeros(len(spread), np.bool_)
    second[1:] = spread[1:] == spread[:-1]
    starts = np.flatnonzero(second | np.concatenate([[True], np.diff(line[spread]) > 0]))
    new_first = np.concatenate([starts, [len(spread)]])
    new_way = way[line[spread[starts]]]
    new_place = place[spread].copy()
    copies = np.flatnonzero(np.isin(spread, shut))
    # tell the copies apart by the place next to them, which no order of rows changes
    is_start = np.zeros(len(spread), np.bool_)
    is_start[starts] = True
    step = np.where(is_start[copies], 1, -1)
    beside = new_place[np.clip(copies + step, 0, len(spread) - 1)]
    order = np.lexsort((beside, new_place[copies]))
    base = len(x)
    source = new_place[copies]
    new_place[copies[order]] = base + np.arange(len(copies))
    new_key = (np.int64(1) << 48) + np.arange(len(copies))
    return (
        new_first, new_way, new_place,
        np.concatenate([x, x[source[order]]]), np.concatenate([y, y[source[order]]]),
        np.concatenate([key, new_key]), np.concatenate([extra, np.zeros(len(copies))]),
    )  # fmt: skip
