"""Gates with lanes on nights when lanes are missing: against every night there can be."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import placement
from placement.cover.instance_builder import posting
from placement.cover.survey import survey
from placement.errors import InfeasibleError
from placement.executor import Here
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.solve.capacitated.gate_flow import FlowProgram, LayeredFlow, OpenGates
from tests.amount import cases
from tests.solve.capacitated.test_lanes_in_plans import write_lanes_plan
from tests.studies.laned_nights import Sender, every_night, worst_of

AWAY, SHUT = 0.2, 0.1
SEEDS = cases((1, 3, 7, 11), tuple(range(60)))


def gates_of(solution: Solution) -> dict[str, int]:
    return {post.site: post.units for post in solution.posts_list if post.resource == "gate"}


@pytest.fixture(scope="module", params=SEEDS)
def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Plan, Solution]:
    """A drawn plan, every other one of several profiles, and its best solution."""
    folder: Path = tmp_path_factory.mktemp("town")
    try:
        plan = placement.load_plan(
            write_lanes_plan(folder, request.param, profiles=request.param % 4 == 3)
        )
        solution = placement.optimise(plan)
    except InfeasibleError as error:
        pytest.skip(str(error))
    if not gates_of(solution):
        pytest.skip("the best plan opens no gate")
    return plan, solution


def test_mean_and_worst_nights_are_those_of_all_nights_there_are(
    town: tuple[Plan, Solution],
) -> None:
    plan, solution = town
    gates, sender = gates_of(solution), Sender(plan, weighed=False)
    risks = placement.risk(
        plan, [solution], away={"gate": AWAY}, shut={"gate": SHUT}, nights=4096, executor=Here(1)
    )
    told = next(one for one in risks.rows if one.resource == "gate")
    nights = [(sender.most(there), likely) for there, likely in every_night(gates, AWAY, SHUT)]
    assert sum(likely for _, likely in nights) == pytest.approx(1.0)
    mean = sum(people * likely for people, likely in nights)
    room = 3 * (told.mean.high - told.mean.low) + 1e-5
    assert told.mean.value == pytest.approx(mean, abs=room)
    assert told.promised == pytest.approx(sender.most(gates), abs=1e-5)
    assert told.exact is None
    assert told.worst.value == pytest.approx(
        worst_of(nights), abs=3 * (told.worst.high - told.worst.low) + 0.02 * told.promised + 1e-5
    )


@pytest.mark.parametrize("weighed", [False, True])
def test_any_lanes_and_any_share_of_people_are_sent_as_by_an_explicit_model(
    town: tuple[Plan, Solution], weighed: bool
) -> None:
    plan, solution = town
    walks = survey(plan)
    posts = posting(plan.problem, walks)
    units = {f"{site}/gate": many for site, many in gates_of(solution).items()}
    every = plan.problem.units_of(units)[posts.site, posts.resource]
    columns = np.flatnonzero(every)
    names = [plan.problem.sites.id[site] for site in posts.site[columns].tolist()]
    gates = OpenGates.of(plan, posts, walks, columns, weighed=weighed)
    flows = [gates.flow(), FlowProgram(gates)]
    assert isinstance(flows[0], LayeredFlow) == (gates.layers is not None)
    sender, come = Sender(plan, weighed=weighed), np.array([0.4, 1.0, 1.7])
    for lanes in (every[columns], np.maximum(every[columns] - 1, 0), np.zeros_like(columns)):
        there = dict(zip(names, lanes.tolist(), strict=True))
        for flow in flows:
            for share, found in zip(come, flow.most(lanes, come), strict=True):
                assert found == pytest.approx(sender.most(there, share), rel=1e-6, abs=1e-4)


def test_a_gate_where_the_plan_may_have_none_lets_people_in_as_well(
    town: tuple[Plan, Solution],
) -> None:
    plan, solution = town
    allowed = plan.problem.sites.allowed.copy()
    allowed[plan.problem.sites.id.index(next(iter(gates_of(solution))))] = False
    sites = replace(plan.problem.sites, allowed=allowed)
    other = replace(plan, problem=replace(plan.problem, sites=sites))
    asked: dict[str, Any] = {"away": {"gate": AWAY}, "nights": 64, "executor": Here(1)}
    usual, moved = (placement.risk(one, [solution], **asked).rows for one in (plan, other))
    assert [one for one in moved if one.resource == "gate"] == [
        one for one in usual if one.resource == "gate"
    ]
