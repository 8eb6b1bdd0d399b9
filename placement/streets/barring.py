"""What bars the way, and on which levels: closures, walls, railways, water."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from placement.arrays import Bools
from placement.reading.levels import Levels
from placement.streets.network import Streets

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    type Shapes = BaseGeometry | Barring | Iterable[BaseGeometry | Barring]


class Barring(NamedTuple):
    """A shape in the network's coordinate system, and the levels it stands on.

    In the open air (None) it bars whatever is neither a bridge nor a tunnel, at any level: a lower
    quay lies as open as the street above it. A bridge or tunnel at level 0 is part of the street.
    """

    shape: "BaseGeometry"
    levels: Levels = None


def as_barring(shapes: "Shapes | None") -> list[Barring]:
    """Return shapes with their levels; those that come without stand in the open air."""
    if shapes is None:
        return []
    listed = [shapes] if isinstance(shapes, Barring) or hasattr(shapes, "geom_type") else shapes
    return [one if isinstance(one, Barring) else Barring(one) for one in listed]


def edges_on(streets: Streets, levels: Levels) -> Bools:
    """Say which edges lie on some levels, (E,) bool."""
    if levels is None:
        result: Bools = ~(streets.bridge | streets.tunnel) | (streets.level == 0)
        return result
    return np.isin(streets.level, sorted(levels))
