"""The cheapest gates and lanes that admit a share of the people, against explicit flows in time."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import placement
from placement.cli import place
from placement.cover.instance import Instance, Rule
from placement.cover.lanes import Lanes
from placement.errors import InfeasibleError
from placement.plan.problem import Plan
from placement.review.geojson import solution_text
from placement.solution import Reverse, Solution, Status
from tests.amount import cases
from tests.solve.capacitated.test_lanes_in_plans import crowded, unmerged, write_lanes_plan
from tests.solve.capacitated.test_solver_with_lanes import best_by_flows


def with_shares(plan: Plan, shares: dict[str, float]) -> tuple[Instance, Lanes]:
    """Write a plan with the shares as rules, and a budget that pays for everything."""
    instance, lanes = unmerged(plan)
    demand = plan.problem.demand
    rules = []
    for at, kind in enumerate(plan.problem.resources):
        if kind.id in shares:
            rows = at * len(demand) + np.arange(len(demand))
            rules.append(
                Rule(
                    name=f"share {kind.id}",
                    slope=np.zeros(instance.columns),
                    rows=rows,
                    times=np.ones(len(rows), dtype=np.int64),
                    share=demand.people,
                    most=2e-6 - shares[kind.id] * float(demand.people.sum()),
                )
            )
    free = float(instance.cost.sum() + (lanes.lane_cost * lanes.most).sum())
    return replace(instance, rules=(*instance.rules, *rules), budget=free), lanes


def least_by_flows(instance: Instance, lanes: Lanes) -> float:
    """Return the least cost of a plan that keeps every rule, or infinity."""
    nothing = replace(instance, weight=np.zeros(instance.rows), profit=-instance.cost)
    return -best_by_flows(nothing, replace(lanes, lane_worth=-lanes.lane_cost))


@pytest.mark.slow
def test_random_plans_cost_what_explicit_flows_cost(tmp_path: Path) -> None:
    asked = 0
    for seed in range(cases(2, 8)):
        try:
            plan = placement.load_plan(write_lanes_plan(tmp_path / str(seed), seed), budget=1e9)
        except InfeasibleError:
            continue
        for shares in ({"gate": 0.45}, {"gate": 0.3, "patrol": 0.4}):
            instance, lanes = with_shares(plan, shares)
            cost = least_by_flows(instance, lanes)
            if cost == math.inf:
                with pytest.raises(InfeasibleError):
                    placement.least_cost(plan, shares)
                continue
            found = placement.least_cost(plan, shares)
            assert found.cost == pytest.approx(cost, abs=1e-6), (seed, shares)
            assert found.status is Status.OPTIMAL, (seed, shares)
            assert found.reverse == Reverse(shares=shares, cost_bound=found.cost, cost_gap=0.0)
            top = best_by_flows(replace(instance, budget=cost), lanes)
            assert found.objective == pytest.approx(top, rel=3e-6, abs=1e-4), (seed, shares)
            placement.write_solution(found, tmp_path / "solution.geojson")
            again = placement.read_solution(tmp_path / "solution.geojson")
            assert solution_text(again) == solution_text(found)
            assert placement.audit(plan, again).findings == ()
            asked += 1
    assert asked > cases(1, 5)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    plan = placement.load_plan(crowded(tmp_path_factory.mktemp("town")), budget=1e9)
    return plan, placement.least_cost(plan, {"checkpoint": 0.5, "dog_team": 0.2})


MUTATIONS: dict[str, Callable[[Solution], Solution]] = {
    "a share it does not reach": lambda s: replace(
        s, reverse=Reverse(shares={"checkpoint": 0.99}, cost_bound=s.cost, cost_gap=0.0)
    ),
    "a bound above the cost": lambda s: replace(
        s, reverse=Reverse(shares={"checkpoint": 0.5}, cost_bound=s.cost + 1, cost_gap=0.0)
    ),
    "a gap and yet optimal": lambda s: replace(
        s, reverse=Reverse(shares={"checkpoint": 0.5}, cost_bound=s.cost / 2, cost_gap=0.5)
    ),
    "a budget above the cost": lambda s: replace(s, budget=s.budget + 1),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTATIONS)
def test_the_audit_refuses_what_was_touched(name: str, town: tuple[Plan, Solution]) -> None:
    plan, solution = town
    assert placement.audit(plan, solution).findings == ()
    assert not placement.audit(plan, MUTATIONS[name](solution)).ok


def test_less_money_admits_fewer(town: tuple[Plan, Solution]) -> None:
    plan, solution = town
    share = solution.coverage["checkpoint"].share
    assert share >= 0.5
    counted = replace(
        plan.problem,
        resources=tuple(
            replace(kind, value=1.0 if kind.lanes is not None else 0.0)
            for kind in plan.problem.resources
        ),
    )
    less = placement.optimise(replace(plan, problem=counted), budget=solution.cost - 1)
    beside = less.coverage["dog_team"].share
    assert less.coverage["checkpoint"].share < 0.5 or beside < 0.2


def test_a_share_beyond_the_lanes_says_what_can_be_reached(town: tuple[Plan, Solution]) -> None:
    plan, _ = town
    with pytest.raises(InfeasibleError, match=r"dog_team can reach 0\.\d+ at most"):
        placement.least_cost(plan, {"checkpoint": 0.2, "dog_team": 0.999})


@pytest.mark.slow
def test_the_command_names_the_cost(tmp_path: Path) -> None:
    file, out = crowded(tmp_path), tmp_path / "out"
    ran = CliRunner().invoke(
        place, ["cover", str(file), "--share", "checkpoint=0.4", "--no-map", "--out", str(out)]
    )
    assert ran.exit_code == 0, ran.output
    ran = CliRunner().invoke(place, ["audit", str(out), str(file)])
    assert ran.exit_code == 0, ran.output
