"""Squares: surfaces that people walk straight across, not round their edge."""

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.arrays import Ints
from placement.streets.extract import NOWHERE, Extract

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


#: More ways into a square than this are thinned out: the ways across grow with its square.
_MOST_ENTRIES = 80


def crossings(found: Extract) -> Ints:
    """Return the straight ways across squares between the places where streets enter them.

    Two entries are joined where the line between them stays on the surface; round a corner or
    a fountain people follow the edge, which is walked as well.

    Parameters
    ----------
    found
        An extract with its squares.

    Returns
    -------
    ndarray
        (N, 3) int64: two places and the position in ``found.ways``.
    """
    if not found.squares:
        return np.zeros((0, 3), np.int64)
    used = np.bincount(found.place, minlength=len(found.key))
    result = [np.zeros((0, 3), np.int64)]
    for way, lines in found.squares:
        spans = [
            found.place[found.first[i] : found.first[i + 1]].astype(np.int64)
            for i in lines.tolist()
        ]
        spans = [span[found.x[span] < NOWHERE] for span in spans]
        spans = [span for span in spans if len(span) > 1]
        if not spans:
            continue
        rim = np.concatenate(spans)
        places, own = np.unique(rim, return_counts=True)
        entries = places[used[places] > own]
        if len(entries) < 2:
            continue
        surface = _surface(found, spans)
        if surface is None:
            continue
        entries = _thinned(entries)
        a, b = np.triu_indices(len(entries), 1)
        xy = _xy(found, entries)
        ends = np.stack([xy[a], xy[b]], axis=1)
        shapely.prepare(surface)
        seen = shapely.covers(surface, shapely.linestrings(ends))
        result.append(
            np.column_stack([entries[a[seen]], entries[b[seen]], np.full(int(seen.sum()), way)])
        )
    return np.concatenate(result)


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


def _thinned(entries: Ints) -> Ints:
    """Keep at most so many entries, spread evenly, in the order of their ids."""
    if len(entries) <= _MOST_ENTRIES:
        return entries
    return entries[np.linspace(0, len(entries) - 1, _MOST_ENTRIES).round().astype(np.int64)]
