"""Routes take the time the search says, along streets that join; walks are told by area."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings

from placement.errors import UsageError
from placement.streets import Snapped, snap, walking_times
from placement.streets.routes import route
from tests.amount import cases
from tests.streets.draw import ORIGIN, at, draw
from tests.streets.test_search import _random_points, drawn_network

# a loop that is closed one way, and a walk that ends where it begins
LOOP = {"oneway": "-1", "class": "footway", "name": ""}


@pytest.mark.slow
@settings(max_examples=cases(25, 60), deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn_network())
@example(([([(0.0, 0.0), (67.0, 5.0), (0.0, 0.0), (134.0, 0.0)], LOOP)], 66))
def test_a_route_takes_the_time_of_the_search(network: tuple[list, int]) -> None:
    """And its line is as long as its time allows, and joined from end to end."""
    lines, seed = network
    if not lines:
        return
    with tempfile.TemporaryDirectory() as folder:
        streets = draw(Path(folder), *lines)
    starts, ends = _random_points(streets, 5, seed), _random_points(streets, 5, seed + 1)
    times = walking_times(streets, starts, ends, limit_s=1e6, outward=True)
    table = np.full(times.shape, np.inf)
    table[np.repeat(np.arange(5), np.diff(times.indptr)), times.indices] = times.data
    for i in range(5):
        for j in range(5):
            found = route(streets, starts.take([i]), ends.take([j]))
            if found is None:
                assert table[i, j] == np.inf
                continue
            assert found.walk_s == pytest.approx(table[i, j], abs=1e-6)
            stand = starts.access_s[i] + ends.access_s[j]
            # on steps one walks slower, never faster
            assert found.line.length <= (found.walk_s - stand) * 1.34 * 1.001 + 1e-6


def test_a_route_names_its_streets(tmp_path: Path) -> None:
    streets = draw(
        tmp_path,
        ([(0, 0), (100, 0)], {"name": "Rue A"}),
        ([(100, 0), (100, 50), (100, 100)], {"name": "Rue B"}),
        ([(100, 100), (200, 100)], {}),
    )
    ends = snap(streets, at((20, 0), (180, 100)))
    found = route(streets, ends.take([0]), ends.take([1]))
    assert found is not None
    assert found.names == ("Rue A", "Rue B")
    expected = shapely.LineString(at((20, 0), (100, 0), (100, 50), (100, 100), (180, 100)))
    assert shapely.hausdorff_distance(found.line, expected) < 0.1
    assert found.walk_s == pytest.approx(260 / 1.34, rel=1e-3)
    with pytest.raises(UsageError):
        route(streets, ends, ends)


def test_no_way_is_no_route(tmp_path: Path) -> None:
    streets = draw(tmp_path, [(0, 0), (100, 0)], [(0, 50), (100, 50)])
    ends = snap(streets, at((20, 0), (20, 50), (9999, 0)))
    assert route(streets, ends.take([0]), ends.take([1])) is None
    assert route(streets, ends.take([0]), ends.take([2])) is None
    here = route(streets, ends.take([0]), ends.take([0]))
    assert here is not None
    assert here.walk_s == pytest.approx(2 * ends.access_s[0])


def test_both_ends_on_one_edge(tmp_path: Path) -> None:
    streets = draw(tmp_path, ([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)], {"oneway": "yes"}))
    one = Snapped(edge=np.array([0]), fraction=np.array([0.9]), access_s=np.array([0.0]))
    two = Snapped(edge=np.array([0]), fraction=np.array([0.1]), access_s=np.array([0.0]))
    found = route(streets, one, two)
    assert found is not None
    assert found.walk_s == pytest.approx(80 / 1.34, rel=1e-3)
    assert found.line.length == pytest.approx(80, rel=1e-3)
    assert ORIGIN[0] - 1 < found.line.bounds[0]
