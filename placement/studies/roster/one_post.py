"""Whether some teams can hold a single post: every way in which they may relieve each other.

A single post is relieved by one team at a time, so all that counts at a relief is how long each
team has rested, since when it has had no longer rest, and how long it has worked. Where the model
that counts reliefs leaves a gap, this closes it for posts with a rest place of their own.
"""

from dataclasses import replace

from placement.solve.core.stopping import Stop
from placement.solve.mip.relief_model import Kind, Shift

_MOST_STATES = 200_000

#: Of a team that has begun: when it was back, since when each spell lasts, how long it worked.
type _Team = tuple[int, tuple[int, ...], int]
#: The team at the post last, then the others that have begun.
type _State = tuple[_Team, tuple[_Team, ...]]


def can_hold(slots: int, kind: Kind, shift: Shift, teams: int, *, stop: Stop) -> bool | None:
    """Return whether so many teams hold one position throughout; None where that takes too long.

    Parameters
    ----------
    slots
        Of the event, a day at most.
    kind
        The post, of one position.
    shift
        What a team may do.
    teams
        How many there are.
    stop
        When to stop.
    """
    holds = _found(slots, kind, shift, teams, stop)
    if holds is not None or shift.cap is None:
        return holds
    # Without the cap far fewer states differ, and too few teams then are too few with it.
    uncapped = _found(slots, kind, replace(shift, cap=None), teams, stop)
    return False if uncapped is False else None


def _found(slots: int, kind: Kind, shift: Shift, teams: int, stop: Stop) -> bool | None:
    cap = slots if shift.cap is None else shift.cap
    fresh = tuple(-kind.out for _ in shift.spells)
    at: list[set[_State]] = [set() for _ in range(slots + 1)]
    for off in range(1, min(shift.work, cap, slots) + 1):
        at[off].add(((off + kind.back, fresh, off if shift.cap else 0), ()))
    states = 0
    for now in range(1, slots):
        states += len(at[now])
        if states > _MOST_STATES or stop.reached():
            return None
        on = max(0, now - shift.handover)
        leaves = on - kind.out
        for last, others in at[now]:
            for n in range(len(others) + (len(others) + 1 < teams)):
                chosen = others[n] if n < len(others) else None
                begun, worked = _rested(chosen, leaves, shift)
                if begun is None:
                    continue
                left = (last, *others[:n], *others[n + 1 :])
                rest = tuple(sorted(_aged(one, leaves, shift) for one in left))
                latest = min(slots, on + shift.work, on + cap - worked)
                for since, (longest, _) in zip(begun, shift.spells, strict=True):
                    latest = min(latest, since + longest - kind.back)
                for off in range(now + 1, latest + 1):
                    total = worked + off - on if shift.cap else 0
                    at[off].add(((off + kind.back, begun, total), rest))
        at[now] = set()
    return bool(at[slots])


def _rested(team: _Team | None, leaves: int, shift: Shift) -> tuple[tuple[int, ...] | None, int]:
    """Return since when a team's spells last if it leaves now, None if it may not; and its work."""
    if team is None:
        return tuple(leaves for _ in shift.spells), 0
    back, since, worked = team
    if leaves - back < shift.rest:
        return None, worked
    spells = zip(since, shift.spells, strict=True)
    return tuple(leaves if leaves - back >= rest else one for one, (_, rest) in spells), worked


def _aged(team: _Team, leaves: int, shift: Shift) -> _Team:
    """Return a team without what no longer counts: rest beyond the longest that is asked for."""
    back, since, worked = team
    longest = max([shift.rest, *(rest for _, rest in shift.spells)])
    if leaves - back < longest:
        return team
    return leaves - longest, tuple(leaves for _ in since), worked
