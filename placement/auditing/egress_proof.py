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
    check_proof(
        "exits", told["proof"], people[there], last, later, rate,
        (told["bound_min"], told["guided"]["clear_min"], told["status"]), findings,
    )  # fmt: skip
    findings.require(
        (told["at_once"] is None) == (not told["stations"]), "stations alone are reached at once"
    )
    key = {"out": "clear_min", "served": "served_min"}.get(told["soonest"])
    if key is None or told["guided"][key] is None:
        findings.require(False, f"nothing says what is to be soonest: {told['soonest']!r}")  # noqa: FBT003
        return
    findings.require(
        told["guided"][key] <= told["chosen"][key] + CLOSE_MIN,
        f"people are {told['soonest']} later guided than as they choose",
    )


def check_served(
    plan: Plan,
    told: Mapping[str, Any],
    walks: Floats,
    on: Floats,
    key: str,
    findings: Findings,
) -> None:
    """Check that nobody can have all served sooner than is said, whoever is sent where and when.

    Parameters
    ----------
    plan, told, walks, on
        What was asked and said, and seconds to exits and from there to stations.
    key
        ``"served"``: if they are out as soon as guided; ``"joint"``: in any way.
    findings
        What does not hold.
    """
    demand, out, onward = plan.problem.demand, to_slots(walks), to_slots(on)
    pace = demand.step_free.astype(np.int64)
    leave = np.isfinite(out).any(axis=1) & (demand.people > 0)
    # whoever can come out where no station is may stay there, and is served when he is out
    lost = ~np.isfinite(onward).any(axis=2)
    sure = leave & ~(np.isfinite(out) & lost[pace]).any(axis=1)
    proof, claim = told[f"{key}_proof"], [told[f"{key}_{what}"] for what in ("bound_min", "status")]
    if proof is None or not told["stations"] or not sure.any():
        findings.require(
            (not told["stations"] or not sure.any()) and [proof, *claim] == [None] * 3,
            f"how soon all could be served ({key}) is not said, or said of nobody",
        )
        return
    latest = math.inf if proof["deadline"] is None else proof["deadline"]
    clear = told["guided"]["clear_min"] * 60 / SLOT_S * (1 - 1e-6)
    findings.require(
        latest >= (clear if key == "served" else math.inf),
        f"{key}: the bound holds for who is out sooner",
    )
    rate = {one["id"]: one["per_min"] * SLOT_S / 60 for one in told["stations"]}
    _require_sound(key, proof, rate, findings)
    _require_sound(
        key, {"level": math.inf, "prices": proof["tolls"]}, dict.fromkeys(_ids(told["exits"])),
        findings, whole=False,
    )  # fmt: skip
    if findings.found:
        return
    costs, aside = _from_exits(told, proof, onward, latest, int(out[np.isfinite(out)].max()))
    batches = batches_of(told)
    total = [aside]
    rows, exits = np.flatnonzero(leave), np.arange(out.shape[1])
    for batch in range(batches):
        there = np.where(np.isfinite(out[rows]), out[rows], 0).astype(np.int64) + batch
        each = np.where(
            np.isfinite(out[rows]), costs[pace[rows][:, None], exits, there], math.inf
        ).min(axis=1)
        total.append(math.fsum(demand.people[rows] * each) / batches)
    priced = math.fsum(total)
    bound = min(priced, proof["level"] + 1.0) if priced > proof["level"] else 0.0
    _check_claim(
        f"stations ({key})", bound, (claim[0], told["guided"]["served_min"], claim[1]), findings
    )


def _ids(places: Sequence[Mapping[str, Any]]) -> list[str]:
    return [one["id"] for one in places]


def _from_exits(
    told: Mapping[str, Any], proof: Mapping[str, Any], onward: Floats, latest: float, last: int
) -> tuple[Floats, float]:
    """Return what whoever comes to an exit in a slot pays from there on at least.

    Returns
    -------
    costs, aside
        (2, exits, slots), and what all prices together are worth without anybody.
    """
    level, halts, exits = proof["level"], _ids(told["stations"]), _ids(told["exits"])
    at_station = np.zeros((len(halts), level + 1))
    aside = 0.0
    for one in proof["prices"]:
        rate = told["stations"][halts.index(one["place"])]["per_min"] * SLOT_S / 60
        at_station[halts.index(one["place"]), one["slot"] :] += one["price"] / rate
        aside += one["price"] * one["slot"]
    closed = 0 if math.isinf(latest) else math.ceil(latest)
    slots = max(last + batches_of(told), level, closed) + 1
    tolls = np.zeros((len(exits), slots))
    for one in proof["tolls"]:
        at, slot = exits.index(one["place"]), one["slot"]
        room = min(1.0, max(0.0, latest - slot)) * told["exits"][at]["per_min"] * SLOT_S / 60
        aside -= one["price"] * room
        if slot < slots:
            tolls[at, slot] += one["price"]
    costs = np.full((2, len(exits), slots), math.inf)
    for pace in range(2):
        for at in range(len(exits)):
            walk = onward[pace, at]
            halt = np.flatnonzero(np.isfinite(walk))
            least = math.inf
            for slot in reversed(range(slots)):
                there = slot + 1 + walk[halt].astype(np.int64)
                early = there <= level
                if slot >= latest:
                    continue
                if not len(halt):
                    least = min(least, tolls[at, slot])
                elif early.any():
                    paid = at_station[halt[early], there[early]].min()
                    least = min(least, tolls[at, slot] + paid)
                costs[pace, at, slot] = least
    return costs, aside


def check_proof(
    what: str,
    proof: Mapping[str, Any],
    people: Floats,
    last: Floats,
    later: Any,  # noqa: ANN401 - a function of a place and a slot
    rate: Mapping[str, float],
    claim: tuple[float, float, str],
    findings: Findings,
    *,
    at_least: float = 0.0,
) -> None:
    """Sum up prices again: who may be late by the level, at the place that is cheapest to each.

    Parameters
    ----------
    what
        Of what the proof is.
    proof
        Its level and prices.
    people, last
        (n,) float64 and (n, places) float64: how many, and the slot in which their last are there.
    later
        Gives the (n,) shares who are at a place in a slot or later.
    rate
        People a slot, by place.
    claim
        The bound and the time that are told, minutes, and the status.
    findings
        What does not hold.
    at_least
        Minutes before which, for another reason, nobody is done.
    """
    level = proof["level"]
    place = {name: at for at, name in enumerate(rate)}
    sound = _require_sound(what, proof, rate, findings)
    cost = np.where(last <= level, 0.0, np.inf)
    for one in proof["prices"] if sound else ():
        at = place[one["place"]]
        cost[:, at] += one["price"] / rate[one["place"]] * later(at, one["slot"])
    aside = math.fsum(one["price"] * one["slot"] for one in proof["prices"])
    priced = aside + math.fsum(people * cost.min(axis=1))
    bound = min(priced, level + 1.0) if priced > level else 0.0
    _check_claim(what, max(bound, at_least * 60 / SLOT_S), claim, findings)


def _require_sound(
    what: str,
    proof: Mapping[str, Any],
    places: Mapping[str, Any],
    findings: Findings,
    *,
    whole: bool = True,
) -> bool:
    """Check that prices are of places and slots that are, and 1 in sum where they are to be."""
    total = math.fsum(one["price"] for one in proof["prices"])
    sound = all(
        one["price"] >= 0 and 0 <= one["slot"] <= proof["level"] and one["place"] in places
        for one in proof["prices"]
    ) and (not whole or not proof["prices"] or abs(total - 1.0) <= 1e-6)
    findings.require(sound, f"{what}: the proof is none")
    return sound


def _check_claim(
    what: str, bound: float, claim: tuple[float, float, str], findings: Findings
) -> None:
    """Compare a bound that prices prove, in slots, with what is said of it."""
    bound_min, done_min, status = claim
    findings.require(
        bound_min <= bound * SLOT_S / 60 + CLOSE_MIN,
        f"{what}: all could be done before the bound of {bound_min:g} minutes, prices prove "
        f"{bound * SLOT_S / 60:g}",
    )
    findings.require(bound_min <= done_min + CLOSE_MIN, f"{what}: a bound is above what there is")
    optimal = done_min - bound_min <= 2e-6 * max(1.0, done_min)
    findings.require((status == "optimal") == optimal, f"{what}: the status is {status!r}")
