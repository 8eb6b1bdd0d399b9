"""Squares in the band of a cordon: walked any way one likes, so closed by a fence across them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from placement.arrays import Bools, Geometries, Ints
from placement.streets.network import Streets
from placement.streets.sight import grown_squares

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: A place lies on a line this near to it, metres.
_ON_M = 1e-3
#: Parts of squares smaller than this are what rounding leaves, square metres.
_CRUMB_M2 = 1e-6
#: Where a fence may stand, in shares of the band from the perimeter: a fence that ends at a
#: junction parts nothing there, so its ends keep this far from all, metres.
_SHARES = (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65)
_FROM_JUNCTIONS_M = 0.1


class Parted(NamedTuple):
    """Squares parted about the middle of the band.

    Attributes
    ----------
    covered
        (E,) bool, edges that lie on a square: who may walk anywhere needs none of them.
    doors
        Edge, junction and part of a square that it stands on, (K, 3).
    fences
        Edge of the square, and the parts on the inner and the outer side of each, (N, 3).
    lines
        (N,) lines in metres, along it.
    inside, outside
        Parts that reach within the perimeter, and beyond the band.
    crossing
        Stretches of the perimeter that lie on squares.
    n_parts
        How many parts there are.
    """

    covered: Bools
    doors: Ints
    fences: Ints
    lines: Geometries
    inside: set[int]
    outside: set[int]
    crossing: int
    n_parts: int


def part_squares(
    streets: Streets, inside: "BaseGeometry", outer: "BaseGeometry", *, band_m: float
) -> Parted:
    """Part the squares of a network by a line that lies about the middle of a band.

    Parameters
    ----------
    streets
        The network.
    inside, outer
        The ground that is to be sealed, and the same with its band.
    band_m
        Width of the band, metres.

    Returns
    -------
    Parted
        Parts are numbered from 0 on.
    """
    covered = np.zeros(streets.n_edges, np.bool_)
    doors: list[tuple[int, int, int]] = []
    fences: list[tuple[int, int, int]] = []
    lines: list[BaseGeometry] = []
    within: set[int] = set()
    beyond: set[int] = set()
    crossing = behind = 0
    perimeter = shapely.boundary(inside)
    touching = _single(streets, outer)
    middle = _middle(streets, inside, touching, band_m)
    rim = shapely.boundary(middle)
    for square, ours in _edges_on(streets, touching):
        shape = streets.squares.shape[square]
        covered[ours] = True
        near = _polygons(shapely.intersection(shape, middle))
        parts = np.concatenate([near, _polygons(shapely.difference(shape, middle))])
        within.update((behind + np.flatnonzero(shapely.dwithin(parts, inside, _ON_M))).tolist())
        beyond.update((behind + np.flatnonzero(~shapely.covered_by(parts, outer))).tolist())
        for line in _lines(shapely.intersection(rim, shape)):
            at = shapely.line_interpolate_point(line, 0.5, normalized=True)
            beside = shapely.distance(parts, at) < _ON_M
            inner = np.flatnonzero(beside[: len(near)])
            farther = np.flatnonzero(beside[len(near) :]) + len(near)
            if len(inner) and len(farther):
                fences.append((int(ours[0]), behind + int(inner[0]), behind + int(farther[0])))
                lines.append(line)
        crossing += len(_lines(shapely.intersection(perimeter, shape)))
        ends = np.stack([streets.edge_tail[ours], streets.edge_head[ours]]).astype(np.int64)
        nodes, first = np.unique(ends, return_index=True)
        gap = shapely.distance(shapely.points(streets.node_xy[nodes])[:, None], parts[None, :])
        doors += zip(
            ours[first % len(ours)].tolist(),
            nodes.tolist(),
            (behind + np.argmin(gap, axis=1)).tolist(),
            strict=True,
        )
        behind += len(parts)
    return Parted(
        covered=covered,
        doors=np.array(doors, np.int64).reshape(-1, 3),
        fences=np.array(fences, np.int64).reshape(-1, 3),
        lines=np.array([None, *lines], object)[1:],
        inside=within,
        outside=beyond,
        crossing=crossing,
        n_parts=behind,
    )


def _single(streets: Streets, outer: "BaseGeometry") -> Ints:
    """Return the squares that meet some ground, without those that lie on another one.

    A square that is mapped twice, or in parts and as a whole, is walked and closed as one.
    """
    if not len(streets.squares):
        return np.zeros(0, np.int64)
    squares, (grown, tree) = streets.squares, grown_squares(streets)
    meeting = np.flatnonzero(shapely.intersects(grown, outer))
    at, on = tree.query(squares.shape[meeting], predicate="covered_by")
    own = meeting[at]
    like = (squares.level[own] == squares.level[on]) & (own != on)
    like &= squares.structure[own] == squares.structure[on]
    own, on = own[like], on[like]
    equal = shapely.covered_by(squares.shape[on], grown[own])
    result: Ints = np.setdiff1d(meeting, own[~equal | (on < own)])
    return result


def _middle(
    streets: Streets, inside: "BaseGeometry", squares: Ints, band_m: float
) -> "BaseGeometry":
    """Return the ground up to a line about the middle of a band, away from all junctions."""
    outlines = shapely.union_all(shapely.boundary(streets.squares.shape[squares]))
    junctions = shapely.MultiPoint(streets.node_xy)
    found = [shapely.buffer(inside, share * band_m) for share in _SHARES]
    away = []
    for ground in found:
        ends = shapely.intersection(shapely.boundary(ground), outlines)
        away.append(np.inf if ends.is_empty else float(shapely.distance(ends, junctions)))
        if away[-1] >= _FROM_JUNCTIONS_M:
            return ground
    return found[int(np.argmax(away))]


def _edges_on(streets: Streets, squares: Ints) -> Iterator[tuple[int, Ints]]:
    """Yield squares and the edges that lie on each, those across it first."""
    surfaces = streets.squares
    tree = shapely.STRtree(streets.edge_lines())
    of, edge = tree.query(grown_squares(streets)[0][squares], predicate="covers")
    on = squares[of]
    mine = ~streets.island[edge] & (streets.level[edge] == surfaces.level[on])
    mine &= (streets.bridge | streets.tunnel)[edge] == surfaces.structure[on]
    on, edge = on[mine], edge[mine]
    order = np.lexsort((edge, ~streets.across[edge], on))
    on, edge = on[order], edge[order]
    numbers, first = np.unique(on, return_index=True)
    for square, begin, end in zip(numbers, first, np.append(first, len(on))[1:], strict=True):
        yield int(square), edge[begin:end]


def _polygons(shape: "BaseGeometry") -> Geometries:
    parts = shapely.get_parts(shapely.normalize(shape))
    result: Geometries = parts[
        (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > _CRUMB_M2)
    ]
    return result


def _lines(shape: "BaseGeometry") -> Geometries:
    parts = shapely.get_parts(shape)
    parts = parts[shapely.get_dimensions(parts) == 1]
    merged = shapely.get_parts(shapely.normalize(shapely.line_merge(shapely.union_all(parts))))
    result: Geometries = merged[shapely.length(merged) > _ON_M]
    return result
