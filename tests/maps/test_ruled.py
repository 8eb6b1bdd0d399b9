"""What the page is told of rules, tiers, changes and queues."""

import json
from dataclasses import replace

import pytest

from placement.maps.queues_panel import queued, waiting_people
from placement.plan.problem import Plan
from placement.solution import Gate
from tests.maps.pages import drawn_plan, ruled_plan, ruled_solution, solution_of
from tests.maps.test_page import data_of


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> Plan:
    return ruled_plan(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def data(plan: Plan) -> dict:
    return data_of(plan, ruled_solution(plan))


def test_a_plan_without_rules_says_nothing_of_them(tmp_path) -> None:
    plan = drawn_plan(tmp_path)
    plain = data_of(plan, solution_of(plan))
    assert plain["lanes"] is None
    assert plain["rules"]["changes"] is None
    assert not any(plain["rules"][name] for name in ("floors", "others", "lock", "forbid", "tiers"))
    assert all(one["step_free"] is one["backup"] is one["expected"] is None
               for one in plain["resources"])  # fmt: skip
    assert plain["areas"][0]["step_free"] is None


def test_floors_name_their_zone_and_whom_they_count(data: dict) -> None:
    floors = data["rules"]["floors"]
    everyone = [one for one in floors if not one["step_free"] and one["times"] == 1]
    assert {one["zone"] for one in everyone} == {"box-1", "north", "quay", "south"}
    assert [one["area"] for one in everyone if one["zone"] == "box-1"] == [0]
    assert [one["area"] for one in everyone if one["zone"] == "north"] == [None]
    [slow] = [one for one in floors if one["step_free"]]
    assert (slow["zone"], slow["resource"], slow["people"]) == ("box-1", 1, 100.0)
    [twice] = [one for one in floors if one["times"] == 2]
    assert (twice["zone"], twice["people"]) == ("box-1", 500.0)


def test_people_apart_and_other_rules_are_handed_on(data: dict) -> None:
    gate, dog = data["resources"]
    assert gate["step_free"] == {"covered": 60.0, "total": 242.0, "share": 0.247934}
    assert gate["backup"] is None
    assert (dog["backup"]["total"], dog["expected"]) == (500.0, 812.5)
    kinds = [(one["rule"], one["reached"]) for one in data["rules"]["others"]]
    assert kinds == [("group", 2.0), ("separation_m", 291.5)]
    assert data["areas"][0]["step_free"]["people"] == 100.0
    assert [post["key"] for post in data["rules"]["lock"]] == ["bridge-north/checkpoint"]


def test_tiers_and_weights_count_everybody_once(plan: Plan, data: dict) -> None:
    total = float(plan.problem.demand.people.sum())
    for rows in (data["rules"]["tiers"], data["rules"]["weights"]):
        assert len(rows) == 2
        assert sum(row["people"] for row in rows) == pytest.approx(total)
        assert all(0 <= met <= row["people"] for row in rows for met in row["covered"])
    assert [row["weight"] for row in data["rules"]["weights"]] == [2.0, 1.0]


def test_changes_stand_where_the_plan_knows_their_site(data: dict) -> None:
    changes = data["rules"]["changes"]
    assert [post["name"] for post in changes["opened"]] == ["Bridge, north"]
    gone, closed = changes["closed"]
    assert (gone["key"], gone["at"], gone["resource"]) == ("<gone>/{{6*7}}", None, None)
    assert closed["at"] == [2.3535, 48.8485]


def test_the_line_of_a_queue_is_the_fluid_queue(plan: Plan) -> None:
    told = queued(plan, ruled_solution(plan))
    assert told is not None
    gate, idle, short = told["gates"]
    assert gate["room"] == pytest.approx(127.5)
    # 22.5 wait after 16:30, 95 after 17:00; 67.5 in the next half hour, gone after it
    assert gate["waiting"] == [0.0, 22.5, 95.0, 27.5, 0.0, 0.0]
    assert gate["line"] == [
        [930.0, 0.0], [960.0, 0.0], [990.0, 22.5], [1020.0, 95.0], [1050.0, 27.5], [1080.0, 0.0],
        [1110.0, 0.0],
    ]  # fmt: skip
    assert idle["line"] == [[930.0, 0.0], [1110.0, 0.0]]
    # 2.5 wait at 16:30; the lanes' 127.5 a half hour clear 27.5 more than the 100 who come
    assert [1.0 * minute for minute, people in short["line"] if people == 2.5] == [990.0]
    assert [990.0 + round(30 * 2.5 / 27.5, 2), 0.0] in short["line"]


def test_the_line_of_all_gates_is_the_sum_of_theirs(plan: Plan) -> None:
    told = queued(plan, ruled_solution(plan))
    assert told is not None
    every = told["all"]
    for t, people in enumerate(every["waiting"]):
        assert people == pytest.approx(sum(gate["waiting"][t] for gate in told["gates"]))
        [there] = [p for minute, p in every["line"] if minute == 960.0 + 30 * t] or [None]
        assert there is None or there == pytest.approx(people, abs=0.1)
    assert every["clears"] == "18:00"
    assert every["wait"] == 22.4


def test_the_page_tells_where_each_area_is_sent(plan: Plan) -> None:
    told = queued(plan, ruled_solution(plan))
    assert told is not None
    rows = {(row["name"], row["step_free"]): row for row in told["areas"]}
    assert rows["box-1", False]["sent"] == [[0, 350.0], [2, 30.0]]
    assert rows["box-1", True]["sent"] == [[0, 100.0]]
    assert rows["box-1", False]["area"] == 0
    assert (rows["south", False]["sent"], rows["south", False]["area"]) == ([[1, 300.0]], None)
    for at, gate in enumerate(told["gates"]):
        here = sum(people for row in told["areas"] for to, people in row["sent"] if to == at)
        assert here == pytest.approx(sum(gate["sent"]))


def test_the_page_tells_who_comes_by_which_profile(plan: Plan) -> None:
    told = queued(plan, ruled_solution(plan))
    assert told is not None
    own, nasty = sorted(told["profiles"], key=lambda one: not one["own"])
    assert (own["name"], own["people"], sum(own["sent"])) == ("default", 400.0, 300.0)
    assert nasty["coming"] == [100.0, 300.0, 300.0, 100.0, 60.0, 40.0]


def test_an_older_solution_tells_nothing_of_areas(plan: Plan) -> None:
    solution = ruled_solution(plan)
    told = queued(plan, replace(solution, lanes=replace(solution.lanes, areas={})))
    assert told is not None
    assert told["areas"] == []


def test_what_rounding_leaves_is_no_queue() -> None:
    gate = Gate(sent=(10.04, 5.0), admitted=(10.0, 5.04), longest_wait_min=0.0, clears=None)
    assert waiting_people(gate) == [0.0, 0.0, 0.0]


def test_lanes_of_another_plan_are_left_out(tmp_path, plan: Plan) -> None:
    solution = ruled_solution(plan)
    other = replace(solution, lanes=replace(solution.lanes, resource="turnstile"))
    assert queued(plan, other) is None


def test_dots_tell_the_step_free_apart(plan: Plan) -> None:
    data = data_of(plan, solution_of(plan, ()))
    assert set(data["missing"]["m"]) == {0b1111}
    json.dumps(data, allow_nan=False)
