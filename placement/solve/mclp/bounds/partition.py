"""Cut the rows of an instance into neighbourhoods: a tree whose leaves are the smallest blocks."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Piece:
    """A set of rows, and the two halves it is cut into.

    Attributes
    ----------
    rows
        (m,) int64, ascending.
    columns
        Number of columns that cover any of the rows.
    halves
        Two pieces, or none where the piece holds a single row or column.
    """

    rows: Ints
    columns: int
    halves: "tuple[Piece, Piece] | None"


def cut(covers: sp.csr_array, place: Floats, smallest: int) -> Piece:
    """Cut rows in halves, along the axis on which the halves share fewest columns.

    Parameters
    ----------
    covers
        (R, C), rows and the columns that cover them.
    place
        (R, d) float64, where the rows are.
    smallest
        Pieces that touch no more columns than this are not cut any further.
    """
    return _cut(covers, place, smallest, np.arange(covers.shape[0]))


def _touched(covers: sp.csr_array, rows: Ints) -> Ints:
    return np.asarray(np.unique(covers[rows].indices), dtype=np.int64)


def _cut(covers: sp.csr_array, place: Floats, smallest: int, rows: Ints) -> Piece:
    columns = len(_touched(covers, rows))
    if columns <= smallest or len(rows) <= 1:
        return Piece(rows=rows, columns=columns, halves=None)
    best: tuple[int, Ints, Ints] | None = None
    for axis in range(place.shape[1]):
        order = rows[np.argsort(place[rows, axis], kind="stable")]
        first, second = np.sort(order[: len(rows) // 2]), np.sort(order[len(rows) // 2 :])
        both = len(_touched(covers, first)) + len(_touched(covers, second))
        if best is None or both < best[0]:
            best = (both, first, second)
    if best is None or best[0] >= 2 * columns:  # every column covers rows everywhere
        return Piece(rows=rows, columns=columns, halves=None)
    _, first, second = best
    return Piece(
        rows=rows,
        columns=columns,
        halves=(_cut(covers, place, smallest, first), _cut(covers, place, smallest, second)),
    )


def pieces_within(piece: Piece, covers: sp.csr_array, largest: int) -> list[Piece]:
    """Return the largest pieces that touch at most so many columns of ``covers``.

    ``covers`` may have fewer entries than the relation that the tree was cut from.
    """
    if piece.halves is None or len(_touched(covers, piece.rows)) <= largest:
        return [piece]
    first, second = piece.halves
    return pieces_within(first, covers, largest) + pieces_within(second, covers, largest)


def places_of_rows(instance: Instance, *, axes: int = 4) -> Floats:
    """Give rows positions where none are known: steps from columns that lie far apart.

    Two columns are one step apart where they cover a common row. A row lies at the mean of its
    columns.

    Returns
    -------
    (R, axes + 1) float64, the last one a number for each connected part.
    """
    rows, columns = instance.rows, instance.columns
    covers = sp.csr_array(
        (np.ones(len(instance.indices)), instance.indices, instance.indptr), shape=(rows, columns)
    )
    beside = sp.csr_array(covers.T @ covers)
    degree = np.maximum(np.diff(instance.indptr), 1)
    place = np.zeros((rows, axes + 1))
    if not columns:
        return place
    _, parts = sp.csgraph.connected_components(beside, directed=False)
    place[:, axes] = covers @ parts / degree
    nearest = np.full(columns, np.inf)
    source = 0
    for axis in range(axes + 1):  # the first walk only finds the first far column
        steps = sp.csgraph.dijkstra(beside, indices=source, unweighted=True)
        steps[np.isinf(steps)] = columns
        if axis:
            smooth = beside @ steps / np.maximum(beside.sum(axis=1), 1.0)
            place[:, axis - 1] = covers @ (0.5 * (steps + smooth)) / degree
            nearest = np.minimum(nearest, steps)
        source = int(np.argmax(nearest if axis else steps))
    return place
