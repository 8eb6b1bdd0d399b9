"""What it costs when posts are not there that night, or a street is closed, and what repairs it.

A loss is a post that is missing: illness, a burst pipe, a broken generator. What is told of it is
for those who plan: it is marked as restricted, and no map shows it unasked.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from placement.counts import counted
from placement.cover.instance_builder import posting
from placement.cover.survey import Survey, survey
from placement.errors import InfeasibleError, NoPlanError, UsageError
from placement.executor import Executor, Here
from placement.plan.post_id import PostId
from placement.plan.problem import Plan, SiteStatus
from placement.solution import Post, Solution, Status
from placement.solve.core.stopping import Effort, Progress, Stop
from placement.solve.questions.evaluate import evaluate
from placement.solve.questions.max_cover import optimise
from placement.studies.interdiction import (
    CoverLosing,
    LanesLosing,
    Losing,
    SentLosing,
    Together,
    some_come_first,
    worst,
)
from placement.studies.losses import RESTRICTED, Loss, Losses, Queue, Repair
from placement.studies.moved import moved

_PLACES = 6


def loss(
    plan: Plan,
    solution: Solution,
    *,
    together: Iterable[int] = (1,),
    posts: Iterable[str] = (),
    site: str | None = None,
    closed: Plan | None = None,
    repairs: int | None = None,
    time_limit: float | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    within: Stop | None = None,
) -> Losses:
    """Say what the loss of posts, or a closed street, takes from a plan.

    Rules are left aside, as everywhere a post that is simply missing is counted: that a dog team
    must stand near a gate closes no team when its gate is lost.

    Parameters
    ----------
    plan, solution
        What was asked and chosen.
    together
        For each of these numbers of posts, find those that cost the most together.
    posts
        Posts, as ``"<site>/<resource>"``, that are lost together.
    site
        A site whose posts are all lost: a bridgehead, a station.
    closed
        The same plan with streets closed besides, as `placement.load_plan` reads it with
        ``closures``: the posts stay, the walks change.
    repairs
        Look for the best plan with so many changes besides the loss. That a lost post is required
        does not count there; every other rule does.
    time_limit
        Seconds for each search, or None. Where it ends one early, its bound says what may be worse.
    executor
        Where the searches run, each a piece of its own, see `placement.executor`; None for all
        processors here.
    progress
        Called with seconds, objective and bound while a repair is looked for in this process.
    within
        A stop rule that runs already and is not to be outlasted.

    Returns
    -------
    Losses

    Raises
    ------
    UsageError
        If a post is not open, or a number is out of range.
    AuditError
        If a figure does not hold when recomputed.
    """
    # a barrier that is lost costs no cover, only its way
    units = {post.id: post.units for post in solution.without_barriers}
    names = list(units)
    if repairs is not None and (isinstance(repairs, bool) or repairs < 0):
        raise UsageError(f"repairs is {repairs}: give a whole number of 0 or more.")
    numbers = sorted(set(together))
    if numbers and not names:
        raise UsageError("the solution opens no post, so none can be lost.")
    for many in numbers:
        if isinstance(many, bool) or not 1 <= many <= len(names):
            raise UsageError(
                f"{counted(many, 'post')} cannot be lost together: {len(names)} are open."
            )
    named = _named(solution, posts, site)
    walks = survey(plan)
    case = _Case(
        plan=plan,
        solution=solution,
        walks=walks,
        whole=evaluate(plan, units, bound=False).solution,
        losing=_losing(plan, walks, units),
        closed=closed,
        repairs=repairs,
        time_limit=time_limit,
        effort=Effort(stop=Stop(within=within), progress=progress),
    )
    each = {name: round(case.losing.of((n,)), _PLACES) + 0.0 for n, name in enumerate(names)}
    pieces: list[int | tuple[str, ...] | None] = [*numbers]
    pieces += [named] if named else []
    pieces += [] if closed is None else [None]
    found = list((executor or Here()).map(_told_of, case, pieces))
    return Losses(
        plan=solution.plan,
        solution=solution.digest,
        objective=case.whole.objective,
        each=dict(sorted(each.items(), key=lambda one: (-one[1], one[0]))),
        worst=tuple(found[: len(numbers)]),
        asked=tuple(found[len(numbers) :]),
        restricted=RESTRICTED,
        title=plan.settings.title_by_language(),
        labels={post.id: _label(plan, post) for post in solution.posts_list},
    )


def _label(plan: Plan, post: Post) -> Mapping[str, str]:
    """Return what a post is and its name, by language."""
    kind = plan.problem.resources[plan.problem.resource_index(post.resource)]
    return {language: f"{word} · {post.name}" for language, word in kind.label.items()}


def _told_of(case: "_Case", piece: int | tuple[str, ...] | None) -> Loss:
    """Count the loss of so many posts at worst, of posts that are named, or of closed streets."""
    if piece is None:
        return case.on_closed()
    if not isinstance(piece, int):
        return case.without(piece)
    names = [post.id for post in case.solution.without_barriers]
    at = worst(case.losing, len(names), piece, stop=Stop(case.time_limit, within=case.effort.stop))
    told = case.without(tuple(names[post] for post in at.lost))
    return _with_bound(told, at.bound, at.loss)


def _with_bound(told: Loss, bound: float, counted: float) -> Loss:
    proven = bound <= counted
    return replace(told, bound=told.loss if proven else max(told.loss, round(bound, _PLACES)))


def _named(solution: Solution, posts: Iterable[str], site: str | None) -> tuple[str, ...]:
    names = [post.id for post in solution.without_barriers]
    wanted = set(posts)
    for post in sorted(wanted):
        if post not in names:
            raise UsageError(f"{post!r} is not open in the solution, so it cannot be lost.")
    if site is not None:
        mine = {post.id for post in solution.without_barriers if post.site == site}
        if not mine:
            raise UsageError(f"the solution has no post at the site {site!r}.")
        wanted |= mine
    return tuple(name for name in names if name in wanted)


def _losing(plan: Plan, walks: Survey, units: dict[str, int]) -> Losing:
    """Return what counts the losses of a plan's open posts."""
    problem = plan.problem
    posts = posting(problem, walks)
    cover = CoverLosing(posts, problem, units)
    if problem.laned is None:
        return cover
    places, every = [_place(plan, name) for name in units], problem.units_of(units)
    if problem.rings is not None or some_come_first(problem):
        return Together(cover, SentLosing(posts, plan, walks, places, every))
    return Together(cover, LanesLosing(posts, problem, places, every))


def _place(plan: Plan, name: str) -> tuple[int, int]:
    site, resource = PostId.parse(name)
    problem = plan.problem
    return problem.sites.id.index(site), problem.resource_index(resource)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Case:
    """The plan with all its posts, and how to look for repairs."""

    plan: Plan
    solution: Solution
    walks: Survey
    whole: Solution
    losing: Losing
    closed: Plan | None
    repairs: int | None
    time_limit: float | None
    effort: Effort

    def without(self, lost: tuple[str, ...]) -> Loss:
        """Count the posts that are left."""
        left = {
            post.id: post.units for post in self.solution.posts_list if post.id not in set(lost)
        }
        then = evaluate(self.plan, left, bound=False).solution
        return self._told(then, self.plan, self.walks, lost=lost)

    def on_closed(self) -> Loss:
        """Count all posts on the walks that closed streets leave."""
        assert self.closed is not None  # noqa: S101 - asked for by the caller
        units = {post.id: post.units for post in self.solution.posts_list}
        then = evaluate(self.closed, units, bound=False).solution
        return self._told(then, self.closed, survey(self.closed), lost=())

    def _told(self, then: Solution, plan: Plan, walks: Survey, *, lost: tuple[str, ...]) -> Loss:
        people = {
            name: round(told.covered - then.coverage[name].covered, _PLACES) + 0.0
            for name, told in self.whole.coverage.items()
        }
        return Loss(
            lost=lost,
            closed=tuple(name for name in plan.closed if name not in self.plan.closed),
            loss=round(self.whole.objective - then.objective, _PLACES) + 0.0,
            bound=None,
            people=people,
            moved=moved(self.plan, self.walks, walks, self.whole, then),
            queues=_queues(self.whole, then),
            repair=self._repair(plan, then, lost),
        )

    def _repair(self, plan: Plan, then: Solution, lost: tuple[str, ...]) -> Repair | None:
        if self.repairs is None:
            return None
        try:
            best = optimise(
                _closing(plan, lost),
                baseline=self.solution,
                max_changes=self.repairs + len(lost),
                time_limit=self.time_limit,
                progress=self.effort.progress,
                within=self.effort.stop,
            )
        except InfeasibleError:
            return _no_repair(self.repairs, Status.INFEASIBLE)
        except NoPlanError:
            return _no_repair(self.repairs, Status.UNKNOWN)
        before = {post.id for post in self.solution.posts_list}
        after = {post.id for post in best.posts_list}
        return Repair(
            most=self.repairs,
            status=best.status,
            opened=tuple(sorted(after - before)),
            closed=tuple(sorted(before - after - set(lost))),
            objective=best.objective,
            bound=None if math.isinf(best.bound) else best.bound,
            recovered=round(best.objective - then.objective, _PLACES) + 0.0,
        )


def _no_repair(most: int, status: Status) -> Repair:
    return Repair(
        most=most, status=status, opened=(), closed=(), objective=None, bound=None, recovered=None
    )


def _closing(plan: Plan, lost: tuple[str, ...]) -> Plan:
    """Return the plan without some posts; that one of them is required no longer counts."""
    sites = plan.problem.sites
    status = sites.status.copy()
    for name in lost:
        status[_place(plan, name)] = SiteStatus.EXCLUDED
    return replace(plan, problem=replace(plan.problem, sites=replace(sites, status=status)))


def _queues(whole: Solution, then: Solution) -> tuple[Queue, ...]:
    """Say how gates differ that are open before and after."""
    after = {post.id: post for post in then.posts_list}
    found = []
    for post in whole.posts_list:
        other = after.get(post.id)
        if post.admitted is None or other is None or other.admitted is None:
            continue
        waits = (post.longest_wait_min or 0.0, other.longest_wait_min or 0.0)
        if (post.admitted, waits[0]) == (other.admitted, waits[1]):
            continue
        found.append(
            Queue(
                post=post.id,
                lanes=post.units,
                admitted=post.admitted,
                admitted_then=other.admitted,
                longest_wait_min=waits[0],
                longest_wait_then_min=waits[1],
            )
        )
    return tuple(sorted(found, key=lambda one: (one.admitted - one.admitted_then, one.post)))
