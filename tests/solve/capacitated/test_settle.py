"""The one plan among equals, against every choice of gates, lanes and other posts."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import placement
from placement.cover.instance_builder import posting
from placement.cover.laned import laned
from placement.cover.survey import survey
from placement.errors import InfeasibleError
from placement.plan.problem import Plan
from placement.review.geojson import solution_text
from placement.solution import STAGES, Status
from placement.solve.capacitated import admission
from placement.solve.capacitated.settle import settle
from placement.solve.capacitated.state import settled
from placement.solve.capacitated.thrift import round_sum
from placement.solve.capacitated.walk_improvement import among_equals
from placement.solve.core.stopping import Effort, Stop
from placement.solve.questions.max_cover import with_budget
from tests.amount import cases
from tests.solve.capacitated.test_lanes_in_plans import write_lanes_plan
from tests.solve.capacitated.test_rules_with_lanes import write_tiers

PLANS = cases((2, 3, 4), (2, 3, 4, 8, 5, 7))


def drawn(folder: Path, seed: int) -> Plan | None:
    try:
        return placement.load_plan(write_lanes_plan(folder / str(seed), seed))
    except InfeasibleError:
        return None


def by_trying(plan: Plan, shares: Mapping[str, float] | None = None) -> tuple[int, ...] | None:
    """Return the lanes of every column of the one plan: all stages, one after the other."""
    walks = survey(plan)
    posts = posting(plan.problem, walks)
    instance, lanes = laned(plan.problem, posts)
    people = plan.problem.demand.people
    choices = [
        [0, *range(lanes.least[c], lanes.most[c] + 1)] if lanes.gate[c] else [0, 1]
        for c in range(instance.columns)
    ]
    found = []
    for units in itertools.product(*choices):
        count = np.array(units)
        chosen, counted = np.flatnonzero(count), np.where(lanes.gate, count, 0)
        rest = settled(instance, lanes, counted, np.zeros(instance.rows))
        rest = replace(rest, rules=())
        if rest.broken_rule(chosen) is not None:
            continue
        there = replace(posts, units=np.where(lanes.gate, np.maximum(count, lanes.least), 1))
        sent = admission.admission(there, plan, walks, chosen, shares=shares or {})
        if any(
            math.fsum(sent.people) < share * math.fsum(people) - 1e-5
            for share in (shares or {}).values()
        ):
            continue
        if any(
            math.fsum(sent.people[floor.points])
            < floor.share * math.fsum(people[floor.points]) - 1e-5
            for floor in plan.problem.floors
        ):
            continue
        key = (
            -round(sent.worth + rest.value(chosen), 4),
            -round(sent.first, 4),
            round(sent.walk, 2),
            round(lanes.spent(instance, chosen, counted), 6),
            len(chosen),
            *(count == 0),
            *-counted,
        )
        found.append((key, units))
    return min(found)[1] if found else None


@pytest.mark.slow
@pytest.mark.parametrize("seed", cases((3,), PLANS))
def test_the_plan_is_the_first_of_all_choices_stage_by_stage(tmp_path: Path, seed: int) -> None:
    plan = drawn(tmp_path, seed)
    assert plan is not None
    right = by_trying(plan)
    if right is None:
        return
    walks = survey(plan)
    posts = posting(plan.problem, walks)
    staged = admission.solve(posts, plan.problem, Effort(stop=Stop()))
    found, dealt = staged.outcome, staged.posts
    best = among_equals(plan, dealt, walks, found, seed=0, stop=Stop())
    assert best.unproven == {}
    assert best.gap == 0.0
    assert best.outcome.chosen is not None
    mine = np.zeros(len(right), dtype=np.int64)
    mine[best.outcome.chosen] = 1
    mine = np.where(best.outcome.lanes > 0, best.outcome.lanes, mine)
    assert tuple(mine.tolist()) == right


@pytest.mark.slow
def test_the_cheapest_plan_is_the_first_of_all_choices_of_its_cost(tmp_path: Path) -> None:
    asked = 0
    for seed in PLANS:
        plan = drawn(tmp_path, seed)
        if plan is None:
            continue
        shares = {"gate": 0.4}
        try:
            found = placement.least_cost(plan, shares)
        except InfeasibleError:
            continue
        assert found.walk is not None
        assert found.walk.unproven == {}, seed
        right = by_trying(with_budget(plan, found.cost), shares)
        posts = posting(plan.problem, survey(plan))
        assert right is not None
        kinds, sites = plan.problem.resources, plan.problem.sites
        assert {post.id for post in found.posts_list} == {
            f"{sites.id[posts.site[c]]}/{kinds[posts.resource[c]].id}"
            for c in np.flatnonzero(right)
        }, seed
        asked += 1
    assert asked > cases(1, 3)


@pytest.mark.slow
def test_the_plan_does_not_depend_on_which_of_the_equals_was_found(tmp_path: Path) -> None:
    asked = 0
    for seed in PLANS:
        plan = drawn(tmp_path, seed)
        if plan is None:
            continue
        first = placement.optimise(plan)
        try:
            start = placement.optimise(plan, forbid=[first.posts_list[0].id])
        except InfeasibleError:
            continue
        again = placement.optimise(plan, baseline=start)
        assert again.posts_list == first.posts_list, seed
        asked += 1
    assert asked > cases(1, 3)


@pytest.mark.slow
def test_a_budget_that_buys_nothing_more_leaves_the_plan_as_it_is(tmp_path: Path) -> None:
    same = 0
    for seed in PLANS:
        plan = drawn(tmp_path, seed)
        if plan is None:
            continue
        old = placement.optimise(plan)
        for more in (0.25, 0.5, 0.75):  # everything costs whole numbers
            found = placement.optimise(with_budget(plan, plan.problem.budget + more))
            assert found.posts_list == old.posts_list, (seed, more)
            same += 1
    assert same > cases(5, 12)


@pytest.mark.slow
def test_neither_a_clock_nor_tiers_change_a_plan_for_money_that_buys_nothing(
    tmp_path: Path,
) -> None:
    tiered = 0
    for seed in range(12):
        plan = placement.load_plan(write_tiers(tmp_path / str(seed), seed))
        try:
            old = placement.optimise(plan)
        except InfeasibleError:
            continue
        if len(old.tiers) < 2:
            continue
        assert old.walk is not None
        assert old.walk.unproven == {}, seed
        more = with_budget(plan, plan.problem.budget + 0.5)  # everything costs whole numbers
        found = placement.optimise(more, time_limit=600)
        assert found.posts_list == old.posts_list, seed
        tiered += 1
        if tiered == 2:
            return
    pytest.fail("too few plans with tiers")


def test_no_time_to_settle_is_said_stage_by_stage(tmp_path: Path) -> None:
    plan = drawn(tmp_path, 2)
    assert plan is not None
    whole = placement.optimise(plan)
    assert whole.walk is not None
    assert whole.walk.unproven == {}
    assert '"unproven"' not in solution_text(whole)
    found = placement.optimise(plan, baseline=whole, time_limit=0)
    assert found.walk is not None
    assert tuple(found.walk.unproven) == STAGES
    placement.write_solution(found, tmp_path / "solution.geojson")
    again = placement.read_solution(tmp_path / "solution.geojson")
    assert again.walk == found.walk
    assert found.status is Status.OPTIMAL or found.gap > 0


def test_too_many_flows_are_left_to_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placement.solve.capacitated.settle.MOST_FLOWS", 0)
    plan = drawn(tmp_path, 3)
    assert plan is not None
    walks = survey(plan)
    posts = posting(plan.problem, walks)
    staged = admission.solve(posts, plan.problem, Effort(stop=Stop()))
    found, dealt = staged.outcome, staged.posts
    assert settle(plan, dealt, walks, found, stop=Stop()) is None
    best = among_equals(plan, dealt, walks, found, seed=0, stop=Stop())
    assert tuple(best.unproven) == STAGES
    assert best.unproven["walk"] == best.gap


def test_what_is_beyond_a_round_sum_and_buys_nobody_leaves_a_plan_that_cannot_be_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placement.solve.capacitated.settle.MOST_FLOWS", 0)
    plan = drawn(tmp_path, 3)
    assert plan is not None
    old = placement.optimise(plan)
    found = placement.optimise(with_budget(plan, plan.problem.budget + 0.05))
    assert found.posts_list == old.posts_list
    assert found.walk is not None
    assert tuple(found.walk.unproven) == STAGES
    assert found.status is Status.OPTIMAL
    assert round_sum(plan.problem.budget + 0.05) == plan.problem.budget
