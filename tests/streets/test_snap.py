"""Points onto edges: nearest, ties, levels, bridges, tunnels, water and barriers."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely

from placement.errors import UsageError
from placement.streets import Streets, snap
from tests.streets.draw import ORIGIN, at, draw


def _moved(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy + ORIGIN)


def _names(streets: Streets, points: np.ndarray, **options: object) -> list[str]:
    found = snap(streets, points, **options)
    return [str(streets.name[e]) if e >= 0 else "" for e in found.edge]


@pytest.mark.slow
def test_equals_a_search_of_every_edge(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    lines = [
        ([tuple(p) for p in rng.uniform(0, 800, (rng.integers(2, 5), 2))], {}) for _ in range(40)
    ]
    streets = draw(tmp_path, *lines)
    points = at(*rng.uniform(-60, 860, (400, 2)))
    edges = streets.edge_lines()
    far = shapely.distance(edges[:, None], shapely.points(points)[None, :])
    far[streets.island] = np.inf
    scale = (streets.vertex_m[streets.vertex_first[1:] - 1] / streets.length_m)[:, None]
    far = far / scale
    found = snap(streets, points, max_m=50)
    near = far.min(axis=0)
    assert np.array_equal(found.edge >= 0, near <= 50)
    hit = found.edge >= 0
    assert np.allclose(found.access_s[hit] * 1.34, near[hit], atol=1e-6)
    assert np.allclose(far[found.edge[hit], np.flatnonzero(hit)], near[hit], atol=1e-6)
    along = shapely.line_locate_point(
        edges[found.edge[hit]], shapely.points(points[hit]), normalized=True
    )
    touch = shapely.line_interpolate_point(
        edges[found.edge[hit]], found.fraction[hit], normalized=True
    )
    again = shapely.line_interpolate_point(edges[found.edge[hit]], along, normalized=True)
    reach = shapely.distance(shapely.points(points[hit]), touch)
    assert np.allclose(reach, shapely.distance(shapely.points(points[hit]), again), atol=1e-5)


def test_ties_go_to_the_lower_edge(tmp_path: Path) -> None:
    streets = draw(tmp_path, [(0, 0), (0, 100)], [(0, 0), (100, 0)], [(0, 0), (-100, 0)])
    junction = streets.node_xy[np.bincount(np.r_[streets.edge_tail, streets.edge_head]).argmax()]
    assert snap(streets, [junction]).edge.tolist() == [0]


def test_the_reach_is_inclusive_and_never_forced(tmp_path: Path) -> None:
    streets = draw(tmp_path, [(0, 0), (100, 0)])
    exact = snap(streets, at((50, 30)), max_m=100).access_s[0] * 1.34
    for reach, edge in ((exact + 1e-9, 0), (exact - 1e-6, -1), (0.0, -1)):
        found = snap(streets, at((50, 30)), max_m=reach)
        assert found.edge.tolist() == [edge]
    assert found.fraction.tolist() == [0.0]
    assert found.access_s.tolist() == [0.0]


def test_bridges_and_tunnels_are_entered_from_their_own_level_only(tmp_path: Path) -> None:
    streets = draw(
        tmp_path,
        ([(0, 0), (100, 0)], {"name": "quay"}),
        ([(50, -40), (50, 40)], {"name": "bridge", "bridge": True, "level": 1}),
        ([(0, 20), (100, 20)], {"name": "tunnel", "tunnel": True, "level": -1}),
    )
    point = at((48, 15))
    assert _names(streets, point) == ["quay"]
    assert _names(streets, point, level=1) == ["bridge"]
    assert _names(streets, point, level=-1) == ["tunnel"]
    assert _names(streets, point, level=2) == ["quay"]
    assert _names(streets, point, level=-1, max_m=4) == [""]


def test_the_own_level_goes_first(tmp_path: Path) -> None:
    streets = draw(
        tmp_path,
        ([(0, 0), (100, 0)], {"name": "upper"}),
        ([(0, 20), (100, 20)], {"name": "lower", "level": -1}),
    )
    points = at((10, 2), (10, 18))
    assert _names(streets, points) == ["upper", "upper"]
    assert _names(streets, points, level=[-1, -1]) == ["lower", "lower"]
    assert _names(streets, points, level=3) == ["upper", "lower"]


def test_connectors_do_not_cross_water(tmp_path: Path) -> None:
    streets = draw(
        tmp_path,
        ([(0, 0), (200, 0)], {"name": "left"}),
        ([(0, 50), (200, 50)], {"name": "right"}),
        ([(200, 0), (200, 50)], {"name": "bridge"}),
    )
    river = _moved(shapely.box(-50, 10, 190, 30))
    points = at((50, 31), (50, 9), (50, 20), (50, 12))
    assert _names(streets, points) == ["right", "left", "left", "left"]
    assert _names(streets, points, water=river) == ["right", "left", "", "left"]
    # the near bank's street is out of reach, the far bank's is not taken
    streets = draw(tmp_path, ([(0, 0), (200, 0)], {"name": "left"}), ([(0, 0), (0, -9)], {}))
    assert _names(streets, at((50, 31)), water=river) == [""]
    assert _names(streets, at((50, 30)), water=[river]) == [""]
    assert _names(streets, at((50, 10)), water=[river]) == ["left"]


def test_islands_in_a_river_are_land(tmp_path: Path) -> None:
    streets = draw(tmp_path, ([(40, 25), (60, 25)], {"name": "island"}), ([(0, 0), (99, 0)], {}))
    river = _moved(shapely.box(-50, 10, 190, 40) - shapely.box(30, 20, 70, 30))
    assert _names(streets, at((50, 21)), water=river) == ["island"]


def test_barriers_are_not_crossed(tmp_path: Path) -> None:
    streets = draw(
        tmp_path, ([(0, 0), (100, 0)], {"name": "near"}), ([(0, 40), (100, 40)], {"name": "far"})
    )
    rail = _moved(shapely.LineString([(-10, 5), (110, 5)]))
    assert _names(streets, at((50, 10))) == ["near"]
    assert _names(streets, at((50, 10)), barriers=rail) == ["far"]


def test_islands_of_the_network_are_not_snapped_to(tmp_path: Path) -> None:
    streets = draw(
        tmp_path, ([(0, 0), (2000, 0)], {"name": "main"}), ([(50, 10), (60, 10)], {"name": "court"})
    )
    assert _names(streets, at((55, 10))) == ["main"]


def test_empty_and_bad_points(tmp_path: Path) -> None:
    streets = draw(tmp_path, [(0, 0), (100, 0)])
    assert len(snap(streets, [])) == 0
    for bad in ([1.0, 2.0], [[np.nan, 0.0]], np.zeros((2, 3))):
        with pytest.raises(UsageError):
            snap(streets, bad)
    with pytest.raises(UsageError):
        snap(streets, at((0, 0)), max_m=-1)
    assert snap(streets, at((1e7, -1e7))).edge.tolist() == [-1]


def test_a_point_at_a_junction_is_at_the_junction(tmp_path: Path) -> None:
    """Wherever the last bits of a projected coordinate lie, no micrometre of a street is left."""
    rng = np.random.default_rng(8)
    at_ends = [tuple(p) for p in rng.uniform(0, 800, (60, 2))]
    lines = [
        ([one, tuple(rng.uniform(0, 800, 2)), two], {"oneway": "yes", "name": f"{number}"})
        for number, (one, two) in enumerate(pairwise(at_ends))
    ]
    streets = draw(tmp_path, *lines)
    assert len(streets.node_xy) == 60
    for off in (0.0, 1e-9, -2e-7):
        found = snap(streets, streets.node_xy + off)
        assert np.isin(found.fraction, [0.0, 1.0]).all()
        assert (found.edge >= 0).all()
    middle = 0.5 * (np.array(at_ends[0]) + lines[0][0][1]) + ORIGIN
    two = snap(streets, np.array([middle, middle + 3e-9]))
    assert two.fraction[0] == two.fraction[1]
    assert 0.0 < two.fraction[0] < 1.0
