"""Areas become points: nobody is lost, nobody is invented, and all stand inside."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.plan.sampling import largest_remainder, sample
from tests.amount import cases

coordinates = st.integers(-2000, 2000).map(lambda tenth: tenth / 10)


@st.composite
def polygons(draw: st.DrawFn) -> shapely.Geometry:
    """Hulls of random points, of 1 or 2 parts, with and without a hole."""
    corners = draw(st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=7))
    hull = shapely.convex_hull(shapely.multipoints(corners))
    if draw(st.booleans()):
        hull = hull.difference(shapely.centroid(hull).buffer(draw(st.integers(1, 30))))
    if draw(st.booleans()):
        hull = hull.union(shapely.box(500, 500, 500 + draw(st.integers(1, 50)), 503))
    if hull.geom_type not in {"Polygon", "MultiPolygon"} or hull.area < 1e-3:
        return shapely.box(0, 0, 7, 3)
    return hull


@pytest.mark.slow
@given(polygons(), st.integers(0, 100_000), st.sampled_from([5.0, 20.0, 33.3]))
@settings(max_examples=cases(50, 150), deadline=None)
def test_people_are_conserved_exactly_and_stand_inside(
    polygon: shapely.Geometry, people: int, spacing_m: float
) -> None:
    xy, share = sample(polygon, people, spacing_m=spacing_m)
    assert share.sum() == people
    assert len(xy) == len(share) >= 1
    assert np.array_equal(share, np.floor(share))
    assert (share > 0).all() or people == 0
    assert shapely.dwithin(polygon, shapely.points(xy), 1e-6).all()


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**12), min_size=1, max_size=30))
def test_largest_remainders_share_out_exactly(count: int, weight: list[int]) -> None:
    weight[0] += 1
    share = largest_remainder(count, weight)
    assert sum(share) == count
    for got, one in zip(share, weight, strict=True):
        assert abs(got * sum(weight) - count * one) < sum(weight)
        assert one or not got


def test_equal_remainders_go_to_the_first() -> None:
    assert largest_remainder(5, [1, 1, 1]) == [2, 2, 1]


def test_a_square_of_whole_cells_has_a_point_in_the_middle_of_each() -> None:
    xy, share = sample(shapely.box(0, 0, 40, 20), 10, spacing_m=20)
    assert xy.tolist() == [[10, 10], [30, 10]]
    assert share.tolist() == [5, 5]


def test_cells_hold_people_in_proportion_to_their_overlap() -> None:
    # a strip 2 m wide that no middle of a cell lies in
    xy, share = sample(shapely.box(0, 1, 50, 3), 100, spacing_m=20)
    assert share.tolist() == [40, 40, 20]
    assert xy.tolist() == [[10, 2], [30, 2], [45, 2]]


def test_the_grid_hangs_on_the_coordinate_system_not_on_the_area() -> None:
    whole, _ = sample(shapely.box(0, 0, 100, 20), 50, spacing_m=20)
    part, _ = sample(shapely.box(40, 0, 100, 20), 30, spacing_m=20)
    assert part.tolist() == whole[2:].tolist()


def test_where_a_ring_starts_makes_no_difference() -> None:
    ring = [(0, 0), (35, 5), (50, 40), (10, 30)]
    first = sample(shapely.Polygon(ring), 77, spacing_m=10)
    second = sample(shapely.Polygon(ring[2:] + ring[:2]), 77, spacing_m=10)
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])


@pytest.mark.parametrize("people", [0.0, 0.25, 1.0])
def test_few_people_still_have_a_point(people: float) -> None:
    xy, share = sample(shapely.box(0, 0, 60, 60), people, spacing_m=20)
    assert len(xy) == 1
    assert share.tolist() == [people]


def test_a_fraction_of_a_person_is_kept() -> None:
    _, share = sample(shapely.box(0, 0, 40, 20), 10.5, spacing_m=20)
    assert share.tolist() == [5.5, 5]


def test_nobody_stands_in_a_hole() -> None:
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(10, 10, 90, 90))
    xy, share = sample(ring, 1000, spacing_m=20)
    assert not shapely.contains_xy(shapely.box(10.1, 10.1, 89.9, 89.9), xy).any()
    assert share.sum() == 1000
