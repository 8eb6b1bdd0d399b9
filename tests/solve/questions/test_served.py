"""Whom posts serve and what closing one loses, beside a count of sets and the audit's own flow."""

from dataclasses import replace

import numpy as np
import pytest

import placement
from placement.auditing.lanes import most_admitted
from placement.auditing.rules import reaches
from placement.cover.survey import Survey, survey
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.solve.questions.served import served
from tests.builders import write_plan
from tests.solve.capacitated.test_lanes_in_plans import write_lanes_plan


def without(solution: Solution, post: str) -> Solution:
    return replace(solution, posts_list=tuple(p for p in solution.posts_list if p.id != post))


def most(plan: Plan, solution: Solution, walks: Survey, resource: int) -> float:
    """Return how many people pass the gates, by the linear program of the audit."""
    problem = plan.problem
    heads = replace(
        problem,
        resources=tuple(replace(each, value=1.0) for each in problem.resources),
        demand=replace(problem.demand, priority=np.ones(len(problem.demand))),
    )
    plan = replace(plan, problem=heads)
    return most_admitted(plan, walks, reaches(plan, solution, walks)[resource])


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 5, 8, 13])
def test_the_loss_of_a_gate_is_what_the_others_cannot_admit(tmp_path, seed) -> None:
    plan = placement.load_plan(write_lanes_plan(tmp_path, seed, profiles=seed % 2 == 1))
    solution = placement.optimise(plan)
    walks, position = survey(plan), plan.problem.laned
    assert position is not None
    resource = plan.problem.resources[position].id
    found = served(plan, solution, walks)
    gates = [post for post in solution.posts_list if post.resource == resource]
    assert sum(found[post.id].people for post in gates) == pytest.approx(
        solution.coverage[resource].covered, abs=1e-5
    )
    all_open = most(plan, solution, walks, position)
    for post in gates:
        left = most(plan, without(solution, post.id), walks, position)
        assert found[post.id].loss == pytest.approx(all_open - left, abs=1e-5)


def test_without_lanes_the_loss_is_who_has_no_other_post(tmp_path) -> None:
    plan = placement.load_plan(write_plan(tmp_path))
    solution = placement.optimise(plan)
    found = served(plan, solution, survey(plan))
    assert list(found) == [post.id for post in solution.posts_list]
    assert len(found) > 2
    for post in solution.posts_list:
        assert found[post.id].loss == post.only
        assert post.only <= found[post.id].people <= post.covered
    for resource, coverage in solution.coverage.items():
        mine = [found[post.id].people for post in solution.posts_list if post.resource == resource]
        assert sum(mine) == pytest.approx(coverage.covered)


def test_of_posts_as_near_the_first_identifier_serves(tmp_path) -> None:
    plan = placement.load_plan(write_plan(tmp_path))
    solution = placement.optimise(plan)
    walks = survey(plan)
    level = {kind: table.copy() for kind, table in walks.walk.items()}
    for table in level.values():
        table.data[:] = 60.0
    found = served(plan, solution, replace(walks, walk=level))
    for resource in solution.coverage:
        first = next(post for post in solution.posts_list if post.resource == resource)
        assert found[first.id].people == first.covered
