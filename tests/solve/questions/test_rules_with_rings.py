"""Every question asked of a plan with rings, against every plan that keeps its rules."""

import random
from pathlib import Path

import pytest

import placement
from placement.errors import InfeasibleError, InputError
from placement.plan.problem import Plan
from placement.solution import Status
from placement.solve.questions.evaluate import evaluate
from placement.solve.questions.what_if import why
from tests.amount import cases
from tests.ringed_town import Oracle, draw_ruled_town, write_town

SEEDS = cases((7, 12), tuple(range(60)))
NEAR = 1e-4

type Tried = list[tuple[dict[str, int], float, float]]
type Town = tuple[Plan, Oracle, Tried, random.Random]


@pytest.fixture(scope="module", params=SEEDS)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A drawn plan; units, cost and worth of every plan that keeps its rules; and a draw."""
    drawn = draw_ruled_town(request.param)
    folder: Path = tmp_path_factory.mktemp("town")
    try:
        plan = placement.load_plan(write_town(folder, drawn, request.param))
    except (InfeasibleError, InputError) as error:
        pytest.skip(f"no such plan can be asked for: {error}")
    oracle = Oracle(drawn, plan)
    every = [(units, cost, sum(worth)) for units, cost, worth in oracle.worths()]
    if not every:
        with pytest.raises(InfeasibleError):
            placement.optimise(plan)
        pytest.skip("no plan keeps every rule")
    return plan, oracle, every, random.Random(f"questions {request.param}")


def test_the_best_plan_with_floors_without_steps_and_patrols_that_count_twice_or_are_away(
    town: Town,
) -> None:
    plan, _, every, _ = town
    solution = placement.optimise(plan)
    assert solution.status.value == "optimal"
    assert solution.objective == pytest.approx(max(worth for *_, worth in every), abs=NEAR)


def test_changes_that_are_priced_or_limited_and_posts_that_are_ruled_out(
    town: Town,
) -> None:
    plan, _, every, draw = town
    units, _, _ = draw.choice(every)
    agreed = evaluate(plan, units, bound=False).solution
    price = draw.choice([3.0, 20.0])
    priced = placement.optimise(plan, baseline=agreed, change_price=price)
    best = max(worth - price * len(set(units) ^ set(other)) for other, _, worth in every)
    assert priced.changes is not None
    assert priced.changes.price == price
    assert priced.status.value == "optimal"
    assert priced.objective == pytest.approx(best, abs=NEAR)
    few = placement.optimise(plan, baseline=agreed, max_changes=2)
    near = [worth for other, _, worth in every if len(set(units) ^ set(other)) <= 2]
    assert few.objective == pytest.approx(max(near), abs=NEAR)
    gone = (
        draw.choice(sorted(few.posts_list, key=lambda post: post.id)).id if few.posts_list else ""
    )
    left = [worth for other, _, worth in every if gone not in other]
    if gone and left:
        without = placement.optimise(plan, forbid=[gone])
        assert without.objective == pytest.approx(max(left), abs=NEAR)


def test_the_cheapest_plan_of_a_share_and_the_best_plan_of_each_budget(
    town: Town,
) -> None:
    plan, oracle, every, _ = town
    budgets = sorted({round(plan.problem.budget * part) for part in (0.5, 0.75, 1.0)})
    possible = [least for least in budgets if any(cost <= least for _, cost, _ in every)]
    found = placement.frontier(plan, possible)
    for least, point in zip(possible, found.points, strict=True):
        best = max(worth for _, cost, worth in every if cost <= least)
        assert point.solution.objective == pytest.approx(best, abs=NEAR)
    best_plan = placement.optimise(plan)
    share = best_plan.coverage["gate"].share / 2
    if share > 0:
        cheap = placement.least_cost(plan, {"gate": share})
        people = share * float(plan.problem.demand.people.sum()) - 1e-6
        passing: dict[tuple[tuple[str, int], ...], float] = {}
        enough: list[float] = []
        for units, cost, _ in sorted(every, key=lambda one: one[1]):
            gates = {post[:-5]: many for post, many in units.items() if post.endswith("/gate")}
            key = tuple(sorted(gates.items()))
            if key not in passing:
                (passing[key],) = oracle.passing(gates, [1], counted=True) or (0.0,)
            if passing[key] >= people:
                enough.append(cost)
                break
        assert cheap.cost == pytest.approx(enough[0])


def test_alternatives_are_the_best_of_those_that_differ_enough(
    town: Town,
) -> None:
    plan, _, every, _ = town
    found = placement.alternatives(plan, within=0.5, differ=2, count=3)
    before: list[set[str]] = []
    for one in found.plans:
        left = [
            worth
            for units, _, worth in every
            if all(len(set(units) ^ other) >= 2 for other in before)
        ]
        assert one.solution.objective == pytest.approx(max(left), abs=NEAR)
        assert one.proven
        before.append({post.id for post in one.solution.posts_list})
    if len(found.plans) < 3:
        assert found.ended == "none"


def test_why_says_what_the_best_plan_without_a_post_is_worth(
    town: Town,
) -> None:
    plan, _, every, draw = town
    solution = placement.optimise(plan)
    names = sorted(post.id for post in solution.posts_list)
    if not names:
        pytest.skip("the best plan opens nothing")
    post = draw.choice(names)
    site, _, resource = post.partition("/")
    (told,) = why(plan, solution, site, resource)
    left = [worth for units, _, worth in every if post not in units]
    if left:
        assert told.loss == pytest.approx(solution.objective - max(left), abs=NEAR)
    else:
        assert told.status is Status.INFEASIBLE
