"""The page of a day and a solution that tells of other periods than the plan has."""

from dataclasses import replace
from pathlib import Path

import pytest

import placement
from placement.errors import InputError
from placement.maps.day import day_data, day_values
from placement.review.geojson import read_solution

PERIODS = Path(__file__).parents[1] / "cases" / "plans" / "periods"


def test_a_solution_of_other_periods_is_refused() -> None:
    plan = placement.load_plan(PERIODS / "plan.toml")
    solution = read_solution(PERIODS / "solution.geojson")
    assert [one["people"] for one in day_values(plan, solution)] == [1140, 1920, 1140]
    for others in ((), solution.periods[1:], solution.periods[::-1]):
        for draw in (day_data, day_values):
            with pytest.raises(InputError, match=r"plan\.toml, field 'periods': are not those"):
                draw(plan, replace(solution, periods=others))
