"""Plans with lanes, from the file to the audited solution, against explicit flows in time."""

import csv
import json
import math
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import placement
from placement.cli import place
from placement.cli.rules import rule_rows
from placement.cover.instance import Instance, Rule
from placement.cover.lanes import Arrivals, Lanes
from placement.errors import InfeasibleError
from placement.plan.problem import Plan
from placement.review.geojson import solution_text
from placement.solution import Solution, Status
from tests.amount import cases
from tests.builders import write_plan
from tests.solve.capacitated.test_solver_with_lanes import best_by_flows
from tests.ticket_zones import enters

WINDOW = 'opens = "16:00"\ncloses = "18:00"\n'


def write_lanes_plan(folder: Path, seed: int, *, profiles: bool = False) -> Path:
    """Write a plan of up to 4 gates and 8 points in straight lines, with few lanes for many.

    With `profiles` some people come early, some late, and a zone by a profile of its own.
    """
    draw = random.Random(f"lanes {seed}")
    folder.mkdir(parents=True, exist_ok=True)

    def place() -> str:
        return f"{2.3 + draw.randint(0, 6) * 0.001:.4f},{48.85 + draw.randint(0, 4) * 0.001:.4f}"

    rows = ["id,lon,lat,open_cost,status_gate"]
    for n in range(draw.randint(1, 4)):
        status = draw.choices(["", "required", "excluded"], [12, 1, 1])[0]
        rows.append(f"S{n},{place()},{draw.randint(0, 4)},{status}")
    (folder / "sites.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    rows = ["id,lon,lat,people,priority,zone,step_free"]
    rows += [
        f"D{n},{place()},{draw.choice([20, 50, 80, 90])},{draw.choice([1, 1, 2])},"
        f"Z{n % 2},{draw.choice([0, 0, 0.2])}"
        for n in range(draw.randint(2, 8))
    ]
    (folder / "demand.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    shares = draw.choice(["", "profile = [0.1, 0.4, 0.3, 0.2]\n", "peak_hour_share = 0.7\n"])
    floor = ""
    if draw.random() < 0.4:
        floor = f'[[floors]]\nzone = "Z0"\nresource = "gate"\nshare = {draw.choice([0.1, 0.3])}\n'
    named = ""
    if profiles:
        rows = [
            f"{row},{'arrival' if n == 0 else draw.choice(['', '', 'early', 'late', 'default'])}"
            for n, row in enumerate(rows)
        ]
        (folder / "demand.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        named = (
            "[resources.gate.lanes.profiles]\nearly = [0.7, 0.3, 0, 0]\nlate = [0, 0.1, 0.2, 0.7]\n"
            'lone = [0, 0, 1, 0]\n[resources.gate.lanes.arrival]\nZ1 = "late"\n'
        )
    text = (
        'name = "lanes"\ncrs = "EPSG:2154"\n'
        f"budget = {{ amount = {draw.randint(8, 30)} }}\n"
        'layers = { sites = "sites.csv", demand = "demand.csv" }\n'
        f"[resources.gate]\nwalk_limit_min = {draw.choice([4, 6])}\nvalue = 2\nunit_cost = 3\n"
        f"min_units = {draw.randint(1, 2)}\nmax_units = 5\n"
        f"[resources.gate.lanes]\nrate_per_h = {draw.choice([20, 35])}\n{WINDOW}{shares}"
        f"max_wait_min = {draw.choice([0, 30, 60])}\n"
        f"{named}"
        "[resources.patrol]\nwalk_limit_min = 2\nvalue = 1\nunit_cost = 2\n" + floor
    )
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    return folder / "plan.toml"


def unmerged(plan: Plan) -> tuple[Instance, Lanes]:
    """Write a plan with two resources as a row a demand point, without the planner's own code."""
    problem, walking = plan.problem, plan.settings.walking
    sites, demand = problem.sites, problem.demand
    names = [kind.id for kind in problem.resources]
    tables = [table.model_dump() for table in plan.settings.zones]
    gate, n, m = names.index("gate"), len(problem.sites), len(problem.demand)
    cover, weight, people, cost = [], [], [], []
    for k, kind in enumerate(problem.resources):
        for i in range(m):
            slow = demand.step_free[i]
            pace = walking.step_free_speed_m_s if slow else walking.speed_m_s
            limit = kind.walk_limit_s * (1 + 1e-9) * pace / walking.detour_factor
            near = [
                k * n + j
                for j in range(n)
                if math.dist(demand.xy[i], sites.xy[j]) <= limit
                and enters(tables, kind.id, sites.id[j], demand.zones[demand.zone[i]])
            ]
            cover.append(np.array(near, dtype=np.int64))
            weight.append(kind.value * demand.people[i] * demand.priority[i])
            people.append(demand.people[i] if k == gate else 0.0)
        own = sites.open_cost[:, k]
        cost.append(own if k == gate else own + sites.unit_cost[:, k])
    is_gate = np.repeat(np.arange(len(names)) == gate, n)
    given = plan.settings.resources["gate"]
    lanes = given.lanes
    assert lanes is not None
    rules = tuple(
        Rule(
            name=floor.name,
            slope=np.zeros(len(names) * n),
            rows=gate * m + floor.points,
            times=np.ones(len(floor.points), dtype=np.int64),
            share=demand.people[floor.points],
            most=2e-6 - floor.share * float(demand.people[floor.points].sum()),
        )
        for floor in problem.floors
    )
    rate = lanes.rate_per_h * lanes.efficiency * 2
    profile = lanes.profile
    if profile is None:  # 0.40 in one of two hours is less than an even share
        peaked = "peak_hour_share" in lanes.model_fields_set
        profile = (0.15, 0.35, 0.35, 0.15) if peaked else (0.25,) * 4
    shares = [profile, *(lanes.profiles[name] for name in sorted(lanes.profiles))]
    comes = {"": 0, "default": 0} | {name: n + 1 for n, name in enumerate(sorted(lanes.profiles))}
    with plan.file.with_name("demand.csv").open(encoding="utf-8") as file:
        own = {row["id"]: row.get("arrival", "") for row in csv.DictReader(file)}
    arrival = [
        comes[own[name.removesuffix("~step-free")] or lanes.arrival.get(demand.zones[zone], "")]
        for name, zone in zip(demand.id, demand.zone, strict=True)
    ]
    instance = Instance.build(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in cover])]),
        indices=np.concatenate(cover),
        weight=np.array(weight),
        cost=np.concatenate(cost),
        budget=problem.budget,
        required=(sites.status == 1).T.ravel(),
        excluded=(sites.status == 2).T.ravel(),
        rules=rules,
    )
    return instance, Lanes(
        people=np.array(people),
        gate=is_gate,
        least=np.where(is_gate, given.min_units, 0),
        most=np.where(is_gate, given.max_units, 0),
        lane_cost=np.where(is_gate, given.unit_cost, 0.0),
        lane_people=np.where(is_gate, rate * np.tile(shares_of_lanes(plan), len(names)), 0.0),
        arrivals=Arrivals(shares=np.array(shares), carry=lanes.max_wait_min // 30),
        profile=np.array(arrival * len(names)),
    )


def shares_of_lanes(plan: Plan) -> list[float]:
    """Return by site which share of what its lanes admit the plan counts on."""
    found = []
    for site in plan.problem.sites.id:
        own = [one.headroom for one in plan.settings.zones if site in one.gates and one.headroom]
        found.append(min(own, default=1.0))
    return found


def assert_best(folder: Path, seed: int, *, profiles: bool = False) -> None:
    """Solve a random plan and another model of it; the audit agrees, and the figures add up."""
    assert_best_of(write_lanes_plan(folder, seed, profiles=profiles), seed)


def assert_best_of(plan_file: Path, seed: int) -> None:
    """Solve a written plan and another model of it."""
    folder = plan_file.parent
    try:
        plan = placement.load_plan(plan_file)
    except InfeasibleError:
        return
    top = best_by_flows(*unmerged(plan))
    if top == -math.inf:
        with pytest.raises(InfeasibleError, match="lanes"):
            placement.optimise(plan)
        return
    found = placement.optimise(plan)
    assert found.status is Status.OPTIMAL, seed
    assert found.objective == pytest.approx(top, rel=2e-6, abs=1e-5), seed
    out = folder / "solution.geojson"
    placement.write_solution(found, out)
    again = placement.read_solution(out)
    assert solution_text(again) == solution_text(found) == out.read_text()
    assert placement.audit(plan, again).ok, seed
    assert_sums_agree_as_written(found)


SIZE = cases(6, 12)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(cases(2, 4)))
def test_random_plans_equal_explicit_flows_in_time(batch: int, tmp_path: Path) -> None:
    for seed in range(batch * SIZE, batch * SIZE + SIZE):
        assert_best(tmp_path / str(seed), seed)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(cases(1, 2)))
def test_random_plans_with_several_profiles_equal_explicit_flows(
    batch: int, tmp_path: Path
) -> None:
    for seed in range(100 + batch * SIZE, 100 + (batch + 1) * SIZE):
        assert_best(tmp_path / str(seed), seed, profiles=True)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    plan = placement.load_plan(crowded(tmp_path_factory.mktemp("town")))
    return plan, placement.optimise(plan)


def crowded(folder: Path) -> Path:
    """Write the drawn town with lanes too few for its people."""
    file = write_plan(folder)
    lanes = "max_units = 4\n[resources.checkpoint.lanes]\nrate_per_h = 150\n"
    file.write_text(file.read_text().replace("max_units = 4\n", lanes, 1))
    return file


@pytest.mark.slow
def test_the_window_and_the_queue_are_told(town: tuple[Plan, Solution]) -> None:
    _, solution = town
    told = solution.lanes
    assert told is not None
    assert (told.opens, told.closes, told.period_min) == ("15:30", "18:30", 30)
    assert solution.coverage["checkpoint"].covered == pytest.approx(
        sum(sum(gate.sent) for gate in told.gates.values()), abs=0.01
    )
    for post in solution.posts_list:
        if post.resource == "checkpoint":
            assert post.admitted is not None
            assert post.admitted <= post.units * 150 * 0.85 * 3 + 0.01
            assert post.admitted <= post.covered + 0.01
    assert max(gate.longest_wait_min for gate in told.gates.values()) <= 30


def assert_sums_agree_as_written(solution: Solution) -> None:
    """Add up the written figures in decimals: no sum may differ by anything."""
    text = solution_text(solution)
    top = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    lanes = top["placement"]["lanes"]
    by_gate = {name: [Decimal(0)] * len(gate["sent"]) for name, gate in lanes["gates"].items()}
    for table in lanes.get("areas", {}).values():
        for post, people in table.items():
            by_gate[post] = [
                so_far + one for so_far, one in zip(by_gate[post], people, strict=True)
            ]
    assert by_gate == {name: gate["sent"] for name, gate in lanes["gates"].items()}
    for gate in lanes["gates"].values():
        assert sum(gate["admitted"]) == sum(gate["sent"])
    for feature in top["features"]:
        if feature["id"] in by_gate:
            assert feature["properties"]["admitted"] == sum(by_gate[feature["id"]])
    for profile in lanes.get("profiles", {}).values():
        assert sum(profile["coming"]) == profile["people"]
        assert all(s <= c for s, c in zip(profile["sent"], profile["coming"], strict=True))
    if "profiles" in lanes:
        each = [profile["sent"] for profile in lanes["profiles"].values()]
        assert [sum(one) for one in zip(*each, strict=True)] == [
            sum(one) for one in zip(*by_gate.values(), strict=True)
        ] or not by_gate
    cover = top["placement"]["coverage"][lanes["resource"]]
    assert cover["covered"] == sum(sum(people) for people in by_gate.values())
    if "step_free" in cover:
        slow = [
            sum(sum(people) for people in table.values())
            for area, table in lanes.get("areas", {}).items()
            if area.endswith("~step-free")
        ]
        assert cover["step_free"]["covered"] == sum(slow)


def test_people_are_told_by_area_and_gate(town: tuple[Plan, Solution]) -> None:
    _, solution = town
    told = solution.lanes
    assert told is not None
    assert set(told.areas) == {"box-1", "north", "south"}
    assert_sums_agree_as_written(solution)
    # one lane lets 150 · 0.85 · 3 h = 382.5 people through: that gate is full, to the last digit
    assert {name: sum(gate.sent) for name, gate in told.gates.items()} == {
        "bridge-north/checkpoint": 1110.0,
        "bridge-south/checkpoint": 382.5,
    }


def test_the_summary_names_the_largest_split(town: tuple[Plan, Solution]) -> None:
    plan, solution = town
    both = _areas(solution, lambda areas: areas["box-1"].update({"bridge-south/checkpoint": [9.0]}))
    rows = rule_rows(plan, both)
    assert rows[1][1] == "1 of 3 areas goes to several gates"
    assert rows[2] == ("", "box-1", "500 to bridge-north", "9 to 1 other")


def _gate(solution: Solution, **changes: object) -> Solution:
    told = solution.lanes
    assert told is not None
    name, gate = next(iter(told.gates.items()))
    gates = {**told.gates, name: replace(gate, **changes)}  # type: ignore[arg-type]
    return replace(solution, lanes=replace(told, gates=gates))


def _post(solution: Solution, **changes: object) -> Solution:
    first, *others = solution.posts_list
    return replace(solution, posts_list=(replace(first, **changes), *others))  # type: ignore[arg-type]


def _one_more_lane(solution: Solution) -> Solution:
    first = solution.posts_list[1 if solution.posts_list[0].admitted is None else 0]
    more = _post(solution, units=first.units + 1, cost=first.cost + 5)
    return replace(more, cost=solution.cost + 5, budget=solution.budget + 10)


def _one_more_person(solution: Solution) -> Solution:
    """Tell of a person more everywhere."""
    told = solution.lanes
    assert told is not None
    gate = next(iter(told.gates.values()))
    more = _gate(
        solution,
        sent=(gate.sent[0] + 1, *gate.sent[1:]),
        admitted=(gate.admitted[0] + 1, *gate.admitted[1:]),
    )
    cover = solution.coverage["checkpoint"]
    return replace(
        _post(more, admitted=(solution.posts_list[0].admitted or 0) + 1),
        objective=solution.objective + 2,
        bound=solution.bound + 2,
        coverage={
            **solution.coverage,
            "checkpoint": replace(
                cover, covered=cover.covered + 1, share=round((cover.covered + 1) / cover.total, 6)
            ),
        },
    )


def _areas(solution: Solution, change: Callable[[dict[str, Any]], None]) -> Solution:
    """Tell otherwise who of which area goes where."""
    told = solution.lanes
    assert told is not None
    areas = {
        area: {post: list(people) for post, people in table.items()}
        for area, table in told.areas.items()
    }
    change(areas)
    return replace(solution, lanes=replace(told, areas=areas))


def _swapped(areas: dict[str, Any]) -> None:
    """Let one area send a person more and another a person less to the same gate."""
    post = "bridge-north/checkpoint"
    areas["box-1"][post][0] += 1
    areas["north"][post][0] -= 1


def _moved(areas: dict[str, Any]) -> None:
    """Send all people of an area to a gate that is too far for them, and others back."""
    areas["box-1"], areas["south"] = (
        {"bridge-south/checkpoint": areas["south"]["bridge-south/checkpoint"]},
        {"bridge-north/checkpoint": areas["box-1"]["bridge-north/checkpoint"]},
    )


def _dust(solution: Solution) -> Solution:
    """Tell a millionth of a person more at a gate than its areas send."""
    told = solution.lanes
    assert told is not None
    gate = next(iter(told.gates.values()))
    return _gate(solution, sent=(gate.sent[0] + 1e-6, *gate.sent[1:]))


MUTATIONS: dict[str, Callable[[Solution], Solution]] = {
    "a lane more": _one_more_lane,
    "a lane less": lambda s: _post(s, units=s.posts_list[0].units - 1),
    "a person more": _one_more_person,
    "a longer wait": lambda s: _gate(s, longest_wait_min=12.0),
    "a later end": lambda s: _gate(s, clears="18:20"),
    "no end": lambda s: _gate(s, clears=None),
    "people who did not pass": lambda s: _gate(s, admitted=(0.0,) * 6),
    "people in one period": lambda s: _gate(s, sent=(1000.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
    "a period less": lambda s: _gate(s, sent=(1.0,)),
    "another window": lambda s: replace(s, lanes=replace(s.lanes, opens="15:00")),
    "a shorter walk": lambda s: replace(s, lanes=replace(s.lanes, mean_walk_s=1.0)),
    "a gate missing": lambda s: replace(s, lanes=replace(s.lanes, gates={})),
    "nothing of lanes": lambda s: replace(s, lanes=None),
    "a post without its queue": lambda s: _post(s, admitted=None),
    "a post that admits fewer": lambda s: _post(s, admitted=1.0),
    "nothing of areas": lambda s: replace(s, lanes=replace(s.lanes, areas={})),
    "an area missing": lambda s: _areas(s, lambda areas: areas.pop("north")),
    "an area of no plan": lambda s: _areas(s, lambda areas: areas.update(moon=areas.pop("north"))),
    "a gate of no plan": lambda s: _areas(
        s, lambda areas: areas["box-1"].update({"moon/checkpoint": [0.0] * 6})
    ),
    "areas too far from their gate": lambda s: _areas(s, _moved),
    "a person of another area": lambda s: _areas(s, _swapped),
    "a period less of an area": lambda s: _areas(
        s, lambda areas: areas["north"]["bridge-north/checkpoint"].pop()
    ),
    "people with dust": _dust,
    "an objective of one more": lambda s: replace(s, objective=s.objective + 1, bound=s.bound + 1),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTATIONS)
def test_the_audit_refuses_what_was_touched(name: str, town: tuple[Plan, Solution]) -> None:
    plan, solution = town
    assert placement.audit(plan, solution).ok
    assert not placement.audit(plan, MUTATIONS[name](solution)).ok


@pytest.mark.slow
def test_the_command_shows_lanes_and_waits(tmp_path: Path) -> None:
    file = crowded(tmp_path)
    out = tmp_path / "out"
    ran = CliRunner().invoke(place, ["optimise", str(file), "--no-map", "--out", str(out)])
    assert ran.exit_code == 0, ran.output
    plan = placement.load_plan(file)
    rows = rule_rows(plan, placement.read_solution(out / "solution.geojson"))
    assert rows[0][0] == "Lanes"
    assert rows[0][1].startswith("15:30 to 18:30, ")
    assert rows[1][:2] == ("Splits", "0 of 3 areas go to several gates")
    assert rows[2][0] == "Longest wait"
    again = CliRunner().invoke(place, ["audit", str(out / "solution.geojson"), str(file)])
    assert again.exit_code == 0, again.output


def test_floors_beyond_the_lanes_are_infeasible(tmp_path: Path) -> None:
    file = crowded(tmp_path)
    floor = '[[floors]]\nzone = "*"\nresource = "checkpoint"\nshare = 0.99\n'
    file.write_text(file.read_text() + floor)
    with pytest.raises(InfeasibleError, match=r"resources\.checkpoint\.lanes"):
        placement.optimise(placement.load_plan(file))


def test_a_fleet_counts_lanes(tmp_path: Path) -> None:
    file = crowded(tmp_path)
    file.write_text(file.read_text().replace("max_units = 4", "max_units = 4\nfleet = 2", 1))
    found = placement.optimise(placement.load_plan(file))
    assert sum(post.units for post in found.posts_list if post.resource == "checkpoint") == 2


@pytest.mark.slow
def test_why_tells_what_a_gate_or_a_post_beside_it_brings(town: tuple[Plan, Solution]) -> None:
    plan, solution = town
    present = {post.id for post in solution.posts_list}
    asked = 0
    for site, name in list(enumerate(plan.problem.sites.id))[:: cases(4, 1)]:
        for kind, resource in enumerate(plan.problem.resources):
            if not plan.problem.sites.allowed[site, kind]:
                continue
            post = f"{name}/{resource.id}"
            (said,) = placement.why(plan, solution, name, resource.id)
            assert said.is_open == (post in present)
            if said.standing not in {"open", "closed"}:
                continue
            other = {"forbid" if said.is_open else "lock": [post]}
            try:
                found = placement.optimise(plan, **other)  # type: ignore[arg-type]
            except InfeasibleError:
                assert said.status is Status.INFEASIBLE
                continue
            asked += 1
            assert said.proven
            assert said.loss == pytest.approx(solution.objective - found.objective, abs=0.01)
            covered = {k: c.covered for k, c in found.coverage.items()}
            assert said.people is not None
            worth = sum(
                each.value * (solution.coverage[each.id].covered - covered[each.id])
                for each in plan.problem.resources
            )
            told = sum(each.value * said.people[each.id] for each in plan.problem.resources)
            assert told == pytest.approx(worth, abs=0.05)
    assert asked > cases(1, 2)
