"""What the page is told: the figures of the solution, and the shapes of the plan."""

import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from shapely import box

from placement.cover.catchments import rings
from placement.cover.routes import routes
from placement.cover.survey import survey
from placement.maps.page import base_map, page_data, uncovered
from placement.maps.walks_panel import in_degrees, times
from placement.maps.webmap import page
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.solution import Solution, Status
from tests.builders import write_plan
from tests.maps.pages import drawn_plan, hostile_plan, solution_of


def data_of(plan: Plan, solution: Solution) -> dict:
    walks = survey(plan)
    posts = solution.posts_list
    return base_map(plan, walks.streets) | page_data(
        plan,
        solution,
        in_degrees(plan, rings(plan, posts, minutes=times(plan))),
        uncovered(plan, solution, walks),
        routes=routes(plan, posts),
    )


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> Plan:
    return drawn_plan(tmp_path_factory.mktemp("plan"))


def test_the_uncovered_are_all_but_the_covered(plan: Plan) -> None:
    solution = solution_of(plan)
    missing = uncovered(plan, solution, survey(plan))
    for resource, rows in missing.items():
        left = plan.problem.demand.people[rows].sum()
        coverage = solution.coverage[resource]
        assert left == pytest.approx(coverage.total - coverage.covered)


def test_without_posts_nobody_is_covered(plan: Plan) -> None:
    missing = uncovered(plan, solution_of(plan, ()), survey(plan))
    assert all(rows.all() for rows in missing.values())


def test_figures_are_those_of_the_solution(plan: Plan) -> None:
    solution = solution_of(plan)
    data = data_of(plan, solution)
    assert [one["id"] for one in data["resources"]] == ["checkpoint", "dog_team"]
    for one in data["resources"]:
        coverage = solution.coverage[one["id"]]
        assert (one["covered"], one["total"], one["share"]) == (
            coverage.covered,
            coverage.total,
            coverage.share,
        )
    assert data["resources"][0]["posts"] == 3
    assert data["resources"][0]["units"] == 6
    assert data["budget"]["unit"] == {"en": "officers", "fr": "agents"}
    assert data["title"] == {"en": "A drawn town", "fr": "Une ville dessinée"}


def test_every_site_is_a_post_or_a_candidate(plan: Plan) -> None:
    data = data_of(plan, solution_of(plan))
    drawn = {post["site"] for post in data["posts"]} | {site["site"] for site in data["sites"]}
    assert drawn == set(plan.problem.sites.id)
    east = next(site for site in data["sites"] if site["site"] == "south-east")
    assert [option["status"] for option in east["options"]] == ["optional", "excluded"]
    station = next(site for site in data["sites"] if site["site"] == "south-west")
    assert [option["resource"] for option in station["options"]] == [0]


def test_options_that_many_sites_have_are_written_once(plan: Plan) -> None:
    """The page finds those of each site by their place in the list: none is lost or altered."""
    told = data_of(plan, solution_of(plan))
    block = re.search(r'id="plan-data">(.*?)</script>', page(told), re.DOTALL)
    assert block is not None
    data = json.loads(block[1])
    assert len({json.dumps(one) for one in data["options"]}) == len(data["options"])
    options = {site["site"]: data["options"][site["options"]] for site in data["sites"]}
    assert options == {site["site"]: site["options"] for site in told["sites"]}


def test_an_area_says_how_many_of_its_people_are_covered(plan: Plan) -> None:
    (area,) = data_of(plan, solution_of(plan))["areas"]
    assert area["people"] == 500
    assert all(0 <= covered <= 500 for covered in area["covered"])
    (area,) = data_of(plan, solution_of(plan, ()))["areas"]
    assert area["covered"] == [0, 0]


def test_straight_lines_are_said_and_have_no_streets(tmp_path) -> None:
    plan = load_plan(write_plan(tmp_path, layers={"streets": None}))
    data = data_of(plan, solution_of(plan))
    assert data["walking"] == {"kind": "straight line", "detour": 1.3, "gap": 0.0}
    assert data["streets"] is None
    assert not data["sources"]["osm"]


@pytest.mark.parametrize(
    ("file", "osm"), [("a.osm.pbf", True), ("a.OSM", True), ("a.geojson", False)]
)
def test_openstreetmap_is_named_where_the_streets_are_its(plan: Plan, file: str, osm: bool) -> None:
    other = replace(plan, layers={**plan.layers, "streets": file})
    solution = solution_of(plan)
    data = page_data(other, solution, {}, uncovered(plan, solution, survey(plan)))
    assert data["sources"]["osm"] is osm
    assert data["sources"]["streets"] == file


def test_what_json_cannot_hold_becomes_none(plan: Plan) -> None:
    solution = solution_of(plan, status=Status.FEASIBLE, bound=math.inf, gap=math.inf)
    data = data_of(plan, solution)
    assert data["bound"] is None
    assert data["gap"] is None
    json.dumps(data, allow_nan=False)


def test_files_are_named_without_their_folders(plan: Plan) -> None:
    solution = replace(solution_of(plan), layers={"streets": "/secret/folder/x.osm.pbf"})
    assert "/secret" not in json.dumps(data_of(plan, solution))
    assert str(plan.file.parent) not in json.dumps(data_of(plan, solution))


def test_texts_are_verbatim(tmp_path) -> None:
    plan = hostile_plan(tmp_path)
    data = data_of(plan, solution_of(plan))
    names = {post["site"]: post["name"] for post in data["posts"]}
    for row, site in enumerate(plan.problem.sites.id):
        assert names.get(site, plan.problem.sites.name[row]) == plan.problem.sites.name[row]


def test_catchments_of_a_resource_are_drawn_as_one(plan: Plan) -> None:
    solution = solution_of(plan)
    none = uncovered(plan, solution, survey(plan))
    pairs = [("a/checkpoint", box(0, 0, 2, 1)), ("b/checkpoint", box(1, 0, 3, 1))]
    two = {"checkpoint": {240.0: pairs}}
    data = page_data(plan, solution, two, none)
    assert len(data["reach"][0]) == 1
    assert data["reach"][1] == []
    assert np.cumsum(np.reshape(data["reach"][0][0][0], (-1, 2)), axis=0).max() == 3_000_000


def test_without_a_plan_all_people_are_still_counted(plan: Plan) -> None:
    solution = replace(solution_of(plan, (), status=Status.INFEASIBLE), coverage={})
    for one in data_of(plan, solution)["resources"]:
        assert (one["covered"], one["total"], one["share"]) == (0, 1920, 0)
