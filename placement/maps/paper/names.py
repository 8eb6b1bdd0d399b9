"""What is named on a printed map, the most important first, and where each name may stand."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from placement.arrays import Floats
from placement.maps.labels import middle_line
from placement.maps.paper.drawing import Ground
from placement.maps.paper.letters import can_be_spaced
from placement.maps.paper.sheets import Window
from placement.maps.paper.signs import SIGN_MM

SIZES_PT = {
    "area": 7.5,
    "missing": 7.5,
    "water": 9.5,
    "bridge": 6.5,
    "main": 6.8,
    "street": 6.2,
    "station": 6.5,
    "place": 6.2,
    "gate": 6.8,
}
"""Size of each style of label."""

DOT_MM = 1.4
"""How wide the circle of a station is."""

PT_MM = 25.4 / 72
"""A point in millimetres."""

_CLEAR_MM = 1.0  # from a sign to its name: what cells of this size and a margin take at most
_LINE = 1.12  # of a line's height, in sizes of its letters
_MOST_NAMES = 900
_LEAST_WATER_MM2 = 100.0
_LEAST_PLACE_MM = 12.0
_LONG_MM = 40.0
_MOST_LETTERS = 36  # of a line beside a sign
_LINE_STYLES = ("street", "street", "main", "bridge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name to be placed.

    Attributes
    ----------
    lines
        (style, text) of each line, from above.
    around
        Places to try, millimetres on the map, with the side of the text that is held there:
        -1 its left, 0 its middle, 1 its right.
    line
        What it runs along, (n, 2) millimetres, in place of `around`.
    spread
        Whether its letters are spaced along the line.
    overhang
        Whether it may run beyond the ends of the line.
    shape, water
        The area that it names, and the water that may not lie between them; millimetres.
    """

    lines: tuple[tuple[str, str], ...]
    around: tuple[tuple[float, float, int], ...] = ()
    line: Floats | None = field(default=None, compare=False)
    spread: bool = False
    overhang: bool = False
    shape: shapely.Geometry | None = None
    water: "Water | None" = None


@dataclass(frozen=True, slots=True)
class Water:
    """The shores on a map, and the middle lines of the waters that have a name; millimetres."""

    shores: shapely.Geometry
    middles: shapely.Geometry

    def parts(self, corners: Floats, shape: shapely.Geometry) -> bool:
        """Say whether a corner of a box, (N, 2), is beyond the water, seen from a shape.

        The way there meets the middle of a water, or leads into one and out of it again.
        """
        ways = shapely.shortest_line(shapely.points(corners), shape)
        met = shapely.intersection(ways, self.shores)
        twice = np.where(shapely.is_empty(met), 0, shapely.get_num_geometries(met)) > 1
        return bool((shapely.intersects(ways, self.middles) | twice).any())


def names_of(
    ground: Ground,
    window: Window,
    *,
    areas: Mapping[str, Sequence[tuple[str, str]]],
    stations: Iterable[tuple[str, float, float]],
    gates: Iterable[tuple[str, float, float]],
) -> list[Name]:
    """Gather the names of a window, the most important first.

    Parameters
    ----------
    ground
        What is drawn.
    window
        The map.
    areas
        Lines of each area's label, by its identifier.
    stations
        Name, and where its circle stands, millimetres.
    gates
        Name, and where its sign stands on the map, millimetres.
    """
    waters = _water(ground, window)
    found = [*waters, *_areas(ground, window, areas, waters)]
    for text, x, y in gates:
        lines = _lines("gate", text)
        found.append(Name(lines=lines, around=_beside(x, y, SIGN_MM / 2 + _CLEAR_MM, lines)))
    for text, x, y in stations:
        lines = (("station", text),)
        around = _beside(x, y, DOT_MM / 2 + _CLEAR_MM, lines)
        found.append(Name(lines=lines, around=around))
    return [*found, *_places(ground, window), *_streets(ground, window)]


def _beside(
    x: float, y: float, off: float, lines: Sequence[tuple[str, str]]
) -> tuple[tuple[float, float, int], ...]:
    """Return where lines may stand around what they name: at its sides, then at its corners.

    Parameters
    ----------
    x, y
        Its middle, millimetres.
    off
        From there to the edge of the lines.
    lines
        Style and text of each.
    """
    half = height_of(lines) / 2
    rise = off + half
    sides = ((x + off, y, -1), (x - off, y, 1), (x, y - rise, 0), (x, y + rise, 0))
    shifted = tuple((x - side * off, y + up, side) for up in (-half, half) for side in (-1, 1))
    corners = tuple((x - side * off / 2, y + up, side) for up in (-rise, rise) for side in (-1, 1))
    return (*sides, *shifted, *corners)


def height_of(lines: Iterable[tuple[str, str]]) -> float:
    """Return the height of lines one below another, millimetres."""
    return sum(SIZES_PT[style] * PT_MM * _LINE for style, _ in lines)


def _lines(style: str, text: str) -> tuple[tuple[str, str], ...]:
    return tuple((style, short(line, _MOST_LETTERS)) for line in broken(text, 2))


def short(text: str, most: int) -> str:
    """Return a text as far as paper has room for it."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def broken(text: str, most: int) -> list[str]:
    """Break a text into at most so many lines of about equal length, none begun with a dash."""
    words = re.split(r"\s+(?![-–—]\s)", text.strip())
    lines = min(most, max(1, math.ceil(len(text) / 20)))
    aim = len(text) / lines
    found = [""]
    for word in words:
        if found[-1] and len(found[-1]) + len(word) / 2 > aim and len(found) < lines:
            found.append(word)
        else:
            found[-1] = f"{found[-1]} {word}".strip()
    return found


def _water(ground: Ground, window: Window) -> list[Name]:
    """Name each water along the middle of what of it is seen."""
    frame = shapely.box(*window.bounds)
    found = []
    for shape in ground.water:
        parts = [
            one
            for one in shapely.get_parts(shapely.intersection(shape.xy, frame))
            if one.geom_type == "Polygon" and one.area * window.mm**2 > _LEAST_WATER_MM2
        ]
        if not shape.name or not parts:
            continue
        line = middle_line(max(parts, key=lambda one: one.area))
        if line is not None:
            places = window.places(line)
            found.append(
                Name(lines=(("water", shape.name),), line=places, spread=can_be_spaced(shape.name))
            )
    return found


def _areas(
    ground: Ground,
    window: Window,
    areas: Mapping[str, Sequence[tuple[str, str]]],
    waters: Iterable[Name],
) -> list[Name]:
    frame = shapely.box(*window.bounds)
    shores = [shapely.boundary(shapely.intersection(shape.xy, frame)) for shape in ground.water]
    water = Water(
        shapely.transform(shapely.union_all(shores), window.places),
        shapely.union_all([shapely.LineString(one.line) for one in waters]),
    )
    found = []
    for shape, _ in ground.areas:
        lines = tuple(areas.get(shape.id, ()))
        seen = shapely.intersection(shape.xy, frame)
        if not lines or seen.is_empty:
            continue
        places = window.places(shapely.get_coordinates(seen))
        (west, top), (east, bottom) = places.min(axis=0).tolist(), places.max(axis=0).tolist()
        inside = window.places(shapely.get_coordinates(shapely.point_on_surface(seen)))
        x, y = inside[0].tolist()
        half = 0.6 * len(lines) * SIZES_PT["area"] * PT_MM + 1.0
        outline = shapely.boundary(seen)
        edge = shapely.line_interpolate_point(outline, np.linspace(0, 1, 17), normalized=True)
        beside = window.places(shapely.get_coordinates(edge)).tolist()
        beside.sort(key=lambda one: (round(math.hypot(one[0] - x, one[1] - y), 2), one))
        around = [(x, y, 0), (x, top - half, 0), (x, bottom + half, 0)]
        if max(east - west, bottom - top) > _LONG_MM:
            around[1:] = []  # the box around it is far from the area itself
        for px, py in beside:
            around += [(px, py - half, 0), (px, py + half, 0), (px + 1.5, py, -1)]
            around += [(px - 1.5, py, 1), (px, py - 2 * half, 0), (px, py + 2 * half, 0)]
        own = shapely.transform(seen, window.places)
        found.append(Name(lines=lines, around=tuple(around), shape=own, water=water))
    return found


def _places(ground: Ground, window: Window) -> list[Name]:
    """Name green and squares inside themselves, where they are wide enough for it."""
    frame = shapely.box(*window.bounds)
    found = []
    for text, shape in ground.places:
        seen = shapely.intersection(shape, frame)
        lines = _lines("place", text)
        if math.sqrt(shapely.area(seen)) * window.mm < _LEAST_PLACE_MM:
            continue
        inside = window.places(shapely.get_coordinates(shapely.point_on_surface(seen)))
        x, y = inside[0].tolist()
        found.append(Name(lines=lines, around=((x, y, 0),)))
    return found


def _streets(ground: Ground, window: Window) -> list[Name]:
    """Name the streets that are long enough on this map."""
    if not ground.names:
        return []
    frame = shapely.box(*window.bounds)
    lines = np.array([line for _, _, line in ground.names], dtype=object)
    found = []
    for at in np.sort(shapely.STRtree(lines).query(frame)).tolist():
        name, group, line = ground.names[at]
        style = _LINE_STYLES[group]
        seen = shapely.intersection(line, frame)
        least_mm = 0.36 * SIZES_PT[style] * PT_MM * len(name)
        for part in shapely.get_parts(seen):
            if part.geom_type != "LineString":
                continue
            if part.length * window.mm < least_mm * (0.5 if style == "bridge" else 1.0):
                continue
            simple = shapely.simplify(part, 0.15 / window.mm)
            places = window.places(shapely.get_coordinates(simple))
            found.append(Name(lines=((style, name),), line=places, overhang=style == "bridge"))
    return found[:_MOST_NAMES]


def texts_of(names: Iterable[Name]) -> set[tuple[str, str]]:
    """Return the texts whose width has to be known to place some names."""
    found: set[tuple[str, str]] = set()
    for name in names:
        if name.spread:
            style, text = name.lines[0]
            found |= {(style, letter) for letter in text}
        found |= set(name.lines)
    return found
