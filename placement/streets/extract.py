"""The walkable part of an OpenStreetMap extract, as its readers hand it on."""

from collections.abc import Mapping
from dataclasses import dataclass

from placement.arrays import Ints, Ints32
from placement.streets.ways import Way

#: The coordinate of a node that the file does not hold.
NOWHERE = 2147483647


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Extract:
    """The walkable part of an extract.

    Attributes
    ----------
    first
        (L + 1,) int64, where each line starts in ``place``.
    place
        (Q,) int32, the lines' nodes, as positions in ``key``.
    way
        (L,) each line's position in ``ways``.
    ways
        The distinct ways.
    key
        (P,) int64, sorted ids of the nodes.
    x, y
        (P,) int32, longitude and latitude in units of 1e-7 degree, `NOWHERE` where missing.
    squares
        Surfaces that are walked across: position in ``ways`` and all lines of the outline. One of
        which a line is not in the file is none.
    closed, lifts
        Positions in ``key`` of barriers closed to walkers, and of lifts.
    dropped
        How many ways were left out by reason.
    """

    first: Ints
    place: Ints32
    way: Ints
    ways: tuple[Way, ...]
    key: Ints
    x: Ints32
    y: Ints32
    squares: tuple[tuple[int, Ints], ...]
    closed: Ints
    lifts: Ints
    dropped: Mapping[str, int]
