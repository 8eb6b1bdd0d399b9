"""The one plan with lanes among equals: explicit flows in time, stage by stage, each one proven.

What the plan is worth is held; then most people who walk without steps, least walk, least cost,
fewest posts and lowest identifiers are looked for, in this order, each held before the next. Every
person is written as a flow from a crowd and a period to a gate (Hall's condition for the queues, as
in ``docs/explanation/model.md``), which is exact and grows fast: it is for plans where such flows
are few.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import scipy.sparse as sp

from placement.arrays import Floats, Ints
from placement.cover.instance_builder import Posting
from placement.cover.laned import laned
from placement.cover.survey import Survey
from placement.plan.problem import Plan
from placement.solution import list_unproven
from placement.solve.capacitated.admission import Admitted, admission
from placement.solve.capacitated.assignment import Crowds
from placement.solve.capacitated.crowds import crowds_of, longest_walk_s
from placement.solve.capacitated.master import LanedModel
from placement.solve.capacitated.state import LanesOutcome
from placement.solve.core.incumbent import Start
from placement.solve.core.lexicographic import keep_worth_of
from placement.solve.core.stopping import Progress, Stop
from placement.solve.mip.highs import Found

type Terms = list[tuple[Any, float]]

MOST_FLOWS = 4_000
"""Flows of a crowd to a gate in a period, at most: with more the solver is of no use."""

_NODES = 2_000  # of each search tree: the same stop on a slow machine and on a fast one
_HELD = 2e-7  # relative: what a stage that is held may lose to the rounding of the solver
_EQUAL = 1e-6  # relative difference of a value and its bound that counts as none


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Settled:
    """What is left of the choice among equals.

    Attributes
    ----------
    outcome, posts, admitted
        The plan, the candidate posts with its lanes, and who is admitted.
    unproven
        Stages that are not proven, in their order: how far the plan may be from the best of that
        stage, as a share; None where nothing is known.
    """

    outcome: LanesOutcome
    posts: Posting
    admitted: Admitted
    unproven: Mapping[str, float | None]

    @property
    def gap(self) -> float | None:
        """How far from the shortest total walk it may be, as a share of it; None where unknown."""
        return self.unproven.get("walk", 0.0)


def gates_of(plan: Plan, posts: Posting) -> Ints:
    """Return the columns of gates that may open, ascending."""
    return np.flatnonzero((posts.resource == plan.problem.laned) & ~posts.instance.excluded)


def too_many(plan: Plan, posts: Posting, walks: Survey) -> bool:
    """Tell whether there are too many flows to write down."""
    crowds, _, _, _ = crowds_of(plan, posts, walks, gates_of(plan, posts))
    return bool(crowds.shares.shape[1] * len(crowds.crowd) > MOST_FLOWS)


def settle(
    plan: Plan,
    posts: Posting,
    walks: Survey,
    outcome: LanesOutcome,
    *,
    shares: Mapping[str, float] = MappingProxyType({}),
    stop: Stop,
) -> Settled | None:
    """Find the one plan among equals, as far as that can be proven.

    Parameters
    ----------
    plan, posts, walks
        What is asked, the candidate posts with the lanes of the plan and their rules, the walks.
    outcome
        The plan whose worth is held.
    shares
        By resource, the least share of all people to be admitted; a rule of the posts as well.
    stop
        When to stop; the plan so far is returned with what is left open.

    Returns
    -------
    Settled or None
        None where there are too many flows to write down.
    """
    if outcome.chosen is None:
        raise ValueError("there is no plan to settle")
    if too_many(plan, posts, walks):
        return None
    gates = gates_of(plan, posts)
    crowds, _, _, crowd_of = crowds_of(plan, posts, walks, gates)
    admitted = admission(posts, plan, walks, outcome.chosen, shares=shares, stop=stop)
    start = Settled(
        outcome=outcome, posts=posts, admitted=admitted, unproven=list_unproven("step_free")
    )
    flows = Flows(plan, posts, crowds, crowd_of, gates)
    flows.hold(outcome.chosen, admitted)
    return settled_by(flows, start, walks, shares=shares, stop=stop)


def settled_by(
    flows: "Flows",
    start: Settled,
    walks: Survey,
    *,
    shares: Mapping[str, float] = MappingProxyType({}),
    stop: Stop,
) -> Settled:
    """Find the one plan among equals by flows that hold the worth of a plan, the start.

    Parameters
    ----------
    flows
        All that may be chosen, with what is held.
    start
        The plan, of which nothing is proven beside its worth.
    walks, shares, stop
        As for `settle`.
    """
    plan, posts, outcome, admitted = flows.plan, start.posts, start.outcome, start.admitted
    assert outcome.chosen is not None  # noqa: S101 - a start is a plan
    found, unproven = flows.settled(stop)
    if found is None:
        return start
    chosen, count = found
    dealt = replace(posts, units=flows.units(count))
    sent = admission(dealt, plan, walks, chosen, shares=shares, stop=stop)
    worth = flows.worth_of(chosen, sent)
    if any(
        got < held - _EQUAL * max(1.0, abs(held))
        for got, held in zip(worth, flows.worth_of(outcome.chosen, admitted), strict=True)
    ):
        return start
    return Settled(
        outcome=replace(outcome, chosen=chosen, lanes=np.where(flows.lanes.gate, count, 0)),
        posts=dealt,
        admitted=sent,
        unproven=unproven,
    )


class Flows:
    """Posts, lanes and every flow of people, and the stages over them."""

    def __init__(
        self, plan: Plan, posts: Posting, crowds: Crowds, crowd_of: Ints, gates: Ints
    ) -> None:
        self.plan, self._posts, self._crowds = plan, posts, crowds
        self.instance, self.lanes = laned(plan.problem, posts)
        self._model = model = LanedModel(self.instance, self.lanes)
        problem = model.problem
        periods = crowds.shares.shape[1]
        self._x = [
            [problem.add_variable(f"x{way}_{t}", 0) for t in range(periods)]
            for way in range(len(crowds.crowd))
        ]
        by_crowd: list[list[int]] = [[] for _ in crowds.people]
        by_gate: list[list[int]] = [[] for _ in gates]
        for way, crowd in enumerate(crowds.crowd.tolist()):
            by_crowd[crowd].append(way)
        for way, gate in zip(*(one.tolist() for one in crowds.passing()), strict=True):
            by_gate[gate].append(way)
        for crowd, ways in enumerate(by_crowd):
            for t in range(periods):
                coming = float(crowds.people[crowd] * crowds.shares[crowd, t])
                if ways:
                    model.at_most([(self._x[way][t], 1.0) for way in ways], coming)
        rule = plan.problem.resources[plan.problem.laned or 0].lanes
        carry = 0 if rule is None else rule.carry
        for gate, ways in zip(gates.tolist(), by_gate, strict=True):
            each = float(self.lanes.lane_people[gate]) / periods
            for first in range(periods if ways else 0):
                for last in range(first, periods):
                    room = each * (min(last + carry, periods - 1) - first + 1)
                    terms = [(self._x[w][t], 1.0) for w in ways for t in range(first, last + 1)]
                    model.at_most([*terms, (model.u[gate], -room)], 0.0)
        self._link_to_gates(gates)
        row_of = posts.row_of[plan.problem.laned or 0]
        there = crowd_of >= 0
        row = np.full(len(crowds.people), -1, dtype=np.int64)
        row[crowd_of[there]] = row_of[there]
        more: list[Terms] = []
        for counted in self.instance.rules:
            share = np.zeros(self.instance.rows)
            np.add.at(share, counted.rows, counted.share)
            each_row = share / np.maximum(self.lanes.people, 1e-9)
            more.append(self._sent(-np.where(self.lanes.people > 0, each_row, 0.0)[row]))
        model.add_rows(more)
        self._rows: list[sp.csr_array] = []

    def _link_to_gates(self, gates: Ints) -> None:
        """Say in rings what the queues imply in whole numbers, and tighten the relaxation by it.

        Nobody passes a gate that is closed, each crowd and period by itself; and posts and lanes of
        each ring have whole totals, which the solver can branch on.
        """
        rings, model, crowds = self.plan.problem.rings, self._model, self._crowds
        if rings is None:
            return
        through: dict[tuple[int, int], list[int]] = {}
        for way, gate in zip(*(one.tolist() for one in crowds.passing()), strict=True):
            through.setdefault((int(crowds.crowd[way]), gate), []).append(way)
        for (crowd, gate), ways in sorted(through.items()):
            is_open = model.y[int(gates[gate])]
            for t, share in enumerate(crowds.shares[crowd].tolist()):
                coming = float(crowds.people[crowd]) * share
                model.at_most([*((self._x[way][t], 1.0) for way in ways), (is_open, -coming)], 0.0)
        level = rings.level[self._posts.site[gates]]
        for ring in np.unique(level).tolist():
            mine = gates[level == ring].tolist()
            posts = model.sum_of(f"posts_{ring}", [model.y[j] for j in mine])
            lanes = model.sum_of(f"lanes_{ring}", [model.u[j] for j in mine])
            least, most = self.lanes.least[mine].min(), self.lanes.most[mine].max()
            model.at_most([(lanes, 1.0), (posts, -float(most))], 0.0)
            model.at_most([(posts, float(least)), (lanes, -1.0)], 0.0)

    def units(self, count: Ints) -> Ints:
        """Return (C,) int64, the units of every column where gates have so many lanes."""
        least = np.maximum(count, self.lanes.least)
        return np.where(self.lanes.gate, least, self._posts.units)

    def _sent(self, each: Floats) -> Terms:
        """Return Σ each · people sent, `each` (n,) by crowd."""
        return self._by_way(each[self._crowds.crowd])

    def _by_way(self, each: Floats) -> Terms:
        return [
            (x, float(price))
            for line, price in zip(self._x, each, strict=True)
            if price
            for x in line
        ]

    def tiers(self) -> list[int]:
        """Return the tiers, the first to be served first; 0 alone in a plan without tiers."""
        return [int(tier) for tier in self._posts.tiers] if len(self._posts.tiers) > 1 else [0]

    def worth_of(self, chosen: Ints, admitted: Admitted) -> list[float]:
        """Return what a plan is worth, tier by tier, and who of it comes first."""
        problem, instance = self.plan.problem, self.instance
        resource, demand = problem.resources[admitted.position], problem.demand
        each = resource.value * admitted.people * demand.priority
        passing = self.lanes.people > 0
        found = []
        for tier in self.tiers():
            mine, people = ~passing, np.ones(len(demand), dtype=np.bool_)
            if tier:
                mine, people = mine & (self._posts.row_tier == tier), demand.tier == tier
            worth = keep_worth_of(instance, mine).value(chosen)
            found.append(worth + math.fsum(each[people]))
        return found

    def hold(self, chosen: Ints, admitted: Admitted) -> None:
        """Hold what a plan is worth, tier by tier."""
        for tier, held in zip(self.tiers(), self.worth_of(chosen, admitted), strict=True):
            self.hold_tier(tier, held)

    def hold_tier(self, tier: int, held: float) -> None:
        """Hold what a tier is worth; 0 stands for all people of a plan without tiers."""
        terms = [(variable, -worth) for variable, worth in self.worth_terms(tier)]
        self._model.at_most(terms, -held + _HELD * max(1.0, abs(held)))

    def worth_terms(self, tier: int) -> Terms:
        """Return what posts, rows and people sent are worth to a tier, all of them if it is 0."""
        instance, model, crowds = self.instance, self._model, self._crowds
        mine = np.ones(instance.rows, dtype=np.bool_)
        people = np.ones(len(crowds.people), dtype=np.bool_)
        if tier and crowds.tier is not None:
            mine, people = self._posts.row_tier == tier, crowds.tier == tier
        terms = self._sent(np.where(people, crowds.worth, 0.0))
        terms += [(model.y[j], float(instance.profit[j])) for j in np.flatnonzero(instance.profit)]
        for r in np.flatnonzero(mine):
            gain = [float(instance.weight[r]), *instance.gains[r]]
            terms += [(z, g) for z, g in zip(model.z[r], gain, strict=False) if g]
        return terms

    def people_terms(self, resource: int) -> Terms:
        """Return how many people a resource covers; where it has lanes, those sent."""
        if resource == self.plan.problem.laned:
            return self._sent(np.ones(len(self._crowds.people)))
        rows = np.flatnonzero(self._posts.row_resource == resource)
        return [
            (self._model.z[r][0], float(self._posts.people[r])) for r in rows if self._model.z[r]
        ]

    def cost_terms(self) -> Terms:
        """Return what posts and lanes cost."""
        model, instance = self._model, self.instance
        cost: Terms = [(model.y[j], float(instance.cost[j])) for j in np.flatnonzero(instance.cost)]
        return cost + [
            (u, float(self.lanes.lane_cost[j]))
            for j, u in model.u.items()
            if self.lanes.lane_cost[j]
        ]

    def most(
        self,
        terms: Terms,
        stop: Stop,
        *,
        gap: float = 0.0,
        start: Start | None = None,
        progress: Progress | None = None,
    ) -> tuple[Found, tuple[Ints, Ints] | None]:
        """Maximise some terms; return what was found, and its columns and lanes.

        Parameters
        ----------
        terms
            Variables with what each is worth.
        stop, gap
            When to stop.
        start
            A known plan, or None.
        progress
            Called with seconds, objective and bound.
        """
        model = self._model
        self._live = live = model.keep(terms or [(model.y[0], 0.0)])
        given = None
        if start is not None and len(start.lanes) == len(model.y):
            is_open = np.zeros(len(model.y))
            is_open[start.chosen] = 1.0
            at = [(live.column.get(y.id, -1), is_open[j]) for j, y in enumerate(model.y)]
            at += [
                (live.column.get(u.id, -1), float(start.lanes[j]) * is_open[j])
                for j, u in model.u.items()
            ]
            known = [(column, value) for column, value in at if column >= 0]
            given = (
                np.array([column for column, _ in known], dtype=np.int64),
                np.array([value for _, value in known], dtype=np.float64),
            )
        found = live.solve(stop, gap=gap, gap_abs=0.0, start=given, progress=progress)
        return found, self._plan_of(found.values)

    def settled(self, stop: Stop) -> tuple[tuple[Ints, Ints] | None, dict[str, float | None]]:
        """Go through the stages; return columns and lanes, and what is left open."""
        model, crowds = self._model, self._crowds
        limit = longest_walk_s(self.plan.problem)
        everyone = limit * math.fsum(crowds.people)
        stages: list[tuple[str, Terms, float]] = [
            ("step_free", self._sent(-crowds.first.astype(np.float64)), 0.0),
            ("walk", self._by_way(crowds.walk - limit), everyone),
            ("cost", self.cost_terms(), 0.0),
            ("posts", [(y, 1.0) for y in model.y], 0.0),
        ]
        # every variable is in the problem from the start, so that prices can be changed
        self._live = live = model.keep([(v, 1.0) for v in model.problem.variables()])
        values: Floats | None = None
        for name, terms, constant in stages:
            at, price = self._line(terms)
            line = np.zeros(live.columns)
            line[at] = price
            live.change_costs(np.arange(live.columns), -line)
            found = self._solve(stop, values)
            if found.values is None:
                return self._plan_of(values), list_unproven(name)
            values = found.values
            value = float(line @ values) + constant
            short = value - (constant - found.bound)
            if short > _EQUAL * max(1.0, abs(value)):
                size = max(abs(value), 1e-9)
                gap = short / size if math.isfinite(short) else None
                return self._plan_of(values), list_unproven(name, gap)
            slack = _HELD * max(1.0, abs(value))
            self._add(line, value - constant + slack)
        return self._lowest(values, stop)

    def _lowest(
        self, values: Floats | None, stop: Stop
    ) -> tuple[tuple[Ints, Ints] | None, dict[str, float | None]]:
        """Of plans equal in all else take the one with the lowest posts, then most lanes there."""
        live, model = self._live, self._model
        assert values is not None  # noqa: S101 - the stages before have left some
        live.change_costs(np.arange(live.columns), np.zeros(live.columns))
        columns = np.array([live.column.get(y.id, -1) for y in model.y], dtype=np.int64)
        free = columns[columns >= 0]
        is_open = np.round(values[free])
        self._add(np.bincount(free, weights=2 * is_open - 1, minlength=live.columns),
                  float(is_open.sum()) - 1.0)  # fmt: skip
        other = self._solve(stop, None)
        live.delete_rows(np.array([live.rows - 1]))
        if other.values is None and not other.infeasible:
            return self._plan_of(values), list_unproven("ids")
        for at in () if other.infeasible else free.tolist():
            one = np.array([at])
            low, high = live.low[one].copy(), live.high[one].copy()
            if values[at] < 0.5 and high[0] > 0.5:
                live.change_bounds(one, np.ones(1), high)
                found = self._solve(stop, None)
                live.change_bounds(one, low, high)
                if found.values is None and not found.infeasible:
                    return self._plan_of(values), list_unproven("ids")
                values = values if found.values is None else found.values
            fixed = np.round(values[one])
            live.change_bounds(one, fixed, fixed)
        live.change_bounds(free, np.round(values[free]), np.round(values[free]))
        for u in model.u.values():
            at = live.column.get(u.id, -1)
            if at < 0 or values[at] > live.high[at] - 0.5 or values[at] < 0.5:
                continue
            one = np.array([at])
            live.change_costs(one, np.ones(1))
            found = self._solve(stop, values)
            live.change_costs(one, np.zeros(1))
            if found.values is None or found.bound > found.values[at] + 0.5:
                return self._plan_of(values), list_unproven("ids")
            values = found.values
            live.change_bounds(one, np.round(values[one]), live.high[one])
        return self._plan_of(values), {}

    def _solve(self, stop: Stop, values: Floats | None) -> Found:
        start = None if values is None else (np.arange(self._live.columns), values)
        return self._live.solve(stop, gap=0.0, gap_abs=0.0, start=start, nodes=_NODES)

    def _line(self, terms: Terms) -> tuple[Ints, Floats]:
        at = np.array([self._live.column[v.id] for v, _ in terms], dtype=np.int64)
        return at, np.array([price for _, price in terms], dtype=np.float64)

    def _add(self, line: Floats, most: float) -> None:
        self._live.add_rows(sp.csr_array(line[None]), np.full(1, -math.inf), np.full(1, most))

    def _plan_of(self, values: Floats | None) -> tuple[Ints, Ints] | None:
        if values is None:
            return None
        model, live = self._model, self._live
        is_open = np.array(
            [
                (values[live.column[y.id]] if y.id in live.column else float(y.lowBound)) > 0.5
                for y in model.y
            ]
        )
        count = np.zeros(self.instance.columns, dtype=np.int64)
        for j, u in model.u.items():
            if u.id in live.column:
                count[j] = round(values[live.column[u.id]]) * is_open[j]
        return np.flatnonzero(is_open), count
