"""Straight walks on squares, looked for anew for the audit: line by line, by shapely alone."""

from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.arrays import Floats, Ints
from placement.streets import Snapped, Streets

_HAIR_M = 0.01
_RIM_M = 0.1
_SHORT_M = 1.0  # what a fence leaves of a street at a junction
_AT_ONCE = 1 << 18

type _Entries = tuple[Ints, Ints, Floats]

_entered: "WeakKeyDictionary[object, _Entries]" = WeakKeyDictionary()


def entries(streets: Streets, met: Snapped) -> _Entries:
    """Return who sees which junction of a square they stand on, and the seconds to it.

    Parameters
    ----------
    streets
        The network; its squares are taken as closures left them.
    met
        Points; of what they see nothing is taken but where they are and what bars the way.

    Returns
    -------
    point, node, seconds
        (K,) each.
    """
    if met.sight is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    if met.sight not in _entered:
        numbers: dict[tuple[float, float], list[int]] = {}
        for node, (x, y) in enumerate(streets.node_xy.tolist()):
            numbers.setdefault((x, y), []).append(node)
        main = {
            node
            for ends in (streets.edge_tail, streets.edge_head)
            for node in ends[~streets.island].tolist()
        }
        parts: list[_Entries] = []
        for square, here in _standing(streets, met):
            corners = {(x, y) for x, y in shapely.get_coordinates(streets.squares.shape[square])}
            at = sorted(
                door
                for place in corners
                if (door := _door(streets, square, main.intersection(numbers.get(place, ()))))
                is not None
            )
            parts.append(
                _walks(streets, square, (met, here), streets.node_xy[at], np.array(at, np.int64))
            )
        _entered[met.sight] = _joined(parts)
    return _entered[met.sight]


def _door(streets: Streets, square: int, nodes: set[int]) -> int | None:
    """Return by which of the junctions at one place a square is entered, None where by none."""
    if len(nodes) > 1:
        ground = _ground(streets, square)

        def enters(node: int) -> bool:
            own = np.flatnonzero((streets.edge_tail == node) | (streets.edge_head == node))
            return any(
                line.length > _SHORT_M and ground.intersects(line.interpolate(0.5, normalized=True))
                for line in streets.edge_lines()[own[~streets.island[own]]]
            )

        nodes = {node for node in nodes if enters(node)}
    return next(iter(nodes)) if len(nodes) == 1 else None


def straight(streets: Streets, origins: Snapped, targets: Snapped) -> Floats:
    """Return (origins × targets) seconds of straight walks on a square, infinite without one."""
    found = np.full((len(origins), len(targets)), np.inf)
    if origins.sight is None or targets.sight is None:
        return found
    theirs = dict(_standing(streets, targets))
    for square, here in _standing(streets, origins):
        if square in theirs:
            others = theirs[square]
            place = targets.sight.xy[others]
            scale = targets.sight.scale[others]
            one, other, seconds = _walks(streets, square, (origins, here), place, others, scale)
            np.minimum.at(found, (one, other), seconds)
    return found


def _standing(streets: Streets, met: Snapped) -> Iterator[tuple[int, Ints]]:
    """Yield squares with the points that stand on them."""
    if met.sight is None:
        return
    xy = shapely.points(met.sight.xy)
    for square in range(len(streets.squares)):
        inside = shapely.intersects(_ground(streets, square), xy)
        here = np.flatnonzero(inside & (met.sight.level == streets.squares.level[square]))
        if len(here):
            yield square, here


def _ground(streets: Streets, square: int) -> shapely.Geometry:
    return shapely.buffer(streets.squares.shape[square], _HAIR_M, join_style="mitre")


def _walks(
    streets: Streets,
    square: int,
    start: tuple[Snapped, Ints],
    place: Floats,
    number: Ints,
    scale: Floats | None = None,
) -> _Entries:
    """Return who of some points sees which places, and the seconds to them."""
    squares, (met, here) = streets.squares, start
    assert met.sight is not None  # noqa: S101 - told by the caller
    ground = _ground(streets, square)
    bars = []
    for each in met.sight.barring:
        on_bridge = bool(squares.structure[square]) and squares.level[square] != 0
        if (not on_bridge) if each.levels is None else squares.level[square] in each.levels:
            bars.append(each.shape if each.shape.area == 0 else each.shape.boundary)
    # a wall along the outline bars nobody from what lies on the outline
    rim = shapely.boundary(squares.shape[square]).buffer(_RIM_M)
    bars = [bar.difference(rim) for bar in bars if shapely.intersects(bar, ground)]
    shapely.prepare(ground)
    parts: list[_Entries] = []
    step = max(1, _AT_ONCE // max(1, len(place)))
    for some in np.split(here, range(step, len(here), step)):
        one, other = np.repeat(some, len(place)), np.tile(np.arange(len(place)), len(some))
        lines: NDArray[Any] = shapely.linestrings(
            np.stack([met.sight.xy[one], place[other]], axis=1)
        )
        long = shapely.length(lines)
        seen = shapely.covers(ground, lines)
        for bar in bars:
            seen &= ~shapely.intersects(bar, lines) | (long == 0)
        one, other, lines, long = one[seen], other[seen], lines[seen], long[seen]
        metres = long.copy()
        for area, share in squares.slow:
            metres += shapely.length(shapely.intersection(area, lines)) * (1 / share - 1)
        unit = met.sight.scale[one]
        if scale is not None:
            unit = (unit + scale[other]) / 2
        pace_m_s = streets.speed_m_s * squares.pace[square]
        parts.append((one, number[other], metres / unit / pace_m_s))
    return _joined(parts)


def _joined(parts: list[_Entries]) -> _Entries:
    none: _Entries = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    one, other, seconds = (np.concatenate(each) for each in zip(none, *parts, strict=True))
    return one, other, seconds
