"""Packed files that grow without end, and blocks that lie about their size."""

import bz2
import gzip
import lzma
import zlib
from pathlib import Path

import pytest

from placement.errors import InputError
from placement.streets import read_streets
from tests.streets.draw import CRS, osm_xml

HEADER = b"\x22\x0eOsmSchema-V0.6"


def varint(value: int) -> bytes:
    found = b""
    while value > 127:
        found += bytes([value & 127 | 128])
        value >>= 7
    return found + bytes([value])


def block(blob: bytes, kind: bytes = b"OSMData") -> bytes:
    header = b"\x0a" + varint(len(kind)) + kind + b"\x18" + varint(len(blob))
    return len(header).to_bytes(4, "big") + header + blob


def blob(field: int, packed: bytes, size: int | None) -> bytes:
    told = b"" if size is None else b"\x10" + varint(size)
    return told + bytes([field << 3 | 2]) + varint(len(packed)) + packed


def refusal(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(InputError, match=path.name) as caught:
        read_streets(path, crs=CRS)
    return str(caught.value)


PLAIN = b"\x0a\x02\x0a\x00" + b"\0" * 60
MOST = 32 << 20


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: blob(3, zlib.compress(b"\0" * (MOST + 9)), MOST + 9), "larger than 32 MiB"),
        (lambda: blob(3, zlib.compress(b"\0" * (MOST + 9)), None), "not as long as it says"),
        (lambda: blob(3, zlib.compress(b"\0" * 5000), 64), "not as long as it says"),
        (lambda: blob(3, zlib.compress(PLAIN), len(PLAIN) + 1), "not as long as it says"),
        (lambda: blob(3, zlib.compress(PLAIN)[:-6], len(PLAIN)), "not as long as it says"),
        (lambda: blob(3, b"nothing", 7), "cannot be decompressed"),
        (lambda: blob(4, lzma.compress(PLAIN), len(PLAIN)), "packed with lzma"),
        (lambda: blob(5, bz2.compress(PLAIN), len(PLAIN)), "packed with bzip2"),
        (lambda: blob(7, b"\x28\xb5\x2f\xfd", len(PLAIN)), "packed with zstd"),
    ],
)
def test_a_block_is_no_larger_than_it_says(tmp_path: Path, made: object, said: str) -> None:
    content = block(blob(1, HEADER, None), b"OSMHeader") + block(made())  # type: ignore[operator]
    assert said in refusal(tmp_path / "a.osm.pbf", content)


@pytest.mark.slow
def test_a_file_of_many_blocks_that_grow(tmp_path: Path) -> None:
    text = b"\x0a" + varint(MOST - 10) + bytes(MOST - 10)
    data = b"\x0a" + varint(len(text)) + text
    one = block(blob(3, zlib.compress(data, 9), len(data)))
    content = block(blob(1, HEADER, None), b"OSMHeader") + one * 40
    assert "100 times its size" in refusal(tmp_path / "a.osm.pbf", content)


def test_a_block_of_nothing_but_ways(tmp_path: Path) -> None:
    """Two bytes can claim to be a way; what is made of each takes more."""
    ways = b"\x1a\x00" * 1_000_001
    data = b"\x0a\x02\x0a\x00" + b"\x12" + varint(len(ways)) + ways
    content = block(blob(1, HEADER, None), b"OSMHeader")
    content += block(blob(3, zlib.compress(data), len(data)))
    assert "more ways than a block can" in refusal(tmp_path / "a.osm.pbf", content)


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress)])
def test_packed_maps_that_grow_or_end_early(tmp_path: Path, suffix: str, pack: object) -> None:
    good = osm_xml({1: (0, 0), 2: (90, 0)}, {7: ([1, 2], {"highway": "footway"})}).encode()
    path = tmp_path / f"a.osm.{suffix}"
    path.write_bytes(pack(good))  # type: ignore[operator]
    assert read_streets(path, crs=CRS).n_edges == 1
    bomb = good.replace(b"</osm>", b" " * (1 << 26) + b"</osm>")
    assert "100 times its size" in refusal(path, pack(bomb))  # type: ignore[operator]
    refusal(path, pack(good)[:-20])  # type: ignore[operator]


@pytest.mark.parametrize(
    "text",
    [
        '<osm version="0.6"><node id="1" lat="mph" lon="2"/></osm>',
        '<osm version="0.6"><node id="x" lat="1" lon="2"/></osm>',
        '<osm version="0.6"><way id="99999999999999999999"/></osm>',
        '<osm version="7"></osm>',
        '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><osm version="0.6">&b;</osm>',
    ],
)
def test_what_osmium_says_is_told_in_a_sentence(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path / "a.osm", text.encode()).count("\n") == 0
