"""Sheets of paper, and the window of the world a sheet shows at an exact scale."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Self

import numpy as np
from pyproj import CRS, Proj, Transformer

from placement.arrays import Floats

PAPERS_MM = {"a4": (297.0, 210.0), "a3": (420.0, 297.0)}
"""Long and short side of each paper, millimetres."""

MARGIN_MM = 8.0
"""What a printer leaves blank, and a little more."""

_GAP_MM = 4.0
_SIDE_MM = {"a4": 58.0, "a3": 76.0}
_BELOW_MM = {  # of a sheet upright, and of one with its long side across
    "a4": {False: 70.0, True: 54.0},
    "a3": {False: 84.0, True: 64.0},
}
_EDGE_MM = 7.5  # half a sign, and the letters of the squares, between what matters and the frame
_MANTISSAS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0)
_LEAST_SCALE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on paper: left, top, width, height in millimetres from the top left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet: its map, and the place of title, legend and title block beside or below it.

    Attributes
    ----------
    paper
        Name of the paper, one of `PAPERS_MM`.
    width, height
        Of the sheet, millimetres.
    map, side
        Rectangles of the map and of what explains it.
    below
        Whether that stands below the map rather than at its side.
    """

    paper: str
    width: float
    height: float
    map: Box
    side: Box
    below: bool

    @property
    def landscape(self) -> bool:
        """Whether the sheet is wider than high."""
        return self.width > self.height


def sheet_of(paper: str, *, landscape: bool, below: bool) -> Sheet:
    """Lay a sheet out.

    Parameters
    ----------
    paper
        One of `PAPERS_MM`.
    landscape
        Whether the long side is across.
    below
        Whether what explains the map stands below it rather than at its side.
    """
    long, short = PAPERS_MM[paper]
    width, height = (long, short) if landscape else (short, long)
    inner_w, inner_h = width - 2 * MARGIN_MM, height - 2 * MARGIN_MM
    side_w = inner_w if below else _SIDE_MM[paper]
    side_h = _BELOW_MM[paper][landscape] if below else inner_h
    return Sheet(
        paper=paper,
        width=width,
        height=height,
        map=Box(
            left=MARGIN_MM,
            top=MARGIN_MM,
            width=inner_w if below else inner_w - side_w - _GAP_MM,
            height=inner_h - side_h - _GAP_MM if below else inner_h,
        ),
        side=Box(
            left=width - MARGIN_MM - side_w,
            top=height - MARGIN_MM - side_h,
            width=side_w,
            height=side_h,
        ),
        below=below,
    )


def fit(bounds: Floats, paper: str, crs: str, *, landscape: bool | None) -> "tuple[Sheet, Window]":
    """Return the layout that shows some bounds larger, and what its map shows.

    Of equals it is the one across before the one upright, and what explains the map stands at the
    side of the first and below the second.

    Parameters
    ----------
    bounds
        (4,) float64: west, south, east, north in the coordinate system `crs`.
    paper
        One of `PAPERS_MM`.
    crs
        Coordinate system, metres.
    landscape
        Whether the long side is across; None leaves it open.
    """
    ways = (True, False) if landscape is None else (landscape,)
    sheets = [
        sheet_of(paper, landscape=across, below=below)
        for across in ways
        for below in (not across, across)
    ]
    both = [(sheet, Window.around(bounds, sheet.map, crs)) for sheet in sheets]
    return min(both, key=lambda one: one[1].scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What a map shows: a middle, a scale, and how large it is on paper.

    Attributes
    ----------
    middle
        Coordinates of the middle, in the plan's system.
    scale
        N of 1:N, true on the ground at the middle.
    unit_m
        Metres on the ground of one metre of the coordinate system, at the middle.
    width, height
        Of the map on paper, millimetres.
    """

    middle: tuple[float, float]
    scale: int
    unit_m: float
    width: float
    height: float

    @property
    def mm(self) -> float:
        """Millimetres on paper of a metre of the coordinate system."""
        return 1000.0 * self.unit_m / self.scale

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in the plan's coordinate system."""
        x, y = self.middle
        half_w, half_h = self.width / 2 / self.mm, self.height / 2 / self.mm
        return x - half_w, y - half_h, x + half_w, y + half_h

    def places(self, xy: Floats) -> Floats:
        """Return (N, 2) millimetres from the map's top left corner."""
        x, y = self.middle
        return np.column_stack(
            [
                self.width / 2 + (xy[:, 0] - x) * self.mm,
                self.height / 2 - (xy[:, 1] - y) * self.mm,
            ]
        )

    @classmethod
    def around(cls, bounds: Floats, box: Box, crs: str, *, least: int = _LEAST_SCALE) -> Self:
        """Show some bounds in the middle of a box, at the largest round scale they fit at.

        Parameters
        ----------
        bounds
            (4,) float64: west, south, east, north in the coordinate system `crs`.
        box
            The map's place on its sheet.
        crs
            Coordinate system, metres.
        least
            N of the largest scale that is taken.
        """
        west, south, east, north = (float(one) for one in bounds)
        middle = ((west + east) / 2, (south + north) / 2)
        unit_m = ground_m(crs, middle)
        room_w, room_h = box.width - 2 * _EDGE_MM, box.height - 2 * _EDGE_MM
        needed = 1000.0 * unit_m * max((east - west) / room_w, (north - south) / room_h)
        scale = next(one for one in round_scales() if one >= max(needed * (1 - 1e-9), least))
        return cls(middle=middle, scale=scale, unit_m=unit_m, width=box.width, height=box.height)


def round_scales() -> Iterator[int]:
    """Yield the scales a map is drawn at, from the largest."""
    for power in count(2):
        for mantissa in _MANTISSAS:
            yield round(mantissa * 10**power)


@cache
def metres(crs: str) -> Transformer:
    """Return the way from degrees, WGS 84, to metres of a coordinate system."""
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)


@cache
def _projection(crs: str) -> Proj:
    return Proj(CRS.from_user_input(crs))


def ground_m(crs: str, place: tuple[float, float]) -> float:
    """Return the metres on the ground of one metre of a coordinate system, at a place of it."""
    scale = float(_projection(crs).get_factors(*in_degrees(crs, place)).areal_scale)
    return 1.0 / math.sqrt(scale) if math.isfinite(scale) and scale > 0 else 1.0


def north_deg(crs: str, place: tuple[float, float]) -> float:
    """Return how far north is turned from straight up on the map, degrees clockwise."""
    lon, lat = in_degrees(crs, place)
    x, y = metres(crs).transform(lon, min(lat + 1e-4, 90.0))
    return math.degrees(math.atan2(x - place[0], y - place[1]))


def in_degrees(crs: str, place: tuple[float, float]) -> tuple[float, float]:
    """Return longitude and latitude of a place in metres."""
    lon, lat = metres(crs).transform(*place, direction="INVERSE")
    return float(lon), float(lat)


def squares(window: Window, *, about_mm: float = 48.0) -> tuple[int, int]:
    """Return how many squares of the search grid lie across and down a map."""
    return (
        min(26, max(2, round(window.width / about_mm))),
        max(2, round(window.height / about_mm)),
    )


def square_of(window: Window, xy: Floats) -> list[str]:
    """Return the square each place stands in, such as ``"C4"``; empty where it is off the map."""
    across, down = squares(window)
    places = window.places(np.asarray(xy, dtype=np.float64).reshape(-1, 2))
    found = []
    for x, y in places.tolist():
        column = math.floor(x / window.width * across)
        row = math.floor(y / window.height * down)
        inside = 0 <= column < across and 0 <= row < down
        found.append(f"{chr(ord('A') + column)}{row + 1}" if inside else "")
    return found
