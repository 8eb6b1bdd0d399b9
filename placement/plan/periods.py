"""The periods of a plan file → `DayPeriod`: each a plan on the same sites, on its own ground."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from placement.errors import InputError
from placement.plan.clock import DAY_MIN
from placement.plan.format import Text
from placement.plan.period_settings import PeriodLayers, PeriodSettings
from placement.plan.problem import DayPeriod, Plan, Problem
from placement.plan.shapes import ClosureRule, Shape
from placement.reading.held import Source

type Own[T] = Mapping[str, Mapping[str, T]]
"""Layers of their own, by period and layer."""


def files_of(files: Mapping[str, Source], period: str) -> dict[str, Source]:
    """Return where the layers come from that a period has of its own, by layer."""
    mine = {name: one for name, one in files.items() if name.startswith(f"{period}:")}
    return {name.partition(":")[2]: one for name, one in mine.items()}


def of_periods[T](own: Own[T]) -> dict[str, T]:
    """Return what periods have of their own by one name each, ``"<period>:<layer>"``."""
    return {f"{name}:{layer}": one for name, mine in own.items() for layer, one in mine.items()}


def prefixed(period: str, shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    """Return the areas of a period by the names that their points have."""
    return tuple(replace(shape, id=f"{period}:{shape.id}") for shape in shapes)


def with_periods(
    plan: Plan, sources: Own[Source], ground: Callable[[str], Mapping[str, Any]]
) -> Plan:
    """Return a plan with its periods.

    Parameters
    ----------
    plan
        A plan whose demand holds the people of all periods.
    sources
        Where the layers come from that periods have of their own.
    ground
        By name of the period: what of the plan's ``closing``, ``crowds``, ``barriers`` and
        ``areas`` is another one in it.

    Raises
    ------
    InputError
        If a perimeter is sealed and other streets are open in a period.
    """
    found = []
    for number, period in enumerate(plan.settings.periods):
        points = np.flatnonzero(plan.problem.demand.period == number)
        own = dict(ground(period.name))
        begins, ends = period.span
        closing = own.pop("closing", plan.closing)
        holding = tuple(
            replace(rule, hours=None) for rule in closing if _overlaps(rule, begins, ends)
        )
        areas = own.pop("areas", plan.areas)
        found.append(
            DayPeriod(
                name=period.name,
                label=(period.label or Text(en=period.name, fr=period.name)).by_language(),
                begins=begins,
                ends=ends,
                points=points,
                closed=tuple(sorted(rule.id for rule in holding)),
                plan=replace(
                    plan,
                    problem=_walked(plan.problem, period, points),
                    streets=sources.get(period.name, {}).get("streets", plan.streets),
                    closing=holding,
                    areas=tuple(one for one in areas if one.id.startswith(f"{period.name}:")),
                    periods=(),
                    **own,
                ),
            )
        )
        if plan.problem.ways and _is_elsewhere(plan, found[-1], own=period.layers):
            raise InputError(
                f"is looked at on the plan's own streets, and others are open in {period.name!r}",
                file=plan.file,
                field="sealed",
                remedy="give the period the plan's streets and closures, and those no hours",
            )
    return replace(plan, periods=tuple(found))


def _is_elsewhere(plan: Plan, period: DayPeriod, *, own: PeriodLayers) -> bool:
    """Say whether other streets are open in a period than in the plan."""
    fewer = len(period.plan.closing) < len(plan.closing)
    return fewer or own.streets is not None or own.closures is not None


def _walked(problem: Problem, period: PeriodSettings, points: np.ndarray[Any, Any]) -> Problem:
    """Return who walks where in one period: its people, by its directions, and no rules."""
    return replace(
        problem,
        demand=problem.demand.take(points),
        resources=tuple(replace(kind, turned=period.turned(kind.id)) for kind in problem.resources),
        floors=(),
        groups=(),
        backup={},
        entries={},
        rings=None if problem.rings is None else problem.rings.take(points),
    )


def _overlaps(rule: ClosureRule, begins: int, ends: int) -> bool:
    """Say whether a closure holds at any minute of a period."""
    if rule.hours is None or rule.holds(begins % DAY_MIN):
        return True
    return (rule.hours[0] - begins) % DAY_MIN < ends - begins
