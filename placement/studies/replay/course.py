"""From a plan, its solution and a scenario to the nights that are played."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.auditing.recount import to_sites
from placement.cover.area_walks import STEP_FREE
from placement.cover.areas import areas
from placement.cover.survey import Survey, survey
from placement.errors import UsageError
from placement.plan.clock import clock_of
from placement.plan.format import nearest
from placement.plan.problem import LanesRule, Plan
from placement.solution import Admission, Post, Solution
from placement.studies.replay.nights import Course, Ways
from placement.studies.replay.scenario import Scenario, closing_of

_MOMENTS = 36  # steps of the window at whose ends queues are counted
_MOST_NAMED = 12  # areas, where one is named that there is not
_FARTHEST_S = 7200.0  # longest walk from a gate that is shut to the next
# Below these nobody could tell the spread of times in a lane, or the time between two trains, from
# none; far below, the numbers drawn would leave the range of a float.
_LEAST_CV, _LEAST_BUNCH_S = 1e-6, 1e-3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Gates:
    """The gates of a solution, in the order of their posts.

    Attributes
    ----------
    posts
        The posts of the resource with lanes.
    told
        Who is sent to them.
    rule
        The plan's rule for lanes.
    site
        (G,) int64, positions of their sites.
    lane_people
        (G,) float64, people one lane admits over the window, as the plan counts.
    level
        (G,) int64, the ring of each among those that screen people, 0 the outermost; 0 without
        rings.
    """

    posts: tuple[Post, ...]
    told: Admission
    rule: LanesRule
    site: Ints
    lane_people: Floats
    level: Ints


def gates_of(plan: Plan, solution: Solution) -> Gates:
    """Return the gates of a solution.

    Raises
    ------
    UsageError
        If the plan has no lanes, or the solution no gates.
    """
    problem = plan.problem
    rule = None if problem.laned is None else problem.resources[problem.laned].lanes
    if rule is None or solution.lanes is None:
        raise UsageError(
            f"{plan.settings.name} has no lanes, so there is no queue to replay: "
            "give a resource the table [resources.<resource>.lanes]."
        )
    told = solution.lanes
    posts = tuple(post for post in solution.posts_list if post.id in told.gates)
    if not posts:
        raise UsageError("the solution opens no gate, so there is no queue to replay.")
    where = {name: at for at, name in enumerate(problem.sites.id)}
    site = np.array([where[post.site] for post in posts], dtype=np.int64)
    each = problem.lane_people(problem.laned or 0)[site]
    rings = problem.rings
    if (rings is None) != (not told.rings):
        raise UsageError(
            "the plan has rings and the solution tells of none, or the other way round: find the "
            "solution again with `place optimise`."
        )
    level = np.zeros(len(site), dtype=np.int64) if rings is None else rings.level[site]
    return Gates(posts=posts, told=told, rule=rule, site=site, lane_people=each, level=level)


def course_of(plan: Plan, gates: Gates, scenario: Scenario) -> Course:
    """Return what is played.

    Raises
    ------
    UsageError
        If the scenario shuts a gate that is not there, or one twice, or speaks of an area to which
        the solution sends nobody.
    """
    rule, posts = gates.rule, gates.posts
    routes = _routes(plan, gates)
    crowds = _crowds(plan, gates, scenario, routes)
    ways = None if routes is None else _ways(plan, gates, routes)
    stretches = [_stretches(crowd, rule) for crowd in crowds]
    shift_s = 60 * scenario.shift_min
    begins = np.concatenate([one[0] for one in stretches]) + shift_s
    ends = np.concatenate([one[1] for one in stretches]) + shift_s
    people = np.concatenate([one[2] for one in stretches])
    coming = np.concatenate([one[3] for one in stretches])
    window_s = 60.0 * (rule.closes_min - rule.opens_min)
    lead_s = max(0.0, -float(begins[people > 0].min(initial=0.0)))
    step_s = window_s / _MOMENTS
    shuts = np.tile([window_s, math.inf, math.inf], (len(posts), 1))
    next_gate, next_walk_s = _next_gates(plan, gates, scenario, shuts, ways)
    failure = scenario.lane_failure
    fails = failure is not None and failure.per_h > 0
    return Course(
        first=np.concatenate([[0], np.cumsum([len(one[0]) for one in stretches])]),
        begins=begins,
        ends=ends,
        people=people,
        shows=np.divide(coming, people, out=np.ones_like(people), where=people > 0),
        lanes=np.array([post.units for post in posts], dtype=np.int64),
        service_s=np.full(len(posts), 3600 / rule.full_rate_h / (1 - scenario.slower)),
        shuts=shuts,
        next_gate=next_gate,
        next_walk_s=next_walk_s,
        variation=scenario.service_cv if scenario.service_cv > _LEAST_CV else 0.0,
        lognormal=scenario.service == "lognormal",
        counted=scenario.people == "counted",
        bunch_s=scenario.bunch_s if scenario.bunch_s > _LEAST_BUNCH_S else 0.0,
        fails_s=3600 / failure.per_h if failure is not None and fails else math.inf,
        down_s=60 * failure.lasts_min if failure is not None else 0.0,
        moments=step_s * np.arange(-math.ceil(lead_s / step_s), _MOMENTS + 1, dtype=np.float64),
        ways=ways,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Crowd:
    """People of one gate: how many by period, how long they walk, which share of them comes."""

    people: Floats
    walk_s: float
    show_rate: float


@dataclass(frozen=True, slots=True, eq=False)
class _Route:
    """Gates one after the other, at whose pace they are walked, and who is sent by area."""

    gates: tuple[int, ...]
    step_free: bool
    sent: dict[str, tuple[float, ...]]


def _routes(plan: Plan, gates: Gates) -> list[_Route] | None:
    """Return the routes through the rings in the order of their gates; None without rings."""
    if plan.problem.rings is None:
        return None
    where = {post.id: at for at, post in enumerate(gates.posts)}
    found: dict[tuple[tuple[int, ...], bool], dict[str, tuple[float, ...]]] = {}
    for area, routes in gates.told.routes.items():
        for route in routes:
            key = tuple(where[gate] for gate in route.gates), area.endswith(STEP_FREE)
            found.setdefault(key, {})[area] = route.sent
    if not found:
        raise UsageError(
            "the solution sends nobody through the rings: there is no queue to replay."
        )
    return [_Route(*key, found[key]) for key in sorted(found)]


def _ways(plan: Plan, gates: Gates, routes: list[_Route]) -> Ways:
    """Return the routes with the walks from each gate to every gate of the next ring inward."""
    many, deepest = len(gates.posts), int(gates.level.max())
    path = np.full((len(routes), deepest + 1), -1, dtype=np.int64)
    for row, route in enumerate(routes):
        path[row, : len(route.gates)] = route.gates
    walk_s = np.full((2, many, many), math.inf)
    ground, walks = _while_open(plan)
    for level in range(deepest):
        outer, inner = (np.flatnonzero(gates.level == one) for one in (level, level + 1))
        for pace in (0, 1):
            walk_s[pace][np.ix_(outer, inner)] = to_sites(
                ground, walks, gates.site[outer], gates.site[inner],
                limit_s=_FARTHEST_S, step_free=pace == 1,
            )  # fmt: skip
    for route in routes:
        for here, there in pairwise(route.gates):
            if not math.isfinite(walk_s[int(route.step_free), here, there]):
                raise UsageError(
                    f"the solution sends people from {gates.posts[here].id} to "
                    f"{gates.posts[there].id}, where the plan has no walk: find it again with "
                    "`place optimise`."
                )
    slow = np.array([route.step_free for route in routes], dtype=np.int64)
    return Ways(gates=path, slow=slow, walk_s=walk_s)


def _crowds(
    plan: Plan, gates: Gates, scenario: Scenario, routes: list[_Route] | None
) -> list[list[_Crowd]]:
    """Return who comes to each gate, or takes each route, by area where areas differ."""
    told, rates = gates.told, scenario.show_rates
    walking = scenario.profile_at == "origin"
    if routes is None and not walking and not rates:
        return [
            [_Crowd(np.array(told.gates[post.id].sent), 0.0, scenario.show_rate)]
            for post in gates.posts
        ]
    if not told.areas:
        raise UsageError(
            "the solution does not tell from which area people are sent, so neither their walks "
            "nor which of them come are known: find it again with `place optimise`, or leave out "
            "--profile-at origin and show_rates."
        )
    known = sorted({name.removesuffix(STEP_FREE) for name in told.areas})
    for name in rates:
        if name not in known:
            meant = nearest(name, known)
            areas = ", ".join(known[:_MOST_NAMED]) + (" …" if len(known) > _MOST_NAMED else ".")
            hint = f"did you mean {meant!r}?" if meant else f"its areas are {areas}"
            raise UsageError(f"show_rates: the solution sends nobody of {name[:80]!r}; {hint}")
    walks = _mean_walks(plan, gates) if walking else {}
    comers: list[tuple[str, dict[str, tuple[float, ...]]]]
    if routes is None:
        comers = [
            (post.id, {area: sent[post.id] for area, sent in told.areas.items() if post.id in sent})
            for post in gates.posts
        ]
    else:
        comers = [(gates.posts[route.gates[0]].id, route.sent) for route in routes]
    return [
        [
            _Crowd(
                np.array(sent),
                walks.get((area, gate), 0.0),
                rates.get(area.removesuffix(STEP_FREE), scenario.show_rate),
            )
            for area, sent in by_area.items()
        ]
        for gate, by_area in comers
    ]


def _mean_walks(plan: Plan, gates: Gates) -> dict[tuple[str, str], float]:
    """Return how long people of each area walk to each of their gates on average, seconds."""
    told = gates.told
    found = areas(plan)
    walks = survey(plan).walk[told.resource].tocsc()
    people = plan.problem.demand.people
    result = {}
    for post, site in zip(gates.posts, gates.site.tolist(), strict=True):
        column = slice(walks.indptr[site], walks.indptr[site + 1])
        point, seconds = walks.indices[column], walks.data[column]
        for area, table in told.areas.items():
            if post.id in table:
                there = found.of[point] == found.names.index(area)
                weights = people[point[there]]
                walk = float(np.average(seconds[there], weights=weights)) if weights.any() else 0.0
                result[area, post.id] = walk
    return result


def _stretches(crowds: list[_Crowd], rule: LanesRule) -> tuple[Floats, Floats, Floats, Floats]:
    """Return stretches of time in which people come to a gate at a steady rate.

    They are the periods of each crowd, whose people set out together, when they have walked: where
    each begins and ends, of how many people, and how many of these come on average.
    """
    period_s = 60.0 * rule.period_min
    edges = period_s * np.arange(len(rule.shares) + 1, dtype=np.float64)
    knots = np.unique(np.concatenate([edges + crowd.walk_s for crowd in crowds]))
    people, coming = np.zeros(len(knots) - 1), np.zeros(len(knots) - 1)
    lasts = np.diff(knots)
    for crowd in crowds:
        period = np.searchsorted(edges + crowd.walk_s, knots[:-1], side="right") - 1
        inside = (period >= 0) & (period < len(crowd.people))
        theirs = crowd.people[period[inside]] * (lasts[inside] / period_s)
        people[inside] += theirs
        coming[inside] += theirs * crowd.show_rate
    return knots[:-1], knots[1:], people, coming


def _next_gates(
    plan: Plan, gates: Gates, scenario: Scenario, shuts: Floats, ways: Ways | None
) -> tuple[Ints, Floats]:
    """Write down which gates shut, and return the gate to which people of each walk then.

    With rings it is one of the same ring, from which all of them get to the next gate of their way.
    """
    posts, rule = gates.posts, gates.rule
    next_gate = np.full(len(posts), -1, dtype=np.int64)
    next_walk_s = np.zeros(len(posts))
    if not scenario.close:
        return next_gate, next_walk_s
    shutting: list[int] = []
    for text in scenario.close:
        closing = closing_of(text)
        at = position_of(closing.gate, posts)
        if at in shutting:
            raise UsageError(f"{posts[at].id} shuts twice; give one time for each gate.")
        if not rule.opens_min <= closing.begins_min < rule.closes_min:
            raise UsageError(
                f"{text!r} is outside the time when lanes are open, {clock_of(rule.opens_min)} to "
                f"{clock_of(rule.closes_min)}."
            )
        shutting.append(at)
        shuts[at, 1:] = [60.0 * (minute - rule.opens_min)
                         for minute in (closing.begins_min, closing.ends_min)]  # fmt: skip
    others = np.setdiff1d(np.arange(len(posts)), shutting)
    if len(others) == 0:
        raise UsageError("every gate shuts, so there is none to walk to; leave one open.")
    ground, walks = _while_open(plan)
    seconds = to_sites(ground, walks, gates.site[shutting], gates.site[others], limit_s=_FARTHEST_S)
    entry = plan.problem.entries.get(plan.problem.laned or 0)
    for row, at in enumerate(shutting):
        if entry is not None:  # whoever enters by this gate must be let in by the next
            theirs = entry.admits[gates.site[at]]
            takes = entry.admits[gates.site[others]][:, theirs].all(axis=1)
            seconds[row, ~takes] = math.inf
        if ways is not None:
            seconds[row, ~_leads_on(ways, gates.level, at, others)] = math.inf
        best = int(np.argmin(seconds[row]))
        if not math.isfinite(seconds[row, best]):
            zones = () if entry is None else entry.zones_at(int(gates.site[at]))
            whose = f" by the people of {', '.join(map(repr, zones))}" if zones else ""
            ring = "" if ways is None else " of its ring"
            raise UsageError(f"no other gate{ring} can be walked to from {posts[at].id}{whose}.")
        next_gate[at], next_walk_s[at] = others[best], seconds[row, best]
    return next_gate, next_walk_s


def _while_open(plan: Plan) -> tuple[Plan, Survey]:
    """Return a plan on the ground of the period in which lanes are open, and its survey."""
    ground = plan if plan.screening is None else plan.screening.plan
    return ground, survey(ground)


def _leads_on(ways: Ways, level: Ints, at: int, others: Ints) -> Bools:
    """Tell which gates stand in the ring of one and lead to the next gate of all who take that."""
    takes = np.asarray(level[others] == level[at])
    column = int(level[at])
    if column + 1 < ways.gates.shape[1]:
        for way in np.flatnonzero(ways.gates[:, column] == at).tolist():
            inward = ways.gates[way, column + 1]
            if inward >= 0:
                takes &= np.isfinite(ways.walk_s[ways.slow[way], others, inward])
    return takes


def position_of(name: str, gates: Sequence[Post]) -> int:
    """Return the position of a gate among all, by its post or its site.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    for at, post in enumerate(gates):
        if name in {post.id, post.site}:
            return at
    sites = [post.site for post in gates]
    meant = nearest(name, sites)
    listed = ", ".join(sites[:5]) + (", …" if len(sites) > 5 else "")
    hint = f"did you mean {meant!r}?" if meant else f"open are {listed}"
    raise UsageError(f"the solution has no gate {name[:80]!r}; {hint}")
