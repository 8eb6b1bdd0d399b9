"""What closing a gap knows so far: the best plan, the bound, and when two worths are the same."""

import math
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from placement.arrays import Ints
from placement.cover.instance import Instance
from placement.solve.core.gap import worth_step
from placement.solve.core.stopping import Stop
from placement.solve.mclp.bounds.dual_bounds import worth_grid
from placement.solve.mclp.heuristics.heuristic import search

_POLISH = 400


class Hunt:
    """The best plan known, the bound, and the step between worths."""

    def __init__(
        self,
        instance: Instance,
        plan: Ints,
        stop: Stop,
        *,
        on_better: Callable[[Ints, float], None] | None,
        on_bound: Callable[[float], None] | None,
        look: Callable[[], Ints | None] | None,
    ) -> None:
        self.instance = instance
        self.stop = stop
        self.chosen = np.sort(plan)
        self.worth = instance.value(plan)
        self.bound = math.inf
        self.step = worth_step(instance)
        self.on_better = on_better
        self.on_bound = on_bound
        self.look = look
        self.made = 0
        self.slack = 64.0 * (instance.columns + 64) * worth_grid(instance)

    def offer(self, plan: Ints) -> None:
        """Take a plan that keeps the rules, if it is better."""
        if self.instance.broken_rule(plan) is not None:
            return
        worth = self.instance.value(plan)
        if worth > self.worth:
            self.chosen, self.worth = np.sort(plan), worth
            if self.on_better is not None:
                self.on_better(self.chosen, worth)

    def listen(self) -> None:
        """Take a plan found elsewhere, which may make the bound a proof."""
        found = None if self.look is None else self.look()
        if found is not None:
            self.offer(found)
            self.limit(-math.inf if self.hopeless(self.bound) else self.bound)

    def read(self, plan: Ints) -> None:
        """Take what blocks agree on: cut to the budget, and searched around if it is close."""
        self.offer(plan)  # as it is: in a leaf of the tree it is the only plan left
        plan = trimmed(self.instance, plan)
        self.offer(plan)
        if self.instance.value(plan) >= self.worth - 2.0 * (self.bound - self.worth):
            self.polish(plan, _POLISH)

    def polish(self, plan: Ints, rounds: int) -> None:
        """Search around a plan, which may break rules."""
        with suppress(ValueError):  # required columns it finds no partner for
            found, _ = search(
                self.instance, stop=self.stop, start=plan, seed=len(plan), iterations=rounds
            )
            self.offer(found)

    def limit(self, value: float) -> None:
        """Take a bound on the plans better than the one known."""
        value = max(self.worth + self.equal, value)
        if value < self.bound:
            self.bound = value
            if self.on_bound is not None:
                self.on_bound(value)

    @property
    def equal(self) -> float:
        """A difference that is none: 0 where worths come in steps."""
        return 0.0 if self.step else max(1e-9 * abs(self.worth), 4.0 * self.slack)

    @property
    def proven(self) -> bool:
        """Whether the plan known is the best."""
        return self.bound <= self.worth + self.equal

    def hopeless(self, value: float) -> bool:
        """Tell whether no plan under this bound beats the one known."""
        if self.step:
            return value + self.slack < self.worth + self.step
        return value + self.slack <= self.worth + self.equal


def trimmed(instance: Instance, plan: Ints) -> Ints:
    """Close what costs least to lose until the budget is kept, then open what still fits."""
    is_open = np.zeros(instance.columns, dtype=np.bool_)
    is_open[plan] = True
    row_of = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
    cost = np.maximum(instance.cost, 1e-12 * max(1.0, instance.budget))
    while True:
        times = instance.times_covered(np.flatnonzero(is_open))
        left = instance.budget - float(instance.cost[is_open].sum())
        closing = left < -1e-12 * instance.budget  # less than any whole number
        counts = (times == (1 if closing else 0))[row_of] * instance.weight[row_of]
        gain = instance.profit + np.bincount(instance.indices, counts, minlength=instance.columns)
        if closing:
            among = np.flatnonzero(is_open & ~instance.required & (instance.cost > 0))
            if not len(among):
                break
            is_open[among[np.argmin((gain / cost)[among])]] = False
        else:
            among = np.flatnonzero(
                ~is_open & ~instance.excluded & (instance.cost <= left) & (gain > 0)
            )
            if not len(among):
                break
            is_open[among[np.argmax((gain / cost)[among])]] = True
    return np.flatnonzero(is_open).astype(np.int64)
