"""Streets that are closed or crowded: edges cut exactly where an outline meets them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.arrays import Bools, Floats, Geometries, Ints
from placement.errors import UsageError
from placement.reading.levels import Levels, in_order
from placement.streets.barring import edges_on
from placement.streets.corners import with_corners
from placement.streets.fences import ON_LINE_M, drawn_out, junctions_on, parted_at
from placement.streets.graph import connected_parts, half_edges
from placement.streets.network import Streets, transformer
from placement.streets.numbering import GRID, hilbert

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


#: Pieces shorter than this, in metres, are what rounding leaves at an outline, not streets.
_CRUMB_M = 1e-6
#: An edge is along a line where it lies this near to it all the way, metres [A].
ALONG_M = 8.0
#: Density at which nobody moves, persons per square metre (Weidmann 1993) [S].
JAM_PER_M2 = 5.4


class _Piece(NamedTuple):
    """A part of an edge, from `begin` to `end` metres of the plane from its tail.

    `pace` is the share of its speed that is kept; `joined` says whether it still meets the
    parts beside it.
    """

    edge: int
    begin: float
    end: float
    pace: float = 1.0
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Streets closed to walkers, or open one way only.

    Attributes
    ----------
    shape
        A polygon closes what lies in it. A line closes what crosses it, there. None with a
        street's name closes the street as a whole.
    street
        Name of the street it is about; others are left alone. Case does not matter.
    oneway
        The streets along the line may be walked in the line's direction only.
    fence
        A street that is closed as a whole is not crossed either.
    levels
        Levels on which a shape closes streets; None is the open air (see
        `placement.streets.barring.Barring`), and any level where the shape is about one street or
        a direction.
    """

    shape: "BaseGeometry | None" = None
    street: str | None = None
    oneway: bool = False
    fence: bool = False
    levels: Levels = None

    def __post_init__(self) -> None:
        if self.shape is None and not self.street:
            raise UsageError("a closure wants a shape or the name of a street.")
        if self.oneway and (self.shape is None or shapely.get_dimensions(self.shape) != 1):
            raise UsageError("a one-way closure wants a line that shows the way.")
        if self.fence and self.shape is not None:
            raise UsageError("a fence along a street wants its name alone; a line is a fence.")


def with_closures(streets: Streets, closures: Iterable[Closure]) -> Streets:
    """Return the network as closures leave it.

    Parameters
    ----------
    streets
        The network.
    closures
        In the network's coordinate system.

    Returns
    -------
    Streets
        A new network; the given one where nothing is touched.
    """
    closures = list(closures)
    result = streets
    for levels, shapes in _by_levels(closures).items():
        dimensions = shapely.get_dimensions(shapes)
        for dimension in (2, 1):
            if (dimensions == dimension).any():
                ours = shapes[dimensions == dimension].tolist()
                taken = shapely.union_all([drawn_out(one) for one in ours])
                here = np.flatnonzero(edges_on(result, levels))
                result = without(result, taken, here, result.squares.on(levels))
    for closure in closures:
        if closure.oneway:
            result = _one_way(result, closure)
        elif closure.street:
            result = _closed_street(result, closure, closure.street)
    return result


def _by_levels(closures: Iterable[Closure]) -> "dict[Levels, NDArray[Any]]":
    """Return the shapes that are about all streets, by the levels they stand on, in order."""
    found: dict[Levels, list[BaseGeometry]] = {}
    for closure in closures:
        if closure.shape is not None and not closure.street and not closure.oneway:
            found.setdefault(closure.levels, []).append(closure.shape)
    return {levels: np.array([None, *found[levels]], object)[1:] for levels in in_order(found)}


def _closed_street(streets: Streets, closure: Closure, street: str) -> Streets:
    """Close the street of a name: as a whole, within an area, or across a line."""
    ours = edges_named(streets, street)
    if closure.levels is not None:
        ours &= edges_on(streets, closure.levels)
    named = np.flatnonzero(ours)
    squares = squares_named(streets, street)
    if closure.levels is not None:
        squares &= streets.squares.on(closure.levels)
    if closure.shape is None:
        lines = streets.edge_lines()[named]
        above = np.where(edges_on(streets, None), 0, streets.level)[named]
        result = _with_parts(streets, dict.fromkeys(named.tolist(), ()))
        if squares.any():
            result = replace(result, squares=streets.squares.take(~squares))
        for level in np.unique(above).tolist() if closure.fence else ():
            levels = None if level == 0 else frozenset([level])
            fence = shapely.union_all(lines[above == level])
            here = np.flatnonzero(edges_on(result, levels))
            result = without(result, fence, here, result.squares.on(levels))
        return result
    return without(streets, drawn_out(closure.shape), named, squares)


def without(streets: Streets, taken: "BaseGeometry", edges: Ints, squares: Bools) -> Streets:
    """Take an area or a fence from some edges and squares; who is on a square walks round it.

    An area closes what lies in it, lines what crosses them; `edges` are positions and `squares`
    (S,) bool, of those that it stands on.
    """
    if shapely.get_dimensions(taken) == 2:
        streets = _closed_area(streets, taken, only=edges)
    else:
        streets = _cut_across(streets, taken, only=edges, squares=streets.squares.shape[squares])
    left, smaller = streets.squares.without(taken, squares)
    if left is streets.squares:
        return streets
    streets = replace(streets, squares=left)
    rounded = with_corners(streets, smaller)
    if rounded is streets:
        return streets
    return _renumbered(rounded, np.arange(rounded.n_edges), [])


def with_crowd(streets: Streets, crowd: "Iterable[tuple[BaseGeometry, float]]") -> Streets:
    """Return the network with walking slowed by how dense people stand.

    Parameters
    ----------
    streets
        The network.
    crowd
        Polygons in the network's coordinate system and persons per square metre in them; where
        they overlap the denser one counts.

    Returns
    -------
    Streets
        A new network; streets are cut at the polygons' outlines.

    Raises
    ------
    UsageError
        Where a density is negative, or so high (5.4 and more) that nobody moves: close the
        polygon instead.

    References
    ----------
    Weidmann, U. (1993). Transporttechnik der Fussgänger. Schriftenreihe des IVT 90, ETH Zürich.
    """
    result = streets
    slow: list[tuple[BaseGeometry, float]] = []
    done: BaseGeometry = shapely.Polygon()
    for area, density in sorted(crowd, key=lambda item: -item[1]):
        here = shapely.difference(area, done)
        done = shapely.union(done, area)
        share = crowd_pace(density)
        if share < 1.0:
            result = _closed_area(result, here, pace=share)
            slow.append((here, share))
    if slow and len(streets.squares):
        result = replace(result, squares=replace(streets.squares, slow=tuple(slow)))
    return result


def crowd_pace(density: float) -> float:
    """Return the share of the free walking speed kept at so many persons per square metre.

    Raises
    ------
    UsageError
        Where the density is negative or at least 5.4, at which nobody moves.
    """
    if not 0 <= density < JAM_PER_M2:
        raise UsageError(
            f"people do not walk at {density:g} persons/m²; give 0 to less than {JAM_PER_M2:g}."
        )
    if density == 0:
        return 1.0
    return float(1.0 - np.exp(-1.913 * (1.0 / density - 1.0 / JAM_PER_M2)))


def with_pace(streets: Streets, shares: Mapping[str, float]) -> Streets:
    """Return the network with classes of street walked slower or faster.

    Parameters
    ----------
    streets
        The network.
    shares
        By class: what share of its present speed is kept, above 0.

    Returns
    -------
    Streets
        A new network with the same numbers.
    """
    share = np.ones(len(streets.classes))
    for name, value in shares.items():
        if not (np.isfinite(value) and value > 0):
            raise UsageError(f"class {name!r} cannot be walked at {value} of its speed.")
        if name in streets.classes:
            share[streets.classes.index(name)] = value
    slower = 1.0 / share[streets.class_code]
    result = _with_times(streets, streets.forward_s * slower, streets.backward_s * slower)
    squares = streets.squares
    return replace(result, squares=replace(squares, pace=squares.pace * share[squares.class_code]))


def _with_times(streets: Streets, forward_s: Floats, backward_s: Floats) -> Streets:
    first, head, walk_s, half_edge = half_edges(
        streets.edge_tail, streets.edge_head, forward_s, backward_s, streets.n_nodes
    )
    return replace(
        streets, forward_s=forward_s, backward_s=backward_s, first=first, head=head,
        walk_s=walk_s, half_edge=half_edge,
    )  # fmt: skip


def edges_named(streets: Streets, street: str) -> Bools:
    """Say which edges bear a name."""
    result: Bools = _same_name(streets, street)[streets.name_code]
    return result


def squares_named(streets: Streets, street: str) -> Bools:
    """Say which squares bear a name."""
    result: Bools = _same_name(streets, street)[streets.squares.name_code]
    return result


def _same_name(streets: Streets, street: str) -> Bools:
    return np.array([name.casefold() == street.casefold() for name in streets.names], np.bool_)


def _one_way(streets: Streets, closure: Closure) -> Streets:
    """Let the edges along a line be walked in its direction only."""
    assert closure.shape is not None  # noqa: S101 - checked when it was made
    lines = streets.edge_lines()
    near = shapely.covers(shapely.buffer(closure.shape, ALONG_M), lines)
    if closure.levels is not None:
        near &= edges_on(streets, closure.levels)
    if closure.street:
        near &= edges_named(streets, closure.street)
    begin, end = (
        shapely.line_locate_point(closure.shape, shapely.get_point(lines, i)) for i in (0, -1)
    )
    with_it, against = near & (end > begin), near & (end < begin)
    forward, backward = streets.forward_s.copy(), streets.backward_s.copy()
    backward[with_it] = np.nan
    forward[against] = np.nan
    return _with_times(streets, forward, backward)


def _closed_area(
    streets: Streets,
    area: "BaseGeometry",
    *,
    only: Ints | None = None,
    pace: float = 0.0,
) -> Streets:
    """Cut edges at an area's outline and close what is inside, or slow it down."""
    shapely.prepare(area)
    touched = np.flatnonzero(shapely.intersects(area, streets.edge_lines()))
    if only is not None:
        touched = np.intersect1d(touched, only)
    parts = {edge: _parts_of(streets, edge, area, pace) for edge in touched.tolist()}
    return _with_parts(streets, parts)


def _cut_across(
    streets: Streets, line: "BaseGeometry", *, only: Ints, squares: Geometries
) -> Streets:
    """Cut edges where a line crosses them, and part junctions it passes; both sides stay.

    Straight ways over a square that lie along the line are closed.
    """
    touched = np.intersect1d(np.flatnonzero(shapely.intersects(line, streets.edge_lines())), only)
    passed = junctions_on(streets, line, only)
    parts: dict[int, tuple[_Piece, ...]] = {}
    for edge in touched.tolist():
        cuts = met_at(streets, edge, line)
        ends = np.array([streets.edge_tail[edge], streets.edge_head[edge]])
        # the line may miss a junction that it passes by what coordinates are rounded to
        at_end = (cuts[1:-1] < ON_LINE_M) & passed[ends[0]]
        at_end |= (cuts[-1] - cuts[1:-1] < ON_LINE_M) & passed[ends[1]]
        cuts = np.concatenate([cuts[:1], cuts[1:-1][~at_end], cuts[-1:]])
        parts[edge] = tuple(_Piece(edge, float(a), float(b)) for a, b in pairwise(cuts))
    over = touched[streets.across[touched]]
    beside = shapely.buffer(line, ON_LINE_M)
    along = over[shapely.covers(beside, streets.edge_lines()[over])]
    parts |= dict.fromkeys(along.tolist(), ())
    parted = parted_at(streets, line, np.flatnonzero(passed), squares)
    cut = _with_parts(parted, parts)
    if cut is parted and parted is not streets:
        return _renumbered(parted, np.arange(parted.n_edges), [])
    return cut


def _with_parts(streets: Streets, parts: "Mapping[int, Sequence[_Piece]]") -> Streets:
    """Put parts in the place of some edges."""
    edge_m = streets.vertex_m[streets.vertex_first[1:] - 1]
    if all(list(own) == [_Piece(e, 0.0, float(edge_m[e]))] for e, own in parts.items()):
        return streets
    whole = np.ones(streets.n_edges, np.bool_)
    whole[list(parts)] = False
    pieces = [piece for edge in sorted(parts) for piece in parts[edge]]
    return _renumbered(streets, np.flatnonzero(whole), pieces)


def met_at(streets: Streets, edge: int, line: "BaseGeometry") -> Floats:
    """Return where a line meets an edge, metres from its tail, both ends included."""
    vertices = streets.edge_xy(edge)
    run = streets.vertex_m[streets.vertex_first[edge] : streets.vertex_first[edge + 1]]
    total = float(run[-1])
    # segment by segment, so that an edge that meets itself is measured along its own course
    segments = shapely.linestrings(np.stack([vertices[:-1], vertices[1:]], axis=1))
    met, segment = shapely.get_coordinates(shapely.intersection(segments, line), return_index=True)
    at = run[segment] + np.hypot(*(met - vertices[segment]).T)
    cuts: Floats = np.unique(np.concatenate([[0.0], np.minimum(at, total), [total]]))
    cuts = cuts[np.concatenate([[True], np.diff(cuts) > _CRUMB_M])]
    cuts[-1] = total
    return cuts


def _parts_of(streets: Streets, edge: int, area: "BaseGeometry", pace: float) -> tuple[_Piece, ...]:
    """Return the parts of an edge outside an area, and the slower ones inside where any are."""
    vertices = streets.edge_xy(edge)
    run = streets.vertex_m[streets.vertex_first[edge] : streets.vertex_first[edge + 1]]
    total = float(run[-1])
    if total == 0.0:
        # a lift: open unless it stands inside
        inside = shapely.contains(area, shapely.Point(vertices[0])) and pace == 0.0
        return () if inside else (_Piece(edge, 0.0, 0.0),)
    cuts = met_at(streets, edge, shapely.boundary(area))
    # and at each vertex, for an edge may run along the outline for a while
    cuts = np.unique(np.concatenate([cuts, run]))
    cuts = cuts[np.concatenate([[True], np.diff(cuts) > _CRUMB_M])]
    cuts[-1] = total
    middle = 0.5 * (cuts[:-1] + cuts[1:])
    x, y = (np.interp(middle, run, vertices[:, axis]) for axis in range(2))
    shares = np.where(shapely.contains_xy(area, x, y), pace, 1.0)
    pieces: list[_Piece] = []
    for begin, end, share in zip(
        cuts[:-1].tolist(), cuts[1:].tolist(), shares.tolist(), strict=True
    ):
        if pieces and pieces[-1].end == begin and pieces[-1].pace == share:
            pieces[-1] = pieces[-1]._replace(end=end)
        else:
            pieces.append(_Piece(edge, begin, end, share, joined=pace > 0.0))
    if len(pieces) == 1:
        pieces = [pieces[0]._replace(joined=False)]
    return tuple(piece for piece in pieces if piece.pace > 0.0)


def _laid_out(begin_at: Ints, corners: Ints, turned: "NDArray[np.bool_]") -> tuple[Ints, Ints]:
    """Return where each edge's geometry starts, and the corners to take for it, one by one."""
    vertex_first = np.concatenate([[0], np.cumsum(corners)]).astype(np.int64)
    within = np.arange(vertex_first[-1]) - np.repeat(vertex_first[:-1], corners)
    back_from = np.repeat(np.where(turned, corners - 1, 0), corners)
    return vertex_first, np.repeat(begin_at, corners) + np.abs(back_from - within)


def _renumbered(streets: Streets, whole: Ints, pieces: list[_Piece]) -> Streets:
    """Give what is left new numbers: nodes along the curve, edges by their ends.

    Edges that are `whole` are as before; `pieces` are in the order of their edges.
    """
    source = np.concatenate([whole, np.array([p.edge for p in pieces], np.int64)])
    tail = streets.edge_tail[source].astype(np.int64)
    head = streets.edge_head[source].astype(np.int64)
    share, slower = np.ones(len(source)), np.ones(len(source))
    # geometry of pieces is put behind that of whole edges
    begin_at = streets.vertex_first[source]
    corners = streets.vertex_first[source + 1] - begin_at
    cut_xy: list[Floats] = []
    shared: dict[tuple[int, float], int] = {}
    geometry = [streets.vertex_xy]
    behind = len(streets.vertex_xy)
    for i, (edge, begin, end, pace, joined) in enumerate(pieces, start=len(whole)):
        slower[i] = 1.0 / pace
        vertices = streets.edge_xy(edge)
        run = streets.vertex_m[streets.vertex_first[edge] : streets.vertex_first[edge + 1]]
        total = float(run[-1])
        if begin == 0.0 and end == total:
            continue
        share[i] = (end - begin) / total
        first, last = (
            np.array([np.interp(at, run, vertices[:, axis]) for axis in range(2)])
            for at in (begin, end)
        )
        for at, place, ends in ((begin, first, tail), (end, last, head)):
            if 0.0 < at < total:
                number = shared.get((edge, at)) if joined else None
                if number is None:
                    number = shared[edge, at] = streets.n_nodes + len(cut_xy)
                    cut_xy.append(place)
                ends[i] = number
        geometry.append(np.vstack([first, vertices[(run > begin) & (run < end)], last]))
        begin_at[i], corners[i] = behind, len(geometry[-1])
        behind += len(geometry[-1])

    xy = np.vstack([streets.node_xy, *cut_xy])
    lonlat = streets.node_lonlat
    if cut_xy:
        back = transformer(streets.crs, inverse=True)
        lonlat = np.vstack([lonlat, np.column_stack(back.transform(*np.array(cut_xy).T))])
    used = np.unique(np.concatenate([tail, head]))
    grid = np.rint(lonlat[used] * GRID).astype(np.int32)
    used = used[np.argsort(hilbert(grid[:, 0].copy(), grid[:, 1].copy()), kind="stable")]
    rank = np.empty(len(xy), np.int64)
    rank[used] = np.arange(len(used))
    tail, head = rank[tail], rank[head]

    turn = tail > head
    tail, head = np.where(turn, head, tail), np.where(turn, tail, head)
    forward = streets.forward_s[source] * share * slower
    backward = streets.backward_s[source] * share * slower
    forward, backward = np.where(turn, backward, forward), np.where(turn, forward, backward)
    # of edges between the same nodes the one of the lower edge before comes first
    order = np.lexsort((np.arange(len(tail)), source, head, tail))
    vertex_first, take = _laid_out(begin_at[order], corners[order], turn[order])
    source = source[order]
    edge_tail, edge_head = tail[order].astype(np.int32), head[order].astype(np.int32)
    forward_s, backward_s = forward[order], backward[order]
    first, to, walk_s, half_edge = half_edges(
        edge_tail, edge_head, forward_s, backward_s, len(used)
    )
    return replace(
        streets,
        node_xy=xy[used],
        node_lonlat=lonlat[used],
        edge_tail=edge_tail,
        edge_head=edge_head,
        length_m=(streets.length_m[source] * share[order]),
        forward_s=forward_s,
        backward_s=backward_s,
        vertex_first=vertex_first,
        vertex_xy=np.vstack(geometry)[take],
        bridge=streets.bridge[source],
        tunnel=streets.tunnel[source],
        across=streets.across[source],
        level=streets.level[source],
        island=streets.island[source],
        class_code=streets.class_code[source],
        name_code=streets.name_code[source],
        component=connected_parts(edge_tail, edge_head, len(used)),
        first=first,
        head=to,
        walk_s=walk_s,
        half_edge=half_edge,
    )
