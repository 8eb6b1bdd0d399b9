"""What gates of rings cost when they are lost, against every set of them tried by hand."""

import itertools
import math
from dataclasses import replace
from pathlib import Path

import pytest

import placement
from placement.cover.instance_builder import posting
from placement.cover.survey import survey
from placement.errors import InfeasibleError
from placement.solve.core.stopping import Stop
from placement.studies.interdiction import SentLosing, worst
from tests.amount import cases
from tests.ringed_town import Oracle, Town, draw_town, write_town

SEEDS = cases((0, 19), tuple(range(80)))
NEAR = 1e-4


@pytest.fixture(scope="module", params=SEEDS)
def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[placement.Plan, placement.Solution, Oracle]:
    """A drawn plan without floors, its best plan, and what counts every choice by hand."""
    drawn: Town = replace(draw_town(request.param), floor=None, lock=[], status={}, budget=32)
    folder: Path = tmp_path_factory.mktemp("town")
    try:
        plan = placement.load_plan(write_town(folder, drawn, request.param))
    except InfeasibleError as error:
        pytest.skip(str(error))
    return plan, placement.optimise(plan), Oracle(drawn, plan)


def worth_of(oracle: Oracle, units: dict[str, int]) -> float:
    """Return what posts are worth, whatever rules they break."""
    demand = oracle.plan.problem.demand
    gates = {post[:-5]: many for post, many in units.items() if post.endswith("/gate")}
    passing = oracle.passing(gates, sorted(set(demand.tier.tolist())))
    assert passing is not None
    met = oracle.covered(tuple(post[:-7] for post in units if post.endswith("/patrol")))
    return math.fsum(passing) + float((demand.people * demand.priority * met).sum())


def test_the_worst_sets_of_gates_are_those_that_trying_every_set_finds(
    town: tuple[placement.Plan, placement.Solution, Oracle],
) -> None:
    plan, solution, oracle = town
    units = {post.id: post.units for post in solution.posts_list}
    numbers = [many for many in (1, 2, 3) if many <= len(units)]
    found = placement.loss(plan, solution, together=numbers)
    whole = worth_of(oracle, units)
    lost = {
        gone: whole - worth_of(oracle, {n: u for n, u in units.items() if n not in gone})
        for many in numbers
        for gone in itertools.combinations(sorted(units), many)
    }
    assert found.each == pytest.approx({name: lost[name,] for name in units}, abs=NEAR)
    for many, told in zip(numbers, found.worst, strict=True):
        most = max(loss for gone, loss in lost.items() if len(gone) == many)
        assert told.loss == pytest.approx(most, abs=NEAR)
        assert lost[tuple(sorted(told.lost))] == pytest.approx(most, abs=NEAR)
        assert told.proven


def test_a_search_that_is_stopped_tells_a_bound_that_holds(
    town: tuple[placement.Plan, placement.Solution, Oracle],
) -> None:
    plan, solution, _ = town
    problem, walks = plan.problem, survey(plan)
    gates = [post for post in solution.posts_list if post.resource == "gate"]
    places = [(problem.sites.id.index(post.site), problem.laned or 0) for post in gates]
    units = problem.units_of({post.id: post.units for post in gates})
    losing = SentLosing(posting(problem, walks), plan, walks, places, units)
    for many in (1, 2):
        if many <= len(gates):
            most = worst(losing, len(gates), many, stop=Stop())
            early = worst(losing, len(gates), many, stop=Stop(0.0))
            assert early.loss <= most.loss <= early.bound
            assert most.proven


def test_people_walk_by_the_shortest_way_in_that_is_left_and_few_changes_repair_the_most(
    town: tuple[placement.Plan, placement.Solution, Oracle],
) -> None:
    plan, solution, oracle = town
    units = {post.id: post.units for post in solution.posts_list}
    gates = {post[:-5] for post in units if post.endswith("/gate")}
    if not gates:
        pytest.skip("the best plan opens no gate")
    found = placement.loss(plan, solution, together=[1], repairs=2)
    (told,) = found.worst
    left = gates - {post.partition("/")[0] for post in told.lost if post.endswith("/gate")}
    walked: dict[tuple[str, str | None], float] = {}
    demand = plan.problem.demand
    for point, many in enumerate(demand.people.tolist()):
        before, after = (_shortest(oracle, point, some) for some in (gates, left))
        for at, old in enumerate(before):
            new = after[at] if after else None
            if old != new:
                key = f"{old}/gate", None if new is None else f"{new}/gate"
                walked[key] = walked.get(key, 0.0) + many
    by_gate = {
        (one.from_post, one.to_post): one.people
        for one in told.moved
        if one.from_post.endswith("/gate")
    }
    assert by_gate == pytest.approx(walked)
    repair = told.repair
    assert repair is not None
    best = max(
        sum(worth)
        for other, _, worth in oracle.worths()
        if not set(told.lost) & set(other) and len(set(units) ^ set(other)) <= 2 + len(told.lost)
    )
    assert repair.objective == pytest.approx(best, abs=NEAR)


def _shortest(oracle: Oracle, point: int, gates: set[str]) -> tuple[str, ...]:
    """Return the shortest way of a point through some gates; of equals that of the lowest."""
    here = oracle.plan.problem.demand.xy[point].tolist()
    ways = []
    for route in oracle.routes[point]:
        if set(route) <= gates:
            places = [here, *(oracle.xy[site] for site in route)]
            ways.append((sum(math.dist(a, b) for a, b in itertools.pairwise(places)), route))
    return min(ways)[1] if ways else ()
