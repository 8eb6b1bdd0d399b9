"""A plan and its layers become one problem, whatever the order of the rows."""

import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.errors import UsageError
from placement.plan.layers import load_plan
from placement.plan.problem import Plan, SiteStatus, Walkers
from tests.builders import box, drawn_layers, line, point, write_geojson, write_plan


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return load_plan(write_plan(tmp_path_factory.mktemp("drawn")))


def identical(one: Plan, other: Plan) -> None:
    for part in ("sites", "demand"):
        left, right = getattr(one.problem, part), getattr(other.problem, part)
        for name in left.__slots__:
            a, b = getattr(left, name), getattr(right, name)
            same = a.tobytes() == b.tobytes() if isinstance(a, np.ndarray) else a == b
            assert same, f"{part}.{name}"
    for layer in ("route", "water", "areas", "closures"):
        ones, others = getattr(one, layer), getattr(other, layer)
        assert [shape.id for shape in ones] == [shape.id for shape in others]
        assert [shape.xy.wkb for shape in ones] == [shape.xy.wkb for shape in others]


def test_sites_resources_and_people_of_the_drawn_plan(plan: Plan) -> None:
    problem = plan.problem
    assert problem.budget == 40
    assert [one.id for one in problem.resources] == ["checkpoint", "dog_team"]
    assert problem.resources[0].walk_limit_s == 240
    assert problem.resources[1].walkers is Walkers.TEAM
    assert problem.resources[1].near is not None
    assert problem.resources[1].near.walk_s == 180
    assert problem.sites.id == (
        "bridge-north",
        "bridge-south",
        "north-east",
        "north-west",
        "south-east",
        "south-west",
    )
    assert problem.sites.kind[0] == "bridgehead"
    assert problem.demand.people.sum() == 1420 + 500
    assert problem.demand.zones == ("box-1", "north", "quay", "south")
    assert problem.demand.level[problem.demand.id.index("d06")] == -1
    assert problem.demand.priority[problem.demand.id.index("d05")] == 2
    assert plan.warnings == ()
    assert plan.streets is not None
    assert plan.layers["streets"] == "streets.geojson"


def test_what_a_site_says_of_one_resource_wins(plan: Plan) -> None:
    sites = plan.problem.sites
    east, west = sites.id.index("south-east"), sites.id.index("south-west")
    assert sites.max_units[east].tolist() == [2, 12]
    assert sites.status[east].tolist() == [SiteStatus.OPTIONAL, SiteStatus.EXCLUDED]
    assert sites.allowed[west].tolist() == [True, False]
    assert sites.open_cost[west].tolist() == [8, 8]
    assert sites.open_cost[0].tolist() == [5, 0]
    assert sites.unit_cost[0].tolist() == [5, 4]


def test_metres_and_degrees_are_the_same_places(plan: Plan) -> None:
    sites = plan.problem.sites
    north, south = sites.id.index("bridge-north"), sites.id.index("bridge-south")
    assert plan.crs == "EPSG:2154"
    assert math.dist(sites.xy[north], sites.xy[south]) == pytest.approx(333.6, abs=0.5)
    assert sites.lonlat[north].tolist() == [2.3501, 48.8515]


def test_sampled_people_stand_in_their_area(plan: Plan) -> None:
    demand = plan.problem.demand
    own = [at for at, name in enumerate(demand.id) if name.startswith("box-1#")]
    assert demand.people[own].sum() == 500
    assert {demand.zones[zone] for zone in demand.zone[own]} == {"box-1"}
    area = plan.areas[0]
    assert shapely.contains_xy(area.xy.buffer(1e-6), demand.xy[own]).all()
    assert shapely.contains_xy(area.lonlat.buffer(1e-9), demand.lonlat[own]).all()
    assert area.properties["people"] == 500


def test_arrays_cannot_be_written_to(plan: Plan) -> None:
    for part in (plan.problem.sites, plan.problem.demand):
        arrays = [getattr(part, name) for name in part.__slots__]
        assert [a for a in arrays if isinstance(a, np.ndarray) and a.flags.writeable] == []
    with pytest.raises(ValueError, match="read-only"):
        plan.problem.demand.people[0] = 1


@pytest.mark.slow
@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_rows_never_matters(
    plan: Plan, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("shuffled")
    identical(plan, load_plan(write_plan(folder, shuffle=seed)))


def test_a_layer_may_be_replaced_or_added_for_one_run(tmp_path: Path) -> None:
    path = write_plan(tmp_path, layers={"streets": None})
    closed = [box(2.3475, 48.8514, 2.3485, 48.8516)]
    others = [point(2.35, 48.8515, id="a", people=3)]
    plan = load_plan(
        path,
        layers={
            "closures": write_geojson(tmp_path / "closed.geojson", closed),
            "demand": str(write_geojson(tmp_path / "others.geojson", others)),
        },
    )
    assert plan.problem.demand.people.sum() == 503
    assert plan.layers["demand"] == "others.geojson"
    assert [shape.id for shape in plan.closures] == ["closures-1"]
    assert plan.streets is None
    assert plan.warnings == (
        "no street layer: walks are straight lines × 1.3",
        "no street layer: closures count for nothing",
    )


def test_budget_and_limits_of_one_run(tmp_path: Path) -> None:
    path = write_plan(tmp_path)
    plan = load_plan(path, budget=12.5, limits={"dog_team": 7, "checkpoint": 3})
    assert plan.problem.budget == 12.5
    assert [one.fleet for one in plan.problem.resources] == [3, 7]
    assert plan.settings.budget.amount == 40
    assert load_plan(path, budget=0).problem.budget == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"layers": {"street": "x"}}, "there is no layer 'street'; did you mean 'streets'?"),
        ({"layers": {"zebra": "x"}}, "known are route, sites, demand, areas"),
        ({"limits": {"dogteam": 3}}, "there is no resource 'dogteam'; did you mean 'dog_team'?"),
        ({"limits": {"zebra": 3}}, "known are checkpoint, dog_team."),
        ({"limits": {"dog_team": -1}}, "whole number of 0 or more, not -1"),
        ({"limits": {"dog_team": 1.5}}, "whole number of 0 or more, not 1.5"),
        ({"limits": {"dog_team": True}}, "whole number of 0 or more, not True"),
        ({"budget": -1.0}, "finite number of at least 0, not -1"),
        ({"budget": math.nan}, "finite number of at least 0, not nan"),
        ({"budget": math.inf}, "finite number of at least 0, not inf"),
    ],
)
def test_options_that_cannot_be_taken(
    options: dict[str, object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="(?s)" + said.replace("?", r"\?")):
        load_plan(write_plan(tmp_path), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("layer", ["demand", "streets"])
def test_the_layer_of_a_period_is_not_replaced_for_one_run(layer: str) -> None:
    plan = Path(__file__).parents[1] / "cases" / "plans" / "periods"
    said = rf"'egress:{layer}' cannot be replaced for one run, as it is a period's own; .*'egress'"
    with pytest.raises(UsageError, match=said):
        load_plan(plan, layers={f"egress:{layer}": plan / "stations.geojson"})
    with pytest.raises(UsageError, match=r"there is no layer 'noon:demand'"):
        load_plan(plan, layers={"noon:demand": plan / "stations.geojson"})


def test_points_only_and_areas_only(tmp_path: Path) -> None:
    points = load_plan(write_plan(tmp_path / "p", layers={"areas": None}))
    areas = load_plan(write_plan(tmp_path / "a", layers={"demand": None}))
    assert points.problem.demand.people.sum() == 1420
    assert points.areas == ()
    assert areas.problem.demand.zones == ("box-1",)


def test_a_point_and_a_sampled_point_may_not_share_a_name(tmp_path: Path) -> None:
    people = [point(2.35, 48.8515, id="box-1#01", people=3)]
    with pytest.raises(Exception, match="occurs as a point and as a point of an area"):
        load_plan(write_plan(tmp_path, layers={"demand": people}))


def test_a_misspelt_column_is_worth_a_warning(tmp_path: Path) -> None:
    layers = {name: [dict(one) for one in rows] for name, rows in drawn_layers().items()}
    layers["sites"][0]["properties"] |= {"max_unit": 3, "colour": "red"}
    layers["demand"][0]["properties"] |= {"priorty": 3}
    plan = load_plan(write_plan(tmp_path, layers=layers))
    assert plan.warnings == (
        "sites.geojson: column 'max_unit' is not used; did you mean 'max_units'?",
        "demand.geojson: column 'priorty' is not used; did you mean 'priority'?",
    )


def test_nobody_anywhere_is_worth_a_warning(tmp_path: Path) -> None:
    people = [point(2.35, 48.8515, id="a", people=0)]
    plan = load_plan(write_plan(tmp_path, layers={"demand": people, "areas": None}))
    assert "0 people in all" in plan.warnings[0]


def test_drawn_layers_without_ids_are_numbered_by_shape_not_by_row(tmp_path: Path) -> None:
    water = [box(2.344 + at / 1000, 48.849, 2.3445 + at / 1000, 48.851) for at in range(12)]
    one = load_plan(write_plan(tmp_path / "a", layers={"water": water}))
    other = load_plan(write_plan(tmp_path / "b", layers={"water": water[::-1]}))
    identical(one, other)
    assert one.water[0].id == "water-01"


def test_routes_may_have_several_lines_and_parts(tmp_path: Path) -> None:
    route = [
        line((2.351, 48.85), (2.352, 48.85), id=2, name="second"),
        {
            **line((2.35, 48.85), (2.351, 48.85), id="1"),
            "geometry": {
                "type": "MultiLineString",
                "coordinates": [[[2.35, 48.85], [2.351, 48.85]], [[2.3, 48.85], [2.31, 48.85]]],
            },
        },
    ]
    plan = load_plan(write_plan(tmp_path, layers={"route": route}))
    assert [(one.id, one.name) for one in plan.route] == [("1", "1"), ("2", "second")]


def test_an_area_too_large_for_the_grid_is_refused(tmp_path: Path) -> None:
    area = [box(0.5, 47.5, 4.5, 50.0, id="large", people=5)]
    with pytest.raises(Exception, match=r"feature 'large': is too large to be sampled every 20 m"):
        load_plan(write_plan(tmp_path, layers={"areas": area}))
