"""Names on a printed map, placed without collision, the same for the same plan.

Signs have their place already; names follow, the most important first, each where it has room.
Widths of texts are measured by the engine that sets them.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.arrays import Floats
from placement.maps.labels import middle_line
from placement.maps.paper.drawing import Ground
from placement.maps.paper.sheets import Window
from placement.maps.paper.signs import SIGN_MM

type Measure = Callable[[str, str], float]
"""Style and text to millimetres."""

SIZES_PT = {
    "area": 7.5,
    "missing": 7.5,
    "water": 9.5,
    "bridge": 6.5,
    "main": 6.8,
    "street": 6.2,
    "station": 6.5,
    "gate": 6.8,
}
"""Size of each style of label."""

_PT_MM = 25.4 / 72
_CELL_MM = 0.5
_EDGE_MM = 3.6  # along the frame stand the letters of the squares
_REPEAT_MM = 110.0
_BEND = 0.55  # radians from letter to letter, above which a name is hard to read
_SPACING = 1.35  # of letters on the water, in widths
_TRIES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.12, 0.88)
_MOST_NAMES = 900
_LEAST_WATER_MM2 = 100.0
_LONG_MM = 40.0
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
    dot
        Whether the first place is marked.
    shape, water
        The area that it names, and the water that may not lie between them; millimetres.
    """

    lines: tuple[tuple[str, str], ...]
    around: tuple[tuple[float, float, int], ...] = ()
    line: Floats | None = field(default=None, compare=False)
    spread: bool = False
    overhang: bool = False
    dot: bool = False
    shape: shapely.Geometry | None = None
    water: "_Water | None" = None


@dataclass(frozen=True, slots=True)
class _Water:
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


class _Taken:
    """Which part of the map is taken, in cells of half a millimetre."""

    def __init__(self, window: Window) -> None:
        self._width, self._height = window.width, window.height
        shape = (math.ceil(window.height / _CELL_MM), math.ceil(window.width / _CELL_MM))
        self._cells = np.zeros(shape, dtype=np.bool_)

    def take(self, x: float, y: float, wide: float, high: float, angle: float = 0.0) -> bool:
        """Take a rectangle around a place, turned by radians; False where it has no room."""
        cells = self._cells_of(x, y, wide, high, angle)
        if cells is None or self._cells[cells].any():
            return False
        self._cells[cells] = True
        return True

    def is_free(self, x: float, y: float, wide: float, high: float, angle: float) -> bool:
        """Say whether a rectangle has room."""
        cells = self._cells_of(x, y, wide, high, angle)
        return cells is not None and not self._cells[cells].any()

    def _cells_of(
        self, x: float, y: float, wide: float, high: float, angle: float
    ) -> "tuple[NDArray[np.int64], NDArray[np.int64]] | None":
        """Return rows and columns of a rectangle's cells; None where it leaves the map."""
        across = np.linspace(-wide / 2, wide / 2, 2 + int(wide / _CELL_MM))
        down = np.linspace(-high / 2, high / 2, 2 + int(high / _CELL_MM))[:, None]
        cos, sin = math.cos(angle), math.sin(angle)
        px, py = x + across * cos - down * sin, y + across * sin + down * cos
        if px.min() < _EDGE_MM or py.min() < _EDGE_MM:
            return None
        if px.max() > self._width - _EDGE_MM or py.max() > self._height - _EDGE_MM:
            return None
        return (py / _CELL_MM).astype(np.int64), (px / _CELL_MM).astype(np.int64)

    def force(self, x: float, y: float, wide: float, high: float) -> None:
        """Take a rectangle whatever stands there; what is off the map is left out."""
        left, right = max(0.0, x - wide / 2), min(self._width, x + wide / 2)
        top, bottom = max(0.0, y - high / 2), min(self._height, y + high / 2)
        if left < right and top < bottom:
            rows = slice(int(top / _CELL_MM), math.ceil(bottom / _CELL_MM))
            self._cells[rows, int(left / _CELL_MM) : math.ceil(right / _CELL_MM)] = True


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
        Name, and place in metres.
    gates
        Name, and where its sign stands on the map, millimetres.
    """
    waters = _water(ground, window)
    found = [*waters, *_areas(ground, window, areas, waters)]
    off = SIGN_MM / 2 + 0.6
    for text, x, y in gates:
        around = ((x + off, y, -1), (x - off, y, 1), (x, y - off - 1.4, 0), (x, y + off + 1.4, 0))
        found.append(Name(lines=_lines("gate", text), around=around))
    for text, east, north in stations:
        x, y = window.places(np.array([[east, north]]))[0].tolist()
        found.append(
            Name(
                lines=(("station", text),),
                around=((x + 1.4, y, -1), (x - 1.4, y, 1), (x, y - 2.2, 0), (x, y + 2.2, 0)),
                dot=True,
            )
        )
    return [*found, *_streets(ground, window)]


def _lines(style: str, text: str) -> tuple[tuple[str, str], ...]:
    return tuple((style, line) for line in broken(text, 2))


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
            found.append(Name(lines=(("water", shape.name),), line=places, spread=True))
    return found


def _areas(
    ground: Ground,
    window: Window,
    areas: Mapping[str, Sequence[tuple[str, str]]],
    waters: Iterable[Name],
) -> list[Name]:
    frame = shapely.box(*window.bounds)
    shores = [shapely.boundary(shapely.intersection(shape.xy, frame)) for shape in ground.water]
    water = _Water(
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
        half = 0.6 * len(lines) * SIZES_PT["area"] * _PT_MM + 1.0
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
        least_mm = 0.36 * SIZES_PT[style] * _PT_MM * len(name)
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


def place_names(
    names: Iterable[Name],
    window: Window,
    signs: Sequence[Mapping[str, Any]],
    lines: Iterable[Floats],
    measure: Measure,
) -> list[dict[str, Any]]:
    """Place names where there is room.

    Parameters
    ----------
    names
        The most important first.
    window
        The map.
    signs
        What `spread_signs` returned.
    lines
        (n, 2) millimetres each, what no name may lie on, such as the route.
    measure
        Width of a text.

    Returns
    -------
    list of dict
        ``text``, ``style``, the middle ``x`` and ``y`` and the width ``w`` in millimetres, the
        ``angle`` in degrees clockwise, and ``dot``, the place that is marked, or None.
    """
    taken = _Taken(window)
    for sign in signs:
        taken.force(sign["x"], sign["y"], SIGN_MM + 0.4, SIGN_MM + 0.4)
    for line in lines:
        for x, y in shapely.get_coordinates(shapely.segmentize(shapely.LineString(line), 0.8)):
            taken.force(float(x), float(y), 0.9, 0.9)
    placed: list[dict[str, Any]] = []
    stands: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for name in names:
        if name.line is None:
            placed += _flat(name, taken, measure)
        elif name.spread:
            placed += _spaced(name, name.line, taken, measure)
        else:
            placed += _along(name, name.line, taken, measure, stands)
    return placed


def _label(style: str, text: str, x: float, y: float, width: float, angle: float) -> dict[str, Any]:
    return {
        "style": style,
        "text": text,
        "x": round(x, 2),
        "y": round(y, 2),
        "w": round(width, 2),
        "angle": round(math.degrees(angle), 1),
        "dot": None,
    }


def _flat(name: Name, taken: _Taken, measure: Measure) -> list[dict[str, Any]]:
    """Place lines of text one below another."""
    heights = [SIZES_PT[style] * _PT_MM * 1.12 for style, _ in name.lines]
    widths = [measure(style, text) for style, text in name.lines]
    wide, high = max(widths), sum(heights)
    for x, y, side in name.around:
        middle = x - side * wide / 2
        if name.water is not None and name.shape is not None:
            left, right, top, bottom = (
                middle - wide / 2,
                middle + wide / 2,
                y - high / 2,
                y + high / 2,
            )
            corners = np.array([[left, top], [right, top], [left, bottom], [right, bottom]])
            if name.water.parts(corners, name.shape):
                continue
        if not taken.take(middle, y, wide + 0.6, high + 0.3):
            continue
        top, found = y - high / 2, []
        for (style, text), height, width in zip(name.lines, heights, widths, strict=True):
            at = middle - side * (width - wide) / 2
            found.append(_label(style, text, at, top + height / 2, width, 0.0))
            top += height
        if name.dot:
            first, line, _ = name.around[0]
            found[0]["dot"] = [round(first - 1.4, 2), round(line, 2)]
        return found
    return []


def _along(
    name: Name,
    line: Floats,
    taken: _Taken,
    measure: Measure,
    stands: dict[tuple[str, str], list[tuple[float, float]]],
) -> list[dict[str, Any]]:
    """Place a text along the straightest free part of a line."""
    style, text = name.lines[0]
    width, high = measure(style, text), SIZES_PT[style] * _PT_MM
    lengths = _lengths(line)
    total = float(lengths[-1])
    if total < width + 1.0 and not name.overhang:
        return []
    for part in _TRIES:
        half = min(width, total) / 2
        middle = min(max(part * total, half), total - half)
        reach = np.linspace(middle - half, middle + half, 9)
        places = np.column_stack([np.interp(reach, lengths, line[:, axis]) for axis in (0, 1)])
        chord = places[-1] - places[0]
        length = math.hypot(*chord)
        if length < 0.97 * 2 * half or length == 0:
            continue
        across = np.array([-chord[1], chord[0]]) / length
        away = (places - places[0]) @ across
        if np.ptp(away) > 0.55 * high:
            continue
        x, y = ((places[0] + places[-1]) / 2 + across * (away.max() + away.min()) / 2).tolist()
        angle = math.atan2(chord[1], chord[0])
        if abs(angle) > math.pi / 2:
            angle -= math.copysign(math.pi, angle)
        others = stands.setdefault((style, text), [])
        if any(math.hypot(x - a, y - b) < _REPEAT_MM for a, b in others):
            continue
        if taken.take(x, y, width + 1.2, high * 1.05, angle):
            others.append((x, y))
            return [_label(style, text, x, y, width, angle)]
    return []


def _spaced(name: Name, line: Floats, taken: _Taken, measure: Measure) -> list[dict[str, Any]]:
    """Place letters one by one along a line, beside its middle."""
    style, text = name.lines[0]
    size = SIZES_PT[style] * _PT_MM
    widths = [measure(style, letter) * _SPACING + 0.25 * size for letter in text]
    lengths = _lengths(line)
    total, whole = float(lengths[-1]), sum(widths)
    if whole + 2 > total:
        return []
    for rise in (0.0, -1.1 * size, 1.1 * size):
        for part in _TRIES:
            start = min(max(part * total - whole / 2, 1.0), total - whole - 1.0)
            letters = _letters(line, lengths, start, text, widths, size, rise)
            if letters is None:
                continue
            boxes = [(x, y, size * 0.8, size, angle) for _, x, y, angle in letters]
            # letters of one name may touch: all are free before the first is taken
            if all(taken.is_free(*box) for box in boxes):
                for box in boxes:
                    taken.force(*box[:4])
                return [
                    _label(style, letter, x, y, measure(style, letter), angle)
                    for letter, x, y, angle in letters
                ]
    return []


def _letters(
    line: Floats,
    lengths: Floats,
    start: float,
    text: str,
    widths: Sequence[float],
    size: float,
    rise: float,
) -> list[tuple[str, float, float, float]] | None:
    """Return each letter with its place and turn; None where the line bends too much."""
    whole = sum(widths)

    def at(where: float) -> NDArray[np.float64]:
        return np.array([np.interp(where, lengths, line[:, axis]) for axis in (0, 1)])

    forward = at(start + whole)[0] >= at(start)[0]
    found: list[tuple[str, float, float, float]] = []
    passed, last = 0.0, None
    for letter, width in zip(text, widths, strict=True):
        along = passed + width / 2
        passed += width
        where = start + along if forward else start + whole - along
        before, after = at(where - 2.5 * size), at(where + 2.5 * size)
        if not forward:
            before, after = after, before
        angle = math.atan2(*(after - before)[::-1].tolist())
        if last is not None and abs(math.remainder(angle - last, 2 * math.pi)) > _BEND:
            return None
        last = angle
        x, y = at(where).tolist()
        found.append((letter, x - rise * math.sin(angle), y + rise * math.cos(angle), angle))
    return found


def _lengths(line: Floats) -> Floats:
    """Return how far along a line each of its corners lies."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    found: Floats = np.concatenate([[0.0], np.cumsum(steps)])
    return found
