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
        True for the edges that they stand for. Where the outline is no longer whole, cut by a
        closure for instance, the ways across are left to be drawn as they are.
    """
    hidden = np.zeros(streets.n_edges, dtype=np.bool_)
    across = np.flatnonzero(streets.across)
    nothing: NDArray[Any] = np.zeros(0, dtype=object)
    if len(across) == 0:
        return nothing, hidden
    # an outline is a street of the same class and name as the ways across it
    kind = streets.class_code.astype(np.int64) * len(streets.names) + streets.name_code
    rim = np.flatnonzero(~streets.across & np.isin(kind, np.unique(kind[across])))
    first = streets.vertex_first
    faces = shapely.get_parts(shapely.polygonize(streets.edge_lines()[rim]))
    if len(faces) == 0:
        return nothing, hidden
    ends = np.stack([streets.vertex_xy[first[across]], streets.vertex_xy[first[across + 1] - 1]])
    middles = shapely.points(ends.mean(axis=0))
    way, face = shapely.STRtree(faces).query(middles, predicate="intersects")
    hidden[across[way]] = True
    found = shapely.normalize(faces[np.unique(face)])
    order = sorted(range(len(found)), key=lambda at: shapely.get_coordinates(found[at]).tolist())
    return found[order], hidden
