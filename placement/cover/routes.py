"""Which way people walk: from the middle of each area to the post that serves it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from placement.arrays import Floats, Ints
from placement.cover.areas import areas, centre
from placement.cover.catchments import Posted
from placement.cover.ground import Surface
from placement.cover.survey import Survey, survey
from placement.errors import UsageError
from placement.globe import transformer
from placement.plan.post_id import PostId
from placement.plan.problem import Plan, Resource, Walkers
from placement.plan.settings import nearest
from placement.streets.routes import route

_PLACES = 6  # decimals of a degree, about a decimetre


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRoute:
    """The walk between an area and the post that serves it.

    Attributes
    ----------
    area
        Name of the area, as in `placement.cover.areas.Areas`.
    resource
        Identifier of the resource.
    post
        Identifier of the post, ``"<site>/<resource>"``.
    point
        The demand point of the area it leads from, or to: of those the post serves, the nearest to
        the middle of the area's people.
    step_free
        Whether it keeps off steps.
    walk_s
        Seconds, the ways to and from the street included.
    names
        Streets walked along, in order; empty for a straight line.
    line
        In degrees, WGS 84, in the direction walked, from the point to the post; from the post to
        the point where a team walks out.
    """

    area: str
    resource: str
    post: str
    point: str
    step_free: bool
    walk_s: float
    names: tuple[str, ...]
    line: shapely.LineString


def routes(plan: Plan, posts: Iterable[Posted], *, post: str | None = None) -> list[AreaRoute]:
    """Return the walk of each area to the nearest open post of each resource.

    Parameters
    ----------
    plan
        The plan the posts are of.
    posts
        Posts of the plan.
    post
        Only walks to (or from) this one, ``"<site>/<resource>"``.

    Returns
    -------
    list of AreaRoute
        By resource, then area. An area without anybody within the limit has none; with `post`, one
        of which nobody has it for the nearest.

    Raises
    ------
    UsageError
        If `post` is none of the posts.
    """
    if plan.walk_s is not None:
        raise UsageError(
            "walking times were given as a table, which draws no ways: give the streets."
        )
    posts = list(posts)
    names = [str(PostId(each.site, each.resource)) for each in posts]
    if post is not None and post not in names:
        meant = nearest(post, names)
        hint = f"did you mean {meant!r}?" if meant else f"open are {', '.join(sorted(names))}."
        raise UsageError(f"the solution has no post {post!r}; {hint}")
    walks = survey(plan)
    where = {site: n for n, site in enumerate(plan.problem.sites.id)}
    to_degrees = transformer(plan.crs, "EPSG:4326")
    found = areas(plan)
    groups = found.points()
    result = []
    for kind in plan.problem.resources:
        mine = sorted((each for each in posts if each.resource == kind.id), key=lambda p: p.site)
        sites = np.array([where[each.site] for each in mine], dtype=np.int64)
        serving, walk_s = _nearest(walks.walk[kind.id], sites)
        wanted = serving >= 0
        if post is not None:
            wanted &= serving == next(
                (at for at, each in enumerate(mine) if str(PostId(each.site, kind.id)) == post), -2
            )
        for area, name in enumerate(found.names):
            point = _from(plan, groups[area], wanted)
            if point is None:
                continue
            site = int(sites[serving[point]])
            slow = bool(found.step_free[area]) and kind.walkers is Walkers.PEOPLE
            line, streets = _in_its_period(plan, walks, kind, site, point, slow=slow)
            degrees = np.round(np.column_stack(to_degrees.transform(*line.T)), _PLACES)
            new = np.concatenate([[True], (np.diff(degrees, axis=0) != 0).any(axis=1)])
            degrees = degrees[new] if new.sum() > 1 else degrees[[0, 0]]
            result.append(
                AreaRoute(
                    area=name,
                    resource=kind.id,
                    post=str(PostId(plan.problem.sites.id[site], kind.id)),
                    point=plan.problem.demand.id[point],
                    step_free=slow,
                    walk_s=float(walk_s[point]),
                    names=streets,
                    line=shapely.LineString(degrees),
                )
            )
    return result


def _nearest(table: csr_array, sites: Ints) -> tuple[Ints, Floats]:
    """Return for each demand point the nearest of some sites, the first among equals, or −1."""
    columns = table[:, sites].tocsc()
    serving = np.full(table.shape[0], -1, dtype=np.int64)
    walk_s = np.full(table.shape[0], np.inf)
    for at in range(len(sites)):
        span = slice(columns.indptr[at], columns.indptr[at + 1])
        points, seconds = columns.indices[span], columns.data[span]
        nearer = seconds < walk_s[points]
        serving[points[nearer]] = at
        walk_s[points[nearer]] = seconds[nearer]
    return serving, walk_s


def _from(plan: Plan, points: Ints, wanted: NDArray[np.bool_]) -> int | None:
    """Return the wanted point of an area that is nearest to its middle."""
    demand = plan.problem.demand
    mine = points[wanted[points] & (demand.people[points] > 0)]
    if len(mine) == 0:
        return None
    middle = demand.xy[centre(plan, points)]
    distance = np.hypot(*(demand.xy[mine] - middle).T)
    return int(mine[np.argmin(np.round(distance, 3))])


def _in_its_period(
    plan: Plan, walks: Survey, kind: Resource, site: int, point: int, *, slow: bool
) -> tuple[Floats, tuple[str, ...]]:
    """Return the way as `_walk` does, on the ground of the period that the people are there in."""
    if not plan.periods:
        return _walk(plan, walks, kind, site, point, slow=slow)
    period = plan.periods[int(plan.problem.demand.period[point])]
    kinds = period.plan.problem.resources
    turned = kinds[period.plan.problem.resource_index(kind.id)]
    here = int(np.searchsorted(period.points, point))
    return _walk(period.plan, survey(period.plan), turned, site, here, slow=slow)


def _walk(
    plan: Plan, walks: Survey, kind: Resource, site: int, point: int, *, slow: bool
) -> tuple[Floats, tuple[str, ...]]:
    """Return the way between a site and a point, in metres, and the streets along it."""
    ends = np.array([plan.problem.demand.xy[point], plan.problem.sites.xy[site]])
    outward = kind.outward
    if outward:
        ends = ends[::-1]
    if walks.streets is None or walks.sites is None or walks.demand is None:
        return ends, ()
    surface: Surface | None = walks.step_free if slow else None
    streets = walks.streets if surface is None else surface.streets
    start = (walks.demand if surface is None else surface.demand).take([point])
    end = (walks.sites if surface is None else surface.sites).take([site])
    if outward:
        start, end = end, start
    known = surface or walks.plain
    if known is not None:
        straight = known.straight[[site], :][:, [point]]
        # what is stored is a walk, of no time at all too
        by_street = route(streets, start, end)
        if straight.nnz and (by_street is None or straight.data[0] <= by_street.walk_s):
            return ends, ()
    way = route(streets, start, end)
    assert way is not None  # noqa: S101 - there is a walk, or nobody would be served
    xy = np.concatenate([ends[:1], shapely.get_coordinates(way.line), ends[1:]])
    return xy, way.names
