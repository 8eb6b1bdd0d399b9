"""Squares are crossed as straight as their surface allows: against a visibility graph."""

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from scipy.sparse.csgraph import dijkstra

from placement.streets import Streets, snap, walking_times
from tests.streets.draw import at, osm_xml, read_osm_text
from tests.streets.split_graph import all_times

type Ring = list[tuple[float, float]]
SQUARE: Ring = [(0, 0), (300, 0), (300, 300), (0, 300)]


def square(
    folder: Path, outline: Ring, holes: list[Ring], entries: list[tuple[float, float]]
) -> Streets:
    """A pedestrian multipolygon; a street leads outwards from each entry, a corner of it."""
    nodes: dict[int, Any] = {}
    ways: dict[int, Any] = {}
    members = []
    for number, ring in enumerate([outline, *holes], start=1):
        ids = [100 * number + i for i in range(len(ring))]
        nodes |= dict(zip(ids, ring, strict=True))
        ways[number] = ([*ids, ids[0]], {})
        members.append((number, "outer" if number == 1 else "inner"))
    for number, (x, y) in enumerate(entries, start=1):
        corner = 100 + outline.index((x, y))
        nodes[9000 + number] = (x + np.sign(x - 100) * 20 or x - 20, y + (20 if y > 0 else -20))
        ways[50 + number] = ([corner, 9000 + number], {"highway": "residential"})
    tags = {"type": "multipolygon", "highway": "pedestrian"}
    return read_osm_text(folder, osm_xml(nodes, ways, {1: (members, tags)}))


def metres(streets: Streets, one: tuple[float, float], other: tuple[float, float]) -> float:
    """The walk; the search and the split graph agree on it."""
    ends = [snap(streets, at(place), max_m=0.5) for place in (one, other)]
    found = walking_times(streets, *ends, limit_s=1e5, outward=True).toarray()[0, 0]
    assert found == pytest.approx(all_times(streets, *ends)[0, 0], abs=1e-6)
    # drawn in the plane, measured on the ellipsoid
    scale = streets.length_m.sum() / shapely.length(streets.edge_lines()).sum()
    return float(found * 1.34 / scale)


def in_sight(surface: shapely.Geometry, one: Any, other: Any) -> float:
    """The oracle: the shortest way over all corners that see one another."""
    corners = [one, other, *shapely.get_coordinates(surface).tolist()]
    far = np.full((len(corners), len(corners)), np.inf)
    grown = surface.buffer(1e-6)
    for a, b in combinations(range(len(corners)), 2):
        line = shapely.LineString([corners[a], corners[b]])
        if grown.covers(line):
            far[a, b] = far[b, a] = line.length
    np.fill_diagonal(far, 0.0)
    return float(dijkstra(np.where(np.isinf(far), 0.0, far), indices=0)[1])


def test_a_hole_sends_nobody_round_the_outline(tmp_path: Path) -> None:
    hole = [(148, 148), (152, 148), (152, 152), (148, 152)]
    streets = square(tmp_path, SQUARE, [hole], [(0, 0), (300, 300)])
    assert metres(streets, (0, 0), (300, 300)) == pytest.approx(424.3, abs=0.5)


def test_an_l_shape_is_cut_at_its_corner(tmp_path: Path) -> None:
    shape: Ring = [(0, 0), (200, 0), (200, 80), (80, 80), (80, 200), (0, 200)]
    streets = square(tmp_path, shape, [], [(200, 0), (0, 200)])
    wanted = 2 * np.hypot(120, 80)
    assert metres(streets, (200, 0), (0, 200)) == pytest.approx(wanted, abs=0.3)


@pytest.mark.parametrize("seed", range(12))
def test_no_shorter_way_crosses_the_surface(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    outline = [*SQUARE[:2], (300, 180 - 10 * seed), (160 + 5 * seed, 200), (300, 300), (0, 300)]
    holes = []
    for x, y in ((30, 40), (120, 60), (60, 210), (200, 30)):
        w, h = rng.uniform(8, 60, 2)
        turned = shapely.affinity.rotate(shapely.box(x, y, x + w, y + h), rng.uniform(0, 90))
        if shapely.Polygon(outline).buffer(-1).contains(turned) and not any(
            shapely.Polygon(hole).buffer(1).intersects(turned) for hole in holes
        ):
            holes.append([tuple(p) for p in shapely.get_coordinates(turned)[:-1].tolist()])
    entries = [(0, 0), (300, 0), (300, 300), (0, 300)]
    streets = square(tmp_path, outline, holes, entries)
    surface = shapely.Polygon(outline, holes)
    assert len(holes) > 1
    for one, other in combinations(entries, 2):
        assert metres(streets, one, other) == pytest.approx(in_sight(surface, one, other), abs=0.3)
