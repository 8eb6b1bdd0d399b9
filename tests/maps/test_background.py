"""What a map is drawn on: joined, without what is small, no more than a page has room for."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from placement.maps import background
from placement.maps.labels import stations
from placement.maps.webmap import map_page
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.plan.shapes import Shape
from tests.builders import Feature, box, point, write_plan
from tests.maps.pages import solution_of

HALL = box(2.3480, 48.8515, 2.3485, 48.8518, id="b1", name="Hall", kind="building")
WING = box(2.3484, 48.8515, 2.3490, 48.8518, id="b2", kind="building")
GREEN = [
    box(2.3460, 48.8470, 2.3480, 48.8480, id="g1", name="Park", kind="green"),
    box(2.3470, 48.8470, 2.3490, 48.8480, id="g2", name="Standing box 1", kind="green"),
    box(2.3500, 48.8470, 2.3501, 48.8471, id="g3", name="Lawn", kind="green"),
]
SQUARE = box(2.3520, 48.8490, 2.3530, 48.8495, id="q1", name="Place", kind="square")
STATIONS = [
    point(2.3500, 48.8500, id="s1", name="Centre", kind="station"),
    point(2.3510, 48.8500, id="s2", kind="station"),
]


def plan_on(folder: Path, *drawn: Feature, shuffle: int | None = None) -> Plan:
    return load_plan(write_plan(folder, layers={"background": drawn}, shuffle=shuffle))


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return plan_on(tmp_path, HALL, WING, *GREEN, SQUARE, *STATIONS)


def test_ground_of_a_kind_is_drawn_as_one(plan: Plan) -> None:
    drawn = background.grounds(plan)
    assert list(drawn) == ["green", "building"]
    assert [len(one.geoms) for one in drawn.values()] == [2, 1]
    whole = shapely.union_all([one.xy for one in plan.background if one.id.startswith("b")])
    assert drawn["building"].area == pytest.approx(whole.area, rel=0.01)


def test_green_and_squares_are_named_the_largest_first_and_areas_once(plan: Plan) -> None:
    named = background.place_names(plan, None)
    assert [name for name, *_ in named] == ["Park", "Place"]
    _, lon, lat, side_m = named[0]
    assert 2.3460 < lon < 2.3480
    assert 48.8470 < lat < 48.8480
    assert side_m == pytest.approx(128, abs=3)


def test_stations_with_a_name_stand_where_they_are_mapped(plan: Plan) -> None:
    assert ["Centre", 2.35, 48.85] in stations(plan)
    assert [name for name, *_ in stations(plan)] == ["Centre", "Station"]


def test_no_more_is_drawn_than_a_page_has_room_for(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "MOST_CORNERS", 15)
    many = [
        Shape(id=f"b{at}", name="", lonlat=shapely.Point(0, 0), properties={"kind": "building"},
              xy=shapely.box(100 * at, 0, 100 * at + 10 + at, 10))
        for at in range(9)
    ]  # fmt: skip
    drawn = background.grounds(replace(plan, background=tuple(many)))["building"]
    assert sorted(one.bounds[0] for one in drawn.geoms) == [600, 700, 800]
    tiny = replace(many[0], xy=shapely.box(0, 0, 7, 7))
    assert background.grounds(replace(plan, background=(tiny,))) == {}


def test_what_lies_at_the_plan_is_drawn_and_named_before_what_is_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "MOST_CORNERS", 10)
    monkeypatch.setattr(background, "MOST_NAMES", 1)
    far = box(3.0, 48.0, 3.1, 48.1, id="far", name="Far wood", kind="green")
    stop = point(3.0, 48.0, id="a", name="Far stop", kind="station")
    plan = plan_on(tmp_path, far, *GREEN[:2], stop, STATIONS[0])
    assert background.grounds(plan)["green"].area == pytest.approx(1.5 * 128**2, rel=0.1)
    assert [name for name, *_ in background.place_names(plan, None)] == ["Park"]
    assert [name for name, _ in background.mapped_stations(plan)] == ["Centre"]


def test_an_outline_that_alone_takes_all_the_room_is_drawn_coarser(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "MOST_CORNERS", 40)
    round_one = shapely.Point(0, 0).buffer(1000, quad_segs=64)
    wood = Shape(id="w", name="", lonlat=shapely.Point(0, 0), properties={"kind": "green"},
                 xy=round_one)  # fmt: skip
    drawn = background.grounds(replace(plan, background=(wood,)))["green"]
    assert shapely.get_num_coordinates(drawn) <= 20
    assert drawn.area == pytest.approx(round_one.area, rel=0.1)


def test_stations_that_are_called_the_same_stand_each_where_it_is(tmp_path: Path) -> None:
    other = point(2.3540, 48.8490, id="s0", name="Centre", kind="station")
    found = [one for one in stations(plan_on(tmp_path, *STATIONS, other)) if one[0] == "Centre"]
    assert found == [["Centre", 2.35, 48.85], ["Centre", 2.354, 48.849]]


def test_a_court_is_left_open_and_a_shaft_is_not(plan: Plan) -> None:
    holes = [shapely.box(20, 20, 40, 40).exterior, shapely.box(60, 60, 65, 65).exterior]
    block = Shape(id="b", name="", lonlat=shapely.Point(0, 0), properties={"kind": "building"},
                  xy=shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, holes))  # fmt: skip
    drawn = background.grounds(replace(plan, background=(block,)))["building"]
    assert drawn.area == 100 * 100 - 20 * 20


def test_rows_in_another_order_give_the_same_page(plan: Plan, tmp_path: Path) -> None:
    every = (HALL, WING, *GREEN, SQUARE, *STATIONS)
    other = plan_on(tmp_path / "other", *every, shuffle=3)
    assert map_page(plan, solution_of(plan)) == map_page(other, solution_of(other))


def test_what_comes_from_openstreetmap_is_said_on_the_page(tmp_path: Path) -> None:
    for name, licence in (("osm", "ODbL-1.0"), ("own", "the planner's own")):
        drawn = json.loads(json.dumps(HALL))
        drawn["properties"]["licence"] = licence
        plan = plan_on(tmp_path / name, drawn)
        assert ('"osm":true' in map_page(plan, solution_of(plan))) is (name == "osm")
