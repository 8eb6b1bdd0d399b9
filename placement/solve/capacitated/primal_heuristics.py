"""Plans with lanes, from searches and from the master over parts of the plan.

A search finds the plans; where there are rules that it does not know, the master deals out the
people, gates and lanes held.
"""

import math
from dataclasses import replace
from functools import cached_property

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.solve.capacitated.cutting_planes import CuttingPlanes
from placement.solve.capacitated.floor_search import FloorSearch, Sought
from placement.solve.capacitated.greedy import HEATS, Search
from placement.solve.capacitated.master import Point
from placement.solve.core.stopping import Stop

_ROUNDS = 500  # of the first search, at most
_REPAIR = 60  # rounds of the search from a point of the master
_FOR_EACH = 20  # rounds for each column: small instances need few
_SETTLING = 30  # solves of the master with gates held, until flows agree with it
_FLOORED = 30  # searches for a first plan that keeps every floor
_FLOORED_ROUNDS = 120
_VAIN = 2  # of them in a row without a better plan, and that is enough
_DEALT = 10  # solves of the master with posts held, until flows agree with its lanes


class PrimalHeuristics:
    """Finds plans, and hands them to the state."""

    def __init__(self, planes: CuttingPlanes, *, seed: int) -> None:
        self._planes, self._state, self._seed = planes, planes.state, seed
        self._wandered = 0

    @cached_property
    def _search(self) -> Search:
        """The search of the instance, or of what its guide looks for.

        The search knows gates by what they admit of a sum of people: where there are several
        profiles it takes everybody to come by the mean of them.
        """
        state = self._state
        shares, ratio = state.lanes.alike().layers()
        return Search(
            state.sought,
            state.lanes,
            most=state.most,
            shares=shares,
            ratio=ratio,
            near=state.near,
            seed=self._seed,
        )

    @cached_property
    def _floor_search(self) -> FloorSearch:
        """The search that sees rules which count people."""
        return FloorSearch(self._state, seed=self._seed)

    @cached_property
    def _looked_for(self) -> Sought:
        return Sought.worth_of(self._state.sought, self._state.lanes.people)

    def _none(self) -> tuple[Bools, Ints]:
        """Return no columns and no lanes: what a search starts from."""
        state = self._state
        columns, gates = state.instance.columns, len(state.gates)
        return np.zeros(columns, dtype=np.bool_), np.zeros(gates, dtype=np.int64)

    def _take(self) -> bool:
        """Take what the search has found; where a rule is broken, choose other posts around it."""
        y = self._search.is_open.astype(np.float64)
        u = self._search.lanes.astype(np.float64)
        self._planes.support(y, u)
        if self._state.kept(y, u):
            return True
        return bool(self._state.instance.rules) and self._settle(y, u)

    def _settle(self, y: Floats, u: Floats) -> bool:
        """Choose who is admitted, and the posts beside the gates, so that every rule is kept.

        With gates and lanes held, what the master takes to be admitted is cut until flows agree.
        """
        self._planes.master.hold(y[self._state.gates], u)
        return self._solve_held(
            self._state.part(0.3, 3.0), _SETTLING, lanes=u, gap=1e-3, nodes=200, tight=False
        )

    def _solve_held(
        self, stop: Stop, times: int, *, lanes: Floats | None, gap: float, nodes: int, tight: bool
    ) -> bool:
        """Solve the master, a part of it held, until flows agree; tell whether its plan was taken.

        With `lanes` held the first plan that is taken is enough.
        """
        taken = False
        for _ in range(times):
            point, _, _ = self._planes.master.whole(stop, gap=gap, gap_abs=0.0, nodes=nodes)
            if point is None:
                break
            exact = point.rounded()
            if lanes is not None:
                exact = replace(exact, u=lanes)
            taken = self._state.plan(exact.y, exact.u, exact.admitted)
            added = self._planes.separate(exact, tight=tight)
            if not added or (taken and lanes is not None):
                break
        self._planes.master.release()
        return taken

    def keep_floors(self) -> None:
        """Search from nothing for plans that keep every rule."""
        state = self._state
        self._floor_search.run(
            state.instance.budget,
            self._looked_for,
            tries=_FLOORED,
            rounds=min(_FLOORED_ROUNDS, _FOR_EACH * state.instance.columns),
            stop=state.part(0.6, math.inf),
            vain=_VAIN,
            start=self._none(),
        )

    def deal(self, chosen: Ints, lanes: Ints) -> None:
        """Deal lanes anew to the gates of a known plan, all posts held."""
        state = self._state
        none, _ = self._none()
        is_open = none.copy()
        is_open[chosen] = True
        is_open = (is_open | state.instance.required) & ~state.instance.excluded
        if state.record.chosen is None and state.instance.rules:
            # its lanes may do, and only the people who are admitted first may break a rule
            self._settle(is_open.astype(np.float64), lanes[state.gates].astype(np.float64))
        self._planes.master.keep_outside(none, is_open)
        tight = not state.instance.rules
        self._solve_held(state.part(0.1, 5.0), _DEALT, lanes=None, gap=1e-5, nodes=500, tight=tight)

    def find_first(self, point: Point | None) -> None:
        """Search for a first plan from nothing, then beside what the relaxation opens."""
        state = self._state
        self._search.start(*self._none())
        rounds = min(_ROUNDS, _FOR_EACH * state.instance.columns)
        self._search.run(rounds=rounds, target=state.target, stop=state.record.stop.share(0.3))
        self._take()
        if point is not None:
            self._round(point)

    def _round(self, point: Point) -> None:
        """Open what the relaxation opens by more than a half, a third, …, and fill up."""
        for part in (0.7, 0.5, 0.35, 0.2):
            if self._state.record.done:
                return
            _, no_lanes = self._none()
            self._search.start(point.y > part, no_lanes)
            self._search.fill()
            self._take()

    def improve(self, point: Point) -> None:
        """Repair a point of the master by the search."""
        state, search = self._state, self._search
        y, u = np.round(point.y), np.round(point.u)
        state.plan(y, u, point.admitted)
        search.start(y > 0.5, u.astype(np.int64))
        search.fill()
        if not state.instance.rules:
            search.run(rounds=_REPAIR, target=state.target, stop=state.part(0.1, math.inf))
        state.plan(search.is_open.astype(np.float64), search.lanes.astype(np.float64))

    def wander(self, rounds: int) -> None:
        """Search on from the best plan."""
        state = self._state
        rounds = min(rounds, _FOR_EACH * state.instance.columns)
        self._wandered += 1
        stop = state.part(0.3, math.inf)
        if state.instance.rules:
            self._floor_search.run(
                state.instance.budget,
                self._looked_for,
                tries=1,
                rounds=min(rounds, _FLOORED_ROUNDS),
                stop=stop,
            )
            return
        self._search.start(state.is_open(), state.count[state.gates])
        heat = HEATS[self._wandered % len(HEATS)]
        self._search.run(rounds=rounds, target=state.target, stop=stop, heat=heat)
        self._take()
