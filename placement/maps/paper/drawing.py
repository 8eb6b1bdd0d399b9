"""The map of a window as an SVG drawing without texts: streets by class, water, areas, catchments.

Coordinates are whole hundredths of a millimetre on paper, and so are all widths.
"""

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
from placement.maps.paper.palette import (
    Look,
    area_colour,
    colours,
    hatches,
    look,
    reach_opacity,
)
from placement.maps.paper.sheets import Window, squares
from placement.maps.squares import draw_squares
from placement.maps.walks_panel import SLIVER_M2, smooth, without_slivers
from placement.plan.background import BUILDING
from placement.plan.problem import Plan
from placement.plan.shapes import Shape
from placement.solution import Solution
from placement.streets.rings import Ring

STEPS = 100
"""Steps of the drawing in a millimetre."""

_FINER_MM = 0.04  # farthest a drawn line may run from the surveyed one
_STREETS = {  # millimetres wide, and of the casing around a bridge
    "path": (0.16, 0.0),
    "street": (0.24, 0.0),
    "main": (0.5, 0.0),
    "bridge": (0.7, 0.5),
}
_PATHS_UP_TO = 15_000  # scale beyond which footpaths are left out
_HATCH_MM = 1.5
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
    brush = _Brush(window)
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


def _reach(brush: "_Brush", ground: Ground, shown: Sequence[int], chosen: str | None) -> None:
    """Draw what the posts of each resource reach, or what the chosen one does."""
    if chosen is not None:
        if chosen in ground.reach_of:
            _catchment(brush, ground.reach_of[chosen], look(shown[0]))
        return
    for position in reversed(shown):
        if position in ground.reach:
            _catchment(brush, ground.reach[position], look(position))


def _event(brush: "_Brush", ground: Ground) -> None:
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


def _catchment(brush: "_Brush", shape: shapely.Geometry, own: Look) -> None:
    brush.area(
        shape,
        fill=own.colour,
        opacity=reach_opacity(),
        stroke=own.colour,
        width=0.5,
        dash=tuple(one * _PX_MM for one in own.dash),
    )


def _streets(brush: "_Brush", ground: Ground) -> None:
    """Draw squares and streets of the window, the thinnest first."""
    if len(ground.squares):
        tone = colours()["path"]
        whole = shapely.union_all(ground.squares)
        brush.area(whole, fill=tone, opacity=SQUARE_OPACITY, stroke="none", width=0.0)
    tint = colours()
    lines = shapely.simplify(ground.lines, _FINER_MM / brush.window.mm)
    grown = min(1.6, max(0.75, (10_000 / brush.window.scale) ** 0.35))
    for position, name in enumerate(coding.STREET_GROUPS):
        mine = lines[ground.group == position]
        width, casing = _STREETS[name]
        if casing:
            brush.line(mine, tint["casing"], (width + casing) * grown, cap="butt")
        brush.line(mine, tint[name], width * grown)


class _Brush:
    """Write shapes as paths, one element a call."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self._frame = shapely.box(*window.bounds)
        # what is cut off must not show its cut as an outline
        self._wide = shapely.buffer(self._frame, 5 / window.mm, join_style="mitre")
        self._parts: list[str] = []
        self._hatches: dict[int, str] = {}

    def area(
        self,
        shape: shapely.Geometry,
        *,
        fill: str,
        stroke: str,
        width: float,
        opacity: float = 1.0,
        dash: Sequence[float] = (),
    ) -> None:
        """Draw polygons; lines among them have an outline only."""
        path = self._rings(shape)
        if path:
            paint = f'fill="{fill}" fill-opacity="{opacity:g}" fill-rule="evenodd"'
            self._add(path, paint, stroke, width, dash)
        lines = [
            one for one in shapely.get_parts(shape) if one.geom_type in {"LineString", "LinearRing"}
        ]
        if lines:
            self.line(lines, stroke, width * 1.6, dash=dash)

    def line(
        self,
        shapes: "Sequence[shapely.Geometry] | NDArray[np.object_]",
        colour: str,
        width: float,
        *,
        opacity: float = 1.0,
        dash: Sequence[float] = (),
        cap: str = "round",
    ) -> None:
        """Draw lines, in one path."""
        path = self._lines(np.asarray(shapes, dtype=object))
        if path:
            paint = f'fill="none" stroke-linecap="{cap}" stroke-opacity="{opacity:g}"'
            self._add(path, paint, colour, width, dash)

    def hatch(self, shape: shapely.Geometry, kind: int) -> None:
        """Draw polygons under a hatch."""
        path = self._rings(shape)
        if not path:
            return
        tint = colours()
        side = round(_HATCH_MM * STEPS)
        self._hatches[kind] = (
            f'<pattern id="hatch{kind}" width="{side}" height="{side}" '
            'patternUnits="userSpaceOnUse">'
            f'<path d="{hatch_path(kind, side)}" fill="none" stroke="{tint["missing"]}" '
            f'stroke-width="{round(0.32 * STEPS)}"/></pattern>'
        )
        self._parts.append(
            f'<path d="{path}" fill="{tint["missing_ground"]}" fill-opacity="0.72" '
            f'stroke="{tint["missing"]}" stroke-width="{round(0.25 * STEPS)}"/>'
        )
        self._parts.append(f'<path d="{path}" fill="url(#hatch{kind})"/>')

    def grid(self) -> None:
        """Draw the squares of the search grid."""
        across, down = squares(self.window)
        width, height = (round(one * STEPS) for one in (self.window.width, self.window.height))
        path = "".join(f"M{round(width * i / across)} 0V{height}" for i in range(1, across))
        path += "".join(f"M0 {round(height * i / down)}H{width}" for i in range(1, down))
        self._parts.append(
            f'<path d="{path}" fill="none" stroke="#1b1f24" stroke-opacity="0.22" '
            f'stroke-width="{round(0.12 * STEPS)}"/>'
        )

    def svg(self) -> str:
        """Return the drawing."""
        width, height = self.window.width, self.window.height
        size = f"{round(width * STEPS)} {round(height * STEPS)}"
        paper = colours()["paper"]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm" '
            f'viewBox="0 0 {size}"><defs>{"".join(self._hatches.values())}</defs>'
            f'<rect width="100%" height="100%" fill="{paper}"/>{"".join(self._parts)}</svg>'
        )

    def _add(self, path: str, paint: str, stroke: str, width: float, dash: Sequence[float]) -> None:
        dashed = ""
        if dash:
            steps = " ".join(str(round(one * STEPS)) for one in dash)
            dashed = f' stroke-dasharray="{steps}"'
        self._parts.append(
            f'<path d="{path}" {paint} stroke="{stroke}" stroke-width="{round(width * STEPS)}" '
            f'stroke-linejoin="round"{dashed}/>'
        )

    def _steps(self, shapes: "NDArray[np.object_]") -> tuple[Ints, Ints]:
        """Return (n, 2) steps on paper, and which shape each is of."""
        xy, index = shapely.get_coordinates(shapes, return_index=True)
        return np.rint(self.window.places(xy) * STEPS).astype(np.int64), index

    def _rings(self, shape: shapely.Geometry) -> str:
        parts = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
        cut = shapely.intersection(np.asarray(parts, dtype=object), self._wide)
        cut = shapely.simplify(cut, _FINER_MM / self.window.mm)
        polygons = [one for one in shapely.get_parts(cut) if one.geom_type == "Polygon"]
        rings = np.asarray(
            [ring for one in polygons for ring in (one.exterior, *one.interiors)], dtype=object
        )
        return self._written(rings, "Z")

    def _lines(self, shapes: "NDArray[np.object_]") -> str:
        cut = shapely.intersection(shapes, self._wide)
        parts = [one for one in shapely.get_parts(cut) if one.geom_type == "LineString"]
        return self._written(np.asarray(parts, dtype=object), "")

    def _written(self, lines: "NDArray[np.object_]", end: str) -> str:
        if len(lines) == 0:
            return ""
        steps, index = self._steps(lines)
        if len(steps) == 0:
            return ""
        moved = np.ones(len(steps), dtype=np.bool_)
        moved[1:] = (index[1:] != index[:-1]) | np.any(steps[1:] != steps[:-1], axis=1)
        steps, index = steps[moved], index[moved]
        starts = np.flatnonzero(np.diff(index, prepend=-1))
        texts = [f"{x} {y}" for x, y in steps.tolist()]
        ends = [*starts[1:].tolist(), len(texts)]
        return "".join(
            f"M{'L'.join(texts[start:stop])}{end}"
            for start, stop in zip(starts.tolist(), ends, strict=True)
            if stop - start > 1
        )


def hatch_path(kind: int, side: float) -> str:
    """Return the lines of a hatch in a square."""
    part = side / 8
    return "".join(
        f"M{x * part:g} {y * part:g}L{to_x * part:g} {to_y * part:g}"
        for x, y, to_x, to_y in hatches()[kind]
    )
