"""A search for plans with lanes that sees floors: what a floor asks for is worth more.

The search of `greedy` looks for much worth within a budget and knows no rule
that counts people. Here each row of people is parted in two: the part that its floor asks for, and
the rest. The first part is worth more, and the more the longer its floor is missed; so are people
whom other resources must cover, and less where they are covered anyhow; columns that a rule counts
(changes against an agreed plan) pay a toll. These are subgradient steps on the rules, with the
search for an oracle.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.cover.instance import Instance
from placement.solve.capacitated.greedy import HEATS, Search
from placement.solve.capacitated.state import State
from placement.solve.core.stopping import Stop

_FLOOR = 0.5  # what a person whom a floor asks for is worth more than others, at first
_DEARER, _CHEAPER = 2.0, 0.6  # times that what was missed, or not needed, is worth in the next
_MORE = 1.2  # times the people of each row who count, where a floor was missed
_FORGET = 0.9  # times what a floor is worth that was kept
_AMPLE = 0.1  # share of what a rule asks for, beyond which it has more than it needs
_FAR, _LEAST = 1e3, 0.03  # factors beyond which nothing becomes dearer, or cheaper
_BESIDE = 0.01  # of all worth, what people of another resource's rule are worth more, at first


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sought:
    """What a search looks for besides the rules.

    Attributes
    ----------
    each
        (R,) float64, worth of one person of each laned row.
    rows
        (R, L) float64, worth of covering each other row once, twice, …
    profit
        (C,) float64, of each column.
    unit
        Worth of a person on which floors put more.
    beside
        What the people are worth, all together, whom another resource's rule counts.
    """

    each: Floats
    rows: Floats
    profit: Floats
    unit: float
    beside: float

    @classmethod
    def worth_of(cls, instance: Instance, people: Floats) -> "Sought":
        """Look for the objective of an instance; `people` (R,) of its laned rows."""
        laned = people > 0
        each = np.divide(instance.weight, people, out=np.zeros(instance.rows), where=laned)
        rows = np.concatenate([instance.weight[:, None], instance.gains], axis=1)
        return cls(
            each=each,
            rows=np.where(laned[:, None], 0.0, rows),
            profit=instance.profit,
            unit=float((each * people).sum() / max(1e-9, people.sum())),
            beside=_BESIDE * float(instance.weight.sum()),
        )


class FloorSearch:
    """A search for plans that keep every rule within a given budget.

    Whom floors ask for is told by the linear program, and plans are taken as they are found.

    Parameters
    ----------
    state
        What is asked, and where plans are taken.
    seed
        Of the search.
    counted
        Names of the rules whose people count for their own sake: nothing is put on them.
    """

    def __init__(self, state: State, *, seed: int, counted: Collection[str] = ()) -> None:
        self._state, self._seed = state, seed
        self._random = np.random.default_rng(seed)
        self._times = 0
        instance, rules = state.instance, state.instance.rules
        self._laned = np.zeros(len(rules), dtype=np.bool_)  # whether the people pass lanes
        self._laned[state.floors.laned] = True
        self._counted = self._laned & np.array([rule.name in counted for rule in rules], np.bool_)
        self._whole = np.array([math.fsum(rule.share) for rule in rules])  # all whom each counts
        self._forced = np.zeros(instance.columns, dtype=np.bool_)
        self._factor = np.ones(len(instance.rules))
        self._tolls = np.zeros(len(instance.rules))
        self._toll = math.fsum(instance.weight) / max(1, instance.columns)
        need = np.array([-rule.most for rule in instance.rules])
        # what a floor asks for of each row: that share of the people whom some gate can reach
        row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
        reached = np.zeros(instance.rows, dtype=np.bool_)
        reached[row[~instance.excluded[instance.indices]]] = True
        near_one = np.array([math.fsum(r.share[reached[r.rows]]) for r in instance.rules])
        self._of_row = np.clip(need / np.maximum(near_one, 1e-9), 0.0, 1.0)

    def _search(self, budget: float, sought: Sought) -> Search:
        """Return a search of rows in two parts, worth what was learned so far."""
        state = self._state
        instance, lanes = state.instance, state.lanes
        passing = lanes.people > 0
        more, part = np.zeros(instance.rows), np.zeros(instance.rows)
        deep = max((int(rule.times.max(initial=1)) for rule in instance.rules), default=1)
        other = np.zeros((instance.rows, max(deep, sought.rows.shape[1])))
        for at, rule in enumerate(instance.rules):
            worth = self._factor[at]
            if not self._laned[at]:
                each = worth * sought.beside * rule.share / max(self._whole[at], 1e-9)
                np.maximum.at(other, (rule.rows, rule.times - 1), each)
            elif not self._counted[at]:
                counted = rule.rows[rule.share > 0]
                np.maximum.at(more, counted, _FLOOR * worth * sought.unit)
                np.maximum.at(part, counted, self._of_row[at])
        other[:, : sought.rows.shape[1]] += sought.rows
        split = np.flatnonzero(passing & (part > 0))
        rows = np.concatenate([np.arange(instance.rows), split])
        people = lanes.people[rows]
        worth = np.where(passing, sought.each, 0.0)[rows]
        people[: instance.rows][split] *= part[split]
        people[instance.rows :] *= 1.0 - part[split]
        worth[: instance.rows][split] += more[split]
        kept = ~passing[rows] | (people > 0)
        rows, people, worth = rows[kept], people[kept], worth[kept]
        length = np.diff(instance.indptr)[rows]
        starts = instance.indptr[rows]
        indptr = np.concatenate([[0], np.cumsum(length)])
        at = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - starts, length)
        slopes = [toll * rule.slope for toll, rule in zip(self._tolls, instance.rules, strict=True)]
        parted = replace(
            instance.with_budget(budget),
            indptr=indptr.astype(np.int64),
            indices=instance.indices[at],
            weight=np.where(people > 0, worth * people, other[rows, 0]),
            gains=np.where(people[:, None] > 0, 0.0, other[rows, 1:]),
            profit=sought.profit - np.sum(slopes, axis=0),
            required=instance.required | self._forced,
            rules=(),
        )
        shares, ratio = lanes.alike().layers()
        self._times += 1
        return Search(
            parted,
            replace(lanes, people=people, profile=lanes.profile[rows]),
            most=state.most,
            shares=shares,
            ratio=ratio,
            near=state.near,
            seed=self._seed + self._times,
        )

    def run(
        self,
        budget: float,
        sought: Sought,
        *,
        tries: int,
        rounds: int,
        stop: Stop,
        vain: int = 0,
        start: tuple[Bools, Ints] | None = None,
    ) -> bool:
        """Look for plans that keep every rule for this much; tell whether one was taken.

        Parameters
        ----------
        budget
            Most to spend.
        sought
            What to look for besides the rules.
        tries
            Searches, each of people worth what the last one has missed.
        rounds
            Of each search.
        stop
            When to stop.
        vain
            So many searches in a row without a better plan, once one is taken, and that is enough.
        start
            Columns (C,) and lanes (J,) to start from, if not from the best plan.
        """
        state, taken, since = self._state, False, 0
        is_open, lanes = start or (state.is_open(), state.count[state.gates])
        self._forced[:] = False
        for n in range(tries):
            if stop.reached():
                break
            search = self._search(budget, sought)
            search.start(*self._within(budget, is_open, lanes))
            search.run(rounds=rounds, target=math.inf, stop=stop, heat=HEATS[n % len(HEATS)])
            is_open, lanes = search.is_open, search.lanes
            short, wanted = self.short(is_open, lanes)
            since += 1
            if not short.any() and self.take(is_open, lanes, wanted):
                taken, since = True, 0
            if taken and since >= vain:
                break
            self._learn(is_open, short)
            is_open = is_open.copy()
            for at in np.flatnonzero(self._laned & (short > 0)):
                self._force(int(at), is_open)
        return taken

    def short(self, is_open: Bools, lanes: Ints) -> tuple[Floats, Floats]:
        """Return by how much of its people each rule is missed, at the least, and who comes first.

        Returns
        -------
        short
            (rules,) float64, 0 where a rule is kept.
        wanted
            (layers, G) float64, people to be admitted first.
        """
        state = self._state
        wanted, short = state.floors.first(
            np.flatnonzero(is_open), lanes.astype(np.float64), state.order
        )
        most = np.array([rule.most for rule in state.instance.rules])
        short = np.where(short > 1e-7 * np.maximum(1.0, np.abs(most)), short, 0.0)
        return short / np.maximum(1.0, self._whole), wanted

    def take(self, is_open: Bools, lanes: Ints, wanted: Floats) -> bool:
        """Take a plan, if it keeps every rule and is better than the best known one."""
        return self._state.plan(is_open.astype(np.float64), lanes.astype(np.float64), wanted)

    def _within(self, budget: float, is_open: Bools, lanes: Ints) -> tuple[Bools, Ints]:
        """Close posts at random, and what leans on them, until the rest costs no more than that.

        Gates that are open have their least lanes here at least, as the search gives them.
        """
        state = self._state
        instance, gates = state.instance, state.gates
        needed = instance.required | self._forced
        is_open = (is_open | needed) & ~(instance.excluded & ~instance.required)
        least = np.maximum(state.lanes.least[gates], lanes)
        partner = np.repeat(np.arange(instance.columns), np.diff(instance.near_indptr))
        count = np.zeros(instance.columns, dtype=np.int64)
        while True:
            beside = np.bincount(partner[is_open[instance.near_indices]], minlength=len(is_open))
            alone = is_open & instance.coupled & (beside == 0) & ~needed
            if alone.any():
                is_open = is_open & ~alone
                continue
            count[gates] = np.where(is_open[gates], least, 0)
            chosen = np.flatnonzero(is_open)
            if state.lanes.spent(instance, chosen, count) <= budget + 1e-9:
                return is_open, count[gates]
            free = chosen[state.lanes.gate[chosen] & ~needed[chosen]]
            if len(free) == 0:
                return np.zeros_like(is_open), np.zeros_like(lanes)
            is_open = is_open.copy()
            is_open[int(self._random.choice(free))] = False

    def _force(self, at: int, is_open: Bools) -> None:
        """Hold a gate open that reaches people of a floor whom no open gate reaches, if any.

        Small floors may need one certain gate, where others that serve more people keep it closed
        (separation, groups): no worth makes up for them. Those others are closed in `is_open`.
        """
        state = self._state
        instance, rule = state.instance, state.instance.rules[at]
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
        gained[instance.excluded | ~state.lanes.gate] = 0.0
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
        instance = self._state.instance
        times = instance.times_covered(np.flatnonzero(is_open))
        for at, rule in enumerate(instance.rules):
            if short[at] > 0:
                if rule.slope.any():
                    self._tolls[at] = _DEARER * self._tolls[at] or self._toll
                self._factor[at] = min(_FAR, self._factor[at] * _DEARER)
                self._of_row[at] = min(1.0, self._of_row[at] * _MORE + 0.01)
            elif self._laned[at]:
                self._factor[at] = max(1.0, self._factor[at] * _FORGET)
            elif math.fsum(rule.share[times[rule.rows] >= rule.times]) > -rule.most + (
                _AMPLE * abs(rule.most)
            ):
                self._factor[at] = max(_LEAST, self._factor[at] * _CHEAPER)
