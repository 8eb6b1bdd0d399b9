"""Rings while closures begin and end: who gets all the way in, in every part of the day."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product

import pytest

import placement
from placement.cover.survey import survey
from placement.plan.problem import Plan
from placement.solution import Solution
from tests.builders import drawn_layers, write_plan

OUTER = ["bridge-south", "south-west", "south-east"]
INNER = ["bridge-north", "north-west", "north-east"]
RULES = f"""
[resources.checkpoint.lanes]
rate_per_h = 100
opens = "16:00"
closes = "17:00"

[[rings]]
name = "outer"
sites = {OUTER}

[[rings]]
name = "inner"
sites = {INNER}
walk_limit_min = 12

[[zones]]
zone = "south"
resource = "checkpoint"
ring = "outer"

[[zones]]
zone = "north"
resource = "checkpoint"
gates = ["north-west"]

[[closures]]
street = "Pont Dessiné"
begins = "18:00"
ends = "20:00"

[[closures]]
street = "Street 2"
begins = "19:00"
ends = "23:00"

[[closures]]
street = "Street 1"
begins = "22:00"
ends = "24:00"
"""


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    """The drawn town, of which people of both banks come to the south, and are there told apart."""
    demand = drawn_layers()["demand"]
    demand[0]["properties"]["step_free_people"] = 30
    file = write_plan(
        tmp_path_factory.mktemp("town"),
        layers={"demand": demand},
        extra=RULES,
        replace={"walk_limit_min = 4": "walk_limit_min = 13"},
    )
    plan = placement.load_plan(file, at="17:00")
    units = {f"{site}/checkpoint": 2 for site in [*OUTER, *INNER]} | {"bridge-north/dog_team": 1}
    return plan, placement.evaluate(plan, units, bound=False).solution


def getting_in(plan: Plan) -> Iterator[bool]:
    """Try for each demand point every outer gate with every inner one, as the ground is then."""
    problem, walks = plan.problem, survey(plan)
    assert walks.between is not None
    site = {name: at for at, name in enumerate(problem.sites.id)}
    known = [
        dict(zip(zip(*(one.tolist() for one in t.coords), strict=True), t.data, strict=True))
        for t in (walks.by_any["checkpoint"].tocoo(), *(one.tocoo() for one in walks.between))
    ]
    for point, zone in enumerate(problem.demand.zones[at] for at in problem.demand.zone.tolist()):
        gates = ["north-west"] if zone == "north" else INNER[:1] + INNER[2:]
        between = known[2 if problem.demand.step_free[point] else 1]
        ways = product(OUTER, gates) if zone != "south" else ((gate,) for gate in OUTER)
        yield any(
            (point, site[way[0]]) in known[0]
            and all((site[a], site[b]) in between for a, b in pairwise(way))
            for way in ways
        )


def test_cover_through_the_day_is_of_those_who_get_all_the_way_in(
    evening: tuple[Plan, Solution],
) -> None:
    plan, solution = evening
    people = plan.problem.demand.people
    told = {one.begins: one.covered["checkpoint"] for one in solution.periods}
    assert sorted(told) == ["00:00", "18:00", "19:00", "20:00", "22:00", "23:00"]
    for begins, covered in told.items():
        then = placement.load_plan(plan.file, at=begins)
        tried = math.fsum(people[list(getting_in(then))])
        assert covered == pytest.approx(tried), begins
        # what the same posts cover in a plan for that time
        units = {post.id: post.units for post in solution.posts_list}
        alone = placement.evaluate(then, units, bound=False).solution
        assert covered == pytest.approx(
            sum(area.within for area in alone.areas["checkpoint"].values())
        )
    # without the bridge only those who stay outside get in
    assert 0 < told["18:00"] < told["20:00"] <= told["00:00"]
    assert len(set(told.values())) > 2


def test_the_audit_finds_another_cover_in_a_part_of_the_day(evening: tuple[Plan, Solution]) -> None:
    plan, solution = evening
    assert placement.audit(plan, solution).ok
    for at, one in enumerate(solution.periods):
        # as many as stand near any gate, whether it leads on or not
        wrong = replace(one, covered={**one.covered, "checkpoint": one.covered["checkpoint"] + 120})
        periods = (*solution.periods[:at], wrong, *solution.periods[at + 1 :])
        report = placement.audit(plan, replace(solution, periods=periods))
        assert not report.ok
        assert f"'checkpoint' from {one.begins}" in report.findings[0]
