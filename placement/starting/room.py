"""The room at a candidate site: its width with the open space beside it, and for a queue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.starting.drawn import Accuracy, Drawn
from placement.starting.mapped import MappedWay
from placement.starting.widths import QUEUE_M, QUEUE_M2, lanes_in, width_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Open space counts this far to each side of a place, metres [A].
_OPEN_M = 30.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Candidate:
    """A place where a post may stand.

    Attributes
    ----------
    id, kind, name
        Identifier, its kind, and what to call it.
    xy
        The place, a point in metres.
    way
        The way it stands on.
    level
        Level of that way.
    source, accuracy
        As in `Drawn`.
    width_m, width_from
        Usable width, and what says so.
    queue_people
        How many people have room to queue.
    """

    id: str
    kind: str
    name: str
    xy: "BaseGeometry"
    way: MappedWay | None
    level: int
    source: str
    accuracy: Accuracy
    width_m: float = 0.0
    width_from: str = ""
    queue_people: int = 0

    @property
    def lanes(self) -> int:
        """How many screening lanes have room."""
        return lanes_in(self.width_m)


def own_width(way: MappedWay) -> tuple[float, str]:
    """Return how wide a way is, metres, and what says so."""
    return width_of(way.tags, "" if way.walked is None else way.walked.edge_class)


def with_room(found: Iterable[Candidate], squares: Sequence[Drawn]) -> list[Candidate]:
    """Give candidates their widths and their room for a queue.

    Parameters
    ----------
    found
        Candidates.
    squares
        Open space.

    Returns
    -------
    list of Candidate
        The width is that of the way, or, where it is more, of the open space across it at the
        place, 30 m to each side at most. A queue has 60 m of the way, or the open space within
        60 m.
    """
    shapes = np.array([one.shape for one in squares], object)
    tree = shapely.STRtree(shapes)
    return [_with_room(one, shapes, tree) for one in found]


def _with_room(
    one: Candidate, shapes: "np.typing.NDArray[np.object_]", tree: shapely.STRtree
) -> Candidate:
    width, said = (0.0, "open space") if one.way is None else own_width(one.way)
    ground_m2 = width * QUEUE_M
    at = tree.query(one.xy, predicate="dwithin", distance=max(width, 2.0))
    if len(at):
        space = shapely.union_all(shapes[at])
        wide = _across(one, space, width)
        if wide > width:
            width, said = wide, "open space"
        circle = one.xy.buffer(QUEUE_M)
        ground_m2 = max(ground_m2, float(shapely.intersection(space, circle).area))
    people = int(ground_m2 / QUEUE_M2)
    return replace(one, width_m=width, width_from=said, queue_people=people)


def _across(one: Candidate, space: "BaseGeometry", width_m: float) -> float:
    """Return how wide street and open space beside it are, across the street, metres."""
    if one.way is None:
        directions = np.array([(1.0, 0.0), (0.0, 1.0)])
    else:
        line = one.way.line
        at = line.project(one.xy)
        a, b = line.interpolate(max(at - 2.0, 0.0)), line.interpolate(at + 2.0)
        along = np.array([b.x - a.x, b.y - a.y])
        size = float(np.hypot(*along))
        if size == 0.0:
            return 0.0
        directions = np.array([(-along[1] / size, along[0] / size)])
    here = np.array([one.xy.x, one.xy.y])
    own = shapely.union_all([space, one.xy.buffer(max(width_m / 2, 1.0))])
    best = np.inf
    for across in directions:
        ends = np.array([here - _OPEN_M * across, here + _OPEN_M * across])
        parts = shapely.get_parts(shapely.intersection(shapely.LineString(ends), own))
        mine = [part.length for part in parts.tolist() if part.distance(one.xy) < 0.01]
        best = min(best, max(mine, default=0.0))
    return float(best)
