"""Lanes in the second model: against explicit flows in time written by others, and without time."""

import math
from pathlib import Path

import pytest

import placement
from placement.errors import InfeasibleError
from placement.plan.problem import Plan
from placement.prove import flows
from placement.prove.model import write_model
from placement.prove.program import value_of
from placement.prove.proof import Verdict, prove_again, prove_none
from placement.prove.question import Question
from placement.prove.solver import solve
from tests.prove.claims import claim
from tests.solve.capacitated.test_lanes_in_plans import unmerged, write_lanes_plan
from tests.solve.capacitated.test_solver_with_lanes import best_by_flows

LIMIT_S = 60.0


def read(folder: Path, seed: int) -> Plan | None:
    try:
        return placement.load_plan(write_lanes_plan(folder, seed, profiles=seed % 2 == 1))
    except InfeasibleError:
        return None


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(2))
def test_random_plans_with_lanes_equal_explicit_flows_in_time(batch: int, tmp_path: Path) -> None:
    """With one profile and with several, floors, people without steps, and queues."""
    proven = 0
    for seed in range(batch * 10, batch * 10 + 10):
        plan = read(tmp_path / str(seed), seed)
        if plan is None:
            continue
        top, asked = best_by_flows(*unmerged(plan)), Question(budget=plan.problem.budget)
        if top == -math.inf:
            assert prove_none(plan, asked, time_limit=LIMIT_S).verdict is Verdict.TWICE, seed
            continue
        model = write_model(plan, asked)
        answer = solve(model.program, model.worth[1], time_limit=LIMIT_S)
        assert answer.values is not None, seed
        worth = float(value_of(model.worth[1], answer.values))
        assert worth == pytest.approx(top, rel=2e-6, abs=1e-3), seed
        units = model.posts(answer.values)
        proof = prove_again(plan, claim(plan, units, round(top, 6)), time_limit=LIMIT_S)
        assert proof.verdict is Verdict.TWICE, (seed, proof)
        proven += 1
        if top > 1:
            for worse in (
                claim(plan, units, top * 0.99),  # said to be the best
                claim(plan, units, top * 0.9, bound=top * 0.99),  # a bound that is too low
            ):
                refuted = prove_again(plan, worse, time_limit=LIMIT_S)
                assert refuted.verdict is Verdict.REFUTED, (seed, refuted)
    assert proven > 3


def test_without_gates_and_periods_a_bound_holds_and_no_plan_is_refuted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows, "_MOST_FLOWS", 0)
    looser = 0
    for seed in range(20, 32):
        plan = read(tmp_path / str(seed), seed)
        top = -math.inf if plan is None else best_by_flows(*unmerged(plan))
        if plan is None or top == -math.inf:
            continue
        proof = prove_again(plan, claim(plan, {}, top * 0.5), time_limit=LIMIT_S)
        assert proof.verdict in {Verdict.BOUND, Verdict.UNCONFIRMED}, (seed, proof)
        if proof.bound is not None:
            assert proof.bound >= top - 1e-6, seed
            looser += proof.bound > top + 1e-6
    assert looser
