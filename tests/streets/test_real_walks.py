"""Walks between random junctions of real cities, against a graph written from the documentation."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra

from placement.globe import transformer
from placement.streets import read_streets, snap, walking_times
from tests.amount import cases
from tests.streets.real_walks import walking_graph

DATA = Path(os.environ.get("PLACEMENT_DATA", Path(__file__).parents[3] / "shared" / "data"))
CITIES = {
    "helsinki": DATA / "Helsinki.osm.pbf",
    "monaco": DATA / "cities" / "monaco.osm.gz",
    "paris": DATA / "paris" / "paris_seine.osm.pbf",
    "porto": DATA / "cities" / "porto.osm.pbf",
}


@pytest.mark.slow
@pytest.mark.parametrize("city", cases(("helsinki", "monaco"), tuple(CITIES)))
def test_random_walks_of_a_city_are_those_of_an_independent_graph(city: str) -> None:
    file = CITIES[city]
    if not file.exists():
        pytest.skip(f"{file.name} is not here")
    graph, place, ends = walking_graph(file)
    streets = read_streets(file, crs=None)
    main = max(nx.strongly_connected_components(graph), key=len)
    junctions = sorted(
        node
        for node in main - ends
        if len({*graph.successors(node), *graph.predecessors(node)}) > 2
    )
    draw, many = random.Random(15), 67
    there, back = (draw.choices(junctions, k=many) for _ in range(2))
    to_plane = transformer("OGC:CRS84", streets.crs).transform
    snapped = [
        snap(streets, np.column_stack(to_plane(*np.array([place[node] for node in some]).T)))
        for some in (there, back)
    ]
    found = walking_times(streets, *snapped, limit_s=1e5, outward=True).toarray().diagonal()
    crossing = 0
    ways = shortest(graph, there, back)
    for one, other, seconds, (wanted, free) in zip(there, back, found, ways, strict=True):
        assert seconds == pytest.approx(wanted, abs=0.01 * wanted if free else 0.1), (one, other)
        crossing += free
    assert crossing > 0 or city == "paris"  # its extract has three squares, none on these ways


def shortest(graph: nx.DiGraph, there: list[int], back: list[int]) -> Iterator[tuple[float, bool]]:
    """Yield the shortest walk of each pair, and whether it crosses a square or takes a lift."""
    nodes = list(graph)
    number = {node: at for at, node in enumerate(nodes)}
    matrix = nx.to_scipy_sparse_array(graph, nodelist=nodes, weight="weight", format="csr")
    starts = [number[node] for node in there]
    far, before = dijkstra(matrix, indices=starts, return_predecessors=True)
    for row, other in enumerate(back):
        at, free = number[other], False
        while at != starts[row]:
            free |= graph.edges[nodes[before[row, at]], nodes[at]]["free"]
            at = before[row, at]
        yield float(far[row, number[other]]), free
