"""Why a post is open or closed: what the plan would be if it were the other way, solved exactly."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum

import numpy as np

from placement.arrays import Ints
from placement.cover.instance import Instance
from placement.cover.instance_builder import Posting, posting
from placement.cover.laned import laned
from placement.cover.survey import Survey, survey
from placement.errors import UsageError
from placement.plan.problem import Plan, Problem, SiteStatus
from placement.solution import Solution, Status
from placement.solve.capacitated import admission
from placement.solve.core.stopping import Progress, Stop
from placement.solve.mip.minimise_rule import least, sum_of
from placement.solve.questions import baseline, lexicographic
from placement.solve.questions.min_cost import with_shares

_PLACES = 6
_NODES = 2_000  # of the tree that looks for the fewest changes


class Standing(StrEnum):
    """How a post stands in a solution, and why where the plan decides that."""

    OPEN = "open"
    CLOSED = "closed"
    REQUIRED = "required"
    EXCLUDED = "excluded"
    UNSNAPPED = "unsnapped"
    """Too far from any street, so nobody walks there."""
    NOT_ALLOWED = "not allowed"
    """The site's `resources` leave this one out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What one post brings, or would cost: the best plan in which it is the other way round.

    Attributes
    ----------
    post
        ``"<site>/<resource>"``.
    standing
        How it stands.
    is_open
        Whether the solution opens it.
    status
        Of the other plan: optimal, feasible (the bound says how much better it may be),
        infeasible (no plan keeps every rule that way) or unknown; None where none was sought.
    loss
        By how much the solution's objective is above the other plan's: what the post brings if it
        is open, what forcing it in costs if it is closed. Negative where the other plan is better.
        None without another plan.
    loss_least
        No other plan loses less than this (from its bound); equal to `loss` where that is proven.
    people
        By resource, the people that the solution covers beyond those of the other plan.
    cost
        By how much the solution costs more than the other plan.
    opened, closed
        Posts of the other plan that the solution has not, and the other way round, without the post
        itself: what replaces it, or what it displaces. Among equally good plans one with the fewest
        changes.
    """

    post: str
    standing: Standing
    is_open: bool
    status: Status | None = None
    loss: float | None = None
    loss_least: float | None = None
    people: Mapping[str, float] | None = None
    cost: float | None = None
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether the loss is exact, or the other way is proven impossible."""
        return self.status in (Status.OPTIMAL, Status.INFEASIBLE)


def why(
    plan: Plan,
    solution: Solution,
    site: str,
    resource: str | None = None,
    *,
    time_limit: float | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    within: Stop | None = None,
) -> list[Why]:
    """Say what a post brings, or what forcing it in would cost.

    The plan is solved again with the post closed where the solution opens it, and open where it
    does not, everything else as it was. A requirement or an exclusion of this post alone is lifted
    for that, and said.

    Parameters
    ----------
    plan
        The plan the solution answers, with its budget, layers and limits.
    solution
        The solution.
    site
        Identifier of a site.
    resource
        Identifier of a resource, or None for each that the site may have.
    time_limit
        Seconds for all of it, or None.
    seed
        Of the search.
    progress
        Called with seconds, objective and bound.
    within
        A stop rule that runs already, of a command for instance, and is not to be outlasted.

    Returns
    -------
    list of Why
        In the order of the resources.

    Raises
    ------
    UsageError
        If there is no such site or resource; it names the nearest.
    """
    problem = plan.problem
    at = _position(site, problem.sites.id, "site")
    kinds = [kind.id for kind in problem.resources]
    wanted = kinds if resource is None else [kinds[_position(resource, kinds, "resource")]]
    if resource is None:
        allowed = problem.sites.allowed[at]
        wanted = [kind for k, kind in enumerate(kinds) if allowed[k]]
    stop = Stop(time_limit, within=within)
    with stop.step("walking the streets"):
        walks = survey(plan)
    with stop.catching_interrupts():
        posts = _as_solved(plan, solution, walks)
        units = {post.id: post.units for post in solution.posts_list}
        base = baseline.columns_of(posts, problem, units)
        case = _Case(problem=problem, walks=walks, posts=posts, solution=solution, base=base)
        return [
            _why(
                case,
                (at, kinds.index(kind)),
                stop=stop.share(1.0 / (len(wanted) - n)),
                seed=seed,
                progress=progress,
            )
            for n, kind in enumerate(wanted)
        ]


def _position(name: str, known: tuple[str, ...] | list[str], what: str) -> int:
    if name not in known:
        meant = get_close_matches(name, known, n=1)
        hint = f"did you mean {meant[0]!r}?" if meant else f"see the plan's {what}s."
        raise UsageError(f"there is no {what} {name!r}; {hint}")
    return list(known).index(name)


def _as_solved(plan: Plan, solution: Solution, walks: Survey) -> Posting:
    """Return the posting with all that the solution had to keep to."""
    reverse = solution.reverse
    shares = {} if reverse is None else reverse.shares
    posts = posting(plan.problem, walks, counted=tuple(shares))
    budget = posts.instance.with_budget(solution.budget)
    posts = with_shares(replace(posts, instance=budget), plan.problem, shares)
    present = {post.id for post in solution.posts_list}
    changes = solution.changes
    before = None
    if changes is not None:
        before = tuple(sorted((present - set(changes.opened)) | set(changes.closed)))
    wish = baseline.Wishes(
        lock=tuple(solution.lock),
        forbid=tuple(solution.forbid),
        baseline=before,
        most=None if changes is None else changes.most,
        price=0.0 if changes is None else changes.price,
    )
    return baseline.bind(posts, plan.problem, wish)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Case:
    """What is asked about: the plan as it was solved, and the columns the solution opens."""

    problem: Problem
    walks: Survey
    posts: Posting
    solution: Solution
    base: Ints


def _why(
    case: _Case, post: tuple[int, int], *, stop: Stop, seed: int, progress: Progress | None
) -> Why:
    problem, walks, posts, base = case.problem, case.walks, case.posts, case.base
    at, position = post
    name = problem.post_id(at, position)
    is_open = any(listed.id == name for listed in case.solution.posts_list)
    standing = _standing(problem, walks, posts, at, position, is_open=is_open)
    said = Why(post=name, standing=standing, is_open=is_open)
    if standing in (Standing.NOT_ALLOWED, Standing.UNSNAPPED):
        return said
    mine = (posts.site == at) & (posts.resource == position)
    opens = mine & posts.opens
    instance = posts.instance
    other = replace(
        instance,
        required=(instance.required & ~mine) | (opens & (not is_open)),
        excluded=(instance.excluded & ~mine) | (mine & is_open),
    )
    if problem.laned is not None:
        case = replace(case, posts=replace(posts, instance=other))
        return _with_lanes(case, said, stop=stop, seed=seed, progress=progress)
    # the plan as it is, the post the other way round: the first plan where it keeps the rules
    start = base[~mine[base]] if is_open else np.union1d(base, np.flatnonzero(opens))
    staged = lexicographic.solve(
        replace(posts, instance=other), stop=stop.share(0.8), gap=0.0, seed=seed, start=start,
        progress=progress,
    )  # fmt: skip
    outcome = staged.outcome
    if outcome.chosen is None:
        return replace(said, status=outcome.status)
    chosen = _nearest(staged.held.instance, base, outcome.chosen, stop=stop)
    # the worth of an instance has a constant aside where changes are priced: compare like to like
    value = instance.value(base)
    before, after = _names(problem, posts, base), _names(problem, posts, chosen)
    loss = value - outcome.objective
    return replace(
        said,
        status=outcome.status,
        loss=round(loss, _PLACES) + 0.0,
        loss_least=round(value - outcome.bound, _PLACES) + 0.0,
        people=_people(problem, walks, posts, base, chosen),
        cost=round(math.fsum(instance.cost[base]) - math.fsum(instance.cost[chosen]), _PLACES)
        + 0.0,
        opened=tuple(sorted(after - before - {name})),
        closed=tuple(sorted(before - after - {name})),
    )


def _with_lanes(case: _Case, said: Why, *, stop: Stop, seed: int, progress: Progress | None) -> Why:
    """Solve the plan the other way round where one resource has lanes.

    Lanes of all gates are chosen anew, and so is who is admitted. Among equally good plans any may
    be told: changes are not counted as they are without lanes.
    """
    problem, posts, solution = case.problem, case.posts, case.solution
    instance, lanes = laned(problem, posts)
    units = {post.id: post.units for post in solution.posts_list}
    names = baseline.post_names(problem, posts)
    count = np.where(lanes.gate, [units.get(name, 0) for name in names], 0).astype(np.int64)
    warm = case.base[~instance.excluded[case.base]]
    found, _, _ = admission.solve(
        posts, problem, stop=stop, gap=0.0, seed=seed, warm=(warm, count), progress=progress
    )
    if found.chosen is None:
        return replace(said, status=found.status)
    before, after = _names(problem, posts, case.base), _names(problem, posts, found.chosen)
    people = _people(problem, case.walks, posts, case.base, found.chosen)
    kind = problem.resources[problem.laned or 0].id
    admitted = solution.coverage[kind].covered - math.fsum(found.admitted)
    people[kind] = round(admitted, _PLACES) + 0.0
    cost = solution.cost - lanes.spent(instance, found.chosen, found.lanes)
    # the worth of an instance has a constant aside where changes are priced
    aside = 0.0
    if solution.changes is not None:
        agreed_posts = (
            len(solution.posts_list) - len(solution.changes.opened) + len(solution.changes.closed)
        )
        aside = solution.changes.price * agreed_posts
    value = solution.objective + aside
    return replace(
        said,
        status=found.status,
        loss=round(value - found.objective, _PLACES) + 0.0,
        loss_least=round(value - found.bound, _PLACES) + 0.0,
        people=people,
        cost=round(cost, _PLACES) + 0.0,
        opened=tuple(sorted(after - before - {said.post})),
        closed=tuple(sorted(before - after - {said.post})),
    )


def _standing(
    problem: Problem, walks: Survey, posts: Posting, at: int, position: int, *, is_open: bool
) -> Standing:
    if not problem.sites.allowed[at, position]:
        return Standing.NOT_ALLOWED
    mine = np.flatnonzero((posts.site == at) & (posts.resource == position) & posts.opens)
    status = problem.sites.status[at, position]
    if status == SiteStatus.REQUIRED or posts.instance.required[mine].any():
        return Standing.REQUIRED
    if status == SiteStatus.EXCLUDED or posts.instance.excluded[mine].any():
        return Standing.EXCLUDED
    if not is_open and at in walks.unsnapped_sites:
        return Standing.UNSNAPPED
    return Standing.OPEN if is_open else Standing.CLOSED


def _nearest(instance: Instance, base: Ints, chosen: Ints, *, stop: Stop) -> Ints:
    """Of the plans as good as the one chosen, take one with the fewest changes."""
    slope = np.ones(instance.columns)
    slope[base] = -1.0
    answer = least(
        instance,
        sum_of("changes", slope),
        held=chosen,
        warm=chosen,
        max_nodes=_NODES,
        stop=stop,
    )
    least_worth = instance.value(chosen)
    if (
        answer.chosen is None
        or instance.value(answer.chosen) < least_worth - abs(least_worth) * 1e-12
    ):
        return chosen
    better = slope[answer.chosen].sum() < slope[chosen].sum()
    return answer.chosen if better else chosen


def _names(problem: Problem, posts: Posting, chosen: Ints) -> set[str]:
    names = baseline.post_names(problem, posts)
    return {names[column] for column in chosen.tolist()}


def _people(
    problem: Problem, walks: Survey, posts: Posting, base: Ints, chosen: Ints
) -> dict[str, float]:
    """Return, by resource, the people that the first plan covers beyond those of the second."""
    people = problem.demand.people
    found = {}
    for position, kind in enumerate(problem.resources):
        covered = []
        for columns in (base, chosen):
            sites = np.unique(posts.site[columns[posts.resource[columns] == position]])
            table = walks.walk[kind.id][:, sites]
            covered.append(math.fsum(people[np.diff(table.indptr) > 0]))
        found[kind.id] = round(covered[0] - covered[1], _PLACES) + 0.0
    return found
