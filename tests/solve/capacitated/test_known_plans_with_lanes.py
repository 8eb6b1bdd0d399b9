"""A plan with lanes that is handed in and keeps the rules is the first plan, and is never lost."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import placement
from placement.errors import InfeasibleError, NoPlanError
from placement.plan.problem import Plan
from placement.solution import Status
from placement.solve.capacitated import lexicographic
from placement.solve.capacitated.solver import solve_lanes
from placement.solve.capacitated.state import LanesOutcome, State, settled
from placement.solve.core.incumbent import Start
from placement.solve.core.stopping import Effort, Stop
from placement.solve.questions.max_cover import with_budget
from tests.amount import cases
from tests.solve.capacitated.test_lanes_in_plans import write_lanes_plan
from tests.solve.capacitated.test_solver_with_lanes import best_by_flows, random_case


def ended() -> Stop:
    """Return a rule that is reached before anything begins."""
    stop = Stop()
    stop.interrupt()
    return stop


@pytest.mark.slow
@pytest.mark.parametrize(("periods", "classes"), [(1, 1), (6, 1), (4, 2)])
def test_no_time_at_all_leaves_the_best_plan_whoever_its_floors_ask_for(
    periods: int, classes: int
) -> None:
    asked = floors_bind = 0
    for seed in range(cases(12, 30)):
        instance, lanes = random_case(seed, periods, classes)
        if (instance.required & instance.excluded).any():
            continue
        best = solve_lanes(instance, lanes, Effort(stop=Stop()))
        if best.chosen is None or not len(best.chosen):
            continue
        found = solve_lanes(
            instance, lanes, Effort(stop=ended()), start=Start(chosen=best.chosen, lanes=best.lanes)
        )
        assert found.chosen is not None, seed
        assert found.objective == pytest.approx(best.objective, rel=2e-6, abs=1e-6), seed
        rest = settled(instance, lanes, found.lanes, found.admitted)
        assert rest.broken_rule(found.chosen, tolerance=1e-6) is None, seed
        known = State(instance, lanes, Effort(stop=Stop()))
        y = np.zeros(instance.columns)
        y[best.chosen] = 1.0
        floors_bind += not known.plan(y, best.lanes[known.gates].astype(np.float64))
        asked += 1
    assert asked > cases(4, 12)
    assert floors_bind > 0  # the most worthy first would break a floor


def test_whom_a_plan_admits_so_that_its_rules_are_kept_is_the_most_worth_there_is() -> None:
    asked = 0
    for seed in range(cases(30, 60)):
        instance, lanes = random_case(seed, 4, 1 + seed % 2)
        if not instance.rules or (instance.required & instance.excluded).any():
            continue
        rng = np.random.default_rng(seed)
        count = np.where(lanes.gate, rng.integers(lanes.least, lanes.most + 1), 0)
        is_open = (rng.random(instance.columns) < 0.8) | instance.required
        held = replace(instance, required=is_open, excluded=~is_open | instance.excluded)
        same = replace(lanes, least=count, most=count)
        top = best_by_flows(held, same) if not (is_open & instance.excluded).any() else -np.inf
        known = State(instance, lanes, Effort(stop=Stop()))
        y = is_open.astype(np.float64)
        taken = known.kept(y, np.where(is_open, count, 0)[known.gates].astype(np.float64))
        assert taken == (top > -np.inf), seed
        if taken:
            assert known.record.objective == pytest.approx(top, rel=1e-6, abs=1e-6), seed
            asked += 1
    assert asked > cases(5, 10)


type Solved = Callable[[int], tuple[Plan, placement.Solution] | None]


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Solved:
    """Draw a plan with lanes and solve it, once for all tests; None where that cannot be."""

    @cache
    def found(seed: int) -> tuple[Plan, placement.Solution] | None:
        try:
            plan = placement.load_plan(write_lanes_plan(tmp_path_factory.mktemp("plan"), seed))
            return plan, placement.optimise(plan)
        except InfeasibleError:
            return None

    return found


@pytest.mark.slow
def test_an_agreed_plan_stands_at_once_at_any_budget_that_pays_for_it(solved: Solved) -> None:
    asked = 0
    for plan, old in filter(None, map(solved, range(cases(6, 12)))):
        if not old.posts_list:
            continue
        for more in (0.0, 1.0, 7.0):
            richer = with_budget(plan, old.cost + more)
            found = placement.optimise(richer, baseline=old, time_limit=0)
            assert found.objective >= old.objective - 1e-4, plan.settings.name
            asked += 1
    assert asked > cases(5, 10)


@pytest.mark.slow
def test_locked_posts_that_keep_the_rules_are_a_plan_at_once(solved: Solved) -> None:
    asked = 0
    for plan, old in filter(None, map(solved, range(12))):
        gates = [post.id for post in old.posts_list if post.resource == "gate"]
        if not gates or plan.problem.floors:
            continue
        try:
            found = placement.optimise(plan, lock=gates[:1], time_limit=0)
        except NoPlanError:
            pytest.fail(f"the locked post {gates[0]} is a plan")
        assert gates[0] in {post.id for post in found.posts_list}
        asked += 1
    assert asked > 2


def test_a_tier_that_finds_no_plan_leaves_that_of_the_tier_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_lanes_plan(tmp_path, 3)
    demand = (tmp_path / "demand.csv").read_text(encoding="utf-8").splitlines()
    rows = [f"{row},{'tier' if n == 0 else 1 + n % 2}" for n, row in enumerate(demand)]
    (tmp_path / "demand.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    plan = placement.load_plan(file)
    whole = placement.optimise(plan)
    assert len(whole.tiers) == 2
    solve, calls = lexicographic.solve_lanes, []

    def fails_later(*args: object, **options: object) -> LanesOutcome:
        calls.append(args)
        found: LanesOutcome = solve(*args, **options)  # type: ignore[arg-type]
        last = len(plan.problem.floors) > 0
        if len(calls) > 1 + last:
            bound = found.bound + 100.0
            return replace(found, chosen=None, status=Status.UNKNOWN, bound=bound)
        return found

    monkeypatch.setattr(lexicographic, "solve_lanes", fails_later)
    found = placement.optimise(plan)
    assert found.status is Status.FEASIBLE
    assert found.tiers[0].objective == pytest.approx(whole.tiers[0].objective)
    assert found.tiers[1].objective <= whole.tiers[1].objective + 1e-4
    assert found.tiers[1].bound >= whole.tiers[1].objective - 1e-4
