"""How often posts are relieved, so that few teams hold them: a model that counts, and names nobody.

Teams are alike, and so are posts that are as far from the rest place. So the model knows only how
many reliefs there were until each slot: who has stood longest is relieved first, and who has
rested longest goes next, which loses nothing. That is exact for work, rest, handovers and walks. Of
a cap and of longer rests it asks what all teams together must keep, so its number of teams is a
bound; `placement.studies.roster.lines` looks for names that keep them one by one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp

from placement.arrays import Ints
from placement.solve.core.stopping import Stop
from placement.solve.mip.highs import LiveModel
from placement.solve.mip.linear_program import Program, write_program

_SURE = 1e-6
_HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What a team may do, in slots.

    Attributes
    ----------
    work
        Longest time at a post without rest.
    rest
        Shortest rest between two duties.
    handover
        How long the relieved team stays beside the one that relieves it.
    cap
        Most time at posts in any `day`; None for no cap.
    day
        How long a day is.
    spells
        Pairs (longest, rest): a rest so long comes before more than `longest` have passed since the
        one before it, walks included.
    """

    work: int
    rest: int
    handover: int = 0
    cap: int | None = None
    day: int = 288
    spells: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Posts that are as far from their rest place.

    Attributes
    ----------
    positions
        How many teams stand there at a time.
    out, back
        Slots of the walk from the rest place and back to it.
    """

    positions: int
    out: int
    back: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reliefs:
    """What the model answers.

    Attributes
    ----------
    started
        (K, T) int64, teams of each kind that have begun a duty until each slot, those in place at
        the start included; None where no number of teams was found in time.
    bound
        No fewer teams do.
    """

    started: Ints | None
    bound: int


def least_teams(slots: int, kinds: Sequence[Kind], shift: Shift, *, stop: Stop) -> Reliefs:
    """Return the fewest teams that the model knows of, and how it relieves the posts.

    Parameters
    ----------
    slots
        T, of the event.
    kinds
        The posts of one rest place.
    shift
        What a team may do.
    stop
        When to stop.
    """
    model = _Model(slots, kinds, shift)
    model.problem.setObjective(model.teams + 0)
    return model.solve(stop)


def fewest_reliefs(
    slots: int, kinds: Sequence[Kind], shift: Shift, *, teams: int, stop: Stop
) -> Ints | None:
    """Return how so many teams relieve the posts as seldom as they can; None where none is seen."""
    model = _Model(slots, kinds, shift)
    model.problem.addConstraint(model.teams <= teams)
    model.problem.setObjective(pulp.lpSum(row[-1] for row in model.started))
    return model.solve(stop).started


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Posts of one rest place, each of which may be held or left empty.

    Attributes
    ----------
    kinds
        The posts by their walks; of `positions` nothing is taken.
    posts
        By kind: number of each post, and its positions.
    most
        What one team holds at most, in slots.
    all_posts
        No fewer teams hold all of them.
    """

    kinds: tuple[Kind, ...]
    posts: tuple[tuple[tuple[int, int], ...], ...]
    most: int
    all_posts: int


def best_held(
    slots: int,
    choices: Sequence[Choice],
    shift: Shift,
    *,
    teams: int,
    worth: Program,
    whole: bool,
    stop: Stop,
) -> tuple[tuple[int, ...] | None, float]:
    """Return which posts so many teams hold throughout, so that they cover the most people.

    Parameters
    ----------
    slots, shift, stop
        As for `least_teams`.
    choices
        One for each rest place.
    teams
        How many there are for all of them.
    worth
        The program of the people covered; its choices are the posts, by their numbers from 0.
    whole
        Whether any choice covers a whole number of people.

    Returns
    -------
    posts
        Their numbers; None where none were found in time.
    bound
        People whom no such choice exceeds.
    """
    problem = pulp.LpProblem("held", pulp.LpMaximize)
    numbers = sorted(n for one in choices for kind in one.posts for n, _ in kind)
    held = {n: problem.add_variable(f"o{n}", 0, 1, cat="Integer") for n in numbers}
    used = []
    whole_teams = 1  # bit n: the posts with a rest place of their own can take n teams in all
    for at, one in enumerate(choices):
        mine = [n for kind in one.posts for n, _ in kind]
        if len(mine) == 1:
            used.append(one.all_posts * held[mine[0]])
            whole_teams |= whole_teams << one.all_posts
            continue
        many = [pulp.lpSum(units * held[n] for n, units in kind) for kind in one.posts]
        model = _Model(slots, one.kinds, shift, many=many, within=(problem, f"r{at}"))
        problem.addConstraint((slots - shift.handover) * pulp.lpSum(many) <= one.most * model.teams)
        used.append(model.teams)
    if all(sum(map(len, one.posts)) == 1 for one in choices):
        # no choice takes more teams than the most that some posts add up to
        teams = (whole_teams & ((2 << teams) - 1)).bit_length() - 1
    problem.addConstraint(pulp.lpSum(used) <= teams)
    covered = write_program(problem, worth, [held[n] for n in numbers])
    people = pulp.LpAffineExpression.from_list(
        [(covered[n], float(worth.price[n])) for n in np.flatnonzero(worth.price)]
    )
    # among equals fewer posts: a post that nobody needs takes a team
    fewer = _HALF / (len(numbers) + 1)
    problem.setObjective(people - fewer * pulp.lpSum(held.values()))
    live = LiveModel(problem)
    found = live.solve(stop, gap=0.0, gap_abs=fewer / 2)
    bound = found.bound + fewer * len(numbers)
    if math.isfinite(bound) and whole:
        bound = math.floor(bound + _SURE)
    if found.values is None:
        return None, bound
    values = found.values
    return tuple(n for n in numbers if values[live.column[held[n].id]] > _HALF), bound


class _Model:
    """The reliefs of one rest place.

    `many` are the positions of each kind where they are variables, `within` the problem that has
    them, and a name that sets its variables apart.
    """

    def __init__(
        self,
        slots: int,
        kinds: Sequence[Kind],
        shift: Shift,
        *,
        many: Sequence[Any] | None = None,
        within: tuple[pulp.LpProblem, str] | None = None,
    ) -> None:
        self.problem, self._name = within or (pulp.LpProblem("reliefs", pulp.LpMinimize), "")
        self.slots, self.kinds, self.shift = slots, kinds, shift
        self.many = [kind.positions for kind in kinds] if many is None else many
        self.teams: Any = self.problem.add_variable(f"{self._name}teams", 0, None, cat="Integer")
        self.started: list[list[Any]] = [self._post(k) for k in range(len(kinds))]
        self._first = -max(kind.out for kind in kinds)
        self._last = slots + max(kind.back for kind in kinds)
        for t in range(self._first, slots):
            self._at_most(self._away(t, shift.rest), self.teams)
        self._cap()
        for number, (longest, rest) in enumerate(shift.spells):
            self._spells(number, longest, rest)

    def _at_most(self, left: Any, right: Any) -> None:  # noqa: ANN401 - PuLP is not typed
        row = left <= right
        if not isinstance(row, bool):
            self.problem.addConstraint(row)

    def _post(self, k: int) -> list[Any]:
        """Relieve everyone in time: who came last, and before them all others."""
        slots, many = self.slots, self.many[k]
        least = many if isinstance(many, int) else 0
        begun: list[Any] = [many] * min(slots, max(1, self.shift.handover))
        begun += [
            self.problem.add_variable(f"{self._name}n{k}_{t}", least, None, cat="Integer")
            for t in range(len(begun), slots)
        ]
        stands = self.shift.work - self.shift.handover
        for t in range(1, slots):
            self._at_most(begun[t - 1], begun[t])
        for t in range(max(1, self.shift.handover), slots - stands):
            self._at_most(begun[t] + many, begun[t + stands])
        if self.shift.work < slots:  # the first of all stand without a handover before
            self._at_most(2 * many, begun[self.shift.work])
        return begun

    def _left(self, k: int, t: int) -> Any:  # noqa: ANN401
        """Return how many teams have left the rest place for posts of a kind until a slot."""
        kind = self.kinds[k]
        ahead = t + self.shift.handover + kind.out
        begun = self.started[k][min(max(ahead, 0), self.slots - 1)]
        if t >= -kind.out:
            return begun
        return begun - self.many[k] if ahead > 0 else 0

    def _returned(self, k: int, t: int) -> Any:  # noqa: ANN401
        kind = self.kinds[k]
        off = t - kind.back
        if off < 0:
            return 0
        if off >= self.slots:
            return self.started[k][-1]
        return self.started[k][off] - self.many[k]

    def _away(self, t: int, rest: int) -> Any:  # noqa: ANN401
        """Return how many are away in a slot, or not yet rested."""
        every = range(len(self.kinds))
        return pulp.lpSum(self._left(k, t) - self._returned(k, t - rest) for k in every)

    def _cap(self) -> None:
        """Hold the time at posts that all teams together have in a day."""
        shift, slots = self.shift, self.slots
        if shift.cap is None:
            return
        for first in range(max(1, slots - shift.day + 1)):
            last = min(slots, first + shift.day)
            standing = (last - first) * pulp.lpSum(self.many)
            twice = [
                begun[min(slots - 1, last + t)] - begun[min(slots - 1, first + t)]
                for begun in self.started
                for t in range(shift.handover)
            ]
            self._at_most(standing + pulp.lpSum(twice), shift.cap * self.teams)

    def _spells(self, number: int, longest: int, rest: int) -> None:
        """Count the spells that have begun and ended: each ends in time, and with a return."""
        times = range(self._first, self._last + 1)
        begun, ended = (
            {t: self.problem.add_variable(f"{name}_{t - self._first}", 0) for t in times}
            for name in (f"{self._name}b{number}", f"{self._name}e{number}")
        )
        every = range(len(self.kinds))
        for t in times:
            back = pulp.lpSum(self._returned(k, t) - self._returned(k, t - 1) for k in every)
            before = ended.get(t - 1, 0)
            self._at_most(ended[t] - before, back)
            self._at_most(before, ended[t])
            if t > self._first:
                self._at_most(begun[t - 1], begun[t])
            self._at_most(
                self._away(t, self.shift.rest), begun[t] - ended.get(t - self.shift.rest, 0)
            )
            self._at_most(begun[t], self.teams + ended.get(t - rest, 0))
            self._at_most(ended[t], begun[t])
            if t + longest in ended:
                self._at_most(begun[t], ended[t + longest])

    def solve(self, stop: Stop) -> Reliefs:
        live = LiveModel(self.problem)
        found = live.solve(stop, gap=0.0, gap_abs=1.0 - 1e-3)
        bound = math.ceil(found.bound - _SURE) if math.isfinite(found.bound) else 0
        if found.values is None:
            return Reliefs(started=None, bound=bound)
        values = found.values

        def value(one: Any) -> int:  # noqa: ANN401
            if isinstance(one, int):
                return one
            at = live.column.get(one.id)  # PuLP leaves variables out that no row mentions
            return round(one.lowBound if at is None else float(values[at]))

        table = [[value(one) for one in row] for row in self.started]
        return Reliefs(started=np.maximum.accumulate(np.array(table), axis=1), bound=bound)
