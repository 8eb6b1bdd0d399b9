"""Keeping to an agreed plan where gates have lanes, against explicit flows in time."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import placement
from placement.cli import place
from placement.cli.rules import rule_rows
from placement.cover.instance import Instance, Rule
from placement.cover.lanes import Arrivals, Lanes
from placement.cover.survey import survey
from placement.errors import InfeasibleError
from placement.plan.problem import Plan
from placement.review.geojson import solution_text
from placement.solution import Changes, Solution, Status
from placement.solve.questions.max_cover import with_budget
from tests.amount import cases
from tests.solve.capacitated.test_lanes_in_plans import crowded, unmerged, write_lanes_plan
from tests.solve.capacitated.test_solver_with_lanes import best_by_flows


def best_beside(plan: Plan, old: Solution, most: int | None, price: float) -> float:
    """Return the best objective with so many changes, each at a price, posts alone counted."""
    instance, lanes = unmerged(plan)
    names = [
        f"{site}/{kind.id}" for kind in plan.problem.resources for site in plan.problem.sites.id
    ]
    before = {post.id for post in old.posts_list}
    slope = np.array([-1.0 if name in before else 1.0 for name in names])
    rules = instance.rules
    if most is not None:
        none = np.zeros(0, dtype=np.int64)
        limit = Rule(
            name="changes", slope=slope, rows=none, times=none, share=np.zeros(0),
            most=float(most - len(before)),
        )  # fmt: skip
        rules = (*rules, limit)
    priced = replace(instance, rules=rules, profit=instance.profit - price * slope)
    return best_by_flows(priced, lanes) - price * len(before)


SIZE = cases(3, 8)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(cases(1, 2)))
def test_random_plans_beside_an_agreed_one_equal_explicit_flows(batch: int, tmp_path: Path) -> None:
    asked = 0
    for seed in range(batch * SIZE, batch * SIZE + SIZE):
        try:
            plan = placement.load_plan(write_lanes_plan(tmp_path / str(seed), seed))
            less = with_budget(plan, 0.6 * plan.problem.budget)
            old = placement.optimise(less)
        except InfeasibleError:
            continue
        for most, price in ((0, 0.0), (1, 0.0), (2, 15.0), (None, 40.0)):
            top = best_beside(plan, old, most, price)
            found = placement.optimise(plan, baseline=old, max_changes=most, change_price=price)
            assert found.status is Status.OPTIMAL, seed
            assert found.objective == pytest.approx(top, rel=2e-6, abs=1e-4), (seed, most, price)
            assert found.changes is not None
            assert most is None or found.changes.count <= most
            again = placement.read_solution(_written(found, tmp_path))
            assert solution_text(again) == solution_text(found)
            assert placement.audit(plan, again, baseline=old).findings == ()
            asked += 1
    assert asked > SIZE


def _written(solution: Solution, folder: Path) -> Path:
    placement.write_solution(solution, folder / "solution.geojson")
    return folder / "solution.geojson"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution, Solution]:
    """A town with lanes, a plan agreed with less money, and one two changes away from it."""
    plan = placement.load_plan(crowded(tmp_path_factory.mktemp("town")))
    old = placement.optimise(plan, budget=22)
    return plan, old, placement.optimise(plan, baseline=old, max_changes=2)


@pytest.mark.slow
def test_no_change_of_posts_may_still_deal_lanes_anew(
    town: tuple[Plan, Solution, Solution],
) -> None:
    plan, old, _ = town
    kept = placement.optimise(plan, baseline=old, max_changes=0)
    assert {post.id for post in kept.posts_list} == {post.id for post in old.posts_list}
    assert kept.changes == Changes(most=0, price=0.0, opened={}, closed={})
    lanes = [
        sum(p.units for p in one.posts_list if p.resource == "checkpoint") for one in (old, kept)
    ]
    assert lanes[1] > lanes[0]
    assert kept.objective > old.objective
    with pytest.raises(InfeasibleError, match="max_changes 0"):
        placement.optimise(plan, budget=4, baseline=old, max_changes=0)


def test_what_a_gate_bought_is_what_the_others_cannot_admit(
    town: tuple[Plan, Solution, Solution],
) -> None:
    plan, _, new = town
    assert new.changes is not None
    assert new.changes.opened
    instance, lanes = unmerged_town(plan, new)
    whole = best_by_flows(instance, lanes)
    for post, bought in new.changes.opened.items():
        if post.endswith("/checkpoint"):
            names = [one.id for one in new.posts_list]
            required = instance.required.copy()
            required[names.index(post)] = False
            without = replace(instance, required=required, excluded=~required)
            assert bought == pytest.approx(whole - best_by_flows(without, lanes), abs=0.02)


def unmerged_town(plan: Plan, solution: Solution) -> tuple[Instance, Lanes]:
    """Write the open posts of a solution as an instance with all of them required."""
    problem = plan.problem
    walks = survey(plan)
    site = {name: at for at, name in enumerate(problem.sites.id)}
    posts = solution.posts_list
    cover, weight, people = [], [], []
    for kind in problem.resources:
        table = walks.walk[kind.id].tolil()
        for i in range(len(problem.demand)):
            there = [
                n
                for n, post in enumerate(posts)
                if post.resource == kind.id and site[post.site] in table.rows[i]
            ]
            cover.append(np.array(there, dtype=np.int64))
            weight.append(kind.value * problem.demand.people[i] * problem.demand.priority[i])
            people.append(problem.demand.people[i] if kind.lanes is not None else 0.0)
    gate = np.array([post.admitted is not None for post in posts])
    units = np.array([post.units for post in posts])
    rule = next(kind.lanes for kind in problem.resources if kind.lanes is not None)
    instance = Instance.build(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in cover])]),
        indices=np.concatenate(cover),
        weight=np.array(weight),
        cost=np.zeros(len(posts)),
        budget=0.0,
        required=np.ones(len(posts), dtype=np.bool_),
    )
    return instance, Lanes(
        people=np.array(people),
        gate=gate,
        least=np.where(gate, units, 0),
        most=np.where(gate, units, 0),
        lane_cost=np.zeros(len(posts)),
        lane_people=np.where(gate, rule.lane_people, 0.0),
        arrivals=Arrivals(shares=np.array([rule.shares]), carry=rule.carry),
    )


def _with_changes(solution: Solution, **changes: object) -> Solution:
    assert solution.changes is not None
    return replace(solution, changes=replace(solution.changes, **changes))  # type: ignore[arg-type]


MUTATIONS: dict[str, Callable[[Solution], Solution]] = {
    "a change that bought more": lambda s: _with_changes(
        s, opened={post: bought + 1 for post, bought in s.changes.opened.items()}
    ),
    "a change less": lambda s: _with_changes(s, opened={}),
    "fewer changes allowed": lambda s: _with_changes(s, most=s.changes.count - 1),
    "a price nobody paid": lambda s: _with_changes(s, price=10.0),
    "nothing of changes": lambda s: replace(s, changes=None),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_audit_refuses_what_was_touched(
    name: str, town: tuple[Plan, Solution, Solution]
) -> None:
    plan, old, new = town
    assert placement.audit(plan, new, baseline=old).ok
    assert not placement.audit(plan, MUTATIONS[name](new), baseline=old).ok


@pytest.mark.slow
def test_a_price_makes_changes_fewer_and_why_counts_it(
    town: tuple[Plan, Solution, Solution],
) -> None:
    plan, old, _ = town
    free = placement.optimise(plan, baseline=old)
    priced = placement.optimise(plan, baseline=old, change_price=300.0)
    assert free.changes is not None
    assert priced.changes is not None
    assert priced.changes.count < free.changes.count
    assert priced.changes.count > 0
    post = next(iter(priced.changes.opened))
    site, _, kind = post.rpartition("/")
    (said,) = placement.why(plan, priced, site, kind)
    other = placement.optimise(plan, baseline=old, change_price=300.0, forbid=[post])
    assert said.loss == pytest.approx(priced.objective - other.objective, abs=0.01)


@pytest.mark.slow
def test_the_command_keeps_the_agreed_plan(tmp_path: Path) -> None:
    file = crowded(tmp_path)
    old, new = tmp_path / "old", tmp_path / "new"
    run = CliRunner().invoke
    ran = run(place, ["optimise", str(file), "--budget", "22", "--no-map", "--out", str(old)])
    assert ran.exit_code == 0, ran.output
    agreed = ["--baseline", str(old), "--max-changes", "2"]
    ran = run(place, ["optimise", str(file), *agreed, "--out", str(new)])
    assert ran.exit_code == 0, ran.output
    plan = placement.load_plan(file)
    found = placement.read_solution(new / "solution.geojson")
    assert ("Changes", "2 of at most 2", "", "") in rule_rows(plan, found)
    ran = run(place, ["audit", str(new), str(file)])
    assert ran.exit_code == 0, ran.output
    ran = run(place, ["diff", str(old), str(new)])
    assert ran.exit_code in {0, 1}, ran.output
    assert "changes allowed against the agreed plan: no agreed plan → 2" in ran.output
