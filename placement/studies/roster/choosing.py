"""Which posts too few teams hold: those that leave the fewest people uncovered."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from placement.cover.rings import ways_in
from placement.cover.survey import survey
from placement.plan.post_id import PostId
from placement.plan.problem import Plan, Rings
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
        People within reach of a post that is held, and of any post of the solution; in rings,
        those who get all the way in by such gates.
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
    """Who is within reach of which posts of a resource; in rings, who gets all the way in by which.

    Attributes
    ----------
    crowds
        Ways to be covered, each as the numbers of the posts that it takes, and how many people.
    """

    def __init__(self, plan: Plan, posts: Sequence[str]) -> None:
        sites = [PostId.parse(post).site for post in posts]
        kind, problem = PostId.parse(posts[0]).resource, plan.problem
        self.crowds: list[tuple[list[tuple[int, ...]], float]]
        if problem.rings is not None and problem.laned == problem.resource_index(kind):
            self.crowds = _through_rings(plan, problem.rings, kind, sites)
            return
        reach, people = crowds(plan, kind, sites)
        ends, near = reach.indptr.tolist(), reach.indices.tolist()
        self.crowds = [
            ([(post,) for post in near[begin:end]], many)
            for begin, end, many in zip(ends, ends[1:], people.tolist(), strict=False)
        ]

    def of(self, held: set[int]) -> float:
        """Return the people whom some posts cover, by their numbers."""
        covered = (many for ways, many in self.crowds if any(map(held.issuperset, ways)))
        return round(math.fsum(covered), 6)


def _through_rings(
    plan: Plan, rings: Rings, resource: str, sites: Sequence[str]
) -> list[tuple[list[tuple[int, ...]], float]]:
    """Return the ways in of each crowd, as numbers of gates, and how many people it has."""
    problem, walks = plan.problem, survey(plan)
    assert walks.between is not None  # noqa: S101 - walked wherever there are rings
    number = {problem.sites.id.index(site): at for at, site in enumerate(sites)}
    is_open = np.isin(np.arange(len(problem.sites)), list(number))
    ways, of = ways_in(problem, rings, walks.walk[resource].tocsr(), walks.between, is_open)
    there = of >= 0
    people = np.bincount(of[there], problem.demand.people[there], len(ways))
    return [
        ([tuple(number[site] for site in way) for way in mine], many)
        for mine, many in zip(ways, people.tolist(), strict=True)
    ]


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
