"""Which gates to open with how many lanes: plans from a search, bounds from cuts, until both meet.

    maximise   Σ_r weight_r · admitted_r / people_r + what other rows are worth
    Σ_j (cost_j · y_j + lane_cost_j · u_j) ≤ budget, and every other rule of the instance
    least_j · y_j ≤ u_j ≤ most_j · y_j, u whole
    admitted is a flow of people through open gates within their capacity

Capacitated maximal covering (Current & Storbeck 1988) with the flows projected out (Gale 1957,
Hoffman 1960; Benders 1962): the master knows posts, lanes and one number of admitted people for
each group of people worth the same; maximum flows find the cuts it lacks, at points between its
own and the best known one (Ben-Ameur & Neto 2007), and a search finds the plans.

The queue is fluid, and people are directed to gates: nobody chooses one for himself.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from placement.cover.instance import Instance, Rule
from placement.cover.lanes import Lanes
from placement.solve.lanes.flows import Cut, networks
from placement.solve.lanes.gates import Search
from placement.solve.lanes.master import Groups, Master, Point
from placement.solve.solution import Status, Stopped
from placement.solve.stop import Progress, Stop

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

_PROVEN = 1e-6  # relative: the solver keeps the rows of the master to about this
_VIOLATED = 1e-6  # relative to all people
_ROUNDS = 400  # of the search before the bound
_MORE_ROUNDS = 100  # of the search between two solves of the master, at first
_ROOT_ROUNDS = 120
_AT_A_TIME = 20.0  # seconds of the master in whole numbers, where there is a time limit
_NEAR = 60  # gates that count as neighbours
_PART = 0.3  # how far from the best known point towards the master's cuts are looked for


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LanesOutcome:
    """What was found: a plan, how good it is, and why the search stopped, told apart.

    Attributes
    ----------
    status, stopped
        What is known, and why the search ended.
    chosen
        Open columns, ascending, or None without a plan.
    lanes
        (C,) int64, lanes of each column; 0 where none.
    admitted
        (R,) float64, people of each laned row who are admitted; 0 for other rows.
    objective, bound, gap
        The objective of the plan (−inf without one), the best bound, their relative distance.
    """

    status: Status
    stopped: Stopped
    chosen: Ints | None
    lanes: Ints
    admitted: Floats
    objective: float
    bound: float
    gap: float


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
            Rule(
                name=rule.name,
                slope=rule.slope,
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
        cost=instance.cost + lanes.lane_cost * count,
        limits=limits,
        rules=tuple(rules),
    )


class _Run:
    def __init__(  # noqa: PLR0917 - told by one caller, in one line
        self,
        instance: Instance,
        lanes: Lanes,
        stop: Stop,
        gap: float,
        seed: int,
        progress: Progress | None,
    ) -> None:
        lanes.check(instance)
        self.instance, self.lanes, self.stop = instance, lanes, stop
        self.gap_wanted, self.progress = gap, progress
        self.gates = np.flatnonzero(lanes.gate)
        self.groups = Groups.build(instance, lanes)
        self.networks, self.shares, self.ratio = networks(
            instance, lanes, self.groups.of, len(self.groups.people)
        )
        self.rows = np.flatnonzero(lanes.people > 0)
        reach = np.bincount(
            instance.indices,
            weights=np.repeat(lanes.people, np.diff(instance.indptr)),
            minlength=instance.columns,
        )[self.gates]
        # more lanes than the people in reach need are never better; the first layer is the
        # narrowest, and with several profiles all may come in one period
        self.each = lanes.lane_people[self.gates]
        narrow = self.ratio[0] if lanes.arrivals.classes == 1 else 1.0 / lanes.arrivals.periods
        need = np.ceil(reach / np.maximum(self.each * narrow, 1e-9) - 1e-9)
        self.most = np.minimum(
            lanes.most[self.gates], np.maximum(lanes.least[self.gates], need)
        ).astype(np.int64)
        self.price = 1e-6 * float((self.each * self.groups.worth.max(initial=0.0)).max(initial=0.0))
        self.master = Master(
            instance, lanes, self.groups, self.shares, self.ratio, price=self.price
        )
        self.master.most_lanes(self.most.astype(np.float64))
        self.others = instance.columns > len(self.gates)
        self.search = self._searcher(seed)
        self.infeasible = False
        self.chosen: Ints | None = None
        self.count = np.zeros(instance.columns, dtype=np.int64)
        self.admitted = np.zeros(instance.rows)
        self.known: tuple[Floats, Floats, Floats] | None = None
        self.objective = -math.inf
        self.bound = math.fsum(
            np.concatenate([instance.weight, instance.profit, instance.gains.ravel()])
        )

    # what is known ---------------------------------------------------------------------------

    @property
    def proven(self) -> bool:
        return self.chosen is not None and self.bound <= self.objective + _PROVEN * max(
            1.0, abs(self.objective)
        )

    @property
    def gap(self) -> float:
        if self.chosen is None:
            return math.inf
        if self.proven:
            return 0.0
        return (self.bound - self.objective) / self.objective if self.objective > 0 else math.inf

    @property
    def done(self) -> bool:
        return self.infeasible or self.proven or self.gap <= self.gap_wanted or self.stop.reached()

    def limit(self, bound: float) -> None:
        bound = max(bound, self.objective)
        if bound < self.bound:
            self.bound = bound
            self._tell()

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(self.stop.seconds(), self.objective, self.bound)

    # plans -----------------------------------------------------------------------------------

    def _searcher(self, seed: int) -> Search:
        instance, lanes, gates = self.instance, self.lanes, self.gates
        number = np.full(instance.columns, -1, dtype=np.int64)
        number[gates] = np.arange(len(gates))
        entries = np.repeat(lanes.people > 0, np.diff(instance.indptr))
        uses = [instance.cost[gates], *(limit.use[gates] for limit in instance.limits)]
        none = np.zeros(len(gates))
        lane_uses = [lanes.lane_cost[gates]]
        lane_uses += [
            lanes.lane_use[n][gates] if len(lanes.lane_use) else none
            for n in range(len(instance.limits))
        ]
        lengths = np.diff(instance.indptr)[self.rows]
        cover = number[instance.indices[entries]]
        # rows of people who are worth nothing are admitted last: they are left to the flows
        relation = diags_array(np.sqrt(lanes.people[self.rows])) @ csr_array(
            (np.ones(len(cover)), cover, np.concatenate([[0], np.cumsum(lengths)])),
            shape=(len(self.rows), len(gates)),
        )
        shared = (relation.T @ relation).toarray() if len(self.rows) else np.eye(len(gates))
        size = np.sqrt(np.maximum(shared.diagonal(), 1e-9))
        alike = shared / np.outer(size, size)
        np.fill_diagonal(alike, 2.0)
        self.near = np.argsort(-alike, axis=1, kind="stable")[:, :_NEAR]
        usable = ~instance.excluded[gates] & (self.most >= lanes.least[gates])
        return Search(
            indptr=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            gates=cover,
            people=lanes.people[self.rows].astype(np.float64),
            each=self.each * self.ratio[0],
            least=np.maximum(lanes.least[gates], 0),
            most=self.most,
            use=np.stack(uses),
            lane_use=np.stack(lane_uses),
            required=instance.required[gates],
            allowed=usable,
            seed=seed,
        )

    def purse(self, spent: Floats | None) -> Floats:
        """Return what gates may use of each budget; `spent` (C,) is what else is open."""
        instance = self.instance
        other = np.zeros(instance.columns) if spent is None else np.where(self.lanes.gate, 0, spent)
        most = [instance.budget, *(limit.most for limit in instance.limits)]
        uses = [instance.cost, *(limit.use for limit in instance.limits)]
        left = [high - float(use @ other) for high, use in zip(most, uses, strict=True)]
        return np.array(left, dtype=np.float64)

    def flows(self, y: Floats, u: Floats, wanted: Floats | None) -> tuple[Floats, Floats]:
        """Return people admitted by (layer, group), and by row, for gates y and lanes u."""
        by_group = np.zeros((len(self.networks), len(self.groups.people)))
        by_row = np.zeros(self.instance.rows)
        for k, network in enumerate(self.networks):
            first = np.zeros(network.groups) if wanted is None else wanted[k]
            got, _ = network.admit(y, u, np.minimum(first, network.whole), then=self.groups.worth)
            by_group[k] = got.group
            by_row[self.rows] += self.shares[k] * got.source.reshape(len(self.rows), -1).sum(axis=1)
        return by_group, by_row

    def plan(self, y: Floats, u: Floats, wanted: Floats | None = None) -> bool:
        """Take a plan of columns y (C,) and lanes u (J,), if it keeps every rule and is better."""
        chosen = np.flatnonzero(y > 0.5)
        is_open = (y[self.gates] > 0.5).astype(np.float64)
        whole = np.round(u) * is_open
        count = np.zeros(self.instance.columns, dtype=np.int64)
        count[self.gates] = whole.astype(np.int64)
        if (whole > self.lanes.most[self.gates]).any() or (
            whole < self.lanes.least[self.gates] * is_open
        ).any():
            return False
        by_group, admitted = self.flows(is_open, whole, wanted)
        rest = settled(self.instance, self.lanes, count, admitted)
        if rest.broken_rule(chosen, tolerance=1e-7) is not None:
            return False
        each = self.instance.weight[self.rows] / self.lanes.people[self.rows]
        objective = rest.value(chosen) + math.fsum(each * admitted[self.rows])
        if objective > self.objective:
            self.chosen, self.count, self.admitted = chosen, count, admitted
            self.objective = objective
            self.known = (np.round(y), whole, by_group)
            self.limit(self.bound)
            self._tell()
            return True
        return False

    def part(self, fraction: float, at_most: float) -> Stop:
        """Return a part of the time left; without a time limit no clock decides anything."""
        if math.isinf(self.stop.left()):
            return self.stop
        return self.stop.share(fraction, at_most=at_most)

    def complete(self) -> None:
        """Take the search's gates, and choose the other columns around them."""
        is_open, lanes = self.search.is_open, self.search.lanes
        y = np.zeros(self.instance.columns)
        y[self.gates] = is_open
        u = np.where(is_open, lanes, 0).astype(np.float64)
        if not self.others:
            self.plan(y, u)
            return
        self.master.hold(y[self.gates], u)
        point, _, _ = self.master.whole(self.part(0.3, 3.0), gap=1e-3, gap_abs=0.0, nodes=200)
        self.master.release()
        if point is not None:
            self.plan(np.round(point.y), u)

    def rounded(self, point: Point) -> None:
        """Open what the relaxation opens by more than a half, a third, …: posts beside gates."""
        for part in (0.7, 0.5, 0.35, 0.2):
            if self.done:
                return
            y = np.where(self.lanes.gate, point.y > part, point.y)
            self.search.start(y[self.gates] > 0.5, np.zeros(len(self.gates), dtype=np.int64))
            self.search.fill(self.purse(y), noise=0.0)
            self.complete()

    def improve(self, point: Point) -> None:
        """Repair a point of the master by the search, beside its other columns."""
        y, u = np.round(point.y), np.round(point.u)
        self.plan(y, u, point.admitted)
        self.search.start(y[self.gates] > 0.5, u.astype(np.int64))
        purse = self.purse(y)
        self.search.fill(purse, noise=0.0)
        full = y.copy()
        full[self.gates] = self.search.is_open
        lanes = np.where(self.search.is_open, self.search.lanes, 0).astype(np.float64)
        if not self.plan(full, lanes) and self.others:
            self.complete()

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
        for _ in range(_ROOT_ROUNDS):
            point, infeasible = self.master.relaxed(stop)
            self.infeasible = self.infeasible or infeasible
            if point is None:
                return best
            self.limit(point.value)
            if self.done or point.value - inside <= 1e-6 * abs(point.value):
                break
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

    def nearby(self, point: Point) -> None:
        """Solve the master over the columns that the relaxation or the known plan opens."""
        for _ in range(4):
            if self.done or self.gap < 1e-3:
                return
            columns = point.y > 1e-3
            if self.chosen is not None:
                columns[self.chosen] = True
            before = self.objective
            self.master.keep_to(columns)
            best, _, _ = self.master.whole(
                self.part(0.15, 10.0), gap=5e-4, gap_abs=0.0, warm=self.known, nodes=2000
            )
            self.master.release()
            if best is None:
                return
            some = replace(best, y=np.round(best.y), u=np.round(best.u))
            found, _ = self.cuts(some, some, tight=not self.instance.rules)
            self.master.add(found)
            self.improve(some)
            if not found and self.objective <= before:
                return
            again, _ = self.master.relaxed(self.stop)
            if again is None:
                return
            self.limit(again.value)
            point = again

    def whole(self) -> None:  # noqa: C901 - one loop, read from top to bottom
        """Solve the master in whole numbers, again and again, until its plan is a plan."""
        priced, rounds, seconds = True, _MORE_ROUNDS, _AT_A_TIME
        while not self.done:
            seen: list[Point] = []

            def hear(point: Point, seen: list[Point] = seen) -> bool:
                seen.append(point)
                return False

            open_gap = self.bound - max(self.objective, 0.0)
            aim = 0.2 * open_gap if priced and self.chosen is not None else 0.0
            least = 0.3 * _PROVEN * max(1.0, abs(self.objective)) if self.chosen is not None else 0
            point, bound, infeasible = self.master.whole(
                self.part(0.5, seconds),
                gap=0.0,
                gap_abs=max(aim, least),
                warm=self.known,
                found=hear,
            )
            if infeasible:
                self.infeasible = self.chosen is None
                self.limit(self.objective if self.chosen is not None else self.bound)
                return
            self.limit(bound + self._lanes_price())
            if point is not None:
                seen.append(point)
            added, known = 0, self.objective
            for some in seen[-3:]:
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
                rounds = _MORE_ROUNDS if self.objective > known else min(2 * rounds, 10 * _ROUNDS)
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

    def wander(self, rounds: int) -> None:
        """Search on from the best plan."""
        y = np.zeros(self.instance.columns)
        y[self.chosen] = 1.0
        self.search.start(y[self.gates] > 0.5, self.count[self.gates])
        people = float(self.lanes.people.sum())
        purse = self.purse(y)
        self.search.run(
            purse, rounds=rounds, target=people, near=self.near, stop=self.stop.share(0.3)
        )
        full = y.copy()
        full[self.gates] = self.search.is_open
        lanes = np.where(self.search.is_open, self.search.lanes, 0).astype(np.float64)
        self.plan(full, lanes)
        if self.others:
            self.complete()

    def _lanes_price(self) -> float:
        """Return the most that the price of lanes takes from the master's value."""
        afford = math.inf
        cost = self.lanes.lane_cost[self.gates]
        if len(cost) and cost.min() > 0:
            afford = self.instance.budget / float(cost.min())
        return self.master.price * min(afford, float(self.most.sum()))

    def outcome(self) -> LanesOutcome:
        if self.chosen is None:
            status = Status.INFEASIBLE if self.infeasible else Status.UNKNOWN
        else:
            status = Status.OPTIMAL if self.proven else Status.FEASIBLE
        if status in (Status.OPTIMAL, Status.INFEASIBLE):
            stopped = Stopped.PROVEN
        elif self.gap <= self.gap_wanted or not self.stop.reached():
            stopped = Stopped.GAP
        else:
            stopped = Stopped.INTERRUPTED if self.stop.interrupted else Stopped.TIME_LIMIT
        return LanesOutcome(
            status=status,
            stopped=stopped,
            chosen=self.chosen,
            lanes=self.count,
            admitted=self.admitted,
            objective=self.objective,
            bound=self.objective if self.proven else self.bound,
            gap=self.gap,
        )


def solve_lanes(
    instance: Instance,
    lanes: Lanes,
    *,
    stop: Stop,
    gap: float = 0.0,
    seed: int = 0,
    warm: tuple[Ints, Ints] | None = None,
    progress: Progress | None = None,
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
        Columns and (C,) lanes of a known plan.
    progress
        Called with seconds, objective and bound when one of them becomes better.

    Returns
    -------
    LanesOutcome

    Raises
    ------
    ValueError
        If lanes and instance do not fit each other.
    """
    run = _Run(instance, lanes, stop, gap, seed, progress)
    if warm is not None:
        y = np.zeros(instance.columns)
        y[warm[0]] = 1.0
        run.plan(y, warm[1][run.gates].astype(np.float64))
    point = run.root(stop.share(0.3))
    if run.infeasible:
        return run.outcome()
    if not run.done and len(run.rows):
        # what the relaxation spends on other columns is not for gates
        run.search.start(np.zeros(len(run.gates), dtype=np.bool_), np.zeros(len(run.gates), int))
        people = float(lanes.people.sum())
        run.search.run(
            run.purse(None if point is None else np.ceil(point.y - 1e-6) * point.y),
            rounds=_ROUNDS,
            target=people,
            near=run.near,
            stop=stop.share(0.3),
        )
        run.complete()
        if point is not None and run.others:
            run.rounded(point)
    if not run.done:
        if point is not None:
            run.tidy(point)
            if run.others:
                run.nearby(point)
        run.whole()
    return run.outcome()
