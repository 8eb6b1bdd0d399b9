"""Cheap plans with lanes that keep every rule, found without proof: a search that sees floors.

The search of `placement.solve.lanes.gates` looks for much worth within a budget and knows no rule
that counts people. Here each row of people is parted in two: the part that its floor asks for, and
the rest. The first part is worth more, and the more the longer its floor is missed; so are people
whom other resources must cover, and less where they are covered anyhow.
"""

import math
from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.lanes.gates import HEATS, Search
from placement.solve.lanes.known import Known, settled
from placement.solve.stop import Stop

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]

_BESIDE = 0.02  # worth of a person nobody asked for
_FLOOR = 0.5  # what a person whom a floor asks for is worth more than others, at first
_DEARER, _CHEAPER = 2.0, 0.6  # times that what was missed, or not needed, is worth in the next
_MORE = 1.2  # times the people of each row who count, where a floor was missed
_FORGET = 0.9  # times what a floor is worth that was kept
_AMPLE = 0.1  # share of what a rule asks for, beyond which it has more than it needs
_OTHERS = 0.3  # share of the budget that all people of another resource's rule are worth, at first
_FAR, _LEAST = 1e3, 0.03  # factors beyond which nothing becomes dearer, or cheaper
_ADMITTING = 4  # orders in which people are admitted, until every floor is kept


class Frugal:
    """A search for plans that keep every rule within a given budget.

    Parameters
    ----------
    known
        What is asked, and where plans are taken; its objective is minus the cost.
    shares
        Names of the rules whose people are counted for their own sake.
    most, near
        As `placement.solve.lanes.gates.Search` takes them.
    seed
        Of the search.
    """

    def __init__(
        self, known: Known, shares: Collection[str], *, most: Ints, near: Ints, seed: int
    ) -> None:
        self._known, self._most, self._near, self._seed = known, most, near, seed
        self._random = np.random.default_rng(seed)
        self._times = 0
        instance, lanes = known.instance, known.lanes
        self._laned = np.array(
            [bool((lanes.people[rule.rows] > 0).any()) for rule in instance.rules], dtype=np.bool_
        )
        asked = np.array([rule.name in shares for rule in instance.rules], dtype=np.bool_)
        self._share = np.flatnonzero(self._laned & asked)
        self._forced = np.zeros(instance.columns, dtype=np.bool_)
        self._factor = np.ones(len(instance.rules))
        self._whole = np.array([math.fsum(rule.share) for rule in instance.rules])
        need = np.array([-rule.most for rule in instance.rules])
        self._part = np.clip(need / np.maximum(self._whole, 1e-9), 0.0, 1.0)
        # what a floor asks for of each row: that share of the people whom some gate can reach
        row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
        reached = np.zeros(instance.rows, dtype=np.bool_)
        reached[row[~instance.excluded[instance.indices]]] = True
        near_one = np.array([math.fsum(r.share[reached[r.rows]]) for r in instance.rules])
        self._of_row = np.clip(need / np.maximum(near_one, 1e-9), 0.0, 1.0)

    def _search(self, budget: float) -> Search:
        """Return a search of rows in two parts, worth what was learned so far."""
        known = self._known
        instance, lanes = known.instance, known.lanes
        passing = lanes.people > 0
        base = 1.0 if len(self._share) else _BESIDE
        more, part = np.zeros(instance.rows), np.zeros(instance.rows)
        deep = max((int(rule.times.max(initial=1)) for rule in instance.rules), default=1)
        other = np.zeros((instance.rows, deep))
        scale = _OTHERS * budget * _people_for_money(instance, lanes)
        for at, rule in enumerate(instance.rules):
            worth = self._factor[at]
            if not self._laned[at]:
                each = worth * scale * rule.share / max(self._whole[at], 1e-9)
                np.maximum.at(other, (rule.rows, rule.times - 1), each)
            elif at not in self._share:
                counted = rule.rows[rule.share > 0]
                np.maximum.at(more, counted, _FLOOR * worth)
                np.maximum.at(part, counted, self._of_row[at])
        split = np.flatnonzero(passing & (part > 0))
        rows = np.concatenate([np.arange(instance.rows), split])
        people = lanes.people[rows]
        worth = np.where(passing, base, 0.0)[rows]
        people[: instance.rows][split] *= part[split]
        people[instance.rows :] *= 1.0 - part[split]
        worth[: instance.rows][split] += more[split]
        kept = ~passing[rows] | (people > 0)
        rows, people, worth = rows[kept], people[kept], worth[kept]
        length = np.diff(instance.indptr)[rows]
        starts = instance.indptr[rows]
        indptr = np.concatenate([[0], np.cumsum(length)])
        at = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - starts, length)
        parted = replace(
            instance.with_budget(budget),
            indptr=indptr.astype(np.int64),
            indices=instance.indices[at],
            weight=np.where(people > 0, worth * people, other[rows, 0]),
            gains=np.where(people[:, None] > 0, 0.0, other[rows, 1:]),
            profit=np.zeros(instance.columns),
            required=instance.required | self._forced,
            rules=(),
        )
        shares, ratio = lanes.alike().layers()
        self._times += 1
        return Search(
            parted,
            replace(lanes, people=people, profile=lanes.profile[rows]),
            most=self._most,
            shares=shares,
            ratio=ratio,
            near=self._near,
            seed=self._seed + self._times,
        )

    def run(
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
        tries
            Searches, each of people worth what the last one has missed.
        rounds
            Of each search.
        stop
            When to stop.
        start
            Columns (C,) and lanes (J,) to start from, if not from the best plan.
        """
        known = self._known
        is_open = np.zeros(known.instance.columns, dtype=np.bool_)
        lanes = np.zeros(len(known.gates), dtype=np.int64)
        if start is not None:
            is_open, lanes = start
        elif known.chosen is not None:
            is_open[known.chosen] = True
            lanes = known.count[known.gates]
        self._forced[:] = False
        for n in range(tries):
            if stop.reached():
                return False
            search = self._search(budget)
            search.start(*self._within(budget, is_open, lanes))
            search.run(rounds=rounds, target=math.inf, stop=stop, heat=HEATS[n % len(HEATS)])
            is_open, lanes = search.is_open, search.lanes
            short, wanted = self.short(is_open, lanes)
            if not short.any() and self.take(is_open, lanes, wanted):
                return True
            self._learn(is_open, short)
            is_open = is_open.copy()
            for at in np.flatnonzero(self._laned & (short > 0)):
                self._force(int(at), is_open)
        return False

    def _within(self, budget: float, is_open: Bools, lanes: Ints) -> tuple[Bools, Ints]:
        """Close posts at random until the rest costs no more than the budget."""
        known, is_open, lanes = self._known, is_open.copy(), lanes.copy()
        count = np.zeros(known.instance.columns, dtype=np.int64)
        while True:
            count[known.gates] = lanes
            chosen = np.flatnonzero(is_open)
            if known.lanes.spent(known.instance, chosen, count) <= budget + 1e-9:
                return is_open, lanes
            needed = known.instance.required | self._forced
            free = chosen[known.lanes.gate[chosen] & ~needed[chosen]]
            if len(free) == 0:
                return np.zeros_like(is_open), np.zeros_like(lanes)
            gone = int(self._random.choice(free))
            is_open[gone] = False
            lanes[known.gates == gone] = 0

    def _force(self, at: int, is_open: Bools) -> None:
        """Hold a gate open that reaches people of a floor whom no open gate reaches, if any.

        Small floors may need one certain gate, where others that serve more people keep it closed
        (separation, groups): no worth makes up for them. Those others are closed in `is_open`.
        """
        known = self._known
        instance, rule = known.instance, known.instance.rules[at]
        share = np.zeros(instance.rows)
        share[rule.rows] = rule.share
        row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
        reached = np.zeros(instance.rows, dtype=np.bool_)
        reached[row[is_open[instance.indices]]] = True
        missing = -rule.most - math.fsum(share[reached])
        if missing <= 0:
            return
        more = np.where(reached, 0.0, share)[row]
        gained = np.bincount(instance.indices, weights=more, minlength=instance.columns)
        gained[instance.excluded | ~known.lanes.gate] = 0.0
        enough = np.flatnonzero(gained >= min(missing, float(gained.max(initial=0.0))))
        enough = enough[gained[enough] > 0]
        if len(enough) == 0:
            return
        gate = int(self._random.choice(enough))
        self._forced[gate] = is_open[gate] = True
        for limit in instance.limits:
            others = np.flatnonzero(is_open & (limit.use > 0) & ~instance.required)
            others = self._random.permutation(others[others != gate])
            for other in others.tolist() if limit.use[gate] > 0 else ():
                if math.fsum(limit.use[is_open]) <= limit.most * (1 + 1e-9) + 1e-9:
                    break
                is_open[other] = self._forced[other] = False

    def _learn(self, is_open: Bools, short: Floats) -> None:
        """Make dearer what was missed, and cheaper what is covered beyond what a rule asks for."""
        instance = self._known.instance
        times = instance.times_covered(np.flatnonzero(is_open))
        for at, rule in enumerate(instance.rules):
            if short[at] > 0:
                self._factor[at] = min(_FAR, self._factor[at] * _DEARER)
                self._of_row[at] = min(1.0, self._of_row[at] * _MORE + 0.01)
            elif self._laned[at]:
                self._factor[at] = max(1.0, self._factor[at] * _FORGET)
            elif math.fsum(rule.share[times[rule.rows] >= rule.times]) > -rule.most + (
                _AMPLE * abs(rule.most)
            ):
                self._factor[at] = max(_LEAST, self._factor[at] * _CHEAPER)

    def short(self, is_open: Bools, lanes: Ints) -> tuple[Floats, Floats | None]:
        """Return by how much of its people each rule is missed, floors served first.

        People are admitted in several orders, until one keeps every floor.

        Returns
        -------
        short
            (rules,) float64, 0 where a rule is kept.
        wanted
            (layers, G) float64, people to be admitted first.
        """
        known = self._known
        instance, groups = known.instance, known.groups
        chosen = np.flatnonzero(is_open)
        count = np.zeros(instance.columns, dtype=np.int64)
        count[known.gates] = lanes
        y, u = is_open[known.gates].astype(np.float64), lanes.astype(np.float64)
        times = instance.times_covered(chosen)
        part = self._part.copy()
        part[self._share] = 0.0
        best, order = np.full(len(part), math.inf), None
        inside = groups.share > 0
        for _ in range(_ADMITTING):
            first = np.where(inside, part[:, None], 0.0).max(axis=0, initial=0.0)
            wanted = np.stack([first * network.whole for network in known.networks])
            _, passing = known.flows(y, u, wanted)
            rest = settled(instance, known.lanes, count, known.people(passing))
            short = np.zeros(len(part))
            for at, rule in enumerate(rest.rules):
                met = times[rule.rows] >= rule.times
                left = math.fsum(rule.slope[chosen]) - math.fsum(rule.share[met])
                over = left - rule.most - 1e-7 * max(1.0, abs(rule.most))
                short[at] = max(0.0, over) / max(1.0, self._whole[at])
            if short.sum() < best.sum():
                best, order = short, wanted
            again = self._laned & (short > 0)
            again[self._share] = False
            if not again.any():
                break
            part[again] = np.minimum(1.0, part[again] + 1.5 * short[again] + 0.01)
        return best, order

    def take(self, is_open: Bools, lanes: Ints, wanted: Floats | None) -> bool:
        """Take a plan, without the posts and lanes that no rule needs."""
        known = self._known
        is_open, lanes = is_open.copy(), lanes.copy()
        if not self._kept(is_open, lanes, wanted):
            return False
        cost, gates = known.instance.cost + 0.0, known.gates
        cost[gates] += known.lanes.lane_cost[gates] * lanes
        for c in np.lexsort((np.arange(len(cost)), -cost)).tolist():
            if is_open[c] and cost[c] > 0 and not known.instance.required[c]:
                others, rest = is_open.copy(), np.where(gates == c, 0, lanes)
                others[c] = False
                if self._kept(others, rest, wanted):
                    is_open, lanes = others, rest
        for g in np.argsort(-known.lanes.lane_cost[gates], kind="stable").tolist():
            while lanes[g] > known.lanes.least[gates[g]] and known.lanes.lane_cost[gates[g]] > 0:
                fewer = lanes.copy()
                fewer[g] -= 1
                if not self._kept(is_open, fewer, wanted):
                    break
                lanes = fewer
        return True

    def _kept(self, is_open: Bools, lanes: Ints, wanted: Floats | None) -> bool:
        """Tell whether a plan was better than the best known one, and taken."""
        return self._known.plan(is_open.astype(np.float64), lanes.astype(np.float64), wanted)


def _people_for_money(instance: Instance, lanes: Lanes) -> float:
    """Return the people that the best gate admits for what it costs."""
    gates = np.flatnonzero(lanes.gate)
    cost = instance.cost[gates] + lanes.lane_cost[gates] * lanes.most[gates]
    people = lanes.lane_people[gates] * lanes.most[gates]
    rate = people / np.maximum(cost, 1e-9)
    return float(min(rate.max(initial=0.0), lanes.people.sum() / max(1e-9, cost.min(initial=1.0))))
