"""How soon all can be served by stations, whichever exits people take: a bound over both steps.

Whoever leaves an area is at a station no sooner than by the shortest walk over any exit, without a
queue there. So the least time to send people from areas straight to stations by those walks, which
a linear program proves, bounds the time served from below; and so does the least time to clear the
exits, with the shortest walk on from there. Exits of a given width may need more than both. As in
both steps the people of a point are shared out alike, whenever they set out.
"""

import math
from dataclasses import dataclass

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.solve.core.stopping import Stop
from placement.solve.mip.quickest import Leaving, Proof, quickest
from placement.studies.egress.queues import slots_of
from placement.studies.egress.walks import Walks

_NEVER = 10**9  # slots: more than any walk
_GRAIN = 1e-4  # of a slot: a time to clear so little after a whole slot is that slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """The time before which not everybody is served, by whatever exits.

    Attributes
    ----------
    bound
        Slots.
    proof
        Prices of stations alone.
    """

    bound: float
    proof: Proof


def bound_jointly(
    walks: Walks,
    people: Floats,
    step_free: Bools,
    *,
    later: Floats,
    rate: Floats,
    out: float,
    stop: Stop,
) -> Joint | None:
    """Return how soon all can be served; None where all may come out far from every station.

    Parameters
    ----------
    walks
        Seconds.
    people, step_free
        (M,) who leaves from each demand point.
    later
        (J,) float64, the share of people who set out so many slots after the start or later.
    rate
        (S,) float64, people who pass a station in a slot.
    out
        Slots before which not everybody is out.
    stop
        When to stop.
    """
    slot, bound = _over_exits(walks, step_free, people > 0)
    if not bound.any():
        return None
    rows, group = np.unique(slot[bound], axis=0, return_inverse=True)
    leaving = Leaving(
        people=np.bincount(group.reshape(-1), weights=people[bound]),
        slot=rows,
        rate=rate,
        later=later[None, :],
        profile=np.zeros(len(rows), np.int64),
    )
    start = np.zeros(rows.shape)
    nearest = np.where(rows < 0, _NEVER, rows).argmin(axis=1)
    start[np.arange(len(rows)), nearest] = leaving.people
    found = quickest(leaving, start, stop=stop)
    least = found.bound
    if (bound == (people > 0)).all():
        # the last one out passes by the end of a slot, and then walks on
        on = slots_of(walks.on)
        least = max(least, math.ceil(out - _GRAIN) + float(on[on >= 0].min()))
    return Joint(bound=least, proof=found.proof)


def _over_exits(walks: Walks, step_free: Bools, leave: Bools) -> tuple[Ints, Bools]:
    """Return the least slots from points to stations, and who is served by whatever exit.

    Returns
    -------
    slot, served
        (M, S) int64, −1 where nobody walks so, and (M,): every exit that its people can walk to
        has a walk on to a station.
    """
    out, on = slots_of(walks.out), slots_of(walks.on)
    far = np.where(on < 0, _NEVER, on)
    slot = np.full((len(out), on.shape[2]), _NEVER, dtype=np.int64)
    served = leave.copy()
    for pace in range(2):
        mine = np.flatnonzero(leave & (step_free == bool(pace)))
        lost = ~(on[pace] >= 0).any(axis=1)
        served[mine] = ~((out[mine] >= 0) & lost).any(axis=1)
        for at in range(out.shape[1]):
            # who passes in a slot walks on at its end
            passed = np.where(out[mine, at] < 0, _NEVER, out[mine, at] + 1)
            slot[mine] = np.minimum(slot[mine], passed[:, None] + far[pace, at])
    return np.where(slot >= _NEVER, -1, slot), served
