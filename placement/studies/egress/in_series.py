"""Two rings in series: who has passed a gate of the inner one walks on and queues at the outer one.

Those between the two rings set out for the gates of the outer one as well, and queue at the same
gates. People are guided at the outer ring: a flow of what comes out of each gate of the inner one,
in its time, and of those between (`placement.solve.mip.quickest`). The inner ring they leave as
they choose or as guided there, whichever brings the last one out of both sooner. No way is sooner
than that flow would be if nobody queued at the inner ring, nor than the inner ring is left plus the
shortest walk on.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from placement.arrays import Floats
from placement.errors import UsageError
from placement.plan.outlets import Outlets
from placement.plan.problem import Plan
from placement.solution import Solution, Status
from placement.solve.core.stopping import Stop
from placement.solve.mip.quickest import Leaving, Proof, Sent, quickest
from placement.studies.egress.courses import Crossing, crossing
from placement.studies.egress.exits import Exits, exits_of
from placement.studies.egress.guiding import SURE, Leavers, guide_soonest
from placement.studies.egress.jointly import NEVER, over_first
from placement.studies.egress.periods import RingLeft, between
from placement.studies.egress.queues import (
    NOBODY,
    PER_MIN,
    in_all,
    queue_of,
    slots_of,
    walk_on,
)
from placement.studies.egress.walks import Walks, walks_of

type Inner = Literal["chosen", "guided"]
"""Which course of the inner ring."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Passing:
    """One way to pass the outer ring.

    Attributes
    ----------
    by
        How people leave the inner ring then.
    on
        (2, E, S) float64, people from each gate of the inner ring to each of the outer, by pace.
    sent
        (M, S) float64, people of each demand point between the rings.
    gates
        Of the outer ring, in the order of their identifiers.
    """

    by: Inner
    on: Floats
    sent: Floats
    gates: tuple[Crossing, ...]

    @property
    def clear_min(self) -> float:
        """When the last one has passed."""
        return max(one.last_min for one in self.gates)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Onward:
    """How the outer of two rings is left.

    Attributes
    ----------
    ring, exits
        The outer ring and its gates.
    people
        (M,) float64, who is between the rings and can walk to a gate of the outer one.
    stranded
        How many are there who can walk to none.
    walks
        Seconds: `out` to the outer gates from where people are, `on` from the inner gates.
    chosen, guided
        By the next gate, and as people are guided.
    proof, bound_min
        Why nobody is out sooner, however long the inner ring holds them, and when.
    """

    ring: RingLeft
    exits: Exits
    people: Floats
    stranded: float
    walks: Walks
    chosen: Passing
    guided: Passing
    proof: Proof
    bound_min: float

    @property
    def status(self) -> Status:
        """Optimal where it is proven that no one can be guided out sooner."""
        done = self.guided.clear_min
        return Status.OPTIMAL if done - self.bound_min <= SURE * done else Status.FEASIBLE


def as_halts(exits: Exits, flow_per_m_s: float) -> Outlets:
    """Return gates as places that people walk on to and pass."""
    return Outlets(
        file=Path(),
        id=exits.id,
        name=exits.name,
        xy=exits.xy,
        lonlat=exits.lonlat,
        level=exits.level,
        size=exits.width_m * flow_per_m_s * 60,
    )


def leave_outer(
    plan: Plan,
    solution: Solution,
    ways: tuple[Floats, Floats],
    inner: Leavers,
    out: Sent,
    *,
    period: str | None,
    rings: tuple[str, str],
    flow_per_m_s: float,
    lane_m: float,
    stop: Stop,
) -> Onward:
    """Return how people leave the outer ring who left the inner one, and those between.

    Parameters
    ----------
    plan, solution, period, flow_per_m_s, lane_m
        As for `placement.studies.egress.study.egress`.
    ways
        (M, E) float64 each, who leaves by which gate of the inner ring, as they choose and as
        guided.
    inner, out
        Who leaves the inner ring, and how soon all can be out of it.
    rings
        The inner and the outer one.
    stop
        When to stop.

    Raises
    ------
    UsageError
        If there is no such ring outside, no gate of it, or somebody who leaves the inner ring can
        walk to none.
    """
    then = between(plan, period, *rings)
    assert then.ring is not None  # noqa: S101 - a plan without rings was refused
    gates = exits_of(then.plan, solution, lane_m=lane_m, more=None, sites=then.ring.sites)
    demand = then.plan.problem.demand
    walks = Walks(
        out=walks_of(then.plan, gates, None).out,
        on=walks_of(then.plan, inner.gates, as_halts(gates, flow_per_m_s)).on,
    )
    can = np.isfinite(walks.out).any(axis=1)
    outer = Leavers(
        walks=walks,
        people=np.where(can, demand.people, 0.0),
        step_free=demand.step_free,
        rate=gates.width_m * flow_per_m_s * 60 / PER_MIN,
        batches=inner.batches,
        gates=gates,
        stations=None,
    )
    found: list[Passing] = []
    names: tuple[Inner, Inner] = ("chosen", "guided")
    for by, sent in zip(names, ways, strict=True):
        _, passed = inner.queues(np.where(sent > NOBODY, sent, 0.0))
        many = in_all(passed)
        _check_onward(many, outer, inner.gates, rings[1])
        start = outer.nearest_on, outer.nearest
        if by == "chosen":
            found.append(_passing(passed, many, *start, outer, by))
        shares, sent_on = _guide(passed, many, outer, start, stop)
        found.append(_passing(passed, many, shares, sent_on, outer, by))
    chosen, *guided = found
    best = min(reversed(guided), key=lambda one: round(one.clear_min, 5))
    proof, bound = _bound(inner, out, outer, stop)
    return Onward(
        ring=then.ring,
        exits=gates,
        people=outer.people,
        stranded=float(demand.people[~can].sum()),
        walks=walks,
        chosen=chosen,
        guided=best,
        proof=proof,
        bound_min=min(bound / PER_MIN, best.clear_min),
    )


def _check_onward(many: Floats, outer: Leavers, gates: Exits, ring: str) -> None:
    lost = (many > NOBODY) & ~np.isfinite(outer.walks.on).any(axis=2)
    if lost.any():
        at = int(np.argwhere(lost)[0, 1])
        raise UsageError(
            f"from {gates.id[at]!r} nobody can walk to a gate of ring {ring!r} within two hours: "
            "see that both lie on streets that meet."
        )


def _guide(
    passed: list[Floats], many: Floats, outer: Leavers, start: tuple[Floats, Floats], stop: Stop
) -> tuple[Floats, Floats]:
    """Return (2, E, S) shares of who comes out of each gate, and (M, S) people between."""
    on = slots_of(outer.walks.on)
    where = tuple(np.argwhere(many > NOBODY).T)
    wide = max([outer.batches, *(line.shape[1] + 1 for line in passed)])
    later = np.zeros((1 + len(where[0]), wide))
    later[0, : outer.batches] = outer.later
    for row, (pace, at) in enumerate(zip(*where, strict=True), start=1):
        # who passes in a slot walks on at its end
        left = 1.0 - passed[at][pace] / many[pace, at]
        left = np.where(left > 1e-12, left, 0.0)
        later[row, : len(left) + 1] = np.concatenate([[1.0, 1.0], left[:-1]])
    members = np.flatnonzero(outer.people > 0)
    rows, group = np.unique(outer.slot[members], axis=0, return_inverse=True)
    group = group.reshape(-1)
    leaving = Leaving(
        people=np.concatenate(
            [many[where], np.bincount(group, weights=outer.people[members], minlength=len(rows))]
        ),
        slot=np.concatenate([on[where], rows.reshape(-1, on.shape[2])]),
        rate=outer.rate,
        later=later,
        profile=np.concatenate([1 + np.arange(len(where[0])), np.zeros(len(rows), np.int64)]),
    )
    first = np.zeros(leaving.slot.shape)
    first[: len(where[0])] = start[0][where] * many[where][:, None]
    np.add.at(first, len(where[0]) + group, start[1][members])
    _, share = guide_soonest(leaving, first, stop)
    shares, sent = np.zeros(on.shape), np.zeros(start[1].shape)
    shares[where] = share[: len(where[0])]
    sent[members] = outer.people[members][:, None] * share[len(where[0]) :][group]
    return shares, sent


def _passing(
    passed: list[Floats],
    many: Floats,
    shares: Floats,
    sent: Floats,
    outer: Leavers,
    by: Inner,
) -> Passing:
    """Let people queue at the outer ring."""
    slot = outer.slot
    sent = np.where(sent > NOBODY, sent, 0.0)
    shares = np.where((many > NOBODY)[..., None], shares, 0.0)
    last = int(slot.max(initial=0)) + outer.batches
    come = walk_on(passed, shares, slots_of(outer.walks.on), slots=last)
    for point, to in np.argwhere(sent > 0).tolist():
        begin = int(slot[point, to])
        come[to, begin : begin + outer.batches] += sent[point, to] / outer.batches
    gates = outer.gates
    return Passing(
        by=by,
        on=shares * many[..., None],
        sent=sent,
        gates=tuple(
            crossing(gates, at, rate, queue_of(come[at], rate))
            for at, rate in enumerate(outer.rate.tolist())
        ),
    )


def _bound(inner: Leavers, out: Sent, outer: Leavers, stop: Stop) -> tuple[Proof, float]:
    """Return before when nobody has all out, in slots, and what proves it of the outer ring."""
    on, pace = slots_of(outer.walks.on), inner.step_free.astype(np.int64)
    people = np.concatenate([inner.people, outer.people])
    slot = np.concatenate([over_first(inner.slot, on, pace), outer.slot])
    some = people > 0
    rows, group = np.unique(slot[some], axis=0, return_inverse=True)
    leaving = Leaving(
        people=np.bincount(group.reshape(-1), weights=people[some]),
        slot=rows,
        rate=outer.rate,
        later=outer.later[None, :],
        profile=np.zeros(len(rows), np.int64),
    )
    start = np.zeros(rows.shape)
    near = np.where(rows < 0, NEVER, rows).argmin(axis=1)
    start[np.arange(len(rows)), near] = leaving.people
    found = quickest(leaving, start, stop=stop)
    return found.proof, max(found.bound, out.bound + int(np.where(on < 0, NEVER, on).min()))
