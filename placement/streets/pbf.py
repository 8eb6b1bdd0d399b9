"""The PBF form of OpenStreetMap extracts, decoded in compiled loops.

Only what a walker needs is decoded: ways with certain keys, relations, and the nodes of those
ways. The format is described at https://wiki.openstreetmap.org/wiki/PBF_Format.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from placement.arrays import Bytes, Ints, Ints32
from placement.streets.pbf_groups import matched, open_block

#: What a file may ask of its reader and get.
_FEATURES = frozenset({"OsmSchema-V0.6", "DenseNodes"})
#: The format's own limits: a larger header or block is a damaged length.
_MOST_HEADER, _MOST_BLOCK = 64 * 1024, 32 * 1024 * 1024
#: Blobs that are refused: the format calls the first two obsolete, and no tool writes the last.
_REFUSED = {4: "lzma", 5: "bzip2", 7: "zstd"}
#: Most that a file may grow by being unpacked; extracts grow to twice their size or three times.
_MOST_GROWTH, _SMALL = 100, 4 * _MOST_BLOCK


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
        return matched(self.data, self.strings, np.frombuffer(b"".join(joined), np.uint8), first)


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
    grown, most = 0, max(_SMALL, _MOST_GROWTH * path.stat().st_size)
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
                grown += len(data)
                if grown > most:
                    raise DamagedError(f"it grows to more than {_MOST_GROWTH} times its size")
                strings, groups, grid = open_block(data)
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
    """Return a blob's data, decompressed: never more than it says, nor than the format allows."""
    fields = _fields(blob)
    plain, packed = fields.get(1), fields.get(3)
    if isinstance(plain, bytes):
        return plain
    for field, name in _REFUSED.items():
        if field in fields:
            raise DamagedError(
                f"a block is packed with {name}, which is not read; "
                "write it again with zlib: osmium cat"
            )
    if not isinstance(packed, bytes):
        if 6 in fields:
            raise UnfamiliarError("its compression")
        raise DamagedError("a block is empty")
    size = fields.get(2, _MOST_BLOCK)
    if not isinstance(size, int) or size > _MOST_BLOCK:
        raise DamagedError("a block says that it is larger than 32 MiB")
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, size + 1)  # one more than it says tells that it lies
    except zlib.error as error:
        raise DamagedError(f"a block cannot be decompressed: {error}") from None
    if len(data) > size or (2 in fields and len(data) < size) or not unpacker.eof:
        raise DamagedError("a block is not as long as it says")
    return data


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
