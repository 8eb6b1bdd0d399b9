"""How small the left side of a rule can be made, all other rules kept: one model, many questions.

The cost of a plan that reaches given shares, the fleet that would do, the share of a zone that can
be kept, the changes from one plan to another: each is the least value of some rule's left side.
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance, Rule
from placement.decimals import in_steps
from placement.solve.core.gap import stepped, worth_step
from placement.solve.core.scaled import scaled
from placement.solve.core.stopping import Progress, Stop
from placement.solve.mip.mip_model import Answer, Model, alike

_MOST_TOTALS = 12  # different prices, before totals of each say little


def sum_of(name: str, slope: Floats, *, most: float = math.inf) -> Rule:
    """Return the rule Σ slope · y ≤ most, which counts no rows."""
    none = np.zeros(0, dtype=np.int64)
    return Rule(name=name, slope=slope, rows=none, times=none, share=np.zeros(0), most=most)


def people_in(name: str, instance: Instance, rows: Ints, people: Floats) -> Rule:
    """Return the rule whose left side is minus the people of some rows that are covered."""
    return Rule(
        name=name,
        slope=np.zeros(instance.columns),
        rows=rows,
        times=np.ones(len(rows), dtype=np.int64),
        share=people[rows],
        most=0.0,
    )


def left_side(instance: Instance, rule: Rule, chosen: Ints) -> float:
    """Return Σ slope · y − Σ share · [row covered `times` times] of a choice of columns."""
    met = instance.times_covered(chosen)[rule.rows] >= rule.times
    return math.fsum(rule.slope[chosen]) - math.fsum(rule.share[met])


def step_of(rule: Rule) -> float:
    """Return a number that every value of the left side is a whole multiple of, or 0."""
    steps = in_steps(np.concatenate([rule.slope, rule.share]), rounded=True)
    return 0.0 if steps is None else float(steps.step)


def is_least(value: float, bound: float, step: float) -> bool:
    """Tell whether a value of the left side is proven least by a bound."""
    return value - bound <= (0.5 * step if step else 1e-6 * abs(value))


def _scaled(rule: Rule) -> tuple[Rule, float]:
    """Return a rule in whole numbers, or else in a middling unit, and what one of them is."""
    numbers = np.concatenate([rule.slope, rule.share])
    steps = in_steps(numbers, rounded=True)
    if steps is not None and steps.step.denominator == 1:
        return rule, 1.0  # whole as it is
    if steps is None:
        power = 10 - math.frexp(float(np.abs(numbers).max()))[1]
        count, unit = np.ldexp(numbers, power), math.ldexp(1.0, -power)
    else:
        count, unit = steps.count, float(steps.step)
    slope, share = np.split(count, [len(rule.slope)])
    return replace(rule, slope=slope, share=share), unit


def least(
    instance: Instance,
    rule: Rule,
    *,
    stop: Stop,
    warm: Ints | None = None,
    held: Ints | None = None,
    gap: float = 0.0,
    max_nodes: int | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Find a plan that makes the left side of a rule least.

    Parameters
    ----------
    instance
        Rows, columns and rules, all of which are kept; what the rows are worth does not count.
    rule
        Σ slope · y − Σ share · [row covered `times` times]; its right side is not asked for.
    stop
        When to stop.
    warm
        Columns of a known plan to start from.
    held
        Columns of a plan; others that are worth less are not wanted.
    gap
        Relative gap at which to stop.
    max_nodes
        Most nodes of the search tree.
    progress
        Called now and then with seconds, value and bound.

    Returns
    -------
    Answer
        The bound is on the left side; a value within one step of it is proven least.
    """
    if held is not None:
        instance = scaled(instance, centred=False).instance
    rule, unit = _scaled(rule)
    trivial = float(np.maximum(rule.slope, 0.0).sum())
    counted = replace(rule, name="", most=trivial + 1.0)
    # a rule that holds anyhow gives the rows the levels that the left side counts
    rules = (*instance.rules, counted) if len(rule.rows) else instance.rules
    model = Model(replace(instance, rules=rules), maximise=False)
    if held is not None or instance.rules or len(rule.rows):
        worth = model.add_rows()
        if held is not None:
            model.hold(worth, instance.value(held), worth_step(instance))
    terms = _totals(model, rule.slope)
    terms += [
        (model.z[r][times - 1], -float(share))
        for r, times, share in zip(rule.rows, rule.times, rule.share, strict=True)
        if share and times <= len(model.z[r])
    ]
    model.aim(terms)
    step = step_of(rule)
    known = None
    if (
        warm is not None
        and instance.broken_rule(warm) is None
        and (held is None or instance.value(warm) >= instance.value(held))
    ):
        known = left_side(instance, rule, warm)
    answer = model.solve(
        warm=warm,
        stop=stop,
        gap=gap,
        gap_abs=0.999 * step,
        known=known,
        max_nodes=max_nodes,
        progress=None
        if progress is None
        else lambda seconds, value, below: progress(seconds, value * unit, below * unit),
    )
    # a lower bound: signs turned round, never -0.0
    bound = 0.0 - stepped(-answer.bound, step) * unit
    return Answer(chosen=answer.chosen, bound=bound, infeasible=answer.infeasible)


def _totals(model: Model, slope: Floats) -> list[tuple[Any, float]]:
    """Return Σ slope · y, written on whole totals of what has the same slope.

    The solver can branch on how many of them are open, which lifts the bound of a whole plan where
    branching on one post moves it elsewhere.
    """
    kinds = alike(slope)
    if not model.totals and len(kinds) <= _MOST_TOTALS:
        for number, members in enumerate(kinds):
            if slope[members[0]]:
                model.add_total(f"T{number}", members)
    return model.used(slope)


def feasible(instance: Instance, *, stop: Stop) -> bool | None:
    """Tell whether any plan keeps every rule; None where the time ran out before it was known."""
    if stop.reached():
        return None
    empty = np.zeros(0, dtype=np.int64)
    if instance.broken_rule(empty) is None:
        return True
    answer = least(instance, sum_of("", np.zeros(instance.columns)), stop=stop)
    if answer.infeasible:
        return False
    return None if answer.chosen is None else True
