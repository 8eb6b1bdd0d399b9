"""Cheap plans with lanes that keep every rule, found without proof: a search that sees floors."""

import math
from collections.abc import Collection

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.capacitated.floor_search import AsFound, CountingRules, FloorSearch, Sought
from placement.solve.capacitated.state import State, settled
from placement.solve.core.stopping import Stop

_UNASKED = 0.02  # worth of a person nobody asked for
_BESIDE = 0.3  # of what the budget buys, what people of another resource's rule are worth, at first
_ADMITTING = 4  # orders in which people are admitted, until every floor is kept


class CheapPlanSearch:
    """A search for cheap plans: whom no rule counts is worth little.

    Parameters
    ----------
    state
        What is asked, and where plans are taken; its objective is minus the cost.
    shares
        Names of the rules whose people are counted for their own sake.
    seed
        Of the search.
    """

    def __init__(self, state: State, shares: Collection[str], *, seed: int) -> None:
        rules = CountingRules.of(state, shares)
        self._state = state
        self._each = 1.0 if len(rules.shares) else _UNASKED
        self._search = FloorSearch(state, seed=seed, rules=rules, acceptance=Spared(state, rules))

    def within(
        self,
        budget: float,
        *,
        tries: int,
        rounds: int,
        stop: Stop,
        start: tuple[Bools, Ints] | None = None,
    ) -> bool:
        """Look for a plan that keeps every rule for this much; tell whether one was taken.

        Parameters
        ----------
        budget
            Most to spend.
        tries, rounds, stop, start
            As in `FloorSearch.run`.
        """
        instance, lanes = self._state.instance, self._state.lanes
        sought = Sought(
            each=np.full(instance.rows, self._each),
            rows=np.zeros((instance.rows, 1)),
            profit=np.zeros(instance.columns),
            unit=1.0,
            beside=_BESIDE * budget * _people_for_money(instance, lanes),
        )
        return self._search.run(budget, sought, tries=tries, rounds=rounds, stop=stop, start=start)


class Spared:
    """Plans are taken without the posts and lanes that no rule needs.

    Parameters
    ----------
    state
        What is asked, and where plans are taken.
    rules
        Its rules that count people.
    """

    def __init__(self, state: State, rules: CountingRules) -> None:
        self._state, self._rules = state, rules
        self._exact = AsFound(state, rules)
        need = np.array([-rule.most for rule in state.instance.rules])
        self._part = np.clip(need / np.maximum(rules.whole, 1e-9), 0.0, 1.0)

    def short(self, is_open: Bools, lanes: Ints) -> tuple[Floats, Floats]:
        """Return by how much of its people each rule is missed, floors served first.

        People are admitted in several orders until one keeps every floor: mostly fewer come first
        so than by the linear program, which is asked where no order does, and more can be spared.

        Returns
        -------
        short
            (rules,) float64, 0 where a rule is kept.
        wanted
            (layers, G) float64, people to be admitted first.
        """
        state = self._state
        instance, groups = state.instance, state.groups
        chosen = np.flatnonzero(is_open)
        count = np.zeros(instance.columns, dtype=np.int64)
        count[state.gates] = lanes
        y, u = is_open[state.gates].astype(np.float64), lanes.astype(np.float64)
        times = instance.times_covered(chosen)
        part = self._part.copy()
        part[self._rules.shares] = 0.0
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
                short[at] = max(0.0, over) / max(1.0, self._rules.whole[at])
            if short.sum() < best.sum():
                best, order = short, wanted
            again = self._rules.laned & (short > 0)
            again[self._rules.shares] = False
            if not again.any():
                break
            part[again] = np.minimum(1.0, part[again] + 1.5 * short[again] + 0.01)
        return (best, order) if not best.any() else self._exact.short(is_open, lanes)

    def take(self, is_open: Bools, lanes: Ints, wanted: Floats) -> bool:
        """Take a plan, without the posts and lanes that no rule needs."""
        state = self._state
        is_open, lanes = is_open.copy(), lanes.copy()
        if not self._kept(is_open, lanes, wanted):
            return False
        cost, gates = state.instance.cost + 0.0, state.gates
        cost[gates] += state.lanes.lane_cost[gates] * lanes
        for c in np.lexsort((np.arange(len(cost)), -cost)).tolist():
            if is_open[c] and cost[c] > 0 and not state.instance.required[c]:
                others, rest = is_open.copy(), np.where(gates == c, 0, lanes)
                others[c] = False
                if self._kept(others, rest, wanted):
                    is_open, lanes = others, rest
        for g in np.argsort(-state.lanes.lane_cost[gates], kind="stable").tolist():
            while lanes[g] > state.lanes.least[gates[g]] and state.lanes.lane_cost[gates[g]] > 0:
                fewer = lanes.copy()
                fewer[g] -= 1
                if not self._kept(is_open, fewer, wanted):
                    break
                lanes = fewer
        return True

    def _kept(self, is_open: Bools, lanes: Ints, wanted: Floats) -> bool:
        """Tell whether a plan was better than the best known one, and taken."""
        return self._state.plan(is_open.astype(np.float64), lanes.astype(np.float64), wanted)


def _people_for_money(instance: Instance, lanes: Lanes) -> float:
    """Return the people that the best gate admits for what it costs."""
    gates = np.flatnonzero(lanes.gate)
    cost = instance.cost[gates] + lanes.lane_cost[gates] * lanes.most[gates]
    people = lanes.lane_people[gates] * lanes.most[gates]
    rate = people / np.maximum(cost, 1e-9)
    return float(min(rate.max(initial=0.0), lanes.people.sum() / max(1e-9, cost.min(initial=1.0))))
