"""The audit of an egress: batch by batch, from what its files say and nothing else.

It shares no code with the model: walks are measured anew by scipy's Dijkstra, people are put in
line and let through slot by slot, and what proves that nobody is out sooner is summed up again.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from placement.arrays import Floats
from placement.auditing.egress_ground import Place, check_exits, walks_of
from placement.auditing.egress_lines import CLOSE, check_line, coming, coming_on, let_through
from placement.auditing.egress_onward import check_onward
from placement.auditing.egress_proof import (
    CLOSE_MIN,
    SLOT_S,
    Line,
    check_bound,
    check_served,
)
from placement.auditing.entry import depths_of
from placement.auditing.findings import Findings
from placement.counts import counted
from placement.plan.outlets import Outlets
from placement.plan.problem import Plan, Walkers
from placement.solution import Solution

_TENTH_S = 0.1
_COURSES = ("chosen", "guided")


def audit_egress(
    plan: Plan,
    solution: Solution,
    told: Mapping[str, Any],
    rows: Mapping[str, Sequence[Any]],
    *,
    exits: Outlets | None = None,
    stations: Outlets | None = None,
) -> tuple[str, ...]:
    """Return a sentence for everything in an egress that does not hold, none where all does.

    Parameters
    ----------
    plan, solution
        What was asked and chosen.
    told
        The content of ``egress.json``.
    rows
        The columns of ``egress.csv``.
    exits, stations
        The layers given beside the plan.
    """
    findings = Findings()
    whole = _check_period(plan, told, findings)
    plan = _check_ring(whole, told, findings)
    if findings.found:
        return tuple(findings.found)
    places = check_exits(plan, solution, told, exits, findings)
    halts = _check_stations(told, stations, findings)
    if findings.found:
        return tuple(findings.found)
    names = [one["id"] for one in told["exits"]]
    walks, on = walks_of(plan, [places[name] for name in names], halts)
    passed: dict[str, list[Line]] = {}
    for course in _COURSES:
        sent = _sent(plan, rows, course, names, findings)
        _check_people(plan, told, walks, sent, course, findings)
        lines = _check_queues(plan, told, walks, sent, course, findings)
        _check_flows(told, on, lines, course, findings)
        _check_areas(plan, told, sent, names, course, findings)
        _check_walked(told, walks, sent, course, findings)
        passed[course] = lines
    if told["then"] is not None:
        check_onward(whole, solution, told, (places, walks), passed, findings)
    check_bound(plan, told, walks, findings)
    for key in ("served", "joint"):
        check_served(plan, told, walks, on, key, findings)
    return tuple(findings.found)


def _check_period(plan: Plan, told: Mapping[str, Any], findings: Findings) -> Plan:
    """Check whose people leave in the period that is told; return the plan as it is then."""
    name, whose = told["period"], told["people_of"]
    days = {one.name: one for one in plan.periods}
    if name not in days:
        findings.require(name is None and not days, f"there is no period {name!r} to be emptied")
        findings.require(whose is None, f"there are no people of a period {whose!r}")
        return plan
    on_foot = {one.id for one in plan.problem.resources if one.walkers is Walkers.PEOPLE}
    # whose own people are where others walk to, and leave in no period
    goals = {
        one.name
        for one in plan.settings.periods
        if (one.layers.demand or one.layers.areas)
        and any(one.directions.get(kind, one.direction) == "out" for kind in on_foot)
    }
    wanted = name
    if name in goals:
        before = [one for one in plan.periods if one.ends <= days[name].begins]
        wanted = next((one.name for one in before[::-1] if one.name not in goals), None)
    findings.require(wanted == whose, f"{whose!r} is not the period whose people leave in {name!r}")
    if wanted != whose or wanted is None:
        return plan
    ground, theirs = days[name].plan, days[wanted].plan
    problem = replace(ground.problem, demand=theirs.problem.demand)
    return replace(ground, problem=problem, areas=theirs.areas)


def _check_ring(plan: Plan, told: Mapping[str, Any], findings: Findings) -> Plan:
    """Check which ring is left; return the plan with those alone who are inside it."""
    rings = [one.name for one in plan.settings.rings if one.screens == "people"]
    known = told["ring"] in rings if rings else told["ring"] is None
    findings.require(known, f"there is no ring {told['ring']!r} to be left")
    if not known or not rings:
        return plan
    inside = depths_of(plan) > rings.index(told["ring"])
    demand = plan.problem.demand
    demand = replace(demand, people=np.where(inside, demand.people, 0.0))
    return replace(plan, problem=replace(plan.problem, demand=demand))


def _check_stations(
    told: Mapping[str, Any], stations: Outlets | None, findings: Findings
) -> list[Place]:
    """Check which stations there are; return where they are."""
    there = [] if stations is None else list(stations.id)
    named = [one["id"] for one in told["stations"]]
    findings.require(there == named, "the stations are not those given")
    if stations is None or there != named:
        return []
    for at, one in enumerate(told["stations"]):
        findings.equal(f"people a minute at {one['id']}", one["per_min"], float(stations.size[at]))
    return [Place(stations.xy[at], int(stations.level[at])) for at in range(len(there))]


def _sent(
    plan: Plan,
    rows: Mapping[str, Sequence[Any]],
    course: str,
    names: Sequence[str],
    findings: Findings,
) -> Floats:
    """Return (points × exits) people, as the table has them."""
    demand = plan.problem.demand
    point = {name: at for at, name in enumerate(demand.id)}
    exit_ = {name: at for at, name in enumerate(names)}
    sent = np.zeros((len(demand), len(names)))
    keys = ("course", "point", "area", "step_free", "exit", "people")
    for case, who, area, slow, where, people in zip(*(rows[key] for key in keys), strict=True):
        if case != course:
            continue
        known = who in point and where in exit_
        findings.require(known, f"{who} leaves by {where}, one of which there is not")
        if not known:
            continue
        findings.require(people > 0, f"{counted(people, 'person')} of {who} to leave by {where}")
        at = point[who]
        findings.require(
            demand.zones[demand.zone[at]] == area and bool(slow) == bool(demand.step_free[at]),
            f"{who} is not of {area}, or walks otherwise",
        )
        sent[at, exit_[where]] += people
    return sent


def _check_people(
    plan: Plan,
    told: Mapping[str, Any],
    walks: Floats,
    sent: Floats,
    course: str,
    findings: Findings,
) -> None:
    """Check that all leave who can, once each, and by an exit that they can walk to."""
    demand = plan.problem.demand
    can = np.isfinite(walks).any(axis=1)
    wanted = np.where(can, demand.people, 0.0)
    apart = np.abs(sent.sum(axis=1) - wanted)
    worst = int(apart.argmax())
    findings.require(
        bool(apart[worst] <= 1e-5),
        f"{course}: {sent[worst].sum():.6g} of {wanted[worst]:.6g} at {demand.id[worst]} leave",
    )
    findings.require(
        bool(np.isfinite(walks[sent > 0]).all()), f"{course}: people leave where they cannot walk"
    )
    findings.equal("people who leave", told["people"], math.fsum(wanted), within=CLOSE)
    lost = math.fsum(demand.people[~can])
    findings.equal("people who cannot leave", told["stranded"], lost, within=CLOSE)
    if course == "chosen":
        own = np.where(sent > 0, walks, 0.0).max(axis=1)
        nearest = np.where(can, walks.min(axis=1), 0.0)
        past = (own > nearest + _TENTH_S) & (sent.sum(axis=1) > 0)
        findings.require(
            not past.any(), f"chosen: not by their next exit: {counted(int(past.sum()), 'point')}"
        )


def _check_queues(
    plan: Plan,
    told: Mapping[str, Any],
    walks: Floats,
    sent: Floats,
    course: str,
    findings: Findings,
) -> list[Line]:
    """Check the figures of every exit."""
    lines = []
    for at, one in enumerate(told["exits"]):
        rate = one["per_min"] * SLOT_S / 60
        seen = let_through(coming(plan, told, walks, sent, at), rate)
        check_line(f"{one['id']} ({course})", one[course], seen, rate, findings)
        lines.append(seen)
    last = max(one.last for one in lines) * SLOT_S / 60
    findings.equal(f"{course}: time to clear", told[course]["clear_min"], last, within=CLOSE_MIN)
    clogged = [
        one["id"] for one in told["exits"] if one[course]["longest_wait_min"] > told["max_wait_min"]
    ]
    findings.require(clogged == told[course]["clogged"], f"{course}: exits that clog are others")
    return lines


def _check_flows(
    told: Mapping[str, Any], on: Floats, lines: Sequence[Line], course: str, findings: Findings
) -> None:
    """Check who goes to which station, and the figures of every station."""
    exit_ = {one["id"]: at for at, one in enumerate(told["exits"])}
    halt = {one["id"]: at for at, one in enumerate(told["stations"])}
    flows = told[course]["flows"]
    asked = np.zeros(on.shape)
    for one in flows:
        pace = int(one["step_free"])
        asked[pace, exit_[one["exit"]], halt[one["station"]]] += one["people"]
    findings.require(
        bool(np.isfinite(on[asked > 0]).all()), f"{course}: people go on where they cannot walk"
    )
    for at, name in enumerate(exit_):
        for pace in range(2):
            out = lines[at].passed[-1][pace] if lines[at].passed else 0.0
            reach = halt and np.isfinite(on[pace, at]).any()
            findings.equal(
                f"{course}: people who go on from {name}",
                float(asked[pace, at].sum()),
                out if reach else 0.0,
                within=CLOSE,
            )
            if course == "chosen" and reach and asked[pace, at].any():
                far = on[pace, at][asked[pace, at] > 0].max()
                findings.require(
                    bool(far <= on[pace, at].min() + _TENTH_S),
                    f"chosen: people of {name} do not go to the next station",
                )
    if not halt:
        findings.require(told[course]["served_min"] is None, f"{course}: served without stations")
        return
    last = 0.0
    for name, at in halt.items():
        rate = told["stations"][at]["per_min"] * SLOT_S / 60
        come = coming_on(lines, on, asked, at)
        seen = let_through(come, rate)
        told_here = told["stations"][at][course]
        check_line(f"{name} ({course})", told_here, seen, rate, findings)
        last = max(last, seen.last)
    findings.equal(
        f"{course}: time to serve",
        told[course]["served_min"],
        last * SLOT_S / 60,
        within=CLOSE_MIN,
    )


def _check_areas(
    plan: Plan,
    told: Mapping[str, Any],
    sent: Floats,
    names: Sequence[str],
    course: str,
    findings: Findings,
) -> None:
    """Check who of each area leaves where."""
    demand = plan.problem.demand
    findings.require(
        [one["id"] for one in told["areas"]] == list(demand.zones), "the areas are not the plan's"
    )
    for at, one in enumerate(told["areas"]):
        mine = sent[demand.zone == at].sum(axis=0)
        findings.equal(
            f"people of {one['id']} who leave", one["people"], float(mine.sum()), within=CLOSE
        )
        for name, people in zip(names, mine.tolist(), strict=True):
            findings.equal(
                f"{course}: people of {one['id']} by {name}",
                one[course].get(name, 0.0),
                people,
                within=CLOSE,
            )


def _check_walked(
    told: Mapping[str, Any], walks: Floats, sent: Floats, course: str, findings: Findings
) -> None:
    going = np.isfinite(walks) & (sent > 0)
    mean = math.fsum((sent * np.where(going, walks, 0.0)).ravel()) / max(sent.sum(), 1e-9) / 60
    findings.equal(f"{course}: mean walk", told[course]["walk_min"], mean, within=CLOSE_MIN)
