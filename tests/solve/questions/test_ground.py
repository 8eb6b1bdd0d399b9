"""What a solution says of the ground: audited, and the same after writing and reading."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import placement
from placement.plan.problem import Plan
from placement.review.geojson import solution_text
from placement.solution import Solution, Unsnapped
from tests.builders import NORTH, box, drawn_layers, line, point, write_plan

CLOSURES = """
[[closures]]
street = "Street 2"
begins = "18:00"
ends = "23:00"
"""


def write_timed(folder: Path, *, shuffle: int | None = None) -> Path:
    """The drawn town with closures at three times, and two points that nobody reaches."""
    demand = drawn_layers()["demand"]
    demand[2]["properties"]["step_free_people"] = 30
    drawn = {
        "demand": [*demand, point(2.3520, 48.8500, id="boat", people=7, zone="river")],
        "sites": [*drawn_layers()["sites"], point(2.3640, 48.8500, id="raft")],
        "closures": [
            box(2.3515, 48.8460, 2.3530, 48.8487, id="square", begins="20:00", ends="25:00"),
            line((2.3455, NORTH[1]), (2.3545, NORTH[1]), id="eastward", oneway=True),
        ],
    }
    return write_plan(folder, layers=drawn, extra=CLOSURES, shuffle=shuffle)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    plan = placement.load_plan(write_timed(tmp_path_factory.mktemp("evening")), at="17:00")
    return plan, placement.optimise(plan)


def test_the_day_is_told_part_by_part(evening: tuple[Plan, Solution]) -> None:
    plan, solution = evening
    assert solution.at == "17:00"
    assert [(one.begins, one.ends, one.closed) for one in solution.periods] == [
        ("01:00", "18:00", ("eastward",)),
        ("18:00", "20:00", ("Street 2", "eastward")),
        ("20:00", "23:00", ("Street 2", "eastward", "square")),
        ("23:00", "01:00", ("eastward", "square")),
    ]
    for resource, told in solution.coverage.items():
        # what it was chosen for is what holds at that time, and closures never add anybody
        first, *others = [one.covered[resource] for one in solution.periods]
        assert first == told.covered
        assert max(others) <= first
    assert solution.periods[2].covered["checkpoint"] < solution.coverage["checkpoint"].covered
    # chosen for another time, the same posts are told by the same table
    late = placement.load_plan(plan.file, at="21:00")
    again = placement.optimise(late)
    assert again.coverage["checkpoint"].covered >= solution.periods[2].covered["checkpoint"]


def test_points_nobody_reaches_are_named(evening: tuple[Plan, Solution]) -> None:
    lost = evening[1].unsnapped
    assert lost == Unsnapped(sites=("raft",), demand=("boat",), people=7)


def test_walks_are_told_by_area(evening: tuple[Plan, Solution]) -> None:
    _, solution = evening
    table = solution.areas["checkpoint"]
    assert sorted(table) == ["box-1", "north", "north~step-free", "quay", "river", "south"]
    assert table["river"].within == 0
    assert table["river"].longest_s is None
    assert sum(row.within for row in table.values()) == solution.coverage["checkpoint"].covered
    assert all((row.longest_s or 0) <= 240 for row in table.values())


def test_what_was_written_is_what_is_read(evening: tuple[Plan, Solution], tmp_path: Path) -> None:
    plan, solution = evening
    placement.write_solution(solution, tmp_path / "s.geojson")
    again = placement.read_solution(tmp_path / "s.geojson")
    assert again == replace(solution, stopped=None)
    assert placement.audit(plan, again).ok


def test_the_order_of_rows_changes_no_byte(evening: tuple[Plan, Solution], tmp_path: Path) -> None:
    shuffled = placement.load_plan(write_timed(tmp_path, shuffle=5), at="17:00")
    assert solution_text(placement.optimise(shuffled)) == solution_text(evening[1])


def _areas(change: Callable[[dict[str, object]], object]) -> Callable[[Solution], Solution]:
    def altered(solution: Solution) -> Solution:
        tables = {name: dict(table) for name, table in solution.areas.items()}
        change(tables["checkpoint"])  # type: ignore[arg-type]
        return replace(solution, areas=tables)

    return altered


def _period(number: int, **changes: object) -> Callable[[Solution], Solution]:
    def altered(solution: Solution) -> Solution:
        periods = list(solution.periods)
        periods[number] = replace(periods[number], **changes)  # type: ignore[arg-type]
        return replace(solution, periods=tuple(periods))

    return altered


def _row(name: str, **changes: object) -> Callable[[Solution], Solution]:
    return _areas(lambda table: table.update({name: replace(table[name], **changes)}))  # type: ignore[type-var]


MUTATIONS: dict[str, Callable[[Solution], Solution]] = {
    "another time": lambda s: replace(s, at="18:00"),
    "no time": lambda s: replace(s, at=None),
    "a street closed for the run": lambda s: replace(s, closures=("Street 1",)),
    "nobody left out": lambda s: replace(s, unsnapped=None),
    "a point too few": lambda s: replace(
        s, unsnapped=Unsnapped(sites=(), demand=("boat",), people=7)
    ),
    "people too few": lambda s: replace(
        s, unsnapped=Unsnapped(sites=("raft",), demand=("boat",), people=6)
    ),
    "no periods": lambda s: replace(s, periods=()),
    "a period missing": lambda s: replace(s, periods=s.periods[1:]),
    "a closure missing": _period(1, closed=("eastward",)),
    "a period too long": _period(0, ends="18:01"),
    "cover that is not there": _period(2, covered={"checkpoint": 5000.0, "dog_team": 0.0}),
    "an area missing": _areas(lambda table: table.pop("quay")),
    "an area too many": _areas(lambda table: table.update({"moon": table["quay"]})),
    "fewer people": _row("north", people=1.0),
    "fewer within": _row("north", within=1.0),
    "a shorter median": _row("box-1", median_s=1.0),
    "a longer 95th": _row("box-1", p95_s=239.0),
    "a longest that is none": _row("box-1", longest_s=500.0),
    "no walk": _row("box-1", longest_s=None),
}


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_whatever_was_touched_is_found(evening: tuple[Plan, Solution], name: str) -> None:
    plan, solution = evening
    altered = MUTATIONS[name](solution)
    assert altered != solution
    report = placement.audit(plan, altered)
    assert not report.ok


def test_a_day_without_hours_has_no_periods(tmp_path: Path) -> None:
    plan = placement.load_plan(write_plan(tmp_path), closures=["Street 2"], at="17:00")
    solution = placement.optimise(plan)
    assert (solution.periods, solution.at) == ((), None)
    assert solution.closures == ("Street 2",)
