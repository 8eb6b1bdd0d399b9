"""A good choice of gates and lanes without proof: close a few, reopen where people are left.

The state is a maximum flow that is repaired rather than found anew. Paths start at people who are
not admitted; what such a path has seen in vain stays "dead" until some gate has room again, so the
dead rows are the source's side of a minimum cut: exactly the people whom one more gate could help.
"""

import numpy as np
from numpy.typing import NDArray

from placement.compiled import compiled, part_of_compiled
from placement.solve.stop import Stop

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]

_EPS = 1e-7  # people


@compiled
def _augment(  # noqa: C901, PLR0912, PLR0915, PLR0917 - one search, kept in one loop for speed
    indptr: Ints,
    gates: Ints,
    entry_of: Ints,
    by_gate: Ints,
    rows: Ints,
    left: Floats,
    load: Floats,
    room: Floats,
    is_open: Bools,
    flow: Floats,
    dead: Bools,
) -> None:
    """Admit more people along shortest paths until nobody who is left can be admitted.

    Changes `left`, `load` and `flow`; `dead` (R,) becomes the rows that cannot be helped.
    """
    n_rows, n_gates = len(left), len(room)
    dead[:] = False
    gate_dead = np.zeros(n_gates, dtype=np.bool_)
    seen_row = np.full(n_rows, -1, dtype=np.int64)
    seen_gate = np.full(n_gates, -1, dtype=np.int64)
    into_gate = np.empty(n_gates, dtype=np.int64)  # entry by which a gate was reached
    into_row = np.empty(n_rows, dtype=np.int64)  # entry whose flow can be given up
    queue = np.empty(n_rows, dtype=np.int64)
    usable = np.empty(len(gates), dtype=np.int64)  # entries of open gates, by row
    start = np.empty(n_rows + 1, dtype=np.int64)
    count = 0
    for row in range(n_rows):
        start[row] = count
        for e in range(indptr[row], indptr[row + 1]):
            if is_open[gates[e]]:
                usable[count] = e
                count += 1
    start[n_rows] = count
    stamp = 0
    for first in range(n_rows):
        while left[first] > _EPS and not dead[first]:
            stamp += 1
            queue[0] = first
            seen_row[first] = stamp
            into_row[first] = -1
            ahead, behind = 0, 1
            end = -1
            while ahead < behind and end < 0:
                row = queue[ahead]
                ahead += 1
                for n in range(start[row], start[row + 1]):
                    e = usable[n]
                    g = gates[e]
                    if gate_dead[g] or seen_gate[g] == stamp:
                        continue
                    seen_gate[g] = stamp
                    into_gate[g] = e
                    if room[g] - load[g] > _EPS:
                        end = g
                        break
                    for p in range(by_gate[g], by_gate[g + 1]):
                        other = rows[p]
                        if seen_row[other] != stamp and flow[entry_of[p]] > _EPS:
                            seen_row[other] = stamp
                            into_row[other] = entry_of[p]
                            queue[behind] = other
                            behind += 1
            if end < 0:
                for n in range(behind):
                    row = queue[n]
                    dead[row] = True
                    for m in range(start[row], start[row + 1]):
                        gate_dead[gates[usable[m]]] = True
                break
            # walk the path back: how much, then push
            amount = min(left[first], room[end] - load[end])
            g = end
            while True:
                row = _row_of(indptr, into_gate[g])
                if into_row[row] < 0:
                    break
                amount = min(amount, flow[into_row[row]])
                g = gates[into_row[row]]
            load[end] += amount
            left[first] -= amount
            g = end
            while True:
                e = into_gate[g]
                row = _row_of(indptr, e)
                flow[e] += amount
                if into_row[row] < 0:
                    break
                flow[into_row[row]] -= amount
                g = gates[into_row[row]]


@part_of_compiled
def _row_of(indptr: Ints, entry: int) -> int:
    """Return the row of an entry."""
    low, high = 0, len(indptr) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if indptr[middle] <= entry:
            low = middle
        else:
            high = middle
    return low


@compiled
def _close(  # noqa: PLR0917 - compiled functions take no keywords
    g: int,
    entry_of: Ints,
    by_gate: Ints,
    rows: Ints,
    left: Floats,
    load: Floats,
    is_open: Bools,
    flow: Floats,
) -> None:
    """Close a gate and send its people back."""
    for p in range(by_gate[g], by_gate[g + 1]):
        e = entry_of[p]
        if flow[e] > 0.0:
            left[rows[p]] += flow[e]
            flow[e] = 0.0
    load[g] = 0.0
    is_open[g] = False


@compiled
def _reopen(  # noqa: C901, PLR0912, PLR0917 - as above
    indptr: Ints,
    gates: Ints,
    entry_of: Ints,
    by_gate: Ints,
    rows: Ints,
    people: Floats,
    left: Floats,
    load: Floats,
    is_open: Bools,
    flow: Floats,
    lanes: Ints,
    dead: Bools,
    allowed: Bools,
    least: Ints,
    most: Ints,
    each: Floats,
    use: Floats,
    lane_use: Floats,
    budget: Floats,
    noise: Floats,
) -> None:
    """Open gates where people are left, as long as the money lasts; lanes as people need them."""
    n_gates = len(lanes)
    rules = len(budget)
    tried = np.zeros(n_gates, dtype=np.bool_)
    room = np.empty(n_gates)
    while True:
        for g in range(n_gates):
            room[g] = lanes[g] * each[g] if is_open[g] else 0.0
        _augment(indptr, gates, entry_of, by_gate, rows, left, load, room, is_open, flow, dead)
        for g in range(n_gates):
            if is_open[g]:
                lanes[g] = max(least[g], int(np.ceil(load[g] / each[g] - 1e-6)))
        spare = budget.copy()
        for k in range(rules):
            for g in range(n_gates):
                if is_open[g]:
                    spare[k] -= use[k, g] + lane_use[k, g] * lanes[g]
        unmet = 0.0
        for r in range(len(left)):
            unmet += left[r]
        if unmet <= _EPS:
            return
        best, best_score, best_lanes = -1, 0.0, 0
        for g in range(n_gates):
            if tried[g] or not (allowed[g] or is_open[g]) or each[g] <= 0.0:
                continue
            now = lanes[g] if is_open[g] else 0
            can = most[g] - now
            price = 1e-9
            for k in range(rules):
                extra = 0.0 if is_open[g] else use[k, g]
                if lane_use[k, g] > 0.0:
                    can = min(can, int(np.floor((spare[k] - extra) / lane_use[k, g] + 1e-9)))
                elif extra > spare[k] + 1e-9:
                    can = 0
            if can <= 0 or now + can < least[g]:
                continue
            reach = 0.0
            for p in range(by_gate[g], by_gate[g + 1]):
                if dead[rows[p]]:
                    reach += people[rows[p]]
            gain = min(reach, unmet, can * each[g])
            if gain <= _EPS:
                continue
            need = min(can, max(least[g] - now, int(np.ceil(gain / each[g] - 1e-9))))
            price += (0.0 if is_open[g] else use[0, g]) + lane_use[0, g] * need
            # of equal bargains the gate with more people around is the safer one
            score = gain / price * (1.0 + 0.05 * min(1.0, reach / (3.0 * gain))) * noise[g]
            if score > best_score:
                best, best_score, best_lanes = g, score, need
        if best < 0:
            return
        lanes[best] = (lanes[best] if is_open[best] else 0) + best_lanes
        is_open[best] = True
        tried[best] = True


class Search:
    """A search over gates and lanes for most people admitted (one layer, everybody alike).

    Parameters
    ----------
    indptr, gates
        Gates of each row.
    people
        (R,) float64.
    each
        (J,) float64, people a lane admits.
    least, most
        (J,) int64, lanes of an open gate.
    use, lane_use
        (rules, J) float64: what opening and each lane take of each budget; the first is money.
    required, allowed
        (J,) bool.
    seed
        Of the random numbers.
    """

    def __init__(
        self,
        *,
        indptr: Ints,
        gates: Ints,
        people: Floats,
        each: Floats,
        least: Ints,
        most: Ints,
        use: Floats,
        lane_use: Floats,
        required: Bools,
        allowed: Bools,
        seed: int = 0,
    ) -> None:
        count = len(each)
        order = np.argsort(gates, kind="stable")
        self._cover = (
            indptr,
            gates,
            order.astype(np.int64),
            np.concatenate([[0], np.cumsum(np.bincount(gates, minlength=count))]).astype(np.int64),
            np.repeat(np.arange(len(people)), np.diff(indptr))[order],
        )
        self._people = people
        self._ground = (
            least.astype(np.int64),
            most.astype(np.int64),
            each,
            np.ascontiguousarray(use),
            np.ascontiguousarray(lane_use),
        )
        self._required, self._allowed = required, allowed
        self._random = np.random.default_rng(seed)
        self.left = people.copy()
        self.load = np.zeros(count)
        self.flow = np.zeros(len(gates))
        self.is_open = np.zeros(count, dtype=np.bool_)
        self.lanes = np.zeros(count, dtype=np.int64)
        self._dead = np.zeros(len(people), dtype=np.bool_)

    @property
    def admitted(self) -> float:
        """People admitted now."""
        return float(self._people.sum() - self.left.sum())

    def _state(self) -> tuple[Floats, Floats, Floats, Bools, Ints]:
        return (
            self.left.copy(),
            self.load.copy(),
            self.flow.copy(),
            self.is_open.copy(),
            self.lanes.copy(),
        )

    def _restore(self, state: tuple[Floats, Floats, Floats, Bools, Ints]) -> None:
        self.left, self.load, self.flow = state[0].copy(), state[1].copy(), state[2].copy()
        self.is_open, self.lanes = state[3].copy(), state[4].copy()

    def start(self, is_open: Bools, lanes: Ints) -> None:
        """Begin at a plan."""
        self.left = self._people.copy()
        self.load[:] = 0.0
        self.flow[:] = 0.0
        self.is_open = is_open | self._required
        self.lanes = np.where(self.is_open, np.maximum(lanes, self._ground[0]), 0)

    def fill(self, budget: Floats, *, noise: float) -> None:
        """Repair the flow and open more."""
        wobble = np.exp(noise * self._random.standard_normal(len(self.lanes)))
        _reopen(
            *self._cover,
            self._people,
            self.left,
            self.load,
            self.is_open,
            self.flow,
            self.lanes,
            self._dead,
            self._allowed,
            *self._ground,
            budget,
            wobble,
        )

    def run(self, budget: Floats, *, rounds: int, target: float, near: Ints, stop: Stop) -> None:
        """Close a few neighbouring gates and reopen, `rounds` times or until the target.

        Parameters
        ----------
        budget
            (rules,) float64.
        rounds
            Most rounds.
        target
            People that are enough.
        near
            (J, m) int64, the nearest gates of each gate, itself first.
        stop
            When to stop.
        """
        self.fill(budget, noise=0.0)
        best = now = self._state()
        best_value = now_value = self.admitted
        for n in range(rounds):
            if best_value >= target - 1e-6 or stop.reached():
                break
            candidates = np.flatnonzero(self.is_open & ~self._required)
            if len(candidates) == 0:
                break
            centre = int(self._random.choice(candidates))
            around = near[centre][self.is_open[near[centre]] & ~self._required[near[centre]]]
            for g in around[: self._random.integers(1, 6)]:
                _close(
                    int(g),
                    *self._cover[2:],
                    self.left,
                    self.load,
                    self.is_open,
                    self.flow,
                )
                self.lanes[g] = 0
            self.fill(budget, noise=0.3)
            value = self.admitted
            cool = 0.002 * (1 - n / rounds) * max(best_value, 1.0)
            if value >= now_value - cool * self._random.random():
                now, now_value = self._state(), value
            else:
                self._restore(now)
            if value > best_value + 1e-6:
                best, best_value = now, value
        self._restore(best)
