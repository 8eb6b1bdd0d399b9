"""Who can walk to whom within a limit: bounded searches from many sources at once."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from placement.compiled import compiled
from placement.errors import UsageError
from placement.streets.network import Streets
from placement.streets.snap import Snapped

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Ints32 = NDArray[np.int32]

#: Share of the limit by which a walk may exceed it: a walk of exactly the limit must count,
#: whatever the last bits of a sum of times.
TOLERANCE = 1e-9
#: Sources a thread takes at a time.
_CHUNK = 512
#: Sources searched first, to tell how much there will be to write down.
_PILOT = 64


def walking_times(
    streets: Streets,
    sources: Snapped,
    targets: Snapped,
    *,
    limit_s: float,
    outward: bool,
    threads: int | None = 1,
    ordered: bool = True,
) -> csr_array:
    """Return the walking seconds between sources and targets, as far as they are within a limit.

    Walks begin and end on edges, at the fraction the points were snapped to, and count both
    points' way to the street. Two points on one edge also see each other directly along it.

    Parameters
    ----------
    streets
        The network.
    sources
        S snapped points; those not snapped reach nothing.
    targets
        T snapped points.
    limit_s
        Longest walk, inclusive.
    outward
        True: from source to target; False: from target to source.
    threads
        How many; None takes every processor. The result does not depend on it.
    ordered
        Put each row's columns in ascending order; without, they come as the search meets them
        (the same each time), a fifth sooner.

    Returns
    -------
    scipy.sparse.csr_array
        (S, T) float64 seconds; a walk of no time is stored as a zero.

    Raises
    ------
    UsageError
        Where the limit is no number ≥ 0.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numer. Math. 1.
    """
    if not (np.isfinite(limit_s) and limit_s >= 0):
        raise UsageError(f"a walking limit of {limit_s} s cannot be; give a number from 0.")
    shape = (len(sources.edge), len(targets.edge))
    if streets.n_edges == 0:
        return csr_array(shape, dtype=np.float64)
    bound = limit_s * (1.0 + TOLERANCE)
    if outward:
        network = (streets.first, streets.head, streets.walk_s, streets.half_edge)
        along, against = streets.forward_s, streets.backward_s
    else:
        network = streets.reversed_half_edges
        along, against = streets.backward_s, streets.forward_s
    at_node = _at_closed_ends(targets, streets.edge_tail, streets.edge_head, along, against)
    node_order, node_first = grouped(at_node, streets.n_nodes)
    on_edge = np.where(at_node < 0, targets.edge, -1)
    target_order, target_first = grouped(on_edge, streets.n_edges)
    # closed is endless now, and what stood where endless times nothing matters stands at nodes
    tail_first, along, against = streets.search_tables
    if not outward:
        along, against = against, along
    # neighbours search the same streets: taking them one after another keeps those in cache
    turn = np.argsort(sources.edge, kind="stable")
    turn = turn[sources.edge[turn] >= 0]
    count = (os.cpu_count() or 1) if threads is None else max(1, threads)
    step = max(_CHUNK, streets.n_nodes // 256)  # each chunk pays once for a table of all nodes
    if count == 1:
        step = max(len(turn), 1)
    chunks = [turn[i : i + step] for i in range(0, len(turn), step)]
    fraction, access = targets.fraction[target_order], targets.access_s[target_order]
    room = 4096

    def run(chunk: Ints) -> tuple[Ints, Ints32, Floats]:
        return _search(
            *network,
            streets.edge_tail,
            streets.edge_head,
            tail_first,
            along,
            against,
            chunk,
            sources.edge,
            sources.fraction,
            sources.access_s,
            target_first,
            target_order,
            fraction,
            access,
            node_first,
            node_order,
            targets.access_s,
            bound,
            room,
        )

    if len(turn) > _CHUNK:
        # memory that is not written to costs nothing; to grow while searching does
        sample = turn[:: len(turn) // _PILOT + 1]
        room += int(1.3 * len(chunks[0]) * len(run(sample)[1]) / len(sample))
    if count == 1 or len(chunks) < 2:
        found = [run(chunk) for chunk in chunks]
    else:
        with ThreadPoolExecutor(count) as pool:
            found = list(pool.map(run, chunks))
    result = _joined(shape, chunks, found)
    if ordered:
        result.sort_indices()
    return result


def _joined(
    shape: tuple[int, int], chunks: list[Ints], found: list[tuple[Ints, Ints32, Floats]]
) -> csr_array:
    """Put the chunks' rows where they belong; lets go of the chunks on the way."""
    size = np.zeros(shape[0], np.int64)
    for chunk, (sizes, _, _) in zip(chunks, found, strict=True):
        size[chunk] = sizes
    indptr = np.zeros(shape[0] + 1, np.int64)
    np.cumsum(size, out=indptr[1:])
    if len(chunks) == 1 and (np.diff(chunks[0]) > 0).all():
        _, column, seconds = found.pop()  # they are where they belong
    else:
        column = np.empty(indptr[-1], np.int32)
        seconds = np.empty(indptr[-1], np.float64)
        found.reverse()
        for chunk in chunks:
            _place(indptr, chunk, *found.pop(), column, seconds)
    if indptr[-1] < np.iinfo(np.int32).max:
        indptr = indptr.astype(np.int32)  # as scipy wants it, or it copies the columns
    return csr_array((seconds, column, indptr), shape=shape)


def _at_closed_ends(
    targets: Snapped, tail: Ints32, head: Ints32, along: Floats, against: Floats
) -> Ints:
    """Return the node of targets at an end of an edge that is closed from there, else −1.

    They stand at the junction, and whoever gets there by another street has reached them.
    """
    edge, fraction = targets.edge, targets.fraction
    at_tail = (edge >= 0) & (fraction == 0.0) & np.isnan(along[edge])
    at_head = (edge >= 0) & (fraction == 1.0) & np.isnan(against[edge])
    return np.where(at_tail, tail[edge], np.where(at_head, head[edge], -1)).astype(np.int64)


@compiled
def grouped(group: Ints, count: int) -> tuple[Ints32, Ints]:
    """Sort items by their group, in their own order within it.

    Parameters
    ----------
    group
        (T,) int64, −1 for items that are left out.
    count
        Number of groups G.

    Returns
    -------
    order, first
        The items by group, and (G + 1,) int64 where each group's items start.
    """
    first = np.zeros(count + 1, np.int64)
    for t in range(group.size):
        if group[t] >= 0:
            first[group[t] + 1] += 1
    for g in range(count):
        first[g + 1] += first[g]
    fill = first[:-1].copy()
    order = np.empty(first[count], np.int32)
    for t in range(group.size):
        if group[t] >= 0:
            order[fill[group[t]]] = t
            fill[group[t]] += 1
    return order, first


@compiled
def _part(share: float, whole: float) -> float:
    """Return the time for part of an edge: none for none of it, even where it is closed."""
    return 0.0 if share == 0.0 else share * whole


@compiled
def _place(  # noqa: PLR0917 - compiled
    indptr: Ints,
    chunk: Ints,
    sizes: Ints,
    columns: Ints32,
    values: Floats,
    column: Ints32,
    seconds: Floats,
) -> None:
    """Copy a chunk's rows to where they belong in the whole."""
    begin = 0
    for i in range(chunk.size):
        at = indptr[chunk[i]]
        for k in range(sizes[i]):
            column[at + k] = columns[begin + k]
            seconds[at + k] = values[begin + k]
        begin += sizes[i]


@compiled
def _push(keys: Floats, nodes: Ints32, size: int, key: float, node: int) -> None:
    """Sift a new entry up a binary heap that holds `size` entries before it."""
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if keys[parent] <= key:
            break
        keys[i] = keys[parent]
        nodes[i] = nodes[parent]
        i = parent
    keys[i] = key
    nodes[i] = node


@compiled
def _pop(keys: Floats, nodes: Ints32, size: int) -> None:
    """Remove the least entry of a binary heap that holds `size` entries."""
    last = size - 1
    key, node = keys[last], nodes[last]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= last:
            break
        if child + 1 < last and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[i] = keys[child]
        nodes[i] = nodes[child]
        i = child
    keys[i] = key
    nodes[i] = node


@compiled
def _search(  # noqa: C901, PLR0912, PLR0915, PLR0917 - one loop, compiled
    first: Ints,
    head: Ints32,
    walk_s: Floats,
    half_edge: Ints32,
    edge_tail: Ints32,
    edge_head: Ints32,
    tail_first: Ints,
    along: Floats,
    against: Floats,
    chunk: Ints,
    source_edge: Ints,
    source_fraction: Floats,
    source_access: Floats,
    target_first: Ints,
    target_order: Ints32,
    target_fraction: Floats,
    target_access: Floats,
    node_first: Ints,
    node_order: Ints32,
    access: Floats,
    bound: float,
    room: int,
) -> tuple[Ints, Ints32, Floats]:
    """Search from each source of a chunk; return the sizes of their rows and the rows."""
    time = np.full(first.size - 1, np.inf)
    keys = np.empty(256, np.float64)
    nodes = np.empty(256, np.int32)
    touched = np.empty(256, np.int32)
    sizes = np.zeros(chunk.size, np.int64)
    columns = np.empty(room, np.int32)
    values = np.empty(room, np.float64)
    filled = 0
    for row in range(chunk.size):
        s = chunk[row]
        own = source_edge[s]
        at = source_fraction[s]
        begin = filled
        heap = 0
        reached = 0
        for side in range(2):
            if side == 0:
                node = edge_tail[own]
                start = source_access[s] + _part(at, against[own])
            else:
                node = edge_head[own]
                start = source_access[s] + _part(1.0 - at, along[own])
            if start <= bound and start < time[node]:
                if time[node] == np.inf:
                    touched[reached] = node
                    reached += 1
                time[node] = start
                _push(keys, nodes, heap, start, node)
                heap += 1
        while heap > 0:
            now, u = keys[0], nodes[0]
            _pop(keys, nodes, heap)
            heap -= 1
            if now > time[u]:
                continue
            for k in range(first[u], first[u + 1]):
                v = head[k]
                then = now + walk_s[k]
                if then <= bound and then < time[v]:
                    if time[v] == np.inf:
                        if reached == touched.size:
                            touched = _longer_int(touched)
                        touched[reached] = v
                        reached += 1
                    time[v] = then
                    if heap == keys.size:
                        keys = _longer_float(keys)
                        nodes = _longer_int(nodes)
                    _push(keys, nodes, heap, then, v)
                    heap += 1
        # each edge is told from its tail, both ends in view: edges of one tail lie side by side
        for i in range(-1, reached):
            e_from, e_to = own, own + 1
            if i >= 0:
                e_from, e_to = tail_first[touched[i]], tail_first[touched[i] + 1]
            room = target_first[e_to] - target_first[e_from]
            while filled + room > columns.size:
                columns = _longer_int(columns)
                values = _longer_float(values)
            for e in range(e_from, e_to):
                if e == own and i >= 0:
                    continue
                tail_s, head_s = time[edge_tail[e]], time[edge_head[e]]
                out, back = along[e], against[e]
                for t in range(target_first[e], target_first[e + 1]):
                    f = target_fraction[t]
                    best = min(tail_s + f * out, head_s + (1.0 - f) * back)
                    if i < 0:
                        # the source's own edge: straight along it, too
                        if f >= at:
                            best = min(best, source_access[s] + _part(f - at, out))
                        if f <= at:
                            best = min(best, source_access[s] + _part(at - f, back))
                    best += target_access[t]
                    # written whether or not it counts: no branch to guess wrong
                    columns[filled] = target_order[t]
                    values[filled] = best
                    filled += best <= bound
        # at the rim: edges entered at their head whose tail is out of reach
        for i in range(reached):
            u = touched[i]
            for k in range(first[u], first[u + 1]):
                e = half_edge[k]
                if time[head[k]] < np.inf or edge_head[e] != u or e == own:
                    continue
                while filled + target_first[e + 1] - target_first[e] > columns.size:
                    columns = _longer_int(columns)
                    values = _longer_float(values)
                for t in range(target_first[e], target_first[e + 1]):
                    best = time[u] + (1.0 - target_fraction[t]) * against[e] + target_access[t]
                    columns[filled] = target_order[t]
                    values[filled] = best
                    filled += best <= bound
        if node_order.size > 0:
            for i in range(reached):
                u = touched[i]
                for k in range(node_first[u], node_first[u + 1]):
                    best = time[u] + access[node_order[k]]
                    if best <= bound:
                        if filled == columns.size:
                            columns = _longer_int(columns)
                            values = _longer_float(values)
                        columns[filled] = node_order[k]
                        values[filled] = best
                        filled += 1
        sizes[row] = filled - begin
        for i in range(reached):
            time[touched[i]] = np.inf
    return sizes, columns[:filled], values[:filled]


@compiled
def _longer_int(array: Ints32) -> Ints32:
    result = np.empty(2 * array.size, np.int32)
    for i in range(array.size):
        result[i] = array[i]
    return result


@compiled
def _longer_float(array: Floats) -> Floats:
    result = np.empty(2 * array.size, np.float64)
    for i in range(array.size):
        result[i] = array[i]
    return result
