"""Damage: bytes flipped anywhere, and values that fit a place in form and not in sense."""

import bz2
import gzip
import json
import random
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from tests.fuzz.seeds import execute

type Rng = random.Random

TEXTS = (
    "", " ", "0", "-0", "-1", "1e999", "-1e999", "nan", "inf", "1_0", "٣", "\uff11\uff12",
    "0x10", "1,5",
    "9" * 25, "9" * 5000, "a" * 300, "a" * 100_000, "\x00", "\x1b[31m", "\x85", "\u202eabc",
    "z\u200bero", "e\u0301", "ﬁ", "\u2028", "😀", "[", "{}", "[1]", "'", '"', "../..", "/dev/zero",
    "/dev/stdin", ".", "true", "yes", "no", "-1.0", "reverse", "up", "null", "None", "Point",
    "24:00", "99:99", "1:1", "required", "excluded", "checkpoint", "dog_team", "*", "NaN",
    "box-1", "d01", "bridge-north", "bridge-north/checkpoint", "EPSG:5698", "EPSG:4326", "mph",
    "EPSG:2154", "EPSG:3857", "EPSG:32631", "🚧" * 90, "steps", "motorway", "elevator", "escalator",
    "1;2", "-99999999999", "%s%n", "<b>", "&amp;", "early", "15:30",
)  # fmt: skip
NUMBERS = (
    0, -1, 1, 2, 1.5, 1e-9, -1e-9, 1e15, 1e16, 1e300, 2**31, 2**53, 2**63, 2**64, -(2**63), 10**30,
    10**350, 180.0, -180.0, 181.0, 90.0, -90.0, 91.0, 48.85, 2.35, 652000.0, 6862000.0,
)  # fmt: skip


def any_value(rng: Rng, depth: int = 0) -> Any:
    """A value that JSON can write."""
    kind = rng.randrange(9 if depth < 2 else 7)
    if kind < 3:
        return rng.choice(TEXTS)
    if kind < 5:
        return rng.choice(NUMBERS)
    if kind == 5:
        return rng.choice([True, False, None])
    if kind == 6:
        return rng.choice([float("nan"), float("inf"), [], {}])
    if kind == 7:
        return [any_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice(TEXTS[:40]): any_value(rng, depth + 1) for _ in range(rng.randrange(3))}


def damaged_bytes(rng: Rng, content: bytes) -> bytes:
    """Flip, cut, double or insert bytes."""
    found = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        at = rng.randrange(len(found) + 1)
        end = min(len(found), at + rng.choice([1, 2, 4, 8, 64, 512]))
        kind = rng.randrange(6)
        if kind == 0:
            found[at:end] = bytes(rng.randrange(256) for _ in range(end - at))
        elif kind == 1:
            found[at:end] = bytes([rng.choice([0, 1, 127, 128, 255])]) * (end - at)
        elif kind == 2:
            del found[at:end]
        elif kind == 3:
            found[at:at] = found[at:end]
        elif kind == 4:
            found[at:at] = rng.choice(TEXTS[:60]).encode("utf-8", "surrogatepass")[:500]
        else:
            del found[at if rng.random() < 0.2 else len(found) :]
    return bytes(found)


def _places(value: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where each value stands in a tree."""
    found = [where]
    if isinstance(value, dict):
        for key, one in value.items():
            found += _places(one, (*where, key))
    elif isinstance(value, list):
        for key, one in enumerate(value[:40]):
            found += _places(one, (*where, key))
    return found


def damaged_tree(rng: Rng, tree: Any) -> Any:
    """Replace, remove, rename, double or bury a value."""
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        where = rng.choice(_places(tree))
        if not where:
            if rng.random() < 0.02:
                return any_value(rng)
            continue
        table = tree
        for key in where[:-1]:
            table = table[key]
        key, kind = where[-1], rng.randrange(8)
        if kind < 4:
            table[key] = any_value(rng)
        elif kind == 4:
            del table[key]
        elif kind == 5 and isinstance(table, dict):
            table[rng.choice([*TEXTS[:50], *list(table)])] = table.pop(key)
        elif kind == 6 and isinstance(table, list):
            table.insert(rng.randrange(len(table) + 1), table[key])
        else:
            for _ in range(rng.choice([1, 3, 100])):
                table[key] = [table[key]]
    return tree


def damaged_json(rng: Rng, content: bytes) -> bytes:
    """Damage a JSON file in its tree or in its text."""
    if rng.random() < 0.15:
        return damaged_bytes(rng, content)
    text = json.dumps(damaged_tree(rng, json.loads(content)))
    kind = rng.randrange(12)
    if kind == 0:  # a key twice
        text = re.sub(r'("[a-z_]+": [^,{}\[\]]+), ', r"\1, \1, ", text, count=rng.randrange(1, 4))
    elif kind == 1:
        numbers = list(re.finditer(r"-?\d+(\.\d+)?", text))
        if numbers:
            one = rng.choice(numbers)
            deep = rng.choice([10, 3000, 100_000])
            value = rng.choice([*TEXTS[2:19], "[" * deep + "]" * deep])
            text = text[: one.start()] + value + text[one.end() :]
    elif kind == 2:
        text = text.replace("a", "\\ud800", 1)
    elif kind == 3:
        text = "\ufeff" + text
    return text.encode("utf-8", "surrogatepass")


_TOML = (
    '""', '"a"', "0", "-1", "1e999", "nan", "-inf", "true", "[]", "{}", "[[]]", "1979-05-27",
    "07:32:00", "9" * 400, "9" * 5000, "0x" + "f" * 6000, '"\\u202E"', "'''x'''", "[1, 2, 3]",
    '"24:00"', '{ en = "" }', "{ a = { b = { c = 1 } } }", "[" * 2000, "1_000",
    '"' + "a" * 5000 + '"',
    '"checkpoint"', '"EPSG:5698"', '"EPSG:5720"', '"EPSG:4978"', '"EPSG:3857"', '"/dev/zero"',
    '".."',
)  # fmt: skip


def damaged_toml(rng: Rng, content: bytes) -> bytes:
    """Damage a plan file in its lines or in its bytes."""
    if rng.random() < 0.15:
        return damaged_bytes(rng, content)
    lines = content.decode().splitlines()
    for _ in range(rng.choice([1, 1, 2, 3])):
        at = rng.randrange(len(lines))
        kind = rng.randrange(8)
        key, equals, value = lines[at].partition(" = ")
        if kind < 4 and equals:
            lines[at] = f"{key} = {rng.choice(_TOML)}"
        elif kind == 4:
            del lines[at]
        elif kind == 5:
            lines.insert(rng.randrange(len(lines)), lines[at])
        elif kind == 6 and equals:
            lines[at] = (
                f"{rng.choice(['x', key + 's', 'a.' * 500 + 'b', key[:-1] or 'y'])} = {value}"
            )
        else:
            table = rng.choice(["[[floors]]", "[[groups]]", "[[closures]]", "[walking]", "[x]"])
            keys = ("zone", "share", "resource", "name", "sites", "most", "street", "begins",
                    "sample_m", "snap_m", "class_pace", "at", "step_free_share")  # fmt: skip
            words = ('"north"', "0.5", '"checkpoint"', '["d01"]', '"*"', *_TOML)
            lines += [table, *(f"{rng.choice(keys)} = {rng.choice(words)}" for _ in range(3))]
        if not lines:
            break
    return "\n".join(lines).encode()


def damaged_csv(rng: Rng, content: bytes) -> bytes:
    """Damage a table in its cells or in its bytes."""
    if rng.random() < 0.2:
        return damaged_bytes(rng, content)
    rows = [line.split(",") for line in content.decode().splitlines()]
    for _ in range(rng.choice([1, 1, 2, 5])):
        row = rng.choice(rows)
        at = rng.randrange(len(row) + 1)
        kind = rng.randrange(5)
        if kind < 3 and at < len(row):
            row[at] = rng.choice([*TEXTS, '"a', '""""', '"a\nb"'])
        elif kind == 3:
            row[at:at] = ["x"]
        else:
            rows.insert(rng.randrange(len(rows) + 1), list(row))
    mark = rng.choice([",", ",", ",", ";", "\t"])
    return "\n".join(mark.join(row) for row in rows).encode("utf-8", "surrogatepass")


def damaged_xml(rng: Rng, content: bytes) -> bytes:
    """Damage a map in its attributes, its lines or its bytes."""
    if rng.random() < 0.2:
        return damaged_bytes(rng, content)
    text = content.decode()
    for _ in range(rng.choice([1, 1, 2, 5])):
        kind = rng.randrange(6)
        if kind < 4:
            found = list(re.finditer(r"=(\"[^\"]*\")", text))
            if found:
                one = rng.choice(found)
                value = rng.choice([*TEXTS, *map(str, NUMBERS)]).replace('"', "")
                text = f'{text[: one.start(1)]}"{value}"{text[one.end(1) :]}'
        else:
            lines = text.splitlines()
            at = rng.randrange(len(lines))
            if kind == 4:
                lines.insert(rng.randrange(len(lines)), lines[at])
            else:
                del lines[at]
            text = "\n".join(lines)
    if rng.random() < 0.03:
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
            f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        )
        text = text.replace("?>", f"?>{bomb}]>", 1).replace("R1", "&i;", 1)
    return text.encode("utf-8", "surrogatepass")


def damaged_packed(
    rng: Rng, content: bytes, unpack: Callable[[bytes], bytes], pack: Callable[[bytes], bytes]
) -> bytes:
    """Damage what is packed, or what it is packed as."""
    kind = rng.randrange(4)
    if kind == 0:
        return damaged_bytes(rng, content)
    if kind == 1 and rng.random() < 0.1:
        return pack(unpack(content) + b" " * (1 << 26))
    return pack(damaged_xml(rng, unpack(content)))


def _varint(value: int) -> bytes:
    found = b""
    while value > 127:
        found += bytes([value & 127 | 128])
        value >>= 7
    return found + bytes([value])


def _fields(message: bytes) -> list[tuple[int, bytes | int]]:
    """The fields of a protocol buffer: lengths and numbers alone."""
    found: list[tuple[int, bytes | int]] = []
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        tag = number()
        size = number()
        if tag & 7 == 2:
            found.append((tag, message[at : at + size]))
            at += size
        else:
            found.append((tag, size))
    return found


def _message(fields: list[tuple[int, bytes | int]]) -> bytes:
    found = b""
    for tag, value in fields:
        found += _varint(tag)
        found += _varint(value) if isinstance(value, int) else _varint(len(value)) + value
    return found


def _damaged_message(rng: Rng, message: bytes, depth: int) -> bytes:
    """Damage one field, or a field of one that holds fields."""
    try:
        fields = _fields(message)
    except IndexError:
        fields = []
    if not fields or rng.random() < 0.2:
        return damaged_bytes(rng, message)
    at = rng.randrange(len(fields))
    tag, value = fields[at]
    kind = rng.randrange(6)
    if kind < 3 and isinstance(value, bytes) and depth:
        fields[at] = (tag, _damaged_message(rng, value, depth - 1))
    elif kind < 4:
        fields[at] = (
            (tag, rng.choice([0, 1, 2**31, 2**63 - 1, 2**64 - 1]))
            if isinstance(value, int)
            else (tag, value[: rng.randrange(len(value) + 1)])
        )
    elif kind == 4:
        del fields[at]
    else:
        fields.insert(rng.randrange(len(fields) + 1), fields[at])
    return _message(fields)


def damaged_pbf(rng: Rng, content: bytes) -> bytes:
    """Damage a block inside its packing, or lie about its size."""
    if rng.random() < 0.2:
        return damaged_bytes(rng, content)
    blocks = []
    at = 0
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        header = dict(_fields(content[at + 4 : at + 4 + size]))
        kind, length = header[10], header[24]
        assert isinstance(kind, bytes)
        assert isinstance(length, int)
        at += 4 + size + length
        blob = dict(_fields(content[at - length : at]))
        packed = blob.get(26)
        plain = zlib.decompress(packed) if isinstance(packed, bytes) else blob.get(10, b"")
        assert isinstance(plain, bytes)
        blocks.append((kind, plain))
    which = rng.randrange(len(blocks))
    found = b""
    for number, (kind, plain) in enumerate(blocks):
        if number == which:
            for _ in range(rng.choice([1, 1, 2, 6])):
                plain = _damaged_message(rng, plain, 4)
        size = rng.choice([0, 1, 2**25 + 1, 2**40]) if rng.random() < 0.05 else len(plain)
        packed = plain + b"\0" * (1 << 26) if rng.random() < 0.002 else plain
        form = rng.choice([26] * 30 + [34, 42, 50, 58])
        blob = _message([(16, size), (form, zlib.compress(packed, 1))])
        if rng.random() < 0.3:
            blob = _message([(10, plain)])
        header = _message([(10, kind), (24, len(blob))])
        found += len(header).to_bytes(4, "big") + header + blob
    return found


def damaged_database(rng: Rng, content: bytes, scratch: Path) -> bytes:
    """Damage a GeoPackage by statements, or its bytes."""
    if rng.random() < 0.3:
        return damaged_bytes(rng, content)
    path = scratch / "damaged.gpkg"
    path.write_bytes(content)
    found = re.search(rb"CREATE TABLE \"([a-z]+)\" \( \"fid\"", content)
    table = found.group(1).decode() if found else "edges"
    text = rng.choice(TEXTS).replace("'", "")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    view = f'DROP TABLE "{table}"; '
    code = f"organization_coordsys_id = {rng.choice([5698, 5720, 4978, 3857, 2154, 999999])}"
    columns = ("id", "name", "people", "geom", "class", "zone", "level")
    column = rng.choice(columns)
    statement = rng.choice(
        [
            f"UPDATE \"{table}\" SET {column} = CAST(x'ff00c328' AS TEXT)",
            f"UPDATE \"{table}\" SET {column} = '{text}'",
            f'UPDATE "{table}" SET {column} = {rng.choice(NUMBERS)}',
            f'UPDATE "{table}" SET geom = substr(geom, 1, {rng.randrange(70)}) WHERE fid = 2',
            f'UPDATE "{table}" SET geom = NULL WHERE fid = 1',
            f'UPDATE "{table}" SET geom = zeroblob({rng.choice([0, 8, 40, 10**7])}) WHERE fid = 1',
            f"UPDATE gpkg_geometry_columns SET srs_id = {rng.choice([-1, 0, 5698, 7])}",
            f"UPDATE gpkg_spatial_ref_sys SET organization = 'EPSG', {code}",
            f"UPDATE gpkg_spatial_ref_sys SET organization = 'x', definition = '{text}'",
            f"UPDATE gpkg_geometry_columns SET table_name = '{text}'",
            "UPDATE gpkg_geometry_columns SET column_name = 'none'",
            f"UPDATE gpkg_geometry_columns SET geometry_type_name = '{text}'",
            "DELETE FROM gpkg_contents",
            f'DELETE FROM "{table}"',
            f'ALTER TABLE "{table}" RENAME COLUMN id TO "{text or "x"}"',
            f'ALTER TABLE "{table}" DROP COLUMN {column}',
            f"{view}CREATE VIEW \"{table}\" AS {endless} SELECT i AS id, x'00' AS geom FROM n",
            f'{view}CREATE VIEW "{table}" AS {endless} SELECT count(*) AS id, 1 AS geom FROM n',
            f'{view}CREATE VIEW "{table}" AS SELECT hex(zeroblob(500000000)) AS id, 1 AS geom',
            f"{view}CREATE VIEW \"{table}\" AS SELECT load_extension('x') AS id, 1 AS geom",
        ]
    )
    try:
        for one in statement.split("; "):
            execute(path, one)
    except Exception:  # noqa: BLE001 - what the database itself refuses is damaged otherwise
        return damaged_bytes(rng, content)
    return path.read_bytes()


def damaged_parquet(rng: Rng, content: bytes) -> bytes:
    """Damage a Parquet file in its table, its metadata or its bytes."""
    if rng.random() < 0.4:
        return damaged_bytes(rng, content)
    table = pq.read_table(pa.BufferReader(content))
    return _written(_damaged_table(rng, table), arrow=False)


def damaged_arrow(rng: Rng, content: bytes) -> bytes:
    """Damage an Arrow file likewise."""
    if rng.random() < 0.4:
        return damaged_bytes(rng, content)
    return _written(_damaged_table(rng, pa.ipc.open_file(content).read_all()), arrow=True)


def _damaged_table(rng: Rng, table: pa.Table) -> pa.Table:
    metadata = dict(table.schema.metadata or {})
    for name in [name for name in (b"geo", b"placement-streets") if name in metadata]:
        if rng.random() < 0.5:
            tree = damaged_tree(rng, json.loads(metadata[name]))
            metadata[name] = json.dumps(tree).encode("utf-8", "surrogatepass")
            return table.replace_schema_metadata(metadata)
    at = rng.randrange(table.num_columns)
    name, column = table.column_names[at], table.column(at)
    kind = rng.randrange(6)
    if kind == 0:
        return table.drop_columns([name]).replace_schema_metadata(metadata)
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        cells = column.to_pylist()
        one = rng.randrange(len(cells))
        whole = cells[one] or b""
        cells[one] = rng.choice(
            [
                None,
                whole[: rng.randrange(len(whole) + 1)],
                damaged_bytes(rng, whole),
                _poked(rng, whole),
            ]
        )
        new = pa.array(cells, column.type)
    elif kind < 4:
        values = [any_value(rng) for _ in range(table.num_rows)]
        new = pa.array([None if isinstance(v, dict | list) else str(v) for v in values])
    else:
        new = pa.array([rng.choice([1e300, -1.0, float("nan"), 2.5])] * table.num_rows)
    return table.set_column(at, name, new).replace_schema_metadata(metadata)


def _poked(rng: Rng, whole: bytes) -> bytes:
    """Put a number of eight bytes in the place of another."""
    if len(whole) < 8:
        return whole
    at = rng.randrange(len(whole) // 8) * 8
    number = rng.choice([0, 1, 2**31, 2**40, 2**63 - 1, -1, -(2**62)])
    return whole[:at] + number.to_bytes(8, "little", signed=True) + whole[at + 8 :]


def _written(table: pa.Table, *, arrow: bool) -> bytes:
    sink = pa.BufferOutputStream()
    if arrow:
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    else:
        pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def damaged(rng: Rng, name: str, content: bytes, scratch: Path) -> bytes:
    """Damage a file of any kind, known by its suffix."""
    suffix = name.rpartition(".")[2]
    if suffix == "gpkg":
        return damaged_database(rng, content, scratch)
    if suffix == "gz":
        return damaged_packed(rng, content, gzip.decompress, lambda text: gzip.compress(text, 1))
    if suffix == "bz2":
        return damaged_packed(rng, content, bz2.decompress, lambda text: bz2.compress(text, 1))
    way = {
        "geojson": damaged_json, "toml": damaged_toml, "csv": damaged_csv, "osm": damaged_xml,
        "pbf": damaged_pbf, "parquet": damaged_parquet, "arrow": damaged_arrow,
    }[suffix]  # fmt: skip
    return way(rng, content)
