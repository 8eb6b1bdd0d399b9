"""The audit of lanes: capacity, queues and people told again, by code of its own.

Capacity comes from the plan file's rate, efficiency and window; queues are run
anew from the people that the solution sends to each gate; and one flow of people in time must give
every figure told at once: per area, gate and period, per zone with a floor, and in all.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array, eye_array, hstack, vstack

from placement.arrays import Bools, Floats, Ints
from placement.auditing.entry import headroom_at, longest_walk_s
from placement.auditing.findings import Findings
from placement.auditing.periods import people_of
from placement.auditing.rings import check_rings, through
from placement.auditing.rules import Reach
from placement.auditing.sent import areas_of, check_areas, check_profiles
from placement.counts import counted
from placement.cover.survey import Survey
from placement.plan.problem import LanesRule, Plan, Resource
from placement.solution import Admission, Gate, Post, Solution, Status

_HAIR = 0.05  # people: what is no queue yet, and what shares of six decimals leave open
_HELD = 1e-3  # people: of a tier before, so that the next is not given them
_SAME = 2e-6  # relative: lanes are proven to 1e-6


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Crowd:
    """People alike: the same gates in reach, the same worth, counted by the same rules.

    Attributes
    ----------
    people, worth
        (n,) float64, people of each crowd and what admitting one of them is worth.
    within
        (gates, n) bool.
    walk
        (gates, n) float64, the least walk of anybody of the crowd, seconds.
    slow
        (n,) bool, whether they walk without steps.
    floors
        (floors, n) bool, whether each floor of the resource counts them.
    area
        (n,) int64, position of their area.
    tier
        (n,) int64.
    coming
        (n, periods) float64, how many of them come when.
    arrival
        (n,) int64, position of the profile they come by.
    """

    people: Floats
    worth: Floats
    within: NDArray[np.bool_]
    walk: Floats
    slow: NDArray[np.bool_]
    floors: NDArray[np.bool_]
    area: Ints
    tier: Ints
    coming: Floats
    arrival: Ints


def check_lanes(
    plan: Plan,
    solution: Solution,
    walks: Survey,
    found: list[Reach],
    others: list[float],
    findings: Findings,
) -> None:
    """Check gates, queues, and the people admitted.

    Parameters
    ----------
    plan, solution
        What was asked and told.
    walks
        Where points meet the streets.
    found
        Whom the posts of each resource reach.
    others
        What the objective holds besides people admitted: by tier, and at last what changes cost.
    findings
        Where findings go.
    """
    position, told = plan.problem.laned, solution.lanes
    for post in solution.posts_list:
        laned = position is not None and post.resource == plan.problem.resources[position].id
        findings.require(
            (post.admitted is not None) == laned and (post.longest_wait_min is not None) == laned,
            f"post {post.id!r} has {'no' if laned else 'a'} queue told",
        )
    findings.require(
        (told is None) == (position is None),
        "lanes are told of a plan without" if position is None else "nothing is told of the lanes",
    )
    if told is None or position is None:
        return
    resource = plan.problem.resources[position]
    posts = {post.id: post for post in solution.posts_list if post.resource == resource.id}
    known = _check_window(resource, told, findings)
    findings.require(list(told.gates) == sorted(posts), "the gates told are not those of the posts")
    if not known or list(told.gates) != sorted(posts):
        return
    for name, gate in told.gates.items():
        _check_gate(plan, resource, posts[name], gate, findings)
    _check_people(plan, solution, walks, found[position], others, findings)


def _check_window(resource: Resource, told: Admission, findings: Findings) -> bool:
    """Check what is said of the window; tell whether every gate has a figure for each period."""
    rule = resource.lanes
    periods = 0 if rule is None else len(rule.shares)
    if rule is not None:
        findings.require(
            (told.resource, _minutes(told.opens), _minutes(told.closes))
            == (resource.id, rule.opens_min, rule.closes_min)
            and told.period_min == rule.period_min,
            "the window of the lanes is not the plan's",
        )
    fits = all(len(gate.sent) == len(gate.admitted) == periods for gate in told.gates.values())
    findings.require(fits, f"not every gate has figures for {counted(periods, 'period')}")
    return fits and told.resource == resource.id


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _check_gate(plan: Plan, resource: Resource, post: Post, gate: Gate, findings: Findings) -> None:
    """Run the queue of one gate."""
    given, rule = plan.settings.resources[resource.id].lanes, resource.lanes
    if given is None or rule is None:
        return
    length = given.period_min
    headroom = headroom_at(plan, resource, post.site)
    a_minute = post.units * given.rate_per_h * given.efficiency * headroom / 60
    findings.require(
        a_minute > 0, f"nobody can pass {post.id!r}: it has {counted(post.units, 'lane')}"
    )
    if a_minute <= 0:
        return
    standing, since_cleared, longest = 0.0, 0.0, 0.0
    for number, (sent, passed) in enumerate(zip(gate.sent, gate.admitted, strict=True)):
        flow = sent / length
        left = standing + length * (flow - a_minute)
        if left <= _HAIR:
            if standing > _HAIR:
                since_cleared = length * number + standing / (a_minute - flow)
            left = 0.0
        through = standing + sent - left
        findings.equal(
            f"people passing {post.id!r} in period {number + 1}", passed, through, within=3e-6
        )
        if sent > 0:
            longest = max(longest, standing / a_minute, left / a_minute)
        standing = left
    findings.require(
        standing == 0.0,
        f"{counted(standing, 'person')} still waiting at {post.id!r} when it closes",
    )
    longest_allowed = given.max_wait_min
    findings.require(
        longest <= longest_allowed + _HAIR / a_minute,
        f"people wait {longest:.10g} min at {post.id!r}, at most {longest_allowed} are allowed",
    )
    findings.equal(f"people admitted at {post.id!r}", post.admitted or 0.0, math.fsum(gate.sent))
    for wait in (post.longest_wait_min, gate.longest_wait_min):
        findings.equal(f"longest wait at {post.id!r}", wait or 0.0, longest, within=0.0501)
    for clears in (post.clears, gate.clears):
        findings.require(
            (clears is None) == (gate.longest_wait_min == 0),
            f"when {post.id!r} clears does not fit its longest wait",
        )
        if clears is not None:
            late = _minutes(clears) - rule.opens_min - since_cleared
            findings.require(
                -0.011 <= late <= 1.001, f"post {post.id!r} does not clear at {clears}"
            )


def _crowds_in_reach(plan: Plan, reach: Reach, area: Ints) -> _Crowd | None:
    """Merge people who are alike; None where nobody has an open gate in reach."""
    crowd = _crowds(plan, reach, area) if reach.within[reach.is_open].any() else None
    return crowd if crowd is not None and len(crowd.worth) else None


def _crowds(plan: Plan, reach: Reach, area: Ints) -> _Crowd:
    """Merge people who are alike for every figure that is told."""
    problem = plan.problem
    position = problem.laned
    demand = problem.demand
    floors = [floor.points for floor in problem.floors if floor.resource == position]
    counted = np.zeros((len(floors), len(demand)), dtype=np.bool_)
    for line, points in zip(counted, floors, strict=True):
        line[points] = True
    value = 0.0 if position is None else problem.resources[position].value
    within = reach.within[reach.is_open]
    there = np.flatnonzero((demand.people > 0) & within.any(axis=0))
    key = np.concatenate(
        [within[:, there], demand.step_free[None, there], counted[:, there],
         demand.priority[None, there], area[None, there], demand.tier[None, there],
         demand.arrival[None, there]]
    )  # fmt: skip
    _, first, number = np.unique(key, axis=1, return_index=True, return_inverse=True)
    number = number.ravel()
    size = len(first)
    walk = np.full((len(within), size), np.inf)
    for line, seconds in zip(walk, reach.seconds[reach.is_open][:, there], strict=True):
        np.minimum.at(line, number, seconds)
    people = np.bincount(number, weights=demand.people[there], minlength=size)
    rule = None if position is None else problem.resources[position].lanes
    shares = np.array([[1.0]] if rule is None else list(rule.profiles.values()))
    return _Crowd(
        people=people,
        worth=value * demand.priority[there[first]],
        within=within[:, there[first]],
        walk=walk,
        slow=demand.step_free[there[first]],
        floors=counted[:, there[first]],
        area=area[there[first]],
        tier=demand.tier[there[first]],
        coming=people[:, None] * shares[demand.arrival[there[first]]],
        arrival=demand.arrival[there[first]],
    )


def _check_people(
    plan: Plan,
    solution: Solution,
    walks: Survey,
    reach: Reach,
    others: list[float],
    findings: Findings,
) -> None:
    """Look for one flow of people in time that gives every figure told."""
    problem, told = plan.problem, solution.lanes
    rule = None if problem.laned is None else problem.resources[problem.laned].lanes
    if told is None or problem.laned is None or rule is None:
        return
    resource = problem.resources[problem.laned]
    coverage = solution.coverage.get(resource.id)
    if coverage is None:
        return
    _check_totals(plan, solution, findings)
    periods = len(rule.shares)
    worth = solution.objective - math.fsum(others)
    labels, area = areas_of(plan)
    inward = through(plan, walks, reach, resource.id)
    known = check_areas(plan, solution, reach, (labels, area), findings)
    known &= check_rings(plan, solution, inward, (labels, area), findings)
    if not check_profiles(plan, solution, findings) or not known:
        return
    total, names = coverage.covered, inward.gates
    crowd = _crowds_in_reach(plan, inward.reach, area)
    if crowd is None:
        findings.require(
            total <= _HAIR and abs(worth) <= _HAIR, "people are admitted out of nowhere"
        )
        return
    gate, who, when = _ways(crowd, periods)
    size = len(gate)
    told_there = np.zeros((len(labels), len(names), periods))
    for a, label in enumerate(labels):
        by_way = {route.gates: route.sent for route in told.routes.get(label, ())}
        by_way |= {} if told.rings else {(g,): p for g, p in told.areas.get(label, {}).items()}
        for g, name in enumerate(names):
            told_there[a, g] = by_way.get(name, 0.0)
    cells, at = np.unique(
        (crowd.area[who] * len(names) + gate) * periods + when, return_inverse=True
    )
    passing = csr_array((np.ones(size), (at, np.arange(size))), shape=(len(cells), size))
    there = told_there.ravel()[cells]
    passing_worth = {
        tier.tier: tier.objective - other
        for tier, other in zip(solution.tiers, others, strict=False)
    }
    by_profile, sent_by_profile = _profiles(plan, told, crowd, who, when)
    figures = _figures(plan, solution, crowd, who, worth)
    dearest = max(1.0, float(crowd.worth.max()))
    figures += [
        (crowd.worth[who] * (crowd.tier[who] == tier), mine, _HAIR * dearest)
        for tier, mine in passing_worth.items()
    ]
    lines = csr_array(np.array([line for line, _, _ in figures]))
    wanted = np.array([figure for _, figure, _ in figures])
    slack = np.array([room for _, _, room in figures])
    coming = _coming(crowd, who, when, periods)
    answer = linprog(
        crowd.walk[gate, who],
        A_ub=vstack([coming, passing, -passing, by_profile, -by_profile, lines, -lines]),
        b_ub=np.concatenate(
            [
                crowd.coming.ravel() + 1e-4,
                *(there + 1e-5, 1e-5 - there),
                *(sent_by_profile + 1e-5, 1e-5 - sent_by_profile),
                *(wanted + slack, slack - wanted),
            ]
        ),
        bounds=(0, None),
        method="highs",
    )
    findings.require(
        bool(answer.success), f"no people can be sent to the gates of {resource.id!r} as is told"
    )
    if answer.success:
        least = float(answer.fun) / total if total else 0.0
        findings.require(
            least - 0.06 <= told.mean_walk_s <= longest_walk_s(plan, resource.id) + 0.06,
            f"mean walk to gates is {told.mean_walk_s:.10g} s, least possible {least:.10g} s",
        )
    if solution.status in (Status.OPTIMAL, Status.PROPOSED):
        room = _SAME * max(1.0, abs(solution.objective)) + _HAIR * float(crowd.worth.max())
        before: list[tuple[int, float]] = []
        share = 0.0 if solution.reverse is None else solution.reverse.shares.get(resource.id, 0.0)
        asked = share * math.fsum(people_of(plan, resource.id))
        for tier, mine in passing_worth.items() or [(0, worth)]:
            top = _most(
                plan, reach, crowd, rule, inward.passes, tier=tier, held=before, people=asked
            )
            findings.require(
                top <= mine + room or (math.isinf(top) and solution.status is Status.PROPOSED),
                f"these lanes could admit people worth {top:.10g}, told is {mine:.10g}"
                + (f" of tier {tier}" if tier else ""),
            )
            before.append((tier, mine - _HELD * dearest))


def _profiles(
    plan: Plan, told: Admission, crowd: _Crowd, who: Ints, when: Ints
) -> tuple[csr_array, Floats]:
    """Return the lines that count who of each profile is sent in each period, and those told."""
    resource = plan.problem.resources[plan.problem.laned or 0]
    names = [] if resource.lanes is None else list(resource.lanes.profiles)
    periods = crowd.coming.shape[1]
    kept = [at for at, name in enumerate(names) if name in told.profiles]
    place = np.full(len(names), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    mine = np.flatnonzero(place[crowd.arrival[who]] >= 0)
    line = place[crowd.arrival[who[mine]]] * periods + when[mine]
    lines = csr_array((np.ones(len(mine)), (line, mine)), shape=(len(kept) * periods, len(who)))
    people = [told.profiles[names[at]].sent for at in kept]
    return lines, np.array(people, dtype=np.float64).reshape(-1)


def _figures(
    plan: Plan, solution: Solution, crowd: _Crowd, who: Ints, worth: float
) -> list[tuple[Floats, float, float]]:
    """Return what each way adds to a figure, the figure told, and how far off it may be."""
    problem = plan.problem
    resource = problem.resources[problem.laned or 0]
    coverage = solution.coverage[resource.id]
    figures = [(crowd.worth[who], worth, _HAIR * max(1.0, float(crowd.worth.max())))]
    if coverage.step_free is not None:
        figures.append((crowd.slow[who].astype(np.float64), coverage.step_free.covered, _HAIR))
    mine = [floor for floor in problem.floors if floor.resource == problem.laned]
    for floor, line in zip(mine, crowd.floors, strict=True):
        kept = solution.rules.get(floor.name)
        if kept is not None and kept.reached is not None:
            people = math.fsum(problem.demand.people[floor.points])
            room = _HAIR + 1e-6 * people
            figures.append((line[who].astype(np.float64), kept.reached * people, room))
    return figures


def most_admitted(plan: Plan, walks: Survey, reach: Reach, *, counted: bool = False) -> float:
    """Return the most that people are worth whom the open posts can admit, floors left aside.

    Where they are `counted`, everybody is worth one.
    """
    position = plan.problem.laned
    rule = None if position is None else plan.problem.resources[position].lanes
    if rule is None or not reach.within[reach.is_open].any():
        return 0.0
    nowhere = np.zeros(len(plan.problem.demand), dtype=np.int64)
    inward = through(plan, walks, reach, plan.problem.resources[position or 0].id)
    crowd = _crowds_in_reach(plan, inward.reach, nowhere)
    if crowd is None:
        return 0.0
    if counted:
        crowd = replace(crowd, worth=np.ones(len(crowd.worth)))
    return _most(plan, reach, crowd, rule, inward.passes, floors=False)


def _most(
    plan: Plan,
    reach: Reach,
    crowd: _Crowd,
    rule: LanesRule,
    passes: Bools,
    *,
    floors: bool = True,
    tier: int = 0,
    held: Sequence[tuple[int, float]] = (),
    people: float = 0.0,
) -> float:
    """Return the most that people are worth whom the open lanes can admit, floors kept.

    `passes`, (ways, gates), says which gates people pass on each way of the crowds. Of one tier
    alone, unless it is 0, while those before hold what is said of them, and so many people are
    admitted at least.
    """
    periods = len(rule.shares)
    gate, who, when = _ways(crowd, periods)
    size = len(gate)
    full = rule.full_rate_h * rule.period_min / 60 * reach.units[reach.is_open]
    resource = plan.problem.resources[plan.problem.laned or 0]
    sites = [name.removesuffix(f"/{resource.id}") for name in reach.posts]
    share = np.array([headroom_at(plan, resource, site) for site in sites])
    capacity = full * share[reach.is_open]
    lines = [_coming(crowd, who, when, periods)]
    most: list[Floats] = [crowd.coming.ravel()]
    mine = [floor for floor in plan.problem.floors if floor.resource == plan.problem.laned]
    for floor, whom in zip(mine, crowd.floors, strict=True) if floors else ():
        lines.append(csr_array(-whom[who].astype(np.float64)[None]))
        some = math.fsum(plan.problem.demand.people[floor.points])
        most.append(np.array([_HAIR - floor.share * some]))
    if people:
        lines.append(csr_array(-np.ones((1, size))))
        most.append(np.array([_HAIR + 1e-6 * people - people]))
    for other, least in held:
        lines.append(csr_array((-crowd.worth[who] * (crowd.tier[who] == other))[None]))
        most.append(np.array([-least]))
    # beside the ways stands how many have passed each gate by the end of each period: those of any
    # periods are the difference of two of these, a short line for the solver
    gates = len(capacity)
    passed = eye_array(gates * periods, format="csr")
    between = []
    for start in range(periods):
        for end in range(start, periods):
            line = passed[gates * end : gates * (end + 1)]
            between.append(line - passed[gates * (start - 1) : gates * start] if start else line)
            reach_of = min(end + rule.carry, periods - 1) - start + 1
            most.append(np.asarray(capacity * reach_of, dtype=np.float64))
    at, way = np.nonzero(passes[gate].T)
    new = (np.ones(len(way)), (when[way] * gates + at, way))
    passing = csr_array(new, shape=(gates * periods, size))
    worth = -crowd.worth[who] * (crowd.tier[who] == tier if tier else 1.0)
    best = linprog(
        np.pad(worth, (0, gates * periods)),
        A_ub=block_diag([vstack(lines), vstack(between)], format="csr"),
        b_ub=np.concatenate(most),
        A_eq=hstack([passing, eye_array(gates * periods, k=-gates) - passed]),
        b_eq=np.zeros(gates * periods),
        bounds=(0, None),
        method="highs",
    )
    return -float(best.fun) if best.success else math.inf


def _ways(crowd: _Crowd, periods: int) -> tuple[Ints, Ints, Ints]:
    """Return gate, crowd and period of every way to be admitted."""
    gate, who = np.nonzero(crowd.within)
    when = np.tile(np.arange(periods), len(gate))
    return np.repeat(gate, periods), np.repeat(who, periods), when


def _coming(crowd: _Crowd, who: Ints, when: Ints, periods: int) -> csr_array:
    """Return the lines that count who of each crowd comes in each period."""
    size = len(who)
    shape = (len(crowd.people) * periods, size)
    return csr_array((np.ones(size), (who * periods + when, np.arange(size))), shape=shape)


def _check_totals(plan: Plan, solution: Solution, findings: Findings) -> None:
    """Check all people, and the shares of them."""
    demand = plan.problem.demand
    resource = plan.problem.resources[plan.problem.laned or 0]
    coverage = solution.coverage[resource.id]
    slow = demand.step_free
    findings.require(
        (coverage.step_free is not None) == bool(slow.any())
        and coverage.backup is None
        and coverage.expected is None,
        f"cover by {resource.id!r} is not told as the plan asks",
    )
    people = people_of(plan, resource.id)
    parts = [(coverage.covered, coverage.total, coverage.share, people)]
    if coverage.step_free is not None:
        part = coverage.step_free
        parts.append((part.covered, part.total, part.share, people[slow]))
    for covered, total, share, people in parts:
        all_of_them = math.fsum(people)
        findings.equal(f"people in all for cover by {resource.id!r}", total, all_of_them)
        found = covered / all_of_them if all_of_them else 0.0
        findings.equal(f"share covered by {resource.id!r}", share, found)
