"""Who leaves by which exit for which station, so that the last one is served soonest.

Over slots of time this is a flow (quickest transshipment; Hoppe & Tardos, Math. of Operations
Research 25, 2000), and a linear program: who of a group takes which exit, how many wait there at
the end of each slot, who passes in it for which station, and how many wait at that. As in
`placement.solve.mip.quickest` nobody may be at a station after a level, the program says when the
last one is served at the soonest, no sooner than the level, and a search halves the levels left.

The program lets anybody who stands at an exit pass first. A line that keeps its order may need
longer, which is seen when people are let through. So of all ways that are as soon the one is taken
in which people walk, and wait at exits, for as little as may be, with ties of walks settled
(`placement.solve.mip.quickest.settled`).
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import pulp
import scipy.sparse as sp

from placement.arrays import Bools, Floats, Ints
from placement.solve.core.stopping import Stop
from placement.solve.mip.highs import LiveModel, Relaxation
from placement.solve.mip.quickest import FINE, settled, written_up
from placement.solve.mip.two_lines import Costs, ServedProof, TwoLines, bound_of

_TOL = 1e-7  # relative: what an interior point leaves of a time
_CHEAPER_TOL = 1e-9  # relative: what corners leave of a price
_NEAR = 1.1
_NEVER = 10**9  # slots: more than any walk
_NEXT = 3  # exits of each group that the program begins with
_NEXT_ON = 6  # stations of each exit
_LATE = 1.0  # slots: what each costs who is at no station in time
_LEAST = 1e-10  # of all prices: a price of less is none
_LARGEST = 300_000  # variables: about a gigabyte, and two minutes


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Through:
    """Who is sent where.

    Attributes
    ----------
    people
        (G, E) float64.
    proof
        What proves a bound, see `bound_of`.
    """

    people: Floats
    proof: ServedProof


def served_soonest(lines: TwoLines, known: ServedProof, *, high: int, stop: Stop) -> Through | None:
    """Return who leaves where, so that the last one can be served soonest.

    Parameters
    ----------
    lines
        Who leaves.
    known
        A proof that is known: its level is too early.
    high
        A level that is known not to be too early.
    stop
        When to stop.

    Returns
    -------
    through
        None where the program is too large, has no solution, or time is too short.
    """
    proof, bound, best = known, bound_of(lines, known), None
    # nobody is done before the slot after `low`
    low = max(math.floor(bound * (1.0 + _TOL)), lines.first_level) - 1
    program, probe = _Program(lines), low + 1
    while low < high and (best is None or high - low > 1):
        found = program.soonest(probe, stop)
        if found is None:
            return None
        shown = bound_of(lines, found.proof)
        if shown > bound:
            proof, bound = found.proof, shown
        if found.late > 0 or found.slots > (probe + 1.0) * (1.0 + _TOL):
            low = probe
        else:
            best = found
            if found.slots > probe * (1.0 + _TOL):
                break
            high = probe
        probe = max(low + 1, (low + high) // 2)
    if best is None:
        return None
    least = program.least(best.level, written_up(best.slots) * (1.0 + _TOL), stop)
    return None if least is None else Through(people=least.people, proof=proof)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Solved:
    """People are the most that are sent in time, `late` those who are not."""

    level: int
    people: Floats
    slots: float
    late: float
    proof: ServedProof


class _Program:
    """The program over exits of groups and stations of exits, added as they are found."""

    def __init__(self, lines: TwoLines) -> None:
        self.lines = lines
        self.use = np.zeros(lines.out.shape, np.bool_)
        self.use_on = _nearest(lines.on, _NEXT_ON)

    def soonest(self, level: int, stop: Stop) -> _Solved | None:
        """Return when the last one is served at the soonest if nobody is at a station later."""
        return self._solve(level, None, stop)

    def least(self, level: int, slots: float, stop: Stop) -> _Solved | None:
        """Return who is sent where, so that all are served by then, and soonest at stations."""
        return self._solve(level, slots, stop)

    def _solve(self, level: int, slots: float | None, stop: Stop) -> _Solved | None:
        """Add exits and stations until none is missing."""
        lines = self.lines
        may = lines.in_time(level)
        if not may.any(axis=1).all():
            return None
        self.use |= _nearest(np.where(may, lines.out, -1), _NEXT)
        found = None
        while True:
            better = _solved(lines, self.use & may, self.use_on, level, slots, stop)
            if better is None:
                return None if slots is None else found
            found = better
            if slots is None:
                early = bound_of(lines, found.proof) >= level + 1.0
                if early or (found.late <= 0 and found.slots <= level * (1.0 + _TOL)):
                    return found
            if not self._missing(found.proof, may, walks=slots is not None):
                return found

    def _missing(self, proof: ServedProof, may: Bools, *, walks: bool) -> bool:
        """Add what is cheaper than what there is at its prices; say whether there was any."""
        lines, slots = self.lines, np.arange(max(self.lines.slots, proof.level + 1))
        each, tol = (FINE, _CHEAPER_TOL) if walks else (0.0, _TOL)
        out = settled(lines.out) if walks else np.zeros(lines.out.shape)
        fewer = Costs.of(replace(lines, on=np.where(self.use_on, lines.on, -1)), proof, each=each)
        every = Costs.of(lines, proof, each=each)
        least = np.where(self.use & may, out + fewer.shared_alike(lines), math.inf).min(axis=1)
        cost = out + every.shared_alike(lines)
        new = may & ~self.use & (cost < least[:, None] * (1.0 - tol))
        # at prices of walks what costs nearly as little is wanted next
        self.use |= may & (cost < least[:, None] * _NEAR) if walks and new.any() else new
        first = np.full(lines.on.shape[:2], len(slots))
        groups, exits = np.nonzero(self.use & may)
        np.minimum.at(first, (lines.pace[groups], exits), lines.out[groups, exits])
        cheaper = every.by_station < (fewer.ahead * (1.0 - tol))[:, :, None, :]
        come = slots >= first[..., None, None]
        on = (cheaper & come).any(axis=3) & ~self.use_on & (lines.on >= 0)
        self.use_on |= on
        return bool(new.any() or on.any())


class _Model:
    """A program as columns in parts and rows in blocks."""

    def __init__(self, *sizes: int) -> None:
        ends = np.cumsum(sizes).tolist()
        self.columns = ends[-1]
        self.parts = [np.arange(end - size, end) for size, end in zip(sizes, ends, strict=True)]
        self._rows: list[sp.csr_array] = []
        self._low: list[Floats] = []
        self._high: list[Floats] = []

    def add(self, low: Floats, high: Floats, *terms: tuple[Ints, Ints, Floats | float]) -> slice:
        """Add rows with their sides, and (row, column, factor) of what they count; say where."""
        rows, columns = (np.concatenate([one[at] for one in terms]) for at in (0, 1))
        factors = np.concatenate([np.broadcast_to(one[2], len(one[0])) for one in terms])
        shape = (len(low), self.columns)
        self._rows.append(sp.csr_array((factors.astype(np.float64), (rows, columns)), shape=shape))
        first = sum(len(one) for one in self._low)
        self._low.append(low)
        self._high.append(high)
        return slice(first, first + len(low))

    def solve(self, cost: Floats, low: Floats, high: Floats, stop: Stop) -> Relaxation | None:
        """Make the cost small; None where time is too short or there is no solution."""
        problem = pulp.LpProblem("two_lines", pulp.LpMinimize)
        made = [problem.add_variable(f"x{n}", 0, None) for n in range(self.columns)]
        # PuLP leaves out a variable without a price; the right ones come with the rows
        problem.setObjective(pulp.LpAffineExpression.from_list([(one, 1.0) for one in made]))
        # a simplex needs ten times as long, and the price of its corner is not wanted
        live = LiveModel(problem, solver="ipm")
        at = np.array([live.column[one.id] for one in made])
        live.change_costs(at, cost)
        live.change_bounds(at, low, high)
        live.add_rows(
            sp.csr_array(sp.vstack(self._rows)),
            np.concatenate(self._low),
            np.concatenate(self._high),
        )
        return live.relax(stop)[0]


def _solved(
    lines: TwoLines, use: Bools, use_on: Bools, level: int, slots: float | None, stop: Stop
) -> _Solved | None:
    """Solve over some exits of groups, and stations of exits.

    What is made small is when the last one is served, no sooner than the level; or, where that is
    given in `slots`, how long all together walk and wait at exits.
    """
    # groups that differ in no exit that they may take are one, unless ties of walks are settled
    alike = np.column_stack([lines.pace, np.where(use, lines.out, -1)])
    number = np.arange(len(alike))[:, None] * (slots is not None)
    rows, merged = np.unique(np.hstack([number, alike]), axis=0, return_inverse=True)
    rows, merged = rows[:, 1:], merged.reshape(-1)
    many = np.bincount(merged, weights=lines.people)
    group, exit_ = np.nonzero(rows[:, 1:] >= 0)
    takes = np.stack([rows[group, 0], exit_, rows[group, 1 + exit_]])
    comes, come = np.unique(takes, axis=1, return_inverse=True)
    stand, number = _stand(lines, comes, use_on, level)
    at, to = _pass(lines, stand, use_on, level)
    walk = np.where(to < 0, 0, lines.on[stand[0, at], stand[1, at], to])
    goes = to >= 0
    halts, halt = _halts(to[goes], (stand[2, at] + 1 + walk)[goes], level)
    wide = max(lines.slots, level + 1)
    opens, open_ = np.unique(stand[1, at] * wide + stand[2, at], return_inverse=True)
    final = np.flatnonzero(np.append((np.diff(stand[:2]) != 0).any(axis=0), True))
    model = _Model(
        len(group), comes.shape[1], stand.shape[1], len(at), halts.shape[1], len(final), 1
    )
    if model.columns > _LARGEST:
        return None
    send, came, wait, passes, queue, late, last = model.parts
    model.add(many, many, (group, send, 1.0))
    zero = np.zeros(len(came))
    model.add(zero, zero, (come.reshape(-1), send, 1.0), (np.arange(len(came)), came, -1.0))
    # who comes in a slot, and who has waited, passes or waits on
    zero, on = np.zeros(len(wait)), np.flatnonzero((stand[:2, 1:] == stand[:2, :-1]).all(axis=0))
    batches = range(lines.batches)
    model.add(
        zero, zero, (at, passes, -1.0), (on, wait[on], -1.0), (on + 1, wait[on], 1.0),
        (final, late, -1.0), *((number + batch, came, 1.0 / lines.batches) for batch in batches),
    )  # fmt: skip
    most = lines.passing(wide)
    if math.isinf(lines.deadline):
        most[:, -1] = math.inf  # who goes to no station may pass after all others
    free = np.full(len(opens), -math.inf)
    tolls = model.add(free, most.reshape(-1)[opens], (open_.reshape(-1), passes, 1.0))
    free, on = np.full(len(queue), -math.inf), np.flatnonzero(halts[0, 1:] == halts[0, :-1])
    rate, end = lines.serves[halts[0]], np.flatnonzero(halts[1] == level)
    side = rate.copy()
    side[end] = -level * rate[end]
    prices = model.add(
        free, side, (halt, passes[goes], 1.0), (on, queue[on], -1.0), (on + 1, queue[on], 1.0),
        (end, last.repeat(len(end)), -rate[end]),
    )  # fmt: skip
    cost, low, high = np.zeros((3, model.columns))
    high[:] = math.inf
    if slots is None:
        cost[last], low[last], cost[late] = 1.0, level, _LATE
    else:
        cost[send], cost[wait] = settled(lines.out)[group, exit_], FINE
        cost[passes] = FINE * walk
        low[last] = high[last] = slots
        high[late] = 0.0
    found = model.solve(cost, low, high, stop)
    if found is None:
        return None
    sent = np.zeros(rows[:, 1:].shape)
    sent[group, exit_] = np.maximum(found.values[send], 0.0)
    sent /= sent.sum(axis=1, keepdims=True)
    return _Solved(
        level=level,
        people=lines.people[:, None] * sent[merged],
        slots=float(found.values[last[0]]),
        late=float((found.values[late] > _TOL * lines.people.sum()).sum()),
        proof=_proof(
            lines, level, halts, -found.row_duals[prices], np.stack(np.divmod(opens, wide)),
            -found.row_duals[tolls], whole=slots is None,
        ),
    )  # fmt: skip


def _stand(lines: TwoLines, comes: Ints, use_on: Bools, level: int) -> tuple[Ints, Ints]:
    """Return the slots in which people may stand at an exit, and where those begin who come.

    Returns
    -------
    stand, number
        (3, N), pace, exit and slot, one after the other; and (C,) positions of `comes` in it.
    """
    first = np.full(use_on.shape[:2], _NEVER)
    np.minimum.at(first, (comes[0], comes[1]), comes[2])
    walk = np.where(use_on, lines.on, _NEVER).min(axis=2, initial=_NEVER)
    end = np.where(lines.lost, max(lines.slots, level + 1), level - walk)
    if not math.isinf(lines.deadline):
        end = np.minimum(end, math.ceil(lines.deadline))
    pace, exit_ = np.nonzero(first < _NEVER)
    wide = (end - first)[pace, exit_]
    before = np.cumsum(wide) - wide
    slot = np.arange(wide.sum()) - np.repeat(before - first[pace, exit_], wide)
    place = np.zeros(use_on.shape[:2], dtype=np.int64)
    place[pace, exit_] = before - first[pace, exit_]
    stand = np.stack([np.repeat(pace, wide), np.repeat(exit_, wide), slot])
    return stand, place[comes[0], comes[1]] + comes[2]


def _pass(lines: TwoLines, stand: Ints, use_on: Bools, level: int) -> tuple[Ints, Ints]:
    """Return who may pass: positions of `stand`, and stations, −1 where there is none."""
    pace, exit_, slot = stand
    walk = lines.on[pace, exit_]
    at, to = np.nonzero(use_on[pace, exit_] & (slot[:, None] + 1 + walk <= level))
    out = np.flatnonzero(lines.lost[pace, exit_])
    return np.concatenate([at, out]), np.concatenate([to, np.full(len(out), -1)])


def _halts(to: Ints, slot: Ints, level: int) -> tuple[Ints, Ints]:
    """Return (2, H) stations and the slots in which people may be there, and (N,) who is where."""
    there, which = np.unique(to, return_inverse=True)
    first = np.full(len(there), level)
    np.minimum.at(first, which.reshape(-1), slot)
    wide = level + 1 - first
    before = np.cumsum(wide) - wide
    halts = np.stack(
        [np.repeat(there, wide), np.arange(wide.sum()) - np.repeat(before - first, wide)]
    )
    return halts, (before - first)[which.reshape(-1)] + slot


def _proof(
    lines: TwoLines, level: int, halts: Ints, served: Floats, opens: Ints, tolls: Floats, *,
    whole: bool,
) -> ServedProof:  # fmt: skip
    """Return prices of who is at a station in a slot or later, from what each pays in all."""
    prices: list[tuple[int, int, float]] = []
    for station in np.unique(halts[0]).tolist():
        mine = halts[0] == station
        paid = np.maximum.accumulate(np.maximum(served[mine], 0.0))
        steps = np.diff(paid, prepend=0.0) * lines.serves[station]
        prices += zip([station] * len(steps), halts[1, mine].tolist(), steps.tolist(), strict=True)
    total = math.fsum(one[2] for one in prices)
    share = 1.0 / total if whole and total > 0 else 1.0
    least = _LEAST * max(total, 1e-300)
    taken = zip(*opens.tolist(), np.maximum(tolls, 0.0).tolist(), strict=True)
    return ServedProof(
        level=level,
        prices=tuple((at, slot, share * one) for at, slot, one in prices if one > least),
        tolls=tuple((at, slot, share * one) for at, slot, one in taken if one > least * 1e-3),
    )


def _nearest(slots: Ints, many: int) -> Bools:
    """Return which of the last axis are the nearest ones, where one can walk there."""
    far = np.where(slots < 0, _NEVER, slots)
    use = np.zeros(slots.shape, np.bool_)
    np.put_along_axis(
        use, np.argsort(far, axis=-1, kind="stable")[..., :many], values=True, axis=-1
    )
    return np.asarray(use & (slots >= 0))
