"""The least set of pieces that parts inside from outside: an exact minimum cut by maximum flow."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from placement.arrays import Bools, Ints
from placement.starting.cordon_band import INSIDE, OUTSIDE, Band


class Cut(NamedTuple):
    """A minimum cut, and what proves that none is lighter.

    Attributes
    ----------
    pieces
        Positions of the pieces that are closed, ascending.
    weight
        Sum of their weights.
    flow
        The maximum flow, which no cut can be lighter than.
    inner
        (V,) bool, nodes that are left inside.
    """

    pieces: Ints
    weight: int
    flow: int
    inner: Bools


class NoCutError(Exception):
    """There is a way in on which nothing can be closed: `piece` is one of its pieces."""

    def __init__(self, piece: int) -> None:
        self.piece = piece
        super().__init__(f"piece {piece} cannot be closed")


def minimum_cut(band: Band, weight: Ints, *, fixed: Bools, gates: Bools) -> Cut:
    """Choose the pieces to close.

    Of equal cuts the one nearest to the inside is chosen, which is one and the same for any flow.

    Parameters
    ----------
    band
        The graph.
    weight
        (N,) int64, at least 1, what closing a piece weighs.
    fixed
        (N,) bool, pieces that stay open.
    gates
        (N,) bool, pieces with a gate: whoever passes there is let in, so they need no closure.

    Raises
    ------
    NoCutError
        If pieces that stay open lead inside.
    """
    one, other = np.flatnonzero(band.forward & ~gates), np.flatnonzero(band.backward & ~gates)
    start = np.concatenate([band.tail[one], band.head[other]])
    end = np.concatenate([band.head[one], band.tail[other]])
    piece = np.concatenate([one, other])
    keep = start != end
    start, end, piece = start[keep], end[keep], piece[keep]
    _refuse_open_way(band, start, end, piece, fixed)
    # above every cut of what may be closed, so that no cut goes through what may not
    endless = int(weight[~fixed].sum()) + 1
    capacity = np.where(fixed, endless, weight)[piece]
    arcs = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)
    if len(start):
        arcs = _joined(start, end, capacity, band.n_nodes, endless)
    size = (band.n_nodes, band.n_nodes)
    network = csr_array((arcs[2].astype(np.int32), (arcs[0], arcs[1])), shape=size)
    result = maximum_flow(network, OUTSIDE, INSIDE)
    left = (network - result.flow).tocsr()
    left.data = (left.data > 0).astype(np.int32)
    left.eliminate_zeros()
    near = np.zeros(band.n_nodes, np.bool_)
    near[breadth_first_order(left.T.tocsr(), INSIDE, return_predecessors=False)] = True
    chosen = np.unique(piece[~near[start] & near[end]])
    return Cut(chosen, int(weight[chosen].sum()), int(result.flow_value), near)


def _joined(
    start: Ints, end: Ints, capacity: Ints, n_nodes: int, endless: int
) -> tuple[Ints, Ints, Ints]:
    """Add up the capacities of arcs between the same nodes."""
    arc, at = np.unique(start * n_nodes + end, return_inverse=True)
    total = np.minimum(np.bincount(at, weights=capacity).astype(np.int64), endless)
    return arc // n_nodes, arc % n_nodes, total


def _refuse_open_way(band: Band, start: Ints, end: Ints, piece: Ints, fixed: Bools) -> None:
    """Refuse a band that pieces which stay open lead through.

    Raises
    ------
    NoCutError
        Naming the last piece of such a way.
    """
    stays = fixed[piece]
    start, end, piece = start[stays], end[stays], piece[stays]
    ones = np.ones(len(start), np.int32)
    size = (band.n_nodes, band.n_nodes)
    order, before = breadth_first_order(csr_array((ones, (start, end)), shape=size), OUTSIDE)
    if INSIDE in order:
        last = (end == INSIDE) & (start == before[INSIDE])
        longest = piece[last][np.argmax(band.length_m[piece[last]])]
        raise NoCutError(int(longest))
