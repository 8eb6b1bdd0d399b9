"""Which posts too few teams hold: those that leave the fewest people uncovered."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from placement.plan.post_id import PostId
from placement.plan.problem import Plan
from placement.solve.core.stopping import Stop
from placement.solve.mip.relief_model import Choice, Kind, Shift, best_held
from placement.studies.crews import crowds
from placement.studies.roster.one_team import most_by_one

type Members = list[list[tuple[str, int]]]
"""By kind of post, its positions: post and number from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Whom the posts that are held cover, where there are too few teams for all.

    Attributes
    ----------
    people, promised
        People within reach of a post that is held, and of any post of the solution.
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
    """Who is within reach of which posts of a resource."""

    def __init__(self, plan: Plan, posts: Sequence[str]) -> None:
        sites = [PostId.parse(post).site for post in posts]
        reach, people = crowds(plan, PostId.parse(posts[0]).resource, sites)
        ends, near = reach.indptr.tolist(), reach.indices.tolist()
        self.crowds = [
            (near[begin:end], many)
            for begin, end, many in zip(ends, ends[1:], people.tolist(), strict=False)
        ]

    def of(self, held: set[int]) -> float:
        """Return the people whom some posts cover, by their numbers."""
        found = math.fsum(many for near, many in self.crowds if held.intersection(near))
        return round(found, 6)


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
        Who is within reach of them.
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
    chosen, no_more = best_held(slots, choices, shift, teams=teams, crowds=reach.crowds, stop=stop)
    return None if chosen is None else {posts[at] for at in chosen}, no_more
