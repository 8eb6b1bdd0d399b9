"""The PBF form of OpenStreetMap extracts, decoded in compiled loops.

Only what a walker needs is decoded: ways with certain keys, relations, and the nodes of those
ways. The format is described at https://wiki.openstreetmap.org/wiki/PBF_Format.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from placement.compiled import compiled

type Bytes = NDArray[np.uint8]
type Ints = NDArray[np.int64]
type Ints32 = NDArray[np.int32]

#: What a file may ask of its reader and get.
_FEATURES = frozenset({"OsmSchema-V0.6", "DenseNodes"})
#: The format's own limits: a larger header or block is a damaged length.
_MOST_HEADER, _MOST_BLOCK = 64 * 1024, 32 * 1024 * 1024


class DamagedError(ValueError):
    """The file is cut short or garbled."""


class UnfamiliarError(ValueError):
    """The file is in order, but uses what is not decoded here."""


class Block(NamedTuple):
    """A decompressed block: its bytes, its strings and its groups.

    `groups` is (G, 3) int64: kind (1 nodes, 2 dense nodes, 3 ways, 4 relations), begin, end.
    `grid` is (granularity, latitude offset, longitude offset) in nanodegrees.
    """

    data: Bytes
    strings: Ints
    groups: Ints
    grid: tuple[int, int, int]

    def text(self, index: int) -> bytes:
        """Return a string of the block's table."""
        if not 0 <= index < len(self.strings):
            raise DamagedError("a string is missing")
        begin, end = self.strings[index]
        return self.data[begin:end].tobytes()

    def columns(self, keys: Sequence[str]) -> Ints32:
        """Return for each string its position among keys, or −1."""
        joined = [key.encode() for key in keys]
        first = np.cumsum([0, *(len(key) for key in joined)])
        return _matched(self.data, self.strings, np.frombuffer(b"".join(joined), np.uint8), first)


class Ways(NamedTuple):
    """Ways of one group; tags are positions in the block's strings, −1 where there is none."""

    id: Ints
    first: Ints
    ref: Ints
    tag: Ints32


def blocks(
    path: Path, wanted: Callable[[int], bool] = lambda _: True
) -> Iterator[tuple[int, Block]]:
    """Yield the data blocks of a file.

    Parameters
    ----------
    path
        A ``.pbf`` file.
    wanted
        Takes a block's number; blocks for which it is false are not decompressed.

    Yields
    ------
    int, Block
        The block's number in the file, and the block.

    Raises
    ------
    DamagedError
        Where the file is cut short or garbled.
    UnfamiliarError
        Where it uses a feature or a compression that is not decoded here.
    """
    number = -1
    with path.open("rb") as file:
        while True:
            size = file.read(4)
            if not size:
                break
            kind, length = _header(_exactly(file, size, 4), file)
            number += 1
            if kind == b"OSMHeader":
                _check_features(_content(_exactly(file, b"", length)))
            elif kind == b"OSMData" and wanted(number):
                data = np.frombuffer(_content(_exactly(file, b"", length)), np.uint8)
                strings, groups, grid = _open_block(data)
                yield (
                    number,
                    Block(data, strings, groups, (int(grid[0]), int(grid[1]), int(grid[2]))),
                )
            else:
                _exactly(file, b"", length)
    if number < 0:
        raise DamagedError("the file is empty")


def _exactly(file: BinaryIO, begin: bytes, size: int) -> bytes:
    data = begin + file.read(size - len(begin))
    if len(data) != size:
        raise DamagedError("it ends in the middle of a block")
    return data


def _header(size: bytes, file: BinaryIO) -> tuple[bytes, int]:
    length = int.from_bytes(size, "big")
    if not 0 < length <= _MOST_HEADER:
        raise DamagedError("a block has no proper header")
    fields = _fields(_exactly(file, b"", length))
    kind, block = fields.get(1, b""), fields.get(3, -1)
    if not isinstance(kind, bytes) or not isinstance(block, int) or not 0 <= block <= _MOST_BLOCK:
        raise DamagedError("a block has no proper header")
    return kind, block


def _content(blob: bytes) -> bytes:
    """Return a blob's data, decompressed."""
    fields = _fields(blob)
    try:
        for field, unpack in (
            (1, bytes),
            (3, zlib.decompress),
            (4, lzma.decompress),
            (5, bz2.decompress),
        ):
            packed = fields.get(field)
            if isinstance(packed, bytes):
                data = unpack(packed)
                if field != 1 and len(data) != fields.get(2, len(data)):
                    raise DamagedError("a block is shorter than it says")
                return data
    except (zlib.error, lzma.LZMAError, OSError) as error:
        raise DamagedError(f"a block cannot be decompressed: {error}") from None
    if fields.keys() & {6, 7}:
        raise UnfamiliarError("its compression")
    raise DamagedError("a block is empty")


def _check_features(header: bytes) -> None:
    position = 0
    while position < len(header):
        field, value, position = _field(header, position)
        if field == 4 and isinstance(value, bytes) and value.decode("latin-1") not in _FEATURES:
            raise UnfamiliarError(value.decode("latin-1"))


def _fields(message: bytes) -> dict[int, int | bytes]:
    fields: dict[int, int | bytes] = {}
    position = 0
    while position < len(message):
        field, value, position = _field(message, position)
        fields[field] = value
    return fields


def _field(message: bytes, position: int) -> tuple[int, int | bytes, int]:
    tag, position = _number(message, position)
    wire = tag & 7
    if wire == 0:
        value, position = _number(message, position)
        return tag >> 3, value, position
    if wire == 2:
        size, position = _number(message, position)
        if position + size > len(message):
            raise DamagedError("a field is longer than its block")
        return tag >> 3, message[position : position + size], position + size
    raise DamagedError("a field of an unknown kind")


def _number(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(message) and shift < 70:
        byte = message[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7
    raise DamagedError("a number has no end")


@compiled
def _matched(data: Bytes, strings: Ints, keys: Bytes, first: Ints) -> Ints32:
    """Return for each string the key that it equals, or −1."""
    result = np.full(len(strings), -1, np.int32)
    for i in range(len(strings)):
        size = strings[i, 1] - strings[i, 0]
        for k in range(first.size - 1):
            if first[k + 1] - first[k] != size:
                continue
            same = True
            for j in range(size):
                same &= data[strings[i, 0] + j] == keys[first[k] + j]
            if same:
                result[i] = k
                break
    return result


@compiled
def _varint(data: Bytes, position: int, end: int) -> tuple[int, int]:
    value = np.int64(0)
    shift = np.int64(0)
    while position < end and shift < 70:
        byte = np.int64(data[position])
        position += 1
        value |= (byte & np.int64(127)) << shift
        if byte < 128:
            return int(value), position
        shift += np.int64(7)
    raise ValueError("a number has no end")


@compiled
def _signed(value: int) -> int:
    """Undo the zigzag of signed numbers."""
    return int(((value >> 1) & np.int64(0x7FFFFFFFFFFFFFFF)) ^ -(value & 1))


@compiled
def _next(data: Bytes, position: int, end: int) -> tuple[int, int, int, int]:
    """Return a field's number, where its content begins and ends (or its value), and the next.

    For a number the content is its value twice.
    """
    tag, position = _varint(data, position, end)
    wire = tag & 7
    if wire == 0:
        value, position = _varint(data, position, end)
        return tag >> 3, value, value, position
    if wire == 2:
        size, position = _varint(data, position, end)
        if size < 0 or size > end - position:
            raise ValueError("a field is longer than its block")
        return tag >> 3, position, position + size, position + size
    if wire in (1, 5):
        size = 8 if wire == 1 else 4
        if position + size > end:
            raise ValueError("a field is longer than its block")
        return -1, position, position + size, position + size
    raise ValueError("a field of an unknown kind")


@compiled
def _count(data: Bytes, begin: int, end: int) -> int:
    """Count the numbers in a packed field."""
    count = 0
    for i in range(begin, end):
        if data[i] < 128:
            count += 1
    return count


@compiled
def _open_block(  # noqa: C901, PLR0912 - one loop, compiled
    data: Bytes,
) -> tuple[Ints, Ints, Ints]:
    """Return where a block's strings and groups lie, and its grid of coordinates."""
    grid = np.array([100, 0, 0], np.int64)
    strings = np.empty((0, 2), np.int64)
    n_groups = 0
    for turn in range(2):
        if turn == 1:
            groups = np.empty((n_groups, 3), np.int64)
            n_groups = 0
        position = 0
        while position < data.size:
            field, begin, end, position = _next(data, position, data.size)
            if field == 1 and turn == 0:
                size = 0
                at = begin
                while at < end:
                    inner, _, _, at = _next(data, at, end)
                    size += inner == 1
                strings = np.empty((size, 2), np.int64)
                size = 0
                at = begin
                while at < end:
                    inner, a, b, at = _next(data, at, end)
                    if inner == 1:
                        strings[size, 0], strings[size, 1] = a, b
                        size += 1
            elif field == 2:
                # a group holds things of one kind; its first field tells which
                if begin < end:
                    if turn == 1:
                        kind, _, _, _ = _next(data, begin, end)
                        groups[n_groups, 0] = kind
                        groups[n_groups, 1], groups[n_groups, 2] = begin, end
                    n_groups += 1
            elif field == 17:
                grid[0] = begin
            elif field == 19:
                grid[1] = begin
            elif field == 20:
                grid[2] = begin
    return strings, groups, grid


@compiled
def read_ways(  # noqa: C901, PLR0912, PLR0915, PLR0917 - one loop, compiled
    data: Bytes, begin: int, end: int, key: Ints32, needed: int, wanted: Ints
) -> Ways:
    """Decode the ways of a group that have a wanted key or a wanted id.

    Parameters
    ----------
    data
        (B,) uint8, the block.
    begin, end
        Where the group lies.
    key
        For each string of the block: which column of tags it is the key of, −1 for none.
    needed
        Ways are kept that have a tag in one of the first so many columns.
    wanted
        Sorted ids of ways that are kept whatever their tags.

    Returns
    -------
    Ways
        In the file's order.
    """
    n_ways = n_refs = 0
    position = begin
    while position < end:
        field, a, b, position = _next(data, position, end)
        if field == 3:
            n_ways += 1
            at = a
            while at < b:
                inner, c, d, at = _next(data, at, b)
                if inner == 8:
                    n_refs += _count(data, c, d)
    columns = 0
    for k in key:
        columns = max(columns, k + 1)
    ids = np.empty(n_ways, np.int64)
    first = np.zeros(n_ways + 1, np.int64)
    ref = np.empty(n_refs, np.int64)
    tag = np.empty((n_ways, columns), np.int32)
    kept = filled = 0
    position = begin
    while position < end:
        field, a, b, position = _next(data, position, end)
        if field != 3:
            continue
        way = 0
        keys0 = keys1 = vals0 = vals1 = refs0 = refs1 = 0
        at = a
        while at < b:
            inner, c, d, at = _next(data, at, b)
            if inner == 1:
                way = c
            elif inner == 2:
                keys0, keys1 = c, d
            elif inner == 3:
                vals0, vals1 = c, d
            elif inner == 8:
                refs0, refs1 = c, d
        for column in range(columns):
            tag[kept, column] = -1
        keep = False
        while keys0 < keys1:
            k, keys0 = _varint(data, keys0, keys1)
            v, vals0 = _varint(data, vals0, vals1)
            if k < 0 or k >= key.size or v < 0 or v >= key.size:
                raise ValueError("a string is missing")
            column = key[k]
            if column >= 0:
                tag[kept, column] = v
                keep |= column < needed
        if not keep and wanted.size > 0:
            place = np.searchsorted(wanted, way)
            keep = bool(place < wanted.size and wanted[place] == way)
        if not keep:
            continue
        node = np.int64(0)
        while refs0 < refs1:
            step, refs0 = _varint(data, refs0, refs1)
            node += _signed(step)
            ref[filled] = node
            filled += 1
        ids[kept] = way
        kept += 1
        first[kept] = filled
    return Ways(ids[:kept].copy(), first[: kept + 1].copy(), ref[:filled].copy(), tag[:kept].copy())


@compiled
def read_relations(  # noqa: C901, PLR0912, PLR0915 - one loop, compiled
    data: Bytes, begin: int, end: int, key: Ints32
) -> tuple[Ints, Ints32, Ints, Ints]:
    """Decode the relations of a group: ids, tags as in `Ways`, and their member ways.

    Returns
    -------
    id, tag, first, member
        (R,), (R, columns), (R + 1,) and the ids of member ways.
    """
    count = members = 0
    position = begin
    while position < end:
        field, a, b, position = _next(data, position, end)
        if field == 4:
            count += 1
            at = a
            while at < b:
                inner, c, d, at = _next(data, at, b)
                if inner == 9:
                    members += _count(data, c, d)
    columns = 0
    for k in key:
        columns = max(columns, k + 1)
    ids = np.empty(count, np.int64)
    tag = np.full((count, columns), -1, np.int32)
    first = np.zeros(count + 1, np.int64)
    member = np.empty(members, np.int64)
    row = filled = 0
    position = begin
    while position < end:
        field, a, b, position = _next(data, position, end)
        if field != 4:
            continue
        keys0 = keys1 = vals0 = vals1 = ids0 = ids1 = kinds0 = kinds1 = 0
        at = a
        while at < b:
            inner, c, d, at = _next(data, at, b)
            if inner == 1:
                ids[row] = c
            elif inner == 2:
                keys0, keys1 = c, d
            elif inner == 3:
                vals0, vals1 = c, d
            elif inner == 9:
                ids0, ids1 = c, d
            elif inner == 10:
                kinds0, kinds1 = c, d
        while keys0 < keys1:
            k, keys0 = _varint(data, keys0, keys1)
            v, vals0 = _varint(data, vals0, vals1)
            if k < 0 or k >= key.size or v < 0 or v >= key.size:
                raise ValueError("a string is missing")
            if key[k] >= 0:
                tag[row, key[k]] = v
        thing = np.int64(0)
        while ids0 < ids1:
            step, ids0 = _varint(data, ids0, ids1)
            kind, kinds0 = _varint(data, kinds0, kinds1)
            thing += _signed(step)
            if kind == 1:
                member[filled] = thing
                filled += 1
        row += 1
        first[row] = filled
    return ids, tag, first, member[:filled].copy()


@compiled
def read_nodes(  # noqa: C901, PLR0912, PLR0915, PLR0917 - one loop, compiled
    data: Bytes,
    kind: int,
    begin: int,
    end: int,
    grid: tuple[int, int, int],
    needed: Ints,
    x: Ints32,
    y: Ints32,
    key: Ints32,
    telling: int,
) -> tuple[Ints, Ints32]:
    """Decode nodes: write the needed ones' coordinates, and return the tags that tell something.

    Parameters
    ----------
    data
        (B,) uint8, the block.
    kind, begin, end
        The group: 1 plain nodes, 2 dense nodes.
    grid
        As in `Block`.
    needed
        (P,) sorted ids of the nodes that are needed.
    x, y
        (P,) int32, where longitude and latitude are written, in units of 1e-7 degree.
    key
        As in `read_ways`.
    telling
        A node's tags are returned where one is in one of the first so many columns.

    Returns
    -------
    place, tag
        Positions in `needed` of the nodes with telling tags, and their tags.
    """
    columns = 0
    for k in key:
        columns = max(columns, k + 1)
    places = np.empty(64, np.int64)
    tags = np.empty((64, columns), np.int32)
    found = 0
    row = np.empty(columns, np.int32)
    near = 0
    position = begin
    while position < end:
        field, a, b, position = _next(data, position, end)
        if field != kind:
            continue
        id0 = id1 = lat0 = lat1 = lon0 = lon1 = tag0 = tag1 = val0 = val1 = 0
        at = a
        while at < b:
            inner, c, d, at = _next(data, at, b)
            if inner == 1:
                id0, id1 = c, d
            elif inner == 8:
                lat0, lat1 = c, d
            elif inner == 9:
                lon0, lon1 = c, d
            elif (kind == 2 and inner == 10) or (kind == 1 and inner == 2):
                tag0, tag1 = c, d
            elif kind == 1 and inner == 3:
                val0, val1 = c, d
        node = lat = lon = 0
        more = True
        while more:
            if kind == 2:
                if id0 >= id1:
                    break
                step, id0 = _varint(data, id0, id1)
                node += _signed(step)
                step, lat0 = _varint(data, lat0, lat1)
                lat += _signed(step)
                step, lon0 = _varint(data, lon0, lon1)
                lon += _signed(step)
            else:
                node, lat, lon = _signed(id0), _signed(lat0), _signed(lon0)
                more = False
            tells = False
            for column in range(columns):
                row[column] = -1
            while tag0 < tag1:
                k, tag0 = _varint(data, tag0, tag1)
                if kind == 2:
                    if k == 0:
                        break
                    v, tag0 = _varint(data, tag0, tag1)
                else:
                    v, val0 = _varint(data, val0, val1)
                if k < 0 or k >= key.size or v < 0 or v >= key.size:
                    raise ValueError("a string is missing")
                if key[k] >= 0:
                    row[key[k]] = v
                    tells |= key[k] < telling
            # ids mostly ascend: look on from the last one found
            if near >= needed.size or needed[near] > node:
                near = int(np.searchsorted(needed, node))
            else:
                stride = 1
                while near + stride < needed.size and needed[near + stride] <= node:
                    near += stride
                    stride *= 2
                while near < needed.size and needed[near] < node:
                    near += 1
            if near < needed.size and needed[near] == node:
                x[near] = np.int32(np.floor((grid[2] + grid[0] * lon) / 100.0 + 0.5))
                y[near] = np.int32(np.floor((grid[1] + grid[0] * lat) / 100.0 + 0.5))
                if tells:
                    if found == places.size:
                        longer = np.empty(2 * found, np.int64)
                        wider = np.empty((2 * found, columns), np.int32)
                        for i in range(found):
                            longer[i] = places[i]
                            for column in range(columns):
                                wider[i, column] = tags[i, column]
                        places, tags = longer, wider
                    places[found] = near
                    for column in range(columns):
                        tags[found, column] = row[column]
                    found += 1
    return places[:found].copy(), tags[:found].copy()
