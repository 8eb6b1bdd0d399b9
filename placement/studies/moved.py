"""Where people walk after a loss: by the nearest posts, and in rings by the shortest way in."""

import math

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.rings import ring_classes, routes_of_class
from placement.cover.survey import Survey
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.studies.losses import Moved

_PLACES = 6
_LAST_BITS_S = 1e-6  # what walks differ by that are added up in another order


def moved(
    plan: Plan, walks: Survey, walks_then: Survey, whole: Solution, then: Solution
) -> tuple[Moved, ...]:
    """Say where people walk whose nearest post is another one, by the posts before and after.

    In rings the posts are the gates of the shortest way in, ring by ring: whose way leads through
    other gates of two rings is told twice.

    Parameters
    ----------
    plan
        What was asked.
    walks, walks_then
        The walks before and after.
    whole, then
        The posts before and after.

    Returns
    -------
    tuple of Moved
        The largest groups first.
    """
    found: list[Moved] = []
    people = plan.problem.demand.people
    for kind in plan.problem.resources:
        before, before_s, names = _nearest(plan, walks, whole, kind.id)
        after, after_s, names_then = _nearest(plan, walks_then, then, kind.id)
        groups: dict[tuple[str, str | None], list[int]] = {}
        for point in np.flatnonzero((before[:, 0] >= 0) & (people > 0)).tolist():
            pairs = [
                (names[old], names_then[new] if new >= 0 else None)
                for old, new in zip(before[point].tolist(), after[point].tolist(), strict=True)
                if old >= 0
            ]
            others = [pair for pair in pairs if pair[0] != pair[1]]
            if not others and after_s[point] > before_s[point] + _LAST_BITS_S:
                others = pairs[:1]
            for pair in others:
                groups.setdefault(pair, []).append(point)
        for (old, new), points in groups.items():
            many = math.fsum(people[points])
            longer = math.fsum((people[points] * (after_s[points] - before_s[points])).tolist())
            found.append(
                Moved(
                    from_post=old,
                    to_post=new,
                    people=round(many, _PLACES),
                    longer_min=None if new is None else round(longer / many / 60, 1) + 0.0,
                )
            )
    return tuple(sorted(found, key=lambda one: (-one.people, one.from_post, one.to_post or "")))


def _nearest(
    plan: Plan, walks: Survey, solution: Solution, resource: str
) -> tuple[Ints, Floats, list[str]]:
    """Return each point's nearest open posts, (M, rings), and the whole walk there.

    A post is a position among the names, −1 where none is within the limit. Without rings there is
    one post a point.
    """
    row = {site: at for at, site in enumerate(plan.problem.sites.id)}
    posts = sorted(
        (post for post in solution.posts_list if post.resource == resource),
        key=lambda post: post.site,
    )
    names, sites = [post.id for post in posts], [row[post.site] for post in posts]
    laned = plan.problem.laned
    if plan.problem.rings is not None and resource == plan.problem.resources[laned or 0].id:
        return *_shortest_way_in(plan, walks, resource, sites), names
    table = walks.walk[resource][:, sites].tocoo()
    order = np.lexsort((table.col, table.data, table.row))[::-1]  # the nearest is written last
    nearest = np.full((table.shape[0], 1), -1, dtype=np.int64)
    seconds = np.full(table.shape[0], np.inf)
    nearest[table.row[order], 0] = table.col[order]
    seconds[table.row[order]] = table.data[order]
    return nearest, seconds, names


def _shortest_way_in(
    plan: Plan, walks: Survey, resource: str, sites: list[int]
) -> tuple[Ints, Floats]:
    """Return the open gates of each point's shortest way in, by position in `sites`, and its walk.

    Of ways as long, that with the lowest gates is taken.
    """
    problem, between = plan.problem, walks.between
    rings = problem.rings
    assert rings is not None  # noqa: S101 - for the type checker; the caller looked
    assert between is not None  # noqa: S101 - walked wherever there are rings
    classes = ring_classes(problem, rings)
    number = np.full(len(problem.sites), -1, dtype=np.int64)
    number[sites] = np.arange(len(sites))
    nearest = np.full((len(problem.demand), len(rings.passed)), -1, dtype=np.int64)
    seconds = np.full(len(problem.demand), np.inf)
    table = walks.walk[resource].tocsr()
    for at in range(len(classes.depth)):
        routes, inside = routes_of_class(problem, rings, classes, at, between, number >= 0)
        order = np.lexsort((*number[routes].T[::-1], inside))
        _, first = np.unique(routes[order, 0], return_index=True)
        best = order[first]  # the shortest way on from each outer gate
        mine = np.flatnonzero(classes.of == at)
        ways = table[mine][:, routes[best, 0]].tocoo()
        whole = ways.data + inside[best][ways.col]
        gates = number[routes[best]]
        gates[routes[best] < 0] = -1
        chosen = np.lexsort((*gates[ways.col].T[::-1], whole, ways.row))[::-1]
        nearest[mine[ways.row[chosen]]] = gates[ways.col[chosen]]  # the shortest is written last
        seconds[mine[ways.row[chosen]]] = whole[chosen]
    return nearest, seconds
