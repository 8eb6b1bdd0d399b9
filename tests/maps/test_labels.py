"""Names on the map: which lines and places carry them."""

import numpy as np
import pytest
import shapely

from placement.cover.survey import survey
from placement.maps import coding
from placement.maps.labels import LEAST_M, middle_line, street_names
from placement.maps.walks_panel import SLIVER_M2, smooth
from placement.plan.problem import Plan
from tests.maps.pages import drawn_plan


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> Plan:
    return drawn_plan(tmp_path_factory.mktemp("plan"))


def test_the_middle_line_of_a_bent_river_runs_inside_from_end_to_end() -> None:
    way = shapely.LineString([(0, 0), (600, 0), (900, 300)])
    river = way.buffer(40, cap_style="flat")
    line = shapely.LineString(middle_line(river))
    assert river.covers(line)
    assert line.length > 0.85 * way.length
    # towards its ends it runs into a corner
    inner = [line.interpolate(part, normalized=True) for part in np.linspace(0.1, 0.9, 30)]
    assert max(way.distance(place) for place in inner) < 15


def test_the_middle_line_goes_around_an_island() -> None:
    river = shapely.box(0, 0, 1000, 120).difference(shapely.box(400, 40, 600, 80))
    line = shapely.LineString(middle_line(river))
    assert river.covers(line)
    assert line.length > 850


def test_names_are_those_of_the_streets_bridges_first(plan: Plan) -> None:
    streets = survey(plan).streets
    names = street_names(streets)
    assert names == street_names(streets)
    groups = [group for _, group, _ in names]
    assert groups == sorted(groups, reverse=True)
    known = set(streets.names)
    for name, group, steps in names:
        assert name in known
        assert 0 <= group < len(coding.STREET_GROUPS)
        places = np.cumsum(np.reshape(steps, (-1, 2)), axis=0) / coding.STREET_SCALE
        assert len(places) >= 2
        if coding.STREET_GROUPS[group] != "bridge":
            assert np.hypot(*np.ptp(places, axis=0)) * 111_320 > 0.4 * LEAST_M


def test_smooth_ground_loses_slivers_and_pinholes_and_little_else() -> None:
    block = shapely.box(0, 0, 400, 400)
    pinhole, sliver = shapely.box(100, 100, 110, 110), shapely.box(600, 0, 640, 40)
    drawn = smooth(shapely.union(block.difference(pinhole), sliver))
    assert len(shapely.get_parts(drawn)) == 1
    assert not drawn.interiors
    assert drawn.symmetric_difference(block).area < 0.01 * block.area
    assert sliver.area < SLIVER_M2


def test_what_is_small_as_a_whole_is_still_drawn() -> None:
    small = shapely.box(0, 0, 20, 20)
    assert smooth(small).equals(small)
