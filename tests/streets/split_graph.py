"""The oracle: every point becomes a node of its own on an explicitly split graph, for scipy."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from placement.streets import Snapped, Streets


def all_times(streets: Streets, sources: Snapped, targets: Snapped) -> NDArray[np.float64]:
    """Seconds from each source to each target, (S, T), infinite where there is no way.

    Edges are cut at every point; points at one place of an edge, closed or not, are joined.
    """
    tail, head, seconds = [], [], []
    count = streets.n_nodes
    numbers = []
    for points in (sources, targets):
        numbers.append(count + np.arange(len(points)))
        count += len(points)
    on_edge: dict[int, list[tuple[float, int]]] = {}
    for points, number in zip((sources, targets), numbers, strict=True):
        for i, edge in enumerate(points.edge):
            if edge >= 0:
                on_edge.setdefault(int(edge), []).append(
                    (float(points.fraction[i]), int(number[i]))
                )
    for edge in range(streets.n_edges):
        stops = [(0.0, int(streets.edge_tail[edge]))]
        stops += sorted(on_edge.get(edge, []))
        stops += [(1.0, int(streets.edge_head[edge]))]
        for (f, a), (g, b) in pairwise(stops):
            for u, v, whole in (
                (a, b, streets.forward_s[edge]),
                (b, a, streets.backward_s[edge]),
            ):
                if g == f or not np.isnan(whole):
                    tail.append(u)
                    head.append(v)
                    seconds.append(0.0 if g == f else (g - f) * whole)
    # scipy would add parallel edges up; a stored zero is a walk of no time
    order = np.lexsort((seconds, head, tail))
    t, h, s = np.array(tail)[order], np.array(head)[order], np.array(seconds)[order]
    new = np.concatenate([[True], (np.diff(t) != 0) | (np.diff(h) != 0)])
    graph = coo_array((s[new], (t[new], h[new])), shape=(count, count)).tocsr()
    found = dijkstra(graph, indices=numbers[0])[:, numbers[1]]
    found = found + sources.access_s[:, None] + targets.access_s[None, :]
    found[sources.edge < 0] = np.inf
    found[:, targets.edge < 0] = np.inf
    return np.asarray(found)
