"""Edges as a graph: half-edges by the node they leave, and what hangs together."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from placement.compiled import compiled

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


def connected_parts(
    tail: "NDArray[np.integer[Any]]", head: "NDArray[np.integer[Any]]", count: int
) -> NDArray[np.int32]:
    """Return the connected parts, numbered by falling count of nodes, ties by the lowest node.

    Parameters
    ----------
    tail, head
        (E,) ends of the edges.
    count
        Number of nodes V.

    Returns
    -------
    ndarray
        (V,) int32.
    """
    graph = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(count, count)).tocsr()
    parts, label = connected_components(graph, directed=False)
    size = np.bincount(label, minlength=parts)
    lowest = np.full(parts, count)
    np.minimum.at(lowest, label, np.arange(count))
    rank = np.empty(parts, np.int32)
    rank[np.lexsort((lowest, -size))] = np.arange(parts, dtype=np.int32)
    result: NDArray[np.int32] = rank[label]
    return result


@compiled
def half_edges(
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    forward_s: Floats,
    backward_s: Floats,
    n_nodes: int,
) -> tuple[Ints, NDArray[np.int32], Floats, NDArray[np.int32]]:
    """Sort edges into half-edges by the node they leave.

    A loop stands once at its node, for who lives on it; no way through is shorter for it.

    Parameters
    ----------
    tail, head
        (E,) int32.
    forward_s, backward_s
        (E,) float64, NaN where not walkable that way.
    n_nodes
        Number of nodes V.

    Returns
    -------
    first, head, walk_s, half_edge
        (V + 1,) int64, (H,) int32, (H,) float64, (H,) int32.
    """
    first = np.zeros(n_nodes + 1, np.int64)
    for e in range(tail.size):
        out, back = not np.isnan(forward_s[e]), not np.isnan(backward_s[e])
        loop = tail[e] == head[e]
        if out:
            first[tail[e] + 1] += 1
        if back and not (loop and out):
            first[head[e] + 1] += 1
    for v in range(n_nodes):
        first[v + 1] += first[v]
    fill = first[:-1].copy()
    total = first[n_nodes]
    to = np.empty(total, np.int32)
    seconds = np.empty(total, np.float64)
    edge = np.empty(total, np.int32)
    for e in range(tail.size):
        out, back = not np.isnan(forward_s[e]), not np.isnan(backward_s[e])
        loop = tail[e] == head[e]
        if out:
            k = fill[tail[e]]
            fill[tail[e]] += 1
            to[k] = head[e]
            seconds[k] = forward_s[e]
            edge[k] = e
        if back and not (loop and out):
            k = fill[head[e]]
            fill[head[e]] += 1
            to[k] = tail[e]
            seconds[k] = backward_s[e]
            edge[k] = e
    return first, to, seconds, edge
