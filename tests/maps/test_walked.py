"""What the page is told of walks, rings, closures and points without a street."""

from dataclasses import replace

import numpy as np
import pytest
from shapely import Polygon, box

from placement.cover.catchments import rings
from placement.maps import coding
from placement.maps.walks_panel import in_degrees, own_rings, ringed, times
from placement.plan.problem import Plan
from tests.maps.pages import drawn_plan, ruled_plan, ruled_solution, solution_of
from tests.maps.test_page import data_of


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> Plan:
    return ruled_plan(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def data(plan: Plan) -> dict:
    return data_of(plan, ruled_solution(plan))


def area_of(coded: list) -> float:
    found = 0.0
    for outer, *holes in coded:
        corners = [np.cumsum(np.reshape(ring, (-1, 2)), axis=0) for ring in (outer, *holes)]
        found += Polygon(corners[0], holes=corners[1:]).area
    return found / coding.SHAPE_SCALE**2


def test_rings_lie_within_one_another_and_end_at_the_limit(tmp_path) -> None:
    plan = drawn_plan(tmp_path)
    posts = solution_of(plan).posts_list
    assert times(plan) == [3.0, 4.0]
    shapes = in_degrees(plan, rings(plan, posts, minutes=times(plan)))
    # the checkpoint's limit is 4 minutes, the dog team's 3: it has none that is sooner
    assert {name: list(mine) for name, mine in shapes.items()} == {
        "checkpoint": [180.0, 240.0],
        "dog_team": [180.0],
    }
    for (post, near), (same, far) in zip(*shapes["checkpoint"].values(), strict=True):
        assert post == same
        # each outline is simplified by itself: a few square metres at a corner may stick out
        assert near.difference(far).area < 3e-3 * near.area
        assert near.area < far.area
    assert set(own_rings(shapes)) == {post for post, _ in shapes["checkpoint"][180.0]}


def test_what_several_posts_reach_is_told_by_how_many(plan: Plan) -> None:
    pairs = [(f"{n}/checkpoint", box(n, 0, n + 3, 1)) for n in range(3)]
    gate, dog = ringed(plan, {"checkpoint": {240.0: pairs}})
    assert [area_of(level) for level in gate["over"]] == pytest.approx([3.0, 1.0])
    assert gate["sooner"] == dog["sooner"] == dog["over"] == []


def test_a_plan_without_posts_has_no_rings(plan: Plan) -> None:
    data = data_of(plan, solution_of(plan, ()))
    assert all(one["over"] == [] for one in data["rings"])
    assert all(shape == [] for one in data["rings"] for _, shape in one["sooner"])


def test_areas_say_how_long_and_which_way(data: dict) -> None:
    gate, dog = data["walks"]["areas"]
    assert dog == []
    rows = {(row["name"], row["step_free"]): row for row in gate}
    assert list(rows) == [("box-1", False), ("box-1", True), ("north", False)]
    assert rows["box-1", False]["area"] == 0
    assert rows["north", False]["walks"] == [None, None, None]
    way = rows["box-1", False]["way"]
    assert way["post"] == "bridge-north/checkpoint"
    assert len(way["line"]) >= 4
    # in degrees, from the area to the post
    line = np.cumsum(np.reshape(way["line"], (-1, 2)), axis=0) / coding.SHAPE_SCALE
    assert line[-1] == pytest.approx([2.3501, 48.8515], abs=1e-5)
    assert 2.3508 <= line[0][0] <= 2.3524


def test_closures_have_hours_and_the_day_its_parts(data: dict) -> None:
    [fair] = data["walks"]["closing"]
    assert fair["hours"] == ["08:00", "20:00"]
    assert [part["covered"] for part in data["walks"]["day"]] == [[900.0, 500.0], [1200.0, 650.0]]
    assert data["walks"]["at"] == "15:30"
    assert len(data["closures"]) == 1


def test_points_without_a_street_have_their_places(plan: Plan, data: dict) -> None:
    lost = data["walks"]["unsnapped"]
    assert (lost["people"], lost["points"]) == (130.0, 2)
    assert [one["name"] for one in lost["sites"]] == ["Street, east"]
    assert len(lost["dots"]["m"]) == 3
    nothing = replace(ruled_solution(plan), unsnapped=None)
    assert data_of(plan, nothing)["walks"]["unsnapped"] is None
