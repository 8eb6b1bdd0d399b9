"""The map of a window as a drawing without texts: streets by class, water, areas, catchments."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from placement.arrays import Bools, Floats, Ints
from placement.cover.survey import Survey
from placement.maps import coding
from placement.maps.background import grounds, named_places
from placement.maps.labels import named_lines
from placement.maps.paper.brush import FINER_MM, Brush
from placement.maps.paper.palette import (
    Look,
    area_colour,
    colours,
    look,
    reach_opacity,
)
from placement.maps.paper.sheets import Window
from placement.maps.squares import draw_squares
from placement.maps.walks_panel import SLIVER_M2, smooth, without_slivers
from placement.plan.background import BUILDING
from placement.plan.problem import Plan
from placement.plan.shapes import Shape
from placement.solution import Solution
from placement.streets.rings import Ring

_STREETS = {  # millimetres wide, and of the casing around a bridge
    "path": (0.16, 0.0),
    "street": (0.24, 0.0),
    "main": (0.5, 0.0),
    "bridge": (0.7, 0.5),
}
_PATHS_UP_TO = 15_000  # scale beyond which footpaths are left out
_PX_MM = 0.28  # of a dash, from the page's pixels
SQUARE_OPACITY = 0.35  # as on the page
_LEAST_NAMED_M = 50.0  # on paper there is room for names of shorter streets


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ground:
    """All that is drawn below the signs, in metres of the plan's coordinate system.

    Attributes
    ----------
    water, route, closures
        Shapes as they are.
    barriers
        The lines across the ways in which one stands.
    areas
        Outline of each area and its tint.
    reach
        By position of a resource, the ground within its limit of any of its posts.
    reach_of
        By post, the ground within its limit.
    missing
        By position of a resource, the ground of people who are too far from its posts.
    squares
        Surfaces that people walk across.
    lines, group
        Edges of the street network and their class, a position in `coding.STREET_GROUPS`; without
        the ways across squares.
    names
        Named streets, see `placement.maps.labels.named_lines`.
    background, places
        Buildings and green by kind, see `placement.maps.background.grounds`, and the green and
        squares to name: name and shape.
    """

    water: tuple[Shape, ...]
    route: tuple[Shape, ...]
    closures: tuple[Shape, ...]
    barriers: tuple[Shape, ...]
    areas: tuple[tuple[Shape, str], ...]
    reach: Mapping[int, shapely.Geometry]
    reach_of: Mapping[str, shapely.Geometry]
    missing: Mapping[int, shapely.Geometry]
    lines: NDArray[np.object_]
    group: Ints
    squares: NDArray[np.object_]
    names: Sequence[tuple[str, int, shapely.LineString]] = ()
    background: Mapping[str, shapely.Geometry] = field(default_factory=dict)
    places: Sequence[tuple[str, shapely.Geometry]] = ()
    tree: shapely.STRtree = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tree", shapely.STRtree(self.lines))

    def within(self, window: Window) -> "Ground":
        """Return what of it a window shows at its scale; names stay as they are."""
        frame = shapely.box(*window.bounds)
        shapely.prepare(frame)

        def seen[T](shapes: Mapping[T, shapely.Geometry]) -> dict[T, shapely.Geometry]:
            return {key: shape for key, shape in shapes.items() if frame.intersects(shape)}

        def those(shapes: Iterable[Shape]) -> tuple[Shape, ...]:
            return tuple(shape for shape in shapes if frame.intersects(shape.xy))

        lines = np.sort(self.tree.query(frame, predicate="intersects"))
        if window.scale > _PATHS_UP_TO:
            lines = lines[self.group[lines] != coding.STREET_GROUPS.index("path")]
        return replace(
            self,
            water=those(self.water),
            route=those(self.route),
            closures=those(self.closures),
            barriers=those(self.barriers),
            areas=tuple(one for one in self.areas if frame.intersects(one[0].xy)),
            reach=seen(self.reach),
            reach_of=seen(self.reach_of),
            missing=seen(self.missing),
            lines=self.lines[lines],
            group=self.group[lines],
            squares=self.squares[shapely.intersects(frame, self.squares)],
            background=seen(self.background),
        )


def ground_of(
    plan: Plan,
    solution: Solution,
    survey: Survey,
    rings: Sequence[Ring],
    uncovered: Mapping[str, Bools],
    people: Sequence[float],
) -> Ground:
    """Gather what is drawn.

    Parameters
    ----------
    plan, solution
        What was asked and what was chosen.
    survey
        Walks of the plan, with the streets they follow.
    rings
        The ground within the walks of each post; those of a resource's limit are drawn.
    uncovered
        By resource identifier: (M,) bool, True where no open post of it covers the point.
    people
        People in each of the plan's areas.
    """
    limits = {kind.id: kind.walk_limit_s for kind in plan.problem.resources}
    position = {kind.id: at for at, kind in enumerate(plan.problem.resources)}
    reach_of = {
        ring.post: smooth(ring.shape)
        for ring in rings
        if abs(ring.limit_s - limits[ring.resource]) < 1e-6 and not ring.shape.is_empty
    }
    reach = {}
    for kind, at in position.items():
        mine = [
            reach_of[post.id]
            for post in solution.posts_list
            if post.resource == kind and post.id in reach_of
        ]
        if mine:
            reach[at] = without_slivers(shapely.union_all(mine), SLIVER_M2)
    barred = {post.site for post in solution.posts_list if post.resource in solution.barriers}
    most = max([1.0, *people])
    lines: NDArray[np.object_] = np.zeros(0, dtype=object)
    group: Ints = np.zeros(0, dtype=np.int64)
    surfaces: NDArray[np.object_] = np.zeros(0, dtype=object)
    names: list[tuple[str, int, shapely.LineString]] = []
    if survey.streets is not None:
        streets = survey.streets
        lines, group = streets.edge_lines(), coding.group_of_edges(streets)
        surfaces, hidden = draw_squares(streets)
        names = named_lines(streets, least_m=_LEAST_NAMED_M)
        if streets.crs != plan.crs:
            there = Transformer.from_crs(streets.crs, plan.crs, always_xy=True)

            def moved(xy: Floats) -> Floats:
                return np.column_stack(there.transform(xy[:, 0], xy[:, 1]))

            lines, surfaces = shapely.transform(lines, moved), shapely.transform(surfaces, moved)
            names = [(name, kind, shapely.transform(line, moved)) for name, kind, line in names]
        kept = ~streets.tunnel & ~hidden
        lines, group = lines[kept], group[kept]
    return Ground(
        water=plan.water,
        route=plan.route,
        closures=plan.closures,
        barriers=tuple(way for way in plan.ways if way.id in barred),
        areas=tuple(
            (shape, area_colour(math.sqrt(many / most)))
            for shape, many in zip(plan.areas, people, strict=True)
        ),
        reach=reach,
        reach_of=reach_of,
        missing={
            position[kind]: ground
            for kind, lost in uncovered.items()
            if not (ground := _missing_ground(plan, lost)).is_empty
        },
        lines=lines,
        group=group,
        squares=surfaces,
        names=names,
        background=grounds(plan),
        places=[(name, shape.xy) for name, shape, _ in named_places(plan)],
    )


def _missing_ground(plan: Plan, lost: Bools) -> shapely.Geometry:
    """Return the squares of the people that no post covers, those of areas as large as sampled.

    Of people in an area they end with the areas: nobody stands in the river beside a quay.
    """
    demand = plan.problem.demand
    mine = lost & (demand.people > 0)
    side_m = plan.settings.walking.sample_m if plan.areas else 10.0
    x, y = demand.xy[mine].T
    half = 0.54 * side_m
    squares = shapely.box(x - half, y - half, x + half, y + half)
    areas = shapely.union_all([area.xy for area in plan.areas])
    inside = shapely.contains_xy(areas, x, y)
    cut = shapely.intersection(shapely.union_all(squares[inside]), areas)
    return shapely.union_all([cut, *squares[~inside]])


def drawing(
    ground: Ground,
    window: Window,
    *,
    shown: Iterable[int],
    chosen: str | None = None,
    ways: Sequence[tuple[int, shapely.LineString]] = (),
    marked: Shape | None = None,
    grid: bool = True,
) -> str:
    """Draw a window.

    Parameters
    ----------
    ground
        What the window shows, see `Ground.within`.
    window
        Where, and how large.
    shown
        Positions of the resources whose catchments are drawn; the first is the main one, whose
        people not covered are.
    chosen
        A post whose catchment is drawn in place of those of its resource.
    ways
        Walks to draw over all, each with the position of its resource.
    marked
        An area whose outline stands out.
    grid
        Whether the squares of the search grid are drawn.

    Returns
    -------
    str
        The drawing, as large as the window.
    """
    brush = Brush(window)
    tint = colours()
    shown = list(shown)
    for kind, shape in ground.background.items():
        edge = tint["building_line"] if kind == BUILDING else "none"
        brush.area(shape, fill=tint[kind], stroke=edge, width=0.08)
    for shape in ground.water:
        brush.area(shape.xy, fill=tint["water"], stroke=tint["shore"], width=0.2)
    for shape, colour in ground.areas:
        brush.area(shape.xy, fill=colour, stroke=tint["area_line"], width=0.3)
    _reach(brush, ground, shown, chosen)
    _streets(brush, ground)
    if shown and shown[0] in ground.missing:
        brush.hatch(ground.missing[shown[0]], shown[0] % 4)
    _event(brush, ground)
    if marked is not None:
        brush.area(marked.xy, fill="none", stroke=tint["area_line"], width=1.0)
    for position, way in ways:
        brush.line([way], "#ffffff", 1.4, opacity=0.9)
        brush.line([way], look(position).shade, 0.7, dash=(1.6, 0.9))
    if grid:
        brush.grid()
    return brush.svg()


def _reach(brush: Brush, ground: Ground, shown: Sequence[int], chosen: str | None) -> None:
    """Draw what the posts of each resource reach, or what the chosen one does."""
    if chosen is not None:
        if chosen in ground.reach_of:
            _catchment(brush, ground.reach_of[chosen], look(shown[0]))
        return
    for position in reversed(shown):
        if position in ground.reach:
            _catchment(brush, ground.reach[position], look(position))


def _event(brush: Brush, ground: Ground) -> None:
    """Draw closures, barriers and the route, over the streets."""
    tint = colours()
    for shape in ground.closures:
        brush.line(
            [one for one in shapely.get_parts(shape.xy) if shapely.get_dimensions(one) == 1],
            tint["closure"],
            1.2,
        )
        brush.area(
            shape.xy,
            fill=tint["closure"],
            opacity=0.12,
            stroke=tint["closure"],
            width=0.5,
            dash=(0.9, 1.1),
        )
    for shape in ground.barriers:
        brush.line([shape.xy], tint["closure"], 1.2, cap="square")
    for shape in ground.route:
        brush.line([shape.xy], tint["casing"], 1.9, opacity=0.9)
        brush.line([shape.xy], tint["route"], 0.9)


def _catchment(brush: Brush, shape: shapely.Geometry, own: Look) -> None:
    brush.area(
        shape,
        fill=own.colour,
        opacity=reach_opacity(),
        stroke=own.colour,
        width=0.5,
        dash=tuple(one * _PX_MM for one in own.dash),
    )


def _streets(brush: Brush, ground: Ground) -> None:
    """Draw squares and streets of the window, the thinnest first."""
    if len(ground.squares):
        tone = colours()["path"]
        whole = shapely.union_all(ground.squares)
        brush.area(whole, fill=tone, opacity=SQUARE_OPACITY, stroke="none", width=0.0)
    tint = colours()
    lines = shapely.simplify(ground.lines, FINER_MM / brush.window.mm)
    grown = min(1.6, max(0.75, (10_000 / brush.window.scale) ** 0.35))
    for position, name in enumerate(coding.STREET_GROUPS):
        mine = lines[ground.group == position]
        width, casing = _STREETS[name]
        if casing:
            brush.line(mine, tint["casing"], (width + casing) * grown, cap="butt")
        brush.line(mine, tint[name], width * grown)
