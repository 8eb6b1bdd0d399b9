"""What a plan made by hand is worth: the same figures as a search gives, and each broken rule."""

import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import placement
from placement.cli.revisit import revisit
from placement.errors import AuditError, UsageError
from placement.plan.problem import Plan
from placement.review.geojson import read_solution, solution_text
from placement.solution import Solution, Status
from tests.builders import write_plan
from tests.cli.test_a_plan_for_each_rule import CASES, PLANS

TOLD = ("plan", "cost", "budget", "posts_list", "rules", "areas", "periods", "unsnapped")


def units_of(solution: Solution) -> dict[str, int]:
    return {post.id: post.units for post in solution.posts_list}


@pytest.mark.parametrize("name", CASES)
def test_the_posts_of_a_search_have_the_figures_that_it_tells(name: str) -> None:
    """What is counted of posts does not depend on who chose them."""
    plan, chosen = revisit(str(PLANS / name), str(PLANS / name), layers={})
    found = placement.evaluate(plan, units_of(chosen), bound=False)
    proposed = found.solution
    assert (found.broken, found.notes, found.best) == ((), (), None)
    assert proposed.status is Status.PROPOSED
    assert math.isinf(proposed.bound)
    assert math.isinf(proposed.gap)
    for member in TOLD:
        assert getattr(proposed, member) == getattr(chosen, member), member
    price = 0.0 if chosen.changes is None else chosen.changes.price * chosen.changes.count
    assert proposed.objective == pytest.approx(chosen.objective + price, abs=1e-5)
    for kind, part in chosen.coverage.items():
        assert proposed.coverage[kind].covered == pytest.approx(part.covered, abs=1e-5)


@pytest.mark.parametrize("name", ["plain", "floors", "tiers", "lanes", "expected"])
def test_a_bound_says_that_nothing_beats_the_best(name: str) -> None:
    plan, chosen = revisit(str(PLANS / name), str(PLANS / name), layers={})
    found = placement.evaluate(plan, units_of(chosen), time_limit=None)
    assert found.solution.status is Status.PROPOSED
    assert found.possible is True
    near = {"rel": 2e-6, "abs": 1e-5}  # lanes are proven to a millionth
    assert found.solution.bound == pytest.approx(chosen.objective, **near)
    assert found.best == pytest.approx(chosen.objective, **near)
    worse = placement.evaluate(plan, dict(list(units_of(chosen).items())[:1]), time_limit=None)
    assert worse.solution.bound == pytest.approx(chosen.objective, **near)
    assert worse.solution.objective < worse.solution.bound
    gap = worse.solution.bound / worse.solution.objective - 1
    assert worse.solution.gap == pytest.approx(gap, abs=1e-6)


@pytest.mark.parametrize(
    "name", ["plain", "floors", "tiers", "groups", "separation", "backup-must", "lanes",
             "arrivals", "expected", "step-free"],
)  # fmt: skip
def test_any_posts_are_counted_audited_and_read_again(name: str, tmp_path: Path) -> None:
    """Whatever is proposed: the audit accepts its figures, and names what was broken."""
    plan, _ = revisit(str(PLANS / name), str(PLANS / name), layers={})
    sites, kinds = plan.problem.sites.id, [kind.id for kind in plan.problem.resources]
    draw = random.Random(name)
    broken = 0
    for _ in range(4):
        posts = [f"{site}/{kind}" for site in sites for kind in kinds]
        units = {post: draw.randint(1, 5) for post in draw.sample(posts, draw.randint(1, 6))}
        found = placement.evaluate(plan, units, bound=False)
        assert units_of(found.solution) == dict(sorted(units.items()))
        broken += len(found.broken)
        path = tmp_path / "proposed.geojson"
        placement.write_solution(found.solution, path)
        again = read_solution(path)
        report = placement.audit(plan, again)
        assert (report.findings, report.broken) == ((), found.broken)
        assert solution_text(again) == path.read_text(encoding="utf-8")
        # what breaks rules is refused as soon as it claims to be anything but proposed
        claimed = replace(again, status=Status.FEASIBLE)
        assert not found.broken or set(found.broken) <= set(placement.audit(plan, claimed).findings)
        lied = replace(again, objective=again.objective + 1)
        assert not placement.audit(plan, lied).ok
    assert broken


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return placement.load_plan(write_plan(tmp_path_factory.mktemp("town")))


@pytest.mark.parametrize(
    ("units", "says"),
    [
        ({"bridge-north/checkpoint": 8, "bridge-south/checkpoint": 1}, "the posts cost 55"),
        ({"bridge-north/checkpoint": 5}, "has 5 units, its site takes 1 to 4"),
        ({"south-east/checkpoint": 1, "south-east/dog_team": 1}, "is excluded"),
        ({"south-west/checkpoint": 1, "south-west/dog_team": 1}, "a resource its site forbids"),
        ({"bridge-north/dog_team": 1}, "has no 'checkpoint' within 180 s"),
        ({"bridge-north/checkpoint": 1, "bridge-north/dog_team": 3}, "the fleet is 2"),
    ],
)
def test_each_rule_that_is_broken_is_named(units: dict[str, int], says: str, town: Plan) -> None:
    found = placement.evaluate(town, units, bound=False)
    assert any(says in sentence for sentence in found.broken), found.broken
    assert placement.audit(town, found.solution).broken == found.broken


def test_posts_that_break_rules_may_be_worth_more_than_the_bound(town: Plan) -> None:
    every = {f"{site}/checkpoint": 1 for site in town.problem.sites.id}
    found = placement.evaluate(town, every, budget=10)
    assert any("the budget is 10" in sentence for sentence in found.broken)
    assert found.solution.objective > found.solution.bound == found.best
    assert found.solution.gap == 0.0
    kept = placement.evaluate(town, {"bridge-north/checkpoint": 1}, budget=10).solution
    lied = replace(kept, bound=kept.objective - 1)
    assert any("is below the objective" in one for one in placement.audit(town, lied).findings)


def test_a_plan_that_nothing_can_keep_has_no_best(tmp_path: Path) -> None:
    plan = placement.load_plan(PLANS / "clash" / "plan.toml")
    site = plan.problem.sites.id[0]
    kind = plan.problem.resources[int(np.flatnonzero(plan.problem.sites.allowed[0])[0])].id
    found = placement.evaluate(plan, {f"{site}/{kind}": 1})
    assert found.possible is False
    assert found.best is None
    assert math.isinf(found.solution.bound)
    assert found.broken


def test_a_proposed_plan_is_no_claim_to_prove(town: Plan) -> None:
    solution = placement.evaluate(town, {"bridge-north/checkpoint": 1}, bound=False).solution
    with pytest.raises(UsageError, match="claims nothing that could be proven again"):
        placement.prove_again(town, solution)
    assert "bound not known" in repr(solution)


def test_a_figure_that_does_not_hold_is_refused(
    town: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "placement.solve.questions.counted"
    import placement.solve.questions.counted as counting

    true = counting.write_up
    monkeypatch.setattr(f"{module}.write_up", lambda *a, **k: replace(true(*a, **k), objective=1e6))
    with pytest.raises(AuditError, match="objective"):
        placement.evaluate(town, {"bridge-north/checkpoint": 1}, bound=False)
