"""What a post reaches on foot, as an area to draw."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
from shapely import union_all
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from placement import streets
from placement.cover.ground import barriers, water
from placement.cover.survey import in_period, survey
from placement.errors import UsageError
from placement.plan.post_id import PostId
from placement.plan.problem import Plan, Resource
from placement.streets.rings import Ring

_DAY_MIN = 24 * 60


class Posted(Protocol):
    """A resource opened at a site."""

    @property
    def site(self) -> str:
        """Identifier of the site."""

    @property
    def resource(self) -> str:
        """Identifier of the resource."""


def rings(plan: Plan, posts: Iterable[Posted], *, minutes: Sequence[float]) -> list[Ring]:
    """Return the ground within each of several walks of each post.

    Parameters
    ----------
    plan
        The plan the posts are of.
    posts
        Posts of the plan; each starts from its own level.
    minutes
        The walks, minutes.

    Returns
    -------
    list of Ring
        By period of the day, resource, post and walk, in metres; empty where a post lies too far
        from any street.

    Raises
    ------
    UsageError
        If there is no walk, one is given twice, or one is not above 0 and at most a day.
    """
    if plan.walk_s is not None:
        raise UsageError(
            "walking times were given as a table, which draws no catchments: give the streets."
        )
    if not minutes or len(set(minutes)) < len(minutes):
        raise UsageError("give one or more walks in minutes, each once, as in 3,5,8.")
    if not all(0 < each <= _DAY_MIN for each in minutes):
        raise UsageError(f"a walk takes more than 0 and at most {_DAY_MIN} minutes.")
    limits_s, posts = [60.0 * each for each in sorted(minutes)], list(posts)
    parts: list[tuple[str | None, Plan]] = [
        (one.name, in_period(plan, number)) for number, one in enumerate(plan.periods)
    ]
    return [
        Ring(
            post=str(PostId(post.site, kind.id)),
            resource=kind.id,
            limit_s=limit_s,
            shape=shape,
            period=name,
        )
        for number, (name, here) in enumerate(parts or [(None, plan)])
        for kind, mine, grounds in _by_resource(here, posts, limits_s)
        if name is None or kind.periods is None or number in kind.periods
        for post, shapes in zip(mine, grounds, strict=True)
        for limit_s, shape in zip(limits_s, shapes, strict=True)
    ]


def _by_resource(
    plan: Plan, posts: Iterable[Posted], limits_s: Sequence[float]
) -> Iterator[tuple[Resource, list[Posted], list[list[BaseGeometry]]]]:
    """Draw the posts of each resource at once."""
    walks = survey(plan)
    problem = plan.problem
    position = {site: n for n, site in enumerate(problem.sites.id)}
    walking = plan.settings.walking
    posts = list(posts)
    for kind in problem.resources:
        mine = [post for post in posts if post.resource == kind.id]
        sites = np.array([position[post.site] for post in mine], dtype=np.int64)
        if walks.streets is not None and walks.sites is not None:
            grounds = streets.catchments(
                walks.streets,
                walks.sites.take(sites),
                limits_s=limits_s,
                outward=kind.outward,
                water=water(plan),
                barriers=barriers(plan),
                level=problem.sites.level[sites],
                max_m=walking.snap_m,
            )
        else:
            wet = union_all([shape.xy for shape in plan.water])
            pace = walking.speed_m_s / walking.detour_factor
            grounds = [
                [Point(xy).buffer(limit * pace).difference(wet) for limit in limits_s]
                for xy in problem.sites.xy[sites]
            ]
        yield kind, mine, grounds
