"""People leave by the gates of one ring: those inside it, while the others stand open."""

import copy
import json
import math
from dataclasses import replace
from pathlib import Path

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
