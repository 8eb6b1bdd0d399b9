"""Recompute every figure of a solution from the plan, by code that shares nothing with the model.

Walks are measured anew by scipy's Dijkstra, people are counted one demand point at a time, and
every rule is read from the problem itself. The audit knows neither the model nor the pipeline.
"""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from placement.cover.survey import Survey, survey
from placement.plan.problem import Plan, Problem, Resource, SiteStatus, Walkers
from placement.solve.solution import Coverage, Post, Solution, Status
from placement.streets import Snapped, Streets

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

_AT_LIMIT = 1.0 + 1e-9  # a walk of exactly the limit counts, whatever the order of its sums


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


class _Findings:
    """Collects what does not hold and counts what was looked at."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.checked = 0

    def require(self, holds: bool, finding: str) -> None:  # noqa: FBT001 - reads as a sentence
        self.checked += 1
        if not holds:
            self.found.append(finding)

    def equal(self, what: str, told: float, recomputed: float, *, within: float = 1e-6) -> None:
        close = math.isclose(told, recomputed, rel_tol=1e-9, abs_tol=within)
        self.require(close, f"{what} is {told:.10g}, recomputed {recomputed:.10g}")


def audit(plan: Plan, solution: Solution) -> Report:
    """Check a solution against its plan.

    Parameters
    ----------
    plan
        The plan the solution answers, with the same layers.
    solution
        The solution, as made or as read from a file.

    Returns
    -------
    Report
    """
    problem = plan.problem
    findings = _Findings()
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
    _check_figures(plan, solution, walks, findings)
    return Report(findings=tuple(findings.found), checked=findings.checked)


def _check_posts(problem: Problem, solution: Solution, findings: _Findings) -> bool:
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


def _check_rules(plan: Plan, solution: Solution, walks: Survey, findings: _Findings) -> None:
    """Check the rules that bind posts together: budget, fleet, posts, near, required."""
    problem = plan.problem
    sites = problem.sites
    position = {site: n for n, site in enumerate(sites.id)}
    cost = math.fsum(post.cost for post in solution.posts_list)
    findings.equal("cost", solution.cost, cost)
    findings.require(
        cost <= solution.budget * _AT_LIMIT + 1e-9,
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
        seconds = _to_sites(plan, walks, origins, where, limit_s=resource.near.walk_s)
        for n, post in enumerate(posts):
            nearest = float(seconds[:, n].min()) if others else math.inf
            findings.require(
                nearest <= resource.near.walk_s * _AT_LIMIT,
                f"post {post.id!r} has no {resource.near.resource!r} within "
                f"{resource.near.walk_s:.10g} s",
            )


def _check_figures(plan: Plan, solution: Solution, walks: Survey, findings: _Findings) -> None:
    """Count the people of every post and resource, and the objective they make."""
    problem = plan.problem
    position = {site: n for n, site in enumerate(problem.sites.id)}
    demand = problem.demand
    total = math.fsum(demand.people)
    worth: list[float] = []
    everyone: list[float] = []
    findings.require(
        set(solution.coverage) == {resource.id for resource in problem.resources},
        "coverage is not given for each of the plan's resources",
    )
    for resource in problem.resources:
        posts = [post for post in solution.posts_list if post.resource == resource.id]
        where = np.array([position[post.site] for post in posts], dtype=np.int64)
        seconds = _to_demand(plan, walks, resource, where)
        within = seconds <= resource.walk_limit_s * _AT_LIMIT
        _check_counts(posts, within, demand.people, findings)
        reached = within.any(axis=0)
        covered = math.fsum(demand.people[reached])
        told = solution.coverage.get(resource.id, Coverage(covered=-1, total=-1, share=-1))
        findings.equal(f"people covered by {resource.id!r}", told.covered, covered)
        findings.equal(f"people in all for {resource.id!r}", told.total, total)
        share = covered / total if total else 0.0
        findings.equal(f"share covered by {resource.id!r}", told.share, share)
        value = resource.value * demand.people * demand.priority
        worth += list(value[reached])
        everyone += list(value)
        if solution.walk is not None:
            people = demand.people[reached]
            nearest = seconds[:, reached].min(axis=0) if posts else np.zeros(0)
            mean = float(people @ nearest / people.sum()) if people.sum() > 0 else 0.0
            told_mean = solution.walk.mean_s.get(resource.id, math.nan)
            findings.equal(f"mean walk of {resource.id!r}", told_mean, mean, within=0.0501)
    objective = math.fsum(worth)
    findings.equal("objective", solution.objective, objective)
    _check_claims(solution, math.fsum(everyone), findings)


def _check_counts(
    posts: list[Post], within: NDArray[np.bool_], people: Floats, findings: _Findings
) -> None:
    """Check the people within reach of each post, and those no other post reaches."""
    times = within.sum(axis=0)
    for n, post in enumerate(posts):
        mine = within[n]
        findings.equal(f"covered of post {post.id!r}", post.covered, math.fsum(people[mine]))
        alone = math.fsum(people[mine & (times == 1)])
        findings.equal(f"only of post {post.id!r}", post.only, alone)


def _check_claims(solution: Solution, everyone: float, findings: _Findings) -> None:
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
        solution.gap == gap or math.isclose(solution.gap, gap, rel_tol=1e-6, abs_tol=1e-9),
        f"gap is {solution.gap:.10g}, recomputed {gap:.10g}",
    )
    findings.require(
        solution.status in (Status.OPTIMAL, Status.FEASIBLE),
        f"status is {solution.status.value!r}, yet there is a plan",
    )
    findings.require(
        (solution.status is Status.OPTIMAL) == (gap <= 1e-9),
        f"status is {solution.status.value!r} at a gap of {gap:.10g}",
    )


def gap_between(objective: float, bound: float) -> float:
    """Return how much better than the objective a plan could be at most, as a share of it."""
    if bound <= objective:
        return 0.0
    return (bound - objective) / objective if objective > 0 else math.inf


def _to_demand(plan: Plan, walks: Survey, resource: Resource, where: Ints) -> Floats:
    """Return (posts × demand points) walking seconds, infinite where far beyond the limit."""
    problem = plan.problem
    if walks.streets is None or walks.sites is None or walks.demand is None:
        return _straight(plan, problem.sites.xy[where], problem.demand.xy)
    return _walks(
        walks.streets,
        walks.sites.take(where),
        walks.demand,
        limit_s=resource.walk_limit_s,
        outward=resource.walkers is Walkers.TEAM,
    )


def _to_sites(plan: Plan, walks: Survey, origins: Ints, where: Ints, *, limit_s: float) -> Floats:
    """Return (origins × sites) walking seconds, infinite where far beyond the limit."""
    sites = plan.problem.sites
    if walks.streets is None or walks.sites is None:
        return _straight(plan, sites.xy[origins], sites.xy[where])
    return _walks(
        walks.streets,
        walks.sites.take(origins),
        walks.sites.take(where),
        limit_s=limit_s,
        outward=True,
    )


def _straight(plan: Plan, origins: Floats, targets: Floats) -> Floats:
    """Return walking seconds along straight lines times the detour factor."""
    walking = plan.settings.walking
    offset = origins[:, None, :] - targets[None, :, :]
    metres = np.hypot(offset[..., 0], offset[..., 1])
    return np.asarray(metres / (walking.speed_m_s / walking.detour_factor))


def _walks(
    streets: Streets, origins: Snapped, targets: Snapped, *, limit_s: float, outward: bool
) -> Floats:
    """Return (origins × targets) walking seconds by scipy's Dijkstra.

    Walking towards the origins is walking away from them with every street turned round.
    """
    ahead, back = streets.forward_s, streets.backward_s
    if not outward:
        ahead, back = back, ahead
    table = np.full((len(origins.edge), len(targets.edge)), np.inf)
    for first in range(0, len(origins.edge), 16):  # a few at a time: distances are dense
        rows = slice(first, min(first + 16, len(origins.edge)))
        count = rows.stop - rows.start
        graph, entry = _with_origins(streets, ahead, back, origins, rows)
        nodes = dijkstra(graph, indices=np.arange(entry, entry + count), limit=2 * limit_s + 60)
        on_street = targets.edge >= 0
        edge, part = targets.edge[on_street], targets.fraction[on_street]
        by_tail = nodes[:, streets.edge_tail[edge]] + _along(ahead[edge], part)
        by_head = nodes[:, streets.edge_head[edge]] + _along(back[edge], 1.0 - part)
        seconds = np.minimum(by_tail, by_head)
        for n in range(count):  # both on one street: straight along it
            source = rows.start + n
            same = edge == origins.edge[source]
            along = part[same] - origins.fraction[source]
            direct = np.where(
                along >= 0, _along(ahead[edge[same]], along), _along(back[edge[same]], -along)
            )
            seconds[n, same] = np.minimum(seconds[n, same], direct)
        access = origins.access_s[rows][:, None] + targets.access_s[on_street][None, :]
        table[rows, on_street] = seconds + access
    return table


def _along(seconds: Floats, share: Floats) -> Floats:
    """Return the time along a share of an edge, infinite where it cannot be walked that way."""
    walkable = ~np.isnan(seconds)
    return np.where(walkable, np.where(walkable, seconds, 0.0) * share, np.inf)


def _with_origins(
    streets: Streets, ahead: Floats, back: Floats, origins: Snapped, rows: slice
) -> tuple[csr_array, int]:
    """Return the street graph with a node for each origin, and the first of these nodes."""
    nodes = len(streets.node_xy)
    edge, part = origins.edge[rows], origins.fraction[rows]
    own = nodes + np.arange(len(edge))
    on_street = edge >= 0
    edge, part, own = edge[on_street], part[on_street], own[on_street]
    start = np.concatenate([streets.edge_tail, streets.edge_head, own, own])
    end = np.concatenate(
        [streets.edge_head, streets.edge_tail, streets.edge_head[edge], streets.edge_tail[edge]]
    )
    seconds = np.concatenate([ahead, back, _along(ahead[edge], 1 - part), _along(back[edge], part)])
    usable = np.isfinite(seconds)
    start, end, seconds = start[usable], end[usable], seconds[usable]
    # of parallel streets the quickest; a sparse matrix would add them up
    order = np.lexsort((seconds, end, start))
    start, end, seconds = start[order], end[order], seconds[order]
    first = np.ones(len(start), dtype=np.bool_)
    first[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    size = nodes + rows.stop - rows.start
    graph = csr_array((seconds[first], (start[first], end[first])), shape=(size, size))
    return graph, nodes
