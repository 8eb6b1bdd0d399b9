"""Walkable ways of a PBF extract: two passes over its blocks, in compiled code."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Ints, Ints32
from placement.compiled import compiled
from placement.streets.extract import NOWHERE, Extract
from placement.streets.pbf import Block
from placement.streets.pbf import blocks as data_blocks
from placement.streets.pbf_groups import read_nodes, read_relations, read_ways
from placement.streets.tags import (
    KEYS,
    NODE_DECIDES,
    NODE_KEYS,
    WALK_KEYS,
    blocks,
    is_area,
    read_way,
)
from placement.streets.ways import Way

_NODES, _DENSE, _WAYS, _RELATIONS = 1, 2, 3, 4

# Columns of tags: what decides whether a thing is looked at stands first. Names stand last: they
# differ on nearly every way, and what is walked does not depend on them.
_WAY_COLUMNS = (*WALK_KEYS, *(key for key in KEYS if key not in (*WALK_KEYS, "name")), "name")
_RELATION_COLUMNS = ("type", *_WAY_COLUMNS)


class _Tags:
    """Distinct values of tags in the whole file, by number."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns
        self.number: dict[bytes, int] = {}
        self.value: list[str] = []

    def widen(self, block: Block, tag: Ints32) -> Ints32:
        """Return tags by numbers that hold in every block."""
        here = np.full(len(block.strings) + 1, -1, np.int32)
        used = np.zeros(len(block.strings) + 1, np.bool_)
        used[tag] = True  # −1 marks the last
        for local in np.flatnonzero(used[:-1]).tolist():
            text = block.text(local)
            number = self.number.get(text)
            if number is None:
                number = self.number[text] = len(self.value)
                self.value.append(text.decode("utf-8", "replace"))
            here[local] = number
        return here[tag]

    def read(self, row: Sequence[int]) -> dict[str, str]:
        """Return a row of tags as a mapping."""
        return {
            key: self.value[number]
            for key, number in zip(self.columns, row, strict=False)
            if number >= 0
        }


class _Area(NamedTuple):
    id: int
    members: Ints
    way: Way


def read_pbf(path: Path, *, step_free: bool = False) -> Extract:
    """Read the walkable part of a PBF extract.

    Parameters
    ----------
    path
        ``.osm.pbf``.
    step_free
        Leave out steps and escalators.

    Returns
    -------
    Extract
        As from `placement.streets.osm_xml.read_any`, in a tenth of the time.

    Raises
    ------
    DamagedError, UnfamiliarError
        See `placement.streets.pbf.blocks`.
    """
    return _Reader(step_free=step_free).read(path)


class _Reader:
    """Collects one file's ways; used once."""

    def __init__(self, *, step_free: bool) -> None:
        self.step_free = step_free
        self.dropped: Counter[str] = Counter()
        self.tags = _Tags(_WAY_COLUMNS)
        self.ways: dict[Way, int] = {}
        # by what is tagged beside the name: how it is walked, and whether it is a surface
        self.kinds: dict[bytes, int] = {}
        self.kind_way: list[tuple[Way | str, bool]] = []
        # collected by block
        self.first: list[Ints] = []
        self.ref: list[Ints] = []
        self.kind: list[Ints] = []
        self.name: list[Ints32] = []
        self.id: list[Ints] = []
        self.areas: list[_Area] = []
        self.node_blocks: set[int] = set()
        self.way_blocks: set[int] = set()

    def read(self, path: Path) -> Extract:
        self._first_pass(path)
        self._member_ways(path)
        size = np.concatenate([np.zeros(1, np.int64), *self.first])
        first = np.cumsum(size)
        ref = np.concatenate([np.zeros(0, np.int64), *self.ref])
        self.ref.clear()
        way, square = self._way_codes()
        key = _distinct(ref)
        place = _positions(ref, key)
        del ref
        x, y, closed, lifts = self._nodes(path, key)
        squares = [(int(way[i]), np.array([i])) for i in self._closed_squares(square, first, place)]
        squares += self._multipolygons()
        return Extract(
            first=first, place=place, way=way, ways=tuple(self.ways), key=key, x=x, y=y,
            squares=tuple(squares), closed=closed, lifts=lifts, dropped=self.dropped,
        )  # fmt: skip

    def _first_pass(self, path: Path) -> None:
        """Read ways by their keys, and relations."""
        none = np.zeros(0, np.int64)
        for number, block in data_blocks(path):
            kinds = set(block.groups[:, 0].tolist())
            if kinds & {_NODES, _DENSE}:
                self.node_blocks.add(number)
            if _WAYS in kinds:
                self.way_blocks.add(number)
            if not kinds & {_WAYS, _RELATIONS}:
                continue
            key = block.columns(_WAY_COLUMNS)
            for kind, begin, end in block.groups.tolist():
                if kind == _WAYS:
                    found = read_ways(block.data, begin, end, key, len(WALK_KEYS), none)
                    self._take(found.id, found.first, found.ref, self.tags.widen(block, found.tag))
                elif kind == _RELATIONS:
                    self._relations(block, begin, end)

    def _take(self, number: Ints, first: Ints, ref: Ints, tag: Ints32) -> None:
        """Keep the ways that are walked."""
        if tag.shape[1] < len(_WAY_COLUMNS):
            wide = np.full((len(tag), len(_WAY_COLUMNS)), -1, np.int32)
            wide[:, : tag.shape[1]] = tag
            tag = wide
        what = np.ascontiguousarray(tag[:, :-1])
        which, example = _distinct_rows(what)
        codes = np.empty(len(example), np.int64)
        for i, at in enumerate(example.tolist()):
            row = what[at].tobytes()
            code = self.kinds.get(row)
            if code is None:
                code = self.kinds[row] = len(self.kind_way)
                tags = self.tags.read(what[at].tolist())
                self.kind_way.append((read_way(tags, step_free=self.step_free), is_area(tags)))
            codes[i] = code
        kind = codes[which]
        walked = np.array([isinstance(way, Way) for way, _ in self.kind_way], np.bool_)[kind]
        for code, count in Counter(kind[~walked].tolist()).items():
            reason = self.kind_way[code][0]
            if isinstance(reason, str) and reason != "not a street":
                self.dropped[reason] += count
        size = np.diff(first)
        self.first.append(size[walked])
        self.ref.append(ref[np.repeat(walked, size)])
        self.kind.append(kind[walked])
        self.name.append(tag[walked, -1])
        self.id.append(number[walked])

    def _relations(self, block: Block, begin: int, end: int) -> None:
        """Keep the multipolygons that are walked across."""
        tags = _Tags(_RELATION_COLUMNS)
        number, tag, first, member = read_relations(
            block.data, begin, end, block.columns(_RELATION_COLUMNS)
        )
        for i, row in enumerate(tags.widen(block, tag).tolist()):
            values = tags.read(row)
            if values.pop("type", "") != "multipolygon":
                continue
            way = read_way(values, step_free=self.step_free)
            if isinstance(way, Way) and is_area({"area": "yes", **values}):
                self.areas.append(_Area(int(number[i]), member[first[i] : first[i + 1]], way))

    def _member_ways(self, path: Path) -> None:
        """Read the outlines of multipolygons that have no tags of their own."""
        self.areas.sort(key=lambda area: area.id)
        owner: dict[int, Way] = {}
        for area in self.areas:
            for member in area.members.tolist():
                owner.setdefault(member, area.way)
        wanted = np.array(sorted(owner), np.int64)
        known = np.zeros(len(wanted), np.bool_)
        for number in self.id if owner else ():
            at = np.minimum(np.searchsorted(wanted, number), len(wanted) - 1)
            known[at[wanted[at] == number]] = True
        wanted = wanted[~known]
        if len(wanted) == 0:
            return
        for _, block in data_blocks(path, self.way_blocks.__contains__):
            key = np.full(len(block.strings), -1, np.int32)
            for kind, begin, end in block.groups.tolist():
                if kind != _WAYS:
                    continue
                found = read_ways(block.data, begin, end, key, 0, wanted)
                if len(found.id) == 0:
                    continue
                kinds = [self._kind_of(owner[way]) for way in found.id.tolist()]
                self.first.append(np.diff(found.first))
                self.ref.append(found.ref)
                self.kind.append(np.array(kinds, np.int64))
                self.name.append(np.full(len(found.id), -1, np.int32))
                self.id.append(found.id)

    def _kind_of(self, way: Way) -> int:
        """Return the kind of a way that is known whole, its name included."""
        row = repr(way).encode()
        code = self.kinds.get(row)
        if code is None:
            code = self.kinds[row] = len(self.kind_way)
            self.kind_way.append((way, False))
        return code

    def _way_codes(self) -> tuple[Ints, NDArray[np.bool_]]:
        """Join kinds and names to ways; return each line's, and whether it may be a square."""
        kind = np.concatenate([np.zeros(0, np.int64), *self.kind])
        name = np.concatenate([np.zeros(0, np.int32), *self.name]).astype(np.int64)
        pairs, which = np.unique((kind << 32) | (name + 1), return_inverse=True)
        code = np.empty(len(pairs), np.int64)
        for i, pair in enumerate(pairs.tolist()):
            way = self.kind_way[pair >> 32][0]
            assert isinstance(way, Way)  # noqa: S101 - others were left out
            text = self.tags.value[(pair & 0xFFFFFFFF) - 1] if pair & 0xFFFFFFFF else way.name
            named = Way(
                edge_class=way.edge_class, name=text, level=way.level, bridge=way.bridge,
                tunnel=way.tunnel, forward=way.forward, backward=way.backward, wait_s=way.wait_s,
            )  # fmt: skip
            code[i] = self.ways.setdefault(named, len(self.ways))
        square = np.array([area for _, area in self.kind_way], np.bool_)
        return code[which], square[kind]

    def _nodes(self, path: Path, key: Ints) -> tuple[Ints32, Ints32, Ints, Ints]:
        """Return coordinates of the needed nodes, the closed barriers and the lifts."""
        x = np.full(len(key), NOWHERE, np.int32)
        y = np.full(len(key), NOWHERE, np.int32)
        closed: list[int] = []
        lifts: list[int] = []
        if len(key):
            for _, block in data_blocks(path, self.node_blocks.__contains__):
                tags = _Tags(NODE_KEYS)
                column = block.columns(NODE_KEYS)
                for kind, begin, end in block.groups.tolist():
                    if kind not in {_NODES, _DENSE}:
                        continue
                    place, tag = read_nodes(
                        block.data, kind, begin, end, block.grid, key, x, y, column, NODE_DECIDES
                    )
                    for at, row in zip(
                        place.tolist(), tags.widen(block, tag).tolist(), strict=True
                    ):
                        values = tags.read(row)
                        if blocks(values, step_free=self.step_free):
                            closed.append(at)
                        elif values.get("highway") == "elevator":
                            lifts.append(at)
        return x, y, np.array(sorted(closed), np.int64), np.array(sorted(lifts), np.int64)

    @staticmethod
    def _closed_squares(square: NDArray[np.bool_], first: Ints, place: Ints32) -> list[int]:
        """Return the lines that are closed outlines of surfaces."""
        may = np.flatnonzero(square & (np.diff(first) > 3))
        closed: list[int] = may[place[first[may]] == place[first[may + 1] - 1]].tolist()
        return closed

    def _multipolygons(self) -> list[tuple[int, Ints]]:
        """Return the multipolygons' ways and the lines of their outlines."""
        if not self.areas:
            return []
        number = np.concatenate([np.zeros(0, np.int64), *self.id])
        order = np.argsort(number, kind="stable")
        ascending = number[order]
        result = []
        for area in self.areas:
            at = np.searchsorted(ascending, area.members)
            there = at < len(order)
            there[there] = ascending[at[there]] == area.members[there]
            if there.all():  # a hole without its outline is no surface
                result.append((self.ways.setdefault(area.way, len(self.ways)), order[at]))
        return result


@compiled
def _distinct_rows(rows: Ints32) -> tuple[Ints, Ints]:
    """Return which of the distinct rows each row is, and where each distinct one first stands."""
    size = np.int64(1)
    while size < 2 * len(rows):
        size *= 2
    table = np.full(size, -1, np.int64)
    which = np.empty(len(rows), np.int64)
    example = np.empty(len(rows), np.int64)
    count = 0
    for i in range(len(rows)):
        code = np.uint64(14695981039346656037)
        for j in range(rows.shape[1]):
            code = (code ^ np.uint64(rows[i, j] + 1)) * np.uint64(1099511628211)
        slot = np.int64((code ^ (code >> np.uint64(29))) & np.uint64(size - 1))
        while True:
            known = table[slot]
            if known < 0:
                table[slot] = count
                example[count] = i
                which[i] = count
                count += 1
                break
            same = True
            for j in range(rows.shape[1]):
                same &= rows[example[known], j] == rows[i, j]
            if same:
                which[i] = known
                break
            slot = (slot + 1) & (size - 1)
    return which, example[:count].copy()


def _distinct(ref: Ints) -> Ints:
    """Return the sorted distinct ids."""
    key = np.sort(ref)
    new = np.ones(len(key), np.bool_)
    new[1:] = key[1:] != key[:-1]
    distinct: Ints = key[new]
    return distinct


@compiled
def _positions(ref: Ints, key: Ints) -> Ints32:
    """Return each id's position among the sorted ids, looking first near the one before it."""
    result = np.empty(ref.size, np.int32)
    at = 0
    for i in range(ref.size):
        wanted = ref[i]
        stride = 1
        if key[at] < wanted:
            low = at
            while low + stride < key.size and key[low + stride] < wanted:
                low += stride
                stride *= 2
            high = min(low + stride, key.size - 1)
        else:
            high = at
            while high - stride >= 0 and key[high - stride] > wanted:
                high -= stride
                stride *= 2
            low = max(high - stride, 0)
        while low < high:
            middle = (low + high) >> 1
            if key[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        at = low
        result[i] = at
    return result
