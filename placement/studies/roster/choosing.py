"""Which posts too few teams hold: those that leave the fewest people uncovered."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, eye_array, vstack

from placement.plan.post_id import PostId
from placement.plan.problem import Plan
from placement.solve.capacitated.gate_flow import OpenGates, program_of
from placement.solve.core.stopping import Stop
from placement.solve.mip.linear_program import Program
from placement.solve.mip.relief_model import Choice, Kind, Shift, best_held
from placement.studies.crews import crowds, open_gates
from placement.studies.roster.one_team import most_by_one

type Members = list[list[tuple[str, int]]]
"""By kind of post, its positions: post and number from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Whom the posts that are held cover, where there are too few teams for all.

    Attributes
    ----------
    people, promised
        People within reach of a post that is held, and of any post of the solution; of gates with
        lanes, those whom the lanes let all the way in.
    bound
        No choice of posts that so many teams hold throughout covers more.
    """

    people: float
    promised: float
    bound: float

    @property
    def proven(self) -> bool:
        """Whether no such choice covers more, by half a person."""
        return self.bound < self.people + 0.5


class Reach:
    """Whom posts of a resource cover: who is within their reach, or gets all the way in by lanes.

    Parameters
    ----------
    plan
        What was asked.
    posts
        Units of each, by its identifier, all of one resource.

    Attributes
    ----------
    worth
        The program of the people covered, whose choices are the posts in this order.
    whole
        Whether any of them cover a whole number of people.
    """

    def __init__(self, plan: Plan, posts: Mapping[str, int]) -> None:
        kind, problem = PostId.parse(next(iter(posts))).resource, plan.problem
        self._units = np.array(list(posts.values()), dtype=np.int64)
        self._gates: OpenGates | None = None
        if problem.laned == problem.resource_index(kind):
            self._gates, self._order = open_gates(plan, posts)
            self.whole = False
            program = program_of(self._gates, self._units[self._order])
            by = np.argsort(self._order)  # the choices in the order of the posts
            assert program.by is not None  # noqa: S101 - gates are its choices
            self.worth = replace(program, by=csr_array(program.by[:, by]))
            return
        self._near, self._people = crowds(plan, kind, [PostId.parse(post).site for post in posts])
        self.whole = all(many.is_integer() for many in self._people.tolist())
        size = len(self._people)
        share = eye_array(size, format="csr")
        self.worth = Program(
            price=self._people,
            rows=csr_array(vstack([share, share])),  # a crowd is there once, if any post is
            most=np.repeat([1.0, 0.0], size),
            by=csr_array(vstack([csr_array(self._near.shape), self._near])),
        )

    def of(self, held: set[int]) -> float:
        """Return how many people some posts cover, by their numbers."""
        is_held = np.isin(np.arange(len(self._units)), list(held))
        if self._gates is not None:
            lanes = np.where(is_held, self._units, 0)[self._order]
            return float(self._gates.flow().most(lanes, np.ones(1))[0])
        return round(math.fsum(self._people[self._near @ is_held.astype(np.float64) > 0]), 6)


def choose(
    groups: Sequence[tuple[tuple[Kind, ...], Members, int]],
    posts: Sequence[str],
    reach: Reach,
    slots: int,
    shift: Shift,
    *,
    teams: int,
    stop: Stop,
) -> tuple[set[str] | None, float]:
    """Return the posts to hold, None where none were found in time, and the bound of their people.

    Parameters
    ----------
    groups
        For each rest place the kinds of its posts, their positions, and the bound of all their
        teams.
    posts
        Their identifiers.
    reach
        Whom they cover.
    slots, shift
        Of the event; what a team may do.
    teams
        How many there are.
    stop
        When to stop.
    """
    number = {post: at for at, post in enumerate(posts)}
    choices = []
    for kinds, members, bound in groups:
        many: list[Mapping[int, int]] = []
        for of_kind in members:
            units: dict[int, int] = {}
            for post, _ in of_kind:
                units[number[post]] = units.get(number[post], 0) + 1
            many.append(units)
        choices.append(
            Choice(
                kinds=kinds,
                posts=tuple(tuple(sorted(units.items())) for units in many),
                most=most_by_one(slots, kinds, shift),
                all_posts=bound,
            )
        )
    chosen, no_more = best_held(
        slots, choices, shift, teams=teams, worth=reach.worth, whole=reach.whole, stop=stop
    )
    return None if chosen is None else {posts[at] for at in chosen}, no_more
