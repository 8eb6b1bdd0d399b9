"""The audit of the plan's further rules: floors, groups, separation, agreed posts and changes."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.auditing.entry import going_on, may_enter
from placement.auditing.findings import AT_LIMIT, WRITTEN, Findings
from placement.auditing.recount import to_demand, to_sites
from placement.auditing.sealed import check_sealed
from placement.counts import counted
from placement.cover.survey import Survey
from placement.plan.problem import Plan, Problem
from placement.solution import Kept, Solution

_HAIR = 1e-5  # of a person, or of all people where they are less than one
_OF_FLOWS = 0.05  # of the objective: how near two flows of people in time are to each other


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reach:
    """Whom the posts of one resource reach, those that closed included.

    Attributes
    ----------
    posts
        Identifiers of the n posts.
    site
        (n,) int64, positions of their sites.
    is_open
        (n,) bool, False for a post that closed.
    units
        (n,) int64, 0 for a post that closed.
    least
        (n,) int64, units it would be opened with.
    seconds
        (n, M) float64, walks to the demand points, infinite where the people may not enter there.
    within
        (n, M) bool, whether the walk is within the limit.
    """

    posts: tuple[str, ...]
    site: Ints
    is_open: Bools
    units: Ints
    least: Ints
    seconds: Floats
    within: Bools


def reaches(plan: Plan, solution: Solution, walks: Survey) -> list[Reach]:
    """Measure whom the posts of each resource reach, in the order of the resources."""
    problem = plan.problem
    position = {site: n for n, site in enumerate(problem.sites.id)}
    found = []
    for k, resource in enumerate(problem.resources):
        units = {p.site: p.units for p in solution.posts_list if p.resource == resource.id}
        closed = solution.changes.closed if solution.changes else {}
        for post in sorted(closed):
            site, _, kind = post.rpartition("/")
            there = kind == resource.id and site in position and site not in units
            if there and problem.sites.allowed[position[site], k]:
                units[site] = 0
        where = np.array([position[site] for site in units], dtype=np.int64)
        seconds = to_demand(plan, walks, resource, where)
        is_open = {p.site for p in solution.posts_list if p.resource == resource.id}
        seconds = np.where(may_enter(plan, resource.id, list(units)), seconds, math.inf)
        if plan.settings.rings and k == problem.laned:
            inward = going_on(plan, walks, resource.id, list(units))
            seconds = np.where(inward, seconds, math.inf)
        found.append(
            Reach(
                posts=tuple(f"{site}/{resource.id}" for site in units),
                site=where,
                is_open=np.array([site in is_open for site in units], dtype=np.bool_),
                units=np.array(list(units.values()), dtype=np.int64),
                least=problem.sites.min_units[where, k],
                seconds=seconds,
                within=seconds <= resource.walk_limit_s * AT_LIMIT,
            )
        )
    return found


def worth_of(problem: Problem, position: int, reach: Reach, units: Ints | None) -> Floats:
    """Return what each demand point adds to the objective, given units; None for the most ever."""
    demand, resource = problem.demand, problem.resources[position]
    value = resource.value * demand.people * demand.priority
    again = np.zeros(len(demand))
    if position in problem.backup:
        again[problem.backup[position].points] = problem.backup[position].worth
    if units is None:
        posts = np.full(len(demand), 2)
        there = np.full(len(demand), resource.counted_units)
    else:
        posts = reach.within[units > 0].sum(axis=0)
        there = np.minimum(units @ reach.within, resource.counted_units)
    if resource.unavailable > 0:
        return np.asarray(value * (1.0 - resource.unavailable**there))
    return np.asarray(value * ((posts > 0) + again * (posts > 1)))


def check_rules(
    plan: Plan, solution: Solution, walks: Survey, found: list[Reach], findings: Findings
) -> None:
    """Check floors, groups, separation, and the posts that were locked or forbidden."""
    measured = {
        **_floors(plan.problem, solution, found, findings),
        **_groups(plan.problem, found, findings),
        **_separation(plan, walks, found, findings),
        **check_sealed(plan, solution, walks, findings),
    }
    findings.require(
        sorted(solution.rules) == sorted(measured), "the rules listed are not those of the plan"
    )
    for name, kept in solution.rules.items():
        asked, reached = measured.get(name, (math.nan, None))
        findings.equal(f"what is asked by {name!r}", kept.asked, asked)
        _check_reached(name, kept, reached, findings)
    present = {post.id for post in solution.posts_list}
    for post in solution.lock:
        findings.keep(post in present, f"locked post {post!r} is missing")
    for post in solution.forbid:
        findings.keep(post not in present, f"forbidden post {post!r} is open")


def _check_reached(name: str, kept: Kept, reached: float | None, findings: Findings) -> None:
    if reached is None or kept.reached is None:
        findings.require(
            kept.reached is None and reached is None,
            f"what is reached of {name!r} is {kept.reached}, recomputed {reached}",
        )
    else:
        findings.equal(f"what is reached of {name!r}", kept.reached, reached)


type _Measured = dict[str, tuple[float, float | None]]


def _floors(
    problem: Problem, solution: Solution, found: list[Reach], findings: Findings
) -> _Measured:
    measured: _Measured = {}
    people = problem.demand.people
    for floor in problem.floors:
        reach = found[floor.resource]
        times = reach.within[reach.is_open].sum(axis=0)
        total = math.fsum(people[floor.points])
        kept = solution.rules.get(floor.name)
        if floor.resource == problem.laned and kept is not None and kept.reached is not None:
            # people admitted: that they can be is checked with the lanes
            findings.keep(
                kept.reached >= floor.share - 1e-6 - _HAIR / max(total, _HAIR),
                f"{floor.name!r} is broken: {kept.reached:.10g} of {counted(total, 'person')}",
            )
            measured[floor.name] = (floor.share, kept.reached)
            continue
        covered = math.fsum(
            p
            for p, n in zip(people[floor.points], times[floor.points], strict=True)
            if n >= floor.times
        )
        findings.keep(
            covered >= floor.share * total - _HAIR * min(1.0, total),
            f"{floor.name!r} is broken: {covered:.10g} of {counted(total, 'person')}",
        )
        measured[floor.name] = (floor.share, covered / total if total else 0.0)
    return measured


def _groups(problem: Problem, found: list[Reach], findings: Findings) -> _Measured:
    measured: _Measured = {}
    for group in problem.groups:
        count = sum(
            int(np.isin(reach.site[reach.is_open], group.sites).sum())
            for k, reach in enumerate(found)
            if group.resource in {None, k}
        )
        findings.keep(
            count <= group.most,
            f"{group.name!r} is broken: {counted(count, 'post is', 'posts are')} open",
        )
        measured[group.name] = (float(group.most), float(count))
    return measured


def _separation(plan: Plan, walks: Survey, found: list[Reach], findings: Findings) -> _Measured:
    measured: _Measured = {}
    xy = plan.problem.sites.xy
    for resource, reach in zip(plan.problem.resources, found, strict=True):
        where = reach.site[reach.is_open]
        pairs = np.triu_indices(len(where), 1)
        if resource.separation_m is not None:
            metres = [math.dist(xy[where[a]], xy[where[b]]) for a, b in zip(*pairs, strict=True)]
            name = f"resources.{resource.id}.separation_m"
            _apart(name, resource.separation_m, metres, findings)
            measured[name] = (resource.separation_m, min(metres, default=None))
        if resource.separation_s is not None:
            least = resource.separation_s
            there = to_sites(plan, walks, where, where, limit_s=least)
            seconds = np.minimum(there, there.T)[pairs].tolist()
            name = f"resources.{resource.id}.separation_min"
            _apart(name, least, seconds, findings)
            near = [one / 60 for one in seconds if one <= 2 * least * AT_LIMIT]
            measured[name] = (least / 60, min(near, default=None))
    return measured


def _apart(name: str, least: float, found: list[float], findings: Findings) -> None:
    nearest = min(found, default=math.inf)
    findings.keep(
        nearest * AT_LIMIT * AT_LIMIT >= least,
        f"{name!r} is broken: two posts are {nearest:.10g} apart",
    )


def check_changes(
    problem: Problem,
    solution: Solution,
    found: list[Reach],
    findings: Findings,
    *,
    baseline: Solution | None,
    passing: Callable[[Reach], float],
) -> None:
    """Check what moved against the agreed plan, and what each change is said to have bought.

    `passing` says what the people are worth whom the open posts of a resource with lanes can admit.
    """
    changes = solution.changes
    present = {post.id for post in solution.posts_list}
    if changes is None:
        findings.require(baseline is None, "there is a baseline, and no word of what moved")
        return
    findings.require(set(changes.opened) <= present, "a post that opened is not open")
    findings.require(not set(changes.closed) & present, "a post that closed is open")
    findings.keep(
        changes.most is None or changes.count <= changes.most,
        f"{counted(changes.count, 'change')}, at most {changes.most} were allowed",
    )
    findings.require(changes.price >= 0, "the price of a change is below 0")
    if baseline is not None:
        before = {post.id for post in baseline.posts_list}
        findings.require(
            set(changes.opened) == present - before and set(changes.closed) == before - present,
            "what moved is not the difference to the baseline",
        )
    for post, told in [*changes.opened.items(), *changes.closed.items()]:
        bought, within = 0.0, WRITTEN
        for k, reach in enumerate(found):
            if post in reach.posts:
                at = reach.posts.index(post)
                undone = reach.units.copy()
                undone[at] = 0 if undone[at] else reach.least[at]
                if k == problem.laned:
                    other = replace(reach, units=undone, is_open=undone > 0)
                    bought = passing(reach) - passing(other)
                    within = _OF_FLOWS
                    continue
                now = math.fsum(worth_of(problem, k, reach, reach.units))
                bought = now - math.fsum(worth_of(problem, k, reach, undone))
        findings.equal(f"what {post!r} bought", told, bought, within=within)
