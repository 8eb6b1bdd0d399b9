"""Squares are crossed as straight as their surface allows: against a visibility graph."""

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
import shapely
import shapely.affinity
from scipy.sparse.csgraph import dijkstra

from placement.streets import Streets, read_streets, snap, walking_times
from tests.streets.draw import CRS, at, osm_xml, read_osm_text
from tests.streets.split_graph import all_times

type Ring = list[tuple[float, float]]
SQUARE: Ring = [(0, 0), (300, 0), (300, 300), (0, 300)]


def square(
    folder: Path,
    outline: Ring,
    holes: list[Ring],
    entries: list[tuple[float, float]],
    *,
    name: str = "",
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
    tags = {"type": "multipolygon", "highway": "pedestrian", "name": name}
    return read_osm_text(folder, osm_xml(nodes, ways, {1: (members, tags)}))


def metres(streets: Streets, one: tuple[float, float], other: tuple[float, float]) -> float:
    """The walk; the search and the split graph agree on it."""
    ends = [snap(streets, at(place), max_m=0.5) for place in (one, other)]
    found = walking_times(streets, *ends, limit_s=1e5, outward=True).toarray()[0, 0]
    # of one mean scale there, and of that of each place here
    assert found == pytest.approx(all_times(streets, *ends)[0, 0], rel=1e-4)
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


def test_who_stands_on_a_long_way_across_walks_to_the_nearest_way_out(tmp_path: Path) -> None:
    """A street of 400 m drawn as a surface: its middle is 10 m from a street that leads off."""
    shape: Ring = [(0, 0), (200, 0), (400, 0), (400, 16), (0, 16)]
    streets = square(tmp_path, shape, [], [(0, 0), (200, 0), (400, 16)])
    for x in (150, 170, 190):  # nearer to the south side than to the north
        person = (x, 16 * x / 400)
        here, street = snap(streets, at(person)), snap(streets, at((200, 0)), max_m=0.5)
        found = walking_times(streets, here, street, limit_s=1e5, outward=True).toarray()[0, 0]
        assert found * 1.34 <= np.hypot(person[0] - 200, person[1]) + 10


@pytest.mark.parametrize("missing", ["a node of the outline", "the outline", "a node of the hole"])
@pytest.mark.parametrize("form", ["osm", "osm.pbf"])
def test_a_square_that_the_file_cuts_is_not_walked_across(
    tmp_path: Path, missing: str, form: str
) -> None:
    """Streets lead to the corners of the outline and of the hole, and along what is there."""
    outline, hole = [1, 2, 3, 4, 5, 6, 1], [11, 12, 13, 14, 11]
    ring = [(0, 0), (150, -9), (300, 0), (300, 300), (150, 309), (0, 300)]
    corners = [*ring, (100, 100), (200, 100), (200, 200), (100, 200)]
    nodes = dict(zip([*outline[:-1], *hole[:-1]], corners, strict=True))
    nodes |= {20: (-20, 0), 21: (320, 300), 22: (90, 90), 23: (210, 210)}
    ways = {
        1: (outline, {}), 2: (hole, {}),
        3: ([20, 1], {"highway": "footway"}), 4: ([4, 21], {"highway": "footway"}),
        5: ([22, 11], {"highway": "footway"}), 6: ([13, 23], {"highway": "footway"}),
    }  # fmt: skip
    square = {"type": "multipolygon", "highway": "pedestrian"}
    relation = {1: ([(1, "outer"), (2, "inner")], square)}
    if missing == "the outline":
        del ways[1]
    else:
        del nodes[2 if "outline" in missing else 12]
    (tmp_path / "cut.osm").write_text(osm_xml(nodes, ways, relation), encoding="utf-8")
    file = tmp_path / f"cut.{form}"
    if form == "osm.pbf":
        with osmium.SimpleWriter(str(file)) as writer:
            for one in osmium.FileProcessor(str(tmp_path / "cut.osm")):
                writer.add(one)
    streets = read_streets(file, crs=CRS)
    pieces = [np.diff(shapely.get_coordinates(line), axis=0) for line in streets.edge_lines()]
    # outline, hole and streets run north or east; a way across would do both
    assert np.abs(np.concatenate(pieces)).min(axis=1).max() < 60


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
