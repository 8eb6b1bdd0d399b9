"""The audit reads the files of a demand in parts by itself, and finds people lost or moved."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import placement
from placement.plan.problem import Plan
from placement.solution import Solution
from tests.parted_town import drawn, write

MORE = "[walking]\naggregate_m = 10\n"


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    path = write(tmp_path_factory.mktemp("town") / "plan", drawn(300), parts=4, more=MORE)
    plan = placement.load_plan(path)
    return plan, placement.optimise(plan)


def squares(plan: Plan, solution: Solution) -> list[str]:
    found = placement.audit(plan, solution).findings
    return [one for one in found if one.startswith("people of the demand in the square of 640 m")]


def test_what_was_read_holds(solved: tuple[Plan, Solution]) -> None:
    assert placement.audit(*solved).ok


def test_people_who_are_lost_or_moved_are_found(solved: tuple[Plan, Solution]) -> None:
    plan, solution = solved
    demand = plan.problem.demand
    fewer, moved = demand.people.copy(), demand.xy.copy()
    fewer[7] -= 1.0
    moved[7] += 2000.0
    for changed, many in (({"people": fewer}, 1), ({"xy": moved}, 2)):
        problem = replace(plan.problem, demand=replace(demand, **changed))
        assert len(squares(replace(plan, problem=problem), solution)) == many


def test_a_part_that_has_changed_since_is_found(
    solved: tuple[Plan, Solution], tmp_path: Path
) -> None:
    plan, solution = solved
    frame = drawn(300).iloc[:75]
    frame["people"] = frame["people"] + np.where(frame.index == 3, 1.0, 0.0)
    for crs in (4326, 2154):
        for encoding in ("WKB", "geoarrow"):
            part = tmp_path / f"{crs}-{encoding}.parquet"
            frame.to_crs(crs).to_parquet(part, geometry_encoding=encoding)
            parts = {"demand": (part, *plan.parts["demand"][1:])}
            assert len(squares(replace(plan, parts=parts), solution)) == 1


def test_periods_that_take_the_layer_have_its_people(tmp_path: Path) -> None:
    more = MORE + (
        '[[periods]]\nname = "early"\nbegins = "10:00"\nends = "12:00"\n'
        '[[periods]]\nname = "late"\nbegins = "12:00"\nends = "14:00"\n'
    )
    plan = placement.load_plan(write(tmp_path / "plan", drawn(60), parts=2, more=more))
    solution = placement.optimise(plan)
    assert placement.audit(plan, solution).ok
    demand = plan.problem.demand
    people = np.where(demand.period == 1, demand.people, 0.0)
    problem = replace(plan.problem, demand=replace(demand, people=people))
    found = placement.audit(replace(plan, problem=problem), solution).findings
    said = [one for one in found if one.startswith("people of the demand in 'early'")]
    assert said
    assert not [one for one in found if "demand in 'late'" in one]
