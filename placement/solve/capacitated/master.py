"""The master model of lanes: posts, lanes and admitted people, and the cuts that bind them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from placement.arrays import Bools, Floats, Ints
from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.capacitated.max_flow_cuts import Cut
from placement.solve.core.stopping import Stop
from placement.solve.mip.mip_model import Model, alike


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Groups:
    """Rows of people who are worth the same to the objective and to every rule.

    Attributes
    ----------
    of
        (R,) int64, group of each row; −1 for rows that pass no gate.
    people
        (G,) float64.
    worth
        (G,) float64, worth of one person.
    share
        (rules, G) float64, what one person adds to each rule of the instance.
    """

    of: Ints
    people: Floats
    worth: Floats
    share: Floats

    @classmethod
    def build(cls, instance: Instance, lanes: Lanes) -> "Groups":
        """Group the laned rows."""
        rows = np.flatnonzero(lanes.people > 0)
        people = lanes.people[rows]
        share = np.zeros((len(instance.rules), instance.rows))
        for line, rule in zip(share, instance.rules, strict=True):
            np.add.at(line, rule.rows, rule.share)
        each = np.stack([instance.weight[rows] / people, *(share[:, rows] / people)])
        # sums of the same prices differ in their last digits
        scale = 10.0 ** (9 - np.floor(np.log10(np.where(each > 0, each, 1.0))))
        key = np.where(each == 0, 0.0, np.round(each * scale) / scale)
        _, number = np.unique(key, axis=1, return_inverse=True)
        number = number.ravel()
        count = int(number.max(initial=-1)) + 1
        whole = np.bincount(number, weights=people, minlength=count)
        of = np.full(instance.rows, -1, dtype=np.int64)
        of[rows] = number
        return cls(
            of=of,
            people=whole,
            worth=np.bincount(number, weights=instance.weight[rows], minlength=count) / whole,
            share=np.stack(
                [
                    np.bincount(number, weights=line, minlength=count) / whole
                    for line in share[:, rows]
                ]
            )
            if len(share)
            else np.zeros((0, count)),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Point:
    """Values of a solution of the master, whole or not.

    Attributes
    ----------
    y
        (C,) float64, how far each column is open.
    u
        (J,) float64, lanes of each gate, in the order of the gates' columns.
    admitted
        (layers, G) float64, people the master takes to be admitted.
    value
        The objective, without the price of lanes.
    totals
        (T,) float64, the whole totals of the master; empty where nobody asks for them.
    """

    y: Floats
    u: Floats
    admitted: Floats
    value: float
    totals: Floats = field(default_factory=lambda: np.zeros(0))

    def between(self, other: "Point", part: float) -> "Point":
        """Return the point `part` of the way to another one."""
        return Point(
            y=self.y + part * (other.y - self.y),
            u=self.u + part * (other.u - self.u),
            admitted=self.admitted + part * (other.admitted - self.admitted),
            value=self.value + part * (other.value - self.value),
        )

    def rounded(self) -> "Point":
        """Return the point with posts and lanes rounded."""
        return replace(self, y=np.round(self.y), u=np.round(self.u))


class LanedModel(Model):
    """A model that counts lanes."""

    def __init__(self, instance: Instance, lanes: Lanes) -> None:
        self.lanes = lanes
        self.u: dict[int, Any] = {}
        self.lane_totals: list[tuple[Ints, Any]] = []  # gates of a kind, how many lanes they have
        super().__init__(instance, maximise=True, without_z=lanes.people > 0)

    def begin(self) -> None:
        """Add u_j, the lanes of gate j, least · y ≤ u ≤ most · y, whole; and totals.

        Columns of one kind (same cost; of gates, same lanes too) have a whole total of posts, gates
        one of lanes as well, with the budget written on them, so that the solver can branch on how
        many there are: what 400 gates cost together it does not find out by branching on gates.
        """
        instance, lanes = self.instance, self.lanes
        gates = np.flatnonzero(lanes.gate)
        for j in gates:
            u = self.problem.add_variable(f"u{j}", 0, max(int(lanes.most[j]), 0), "Integer")
            self.u[int(j)] = u
            self.at_most([(u, 1.0), (self.y[j], -float(lanes.most[j]))], 0.0)
            self.at_most([(self.y[j], float(lanes.least[j])), (u, -1.0)], 0.0)
        kinds = alike(
            lanes.gate,
            instance.cost,
            lanes.lane_cost,
            lanes.least,
            lanes.most,
            lanes.lane_people,
        )
        for number, members in enumerate(kinds):
            first = int(members[0])
            posts = self.add_total(f"Y{number}", members)
            if lanes.gate[first]:
                units = self.sum_of(f"U{number}", [self.u[int(j)] for j in members])
                self.at_most([(units, 1.0), (posts, -float(lanes.most[first]))], 0.0)
                self.at_most([(posts, float(lanes.least[first])), (units, -1.0)], 0.0)
                self.lane_totals.append((members, units))

    def knapsack(self, use: Floats, most: float, number: int) -> None:
        """Add Σ use · y + Σ each · u ≤ most, on the totals of kinds that use the same."""
        lanes = self.lanes
        each = np.zeros(len(use))
        if number < 0:
            each = lanes.lane_cost
        elif len(lanes.lane_use):
            each = lanes.lane_use[number]
        terms = self.used(use)
        for members, units in self.lane_totals:
            first = int(members[0])
            if (each[members] == each[first]).all():
                terms += [(units, float(each[first]))] if each[first] else []
            else:
                terms += [(self.u[int(j)], float(each[j])) for j in members[each[members] != 0]]
        self.at_most(terms, most)


class Master:
    """A model that stays in the solver while cuts are added to it.

    Parameters
    ----------
    instance, lanes, groups
        What is asked.
    shares
        (layers,) float64, what each layer's people count.
    ratio
        (layers,) float64, capacity of a lane in each layer as a multiple of the lane's.
    price
        Small price of a lane: without it the master buys any lanes that fool the cuts it has.
    """

    def __init__(
        self,
        instance: Instance,
        lanes: Lanes,
        groups: Groups,
        shares: Floats,
        ratio: Floats,
        *,
        price: float,
    ) -> None:
        model = LanedModel(instance, lanes)
        self.gates = np.flatnonzero(lanes.gate)
        self.price, self._lane_worth = price, lanes.lane_worth[self.gates]
        admitted = [
            [
                model.problem.add_variable(f"a{k}_{g}", 0, float(people))
                for g, people in enumerate(groups.people)
            ]
            for k in range(len(shares))
        ]
        counted = [
            (variable, g, float(share))
            for share, layer in zip(shares, admitted, strict=True)
            for g, variable in enumerate(layer)
        ]
        for layer, b in zip(admitted, ratio, strict=True):
            # nobody passes without a lane: the cut that whole totals make strong
            room = [
                (units, -b * float(lanes.lane_people[members[0]]))
                for members, units in model.lane_totals
            ]
            model.at_most([*((v, 1.0) for v in layer), *room], 0.0)
        reached = self._reached(model)
        within: list[list[tuple[Any, float]]] = [[] for _ in groups.people]
        for variable, r in zip(reached, np.flatnonzero(lanes.people > 0), strict=True):
            within[groups.of[r]].append((variable, -float(lanes.people[r])))
        for g, terms in enumerate(within):
            for layer in admitted:
                model.at_most([(layer[g], 1.0), *terms], 0.0)
        more = [[(v, -share * float(each[g])) for v, g, share in counted] for each in groups.share]
        terms = model.add_rows(more)
        terms += [(v, share * float(groups.worth[g])) for v, g, share in counted]
        terms += [(model.u[int(j)], float(lanes.lane_worth[j]) - price) for j in self.gates]
        self._model = model.keep(terms)
        column = self._model.column
        self._y = np.array([column.get(v.id, -1) for v in model.y], dtype=np.int64)
        self._y_low = np.array([v.lowBound for v in model.y], dtype=np.float64)
        self._u = np.array([column.get(model.u[int(j)].id, -1) for j in self.gates], dtype=np.int64)
        self._a = np.array(
            [[column.get(v.id, -1) for v in layer] for layer in admitted], dtype=np.int64
        ).reshape(len(shares), len(groups.people))
        self._most = np.broadcast_to(groups.people, self._a.shape)
        self._covers, self._reach = np.unique(
            np.array([column[v.id] for v in reached], dtype=np.int64), return_inverse=True
        )
        totals = [total for _, total in model.totals]
        totals += [units for _, units in model.lane_totals]
        self._totals = np.array([column[v.id] for v in totals if v.id in column], dtype=np.int64)
        self.rules = self._model.rows
        self.cuts: list[Cut] = []

    @staticmethod
    def _reached(model: LanedModel) -> list[Any]:
        """Return for each laned row how far it is in reach of an open gate, a variable a cover.

        Cuts imply it in the end, one set of rows at a time; written out, a row a cover, the solver
        sees at once where no gate is: on the riverside with dog teams 0.15% are left where cuts
        alone leave 0.50%.
        """
        instance, found, every = model.instance, dict[bytes, Any](), list[Any]()
        for r in np.flatnonzero(model.lanes.people > 0):
            cover = instance.indices[instance.indptr[r] : instance.indptr[r + 1]]
            key = cover.tobytes()
            if key not in found:
                found[key] = model.problem.add_variable(f"r{r}", 0, 1)
                model.at_most([(found[key], 1.0), *((model.y[j], -1.0) for j in cover)], 0.0)
            every.append(found[key])
        return every

    def add(self, cuts: Sequence[Cut]) -> None:
        """Add cuts."""
        for cut in cuts:
            beyond = np.bincount(self._reach, weights=cut.beyond, minlength=len(self._covers))
            at = np.concatenate(
                [self._a[cut.layer, cut.groups], self._u, self._y[self.gates], self._covers]
            )
            slope = np.concatenate([np.ones(len(cut.groups)), -cut.lane, -cut.gate, -beyond])
            kept = (slope != 0) & (at >= 0)
            ends = np.array([0, int(kept.sum())])
            row = sp.csr_array((slope[kept], at[kept], ends), shape=(1, self._model.columns))
            self._model.add_rows(row, np.array([-math.inf]), np.zeros(1))
            self.cuts.append(cut)

    def drop(self, kept: Bools) -> None:
        """Keep some of the cuts only; `kept` is (cuts,) bool."""
        self._model.delete_rows(self.rules + np.flatnonzero(~kept))
        self.cuts = [cut for cut, stays in zip(self.cuts, kept, strict=True) if stays]

    def reprice(self) -> None:
        """Take the price of lanes away."""
        self._model.change_costs(self._u, self._lane_worth)
        self.price = 0.0

    def most_lanes(self, most: Floats) -> None:
        """Bound the lanes of each gate, (J,) float64."""
        self._model.change_bounds(self._u, np.zeros(len(most)), most)

    def totals(self) -> tuple[Floats, Floats]:
        """Return the lowest and the highest of each total, both (T,) float64."""
        return self._model.low[self._totals], self._model.high[self._totals]

    def within(self, low: Floats, high: Floats) -> None:
        """Bound the totals."""
        self._model.change_bounds(self._totals, low, high)

    def hold(self, y: Floats, u: Floats) -> None:
        """Fix the gates and their lanes, both (J,) float64."""
        self._fix(np.concatenate([self._y[self.gates], self._u]), np.concatenate([y, u]))

    def keep_outside(self, free: Bools, is_open: Bools) -> None:
        """Leave columns as they are, but for the free ones; both (C,) bool.

        Open gates keep the freedom of their lanes.
        """
        at = np.flatnonzero(~free & (self._y >= 0))
        self._fix(self._y[at], is_open[at].astype(np.float64))

    def _fix(self, at: Ints, values: Floats) -> None:
        """Give variables a value each, until `release`."""
        values, at = values[at >= 0], at[at >= 0]
        self._held = (at, self._model.low[at], self._model.high[at])
        self._model.change_bounds(at, values, values)

    def release(self) -> None:
        """Undo `hold` or `keep_outside`."""
        self._model.change_bounds(*self._held)

    def _point(self, values: Floats, value: float) -> Point:
        y = np.where(self._y >= 0, values[self._y], self._y_low)
        u = values[self._u] if len(self._u) else np.zeros(0)
        admitted = np.where(self._a >= 0, values[self._a], self._most)
        return Point(
            y=y,
            u=u,
            admitted=admitted,
            value=value + self.price * float(u.sum()),
            totals=values[self._totals],
        )

    def relaxed(self, stop: Stop) -> tuple[Point | None, bool]:
        """Solve the relaxation; return its point, None if stopped, and whether it is infeasible."""
        found, infeasible = self._model.relax(stop)
        if found is None:
            return None, infeasible
        return self._point(found.values, found.objective), False

    def whole(
        self,
        stop: Stop,
        *,
        gap: float,
        gap_abs: float,
        warm: tuple[Floats, Floats, Floats] | None = None,
        found: Callable[[Point], None] | None = None,
        nodes: int | None = None,
        effort: float = 0.05,
        enough: float = -math.inf,
    ) -> tuple[Point | None, float, bool]:
        """Solve the master in whole numbers.

        Parameters
        ----------
        stop
            When to stop.
        gap, gap_abs
            Distances of plan and bound at which to stop.
        warm
            y, u and admitted people of a plan to start from.
        found
            Called with each better point.
        nodes
            Most nodes.
        effort
            Share of the work that the solver spends on finding plans of its own.
        enough
            A bound down to which it need not go.

        Returns
        -------
        point, bound, infeasible
            The best point or None, a bound on the value of every plan, and whether there is none.
        """

        def hear(values: Floats) -> None:
            if found is not None:
                found(self._point(values, math.nan))

        start = None
        if warm is not None:
            y, u, admitted = warm
            values = np.concatenate([y, u, admitted.ravel()])
            at = np.concatenate([self._y, self._u, self._a.ravel()])
            start = (at[at >= 0], values[at >= 0])
        answer = self._model.solve(
            stop,
            gap=gap,
            gap_abs=gap_abs,
            start=start,
            nodes=nodes,
            effort=effort,
            enough=enough,
            on_values=hear,
        )
        if answer.values is None:
            return None, answer.bound, answer.infeasible
        return self._point(answer.values, answer.objective), answer.bound, False
