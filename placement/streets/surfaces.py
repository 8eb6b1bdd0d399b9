"""Squares as surfaces: where people walk any way they like, and what closures leave of it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.arrays import Bools, Floats, Ints
from placement.reading.levels import Levels
from placement.streets.ways import Way

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapely.geometry.base import BaseGeometry

#: Half the width that a fence across a square takes from it, metres.
FENCE_M = 0.05
#: What lies this near to the outline of a square runs along it, metres: twice a fence.
_RIM_M = 2 * FENCE_M


class Square(NamedTuple):
    """A square as a file has it: how it is walked, and its polygon in units of 1e-7 degree."""

    way: Way
    shape: "BaseGeometry"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Surfaces:
    """The S squares of a network, in the order of their corners.

    Attributes
    ----------
    shape
        (S,) polygons in metres.
    level
        (S,) int64.
    structure
        (S,) bool, on a bridge or in a tunnel.
    pace
        (S,) float64, share of the walking speed.
    class_code, name_code
        (S,) int32, positions in the network's `classes` and `names`.
    slow
        Crowds: areas that do not overlap, and the share of the pace that is kept in them.
    """

    shape: NDArray[Any]
    level: Ints
    structure: Bools
    pace: Floats
    class_code: NDArray[np.int32]
    name_code: NDArray[np.int32]
    slow: "tuple[tuple[BaseGeometry, float], ...]" = ()

    def __len__(self) -> int:
        return len(self.shape)

    def take(self, index: Any) -> "Surfaces":  # noqa: ANN401 - positions or a mask
        """Return some of the surfaces."""
        names = ("shape", "level", "structure", "pace", "class_code", "name_code")
        return replace(self, **{name: getattr(self, name)[index] for name in names})

    def on(self, levels: Levels) -> Bools:
        """Say which lie on some levels, as `placement.streets.barring.edges_on` does of edges."""
        if levels is None:
            result: Bools = ~self.structure | (self.level == 0)
            return result
        return np.isin(self.level, sorted(levels))

    def within(self, shapes: "Sequence[BaseGeometry]", only: Bools) -> "BaseGeometry":
        """Return the ground that obstacles stand on within some of them, with a little beside it.

        What runs along an outline is left out: it takes no ground, and the corners of the outline
        are where people enter. From what is left the corners lie so far off that they are seen.

        Parameters
        ----------
        shapes
            Lines and areas, metres.
        only
            (S,) bool, those that the obstacles stand on.
        """
        found: list[BaseGeometry] = []
        ours = self.shape[only]
        tree = shapely.STRtree(ours)
        for shape in shapes:
            for square in np.sort(tree.query(shape, predicate="intersects")).tolist():
                part = shapely.intersection(shape, ours[square])
                inner = off_the_rim(part, ours[square])
                if not shapely.is_empty(inner):
                    found.append(shapely.intersection(part, shapely.buffer(inner, 2 * _RIM_M)))
        ground = shapely.union_all(found)
        return shapely.normalize(
            shapely.buffer(ground, FENCE_M, cap_style="square", join_style="mitre")
        )

    def without(self, taken: "BaseGeometry", only: Bools) -> "tuple[Surfaces, Bools]":
        """Return what is left where an area or a fence takes ground from some of them.

        Parameters
        ----------
        taken
            An area, or lines.
        only
            (S,) bool, those that it stands on.

        Returns
        -------
        left, smaller
            One surface for each connected part, and which of them lost ground.
        """
        ground = (
            taken
            if shapely.get_dimensions(taken) == 2
            else shapely.buffer(taken, FENCE_M, cap_style="flat", join_style="mitre")
        )
        touched = only & shapely.intersects(self.shape, ground)
        if not touched.any():
            return self, touched
        shape = self.shape.copy()
        shape[touched] = shapely.normalize(shapely.difference(shape[touched], ground))
        parts, of = shapely.get_parts(shape, return_index=True)
        kept = shapely.get_type_id(parts) == 3
        if ground is not taken:
            for part in np.flatnonzero(kept & touched[of]).tolist():
                parts[part] = _to_corners(parts[part], self.shape[of[part]], taken)
        return replace(self.take(of[kept]), shape=parts[kept]), touched[of[kept]]


def _to_corners(
    part: "BaseGeometry", square: "BaseGeometry", fence: "BaseGeometry"
) -> "BaseGeometry":
    """Return a part of a square, drawn up to the corners that a fence passes.

    People come in at such a corner on both sides of the fence, which takes a little beside it.
    """
    passed = [
        corner
        for corner in np.unique(shapely.get_coordinates(square), axis=0)
        if shapely.dwithin(fence, shapely.Point(corner), FENCE_M / 2)
    ]

    def drawn_up(xy: Floats) -> Floats:
        for corner in passed:
            away = np.hypot(*(xy - corner).T)
            xy[away < min(4 * FENCE_M, away.min() + FENCE_M / 100)] = corner
        return xy

    found = shapely.normalize(shapely.transform(part, drawn_up)) if passed else part
    return found if shapely.is_valid(found) else part


def off_the_rim(shape: "BaseGeometry", square: "BaseGeometry") -> "BaseGeometry":
    """Return what of an obstacle does not run along the outline of a square."""
    rim = shapely.buffer(shapely.boundary(square), _RIM_M)
    return shapely.difference(shape, rim)


NOTHING = Surfaces(
    shape=np.zeros(0, object),
    level=np.zeros(0, np.int64),
    structure=np.zeros(0, np.bool_),
    pace=np.zeros(0),
    class_code=np.zeros(0, np.int32),
    name_code=np.zeros(0, np.int32),
)


def surfaces_of(
    squares: "Sequence[Square]",
    to_plane: "Callable[[Floats], Floats]",
    class_at: dict[str, int],
    name_at: dict[str, int],
) -> Surfaces:
    """Lay squares onto a plane.

    Parameters
    ----------
    squares
        As read.
    to_plane
        From units of 1e-7 degree to metres, (N, 2).
    class_at, name_at
        Positions of classes and names.

    Returns
    -------
    Surfaces
        Without those that are walked in one direction, or slower in one than in the other.
    """
    level_ground = [s for s in squares if s.way.forward == s.way.backward and s.way.wait_s == 0]
    if not level_ground:
        return NOTHING
    shapes = shapely.transform(np.array([s.shape for s in level_ground], object), to_plane)
    shapes = shapely.normalize(shapes)
    ways = [s.way for s in level_ground]
    found = Surfaces(
        shape=shapes,
        level=np.array([w.level for w in ways], np.int64),
        structure=np.array([w.bridge or w.tunnel for w in ways], np.bool_),
        pace=np.array([w.forward for w in ways]),
        class_code=np.array([class_at[w.edge_class] for w in ways], np.int32),
        name_code=np.array([name_at[w.name] for w in ways], np.int32),
    )
    sound = np.flatnonzero(shapely.is_valid(shapes))
    keys = [(shapely.get_coordinates(shapes[i]).tolist(), ways[i]) for i in sound.tolist()]
    return found.take(sound[sorted(range(len(sound)), key=keys.__getitem__)])
