"""What is known of an instance in the course of a run, and the smaller one that is worked on."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from placement.arrays import Ints
from placement.cover.instance import Instance, Limit
from placement.cover.reduce import Reduction, reduce
from placement.solve.core.incumbent import Record
from placement.solve.core.scaled import Scaled
from placement.solve.core.stopping import Effort
from placement.solve.mclp.lazy_rules import LeftOut

EQUAL = 1e-9
"""Relative difference of sums that no arithmetic of doubles tells apart."""


class Run(Record):
    """What is known of an instance in whole numbers, and the smaller one that is worked on."""

    def __init__(self, numbers: Scaled, effort: Effort) -> None:
        instance = numbers.instance
        worth = [instance.weight, np.maximum(instance.profit, 0.0), instance.gains.ravel()]
        if effort.progress is not None:
            effort = replace(effort, progress=numbers.telling(effort.progress))
        super().__init__(
            effort,
            top=math.fsum(np.concatenate(worth)),
            equal=0.0 if numbers.exact else EQUAL,
            unit=0.0,
            constant=float(numbers.constant / numbers.unit),
            exact=numbers.exact,
        )
        self.numbers = numbers
        self.instance = instance
        self._left_out = LeftOut(instance)
        self._looser: tuple[float, Ints] | None = None  # the best plan that breaks a rule left out
        self.nearly: Ints | None = None  # such a plan, which gave way to the limits
        self.reduction = reduced(self._left_out.instance, late=self.stop.reached)

    def plan(self, chosen: Ints | None) -> None:
        """Take a plan, if it is one and better than what is known."""
        if chosen is None:
            return
        if not len(chosen) and self.numbers.alone is not None:
            chosen = np.array([self.numbers.alone])  # for which alone the constant holds
        value = self.instance.value(chosen)
        broken = self.instance.broken_rule(chosen)
        if broken is None and self.numbers.loose:
            cut = self.numbers.whole.cut(chosen)
            if cut is not None:
                self._cut_off(cut)
                broken = cut.name
        if broken is None:
            self.take(chosen, value)
        elif self._left_out.any and (self._looser is None or value > self._looser[0]):
            self._looser = (value, chosen)

    def swap(self, chosen: Ints) -> None:
        """Take a plan that is better by less than what sums of floating-point numbers tell."""
        if not self.take(chosen, self.instance.value(chosen)):
            self.chosen = np.sort(chosen)

    def settled(self) -> None:
        """Take it that no plan is better than the best one."""
        self.limit(self.objective)
        self.exact = True

    def _cut_off(self, cut: Limit) -> None:
        """Add a limit that a plan breaks which keeps the budget in whole numbers only."""
        self.instance = replace(self.instance, limits=(*self.instance.limits, cut))
        self._left_out.add(self.instance)

    def tighten(self) -> bool:
        """Take in the rules broken by the best plan without them; tell whether there were any."""
        looser, self._looser = self._looser, None
        if looser is None or looser[0] <= self.objective or not self._left_out.take_in(looser[1]):
            return False
        self.reduction = reduced(self._left_out.instance, late=self.stop.reached)
        self.nearly = _within_limits(self.instance, looser[1])
        return True

    @property
    def known(self) -> float:
        """The worth of the best plan, be it one that breaks a rule left out."""
        return self.objective if self._looser is None else max(self.objective, self._looser[0])

    def reduced_plan(self, chosen: Ints | None = None) -> Ints:
        """Return a plan, or the best, as columns of the reduced instance where it has them."""
        chosen = self.chosen if chosen is None else chosen
        chosen = np.zeros(0, dtype=np.int64) if chosen is None else chosen
        return np.flatnonzero(np.isin(self.reduction.columns, chosen))

    def tell(self, seconds: float, objective: float, bound: float, *, offset: float) -> None:
        """Pass on a moment of a solve of a reduced instance to whoever listens."""
        if self.progress is not None:
            objective, bound = objective + offset, bound + offset
            if self._left_out.any:  # its plan may break a rule
                objective = self.objective
            self.progress(seconds, max(objective, self.objective), min(bound, self.bound))


def reduced(instance: Instance, *, late: Callable[[], bool] = lambda: False) -> Reduction:
    """Return a smaller instance with the same optimum, as far as that goes before it is late."""
    if bool(np.all(instance.profit >= 0)):
        return reduce(instance, late=late)
    return Reduction.none(instance)  # a price on changes: worth and loss in one column


def _within_limits(instance: Instance, chosen: Ints) -> Ints:
    """Close columns of a plan, those that lose least, until it keeps every limit."""
    chosen = chosen.copy()
    for broken in instance.broken_limits(chosen):
        limit = instance.limits[broken]
        while limit.broken(np.isin(np.arange(instance.columns), chosen)):
            used = chosen[(limit.use[chosen] > 0) & ~instance.required[chosen]]
            if not len(used):
                break
            rests = [chosen[chosen != column] for column in used.tolist()]
            chosen = max(rests, key=instance.value)
    return chosen
