"""The audit of a roster: minute by minute, from what its file says and nothing else.

It shares no code with the model or the search: who stands where is laid out by the minute, walks
are measured anew by scipy's Dijkstra, and rests are looked for in every window of time.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from placement.arrays import Floats, Ints
from placement.auditing.findings import TENTH, WRITTEN, Findings
from placement.auditing.lanes import most_admitted
from placement.auditing.open_ground import straight_walks
from placement.auditing.recount import walks_between
from placement.auditing.rules import Reach, reaches
from placement.counts import counted
from placement.cover.ground import barriers, ground, water
from placement.cover.survey import survey
from placement.plan.problem import Plan
from placement.plan.rest_places import RestPlaces
from placement.solution import Solution
from placement.streets import snap

_DAY_MIN = 24 * 60
_LIMIT_S = 1800.0
_HALF = 0.5
_FLOW = 1e-8  # relative: how near two programs of the same flow are to each other


def audit_roster(
    plan: Plan, solution: Solution, told: Mapping[str, Any], rest: RestPlaces | None = None
) -> tuple[str, ...]:
    """Return a sentence for everything in a roster that does not hold, none where all does.

    Parameters
    ----------
    plan, solution
        What was asked and chosen.
    told
        The content of ``roster.json``.
    rest
        The rest places; None where teams rest at their posts.
    """
    findings = Findings()
    begins, ends = _minutes(told["begins"]), _minutes(told["ends"])
    duties = [
        one | {key: _minutes(one[key]) for key in ("leaves", "on", "off", "back")}
        for one in told["duties"]
    ]
    _check_posts(solution, told, findings)
    _check_covered(plan, solution, told, findings)
    _check_held(told, duties, begins, ends, findings)
    _check_walks(plan, told, duties, rest, findings)
    lines: dict[str, list[dict[str, Any]]] = {}
    for duty in duties:
        lines.setdefault(duty["team"], []).append(duty)
    for team, line in sorted(lines.items()):
        _check_line(team, sorted(line, key=lambda one: one["leaves"]), told, findings)
    _check_teams(told, lines, duties, ends - begins, findings)
    return tuple(findings.found)


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return 60 * int(hours) + int(minutes)


def _check_posts(solution: Solution, told: Mapping[str, Any], findings: Findings) -> None:
    """Check that every post of the resource is held or said to be empty."""
    there = {
        f"{post.site}/{post.resource}": (post.units, math.ceil(round(post.cost, 6)))
        for post in solution.posts_list
        if post.resource == told["resource"]
    }
    findings.require(bool(there), f"the solution has no post of {told['resource']!r}")
    findings.require(
        set(told["positions"]) == set(there), "the posts are not those of the solution"
    )
    by_cost = told["count"] == "cost"
    for post, positions in told["positions"].items():
        wanted = there.get(post, (0, 0))[by_cost]
        findings.require(
            positions == wanted,
            f"{post} has {counted(positions, 'position')}, {wanted} by the solution",
        )


def _check_covered(
    plan: Plan, solution: Solution, told: Mapping[str, Any], findings: Findings
) -> None:
    """Count anew whom the posts that are held cover."""
    covered, empty = told["covered"], set(told["empty"])
    findings.require(
        (covered is None) == (not empty), "posts are empty, and nothing says whom that leaves"
    )
    findings.require(empty <= set(told["positions"]), "a post is empty that there is not")
    if covered is None:
        return
    kind = plan.problem.resource_index(told["resource"])
    reach = reaches(plan, solution, survey(plan))[kind]
    held = np.array([post in told["positions"] and post not in empty for post in reach.posts])
    for key, mine in (("people", held), ("promised", reach.is_open)):
        recomputed = _people_covered(plan, kind, replace(reach, is_open=mine))
        findings.equal(
            f"people covered ({key})", covered[key], recomputed, within=WRITTEN + _FLOW * recomputed
        )
    if covered["bound"] is not None:
        findings.require(
            covered["bound"] >= covered["people"] - _HALF, "a bound is below the people covered"
        )


def _people_covered(plan: Plan, kind: int, reach: Reach) -> float:
    """Return how many people open posts reach, or their lanes let in."""
    if kind == plan.problem.laned:
        return most_admitted(plan, survey(plan), reach, counted=True)
    return math.fsum(plan.problem.demand.people[reach.within[reach.is_open].any(axis=0)])


def _check_held(
    told: Mapping[str, Any],
    duties: Sequence[Mapping[str, Any]],
    begins: int,
    ends: int,
    findings: Findings,
) -> None:
    """Check each position minute by minute: held throughout, and handed over side by side."""
    handover = told["rules"]["handover_min"]
    empty = set(told["empty"])
    for post, positions in told["positions"].items():
        for position in range(1, positions + 1):
            mine = sorted(
                (one["on"], one["off"])
                for one in duties
                if (one["post"], one["position"]) == (post, position)
            )
            what = f"position {position} of {post}"
            if post in empty:
                findings.require(not mine, f"{what} is said to be empty, and has duties")
                continue
            there = np.zeros(ends - begins, dtype=np.int64)
            for on, off in mine:
                findings.require(
                    begins <= on < off <= ends, f"a duty at {what} is not within the event"
                )
                there[max(0, on - begins) : max(0, off - begins)] += 1
            bare = np.flatnonzero(there == 0)
            findings.require(
                not len(bare),
                f"{what} is empty for {counted(len(bare), 'minute')}, at first at minute "
                f"{bare[0] if len(bare) else 0} of the event",
            )
            # besides the handovers one team stands there
            for at in range(1, len(mine)):
                together = mine[at - 1][1] - mine[at][0]
                findings.require(
                    together >= handover,
                    f"at {what} teams hand over for {counted(together, 'minute')}, not for "
                    f"{handover}",
                )


def _check_line(
    team: str, line: Sequence[Mapping[str, Any]], told: Mapping[str, Any], findings: Findings
) -> None:
    """Check what one team does."""
    rules = told["rules"]
    first, last = line[0]["leaves"], line[-1]["back"]
    worked = np.zeros(last - first + 1, dtype=np.int64)  # minutes at posts before each minute
    away = np.zeros(last - first, dtype=np.bool_)
    for one in line:
        findings.require(
            0 < one["off"] - one["on"] <= rules["work_min"],
            f"{team} stands at {one['post']} for {counted(one['off'] - one['on'], 'minute')} in "
            "one go",
        )
        findings.require(
            not away[one["leaves"] - first : one["back"] - first].any(),
            f"{team} is in two places at once",
        )
        away[one["leaves"] - first : one["back"] - first] = True
        worked[one["on"] - first + 1 : one["off"] - first + 1] += 1
    for before, after in itertools.pairwise(line):
        pause = after["leaves"] - before["back"]
        findings.require(
            pause >= rules["rest_min"],
            f"{team} rests for {counted(pause, 'minute')} after {before['post']}",
        )
    total = np.cumsum(worked)
    if rules["cap_min"] is not None:
        shifted = np.concatenate([np.zeros(_DAY_MIN, np.int64), total])[: len(total)]
        most = int((total - shifted).max())
        findings.require(
            most <= rules["cap_min"], f"{team} works for {counted(most, 'minute')} in 24 hours"
        )
    spans = []
    if rules["break_min"] is not None:
        spans.append((rules["break_min"], rules["within_min"]))
    most = _DAY_MIN - rules["daily_rest_min"]
    if rules["daily_rest_min"]:
        shift = most if rules["shift_min"] is None else rules["shift_min"]
        spans.append((rules["daily_rest_min"], min(most, shift)))
    for long, within in spans:
        findings.require(
            _longest_without(away, long) <= within,
            f"{team} has no rest of {counted(long, 'minute')} within {counted(within, 'minute')}",
        )


def _longest_without(away: np.ndarray[Any, Any], rest: int) -> int:
    """Return the longest time without so many free minutes in a row."""
    longest, since, free = 0, 0, 0
    for minute, busy in enumerate(away.tolist()):
        if not busy:
            free += 1
            continue
        if free >= rest and minute:
            since = minute
        free = 0
        longest = max(longest, minute + 1 - since)
    return longest


def _check_walks(
    plan: Plan,
    told: Mapping[str, Any],
    duties: Sequence[Mapping[str, Any]],
    rest: RestPlaces | None,
    findings: Findings,
) -> None:
    """Check which rest place serves a post, how long the walks are, and that there is time."""
    site = {name: at for at, name in enumerate(plan.problem.sites.id)}
    base_of = {team: base for base in told["bases"] for team in base["teams"]}
    posts = sorted(told["positions"])
    measured: dict[tuple[str, str], tuple[float, float]] = {}
    if rest is not None:
        where = np.array([site[post.rpartition("/")[0]] for post in posts])
        out, back = (_measured(plan, rest, where, outward=way) for way in (True, False))
        for column, post in enumerate(posts):
            for row, place in enumerate(rest.id):
                measured[place, post] = out[row, column], back[row, column]
    for base in told["bases"]:
        for post in base["out_s"]:
            if rest is None:
                findings.require(
                    base["id"] == post.rpartition("/")[0], f"{post} rests at another post"
                )
                seconds = (0.0, 0.0)
            else:
                seconds = measured.get((base["id"], post), (math.inf, math.inf))
                nearest = min(sum(measured.get((place, post), (0.0, 0.0))) for place in rest.id)
                findings.require(
                    sum(seconds) <= nearest + 2 * TENTH,
                    f"{base['id']} is not the rest place nearest to {post}",
                )
            for key, found in zip(("out_s", "back_s"), seconds, strict=True):
                findings.equal(f"{key} of {post}", base[key][post], found, within=TENTH)
    served = [post for base in told["bases"] for post in base["out_s"]]
    wanted = set(told["positions"]) - set(told["empty"])
    findings.require(
        len(served) == len(set(served)) and wanted <= set(served),
        "not every post has one rest place",
    )
    for duty in duties:
        _check_walk(duty, base_of.get(duty["team"]), findings)


def _check_walk(
    duty: Mapping[str, Any], base: Mapping[str, Any] | None, findings: Findings
) -> None:
    """Check that a team serves a post of its rest place, and has time to walk there and back."""
    known = base is not None and duty["post"] in base["out_s"]
    findings.require(known, f"{duty['team']} serves {duty['post']} from another rest place")
    if base is None or not known:
        return
    ways = (
        (duty["on"] - duty["leaves"], base["out_s"][duty["post"]]),
        (duty["back"] - duty["off"], base["back_s"][duty["post"]]),
    )
    for minutes, seconds in ways:
        findings.require(
            60 * minutes >= seconds - TENTH,
            f"{duty['team']} has {counted(minutes, 'minute')} for a walk of {seconds:g} s",
        )


def _measured(plan: Plan, rest: RestPlaces, where: Ints, *, outward: bool) -> Floats:
    """Return (rest places × posts) seconds, there or back."""
    sites, walking = plan.problem.sites, plan.settings.walking
    if plan.streets is None:
        apart = rest.xy[:, None, :] - sites.xy[where][None, :, :]
        metres = np.sqrt((apart**2).sum(axis=2))
        return np.asarray(metres * walking.detour_factor / walking.speed_m_s)
    surface = ground(plan, at=plan.at).plain
    met = snap(
        surface.streets,
        rest.xy,
        level=rest.level,
        water=water(plan),
        barriers=barriers(plan),
        max_m=walking.snap_m,
    )
    theirs = surface.sites.take(where)
    on_streets = walks_between(surface.streets, met, theirs, limit_s=_LIMIT_S, outward=outward)
    straight = straight_walks(
        plan,
        surface.streets,
        (rest.xy, rest.level, met),
        (sites.xy[where], sites.level[where], theirs),
        at=plan.at,
    )
    return np.minimum(on_streets, straight)


def _check_teams(
    told: Mapping[str, Any],
    lines: Mapping[str, Sequence[Mapping[str, Any]]],
    duties: Sequence[Mapping[str, Any]],
    minutes: int,
    findings: Findings,
) -> None:
    """Check how many teams there are, and that no bound is above what there is."""
    named = [team for base in told["bases"] for team in base["teams"]]
    findings.require(
        len(named) == len(set(named)) == told["teams"], "teams are not named once each"
    )
    findings.require(set(lines) <= set(named), "a team with duties has no rest place")
    findings.require(not set(told["spare"]) & set(named), "a spare team has duties")
    bounds = [base["bound"] for base in told["bases"]]
    findings.require(sum(bounds) == told["bound"], "the bound is not the sum of its parts")
    findings.require(
        all(base["bound"] <= len(base["teams"]) for base in told["bases"]),
        "a bound is above the number of teams",
    )
    covered = told["covered"]
    optimal = told["bound"] == told["teams"]
    if covered is not None:
        known = covered["bound"] is not None
        optimal = known and covered["bound"] - covered["people"] < _HALF
    findings.require((told["status"] == "optimal") == optimal, f"the status is {told['status']!r}")
    worked = sum(one["off"] - one["on"] for one in duties)
    cap = told["rules"]["cap_min"]
    if cap is not None and minutes <= _DAY_MIN:
        findings.require(
            worked <= cap * told["teams"], "the teams work longer than their caps allow"
        )
