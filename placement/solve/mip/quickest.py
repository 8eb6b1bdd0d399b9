"""Who leaves by which exit, so that the last one is out soonest: a linear program, and its proof.

People arrive at an exit in slots of time and pass it in turn, at most so many a slot. So the exit
is done by time T if, and only if, for every slot k no more people arrive in it or later than it
lets pass from then until T. These conditions are linear in people and in T (quickest transshipment
with a single stage; Hoppe & Tardos, Math. of Operations Research 25, 2000), but for one: nobody
arrives after T. So a program is asked who leaves where if nobody may arrive after a level, and a
search halves the levels that are left: a lower one forbids more, a higher one is too late by
itself.

Few conditions ever bind, and few people ever take any exit but one of the next: rows and columns
are added as they are found. Prices of the conditions prove a bound whatever they are, which is
summed up here over *all* exits, those that the program never saw included.
"""

import math
from dataclasses import dataclass

import numpy as np
import pulp
import scipy.sparse as sp

from placement.arrays import Bools, Floats, Ints
from placement.solve.core.stopping import Stop
from placement.solve.mip.highs import LiveModel

_TOL = 1e-9
_NEXT = 3  # exits of each group that the program begins with
_MANY = 800  # groups that are solved at once; of more a part is solved first
_SLACK = 0.99  # of their people: a part may be harder to serve in time than all
_DIGITS = 8  # of a time that all are held to
FINE = 1000.0
"""What a slot on the way counts: so that a solver's tolerance is far below what settles ties."""
_TIE = 0.01  # slots


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Leaving:
    """Groups of people, exits, and how long it takes from the ones to the others.

    Attributes
    ----------
    people
        (G,) float64, > 0.
    slot
        (G, E) int64, slots from the start until the first of a group are at an exit; −1 where they
        cannot walk there. Every group can walk to one exit at least.
    rate
        (E,) float64, > 0, people who pass an exit in a slot.
    later
        (P, J) float64: the share of a group's people who come so many slots after its first or
        later, from 1 downwards; afterwards nobody comes.
    profile
        (G,) int64, which of these.
    """

    people: Floats
    slot: Ints
    rate: Floats
    later: Floats
    profile: Ints

    @property
    def last(self) -> Ints:
        """(G, E) int64, slots until the last of a group are at an exit; −1 where they cannot."""
        wide = (self.later > 0).sum(axis=1)[self.profile]
        return np.asarray(np.where(self.slot < 0, -1, self.slot + wide[:, None] - 1))

    def shares(self, groups: Ints, exits: Ints, k: Ints | int) -> Floats:
        """Return the share of groups who are at exits in slot k or later, all of one shape."""
        after = np.clip(k - self.slot[groups, exits], 0, self.later.shape[1])
        padded = np.concatenate([self.later, np.zeros((len(self.later), 1))], axis=1)
        return np.asarray(padded[self.profile[groups], after])

    def later_at(self, sent: Floats) -> Floats:
        """Return (E, K) float64, people of (G, E) `sent` who are at an exit in slot k or later."""
        arrives = -np.diff(np.concatenate([self.later, np.zeros((len(self.later), 1))], axis=1))
        groups, exits = np.nonzero(sent > 0)
        many, slot, profile = sent[groups, exits], self.slot[groups, exits], self.profile[groups]
        first = int(self.slot.max()) + 1
        found = np.zeros((len(self.rate), first + arrives.shape[1] - 1))
        kinds, number = np.unique(np.stack([exits, profile]), axis=1, return_inverse=True)
        begin = np.zeros((kinds.shape[1], first))
        np.add.at(begin, (number.reshape(-1), slot), many)
        for (exit_, kind), people in zip(kinds.T.tolist(), begin, strict=True):
            found[exit_] += np.convolve(people, arrives[kind])
        return np.asarray(found[:, ::-1].cumsum(axis=1)[:, ::-1])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sent:
    """Who is sent where.

    Attributes
    ----------
    people
        (G, E) float64.
    slots
        When the last one has passed.
    proof
        What proves the bound.
    bound
        No way to send people is done sooner.
    """

    people: Floats
    slots: float
    proof: "Proof"
    bound: float


type Prices = tuple[tuple[int, int, float], ...]
"""Place, slot, and what one condition or passage there weighs in a proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Why nobody is done sooner: who arrives after a level is late, of all others prices say so.

    Attributes
    ----------
    level
        A slot: who arrives after it is not done before the next one.
    prices
        (exit, slot, price) of conditions up to that slot, 1 in sum.
    """

    level: int
    prices: Prices


def last_through(leaving: Leaving, sent: Floats) -> Floats:
    """Return (E,) float64, slots until the last one has passed each exit; 0 where nobody comes."""
    later = leaving.later_at(sent)
    done = np.arange(later.shape[1]) + later / leaving.rate[:, None]
    return np.asarray(np.where(later > 0, done, 0.0).max(axis=1))


def quickest(leaving: Leaving, start: Floats, *, stop: Stop) -> Sent:
    """Return who leaves where, so that the last one is through soonest.

    Parameters
    ----------
    leaving
        Who leaves.
    start
        (G, E) float64, a way to send people, which is the answer where time is too short.
    stop
        When to stop.
    """
    best, done = start, _done(leaving, start)
    last = leaving.last
    # `low` is a level that is too early, `high` one that is not
    low = int(np.where(last < 0, np.iinfo(np.int64).max, last).min(axis=1).max()) - 1
    proof, bound = Proof(level=low, prices=()), low + 1.0
    high, probe = math.ceil(done), low + 1
    while high - low > 1:
        found = _Program(leaving, best, level=probe).solve(stop)
        if found is None:
            break
        least = bound_of(leaving, Proof(level=probe, prices=found.prices))
        if least > probe:
            low, bound, proof = probe, least, Proof(level=probe, prices=found.prices)
        else:
            high = probe
        if _done(leaving, found.sent) < done:
            best, done = found.sent, _done(leaving, found.sent)
        high = max(min(high, math.ceil(done * (1.0 - _TOL))), low + 1)
        probe = high - 1 if probe == low else (low + high) // 2
    return Sent(people=best, slots=done, proof=proof, bound=min(bound, done))


def shortest(
    leaving: Leaving, start: Floats, walks: Floats, *, slots: float, stop: Stop
) -> tuple[Floats, float]:
    """Return who leaves where, so that all are through in time and walk least.

    Parameters
    ----------
    leaving, start, stop
        As for `quickest`; `start` is in time.
    walks
        (G, E) float64, what a walk is counted.
    slots
        When all must be through.

    Returns
    -------
    people, bound
        (G, E) float64, and the least that all together can walk.
    """
    within = slots * (1.0 + _TOL)
    program = _Program(leaving, start, level=math.floor(within), walks=walks, slots=within)
    found = program.solve(stop)
    if found is None:
        return start, 0.0
    walked = (found.sent * walks).sum()
    best = found.sent if walked <= (start * walks).sum() else start
    return best, program.bound(found.prices)[0]


def bound_of(leaving: Leaving, proof: Proof) -> float:
    """Return the time before which not everybody is through, as a proof shows it.

    With horizon τ from `level` to the next slot everybody arrives by `level`, and all conditions up
    to it hold: their sum, at the given prices, is no more than τ, and no less than what is left
    when each group takes the exit that is cheapest to it. A shorter horizon only forbids more.
    """
    priced = _Program(leaving, None, level=proof.level).bound(proof.prices)[0]
    return min(priced, proof.level + 1.0)


def settled(slots: Ints | Floats) -> Floats:
    """Return what (G, E) walks count, no two alike, so that one way is the shortest.

    Of ways to send people that walk alike a solver would take any, each version of it another one.
    So a walk counts up to a hundredth of a slot more, for each group and exit so much as numbers
    say that are the same on every machine (`numpy.random.RandomState` never changes).
    """
    more = np.random.RandomState(0).random_sample(slots.shape)
    return np.asarray(FINE * (np.maximum(slots, 0) + _TIE * more))


def written_up(slots: float) -> float:
    """Return a time in so many digits that what arithmetic leaves over is in none; never less."""
    if slots <= 0:
        return slots
    grain = 10.0 ** (math.floor(math.log10(slots)) + 1 - _DIGITS)
    return max(slots * (1.0 - _TOL), math.ceil(slots * (1.0 - _TOL) / grain) * grain)


def _done(leaving: Leaving, sent: Floats) -> float:
    return float(last_through(leaving, sent).max())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Solved:
    sent: Floats
    prices: Prices


class _Program:
    """The conditions of people who arrive by a level, with what is made small.

    That is what they walk, where all are through by `slots`; else when the last one is through, and
    no sooner than the level.
    """

    def __init__(
        self,
        leaving: Leaving,
        start: Floats | None,
        *,
        level: int,
        walks: Floats | None = None,
        slots: float | None = None,
    ) -> None:
        last = leaving.last
        self.leaving, self.level, self.slots = leaving, level, slots
        self.can = (last >= 0) & (last <= level)
        self.walks = np.zeros(last.shape) if walks is None else walks
        self.start = start
        self.rows: list[tuple[int, int]] = []

    def solve(self, stop: Stop) -> _Solved | None:
        """Add rows and columns until none is missing; None where time is too short."""
        if not self.can.any(axis=1).all():
            return None
        use = self._first_columns(stop)
        while True:
            found = self._relax(use, stop)
            if found is None:
                return None
            solved, duals = found
            _, cost = self.bound(solved.prices)
            cheaper = duals[:, None] - _TOL * np.abs(duals).max()
            missing = self.can & ~use & (cost < cheaper)
            if not missing.any():
                return solved
            use |= missing

    def _first_columns(self, stop: Stop) -> Bools:
        """Return the exits that each group may take at first: those of the start, and some more.

        Where groups are many, prices of a part of them say which; else they are the next ones.
        """
        cost = np.where(self.can, self.leaving.slot, math.inf)
        some = self._some() if len(cost) > _MANY else None
        found = None if some is None else some.solve(stop)
        if found is not None:
            cost = self.bound(found.prices)[1]
        use = np.zeros(cost.shape, np.bool_) if self.start is None else self.start > 0
        cheapest = np.argsort(cost, axis=1, kind="stable")[:, :_NEXT]
        np.put_along_axis(use, cheapest, values=True, axis=1)
        return use & self.can

    def _some(self) -> "_Program":
        """Return the same of every so many groups, each with the people of all these."""
        leaving = self.leaving
        apart = np.arange(0, len(leaving.people), len(leaving.people) // (_MANY // 2))
        some = leaving.people[apart]
        fewer = Leaving(
            people=some * (_SLACK * leaving.people.sum() / some.sum()),
            slot=leaving.slot[apart],
            rate=leaving.rate,
            later=leaving.later,
            profile=leaving.profile[apart],
        )
        return _Program(fewer, None, level=self.level, walks=self.walks[apart], slots=self.slots)

    def _add_rows(self, sent: Floats, slots: float) -> bool:
        """Note the condition of each exit that is broken most; say whether there was one."""
        later = self.leaving.later_at(sent)
        over = np.arange(later.shape[1]) + later / self.leaving.rate[:, None] - slots
        over[later <= _TOL * self.leaving.people.sum()] = -math.inf
        worst = over.argmax(axis=1)
        broken = np.flatnonzero(over.max(axis=1) > _TOL * max(1.0, slots)).tolist()
        new = [(exit_, int(worst[exit_])) for exit_ in broken]
        new = [one for one in new if one not in self.rows]
        self.rows += new
        return bool(new)

    def _relax(self, use: Bools, stop: Stop) -> tuple[_Solved, Floats] | None:
        """Solve over some columns: who is sent where, prices of rows, and what each group costs."""
        leaving = self.leaving
        groups, exits = np.nonzero(use)
        problem = pulp.LpProblem("leaving", pulp.LpMinimize)
        sends = [problem.add_variable(f"x{n}", 0, None) for n in range(len(groups))]
        if self.slots is None:
            last = problem.add_variable("t", self.level, None)
        else:
            last = problem.add_variable("t", self.slots, self.slots)
        first = np.searchsorted(groups, np.arange(len(use) + 1))
        for group in range(len(use)):
            own = pulp.lpSum(sends[first[group] : first[group + 1]])
            problem.addConstraint(own == float(leaving.people[group]))
        costs = zip(self.walks[groups, exits].tolist(), sends, strict=True)
        walked = pulp.lpSum(cost * one for cost, one in costs if cost)
        problem.setObjective(last + walked)
        live = LiveModel(problem)
        place = np.array([live.column[one.id] for one in sends])
        at_last, own_rows = live.column[last.id], live.rows
        held = 0
        while True:
            new, held = self.rows[held:], len(self.rows)
            if new:
                rows = [self._row(one, groups, exits, place, at_last, live.columns) for one in new]
                sides = np.array([-float(k) for _, k in new])
                live.add_rows(sp.csr_array(sp.vstack(rows)), np.full(len(new), -math.inf), sides)
            found, _ = live.relax(stop)
            if found is None:
                return None
            sent = np.zeros(use.shape)
            sent[groups, exits] = np.maximum(found.values[place], 0.0)
            sent *= (leaving.people / sent.sum(axis=1))[:, None]
            if not self._add_rows(sent, float(found.values[at_last])):
                break
        weights = np.maximum(-found.row_duals[own_rows:], 0.0)
        if self.slots is None and weights.sum() > 0:
            weights /= weights.sum()
        prices = tuple(
            (exit_, k, weight)
            for (exit_, k), weight in zip(self.rows, weights.tolist(), strict=True)
            if weight > 0
        )
        return _Solved(sent=sent, prices=prices), np.asarray(found.row_duals[: len(use)])

    def _row(
        self, row: tuple[int, int], groups: Ints, exits: Ints, place: Ints, last: int, columns: int
    ) -> sp.csr_array:
        """Return a condition: the slots that those take who are there later, less the last one."""
        exit_, k = row
        mine = np.flatnonzero(exits == exit_)
        share = self.leaving.shares(groups[mine], exits[mine], k) / self.leaving.rate[exit_]
        there = share > 0
        at = np.concatenate([place[mine[there]], [last]])
        values = np.concatenate([share[there], [-1.0]])
        return sp.csr_array((values, (np.zeros(len(at), np.int64), at)), shape=(1, columns))

    def bound(self, prices: Prices) -> tuple[float, Floats]:
        """Return what prices of conditions prove, and (G, E) what a person costs at each exit.

        Each condition is priced and added to what is made small; then every group is put at the
        exit where it costs least, whatever is left of the conditions (Lagrange).
        """
        leaving = self.leaving
        cost = np.where(self.can, self.walks, math.inf)
        groups = np.arange(len(leaving.people))
        for exit_, k, weight in prices:
            exits = np.full(len(groups), exit_)
            cost[:, exit_] += weight * leaving.shares(groups, exits, k) / leaving.rate[exit_]
        aside = math.fsum(weight * (k - (self.slots or 0.0)) for _, k, weight in prices)
        return aside + math.fsum(leaving.people * cost.min(axis=1)), cost
