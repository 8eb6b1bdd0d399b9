"""The inside of PBF blocks, decoded in compiled loops: ways, relations and nodes of a group.

Whatever the bytes say, nothing is read outside the block: what cannot be is a `ValueError`.
"""

from typing import NamedTuple

import numpy as np

from placement.arrays import Bytes, Ints, Ints32
from placement.compiled import compiled, part_of_compiled

#: Most ways or relations of a group: the format asks for 8,000, and two bytes can claim to be one.
MOST_THINGS = 1_000_000


class Ways(NamedTuple):
    """Ways of one group; tags are positions in the block's strings, −1 where there is none."""

    id: Ints
    first: Ints
    ref: Ints
    tag: Ints32


@compiled
def matched(data: Bytes, strings: Ints, keys: Bytes, first: Ints) -> Ints32:
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


@part_of_compiled
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


@part_of_compiled
def _signed(value: int) -> int:
    """Undo the zigzag of signed numbers."""
    return int(((value >> 1) & np.int64(0x7FFFFFFFFFFFFFFF)) ^ -(value & 1))


@part_of_compiled
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


@part_of_compiled
def _count(data: Bytes, begin: int, end: int) -> int:
    """Count the numbers in a packed field."""
    count = 0
    for i in range(begin, end):
        if data[i] < 128:
            count += 1
    return count


@compiled
def open_block(  # noqa: C901, PLR0912 - one loop, compiled
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
def read_ways(  # noqa: C901, PLR0912, PLR0915 - one loop, compiled
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
    if n_ways > MOST_THINGS:
        raise ValueError("a block holds more ways than a block can")
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
    if count > MOST_THINGS:
        raise ValueError("a block holds more relations than a block can")
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
def read_nodes(  # noqa: C901, PLR0912, PLR0915 - one loop, compiled
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
