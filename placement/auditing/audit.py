"""Recompute every figure of a solution from the plan, by code that shares nothing with the model.

Walks are measured anew by scipy's Dijkstra, people are counted one demand point at a time, and
every rule is read from the problem itself. The audit knows neither the model nor the pipeline.
"""

import math
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Floats
from placement.auditing.claims import check_claims, check_tiers, claims_of
from placement.auditing.conditions import check_conditions
from placement.auditing.findings import AT_LIMIT, TENTH, WRITTEN, Findings, decimal
from placement.auditing.ground import check_ground
from placement.auditing.identity import check_identity
from placement.auditing.lanes import check_lanes, most_admitted
from placement.auditing.parts import check_parts
from placement.auditing.periods import people_of
from placement.auditing.recount import to_sites
from placement.auditing.reverse import check_reverse
from placement.auditing.rings import check_ring_of_posts
from placement.auditing.rules import Reach, check_changes, check_rules, reaches, worth_of
from placement.counts import counted
from placement.cover.survey import Survey, survey
from placement.plan.problem import Plan, Problem, Sites, SiteStatus
from placement.solution import Coverage, Part, Post, Solution, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an audit found.

    Attributes
    ----------
    findings
        One sentence for each figure or rule that does not hold, empty if all do.
    checked
        Number of figures and rules that were recomputed.
    overrides
        One sentence for each thing the run asked other than the plan file says.
    claims
        One sentence for each thing that only the file says, its proof first of all.
    broken
        One sentence for each rule that a proposed plan breaks; of other plans these are findings.
    changed
        One sentence for each way in which the inputs are not those the solution was made from.
    """

    findings: tuple[str, ...]
    checked: int
    overrides: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything holds; a proposed plan may still break rules."""
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
    findings = Findings(proposed=solution.status is Status.PROPOSED)
    findings.require(
        solution.plan == plan.settings.name,
        f"the solution is of plan {solution.plan!r}, not of {plan.settings.name!r}",
    )
    overrides = check_conditions(plan, solution, findings)
    claims = claims_of(solution, baseline=baseline is not None)
    changed = check_identity(plan, solution, baseline=baseline)

    def report() -> Report:
        found = tuple(findings.found)
        return Report(
            findings=found,
            checked=findings.checked,
            overrides=overrides,
            claims=claims,
            broken=tuple(findings.broken),
            changed=changed,
        )

    check_parts(plan, findings)
    if not _check_posts(problem, solution, findings):
        return report()
    walks = survey(plan)
    findings.require(
        solution.walking == walks.walking,
        f"walking is {solution.walking!r}, the plan's is {walks.walking!r}",
    )
    _check_rules(plan, solution, walks, findings)
    found = reaches(plan, solution, walks)
    check_rules(plan, solution, walks, found, findings)
    _check_figures(plan, solution, walks, found, findings)
    check_ring_of_posts(plan, solution, findings)
    check_ground(plan, solution, walks, found, findings)
    check_reverse(plan, solution, findings)
    check_changes(
        plan.problem,
        solution,
        found,
        findings,
        baseline=baseline,
        passing=lambda reach: most_admitted(plan, walks, reach),
    )
    return report()


def _check_posts(problem: Problem, solution: Solution, findings: Findings) -> bool:
    """Check each post against its site; tell whether all of them exist."""
    sites = problem.sites
    position = {site: n for n, site in enumerate(sites.id)}
    resources = [resource.id for resource in problem.means]
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
        findings.keep(
            bool(sites.allowed[site, k]), f"post {post.id!r} is of a resource its site forbids"
        )
        findings.keep(
            bool(sites.status[site, k] != SiteStatus.EXCLUDED), f"post {post.id!r} is excluded"
        )
        least, most = int(sites.min_units[site, k]), int(sites.max_units[site, k])
        findings.keep(
            least <= post.units <= most,
            f"post {post.id!r} has {counted(post.units, 'unit')}, its site takes {least} to {most}",
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
        findings.equal(f"cost of post {post.id!r}", post.cost, float(_price(sites, site, k, post)))
    return known


def _price(sites: Sites, site: int, resource: int, post: Post) -> Fraction:
    """Return what a post costs, exactly, of the decimals that the plan gives."""
    opening, unit = sites.open_cost[site, resource], sites.unit_cost[site, resource]
    return decimal(opening) + decimal(unit) * post.units


def _check_rules(plan: Plan, solution: Solution, walks: Survey, findings: Findings) -> None:
    """Check the rules that bind posts together: budget, fleet, posts, near, required."""
    problem = plan.problem
    sites = problem.sites
    position = {site: n for n, site in enumerate(sites.id)}
    cost = sum(
        (
            _price(sites, position[post.site], problem.resource_index(post.resource), post)
            for post in solution.posts_list
        ),
        Fraction(0),
    )
    findings.equal("cost", solution.cost, float(cost))
    # a cheapest plan has what it costs for its budget, as it is written
    room = Fraction(0) if solution.reverse is None else decimal(WRITTEN)
    findings.keep(
        cost <= decimal(solution.budget) + room,
        f"the posts cost {float(cost):.17g}, the budget is {solution.budget:.17g}",
    )
    present = {post.id for post in solution.posts_list}
    for k, resource in enumerate(problem.resources):
        posts = [post for post in solution.posts_list if post.resource == resource.id]
        fleet = solution.limits.get(resource.id, plan.settings.resources[resource.id].fleet)
        if fleet is not None:
            units = sum(post.units for post in posts)
            findings.keep(
                units <= fleet, f"{counted(units, 'unit')} of {resource.id!r}, the fleet is {fleet}"
            )
        if resource.posts is not None:
            findings.keep(
                len(posts) <= resource.posts,
                f"{counted(len(posts), 'post')} of {resource.id!r}, at most {resource.posts} "
                "may be opened",
            )
        for must in np.flatnonzero(
            sites.allowed[:, k] & (sites.status[:, k] == SiteStatus.REQUIRED)
        ):
            post_id = f"{sites.id[must]}/{resource.id}"
            findings.keep(post_id in present, f"required post {post_id!r} is missing")
        if resource.near is None or not posts:
            continue
        others = [p for p in solution.posts_list if p.resource == resource.near.resource]
        where = np.array([position[post.site] for post in posts], dtype=np.int64)
        origins = np.array([position[post.site] for post in others], dtype=np.int64)
        seconds = to_sites(plan, walks, origins, where, limit_s=resource.near.walk_s)
        for n, post in enumerate(posts):
            nearest = float(seconds[:, n].min()) if others else math.inf
            findings.keep(
                nearest <= resource.near.walk_s * AT_LIMIT,
                f"post {post.id!r} has no {resource.near.resource!r} within "
                f"{resource.near.walk_s:.10g} s",
            )


def _check_figures(
    plan: Plan, solution: Solution, walks: Survey, found: list[Reach], findings: Findings
) -> None:
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
        people = people_of(plan, resource.id)
        _check_counts(mine, within, people, findings)
        told = solution.coverage.get(resource.id, Coverage(covered=-1, total=-1, share=-1))
        if resource.lanes is None:
            _check_coverage(plan, position, reach, told, findings)
            worth += worth_of(problem, position, reach, reach.units)
        everyone += worth_of(problem, position, reach, None)
        told_walk = {} if solution.walk is None else solution.walk.mean_s
        mean = _mean_walk(reach, people)
        findings.equal(
            f"mean walk of {resource.id!r}",
            told_walk.get(resource.id, math.nan),
            mean,
            within=TENTH,
        )
    findings.require(
        solution.walk is not None
        and set(solution.walk.mean_s) == {resource.id for resource in problem.resources},
        "the mean walk is not given for each of the plan's resources",
    )
    moved = solution.changes
    price = 0.0 if moved is None else moved.price * moved.count
    if problem.laned is None:
        findings.equal("objective", solution.objective, math.fsum(worth) - price)
    beside = [math.fsum(worth[demand.tier == tier]) for tier in demand.tiers]
    check_lanes(plan, solution, walks, found, [*beside, -price], findings)
    check_claims(solution, math.fsum(everyone), findings)
    # where people pass lanes, those who do are looked for there
    check_tiers(problem, solution, beside if problem.laned is None else [], findings)


def _mean_walk(reach: Reach, people: Floats) -> float:
    """Return how long people within reach walk to the nearest open post on average, seconds."""
    within = reach.within[reach.is_open]
    reached = within.any(axis=0)
    total = math.fsum(people[reached])
    if not total:
        return 0.0
    nearest = reach.seconds[reach.is_open][:, reached].min(axis=0)
    return math.fsum(people[reached] * nearest) / total


def _check_coverage(
    plan: Plan, position: int, reach: Reach, told: Coverage, findings: Findings
) -> None:
    """Check the people of one resource: all, those step-free, those with backup, on average."""
    problem = plan.problem
    demand, resource = problem.demand, problem.resources[position]
    people = people_of(plan, resource.id)
    times = reach.within[reach.is_open].sum(axis=0)
    everyone = np.ones(len(demand), dtype=np.bool_)
    _check_part(f"by {resource.id!r}", told, people, everyone, times > 0, findings)
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
            _check_part(f"{words} by {resource.id!r}", part, people, whom, met, findings)
    findings.require(
        (told.expected is not None) == (resource.unavailable > 0),
        f"expected cover by {resource.id!r} is "
        f"{'missing' if told.expected is None else 'given for nothing'}",
    )
    if told.expected is not None and resource.unavailable > 0:
        units = np.minimum(reach.units @ reach.within, resource.counted_units)
        mean = math.fsum(people * (1.0 - resource.unavailable**units))
        findings.equal(f"people expected by {resource.id!r}", told.expected, mean)


def _check_part(
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
