"""The relaxation of an instance, kept in the solver while limits move and cuts are added."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from placement.arrays import Bools, Floats, Ints
from placement.cover.instance import Instance
from placement.solve.core.gap import worth_step
from placement.solve.core.stopping import Stop
from placement.solve.mip.coupling_cuts import Reach
from placement.solve.mip.integer_units import UnitsModel

WHOLE = 1e-6
"""How far from whole a variable of the relaxation may be."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Point:
    """Where the relaxation is best between two limits, and what its prices prove.

    Attributes
    ----------
    values
        (N,) float64, of all variables.
    bound
        No plan within the limits is worth more.
    low, high
        (W,) float64, the limits of the whole variables.
    basis
        Where the solver stood, and how many rows it had.
    reduced
        (W,) float64: a whole variable that keeps `change` from its better limit (the high one where
        this is positive) takes change · |reduced| off the bound.
    """

    values: Floats
    bound: float
    low: Floats
    high: Floats
    reduced: Floats
    basis: tuple[Any, int]


class Relaxed:
    """A model over posts whose whole variables may be anything between two limits.

    Attributes
    ----------
    posts
        The posts of the instance.
    whole
        (W,) int64, variables that are whole in a plan: totals, posts that need no other, and then
        all others.
    group
        (W,) int64, 0, 1 and 2 for these.
    low, high
        (W,) float64, the limits they come with.
    step
        Two plans differ by this much at least; 0 where nothing is known.
    """

    def __init__(self, instance: Instance) -> None:
        model = UnitsModel(instance)
        self._model = model.keep(model.rows_worth(), solver="simplex")
        column = self._model.column
        self.posts, self.step = model.posts, worth_step(instance)
        self.columns = instance.columns
        small = model.posts.instance
        self._y = np.array([column.get(y.id, -1) for y in model.y], dtype=np.int64)
        units = [model.u.get(p, y) for p, y in enumerate(model.y)]
        self._u = np.array([column.get(u.id, -1) for u in units], dtype=np.int64)
        self._always = np.array([y.lowBound for y in model.y], dtype=np.float64)
        levels = [np.array([column[v.id] for v in row], dtype=np.int64) for row in model.z]
        self._reach = Reach.of(small, levels, self._y, self._u)
        totals = [column[v.id] for v in model.counts if v.id in column]
        ordered = [column[v.id] for row in model.z for v in row if v.cat == "Integer"]
        first = self._y[~small.coupled & (self._y >= 0)]
        rest = np.unique(np.concatenate([self._y, self._u, np.array(ordered, dtype=np.int64)]))
        rest = rest[(rest >= 0) & ~np.isin(rest, first)]
        groups = [np.array(totals, dtype=np.int64), first, rest]
        self.whole = np.concatenate(groups)
        self.group = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        self.low, self.high = self._model.low[self.whole], self._model.high[self.whole]

    def look(self, low: Floats, high: Floats, stop: Stop) -> tuple[Point | None, bool]:
        """Solve the relaxation between limits of the whole variables, both (W,) float64.

        Returns
        -------
        point, infeasible
            None where the solver was stopped, or shows that there is none.
        """
        moved = (self._model.low[self.whole] != low) | (self._model.high[self.whole] != high)
        self._model.change_bounds(self.whole[moved], low[moved], high[moved])
        found, infeasible = self._model.relax(stop)
        if found is None:
            return None, infeasible
        bound, reduced = self._proven(found.row_duals)
        point = Point(
            values=found.values,
            bound=bound,
            low=low,
            high=high,
            reduced=reduced[self.whole],
            basis=(found.basis, self._model.rows),
        )
        return point, False

    def back_to(self, point: Point) -> None:
        """Let the next solve start where a point was found, a step away from its neighbours."""
        basis, rows = point.basis
        if rows == self._model.rows:
            self._model.start_from(basis)

    def _proven(self, prices: Floats) -> tuple[float, Floats]:
        """Return the bound that prices of the rows prove, whatever they are, and reduced costs.

        Neumaier & Shcherbina (Math. Programming 99, 2004): rows are priced, and each variable is
        put at its better limit.
        """
        model = self._model
        side = np.where(prices > 0, model.row_high, model.row_low)
        prices = np.where(np.isfinite(side), prices, 0.0)
        side = np.where(np.isfinite(side), side, 0.0)
        reduced = model.cost - model.matrix.T @ prices
        best = np.where(reduced > 0, model.high, model.low)
        terms = np.concatenate([side * prices, best * reduced])
        # each reduced cost is a sum of some products, each right to a rounding
        return math.fsum(terms) + 1e-13 * float(np.abs(terms).sum()), reduced

    def separate(self, point: Point) -> int:
        """Add cuts that a point breaks; return how many."""
        found = self._reach.broken(point.values)
        if not found:
            return 0
        starts = np.concatenate([[0], np.cumsum([len(at) for at, _ in found])])
        index = np.concatenate([at for at, _ in found])
        slope = np.concatenate([value for _, value in found])
        cuts = sp.csr_array((slope, index, starts), shape=(len(found), self._model.columns))
        self._model.add_rows(cuts, np.full(len(found), -math.inf), np.zeros(len(found)))
        return len(found)

    def _at(self, places: Ints, point: Point) -> Floats:
        return np.where(places >= 0, point.values[places], self._always)

    def plan(self, point: Point) -> Ints:
        """Return the columns of the plan that a point becomes when it is rounded."""
        y, u = self._at(self._y, point), self._at(self._u, point)
        is_open = np.where(self.posts.instance.coupled, u > 0.5, y > 0.5)  # units say enough
        return self.posts.chosen(is_open, np.round(u).astype(np.int64))

    def wanted(self, point: Point) -> Bools:
        """Tell which columns belong to posts that a point opens at least in part, (C,) bool."""
        return self._columns_of(self._at(self._u, point) > WHOLE)

    def closed(self, point: Point, least: float) -> Bools:
        """Tell which columns are closed in all plans worth `least` between a point's limits."""
        lost = np.zeros(self._model.columns)
        lost[self.whole] = np.where(point.low == 0.0, np.maximum(-point.reduced, 0.0), 0.0)
        own = np.where(self._y >= 0, lost[self._y], 0.0)
        own += np.where((self._u >= 0) & (self._u != self._y), lost[self._u], 0.0)
        return self._columns_of(point.bound - own < least)

    def _columns_of(self, posts: Bools) -> Bools:
        """Return the columns of some posts."""
        found = np.zeros(self.columns, dtype=np.bool_)
        for p in np.flatnonzero(posts):
            found[self.posts.columns[p]] = True
        return found
