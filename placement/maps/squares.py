"""Squares as they are drawn: one surface each, not the web of straight ways that cross it."""

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.arrays import Bools

if TYPE_CHECKING:
    from placement.streets import Streets


def draw_squares(streets: "Streets") -> tuple[NDArray[Any], Bools]:
    """Find the surfaces that people walk across.

    Parameters
    ----------
    streets
        The walking network; its ways across squares say so (``across``).

    Returns
    -------
    tuple
        (N,) polygons in metres of ``streets.crs``, in the order of their corners; and (E,) bool,
        True for the edges that they stand for: ways across what closures leave of the squares.
    """
    hidden = np.zeros(streets.n_edges, dtype=np.bool_)
    across = np.flatnonzero(streets.across)
    faces = shapely.get_parts(streets.squares.shape)
    if len(faces) == 0:
        return faces, hidden
    first = streets.vertex_first
    ends = np.stack([streets.vertex_xy[first[across]], streets.vertex_xy[first[across + 1] - 1]])
    middles = shapely.points(ends.mean(axis=0))
    way, _ = shapely.STRtree(faces).query(middles, predicate="intersects")
    hidden[across[way]] = True
    found = shapely.normalize(faces)
    order = sorted(range(len(found)), key=lambda at: shapely.get_coordinates(found[at]).tolist())
    return found[order], hidden
