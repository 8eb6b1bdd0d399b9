"""What proves that nobody is out of a ground sooner: the prices of an egress, summed up again."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from placement.arrays import Floats
from placement.auditing.findings import Findings
from placement.plan.problem import Plan

SLOT_S = 30
"""What an egress is reckoned in, seconds."""
CLOSE_MIN = 2e-3
"""How near figures in minutes are to be."""


class Line(NamedTuple):
    """What is seen at an exit or a station: figures, and who has passed by the end of each slot."""

    people: float
    longest: float
    last: float
    passed: list[tuple[float, float]]


def to_slots(seconds: Floats) -> Floats:
    """Return walks in slots, rounded up but for a millionth; infinite where nobody walks."""
    return np.asarray(np.maximum(0.0, np.ceil(seconds / SLOT_S - 1e-6)))


def batches_of(told: Mapping[str, Any]) -> int:
    """Return in how many slots people set out."""
    return max(1, int(told["leave_min"]) * 60 // SLOT_S)


def check_bound(plan: Plan, told: Mapping[str, Any], walks: Floats, findings: Findings) -> None:
    """Check that nobody can be out sooner than is said, whoever leaves where."""
    batches = batches_of(told)
    slots = to_slots(walks)
    people = plan.problem.demand.people
    there = np.isfinite(slots).any(axis=1) & (people > 0)
    rate = {one["id"]: one["per_min"] * SLOT_S / 60 for one in told["exits"]}

    def later(at: int, k: int) -> Floats:
        left = np.where(np.isfinite(slots[there, at]), slots[there, at] + batches - k, 0.0)
        return np.clip(left / batches, 0.0, 1.0)

    last = slots[there] + batches - 1
    _check_proof(
        "exits", told["proof"], people[there], last, later, rate,
        (told["bound_min"], told["guided"]["clear_min"], told["status"]), findings,
    )  # fmt: skip
    findings.require(
        told["guided"]["clear_min"] <= told["chosen"]["clear_min"] + CLOSE_MIN,
        "people are out later guided than as they choose",
    )


def check_served(
    told: Mapping[str, Any], on: Floats, lines: Sequence[Line], findings: Findings
) -> None:
    """Check the same of stations, people coming out of the exits as guided."""
    if told["served_proof"] is None:
        findings.require(not told["stations"], "nothing says how soon all could be served")
        return
    slots = to_slots(on)
    groups = [
        (pace, at)
        for pace in range(2)
        for at, line in enumerate(lines)
        if line.passed and line.passed[-1][pace] > 0 and np.isfinite(on[pace, at]).any()
    ]
    people = np.array([lines[at].passed[-1][pace] for pace, at in groups])
    rate = {one["id"]: one["per_min"] * SLOT_S / 60 for one in told["stations"]}

    def later(to: int, k: int) -> Floats:
        found = np.zeros(len(groups))
        for number, (pace, at) in enumerate(groups):
            if not math.isfinite(slots[pace, at, to]):
                continue
            # who passes in slot i is there in slot i + 1 + walk
            before = k - 2 - int(slots[pace, at, to])
            passed = lines[at].passed
            gone = passed[min(before, len(passed) - 1)][pace] if before >= 0 else 0.0
            found[number] = max(0.0, 1.0 - gone / people[number])
        return found

    ends = [
        next(
            slot
            for slot, gone in enumerate(lines[at].passed)
            if gone[pace] >= lines[at].passed[-1][pace] * (1 - 1e-9)
        )
        for pace, at in groups
    ]
    after = np.array(ends)[:, None]
    last = np.array([slots[group] for group in groups]) + 1 + after
    _check_proof(
        "stations", told["served_proof"], people, last, later, rate,
        (told["served_bound_min"], told["guided"]["served_min"], told["served_status"]), findings,
    )  # fmt: skip


def check_joint(
    plan: Plan, told: Mapping[str, Any], walks: Floats, on: Floats, findings: Findings
) -> None:
    """Check that nobody can be served sooner than is said, by whatever exits."""
    batches, demand = batches_of(told), plan.problem.demand
    out, onward = to_slots(walks), to_slots(on)
    pace = demand.step_free.astype(np.int64)
    leave = np.isfinite(out).any(axis=1) & (demand.people > 0)
    # whoever can come out where no station is may stay there, and is left out
    stays = (np.isfinite(out) & ~np.isfinite(on).any(axis=2)[pace]).any(axis=1)
    sure = np.flatnonzero(leave & ~stays)
    if told["joint_proof"] is None or not told["stations"] or not len(sure):
        nothing = not told["stations"] or not len(sure)
        keys = ("joint_proof", "joint_bound_min", "joint_status")
        findings.require(
            nothing and all(told[key] is None for key in keys),
            "how soon all could be served by whatever exits is not said, or said of nobody",
        )
        return
    # who passes an exit in a slot walks on at its end
    slots = np.array([(out[at][:, None] + 1 + onward[pace[at]]).min(axis=0) for at in sure])
    rate = {one["id"]: one["per_min"] * SLOT_S / 60 for one in told["stations"]}

    def later(to: int, k: int) -> Floats:
        left = np.where(np.isfinite(slots[:, to]), slots[:, to] + batches - k, 0.0)
        return np.clip(left / batches, 0.0, 1.0)

    # where all are served, the last one out still walks on
    cleared = math.ceil(told["bound_min"] * 60 / SLOT_S - 1e-5) + float(onward.min())
    _check_proof(
        "exits and stations", told["joint_proof"], demand.people[sure], slots + batches - 1, later,
        rate, (told["joint_bound_min"], told["guided"]["served_min"], told["joint_status"]),
        findings, known=cleared if len(sure) == int(leave.sum()) else 0.0,
    )  # fmt: skip


def _check_proof(
    what: str,
    proof: Mapping[str, Any],
    people: Floats,
    last: Floats,
    later: Any,  # noqa: ANN401 - a function of a place and a slot
    rate: Mapping[str, float],
    claim: tuple[float, float, str],
    findings: Findings,
    *,
    known: float = 0.0,
) -> None:
    """Sum up prices again: who may be late by the level, at the place that is cheapest to each.

    What is `known` besides, in slots, bounds too.
    """
    bound_min, done_min, status = claim
    level = proof["level"]
    place = {name: at for at, name in enumerate(rate)}
    total = math.fsum(one["price"] for one in proof["prices"])
    sound = all(
        one["price"] >= 0 and one["slot"] <= level and one["place"] in place
        for one in proof["prices"]
    )
    findings.require(
        sound and (not proof["prices"] or abs(total - 1.0) <= 1e-6), f"{what}: the proof is none"
    )
    cost = np.where(last <= level, 0.0, np.inf)
    for one in proof["prices"] if sound else ():
        at = place[one["place"]]
        cost[:, at] += one["price"] / rate[one["place"]] * later(at, one["slot"])
    aside = math.fsum(one["price"] * one["slot"] for one in proof["prices"])
    priced = aside + math.fsum(people * cost.min(axis=1))
    bound = max(known, min(priced, level + 1.0) if priced > level else 0.0)
    findings.require(
        bound_min <= bound * SLOT_S / 60 + CLOSE_MIN,
        f"{what}: all could be done before the bound of {bound_min:g} minutes, prices prove "
        f"{bound * SLOT_S / 60:g}",
    )
    findings.require(bound_min <= done_min + CLOSE_MIN, f"{what}: a bound is above what there is")
    optimal = done_min - bound_min <= 2e-6 * max(1.0, done_min)
    findings.require((status == "optimal") == optimal, f"{what}: the status is {status!r}")
