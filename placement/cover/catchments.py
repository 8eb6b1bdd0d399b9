"""What a post reaches on foot, as an area to draw."""

from collections.abc import Iterable
from functools import partial
from typing import Protocol

import numpy as np
from pyproj import Transformer
from shapely import transform, union_all
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from placement import streets
from placement.cover.survey import survey
from placement.plan.problem import Plan, Walkers


class Posted(Protocol):
    """A resource opened at a site."""

    @property
    def site(self) -> str:
        """Identifier of the site."""

    @property
    def resource(self) -> str:
        """Identifier of the resource."""


def catchments(plan: Plan, posts: Iterable[Posted]) -> dict[str, list[tuple[str, BaseGeometry]]]:
    """Return the walking catchments of posts, from the times that decide who is covered.

    Parameters
    ----------
    plan
        The plan the posts are of.
    posts
        Posts of the plan.

    Returns
    -------
    dict
        By resource: pairs of the post's identifier and a polygon in degrees (WGS 84), in the order
        of the posts. The polygon is empty where a post lies too far from any street.
    """
    walks = survey(plan)
    problem = plan.problem
    position = {site: n for n, site in enumerate(problem.sites.id)}
    water = [shape.xy for shape in plan.water]
    to_degrees = Transformer.from_crs(plan.crs, "EPSG:4326", always_xy=True)
    found: dict[str, list[tuple[str, BaseGeometry]]] = {}
    posts = list(posts)
    for kind in problem.resources:
        mine = [post for post in posts if post.resource == kind.id]
        sites = np.array([position[post.site] for post in mine], dtype=np.int64)
        if walks.streets is not None and walks.sites is not None:
            rings = streets.catchments(
                walks.streets,
                walks.sites.take(sites),
                limits_s=[kind.walk_limit_s],
                outward=kind.walkers is Walkers.TEAM,
                water=water,
                level=problem.sites.level[sites],
            )
            areas = [ring[0] for ring in rings]
        else:
            walking = plan.settings.walking
            radius = kind.walk_limit_s * walking.speed_m_s / walking.detour_factor
            discs = [Point(problem.sites.xy[site]).buffer(radius) for site in sites]
            areas = [disc.difference(union_all(water)) for disc in discs]
        found[kind.id] = [
            (f"{post.site}/{post.resource}", transform(area, partial(_degrees, to_degrees)))
            for post, area in zip(mine, areas, strict=True)
        ]
    return found


def _degrees(to_degrees: Transformer, xy: np.ndarray) -> np.ndarray:
    return np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1]))
