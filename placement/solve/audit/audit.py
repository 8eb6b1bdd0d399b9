"""Recompute every figure of a solution from the plan, by code that shares nothing with the model.

Walks are measured anew by scipy's Dijkstra, people are counted one demand point at a time, and
every rule is read from the problem itself. The audit knows neither the model nor the pipeline.
"""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from placement.cover.survey import Survey, survey
from placement.plan.problem import Plan, Problem, SiteStatus
from placement.solve.audit.findings import AT_LIMIT, Findings
from placement.solve.audit.ground import check_ground
from placement.solve.audit.lanes import check_lanes, most_admitted
from placement.solve.audit.recount import to_sites
from placement.solve.audit.reverse import check_reverse
from placement.solve.audit.rules import Reach, check_changes, check_rules, reaches, worth_of
from placement.solve.solution import Coverage, Part, Post, Solution, Status

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

_ROUNDED_UP = 1.1e-6  # a written gap has six decimals and is rounded up


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an audit found.

    Attributes
    ----------
    findings
        One sentence for each figure or rule that does not hold, empty if all do.
    checked
        Number of figures and rules that were recomputed.
    """

    findings: tuple[str, ...]
    checked: int

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.findings


def audit(plan: Plan, solution: Solution, *, baseline: Solution | None = None) -> Report:
    """Check a solution against its plan.

    Parameters
    ----------
    plan
        The plan the solution answers, with the same layers.
    solution
        The solution, as made or as read from a file.
    baseline
        The agreed plan it was held to, to check what it says has moved; None takes its word.

    Returns
    -------
    Report
    """
    problem = plan.problem
    findings = Findings()
    findings.require(
        solution.plan == plan.settings.name,
        f"the solution is of plan {solution.plan!r}, not of {plan.settings.name!r}",
    )
    known = _check_posts(problem, solution, findings)
    if not known:
        return Report(findings=tuple(findings.found), checked=findings.checked)
    walks = survey(plan)
    findings.require(
        solution.walking == walks.walking,
        f"walking is {solution.walking!r}, the plan's is {walks.walking!r}",
    )
    _check_rules(plan, solution, walks, findings)
    found = reaches(plan, solution, walks)
    _check_figures(plan, solution, found, findings)
    check_rules(plan, solution, walks, found, findings)
    check_ground(plan, solution, walks, found, findings)
    check_reverse(plan, solution, findings)
    check_changes(
        plan.problem,
        solution,
        found,
        findings,
        baseline=baseline,
        passing=lambda reach: most_admitted(plan, reach),
    )
    return Report(findings=tuple(findings.found), checked=findings.checked)


def _check_posts(problem: Problem, solution: Solution, findings: Findings) -> bool:
    """Check each post against its site; tell whether all of them exist."""
    sites = problem.sites
    position = {site: n for n, site in enumerate(sites.id)}
    resources = [resource.id for resource in problem.resources]
    known = True
    for name, times in Counter(post.id for post in solution.posts_list).items():
        findings.require(times == 1, f"post {name!r} is listed {times} times")
        known &= times == 1
    for post in solution.posts_list:
        site = position.get(post.site)
        if site is None or post.resource not in resources:
            findings.require(False, f"post {post.id!r} names a site or resource the plan lacks")  # noqa: FBT003
            known = False
            continue
        k = resources.index(post.resource)
        findings.require(
            bool(sites.allowed[site, k]), f"post {post.id!r} is of a resource its site forbids"
        )
        findings.require(
            bool(sites.status[site, k] != SiteStatus.EXCLUDED), f"post {post.id!r} is excluded"
        )
        least, most = int(sites.min_units[site, k]), int(sites.max_units[site, k])
        findings.require(
            least <= post.units <= most,
            f"post {post.id!r} has {post.units} units, its site takes {least} to {most}",
        )
        findings.require(
            post.name == sites.name[site],
            f"post {post.id!r} is named {post.name!r}, its site {sites.name[site]!r}",
        )
        lon, lat = sites.lonlat[site]
        findings.require(
            abs(post.lon - lon) <= 5.1e-7 and abs(post.lat - lat) <= 5.1e-7,
            f"post {post.id!r} lies at {post.lon:.6f}, {post.lat:.6f}, its site at "
            f"{lon:.6f}, {lat:.6f}",
        )
        price = float(sites.open_cost[site, k]) + float(sites.unit_cost[site, k]) * post.units
        findings.equal(f"cost of post {post.id!r}", post.cost, price)
    return known


def _check_rules(plan: Plan, solution: Solution, walks: Survey, findings: Findings) -> None:
    """Check the rules that bind posts together: budget, fleet, posts, near, required."""
    problem = plan.problem
    sites = problem.sites
    position = {site: n for n, site in enumerate(sites.id)}
    cost = math.fsum(post.cost for post in solution.posts_list)
    findings.equal("cost", solution.cost, cost)
    findings.require(
        cost <= solution.budget * AT_LIMIT + 1e-9,
        f"the posts cost {cost:.10g}, the budget is {solution.budget:.10g}",
    )
    present = {post.id for post in solution.posts_list}
    for k, resource in enumerate(problem.resources):
        posts = [post for post in solution.posts_list if post.resource == resource.id]
        fleet = solution.limits.get(resource.id, resource.fleet)
        if fleet is not None:
            units = sum(post.units for post in posts)
            findings.require(
                units <= fleet, f"{units} units of {resource.id!r}, the fleet is {fleet}"
            )
        if resource.posts is not None:
            findings.require(
                len(posts) <= resource.posts,
                f"{len(posts)} posts of {resource.id!r}, at most {resource.posts} may be opened",
            )
        for must in np.flatnonzero(
            sites.allowed[:, k] & (sites.status[:, k] == SiteStatus.REQUIRED)
        ):
            post_id = f"{sites.id[must]}/{resource.id}"
            findings.require(post_id in present, f"required post {post_id!r} is missing")
        if resource.near is None or not posts:
            continue
        others = [p for p in solution.posts_list if p.resource == resource.near.resource]
        where = np.array([position[post.site] for post in posts], dtype=np.int64)
        origins = np.array([position[post.site] for post in others], dtype=np.int64)
        seconds = to_sites(plan, walks, origins, where, limit_s=resource.near.walk_s)
        for n, post in enumerate(posts):
            nearest = float(seconds[:, n].min()) if others else math.inf
            findings.require(
                nearest <= resource.near.walk_s * AT_LIMIT,
                f"post {post.id!r} has no {resource.near.resource!r} within "
                f"{resource.near.walk_s:.10g} s",
            )


def _check_figures(plan: Plan, solution: Solution, found: list[Reach], findings: Findings) -> None:
    """Count the people of every post and resource, and the objective they make."""
    problem = plan.problem
    demand = problem.demand
    worth = np.zeros(len(demand))
    everyone = np.zeros(len(demand))
    findings.require(
        set(solution.coverage) == {resource.id for resource in problem.resources},
        "coverage is not given for each of the plan's resources",
    )
    for position, (resource, reach) in enumerate(zip(problem.resources, found, strict=True)):
        mine = [post for post in solution.posts_list if post.resource == resource.id]
        within = reach.within[reach.is_open]
        _check_counts(mine, within, demand.people, findings)
        told = solution.coverage.get(resource.id, Coverage(covered=-1, total=-1, share=-1))
        if resource.lanes is None:
            _check_coverage(problem, position, reach, told, findings)
            worth += worth_of(problem, position, reach, reach.units)
        everyone += worth_of(problem, position, reach, None)
        if solution.walk is not None:
            reached = within.any(axis=0)
            people = demand.people[reached]
            seconds = reach.seconds[reach.is_open][:, reached]
            nearest = seconds.min(axis=0) if mine else np.zeros(0)
            mean = float(people @ nearest / people.sum()) if people.sum() > 0 else 0.0
            told_mean = solution.walk.mean_s.get(resource.id, math.nan)
            findings.equal(f"mean walk of {resource.id!r}", told_mean, mean, within=0.0501)
    gap = None if solution.walk is None else solution.walk.gap
    findings.require(gap is None or 0 <= gap <= 1, f"walks may be shorter by {gap} of themselves")
    if solution.walk is not None and "walk" in solution.walk.unproven:
        left = solution.walk.unproven["walk"]
        findings.require(left == gap, f"the gap of walks is {gap}, unproven are {left}")
    moved = solution.changes
    price = 0.0 if moved is None else moved.price * moved.count
    if problem.laned is None:
        findings.equal("objective", solution.objective, math.fsum(worth) - price)
    beside = [math.fsum(worth[demand.tier == tier]) for tier in demand.tiers]
    check_lanes(plan, solution, found, [*beside, -price], findings)
    _check_claims(solution, math.fsum(everyone), findings)
    _check_tiers(problem, solution, worth, findings)


def _check_coverage(
    problem: Problem, position: int, reach: Reach, told: Coverage, findings: Findings
) -> None:
    """Check the people of one resource: all, those step-free, those with backup, on average."""
    demand, resource = problem.demand, problem.resources[position]
    times = reach.within[reach.is_open].sum(axis=0)
    everyone = np.ones(len(demand), dtype=np.bool_)
    _check_part(f"by {resource.id!r}", told, demand.people, everyone, times > 0, findings)
    slow = demand.step_free
    backup = problem.backup.get(position)
    twice = np.zeros(len(demand), dtype=np.bool_)
    if backup is not None:
        twice[backup.points] = True
    for words, part, asked, whom, met in (
        ("step-free", told.step_free, bool(slow.any()), slow, times > 0),
        ("twice", told.backup, backup is not None, twice, times > 1),
    ):
        findings.require(
            (part is not None) == asked,
            f"{words} cover by {resource.id!r} is {'missing' if asked else 'given for nothing'}",
        )
        if part is not None and asked:
            _check_part(f"{words} by {resource.id!r}", part, demand.people, whom, met, findings)
    findings.require(
        (told.expected is not None) == (resource.unavailable > 0),
        f"expected cover by {resource.id!r} is "
        f"{'missing' if told.expected is None else 'given for nothing'}",
    )
    if told.expected is not None and resource.unavailable > 0:
        units = np.minimum(reach.units @ reach.within, resource.counted_units)
        mean = math.fsum(demand.people * (1.0 - resource.unavailable**units))
        findings.equal(f"people expected by {resource.id!r}", told.expected, mean)


def _check_part(  # noqa: PLR0917 - who, of whom, by what
    words: str,
    told: Part | Coverage,
    people: Floats,
    whom: NDArray[np.bool_],
    met: NDArray[np.bool_],
    findings: Findings,
) -> None:
    covered, total = math.fsum(people[whom & met]), math.fsum(people[whom])
    findings.equal(f"people covered {words}", told.covered, covered)
    findings.equal(f"people in all for cover {words}", told.total, total)
    share = covered / total if total else 0.0
    findings.equal(f"share covered {words}", told.share, share)


def _check_tiers(problem: Problem, solution: Solution, worth: Floats, findings: Findings) -> None:
    """Check each tier's objective, bound and gap, and their sums."""
    tiers = problem.demand.tiers
    told = [tier.tier for tier in solution.tiers]
    if len(tiers) == 1:
        findings.require(not told, "tiers are given, and the plan has none")
        return
    findings.require(told == list(tiers), f"tiers are {told}, the plan's are {list(tiers)}")
    for tier in solution.tiers:
        if problem.laned is None:  # where people pass lanes, those who do are looked for there
            found = math.fsum(worth[problem.demand.tier == tier.tier])
            findings.equal(f"objective of tier {tier.tier}", tier.objective, found)
        gap = gap_between(tier.objective, tier.bound)
        findings.require(
            tier.bound >= tier.objective - 1e-9 * max(1.0, tier.bound)
            and (tier.gap == gap or math.isclose(tier.gap, gap, rel_tol=1e-6, abs_tol=_ROUNDED_UP)),
            f"tier {tier.tier}: objective, bound and gap do not fit each other",
        )
    objective = math.fsum(tier.objective for tier in solution.tiers)
    findings.equal(
        "objective, against those of the tiers", solution.objective, objective, within=1e-5
    )
    bound = math.fsum(tier.bound for tier in solution.tiers)
    findings.equal("bound, against those of the tiers", solution.bound, bound, within=1e-5)


def _check_counts(
    posts: list[Post], within: NDArray[np.bool_], people: Floats, findings: Findings
) -> None:
    """Check the people within reach of each post, and those no other post reaches."""
    times = within.sum(axis=0)
    for n, post in enumerate(posts):
        mine = within[n]
        findings.equal(f"covered of post {post.id!r}", post.covered, math.fsum(people[mine]))
        alone = math.fsum(people[mine & (times == 1)])
        findings.equal(f"only of post {post.id!r}", post.only, alone)


def _check_claims(solution: Solution, everyone: float, findings: Findings) -> None:
    """Check status, bound and gap against each other."""
    objective, bound = solution.objective, solution.bound
    slack = 1e-9 * max(1.0, abs(bound))
    findings.require(bound >= objective - slack, f"the bound {bound:.10g} is below the objective")
    findings.require(
        bound <= everyone * (1 + 1e-9) + 1e-6,
        f"the bound {bound:.10g} is above what covering everyone is worth, {everyone:.10g}",
    )
    gap = gap_between(objective, bound)
    findings.require(
        solution.gap == gap or math.isclose(solution.gap, gap, rel_tol=1e-6, abs_tol=_ROUNDED_UP),
        f"gap is {solution.gap:.10g}, recomputed {gap:.10g}",
    )
    findings.require(
        solution.status in (Status.OPTIMAL, Status.FEASIBLE),
        f"status is {solution.status.value!r}, yet there is a plan",
    )
    open_cost = 0.0 if solution.reverse is None else solution.reverse.cost_gap
    findings.require(
        (solution.status is Status.OPTIMAL) == (gap <= 1e-9 and open_cost <= 1e-9),
        f"status is {solution.status.value!r} at a gap of {gap:.10g}"
        + (f" and one of {open_cost:.10g} in cost" if open_cost else ""),
    )


def gap_between(objective: float, bound: float) -> float:
    """Return how much better than the objective a plan could be at most, as a share of it."""
    if bound <= objective:
        return 0.0
    return (bound - objective) / objective if objective > 0 else math.inf
