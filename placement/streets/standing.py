"""Which levels stand at a place, for a plan to name the right one: the nearest street of each."""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike

from placement.streets.network import Streets
from placement.streets.snap import SNAP_M, STRUCTURE_M, plane_scale


class Standing(NamedTuple):
    """The nearest street of one level, and how far it is, metres."""

    level: int
    edge: int
    distance_m: float


def standing_at(streets: Streets, xy: ArrayLike, *, max_m: float = SNAP_M) -> list[Standing]:
    """Return the levels that stand at a place, the highest first.

    Parameters
    ----------
    streets
        The network.
    xy
        (2,) float64, metres in its coordinate system.
    max_m
        Farthest a street in the open may lie; a bridge or tunnel stands within 15 m.

    Returns
    -------
    list of Standing
        Empty where no street is near. Water and walls are not looked at.
    """
    lines = streets.edge_lines()
    far = shapely.distance(lines, shapely.Point(np.asarray(xy, np.float64))) / plane_scale(streets)
    structure = streets.bridge | streets.tunnel
    near = (far <= np.where(structure, min(STRUCTURE_M, max_m), max_m)) & ~streets.island
    found = []
    for level in np.unique(streets.level[near])[::-1].tolist():
        mine = np.flatnonzero(near & (streets.level == level))
        edge = int(mine[np.argmin(far[mine])])
        found.append(Standing(level=level, edge=edge, distance_m=float(far[edge])))
    return found
