"""Cover on nights when posts are missing: against every night there can be, one by one."""

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import placement
from placement.cover.survey import survey
from placement.errors import UsageError
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.studies.risk import Risk, risk
from tests.builders import write_plan

CASES = Path(__file__).parents[1] / "cases" / "plans"
UNITS = {
    "bridge-north/checkpoint": 2,
    "north-east/checkpoint": 1,
    "south-west/checkpoint": 1,
    "bridge-north/dog_team": 1,
    "bridge-south/dog_team": 1,
    "north-east/dog_team": 1,
}
AWAY = {"checkpoint": 0.2, "dog_team": 0.1, "north-east/dog_team": 0.4}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    plan = load_plan(write_plan(tmp_path_factory.mktemp("town")))
    return plan, placement.evaluate(plan, UNITS, bound=False).solution


def nights(plan: Plan, solution: Solution, resource: str) -> list[tuple[float, float]]:
    """Return every set of posts that may be there: how likely it is, and whom it covers."""
    posts = [post for post in solution.posts_list if post.resource == resource]
    sites = [plan.problem.sites.id.index(post.site) for post in posts]
    reach = np.zeros((len(plan.problem.demand), len(posts)), np.bool_)
    walk = survey(plan).walk[resource].tocoo()
    for row, column in zip(*walk.coords, strict=True):
        if column in sites:
            reach[row, sites.index(column)] = True
    found = []
    for there in itertools.product((False, True), repeat=len(posts)):
        likely = 1.0
        for post, is_there in zip(posts, there, strict=True):
            gone = AWAY.get(post.id, AWAY[resource]) ** post.units
            likely *= 1 - gone if is_there else gone
        covered = plan.problem.demand.people[reach[:, list(there)].any(axis=1)].sum()
        found.append((likely, float(covered)))
    return found


def of(rows: tuple[Risk, ...], resource: str, solution: int = 0) -> Risk:
    return next(one for one in rows if (one.resource, one.solution) == (resource, solution))


@pytest.mark.parametrize("resource", ["checkpoint", "dog_team"])
def test_means_and_worst_nights_are_those_of_all_nights_there_are(
    town: tuple[Plan, Solution], resource: str
) -> None:
    plan, solution = town
    every = sorted(nights(plan, solution, resource), key=lambda one: one[1])
    mean = math.fsum(likely * covered for likely, covered in every)
    left, tail = 0.05, 0.0
    for likely, covered in every:
        tail += min(left, likely) * covered
        left -= min(left, likely)
    found = [
        of(risk(plan, [solution], away=AWAY, nights=2048, seed=seed).rows, resource)
        for seed in range(1, 21)
    ]
    assert all(one.exact == pytest.approx(mean) for one in found)
    assert found[0].promised == solution.coverage[resource].covered
    held = [one.mean.low <= mean <= one.mean.high for one in found]
    assert sum(held) >= 17  # of 20 intervals of 95%
    assert np.mean([one.mean.value for one in found]) == pytest.approx(mean, rel=2e-3)
    assert np.mean([one.worst.value for one in found]) == pytest.approx(tail / 0.05, rel=0.02)
    assert all(one.least <= one.low <= one.promised for one in found)


def test_a_day_is_the_sum_of_its_periods_night_by_night() -> None:
    """A post that is missing is missing in every period; each counts whom it has within reach."""
    plan = load_plan(CASES / "periods")
    solution = placement.evaluate(plan, UNITS, bound=False).solution
    rows = risk(plan, [solution], away=AWAY, nights=65_536).rows
    parts = {one.name: risk(one.plan, [solution], away=AWAY, nights=65_536) for one in plan.periods}
    for resource, serves in (
        ("checkpoint", ("ingress", "event", "egress")),
        ("dog_team", ("event", "egress")),  # as the plan says
    ):
        found = of(rows, resource)
        alone = [of(parts[name].rows, resource) for name in serves]
        assert found.promised == solution.coverage[resource].covered
        assert found.promised == math.fsum(one.promised for one in alone)
        assert found.exact == pytest.approx(math.fsum(one.exact for one in alone))
        assert found.mean.value == pytest.approx(math.fsum(one.mean.value for one in alone))
        # every night there can be, counted again in each period
        days = [nights(one.plan, solution, resource) for one in plan.periods if one.name in serves]
        every = [
            (same[0][0], math.fsum(covered for _, covered in same))
            for same in zip(*days, strict=True)
        ]
        every.sort(key=lambda one: one[1])
        assert found.exact == pytest.approx(math.fsum(likely * one for likely, one in every))
        left, tail = 0.05, 0.0
        for likely, covered in every:
            tail += min(left, likely) * covered
            left -= min(left, likely)
        assert found.worst.value == pytest.approx(tail / 0.05, rel=0.01)
        assert found.least in {covered for _, covered in every}


def test_the_mean_is_that_of_the_expected_cover_of_the_model() -> None:
    """MEXCLP, as the plan's ``unavailable`` has it, where every unit is counted."""
    plan = load_plan(CASES / "expected")
    resources = [replace(one, counted_units=99) for one in plan.problem.resources]
    plan = replace(plan, problem=replace(plan.problem, resources=tuple(resources)))
    solution = placement.optimise(plan)
    rows = risk(plan, [solution], nights=64).rows
    wanted = {
        name: one.expected for name, one in solution.coverage.items() if one.expected is not None
    }
    assert wanted
    for name, people in wanted.items():
        assert of(rows, name).exact == pytest.approx(people)


def test_solutions_meet_the_same_nights_and_fewer_people_come_in_proportion(
    town: tuple[Plan, Solution],
) -> None:
    plan, solution = town
    fewer = {post: units for post, units in UNITS.items() if post != "bridge-south/dog_team"}
    other = placement.evaluate(plan, fewer, bound=False).solution
    rows = risk(plan, [solution, other, solution], away=AWAY, nights=256).rows
    for resource in ("checkpoint", "dog_team"):
        first, less, again = (of(rows, resource, at) for at in range(3))
        assert replace(again, solution=0) == first
        assert less.mean.value <= first.mean.value
    assert of(rows, "checkpoint", 1) == replace(of(rows, "checkpoint"), solution=1)
    half = risk(plan, [solution], away=AWAY, nights=256, attendance=(0.5, 0.5))
    alone = risk(plan, [solution], away=AWAY, nights=256)
    for mine, full in zip(half.rows, alone.rows, strict=True):
        assert mine.mean.value == pytest.approx(full.mean.value / 2)
    assert risk(plan, [solution], away=AWAY, nights=256) == alone
    assert alone.nights == 512


def test_with_all_there_nothing_is_lost(town: tuple[Plan, Solution]) -> None:
    plan, solution = town
    for one in risk(plan, [solution], nights=16).rows:
        assert one.promised == one.exact == one.mean.value == one.worst.value == one.least


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"away": {"drone": 0.1}}, "'drone' is neither a resource"),
        ({"away": {"nowhere/checkpoint": 0.1}}, "neither a resource"),
        ({"away": {"checkpoint": 1.0}}, "from 0 to below 1"),
        ({"away": {"checkpoint": float("nan")}}, "from 0 to below 1"),
        ({"attendance": (0.0, 1.0)}, "two shares above 0"),
        ({"attendance": (1.2, 1.0)}, "two shares above 0"),
        ({"attendance": (1.0, float("inf"))}, "two shares above 0"),
        ({"attendance": (1.0, 1e300)}, "at most 1000%"),
        ({"nights": 0}, "take 1 to 262,144"),
        ({"nights": 999_999_999}, "take 1 to 262,144"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    town: tuple[Plan, Solution], given: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        risk(town[0], [town[1]], **given)


def test_a_solution_of_another_plan_is_refused(town: tuple[Plan, Solution]) -> None:
    plan, solution = town
    post = replace(solution.posts_list[0], site="elsewhere")
    with pytest.raises(UsageError, match="another plan"):
        risk(plan, [replace(solution, posts_list=(post,))])
