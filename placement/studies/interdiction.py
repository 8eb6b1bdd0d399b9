"""Which posts together cost the most cover when they are not there: exact, or with its bound.

This is the r-interdiction covering problem of Church, Scaparra and Middleton, *Annals of the
Association of American Geographers* 94 (2004). Every post has a credit: at most r posts together
lose no more than their credits add up to. Sets are tried in the order of their posts' credits, and
what cannot beat the worst set known is left out, so the answer is proven when the search ends.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.instance_builder import Posting
from placement.cover.survey import Survey
from placement.plan.problem import Plan, Problem
from placement.solve.capacitated.admission import Worth, WorthSent
from placement.solve.core.stopping import Stop
from placement.solve.questions.baseline import columns_of

_LAST_BITS = 1e-9  # relative: what sums of floating-point numbers are off


class Losing(Protocol):
    """What a set of posts loses, and credits that bound it."""

    def of(self, lost: tuple[int, ...]) -> float:
        """Return what the objective loses without these posts, by position."""
        ...

    def credits(self, most: int) -> Floats:
        """Return a number for each post: a set of at most so many loses no more than their sum."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The worst set of posts to be without.

    Attributes
    ----------
    lost
        Positions of the posts, ascending.
    loss
        What the objective loses.
    bound
        No set of as many posts loses more.
    """

    lost: tuple[int, ...]
    loss: float
    bound: float

    @property
    def proven(self) -> bool:
        """Whether no set of as many posts loses more."""
        return self.bound <= self.loss


def worst(losing: Losing, posts: int, many: int, *, stop: Stop) -> Worst:
    """Find the posts whose loss together costs the most.

    Of sets that lose as much, the one whose posts have the lowest positions is told.

    Parameters
    ----------
    losing
        What sets lose.
    posts
        Number of open posts.
    many
        How many are lost together, at most `posts`.
    stop
        When to stop; the worst set so far is returned with its bound then.
    """
    credit = losing.credits(many)
    order = np.lexsort((np.arange(posts), -credit))
    value = credit[order]
    # the most that the next k posts from a place on can add
    sums = np.concatenate([[0.0], np.cumsum(value)])
    best: tuple[float, tuple[int, ...]] = (-math.inf, ())
    left = -math.inf

    def search(at: int, chosen: tuple[int, ...], spent: float) -> None:
        nonlocal best, left
        need = many - len(chosen)
        if need == 0:
            lost = tuple(sorted(int(order[n]) for n in chosen))
            loss = losing.of(lost)
            if loss > best[0] or (loss == best[0] and lost < best[1]):
                best = (loss, lost)
            return
        for n in range(at, posts - need + 1):
            most = spent + float(sums[n + need] - sums[n])
            if most < best[0] * (1 - _LAST_BITS):
                return
            if stop.reached() and best[1]:
                left = max(left, most)
                return
            search(n + 1, (*chosen, n), spent + float(value[n]))

    search(0, (), 0.0)
    return Worst(lost=best[1], loss=best[0], bound=max(best[0], left))


class CoverLosing:
    """Losses of cover without capacity: what rows are worth that are covered less often.

    Parameters
    ----------
    posts
        Candidate posts; rows of a resource with lanes are left aside.
    problem
        What is asked.
    units
        Units of the open posts, by name, in the order of their positions.
    """

    def __init__(self, posts: Posting, problem: Problem, units: dict[str, int]) -> None:
        instance = posts.instance
        open_columns = [columns_of(posts, problem, {name: n}) for name, n in units.items()]
        post_of = np.full(instance.columns, -1, dtype=np.int64)
        for position, columns in enumerate(open_columns):
            post_of[columns] = position
        row = np.repeat(np.arange(instance.rows), np.diff(instance.indptr))
        kept = post_of[instance.indices] >= 0
        if problem.laned is not None:
            kept &= posts.row_resource[row] != problem.laned
        rows, entry = row[kept], post_of[instance.indices[kept]]
        count = np.bincount(rows, minlength=instance.rows)
        worth = np.concatenate([instance.weight[:, None], instance.gains], axis=1)
        total = np.concatenate([np.zeros((instance.rows, 1)), np.cumsum(worth, axis=1)], axis=1)
        self._levels = total
        self._top = total.shape[1] - 1
        self._count = count
        self._posts = len(open_columns)
        order = np.lexsort((rows, entry))
        self._rows = rows[order]
        self._start = np.searchsorted(entry[order], np.arange(self._posts + 1))

    def of(self, lost: tuple[int, ...]) -> float:
        """Return what the objective loses without these posts."""
        if not lost:
            return 0.0
        touched = np.concatenate([self._mine(post) for post in lost])
        rows, fewer = np.unique(touched, return_counts=True)
        count = self._count[rows]
        return math.fsum((self._worth(rows, count) - self._worth(rows, count - fewer)).tolist())

    def credits(self, most: int) -> Floats:
        """Return the credit of each post.

        A row that loses k of its columns loses no more than k times the most it loses a column, so
        each column that covers it may be given that.
        """
        each = np.zeros(len(self._count))
        all_rows = np.arange(len(self._count))
        columns = max(1, most) * self._most_columns()
        for k in range(1, min(columns, int(self._count.max(initial=0))) + 1):
            able = self._count >= k
            lost = np.zeros(len(each))
            lost[able] = (
                self._worth(all_rows[able], self._count[able])
                - self._worth(all_rows[able], self._count[able] - k)
            ) / k
            each = np.maximum(each, lost)
        return np.array([each[self._mine(post)].sum() for post in range(self._posts)])

    def _most_columns(self) -> int:
        """Return the most columns one post covers a row with."""
        most = 1
        for post in range(self._posts):
            mine = self._mine(post)
            most = max(most, int(np.bincount(mine).max(initial=0)))
        return most

    def _mine(self, post: int) -> Ints:
        return self._rows[self._start[post] : self._start[post + 1]]

    def _worth(self, rows: Ints, times: Ints) -> Floats:
        return np.asarray(self._levels[rows, np.minimum(times, self._top)])


class _GatesLosing:
    """What gates lose, counted once for each set of gates."""

    _least = -math.inf  # no set loses less

    def __init__(
        self,
        worth: Worth | WorthSent,
        problem: Problem,
        places: Iterable[tuple[int, int]],
        units: Ints,
    ) -> None:
        self._worth = worth
        self._places, self._units, self._laned = list(places), units, problem.laned
        self._whole = worth.of(units)
        self._known: dict[tuple[int, ...], float] = {(): 0.0}

    def of(self, lost: tuple[int, ...]) -> float:
        """Return what the objective loses without the gates among these posts."""
        gates = tuple(post for post in lost if self._places[post][1] == self._laned)
        if gates not in self._known:
            fewer = self._units.copy()
            for post in gates:
                fewer[self._places[post]] = 0
            self._known[gates] = max(self._least, self._whole - self._worth.of(fewer))
        return self._known[gates]


class LanesLosing(_GatesLosing):
    """Losses of gates: people are sent again to those that are left, within reach and capacity.

    Parameters
    ----------
    posts, problem
        Candidate posts, and what is asked; one resource has lanes.
    places
        Site and resource of each open post, in the order of their positions.
    units
        (N, K) int64, units of every post, 0 where there is none.
    """

    _least = 0.0

    def __init__(
        self, posts: Posting, problem: Problem, places: Iterable[tuple[int, int]], units: Ints
    ) -> None:
        super().__init__(Worth(posts, problem), problem, places, units)

    def credits(self, most: int) -> Floats:  # noqa: ARG002 - however many are lost
        """Return the credit of each post.

        Gates that are lost one after the other lose, in all, no more than they could admit at most:
        what the gate alone admits, everyone in its reach sent there.
        """
        found = np.zeros(len(self._places))
        for post, place in enumerate(self._places):
            if place[1] == self._laned:
                alone = np.zeros_like(self._units)
                alone[place] = self._units[place]
                found[post] = self._worth.of(alone)
        return found


class SentLosing(_GatesLosing):
    """The same by sending people as a plan is counted: in rings, and where some come first.

    Parameters
    ----------
    posts, plan, walks
        Candidate posts, what is asked, and the walks.
    places, units
        As for `LanesLosing`.
    """

    def __init__(
        self,
        posts: Posting,
        plan: Plan,
        walks: Survey,
        places: Iterable[tuple[int, int]],
        units: Ints,
    ) -> None:
        self._sent, self._problem = WorthSent(posts, plan, walks, ranked=True), plan.problem
        super().__init__(self._sent, plan.problem, places, units)

    def credits(self, most: int) -> Floats:  # noqa: ARG002 - however many are lost
        """Return the credit of each post: what those are worth who pass it in a plan of most worth.

        Without those who pass a gate that is lost, all others are let in as before: so gates lose
        no more than who passes one of them. Where tiers or floors come before worth that says
        nothing, and a gate may lose all there is.
        """
        problem = self._problem
        if some_come_first(problem):
            most_people = problem.resources[self._laned or 0].value * problem.demand.people
            all_there_is = math.fsum(most_people * problem.demand.priority)
            through = np.full(len(problem.sites), all_there_is)
        else:
            through = self._sent.through(self._units)
        return np.array(
            [through[site] if kind == self._laned else 0.0 for site, kind in self._places]
        )


def some_come_first(problem: Problem) -> bool:
    """Tell whether gates let people of floors or tiers in before others who are worth more."""
    floors = any(floor.resource == problem.laned for floor in problem.floors)
    return floors or len(problem.demand.tiers) > 1


class Together:
    """Losses of several kinds of posts, added up."""

    def __init__(self, *parts: Losing) -> None:
        self._parts = parts

    def of(self, lost: tuple[int, ...]) -> float:
        """Return what the objective loses without these posts."""
        return math.fsum(part.of(lost) for part in self._parts)

    def credits(self, most: int) -> Floats:
        """Return the credit of each post."""
        return np.asarray(np.sum([part.credits(most) for part in self._parts], axis=0))
