"""Who stands on a square, and what they see of it: where streets enter, corners, one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from placement.arrays import Bools, Floats, Ints
from placement.compiled import compiled
from placement.streets.barring import Barring
from placement.streets.surfaces import off_the_rim

if TYPE_CHECKING:
    from placement.streets.network import Streets

#: Who stands this near to a square is on it, and lines may leave it by as much, metres: what
#: coordinates of OpenStreetMap are rounded to.
HAIR_M = 0.01
#: Shorter streets than this are what a fence cuts off at a junction, metres.
_CRUMB_M = 1.0
#: Lines that are looked along at once.
_AT_ONCE = 1 << 20


class _Walls(NamedTuple):
    """What nobody sees across: N segments, (N, 2) float64 metres each."""

    start: Floats
    end: Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True, weakref_slot=True)
class Sight:
    """What N points see of the squares that they stand on.

    Attributes
    ----------
    xy
        (N, 2) float64, metres.
    level
        (N,) int64.
    scale
        (N,) float64, metres of the plane for a true metre.
    squares
        (N, S) sparse bool, which points stand on which squares of the network.
    doors
        (N, V) sparse float64, seconds of the straight walk between a point and each junction that
        it sees; a walk of no time is stored as a zero.
    barring
        What nobody crosses.
    walls
        By square on which somebody stands.
    """

    xy: Floats
    level: Ints
    scale: Floats
    squares: csr_array
    doors: csr_array
    barring: tuple[Barring, ...]
    walls: dict[int, _Walls]

    def take(self, index: "NDArray[Any] | slice") -> "Sight":
        """Return some of the points, by position, mask or slice."""
        return Sight(
            xy=self.xy[index],
            level=self.level[index],
            scale=self.scale[index],
            squares=self.squares[index],
            doors=self.doors[index],
            barring=self.barring,
            walls=self.walls,
        )


def look_round(
    streets: "Streets", xy: Floats, level: Ints, *, scale: Floats, barring: Sequence[Barring]
) -> Sight | None:
    """Return what points see of the squares they stand on; None where nobody stands on one.

    Parameters
    ----------
    streets
        The network.
    xy, level, scale
        (N, 2), (N,) and (N,): the points, and metres of the plane for a true metre there.
    barring
        Water, walls and railways: nobody sees, or walks, across what bars the square's level.

    Returns
    -------
    Sight or None
    """
    squares = streets.squares
    if len(squares) == 0 or len(xy) == 0:
        return None
    _, tree = grown_squares(streets)
    point, square = tree.query(shapely.points(xy), predicate="intersects")
    mine = squares.level[square] == level[point]
    point, square = point[mine], square[mine]
    if len(point) == 0:
        return None
    doors = doors_of(streets)
    walls: dict[int, _Walls] = {}
    found: list[tuple[Ints, Ints, Floats]] = []
    for number in np.unique(square).tolist():
        walls[number] = _walls(streets, number, barring)
        people, nodes = point[square == number], doors[number]
        step = max(1, _AT_ONCE // max(1, len(nodes)))
        for some in np.split(people, range(step, len(people), step)):
            one, other = np.repeat(some, len(nodes)), np.tile(nodes, len(some))
            ends = streets.node_xy[other]
            seen = _sees(xy[one], ends, *walls[number])
            one, other, ends = one[seen], other[seen], ends[seen]
            seconds = seconds_across(streets, number, xy[one], ends, scale[one])
            found.append((one, other, seconds))
    one, other, seconds = (np.concatenate(part) for part in zip(*found, strict=True))
    member = coo_array(
        (np.ones(len(point), np.bool_), (point, square)), shape=(len(xy), len(squares))
    ).tocsr()
    return Sight(
        xy=xy,
        level=level,
        scale=scale,
        squares=csr_array(member),
        doors=_least(one, other, seconds, (len(xy), streets.n_nodes)),
        barring=tuple(barring),
        walls=walls,
    )


def in_sight(
    streets: "Streets", one: Sight | None, other: Sight | None, *, within_s: float
) -> csr_array | None:
    """Return the seconds of straight walks between points on one square that see one another.

    Parameters
    ----------
    streets
        The network.
    one, other
        What N and M points see, with the same things in the way.
    within_s
        Longest walk.

    Returns
    -------
    csr_array or None
        (N, M), walks of no time stored as zeros; None where no two see one another.
    """
    if one is None or other is None:
        return None
    found: list[tuple[Ints, Ints, Floats]] = []
    ours, theirs = one.squares.tocsc(), other.squares.tocsc()
    for number in np.flatnonzero(np.diff(ours.indptr) * np.diff(theirs.indptr)).tolist():
        a = ours.indices[ours.indptr[number] : ours.indptr[number + 1]].astype(np.int64)
        b = theirs.indices[theirs.indptr[number] : theirs.indptr[number + 1]].astype(np.int64)
        step = max(1, _AT_ONCE // len(b))
        for some in np.split(a, range(step, len(a), step)):
            row, column = np.repeat(some, len(b)), np.tile(b, len(some))
            scale = 0.5 * (one.scale[row] + other.scale[column])
            metres = np.hypot(*(one.xy[row] - other.xy[column]).T) / scale
            pace_m_s = streets.speed_m_s * streets.squares.pace[number]
            near = metres <= within_s * pace_m_s * (1.0 + 1e-9)  # told exactly below
            row, column, scale = row[near], column[near], scale[near]
            seen = _sees(one.xy[row], other.xy[column], *one.walls[number])
            row, column, scale = row[seen], column[seen], scale[seen]
            seconds = seconds_across(streets, number, one.xy[row], other.xy[column], scale)
            near = seconds <= within_s
            found.append((row[near], column[near], seconds[near]))
    if not sum(len(each[0]) for each in found):
        return None
    row, column, seconds = (np.concatenate(part) for part in zip(*found, strict=True))
    return _least(row, column, seconds, (len(one.xy), len(other.xy)))


def seconds_across(
    streets: "Streets", square: int, start: Floats, end: Floats, scale: Floats
) -> Floats:
    """Return the walking seconds along straight lines on a square, slower where it is crowded."""
    squares = streets.squares
    metres = np.hypot(*(end - start).T)
    shape = squares.shape[square]
    crowds = [each for each in squares.slow if shapely.intersects(shape, each[0])]
    if crowds and len(metres):
        lines = shapely.linestrings(np.stack([start, end], axis=1))
        slower = np.zeros(len(metres))
        for area, share in crowds:
            shapely.prepare(area)
            whole = shapely.covers(area, lines)
            slower[whole] += metres[whole] * (1.0 / share - 1.0)
            partly = np.flatnonzero(~whole & shapely.intersects(area, lines))
            within = shapely.length(shapely.intersection(lines[partly], area))
            slower[partly] += within * (1.0 / share - 1.0)
        metres = metres + slower
    result: Floats = metres / scale / (streets.speed_m_s * squares.pace[square])
    return result


def edge_at(streets: "Streets") -> Ints:
    """Return an edge that ends at each junction, (V,) int64."""
    found: Ints | None = streets.snap_cache.get("edge_at")
    if found is None:
        found = np.zeros(streets.n_nodes, np.int64)
        numbers = np.arange(streets.n_edges)[::-1]
        for ends in (streets.edge_head, streets.edge_tail):
            found[ends[numbers]] = numbers
        streets.snap_cache["edge_at"] = found
    return found


def grown_squares(streets: "Streets") -> "tuple[NDArray[Any], shapely.STRtree]":
    """Return the squares with a hair round them, (S,) polygons, and how to find them."""
    found: tuple[Any, shapely.STRtree] | None = streets.snap_cache.get("squares")
    if found is None:
        grown = shapely.buffer(streets.squares.shape, HAIR_M, join_style="mitre")
        found = grown, shapely.STRtree(grown)
        streets.snap_cache["squares"] = found
    return found


def doors_of(streets: "Streets") -> list[Ints]:
    """Return by square the junctions at its corners.

    Two junctions at one place are told apart by a gate that is closed, or by a fence: of them that
    one counts which alone has streets on the square.
    """
    found: list[Ints] | None = streets.snap_cache.get("doors")
    if found is None:
        main = np.flatnonzero(~streets.island)
        ends = np.concatenate([streets.edge_tail[main], streets.edge_head[main]])
        of_end = np.concatenate([main, main])[np.argsort(ends, kind="stable")]
        nodes, first, many = np.unique(np.sort(ends), return_index=True, return_counts=True)
        place = as_one(streets.node_xy[nodes])
        order = np.argsort(place, kind="stable")
        place, nodes, first, many = place[order], nodes[order], first[order], many[order]
        lines = streets.edge_lines()
        found = []
        for shape, grown in zip(streets.squares.shape, grown_squares(streets)[0], strict=True):
            corners = np.unique(as_one(shapely.get_coordinates(shape)))
            begin, end = (np.searchsorted(place, corners, side) for side in ("left", "right"))
            doors = nodes[begin[end - begin == 1]].tolist()
            for one, last in zip(
                begin[end - begin > 1].tolist(), end[end - begin > 1].tolist(), strict=True
            ):
                ours = []
                for at in range(one, last):
                    own = lines[of_end[first[at] : first[at] + many[at]]]
                    own = own[shapely.length(own) > _CRUMB_M]
                    middle = shapely.line_interpolate_point(own, 0.5, normalized=True)
                    if shapely.intersects(grown, middle).any():
                        ours.append(int(nodes[at]))
                doors += ours if len(ours) == 1 else []
            found.append(np.array(sorted(doors), np.int64))
        streets.snap_cache["doors"] = found
    return found


def as_one(xy: Floats) -> NDArray[np.complex128]:
    """Return places as one number each, which are equal and in order as the places are."""
    return np.ascontiguousarray(xy).view(np.complex128)[:, 0]


def _walls(streets: "Streets", square: int, barring: Sequence[Barring]) -> _Walls:
    """Return the outline of a square, a hair outside, and what bars its level there."""
    grown = grown_squares(streets)[0][square]
    rings = shapely.get_rings(grown)
    bars = [
        each.shape
        for each in barring
        if _stands_on(streets, square, each) and shapely.intersects(each.shape, grown)
    ]
    low, high = shapely.bounds(grown).reshape(2, 2)
    parts = shapely.get_parts(np.array([None, *bars], object)[1:])
    outline = [part if shapely.get_dimensions(part) == 1 else part.boundary for part in parts]
    # people come in where a street enters, though a wall runs along the outline there
    outline = [off_the_rim(line, streets.squares.shape[square]) for line in outline]
    lines = shapely.get_parts(np.array([None, *rings, *outline], object)[1:])
    xy, line = shapely.get_coordinates(lines, return_index=True)
    same = np.flatnonzero(line[1:] == line[:-1])
    start, end = xy[same], xy[same + 1]
    near = (np.maximum(start, end) >= low).all(axis=1) & (np.minimum(start, end) <= high).all(
        axis=1
    )
    return _Walls(np.ascontiguousarray(start[near]), np.ascontiguousarray(end[near]))


def _stands_on(streets: "Streets", square: int, barring: Barring) -> bool:
    return bool(streets.squares.on(barring.levels)[square])


def _sees(start: Floats, end: Floats, wall_start: Floats, wall_end: Floats) -> Bools:
    """Say which straight lines meet no wall; who is at one place sees one another."""
    result = np.empty(len(start), np.bool_)
    _look(start, end, wall_start, wall_end, result)
    return result


def _least(one: Ints, other: Ints, seconds: Floats, shape: tuple[int, int]) -> csr_array:
    """Return a table of the least seconds of each pair, by row and column."""
    order = np.lexsort((seconds, other, one))
    one, other, seconds = one[order], other[order], seconds[order]
    first = np.ones(len(one), np.bool_)
    first[1:] = (one[1:] != one[:-1]) | (other[1:] != other[:-1])
    starts = np.concatenate([[0], np.cumsum(np.bincount(one[first], minlength=shape[0]))])
    return csr_array((seconds[first], other[first], starts), shape=shape)


@compiled
def _look(start: Floats, end: Floats, wall_start: Floats, wall_end: Floats, result: Bools) -> None:
    """Write which lines meet no wall, the ends of both included."""
    for i in range(len(start)):
        px, py = start[i, 0], start[i, 1]
        dx, dy = end[i, 0] - px, end[i, 1] - py
        seen = True
        for k in range(len(wall_start)):
            if dx == 0.0 and dy == 0.0:
                break
            wx, wy = wall_start[k, 0] - px, wall_start[k, 1] - py
            ex, ey = wall_end[k, 0] - wall_start[k, 0], wall_end[k, 1] - wall_start[k, 1]
            # on which sides of the line the wall's ends lie, and the line's ends of the wall
            one = dx * wy - dy * wx
            other = one + dx * ey - dy * ex
            if (one > 0.0 and other > 0.0) or (one < 0.0 and other < 0.0):
                continue
            cross = dx * ey - dy * ex
            if cross == 0.0:
                continue
            t = (wx * ey - wy * ex) / cross
            if 0.0 <= t <= 1.0:
                seen = False
                break
        result[i] = seen
