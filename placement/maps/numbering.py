"""The short number of every open post, ``C1`` to ``C43``, on sign, table, popup and paper."""

import string
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.arrays import Floats
from placement.plan.problem import Plan
from placement.solution import Solution


def numbers(plan: Plan, solution: Solution) -> dict[str, str]:
    """Return the numbers of the open posts, each resource by itself, along the route.

    They begin at the start of the route; without a route they are numbered from west to east. The
    same solution has the same numbers wherever it is shown.

    Parameters
    ----------
    plan, solution
        What was asked and what was chosen; every post is one of the plan's.

    Returns
    -------
    dict
        By post identifier: the letter of its resource and its number from 1.
    """
    sites = plan.problem.sites
    row = {site: at for at, site in enumerate(sites.id)}
    along = _along(plan, sites.xy)
    given = letters([resource.id for resource in plan.problem.resources])
    found: dict[str, str] = {}
    for resource in plan.problem.resources:
        mine = [post for post in solution.posts_list if post.resource == resource.id]
        mine.sort(key=lambda post: (float(along[row[post.site]]), post.site))
        for number, post in enumerate(mine, start=1):
            found[post.id] = f"{given[resource.id]}{number}"
    return found


def _along(plan: Plan, xy: Floats) -> NDArray[np.float64]:
    """Return how far along the route each place lies, in metres; its x where there is no route."""
    lines = [
        line
        for shape in plan.route
        for line in shapely.get_parts(shape.xy).tolist()
        if isinstance(line, shapely.LineString) and line.length > 0
    ]
    if not lines:
        return np.asarray(xy[:, 0], dtype=np.float64)
    points = shapely.points(xy)
    away = np.array([shapely.distance(line, points) for line in lines])
    before = np.concatenate([[0.0], np.cumsum([line.length for line in lines])])[:-1]
    nearest = away.argmin(axis=0)
    measured = np.array([shapely.line_locate_point(line, points) for line in lines])
    # centimetres, so that the last bits of a distance do not decide
    return np.asarray(
        np.round(before[nearest] + measured[nearest, np.arange(len(xy))], 2), dtype=np.float64
    )


def letters(resources: Sequence[str]) -> dict[str, str]:
    """Give each resource a capital letter: the first of its identifier that is free.

    Parameters
    ----------
    resources
        Identifiers, in order; they come before others in their choice of letter.

    Returns
    -------
    dict
        By identifier; two letters where the alphabet is used up.
    """
    found: dict[str, str] = {}
    pairs = [one + other for one in string.ascii_uppercase for other in string.ascii_uppercase]
    for name in resources:
        own = [letter for letter in name.upper() if letter in string.ascii_uppercase]
        taken = set(found.values())
        found[name] = next(
            one for one in (*own, *string.ascii_uppercase, *pairs) if one not in taken
        )
    return found
