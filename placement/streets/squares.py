"""Squares: surfaces that people walk across as straight as they can, not round their edge."""

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.arrays import Floats, Ints
from placement.streets.extract import NOWHERE, Extract
from placement.streets.surfaces import Square

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


#: More ways into a square than this are thinned out, and so are its corners: the ways across grow
#: with their square.
_MOST_ENTRIES = 200


def crossings(found: Extract) -> tuple[Ints, list[Square], Ints]:
    """Return the straight ways across squares between the places where streets enter them.

    Two entries are joined where the line between them stays on the surface. What is not in sight is
    reached by the corners in between, those of holes and those where the outline turns inwards:
    the visibility graph, whose shortest ways are those of the surface.

    Parameters
    ----------
    found
        An extract with its squares.

    Returns
    -------
    across
        (N, 4) int64: two places, the position in ``found.ways``, and 1 where the way follows one
        segment of the outline, which is a line of its own already.
    squares
        The surfaces that a street enters.
    corner
        (M,) int64, the places where streets enter them, and the corners between.
    """
    used = np.bincount(found.place, minlength=len(found.key))
    result = [np.zeros((0, 4), np.int64)]
    squares: list[Square] = []
    corner = [np.zeros(0, np.int64)]
    for way, lines in found.squares:
        spans = [
            found.place[found.first[i] : found.first[i + 1]].astype(np.int64)
            for i in lines.tolist()
        ]
        spans = [span for span in spans if len(span) > 1]
        if not spans:
            continue
        rim = np.concatenate(spans)
        if (found.x[rim] == NOWHERE).any():
            continue  # what lies behind the edge of the file may be a wall
        places, own = np.unique(rim, return_counts=True)
        entries = places[used[places] > own]
        if len(entries) == 0:
            continue
        surface = _surface(found, spans)
        if surface is None:
            continue
        squares += [Square(found.ways[way], part) for part in shapely.get_parts(surface)]
        stops, sides_of = _stops(thinned(entries), places, _xy(found, places), surface)
        corner.append(stops)
        xy = _xy(found, stops)
        a, b = np.triu_indices(len(stops), 1)
        passed = is_taut(xy[a], xy[b], sides_of[a], sides_of[b])
        a, b = a[passed], b[passed]
        ends = np.stack([xy[a], xy[b]], axis=1)
        shapely.prepare(surface)
        seen = shapely.covers(surface, shapely.linestrings(ends))
        pairs = np.column_stack([stops[a[seen]], stops[b[seen]]])
        sides = np.sort(np.concatenate([np.stack([span[:-1], span[1:]], 1) for span in spans]))
        along = np.isin(pairs @ [len(used), 1], sides @ [len(used), 1])
        result.append(np.column_stack([pairs, np.full(len(pairs), way), along]))
    return np.concatenate(result), squares, np.unique(np.concatenate(corner))


def _stops(entries: Ints, places: Ints, xy: Floats, surface: "BaseGeometry") -> tuple[Ints, Floats]:
    """Return entries and corners, and of each corner its neighbours on the outline, (N, 2, 2).

    Entries that are no corners have none (NaN).
    """
    beside = {place: np.full((2, 2), np.nan) for place in entries.tolist()}
    at = {
        tuple(place_xy): place for place_xy, place in zip(xy.tolist(), places.tolist(), strict=True)
    }
    turns: dict[int, Floats] = {}
    for corner, sides in zip(*turning_inwards(surface), strict=True):
        place = at.get(tuple(corner.tolist()))
        if place is not None:
            turns[place] = sides
    for place in thinned(np.array(sorted(turns), np.int64)).tolist():
        if place not in beside:
            beside[place] = turns[place]
    stops = np.array(sorted(beside), np.int64)
    return stops, np.stack([beside[place] for place in stops.tolist()])


def turning_inwards(surface: "BaseGeometry") -> tuple[Floats, Floats]:
    """Return where the outlines of a surface turn inwards, and the corners before and after each.

    Returns
    -------
    corner, beside
        (N, 2) and (N, 2, 2) float64, in the surface's own units.
    """
    corner, beside = [np.zeros((0, 2))], [np.zeros((0, 2, 2))]
    for ring in shapely.get_rings(shapely.get_parts(shapely.orient_polygons(surface))):
        corners = shapely.get_coordinates(ring)[:-1]
        before, after = np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0)
        # the surface lies to the left of its rings: it turns inwards where they turn right
        inwards = _cross(corners - before, after - corners) < 0.0
        corner.append(corners[inwards])
        beside.append(np.stack([before, after], axis=1)[inwards])
    return np.concatenate(corner), np.concatenate(beside)


def is_taut(
    start: Floats, end: Floats, beside_start: Floats, beside_end: Floats
) -> NDArray[np.bool_]:
    """Say whether a shortest way may turn at both ends of a line.

    Parameters
    ----------
    start, end
        (N, 2).
    beside_start, beside_end
        (N, 2, 2), corners before and after each end on its outline; NaN where it is no corner.
    """
    return _passes(start, end, beside_start) & _passes(end, start, beside_end)


def _passes(start: Floats, end: Floats, beside: Floats) -> NDArray[np.bool_]:
    """Say whether a shortest way may turn where a line starts: it leaves both sides on one hand."""
    along = end - start
    left, right = (_cross(along, beside[:, i] - start) for i in range(2))
    return np.isnan(left) | (left * right >= 0.0)


def _cross(a: Floats, b: Floats) -> Floats:
    result: Floats = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return result


def _xy(found: Extract, places: Ints) -> NDArray[np.float64]:
    xy = np.empty((len(places), 2))
    xy[:, 0], xy[:, 1] = found.x[places], found.y[places]
    return xy


def _surface(found: Extract, spans: list[Ints]) -> "BaseGeometry | None":
    """Return the surface inside the outlines, its inner rings cut out; None where it is none."""
    if len(spans) == 1:
        xy = _xy(found, spans[0])
        if len(xy) > 3 and (xy[0] == xy[-1]).all():
            surface = shapely.polygons(xy)
            if shapely.is_valid(surface):
                return surface
    outline = shapely.multilinestrings([shapely.linestrings(_xy(found, span)) for span in spans])
    surface = shapely.build_area(shapely.node(outline))
    return None if surface is None or shapely.is_empty(surface) else surface


def thinned(entries: Ints) -> Ints:
    """Keep at most so many entries, spread evenly, in the order of their ids."""
    if len(entries) <= _MOST_ENTRIES:
        return entries
    return entries[np.linspace(0, len(entries) - 1, _MOST_ENTRIES).round().astype(np.int64)]
