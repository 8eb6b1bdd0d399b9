"""Ticket zones: by which sites the people of each zone may enter."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from placement.arrays import Bools, Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Entry:
    """By which posts of one resource people may enter.

    The people of a ticket zone enter by its gates only; people of no ticket zone enter by the
    sites that are the gate of none.

    Attributes
    ----------
    names
        The Z ticket zones as rules, in the plan file's words, in order of the zones.
    zones
        Identifiers of the Z ticket zones, in order.
    of
        (M,) int64, the number of each demand point's ticket zone, counted from 1; 0 for none.
    admits
        (N, Z + 1) bool, whose people each site admits, the first column for those of no zone.
    headroom
        (N,) float64, share of what its lanes admit that the plan counts on at each site; NaN where
        it is the plan's own.
    """

    names: tuple[str, ...]
    zones: tuple[str, ...]
    of: NDArray[np.int64]
    admits: Bools
    headroom: Floats

    def __post_init__(self) -> None:
        for array in (self.of, self.admits, self.headroom):
            array.setflags(write=False)

    def only(self, walks: csr_array) -> csr_array:
        """Return the walks to sites by which the people of a point may enter, all others left out.

        Parameters
        ----------
        walks
            (M, N) sparse; walks of zero seconds are kept.
        """
        rows = np.repeat(np.arange(walks.shape[0]), np.diff(walks.indptr))
        kept = self.admits[walks.indices, self.of[rows]]
        indptr = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=walks.shape[0]))])
        return csr_array((walks.data[kept], walks.indices[kept], indptr), shape=walks.shape)

    def zones_at(self, site: int) -> tuple[str, ...]:
        """Return the ticket zones whose people enter by a site, in order."""
        return tuple(
            zone for zone, may in zip(self.zones, self.admits[site, 1:], strict=True) if may
        )

    def without(self, zones: Collection[int]) -> "Entry":
        """Return the rule as if some ticket zones, counted from 1, were none.

        Their people may enter anywhere, and people of no zone by their gates too.
        """
        admits = self.admits.copy()
        left = [at for at in range(1, len(self.zones) + 1) if at not in zones]
        admits[:, 0] = ~admits[:, left].any(axis=1)
        admits[:, list(zones)] = True
        return replace(self, admits=admits)
