"""An instance in whole numbers, which solvers and bounds can prove things of, and the way back.

Solvers tell numbers apart to about a millionth, and sums of floating-point numbers are not exact.
So worths, costs and uses are counted in steps of which all of them are whole multiples, and what
every plan is worth is taken out. Two plans then differ by one at least, or not at all.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from placement.arrays import Bools
from placement.cover.instance import Instance
from placement.decimals import in_steps, in_whole
from placement.solution import Status
from placement.solve.core.gap import relative_gap, worth_step
from placement.solve.core.incumbent import Outcome, Trace

_LARGEST = 10  # bits of the largest worth where worths have no step in common
_UNPROVEN = 4e-9  # relative: how right the bounds of solvers are of worths that have no step
_TRIED = 50


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scaled:
    """An instance in whole numbers.

    Attributes
    ----------
    whole
        The instance as it was.
    instance
        The same columns, rows and rules in steps. Where costs or uses have no step in common they
        are rounded down, so that it has every plan of the instance, and maybe more.
    unit
        What one step of the objective is worth.
    constant
        What every plan is worth beside that, where `alone` is taken for the plan that is empty.
    exact
        Whether worths are whole multiples of the unit; else they have merely been brought to a
        middling size.
    loose
        Whether some costs or uses were rounded down, so that a plan must be checked again.
    alone
        A column that makes a plan by itself, if the constant holds for all plans but the empty one.
    """

    whole: Instance
    instance: Instance
    unit: Fraction
    constant: Fraction
    exact: bool
    loose: bool
    alone: int | None

    @property
    def as_it_was(self) -> bool:
        """Whether nothing had to be changed of what plans are worth."""
        return self.unit == 1 and self.constant == 0 and self.exact

    def worth(self, steps: float) -> float:
        """Return what so many steps are worth, the constant included, rounded once."""
        if not math.isfinite(steps) or self.as_it_was:
            return steps
        return _nearest(Fraction(steps) * self.unit + self.constant)

    def bound(self, steps: float) -> float:
        """Return the same of a bound, rounded up."""
        if not math.isfinite(steps) or self.as_it_was:
            return steps
        exact = Fraction(steps) * self.unit + self.constant
        nearest = _nearest(exact)
        if not math.isfinite(nearest) or Fraction(nearest) >= exact:
            return nearest
        return math.nextafter(nearest, math.inf)

    def outcome(self, found: Outcome) -> Outcome:
        """Return what was found, in the worth of the instance as it was."""
        if self.as_it_was:
            return found
        trace = tuple(
            Trace(
                seconds=one.seconds,
                objective=self.worth(one.objective),
                bound=self.bound(one.bound),
            )
            for one in found.trace
        )
        if found.chosen is None:
            return replace(found, bound=self.bound(found.bound), trace=trace)
        objective = self.whole.value(found.chosen)
        if found.status is Status.OPTIMAL:
            return replace(found, objective=objective, bound=objective, gap=0.0, trace=trace)
        bound = self.bound(found.bound)
        if not self.exact:
            bound += _UNPROVEN * abs(bound)
        bound = max(min(bound, _everything(self.whole)), objective)
        return replace(
            found, objective=objective, bound=bound, gap=relative_gap(objective, bound), trace=trace
        )

    def telling[T](self, progress: Callable[[float, float, float], T]) -> Callable[..., T]:
        """Return what tells moments in steps in the worth of the instance as it was."""
        return lambda seconds, objective, bound: progress(
            seconds, self.worth(objective), self.bound(bound)
        )


def scaled(instance: Instance, *, centred: bool = True) -> Scaled:
    """Write an instance in whole numbers.

    Parameters
    ----------
    instance
        Rows, columns and rules.
    centred
        Whether rows that every plan covers are taken out of the objective.
    """
    cost, budget, same = in_whole(instance.cost, instance.budget)
    limits = []
    for limit in instance.limits:
        use, most, also = in_whole(limit.use, limit.most)
        limits.append(replace(limit, use=use, most=most))
        same &= also
    small = replace(
        instance,
        cost=cost,
        budget=budget,
        limits=tuple(limits),
        rules=tuple(rule.middling() for rule in instance.rules),
    )
    certain = np.zeros(instance.rows, dtype=np.bool_)
    alone = None
    if centred:
        certain, alone = _certain(small, instance)
    constant = sum(map(Fraction, instance.weight[certain].tolist()), Fraction(0))
    weight = np.where(certain, 0.0, instance.weight) if constant else instance.weight
    plain = replace(small, weight=weight) if constant else small
    if worth_step(plain):
        return Scaled(
            whole=instance, instance=plain, unit=Fraction(1), constant=constant, exact=True,
            loose=not same, alone=alone,
        )  # fmt: skip
    worths = np.concatenate([weight, instance.profit, instance.gains.ravel()])
    steps = in_steps(worths, rounded=True)
    if steps is not None:
        count, unit = steps.count, steps.step
    else:
        power = _LARGEST - math.frexp(float(np.abs(worths).max()))[1]
        count, unit = np.ldexp(worths, power), Fraction(2) ** -power
    rows, columns = instance.rows, instance.columns
    return Scaled(
        whole=instance,
        instance=replace(
            plain,
            weight=count[:rows],
            profit=count[rows : rows + columns],
            gains=count[rows + columns :].reshape(instance.gains.shape),
        ),
        unit=unit,
        constant=constant,
        exact=steps is not None,
        loose=not same,
        alone=alone,
    )


def _everything(instance: Instance) -> float:
    """Return what a plan that covered all rows as often as counts would be worth, rounded once."""
    worths = [instance.weight, np.maximum(instance.profit, 0.0), instance.gains.ravel()]
    try:
        return math.fsum(np.concatenate(worths).tolist())
    except OverflowError:
        return math.inf


def _nearest(number: Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _certain(instance: Instance, whole: Instance) -> tuple[Bools, int | None]:
    """Return the rows that every plan covers, but maybe the empty one, and the plan in its place.

    A required column covers its rows in every plan. Where any column will do for a row, every plan
    but the empty one covers it, and a column that keeps the rules by itself is no worse than that.
    Costs that were rounded down say too little: it keeps the budget of the whole instance as well.
    """
    required = np.flatnonzero(instance.required & ~instance.excluded)
    certain = instance.covered_rows(required)
    alone = None
    able = ~whole.excluded & (whole.cost <= whole.budget)
    lengths = np.diff(instance.indptr)
    counts = np.concatenate([[0], np.cumsum(able[instance.indices])])
    any_will_do = (counts[instance.indptr[1:]] - counts[instance.indptr[:-1]] == able.sum()) & (
        lengths > 0
    )
    if (any_will_do & ~certain).any() and able.any() and (instance.profit >= 0).all():
        if len(required):
            certain = certain | any_will_do
        else:
            first = next(
                (
                    int(column)
                    for column in np.flatnonzero(able)[:_TRIED]
                    if instance.broken_rule(np.array([column])) is None
                    and whole.cut(np.array([column])) is None
                ),
                None,
            )
            if first is not None:
                certain, alone = certain | any_will_do, first
    certain &= instance.weight > 0
    certain &= ~(instance.gains > 0).any(axis=1)
    return certain, alone
