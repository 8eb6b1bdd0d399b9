"""Catchments and routes beside a solution: where they lead, and the same bytes each time."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

import placement
from placement.cover.catchments import rings
from placement.cover.routes import routes
from placement.cover.survey import survey
from placement.errors import UsageError
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.streets.numbering import geodesic_m
from tests.builders import LOWER_QUAY, drawn_layers, point, write_plan

type Town = tuple[Plan, Solution]


def write_town(folder: Path, *, shuffle: int | None = None, **layers: Any) -> Path:
    """The drawn town, some of whose people walk step-free, with a post on the lower quay."""
    demand = drawn_layers()["demand"]
    demand[1]["properties"]["step_free_people"] = 30
    demand[5]["properties"]["step_free_people"] = 50
    quay = point(
        2.3470, LOWER_QUAY, id="quay", level=-1, resources=["checkpoint"], status="required"
    )
    sites = [*drawn_layers()["sites"], quay]
    return write_plan(folder, layers={"demand": demand, "sites": sites, **layers}, shuffle=shuffle)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    plan = placement.load_plan(write_town(tmp_path_factory.mktemp("town")))
    return plan, placement.optimise(plan)


def test_routes_are_the_walks_that_are_counted(town: Town) -> None:
    plan, solution = town
    walks, problem = survey(plan), plan.problem
    found = routes(plan, solution.posts_list)
    assert len({(one.resource, one.area) for one in found}) == len(found)
    for one in found:
        row, column = (
            problem.demand.id.index(one.point),
            problem.sites.id.index(one.post.partition("/")[0]),
        )
        table = walks.walk[one.resource]
        open_ = [
            problem.sites.id.index(post.site)
            for post in solution.posts_list
            if post.resource == one.resource
        ]
        mine = table[[row], :].toarray()[0]
        assert one.walk_s == mine[column] == mine[open_][mine[open_] > 0].min()
        ends = problem.demand.lonlat[row], problem.sites.lonlat[column]
        if one.resource == "dog_team":  # teams walk out
            ends = ends[::-1]
        drawn = shapely.get_coordinates(one.line)
        assert np.abs(drawn[[0, -1]] - ends).max() <= 1e-6
        # along the streets at the speed of who walks there
        length_m = sum(
            geodesic_m(*a, *b) for a, b in zip(drawn[:-1].tolist(), drawn[1:].tolist(), strict=True)
        )
        if "Escalier" not in one.names:
            speed = 0.69 if one.step_free else 1.34
            assert length_m == pytest.approx(one.walk_s * speed, abs=1.0)


def test_who_walks_step_free_goes_another_way(town: Town) -> None:
    plan, solution = town
    found = {(one.resource, one.area): one for one in routes(plan, solution.posts_list)}
    slow = found["checkpoint", "quay~step-free"]
    assert slow.step_free
    assert slow.post == "quay/checkpoint"
    assert "Escalier" not in slow.names
    assert found["checkpoint", "north~step-free"].walk_s > found["checkpoint", "north"].walk_s
    # of a team's walks nobody's are step-free
    assert not any(one.step_free for one in found.values() if one.resource == "dog_team")


def test_routes_of_one_post(town: Town) -> None:
    plan, solution = town
    mine = routes(plan, solution.posts_list, post="quay/checkpoint")
    assert mine
    assert {one.post for one in mine} == {"quay/checkpoint"}
    with pytest.raises(UsageError, match=r"no post 'quay/checkpont'; did you mean 'quay/check"):
        routes(plan, solution.posts_list, post="quay/checkpont")


def test_catchments_agree_with_the_cover(town: Town) -> None:
    plan, solution = town
    walks, problem = survey(plan), plan.problem
    found = rings(plan, solution.posts_list, minutes=[4, 2])
    assert [ring.limit_s for ring in found[:2]] == [120, 240]
    water = shapely.union_all([shape.xy for shape in plan.water])
    inner = {ring.post: ring.shape for ring in found if ring.limit_s == 120}
    for ring in found:
        assert shapely.intersection(ring.shape, water).area < 1e-6
        if ring.limit_s == 240:
            assert shapely.difference(inner[ring.post], ring.shape).area < 1
    # a checkpoint's limit is 4 minutes: who is covered stands in its catchment, or within a cell
    for ring in found:
        if ring.limit_s != 240 or ring.resource != "checkpoint":
            continue
        site = problem.sites.id.index(ring.post.partition("/")[0])
        row = walks.walk["checkpoint"][:, [site]].tocoo()
        same = problem.demand.level[row.coords[0]] == problem.sites.level[site]
        near = problem.demand.xy[row.coords[0][same & ~problem.demand.step_free[row.coords[0]]]]
        assert shapely.distance(shapely.points(near), ring.shape).max(initial=0) <= 21
    # each post from its own level: on the quay it is the quay that is drawn, not the street above
    low = inner["quay/checkpoint"]
    assert shapely.contains_xy(low, *problem.sites.xy[problem.sites.id.index("quay")])


@pytest.mark.parametrize("streets", [True, False])
def test_the_files_are_canonical(tmp_path: Path, streets: bool) -> None:
    layers = {} if streets else {"streets": None}
    texts: list[list[str]] = []
    for name, shuffle in (("a", None), ("b", 3)):
        plan = placement.load_plan(write_town(tmp_path / name, shuffle=shuffle, **layers))
        solution = placement.optimise(plan)
        area, way = tmp_path / name / "c.geojson", tmp_path / name / "r.geojson"
        placement.write_catchments(plan, solution, area, minutes=[1.5, 4])
        placement.write_routes(plan, solution, way)
        texts.append([area.read_text("utf-8"), way.read_text("utf-8")])
    assert texts[0] == texts[1]
    for text in texts[0]:
        features = json.loads(text)["features"]
        assert len(text.splitlines()) == len(features) + 2
        names = [feature["id"] for feature in features]
        assert names == sorted(names)
        for feature in features:
            drawn = shapely.from_geojson(json.dumps(feature["geometry"]))
            assert drawn.is_valid
            corners = shapely.get_coordinates(drawn)
            assert np.array_equal(corners, np.round(corners, 6))
    together = [one for one in json.loads(texts[0][0])["features"] if "posts" in one["properties"]]
    assert {one["properties"]["walk_s"] for one in together} == {90, 240}
    assert max(one["properties"]["posts"] for one in together) > 1


@pytest.mark.parametrize("minutes", [[], [3, 3], [0], [-1], [1441], [float("nan")]])
def test_walks_that_cannot_be(town: Town, minutes: list[float], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        placement.write_catchments(*town, tmp_path / "c.geojson", minutes=minutes)
    assert list(tmp_path.iterdir()) == []
