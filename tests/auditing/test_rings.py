"""Whoever is sent through the rings as nobody may, or is counted twice, the audit refuses it."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

import placement
from placement.plan.problem import Plan
from placement.review.geojson import solution_text, take_solution
from tests.amount import NIGHT

PLAN = Path(__file__).parent.parent.parent / "data" / "geo" / "drawn-rings"
MUTATED = 10_000 if NIGHT else 60

type Told = dict[str, Any]


@cache
def solved() -> tuple[Plan, str]:
    """Return the drawn plan and its solution as text."""
    plan = placement.load_plan(PLAN)
    return plan, solution_text(placement.optimise(plan))


def move(top: Told, area: str, gate: str, period: int, people: float) -> None:
    """Let so many more people of an area pass a gate in a period, in every figure told of it."""
    lanes = top["placement"]["lanes"]
    count = len(lanes["gates"][gate]["sent"])
    line = lanes["areas"][area].setdefault(gate, [0] * count)
    line[period] = round(line[period] + people, 6)
    for key in ("sent", "admitted"):
        told = lanes["gates"][gate][key]
        told[period] = max(0, round(told[period] + people, 6))
    for ring in lanes["rings"]:
        if gate in ring["gates"]:
            ring["people"] = round(ring["people"] + people, 6)
    for feature in top["features"]:
        if feature["id"] == gate:
            admitted = feature["properties"]["admitted"]
            feature["properties"]["admitted"] = round(admitted + people, 6)


def drawn(top: Told, draw: Random) -> tuple[str, Told, int]:
    """Draw an area, a route of it and a period with people on it."""
    routes = top["placement"]["lanes"]["routes"]
    ways = [
        (area, route, period)
        for area, lines in sorted(routes.items())
        for route in lines
        for period, people in enumerate(route["sent"])
        if people >= 1
    ]
    return draw.choice(ways)


def skip_a_ring(top: Told, draw: Random) -> None:
    """Let people of an area go by the first gate of their route alone, all sums kept right."""
    area, route, period = drawn(top, draw)
    people = min(route["sent"][period], 1 + draw.random() * 20)
    people = round(people, 6)
    route["sent"][period] = round(route["sent"][period] - people, 6)
    lines = top["placement"]["lanes"]["routes"][area]
    left = route["gates"][: draw.randrange(len(route["gates"]))]
    for gate in route["gates"][len(left) :]:
        move(top, area, gate, period, -people)
    if left:
        sent = [0.0] * len(route["sent"])
        sent[period] = people
        lines.append({"gates": left, "sent": sent})
        lines.sort(key=lambda one: one["gates"])


def go_another_way(top: Told, draw: Random) -> None:
    """Send people of an area by gates that are not one of each ring in order."""
    area, route, period = drawn(top, draw)
    lanes = top["placement"]["lanes"]
    names = sorted(lanes["gates"])
    other = draw.sample(names, draw.randint(1, min(3, len(names))))
    known = {tuple(one["gates"]) for lines in lanes["routes"].values() for one in lines}
    if tuple(other) in known:
        other = other[::-1] * 2
    people = round(min(route["sent"][period], 1 + draw.random() * 20), 6)
    route["sent"][period] = round(route["sent"][period] - people, 6)
    for gate in route["gates"]:
        move(top, area, gate, period, -people)
    for gate in other:
        move(top, area, gate, period, people)
    sent = [0.0] * len(route["sent"])
    sent[period] = people
    lanes["routes"][area].append({"gates": other, "sent": sent})
    lanes["routes"][area].sort(key=lambda one: one["gates"])


def send_more(top: Told, draw: Random) -> None:
    """Let more people pass than come, or than the lanes of a gate admit."""
    area, route, period = drawn(top, draw)
    people = round(200 + draw.random() * 5000, 6)
    route["sent"][period] = round(route["sent"][period] + people, 6)
    for gate in route["gates"]:
        move(top, area, gate, period, people)


def miscount_a_ring(top: Told, draw: Random) -> None:
    """Tell another number of people, another ring of a post, or another gate in a ring."""
    rings = top["placement"]["lanes"]["rings"]
    ring = draw.choice(rings)
    what = draw.randrange(3)
    if what == 0:
        ring["people"] = round(ring["people"] + draw.choice([-1, 1]) * (1 + draw.random()), 6)
    elif what == 1:
        ring["gates"] = ring["gates"][1:]
    else:
        feature = draw.choice([one for one in top["features"] if "ring" in one["properties"]])
        names = [one["ring"] for one in rings if one["ring"] != feature["properties"]["ring"]]
        feature["properties"]["ring"] = draw.choice(names)


EDITS: tuple[Callable[[Told, Random], None], ...] = (
    skip_a_ring,
    go_another_way,
    send_more,
    miscount_a_ring,
)


@pytest.mark.slow
def test_the_audit_refuses_people_who_pass_rings_as_nobody_may() -> None:
    plan, text = solved()
    assert placement.audit(plan, take_solution(json.loads(text), file="solution.geojson")).ok
    draw = Random("mutated rings")
    for number in range(MUTATED):
        top = json.loads(text)
        edit = EDITS[number % len(EDITS)]
        edit(top, draw)
        report = placement.audit(plan, take_solution(top, file="solution.geojson"))
        assert not report.ok, (edit.__name__, top["placement"]["lanes"]["routes"])


def test_the_audit_names_the_route_that_is_not_one_gate_of_each_ring() -> None:
    plan, text = solved()
    top = json.loads(text)
    routes = top["placement"]["lanes"]["routes"]
    area = min(area for area, lines in routes.items() if len(lines[0]["gates"]) > 1)
    route = routes[area][0]
    route["gates"] = route["gates"][::-1]
    report = placement.audit(plan, take_solution(top, file="solution.geojson"))
    said = " > ".join(route["gates"])
    assert (
        f"area {area!r} sends people by {said!r}, which is not one gate of each ring"
        in report.findings
    )
