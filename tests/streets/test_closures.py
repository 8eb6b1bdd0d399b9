"""Closures by line, name, direction and hour; crowds and paces that slow walking."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placement.errors import UsageError
from placement.streets import Streets, snap, walking_times
from placement.streets.closures import (
    Closure,
    crowd_pace,
    with_closures,
    with_crowd,
    with_pace,
)
from tests.amount import cases
from tests.streets.draw import ORIGIN, at, draw
from tests.streets.test_search import drawn_network

TOWN = (
    ([(0, 0), (300, 0)], {"name": "Quai Haut"}),
    ([(300, 0), (300, 100)], {"name": "Pont"}),
    ([(0, 0), (0, 100), (300, 100)], {"name": "Rue Longue"}),
)


def _moved(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy + ORIGIN)


def _metres(streets: Streets, start: tuple[float, float], end: tuple[float, float]) -> float:
    points = snap(streets, at(start, end))
    times = walking_times(streets, points, points, limit_s=1e5, outward=True)
    row = times[[0], :].toarray()[0]
    return float(row[1]) * 1.34 if times.indptr[1] > 1 else np.inf


def test_a_named_street(tmp_path: Path) -> None:
    streets = draw(tmp_path, *TOWN)
    closed = with_closures(streets, [Closure(street="QUAI HAUT")])
    assert sorted(set(closed.name)) == ["Pont", "Rue Longue"]
    assert with_closures(streets, [Closure(street="Nowhere")]) is streets


def test_a_named_street_within_a_polygon(tmp_path: Path) -> None:
    streets = draw(tmp_path, *TOWN)
    box = _moved(shapely.box(100, -10, 200, 200))
    closed = with_closures(streets, [Closure(street="Quai Haut", shape=box)])
    gone = streets.length_m.sum() - closed.length_m.sum()
    assert gone == pytest.approx(100, abs=0.05)
    assert _metres(closed, (50, 0), (250, 0)) == pytest.approx(50 + 100 + 300 + 100 + 50, rel=1e-3)


def test_a_line_is_a_fence(tmp_path: Path) -> None:
    streets = draw(tmp_path, *TOWN)
    fence = _moved(shapely.LineString([(150, -10), (150, 10)]))
    closed = with_closures(streets, [Closure(shape=fence)])
    assert closed.length_m.sum() == pytest.approx(streets.length_m.sum(), rel=1e-9)
    assert _metres(streets, (140, 0), (160, 0)) == pytest.approx(20, rel=1e-3)
    assert _metres(closed, (140, 0), (160, 0)) == pytest.approx(780, rel=1e-3)


def test_one_way_along_a_line(tmp_path: Path) -> None:
    streets = draw(tmp_path, *TOWN)
    for way, there, back in (([(0, 1), (300, 1)], 100, 700), ([(300, 1), (0, 1)], 700, 100)):
        line = _moved(shapely.LineString(way))
        one = with_closures(streets, [Closure(shape=line, oneway=True)])
        assert _metres(one, (100, 0), (200, 0)) == pytest.approx(there, rel=1e-3)
        assert _metres(one, (200, 0), (100, 0)) == pytest.approx(back, rel=1e-3)


def test_a_crowd_slows_what_is_in_it(tmp_path: Path) -> None:
    streets = draw(tmp_path, *TOWN)
    box = _moved(shapely.box(100, -10, 200, 10))
    slow = with_crowd(streets, [(box, 2.0), (_moved(shapely.box(100, -9, 200, 9)), 1.0)])
    assert slow.length_m.sum() == pytest.approx(streets.length_m.sum(), rel=1e-9)
    expected = 50 + 100 / crowd_pace(2.0) + 50
    assert _metres(slow, (50, 0), (250, 0)) == pytest.approx(expected, rel=1e-3)
    assert slow.component.max() == 0


@pytest.mark.parametrize(
    ("density", "speed"), [(0, 1.34), (1, 1.06), (2, 0.61), (3, 0.33), (4, 0.16)]
)
def test_weidmann(density: float, speed: float) -> None:
    assert crowd_pace(density) * 1.34 == pytest.approx(speed, abs=0.006)


def test_pace_by_class(tmp_path: Path) -> None:
    streets = draw(tmp_path, ([(0, 0), (100, 0)], {"class": "path"}), ([(100, 0), (200, 0)], {}))
    slow = with_pace(streets, {"path": 0.5, "unheard": 0.1})
    path = slow.edge_class == "path"
    assert (slow.forward_s / streets.forward_s)[path] == pytest.approx([2.0])
    assert (slow.forward_s / streets.forward_s)[~path] == pytest.approx([1.0])


def test_what_cannot_be() -> None:
    for call in (
        Closure,
        lambda: Closure(street="A", oneway=True),
        lambda: crowd_pace(5.4),
        lambda: crowd_pace(-1),
        lambda: crowd_pace(float("nan")),
    ):
        with pytest.raises(UsageError):
            call()


def _seconds(streets: Streets, share: float | np.ndarray) -> float:
    both = np.nansum(streets.forward_s * share) + np.nansum(streets.backward_s * share)
    return float(both)


def _lengths(streets: Streets, area: shapely.Geometry) -> np.ndarray:
    """Metres of each edge outside an area, step by step: an edge may come back along itself."""
    found = []
    for edge in range(streets.n_edges):
        xy = streets.edge_xy(edge)
        steps = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
        found.append(shapely.length(shapely.difference(steps, area)).sum())
    return np.array(found)


boxes = st.lists(
    st.tuples(*[st.integers(-1, 9)] * 4).filter(lambda c: c[0] < c[2] and c[1] < c[3]),
    min_size=1,
    max_size=3,
)


@pytest.mark.slow
@settings(max_examples=cases(25, 60), deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn_network(), boxes)
def test_edges_are_cut_where_the_outline_is(
    network: tuple[list, int], corners: list[tuple[int, int, int, int]]
) -> None:
    """Against shapely's differences: what is left, and how long what is crowded takes."""
    lines, _ = network
    if not lines:
        return
    with tempfile.TemporaryDirectory() as folder:
        streets = draw(Path(folder), *lines)
    # off the grid that streets are drawn on, so that no street runs along an outline
    areas = [_moved(shapely.box(*(37.3 * each + 11.7 for each in corner))) for corner in corners]
    closed = with_closures(streets, [Closure(shape=area) for area in areas])
    left, whole = _lengths(streets, shapely.union_all(areas)), _lengths(streets, shapely.Polygon())
    assert shapely.length(closed.edge_lines()).sum() == pytest.approx(left.sum(), abs=1e-4)
    share = left / whole
    assert closed.length_m.sum() == pytest.approx((streets.length_m * share).sum(), abs=1e-4)
    # both directions together: an edge may be told from its other end than before
    assert _seconds(closed, 1.0) == pytest.approx(_seconds(streets, share), abs=1e-4)
    crowded = with_crowd(streets, [(area, 2.0) for area in areas])
    assert crowded.length_m.sum() == pytest.approx(streets.length_m.sum(), abs=1e-4)
    slower = share + (1 - share) / crowd_pace(2.0)
    assert _seconds(crowded, 1.0) == pytest.approx(_seconds(streets, slower), abs=1e-4)
    # nothing but what is closed is lost, and what was one before a crowd is one within it
    assert crowded.component.max(initial=0) == streets.component.max(initial=0)
