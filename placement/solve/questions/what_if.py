"""Why a post is open or closed: what the plan would be if it were the other way, solved exactly."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum

import numpy as np

from placement.arrays import Ints
from placement.cover.instance_builder import Posting, posting
from placement.cover.survey import Survey, survey
from placement.errors import UsageError
from placement.plan.problem import Plan, Problem, SiteStatus
from placement.solution import Solution, Status
from placement.solve.core.incumbent import Start
from placement.solve.core.stopping import Effort, Progress, Stop
from placement.solve.questions import baseline
from placement.solve.questions.measured import choose_solver
from placement.solve.questions.min_cost import with_shares

_PLACES = 6


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
    ALONE = "alone"
    """Nothing else may seal its way through the perimeter."""


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
    for that, and said; that each way through a sealed perimeter is shut is never lifted.

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
    kinds = [kind.id for kind in problem.means]
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
        case = _Case(plan=plan, walks=walks, posts=posts, solution=solution, base=base)
        return [
            _why(
                case,
                (at, kinds.index(kind)),
                Effort(stop=stop.share(1.0 / (len(wanted) - n)), seed=seed, progress=progress),
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

    plan: Plan
    walks: Survey
    posts: Posting
    solution: Solution
    base: Ints


def _why(case: _Case, post: tuple[int, int], effort: Effort) -> Why:
    problem, walks, posts, base = case.plan.problem, case.walks, case.posts, case.base
    at, position = post
    name = problem.post_id(at, position)
    is_open = any(listed.id == name for listed in case.solution.posts_list)
    standing = _standing(problem, walks, posts, at, position, is_open=is_open)
    said = Why(post=name, standing=standing, is_open=is_open)
    if standing in (Standing.NOT_ALLOWED, Standing.UNSNAPPED):
        return said
    if standing is Standing.ALONE and is_open:
        return replace(said, status=Status.INFEASIBLE)
    mine = (posts.site == at) & (posts.resource == position)
    opens = mine & posts.opens
    instance = posts.instance
    other = replace(
        instance,
        required=(instance.required & ~mine) | (opens & (not is_open)),
        excluded=(instance.excluded & ~mine) | (mine & is_open),
    )
    turned = replace(posts, instance=other)
    # the plan as it is, the post the other way round: the first plan where it keeps the rules
    chosen = base[~mine[base]] if is_open else np.union1d(base, np.flatnonzero(opens))
    units = {post.id: post.units for post in case.solution.posts_list}
    lanes = np.array([units.get(name, 0) for name in baseline.post_names(problem, posts)])
    start = Start(chosen=chosen, lanes=lanes)
    solver = choose_solver(case.plan, walks)
    searching = replace(effort, stop=effort.stop.share(0.8))
    staged = solver.solve(turned, searching, start=start)
    found = solver.nearest(staged, base, stop=effort.stop)
    if found.plan is None:
        return replace(said, status=found.status)
    chosen = found.plan.chosen
    # the worth of an instance has a constant aside where changes are priced: compare like to like
    value = solver.worth(posts, base, case.solution)
    spent = [solver.spent(posts, plan) for plan in (replace(start, chosen=base), found.plan)]
    people = _people(problem, walks, posts, base, chosen)
    for kind, admitted in solver.admitted(found).items():
        people[kind] = round(case.solution.coverage[kind].covered - admitted, _PLACES) + 0.0
    before, after = _names(problem, posts, base), _names(problem, posts, chosen)
    return replace(
        said,
        status=found.status,
        loss=round(value - found.objective, _PLACES) + 0.0,
        loss_least=round(value - found.bound, _PLACES) + 0.0,
        people=people,
        cost=round(spent[0] - spent[1], _PLACES) + 0.0,
        opened=tuple(sorted(after - before - {name})),
        closed=tuple(sorted(before - after - {name})),
    )


def _standing(
    problem: Problem, walks: Survey, posts: Posting, at: int, position: int, *, is_open: bool
) -> Standing:
    if not problem.sites.allowed[at, position]:
        return Standing.NOT_ALLOWED
    if any(way.options == ((at, position),) for way in problem.ways):
        return Standing.ALONE
    mine = np.flatnonzero((posts.site == at) & (posts.resource == position) & posts.opens)
    status = problem.sites.status[at, position]
    if status == SiteStatus.REQUIRED or posts.instance.required[mine].any():
        return Standing.REQUIRED
    if status == SiteStatus.EXCLUDED or posts.instance.excluded[mine].any():
        return Standing.EXCLUDED
    if not is_open and at in walks.unsnapped_sites:
        return Standing.UNSNAPPED
    return Standing.OPEN if is_open else Standing.CLOSED


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
