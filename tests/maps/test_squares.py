"""Squares are drawn as surfaces: outline and holes, and none of the ways across them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from placement.maps import coding
from placement.maps.squares import draw_squares
from placement.streets import Streets
from placement.streets.surfaces import NOTHING
from tests.streets.draw import at, closed_all
from tests.streets.test_squares import SQUARE, square

HOLE = [(100, 100), (200, 100), (200, 200), (100, 200)]


@pytest.fixture
def streets(tmp_path: Path) -> Streets:
    return square(tmp_path, SQUARE, [HOLE], list(SQUARE))


def test_a_square_is_one_surface_with_its_hole(streets: Streets) -> None:
    surfaces, hidden = draw_squares(streets)
    assert len(surfaces) == 1
    assert surfaces[0].area == pytest.approx(300**2 - 100**2, rel=0.01)
    assert len(surfaces[0].interiors) == 1
    np.testing.assert_array_equal(hidden, streets.across)
    # what is hidden lies on the surface, and nothing else does but its outline
    lines = streets.edge_lines()
    inner = shapely.buffer(surfaces[0], -1)
    assert shapely.intersects(lines[hidden], inner).all()
    assert not shapely.intersects(lines[~hidden], inner).any()
    assert hidden.sum() >= 8  # each entry sees two corners of the hole at least


def test_the_page_has_the_surface_and_not_its_ways(streets: Streets) -> None:
    coded = coding.street_lines(streets)
    assert len(coded[coding.SQUARES]["n"]) == 2  # the outline and the hole
    drawn = sum(len(coded[name]["n"]) for name in coding.STREET_GROUPS)
    assert drawn == streets.n_edges - streets.across.sum()
    for group in coded.values():
        assert 2 * sum(group["n"]) == len(group["d"])


def test_of_a_square_that_is_closed_in_part_the_rest_is_drawn(streets: Streets) -> None:
    stage = shapely.box(*at((-10, -10)).ravel(), *at((310, 90)).ravel())
    left = closed_all(streets, stage)
    surfaces, hidden = draw_squares(left)
    assert shapely.area(surfaces).sum() == pytest.approx(300 * 210 - 100**2, rel=0.01)
    assert not shapely.intersects(surfaces, shapely.buffer(stage, -1)).any()
    np.testing.assert_array_equal(hidden, left.across)


def test_streets_without_squares_have_none(streets: Streets) -> None:
    surfaces, hidden = draw_squares(replace(streets, squares=NOTHING))
    assert len(surfaces) == 0
    assert not hidden.any()
