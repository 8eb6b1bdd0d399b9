"""Tiers, teams away and backup beside gates with lanes, against explicit flows in time."""

import math
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import placement
from placement.cover.instance import Instance, Rule
from placement.cover.lanes import Lanes
from placement.errors import InfeasibleError
from placement.plan.problem import Plan
from placement.review.geojson import solution_text
from placement.solution import Solution, Status
from placement.solve.capacitated.solver import solve_lanes
from placement.solve.core.incumbent import Start
from placement.solve.core.stopping import Effort, Stop
from tests.amount import cases
from tests.solve.capacitated.test_lanes_in_plans import unmerged, write_lanes_plan
from tests.solve.capacitated.test_solver_with_lanes import best_by_flows


def write_tiers(folder: Path, seed: int, patrol: str = "") -> Path:
    """Write a plan with lanes whose people have up to three tiers, and rules for its patrols."""
    file = write_lanes_plan(folder, seed)
    draw = random.Random(f"tiers {seed}")
    demand = folder / "demand.csv"
    head, *rows = demand.read_text(encoding="utf-8").splitlines()
    if not patrol:
        head += ",tier"
        rows = [f"{row},{draw.choice([1, 1, 2, 4])}" for row in rows]
    demand.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    text = file.read_text(encoding="utf-8")
    if patrol:
        more = f"walk_limit_min = 4\nvalue = 3\nunit_cost = 2\nmax_units = 2\n{patrol}"
        old = "walk_limit_min = 2\nvalue = 1\nunit_cost = 2\n"
        file.write_text(text.replace(old, more), encoding="utf-8")
    return file


def held(instance: Instance, mine: np.ndarray, least: float) -> Rule:
    """Return the rule that some rows are worth so much."""
    rows = np.flatnonzero(mine)
    return Rule(
        name="held",
        slope=np.zeros(instance.columns),
        rows=rows,
        times=np.ones(len(rows), dtype=np.int64),
        share=instance.weight[rows],
        most=1e-6 - least,
    )


def best_by_tier(plan: Plan) -> list[float]:
    """Return the best worth of each tier while those before it are held; empty if impossible."""
    instance, lanes = unmerged(plan)
    tier = np.tile(plan.problem.demand.tier, len(plan.problem.resources))
    found: list[float] = []
    for one in plan.problem.demand.tiers:
        mine = tier == one
        top = best_by_flows(replace(instance, weight=np.where(mine, instance.weight, 0.0)), lanes)
        if top == -math.inf:
            return []
        found.append(top)
        instance = replace(instance, rules=(*instance.rules, held(instance, mine, top)))
    return found


def audited(plan: Plan, found: Solution, folder: Path) -> None:
    placement.write_solution(found, folder / "solution.geojson")
    again = placement.read_solution(folder / "solution.geojson")
    assert solution_text(again) == solution_text(found)
    assert placement.audit(plan, again).findings == ()


SIZE = cases(4, 8)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(cases(1, 2)))
def test_each_tier_is_held_while_the_next_is_served(batch: int, tmp_path: Path) -> None:
    asked = 0
    for seed in range(batch * SIZE, batch * SIZE + SIZE):
        try:
            plan = placement.load_plan(write_tiers(tmp_path / str(seed), seed))
        except InfeasibleError:
            continue
        tops = best_by_tier(plan)
        if not tops:
            with pytest.raises(InfeasibleError, match="lanes"):
                placement.optimise(plan)
            continue
        found = placement.optimise(plan)
        assert found.status is Status.OPTIMAL, seed
        told = [tier.objective for tier in found.tiers]
        assert told == pytest.approx(tops if len(tops) > 1 else [], rel=3e-6, abs=1e-4), seed
        assert found.objective == pytest.approx(sum(tops), rel=3e-6, abs=1e-4), seed
        audited(plan, found, tmp_path)
        asked += len(tops) > 1
    assert asked > cases(1, 3)


def with_second_patrols(plan: Plan) -> Instance:
    """Write a plan in which second teams or posts count, a column for each unit of a patrol."""
    instance, _ = unmerged(plan)
    problem = plan.problem
    n, m = len(problem.sites), len(problem.demand)
    names = [kind.id for kind in problem.resources]
    at = names.index("patrol")
    away = problem.resources[at].unavailable
    backup = problem.backup.get(at)
    gains = np.zeros((instance.rows, 1))
    weight = instance.weight.copy()
    mine = slice(at * m, at * m + m)
    if backup is not None:
        gains[at * m + backup.points, 0] = backup.worth * weight[at * m + backup.points]
        return replace(instance, gains=gains)
    levels = range(1, problem.resources[at].counted_units)
    gains = np.zeros((instance.rows, len(levels)))
    for level in levels:
        gains[mine, level - 1] = (1 - away) * away**level * weight[mine]
    weight[mine] *= 1 - away
    cover = [
        instance.indices[a:b]
        for a, b in zip(instance.indptr[:-1].tolist(), instance.indptr[1:].tolist(), strict=True)
    ]
    second = np.arange(2 * n, 3 * n) - at * n  # of a first column of a patrol, its second unit
    cover = [np.concatenate([row, second[0] + row]) if at * m <= r < at * m + m else row
             for r, row in enumerate(cover)]  # fmt: skip
    first = np.arange(at * n, at * n + n)
    return Instance.build(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in cover])]),
        indices=np.concatenate(cover),
        weight=weight,
        gains=gains,
        cost=np.concatenate([instance.cost, problem.sites.unit_cost[:, at]]),
        budget=instance.budget,
        required=np.concatenate([instance.required, np.zeros(n, dtype=np.bool_)]),
        excluded=np.concatenate([instance.excluded, instance.excluded[first]]),
        near_indptr=np.concatenate([np.zeros(2 * n, dtype=np.int64), np.arange(n + 1)]),
        near_indices=first,
        coupled=np.arange(3 * n) >= 2 * n,
        rules=tuple(
            replace(rule, slope=np.concatenate([rule.slope, np.zeros(n)]))
            for rule in instance.rules
        ),
    )


PATROLS = ["unavailable = 0.4\n", 'backup = { zones = "*", worth = 0.5 }\n']


@pytest.mark.slow
@pytest.mark.parametrize("patrol", PATROLS)
def test_teams_away_and_backup_beside_lanes(patrol: str, tmp_path: Path) -> None:
    twice = 0
    for seed in range(9):
        try:
            plan = placement.load_plan(write_tiers(tmp_path / str(seed), seed, patrol))
        except InfeasibleError:
            continue
        instance = with_second_patrols(plan)
        _, lanes = unmerged(plan)
        more = instance.columns - len(lanes.gate)
        lanes = replace(
            lanes,
            **{
                name: np.concatenate([getattr(lanes, name), np.zeros(more, dtype=kind)])
                for name, kind in {
                    "gate": np.bool_, "least": np.int64, "most": np.int64,
                    "lane_cost": np.float64, "lane_people": np.float64,
                }.items()
            },
            lane_use=np.zeros((0, 0)),
            lane_worth=np.zeros(0),
        )  # fmt: skip
        top = best_by_flows(instance, lanes)
        if top == -math.inf:
            continue
        found = placement.optimise(plan)
        assert found.status is Status.OPTIMAL, seed
        assert found.objective == pytest.approx(top, rel=3e-6, abs=1e-4), seed
        audited(plan, found, tmp_path)
        told = found.coverage["patrol"]
        posts = [post for post in found.posts_list if post.resource == "patrol"]
        if told.expected is not None:
            twice += any(post.units > 1 for post in posts)
        else:
            assert told.backup is not None
            twice += told.backup.covered > 0
    assert twice > 1


@pytest.fixture(scope="module")
def tiered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    plan = placement.load_plan(write_tiers(tmp_path_factory.mktemp("tiered"), 3))
    return plan, placement.optimise(plan)


def _moved(solution: Solution, by: float) -> Solution:
    """Say that a tier had more and another less: their sum stays."""
    first, second, *others = solution.tiers
    return replace(
        solution,
        tiers=(
            replace(first, objective=first.objective + by, bound=first.bound + by),
            replace(second, objective=second.objective - by, bound=second.bound - by),
            *others,
        ),
    )


MUTATIONS: dict[str, Callable[[Solution], Solution]] = {
    "more of the first tier": lambda s: _moved(s, 2.0),
    "less of the first tier": lambda s: _moved(s, -2.0),
    "no tiers": lambda s: replace(s, tiers=()),
    "a tier alone": lambda s: replace(s, tiers=s.tiers[:1]),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_audit_refuses_other_tiers(name: str, tiered: tuple[Plan, Solution]) -> None:
    plan, solution = tiered
    assert len(solution.tiers) > 1
    assert placement.audit(plan, solution).findings == ()
    assert not placement.audit(plan, MUTATIONS[name](solution)).ok


@pytest.mark.slow
def test_why_holds_the_tiers_too(tiered: tuple[Plan, Solution]) -> None:
    plan, solution = tiered
    gate = next(post for post in solution.posts_list if post.resource == "gate")
    (said,) = placement.why(plan, solution, gate.site, "gate")
    other = placement.optimise(plan, forbid=[gate.id])
    assert said.proven
    assert said.loss == pytest.approx(solution.objective - other.objective, abs=0.01)
    assert [tier.objective for tier in other.tiers] < [t.objective for t in solution.tiers]


def test_a_plan_that_is_known_to_keep_a_floor_does_without_a_search() -> None:
    # two rows of 100 people, one gate for 100: the floor asks for 60 of those worth nothing
    instance = Instance.build(
        indptr=np.array([0, 1, 2]),
        indices=np.array([0, 0]),
        weight=np.array([100.0, 100.0]),
        cost=np.ones(1),
        budget=2.0,
    )
    floor = Rule(
        name="floor",
        slope=np.zeros(1),
        rows=np.array([1]),
        times=np.array([1]),
        share=np.array([100.0]),
        most=-60.0,
    )
    lanes = Lanes(
        people=np.array([100.0, 100.0]),
        gate=np.array([True]),
        least=np.array([1]),
        most=np.array([1]),
        lane_cost=np.ones(1),
        lane_people=np.array([100.0]),
    )
    stage = replace(instance, weight=np.array([100.0, 0.0]), rules=(floor,))
    first = solve_lanes(replace(instance, rules=(floor,)), lanes, Effort(stop=Stop()))
    assert first.chosen is not None
    assert first.admitted[1] >= 60 - 1e-6
    start = Start(chosen=first.chosen, lanes=first.lanes)
    found = solve_lanes(stage, lanes, Effort(stop=Stop(0.0)), start=start)
    assert found.objective == pytest.approx(40.0)  # whom it admitted need not be told
    known = solve_lanes(stage, lanes, Effort(stop=Stop(0.0)), start=first.plan)
    assert known.chosen is not None
    assert known.chosen.tolist() == [0]
    assert known.admitted[1] >= 60 - 1e-6
