"""Edges as a graph: half-edges by the node they leave, and their connected parts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from placement.arrays import Floats, Ints, Ints32


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
    item = np.flatnonzero(group >= 0).astype(np.int32)
    shape = (count, len(group))
    # counting sort in compiled code: by rows, in the order of the entries
    rows = coo_array((np.ones(len(item), np.bool_), (group[item], item)), shape=shape).tocsr()
    return rows.indices.astype(np.int32, copy=False), rows.indptr.astype(np.int64)


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
    closed, away = np.isnan(forward_s), np.isnan(backward_s)
    leaves = np.empty((len(tail), 2), np.int64)
    leaves[:, 0] = np.where(closed, -1, tail)
    leaves[:, 1] = np.where(away | ((tail == head) & ~closed), -1, head)
    order, first = grouped(leaves.ravel(), n_nodes)
    edge, back = order >> 1, (order & 1).astype(np.bool_)
    return (
        first,
        np.where(back, tail[edge], head[edge]),
        np.where(back, backward_s[edge], forward_s[edge]),
        edge,
    )
