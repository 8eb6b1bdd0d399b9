"""Walking times to the middles of square cells around posts, in finer cells where it matters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.arrays import Bools, Floats, Geometries, Ints
from placement.streets.barring import Barring
from placement.streets.network import Streets
from placement.streets.search import walking_times
from placement.streets.snap import Snapped, snap

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Cells are cut into so many to a side, and those into so many: first where an outline passes, a
#: street is not within the limit that all around it is, or something bars the way; then where an
#: outline passes; last where it does beside a wall.
FINER = (3, 2, 2)
#: Walks are searched so many cells beyond the limit, so that seconds change evenly across it.
LEAN = 6.0
#: Neighbouring cells whose walks differ by more than so many cells' walk reach different streets,
#: or something lies between them: the outline then passes where one side ends.
_STEEP = 1.5
#: How many times the way between such two cells is halved to find that place.
_HALVINGS = 3
#: Longer walks have coarser outlines, so that a catchment has at most so many cells.
_MOST_CELLS = 4_000_000
#: Cells are numbered row by row, so many to a row, the middle row and column at the origin.
_ROW, _HALF = 1 << 30, 1 << 29


def finer_cells(
    reach_m: float, cell_m: float, *, barriers: "Sequence[Barring]"
) -> tuple[tuple[int, ...], int]:
    """Return into how many to a side cells are cut, round by round, and how many there are then.

    Parameters
    ----------
    reach_m
        Longest walk, metres.
    cell_m
        Side of a cell, metres.
    barriers
        Walls and railways.
    """
    many = int(2 * reach_m / cell_m + 1) ** 2
    finer: list[int] = []
    for each in FINER if barriers else FINER[:-1]:
        if many * each**2 > _MOST_CELLS:
            break
        finer.append(each)
        many *= each**2
    return tuple(finer), many


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cells:
    """What cells are timed by.

    Attributes
    ----------
    streets, sources
        The network, and the posts on it.
    outward
        Whether walks are those from the posts.
    limits_s
        Longest walks, seconds, in ascending order.
    size_m, finer
        Side of a cell, metres, and how cells are cut, see `finer_cells`.
    water, barriers
        What nobody crosses to reach a street.
    level, max_m
        Level of the ground, and farthest a street may be.
    """

    streets: Streets
    sources: Snapped
    outward: bool
    limits_s: Sequence[float]
    size_m: float
    finer: Sequence[int]
    water: "Sequence[Barring]"
    barriers: "Sequence[Barring]"
    level: int
    max_m: float

    def times(
        self, windows: Sequence[tuple[Ints, Ints]]
    ) -> tuple[list[tuple[Ints, Ints, Floats]], float]:
        """Return each post's columns and rows and the seconds there, and the side of a cell.

        Between the middles of cells that are not made finer, seconds are interpolated: all of
        them are on one side of every limit.

        Parameters
        ----------
        windows
            By post the columns and rows of cells, whole numbers of cells from the origin.
        """
        grids, size_m = list(windows), self.size_m
        if not grids:
            return [], size_m
        most_s = self._beyond_s
        fields = [
            seconds.reshape(len(row), len(column))
            for seconds, (column, row) in zip(
                self._timed([_codes(*np.meshgrid(*grid)).ravel() for grid in grids], size_m),
                grids,
                strict=True,
            )
        ]
        for number, parts in enumerate(self.finer):
            passed = [_passed(field, self.limits_s) for field in fields]
            if number == 0:
                self._mark_bars(passed, grids)
                self._mark_streets(passed, grids, fields)
            elif number == 2:
                self._keep_walls(passed, grids, size_m)
            size_m /= parts
            asked, places = [], []
            for i, (column, row) in enumerate(grids):
                fields[i] = _between(_between(np.minimum(fields[i], most_s), parts).T, parts).T
                fine = [np.arange(each[0] * parts, each[-1] * parts + 1) for each in (column, row)]
                grids[i] = (fine[0], fine[1])
                down, right = np.nonzero(_corners_of(passed[i], parts))
                places.append((down, right))
                asked.append(_codes(fine[0][right], fine[1][down]))
            for field, place, seconds in zip(
                fields, places, self._timed(asked, size_m), strict=True
            ):
                field[place] = seconds
        return [(*grid, field) for grid, field in zip(grids, fields, strict=True)], size_m

    def crossings(
        self,
        fields: Sequence[tuple[Ints, Ints, Floats]],
        corners: Sequence[Floats],
        limits_s: Sequence[Floats],
        size_m: float,
    ) -> list[Floats]:
        """Return where the corners of outlines lie: where the walk is as long as the limit.

        Each is between two neighbouring cells, one within the limit and one beyond it. Where
        seconds change evenly between them it follows; else people in between are timed.

        Parameters
        ----------
        fields, size_m
            What `times` returned.
        corners
            By post (C, 2), columns and rows from the first of its field.
        limits_s
            By post (C,) the limit each corner is of.

        Returns
        -------
        list of ndarray
            By post (C, 2), metres.
        """
        near: list[Ints] = []
        far: list[Ints] = []
        share: list[Floats] = []
        leaps: list[Ints] = []
        even_s = _STEEP * size_m / self.streets.speed_m_s
        for (column, row, field), at, limit_s in zip(fields, corners, limits_s, strict=True):
            low, high = np.floor(at).astype(np.int64), np.ceil(at).astype(np.int64)
            here, there = (field[each[:, 1], each[:, 0]] for each in (low, high))
            swapped = (here > limit_s)[:, None]
            first = [column[0], row[0]]
            near.append(np.where(swapped, high, low) + first)
            far.append(np.where(swapped, low, high) + first)
            least, rise = np.minimum(here, there), np.abs(there - here)
            uneven = rise > even_s
            leaps.append(np.flatnonzero(uneven))
            share.append(
                np.where(uneven | (rise == 0.0), 0.0, (limit_s - least) / np.fmax(rise, 1e-9))
            )
        result = [
            (a + (b - a) * part[:, None]) * size_m
            for a, b, part in zip(near, far, share, strict=True)
        ]
        inner, outer, most_s = (
            np.concatenate([each[leap] for each, leap in zip(by_post, leaps, strict=True)])
            for by_post in (near, far, limits_s)
        )
        ends = np.cumsum([len(leap) for leap in leaps])[:-1]
        for _ in range(_HALVINGS):
            # whole numbers of cells half as large, so that posts share what they ask for
            size_m /= 2
            middle = inner + outer
            seconds = np.concatenate(self._timed(np.split(_codes(*middle.T), ends), size_m))
            within = (seconds <= most_s)[:, None]
            inner, outer = np.where(within, middle, 2 * inner), np.where(within, 2 * outer, middle)
        found = np.split((inner + outer) * (size_m / 2), ends)
        for xy, leap, place in zip(result, leaps, found, strict=True):
            xy[leap] = place
        return result

    @property
    def _beyond_s(self) -> float:
        """Seconds a little beyond the limits, so that the contour has something to lean on."""
        return self.limits_s[-1] + LEAN * self.size_m / self.streets.speed_m_s

    def _timed(self, asked: list[Ints], size_m: float) -> list[Floats]:
        """Return the seconds from each post to the cells it asks for; each cell is snapped once."""
        codes, at = np.unique(np.concatenate(asked), return_inverse=True)
        row, column = np.divmod(codes, _ROW)
        cells = self._snapped(np.column_stack([column - _HALF, row - _HALF]) * size_m)
        ends = np.cumsum([len(each) for each in asked])[:-1]
        return [
            seconds[mine]
            for seconds, mine in zip(self._walks(cells), np.split(at, ends), strict=True)
        ]

    def _snapped(self, xy: Floats) -> Snapped:
        """Return where people in the open enter the streets."""
        return snap(
            self.streets, xy,
            level=self.level, water=self.water, barriers=self.barriers, max_m=self.max_m,
            from_bridges=False,  # water is cut out; a bridge's time is not that of the quay below
        )  # fmt: skip

    def _walks(self, points: Snapped) -> list[Floats]:
        """Return the seconds from each post to points, infinite beyond the limits."""
        times = walking_times(
            self.streets, self.sources, points, limit_s=self._beyond_s, outward=self.outward,
            ordered=False,
        )  # fmt: skip
        result = []
        for i in range(len(self.sources)):
            seconds = np.full(len(points), np.inf)
            span = slice(times.indptr[i], times.indptr[i + 1])
            seconds[times.indices[span]] = times.data[span]
            result.append(seconds)
        return result

    def _mark_bars(self, passed: list[Bools], grids: list[tuple[Ints, Ints]]) -> None:
        """Mark the cells that water, walls and railways pass."""
        xy = _along_bars([*self.water, *self.barriers], grids, self.size_m)
        for mask, grid in zip(passed, grids, strict=True):
            mask[_squares(xy, grid, self.size_m)[1]] = True

    def _keep_walls(
        self, passed: list[Bools], grids: list[tuple[Ints, Ints]], size_m: float
    ) -> None:
        """Keep of the marks those of cells that walls and railways pass."""
        xy = _along_bars(self.barriers, grids, size_m)
        for mask, grid in zip(passed, grids, strict=True):
            near = np.zeros_like(mask)
            near[_squares(xy, grid, size_m)[1]] = True
            mask &= near

    def enclosed(self, windows: Sequence[tuple[Ints, Ints]]) -> "BaseGeometry":
        """Return the ground that walls close in and no street leads to: nobody reaches it.

        Parameters
        ----------
        windows
            As in `times`.
        """
        around = shapely.box(*np.concatenate(_reach(windows, self.size_m)))
        walls = np.array([
            None, *(one.shape for one in self.barriers
                    if (self.level == 0 if one.levels is None else self.level in one.levels)),
        ], object)[1:]  # fmt: skip
        lines = shapely.node(shapely.union_all(_outlines(walls[shapely.intersects(walls, around)])))
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
        entered, _ = shapely.STRtree(self._streets_near(windows)[1]).query(
            faces, predicate="intersects"
        )
        return shapely.union_all(np.delete(faces, entered))

    def _streets_near(self, grids: Sequence[tuple[Ints, Ints]]) -> tuple[Ints, Geometries]:
        """Return the streets among the grids that people at the level enter, and their lines."""
        streets = self.streets
        low, high = _reach(grids, self.size_m)
        seen = ((streets.vertex_xy >= low) & (streets.vertex_xy <= high)).all(axis=1)
        usable = np.logical_or.reduceat(seen, streets.vertex_first[:-1]) & ~streets.island
        usable &= ~(streets.bridge | streets.tunnel) | (streets.level == self.level)
        edges = np.flatnonzero(usable)
        index = np.repeat(np.cumsum(usable) - 1, np.diff(streets.vertex_first))
        taken = np.repeat(usable, np.diff(streets.vertex_first))
        if not len(edges):
            return edges, np.zeros(0, object)
        return edges, shapely.linestrings(streets.vertex_xy[taken], indices=index[taken])

    def _mark_streets(
        self, passed: list[Bools], grids: list[tuple[Ints, Ints]], fields: list[Floats]
    ) -> None:
        """Mark the cells of streets that are within a limit where the ground around is not.

        A footbridge, or a passage between two walls, is narrower than a cell.
        """
        size_m = self.size_m
        edges, lines = self._streets_near(grids)
        if not len(edges):
            return
        xy, which = shapely.get_coordinates(
            shapely.segmentize(lines, size_m / 2), return_index=True
        )
        step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
        first = np.flatnonzero(np.diff(which, prepend=-1))
        step[first] = 0.0
        along = np.cumsum(step)
        along -= along[first][which]
        length = along[np.append(first[1:], len(xy)) - 1][which]
        points = Snapped(
            edge=edges[which],
            fraction=np.clip(along / np.maximum(length, 1e-9), 0.0, 1.0),
            access_s=np.zeros(len(xy)),
        )
        for mask, grid, field, seconds in zip(
            passed, grids, fields, self._walks(points), strict=True
        ):
            inside, (down, right) = _squares(xy, grid, size_m)
            corners = np.stack([field[down + i, right + j] for i in (0, 1) for j in (0, 1)])
            for limit_s in self.limits_s:
                here = seconds[inside] <= limit_s
                around = corners <= limit_s
                odd = np.where(here, ~around.any(axis=0), around.all(axis=0))
                mask[down[odd], right[odd]] = True


def _codes(column: Ints, row: Ints) -> Ints:
    """Return one number for each cell."""
    return (row + _HALF) * _ROW + column + _HALF


def _reach(grids: Sequence[tuple[Ints, Ints]], size_m: float) -> tuple[Floats, Floats]:
    """Return the least and the greatest coordinates of all grids."""
    low = np.min([[axis[0] for axis in grid] for grid in grids], axis=0)
    high = np.max([[axis[-1] for axis in grid] for grid in grids], axis=0)
    return low * size_m, high * size_m


def _along_bars(
    barring: "Sequence[Barring]", grids: Sequence[tuple[Ints, Ints]], size_m: float
) -> Floats:
    """Return places along what bars the way among the grids, several to a cell."""
    low, high = _reach(grids, size_m)
    shapes = np.array([None, *(one.shape for one in barring)], object)[1:]
    near = shapely.clip_by_rect(_outlines(shapes), *low, *high)
    xy: Floats = shapely.get_coordinates(shapely.segmentize(near, size_m / 3))
    return xy


def _outlines(shapes: Geometries) -> Geometries:
    """Return lines as they are, and areas as their boundaries."""
    areas = shapely.get_dimensions(shapes) == 2
    result = shapes.copy()
    result[areas] = shapely.boundary(shapes[areas])
    return result


def _squares(xy: Floats, grid: tuple[Ints, Ints], size_m: float) -> tuple[Ints, tuple[Ints, Ints]]:
    """Return which places lie in a grid, and between which of its rows and columns."""
    at = np.floor(xy / size_m).astype(np.int64) - [grid[0][0], grid[1][0]]
    inside = np.flatnonzero(((at >= 0) & (at < [len(grid[0]) - 1, len(grid[1]) - 1])).all(axis=1))
    return inside, (at[inside, 1], at[inside, 0])


def _passed(field: Floats, limits_s: Sequence[float]) -> Bools:
    """Say of each four middles whether some are within a limit and some are not."""
    result = np.zeros((field.shape[0] - 1, field.shape[1] - 1), np.bool_)
    for limit_s in limits_s:
        within = field <= limit_s
        corners = (within[:-1, :-1], within[:-1, 1:], within[1:, :-1], within[1:, 1:])
        result |= np.any(corners, axis=0) & ~np.all(corners, axis=0)
    return result


def _corners_of(passed: Bools, parts: int) -> Bools:
    """Return the middles of the finer cells between each four marked, those four included."""
    tall, wide = passed.shape
    result = np.zeros((tall * parts + 1, wide * parts + 1), np.bool_)
    for down in range(parts + 1):
        for right in range(parts + 1):
            part = result[down:, right:]
            part[: tall * parts : parts, : wide * parts : parts] |= passed
    return result


def _between(z: Floats, parts: int) -> Floats:
    """Return rows with others put between them, which change evenly."""
    rows = np.empty(((len(z) - 1) * parts + 1, z.shape[1]))
    for step in range(parts):
        share = step / parts
        rows[step:-1:parts] = z[:-1] * (1 - share) + z[1:] * share
    rows[-1] = z[-1]
    return rows
