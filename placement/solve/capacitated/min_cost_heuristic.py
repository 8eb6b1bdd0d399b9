"""Cheap plans with lanes that keep every rule, found without proof: a search that sees floors."""

import math
from collections.abc import Collection

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.capacitated.floor_search import FloorSearch, Sought
from placement.solve.capacitated.master import Point
from placement.solve.capacitated.state import State, settled
from placement.solve.core.stopping import Stop

_FIRST = 0.2  # of the bound, what the first budget is above it
_WIDER = 2.0  # times that after each search without a plan
_PART = 0.5  # of the way from the bound to the cost, the next budget after a plan
_TRIES, _ROUNDS = 6, 120  # of the search at a budget
_FOR_EACH = 20  # rounds for each column: small instances need few
_LATER = 4  # tries at a budget beside the master
_LATER_ROUNDS = 2_000  # rounds of them, at most
_NEAR = 5e-4  # of the cost: budgets nearer to each other are one
_UNASKED = 0.02  # worth of a person nobody asked for
_BESIDE = 0.3  # of what the budget buys, what people of another resource's rule are worth, at first
_ADMITTING = 4  # orders in which people are admitted, until every floor is kept


class CheapPlans(FloorSearch):
    """Finds plans of which the objective is minus the cost; whom no rule counts is worth little.

    Parameters
    ----------
    state
        What is asked, and where plans are taken.
    shares
        Names of the rules whose people are counted for their own sake.
    seed
        Of the searches.
    """

    def __init__(self, state: State, shares: Collection[str], *, seed: int) -> None:
        super().__init__(state, seed=seed, counted=shares)
        self._record = state.record
        self._each = 1.0 if self._counted.any() else _UNASKED
        self._rounds = min(_ROUNDS, _FOR_EACH * state.instance.columns)
        self._more = 1
        need = np.array([-rule.most for rule in state.instance.rules])
        self._part = np.clip(need / np.maximum(self._whole, 1e-9), 0.0, 1.0)

    @property
    def _apart(self) -> float:
        """Costs nearer to each other than this are not told apart by the search."""
        record = self._record
        near = _NEAR * abs(record.objective) if record.chosen is not None else 0.0
        return max(record.step, near, 1e-6)

    @property
    def _cheaper(self) -> float:
        """A budget a step below the best plan."""
        return -self._record.objective - max(self._record.step, 1e-6)

    def close_in(self, stop: Stop) -> None:
        """Look for plans at budgets that close in on the least at which every rule is kept."""
        record = self._record
        dear, margin = self._state.instance.budget, _FIRST
        while record.chosen is None and not record.done and not stop.reached():
            low = max(0.0, -record.bound)
            budget = min(dear, low + max(margin * low, self._apart))
            self.at_budget(budget, tries=_TRIES, rounds=self._rounds, stop=stop)
            if budget >= dear:
                break
            margin *= _WIDER
        failed = max(0.0, -record.bound) - self._apart
        while record.chosen is not None and not record.done and not stop.reached():
            cost, low = -record.objective, max(failed, -record.bound - self._apart)
            if cost - self._apart <= low:
                return
            budget = min(cost - self._apart, max(low + self._apart, low + _PART * (cost - low)))
            if not self.at_budget(budget, tries=_TRIES, rounds=self._rounds, stop=stop):
                failed = budget

    def wander(self, rounds: int) -> None:  # noqa: ARG002 - this search counts its own
        """Search again for a plan that is a step cheaper, with more rounds each time."""
        self._more = min(2 * self._more, max(1, _LATER_ROUNDS // max(1, self._rounds)))
        stop = self._state.part(0.3, math.inf)
        self.at_budget(self._cheaper, tries=_LATER, rounds=self._more * self._rounds, stop=stop)

    def improve(self, point: Point) -> None:
        """Take a point of the master for a plan, or search from it with the money it saves."""
        state = self._state
        y, u = np.round(point.y), np.round(point.u)
        if state.plan(y, u, point.admitted):
            return
        start = y > 0.5, np.where(y[state.gates] > 0.5, u, 0.0).astype(np.int64)
        known = self._record.chosen is not None
        budget = self._cheaper if known else state.instance.budget
        stop = state.part(0.3, math.inf)
        self.at_budget(budget, tries=1, rounds=self._rounds, stop=stop, start=start)

    def at_budget(
        self,
        budget: float,
        *,
        tries: int,
        rounds: int,
        stop: Stop,
        start: tuple[Bools, Ints] | None = None,
    ) -> bool:
        """Look for a plan that keeps every rule for this much; tell whether one was taken."""
        instance, lanes = self._state.instance, self._state.lanes
        sought = Sought(
            each=np.full(instance.rows, self._each),
            rows=np.zeros((instance.rows, 1)),
            profit=np.zeros(instance.columns),
            unit=1.0,
            beside=_BESIDE * budget * _people_for_money(instance, lanes),
        )
        return self.run(budget, sought, tries=tries, rounds=rounds, stop=stop, start=start)

    def short(self, is_open: Bools, lanes: Ints) -> tuple[Floats, Floats]:
        """Return what each rule misses, and who comes first, as any search for floors does.

        People are admitted in several orders until one keeps every floor: mostly fewer come first
        so than by the linear program, which is asked where no order does, and more can be spared.
        """
        state = self._state
        instance, groups = state.instance, state.groups
        chosen = np.flatnonzero(is_open)
        count = np.zeros(instance.columns, dtype=np.int64)
        count[state.gates] = lanes
        y, u = is_open[state.gates].astype(np.float64), lanes.astype(np.float64)
        times = instance.times_covered(chosen)
        part = self._part.copy()
        part[self._counted] = 0.0
        best, order = np.full(len(part), math.inf), np.zeros(0)
        inside = groups.share > 0
        for _ in range(_ADMITTING):
            first = np.where(inside, part[:, None], 0.0).max(axis=0, initial=0.0)
            wanted = np.stack([first * network.whole for network in state.networks])
            _, passing = state.flows(y, u, wanted)
            rest = settled(instance, state.lanes, count, state.people(passing))
            short = np.zeros(len(part))
            for at, rule in enumerate(rest.rules):
                met = times[rule.rows] >= rule.times
                left = math.fsum(rule.slope[chosen]) - math.fsum(rule.share[met])
                over = left - rule.most - 1e-7 * max(1.0, abs(rule.most))
                short[at] = max(0.0, over) / max(1.0, self._whole[at])
            if short.sum() < best.sum():
                best, order = short, wanted
            again = self._laned & (short > 0)
            again[self._counted] = False
            if not again.any():
                break
            part[again] = np.minimum(1.0, part[again] + 1.5 * short[again] + 0.01)
        return (best, order) if not best.any() else super().short(is_open, lanes)

    def take(self, is_open: Bools, lanes: Ints, wanted: Floats) -> bool:
        """Take a plan, without the posts and lanes that no rule needs."""
        state = self._state
        is_open, lanes = is_open.copy(), lanes.copy()
        if not super().take(is_open, lanes, wanted):
            return False
        cost, gates = state.instance.cost + 0.0, state.gates
        cost[gates] += state.lanes.lane_cost[gates] * lanes
        for c in np.lexsort((np.arange(len(cost)), -cost)).tolist():
            if is_open[c] and cost[c] > 0 and not state.instance.required[c]:
                others, rest = is_open.copy(), np.where(gates == c, 0, lanes)
                others[c] = False
                if super().take(others, rest, wanted):
                    is_open, lanes = others, rest
        for g in np.argsort(-state.lanes.lane_cost[gates], kind="stable").tolist():
            while lanes[g] > state.lanes.least[gates[g]] and state.lanes.lane_cost[gates[g]] > 0:
                fewer = lanes.copy()
                fewer[g] -= 1
                if not super().take(is_open, fewer, wanted):
                    break
                lanes = fewer
        return True


def _people_for_money(instance: Instance, lanes: Lanes) -> float:
    """Return the people that the best gate admits for what it costs."""
    gates = np.flatnonzero(lanes.gate)
    cost = instance.cost[gates] + lanes.lane_cost[gates] * lanes.most[gates]
    people = lanes.lane_people[gates] * lanes.most[gates]
    rate = people / np.maximum(cost, 1e-9)
    return float(min(rate.max(initial=0.0), lanes.people.sum() / max(1e-9, cost.min(initial=1.0))))
