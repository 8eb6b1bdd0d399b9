"""What is solved and written is held by the audit, at whatever scale people are counted."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import placement
from placement.errors import InfeasibleError, NoPlanError
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.solve.mclp import solver
from tests.amount import cases
from tests.ruled_plans import Drawn, draw_plan, write_ruled_plan

PLANS = cases(24, 120)
MONEY = (1, 1, 1, 1e-9, 1e-3, 1 / 3, 1e9)
SCALES = ("as drawn", "tiny", "millionths", "huge", "equal", "no step", "far apart")


@pytest.fixture(autouse=True)
def _short_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search has tests of its own, and most of the time; what is shown here is the file."""
    monkeypatch.setattr(solver, "_FIRST_ROUNDS", 20)
    monkeypatch.setattr(solver, "_MORE_ROUNDS", 20)


@pytest.mark.slow
def test_the_audit_holds_every_solution_that_was_written(tmp_path, monkeypatch) -> None:
    told = Counter(check(seed, tmp_path, monkeypatch) for seed in range(PLANS))
    assert sum(told.values()) == PLANS
    assert min(told["optimal"], told["feasible"]) > PLANS // 20, told


def at_scale(drawn: Drawn, seed: int) -> str:
    """Count people of a drawn plan in another way; return which."""
    draw = random.Random(f"scale {seed}")
    scale = draw.choice(SCALES)
    for one in drawn.demand:
        if scale in {"tiny", "millionths", "huge"}:
            one["people"] *= {"tiny": 1e-9, "millionths": 1e-6, "huge": 1e9}[scale]
        elif scale == "equal":
            one["people"] = 1
        elif scale == "no step":
            one["people"] *= draw.random()
            one["priority"] *= 1 + draw.random()
        elif scale == "far apart":
            one["people"] *= draw.choice([1e-9, 1e-3, 1, 1e6])
    money = draw.choice(MONEY)
    drawn.budget *= money
    for kind in drawn.kinds.values():
        for key in ("open_cost", "unit_cost"):
            kind[key] *= money
    return f"{scale}, money {money:g}"


def solve(plan: Plan, draw: random.Random, wishes: dict[str, Any]) -> Solution:
    """Look for the most cover or the least cost, with or without proof."""
    gap = draw.choice([0, 0, 0.05, 0.5])
    if draw.random() < 0.2:
        name = draw.choice(plan.problem.resources).id
        return placement.least_cost(plan, {name: draw.choice([0.1, 1 / 3, 0.5])}, gap=gap)
    return placement.optimise(plan, gap=gap, **wishes)


def check(seed: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Solve, write, read and audit one plan; return its status."""
    folder = folder / str(seed)
    folder.mkdir()
    drawn = draw_plan(seed)
    scale = at_scale(drawn, seed)
    draw = random.Random(f"proof {seed}")
    wishes = drawn.wishes()
    with monkeypatch.context() as patch:
        if draw.random() < 0.3:  # as where the last step of a proof takes too long
            patch.setattr(solver, "settle", lambda _: None)
        try:
            plan = placement.load_plan(write_ruled_plan(folder, drawn))
            solution = solve(plan, draw, wishes)
        except InfeasibleError:
            return "infeasible"
        except NoPlanError:
            return "none"
    asked = None if solution.reverse is not None else wishes.get("baseline")
    path = folder / "solution.geojson"
    placement.write_solution(solution, path)
    again = placement.read_solution(path)
    report = placement.audit(plan, again, baseline=asked)
    assert report.ok, (seed, scale, report.findings)
    return again.status.value
