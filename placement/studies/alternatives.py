"""Plans that are nearly as good as the best, and really different: what people negotiate over."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from placement.arrays import Bools
from placement.counts import counted
from placement.cover.instance import Rule
from placement.cover.instance_builder import Posting
from placement.errors import UsageError
from placement.plan.problem import Plan, Problem
from placement.plan.summary import html_table
from placement.review.geojson import solution_text, take_solution
from placement.review.reading import Members
from placement.solution import Solution, Status
from placement.solve.core.gap import relative_gap
from placement.solve.core.stopping import Effort, Progress, Stop
from placement.solve.questions import baseline
from placement.solve.questions.max_cover import audited, optimise
from placement.solve.questions.measured import choose_solver, measured
from placement.solve.questions.report import write_up
from placement.studies.kept_results import KeptResults

if TYPE_CHECKING:
    import pandas as pd

FOUND = "count"
ENDS = (FOUND, "none", "unknown")
"""Why there are no more plans, see `Alternatives`."""

_PLACES = 6
_LAST_BITS = 1e-9  # relative: what sums of floating-point numbers are off


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A plan among several.

    Attributes
    ----------
    solution
        The plan, audited. Its bound and gap are those of the plan's question: no plan at all is
        worth more than the bound.
    short
        How far it may be below the best plan, as a share of what no plan can beat.
    among
        No other plan that differs as much from those before is worth more than this.
    proven
        Whether it is the best such plan.
    apart
        By how many posts that count it differs from each plan before it, in their order.
    opened, closed
        Posts that it has and the first plan has not, and the other way round.
    """

    solution: Solution
    short: float
    among: float
    proven: bool
    apart: tuple[int, ...]
    opened: tuple[str, ...]
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Alternatives:
    """Plans that are nearly as good and really different, the best first.

    Attributes
    ----------
    plan
        Name of the plan.
    within
        How far below the best they may be, as a share.
    differ
        Fewest posts that count by which any two of them differ.
    plans
        The best plan, then the others.
    ended
        Why there are no more: ``"count"`` where as many were found as were asked for, ``"none"``
        where it is proven that there is no further one, ``"unknown"`` where none was found in time
        and none was ruled out.
    """

    plan: str
    within: float
    differ: int
    plans: tuple[Alternative, ...]
    ended: str

    @property
    def shared(self) -> tuple[str, ...]:
        """Posts that all plans have, barriers aside: what need not be talked about."""
        first, *others = ({post.id for post in one.solution.without_barriers} for one in self.plans)
        return tuple(sorted(first.intersection(*others)))

    @property
    def disputed(self) -> dict[str, tuple[int, ...]]:
        """By post that some plans have and others have not, the plans that have it, from 1."""
        sets = [{post.id for post in one.solution.posts_list} for one in self.plans]
        some = sorted(sets[0].union(*sets[1:]) - sets[0].intersection(*sets[1:]))
        return {post: tuple(n for n, one in enumerate(sets, 1) if post in one) for post in some}

    def frame(self) -> "pd.DataFrame":
        """Return a DataFrame with one row a plan: its figures, and what it opens and closes."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only wanted by callers in Python

        rows = [
            {
                "status": str(one.solution.status),
                "objective": one.solution.objective,
                "bound": one.solution.bound,
                "gap": one.solution.gap,
                "cost": one.solution.cost,
                "short": one.short,
                "opened": list(one.opened),
                "closed": list(one.closed),
            }
            for one in self.plans
        ]
        return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="plan"))

    def __repr__(self) -> str:
        return (
            f"Alternatives of {self.plan!r}: {counted(len(self.plans), 'plan')} within "
            f"{self.within:.2%} of "
            f"the best, {counted(self.differ, 'post')} apart, "
            f"{counted(len(self.shared), 'post')} in all"
        )

    def _repr_html_(self) -> str:
        rows = [
            (
                str(n),
                f"{one.solution.objective:,.10g}",
                f"{one.short:.2%}",
                ", ".join(one.opened),
                ", ".join(one.closed),
            )
            for n, one in enumerate(self.plans, 1)
        ]
        return html_table(self.plan, rows, head=("plan", "objective", "below", "opens", "closes"))


def alternatives(
    plan: Plan,
    *,
    within: float = 0.01,
    differ: int = 5,
    count: int = 10,
    time_limit: float | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    told: Callable[[Alternative], None] | None = None,
    outer: Stop | None = None,
    folder: str | Path | None = None,
) -> Alternatives:
    """Find plans that are nearly as good as the best, each different from all before it.

    Two plans differ by the number of posts that one has and the other has not, both ways: a post
    that moves counts as two, as in ``max_changes``. Posts of a resource that is worth nothing and
    that no rule needs do not count. Each plan is the best of those that differ enough from every
    plan before it.

    Parameters
    ----------
    plan
        A loaded plan.
    within
        How far below the best plan's bound they may be, as a share.
    differ
        Fewest posts by which any two plans differ.
    count
        Most plans, the best one included.
    time_limit
        Seconds for each plan, or None.
    seed
        Of the search.
    progress
        Called with seconds, objective and bound of the plan that is looked for.
    told
        Called with each plan when it is found.
    outer
        A stop rule that runs already and is not to be outlasted.
    folder
        Keeps each plan in a file of its own, and takes those that a run with the same inputs,
        question and version kept: one that was killed goes on where it stopped. None keeps none.

    Returns
    -------
    Alternatives

    Raises
    ------
    UsageError
        If a number is out of range.
    InfeasibleError, NoPlanError
        As `placement.optimise`, of the best plan.
    InputError
        If a kept plan cannot be used.
    AuditError
        If a figure does not hold when recomputed.
    """
    _check(within, differ=differ, count=count)
    kept = None
    if folder is not None:
        asked = {
            "budget": plan.problem.budget, "count": count, "differ": differ,
            "limits": dict(plan.limits), "seed": seed, "time_limit": time_limit, "within": within,
        }  # fmt: skip
        kept = KeptResults(folder, "plans", asked, plan)
    found: list[Alternative] = []
    ended: str = FOUND
    while len(found) < count:
        name = f"plan-{len(found) + 1:02}.json"
        known = None if kept is None else kept.read(name, _take)
        if known is None:
            effort = Effort(stop=Stop(time_limit, within=outer), seed=seed, progress=progress)
            if found:
                known = _search(plan, found, within, differ, effort)
            else:
                known = _best(plan, time_limit, seed, progress, outer)
            if kept is not None:
                kept.keep(name, _text(known))
                known = kept.read(name, _take) or known
        elif known.solution is not None:
            audited(plan, known.solution)
        if known.solution is None:
            ended = known.ended
            break
        before = [one.solution for one in found]
        found.append(_alternative(plan.problem, known.solution, known.among, before))
        if told is not None:
            told(found[-1])
    return Alternatives(
        plan=plan.settings.name,
        within=within,
        differ=differ,
        plans=tuple(found),
        ended=ended,
    )


def _check(within: float, **numbers: int) -> None:
    if not 0 <= within < 1:
        raise UsageError(f"within is {within}: give a share of at least 0 and below 1.")
    for name, number in numbers.items():
        if isinstance(number, bool) or number < 1:
            raise UsageError(f"{name} is {number}: give a whole number of 1 or more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one search found: a plan and what no other can have more than, or why there is none."""

    solution: Solution | None = None
    among: float = math.inf
    ended: str = FOUND


def _text(found: _Found) -> str:
    """Return a search's answer as it is kept; see `_take`."""
    plan = None if found.solution is None else json.loads(solution_text(found.solution))
    among = found.among if math.isfinite(found.among) else None
    return json.dumps({"among": among, "ended": found.ended, "plan": plan}, ensure_ascii=False)


def _take(content: object, path: Path) -> _Found:
    """Take a search's answer from its file."""
    top = Members(content, file=path)
    ended = top.choice("ended", ENDS)
    if ended != FOUND:
        return _Found(ended=ended)
    plan = take_solution(top.inner("plan").values, file=path)
    return _Found(solution=plan, among=top.number("among", null=math.inf))


def _best(
    plan: Plan, time_limit: float | None, seed: int, progress: Progress | None, outer: Stop | None
) -> _Found:
    first = optimise(plan, time_limit=time_limit, seed=seed, progress=progress, within=outer)
    return _Found(solution=first, among=first.bound)


def _search(
    plan: Plan, found: list[Alternative], within: float, differ: int, effort: Effort
) -> _Found:
    """Find the best plan that differs enough from those before and is near enough to the best."""
    first = found[0].solution
    walks, posts, _ = measured(plan, effort.stop)
    solver = choose_solver(plan, walks)
    with effort.stop.catching_interrupts():
        best = solver.best(_apart(posts, plan, found, differ), effort, start=None, shares={})
    outcome = best.outcome
    if effort.stop.interrupted:
        raise KeyboardInterrupt
    least = first.bound * (1 - within)
    least -= _LAST_BITS * abs(least)
    if outcome.status is Status.INFEASIBLE or outcome.bound < least:
        return _Found(ended="none")
    if best.chosen is None or outcome.objective < least:
        return _Found(ended="none" if outcome.status is Status.OPTIMAL else "unknown")
    bound = max(first.bound, outcome.objective)
    told_of = replace(
        outcome,
        status=Status.OPTIMAL if outcome.objective >= first.bound else Status.FEASIBLE,
        bound=bound,
        gap=relative_gap(outcome.objective, bound),
    )
    solution = write_up(plan, walks, replace(best, outcome=told_of), wish=baseline.Wishes())
    among = solution.objective if outcome.status is Status.OPTIMAL else outcome.bound
    return _Found(solution=audited(plan, solution), among=among)


def _apart(posts: Posting, plan: Plan, found: list[Alternative], differ: int) -> Posting:
    """Add the rules that a plan keeps its distance from those before.

    Σ_{j open before} (1 − y_j) + Σ_{j closed before} y_j ≥ differ, over the columns that open posts
    that count (a cut on the Hamming distance, as in local branching turned round).
    """
    names = baseline.post_names(plan.problem, posts)
    opening = posts.opens & _telling(plan.problem)[posts.resource]
    rules = []
    none = np.zeros(0, dtype=np.int64)
    for number, one in enumerate(found, 1):
        before = _names(plan.problem, one.solution)
        was_open = np.array([name in before for name in names]) & opening
        slope = np.where(was_open, 1.0, np.where(opening, -1.0, 0.0))
        rules.append(
            Rule(
                name=f"differ from plan {number}",
                slope=slope,
                rows=none,
                times=none,
                share=np.zeros(0),
                most=float(was_open.sum() - differ),
            )
        )
    instance = posts.instance
    return replace(posts, instance=replace(instance, rules=(*instance.rules, *rules)))


def _alternative(
    problem: Problem, solution: Solution, among: float, before: list[Solution]
) -> Alternative:
    first = (before or [solution])[0]
    mine, best = ({post.id for post in one.posts_list} for one in (solution, first))
    bound = first.bound
    known = 0.0 < bound < math.inf
    among = max(solution.objective, round(among, _PLACES))
    return Alternative(
        solution=solution,
        short=max(0.0, round((bound - solution.objective) / bound, 9)) if known else 0.0,
        among=among,
        proven=among <= solution.objective,
        apart=tuple(len(_names(problem, solution) ^ _names(problem, one)) for one in before),
        opened=tuple(sorted(mine - best)),
        closed=tuple(sorted(best - mine)),
    )


def _names(problem: Problem, solution: Solution) -> set[str]:
    """Return the posts of a plan that count where it is told from others."""
    counts = dict(zip((one.id for one in problem.means), _telling(problem).tolist(), strict=True))
    return {post.id for post in solution.posts_list if counts[post.resource]}


def _telling(problem: Problem) -> Bools:
    """Say of each of the means whether its posts tell plans apart.

    Posts that bring nothing would make any two plans different: of a resource that is worth
    nothing they count where a floor or a post of another resource needs them.
    """
    needed = {problem.resources[floor.resource].id for floor in problem.floors}
    needed |= {one.near.resource for one in problem.resources if one.near is not None}
    found = [one.value > 0 or one.id in needed for one in problem.resources]
    return np.array(found + [True] * len(problem.barriers))
