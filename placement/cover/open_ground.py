"""Walks over open ground: straight from people to posts where no street lies between them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from placement.arrays import Bools, Floats, Ints
from placement.plan.problem import Plan
from placement.streets import Snapped, Streets
from placement.streets.barring import Barring
from placement.streets.closures import crowd_pace
from placement.streets.snap import plane_scale

#: Who stands this near to the middle line of a street is on it, metres [A].
ON_STREET_M = 3.0
#: Points nearer than this are at one place, metres.
SAME_PLACE_M = 1e-3
_AT_ONCE = 1 << 20


class Places(NamedTuple):
    """N points: metres in the plane, levels, how far the street is, and the plane's scale there."""

    xy: Floats
    level: Ints
    street_m: Floats
    scale: Floats


def places(streets: Streets, xy: Floats, level: Ints, snapped: Snapped, *, max_m: float) -> Places:
    """Return points and how far each is from its street; `max_m` where none is near enough."""
    scale = plane_scale(streets)
    usual = float(np.median(scale)) if len(scale) else 1.0
    lost = snapped.edge < 0
    return Places(
        xy=xy,
        level=level,
        street_m=np.where(lost, max_m, snapped.access_s * streets.speed_m_s),
        scale=np.where(lost, usual, scale[np.where(lost, 0, snapped.edge)]),
    )


def open_walks(
    one: Places,
    other: Places,
    *,
    speed_m_s: float,
    barring: Sequence[Barring],
    crowds: "Sequence[tuple[shapely.Geometry, float]]" = (),
) -> csr_array:
    """Return the seconds of straight walks over open ground.

    Two places see one another over open ground where both are off every street, the straight line
    is shorter than the ways to their streets, so that it crosses none, and no wall, water, railway
    or closure of their level lies between. Points at one place are there in no time.

    Parameters
    ----------
    one, other
        N and M points.
    speed_m_s
        Walking speed.
    barring
        What nobody crosses; inside of a polygon people may walk.
    crowds
        Polygons and persons per m², as `placement.streets.closures.with_crowd` takes them.

    Returns
    -------
    csr_array
        (N, M); walks of zero seconds are stored.
    """
    shape = (len(one.xy), len(other.xy))
    rows, columns, metres = _near(one, other)
    open_ground = _unbarred(one, other, rows, columns, barring)
    rows, columns, metres = rows[open_ground], columns[open_ground], metres[open_ground]
    lines = shapely.linestrings(np.stack([one.xy[rows], other.xy[columns]], axis=1))
    seconds = metres / speed_m_s
    done: shapely.Geometry = shapely.Polygon()
    for area, density in sorted(crowds, key=lambda item: -item[1]):
        within = shapely.length(shapely.intersection(lines, shapely.difference(area, done)))
        seconds += within / one.scale[rows] * (1.0 / crowd_pace(density) - 1.0) / speed_m_s
        done = shapely.union(done, area)
    order = np.lexsort((columns, rows))
    first = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
    return csr_array((seconds[order], columns[order], first), shape=shape)


def _near(one: Places, other: Places) -> tuple[Ints, Ints, Floats]:
    """Return pairs that no street lies between, and how far they are apart, true metres."""
    found: list[tuple[Ints, Ints, Floats]] = []
    none = np.zeros(0, np.int64)
    if len(one.xy) and len(other.xy):
        tree = KDTree(other.xy)
        most = float(other.street_m.max()) * float(other.scale.max())
        off = one.street_m > ON_STREET_M
        reach = np.where(off, one.street_m * one.scale + most, SAME_PLACE_M * one.scale)
        step = max(1, _AT_ONCE // len(other.xy))
        for begin in range(0, len(one.xy), step):
            some = np.arange(begin, min(begin + step, len(one.xy)))
            lists = tree.query_ball_point(one.xy[some], reach[some], return_sorted=True)
            rows = np.repeat(some, [len(each) for each in lists])
            columns = np.concatenate([none, *(np.array(each, np.int64) for each in lists)])
            apart = np.hypot(*(one.xy[rows] - other.xy[columns]).T) / one.scale[rows]
            both_off = off[rows] & (other.street_m[columns] > ON_STREET_M)
            between = one.street_m[rows] + other.street_m[columns] - SAME_PLACE_M
            kept = (apart <= SAME_PLACE_M) | (both_off & (apart < between))
            kept &= one.level[rows] == other.level[columns]
            found.append((rows[kept], columns[kept], apart[kept]))
    return (
        np.concatenate([none, *(rows for rows, _, _ in found)]),
        np.concatenate([none, *(columns for _, columns, _ in found)]),
        np.concatenate([np.zeros(0), *(metres for _, _, metres in found)]),
    )


def _unbarred(
    one: Places, other: Places, rows: Ints, columns: Ints, barring: Sequence[Barring]
) -> Bools:
    """Say between which pairs nothing lies that bars people of their level."""
    result = np.ones(len(rows), np.bool_)
    apart = (one.xy[rows] != other.xy[columns]).any(axis=1)
    for level in np.unique(one.level[rows]).tolist():
        shapes = [b.shape for b in barring if b.levels is None or level in b.levels]
        mine = np.flatnonzero((one.level[rows] == level) & apart)
        if not shapes or not len(mine):
            continue
        outline = [
            part if shapely.get_dimensions(part) == 1 else shapely.boundary(part)
            for part in shapely.get_parts(np.array([None, *shapes], object)[1:])
        ]
        lines = shapely.linestrings(np.stack([one.xy[rows[mine]], other.xy[columns[mine]]], axis=1))
        crossing, _ = shapely.STRtree(outline).query(lines, predicate="intersects")
        result[mine[crossing]] = False
    return result


def closing_shapes(plan: Plan, at: int | None) -> list[Barring]:
    """Return the closures at a time of the day that are about every street, as what bars."""
    return [
        Barring(rule.shape.xy, rule.shape.levels)
        for rule in plan.closing
        if rule.shape is not None and not rule.street and not rule.oneway and rule.holds(at)
    ]


def shorter(walks: csr_array, straight: csr_array, *, limit_s: float) -> csr_array:
    """Return the shorter of two tables' walks, of the second those within a limit."""
    reach = limit_s * (1.0 + 1e-9)
    more = straight.tocoo()
    near = more.data <= reach
    if not near.any():
        return walks
    usual = walks.tocoo()
    rows = np.concatenate([usual.coords[0], more.coords[0][near]])
    columns = np.concatenate([usual.coords[1], more.coords[1][near]])
    seconds = np.concatenate([usual.data, more.data[near]])
    order = np.lexsort((seconds, columns, rows))
    rows, columns, seconds = rows[order], columns[order], seconds[order]
    first = np.ones(len(rows), np.bool_)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[first], minlength=walks.shape[0]))])
    return csr_array((seconds[first], columns[first], starts), shape=walks.shape)
