"""Plans with lanes: choose gates and lanes, send people with the least walk, run the queues."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.areas import areas
from placement.cover.instance_builder import Posting
from placement.cover.laned import laned
from placement.cover.survey import Survey
from placement.plan.clock import clock_of
from placement.plan.problem import LanesRule, Plan, Problem
from placement.solution import Admission, Arriving, Gate, RingPassed, Route
from placement.solve.capacitated.assignment import UNIT, Crowds, send
from placement.solve.capacitated.crowds import crowds_of, floors_of, longest_walk_s
from placement.solve.capacitated.lexicographic import by_tier
from placement.solve.capacitated.queueing import queue
from placement.solve.capacitated.state import LanesOutcome, State
from placement.solve.core.incumbent import Start
from placement.solve.core.lexicographic import Staged
from placement.solve.core.stopping import Effort, Stop

DUST = 0.05
"""People who are no queue yet: what rounding leaves at a gate."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Admitted:
    """Who is admitted where, and when.

    Attributes
    ----------
    position
        Of the resource that has lanes.
    people
        (M,) float64, people admitted of each demand point; of people of one area who are worth
        the same and have the same gates in reach, everywhere the same share.
    walk
        People times seconds to the gate they are sent to; those who are not sent, though some
        candidate gate is in their reach, count with the limit.
    worth
        What those sent are worth.
    first
        People sent who come first of people worth the same.
    told
        What the solution says of it.
    """

    position: int
    people: Floats
    walk: float
    worth: float
    first: float
    told: Admission


def solve(
    posts: Posting,
    problem: Problem,
    effort: Effort,
    *,
    start: Start | None = None,
) -> Staged[LanesOutcome]:
    """Choose posts and lanes, tier by tier.

    One resource has lanes; the posts that are returned have the lanes of the plan. "Optimal" is
    within 1e-6 of the objective.
    """
    instance, lanes = laned(problem, posts)
    found, tiers = by_tier(instance, lanes, posts, effort, start=start)
    units = np.where(lanes.gate, np.maximum(found.lanes, lanes.least), posts.units)
    return Staged(outcome=found, tiers=tiers, posts=replace(posts, units=units))


def admission(
    posts: Posting,
    plan: Plan,
    walks: Survey,
    chosen: Ints,
    *,
    shares: Mapping[str, float] = MappingProxyType({}),
    stop: Stop | None = None,
) -> Admitted:
    """Send people to the open gates, most worth first and at last by the least walk; run queues.

    Parameters
    ----------
    posts, plan, walks
        The candidate posts with their lanes, what is asked, and the walks.
    chosen
        Open columns.
    shares
        By resource, the least share of all people to be admitted.
    stop
        As in `placement.solve.capacitated.assignment.send`.
    """
    problem = plan.problem
    position = problem.laned
    rule = None if position is None else problem.resources[position].lanes
    if position is None or rule is None:
        raise ValueError("no resource of the problem has lanes")
    gates = np.intersect1d(chosen, np.flatnonzero(posts.resource == position))
    crowds, places, comings, crowd_of = crowds_of(plan, posts, walks, gates)
    count, whole = posts.units[gates], problem.people_of(position)
    each = problem.lane_people(position)[posts.site[gates]]
    room = each * count / len(rule.shares)
    floors = floors_of(problem, crowd_of, shares)
    sent = send(crowds, room, rule.carry, floors, stop=stop)
    names = [problem.post_id(site, position) for site in posts.site[gates].tolist()]
    told: dict[str, Gate] = {}
    passer, passed = crowds.passing()
    through = sent[passer]
    for at, name in enumerate(names):
        coming = through[passed == at].sum(axis=0) / UNIT
        told[name] = _gate(coming, rule, float(each[at]) * int(count[at]))
    total = int(sent.sum()) / UNIT
    on_foot = float(crowds.walk @ sent.sum(axis=1)) / UNIT
    missed = math.fsum(crowds.people) - total
    given = np.bincount(crowds.crowd, weights=sent.sum(axis=1), minlength=len(crowds.people))
    part = np.append(given / UNIT / crowds.people, 0.0)  # nobody has crowd −1
    stood = areas(plan).names
    return Admitted(
        position=position,
        people=part[crowd_of] * whole,
        walk=on_foot + longest_walk_s(problem) * (missed if missed > 0 else 0.0),
        worth=math.fsum(crowds.worth * given) / UNIT,
        first=int(sent[crowds.first[crowds.crowd]].sum()) / UNIT,
        told=Admission(
            resource=problem.resources[position].id,
            opens=clock_of(rule.opens_min),
            closes=clock_of(rule.closes_min),
            period_min=rule.period_min,
            mean_walk_s=round(on_foot / total, 1) if total else 0.0,
            gates=dict(sorted(told.items())),
            areas=_by_area(stood, places[crowds.crowd[passer]], names, passed, through),
            profiles=_profiles(problem, rule, comings[crowds.crowd], sent),
            rings=_by_ring(problem, told),
            routes=_by_route(stood, places[crowds.crowd], names, crowds, sent),
        ),
    )


def _profiles(problem: Problem, rule: LanesRule, arrival: Ints, sent: Ints) -> dict[str, Arriving]:
    """Say of each profile who comes when and who is sent; nothing where all come by the plan's."""
    demand, served = problem.demand, problem.people_of(problem.laned or 0)
    used = np.unique(demand.arrival[served > 0]).tolist()
    if used in ([], [0]):
        return {}
    found = {}
    for at, (name, shares) in enumerate(rule.profiles.items()):
        if at not in used:
            continue
        people = round(math.fsum(served[demand.arrival == at]), 6)
        # running sums are rounded, so that all of them come
        coming = np.diff(np.rint(people * np.cumsum(shares) * UNIT), prepend=0.0) / UNIT
        found[name] = Arriving(
            people=people,
            coming=tuple(coming.tolist()),
            sent=tuple((sent[arrival == at].sum(axis=0) / UNIT).tolist()),
        )
    return dict(sorted(found.items()))


def _by_area(
    areas: Sequence[str], area: Ints, gates: Sequence[str], gate: Ints, sent: Ints
) -> dict[str, dict[str, tuple[float, ...]]]:
    """Add up whom every area sends to every gate; areas and gates that send nobody are left out."""
    parts: dict[tuple[str, str], Ints] = {}
    for a, g, line in zip(area.tolist(), gate.tolist(), sent, strict=True):
        if line.any():
            key = areas[a], gates[g]
            parts[key] = parts.get(key, np.zeros_like(line)) + line
    found: dict[str, dict[str, tuple[float, ...]]] = {}
    for (name, post), line in sorted(parts.items()):
        found.setdefault(name, {})[post] = tuple((line / UNIT).tolist())
    return found


def _by_ring(problem: Problem, told: Mapping[str, Gate]) -> tuple[RingPassed, ...]:
    """Count who passes each ring, from the outside in; nothing in a plan without rings."""
    rings, position = problem.rings, problem.laned
    if rings is None or position is None:
        return ()
    found = []
    for level, at in enumerate(rings.passed):
        sites = np.flatnonzero(rings.level == level).tolist()
        gates = [name for site in sites if (name := problem.post_id(site, position)) in told]
        people = math.fsum(part for name in gates for part in told[name].sent)
        found.append(RingPassed(ring=rings.names[at], people=round(people, 6), gates=tuple(gates)))
    return tuple(found)


def _by_route(
    areas: Sequence[str], area: Ints, gates: Sequence[str], crowds: Crowds, sent: Ints
) -> dict[str, tuple[Route, ...]]:
    """Add up whom every area sends by every route; nothing in a plan without rings."""
    if crowds.passes is None:
        return {}
    names = [tuple(gates[g] for g in line if g >= 0) for line in crowds.passes.tolist()]
    parts: dict[tuple[str, tuple[str, ...]], Ints] = {}
    for a, g, line in zip(area.tolist(), crowds.gate.tolist(), sent, strict=True):
        if line.any():
            key = areas[a], names[g]
            parts[key] = parts.get(key, np.zeros_like(line)) + line
    found: dict[str, tuple[Route, ...]] = {}
    for (name, route), line in sorted(parts.items()):
        one = Route(gates=route, sent=tuple((line / UNIT).tolist()))
        found[name] = (*found.get(name, ()), one)
    return found


class Worth:
    """What the people are worth whom gates can admit with given lanes, floors left aside."""

    def __init__(self, posts: Posting, problem: Problem) -> None:
        if problem.rings is not None:
            raise ValueError("a network of one gate each does not tell who passes rings")
        instance, lanes = laned(problem, posts)
        self._state = State(instance, lanes, Effort(stop=Stop()))
        gates = self._state.gates
        self._where = posts.site[gates], posts.resource[gates]

    def of(self, units: Ints) -> float:
        """Return the worth where posts have these units, (N, K) int64, 0 where there is none."""
        lanes = units[self._where].astype(np.float64)
        state = self._state
        _, passing = state.flows((lanes > 0).astype(np.float64), lanes, None)
        admitted = state.people(passing)
        each = state.instance.weight[state.rows] / state.lanes.people[state.rows]
        return math.fsum(each * admitted[state.rows])


class WorthSent:
    """The same by sending people, also of a plan with rings, where they pass a gate of each.

    Parameters
    ----------
    posts, plan, walks
        Candidate posts, what is asked, and the walks.
    ranked
        Whether people of floors come first, and then tier by tier, as in a plan that is counted.
    """

    def __init__(self, posts: Posting, plan: Plan, walks: Survey, *, ranked: bool = False) -> None:
        self._posts, self._plan, self._walks = posts, plan, walks
        self._ranked = ranked

    def of(self, units: Ints) -> float:
        """Return the worth where posts have these units, (N, K) int64, 0 where there is none."""
        crowds, _, sent = self._sent(units)
        return math.fsum(crowds.worth[crowds.crowd] * sent.sum(axis=1)) / UNIT

    def through(self, units: Ints) -> Floats:
        """Return (N,) float64, what those are worth who pass each site in a plan of most worth."""
        crowds, gates, sent = self._sent(units)
        way, gate = crowds.passing()
        each = crowds.worth[crowds.crowd] * sent.sum(axis=1) / UNIT
        site = self._posts.site[gates[gate]]
        return np.bincount(site, weights=each[way], minlength=len(self._plan.problem.sites))

    def _sent(self, units: Ints) -> tuple[Crowds, Ints, Ints]:
        """Return who may go where, the columns of the gates, and who is sent on each way."""
        posts, problem = self._posts, self._plan.problem
        position = problem.laned or 0
        rule = problem.resources[position].lanes
        there = units[posts.site, posts.resource]
        gates = np.flatnonzero((posts.resource == position) & (there > 0))
        crowds, _, _, crowd_of = crowds_of(self._plan, posts, self._walks, gates)
        room = problem.lane_people(position)[posts.site[gates]] * there[gates]
        room = room / crowds.shares.shape[1]
        floors = floors_of(problem, crowd_of, {}) if self._ranked else []
        crowds = crowds if self._ranked else replace(crowds, tier=None)
        carry = 0 if rule is None else rule.carry
        return crowds, gates, send(crowds, room, carry, floors, anywhere=True)


def worth_of_lanes(posts: Posting, plan: Plan, walks: Survey) -> Worth | WorthSent:
    """Return what tells how much the people are worth whom gates admit, floors left aside."""
    if plan.problem.rings is None:
        return Worth(posts, plan.problem)
    return WorthSent(posts, plan, walks)


def _gate(coming: Floats, rule: LanesRule, capacity: float) -> Gate:
    """Run the queue of one gate on the figures as they are written."""
    found = queue(coming, capacity, dust=DUST)
    window = rule.closes_min - rule.opens_min
    wait = round(found.longest_wait * window, 1)
    clears = None
    if wait > 0 and len(found.spells):
        last = float(found.spells[-1, 1]) * window
        clears = clock_of(rule.opens_min + math.ceil(min(last, window) - 0.01))
    # running sums are rounded, so that as many pass in all as have come
    passed = np.diff(np.rint(np.cumsum(found.admitted) * UNIT), prepend=0.0)
    return Gate(
        sent=tuple(coming.tolist()),
        admitted=tuple((passed / UNIT).tolist()),
        longest_wait_min=wait,
        clears=clears,
    )
