"""From a plan, its solution and a scenario to the nights that are played."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats, Ints
from placement.auditing.recount import to_sites
from placement.cover.area_walks import STEP_FREE
from placement.cover.areas import areas
from placement.cover.survey import survey
from placement.errors import UsageError
from placement.plan.clock import clock_of
from placement.plan.format import nearest
from placement.plan.problem import LanesRule, Plan
from placement.solution import Admission, Post, Solution
from placement.studies.replay.nights import Course
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
    """

    posts: tuple[Post, ...]
    told: Admission
    rule: LanesRule
    site: Ints
    lane_people: Floats


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
    return Gates(posts=posts, told=told, rule=rule, site=site, lane_people=each)


def course_of(plan: Plan, gates: Gates, scenario: Scenario) -> Course:
    """Return what is played.

    Raises
    ------
    UsageError
        If the scenario shuts a gate that is not there, or one twice, or speaks of an area to which
        the solution sends nobody.
    """
    rule, posts = gates.rule, gates.posts
    crowds = _crowds(plan, gates, scenario)
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
    next_gate, next_walk_s = _next_gates(plan, gates, scenario, shuts)
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
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Crowd:
    """People of one gate: how many by period, how long they walk, which share of them comes."""

    people: Floats
    walk_s: float
    show_rate: float


def _crowds(plan: Plan, gates: Gates, scenario: Scenario) -> list[list[_Crowd]]:
    """Return who comes to each gate, by area where areas differ in the scenario."""
    told, rates = gates.told, scenario.show_rates
    walking = scenario.profile_at == "origin"
    if not walking and not rates:
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
    return [
        [
            _Crowd(
                np.array(table[post.id]),
                walks.get((area, post.id), 0.0),
                rates.get(area.removesuffix(STEP_FREE), scenario.show_rate),
            )
            for area, table in told.areas.items()
            if post.id in table
        ]
        for post in gates.posts
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


def _next_gates(plan: Plan, gates: Gates, scenario: Scenario, shuts: Floats) -> tuple[Ints, Floats]:
    """Write down which gates shut, and return the gate to which people of each walk then."""
    posts, rule = gates.posts, gates.rule
    next_gate = np.full(len(posts), -1, dtype=np.int64)
    next_walk_s = np.zeros(len(posts))
    if not scenario.close:
        return next_gate, next_walk_s
    shutting: list[int] = []
    for text in scenario.close:
        closing = closing_of(text)
        at = position_of(closing.gate, [(post.id, post.site) for post in posts])
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
    walks = survey(plan)
    seconds = to_sites(plan, walks, gates.site[shutting], gates.site[others], limit_s=_FARTHEST_S)
    entry = plan.problem.entries.get(plan.problem.laned or 0)
    for row, at in enumerate(shutting):
        if entry is not None:  # whoever enters by this gate must be let in by the next
            theirs = entry.admits[gates.site[at]]
            takes = entry.admits[gates.site[others]][:, theirs].all(axis=1)
            seconds[row, ~takes] = math.inf
        best = int(np.argmin(seconds[row]))
        if not math.isfinite(seconds[row, best]):
            zones = () if entry is None else entry.zones_at(int(gates.site[at]))
            whose = f" by the people of {', '.join(map(repr, zones))}" if zones else ""
            raise UsageError(f"no other gate can be walked to from {posts[at].id}{whose}.")
        next_gate[at], next_walk_s[at] = others[best], seconds[row, best]
    return next_gate, next_walk_s


def position_of(name: str, gates: Sequence[tuple[str, str]]) -> int:
    """Return the position of a gate among the posts and sites of all.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    for at, names in enumerate(gates):
        if name in names:
            return at
    sites = [site for _, site in gates]
    meant = nearest(name, sites)
    listed = ", ".join(sites[:5]) + (", …" if len(sites) > 5 else "")
    hint = f"did you mean {meant!r}?" if meant else f"open are {listed}"
    raise UsageError(f"the solution has no gate {name[:80]!r}; {hint}")
