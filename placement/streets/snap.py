"""Points onto streets: where each enters the network, and what it takes to get there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import ArrayLike

from placement.arrays import Bools, Floats, Ints
from placement.compiled import compiled, part_of_compiled
from placement.errors import UsageError
from placement.reading.levels import Levels
from placement.streets.barring import Barring, as_barring
from placement.streets.cells import Cells, sort_into_cells
from placement.streets.network import Streets
from placement.streets.sight import Sight, edge_at, look_round

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from placement.streets.barring import Shapes

#: Farthest a point may lie from a street, metres [A].
SNAP_M = 60.0
#: Whoever is on a bridge or in a tunnel is this near to its middle line, metres [A]: as far, the
#: bridge or tunnel of the point's own level goes before a nearer street of another level.
STRUCTURE_M = 15.0
#: Metres of water at the end of a connector that are put down to a coarse drawing of the bank
#: rather than to a river [A]; a connector that comes out at the other bank is never taken.
BANK_M = 10.0
#: Places along an edge are told apart by so much, metres. Nearer ones are one place, and nearer to
#: a junction is at the junction, whatever the last bits of a coordinate: a point that stands there
#: has no one-way street to walk round.
STEP_M = 1e-6
#: Side of a cell of the search grid, metres.
_CELL_M = 50.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Snapped:
    """Points on edges.

    Attributes
    ----------
    edge
        (N,) int64, −1 where no street is near enough.
    fraction
        (N,) float64 in [0, 1], share of the edge's length from its tail; 0 where not snapped.
    access_s
        (N,) float64, walking seconds between the point and the edge; 0 where not snapped.
    sight
        What those who stand on squares see of them; None where nobody stands on one.
    """

    edge: Ints
    fraction: Floats
    access_s: Floats
    sight: Sight | None = None

    def __post_init__(self) -> None:
        for array in (self.edge, self.fraction, self.access_s):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.edge)

    def take(self, index: ArrayLike | slice) -> "Snapped":
        """Return some of the points, by position, mask or slice."""
        index = np.asarray(index) if not isinstance(index, slice) else index
        return Snapped(
            edge=self.edge[index],
            fraction=self.fraction[index],
            access_s=self.access_s[index],
            sight=None if self.sight is None else self.sight.take(index),
        )


def snap(
    streets: Streets,
    xy: ArrayLike,
    *,
    level: ArrayLike | None = None,
    water: "Shapes | None" = None,
    barriers: "Shapes | None" = None,
    max_m: float = SNAP_M,
    from_bridges: bool = True,
) -> Snapped:
    """Snap points onto the nearest edges they can enter.

    A street of the point's own level goes before others. Bridges and tunnels are entered only
    from their own level. A connector may cross neither water nor a barrier of its level: one in
    the open air bars whatever is neither a bridge nor a tunnel. Of edges equally near, the one of
    lowest number is taken. Points that no street is near enough to are left out, never forced.
    Islands of the network (see `Streets`) are not snapped to. Who stands on a square of their level
    also enters by every junction on it in sight, and is snapped to the nearest of these where no
    street is near enough.

    Parameters
    ----------
    streets
        The network.
    xy
        (N, 2) float64, metres in the network's coordinate system.
    level
        (N,) int64 levels of the points, or one for all; None is level 0.
    water
        Polygons in the network's coordinate system, with their levels or in the open air.
    barriers
        Lines or polygons that are not crossed (railways, walls), likewise.
    max_m
        Farthest a point may lie from a street, metres, inclusive.
    from_bridges
        Who stands at level 0 where nobody can, in water or on a railway drawn as a polygon, and
        reaches no street, is on the bridge within 15 m, if there is one.

    Returns
    -------
    Snapped
        One row a point.

    Raises
    ------
    UsageError
        Where the arrays have no such shape, hold no numbers, or the distance is negative.
    """
    # a copy: compiled once, for arrays that may change
    points = np.array(xy, np.float64, order="C")
    if points.size == 0:
        points = points.reshape(0, 2)
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise UsageError("points are wanted as an (N, 2) array of finite metres.")
    if not (np.isfinite(max_m) and max_m >= 0):
        raise UsageError(f"points cannot be snapped over {max_m} m; give a number from 0.")
    levels = np.zeros(len(points), np.int64)
    if level is not None:
        levels[:] = np.asarray(level, np.int64)
    scale = plane_scale(streets)
    reach = max_m * (float(scale.max()) if len(scale) else 1.0)
    wet, walls = as_barring(water), as_barring(barriers)
    edge = np.full(len(points), -1, np.int64)
    fraction, distance = np.zeros(len(points)), np.zeros(len(points))
    for one in np.unique(levels).tolist():
        mine = np.flatnonzero(levels == one)
        found = _at_level(streets, points[mine], one, wet, walls, max_m=max_m, reach=reach)
        edge[mine], fraction[mine], distance[mine], nowhere = found
        lost = mine[(found[0] < 0) & nowhere]
        if from_bridges and one == 0 and len(lost):
            edge[lost], fraction[lost], distance[lost] = _on_bridges(
                streets, points[lost], max_m=min(max_m, STRUCTURE_M)
            )
    access_s = distance / streets.speed_m_s
    usual = float(np.median(scale)) if len(scale) else 1.0
    sight = look_round(
        streets,
        points,
        levels,
        scale=np.where(edge < 0, usual, scale[edge]) if len(scale) else np.ones(len(edge)),
        barring=[*wet, *walls],
    )
    if sight is not None:
        _by_doors(streets, sight, edge, fraction, access_s)
    return Snapped(
        edge=edge,
        fraction=_by_steps(streets, edge, fraction),
        access_s=access_s,
        sight=sight,
    )


def _by_doors(
    streets: Streets, sight: Sight, edge: Ints, fraction: Floats, access_s: Floats
) -> None:
    """Snap those that no street is near enough to onto the nearest junction they see."""
    seen = np.diff(sight.doors.indptr) > 0
    for i in np.flatnonzero((edge < 0) & seen).tolist():
        mine = slice(sight.doors.indptr[i], sight.doors.indptr[i + 1])
        nearest = int(np.argmin(sight.doors.data[mine]))
        node = sight.doors.indices[mine][nearest]
        at = edge_at(streets)[node]
        edge[i], fraction[i] = at, float(streets.edge_tail[at] != node)
        access_s[i] = sight.doors.data[mine][nearest]


def _at_level(
    streets: Streets,
    points: Floats,
    level: int,
    water: list[Barring],
    barriers: list[Barring],
    *,
    max_m: float,
    reach: float,
) -> tuple[Ints, Floats, Floats, Bools]:
    """Snap points of one level: edge, fraction, distance, and who stands where nobody can."""
    edge = np.full(len(points), -1, np.int64)
    fraction, distance = np.zeros(len(points)), np.zeros(len(points))
    # what bars connectors to bridges and tunnels, and what bars all others
    own, open_air = (
        [
            [one.shape for one in shapes if _bars(one.levels, level, structure=structure)]
            for shapes in (water, barriers)
        ]
        for structure in (True, False)
    )
    banks, in_water = _walls(open_air[0], points, reach)
    walls, in_walls = _walls(open_air[1], points, reach)
    own_banks, in_own_water = (
        (banks, in_water) if own[0] == open_air[0] else _walls(own[0], points, reach)
    )
    own_walls = walls if own[1] == open_air[1] else _walls(own[1], points, reach)[0]
    _snap(
        points,
        np.full(len(points), level, np.int64),
        (*_grid(streets), streets.vertex_xy, streets.vertex_m, streets.vertex_first),
        (streets.bridge | streets.tunnel, streets.level, plane_scale(streets)),
        (in_water, banks, walls),
        (in_own_water, own_banks, own_walls),
        max_m,
        reach,
        np.empty(64),
        (edge, fraction, distance),
    )
    return edge, fraction, distance, in_water | in_walls


def _bars(levels: Levels, level: int, *, structure: bool) -> bool:
    """Say whether a shape bars those of a level from bridges and tunnels, or from all else."""
    if levels is None:
        return not structure or level == 0
    return level in levels


def _on_bridges(streets: Streets, points: Floats, *, max_m: float) -> tuple[Ints, Floats, Floats]:
    """Snap points that stand over water or rails onto the nearest bridge: the lowest of several."""
    edge = np.full(len(points), -1, np.int64)
    fraction, distance = np.zeros(len(points)), np.full(len(points), np.inf)
    reach = max_m * float(plane_scale(streets).max(initial=1.0))
    for level in np.unique(streets.level[streets.bridge]).tolist():
        found, share, far, _ = _at_level(streets, points, level, [], [], max_m=max_m, reach=reach)
        nearer = (found >= 0) & streets.bridge[found] & (far < distance)
        edge[nearer], fraction[nearer], distance[nearer] = (
            found[nearer], share[nearer], far[nearer],
        )  # fmt: skip
    return edge, fraction, np.where(edge >= 0, distance, 0.0)


def _by_steps(streets: Streets, edge: Ints, fraction: Floats) -> Floats:
    """Return where points stand on their edges in whole steps from the tail, the head included."""
    result = np.zeros(len(edge))
    on_edge = edge >= 0
    whole = streets.vertex_m[streets.vertex_first[edge[on_edge] + 1] - 1] / STEP_M
    along = fraction[on_edge] * whole
    steps = np.rint(along)
    at_head = (steps > 0.0) & (whole - along <= 0.5)
    result[on_edge] = np.where(at_head, 1.0, np.minimum(steps / np.maximum(whole, 1.0), 1.0))
    return result


def plane_scale(streets: Streets) -> Floats:
    """Return how many metres of the plane stand for a true metre at each edge, (E,) float64."""
    scale = streets.snap_cache.get("scale")
    if scale is None:
        plane = streets.vertex_m[streets.vertex_first[1:] - 1]
        true = streets.length_m
        total = float(true.sum())
        middle = float(plane.sum()) / total if total > 0 else 1.0
        # on a very short edge rounding is larger than what is asked
        scale = np.where(true > 1.0, plane / np.maximum(true, 1.0), middle)
        streets.snap_cache["scale"] = scale
    result: Floats = scale
    return result


def _grid(streets: Streets) -> tuple[Cells, Ints]:
    """Return the cells with the segments that touch them, built once a network."""
    grid = streets.snap_cache.get("grid")
    if grid is None:
        edge_of = np.repeat(np.arange(streets.n_edges), np.diff(streets.vertex_first))
        start = np.ones(len(edge_of), np.bool_)
        start[streets.vertex_first[1:] - 1] = False
        start &= ~streets.island[edge_of]
        segment = np.flatnonzero(start)
        a, b = streets.vertex_xy[segment], streets.vertex_xy[segment + 1]
        x0, y0, cell, nx, ny, first, item = sort_into_cells(a, b, _CELL_M)
        grid = ((x0, y0, cell, nx, ny, first, segment[item]), edge_of)
        streets.snap_cache["grid"] = grid
    result: tuple[Cells, Ints] = grid
    return result


def _walls(
    shapes: "Sequence[BaseGeometry]", points: Floats, reach: float
) -> tuple[tuple[Cells, Floats, Floats], Bools]:
    """Return the outlines of shapes as cells of segments, and which points lie inside them."""
    inside = np.zeros(len(points), np.bool_)
    geometry = shapely.union_all(np.array([None, *shapes], object)[1:])
    if geometry.is_empty or len(points) == 0:
        none = np.zeros((0, 2))
        return (sort_into_cells(none, none, _CELL_M), none, none), inside
    low, high = points.min(axis=0) - reach - 1.0, points.max(axis=0) + reach + 1.0
    parts = shapely.get_parts(geometry)
    kind = shapely.get_type_id(parts)
    if (kind == 3).any():
        areas = shapely.MultiPolygon(list(parts[kind == 3]))
        shapely.prepare(areas)
        inside = shapely.contains_xy(areas, points[:, 0], points[:, 1])
    outline = [*shapely.get_rings(parts[kind == 3]), *parts[kind == 1]]
    xy, line = shapely.get_coordinates(outline, return_index=True)
    same = np.flatnonzero(line[1:] == line[:-1])
    a, b = xy[same], xy[same + 1]
    near = (np.maximum(a, b) >= low).all(axis=1) & (np.minimum(a, b) <= high).all(axis=1)
    a, b = np.ascontiguousarray(a[near]), np.ascontiguousarray(b[near])
    return (sort_into_cells(a, b, _CELL_M), a, b), inside


@part_of_compiled
def _foot(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> float:
    """Return the share of the segment a-b at which it is nearest to p."""
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    if square == 0.0:
        return 0.0
    return min(1.0, max(0.0, ((px - ax) * dx + (py - ay) * dy) / square))


@part_of_compiled
def _crossings(  # noqa: C901 - compiled
    px: float,
    py: float,
    qx: float,
    qy: float,
    walls: tuple[Cells, Floats, Floats],
    at: Floats,
) -> int:
    """Write where p-q meets walls, as shares of p-q, ascending, each wall once; return how many."""
    (x0, y0, cell, nx, ny, first, item), a, b = walls
    count = 0
    if len(a) == 0:
        return 0
    c0 = max(math.floor((min(px, qx) - x0) / cell), 0)
    c1 = min(math.floor((max(px, qx) - x0) / cell), nx - 1)
    r0 = max(math.floor((min(py, qy) - y0) / cell), 0)
    r1 = min(math.floor((max(py, qy) - y0) / cell), ny - 1)
    dx, dy = qx - px, qy - py
    for row in range(r0, r1 + 1):
        for column in range(c0, c1 + 1):
            c = row * nx + column
            for k in range(first[c], first[c + 1]):
                i = item[k]
                ex, ey = b[i, 0] - a[i, 0], b[i, 1] - a[i, 1]
                cross = dx * ey - dy * ex
                if cross == 0.0:
                    continue
                wx, wy = a[i, 0] - px, a[i, 1] - py
                t = (wx * ey - wy * ex) / cross
                u = (wx * dy - wy * dx) / cross
                # half-open, so that a corner of the outline counts once
                if 0.0 <= t <= 1.0 and 0.0 <= u < 1.0:
                    place = count
                    seen = False
                    for j in range(count):
                        if at[j] == t:
                            seen = True
                    if seen or count == at.size:
                        continue
                    while place > 0 and at[place - 1] > t:
                        at[place] = at[place - 1]
                        place -= 1
                    at[place] = t
                    count += 1
    return count


@part_of_compiled
def _wet(count: int, at: Floats, length: float, inside: np.bool_) -> bool:
    """Say whether a connector crosses water, given where it meets the banks."""
    begin = 0
    if count > 0 and at[count - 1] >= 1.0 - 1e-9:
        count -= 1  # it ends on the bank
    if count > 0 and at[0] <= 1e-9:
        # it starts on the bank, and on which side of it only the next bank can tell
        begin = 1
        inside = np.bool_((count - begin) % 2 == 1)
    if count - begin >= 2 and not inside:
        return True
    water = 0.0
    last = 0.0
    for j in range(begin, count):
        if inside:
            water += at[j] - last
        last = at[j]
        inside = np.bool_(not inside)
    if inside:
        water += 1.0 - last
    return water * length > BANK_M


@compiled
def _snap(  # noqa: C901, PLR0912, PLR0915 - one loop, compiled
    points: Floats,
    levels: Ints,
    segments: tuple[Cells, Ints, Floats, Floats, Ints],
    edges: tuple[Bools, Ints, Floats],
    open_air: tuple[Bools, tuple[Cells, Floats, Floats], tuple[Cells, Floats, Floats]],
    own: tuple[Bools, tuple[Cells, Floats, Floats], tuple[Cells, Floats, Floats]],
    max_m: float,
    reach: float,
    at: Floats,
    found: tuple[Ints, Floats, Floats],
) -> None:
    """Find each point's edge; widen the ring of cells until nothing nearer can come.

    Segments are their grid, their edges, their vertices, how far along and where an edge's begin;
    edges have a structure, a level and a scale; ``open_air`` and ``own`` are who stands in water,
    its banks and the walls for all edges but structures, and for these. What is found is written
    into ``found``: edge (−1 before), fraction and distance; ``at`` is room for where a connector
    meets walls.
    """
    cells, edge_of, vertex, vertex_m, vertex_first = segments
    structure, edge_level, scale = edges
    edge, fraction, distance = found
    x0, y0, cell, nx, ny, first, item = cells
    if item.size == 0:
        return
    rings = math.ceil(reach / cell) + 1
    for i in range(len(points)):
        px, py = points[i, 0], points[i, 1]
        column0 = math.floor((px - x0) / cell)
        row0 = math.floor((py - y0) / cell)
        # rank 0: the point's own level; rank 1: streets of another
        best_rank = 2
        best = np.inf
        best_edge = np.int64(-1)
        best_along = 0.0
        for ring in range(rings + 1):
            if ring > 0:
                # whatever is in this ring is at least so far
                gap = (ring - 1) * cell + min(
                    px - x0 - column0 * cell,
                    (column0 + 1) * cell - (px - x0),
                    py - y0 - row0 * cell,
                    (row0 + 1) * cell - (py - y0),
                )
                if gap > reach or (best_rank == 0 and gap > best * scale[best_edge] * 1.001):
                    break
            for row in range(max(row0 - ring, 0), min(row0 + ring, ny - 1) + 1):
                full = row in (row0 - ring, row0 + ring)
                step = 1 if full or ring == 0 else 2 * ring
                for column in range(column0 - ring, column0 + ring + 1, step):
                    if column < 0 or column >= nx:
                        continue
                    c = row * nx + column
                    for k in range(first[c], first[c + 1]):
                        s = item[k]
                        e = edge_of[s]
                        ax, ay = vertex[s, 0], vertex[s, 1]
                        bx, by = vertex[s + 1, 0], vertex[s + 1, 1]
                        t = _foot(px, py, ax, ay, bx, by)
                        qx, qy = ax + t * (bx - ax), ay + t * (by - ay)
                        d = math.sqrt((px - qx) ** 2 + (py - qy) ** 2) / scale[e]
                        if d > max_m:
                            continue
                        rank = 0
                        if structure[e]:
                            if edge_level[e] != levels[i]:
                                continue
                            rank = 0 if d <= STRUCTURE_M else 1
                        elif edge_level[e] != levels[i]:
                            rank = 1
                        if rank > best_rank:
                            continue
                        along = vertex_m[s] + t * (vertex_m[s + 1] - vertex_m[s])
                        if rank == best_rank and not (
                            d < best
                            or (
                                d == best
                                and (e < best_edge or (e == best_edge and along < best_along))
                            )
                        ):
                            continue
                        in_water, banks, walls = own if structure[e] else open_air
                        if len(banks[1]) > 0 or in_water[i]:
                            count = _crossings(px, py, qx, qy, banks, at)
                            if _wet(count, at, d, in_water[i]):
                                continue
                        if len(walls[1]) > 0 and _crossings(px, py, qx, qy, walls, at) > 0:
                            continue
                        best_rank = rank
                        best = d
                        best_edge = e
                        best_along = along
        if best_edge >= 0:
            edge[i] = best_edge
            distance[i] = best
            whole = vertex_m[vertex_first[best_edge + 1] - 1]
            if whole > 0:
                fraction[i] = min(1.0, best_along / whole)
