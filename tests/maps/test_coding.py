"""Geometry survives being written as whole numbers."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.maps import coding
from placement.streets import read_streets
from tests.builders import streets, write_geojson

DEGREES = st.tuples(st.floats(-179, 179), st.floats(-85, 85))


def decoded(steps: list[int], scale: float = coding.SHAPE_SCALE) -> np.ndarray:
    return np.cumsum(np.array(steps, dtype=np.int64).reshape(-1, 2), axis=0) / scale


@settings(deadline=None)
@given(st.lists(DEGREES, min_size=2, max_size=30))
def test_a_line_comes_back_within_half_a_step(positions: list[tuple[float, float]]) -> None:
    coordinates = np.array(positions)
    back = decoded(coding.deltas(coordinates))
    assert len(back) >= 2
    np.testing.assert_allclose(back[[0, -1]], coordinates[[0, -1]], atol=0.51e-6)


def test_positions_that_repeat_are_left_out_but_a_line_keeps_two() -> None:
    assert coding.deltas(np.array([[1, 2], [1, 2], [1, 3], [1, 3.0]])) == [
        10**6,
        2 * 10**6,
        0,
        10**6,
    ]
    assert coding.deltas(np.array([[1, 2], [1, 2.0]])) == [10**6, 2 * 10**6, 0, 0]


def test_holes_and_parts_are_kept_and_the_start_of_a_ring_does_not_matter() -> None:
    whole = shapely.Polygon(
        [(0, 0), (4, 0), (4, 4), (0, 4)], holes=[[(1, 1), (2, 1), (2, 2), (1, 2)]]
    )
    turned = shapely.Polygon(
        [(4, 4), (0, 4), (0, 0), (4, 0)], holes=[[(2, 2), (1, 2), (1, 1), (2, 1)]]
    )
    assert coding.polygons(whole) == coding.polygons(turned)
    two = coding.polygons(shapely.union_all([whole, shapely.box(10, 10, 11, 11)]))
    assert sorted(len(rings) for rings in two) == [1, 2]
    areas = [shapely.Polygon(decoded(rings[0])).area for rings in two]
    assert sorted(areas) == [1, 16]


@pytest.mark.parametrize("geometry", [None, shapely.Polygon(), shapely.Point(1, 2)])
def test_nothing_to_draw_gives_nothing(geometry: shapely.Geometry | None) -> None:
    assert coding.polygons(geometry) == []
    assert coding.lines(geometry) == []


def test_a_street_layer_is_grouped_by_class_and_keeps_its_lines(tmp_path) -> None:
    drawn = streets()
    drawn[0]["properties"]["class"] = "primary_link"
    network = read_streets(write_geojson(tmp_path / "s.geojson", drawn), crs="EPSG:2154")
    coded = coding.street_lines(network)
    assert list(coded) == [coding.SQUARES, *coding.STREET_GROUPS]
    assert sum(len(group["n"]) for group in coded.values()) == network.n_edges
    for group in coded.values():
        assert 2 * sum(group["n"]) == len(group["d"])
    corners = decoded(coded["main"]["d"], coding.STREET_SCALE)
    np.testing.assert_allclose(corners[:, 1], 48.8470, atol=1e-5)
    assert len(coded["path"]["n"]) >= 2


def test_dots_leave_out_who_is_covered_and_empty_points() -> None:
    lonlat = np.array([[2.0, 48.0], [2.1, 48.1], [2.2, 48.2]])
    coded = coding.dots(lonlat, np.array([5.0, 0.0, 7.0]), np.array([1, 3, 0]))
    assert coded == {"cell": 1, "d": [2_000_000, 48_000_000], "m": [1]}


def test_very_many_dots_are_merged_on_a_grid() -> None:
    rng = np.random.default_rng(0)
    lonlat = np.column_stack([rng.uniform(2, 2.1, 60_000), rng.uniform(48, 48.1, 60_000)])
    coded = coding.dots(lonlat, np.ones(60_000), np.ones(60_000, dtype=np.int64))
    assert coded["cell"] > 1
    assert 1_000 < len(coded["m"]) <= coding.MOST_DOTS


def test_bounds_skip_what_is_empty() -> None:
    assert coding.bounds([], []) is None
    assert coding.bounds([shapely.Polygon()], [[1, 2]]) == [1, 2, 1, 2]
    assert coding.bounds([shapely.box(0, 0, 3, 4)], [[5, -1]]) == [0, -1, 5, 4]
