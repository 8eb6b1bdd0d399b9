"""How a drawn town empties: figures by hand, an audit that finds every fault, and the command."""

import copy
import json
import math
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

import placement
from placement.auditing.egress import audit_egress
from placement.auditing.egress_lines import let_through
from placement.cli import place
from placement.cli.egress import sentences
from placement.errors import InputError, UsageError
from placement.maps.static_files import languages
from placement.plan.layers import load_plan
from placement.plan.outlets import EXIT_WIDTH, STATION_RATE, Outlets, read_outlets
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.studies.egress import egress
from placement.studies.egress.chart import chart
from placement.studies.egress.queues import PER_MIN, queue_of
from placement.studies.egress.report import as_answer, rows_of
from tests.amount import NIGHT, cases
from tests.builders import drawn_layers, point, write_geojson, write_plan
from tests.small_plans import write_small_plan

UNITS = {"bridge-north/checkpoint": 1, "south-west/checkpoint": 1, "bridge-north/dog_team": 1}
GAP = point(2.3461, 48.8529, id="north-gap", name="Gap", width_m=0.5)
STATIONS = (
    point(2.3462, 48.8472, id="metro", name="Métro", people_per_min=60),
    point(2.3538, 48.8529, id="tram", name="Tram", people_per_min=30),
)


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``place`` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "placement", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


WRITTEN = ("egress.json", "egress.csv", "egress.svg", "egress.png")
type Town = tuple[Plan, Solution, Outlets, Outlets]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a plan in which some walk step-free, a solution, an exit and two stations."""
    folder = tmp_path_factory.mktemp("town")
    extra = "[walking]\nstep_free_share = 0.2\n"
    plan = load_plan(write_plan(folder / "town", extra=extra), budget=1000)
    solution = placement.evaluate(plan, UNITS, bound=False).solution
    write_geojson(folder / "exits.geojson", [GAP])
    write_geojson(folder / "stations.geojson", STATIONS)
    return (
        plan,
        solution,
        read_outlets(folder / "exits.geojson", plan, layer="exits", column=EXIT_WIDTH),
        read_outlets(folder / "stations.geojson", plan, layer="stations", column=STATION_RATE),
    )


@pytest.fixture(scope="module")
def told(town: Town) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    plan, solution, exits, stations = town
    found = egress(plan, solution, exits=exits, stations=stations, leave_min=2)
    return as_answer(found), rows_of(found)


def straight(folder: Path, people: list[dict[str, Any]], sites: list[dict[str, Any]]) -> Plan:
    """Load a plan without streets whose people and sites lie on one meridian, metres from 48.85."""
    layers = dict.fromkeys(drawn_layers())
    degrees = 1 / 111_195
    put = [
        [point(2.35, 48.85 + degrees * one.pop("north_m"), **one) for one in rows]
        for rows in (people, sites)
    ]
    made = {**layers, "demand": put[0], "sites": put[1]}
    text = {"walk_limit_min = 4": "walk_limit_min = 60"}
    extra = "[walking]\ndetour_factor = 1\nspeed_m_s = 1.0\n"
    return load_plan(write_plan(folder, layers=made, replace=text, extra=extra), budget=1000)


def test_a_thousand_people_and_two_metres(tmp_path: Path) -> None:
    plan = straight(
        tmp_path,
        [{"id": "crowd", "people": 1000, "north_m": 89}],
        [{"id": "gate", "north_m": 0, "width_m": 2}],
    )
    solution = placement.evaluate(plan, {"gate/checkpoint": 1}, bound=False).solution
    found = egress(plan, solution)
    # they are there after 89 s, three slots of 30 s; 2 m let 146.4 a minute pass
    assert found.chosen.clear_min == pytest.approx(1.5 + 1000 / 146.4)
    assert found.guided.clear_min == pytest.approx(found.chosen.clear_min)
    assert found.status.value == "optimal"
    (gate,) = found.chosen.exits
    assert gate.queue.longest == 1000
    assert gate.ground_m2 == 600
    assert gate.wait_min == pytest.approx(1000 / 146.4)
    assert not found.clogged(found.chosen)
    later = egress(plan, solution, leave_min=5)
    # ten batches of 100, one every half minute, each of which takes longer than that to pass
    assert later.chosen.clear_min == pytest.approx(1.5 + 1000 / 146.4)
    assert later.chosen.exits[0].queue.longest == pytest.approx(1000 - 9 * 73.2)
    assert egress(plan, solution, leave_min=10).chosen.clear_min == pytest.approx(
        1.5 + 9.5 + 50 / 146.4
    )


def test_two_areas_and_two_exits_share_the_wait(tmp_path: Path) -> None:
    plan = straight(
        tmp_path,
        [
            {"id": "a", "people": 600, "north_m": 0, "zone": "a"},
            {"id": "b", "people": 120, "north_m": 600, "zone": "b"},
        ],
        [
            {"id": "east", "north_m": 30, "width_m": 1},
            {"id": "west", "north_m": 570, "width_m": 1},
        ],
    )
    units = {"east/checkpoint": 1, "west/checkpoint": 1}
    solution = placement.evaluate(plan, units, bound=False).solution
    found = egress(plan, solution, flow_per_m_s=1.0)
    # by the next exit: 600 people at 60 a minute, half a minute after the start
    assert found.chosen.clear_min == pytest.approx(10.5)
    # guided: at one exit from 0.5, at the other 120 people until 2.5, and from 9.5 those of a
    assert found.guided.clear_min == pytest.approx((10.5 + 9.5) / 2)
    assert found.bound_min == pytest.approx(10.0)
    areas = {one["id"]: one for one in as_answer(found)["areas"]}
    assert areas["a"]["elsewhere"] == pytest.approx(30)
    assert areas["b"]["guided"] == {"west": pytest.approx(120)}
    assert {one.exit for one in found.wider} == {"east", "west"}
    assert audit_egress(plan, solution, as_answer(found), rows_of(found)) == ()
    for one in found.wider:
        sites = replace(
            plan.problem.sites,
            width_m=plan.problem.sites.width_m + np.array([one.exit == "east", one.exit == "west"]),
        )
        again = replace(plan, problem=replace(plan.problem, sites=sites))
        less = egress(again, solution, flow_per_m_s=1.0).guided.clear_min
        assert found.guided.clear_min - less == pytest.approx(one.saves_min, abs=1e-6)


def test_a_metre_that_saves_next_to_nothing_is_not_told(tmp_path: Path) -> None:
    plan = straight(
        tmp_path,
        [{"id": "crowd", "people": 134, "north_m": 300}],
        [
            {"id": "far", "north_m": 30, "width_m": 1},
            {"id": "near", "north_m": 430, "width_m": 1},
        ],
    )
    units = {"far/checkpoint": 1, "near/checkpoint": 1}
    solution = placement.evaluate(plan, units, bound=False).solution
    found = egress(plan, solution, flow_per_m_s=1.0)
    # by the near exit from 2.5 min on, by the far one from 4.5, 60 people a minute each
    clear_min = 4.5 + 14 / 120
    assert found.guided.clear_min == pytest.approx(clear_min)
    # a metre more at the far one: 3.5 s by the prices, and 2.3 s once solved again
    assert clear_min - (4.5 + 14 / 180) < 0.05 < (clear_min - 4.5) * 60 / 120
    (one,) = found.wider
    assert (one.exit, one.saves_min) == ("near", pytest.approx(clear_min - (2.5 + 134 / 120)))


def test_the_number_of_words_is_that_of_exits(tmp_path: Path) -> None:
    plan = straight(
        tmp_path,
        [{"id": "a", "people": 900, "north_m": 0}, {"id": "b", "people": 60, "north_m": 600}],
        [{"id": "east", "north_m": 30}, {"id": "west", "north_m": 570, "width_m": 1}],
    )
    for names, words in (
        (("east", "west"), ("by 2 exits; ", "1 of 2 exits has no width_m", "above 8 at 1 exit; ")),
        (("east",), ("by 1 exit; ", "1 of 1 exit has no width_m", "above 8 at 1 exit.")),
        (("west",), ("by 1 exit; ", "above 8 at 1 exit.")),
    ):
        units = {f"{name}/checkpoint": 1 for name in names}
        solution = placement.evaluate(plan, units, bound=False).solution
        said = "\n".join(sentences(egress(plan, solution, flow_per_m_s=1.0)))
        assert [word for word in words if word not in said] == []


def test_a_queue_by_hand() -> None:
    queue = queue_of(np.array([0.0, 25.0, 5.0, 0.0, 0.0, 4.0]), 10.0)
    assert queue.waiting.tolist() == [0, 25, 20, 10, 0, 4]
    assert queue.passed.tolist() == [0, 10, 20, 30, 30, 34]
    assert (queue.people, queue.longest, queue.wait, queue.last) == (34, 25, 2.5, 5.4)
    nobody = queue_of(np.zeros(3), 10.0)
    assert (nobody.people, nobody.last) == (0, 0)


@given(
    come=st.lists(st.integers(0, 60), min_size=1, max_size=12),
    leftovers=st.lists(st.sampled_from([0.0, 1e-16, 1.2e-13, 3e-11, 4e-9]), max_size=12),
    rate=st.sampled_from([7.0, 10.0, 325.0, 0.3]),
)
def test_what_arithmetic_leaves_over_is_not_the_last_one(
    come: list[int], leftovers: list[float], rate: float
) -> None:
    clean = np.array([*come, *[0] * len(leftovers)], np.float64)
    queue = queue_of(clean + np.array([*[0.0] * len(come), *leftovers]), rate)
    assert queue.last == pytest.approx(queue_of(clean, rate).last, abs=1e-6)
    batches = {slot: [people, 0.0] for slot, people in enumerate(clean.tolist()) if people}
    batches |= {len(come) + at: [0.0, one] for at, one in enumerate(leftovers) if one}
    assert let_through(batches, rate).last == pytest.approx(queue.last, abs=1e-6)


def test_all_leave_once_and_the_audit_agrees(
    town: Town, told: tuple[dict[str, Any], dict[str, list[Any]]]
) -> None:
    plan, solution, exits, stations = town
    answer, rows = told
    assert audit_egress(plan, solution, answer, rows, exits=exits, stations=stations) == ()
    for course in ("chosen", "guided"):
        gone = sum(one[course]["people"] for one in answer["exits"])
        served = sum(one[course]["people"] for one in answer["stations"])
        assert gone == pytest.approx(1880, abs=1e-3)
        assert served == pytest.approx(1880, abs=1e-3)
        assert sum(one["people"] for one in answer[course]["flows"]) == pytest.approx(1880, abs=0.1)
    # a fifth of those on the lower quay cannot take the steps
    assert (answer["people"], answer["stranded"]) == (1880, 40)
    assert answer["status"] == "optimal"
    # one line keeps its order at the exit, which the bound does not ask for
    assert answer["served_bound_min"] < answer["guided"]["served_min"]
    assert answer["guided"]["served_min"] == pytest.approx(answer["served_bound_min"], rel=5e-4)
    assert answer["guided"]["clear_min"] < answer["chosen"]["clear_min"]
    assert answer["guided"]["served_min"] < answer["chosen"]["served_min"]
    assert {one["id"]: one["width_from"] for one in answer["exits"]} == {
        "bridge-north": "lanes",
        "north-gap": "exits",
        "south-west": "lanes",
    }


def test_closures_hold_at_their_hours(tmp_path: Path) -> None:
    extra = '[[closures]]\nstreet = "Pont Dessiné"\nbegins = "10:00"\nends = "20:00"\n'
    text = write_plan(tmp_path / "town", extra=extra)
    plan = load_plan(text, budget=1000, at="21:00")
    units = {"bridge-north/checkpoint": 2}
    solution = placement.evaluate(plan, units, bound=False).solution
    assert egress(plan, solution).stranded == 0
    closed = egress(replace(plan, at=12 * 60), solution)
    assert closed.stranded == 90 + 210 + 170 + 40
    assert closed.leaving + closed.stranded == 1920
    answer, rows = as_answer(closed), rows_of(closed)
    assert audit_egress(replace(plan, at=12 * 60), solution, answer, rows) == ()
    assert audit_egress(plan, solution, answer, rows)


def test_walks_that_are_given_serve_gates_alone(town: Town) -> None:
    plan, solution, _, stations = town
    table = np.full((len(plan.problem.demand), len(plan.problem.sites)), 100.0)
    given = replace(plan, streets=None, walk_s=csr_array(table))
    found = egress(given, solution)
    assert audit_egress(given, solution, as_answer(found), rows_of(found)) == ()
    with pytest.raises(UsageError, match="as a table, which knows no exits"):
        egress(given, solution, stations=stations)


def test_of_a_plan_with_periods_people_leave_in_the_one_that_goes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    hours = {"in": ("15:00", "18:00"), "out": ("22:00", "24:00")}
    extra = "".join(
        f'[[periods]]\nname = "{way}-by"\ndirection = "{way}"\n'
        f'begins = "{begins}"\nends = "{ends}"\n'
        for way, (begins, ends) in hours.items()
    )
    extra += '[[closures]]\nstreet = "Pont Dessiné"\nbegins = "15:00"\nends = "18:00"\n'
    plan = load_plan(write_plan(tmp_path / "town", extra=extra))
    solution = placement.evaluate(plan, {"bridge-north/checkpoint": 2}, bound=False).solution
    (tmp_path / "done").mkdir()
    placement.write_solution(solution, tmp_path / "done" / "solution.geojson")
    gone = {}
    for words in ((), ("--period", "out-by"), ("--period", "in-by")):
        ended = CliRunner().invoke(place, ["egress", "done", "town", "--json", *words])
        assert ended.exit_code == 0, ended.stderr
        gone[words] = json.loads(ended.stdout)
    assert gone[()] == gone[("--period", "out-by")]
    assert (gone[()]["people"], gone[()]["stranded"]) == (1920, 0)
    # by then the bridge is closed to those on the other bank
    assert gone[("--period", "in-by")]["stranded"] == 90 + 210 + 170 + 40
    ended = CliRunner().invoke(place, ["egress", "done", "town", "--period", "noon"])
    assert (ended.exit_code, "in-by, out-by" in ended.stderr) == (2, True)
    found = egress(plan, solution, period="in-by")
    assert (found.period, found.people_of) == (plan.periods[0], plan.periods[0])
    assert found.stranded == 90 + 210 + 170 + 40
    with pytest.raises(UsageError, match=r"in-by, out-by"):
        egress(plan, solution, period="noon")


def test_stations_that_people_walk_out_to_are_not_who_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = Path(__file__).parents[2] / "cases" / "plans" / "periods"
    leave = ["egress", str(plan / "solution.geojson"), str(plan), "--json", "--out", "left"]
    gone = {}
    for words in ((), ("--period", "egress"), ("--period", "event")):
        ended = CliRunner().invoke(place, [*leave, *words])
        assert ended.exit_code == 0, ended.stderr
        gone[words] = json.loads(ended.stdout)
    # those of the event leave while the bridge is closed, by the station on their own bank
    assert gone[()] == gone[("--period", "egress")]
    assert gone[()]["people"] == gone[("--period", "event")]["people"] == 1920
    south = {
        words: next(one for one in found["exits"] if one["id"] == "south-west")["chosen"]["people"]
        for words, found in gone.items()
    }
    assert (south[()], south[("--period", "event")]) == (510, 90 + 40)
    # where no period comes before, nothing says who leaves
    text = (plan / "plan.toml").read_text("utf-8").replace('"../town/', f'"{plan.parent}/town/')
    text = text.replace('"stations.geojson"', f'"{plan}/stations.geojson"')
    text = text.replace('"streets.geojson"', f'"{plan}/streets.geojson"')
    text = text.replace('begins = "22:30"\nends = "25:00"', 'begins = "09:00"\nends = "10:00"')
    (tmp_path / "plan.toml").write_text(text, "utf-8")
    options = ["--period", "egress", "--unchecked"]
    leave = ["egress", str(plan / "solution.geojson"), "plan.toml", *options]
    ended = CliRunner().invoke(place, leave)
    assert (ended.exit_code, "no period before it says who leaves" in ended.stderr) == (2, True)


@pytest.fixture(scope="module")
def day() -> tuple[Plan, Solution]:
    """Return a plan with periods, in the last of which people walk out to stations."""
    folder = Path(__file__).parents[2] / "cases" / "plans" / "periods"
    plan = load_plan(folder)
    return plan, placement.read_solution(folder / "solution.geojson")


def test_it_is_told_which_period_is_emptied_and_whose_people_leave(
    day: tuple[Plan, Solution],
) -> None:
    told = {}
    for period in ("ingress", "event", "egress"):
        found = egress(*day, period=period)
        answer = as_answer(found)
        assert audit_egress(*day, answer, rows_of(found)) == ()
        told[period] = (
            answer["period"],
            answer["people_of"],
            sentences(found)[0].partition(":")[0],
        )
        told[period] += (sentences(found)[0].partition("0: ")[2].partition(" leave ")[0],)
    assert told == {
        "ingress": ("ingress", "ingress", "periods, Arrival, 16", "1,140 people"),
        "event": ("event", "event", "periods, Event, 19", "1,920 people"),
        "egress": ("egress", "event", "periods, Departure, 22", "1,920 people of Event"),
    }


@pytest.mark.parametrize("asked", ["event", "egress"])
@pytest.mark.parametrize("period", [None, "ingress", "event", "egress", "noon"])
@pytest.mark.parametrize("people_of", [None, "ingress", "event", "egress", "noon"])
def test_another_period_or_others_who_leave_are_found(
    asked: str, period: str | None, people_of: str | None, day: tuple[Plan, Solution]
) -> None:
    found = egress(*day, period=asked)
    answer = as_answer(found) | {"period": period, "people_of": people_of}
    right = (period, people_of) == (asked, "event")
    assert (audit_egress(*day, answer, rows_of(found)) == ()) is right


def test_a_plan_without_periods_is_emptied_in_none(
    town: Town, told: tuple[dict[str, Any], dict[str, list[Any]]]
) -> None:
    plan, solution, exits, stations = town
    assert (told[0]["period"], told[0]["people_of"]) == (None, None)
    for key in ("period", "people_of"):
        answer = told[0] | {key: "event"}
        assert audit_egress(plan, solution, answer, told[1], exits=exits, stations=stations)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "A town – Departure, people of Event"), ("fr", "A town – Départ, personnes de")],
)
def test_the_title_of_the_chart_names_the_period(
    language: str, said: str, day: tuple[Plan, Solution]
) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra `plots`")
    titled = replace(egress(*day), title={"en": "A town", "fr": "A town"})
    svg = chart(titled, language=language)["svg"].decode()
    assert said in svg


def test_the_chart_says_what_is_proven_of_its_minutes(town: Town) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra `plots`")
    plan, solution, _, stations = town
    found = egress(plan, solution, stations=stations)
    out, served = found.guided.clear_min, found.guided.served_min
    assert found.joint is not None
    assert found.served is not None
    assert served is not None
    done = served * PER_MIN
    other = f"if all are out so soon; else not before {found.joint_bound_min:.1f}"
    kinds = {
        "proven": (replace(found, joint=replace(found.joint, bound=done)), "proven: no sooner"),
        "bound": (replace(found, soonest="served"), f"not before {found.joint_bound_min:.1f}"),
        "proven_if_out": (
            replace(found, served=replace(found.served, bound=done)),
            f"proven: no sooner {other}",
        ),
        "bound_if_out": (
            found,
            f"not before {found.served_bound_min:.1f} {other}",
        ),
    }
    for kind, (one, least) in kinds.items():
        assert one.served_known == kind
        svg = chart(one, language="en")["svg"].decode()
        assert f"{out:.1f} min as guided (proven: no sooner)" in svg
        assert f"{served:.1f} min as guided ({least})" in svg
        assert f"{served:.1f} min as guided ({least})" in "\n".join(sentences(one))
        assert f"served_{kind}" in languages()["fr"]["egress"]
    svg = chart(found, language="fr")["svg"].decode()
    assert f"sinon pas avant {found.joint_bound_min:.1f}".replace(".", ",") in svg


@pytest.mark.parametrize("seed", range(cases(8, 200)))
def test_random_plans_pass_the_audit_and_are_never_slower_guided(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    plan = load_plan(write_small_plan(tmp_path, seed), budget=1e6, limits={"gate": 9})
    sites = plan.problem.sites
    gates = [name for name, may in zip(sites.id, sites.allowed, strict=True) if may[0]]
    features = [
        point(
            2.3 + draw.random() * 0.006,
            48.85 + draw.random() * 0.004,
            id=f"s{n}",
            people_per_min=draw.choice([2, 9, 30]),
            width_m=draw.random() + 0.1,
        )
        for n in range(draw.randint(1, 4))
    ]
    write_geojson(tmp_path / "points.geojson", features)
    stations, exits = (
        read_outlets(tmp_path / "points.geojson", plan, layer="points", column=column)
        for column in (STATION_RATE, EXIT_WIDTH)
    )
    exits = replace(exits, id=tuple(f"exit-{name}" for name in exits.id))
    units = {f"{site}/gate": 1 for site in draw.sample(gates, draw.randint(0, len(gates)))}
    solution = placement.evaluate(plan, units, bound=False).solution
    leave = draw.choice([0, 1, 6])
    found = egress(
        plan, solution, exits=exits, stations=stations, flow_per_m_s=0.05, leave_min=leave
    )
    answer, rows = as_answer(found), rows_of(found)
    assert audit_egress(plan, solution, answer, rows, exits=exits, stations=stations) == ()
    assert found.status.value == "optimal"
    assert found.guided.clear_min <= found.chosen.clear_min + 1e-9
    assert found.joint_bound_min is not None
    assert found.served_bound_min is not None
    assert found.joint_bound_min <= found.served_bound_min + 1e-6
    people = float(plan.problem.demand.people.sum())
    for course in (found.chosen, found.guided):
        assert sum(one.queue.people for one in course.exits) == pytest.approx(people)
        assert sum(one.queue.people for one in course.stations) == pytest.approx(people)
    wide = egress(
        plan, solution, exits=exits, stations=stations, flow_per_m_s=0.06, leave_min=leave
    )
    assert wide.guided.clear_min <= found.guided.clear_min + 1e-6
    assert wide.chosen.clear_min <= found.chosen.clear_min + 1e-6


def _set(*path: Any, to: Any) -> Callable[[Any, Any], None]:
    def alter(answer: Any, _rows: Any) -> None:
        for key in path[:-1]:
            answer = answer[key]
        answer[path[-1]] = to(answer[path[-1]]) if callable(to) else to

    return alter


def _row(key: str, to: Callable[[Any], Any], course: str = "guided") -> Callable[[Any, Any], None]:
    def alter(_answer: Any, rows: Any) -> None:
        at = rows["course"].index(course)
        rows[key][at] = to(rows[key][at])

    return alter


def _price(answer: Any, _rows: Any) -> None:
    prices = answer["proof"]["prices"]
    prices[0]["price"] += prices[-1]["price"]
    prices[-1]["price"] = 0.0
    answer["bound_min"] += 0.5
    answer["status"] = "feasible"


def _toll(**cells: Any) -> dict[str, Any]:
    return {"place": "north-gap", "slot": 3, "price": 0.1} | cells


FAULTS = {
    "a queue": _set("exits", 0, "chosen", "longest_queue", to=lambda old: old + 1),
    "a wait": _set("exits", 0, "guided", "longest_wait_min", to=lambda old: old - 0.1),
    "ground": _set("exits", 1, "chosen", "ground_m2", to=lambda old: old / 2),
    "the last": _set("exits", 2, "guided", "last_min", to=lambda old: old - 0.1),
    "people of an exit": _set("exits", 2, "guided", "people", to=lambda old: old + 1),
    "a width": _set("exits", 0, "width_m", to=9.0),
    "whence a width": _set("exits", 0, "width_from", to="sites"),
    "how many pass": _set("exits", 0, "per_min", to=lambda old: 2 * old),
    "an exit": _set("exits", 0, "id", to="nowhere"),
    "an exit less": _set("exits", to=lambda old: old[1:]),
    "a station": _set("stations", 0, "id", to="nowhere"),
    "a station's rate": _set("stations", 0, "per_min", to=600.0),
    "a station's queue": _set("stations", 0, "guided", "longest_queue", to=lambda old: old - 1),
    "a station's last": _set("stations", 1, "chosen", "last_min", to=lambda old: old - 0.1),
    "the time": _set("guided", "clear_min", to=lambda old: old - 0.1),
    "the time of the choice": _set("chosen", "clear_min", to=lambda old: old + 0.1),
    "the time of stations": _set("guided", "served_min", to=lambda old: old - 0.1),
    "the walk": _set("guided", "walk_min", to=lambda old: old - 0.1),
    "who clogs": _set("chosen", "clogged", to=["bridge-north", "north-gap"]),
    "a flow": _set("guided", "flows", 0, "people", to=lambda old: old + 1),
    "a flow's station": _set(
        "chosen", "flows", 0, "station", to=lambda old: "tram" if old == "metro" else "metro"
    ),
    "the bound": _set("bound_min", to=lambda old: old + 0.1),
    "the status": _set("status", to="feasible"),
    "the bound of stations": _set("served_bound_min", to=lambda old: old + 0.1),
    "the status of stations": _set("served_status", to="optimal"),
    "the level of the proof": _set("proof", "level", to=10_000),
    "a price below nothing": _set("proof", "prices", 0, "price", to=-1.0),
    "a price elsewhere": _set("proof", "prices", 0, "place", to="nowhere"),
    "prices and a bound": _price,
    "no proof of stations": _set("served_proof", to=None),
    "the bound by any exits": _set("joint_bound_min", to=lambda old: old + 0.1),
    "the status by any exits": _set(
        "joint_status", to=lambda old: "optimal" if old == "feasible" else "feasible"
    ),
    "the level of the proof by any exits": _set("joint_proof", "level", to=10_000),
    "no proof by any exits": _set("joint_proof", to=None),
    "a toll below nothing": _set("joint_proof", "tolls", to=lambda _: [_toll(price=-1.0)]),
    "a toll elsewhere": _set("joint_proof", "tolls", to=lambda _: [_toll(place="nowhere")]),
    "tolls that prove less": _set("served_proof", "tolls", to=lambda _: [_toll(price=9.0)]),
    "a deadline before all are out": _set("served_proof", "deadline", to=2.0),
    "a deadline of what holds in any way": _set("joint_proof", "deadline", to=10.0),
    "what is to be soonest": _set("soonest", to="nothing"),
    "whether at once": _set("at_once", to=None),
    "who leaves": _set("people", to=lambda old: old + 1),
    "who cannot": _set("stranded", to=5),
    "people of an area": _set("areas", 0, "people", to=lambda old: old + 1),
    "an area by exit": _set("areas", 0, "guided", to={}),
    "an area": _set("areas", 0, "id", to="nowhere"),
    "how they leave": _set("leave_min", to=5),
    "a row's people": _row("people", lambda old: old + 1),
    "a row less": _row("people", lambda _: 0),
    "a row's exit": _row("exit", lambda old: "north-gap" if old != "north-gap" else "south-west"),
    "a row's exit that is not": _row("exit", lambda _: "nowhere"),
    "a row's area": _row("area", lambda _: "south"),
    "a row's pace": _row("step_free", lambda old: 1 - old),
    "a row past the next exit": _row("exit", lambda _: "south-west", "chosen"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_every_fault_is_found(
    fault: str, town: Town, told: tuple[dict[str, Any], dict[str, list[Any]]]
) -> None:
    plan, solution, exits, stations = town
    answer, rows = copy.deepcopy(told)
    FAULTS[fault](answer, rows)
    assert audit_egress(plan, solution, answer, rows, exits=exits, stations=stations), fault


def test_where_time_is_short_nothing_is_called_optimal(town: Town) -> None:
    plan, solution, exits, stations = town
    found = egress(plan, solution, exits=exits, stations=stations, time_limit=1e-9)
    assert found.status.value == "feasible"
    assert found.guided.clear_min <= found.chosen.clear_min
    assert found.bound_min < found.guided.clear_min
    audited = audit_egress(
        plan, solution, as_answer(found), rows_of(found), exits=exits, stations=stations
    )
    assert audited == ()


def test_a_notebook_shows_both_courses(town: Town) -> None:
    found = egress(*town[:2])
    assert "1,880 people are out after" in repr(found)
    assert "as guided" in found._repr_html_()


@pytest.mark.parametrize(
    ("layer", "column", "features", "said"),
    [
        ("exits", EXIT_WIDTH, [point(2.35, 48.8515, id="a")], "'a', field 'width_m': is missing"),
        ("exits", EXIT_WIDTH, [point(2.35, 48.8515, id="a", width_m=0)], "must be more than 0"),
        ("stations", STATION_RATE, [point(2.35, 48.8515, id="a", people_per_min="x")], "number"),
        ("stations", STATION_RATE, [point(2.35, 48.8515, people_per_min=1)], "identifier|'id'"),
    ],
)
def test_a_broken_layer_is_refused(
    layer: str, column: str, features: Any, said: str, town: Town, tmp_path: Path
) -> None:
    write_geojson(tmp_path / "layer.geojson", features)
    with pytest.raises(InputError, match=said):
        read_outlets(tmp_path / "layer.geojson", town[0], layer=layer, column=column)


def test_what_cannot_be_is_refused(town: Town, tmp_path: Path) -> None:
    plan, solution, exits, stations = town
    far = replace(exits, xy=exits.xy + 9000)
    with pytest.raises(InputError, match=r"no street is within 60 m"):
        egress(plan, solution, exits=far)
    with pytest.raises(InputError, match=r"stations\.geojson.*metro.*no street is within 60 m"):
        egress(plan, solution, stations=replace(stations, xy=stations.xy + 9000))
    with pytest.raises(InputError, match=r"bridge-north.*is a gate of the solution already"):
        egress(plan, solution, exits=replace(exits, id=("bridge-north",)))
    for wrong in (
        {"flow_per_m_s": 0.0}, {"flow_per_m_s": 1e300}, {"lane_m": math.inf}, {"leave_min": 481},
    ):  # fmt: skip
        with pytest.raises(UsageError, match=r"cannot be"):
            egress(plan, solution, **wrong)
    for next_to_nothing in (1e-4, 1e-300):
        with pytest.raises(UsageError, match=r"for more than a day"):
            egress(plan, solution, flow_per_m_s=next_to_nothing)
    distant = replace(stations, xy=stations.xy + 90_000)
    with pytest.raises(UsageError, match=r"can walk to a station within two hours"):
        egress(replace(plan, streets=None), solution, stations=distant)
    dogs = placement.evaluate(plan, {"bridge-north/dog_team": 1}, bound=False).solution
    with pytest.raises(UsageError, match=r"no post that people walk to"):
        egress(plan, dogs)
    assert egress(plan, dogs, exits=exits).leaving > 0


@pytest.mark.slow
def test_the_command_writes_what_it_says_whatever_the_order_of_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_geojson(tmp_path / "exits.geojson", [GAP])
    write_geojson(tmp_path / "stations.geojson", STATIONS)
    monkeypatch.chdir(tmp_path)
    words = (
        "egress", "done", "town", "--exits", "exits.geojson", "--stations", "stations.geojson",
        "--leave", "3", "--at", "22:30", "--lang", "fr", "--with", "chart",
    )  # fmt: skip
    names = [tmp_path / "done" / "egress" / name for name in WRITTEN]
    write_plan(tmp_path / "town")
    assert CliRunner().invoke(place, ["optimise", "town", "-o", "done", "--no-map"]).exit_code == 0
    ended = CliRunner().invoke(place, words)
    assert ended.exit_code == 0, ended.stderr
    assert "the last one is out after" in ended.stdout
    assert "wrote done/egress/egress.csv" in ended.stderr
    files = [[name.read_bytes() for name in names]]
    write_plan(tmp_path / "town", shuffle=7)
    if NIGHT:  # by day the bytes of two processes are compared where plans are found
        assert run(tmp_path, *words).returncode == 0
    else:
        assert CliRunner().invoke(place, words).exit_code == 0
    files.append([name.read_bytes() for name in names])
    assert files[0] == files[1]
    assert json.loads(files[0][0])["at"] == "22:30"
    head = "scénario,point,zone,sans marches,sortie,personnes,trajet (min)"
    assert names[1].read_text("utf-8-sig").splitlines()[0] == head


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--flow", "0"), 2, "above 0"),
        (("--leave", "-1"), 2, "whole number"),
        (("--leave", "2000"), 2, "cannot be counted"),
        (("--at", "9pm"), 2, "9pm"),
        (("--exits", "nowhere.geojson"), 3, "nowhere.geojson"),
        (("--stations", "done/solution.geojson"), 3, "solution.geojson"),
        (("--exits", "x.geojson", "-o", "."), 3, "x.geojson"),
    ],
)
def test_wrong_words_leave_nothing_behind(
    words: tuple[str, ...], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path / "town")
    plan = load_plan(tmp_path / "town", budget=1000)
    solution = placement.evaluate(plan, UNITS, bound=False).solution
    (tmp_path / "done").mkdir()
    placement.write_solution(solution, tmp_path / "done" / "solution.geojson")
    ended = CliRunner().invoke(place, ["egress", "done", "town", *words])
    assert ended.exit_code == code, ended.stderr
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "done" / "egress").exists()
