"""Plans with lanes: choose gates and lanes, send people with the least walk, run the queues."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.areas import areas
from placement.cover.instance import Instance, Rule
from placement.cover.instance_builder import Posting
from placement.cover.laned import laned
from placement.cover.lanes import Lanes
from placement.cover.survey import Survey
from placement.errors import InfeasibleError
from placement.plan.clock import clock_of
from placement.plan.problem import LanesRule, Plan, Problem
from placement.solution import Admission, Arriving, Gate, Tier
from placement.solve.capacitated.assignment import UNIT, send
from placement.solve.capacitated.crowds import crowds_of, floors_of
from placement.solve.capacitated.lexicographic import by_tier
from placement.solve.capacitated.queueing import queue
from placement.solve.capacitated.solver import impossible, solve_lanes
from placement.solve.capacitated.state import Guide, Known, LanesOutcome
from placement.solve.core.stopping import Progress, Stop

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
    *,
    stop: Stop,
    gap: float,
    seed: int,
    warm: tuple[Ints, Ints] | None = None,
    passing: Floats | None = None,
    progress: Progress | None = None,
) -> tuple[LanesOutcome, Posting, tuple[Tier, ...]]:
    """Choose posts and lanes, tier by tier.

    Parameters
    ----------
    posts, problem
        The candidate posts, and what is asked; one resource has lanes.
    stop, gap, seed, warm, passing, progress
        As in `placement.solve.capacitated.solver.solve_lanes`.

    Returns
    -------
    outcome
        Columns, lanes and proof; "optimal" is within 1e-6 of the objective.
    posts
        The same candidate posts, those of the plan with the lanes it gives them.
    tiers
        Each by itself; empty in a plan without tiers.
    """
    instance, lanes = laned(problem, posts)
    found, tiers = by_tier(
        instance, lanes, posts, stop=stop, gap=gap, seed=seed, warm=warm, passing=passing,
        progress=progress,
    )  # fmt: skip
    units = np.where(lanes.gate, np.maximum(found.lanes, lanes.least), posts.units)
    return found, replace(posts, units=units), tiers


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

    Returns
    -------
    Admitted
    """
    problem = plan.problem
    position = problem.laned
    rule = None if position is None else problem.resources[position].lanes
    if position is None or rule is None:
        raise ValueError("no resource of the problem has lanes")
    gates = np.intersect1d(chosen, np.flatnonzero(posts.resource == position))
    crowds, places, comings, crowd_of = crowds_of(plan, posts, walks, gates)
    count, whole = posts.units[gates], problem.demand.people
    room = rule.lane_people * count / len(rule.shares)
    floors = floors_of(problem, crowd_of, shares)
    sent = send(crowds, room, rule.carry, floors, stop=stop)
    names = [problem.post_id(site, position) for site in posts.site[gates].tolist()]
    told: dict[str, Gate] = {}
    for at, name in enumerate(names):
        coming = sent[crowds.gate == at].sum(axis=0) / UNIT
        told[name] = _gate(coming, rule, int(count[at]))
    total = int(sent.sum()) / UNIT
    on_foot = float(crowds.walk @ sent.sum(axis=1)) / UNIT
    missed = math.fsum(crowds.people) - total
    given = np.bincount(crowds.crowd, weights=sent.sum(axis=1), minlength=len(crowds.people))
    part = np.append(given / UNIT / crowds.people, 0.0)  # nobody has crowd −1
    return Admitted(
        position=position,
        people=part[crowd_of] * whole,
        walk=on_foot + problem.resources[position].walk_limit_s * (missed if missed > 0 else 0.0),
        worth=math.fsum(crowds.worth * given) / UNIT,
        first=int(sent[crowds.first[crowds.crowd]].sum()) / UNIT,
        told=Admission(
            resource=problem.resources[position].id,
            opens=clock_of(rule.opens_min),
            closes=clock_of(rule.closes_min),
            period_min=rule.period_min,
            mean_walk_s=round(on_foot / total, 1) if total else 0.0,
            gates=dict(sorted(told.items())),
            areas=_by_area(areas(plan).names, places[crowds.crowd], names, crowds.gate, sent),
            profiles=_profiles(problem, rule, comings[crowds.crowd], sent),
        ),
    )


def _profiles(problem: Problem, rule: LanesRule, arrival: Ints, sent: Ints) -> dict[str, Arriving]:
    """Say of each profile who comes when and who is sent; nothing where all come by the plan's."""
    demand = problem.demand
    used = np.unique(demand.arrival[demand.people > 0]).tolist()
    if used in ([], [0]):
        return {}
    found = {}
    for at, (name, shares) in enumerate(rule.profiles.items()):
        if at not in used:
            continue
        people = round(math.fsum(demand.people[demand.arrival == at]), 6)
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


class Worth:
    """What the people are worth whom gates can admit with given lanes, floors left aside.

    Parameters
    ----------
    posts, problem
        The candidate posts, and what is asked; one resource has lanes.
    """

    def __init__(self, posts: Posting, problem: Problem) -> None:
        instance, lanes = laned(problem, posts)
        self._known = Known(instance, lanes, stop=Stop(), gap=0.0, progress=None)
        gates = self._known.gates
        self._where = posts.site[gates], posts.resource[gates]

    def of(self, units: Ints) -> float:
        """Return the worth where posts have these units, (N, K) int64, 0 where there is none."""
        lanes = units[self._where].astype(np.float64)
        known = self._known
        _, passing = known.flows((lanes > 0).astype(np.float64), lanes, None)
        admitted = known.people(passing)
        each = known.instance.weight[known.rows] / known.lanes.people[known.rows]
        return math.fsum(each * admitted[known.rows])


def conflict(problem: Problem, posts: Posting, *, stop: Stop) -> InfeasibleError:
    """Return the error that names rules that no plan with lanes can keep together.

    Floors that differ in their zone alone are taken together. As long as the relaxation still shows
    that the others clash, rules are left out; it never shows that they do not, so what is named may
    hold more than is needed.

    Parameters
    ----------
    problem, posts
        The candidate posts, and what is asked; no plan keeps every rule.
    stop
        When to stop.
    """
    instance, lanes = laned(problem, posts)
    rest, named = instance, []
    alike = _alike(problem)
    floors = {name for names in alike.values() for name in names}
    alike |= {rule.name: {rule.name} for rule in instance.rules if rule.name not in floors}
    for name, names in alike.items():
        without = tuple(rule for rule in rest.rules if rule.name not in names)
        fewer = replace(rest, rules=without)
        if impossible(fewer, lanes, stop=stop):
            rest = fewer
        else:
            named.append(name)
    remedies: tuple[str, ...] = ()
    if rest is not instance or impossible(instance, lanes, stop=stop):
        low = _too_little(instance, lanes, stop=stop)
        if low is None:
            remedies = ("no budget would do",)
        elif low > instance.budget:
            remedies = (f"no budget up to {low:.10g} would do",)
    rules = (f"budget {problem.budget:.10g}", *named)
    if problem.laned is not None:
        rules += (f"resources.{problem.resources[problem.laned].id}.lanes",)
    return InfeasibleError(
        f"no plan keeps every rule: {', '.join(rules)} are conflicting (some of them may not be "
        f"needed for it, and other rules may add to it){''.join(f'; {one}' for one in remedies)}.",
        rules=rules,
        remedies=remedies,
    )


def _alike(problem: Problem) -> dict[str, set[str]]:
    """Return the names of floors that differ in their zone alone, by what to call them together."""
    demand = problem.demand
    found: dict[str, dict[str, str]] = {}
    for floor in problem.floors:
        zone = f"zone {demand.zones[demand.zone[floor.points[0]]]!r}"
        found.setdefault(floor.name.replace(zone, "{}"), {})[floor.name] = zone
    return {
        words.replace(
            "{}", next(iter(names.values())) if len(names) == 1 else f"{len(names)} zones"
        ): set(names)
        for words, names in found.items()
    }


def _too_little(instance: Instance, lanes: Lanes, *, stop: Stop) -> float | None:
    """Return a budget that is shown to be too small, by bisection; None if every one is."""
    low = math.floor(instance.budget)
    high = math.ceil(math.fsum(instance.cost) + math.fsum(lanes.lane_cost * lanes.most))
    if impossible(instance.with_budget(high), lanes, stop=stop):
        return None
    while high - low > max(1, low // 100) and not stop.reached():
        middle = (low + high) // 2
        if impossible(instance.with_budget(middle), lanes, stop=stop):
            low = middle
        else:
            high = middle
    return float(low)


def _gate(coming: Floats, rule: LanesRule, lanes: int) -> Gate:
    """Run the queue of one gate on the figures as they are written."""
    found = queue(coming, rule.lane_people * lanes, dust=DUST)
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


def unreachable(
    problem: Problem, posts: Posting, shares: Mapping[str, Rule], *, stop: Stop
) -> InfeasibleError:
    """Return the error that says how much can be reached where shares cannot, whatever it costs.

    Parameters
    ----------
    problem, posts
        What is asked, and the candidate posts without rules for the shares.
    shares
        By resource, the rule that it covers its share of all people.
    stop
        When to stop.
    """
    instance, lanes = laned(problem, posts)
    free = instance.with_budget(math.fsum(instance.cost) + math.fsum(lanes.lane_cost * lanes.most))
    if impossible(free, lanes, stop=stop.share(0.3)):
        return conflict(problem, posts, stop=stop)
    total = math.fsum(problem.demand.people) or 1.0
    alone = {
        resource: _most(problem, posts, free, lanes, resource=resource, stop=stop)
        for resource in shares
    }
    out_of_reach = [name for name, (_, most) in alone.items() if most < -shares[name].most]
    said = [_reach(name, alone[name], total, "") for name in out_of_reach]
    for resource in () if out_of_reach else shares:  # each can be reached, but not all
        others = tuple(rule for name, rule in shares.items() if name != resource)
        beside = replace(free, rules=(*free.rules, *others))
        words = " and ".join(rule.name.removeprefix("share ") for rule in others)
        most = _most(problem, posts, beside, lanes, resource=resource, stop=stop)
        said.append(_reach(resource, most, total, f" beside {words}" if words else ""))
    rules = tuple(shares[name].name for name in out_of_reach or shares)
    return InfeasibleError(
        f"no plan reaches {', '.join(rules)}, whatever it costs: {'; '.join(said)}.",
        rules=rules,
        remedies=tuple(said),
    )


def _most(
    problem: Problem, posts: Posting, instance: Instance, lanes: Lanes, *, resource: str, stop: Stop
) -> tuple[float, float]:
    """Return the most people a resource can cover: of a plan, and at most."""
    mine = posts.row_resource == problem.resource_index(resource)
    none = np.zeros((instance.rows, 0))
    counted = replace(instance, weight=np.where(mine, posts.people, 0.0), gains=none)
    # the search must see the people whom rules count, too
    seen = Guide(
        instance=replace(counted, weight=posts.people.astype(np.float64)),
        first=(lanes.people > 0).astype(np.float64),
    )
    most = solve_lanes(counted, lanes, stop=stop.share(0.4), guide=seen)
    return max(0.0, most.objective), max(0.0, most.bound)


def _reach(resource: str, most: tuple[float, float], total: float, beside: str) -> str:
    low, high = (math.floor(people / total * 1e6) / 1e6 for people in most)
    reach = f"{low:.6g}" if low == high else f"between {low:.6g} and {high:.6g}"
    return f"{resource} can reach {reach} at most{beside}"
