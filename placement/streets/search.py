"""Who can walk to whom within a limit: bounded searches from many sources at once."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from placement.arrays import Floats, Ints, Ints32
from placement.compiled import compiled
from placement.errors import UsageError
from placement.streets.bounded import Sources, Targets, Ways, Workspace, search_rows, workspace
from placement.streets.graph import grouped
from placement.streets.network import Streets
from placement.streets.sight import in_sight
from placement.streets.snap import Snapped

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
    points' way to the street. Two points on one edge also see each other directly along it. Who
    stands on a square begins and ends by any junction in sight, and walks straight to whoever is.

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
        Where the limit is not a number ≥ 0.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numer. Math. 1.
    """
    if not (np.isfinite(limit_s) and limit_s >= 0):
        raise UsageError(f"a walking limit of {limit_s} s cannot be; give a number from 0.")
    shape = (len(sources.edge), len(targets.edge))
    if streets.n_edges == 0:
        return csr_array(shape, dtype=np.float64)
    ways, to = _tables(streets, targets, outward=outward)
    # neighbours search the same streets: taking them one after another keeps those in cache
    turn = np.argsort(sources.edge, kind="stable")
    turn = turn[sources.edge[turn] >= 0]
    count = (os.cpu_count() or 1) if threads is None else max(1, threads)
    step = max(len(turn), 1) if count == 1 else _CHUNK
    chunks = [turn[i : i + step] for i in range(0, len(turn), step)]
    bits = max(1, (shape[1] - 1).bit_length()) if ordered else 0
    spare: list[Workspace] = []
    bound = limit_s * (1.0 + TOLERANCE)
    seen = in_sight(streets, sources.sight, targets.sight, within_s=bound)

    def run(chunk: Ints, room: int) -> tuple[Ints, Ints32, Floats]:
        work = spare.pop() if spare else workspace(streets.n_nodes, len(ways.head), shape[1])
        start = _starts(sources.take(chunk), None if seen is None else seen[chunk])
        found = _rows(ways, to, start, bound, bits, work, room)
        spare.append(work)
        return found

    room = 4096
    if len(turn) > _CHUNK:
        # memory that is not written to costs nothing; to grow while searching does
        sample = turn[:: len(turn) // _PILOT + 1]
        room += int(1.3 * len(chunks[0]) * len(run(sample, room)[1]) / len(sample))
    with ThreadPoolExecutor(count) as pool:
        found = list((map if count == 1 else pool.map)(run, chunks, [room] * len(chunks)))
    result = _joined(shape, chunks, found)
    if ordered:
        result.has_sorted_indices = True
    return result


def _tables(streets: Streets, targets: Snapped, *, outward: bool) -> tuple[Ways, Targets]:
    """Lay out the network in the direction that is searched, and the targets by their edge."""
    if outward:
        network = (streets.first, streets.head, streets.walk_s, streets.half_edge)
        along, against = streets.forward_s, streets.backward_s
    else:
        network = streets.reversed_half_edges
        along, against = streets.backward_s, streets.forward_s
    at_node = _at_closed_ends(targets, streets.edge_tail, streets.edge_head, along, against)
    target, node, seconds = np.arange(len(targets)), at_node, targets.access_s
    if targets.sight is not None:
        doors = targets.sight.doors
        target = np.concatenate([target, np.repeat(target, np.diff(doors.indptr))])
        node = np.concatenate([node, doors.indices])
        seconds = np.concatenate([seconds, doors.data])
    node_order, node_first = grouped(node, streets.n_nodes)
    order, first = grouped(np.where(at_node < 0, targets.edge, -1), streets.n_edges)
    # closed is endless now, and what stood where endless times nothing matters stands at nodes
    tail_first, along, against = streets.search_tables
    if not outward:
        along, against = against, along
    ways = Ways(*network, streets.edge_tail, streets.edge_head, tail_first, along, against)
    fraction, access = targets.fraction, targets.access_s
    return ways, Targets(
        first, order, fraction[order], access[order], node_first,
        target[node_order].astype(np.int32), seconds[node_order], targets.sight is not None,
    )  # fmt: skip


def _starts(chunk: Snapped, seen: csr_array | None) -> Sources:
    """Lay out sources, the junctions they see and the targets they see."""
    none = np.zeros(len(chunk) + 1, np.int64), np.zeros(0, np.int64), np.zeros(0)
    tables = (None if chunk.sight is None else chunk.sight.doors, seen)
    doors, others = (
        none if table is None else (
            table.indptr.astype(np.int64), table.indices.astype(np.int64), np.array(table.data),
        )
        for table in tables
    )  # fmt: skip
    return Sources(
        np.array(chunk.edge), np.array(chunk.fraction), np.array(chunk.access_s), *doors, *others
    )


def _rows(
    ways: Ways, targets: Targets, start: Sources, bound: float, bits: int, work: Workspace,
    room: int,
) -> tuple[Ints, Ints32, Floats]:  # fmt: skip
    """Search from each source of a chunk; return the sizes of their rows and the rows."""
    sizes = np.empty(len(start.edge), np.int64)
    columns, values = np.empty(room, np.int32), np.empty(room, np.float64)
    done = filled = 0
    while True:
        done, filled = search_rows(
            ways, targets, start, bound, bits, work, done, filled, sizes, columns, values
        )
        if done == len(sizes):
            return sizes, columns[:filled], values[:filled]
        columns, values = _longer(columns, filled), _longer(values, filled)


def _longer[T: (np.int32, np.float64)](array: NDArray[T], filled: int) -> NDArray[T]:
    """Return twice the room, with what is written so far."""
    result = np.empty(2 * len(array), array.dtype)
    result[:filled] = array[:filled]
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
def _place(
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
