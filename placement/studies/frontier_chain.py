"""The plans along a frontier, each as near to the one before it as equal worth allows.

Without lanes a point has two steps. The most that it is worth is found by itself, as a piece of an
executor; of all plans that are worth as much, those with the fewest changes against the point
before are then told apart as everywhere, by walk, cost and identifiers. With lanes changes are not
counted: each search starts from the plan of the point before, so all of it is in order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from placement.cover.instance_builder import posting
from placement.cover.survey import Survey
from placement.errors import NoPlanError
from placement.executor import Executor
from placement.plan.problem import Plan
from placement.solution import Solution, Status
from placement.solve.core.gap import relative_gap
from placement.solve.core.incumbent import Outcome
from placement.solve.core.lexicographic import Staged
from placement.solve.core.stopping import Effort, Stop
from placement.solve.questions import baseline
from placement.solve.questions.equal_worth import no_more_changes
from placement.solve.questions.max_cover import with_budget
from placement.solve.questions.measured import choose_solver
from placement.solve.questions.report import write_up
from placement.solve.questions.secondary_objective import refine
from placement.solve.questions.solver import Best
from placement.studies.frontier_points import BUDGET, number


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Search:
    """How the points of a frontier are looked for.

    Attributes
    ----------
    plan, walks
        What is asked, and its walks.
    over
        ``"budget"``, or the resource whose units are limited.
    effort
        Of all points together.
    time_limit
        Seconds for each point, or None.
    """

    plan: Plan
    walks: Survey
    over: str
    effort: Effort
    time_limit: float | None

    def asked(self, value: float) -> Plan:
        """Return the plan with one value of what is varied."""
        if self.over == BUDGET:
            return with_budget(self.plan, value)
        units, problem = int(value), self.plan.problem
        resources = tuple(
            replace(one, fleet=units) if one.id == self.over else one for one in problem.resources
        )
        limits = dict(sorted({**self.plan.limits, self.over: units}.items()))
        return replace(self.plan, problem=replace(problem, resources=resources), limits=limits)

    def effort_for(self, seconds: float | None) -> Effort:
        """Return the effort for so many seconds from now."""
        return replace(self.effort, stop=Stop(seconds, within=self.effort.stop))


class Chain:
    """Finds the plans that are not known yet, in the order of their values.

    Parameters
    ----------
    search
        How they are looked for.
    values
        Those without a known plan, ascending.
    executor
        Where the most that each is worth is found.
    """

    def __init__(self, search: Search, values: Sequence[float], executor: Executor) -> None:
        self._search, self._executor = search, executor
        self._left = list(values)
        self._found: Iterator[tuple[Staged[Outcome], float | None]] | None = None

    def next(self, before: Solution | None) -> Solution | None:
        """Find the plan of the next value, near to the one before; None where none keeps the rules.

        Raises
        ------
        NoPlanError
            If no plan was found within the limit, and none was shown to be impossible.
        KeyboardInterrupt
            At Ctrl-C.
        """
        search, value = self._search, self._left[0]
        if before is None or search.plan.problem.laned is not None:
            best = self._from(before)
        else:
            best = self._near(before)
        del self._left[0]
        if best.outcome.status is Status.INFEASIBLE:
            return None
        if best.chosen is None or best.outcome.status is Status.UNKNOWN:
            raise NoPlanError(
                f"no plan was found within the limit for {search.over} {number(value)}; give more "
                "time with --time-limit."
            )
        return write_up(search.asked(value), search.walks, best, wish=baseline.Wishes())

    def _from(self, before: Solution | None) -> Best:
        """Find the best plan, starting from the one before."""
        search = self._search
        plan = search.asked(self._left[0])
        posts = posting(plan.problem, search.walks)
        start = baseline.start(posts, plan.problem, baseline.check_wishes(baseline=before))
        effort = search.effort_for(search.time_limit)
        with effort.stop.catching_interrupts():
            best = choose_solver(plan, search.walks).best(posts, effort, start=start, shares={})
        return _unless_interrupted(best, effort.stop)

    def _near(self, before: Solution) -> Best:
        """Take a plan with the fewest changes against the one before, of those of most worth."""
        search = self._search
        if self._found is None:
            self._found = self._executor.map(_find_most, search, tuple(self._left))
        found, left = next(self._found)
        outcome = found.outcome
        if search.effort.progress is not None and outcome.trace:  # it may have run elsewhere
            search.effort.progress(outcome.trace[-1].seconds, outcome.objective, outcome.bound)
        plan = search.asked(self._left[0])
        posts = posting(plan.problem, search.walks)
        solver = choose_solver(plan, search.walks)
        wish = baseline.check_wishes(baseline=before)
        if outcome.status not in (Status.OPTIMAL, Status.INFEASIBLE):
            start = baseline.start(posts, plan.problem, wish)
            known = solver.solve(posts, search.effort_for(0.0), start=start)
            found = _better(found, known)
        stop = search.effort_for(left).stop
        base = baseline.columns_of(posts, plan.problem, wish.units)
        with stop.catching_interrupts():
            near = solver.nearest(found, base, stop=stop)
            best = Best(outcome=near, posts=posts, chosen=near.chosen, tiers=found.tiers)
            if near.chosen is not None:
                held = no_more_changes(found.posts.instance, base, near.chosen)
                alike = replace(found.posts, instance=held)
                chosen, unproven = refine(alike, plan.problem, search.walks, near.chosen, stop=stop)
                best = replace(best, chosen=chosen, unproven=unproven)
        return _unless_interrupted(best, stop)


def _find_most(search: Search, value: float) -> tuple[Staged[Outcome], float | None]:
    """Find a plan of most worth; return it with the seconds that are left of its time."""
    plan = search.asked(value)
    effort = search.effort_for(search.time_limit)
    posts = posting(plan.problem, search.walks)
    with effort.stop.catching_interrupts():
        found = choose_solver(plan, search.walks).solve(posts, effort, start=None)
    return _unless_interrupted(found, effort.stop), (
        None if search.time_limit is None else effort.stop.left()
    )


def _better(found: Staged[Outcome], known: Staged[Outcome]) -> Staged[Outcome]:
    """Return the plan of the point before where a search that ended early found none as good."""
    one, other = found.outcome, known.outcome
    if other.chosen is None or (one.chosen is not None and _worths(found) >= _worths(known)):
        return found
    if other.status is Status.OPTIMAL:
        return known
    bound = max(min(one.bound, other.bound), other.objective)
    gap = relative_gap(other.objective, bound)
    return replace(known, outcome=replace(other, stopped=one.stopped, bound=bound, gap=gap))


def _worths(found: Staged[Outcome]) -> list[float]:
    """Return what a plan is worth, the first tier first."""
    return [tier.objective for tier in found.tiers] or [found.outcome.objective]


def _unless_interrupted[T](found: T, stop: Stop) -> T:
    """Return what was found.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C ended the search.
    """
    if stop.interrupted:
        raise KeyboardInterrupt
    return found
