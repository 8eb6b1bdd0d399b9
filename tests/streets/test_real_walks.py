"""Walks between random junctions of real cities, against a graph written from the documentation."""

import functools
import os
import random
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from scipy.sparse.csgraph import dijkstra

from placement.globe import transformer
from placement.streets import read_streets, snap, walking_times
from tests.amount import cases
from tests.streets.real_walks import stand, surface_of, walking_graph

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
    graph, place, ends, _ = graph_of(file)
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


@pytest.mark.slow
@pytest.mark.parametrize("city", cases(("helsinki", "monaco"), tuple(CITIES)))
def test_walks_of_people_on_the_squares_of_a_city_are_those_of_what_they_see(city: str) -> None:
    """To junctions anywhere, and to one another, on the same square or not."""
    file = CITIES[city]
    if not file.exists():
        pytest.skip(f"{file.name} is not here")
    graph, place, ends, squares = graph_of(file)
    place = dict(place)
    streets = read_streets(file, crs=None)
    main = max(nx.strongly_connected_components(graph), key=len)
    graph = graph.subgraph(main).copy()
    junctions = sorted(node for node in main - ends if len(graph[node]) > 2)
    joined = [rings for rings in squares if any(ref in main for ring in rings for ref, _ in ring)]
    if not joined:
        pytest.skip("no square on the ground is joined to the streets")
    draw, many = random.Random(15), 67
    chosen = draw.choices(joined, k=many)
    people, beside = (
        {first - n: someone(rings, draw) for n, rings in enumerate(chosen)}
        for first in (-1, -1 - many)
    )
    stand(graph, place, squares, people | beside)
    there = [*people, *draw.choices(junctions, k=many), *people]
    back = [*draw.choices(junctions, k=many), *((one,) for one in [*people, *beside])]
    to_plane = transformer("OGC:CRS84", streets.crs).transform
    snapped = [
        snap(streets, np.column_stack(to_plane(*np.array([place[node] for node in some]).T)))
        for some in (there, back)
    ]
    found = walking_times(streets, *snapped, limit_s=1e5, outward=True).toarray().diagonal()
    ways = shortest(graph, there, back)
    for one, other, seconds, (wanted, _) in zip(there, back, found, ways, strict=True):
        assert seconds == pytest.approx(wanted, rel=0.01, abs=0.1), (one, other)


@functools.cache
def graph_of(file: Path) -> tuple:
    """The graph of a city, read once for all tests."""
    return walking_graph(file)


def someone(rings: list, draw: random.Random) -> tuple[float, float]:
    """A place on a square."""
    surface = surface_of(rings)
    west, south, east, north = surface.bounds
    while True:
        at = draw.uniform(west, east), draw.uniform(south, north)
        if surface.contains(shapely.Point(at)):
            return at


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
