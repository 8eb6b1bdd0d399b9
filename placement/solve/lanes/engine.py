"""Which gates to open with how many lanes: plans from a search, bounds from cuts, until both meet.

    maximise   Σ_r weight_r · admitted_r / people_r + what other rows are worth
    Σ_j (cost_j · y_j + lane_cost_j · u_j) ≤ budget, and every other rule of the instance
    least_j · y_j ≤ u_j ≤ most_j · y_j, u whole
    admitted is a flow of people through open gates within their capacity

Capacitated maximal covering (Current & Storbeck 1988) with the flows projected out (Gale 1957,
Hoffman 1960; Benders 1962): the master knows posts, lanes and one number of admitted people for
each group of people worth the same; maximum flows find the cuts it lacks, at points between its
own and the best known one (Ben-Ameur & Neto 2007). A search finds the plans; where there are rules
that it does not know, the master over a neighbourhood of the best plan, the rest held, betters it.

The queue is fluid, and people are directed to gates: nobody chooses one for himself.
"""

import math
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.lanes.flows import Cut
from placement.solve.lanes.gates import HEATS, Search
from placement.solve.lanes.known import EQUAL, Guide, Known, LanesOutcome, settled
from placement.solve.lanes.master import Master, Point
from placement.solve.stop import Progress, Stop

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]

_VIOLATED = 1e-6  # relative to all people
_ROUNDS = 4_000  # of the search before the master is solved in whole numbers, at most
_FOR_EACH = 20  # rounds for each column: small instances need few
_MORE_ROUNDS = 1_000  # of the search between two solves of the master, at first
_ROOT_ROUNDS = 120
_TAIL, _SLOW = 8, 2e-5  # rounds of the root, and what they must gain
_AROUND = 12  # neighbourhoods of the best plan that are solved before the whole
_AT_A_TIME = 20.0  # seconds of the master in whole numbers, where there is a time limit
_NEAR = 60  # gates that count as neighbours
_SETTLING = 30  # solves of the master with gates held, until flows agree with it
_FLOORED = 30  # searches for a first plan that keeps every floor
_FLOORED_ROUNDS = 120
_KEPT = 2  # plans that keep every floor, and that is enough
_DEARER = 2.0  # times that what a search missed is worth in the next
_DEALT = 10  # solves of the master with posts held, until flows agree with its lanes
_PART = 0.3  # how far from the best known point towards the master's cuts are looked for


class Run(Known):
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
        self._seed = seed
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
            seed=self._seed,
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
        if self.plan(y, u):
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

    def floored(self) -> None:
        """Find a first plan that keeps every rule: what is short of its floor counts double.

        The search knows no floors, so rows of those it misses become worth more, again and again,
        and columns that a rule counts (changes against an agreed plan) pay a toll: subgradient
        steps on the rules, with the search for an oracle.
        """
        instance, factor = self.sought, np.ones(self.instance.rows)
        is_open = np.zeros(instance.columns, dtype=np.bool_)
        count, kept = np.zeros(len(self.gates), dtype=np.int64), 0
        tolls, known = np.zeros((len(instance.rules), instance.columns)), self.chosen
        toll = math.fsum(instance.weight) / instance.columns
        if known is not None:
            is_open[known] = True
            count = self.count[self.gates]
        for _ in range(_FLOORED):
            if self.stop.reached():
                return
            dear = replace(
                instance,
                weight=instance.weight * factor,
                gains=instance.gains * factor[:, None],
                profit=instance.profit - tolls.sum(axis=0),
            )
            search = self._search(dear)
            search.start(is_open, count)
            search.run(rounds=_FLOORED_ROUNDS, target=math.inf, stop=self.part(0.1, math.inf))
            is_open, count = search.is_open, search.lanes
            y, u = is_open.astype(np.float64), count.astype(np.float64)
            if not self.plan(y, u):
                self._settled(y, u)
            broken = self._short(is_open, u, factor)
            # a plan known from the start does not end the search for one that keeps every rule
            kept += self.chosen is not None and (known is None or not broken)
            if kept == _KEPT:
                return
            for at in broken:
                rule = instance.rules[at]
                factor[rule.rows] *= _DEARER
                tolls[at] = np.where(tolls[at] == 0, toll * rule.slope, _DEARER * tolls[at])

    def _short(self, is_open: Bools, u: Floats, factor: Floats) -> list[int]:
        """Return which rules are broken where the dearest people are admitted first."""
        count = np.zeros(self.instance.columns, dtype=np.int64)
        count[self.gates] = u.astype(np.int64)
        y = is_open[self.gates].astype(np.float64)
        dear = np.bincount(
            self.groups.of[self.rows], weights=(factor * self.lanes.people)[self.rows]
        )
        _, passing = self.flows(y, u, None, worth=self.order * dear / self.groups.people)
        rest = settled(self.instance, self.lanes, count, self.people(passing))
        return rest.broken_rules(np.flatnonzero(is_open), tolerance=1e-7)

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
        self.plan(self.search.is_open.astype(np.float64), self.search.lanes.astype(np.float64))

    def wander(self, rounds: int) -> None:
        """Search on from the best plan."""
        is_open = np.zeros(self.instance.columns, dtype=np.bool_)
        is_open[self.chosen] = True
        self.search.start(is_open, self.count[self.gates])
        rounds = min(rounds, _FOR_EACH * self.instance.columns)
        self.wandered += 1
        self.search.run(
            rounds=rounds,
            target=self.target,
            stop=self.part(0.3, math.inf),
            heat=HEATS[self.wandered % len(HEATS)],
        )
        self.found()

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

    # bounds ----------------------------------------------------------------------------------

    def cuts(self, point: Point, at: Point, *, tight: bool) -> tuple[list[Cut], float]:
        """Look for cuts at one point that bind another; also return the value reached at `at`.

        With `tight`, cuts support the value of the most worthy groups at `at`, whatever the master
        takes to be admitted there; without, only what the master takes too much is cut off.
        """
        y, u = at.y[self.gates], at.u
        found = []
        missed = 0.0
        scale = _VIOLATED * max(1.0, float(self.groups.people.sum()))
        for k, network in enumerate(self.networks):
            wishes = [np.minimum(at.admitted[k], network.whole)]
            if tight:
                levels = np.unique(self.groups.worth)
                wishes = [np.where(self.groups.worth >= w, network.whole, 0.0) for w in levels]
            for n, wanted in enumerate(wishes):
                got, reached = network.admit(y, u, wanted)
                cut = network.cut(reached, y, u, layer=k)
                asked = float(point.admitted[k, cut.groups].sum())
                if asked > cut.room(point.y[self.gates], point.u) + scale:
                    found.append(cut)
                if n == 0:
                    short = np.maximum(at.admitted[k] - got.group, 0.0)
                    missed += float(self.shares[k] * (short @ self.groups.worth))
        return found, at.value - missed

    def root(self, stop: Stop) -> Point | None:
        """Cut until the relaxation and the best point inside it meet, or cuts run out."""
        best: Point | None = None
        inside = -math.inf
        point: Point | None = None
        plain = not self.instance.rules
        values: list[float] = []
        for _ in range(_ROOT_ROUNDS):
            point, infeasible = self.master.relaxed(stop)
            self.infeasible = self.infeasible or infeasible
            if point is None:
                return best
            self.limit(point.value)
            if self.done or point.value - inside <= 1e-6 * abs(point.value):
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
        scale = 1e-3 * float(self.groups.people.sum())
        self.master.drop(
            np.array(
                [
                    cut.room(point.y[self.gates], point.u)
                    <= float(point.admitted[cut.layer, cut.groups].sum()) + scale
                    for cut in self.master.cuts
                ],
                dtype=np.bool_,
            )
        )

    def whole(self) -> None:  # noqa: C901 - one loop, read from top to bottom
        """Solve the master in whole numbers, again and again, until its plan is a plan."""
        priced, rounds, seconds = True, _MORE_ROUNDS, _AT_A_TIME
        while not self.done:
            seen: list[Point] = []

            def hear(point: Point, seen: list[Point] = seen) -> bool:
                seen.append(point)
                return False

            open_gap = self.bound - (self.objective if self.chosen is not None else 0.0)
            aim = 0.2 * open_gap if priced and self.chosen is not None else 0.0
            least = 0.3 * EQUAL * max(1.0, abs(self.objective)) if self.chosen is not None else 0
            least = max(least, 0.999 * self.step)
            point, bound, infeasible = self.master.whole(
                self.part(0.5, seconds),
                gap=0.0,
                gap_abs=max(aim, least),
                warm=self.point,
                found=hear,
                effort=0.0 if self.chosen is not None else 0.05,
            )
            if infeasible:
                self.infeasible = self.chosen is None
                self.limit(self.objective if self.chosen is not None else self.bound)
                return
            self.limit(bound + self._lanes_price())
            if point is not None:
                seen.append(point)
            added, known = 0, self.objective
            for some in seen[-6:]:
                exact = replace(some, y=np.round(some.y), u=np.round(some.u))
                for tight in (not self.instance.rules, False):
                    found, _ = self.cuts(exact, exact, tight=tight)
                    self.master.add(found)
                    added += len(found)
                    if found:
                        break
                self.improve(exact)
            if added and not self.done and self.chosen is not None:
                self.wander(rounds)
                rounds = _MORE_ROUNDS if self.objective > known else min(2 * rounds, _ROUNDS)
            if not added and seen and not self.done:
                met = point is not None and bound - point.value <= 2 * max(
                    least, self._lanes_price()
                )
                if not priced and met:
                    # the master's own plan is a plan: only its tolerances are left
                    return
                seconds *= 2
                if priced:
                    self.master.reprice()
                    priced = False

    def _lanes_price(self) -> float:
        """Return the most that the price of lanes takes from the master's value."""
        afford = math.inf
        cost = self.lanes.lane_cost[self.gates]
        if len(cost) and cost.min() > 0:
            afford = self.instance.budget / float(cost.min())
        return self.master.price * min(afford, float(self.most.sum()))


def solve_lanes(
    instance: Instance,
    lanes: Lanes,
    *,
    stop: Stop,
    gap: float = 0.0,
    seed: int = 0,
    warm: tuple[Ints, Ints] | None = None,
    passing: Floats | None = None,
    progress: Progress | None = None,
    guide: Guide | None = None,
) -> LanesOutcome:
    """Choose posts and lanes of most worth, and prove how good the choice is.

    Parameters
    ----------
    instance
        Rows, columns and rules. Costs of gates are those of opening; lanes come on top.
    lanes
        Who must pass which gates, and what lanes cost and admit.
    stop
        When to stop; the best plan so far is returned with its bound.
    gap
        Relative gap that is good enough.
    seed
        Of the search.
    warm
        Columns and (C,) lanes of a known plan; if it breaks a rule, the lanes are dealt anew.
    passing
        (layers, R) float64, people whom that plan is known to admit: they come first.
    progress
        Called with seconds, objective and bound when one of them becomes better.
    guide
        What the search is to look for, if not for the worth of the instance.

    Returns
    -------
    LanesOutcome

    Raises
    ------
    ValueError
        If lanes and instance do not fit each other.
    """
    run = Run(instance, lanes, stop=stop, gap=gap, seed=seed, progress=progress, guide=guide)
    if warm is not None:
        y = np.zeros(instance.columns)
        y[warm[0]] = 1.0
        wanted = None if passing is None else run.together(passing)
        run.plan(y, warm[1][run.gates].astype(np.float64), wanted)
    point = run.root(stop.share(0.3))
    if not run.done:
        if point is not None:
            run.tidy(point)
        if warm is not None:
            run.dealt(*warm)
        if instance.rules:
            run.floored()
            run.around(_AROUND)
        if run.chosen is None or not instance.rules:
            run.first(point)
    if not run.done:
        run.whole()
    return run.told()


def impossible(instance: Instance, lanes: Lanes, *, stop: Stop) -> bool:
    """Tell whether the relaxation shows that no plan keeps every rule.

    Parameters
    ----------
    instance, lanes, stop
        As `solve_lanes` takes them.

    Returns
    -------
    bool
        False where that is not shown, be there a plan or not.
    """
    run = Run(instance, lanes, stop=stop, gap=0.0, seed=0, progress=None)
    run.root(stop)
    return run.infeasible
