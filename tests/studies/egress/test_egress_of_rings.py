"""People leave by the gates of one ring: those inside it, while the others stand open."""

import copy
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import placement
from placement.auditing.egress import audit_egress
from placement.cli.egress import sentences
from placement.cli.group import place
from placement.errors import UsageError
from placement.maps.egress import egress_data
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.studies.egress.report import as_answer, rows_of
from placement.studies.egress.study import Egress, egress
from tests.amount import cases

DAY = Path(__file__).parents[3] / "data" / "geo" / "drawn-day"
OUTER = ["bridge-south", "south-west", "south-east", "north-east"]
INNER = ["bridge-north", "north-west"]
LANES = """
[resources.checkpoint.lanes]
rate_per_h = 100
opens = "16:00"
closes = "18:00"
"""
RINGS = f"""
[[rings]]
name = "outer"
sites = {OUTER}

[[rings]]
name = "inner"
label = {{ en = "Inner", fr = "Intérieur" }}
sites = {INNER}
walk_limit_min = 14

[[zones]]
zone = "south"
resource = "checkpoint"
ring = "outer"
"""


def written(folder: Path, rings: str) -> Plan:
    """Write the drawn day with lanes while people come, and rings or none."""
    folder.mkdir()
    for file in DAY.glob("*.geojson"):
        (folder / file.name).write_bytes(file.read_bytes())
    text = DAY.joinpath("plan.toml").read_text(encoding="utf-8")
    head, _, tail = text.partition("[[floors]]")
    tail = tail.partition('period = "egress"\n')[2]
    head = head.replace("walkers", 'periods = "ingress"\nwalkers', 1)
    (folder / "plan.toml").write_text(head + tail + LANES + rings, encoding="utf-8")
    return placement.load_plan(folder)


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Plan, Solution]:
    """The drawn day with rings, the same without, and a solution that opens every gate."""
    folder = tmp_path_factory.mktemp("rings")
    plan, bare = written(folder / "ringed", RINGS), written(folder / "bare", "")
    units = {f"{site}/checkpoint": 2 for site in OUTER + INNER}
    return plan, bare, placement.evaluate(plan, units, bound=False).solution


@pytest.fixture(scope="module")
def left(towns: tuple[Plan, Plan, Solution]) -> dict[str, Egress]:
    """How people leave each ring."""
    plan, _, solution = towns
    return {ring: egress(plan, solution, ring=ring) for ring in ("outer", "inner")}


def by(solution: Solution, sites: list[str]) -> Solution:
    posts = tuple(post for post in solution.posts_list if post.site in sites)
    return replace(solution, posts_list=posts)


def test_everybody_leaves_the_outer_ring_as_a_plan_that_has_its_gates_alone(
    towns: tuple[Plan, Plan, Solution], left: dict[str, Egress]
) -> None:
    _, bare, solution = towns
    alone, found = as_answer(egress(bare, by(solution, OUTER))), as_answer(left["outer"])
    assert found.pop("ring") == "outer"
    assert alone.pop("ring") is None
    assert found == alone
    assert found["people"] > 0


def test_only_those_inside_the_inner_ring_leave_it_and_by_its_gates(
    towns: tuple[Plan, Plan, Solution], left: dict[str, Egress]
) -> None:
    plan, bare, solution = towns
    found = left["inner"]
    assert [one.id for one in found.chosen.exits] == INNER
    event = plan.periods[1].plan.problem.demand
    zone = [event.zones[at] for at in event.zone.tolist()]
    inside = [many for many, name in zip(event.people.tolist(), zone, strict=True)
              if name != "south"]  # fmt: skip
    assert found.leaving + found.stranded == pytest.approx(math.fsum(inside))
    assert 0 < found.leaving < left["outer"].leaving + left["outer"].stranded
    # as many as all who leave by these gates, but for those who are not inside
    every = egress(bare, by(solution, INNER))
    assert found.guided.clear_min <= every.guided.clear_min
    areas = set(rows_of(found)["area"])
    assert "south" not in areas
    assert areas
    assert "south" in set(rows_of(left["outer"])["area"])


def test_the_audit_takes_the_ring_from_the_plan(
    towns: tuple[Plan, Plan, Solution], left: dict[str, Egress]
) -> None:
    plan, _, solution = towns
    for ring, found in left.items():
        answer, rows = as_answer(found), rows_of(found)
        assert audit_egress(plan, solution, answer, rows) == ()
        for other in {"outer", "inner", "middle", None} - {ring}:
            wrong = copy.deepcopy(answer) | {"ring": other}
            assert audit_egress(plan, solution, wrong, rows) != ()


def test_sentences_and_page_name_the_ring(
    towns: tuple[Plan, Plan, Solution], left: dict[str, Egress]
) -> None:
    said = sentences(left["inner"])
    assert "people of Event leave ring inner by 2 exits" in said[0]
    assert "Ring outer stands open, an assumption." in said
    title = egress_data(towns[0], left["inner"])["title"]
    assert title["fr"].endswith(" – Intérieur")


def test_which_ring_and_who_leaves_are_asked_for(
    towns: tuple[Plan, Plan, Solution], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, bare, solution = towns
    with pytest.raises(UsageError, match="Name one with --ring: outer, inner"):
        egress(plan, solution)
    with pytest.raises(UsageError, match="Name one with --ring"):
        egress(plan, solution, ring="middle")
    with pytest.raises(UsageError, match="the plan has no rings"):
        egress(bare, solution, ring="outer")
    # in the period of the lanes people are where they come from, and so they are without periods
    with pytest.raises(UsageError, match="only says from where people come"):
        egress(plan, solution, period="ingress", ring="outer")
    rings = placement.load_plan(DAY.parent / "drawn-rings")
    units = {"black-north/checkpoint": 1}
    with pytest.raises(UsageError, match="only says from where people come"):
        egress(rings, placement.evaluate(rings, units, bound=False).solution, ring="black")
    monkeypatch.chdir(tmp_path)
    placement.write_solution(solution, tmp_path / "solution.geojson")
    words = ["egress", "solution.geojson", str(plan.file), "--unchecked", "--json", "--out", "out"]
    ended = CliRunner().invoke(place, words)
    assert (ended.exit_code, "outer, inner" in ended.stderr) == (2, True)
    ended = CliRunner().invoke(place, [*words, "--ring", "inner"])
    assert ended.exit_code == 0, ended.stderr
    assert json.loads(ended.stdout)["ring"] == "inner"


@pytest.fixture(scope="module", params=[(0.05, 5), (1.22, 0)])
def both(towns: tuple[Plan, Plan, Solution], request: pytest.FixtureRequest) -> Egress:
    """How people leave the inner ring and the outer one after it, where queues or walks decide."""
    plan, _, solution = towns
    flow, leave = request.param
    return egress(plan, solution, ring=("inner", "outer"), flow_per_m_s=flow, leave_min=leave)


def passed_one_by_one(found: Egress, sent: np.ndarray, shares: np.ndarray, between: np.ndarray):
    """Let people through both rings in grains, each in its order: when the last has passed each.

    Written beside the study, and shares nothing with it: everybody is a grain that joins a line.
    """
    then = found.then
    assert then is not None
    batches = max(1, 2 * found.leave_min)

    def slots(seconds: float) -> int:
        return max(0, math.ceil(seconds / 30 - 1e-6))

    def served(lines: dict[int, list[tuple[int, float, int]]], rate: np.ndarray):
        """Yield gate, slot of passing, people and pace, first come first served, mixed by slot."""
        for at, line in lines.items():
            left, slot = 0.0, -1
            arrivals: dict[int, list[tuple[float, int]]] = {}
            for when, many, pace in line:
                arrivals.setdefault(when, []).append((many, pace))
            for when in sorted(arrivals):
                total = sum(many for many, _ in arrivals[when])
                done = 0.0
                while done < total - 1e-12:
                    if slot < when:
                        slot, left = when, float(rate[at])
                    if left <= 1e-12:
                        slot, left = slot + 1, float(rate[at])
                    go = min(left, total - done)
                    for many, pace in arrivals[when]:
                        yield at, slot, go * many / total, pace, (float(rate[at]) - left + go)
                    left, done = left - go, done + go

    inner: dict[int, list[tuple[int, float, int]]] = {}
    for point, at in np.argwhere(sent > 0).tolist():
        for batch in range(batches):
            when = slots(found.walks.out[point, at]) + batch
            one = when, sent[point, at] / batches, int(found.step_free[point])
            inner.setdefault(at, []).append(one)
    outer: dict[int, list[tuple[int, float, int]]] = {}
    for at, slot, many, pace, _ in served(inner, found.exits.width_m * found.flow_per_m_s * 30):
        for to in np.flatnonzero(shares[pace, at] > 0).tolist():
            when = slot + 1 + slots(then.walks.on[pace, at, to])
            outer.setdefault(to, []).append((when, many * shares[pace, at, to], pace))
    for point, to in np.argwhere(between > 0).tolist():
        for batch in range(batches):
            when = slots(then.walks.out[point, to]) + batch
            outer.setdefault(to, []).append((when, between[point, to] / batches, 0))
    rate = then.exits.width_m * found.flow_per_m_s * 30
    last: dict[int, float] = {}
    for to, slot, _, _, used in served(outer, rate):
        last[to] = max(last.get(to, 0.0), slot + used / rate[to])
    return max(last.values()) / 2


def test_those_who_left_a_ring_queue_again_at_the_next_with_those_between(
    towns: tuple[Plan, Plan, Solution], both: Egress
) -> None:
    plan, _, solution = towns
    then = both.then
    assert then is not None
    event = plan.periods[1].plan.problem.demand
    zone = np.array([event.zones[at] for at in event.zone.tolist()])
    assert then.people.sum() + then.stranded == pytest.approx(event.people[zone == "south"].sum())
    for passing in (then.chosen, then.guided):
        course = both.chosen if passing.by == "chosen" else both.guided
        came = passing.on.sum() + passing.sent.sum()
        assert came == pytest.approx(both.leaving + then.people.sum())
        assert sum(one.queue.people for one in passing.gates) == pytest.approx(came)
        whole = passing.on.sum(axis=2, keepdims=True)
        shares = np.divide(passing.on, whole, out=np.zeros_like(passing.on), where=whole > 0)
        tried = passed_one_by_one(both, course.sent, shares, passing.sent)
        assert passing.clear_min == pytest.approx(tried, abs=1e-3)
        # no sooner than either ring alone
        assert passing.clear_min > course.clear_min
    assert then.bound_min <= then.guided.clear_min + 1e-9
    assert then.guided.clear_min <= then.chosen.clear_min + 1e-6
    # the inner ring is left as if nobody asked for the outer one
    asked = {"flow_per_m_s": both.flow_per_m_s, "leave_min": both.leave_min}
    bare = egress(plan, solution, ring="inner", **asked)
    assert {**as_answer(both), "then": None} == as_answer(bare)
    assert then.status.value == "optimal"


def test_no_way_through_both_rings_that_is_tried_beats_the_bound(both: Egress) -> None:
    then, draw = both.then, np.random.default_rng(4)
    assert then is not None
    best = math.inf
    for _ in range(cases(12, 2000)):
        sent = np.zeros_like(both.chosen.sent)
        for point in np.flatnonzero(both.chosen.sent.sum(axis=1) > 0).tolist():
            ways = then.walks.on[int(both.step_free[point])]
            open_ = np.isfinite(both.walks.out[point]) & np.isfinite(ways).any(axis=1)
            gates = np.flatnonzero(open_)
            part = draw.dirichlet(np.full(len(gates), 0.6))
            sent[point, gates] = part * both.chosen.sent[point].sum()
        shares = draw.dirichlet(np.full(then.walks.on.shape[2], 0.6), then.walks.on.shape[:2])
        shares = np.where(np.isfinite(then.walks.on), shares, 0.0)
        shares /= np.maximum(shares.sum(axis=2, keepdims=True), 1e-12)
        between = draw.dirichlet(np.full(len(then.exits.id), 0.6), len(then.people))
        between = np.where(np.isfinite(then.walks.out), between, 0.0)
        between *= (then.people / np.maximum(between.sum(axis=1), 1e-12))[:, None]
        best = min(best, passed_one_by_one(both, sent, shares, between))
    assert then.bound_min <= best + 1e-6
    assert then.guided.clear_min <= best + 1e-6


def test_the_audit_lets_people_through_both_rings_again(
    towns: tuple[Plan, Plan, Solution], both: Egress
) -> None:
    plan, _, solution = towns
    answer, rows = as_answer(both), rows_of(both)
    assert audit_egress(plan, solution, answer, rows) == ()
    then = answer["then"]

    def refused(**changes: object) -> bool:
        return audit_egress(plan, solution, answer | {"then": then | changes}, rows) != ()

    guided = then["guided"]
    assert refused(ring="inner")
    assert refused(people=then["people"] + 1)
    assert refused(bound_min=then["bound_min"] + 0.1)
    assert refused(status="feasible" if then["status"] == "optimal" else "optimal")
    assert refused(guided=guided | {"clear_min": guided["clear_min"] - 0.1})
    assert refused(guided=guided | {"flows": guided["flows"][1:]})
    assert refused(guided=guided | {"between": guided["between"][1:]})
    assert refused(chosen=then["chosen"] | {"by": "guided"})
    wide = copy.deepcopy(then["exits"])
    wide[0]["guided"]["longest_queue"] += 1
    assert refused(exits=wide)
    wide = copy.deepcopy(then["exits"])
    wide[0]["per_min"] *= 2
    assert refused(exits=wide)


def test_the_ring_after_another_is_asked_for_as_it_lies(
    towns: tuple[Plan, Plan, Solution], both: Egress, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    plan, bare, solution = towns
    with pytest.raises(UsageError, match="it is the outermost"):
        egress(plan, solution, ring=("outer", "inner"))
    with pytest.raises(UsageError, match="is no ring outside ring 'inner': name one of outer"):
        egress(plan, solution, ring=("inner", "middle"))
    with pytest.raises(UsageError, match="the plan has no rings"):
        egress(bare, solution, ring=("inner", "outer"))
    said = " ".join(sentences(both))
    assert "Then they leave ring outer by 4 gates, and with them" in said
    assert "stands open" not in said
    monkeypatch.chdir(tmp_path)
    placement.write_solution(solution, tmp_path / "solution.geojson")
    words = ["egress", "solution.geojson", str(plan.file), "--unchecked", "--json", "--out", "out"]
    ended = CliRunner().invoke(place, [*words, "--then", "outer"])
    assert (ended.exit_code, "--then counts only with --ring" in ended.stderr) == (2, True)
    ended = CliRunner().invoke(place, [*words, "--ring", "inner", "--then", "outer"])
    assert ended.exit_code == 0, ended.stderr
    assert json.loads(ended.stdout)["then"]["ring"] == "outer"
