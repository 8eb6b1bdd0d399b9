"""The audit of an egress through two rings: queues of the outer one behind those of the inner."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from placement.arrays import Floats
from placement.auditing.egress_ground import Place, check_exits, walks_of
from placement.auditing.egress_lines import CLOSE, check_line, coming, coming_on, let_through
from placement.auditing.egress_proof import (
    CLOSE_MIN,
    SLOT_S,
    Line,
    batches_of,
    check_proof,
    to_slots,
)
from placement.auditing.entry import depths_of
from placement.auditing.findings import Findings
from placement.plan.problem import Plan
from placement.solution import Solution

_TENTH_S = 0.1
_COURSES = ("chosen", "guided")


def check_onward(
    plan: Plan,
    solution: Solution,
    told: Mapping[str, Any],
    inner: tuple[Mapping[str, Place], Floats],
    passed: Mapping[str, list[Line]],
    findings: Findings,
) -> None:
    """Check how those who left a ring, and those between, leave the one outside it.

    Parameters
    ----------
    plan, solution, told
        The plan as it is then, with everybody, what was chosen, and the content of the file.
    inner
        Where the gates of the inner ring are, and (points × gates) seconds to them.
    passed
        By course, what is seen at these gates.
    findings
        What does not hold.
    """
    then, depth = told["then"], depths_of(plan)
    rings = [one.name for one in plan.settings.rings if one.screens == "people"]
    own = rings.index(told["ring"]) if told["ring"] in rings else 0
    outside = then["ring"] in rings[:own]
    findings.require(outside, f"ring {then['ring']!r} is not outside ring {told['ring']!r}")
    if not outside:
        return
    demand = plan.problem.demand
    leaves = (depth > own) & np.isfinite(inner[1]).any(axis=1)
    inside = np.where(leaves, demand.people, 0.0)
    here = (depth > rings.index(then["ring"])) & (depth <= own)
    demand = replace(demand, people=np.where(here, demand.people, 0.0))
    plan = replace(plan, problem=replace(plan.problem, demand=demand))
    asked = {**told, "ring": then["ring"], "exits": then["exits"]}
    places = check_exits(plan, solution, asked, None, findings)
    if findings.found:
        return
    gates, names = [one["id"] for one in then["exits"]], [one["id"] for one in told["exits"]]
    there = [places[name] for name in gates]
    walks = walks_of(plan, there, [])[0]
    on = walks_of(plan, [inner[0][name] for name in names], there)[1]
    can = np.isfinite(walks).any(axis=1)
    people = np.where(can, demand.people, 0.0)
    lost = math.fsum(demand.people[~can])
    findings.equal("people between", then["people"], math.fsum(people), within=CLOSE)
    findings.equal("people between who cannot leave", then["stranded"], lost, within=CLOSE)
    findings.require(then["chosen"]["by"] == "chosen", "who chooses is guided at the inner ring")
    for course in _COURSES:
        lines = passed[then[course]["by"]]
        measured = walks, on, people
        _check_passing(plan, asked, then[course], measured, lines, course, names, findings)
    _check_onward_bound(plan, told, then, (inner[1], walks, on), (inside, people),
                        findings)  # fmt: skip


def _check_passing(
    plan: Plan,
    asked: Mapping[str, Any],
    way: Mapping[str, Any],
    measured: tuple[Floats, Floats, Floats],
    lines: Sequence[Line],
    course: str,
    names: Sequence[str],
    findings: Findings,
) -> None:
    """Put people in line at the gates of the outer ring: first who is told to come, then when."""
    walks, on, people = measured
    point = {name: at for at, name in enumerate(plan.problem.demand.id)}
    gate = {one["id"]: at for at, one in enumerate(asked["exits"])}
    flow, sent = np.zeros(on.shape), np.zeros(walks.shape)
    for one in way["flows"]:
        flow[int(one["step_free"]), names.index(one["exit"]), gate[one["then"]]] += one["people"]
    for one in way["between"]:
        sent[point[one["point"]], gate[one["exit"]]] += one["people"]
    sound = np.isfinite(on[flow > 0]).all() and np.isfinite(walks[sent > 0]).all()
    findings.require(bool(sound), f"{course}: people walk on where they cannot walk")
    out = np.array([line.passed[-1] if line.passed else (0.0, 0.0) for line in lines]).T
    apart = max(np.abs(flow.sum(axis=2) - out).max(), np.abs(sent.sum(axis=1) - people).max())
    findings.require(
        bool(apart <= CLOSE), f"{course}: not all who come out, or are between, leave once"
    )
    if course == "chosen":
        far = (np.where(flow > 0, on, 0.0) > on.min(axis=2)[..., None] + _TENTH_S).any()
        far |= (np.where(sent > 0, walks, 0.0) > walks.min(axis=1)[:, None] + _TENTH_S).any()
        findings.require(not far, "chosen: people do not leave by the next gate of the outer ring")
    last = 0.0
    for at, one in enumerate(asked["exits"]):
        come = coming_on(lines, on, flow, at)
        for slot, two in coming(plan, asked, walks, sent, at).items():
            both = come.setdefault(slot, [0.0, 0.0])
            both[0] += two[0]
            both[1] += two[1]
        rate = one["per_min"] * SLOT_S / 60
        seen = let_through(come, rate)
        check_line(f"{one['id']} ({course})", one[course], seen, rate, findings)
        last = max(last, seen.last)
    told_min = way["clear_min"]
    findings.equal(f"{course}: time to leave", told_min, last * SLOT_S / 60, within=CLOSE_MIN)


def _check_onward_bound(
    plan: Plan,
    told: Mapping[str, Any],
    then: Mapping[str, Any],
    measured: tuple[Floats, Floats, Floats],
    people: tuple[Floats, Floats],
    findings: Findings,
) -> None:
    """Check that nobody can be out of the outer ring sooner, whoever leaves where."""
    inner, walks, on = (to_slots(one) for one in measured)
    pace = plan.problem.demand.step_free.astype(np.int64)
    over = np.full(walks.shape, np.inf)
    for at in range(inner.shape[1]):
        over = np.minimum(over, inner[:, at, None] + 1 + on[pace, at])
    many = people[0] + people[1]
    slots = np.where((people[0] > 0)[:, None], over, walks)
    there = np.isfinite(slots).any(axis=1) & (many > 0)
    batches = batches_of(told)
    rate = {one["id"]: one["per_min"] * SLOT_S / 60 for one in then["exits"]}

    def later(at: int, k: int) -> Floats:
        left = np.where(np.isfinite(slots[there, at]), slots[there, at] + batches - k, 0.0)
        return np.clip(left / batches, 0.0, 1.0)

    soonest = told["bound_min"] + float(on.min()) * SLOT_S / 60
    check_proof(
        f"ring {then['ring']}", then["proof"], many[there], slots[there] + batches - 1, later,
        rate, (then["bound_min"], then["guided"]["clear_min"], then["status"]), findings,
        at_least=soonest,
    )  # fmt: skip
