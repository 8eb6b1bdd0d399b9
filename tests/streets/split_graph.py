"""The oracle: every point becomes a node of its own on an explicitly split graph, for scipy."""

from collections.abc import Iterator
from itertools import combinations, pairwise, product

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from placement.streets import Snapped, Streets


def all_times(streets: Streets, sources: Snapped, targets: Snapped) -> NDArray[np.float64]:
    """Seconds from each source to each target, (S, T), infinite where there is no way.

    Edges are cut at every point; points at one place of an edge, closed or not, are joined. Who
    stands on a square is joined to its corners and to the others on it, where shapely lets them see
    one another.
    """
    tail, head, seconds = [], [], []
    count = streets.n_nodes
    numbers, own = [], []
    for points in (sources, targets):
        numbers.append(count + np.arange(len(points)))
        own.append(count + len(points) + np.arange(len(points)))
        count += 2 * len(points)
        for on_edge_, one, access_s in zip(numbers[-1], own[-1], points.access_s, strict=True):
            tail += [one, on_edge_]
            head += [on_edge_, one]
            seconds += [access_s, access_s]
    for a, b, straight in straight_walks(streets, (sources, own[0]), (targets, own[1])):
        tail += [a, b]
        head += [b, a]
        seconds += [straight, straight]
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
    found = dijkstra(graph, indices=own[0])[:, own[1]]
    found[sources.edge < 0] = np.inf
    found[:, targets.edge < 0] = np.inf
    return np.asarray(found)


def straight_walks(
    streets: Streets, *points: tuple[Snapped, NDArray[np.int64]]
) -> Iterator[tuple[int, int, float]]:
    """Yield who sees whom or which junction on a square, by their numbers, and the seconds."""
    scale = shapely.length(streets.edge_lines()).sum() / streets.length_m.sum()
    sights = [(each.sight, own) for each, own in points if each.sight is not None]
    people = [(xy, int(n)) for one, own in sights for xy, n in zip(one.xy, own, strict=True)]
    nodes = [(xy, n) for n, xy in enumerate(streets.node_xy)]
    for shape in streets.squares.shape:
        grown = shape.buffer(0.01, join_style="mitre")
        corners = {tuple(xy) for xy in shapely.get_coordinates(shape).tolist()}
        ends = [(xy, n) for xy, n in nodes if tuple(xy.tolist()) in corners]
        here = [(xy, n) for xy, n in people if grown.covers(shapely.Point(xy))]
        for (xy, one), (to, other) in [*product(here, ends), *combinations(here, 2)]:
            line = shapely.LineString([xy, to])
            if grown.covers(line):
                yield one, other, line.length / scale / streets.speed_m_s
