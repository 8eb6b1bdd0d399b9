"""Water, walls and railways on squares: who walks over a square goes round them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.reading.levels import Levels, in_order
from placement.streets.barring import Barring, edges_on
from placement.streets.closures import without
from placement.streets.network import Streets

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def with_obstacles(streets: Streets, barring: Iterable[Barring]) -> Streets:
    """Return the network with water, walls and railways taken from its squares.

    Streets that cross one stay open, the outlines of squares with them.

    Parameters
    ----------
    streets
        The network.
    barring
        In the network's coordinate system.

    Returns
    -------
    Streets
        A new network; the given one where nothing stands on a square.
    """
    shapes: dict[Levels, list[BaseGeometry]] = {}
    for each in barring:
        shapes.setdefault(each.levels, []).append(each.shape)
    for levels in in_order(shapes):
        squares = streets.squares.on(levels)
        taken = streets.squares.within(shapes[levels], squares)
        if not shapely.is_empty(taken):
            ours = np.flatnonzero(streets.across & edges_on(streets, levels))
            streets = without(streets, taken, ours, squares)
    return streets
