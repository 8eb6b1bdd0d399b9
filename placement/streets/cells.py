"""Segments sorted into square cells, so that those near a place are found at once."""

import numpy as np

from placement.arrays import Floats, Ints
from placement.compiled import compiled

# corner, side, columns and rows of square cells; where each cell's items start, and the items
type Cells = tuple[float, float, float, int, int, Ints, Ints]


def sort_into_cells(a: Floats, b: Floats, cell: float) -> Cells:
    """Sort segments into square cells; the cells grow where the extent would need too many."""
    if len(a) == 0:
        return 0.0, 0.0, cell, 0, 0, np.zeros(1, np.int64), np.zeros(0, np.int64)
    x0, y0 = np.minimum(a.min(axis=0), b.min(axis=0)) - 1.0
    x1, y1 = np.maximum(a.max(axis=0), b.max(axis=0)) + 1.0
    most = 4 * len(a) + 1_000_000
    while (x1 - x0) / cell * ((y1 - y0) / cell) > most:
        cell *= 2.0
    nx, ny = int((x1 - x0) / cell) + 1, int((y1 - y0) / cell) + 1
    count = np.zeros(nx * ny + 1, np.int64)
    corner = float(x0), float(y0)
    none = np.empty(0, np.int64)
    _fill_cells(a, b, *corner, cell, nx, count[1:], none)
    first = np.cumsum(count)
    item = np.empty(first[-1], np.int64)
    _fill_cells(a, b, *corner, cell, nx, first[:-1].copy(), item)
    return float(x0), float(y0), cell, nx, ny, first, item


@compiled
def _fill_cells(
    a: Floats, b: Floats, x0: float, y0: float, cell: float, nx: int, fill: Ints, item: Ints
) -> None:
    """Find for each cell the segments whose line touches it, cells row by row.

    Where there is room for items, a segment is put where ``fill`` points; that is moved on in any
    case, so that a first turn without room counts.
    """
    for i in range(len(a)):
        ax, ay = (a[i, 0] - x0) / cell, (a[i, 1] - y0) / cell
        bx, by = (b[i, 0] - x0) / cell, (b[i, 1] - y0) / cell
        low, high = int(min(ay, by)), int(max(ay, by))
        for row in range(low, high + 1):
            # the piece of the segment within this row of cells, with a little to spare
            left, right = min(ax, bx), max(ax, bx)
            if low != high:
                t0 = (row - ay) / (by - ay)
                t1 = (row + 1 - ay) / (by - ay)
                t0, t1 = min(t0, t1), max(t0, t1)
                t0, t1 = max(t0, 0.0), min(t1, 1.0)
                p, q = ax + t0 * (bx - ax), ax + t1 * (bx - ax)
                left, right = min(p, q) - 1e-9, max(p, q) + 1e-9
            for column in range(max(int(left), 0), min(int(right), nx - 1) + 1):
                c = row * nx + column
                if item.size > 0:
                    item[fill[c]] = i
                fill[c] += 1
