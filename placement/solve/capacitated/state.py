"""What is known of a run with lanes: plans are taken only after flows have told whom they admit."""

import math
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import cast

import numpy as np
from scipy.sparse import csr_array, diags_array

from placement.arrays import Bools, Floats, Ints
from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.decimals import cost_of
from placement.solution import Status, Stopped
from placement.solve.capacitated.floors import Floors
from placement.solve.capacitated.master import Groups
from placement.solve.capacitated.max_flow_cuts import networks
from placement.solve.core.gap import relative_gap
from placement.solve.core.incumbent import Outcome, Record, Start
from placement.solve.core.stopping import Effort, Stop

EQUAL = 1e-6
"""Relative difference of plan and bound that counts as none: the solver keeps the rows of the
master to about this."""

_NEAR = 60  # gates that count as neighbours


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LanesOutcome(Outcome):
    """What was found, with lanes and the people they admit.

    Attributes
    ----------
    lanes
        (C,) int64, lanes of each column; 0 where none.
    admitted
        (R,) float64, people of each laned row who are admitted; 0 for other rows.
    passing
        (layers, R) float64, the same people in each layer of the queue
        (`placement.solve.capacitated.max_flow_cuts.networks`), as if all came by it.
    """

    lanes: Ints
    admitted: Floats
    passing: Floats

    @property
    def plan(self) -> Start | None:
        """The plan, for a search to start from; None where there is none."""
        if self.chosen is None:
            return None
        return Start(chosen=self.chosen, lanes=self.lanes, passing=self.passing)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Guide:
    """What a search is to look for where the instance is worth nothing but must keep some rule.

    Attributes
    ----------
    instance
        The instance with another worth of its rows and columns.
    first
        (R,) float64 ≥ 0, by it laned rows are admitted: the highest first, 0 nobody.
    """

    instance: Instance
    first: Floats


def settled(instance: Instance, lanes: Lanes, count: Ints, admitted: Floats) -> Instance:
    """Return the instance that is left when lanes and admitted people are known.

    Lanes become part of each column's cost and use; laned rows are worth nothing more, and what
    they add to rules is on the right-hand side.

    Parameters
    ----------
    instance, lanes
        What is asked.
    count
        (C,) int64, lanes of each column.
    admitted
        (R,) float64, people.
    """
    laned = lanes.people > 0
    part = np.divide(admitted, lanes.people, out=np.zeros(instance.rows), where=laned)
    rules = []
    for rule in instance.rules:
        here = laned[rule.rows]
        got = math.fsum(rule.share[here] * part[rule.rows[here]])
        rules.append(
            replace(
                rule,
                rows=rule.rows[~here],
                times=rule.times[~here],
                share=rule.share[~here],
                most=rule.most + got,
            )
        )
    limits = tuple(
        replace(limit, use=limit.use + lanes.lane_use[n] * count) if len(lanes.lane_use) else limit
        for n, limit in enumerate(instance.limits)
    )
    return replace(
        instance,
        weight=np.where(laned, 0.0, instance.weight),
        cost=cost_of(instance.cost, lanes.lane_cost, count),
        limits=limits,
        rules=tuple(rules),
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Plan:
    """A plan with whom it admits, and the name of the first rule that it breaks, if any."""

    chosen: Ints
    lanes: Floats
    count: Ints
    by_group: Floats
    passing: Floats
    admitted: Floats
    worth: float
    broken: str | None


class State:
    """The best plan with its lanes and people, and the networks that tell whom a plan admits.

    Parameters
    ----------
    instance, lanes
        What is asked.
    effort
        As in `Record`.
    guide
        What a search is to look for, if not for the worth of the instance.
    step, costs
        As in `Record`.

    Attributes
    ----------
    record
        The best plan and the best bound.
    count, admitted, passing
        Of the best plan, as `LanesOutcome` tells them.
    point
        Its columns (C,) and lanes (J,), and the people of each (layer, group), None without one.
    gates
        (J,) int64, columns that have lanes.
    rows
        Laned rows.
    most
        (J,) int64, lanes that the people in reach of each gate can need, within its limits.
    order
        (G,) float64, by it people are admitted: the highest first.
    """

    def __init__(
        self,
        instance: Instance,
        lanes: Lanes,
        effort: Effort,
        *,
        guide: Guide | None = None,
        step: float = 0.0,
        costs: bool = False,
    ) -> None:
        lanes.check(instance)
        # a price on changes makes the profit of new posts negative
        worth = [instance.weight, np.maximum(instance.profit, 0.0), instance.gains.ravel()]
        self.record = Record(
            effort,
            top=math.fsum(np.concatenate(worth)),
            equal=EQUAL,
            unit=min(1.0, float(instance.weight[instance.weight > 0].min(initial=1.0))),
            step=step,
            costs=costs,
        )
        self.instance, self.lanes = instance, lanes
        self.sought = instance if guide is None else guide.instance
        self.gates = np.flatnonzero(lanes.gate)
        self.rows = np.flatnonzero(lanes.people > 0)
        self.groups = Groups.build(instance, lanes)
        self.networks, self.shares, self.ratio = networks(
            instance, lanes, self.groups.of, len(self.groups.people)
        )
        covers = csr_array(
            (np.ones(len(instance.indices)), instance.indices, instance.indptr),
            shape=(instance.rows, instance.columns),
        )
        self._covers = covers[self.rows]
        self.count = np.zeros(instance.columns, dtype=np.int64)
        self.admitted = np.zeros(instance.rows)
        self.passing = np.zeros((len(self.networks), instance.rows))
        # a group is worth the same by the row; what comes first may differ within it, on average
        self.order = self.groups.worth
        if guide is not None:
            whole = self.by_group(lanes.people)
            self.order = self.by_group(lanes.people * guide.first) / whole
        self.point: tuple[Floats, Floats, Floats] | None = None
        self.floors = Floors(instance, lanes, self.groups, self.networks, self.shares)
        self._counting = {instance.rules[at].name for at in self.floors.laned}
        self.most = self._most_lanes()

    def _most_lanes(self) -> Ints:
        """Count the lanes that the people in reach of each gate can need.

        The first layer is the narrowest, and with several profiles all may come in one period.
        """
        instance, lanes = self.instance, self.lanes
        reach = np.bincount(
            instance.indices,
            weights=np.repeat(lanes.people, np.diff(instance.indptr)),
            minlength=instance.columns,
        )[self.gates]
        narrow = self.ratio[0] if lanes.arrivals.classes == 1 else 1.0 / lanes.arrivals.periods
        each = lanes.lane_people[self.gates]
        need = np.ceil(reach / np.maximum(each * narrow, 1e-9) - 1e-9)
        most = np.minimum(lanes.most[self.gates], np.maximum(lanes.least[self.gates], need))
        return most.astype(np.int64)

    @cached_property
    def near(self) -> Ints:
        """(J, m) int64, for each gate those that share most people with it, itself first."""
        instance, lanes, gates = self.instance, self.lanes, self.gates
        number = np.full(instance.columns, -1, dtype=np.int64)
        number[gates] = np.arange(len(gates))
        entries = np.repeat(lanes.people > 0, np.diff(instance.indptr))
        lengths = np.diff(instance.indptr)[self.rows]
        cover = number[instance.indices[entries]]
        relation = diags_array(np.sqrt(lanes.people[self.rows])) @ csr_array(
            (np.ones(len(cover)), cover, np.concatenate([[0], np.cumsum(lengths)])),
            shape=(len(self.rows), len(gates)),
        )
        shared = (relation.T @ relation).toarray() if len(self.rows) else np.eye(len(gates))
        size = np.sqrt(np.maximum(shared.diagonal(), 1e-9))
        alike = shared / np.outer(size, size)
        np.fill_diagonal(alike, 2.0)
        return np.argsort(-alike, axis=1, kind="stable")[:, :_NEAR]

    @property
    def target(self) -> float:
        """A value of a search that is enough."""
        return self.record.bound if self.sought is self.instance else math.inf

    def part(self, fraction: float, at_most: float) -> Stop:
        """Return a part of the time left; without a time limit no clock decides anything."""
        stop = self.record.stop
        return stop if math.isinf(stop.left()) else stop.share(fraction, at_most=at_most)

    def is_open(self) -> Bools:
        """Return (C,) bool, the columns of the best plan; none without one."""
        found = np.zeros(self.instance.columns, dtype=np.bool_)
        if self.record.chosen is not None:
            found[self.record.chosen] = True
        return found

    def by_group(self, rows: Floats) -> Floats:
        """Return (G,) sums over the rows of each group."""
        return np.bincount(
            self.groups.of[self.rows], weights=rows[self.rows], minlength=len(self.groups.people)
        )

    def reached(self, y: Floats) -> Floats:
        """Return (laned rows,) how far each laned row is in reach of open gates, 0 to 1."""
        return cast("Floats", np.minimum(self._covers @ y, 1.0))

    def flows(self, y: Floats, u: Floats, wanted: Floats | None) -> tuple[Floats, Floats]:
        """Return people admitted by (layer, group) and by (layer, row), for gates y and lanes u.

        The wanted come first, then others by their worth to the objective, or as the guide says.
        """
        by_group = np.zeros((len(self.networks), len(self.groups.people)))
        passing = np.zeros((len(self.networks), self.instance.rows))
        for k, network in enumerate(self.networks):
            first = np.zeros(network.groups) if wanted is None else wanted[k]
            wished = np.minimum(first, network.whole)
            by_group[k], source, _ = network.admit(y, u, wished, then=self.order)
            each = len(source) // max(1, len(self.rows))  # sources of a row
            passing[k, self.rows] = source.reshape(len(self.rows), each).sum(axis=1)
        return by_group, passing

    def people(self, passing: Floats) -> Floats:
        """Return (R,) people admitted, from those by (layer, row)."""
        admitted = np.zeros(self.instance.rows)
        for share, layer in zip(self.shares, passing, strict=True):
            admitted += share * layer
        return admitted

    def together(self, passing: Floats) -> Floats:
        """Return people by (layer, group), from those by (layer, row)."""
        return np.stack([self.by_group(layer) for layer in passing])

    def plan(self, y: Floats, u: Floats, wanted: Floats | None = None) -> bool:
        """Take a plan of columns y (C,) and lanes u (J,), if it keeps every rule and is better.

        `wanted` (layers, G) are people to be admitted first, where a rule needs them.
        """
        plan = self._reckoned(y, u, wanted)
        return plan is not None and plan.broken is None and self._took(plan)

    def kept(self, y: Floats, u: Floats) -> bool:
        """Take a plan as `plan` does, whoever must be admitted first so that it keeps every rule.

        Where people are admitted by their worth alone and a rule that counts them is broken, a
        linear program says whether others would keep it: a plan that can be kept is kept.
        """
        plan = self._reckoned(y, u, None)
        if plan is None or plan.worth <= self.record.objective:
            return False
        if plan.broken is None:
            return self._took(plan)
        if not self.floors.laned or plan.broken not in self._counting:
            return False
        wanted, _ = self.floors.first(plan.chosen, plan.lanes, self.order)
        return self.plan(y, u, wanted)

    def _reckoned(self, y: Floats, u: Floats, wanted: Floats | None) -> "_Plan | None":
        """Say whom a plan admits; None where its lanes are none that its gates may have."""
        chosen = np.flatnonzero(y > 0.5)
        is_open = (y[self.gates] > 0.5).astype(np.float64)
        whole = np.round(u) * is_open
        count = np.zeros(self.instance.columns, dtype=np.int64)
        count[self.gates] = whole.astype(np.int64)
        if (whole > self.lanes.most[self.gates]).any() or (
            whole < self.lanes.least[self.gates] * is_open
        ).any():
            return None
        by_group, passing = self.flows(is_open, whole, wanted)
        admitted = self.people(passing)
        rest = settled(self.instance, self.lanes, count, admitted)
        each = self.instance.weight[self.rows] / self.lanes.people[self.rows]
        worth = rest.value(chosen) + math.fsum(each * admitted[self.rows])
        return _Plan(
            chosen=chosen,
            lanes=whole,
            count=count,
            by_group=by_group,
            passing=passing,
            admitted=admitted,
            worth=worth + math.fsum(self.lanes.lane_worth * count),
            broken=rest.broken_rule(chosen, tolerance=1e-7),
        )

    def _took(self, plan: "_Plan") -> bool:
        if not self.record.take(plan.chosen, plan.worth):
            return False
        self.count, self.admitted, self.passing = plan.count, plan.admitted, plan.passing
        y = np.zeros(self.instance.columns)
        y[plan.chosen] = 1.0
        self.point = (y, plan.lanes, plan.by_group)
        return True

    def told(self) -> LanesOutcome:
        """Say what is known; "optimal" only where less than one person could be missing.

        The solver tells nothing apart below `EQUAL`, and a plan counts as proven within `EQUAL` of
        its objective: of objectives that are very small, or very large, that may be somebody.
        """
        found = self.record.outcome()
        left = max(self.record.bound - found.objective, EQUAL if found.objective < 1 else 0.0)
        if found.status is Status.OPTIMAL and left > self._worth_of_one():
            bound = found.objective + left
            found = replace(
                found, status=Status.FEASIBLE, stopped=Stopped.ROUNDING, bound=bound,
                gap=relative_gap(found.objective, bound),
            )  # fmt: skip
        plain = {part.name: getattr(found, part.name) for part in fields(Outcome)}
        return LanesOutcome(**plain, lanes=self.count, admitted=self.admitted, passing=self.passing)

    def _worth_of_one(self) -> float:
        """Return the least that one person, or one row without lanes, is worth in any plan."""
        people = self.lanes.people
        worths = np.concatenate(
            [
                self.instance.weight / np.where(people > 0, people, 1.0),
                self.instance.profit,
                self.lanes.lane_worth,
            ]
        )
        return float(np.abs(worths[worths != 0]).min(initial=math.inf))
