"""Why a post is open or closed, against trying every choice."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

import placement
from placement.errors import InfeasibleError, UsageError
from placement.solution import Status
from placement.solve.questions.what_if import Standing
from tests.builders import write_plan
from tests.small_plans import every_choice, write_small_plan


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(5))
def test_random_posts_bring_what_trying_every_choice_says(batch: int, tmp_path: Path) -> None:
    """50 plans, one post each: the loss, and that the other plan is one of the best that way."""
    asked = 0
    for seed in range(1000 + batch * 10, 1000 + batch * 10 + 10):
        file = write_small_plan(tmp_path / str(seed), seed)
        try:
            plan = placement.load_plan(file)
            solution = placement.optimise(plan)
        except InfeasibleError:
            continue
        problem = plan.problem
        draw = random.Random(seed)
        site = draw.choice(problem.sites.id)
        choices = [choice for choice in every_choice(plan) if choice.cost <= problem.budget + 1e-9]
        present = {post.id for post in solution.posts_list}
        for why in placement.why(plan, solution, site):
            if why.standing in (Standing.REQUIRED, Standing.EXCLUDED):
                continue  # the choices above keep to these
            other = [c for c in choices if (why.post in c.posts) is not why.is_open]
            asked += 1
            assert why.is_open is (why.post in present), seed
            if not other:
                assert why.status is Status.INFEASIBLE, seed
                assert why.loss is None
                continue
            best = max(choice.objective for choice in other)
            assert why.status is Status.OPTIMAL
            assert why.loss == why.loss_least == pytest.approx(solution.objective - best), seed
            now = (present - set(why.closed)) | set(why.opened)
            now = now - {why.post} if why.is_open else now | {why.post}
            same = [c for c in other if set(c.posts) == now]
            assert len(same) == 1, seed
            assert same[0].objective == pytest.approx(best)
            changes = [len(present ^ set(c.posts)) for c in other if c.objective >= best - 1e-9]
            assert len(present ^ now) == min(changes), seed
            assert why.cost == pytest.approx(solution.cost - same[0].cost)
            for kind, more in why.people.items():
                covered = solution.coverage[kind].covered
                assert more == pytest.approx(covered - same[0].people[kind]), seed
    assert asked


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[placement.Plan, placement.Solution]:
    plan = placement.load_plan(write_plan(tmp_path_factory.mktemp("town")))
    return plan, placement.optimise(plan)


def test_what_the_plan_decides_is_said(tmp_path: Path, town) -> None:
    plan, solution = town
    by_post = {why.post: why for site in plan.problem.sites.id
               for why in placement.why(plan, solution, site)}  # fmt: skip
    assert by_post["south-east/dog_team"].standing is Standing.EXCLUDED
    allowed = plan.problem.sites.allowed.all(axis=1).tolist()
    [no] = placement.why(plan, solution, plan.problem.sites.id[allowed.index(False)], "dog_team")
    assert (no.standing, no.status, no.loss) == (Standing.NOT_ALLOWED, None, None)
    for post, why in by_post.items():
        if why.standing is Standing.OPEN:
            assert why.loss >= 0, post


def test_unknown_names_are_answered_with_the_nearest(town) -> None:
    plan, solution = town
    with pytest.raises(UsageError, match="did you mean 'south-east'"):
        placement.why(plan, solution, "south-eats")
    with pytest.raises(UsageError, match="did you mean 'dog_team'"):
        placement.why(plan, solution, "south-east", "dog-team")


def test_a_cheapest_plan_keeps_its_shares(town) -> None:
    plan, _ = town
    solution = placement.least_cost(plan, {"checkpoint": 0.6})
    asked = replace(plan, problem=replace(plan.problem, budget=solution.budget))
    first = next(post for post in solution.posts_list if post.resource == "checkpoint")
    [why] = placement.why(asked, solution, first.site, "checkpoint")
    total = sum(plan.problem.demand.people)
    if why.loss is not None:
        covered = solution.coverage["checkpoint"].covered - why.people["checkpoint"]
        assert covered >= 0.6 * total - 1e-6
