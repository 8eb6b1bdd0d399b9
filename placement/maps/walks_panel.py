"""What the page says of walks: how long and which way areas walk, rings, the day, lost points."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.cover.area_walks import STEP_FREE
from placement.globe import transformer
from placement.maps import coding
from placement.maps.frame import Shapes
from placement.plan.clock import clock_of
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.streets.rings import Ring, overlaps

if TYPE_CHECKING:
    from placement.cover.routes import AreaRoute

RING_MIN = (3.0, 5.0, 8.0)
"""Walks that rings are drawn for, minutes, as far as they are shorter than a resource's limit."""

SLIVER_M2 = 4_000.0
"""Parts and holes of a catchment smaller than this are left out of the drawing, and of it alone."""

_ROUND_M = 14.0
"""Half the width, metres, of a spur or a gap that is rounded off in the drawing."""

_DEGREE_M = 111_319.5  # along a meridian, near enough to tell a sliver

_MOST_OVER = 4
"""Posts within the same reach that are told apart; more look like these."""

_GRID_DEG = 1e-8
"""About a millimetre: outlines of reach meet on it, finer than they are drawn."""


def times(plan: Plan) -> list[float]:
    """Return the walks, in minutes, to draw rings for: `RING_MIN` and every resource's limit."""
    limits = {kind.walk_limit_s / 60 for kind in plan.problem.resources}
    return sorted(limits | {each for each in RING_MIN if each < max(limits)})


def in_degrees(plan: Plan, rings: Sequence[Ring]) -> Shapes:
    """Return rings by resource and walk (seconds), each with its post, in degrees, to be drawn.

    Outlines are smooth (see `smooth`); no figure is counted on them. Each resource has its limit
    last, and before it those of `RING_MIN` that are shorter.
    """
    to_degrees = transformer(plan.crs, "EPSG:4326")

    def degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1]))

    found: Shapes = {}
    for kind in plan.problem.resources:
        shown = [60 * each for each in RING_MIN if 60 * each < kind.walk_limit_s]
        mine = [ring for ring in rings if ring.resource == kind.id]
        found[kind.id] = {
            limit_s: [
                (ring.post, shapely.transform(smooth(ring.shape), degrees))
                for ring in mine
                if abs(ring.limit_s - limit_s) < 1e-6
            ]
            for limit_s in [*shown, kind.walk_limit_s]
        }
    return found


def smooth(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the ground within a walk as it is drawn: round, without slivers and pinholes.

    Parameters
    ----------
    shape
        Polygons in metres.

    Returns
    -------
    shapely.Geometry
        Polygons; what is small as a whole stays as it is.
    """
    closed = shapely.buffer(shape, _ROUND_M, quad_segs=4)
    opened = shapely.buffer(closed, -2 * _ROUND_M, quad_segs=4)
    rounded = shapely.buffer(opened, _ROUND_M, quad_segs=4)
    return shape if rounded.is_empty else without_slivers(rounded, SLIVER_M2)


def without_slivers(shape: shapely.Geometry, least: float) -> shapely.Geometry:
    """Return polygons without the parts and holes that are smaller than an area.

    What has no larger part stays as it is. `least` is in the square of the coordinates' unit.
    """
    kept = [solid(part, least) for part in shapely.get_parts(shape) if part.area >= least]
    return shapely.union_all(kept) if kept else shape


def solid(part: shapely.Polygon, least: float) -> shapely.Polygon:
    """Return a polygon without the holes that are smaller than an area."""
    holes = [hole for hole in part.interiors if shapely.Polygon(hole).area >= least]
    return shapely.Polygon(part.exterior, holes)


def ringed(plan: Plan, shapes: Shapes) -> list[dict[str, Any]]:
    """Describe, by resource, what is reached sooner than the limit, and by several posts.

    Parameters
    ----------
    plan
        What was asked.
    shapes
        As `in_degrees` returns them.

    Returns
    -------
    list of dict
        For each resource ``sooner``, pairs of seconds and polygons, the longest first, and
        ``over``, the polygons that at least 2, 3, … posts reach within the limit.
    """
    described = []
    for kind in plan.problem.resources:
        mine = shapes.get(kind.id, {})
        *sooner, last = list(mine.items()) or [(0.0, [])]
        simple = [coding.simpler(shape) for _, shape in last[1] if not shape.is_empty]
        over = overlaps(simple, step=_GRID_DEG)[1:_MOST_OVER]
        described.append(
            {
                "sooner": [[limit_s, together(pairs)] for limit_s, pairs in reversed(sooner)],
                "over": [coding.polygons(one) for one in over],
            }
        )
    return described


def together(pairs: Sequence[tuple[str, shapely.Geometry]]) -> list[list[list[int]]]:
    """Write the ground that is within reach of at least one post."""
    present = [shape for _, shape in pairs if not shape.is_empty]
    if not present:
        return []
    every = shapely.union_all(present)
    middle = math.radians((every.bounds[1] + every.bounds[3]) / 2)
    least_deg2 = SLIVER_M2 / (_DEGREE_M**2 * math.cos(middle))
    return coding.polygons(coding.simpler(without_slivers(every, least_deg2)))


def own_rings(shapes: Shapes) -> dict[str, list[list[Any]]]:
    """Return, by post, pairs of seconds and polygons of what it reaches sooner than the limit."""
    found: dict[str, list[list[Any]]] = {}
    for mine in shapes.values():
        for limit_s in sorted(mine)[:-1]:
            for post, shape in mine[limit_s]:
                drawn = coding.polygons(coding.simpler(shape, tolerance_deg=5e-5))
                found.setdefault(post, []).append([limit_s, drawn])
    return found


def walked(plan: Plan, solution: Solution, routes: "Sequence[AreaRoute]") -> dict[str, Any]:
    """Describe how long people walk, which way, and on what ground.

    Parameters
    ----------
    plan, solution
        What was asked and what was chosen.
    routes
        The walk of each area to the post that serves it.

    Returns
    -------
    dict
        ``areas``, by resource a row an area; ``day``, what is covered while closures begin and
        end; ``closing``, the closures in words; ``unsnapped``, the points without a street.
    """
    by_area = {(one.resource, one.area): one for one in routes}
    drawn = {shape.id: at for at, shape in enumerate(plan.areas)}
    return {
        "areas": [
            [
                {
                    "area": drawn.get(name.removesuffix(STEP_FREE)),
                    "name": name.removesuffix(STEP_FREE),
                    "step_free": name.endswith(STEP_FREE),
                    "people": walks.people,
                    "within": walks.within,
                    "walks": [walks.median_s, walks.p95_s, walks.longest_s],
                    "way": _way(by_area.get((kind.id, name))),
                }
                for name, walks in sorted(solution.areas.get(kind.id, {}).items())
            ]
            for kind in plan.problem.resources
        ],
        "day": [
            {
                "begins": period.begins,
                "ends": period.ends,
                "closed": list(period.closed),
                "covered": [period.covered.get(kind.id) for kind in plan.problem.resources],
            }
            for period in solution.periods
        ],
        "at": solution.at,
        "closing": _closing(plan),
        "unsnapped": _unsnapped(plan, solution),
    }


def _way(route: "AreaRoute | None") -> dict[str, Any] | None:
    if route is None:
        return None
    return {
        "post": route.post,
        "walk_s": round(route.walk_s, 1),
        "names": list(route.names),
        "line": coding.deltas(shapely.get_coordinates(route.line)),
    }


def _closing(plan: Plan) -> list[dict[str, Any]]:
    """Describe the closures in words; shapes are drawn by their own."""
    return [
        {
            "id": rule.id,
            "name": rule.id if rule.shape is None else rule.shape.name,
            "street": rule.street,
            "oneway": rule.oneway,
            "hours": None if rule.hours is None else [clock_of(one) for one in rule.hours],
        }
        for rule in sorted(plan.closing, key=lambda rule: rule.id)
    ]


def _unsnapped(plan: Plan, solution: Solution) -> dict[str, Any] | None:
    """Say where the points are that no street is near."""
    lost = solution.unsnapped
    if lost is None:
        return None
    problem = plan.problem
    sites = dict(zip(problem.sites.id, problem.sites.lonlat.tolist(), strict=True))
    points = dict(zip(problem.demand.id, problem.demand.lonlat.tolist(), strict=True))
    names = dict(zip(problem.sites.id, problem.sites.name, strict=True))
    known = [one for one in lost.sites if one in sites]
    places = [sites[one] for one in known]
    places += [points[one] for one in lost.demand if one in points]
    one_each = np.ones(len(places))
    return {
        "people": lost.people,
        "sites": [{"site": one, "name": names[one]} for one in known],
        "points": len(lost.demand),
        "dots": coding.dots(
            np.reshape(places, (-1, 2)).astype(np.float64), one_each, one_each.astype(np.int64)
        ),
    }
