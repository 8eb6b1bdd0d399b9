"""Streets cut at a perimeter and at the outer line of its band: what may be closed, and where."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.arrays import Bools, Floats, Ints
from placement.errors import InputError
from placement.starting.cordon_squares import part_squares
from placement.streets.closures import met_at
from placement.streets.network import Streets

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Pieces shorter than this cannot be closed, metres: a closure needs a place to stand.
LEAST_M = 0.1
#: A place lies on a line this near to it, metres.
_ON_M = 1e-3
#: Nodes of the band's graph: all that lies outside, and all that lies inside.
OUTSIDE, INSIDE = 0, 1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Band:
    """The pieces of streets within a band, N of them, as a graph between outside and inside.

    Attributes
    ----------
    edge
        (N,) int64, the edge of the network each is a piece of; of what crosses a square, one that
        lies on it.
    begin, end
        (N,) float64, metres from the edge's tail.
    tail, head
        (N,) int64, nodes: `OUTSIDE`, `INSIDE`, and others from 2 on.
    forward, backward
        (N,) bool, whether one may go from tail to head, and back.
    fence
        Lines across squares, by piece: a square is closed by the whole of such a line.
    n_nodes
        Nodes of the graph.
    crossing
        How many ways cross the perimeter itself.
    islands
        Edges that nothing else is joined to, which were left out.
    """

    edge: Ints
    begin: Floats
    end: Floats
    tail: Ints
    head: Ints
    forward: Bools
    backward: Bools
    fence: "dict[int, BaseGeometry]"
    n_nodes: int
    crossing: int
    islands: int

    @property
    def length_m(self) -> Floats:
        """(N,) float64."""
        return self.end - self.begin


def cut_band(streets: Streets, inside: "BaseGeometry", *, band_m: float) -> Band:
    """Cut a network at a perimeter and at the line that lies `band_m` outside it.

    Parameters
    ----------
    streets
        The network.
    inside
        The ground that is to be sealed, in the network's coordinate system.
    band_m
        How far outside the perimeter closures may stand, metres.

    Raises
    ------
    InputError
        If no street lies outside.
    """
    outer = shapely.buffer(inside, band_m)
    lines = streets.edge_lines()
    shapely.prepare(outer)
    shapely.prepare(inside)
    touching = np.flatnonzero(~streets.island & shapely.intersects(outer, lines))
    near, far = shapely.boundary(inside), shapely.boundary(outer)
    rims = shapely.union_all([near, far])
    for rim in (near, far, rims):
        shapely.prepare(rim)
    crossed = np.zeros(streets.n_edges, np.bool_)
    crossed[touching] = shapely.intersects(rims, lines[touching])
    zone = _zones(streets.node_xy, inside, outer, near, far)
    if len(touching) and not (zone == OUTSIDE).any():
        raise InputError(
            "the street layer ends within the perimeter and its band, so nobody comes from outside",
            remedy="take streets that reach farther, or a narrower band",
        )
    parted = part_squares(streets, inside, outer, band_m=band_m)
    found: list[tuple[int, float, float, int, int]] = []
    crossing = parted.crossing
    for edge in touching[~parted.covered[touching]].tolist():
        tail, head = (int(zone[ends[edge]]) for ends in (streets.edge_tail, streets.edge_head))
        run = streets.vertex_m[streets.vertex_first[edge] : streets.vertex_first[edge + 1]]
        total = float(run[-1])
        if not (crossed[edge] and total):
            if (tail, head) != (INSIDE, INSIDE):
                found.append((edge, 0.0, total, tail, head))
            continue
        cuts = met_at(streets, edge, rims)
        vertices = streets.edge_xy(edge)
        places = np.column_stack([np.interp(cuts, run, vertices[:, axis]) for axis in range(2)])
        ends = _rims(places, near)
        ends[0], ends[-1] = tail, head
        middle = 0.5 * (cuts[:-1] + cuts[1:])
        x, y = (np.interp(middle, run, vertices[:, axis]) for axis in range(2))
        within = shapely.intersects_xy(inside, x, y)
        banded = ~within & shapely.intersects_xy(outer, x, y)
        crossing += int((within[:-1] != within[1:]).sum())
        found += [
            (edge, float(a), float(b), u, v)
            for (a, b), (u, v), own in zip(pairwise(cuts), pairwise(ends), banded, strict=True)
            if own
        ]
    both_ways = len(found)
    part = streets.n_nodes + 2 + np.arange(parted.n_parts)
    part[list(parted.outside)] = OUTSIDE
    part[list(parted.inside)] = INSIDE
    for edge, node, at in parted.doors.tolist():
        found.append((edge, 0.0, 0.0, int(zone[node]), int(part[at])))
    fence = dict(enumerate(parted.lines.tolist(), start=len(found)))
    for edge, inner, farther in parted.fences.tolist():
        found.append((edge, 0.0, band_m, int(part[inner]), int(part[farther])))
    columns = list(zip(*found, strict=True)) or [(), (), (), (), ()]
    pieces_of = np.array(columns[0], np.int64)
    tail_at, head_at = (np.array(columns[at], np.int64) for at in (3, 4))
    numbers, packed = np.unique(
        np.concatenate([[OUTSIDE, INSIDE], tail_at, head_at]), return_inverse=True
    )
    count = len(pieces_of)
    on_square = np.arange(count) >= both_ways
    return Band(
        edge=pieces_of,
        begin=np.array(columns[1], np.float64),
        end=np.array(columns[2], np.float64),
        tail=packed[2 : 2 + count].astype(np.int64),
        head=packed[2 + count :].astype(np.int64),
        forward=on_square | ~np.isnan(streets.forward_s[pieces_of]),
        backward=on_square | ~np.isnan(streets.backward_s[pieces_of]),
        fence=fence,
        n_nodes=len(numbers),
        crossing=crossing,
        islands=int((streets.island & shapely.intersects(outer, lines)).sum()),
    )


def _zones(
    xy: Floats,
    inside: "BaseGeometry",
    outer: "BaseGeometry",
    near: "BaseGeometry",
    far: "BaseGeometry",
) -> Ints:
    """Return the node of the graph that each junction is; on a line it belongs to its far side."""
    zone = np.arange(len(xy)) + 2
    zone[~shapely.intersects_xy(outer, *xy.T)] = OUTSIDE
    points = shapely.points(xy)
    zone[shapely.dwithin(far, points, _ON_M)] = OUTSIDE
    zone[shapely.intersects_xy(inside, *xy.T) | shapely.dwithin(near, points, _ON_M)] = INSIDE
    return zone


def _rims(places: Floats, near: "BaseGeometry") -> list[int]:
    """Return which line each place lies on: the perimeter, or the outer one."""
    on_near = shapely.dwithin(near, shapely.points(places), _ON_M)
    return [INSIDE if own else OUTSIDE for own in np.atleast_1d(on_near).tolist()]
