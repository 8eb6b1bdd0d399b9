"""The relaxation of the master, and the cuts that flows find where it admits too many."""

import math

import numpy as np

from placement.arrays import Floats
from placement.solve.capacitated.master import Master, Point
from placement.solve.capacitated.max_flow_cuts import Cut
from placement.solve.capacitated.state import State
from placement.solve.core.stopping import Stop

_VIOLATED = 1e-6  # relative to all people
_ROUNDS = 120
_TAIL, _SLOW = 8, 2e-5  # rounds of the root, and what they must gain
_PART = 0.3  # how far from the best known point towards the master's cuts are looked for


class CuttingPlanes:
    """The master, and the cuts that it lacks."""

    def __init__(self, state: State) -> None:
        self.state = state
        groups, each = state.groups, state.lanes.lane_people[state.gates]
        price = 1e-6 * float((each * groups.worth.max(initial=0.0)).max(initial=0.0))
        self.master = Master(
            state.instance, state.lanes, groups, state.shares, state.ratio, price=price
        )
        self.master.most_lanes(state.most.astype(np.float64))

    def root(self, stop: Stop) -> Point | None:
        """Cut until the relaxation and the best point inside it meet, or cuts run out."""
        best: Point | None = None
        inside = -math.inf
        point: Point | None = None
        record, plain = self.state.record, not self.state.instance.rules
        values: list[float] = []
        for _ in range(_ROUNDS):
            point, infeasible = self.master.relaxed(stop)
            record.infeasible = record.infeasible or infeasible
            if point is None:
                return best
            record.limit(self.bounded(point))
            if record.done or point.value - inside <= 1e-6 * abs(point.value):
                break
            values.append(point.value)
            if len(values) > _TAIL and values[-_TAIL] - point.value <= _SLOW * abs(point.value):
                break  # plans teach the master more than the tail of the relaxation
            at = point if best is None else best.between(point, _PART)
            found, value = self.cuts(point, at, tight=plain)
            if value > inside:
                best, inside = at, value
            if not found:
                found, value = self.cuts(point, point, tight=False)
                if value > inside:
                    best, inside = point, value
                if not found:
                    break
            self.master.add(found)
        return point

    def tidy(self, point: Point) -> None:
        """Drop the cuts that do not bind at the end of the root: they only slow the tree down."""
        state = self.state
        scale, reached = 1e-3 * float(state.groups.people.sum()), state.reached(point.y)
        self.master.drop(
            np.array(
                [
                    cut.room(reached, point.y[state.gates], point.u)
                    <= float(point.admitted[cut.layer, cut.groups].sum()) + scale
                    for cut in self.master.cuts
                ],
                dtype=np.bool_,
            )
        )

    def separate(self, point: Point, *, tight: bool = False) -> int:
        """Add the cuts that a point breaks; return how many."""
        found, _ = self.cuts(point, point, tight=tight)
        self.master.add(found)
        return len(found)

    def support(self, y: Floats, u: Floats) -> None:
        """Cut where flows say the most that these gates admit: the master learns from plans."""
        state = self.state
        if state.instance.rules:
            return
        shape = (len(state.networks), len(state.groups.people))
        admitted = np.broadcast_to(state.groups.people, shape)
        self.separate(Point(y=y, u=u, admitted=admitted, value=0.0), tight=True)

    def cuts(self, point: Point, at: Point, *, tight: bool) -> tuple[list[Cut], float]:
        """Look for cuts at one point that bind another; also return the value reached at `at`.

        With `tight`, cuts support the value of the most worthy groups at `at`, whatever the master
        takes to be admitted there; without, only what the master takes too much is cut off.
        """
        state = self.state
        worth = state.groups.worth
        y, u = at.y[state.gates], at.u
        found = []
        missed = 0.0
        scale = _VIOLATED * max(1.0, float(state.groups.people.sum()))
        reached_rows = state.reached(point.y)
        for k, network in enumerate(state.networks):
            wishes = [np.minimum(at.admitted[k], network.whole)]
            if tight:
                levels = np.unique(worth)
                wishes = [np.where(worth >= w, network.whole, 0.0) for w in levels]
            for n, wanted in enumerate(wishes):
                got, _, reached = network.admit(y, u, wanted)
                cut = network.cut(reached, y, u, layer=k)
                asked = float(point.admitted[k, cut.groups].sum())
                if asked > cut.room(reached_rows, point.y[state.gates], point.u) + scale:
                    found.append(cut)
                if n == 0:
                    short = np.maximum(at.admitted[k] - got, 0.0)
                    missed += float(state.shares[k] * (short @ worth))
        return found, at.value - missed

    def bounded(self, point: Point) -> float:
        """Return what the best point of a relaxation bounds plans by: lanes cost it something."""
        return point.value - self.master.price * float(point.u.sum()) + self.lanes_price()

    def lanes_price(self) -> float:
        """Return the most that the price of lanes takes from the master's value."""
        state, afford = self.state, math.inf
        cost = state.lanes.lane_cost[state.gates]
        if len(cost) and cost.min() > 0:
            afford = state.instance.budget / float(cost.min())
        return self.master.price * min(afford, float(state.most.sum()))
