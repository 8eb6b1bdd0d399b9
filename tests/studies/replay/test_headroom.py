"""Headroom: one capacity for model, audit and second proof, and as much of it as holds."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import placement
from placement.auditing.findings import Findings
from placement.auditing.lanes import _check_gate
from placement.errors import InputError, NoPlanError, UsageError
from placement.plan.headroom import with_headroom
from placement.plan.lane_settings import LanesSettings
from placement.plan.problem import Plan
from placement.review.geojson import solution_text
from placement.solution import Gate, Post
from placement.solve.capacitated.queueing import queue
from placement.studies.replay import Scenario, replay
from placement.studies.replay.headroom import find_headroom
from tests.amount import cases
from tests.cli.running import run

LANES = Path(__file__).parents[2] / "cases" / "plans" / "lanes"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return placement.load_plan(LANES)


@settings(max_examples=cases(25, 60), deadline=None)
@given(st.integers(1, 100), st.floats(0.5, 1), st.floats(10, 900), st.integers(1, 12))
def test_model_and_audit_count_on_the_same_capacity(
    plan: Plan, percent: int, efficiency: float, rate: float, units: int
) -> None:
    kind = plan.problem.resources[0].id
    lanes = plan.settings.resources[kind].lanes
    assert lanes is not None
    own = lanes.model_copy(update={"rate_per_h": rate, "efficiency": efficiency})
    resources = {
        **plan.settings.resources,
        kind: plan.settings.resources[kind].model_copy(update={"lanes": own}),
    }
    changed = replace(plan, settings=plan.settings.model_copy(update={"resources": resources}))
    asked = with_headroom(changed, percent / 100)
    resource = asked.problem.resources[0]
    assert resource.lanes is not None
    a_lane = resource.lanes.lane_people
    exact = Fraction(rate) * Fraction(efficiency) * Fraction(percent, 100) * Fraction(3, 2)
    assert a_lane == pytest.approx(float(exact), rel=1e-12)
    assert resource.lanes.full_rate_h == pytest.approx(rate * efficiency, rel=1e-12)
    # as many as lanes admit in the window, evenly: no queue, and one person more is one
    for more, held in ((0.0, True), (1.0, False)):
        sent = np.full(3, (a_lane * units + more) / 3)
        told = queue(sent, a_lane * units, dust=1e-3)
        admitted = sent if held else told.admitted
        gate = Gate(sent=tuple(sent), admitted=tuple(admitted), longest_wait_min=0.0, clears=None)
        post = Post(
            site="s", name="s", resource=resource.id, units=units, cost=0, covered=0, only=0,
            lon=0, lat=0, admitted=float(sent.sum()), longest_wait_min=0.0, clears=None,
        )  # fmt: skip
        findings = Findings()
        _check_gate(asked, resource, post, gate, findings)
        assert (not findings.found) == held, findings.found


def test_a_plan_with_headroom_admits_no_more_than_its_share_and_passes_every_check(
    plan: Plan, tmp_path: Path
) -> None:
    solution = placement.optimise(with_headroom(plan, 0.6))
    assert solution.headroom == 0.6
    assert solution.overrides == ("headroom",)
    assert solution.lanes is not None
    units = {post.id: post.units for post in solution.posts_list}
    for name, gate in solution.lanes.gates.items():
        assert sum(gate.sent) <= 0.6 * 90 * units[name] + 1e-6
    full = placement.read_solution(LANES / "solution.geojson")
    assert solution.coverage["checkpoint"].covered < full.coverage["checkpoint"].covered
    # the file keeps it, and every command counts with it
    placement.write_solution(solution, tmp_path / "s.geojson")
    again = placement.read_solution(tmp_path / "s.geojson")
    assert solution_text(again) == solution_text(solution)
    report = placement.audit(placement.load_plan(LANES, headroom=0.6), again)
    assert report.ok
    assert report.overrides == ("lanes planned with a headroom of 0.6, the plan says 1",)
    assert not placement.audit(plan, again).ok
    done = run("audit", tmp_path / "s.geojson", LANES, "--prove")
    assert done.exit_code == 0, done.output
    strained = [
        replay(one, found, Scenario(), nights=60).all_gates.outside.mean
        for one, found in ((plan, full), (placement.load_plan(LANES, headroom=0.6), again))
    ]
    assert strained[1] < strained[0]


def test_headroom_in_the_plan_file_is_that_of_the_run(plan: Plan, tmp_path: Path) -> None:
    text = (LANES / "plan.toml").read_text(encoding="utf-8").replace("../", f"{LANES.parent}/")
    (tmp_path / "plan.toml").write_text(f"{text}headroom = 0.6\n", encoding="utf-8")
    own = placement.load_plan(tmp_path)
    asked = with_headroom(plan, 0.6)
    assert own.headroom is None
    assert own.problem.resources[0].lanes == asked.problem.resources[0].lanes
    assert with_headroom(own, 0.6).headroom is None
    assert own.digests["plan"] != plan.digests["plan"]
    assert LanesSettings().headroom == 1


@pytest.mark.parametrize("share", [0, 1.1, -1, float("nan")])
def test_a_share_out_of_range_is_refused(plan: Plan, share: float) -> None:
    with pytest.raises(UsageError, match="above 0 and of 1 at most"):
        with_headroom(plan, share)
    with pytest.raises(UsageError, match="has no lanes"):
        with_headroom(placement.load_plan(LANES.parent / "plain"), 0.9)


def test_auto_finds_the_share_that_holds_and_says_what_it_costs(tmp_path: Path) -> None:
    words = ("optimise", LANES, "--no-map", "--headroom", "auto", "-o", tmp_path / "out")
    done = run(*words)
    assert done.exit_code == 0, done.output
    assert "Headroom: planned with" in done.stderr
    assert "people outside on more than" in done.stderr
    solution = placement.read_solution(tmp_path / "out" / "solution.geojson")
    plan = placement.load_plan(LANES, headroom=solution.headroom)
    found = replay(plan, solution, nights=1000)
    assert all(gate.strained.value <= 0.05 for gate in found.gates)


def test_auto_lowers_headroom_no_further_than_needed_and_gives_up_where_it_cannot_help(
    plan: Plan,
) -> None:
    held = find_headroom(plan, placement.optimise, nights=150, tolerated=12)
    last = held.tried[-1]
    assert held.solution.headroom == last.headroom < 1
    assert last.strained <= 0.05 < held.tried[0].strained
    assert last.covered <= held.tried[0].covered
    with pytest.raises(NoPlanError, match="more than headroom can mend"):
        find_headroom(plan, placement.optimise, Scenario(slower=0.6), nights=50, tolerated=12)


def test_a_file_with_a_headroom_that_cannot_be_is_refused(tmp_path: Path) -> None:
    text = (LANES / "solution.geojson").read_text(encoding="utf-8")
    file = tmp_path / "s.geojson"
    file.write_text(text.replace('"plan":', '"headroom": 1.5,\n    "plan":', 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"field 'placement\.headroom': 1.5 is not above 0"):
        placement.read_solution(file)
