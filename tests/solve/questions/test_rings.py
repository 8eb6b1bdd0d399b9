"""Perimeters one inside another: the one right answer, together with all other rules."""

from itertools import pairwise
from pathlib import Path

import pytest

import placement
from placement.cover.survey import survey
from placement.errors import InfeasibleError, UsageError
from placement.maps.queues_panel import queued
from placement.maps.what_if import what_if, why_not
from placement.review.geojson import solution_text
from placement.studies.egress.study import egress
from tests.amount import cases
from tests.ringed_town import Oracle, draw_town, write_town


def test_random_plans_with_rings_equal_every_plan_tried(tmp_path: Path) -> None:
    solved = refused = 0
    for seed in range(cases(5, 200)):
        town = draw_town(seed)
        file = write_town(tmp_path / str(seed), town, seed)
        try:
            plan = placement.load_plan(file)
        except InfeasibleError:
            continue
        expected = Oracle(town, plan).best()
        if expected is None:
            with pytest.raises(InfeasibleError):
                placement.optimise(plan, lock=town.lock)
            refused += 1
            continue
        solution = placement.optimise(plan, lock=town.lock)
        assert solution.status.value == "optimal", seed
        assert solution.objective == pytest.approx(sum(expected), abs=1e-4), seed
        if solution.tiers:
            got = [tier.objective for tier in solution.tiers]
            assert got == pytest.approx(expected, abs=1e-4), seed
        solved += solution.objective > 0
    assert solved > cases(2, 3)


DRAWN = Path(__file__).parents[3] / "data" / "geo" / "drawn-rings"


def copied(folder: Path, *, turned: bool = False) -> Path:
    """Copy the drawn plan, with its rows the other way round."""
    folder.mkdir()
    for name in ("plan.toml", "sites.csv", "demand.csv"):
        text = (DRAWN / name).read_text(encoding="utf-8")
        if turned and name.endswith(".csv"):
            head, *rows = text.splitlines()
            text = "\n".join([head, *rows[::-1]]) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "plan.toml"


@pytest.mark.slow
def test_the_drawn_plan_in_any_order_of_rows_has_the_same_bytes(tmp_path: Path) -> None:
    plan = placement.load_plan(copied(tmp_path / "one"))
    other = placement.load_plan(copied(tmp_path / "other", turned=True))
    solution = placement.optimise(plan)
    assert solution.walk is not None
    assert not solution.walk.unproven
    assert solution_text(placement.optimise(other)) == solution_text(solution)
    told = solution.lanes
    assert told is not None
    # everybody passes the outer ring once, and only that counts
    black, grey = told.rings
    covered = solution.coverage["checkpoint"].covered
    assert black.people == pytest.approx(covered)
    assert 0 < grey.people < black.people
    inside = sum(sum(route.sent) for routes in told.routes.values() for route in routes)
    assert inside == pytest.approx(covered)
    page = queued(plan, solution)
    assert page is not None
    assert sum(page["all"]["sent"]) == pytest.approx(covered)
    assert [ring["people"] for ring in page["rings"]] == [black.people, grey.people]
    for row in page["areas"]:
        assert sum(people for _, people in row["sent"]) <= row["people"] + 1e-4
    # a plan made by hand of the same posts has the same figures
    units = {post.id: post.units for post in solution.posts_list}
    proposed = placement.evaluate(plan, units, bound=False)
    assert not proposed.broken
    assert proposed.solution.lanes == told
    assert {post.ring for post in solution.posts_list} == {"red", "black", "grey"}


@pytest.mark.slow
def test_headroom_and_an_agreed_plan_hold_with_rings() -> None:
    plan = placement.load_plan(DRAWN, headroom=0.8)
    tight = placement.optimise(plan)
    loose = placement.optimise(placement.load_plan(DRAWN))
    assert tight.objective < loose.objective
    plan = placement.load_plan(DRAWN)
    gone = next(post.id for post in loose.posts_list if post.ring == "grey")
    moved = placement.optimise(plan, baseline=loose, max_changes=2, forbid=[gone])
    assert moved.changes is not None
    assert gone in moved.changes.closed
    # what one closed gate bought is what opening it again would bring beside the others
    assert moved.objective <= loose.objective
    assert placement.audit(plan, moved, baseline=loose).ok


@pytest.mark.slow
def test_the_cheapest_plan_through_rings_reaches_its_share() -> None:
    plan = placement.load_plan(DRAWN)
    cheap = placement.least_cost(plan, {"checkpoint": 0.3})
    assert cheap.coverage["checkpoint"].share >= 0.3
    less = placement.optimise(plan, budget=cheap.cost - 1)
    assert less.coverage["checkpoint"].share < 0.3


@pytest.mark.slow
def test_points_of_a_frontier_are_the_plans_of_their_budgets() -> None:
    plan = placement.load_plan(DRAWN)
    found = placement.frontier(plan, cases([60], [40, 60, 80]))
    for point in found.points:
        alone = placement.optimise(plan, budget=point.solution.budget)
        assert point.solution.objective == pytest.approx(alone.objective)


def test_no_plan_names_the_rules_that_rings_break(tmp_path: Path) -> None:
    file = copied(tmp_path / "town")
    text = file.read_text(encoding="utf-8")
    text += '[[floors]]\nzone = "stand"\nresource = "checkpoint"\nshare = 0.99\n'
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InfeasibleError) as raised:
        placement.optimise(placement.load_plan(file))
    assert "floors: 0.99 of zone 'stand' by 'checkpoint'" in raised.value.rules
    assert "rings" in raised.value.rules


def test_what_is_not_told_of_rings_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = placement.load_plan(DRAWN)
    known = {"red-north/vehicle_check": 1, "red-south/vehicle_check": 1, "black-east/checkpoint": 2}
    solution = placement.evaluate(plan, known, bound=False).solution
    with pytest.raises(UsageError, match="only says from where people come"):
        egress(plan, solution)
    assert what_if(plan, solution, survey(plan)) is not None
    monkeypatch.setattr("placement.maps.what_if.MOST_ROUTES", 50)
    assert why_not(plan, solution, survey(plan)) == "routes"
    with pytest.raises(UsageError, match="too many ways through its rings"):
        what_if(plan, solution, survey(plan), streets=["High Street"])


@pytest.mark.slow
def test_people_pass_rings_on_streets_and_slowly_on_those_without_steps(tmp_path: Path) -> None:
    day = DRAWN.parent / "drawn-day"
    for file in day.glob("*.geojson"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    text = day.joinpath("plan.toml").read_text(encoding="utf-8").partition("[[closures]]")[0]
    text = text.replace('periods = ["event", "egress"]\n', "").replace("= 38", "= 110")
    text = text.replace("walk_limit_min = 4", "walk_limit_min = 8", 1) + STREETS
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    plan = placement.load_plan(tmp_path)
    found = survey(plan)
    assert found.between is not None
    usual, slow = found.between
    assert usual.nnz > slow.nnz > 0
    solution = placement.optimise(plan)
    told = solution.lanes
    assert solution.status.value == "optimal"
    assert told is not None
    assert all(ring.people > 0 for ring in told.rings)
    # who goes on from a gate gets there within the limit of the inner ring, at their own pace
    row = {site: at for at, site in enumerate(plan.problem.sites.id)}
    for area, routes in told.routes.items():
        pace = slow if area.endswith("~step-free") else usual
        for route in routes:
            at = [row[gate.partition("/")[0]] for gate in route.gates]
            assert all(pace[m, j] > 0 for m, j in pairwise(at)), (area, route)


STREETS = """
[walking]
step_free_share = 0.1

[resources.checkpoint.lanes]
rate_per_h = 100
opens = "17:00"
closes = "19:00"

[[rings]]
name = "outer"
sites = ["bridge-south", "south-west", "south-east", "north-east"]

[[rings]]
name = "inner"
sites = ["bridge-north", "north-west"]
walk_limit_min = 14

[[zones]]
zone = "south"
resource = "checkpoint"
ring = "outer"
"""
