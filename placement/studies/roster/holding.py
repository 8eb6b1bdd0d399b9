"""The fewest teams that hold the posts of one rest place: a bound, and lines that reach it.

The model of `placement.solve.mip.relief_model` says how few teams could do; how the duties are then
shared out is searched for with so many, and with one more at a time where no lines are found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from placement.arrays import Ints
from placement.counts import counted
from placement.errors import InfeasibleError
from placement.solve.core.stopping import Stop
from placement.solve.mip.relief_model import Kind, Reliefs, Shift, fewest_reliefs, least_teams
from placement.studies.roster.lines import lines
from placement.studies.roster.one_post import can_hold
from placement.studies.roster.one_team import least_by_one

_STEPS = 16_000  # for each duty
_MOST_STEPS = 6_000_000
_BOUND_S = 10.0  # most seconds for the fewest teams of the model
_MODEL_S = 5.0  # most seconds to relieve posts more seldom


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Held:
    """How some teams hold the posts of one rest place.

    Attributes
    ----------
    bound
        No fewer teams do.
    duties
        (D, 6) int64: leaving the rest place, at the post, off it and back, in slots of the event;
        the kind of the post, and which of its positions.
    lines
        Rows of `duties` of each team, in order.
    """

    bound: int
    duties: Ints
    lines: tuple[tuple[int, ...], ...]


def hold(slots: int, kinds: Sequence[Kind], shift: Shift, *, stop: Stop) -> Held:
    """Return teams that hold posts in every slot, as few as are found.

    Parameters
    ----------
    slots
        Of the event.
    kinds
        The posts of one rest place.
    shift
        What a team may do.
    stop
        When to stop looking for fewer.

    Raises
    ------
    InfeasibleError
        If no number of teams keeps the rules.
    """
    _check_walks(kinds, shift)
    first = least_teams(slots, kinds, shift, stop=stop.share(0.5, at_most=_BOUND_S))
    if first.started is None:  # whom longer rests leave too little time for
        loose = least_teams(
            slots, kinds, replace(shift, spells=()), stop=stop.share(0.5, at_most=_BOUND_S)
        )
        first = Reliefs(started=loose.started, bound=max(first.bound, loose.bound))
    usual = _by_turns(slots, kinds, shift) if first.started is None else first.started
    bound = max(1, first.bound, least_by_one(slots, kinds, shift))
    found: dict[int, Held | None] = {}

    def holds(teams: int) -> bool:
        if teams not in found:
            found[teams] = _shared(slots, kinds, shift, usual, bound, teams, stop)
        return found[teams] is not None

    if len(kinds) == kinds[0].positions == 1 and slots <= shift.day and not holds(bound):
        while can_hold(slots, kinds[0], shift, bound, stop=stop) is False:
            bound += 1  # before more teams are tried, which takes the time that is left
    low, step = bound, max(1, bound // 100)
    high = low
    while not holds(high):  # with a team for each duty there is no rule to break
        low, high, step = high + 1, high + step, 2 * step
    while low < high:  # where time is over, by handing the duties out alone
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    best = found[high]
    assert best is not None  # noqa: S101 - told by the loops above
    return replace(best, bound=bound)


def _check_walks(kinds: Sequence[Kind], shift: Shift) -> None:
    """Refuse posts so far away that no duty fits between two rests."""
    for kind in kinds:
        for longest, rest in shift.spells:
            if kind.out + shift.work + kind.back > longest:
                raise InfeasibleError(
                    f"walks of {kind.out} and {counted(kind.back, 'slot')} and {shift.work} of "
                    "work do not "
                    f"fit between two rests of {counted(rest, 'slot')}, {longest} at most: give "
                    "less work, a "
                    "nearer rest place, or rest less often."
                )


def _by_turns(slots: int, kinds: Sequence[Kind], shift: Shift) -> Ints:
    """Return reliefs of all positions at once, as late as can be: what holds with enough teams."""
    times = np.arange(slots)
    turns = 1 + np.maximum(0, times - shift.handover) // (shift.work - shift.handover)
    return np.array([kind.positions * turns for kind in kinds], dtype=np.int64)


def _shared(
    slots: int,
    kinds: Sequence[Kind],
    shift: Shift,
    usual: Ints,
    bound: int,
    teams: int,
    stop: Stop,
) -> Held | None:
    """Look for lines of so many teams."""
    over = stop.reached()
    short = stop.share(0.2, at_most=_MODEL_S)
    seldom = None if over else fewest_reliefs(slots, kinds, shift, teams=teams, stop=short)
    for started in (seldom, usual):
        if started is None:
            continue
        duties = _duties(started, kinds, slots, shift.handover)
        steps = 0 if over else min(_STEPS * len(duties), _MOST_STEPS)
        times = np.ascontiguousarray(duties[:, :4])
        shared = lines(times, _relieved(duties), teams, shift, steps=steps)
        if shared is not None:
            times, rows = shared
            needed = tuple(tuple(row) for row in rows if row)
            return Held(bound=bound, duties=np.hstack([times, duties[:, 4:]]), lines=needed)
    return None


def _duties(started: Ints, kinds: Sequence[Kind], slots: int, handover: int) -> Ints:
    """Return the duties that some reliefs make: who stands longest is relieved first."""
    rows = []
    for k, kind in enumerate(kinds):
        begun = np.diff(started[k], prepend=0)
        begins = np.repeat(np.arange(slots), begun).tolist()
        ends = begins[kind.positions :] + [slots] * kind.positions
        for n, (begin, end) in enumerate(zip(begins, ends, strict=True)):
            on = begin - handover if begin else 0
            rows.append((on - kind.out, on, end, end + kind.back, k, n % kind.positions))
    return np.array(sorted(rows), dtype=np.int64)


def _relieved(duties: Ints) -> Ints:
    """Return (D,) the duty that each relieves; -1 for the first at a position."""
    found = np.full(len(duties), -1, dtype=np.int64)
    last: dict[tuple[int, int], int] = {}
    for n, (kind, position) in enumerate(duties[:, 4:].tolist()):
        found[n] = last.get((kind, position), -1)
        last[kind, position] = n
    return found
