"""Exits and stations at once: who is sent where so that all are served soonest, and its bounds.

Three things are known before any program over both: whoever leaves is at a station no sooner than
by the shortest walk over any exit; those walks, with stations alone to stand in line at, are a
program of one line; and so is the way out, with the shortest walk on from it. Prices of each are
prices of both lines, so that all bounds are of one kind and are summed up in one way.
"""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Bools, Ints
from placement.solve.core.stopping import Stop
from placement.solve.mip.quickest import Leaving, Sent, quickest
from placement.solve.mip.two_lines import ServedProof, TwoLines, bound_of

NEVER = 10**9
"""Slots: more than any walk."""
_GRAIN = 1e-4  # of a slot: a time to clear so little after a whole slot is that slot
_AMPLE = 2.0  # times what is needed for a way out in time to cost too much


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The time before which not everybody is served.

    Attributes
    ----------
    bound
        Slots.
    deadline
        Slots by when the last one is out in the ways that this holds for; infinite for all ways.
    proof
        Prices at stations and exits.
    """

    bound: float
    deadline: float
    proof: ServedProof


def bound_jointly(lines: TwoLines, out: Sent, *, stop: Stop) -> ServedProof | None:
    """Return the best proof that needs no program over both lines.

    Parameters
    ----------
    lines
        Who leaves.
    out
        How soon all can be out.
    stop
        When to stop.

    Returns
    -------
    proof
        None where all may come out where no station can be walked to.
    """
    slot, sure = _over_exits(lines)
    if not sure.any():
        return None
    rows, group = np.unique(slot[sure], axis=0, return_inverse=True)
    near = np.where(rows < 0, NEVER, rows)
    last = int(near.min(axis=1).max()) + lines.batches - 1
    leaving = Leaving(
        people=np.bincount(group.reshape(-1), weights=lines.people[sure]),
        slot=rows,
        rate=lines.serves,
        later=(1.0 - np.arange(lines.batches) / lines.batches)[None, :],
        profile=np.zeros(len(rows), np.int64),
    )
    start = np.zeros(rows.shape)
    start[np.arange(len(rows)), near.argmin(axis=1)] = leaving.people
    alone = quickest(leaving, start, stop=stop).proof
    known = [ServedProof(level=last - 1), ServedProof(level=alone.level, prices=alone.prices)]
    if sure.all():
        known.append(_way_out(lines, out))
    return max(known, key=lambda one: bound_of(lines, one))


def _over_exits(lines: TwoLines) -> tuple[Ints, Bools]:
    """Return the least slots from groups to stations, and who is served by whatever exit.

    Returns
    -------
    slot, sure
        (G, S) int64, −1 where nobody walks so, and (G,): every exit that its people can walk to
        has a walk on to a station.
    """
    sure = ~((lines.out >= 0) & lines.lost[lines.pace]).any(axis=1)
    return over_first(lines.out, lines.on, lines.pace), sure


def over_first(out: Ints, on: Ints, pace: Ints) -> Ints:
    """Return the least slots from people to the second of two places in line, over any first one.

    Parameters
    ----------
    out
        (M, E) int64, slots to the first places, −1 where nobody walks so.
    on
        (2, E, S) int64, slots from there to the second, by pace, likewise.
    pace
        (M,) int64, of each.

    Returns
    -------
    (M, S) int64
        −1 where there is no way.
    """
    far = np.where(on < 0, NEVER, on)
    found = np.full((len(out), on.shape[2]), NEVER, dtype=np.int64)
    for at, line in enumerate(out.T):
        # who passes in a slot walks on at its end
        passed = np.where(line < 0, NEVER, line + 1)
        found = np.minimum(found, passed[:, None] + far[pace, at])
    return np.where(found >= NEVER, -1, found)


def _way_out(lines: TwoLines, out: Sent) -> ServedProof:
    """Return what prices of the way out prove of stations, with the shortest walk on.

    Who is at a station by the level has passed an exit a walk before. That cannot be said of all:
    each who passes pays what the conditions up to his slot cost, and together they pay more than
    the exits let pass for.
    """
    before = out.proof.level
    level = before + int(np.where(lines.on < 0, NEVER, lines.on).min())
    more = out.bound - before
    if more < _GRAIN:
        return ServedProof(level=0)
    pays = np.zeros((len(lines.passes), before))
    for exit_, slot, price in out.proof.prices:
        pays[exit_, slot:] += price / lines.passes[exit_]
    pays *= _AMPLE * (level + 1) / more
    at = np.argwhere(pays > 0).tolist()
    tolls = tuple((exit_, slot, float(pays[exit_, slot])) for exit_, slot in at)
    return ServedProof(level=level, tolls=tolls)
