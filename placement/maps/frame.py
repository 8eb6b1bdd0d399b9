"""Where things stand on a page: in one place, though a plan lies at the antimeridian or a pole."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer

from placement.arrays import Floats
from placement.globe import beside, middle, transformer
from placement.plan.problem import Plan
from placement.plan.shapes import Shape
from placement.solution import Solution

if TYPE_CHECKING:
    from placement.cover.routes import AreaRoute


type Shapes = dict[str, dict[float, list[tuple[str, shapely.Geometry]]]]

#: Web Mercator, which the page draws in, ends at 85.05°.
MOST_LATITUDE = 85.0
_DEGREE_M = 111_319.490793  # at the equator, WGS 84


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Frame:
    """Where a page draws what lies at some longitude and latitude.

    Attributes
    ----------
    centre
        Longitude, degrees; all that is drawn lies within half a turn of it.
    polar
        From degrees to metres around the middle of what is drawn, where Web Mercator ends; None
        elsewhere. The page then draws them as if they lay at the equator, where Web Mercator is
        true to scale.
    """

    centre: float
    polar: Transformer | None = None

    def places(self, lonlat: Floats) -> Floats:
        """Return (N, 2) degrees to draw at."""
        if self.polar is None:
            return np.column_stack([beside(lonlat[:, 0], self.centre), lonlat[:, 1]])
        xy = self.polar.transform(lonlat[:, 0], lonlat[:, 1])
        return np.column_stack(xy) / _DEGREE_M

    def shape(self, geometry: shapely.Geometry) -> shapely.Geometry:
        """Return a geometry in degrees as it is drawn."""
        return shapely.transform(geometry, self.places)


def frame_of(lonlat: Floats) -> Frame:
    """Choose the frame of a page.

    Parameters
    ----------
    lonlat
        (N, 2) float64, degrees, of what the page is about.

    Returns
    -------
    Frame
    """
    if len(lonlat) == 0:
        return Frame(centre=0.0)
    lon, lat = lonlat.T
    centre = middle(lon)
    if np.abs(lat).max() <= MOST_LATITUDE:
        return Frame(centre=centre)
    # conformal, true to scale at its middle, and north is up there
    around = f"+proj=stere +lat_0={(lat.min() + lat.max()) / 2} +lon_0={centre} +datum=WGS84"
    return Frame(centre=centre, polar=transformer("EPSG:4326", around))


def plan_frame(plan: Plan) -> Frame:
    """Choose the frame of a plan's page, by its sites and people."""
    problem = plan.problem
    return frame_of(np.concatenate([problem.sites.lonlat, problem.demand.lonlat]))


def draw_plan(plan: Plan, frame: Frame) -> Plan:
    """Return a plan with longitudes and latitudes to draw at; nothing else is other."""
    sites, demand = plan.problem.sites, plan.problem.demand
    problem = replace(
        plan.problem,
        sites=replace(sites, lonlat=frame.places(sites.lonlat)),
        demand=replace(demand, lonlat=frame.places(demand.lonlat)),
    )

    to_degrees = transformer(plan.crs, "EPSG:4326")

    def drawn(shape: Shape) -> Shape:
        lonlat = shape.lonlat
        if frame.polar is not None:
            # around a pole a shape is whole in metres only
            lonlat = shapely.transform(
                shape.xy, lambda xy: np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1]))
            )
        return replace(shape, lonlat=frame.shape(lonlat))

    return replace(
        plan,
        problem=problem,
        route=tuple(drawn(shape) for shape in plan.route),
        water=tuple(drawn(shape) for shape in plan.water),
        areas=tuple(drawn(shape) for shape in plan.areas),
        barriers=tuple(drawn(shape) for shape in plan.barriers),
        ways=tuple(drawn(shape) for shape in plan.ways),
        background=tuple(drawn(shape) for shape in plan.background),
        closing=tuple(
            rule if rule.shape is None else replace(rule, shape=drawn(rule.shape))
            for rule in plan.closing
        ),
    )


def draw_solution(solution: Solution, frame: Frame) -> Solution:
    """Return a solution with longitudes and latitudes to draw at; nothing else is other."""
    posts = solution.posts_list
    at = frame.places(np.array([(post.lon, post.lat) for post in posts]).reshape(-1, 2))
    return replace(
        solution,
        posts_list=tuple(
            replace(post, lon=lon, lat=lat)
            for post, (lon, lat) in zip(posts, at.tolist(), strict=True)
        ),
    )


def draw_shapes(shapes: Shapes, frame: Frame) -> Shapes:
    """Return catchments in degrees as they are drawn."""
    return {
        resource: {
            limit_s: [(post, frame.shape(shape)) for post, shape in pairs]
            for limit_s, pairs in rings.items()
        }
        for resource, rings in shapes.items()
    }


def draw_routes(routes: "Iterable[AreaRoute]", frame: Frame) -> "list[AreaRoute]":
    """Return routes in degrees as they are drawn."""
    return [replace(each, line=frame.shape(each.line)) for each in routes]
