"""Corners that closures leave on squares: walked round as those of the square itself are."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import shapely

from placement.arrays import Bools, Floats, Ints
from placement.streets.network import Streets, transformer
from placement.streets.sight import as_one, doors_of, edge_at, grown_squares, seconds_across
from placement.streets.snap import plane_scale
from placement.streets.squares import is_taut, thinned, turning_inwards


class _Across(NamedTuple):
    """Straight ways over squares: the nodes they join and what is known of each."""

    tail: Ints
    head: Ints
    square: Ints
    seconds: Floats
    length_m: Floats


def with_corners(streets: Streets, smaller: Bools) -> Streets:
    """Return the network with ways round what was taken from its squares.

    Every corner that the rest of a square turns inwards at becomes a junction, and is joined to
    those junctions of the square and those other corners that are in sight from it: the visibility
    graph, as `placement.streets.squares.crossings` makes it of a square that is whole.

    Parameters
    ----------
    streets
        The network, with its squares as closures left them.
    smaller
        (S,) bool, the squares that lost ground.

    Returns
    -------
    Streets
        Junctions and edges are added behind; the given network where no corner is new. Its tables
        by half-edge are those of the given network.
    """
    corner_xy: list[Floats] = []
    found: list[_Across] = []
    behind = streets.n_nodes
    for square in np.flatnonzero(smaller).tolist():
        xy, ways = _ways_round(streets, square, behind)
        behind += len(xy)
        corner_xy.append(xy)
        found.append(ways)
    if behind == streets.n_nodes:
        return streets
    return _added(
        streets,
        np.concatenate(corner_xy),
        _Across(*(np.concatenate(each) for each in zip(*found, strict=True))),
    )


def _ways_round(streets: Streets, square: int, behind: int) -> tuple[Floats, _Across]:
    """Return the new corners of a square, numbered from `behind` on, and the ways to and from."""
    none = np.zeros(0, np.int64)
    nothing = _Across(none, none, none, np.zeros(0), np.zeros(0))
    corners, beside = turning_inwards(streets.squares.shape[square])
    new = ~np.isin(as_one(corners), as_one(streets.node_xy))
    corners, beside = corners[new], beside[new]
    doors = doors_of(streets)[square]
    if len(corners) == 0 or len(doors) == 0:
        return np.zeros((0, 2)), nothing
    order = thinned(np.lexsort((corners[:, 1], corners[:, 0])))
    corners, beside = corners[order], beside[order]
    count = len(corners)
    xy = np.concatenate([corners, streets.node_xy[doors]])
    number = np.concatenate([np.arange(behind, behind + count), doors])
    beside = np.concatenate([beside, np.full((len(doors), 2, 2), np.nan)])
    a, b = np.triu_indices(len(xy), 1)
    a, b = a[a < count], b[a < count]  # those of two doors are there already
    taut = is_taut(xy[a], xy[b], beside[a], beside[b])
    a, b = a[taut], b[taut]
    ground = grown_squares(streets)[0][square]
    shapely.prepare(ground)
    seen = shapely.covers(ground, shapely.linestrings(np.stack([xy[a], xy[b]], axis=1)))
    a, b = a[seen], b[seen]
    scale = np.full(len(a), float(np.mean(plane_scale(streets)[edge_at(streets)[doors]])))
    length_m = np.hypot(*(xy[b] - xy[a]).T) / scale
    seconds = seconds_across(streets, square, xy[a], xy[b], scale)
    which = np.full(len(a), square, np.int64)
    return corners, _Across(number[a], number[b], which, seconds, length_m)


def _added(streets: Streets, corner_xy: Floats, ways: _Across) -> Streets:
    """Put corners and ways behind those of a network."""
    back = transformer(streets.crs, inverse=True)
    node_xy = np.vstack([streets.node_xy, corner_xy])
    count = len(ways.tail)
    ends = np.stack([node_xy[ways.tail], node_xy[ways.head]], axis=1).reshape(-1, 2)
    squares = streets.squares.take(ways.square)

    def extended(values: Any, more: Any) -> Any:  # noqa: ANN401 - of one kind, whatever it is
        return np.concatenate([values, np.asarray(more, values.dtype)])

    return replace(
        streets,
        node_xy=node_xy,
        node_lonlat=np.vstack([streets.node_lonlat, np.column_stack(back.transform(*corner_xy.T))]),
        edge_tail=extended(streets.edge_tail, ways.tail),
        edge_head=extended(streets.edge_head, ways.head),
        length_m=extended(streets.length_m, ways.length_m),
        forward_s=extended(streets.forward_s, ways.seconds),
        backward_s=extended(streets.backward_s, ways.seconds),
        vertex_first=extended(
            streets.vertex_first, streets.vertex_first[-1] + 2 * np.arange(1, count + 1)
        ),
        vertex_xy=np.vstack([streets.vertex_xy, ends]),
        bridge=extended(streets.bridge, squares.structure & (squares.level >= 0)),
        tunnel=extended(streets.tunnel, squares.structure & (squares.level < 0)),
        across=extended(streets.across, np.ones(count)),
        level=extended(streets.level, squares.level),
        island=extended(streets.island, np.zeros(count)),
        class_code=extended(streets.class_code, squares.class_code),
        name_code=extended(streets.name_code, squares.name_code),
    )
