"""Names on a printed map, placed without collision, the same for the same plan.

Signs have their place already; names follow, the most important first, each where it has room.
Widths of texts are measured by the engine that sets them.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.arrays import Floats
from placement.maps.paper.names import PT_MM, SIZES_PT, Name, height_of
from placement.maps.paper.sheets import Window

type Measure = Callable[[str, str], float]
"""Style and text to millimetres."""

_CELL_MM = 0.5
_EDGE_MM = 3.6  # along the frame stand the letters of the squares
_REPEAT_MM = 110.0
_BEND = 0.55  # radians from letter to letter, above which a name is hard to read
_SPACING = 1.35  # of letters on the water, in widths
_TRIES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.12, 0.88)


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


def place_names(
    names: Iterable[Name],
    window: Window,
    squares: Iterable[tuple[float, float, float]],
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
    squares
        Middle and side of what no name may hide, such as signs; millimetres.
    lines
        (n, 2) millimetres each, what no name may lie on, such as the route.
    measure
        Width of a text.

    Returns
    -------
    list of dict
        ``text``, ``style``, the middle ``x`` and ``y`` and the width ``w`` in millimetres, and
        the ``angle`` in degrees clockwise.
    """
    taken = _Taken(window)
    for x, y, side in squares:
        taken.force(x, y, side, side)
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
    }


def _flat(name: Name, taken: _Taken, measure: Measure) -> list[dict[str, Any]]:
    """Place lines of text one below another."""
    heights = [height_of([line]) for line in name.lines]
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
    width, high = measure(style, text), SIZES_PT[style] * PT_MM
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
    size = SIZES_PT[style] * PT_MM
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
