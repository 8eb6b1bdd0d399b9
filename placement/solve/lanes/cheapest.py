"""The cheapest gates and lanes that keep every rule: the same master, its costs turned into worth.

    minimise   Σ_j (cost_j · y_j + lane_cost_j · u_j)   under every rule of the instance

Shares of people to be admitted are rules that count laned rows. The master and its cuts are those
of `placement.solve.lanes.engine`; the search looks for many of the people that the shares count,
for less money than the best known plan costs.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.lanes.engine import Run, solve_lanes
from placement.solve.lanes.known import Guide, LanesOutcome
from placement.solve.lanes.master import Point
from placement.solve.least import step_of, sum_of
from placement.solve.model import stepped
from placement.solve.stop import Progress, Stop

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

_BUDGETS = 3  # tried one after the other by the search
_AT_A_BUDGET = 60.0  # seconds of it, at most
_NEAR = 0.004  # of the budget, at which the search has closed in on the least
_WORTH = 1e6  # of as many people as a share asks for, in the search
_FLOOR = 0.5  # of a person whom a floor alone counts
_REPEATS = 4  # solves of each neighbourhood, until flows agree with it
_SHORT = 50.0  # times that people of a floor are worth whom a point of the master misses
_PARTS = (0.3, 0.6, 0.95)  # of the money that a point of the master saves
_AROUND = 12  # neighbourhoods of the best plan that are solved before the whole


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Priced:
    """The cheapest plan found, and what is proven of its cost.

    Attributes
    ----------
    outcome
        The plan with its lanes; its objective and bound are minus the cost and its bound.
    cost, bound
        What it costs, and what any plan costs at least.
    """

    outcome: LanesOutcome
    cost: float
    bound: float

    @property
    def gap(self) -> float:
        """Distance of cost and bound, as a share of the cost."""
        return (self.cost - self.bound) / self.cost if self.bound < self.cost else 0.0


class _Cheapest(Run):
    """A run whose objective is minus the cost."""

    def __init__(
        self,
        instance: Instance,
        lanes: Lanes,
        *,
        stop: Stop,
        gap: float,
        seed: int,
        progress: Progress | None,
        guide: Guide,
    ) -> None:
        super().__init__(
            instance, lanes, stop=stop, gap=gap, seed=seed, progress=progress, guide=guide
        )
        self.step = step_of(sum_of("cost", np.concatenate([-instance.profit, lanes.lane_cost])))
        self._sought, self.repeats = guide.instance, _REPEATS

    def limit(self, bound: float) -> None:
        """Take a bound, in whole steps of cost."""
        super().limit(stepped(bound, self.step))

    @property
    def gap(self) -> float:
        """Relative distance of cost and bound."""
        if self.chosen is None or self.proven:
            return 0.0 if self.proven else math.inf
        return (self.bound - self.objective) / max(abs(self.objective), 1e-9)

    def wander(self, rounds: int) -> None:  # noqa: ARG002
        """Better the best plan around some gates: as it is, it has no money to spend."""
        self.around(2)

    def improve(self, point: Point) -> None:
        """Repair a point of the master with some of the money it saves, what is short first."""
        y, u = np.round(point.y), np.round(point.u)
        if self.plan(y, u, point.admitted) or self.chosen is None:
            return
        is_open = y > 0.5
        one = np.ones(self.instance.rows)
        for at in self._short(is_open, u, one):
            rule = self.instance.rules[at]
            if len(rule.rows) < self.instance.rows // 2:
                one[rule.rows] = _SHORT
        count = np.zeros(self.instance.columns, dtype=np.int64)
        count[self.gates] = u.astype(np.int64)
        cost = self.lanes.spent(self.instance, np.flatnonzero(is_open), count)
        dear = replace(self._sought, weight=self._sought.weight * one)
        for part in _PARTS:
            budget = cost + part * (-self.objective - cost)
            if budget < cost or self.done:
                return
            search = self._search(dear.with_budget(budget))
            search.start(is_open, u.astype(np.int64))
            search.fill()
            if self.plan(search.is_open.astype(np.float64), search.lanes.astype(np.float64)):
                return

    def close_in(self, shares: Collection[str], stop: Stop, seed: int) -> None:
        """Look for much at budgets that close in on the least at which every rule is kept.

        One share is made as large as can be, until it is reached; the others are rules.
        """
        laned = [
            rule for rule in self.instance.rules
            if rule.name in shares and self.lanes.people[rule.rows].any()
        ]  # fmt: skip
        if not laned:
            return
        weight = np.zeros(self.instance.rows)
        weight[laned[0].rows] = laned[0].share
        most = replace(
            self._sought,
            weight=weight,
            rules=tuple(rule for rule in self.instance.rules if rule is not laned[0]),
        )
        lanes = replace(self.lanes, lane_worth=np.zeros(len(self.lanes.gate)))
        low, high = max(0.0, -self.bound), self.instance.budget
        for _ in range(_BUDGETS):
            if self.done or stop.reached() or high - low <= _NEAR * high:
                return
            budget = high if self.chosen is None and low <= 0.0 else (low + high) / 2.0
            instance = most.with_budget(budget)
            # people of other floors are worth nothing here, but the search must see them
            seen = np.where(weight > 0, weight, self._sought.weight)
            found = solve_lanes(
                instance,
                lanes,
                stop=stop.share(0.5, at_most=_AT_A_BUDGET),
                seed=seed,
                guide=Guide(instance=replace(instance, weight=seen), first=weight),
                enough=-laned[0].most,
            )
            known_low, low = low, budget
            if found.chosen is not None and found.objective >= -laned[0].most:
                y = np.zeros(self.instance.columns)
                y[found.chosen] = 1.0
                self.plan(y, found.lanes[self.gates].astype(np.float64))
                low = known_low
                high = min(budget, -self.objective)


def cheapest(
    instance: Instance,
    lanes: Lanes,
    shares: Collection[str],
    *,
    stop: Stop,
    gap: float = 0.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Priced:
    """Find the cheapest plan that keeps every rule, and prove how cheap.

    Parameters
    ----------
    instance, lanes
        Rows, columns, lanes and rules; what rows are worth does not count, and the budget is one
        that need not bind.
    shares
        Names of the rules whose people the search looks for first; floors are a matter of course.
    stop, gap, seed
        As in `placement.solve.lanes.engine.solve_lanes`; the gap is that of the cost.
    progress
        Called with seconds, cost and the bound of the cost.

    Returns
    -------
    Priced
    """
    worth = np.zeros(instance.rows)
    for rule in instance.rules:
        much = _WORTH / max(1.0, -rule.most) if rule.name in shares else _FLOOR
        np.maximum.at(worth, rule.rows, rule.share * much)
    priced = replace(
        instance,
        weight=np.zeros(instance.rows),
        gains=np.zeros((instance.rows, 0)),
        profit=-instance.cost,
    )
    each = np.divide(worth, lanes.people, out=np.zeros(instance.rows), where=lanes.people > 0)
    guide = Guide(instance=replace(instance, weight=worth, gains=priced.gains), first=each)

    def told(seconds: float, objective: float, bound: float) -> None:
        if progress is not None:
            progress(seconds, -objective, 0.0 - bound)

    run = _Cheapest(
        priced,
        replace(lanes, lane_worth=-lanes.lane_cost),
        stop=stop,
        gap=gap,
        seed=seed,
        progress=told,
        guide=guide,
    )
    point = run.root(stop.share(0.3))
    if not run.done:
        if point is not None:
            run.tidy(point)
        run.close_in(shares, stop.share(0.7), seed)
        run.around(_AROUND)
    if not run.done:
        run.whole()
    found = run.told()
    cost = 0.0 - found.objective
    bound = min(max(0.0, -found.bound), cost)
    return Priced(outcome=found, cost=cost, bound=bound)
