"""A good choice of gates, lanes and other posts without proof: close a few, reopen what is missed.

After a few neighbouring gates are closed, and the posts that leaned on them, posts are opened by
what they add for their price until the money is gone. What a gate adds is read off the minimum cuts
of the people admitted now: in each layer of the queue, the people whom more room in their reach
helps. A closed gate that other posts wait for is reckoned with the best of them.
"""

from typing import Any, cast

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.compiled import compiled, part_of_compiled
from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.capacitated.fast_max_flow import EPS, admit, pointers
from placement.solve.core.stopping import Stop

_NOISE = 0.3  # of the score while reopening
HEATS = (0.001, 0.003)
"""Shares of the value that a state may be worse at first: low and high temperature replicas."""


@part_of_compiled
def _has_partner(c: int, near_indptr: Ints, near: Ints, coupled: Bools, is_open: Bools) -> bool:
    """Tell whether a column may be open beside these."""
    if not coupled[c]:
        return True
    for n in range(near_indptr[c], near_indptr[c + 1]):  # noqa: SIM110 - compiled as it stands
        if is_open[near[n]]:
            return True
    return False


@part_of_compiled
def _gain(c: int, ptr: Ints, rows: Ints, levels: Floats, times: Ints, profit: Floats) -> float:
    """Return what one more column adds by covering rows that pass no gate."""
    gain = profit[c]
    for p in range(ptr[c], ptr[c + 1]):
        if times[rows[p]] < levels.shape[1]:
            gain += levels[rows[p], times[rows[p]]]
    return float(gain)


@part_of_compiled
def _flip(c: int, by: int, ptr: Ints, rows: Ints, times: Ints, is_open: Bools) -> None:
    """Open (by 1) or close (by −1) a column."""
    is_open[c] = by > 0
    for p in range(ptr[c], ptr[c + 1]):
        times[rows[p]] += by


@part_of_compiled
def _add_up(indptr: Ints, gates: Ints, people: Floats, dead: Bools, reach: Floats) -> None:
    """Write the people in reach of each gate whom more room would help, (layers, J)."""
    reach[:] = 0.0
    for k in range(len(reach)):
        for r in range(len(people)):
            if dead[k, r]:
                for e in range(indptr[r], indptr[r + 1]):
                    reach[k, gates[e]] += people[r]


@compiled
def _close_around(
    gone: Ints,
    required: Bools,
    coupled: Bools,
    near_indptr: Ints,
    near: Ints,
    ptr: Ints,
    rows: Ints,
    times: Ints,
    is_open: Bools,
    lanes: Ints,
    number: Ints,
) -> None:
    """Close columns, and those that lean on them."""
    for c in gone:
        if is_open[c] and not required[c]:
            _flip(c, -1, ptr, rows, times, is_open)
            if number[c] >= 0:
                lanes[number[c]] = 0
    again = True
    while again:
        again = False
        for c in range(len(is_open)):
            if (
                is_open[c]
                and coupled[c]
                and not required[c]
                and not _has_partner(c, near_indptr, near, coupled, is_open)
            ):
                _flip(c, -1, ptr, rows, times, is_open)
                if number[c] >= 0:
                    lanes[number[c]] = 0
                again = True


@compiled
def _reopen(  # noqa: C901, PLR0912, PLR0915, PLR0913, PLR0917 - one loop, for speed
    indptr: Ints, gates: Ints, by_gate: Ints, gate_rows: Ints, rank: Ints, words: Ints,
    people: Floats, worth: Floats, share: Floats, ratio: Floats, each: Floats,
    least: Ints, most: Ints, column: Ints, number: Ints,
    allowed: Bools, coupled: Bools, near_indptr: Ints, near: Ints,
    waits_indptr: Ints, waits: Ints,
    ptr: Ints, rows: Ints, levels: Floats, profit: Floats,
    limit_indptr: Ints, limit: Ints, use: Floats, lane_use: Floats, budget: Floats,
    heads: Floats, is_open: Bools, lanes: Ints, times: Ints, noise: Floats,
) -> float:  # fmt: skip
    """Open what adds most for its price until nothing more fits; return the value."""
    columns, layers, size = len(is_open), len(share), len(people)
    open_gate = np.zeros(len(each), dtype=np.bool_)
    load = np.zeros((layers, len(each)))
    dead = np.zeros((layers, size), dtype=np.bool_)
    tried = np.zeros(columns, dtype=np.bool_)
    partnered = np.zeros(columns, dtype=np.bool_)
    adds = np.zeros(columns)
    reach = np.zeros((layers, len(each)))
    while True:
        for g in range(len(each)):
            open_gate[g] = is_open[column[g]]
        value = admit(
            indptr, gates, by_gate, gate_rows, rank, words, people, worth, share, ratio, each,
            open_gate, lanes, load, dead,
        )  # fmt: skip
        spare = budget.copy()
        for c in range(columns):
            if not is_open[c]:
                continue
            g = number[c]
            if g >= 0:
                need = 0.0
                for k in range(layers):
                    need = max(need, load[k, g] / (each[g] * ratio[k]))
                lanes[g] = min(lanes[g], max(least[g], int(np.ceil(need - 1e-6))))
            for n in range(limit_indptr[c], limit_indptr[c + 1]):
                spare[limit[n]] -= use[n] + (lane_use[n] * lanes[g] if g >= 0 else 0.0)
        for c in range(columns):
            partnered[c] = _has_partner(c, near_indptr, near, coupled, is_open)
            adds[c] = 0.0 if is_open[c] else _gain(c, ptr, rows, levels, times, profit)
        known = False
        best, best_score, best_lanes = -1, 0.0, 0
        for c in range(columns):
            if tried[c] or (not allowed[c] and not is_open[c]) or not partnered[c]:
                continue
            g = number[c]
            if is_open[c] and (g < 0 or lanes[g] >= most[g]):
                continue
            fits, can, cost, lane_cost = True, 0, 0.0, 0.0
            if g >= 0:
                can = most[g] - (lanes[g] if is_open[c] else 0)
            for n in range(limit_indptr[c], limit_indptr[c + 1]):
                left = spare[limit[n]] - (0.0 if is_open[c] else use[n])
                if left < -1e-9:
                    fits = False
                    break
                if g >= 0 and lane_use[n] > 0.0:
                    can = min(can, int(np.floor(left / lane_use[n] + 1e-9)))
                if limit[n] == 0:
                    cost = 0.0 if is_open[c] else use[n]
                    lane_cost = lane_use[n]
            if not fits or (g >= 0 and (can <= 0 or (not is_open[c] and can < least[g]))):
                continue
            gain, lanes_more, cut = adds[c], 0, 0.0
            if g >= 0:
                if not known:
                    _add_up(indptr, gates, people, dead, reach)
                    known = True
                pay = worth[0]
                top = 0.0
                for n in range(1 if is_open[c] else max(1, least[g]), can + 1):
                    more = 0.0
                    for k in range(layers):
                        more += share[k] * min(reach[k, g], n * each[g] * ratio[k])
                    score = (adds[c] + pay * more) / (cost + n * lane_cost + 1e-9)
                    if score > top:
                        top, lanes_more, cut = score, n, pay * more
                gain += cut
                # of equal bargains the gate with more people around is the safer one
                gain *= 1.0 + 0.05 * min(1.0, heads[g] / (3.0 * can * each[g] + 1e-9))
            price = cost + lanes_more * lane_cost + 1e-9
            score = gain / price
            if not is_open[c]:
                for n in range(waits_indptr[c], waits_indptr[c + 1]):
                    d = waits[n]
                    if not partnered[d] and allowed[d] and not is_open[d]:
                        extra = 0.0
                        for m in range(limit_indptr[d], limit_indptr[d + 1]):
                            if limit[m] == 0:
                                extra = use[m]
                        score = max(score, (gain + adds[d]) / (price + extra))
            score *= noise[c]
            if gain > EPS and score > best_score:
                best, best_score, best_lanes = c, score, lanes_more
        if best < 0:
            break
        tried[best] = True
        if number[best] >= 0:
            lanes[number[best]] += best_lanes
        if not is_open[best]:
            _flip(best, 1, ptr, rows, times, is_open)
    for r in range(len(times)):
        for n in range(min(times[r], levels.shape[1])):
            value += levels[r, n]
    for c in range(columns):
        if is_open[c]:
            value += profit[c]
    return value


class Search:
    """A search over posts and lanes, for most worth within the budget, the limits and coupling.

    Other rules of the instance are left to whoever takes the plans.

    Parameters
    ----------
    instance, lanes
        What is asked.
    most
        (J,) int64, lanes that are worth having at each gate, in the order of the gates' columns.
    shares, ratio
        Layers of the queue, as `placement.solve.capacitated.max_flow_cuts.networks` tells them.
    near
        (J, m) int64, the gates nearest to each gate, itself first.
    seed
        Of the random numbers.
    """

    def __init__(
        self,
        instance: Instance,
        lanes: Lanes,
        *,
        most: Ints,
        shares: Floats,
        ratio: Floats,
        near: Ints,
        seed: int,
    ) -> None:
        gates, columns = np.flatnonzero(lanes.gate), instance.columns
        self._gates, self._near = gates, near
        number = np.full(columns, -1, dtype=np.int64)
        number[gates] = np.arange(len(gates))
        laned = np.flatnonzero(lanes.people > 0)
        length = np.diff(instance.indptr)
        of_row = np.repeat(np.arange(instance.rows), length)
        passing = lanes.people[of_row] > 0
        by_row = number[instance.indices[passing]]
        order = np.argsort(by_row, kind="stable")
        each = np.round(instance.weight[laned] / lanes.people[laned], 9)
        worth, place = np.unique(each, return_inverse=True)
        new = np.zeros(instance.rows, dtype=np.int64)
        new[laned] = np.arange(len(laned))
        self._random = np.random.default_rng(seed)
        words = self._random.integers(1, 2**63, len(gates) + len(worth), dtype=np.int64)
        self._crowd: tuple[Any, ...] = (
            pointers(length[laned]),
            by_row,
            pointers(np.bincount(by_row, minlength=len(gates))),
            new[of_row[passing]][order],
            len(worth) - 1 - place.ravel().astype(np.int64),
            words,
            lanes.people[laned].astype(np.float64),
            worth[::-1].copy() if len(worth) else np.zeros(1),
            shares.astype(np.float64),
            ratio.astype(np.float64),
            lanes.lane_people[gates].astype(np.float64),
        )
        least = np.maximum(lanes.least[gates], 0).astype(np.int64)
        allowed = ~instance.excluded
        allowed[gates] &= most >= least
        partner = np.repeat(np.arange(columns), np.diff(instance.near_indptr))
        back = np.argsort(instance.near_indices, kind="stable")
        others = instance.indices[~passing]
        by_column = np.argsort(others, kind="stable")
        self._rows = (
            pointers(np.bincount(others, minlength=columns)),
            of_row[~passing][by_column],
        )
        self._bonds = (instance.coupled, instance.near_indptr, instance.near_indices)
        self._least, self._number, self._required = least, number, instance.required
        self._ground: tuple[Any, ...] = (
            least,
            most.astype(np.int64),
            gates.astype(np.int64),
            number,
            allowed,
            *self._bonds,
            pointers(np.bincount(instance.near_indices, minlength=columns)),
            partner[back],
            *self._rows,
            np.ascontiguousarray(
                np.where(
                    (lanes.people > 0)[:, None],
                    0.0,
                    np.concatenate([instance.weight[:, None], instance.gains], axis=1),
                )
            ),
            instance.profit,
            *_limits(instance, lanes),
            np.bincount(by_row, weights=lanes.people[of_row[passing]], minlength=len(gates)),
        )
        self.is_open = np.zeros(columns, dtype=np.bool_)
        self.lanes = np.zeros(len(gates), dtype=np.int64)
        self._times = np.zeros(instance.rows, dtype=np.int64)

    def start(self, is_open: Bools, lanes: Ints) -> None:
        """Begin at a plan of columns (C,) and lanes (J,)."""
        self.is_open = is_open | self._required
        here = self.is_open[self._gates]
        self.lanes = np.where(here, np.maximum(lanes, self._least), 0).astype(np.int64)
        self._times[:] = 0
        ptr, rows = self._rows
        for c in np.flatnonzero(self.is_open):
            self._times[rows[ptr[c] : ptr[c + 1]]] += 1

    def fill(self, *, noise: float = 0.0) -> float:
        """Open more, as long as it pays; return what all of it is worth."""
        wobble = np.exp(noise * self._random.standard_normal(len(self.is_open)))
        everything = (*self._crowd, *self._ground, self.is_open, self.lanes, self._times, wobble)
        return float(cast("Any", _reopen)(*everything))

    def run(self, *, rounds: int, target: float, stop: Stop, heat: float = HEATS[0]) -> None:
        """Close a few neighbouring posts and reopen, `rounds` times or until the target."""
        random = self._random
        worth = top = self.fill()
        now = best = self._plan()
        for n in range(rounds):
            if top >= target * (1 - 1e-9) or stop.reached():
                break
            self._close_some(int(random.integers(1, 5)))
            then, plan = self.fill(noise=_NOISE * random.random()), self._plan()
            cool = heat * (1 - n / rounds) * max(top, 1.0)
            if then >= worth - cool * random.random():
                worth, now = then, plan
            else:
                self._restore(now)
            if then > top + 1e-6:
                top, best = then, plan
        self._restore(best)

    def _close_some(self, count: int) -> None:
        random, gates = self._random, self._gates
        free = np.flatnonzero(self.is_open & ~self._required)
        if len(free) == 0:
            return
        gone = random.choice(free, min(count, len(free)), replace=False)
        first = int(self._number[gone[0]])
        if first >= 0 and random.random() < 0.7:  # neighbours more often than not
            around = gates[self._near[first]]
            gone = around[self.is_open[around]][:count]
        _close_around(
            gone.astype(np.int64),
            self._required,
            *self._bonds,
            *self._rows,
            self._times,
            self.is_open,
            self.lanes,
            self._number,
        )

    def _plan(self) -> tuple[Bools, Ints, Ints]:
        return self.is_open.copy(), self.lanes.copy(), self._times.copy()

    def _restore(self, plan: tuple[Bools, Ints, Ints]) -> None:
        is_open, lanes, times = plan
        self.is_open, self.lanes, self._times = is_open.copy(), lanes.copy(), times.copy()


def _limits(instance: Instance, lanes: Lanes) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """Return the budget and the limits by column: pointers, limit, use, use of a lane; and most."""
    uses = np.stack([instance.cost, *(limit.use for limit in instance.limits)])
    each = np.zeros_like(uses)
    each[0] = lanes.lane_cost
    if len(lanes.lane_use):
        each[1:] = lanes.lane_use
    column, limit = np.nonzero(((uses != 0) | (each != 0)).T)
    return (
        pointers(np.bincount(column, minlength=instance.columns)),
        limit.astype(np.int64),
        uses[limit, column],
        each[limit, column],
        np.array([instance.budget, *(limit.most for limit in instance.limits)], dtype=np.float64),
    )
