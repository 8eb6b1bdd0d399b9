"""The cheapest plan that reaches given shares, against trying every choice."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

import placement
from placement.errors import InfeasibleError, UsageError
from placement.solution import Status
from tests.builders import write_plan
from tests.small_plans import every_choice, write_small_plan

NO_BUDGET = 1e15


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(6))
def test_random_plans_cost_what_trying_every_choice_costs(batch: int, tmp_path: Path) -> None:
    """72 plans: the least cost, the most cover at that cost, and what can be reached at most."""
    reached = refused = 0
    for seed in range(batch * 12, batch * 12 + 12):
        file = write_small_plan(tmp_path / str(seed), seed)
        try:
            plan = placement.load_plan(file, budget=NO_BUDGET)
        except InfeasibleError:  # what is required alone breaks a limit
            continue
        draw = random.Random(seed)
        total = float(plan.problem.demand.people.sum())
        shares = {
            resource.id: draw.choice([0.1, 0.3, 0.5, 0.7])
            for resource in plan.problem.resources
            if resource.id == "gate" or draw.random() < 0.6
        }
        choices = every_choice(plan)
        enough = [
            choice
            for choice in choices
            if all(choice.people[k] >= share * total - 1e-9 for k, share in shares.items())
        ]
        if not enough:
            with pytest.raises(InfeasibleError) as raised:
                placement.least_cost(plan, shares)
            assert raised.value.rules, seed
            if choices:
                _check_most(choices, shares, total, raised.value.remedies)
            refused += 1
            continue
        solution = placement.least_cost(plan, shares)
        least = min(choice.cost for choice in enough)
        most = max(choice.objective for choice in enough if choice.cost <= least + 1e-9)
        assert solution.cost == solution.budget == pytest.approx(least), seed
        assert solution.objective == pytest.approx(most), seed
        assert solution.status is Status.OPTIMAL
        assert solution.reverse is not None
        assert solution.reverse.shares == shares
        assert (solution.reverse.cost_bound, solution.reverse.cost_gap) == (solution.cost, 0.0)
        assert placement.audit(plan, solution).ok, seed
        reached += 1
    assert reached
    assert refused or batch


def _check_most(choices, shares, total, remedies) -> None:
    alone = {k: max(choice.people[k] for choice in choices) for k in shares}
    missed = [k for k in shares if alone[k] < shares[k] * total - 1e-9]
    for k in missed:
        told = next(words for words in remedies if words.startswith(f"{k} can reach "))
        assert float(told.split()[3]) == pytest.approx(alone[k] / total, abs=2e-6)
    assert len(remedies) == (len(missed) or len(shares))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[placement.Plan, placement.Solution]:
    plan = placement.load_plan(write_plan(tmp_path_factory.mktemp("town")))
    return plan, placement.least_cost(plan, {"checkpoint": 0.6, "dog_team": 0.2})


def test_it_is_written_and_read(town, tmp_path: Path) -> None:
    plan, solution = town
    placement.write_solution(solution, tmp_path / "a.geojson")
    again = placement.read_solution(tmp_path / "a.geojson")
    assert again == solution
    assert placement.audit(plan, again).ok
    placement.write_solution(again, tmp_path / "b.geojson")
    assert (tmp_path / "a.geojson").read_bytes() == (tmp_path / "b.geojson").read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"shares": {"checkpoint": 0.999}},
        {"shares": {}},
        {"shares": {"checkpoint": 1.5}},
        {"cost_bound": 1e6},
        {"cost_bound": 1.0},
        {"cost_gap": 0.5},
    ],
)
def test_what_it_claims_is_audited(change, town) -> None:
    plan, solution = town
    touched = replace(solution, reverse=replace(solution.reverse, **change))
    assert not placement.audit(plan, touched).ok
    assert not placement.audit(plan, replace(solution, budget=solution.cost + 1)).ok


def test_shares_out_of_range_are_refused(town) -> None:
    plan, _ = town
    for shares, words in (
        ({}, "no share"),
        ({"checkpont": 0.5}, "did you mean 'checkpoint'"),
        ({"checkpoint": 0}, "above 0"),
        ({"checkpoint": 1.01}, "at most 1"),
        ({"checkpoint": float("nan")}, "above 0"),
    ):
        with pytest.raises(UsageError, match=words):
            placement.least_cost(plan, shares)


def test_more_asked_never_costs_less(town) -> None:
    plan, _ = town
    costs = [placement.least_cost(plan, {"checkpoint": n / 10}).cost for n in range(1, 9)]
    assert costs == sorted(costs)


def test_the_other_rules_are_kept_and_named_where_they_clash(tmp_path: Path) -> None:
    rules = '[[floors]]\nzone = "quay"\nresource = "dog_team"\nshare = 0.2\n'
    plan = placement.load_plan(write_plan(tmp_path, extra=rules))
    with pytest.raises(InfeasibleError) as raised:
        placement.least_cost(plan, {"checkpoint": 0.1})
    assert any("floors" in rule for rule in raised.value.rules)
