"""Who is not covered, where and why: every column adds up to the card."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from placement.cover.survey import survey
from placement.maps.numbering import letters, numbers
from placement.maps.page import uncovered
from placement.maps.people_panel import gaps, main_resource, shown_resources, whole
from placement.plan.problem import Plan
from placement.solution import Solution
from tests.maps.pages import drawn_plan, ruled_plan, ruled_solution, solution_of


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> Plan:
    return drawn_plan(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def laned(tmp_path_factory) -> tuple[Plan, Solution]:
    """A plan with lanes and a solution that admits whom its gates and areas say."""
    plan = ruled_plan(tmp_path_factory.mktemp("laned"))
    solution = ruled_solution(plan)
    told = solution.lanes
    assert told is not None
    admitted = sum(sum(gate.sent) for gate in told.gates.values())
    slow = sum(sum(people) for name, table in told.areas.items() if name.endswith("~step-free")
               for people in table.values())  # fmt: skip
    part = solution.coverage["checkpoint"]
    assert part.step_free is not None
    people = float(plan.problem.demand.people[plan.problem.demand.step_free].sum())
    part = replace(
        part, covered=admitted, step_free=replace(part.step_free, covered=slow, total=people)
    )
    return plan, replace(solution, coverage=dict(solution.coverage) | {"checkpoint": part})


def sums_of(found: dict, key: str, column: str, resource: int) -> int:
    return sum(row[key][column][resource] for row in found["rows"] if row[key] is not None)


def test_too_far_and_turned_away_add_up_to_the_card(laned) -> None:
    plan, solution = laned
    found = gaps(plan, solution, uncovered(plan, solution, survey(plan)))
    coverage = solution.coverage["checkpoint"]
    lost = found["all"]["far"][0] + found["all"]["turned"][0]
    assert lost == round(coverage.total) - round(coverage.covered)
    assert found["all"]["turned"][0] > 0
    slow = coverage.step_free
    assert found["slow"]["far"][0] + found["slow"]["turned"][0] == round(slow.total) - round(
        slow.covered
    )


def test_every_column_adds_up_without_lanes_too(plan: Plan) -> None:
    solution = solution_of(plan)
    found = gaps(plan, solution, uncovered(plan, solution, survey(plan)))
    for at, kind in enumerate(plan.problem.resources):
        coverage = solution.coverage[kind.id]
        lost = round(coverage.total) - round(coverage.covered)
        assert sums_of(found, "all", "far", at) == found["all"]["far"][at] == lost
        assert sums_of(found, "all", "turned", at) == found["all"]["turned"][at] == 0
    assert sum(row["all"]["people"] for row in found["rows"]) == round(
        float(plan.problem.demand.people.sum())
    )


def test_a_file_that_does_not_say_who_is_sent_leaves_the_areas_open(laned) -> None:
    plan, solution = laned
    old = replace(solution, lanes=replace(solution.lanes, areas={}))
    found = gaps(plan, old, uncovered(plan, old, survey(plan)))
    assert {row["all"]["turned"][0] for row in found["rows"]} == {None}
    assert {row["all"]["turned"][1] for row in found["rows"]} == {0}


@given(st.lists(st.floats(0, 1e6), max_size=30))
def test_whole_people_add_up_and_are_off_by_less_than_one(people: list[float]) -> None:
    exact = np.array(people)
    total = round(float(exact.sum()))
    found = whole(exact, total)
    assert found.sum() == total
    assert np.abs(found - exact).max(initial=0) <= 1


def test_figures_that_contradict_one_another_are_rounded_one_by_one() -> None:
    assert whole(np.array([1.4, 2.6]), 900).tolist() == [1, 3]


def test_a_resource_without_posts_and_worth_is_not_spoken_of(plan: Plan) -> None:
    dogs = solution_of(plan, (("bridge-north", "dog_team"),))
    assert shown_resources(plan, dogs) == [True, True]
    first, second = plan.problem.resources
    for change in ({"value": 0.0}, {"fleet": 0}):
        poor = replace(
            plan, problem=replace(plan.problem, resources=(replace(first, **change), second))
        )
        assert shown_resources(poor, dogs) == [False, True]
        assert main_resource(poor, dogs) == 1
        # where posts of it stand all the same, they are shown
        assert shown_resources(poor, solution_of(plan)) == [True, True]
    assert shown_resources(plan, replace(dogs, budget=0.5)) == [False, True]
    assert shown_resources(plan, replace(dogs, limits={"checkpoint": 0})) == [False, True]


def test_where_no_resource_is_left_all_are_shown(plan: Plan) -> None:
    empty = replace(solution_of(plan, ()), budget=0.0)
    assert shown_resources(plan, empty) == [True, True]


def test_posts_are_numbered_along_the_route(plan: Plan) -> None:
    solution = solution_of(plan)
    found = numbers(plan, solution)
    assert sorted(found.values()) == ["C1", "C2", "C3", "D1"]
    (route,) = plan.route
    sites = plan.problem.sites
    way = {
        number: route.xy.project(Point(sites.xy[sites.id.index(post.partition("/")[0])]))
        for post, number in found.items()
        if number.startswith("C")
    }
    assert [way[f"C{n}"] for n in (1, 2, 3)] == sorted(way.values())
    upside_down = replace(solution, posts_list=solution.posts_list[::-1])
    assert numbers(plan, upside_down) == found


def test_without_a_route_posts_are_numbered_from_west_to_east(plan: Plan) -> None:
    solution = solution_of(plan)
    found = numbers(replace(plan, route=()), solution)
    sites = plan.problem.sites
    gates = sorted(
        (post for post in solution.posts_list if post.resource == "checkpoint"),
        key=lambda post: sites.xy[sites.id.index(post.site), 0],
    )
    assert [found[post.id] for post in gates] == ["C1", "C2", "C3"]


@given(st.lists(st.text(min_size=1), unique=True, max_size=60))
def test_no_two_resources_share_a_letter(names: list[str]) -> None:
    found = letters(names)
    assert list(found) == names
    assert len(set(found.values())) == len(names)


def test_a_letter_is_taken_from_the_identifier() -> None:
    assert list(letters(["checkpoint", "dog_team", "camera", "7"]).values()) == ["C", "D", "A", "B"]
