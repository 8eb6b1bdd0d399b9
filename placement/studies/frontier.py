"""The frontier: the best plan for each budget, or for each number of units of a resource.

Points are told in ascending order. Each one takes, of all plans that are worth as much, one with
the fewest posts that open or close against the point before it; with lanes it starts from that. So
a plan depends on the points before it and on nothing else: a run that goes on from kept points
repeats the same chain, and so does one with more processors.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

from placement.counts import counted
from placement.errors import UsageError
from placement.executor import Executor, Here
from placement.plan.problem import Plan
from placement.plan.summary import html_table
from placement.solution import Solution, Status
from placement.solve.core.stopping import Effort, Progress, Stop
from placement.solve.questions.max_cover import audited
from placement.solve.questions.measured import measured
from placement.studies.figures import Plot
from placement.studies.frontier_chain import Chain, Search
from placement.studies.frontier_points import BUDGET, FrontierPoints, Question, number

if TYPE_CHECKING:
    import pandas as pd

_PLACES = 6
_FALL = 0.5  # a knee: one unit more brings half of what it brought before, or less


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """The best plan at one value, against the point before it.

    Attributes
    ----------
    value
        The budget, or the most units of the resource.
    solution
        The plan, audited; None where no plan keeps every rule.
    opened, closed
        Posts that open and close against the plan before it; empty at the first plan.
    per_unit
        By resource, people covered more than at the plan before it, per unit of `value`; empty at
        the first plan.
    worth_per_unit
        The objective's rise per unit of `value`; None at the first plan.
    knee
        Whether more brings far less from here on, see `knees`.
    """

    value: float
    solution: Solution | None
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    per_unit: Mapping[str, float] | None = None
    worth_per_unit: float | None = None
    knee: bool = False


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Frontier:
    """The best plans along a range of budgets, or of units of a resource.

    Attributes
    ----------
    plan, title
        Name of the plan, and its title by language.
    over
        What is varied: ``"budget"``, or the resource.
    unit
        The unit of its values, by language.
    resources
        Names of the resources that have a post in some plan, by identifier and language.
    points
        In ascending order of their values.
    """

    plan: str
    title: Mapping[str, str]
    over: str
    unit: Mapping[str, str]
    resources: Mapping[str, Mapping[str, str]]
    points: tuple[FrontierPoint, ...]

    @property
    def kept(self) -> tuple[str, ...]:
        """Posts that are open in all plans."""
        plans = [
            {post.id for post in point.solution.without_barriers}
            for point in self.points
            if point.solution is not None
        ]
        return tuple(sorted(set.intersection(*plans))) if plans else ()

    @property
    def solutions(self) -> tuple[Solution, ...]:
        """The plans there are, in order."""
        return tuple(point.solution for point in self.points if point.solution is not None)

    def rows(self) -> list[dict[str, Any]]:
        """Return a row of figures for each point, the same columns in each."""
        return [self._row(point) for point in self.points]

    def _row(self, point: FrontierPoint) -> dict[str, Any]:
        told = point.solution
        row: dict[str, Any] = {
            self.over: point.value,
            "status": str(Status.INFEASIBLE if told is None else told.status),
            "objective": None if told is None else told.objective,
            "bound": None if told is None or math.isinf(told.bound) else told.bound,
            "gap": None if told is None or math.isinf(told.gap) else told.gap,
            "cost": None if told is None else told.cost,
            "posts": None if told is None else len(told.without_barriers),
        }
        for name in self.resources:
            covered = None if told is None else told.coverage[name]
            row |= {
                f"{name}_covered": None if covered is None else covered.covered,
                f"{name}_share": None if covered is None else round(covered.share, _PLACES),
                f"{name}_per_unit": (point.per_unit or {}).get(name),
            }
        return row | {
            "worth_per_unit": point.worth_per_unit,
            "opened": len(point.opened),
            "closed": len(point.closed),
            "knee": point.knee,
        }

    def frame(self) -> "pd.DataFrame":
        """Return the figures as a DataFrame, one row a point."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only wanted by callers in Python

        return pd.DataFrame(self.rows())

    def csv(self) -> str:
        """Return the figures as CSV, one line a point."""
        rows = self.rows()
        lines = [",".join(rows[0])] if rows else []
        lines += [",".join(map(_cell, row.values())) for row in rows]
        return "".join(f"{line}\n" for line in lines)

    def figure(self, *, language: str = "en") -> Plot:
        """Return the frontier as a picture: what is covered, and what one unit more brings.

        Parameters
        ----------
        language
            ``"en"`` or ``"fr"``.

        Raises
        ------
        MissingExtraError
            If the extra ``plots`` is not installed.
        """
        drawn = import_module("placement.studies.frontier_plot").pictures(self, language=language)
        return Plot(**drawn)

    def __repr__(self) -> str:
        proven = sum(one.status is Status.OPTIMAL for one in self.solutions)
        ends = f"{number(self.points[0].value)} to {number(self.points[-1].value)}"
        return (
            f"Frontier of {self.plan!r} over {self.over}, {ends}: "
            f"{counted(len(self.points), 'point')}, "
            f"{proven} proven, {counted(len(self.kept), 'post')} in all plans"
        )

    def _repr_html_(self) -> str:
        rows = self.rows()
        cells = [list(row.values()) for row in rows]
        return html_table(f"{self.plan}: {self.over}", cells, head=list(rows[0]))


def _cell(value: Any) -> str:  # noqa: ANN401 - a figure, a word or nothing
    if isinstance(value, bool):
        return str(int(value))
    if value is None or isinstance(value, str):
        return value or ""
    return number(value)


def frontier(
    plan: Plan,
    values: Sequence[float],
    *,
    over: str = BUDGET,
    folder: str | Path | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
    told: Callable[[FrontierPoint, Path | None, bool], None] | None = None,
    within: Stop | None = None,
) -> Frontier:
    """Find the best plan for each budget, each changing as little as equal value allows.

    Parameters
    ----------
    plan
        A loaded plan.
    values
        Budgets in the plan's unit, or most units of the resource `over`, in any order.
    over
        ``"budget"``, or the resource whose units are limited.
    folder
        Keeps each point in a file of its own, and takes those that a run with the same inputs,
        question and version kept: one that was killed goes on where it stopped. None keeps none.
    time_limit
        Seconds for each point, or None. With one, a slow machine may prove less.
    gap
        Relative gap that is good enough; 0 asks for proof.
    seed
        Of the search.
    executor
        Where the most that each point is worth is found, each a piece of its own, see
        `placement.executor`; None for all processors here. With lanes no piece is independent.
    progress
        Called with seconds, objective and bound of the point that is being solved; of one that was
        solved in another process once, when that is known.
    told
        Called with each point when it is known, its file, and whether an earlier run kept it.
    within
        A stop rule that runs already and is not to be outlasted.

    Returns
    -------
    Frontier

    Raises
    ------
    UsageError
        If a value is out of range, or there is no such resource.
    InputError
        If the streets cannot be read, or a kept point cannot be used.
    NoPlanError
        If no plan was found within the limit, and none was shown to be impossible.
    KeyboardInterrupt
        At Ctrl-C. The points before stay kept.
    AuditError
        If a figure does not hold when recomputed.
    """
    question = Question(
        over=over,
        series=_checked(plan, values, over),
        gap=gap,
        seed=seed,
        time_limit=time_limit,
    )
    points = None if folder is None else FrontierPoints(folder, question, plan)
    search = Search(
        plan=plan,
        walks=measured(plan, Stop(within=within))[0],
        over=over,
        effort=Effort(stop=Stop(within=within), gap=gap, seed=seed, progress=progress),
        time_limit=time_limit,
    )
    kept = {} if points is None else {value: points.read(value) for value in question.series}
    missing = [value for value in question.series if not kept.get(value, (False, None))[0]]
    chain = Chain(search, missing, executor or Here())
    found: list[FrontierPoint] = []
    before: FrontierPoint | None = None
    for value in question.series:
        known, solution = kept.get(value, (False, None))
        if not known:
            solution = chain.next(None if before is None else before.solution)
            if points is not None:
                if solution is not None:
                    audited(search.asked(value), solution)
                solution = points.keep(value, solution)
        if solution is not None and (known or points is None):
            audited(search.asked(value), solution)
        point = _against(before, FrontierPoint(value=value, solution=solution))
        found.append(point)
        before = before if solution is None else point
        if told is not None:
            told(point, None if points is None else points.path(value), known)
    return Frontier(
        plan=plan.settings.name,
        title=plan.settings.title_by_language(),
        over=over,
        unit=_unit(plan, over),
        resources=_used_in(plan, over, found),
        points=_with_knees(found),
    )


def _used_in(
    plan: Plan, over: str, points: Sequence[FrontierPoint]
) -> Mapping[str, Mapping[str, str]]:
    """Return the names of what is varied, and of the resources that have a post in some plan."""
    used = {over}
    for point in points:
        used |= {post.resource for post in (point.solution.posts_list if point.solution else ())}
    return {one.id: one.label for one in plan.problem.resources if one.id in used}


def _checked(plan: Plan, values: Sequence[float], over: str) -> tuple[float, ...]:
    if over != BUDGET and over not in {one.id for one in plan.problem.resources}:
        known = ", ".join([BUDGET, *sorted(one.id for one in plan.problem.resources)])
        raise UsageError(f"there is no resource {over!r} to vary; known are {known}.")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value < math.inf:
            raise UsageError(f"{over} is {value}: give finite numbers of 0 or more.")
        if over != BUDGET and not float(value).is_integer():
            raise UsageError(f"{over} is {value}: units are whole numbers.")
    if not values:
        raise UsageError(f"there is no {over} to solve for: give at least one.")
    return tuple(sorted({float(value) for value in values}))


def _unit(plan: Plan, over: str) -> Mapping[str, str]:
    if over == BUDGET:
        unit = plan.settings.budget.unit
        return {"en": unit.en, "fr": unit.fr}
    return plan.problem.resources[plan.problem.resource_index(over)].unit


def _against(before: FrontierPoint | None, point: FrontierPoint) -> FrontierPoint:
    """Return a point with what changed since the one before it."""
    if before is None or before.solution is None or point.solution is None:
        return point
    old, new = before.solution, point.solution
    apart = point.value - before.value
    posts = [{post.id for post in one.posts_list} for one in (old, new)]
    return replace(
        point,
        opened=tuple(sorted(posts[1] - posts[0])),
        closed=tuple(sorted(posts[0] - posts[1])),
        per_unit={
            name: round((told.covered - old.coverage[name].covered) / apart, _PLACES) + 0.0
            for name, told in new.coverage.items()
        },
        worth_per_unit=round((new.objective - old.objective) / apart, _PLACES) + 0.0,
    )


def _with_knees(points: Sequence[FrontierPoint]) -> tuple[FrontierPoint, ...]:
    known = [point for point in points if point.solution is not None]
    at = knees([(point.value, point.solution.objective) for point in known if point.solution])
    marked = {known[n].value for n in at}
    return tuple(replace(point, knee=point.value in marked) for point in points)


def knees(curve: Sequence[tuple[float, float]]) -> list[int]:
    """Return where more brings far less from there on.

    Parameters
    ----------
    curve
        Values, ascending, and what each is worth.

    Returns
    -------
    list of int
        Corners of the upper concave hull, ascending: those where the slope falls to half or less,
        and the one farthest above the straight line from the first point to the last (Kneedle:
        Satopaa, Albrecht, Irwin & Raghavan 2011).
    """
    hull: list[int] = []
    for n in range(len(curve)):
        while len(hull) > 1 and _slope(curve, hull[-2], hull[-1]) <= _slope(curve, hull[-1], n):
            hull.pop()
        hull.append(n)
    found = {
        at
        for left, at, right in zip(hull, hull[1:], hull[2:], strict=False)
        if _slope(curve, left, at) > 0
        and _slope(curve, at, right) <= _FALL * _slope(curve, left, at)
    }
    if len(hull) > 2:
        chord = _slope(curve, hull[0], hull[-1])
        (first, worth), inner = curve[hull[0]], hull[1:-1]
        found.add(max(inner, key=lambda n: curve[n][1] - worth - chord * (curve[n][0] - first)))
    return sorted(found)


def _slope(curve: Sequence[tuple[float, float]], a: int, b: int) -> float:
    return (curve[b][1] - curve[a][1]) / (curve[b][0] - curve[a][0])
