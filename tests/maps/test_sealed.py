"""Barriers on the map, on paper, in a comparison and in the formats of other programs."""

import io
import json
from pathlib import Path

import numpy as np
import pypdf
import pytest

import placement
from placement.cover.survey import survey
from placement.exports.export import write_export
from placement.maps.page import page_data, uncovered
from placement.maps.paper.dossier import dossier
from placement.maps.paper.material import Dossier
from placement.maps.states import State, states_data
from placement.maps.webmap import comparison_page, slider_page
from placement.maps.what_if import millionths, what_if
from placement.plan.problem import Plan
from placement.review.compare import compare
from placement.solution import Solution
from tests.sealed_town import write_sealed


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution, Solution]:
    plan = placement.load_plan(write_sealed(tmp_path_factory.mktemp("town"), budget=60))
    return plan, placement.optimise(plan, budget=29.5), placement.optimise(plan)


def test_the_page_has_each_barrier_with_its_way_and_no_candidate_of_it(
    sealed: tuple[Plan, Solution, Solution],
) -> None:
    plan, solution, _ = sealed
    walks = survey(plan)
    missing = uncovered(plan, solution, walks)
    data = page_data(plan, solution, {}, missing)
    fence, block = data["barriers"]
    assert (fence["label"], fence["count"], fence["cost"]) == (
        {"en": "Fence", "fr": "Barrière"}, 3, 18,
    )  # fmt: skip
    assert [way["id"] for way in fence["ways"]] == ["east-2", "west-2", "west-3"]
    assert block["ways"] == [
        {"id": "south", "name": "Pont Dessiné", "cost": 8.5, "line": [[2349900, 48850900, 200, 0]]}
    ]
    assert {post["site"] for post in data["posts"]} == {"gate-east"}
    assert {site["site"] for site in data["sites"]} == {"gate-west", "beside"}
    assert {
        "rule": "sealed", "name": "", "resource": None, "asked": 5.0, "reached": 5.0,
    } in data["rules"]["others"]  # fmt: skip
    assert data["seals"] == {"gate-east/checkpoint": ["Street 3"]}
    # a variant of it is counted from the barriers that may stand, and from what stands in each way
    counted = what_if(plan, solution, walks)
    assert counted is not None
    assert [kind["id"] for kind in counted["barriers"]] == ["fence", "vehicle_block"]
    assert [len(way["options"]) for way in counted["ways"]] == [
        len(way.options) for way in plan.problem.ways
    ]
    assert json.loads(json.dumps(data)) == data


def test_places_are_rounded_as_a_solution_is_written() -> None:
    """The middle of a way often lies by half a millionth of a degree."""
    halves = np.array([[2.3162945, 48.8625215], [-0.1194995, 51.5077865], [0.0000005, -0.0000005]])
    near = np.concatenate([np.nextafter(halves, -180), halves, np.nextafter(halves, 180)])
    told = [[f"{round(one, 6) + 0.0:.6f}" for one in place] for place in near.tolist()]
    assert [[f"{one / 1e6:.6f}" for one in place] for place in millionths(near).tolist()] == told


def test_a_difference_tells_barriers_apart_from_posts(
    sealed: tuple[Plan, Solution, Solution],
) -> None:
    _, poor, rich = sealed
    told = compare(rich, poor).text()
    assert "closed: 1 post\n" in told
    assert "set up: 1 barrier\n    + west-2/fence  Street 2  cost 6\n" in told
    assert "barriers, fence: 2, cost 12 → 3, cost 18" in told
    back = compare(poor, rich)
    assert "taken away: 1 barrier\n    - west-2/fence  Street 2  cost 6\n" in back.text()
    assert back.moved == ()
    assert "barriers fence" not in told


@pytest.mark.parametrize("to", ["gpkg", "kml", "gpx", "csv", "xlsx", "geojson"])
def test_barriers_reach_other_programs(
    sealed: tuple[Plan, Solution, Solution], tmp_path: Path, to: str
) -> None:
    plan, solution, _ = sealed
    write_export(plan, solution, tmp_path / f"x.{to}", to=to)
    if to in {"csv", "kml", "gpx", "geojson"}:
        assert "west-2/fence" in (tmp_path / f"x.{to}").read_text(encoding="utf-8")


def test_a_comparison_and_a_slider_are_drawn(sealed: tuple[Plan, Solution, Solution]) -> None:
    plan, poor, rich = sealed
    states = [State(plan=plan, solution=one) for one in (poor, rich)]
    told = states_data(states)["states"]
    assert [[len(kind["ways"]) for kind in one["barriers"]] for one in told] == [[3, 1], [2, 1]]
    assert "taken away: 1 barrier" in comparison_page(*states)
    assert "gate-west" in slider_page(states, "budget")


def test_paper_lists_each_barrier_by_the_square_of_the_map(
    sealed: tuple[Plan, Solution, Solution],
) -> None:
    plan, poor, _ = sealed
    pages = pypdf.PdfReader(io.BytesIO(dossier(plan, poor, Dossier(paper="a4")))).pages
    listed = pages[1].extract_text()
    fences = listed[listed.index("Barriers: Fence") : listed.index("Barriers: Vehicle block")]
    rows = [line.split() for line in fences.splitlines() if "Street" in line]
    standing = [post for post in poor.posts_list if post.resource == "fence"]
    assert sorted(row[1:] for row in rows) == sorted([*one.name.split(), "6"] for one in standing)
    # from west to east by the letter of the square
    assert [row[0][0] for row in rows] == sorted(row[0][0] for row in rows)
    assert f"{len(standing)} {6 * len(standing)}" in fences
    assert "Pont Dessiné 8.5" in listed
