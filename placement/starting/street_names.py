"""What a place on a street is called: after its streets, as planners say it, "Rua X / Rua Y"."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.starting.drawn import name_of
from placement.starting.mapped import MappedWay

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Streets within this distance of a place are told of, metres [A].
_NEAR_M = 80.0


class StreetNames:
    """Names places after the streets that pass by.

    Parameters
    ----------
    walks
        The ways that are walked, and those that are not: a motorway too tells where one is.
    """

    def __init__(self, walks: Sequence[MappedWay]) -> None:
        named = [(name_of(way.tags), way.line) for way in walks if "highway" in way.tags]
        named = [(name, line) for name, line in named if name]
        self._names = [name for name, _ in named]
        self._lines = np.array([line for _, line in named], object)
        self._tree = shapely.STRtree(self._lines)

    def near(self, place: "BaseGeometry") -> list[str]:
        """Return the names of the streets near a place, the nearest first, each once."""
        at = self._tree.query(place, predicate="dwithin", distance=_NEAR_M)
        far = np.round(shapely.distance(self._lines[at], place), 1).tolist()
        found = sorted(zip(far, [self._names[i] for i in at.tolist()], strict=True))
        return list(dict.fromkeys(name for _, name in found))

    def of(self, place: "BaseGeometry", *, own: str = "", other: str = "") -> str:
        """Return what to call a place.

        Parameters
        ----------
        place
            Where it is, metres.
        own
            Name of the street, bridge or square that it is on; may be empty.
        other
            What to say where no street with a name is near.

        Returns
        -------
        str
            Up to two names with a slash between.
        """
        names = [name for name in self.near(place) if name.casefold() != own.casefold()]
        both = [own, *names][:2] if own else names[:2]
        return " / ".join(both) or other


def told_apart(named: "Sequence[tuple[str, BaseGeometry]]") -> list[str]:
    """Return names, those of several places numbered from west to east: "Rua X / Rua Y (2)".

    Parameters
    ----------
    named
        Names with their places.
    """
    order = sorted(
        range(len(named)), key=lambda at: (named[at][0], *shapely.bounds(named[at][1]).tolist(), at)
    )
    many = Counter(name for name, _ in named)
    result = [name for name, _ in named]
    number = Counter[str]()
    for at in order:
        name = result[at]
        number[name] += 1
        if many[name] > 1:
            result[at] = f"{name} ({number[name]})"
    return result
