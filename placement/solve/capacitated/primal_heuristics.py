"""Plans with lanes, from searches and from the master over parts of the plan.

A search finds the plans; where there are rules that it does not know, and where the search is at
its end, the master does over a part of the posts, the others held: those that its relaxation wants
(kernel search, Angelelli, Mansini & Speranza 2010), or those around an open gate.
"""

import math
from dataclasses import replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, diags_array

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.capacitated.greedy import HEATS, Search
from placement.solve.capacitated.master import Master, Point
from placement.solve.capacitated.max_flow_cuts import Cut
from placement.solve.capacitated.parted import Parted, Sought
from placement.solve.capacitated.state import Guide, Known
from placement.solve.core.stopping import Progress, Stop

_VIOLATED = 1e-6  # relative to all people
_ROUNDS = 500  # of the first search, at most
_REPAIR = 60  # rounds of the search from a point of the master
_FOR_EACH = 20  # rounds for each column: small instances need few
_LAST = 6  # points that the solver met of which cuts are learned
_NEAR = 60  # gates that count as neighbours
_SETTLING = 30  # solves of the master with gates held, until flows agree with it
_FLOORED = 30  # searches for a first plan that keeps every floor
_FLOORED_ROUNDS = 120
_VAIN = 2  # of them in a row without a better plan, and that is enough
_DEALT = 10  # solves of the master with posts held, until flows agree with its lanes


class Plans(Known):
    """What is known, and the master and the search that find more."""

    def __init__(
        self,
        instance: Instance,
        lanes: Lanes,
        *,
        stop: Stop,
        gap: float,
        seed: int,
        progress: Progress | None,
        guide: Guide | None = None,
    ) -> None:
        super().__init__(instance, lanes, stop=stop, gap=gap, progress=progress, guide=guide)
        self.sought = instance if guide is None else guide.instance
        self.step = 0.0  # two objectives differ by this much at least, if it is known
        self.most = self.most_lanes()
        each = lanes.lane_people[self.gates]
        self.price = 1e-6 * float((each * self.groups.worth.max(initial=0.0)).max(initial=0.0))
        self.master = Master(
            instance, lanes, self.groups, self.shares, self.ratio, price=self.price
        )
        self.master.most_lanes(self.most.astype(np.float64))
        self.seed = seed
        self._random = np.random.default_rng(seed)
        self.wandered = 0

    def _search(self, instance: Instance) -> Search:
        """Return a search of the instance, or of one that differs in worth alone.

        The search knows gates by what they admit of a sum of people: where there are several
        profiles it takes everybody to come by the mean of them.
        """
        shares, ratio = self.lanes.alike().layers()
        return Search(
            instance,
            self.lanes,
            most=self.most,
            shares=shares,
            ratio=ratio,
            near=self.near,
            seed=self.seed,
        )

    @cached_property
    def search(self) -> Search:
        """The search of the instance, or of what its guide looks for."""
        return self._search(self.sought)

    @property
    def target(self) -> float:
        """A value of the search that is enough."""
        return self.bound if self.sought is self.instance else math.inf

    @cached_property
    def near(self) -> Ints:
        """Return (J, m), for each gate those that share most people with it, itself first."""
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

    # plans -----------------------------------------------------------------------------------

    def part(self, fraction: float, at_most: float) -> Stop:
        """Return a part of the time left; without a time limit no clock decides anything."""
        if math.isinf(self.stop.left()):
            return self.stop
        return self.stop.share(fraction, at_most=at_most)

    def found(self) -> bool:
        """Take what the search has found; where a rule is broken, choose other posts around it."""
        y = self.search.is_open.astype(np.float64)
        u = self.search.lanes.astype(np.float64)
        self.support(y, u)
        if self.kept(y, u):
            return True
        if not self.instance.rules:
            return False
        return self._settled(y, u)

    def _settled(self, y: Floats, u: Floats) -> bool:
        """Choose who is admitted, and the posts beside the gates, so that every rule is kept.

        With gates and lanes held, what the master takes to be admitted is cut until flows agree.
        """
        self.master.hold(y[self.gates], u)
        stop, taken = self.part(0.3, 3.0), False
        for _ in range(_SETTLING):
            point, _, _ = self.master.whole(stop, gap=1e-3, gap_abs=0.0, nodes=200)
            if point is None:
                break
            exact = replace(point, y=np.round(point.y), u=u)
            taken = self.plan(exact.y, u, exact.admitted)
            found, _ = self.cuts(exact, exact, tight=False)
            self.master.add(found)
            if taken or not found:
                break
        self.master.release()
        return taken

    @cached_property
    def parted(self) -> Parted:
        """The search that sees rules which count people."""
        return Parted(self, most=self.most, near=self.near, seed=self.seed)

    @cached_property
    def _looked_for(self) -> Sought:
        return Sought.worth_of(self.sought, self.lanes.people)

    def floored(self, *, tries: int = _FLOORED) -> None:
        """Search from nothing for plans that keep every rule."""
        self.parted.run(
            self.instance.budget,
            self._looked_for,
            tries=tries,
            rounds=min(_FLOORED_ROUNDS, _FOR_EACH * self.instance.columns),
            stop=self.part(0.6, math.inf),
            vain=_VAIN,
            start=(
                np.zeros(self.instance.columns, dtype=np.bool_),
                np.zeros(len(self.gates), dtype=np.int64),
            ),
        )

    def dealt(self, chosen: Ints, lanes: Ints) -> None:
        """Deal lanes anew to the gates of a known plan, all posts held."""
        is_open = np.zeros(self.instance.columns, dtype=np.bool_)
        is_open[chosen] = True
        is_open = (is_open | self.instance.required) & ~self.instance.excluded
        if self.chosen is None and self.instance.rules:
            # its lanes may do, and only the people who are admitted first may break a rule
            self._settled(is_open.astype(np.float64), lanes[self.gates].astype(np.float64))
        self.master.keep_outside(np.zeros(self.instance.columns, dtype=np.bool_), is_open)
        stop = self.part(0.1, 5.0)
        for _ in range(_DEALT):
            point, _, _ = self.master.whole(stop, gap=1e-5, gap_abs=0.0, nodes=500)
            if point is None:
                break
            exact = replace(point, y=np.round(point.y), u=np.round(point.u))
            self.plan(exact.y, exact.u, exact.admitted)
            found, _ = self.cuts(exact, exact, tight=not self.instance.rules)
            self.master.add(found)
            if not found:
                break
        self.master.release()

    def support(self, y: Floats, u: Floats) -> None:
        """Cut where flows say the most that these gates admit: the master learns from plans."""
        if self.instance.rules:
            return
        admitted = np.broadcast_to(
            self.groups.people, (len(self.networks), len(self.groups.people))
        )
        at = Point(y=y, u=u, admitted=admitted, value=0.0)
        found, _ = self.cuts(at, at, tight=True)
        self.master.add(found)

    def first(self, point: Point | None) -> None:
        """Search for a first plan from nothing, then beside what the relaxation opens."""
        none = np.zeros(self.instance.columns, dtype=np.bool_)
        self.search.start(none, np.zeros(len(self.gates), dtype=np.int64))
        rounds = min(_ROUNDS, _FOR_EACH * self.instance.columns)
        self.search.run(rounds=rounds, target=self.target, stop=self.stop.share(0.3))
        self.found()
        if point is not None:
            self.rounded(point)

    def rounded(self, point: Point) -> None:
        """Open what the relaxation opens by more than a half, a third, …, and fill up."""
        for part in (0.7, 0.5, 0.35, 0.2):
            if self.done:
                return
            self.search.start(point.y > part, np.zeros(len(self.gates), dtype=np.int64))
            self.search.fill()
            self.found()

    def improve(self, point: Point) -> None:
        """Repair a point of the master by the search."""
        y, u = np.round(point.y), np.round(point.u)
        self.plan(y, u, point.admitted)
        self.search.start(y > 0.5, u.astype(np.int64))
        self.search.fill()
        if not self.instance.rules:
            self.search.run(rounds=_REPAIR, target=self.target, stop=self.part(0.1, math.inf))
        self.plan(self.search.is_open.astype(np.float64), self.search.lanes.astype(np.float64))

    def wander(self, rounds: int) -> None:
        """Search on from the best plan."""
        rounds = min(rounds, _FOR_EACH * self.instance.columns)
        self.wandered += 1
        stop = self.part(0.3, math.inf)
        if self.instance.rules:
            self.parted.run(
                self.instance.budget,
                self._looked_for,
                tries=1,
                rounds=min(rounds, _FLOORED_ROUNDS),
                stop=stop,
            )
            return
        is_open = np.zeros(self.instance.columns, dtype=np.bool_)
        is_open[self.chosen] = True
        self.search.start(is_open, self.count[self.gates])
        heat = HEATS[self.wandered % len(HEATS)]
        self.search.run(rounds=rounds, target=self.target, stop=stop, heat=heat)
        self.found()

    def solved(
        self, stop: Stop, *, gap_abs: float, nodes: int | None = None, effort: float = 0.05
    ) -> tuple[Point | None, list[Point], float, bool]:
        """Solve the master in whole numbers from the best plan; return its points on the way too.

        Returns
        -------
        point, seen, bound, infeasible
            As `Master.whole`, with the last points that it met, the best of them at the end.
        """
        seen: list[Point] = []
        point, bound, infeasible = self.master.whole(
            stop,
            gap=0.0,
            gap_abs=gap_abs,
            warm=self.point,
            found=seen.append,
            nodes=nodes,
            effort=effort,
            enough=self.objective,
        )
        if point is not None:
            seen.append(point)
        return point, seen[-_LAST:], bound, infeasible

    def learned(self, seen: list[Point]) -> int:
        """Cut off points of the master that flows do not agree with, and repair them."""
        added = 0
        for some in seen:
            exact = replace(some, y=np.round(some.y), u=np.round(some.u))
            for tight in (not self.instance.rules, False):
                found, _ = self.cuts(exact, exact, tight=tight)
                self.master.add(found)
                added += len(found)
                if found:
                    break
            self.improve(exact)
        return added

    def around(self, times: int) -> None:
        """Solve the master over what lies around some open gate, the rest as in the best plan."""
        instance = self.instance
        partner = np.repeat(np.arange(instance.columns), np.diff(instance.near_indptr))
        for _ in range(times):
            if self.done or self.chosen is None or self.point is None:
                return
            is_open = np.zeros(instance.columns, dtype=np.bool_)
            is_open[self.chosen] = True
            centre = int(self._random.choice(len(self.gates)))
            if is_open[self.gates].any():
                centre = int(self._random.choice(np.flatnonzero(is_open[self.gates])))
            free = np.zeros(instance.columns, dtype=np.bool_)
            free[self.gates[self.near[centre]]] = True
            free[partner[free[instance.near_indices]]] = True
            free[~self.lanes.gate & ~instance.coupled] = True
            self.master.keep_outside(free, is_open)
            best, _, _ = self.master.whole(
                self.part(0.2, 5.0), gap=1e-5, gap_abs=0.0, warm=self.point, nodes=500
            )
            self.master.release()
            if best is not None:
                some = replace(best, y=np.round(best.y), u=np.round(best.u))
                found, _ = self.cuts(some, some, tight=not instance.rules)
                self.master.add(found)
                self.plan(some.y, some.u, some.admitted)

    def cuts(self, point: Point, at: Point, *, tight: bool) -> tuple[list[Cut], float]:
        """Look for cuts at one point that bind another; also return the value reached at `at`.

        With `tight`, cuts support the value of the most worthy groups at `at`, whatever the master
        takes to be admitted there; without, only what the master takes too much is cut off.
        """
        y, u = at.y[self.gates], at.u
        found = []
        missed = 0.0
        scale = _VIOLATED * max(1.0, float(self.groups.people.sum()))
        reached_rows = self.reached(point.y)
        for k, network in enumerate(self.networks):
            wishes = [np.minimum(at.admitted[k], network.whole)]
            if tight:
                levels = np.unique(self.groups.worth)
                wishes = [np.where(self.groups.worth >= w, network.whole, 0.0) for w in levels]
            for n, wanted in enumerate(wishes):
                got, reached = network.admit(y, u, wanted)
                cut = network.cut(reached, y, u, layer=k)
                asked = float(point.admitted[k, cut.groups].sum())
                if asked > cut.room(reached_rows, point.y[self.gates], point.u) + scale:
                    found.append(cut)
                if n == 0:
                    short = np.maximum(at.admitted[k] - got.group, 0.0)
                    missed += float(self.shares[k] * (short @ self.groups.worth))
        return found, at.value - missed
