"""Longitudes: whole turns, one piece over the antimeridian, two pieces in a file."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.globe import around_pole, beside, cut, inner_points, local_crs, middle, unwrapped
from tests.amount import cases

LON = st.floats(-180, 180, allow_nan=False)


@given(st.lists(LON, min_size=1, max_size=8), LON)
@settings(max_examples=cases(25, 60), deadline=None)
def test_the_middle_turns_with_the_places(lon: list[float], turn: float) -> None:
    places = np.round(np.array(lon) / 6, 3)  # within 60 degrees
    found = middle((places + turn + 180) % 360 - 180)
    assert -180 <= found < 180
    wanted = (places.min() + places.max()) / 2 + turn
    assert beside(np.array([found]), wanted)[0] == pytest.approx(wanted, abs=1e-9)


def test_no_digit_changes_where_nothing_is_turned() -> None:
    lon = np.array([-180.0, -0.1, 0.1 + 0.2, 179.99999999999997, 180.0])
    assert beside(lon, 0.0).tobytes() == lon.tobytes()


@given(st.floats(-179, 179), st.floats(0.01, 40), st.floats(-60, 60))
@settings(max_examples=cases(25, 60), deadline=None)
def test_what_is_cut_for_a_file_is_one_piece_again(centre: float, half: float, lat: float) -> None:
    solid = shapely.box(centre - half, lat - 1, centre + half, lat + 1)
    hole = shapely.box(centre - half / 2, lat - 0.5, centre + half / 2, lat + 0.5)
    shape = shapely.difference(solid, hole)
    jumping = shapely.transform(
        shape, lambda xy: np.column_stack([(xy[:, 0] + 180) % 360 - 180, xy[:, 1]])
    )
    for drawn in (shape, jumping):
        written = cut(drawn)
        west, _, east, _ = written.bounds
        assert west >= -180
        assert east <= 180
        assert written.is_valid
        assert written.area == pytest.approx(shape.area, rel=1e-9)
        (whole,) = unwrapped(np.array([written], dtype=object))
        assert whole.area == pytest.approx(shape.area, rel=1e-9)
        assert whole.bounds[2] - whole.bounds[0] == pytest.approx(2 * half, abs=1e-9)
        assert len(shapely.get_parts(whole)) == 1


def test_a_line_is_cut_in_its_direction_and_joined_in_it() -> None:
    line = shapely.LineString([(179.9, -17), (-179.9, -17.2), (-179.8, -17)])
    written = cut(line)
    assert written.geom_type == "MultiLineString"
    (whole,) = unwrapped(np.array([written], dtype=object))
    assert whole.geom_type == "LineString"
    np.testing.assert_allclose(
        shapely.get_coordinates(whole),
        [(179.9, -17), (180, -17.1), (180.1, -17.2), (180.2, -17)],
        atol=1e-9,
    )


@pytest.mark.parametrize("south", [False, True])
def test_a_ring_around_a_pole_is_closed_at_the_pole(south: bool) -> None:
    lat = -89.0 if south else 89.0
    lon = np.arange(-180.0, 180.0, 10.0)[:: -1 if south else 1]
    ring = shapely.Polygon(np.column_stack([lon, np.full(len(lon), lat)]))
    assert around_pole(ring)
    written = cut(ring)
    assert written.is_valid
    assert written.area == pytest.approx(360.0)
    assert written.bounds == (-180, *((-90, 180, -89) if south else (89, 180, 90)))
    assert inner_points(np.array([ring], dtype=object))[0, 1] == lat


def test_what_does_not_cross_is_the_same_object() -> None:
    shape = shapely.box(170, -20, 180, -10)
    assert cut(shape) is shape
    assert unwrapped(np.array([shape], dtype=object))[0] is shape


@pytest.mark.parametrize("lon", [-180.0, 180.0, -540.0, 540.0])
def test_both_names_of_the_antimeridian_have_one_zone(lon: float) -> None:
    assert local_crs(lon, 1.0) == "EPSG:32601"
