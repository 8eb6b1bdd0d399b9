"""The second model against trying every choice: plans with every rule."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

import placement
from placement.errors import InfeasibleError, InputError
from placement.plan.problem import Plan
from placement.prove.model import write_model
from placement.prove.program import value_of
from placement.prove.proof import Verdict, prove_again, prove_none
from placement.prove.question import Question, question
from placement.prove.solver import solve
from placement.solution import Reverse
from tests.amount import cases
from tests.prove.claims import claim
from tests.random_plans import the_answer, write_random_plan
from tests.ruled_plans import draw_plan, right_answer, write_ruled_plan
from tests.small_plans import every_choice, write_small_plan

LIMIT_S = 60.0


def best(plan: Plan, asked: Question) -> tuple[list[float], dict[str, int]] | None:
    """The best objective of each tier and a plan that has it; None where there is none."""
    model, found, posts = write_model(plan, asked), [], {}
    for tier, terms in model.worth.items():
        answer = solve(model.program, terms, time_limit=LIMIT_S)
        if answer.values is None:
            assert answer.none
            return None
        assert model.program.keeps(answer.values, within=Fraction(0))
        worth = value_of(terms, answer.values)
        assert answer.bound is not None
        assert float(answer.bound) == pytest.approx(float(worth), abs=1e-9)
        found.append(float(worth + (model.constant if tier == min(model.worth) else 0)))
        posts = model.posts(answer.values)
        model.program.at_least(terms, worth)
    return found, posts


@pytest.mark.parametrize("batch", range(2))
def test_random_plans_are_worth_what_trying_every_choice_finds(batch: int, tmp_path: Path) -> None:
    for seed in range(batch * 30, batch * 30 + 30):
        (tmp_path / str(seed)).mkdir()
        try:
            plan = placement.load_plan(write_random_plan(tmp_path / str(seed), seed))
        except (InputError, InfeasibleError):  # what is required alone breaks a limit
            continue
        right, asked = the_answer(plan), Question(budget=plan.problem.budget)
        found = best(plan, asked)
        assert (found is None) == (right is None), seed
        if right is None:
            assert prove_none(plan, asked).verdict is Verdict.TWICE, seed
        elif found is not None:
            assert found[0] == [pytest.approx(right[0], abs=1e-6)], seed


@pytest.mark.parametrize("batch", range(cases(1, 4)))
def test_plans_of_every_rule_are_proven_twice_and_worse_plans_refuted(
    batch: int, tmp_path: Path
) -> None:
    """120 plans with rules, tiers, wishes and baselines, the answer found by trying everything."""
    proven = refuted = none = 0
    for seed in range(batch * 30, batch * 30 + 30):
        (tmp_path / str(seed)).mkdir()
        drawn = draw_plan(seed)
        try:
            plan = placement.load_plan(write_ruled_plan(tmp_path / str(seed), drawn))
        except (InputError, InfeasibleError):
            continue
        right, wishes = right_answer(drawn, plan), drawn.wishes()
        if right is None:
            asked = question(budget=plan.problem.budget, limits={}, **wishes)
            assert prove_none(plan, asked).verdict is Verdict.TWICE, seed
            none += 1
            continue
        optimal = claim(plan, right.units, right.objective, tiers=right.tiers, wishes=wishes)
        proof = prove_again(plan, optimal)
        assert proof.verdict is Verdict.TWICE, (seed, proof)
        assert proof.bound == pytest.approx(right.objective, abs=1e-5), seed
        proven += 1
        for post in right.units:
            fewer = {name: n for name, n in right.units.items() if name != post}
            worse = prove_again(
                plan, claim(plan, fewer, right.objective, tiers=right.tiers, wishes=wishes)
            )
            # without the post a rule is broken, or less is covered, or it made no difference
            if worse.verdict is Verdict.REFUTED:
                refuted += 1
            else:
                assert best(plan, question(budget=plan.problem.budget, limits={}, **wishes))
                assert worse.verdict is Verdict.TWICE, (seed, worse)
    assert proven > 10
    assert refuted > 10
    assert none or batch


def least_units(plan: Plan, posts: tuple[str, ...]) -> dict[str, int]:
    """The least units of each of these posts."""
    sites, resources = plan.problem.sites, plan.problem.resources
    least = {
        f"{site}/{resource.id}": int(sites.min_units[j, k])
        for j, site in enumerate(sites.id)
        for k, resource in enumerate(resources)
    }
    return {post: least[post] for post in posts}


@pytest.mark.parametrize("batch", range(2))
def test_the_least_cost_is_what_trying_every_choice_finds(batch: int, tmp_path: Path) -> None:
    proven = none = 0
    for seed in range(batch * 15, batch * 15 + 15):
        try:
            plan = placement.load_plan(write_small_plan(tmp_path / str(seed), seed), budget=1e15)
        except InfeasibleError:
            continue
        draw = random.Random(seed)
        total = float(plan.problem.demand.people.sum())
        shares = {resource.id: draw.choice([0.1, 0.3, 0.5]) for resource in plan.problem.resources}
        enough = [
            choice
            for choice in every_choice(plan)
            if all(choice.people[k] >= share * total - 1e-9 for k, share in shares.items())
        ]
        if not enough:
            proof = prove_none(plan, Question(budget=None, shares=shares))
            assert proof.verdict is Verdict.TWICE, seed
            none += 1
            continue
        first = min(enough, key=lambda choice: (choice.cost, -choice.objective))
        told = Reverse(shares=shares, cost_bound=first.cost, cost_gap=0.0)
        right = claim(plan, least_units(plan, first.posts), first.objective, reverse=told)
        proof = prove_again(plan, right)
        assert proof.verdict is Verdict.TWICE, (seed, proof)
        assert proof.cost_bound == pytest.approx(first.cost, abs=1e-6)
        proven += 1
        dear = max(enough, key=lambda choice: choice.cost)
        if dear.cost > first.cost:
            told = Reverse(shares=shares, cost_bound=dear.cost, cost_gap=0.0)
            units = least_units(plan, dear.posts)
            proof = prove_again(plan, claim(plan, units, dear.objective, reverse=told))
            assert proof.verdict is Verdict.REFUTED, (seed, proof)
            assert "costs" in proof.words
    assert proven
    assert none or batch
