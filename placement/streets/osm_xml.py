"""Extracts in any form that osmium reads: plainer and slower than `placement.streets.osm_pbf`."""

import bz2
import gzip
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import NODE, RELATION, WAY, Relation

from placement.streets.extract import NOWHERE, Extract
from placement.streets.pbf import DamagedError
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

#: Most that a file may grow by being unpacked; maps as XML grow to ten or twenty times their size.
_MOST_GROWTH, _SMALL = 100, 1 << 26
_CHUNK = 1 << 20


def read_any(path: Path, *, step_free: bool = False, form: str = "") -> Extract:
    """Read an extract through osmium.

    Parameters
    ----------
    path
        ``.osm``, ``.osm.gz``, ``.osm.bz2`` or a rare form of ``.osm.pbf``.
    step_free
        Leave out steps and escalators.
    form
        How osmium calls the file's format, where its name does not say.

    Returns
    -------
    Extract
        The same as from a PBF file with the same content.
    """
    _check_growth(path)
    return _Reader(step_free=step_free, form=form).read(path)


def _check_growth(path: Path) -> None:
    """Refuse a packed file that is cut short, or that grows beyond all that maps do."""
    opener: type[gzip.GzipFile | bz2.BZ2File]
    if path.suffix.lower() == ".gz":
        opener = gzip.GzipFile
    elif path.suffix.lower() == ".bz2":
        opener = bz2.BZ2File
    else:
        return
    most = max(_SMALL, _MOST_GROWTH * path.stat().st_size)
    grown = 0
    with opener(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            grown += len(chunk)
            if grown > most:
                raise DamagedError(f"it grows to more than {_MOST_GROWTH} times its size")


class _Reader:
    """Collects one file's ways; used once."""

    def __init__(self, *, step_free: bool, form: str) -> None:
        self.step_free = step_free
        self.form = form
        self.dropped: Counter[str] = Counter()
        self.ways: dict[Way, int] = {}
        self.first = [0]
        self.way: list[int] = []
        self.ref: list[int] = []
        self.at: dict[int, tuple[int, int]] = {}
        self.lines: dict[int, int] = {}
        self.squares: list[tuple[int, list[int]]] = []

    def read(self, path: Path) -> Extract:
        relations = self._areas(path)
        members = {ref: way for _, refs, way in reversed(relations) for ref in refs}
        self._ways(path, members)
        for _, refs, way in relations:
            if all(ref in self.lines for ref in refs):  # a hole without its outline is no surface
                own = [self.lines[ref] for ref in refs]
                self.squares.append((self.ways.setdefault(way, len(self.ways)), own))
        key, place = np.unique(np.array(self.ref, np.int64), return_inverse=True)
        closed, lifts = self._nodes(path)
        xy = np.array([self.at[ref] for ref in key.tolist()], np.int64).reshape(-1, 2)
        return Extract(
            first=np.array(self.first, np.int64),
            place=place.astype(np.int32),
            way=np.array(self.way, np.int64),
            ways=tuple(self.ways),
            key=key,
            x=xy[:, 0].astype(np.int32),
            y=xy[:, 1].astype(np.int32),
            squares=tuple((way, np.array(lines, np.int64)) for way, lines in self.squares),
            closed=np.flatnonzero(np.isin(key, closed)),
            lifts=np.flatnonzero(np.isin(key, lifts)),
            dropped=self.dropped,
        )

    def _areas(self, path: Path) -> list[tuple[int, list[int], Way]]:
        """Return the walkable multipolygons: id, member ways, and how they are walked."""
        found = []
        source = osmium.FileProcessor(osmium.io.File(str(path), self.form), RELATION)
        for relation in source.with_filter(osmium.filter.KeyFilter(*WALK_KEYS)):
            tags = {key: relation.tags[key] for key in (*KEYS, "type") if key in relation.tags}
            if tags.get("type") != "multipolygon" or not isinstance(relation, Relation):
                continue
            way = read_way(tags, step_free=self.step_free)
            if isinstance(way, Way) and is_area({"area": "yes", **tags}):
                found.append((relation.id, [m.ref for m in relation.members if m.type == "w"], way))
        return sorted(found, key=lambda item: item[0])

    def _ways(self, path: Path, members: Mapping[int, Way]) -> None:
        source = osmium.FileProcessor(
            osmium.io.File(str(path), self.form), NODE | WAY
        ).with_locations()
        for item in source.with_filter(osmium.filter.EntityFilter(WAY)):
            if not isinstance(item, osmium.osm.Way):
                continue
            tags = {key: item.tags[key] for key in KEYS if key in item.tags}
            way = read_way(tags, step_free=self.step_free)
            if not isinstance(way, Way):
                if item.id not in members:
                    self.dropped[way] += way != "not a street"
                    continue
                way = members[item.id]
            elif is_area(tags) and item.is_closed():
                code = self.ways.setdefault(way, len(self.ways))
                self.squares.append((code, [len(self.way)]))
            self.lines[item.id] = len(self.way)
            self.way.append(self.ways.setdefault(way, len(self.ways)))
            for node in item.nodes:
                self.ref.append(node.ref)
                self.at[node.ref] = (
                    (node.x, node.y) if node.location.valid() else (NOWHERE, NOWHERE)
                )
            self.first.append(len(self.ref))

    def _nodes(self, path: Path) -> tuple[list[int], list[int]]:
        """Return the ids of closed barriers and of lifts."""
        closed: list[int] = []
        lifts: list[int] = []
        source = osmium.FileProcessor(osmium.io.File(str(path), self.form), NODE)
        for node in source.with_filter(osmium.filter.KeyFilter(*NODE_KEYS[:NODE_DECIDES])):
            tags = {key: node.tags[key] for key in NODE_KEYS if key in node.tags}
            if blocks(tags, step_free=self.step_free):
                closed.append(node.id)
            elif tags.get("highway") == "elevator":
                lifts.append(node.id)
        return closed, lifts
