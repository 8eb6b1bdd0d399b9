"""Whoever is sent by a gate that is not theirs, the audit refuses the file."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

import placement
from placement.plan.problem import Plan
from placement.review.geojson import take_solution
from tests.amount import cases
from tests.ticket_zones import enters

PLAN = Path(__file__).parent.parent / "cases" / "plans" / "zones"
MUTATED = cases(80, 10_000)


def may(plan: Plan, area: str, gate: str) -> bool:
    """Tell whether people of an area, whose zone has its name, may enter by a gate."""
    tables = [table.model_dump() for table in plan.settings.zones]
    return enters(tables, "checkpoint", gate.split("/", maxsplit=1)[0], area)


def sent_elsewhere(plan: Plan, top: dict[str, Any], draw: Random) -> dict[str, Any]:
    """Send some people by a gate that is not theirs, and keep every sum right.

    Half the edits let as many people of another area take their place, so that the figures of the
    gates stay: only who enters there is wrong.
    """
    edited = json.loads(json.dumps(top))
    lanes = edited["placement"]["lanes"]
    table = lanes["areas"]
    ways = [
        (area, source, period)
        for area, lines in sorted(table.items())
        for source, line in sorted(lines.items())
        for period, people in enumerate(line)
        if people > 0
    ]
    area, source, period = draw.choice(ways)
    target = draw.choice([gate for gate in sorted(lanes["gates"]) if not may(plan, area, gate)])
    others = [(a, g, t) for a, g, t in ways if (g, t) == (target, period)]
    most = table[area][source][period]
    moved = [(area, source, target)]
    if others and draw.random() < 0.5:
        other = draw.choice(others)[0]
        most = min(most, table[other][target][period])
        moved.append((other, target, source))
    people = draw.choice([most, round(most * draw.random(), 6), min(most, 1)])
    for who, left, taken in moved:
        for gate, by in ((left, -people), (taken, people)):
            line = table[who].setdefault(gate, [0] * len(table[area][source]))
            line[period] = round(line[period] + by, 6)
            for key in ("sent", "admitted"):
                told = lanes["gates"][gate][key]
                told[period] = max(0, round(told[period] + by, 6))
            for feature in edited["features"]:
                if feature["id"] == gate:
                    before = feature["properties"]["admitted"]
                    feature["properties"]["admitted"] = round(before + by, 6)
    return edited


@pytest.mark.slow
def test_the_audit_refuses_people_who_are_sent_elsewhere() -> None:
    plan = placement.load_plan(PLAN)
    top = json.loads((PLAN / "solution.geojson").read_text(encoding="utf-8"))
    assert placement.audit(plan, take_solution(top, file="solution.geojson")).ok
    draw, theirs = Random("mutated"), 0
    for _ in range(MUTATED):
        edited = sent_elsewhere(plan, top, draw)
        report = placement.audit(plan, take_solution(edited, file="solution.geojson"))
        assert not report.ok, edited["placement"]["lanes"]["areas"]
        theirs += any("by which they may not enter" in one for one in report.findings)
    assert theirs == MUTATED


def test_the_audit_names_the_gate_that_is_not_theirs() -> None:
    plan = placement.load_plan(PLAN)
    top = json.loads((PLAN / "solution.geojson").read_text(encoding="utf-8"))
    areas = top["placement"]["lanes"]["areas"]
    own, other = areas["north"], areas["box-1"]
    gate = min(set(other) - {"north-east/checkpoint"})
    own[gate] = [1.0] * len(next(iter(own.values())))
    report = placement.audit(plan, take_solution(top, file="solution.geojson"))
    assert f"area 'north' sends people to {gate!r}, by which they may not enter" in report.findings
