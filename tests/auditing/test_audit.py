"""The audit accepts what is right and refuses whatever was touched."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

import placement
from placement.plan.problem import Plan
from placement.solution import Coverage, Solution, Status, Walk
from tests.amount import cases
from tests.builders import write_plan
from tests.random_plans import write_random_plan


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    plan = placement.load_plan(write_plan(tmp_path_factory.mktemp("town")))
    return plan, placement.optimise(plan)


def test_a_right_solution_is_accepted(town: tuple[Plan, Solution]) -> None:
    plan, solution = town
    report = placement.audit(plan, solution)
    assert report.ok
    assert report.findings == ()
    assert report.checked > 30


def test_a_gap_that_a_file_rounds_up_is_accepted(
    town: tuple[Plan, Solution], tmp_path: Path
) -> None:
    plan, solution = town
    bound = solution.objective * (1 + 0.0261022493)
    gap = (bound - solution.objective) / solution.objective
    open_ = replace(solution, status=Status.FEASIBLE, bound=round(bound, 6), gap=round(gap, 9))
    placement.write_solution(open_, tmp_path / "solution.geojson")
    again = placement.read_solution(tmp_path / "solution.geojson")
    assert again.gap == 0.026103
    assert placement.audit(plan, again).ok


def _first(solution: Solution, **changes: object) -> Solution:
    post, *others = solution.posts_list
    return replace(solution, posts_list=(replace(post, **changes), *others))  # type: ignore[arg-type]


MUTATIONS = {
    "another plan": lambda s: replace(s, plan="another"),
    "a cost of one more": lambda s: replace(s, cost=s.cost + 1),
    "an objective of one more": lambda s: replace(s, objective=s.objective + 1),
    "a bound below the objective": lambda s: replace(s, bound=s.objective - 1),
    "a bound beyond everyone": lambda s: replace(s, bound=1e9, gap=1e9 / s.objective - 1),
    "a gap that is none": lambda s: replace(s, gap=0.1),
    "proof that is none": lambda s: replace(s, bound=s.bound + 10, gap=10 / s.objective),
    "a status that is no plan's": lambda s: replace(s, status=Status.UNKNOWN),
    "modesty": lambda s: replace(s, status=Status.FEASIBLE),
    "a budget that was smaller": lambda s: replace(s, budget=s.cost - 1),
    "the other walking": lambda s: replace(s, walking="straight line"),
    "a longer mean walk": lambda s: replace(
        s, walk=Walk(mean_s={**s.walk.mean_s, "checkpoint": 1.0}, gap=0.0)
    ),
    "coverage of one person more": lambda s: replace(
        s,
        coverage={
            **s.coverage,
            "checkpoint": replace(
                s.coverage["checkpoint"], covered=s.coverage["checkpoint"].covered + 1
            ),
        },
    ),
    "a coverage missing": lambda s: replace(s, coverage={"checkpoint": s.coverage["checkpoint"]}),
    "a share rounded up": lambda s: replace(
        s, coverage={k: replace(c, share=round(c.share + 1e-5, 6)) for k, c in s.coverage.items()}
    ),
    "another total": lambda s: replace(
        s,
        coverage={
            k: Coverage(covered=c.covered, total=c.total + 1, share=c.share)
            for k, c in s.coverage.items()
        },
    ),
    "a post left out": lambda s: replace(s, posts_list=s.posts_list[1:]),
    "a post twice": lambda s: replace(s, posts_list=(*s.posts_list, s.posts_list[0])),
    "a post at a site that is not": lambda s: _first(s, site="nowhere"),
    "a post of a resource that is not": lambda s: _first(s, resource="drone"),
    "a post of another name": lambda s: _first(s, name="Elsewhere"),
    "a unit more": lambda s: _first(s, units=s.posts_list[0].units + 1),
    "a hundred units": lambda s: _first(s, units=100),
    "a post moved by a metre": lambda s: _first(s, lon=s.posts_list[0].lon + 1.4e-5),
    "a person more": lambda s: _first(s, covered=s.posts_list[0].covered + 1),
    "a person fewer alone": lambda s: _first(s, only=s.posts_list[0].only - 1),
    "a post a cent cheaper": lambda s: _first(s, cost=s.posts_list[0].cost - 0.01),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_touched_solution_is_refused(mutation: str, town: tuple[Plan, Solution]) -> None:
    plan, solution = town
    report = placement.audit(plan, MUTATIONS[mutation](solution))
    assert not report.ok
    assert all(report.findings)


def test_rules_are_read_from_the_plan(tmp_path: Path, town: tuple[Plan, Solution]) -> None:
    """The same posts break a plan whose rules are tighter: fleet, near, units, posts."""
    _, solution = town
    for number, (old, new, told) in enumerate(
        [
            ("fleet = 2", "fleet = 1", "the fleet is 1"),
            ("walk_min = 3", "walk_min = 0.0001", None),  # every team stands beside a checkpoint
            ("min_units = 1", "min_units = 2", "its site takes 2 to 4"),
            ("max_units = 4", "max_units = 4\nposts = 2", "at most 2 may be opened"),
        ]
    ):
        plan = placement.load_plan(write_plan(tmp_path / str(number), replace={old: new}))
        found = placement.audit(plan, solution).findings
        assert (told is None and not found) or any(told in finding for finding in found), new
    lonely = replace(
        solution,
        posts_list=tuple(p for p in solution.posts_list if p.resource == "dog_team"),
    )
    plan = placement.load_plan(write_plan(tmp_path / "lonely"))
    findings = placement.audit(plan, lonely).findings
    assert any("has no 'checkpoint' within 180 s" in finding for finding in findings)


@pytest.mark.slow
def test_random_mutations_of_random_plans_are_refused(tmp_path: Path) -> None:
    """Hundreds of solutions, each with one figure off by a little."""
    draw = random.Random(0)
    refused = 0
    seed = 0
    while refused < cases(60, 1000):
        seed += 1
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            plan = placement.load_plan(write_random_plan(folder, seed))
            solution = placement.optimise(plan)
        except placement.InfeasibleError:
            continue
        if not solution.posts_list:
            continue
        for _ in range(cases(20, 40)):
            touched = _touch(solution, draw)
            assert not placement.audit(plan, touched).ok, touched
            refused += 1


def _touch(solution: Solution, draw: random.Random) -> Solution:
    """Change one figure of a solution by one or by a thousandth."""
    by = draw.choice([1, -1, 0.001])
    what = draw.choice(["cost", "objective", "covered", "only", "post cost", "coverage", "lat"])
    if what in {"cost", "objective"}:
        return replace(solution, **{what: getattr(solution, what) + by})
    if what == "coverage":
        kind = draw.choice(sorted(solution.coverage))
        changed = replace(solution.coverage[kind], covered=solution.coverage[kind].covered + by)
        return replace(solution, coverage={**solution.coverage, kind: changed})
    posts = list(solution.posts_list)
    n = draw.randrange(len(posts))
    name = {"post cost": "cost"}.get(what, what)
    posts[n] = replace(posts[n], **{name: getattr(posts[n], name) + by})
    return replace(solution, posts_list=tuple(posts))
