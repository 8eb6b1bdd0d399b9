"""Which team takes which duty: a search over whole lines of work, each of which keeps every rule.

Duties are given out in the order in which they begin; then two teams change the rest of their
lines, or a part of them, or one relieves the other a little sooner or later, as long as that mends
more than it breaks (simulated annealing, Kirkpatrick, Gelatt and Vecchi 1983). The steps are
counted, not timed: the same duties give the same lines on every machine.
"""

import numpy as np

from placement.arrays import Ints
from placement.compiled import compiled, part_of_compiled
from placement.solve.mip.relief_model import Shift

_ROOM = 6  # duties that a line may become longer by
_HOT, _COLD = 3.0, 0.2  # slots that a step may break, at first and at last
_REST = 4  # a slot of rest that is missing counts as so many of the others
_NO_CAP = 1 << 30
_MOVES = 2  # changes in ten that move a relief
_SHORT = 6  # the first search is so many times shorter


def lines(
    duties: Ints, relieved: Ints, teams: int, shift: Shift, *, steps: int
) -> tuple[Ints, list[list[int]]] | None:
    """Return the duties of each team, in order; None where no lines were found that keep all rules.

    Parameters
    ----------
    duties
        (D, 4) int64 slots in the order in which they begin: leaving the rest place, at the post,
        off the post, back.
    relieved
        (D,) int64, the duty that each relieves; -1 for the first at a position.
    teams
        How many there are; each line may be empty.
    shift
        What a team may do.
    steps
        How many changes are tried, from each of two beginnings; fewer where a short search shows
        that many rules would stay broken.

    Returns
    -------
    duties, lines
        As they were given but for the times of reliefs, and the rows of each team.
    """
    if not len(duties):
        return duties, [[] for _ in range(teams)]
    spells = np.array(shift.spells, dtype=np.int64).reshape(-1, 2)
    rules = np.array([shift.rest, _NO_CAP if shift.cap is None else shift.cap, shift.day])
    limits = np.array([shift.work, shift.handover])
    room = min(len(duties), 4 * -(-len(duties) // teams) + _ROOM)
    for latest in (0, 1):
        first, given = np.zeros((teams, room), dtype=np.int64), np.zeros(teams, dtype=np.int64)
        _hand_out(duties, first, given, rules, spells, latest)
        first = first[:, : int(given.max()) + _ROOM]
        for tried in (steps // _SHORT, steps):
            moved, line, many = duties.copy(), first.copy(), given.copy()
            left = _mend(moved, relieved, line, many, rules, spells, limits, tried)
            if left == 0:
                rows = zip(line, many.tolist(), strict=True)
                return moved, [row[:length].tolist() for row, length in rows]
            if left > teams:  # a longer search does not mend that many
                break
    return None


@part_of_compiled
def _broken(duties: Ints, line: Ints, many: int, rules: Ints, spells: Ints, begun: Ints) -> int:
    """Return by how many slots a line breaks the rules."""
    rest, cap, day = rules
    total = 0
    for n in range(many):
        leaves, on, off, back = duties[line[n]]
        before = duties[line[n - 1], 3] if n else leaves
        if n and leaves - before < rest:
            total += _REST * (rest - leaves + before)
        for s in range(len(spells)):
            if n == 0 or leaves - before >= spells[s, 1]:
                begun[s] = leaves
            else:
                late = begun[s] + spells[s, 0]
                total += max(0, back - late) - max(0, before - late)
        worked = off - on
        for m in range(n - 1, -1, -1):
            if duties[line[m], 2] <= off - day:
                break
            worked += duties[line[m], 2] - max(duties[line[m], 1], off - day)
        if worked > cap:
            total += min(worked - cap, off - on)
    return total


@compiled
def _hand_out(duties: Ints, line: Ints, many: Ints, rules: Ints, spells: Ints, latest: int) -> None:
    """Give each duty to the team whose rules it breaks least; among equals to the longest rested.

    With `latest` to the one that came back last, so that others rest on.
    """
    begun = np.zeros(len(spells), dtype=np.int64)
    broken = np.zeros(len(many), dtype=np.int64)
    for duty in range(len(duties)):
        chosen, least, value = 0, -1, 0
        for team in range(len(many)):
            if many[team] == line.shape[1]:
                continue
            line[team, many[team]] = duty
            after = _broken(duties, line[team], many[team] + 1, rules, spells, begun)
            more = after - broken[team]
            back = duties[line[team, many[team] - 1], 3] if many[team] else -1
            better = least < 0 or more < least
            if not better and more == least:
                held = duties[line[chosen, many[chosen] - 1], 3] if many[chosen] else -1
                better = back > held if latest else back < held
            if better:
                chosen, least, value = team, more, after
        line[chosen, many[chosen]] = duty
        many[chosen] += 1
        broken[chosen] = value


@part_of_compiled
def _draw(state: Ints, below: int) -> int:
    """Return a whole number from 0 to below; numbers of this kind need be no better."""
    state[0] = (state[0] * 1103515245 + 12345) & 0x7FFFFFFF
    return int((state[0] >> 8) % below)


@part_of_compiled
def _cut(duties: Ints, line: Ints, many: int, at: int) -> int:
    """Return how many duties of a line begin before a slot."""
    n = 0
    while n < many and duties[line[n], 0] < at:
        n += 1
    return n


@part_of_compiled
def _joined(
    line: Ints, ends: int, other: Ints, begins: int, stops: int, again: int, many: int, into: Ints
) -> int:
    """Write a line that has a part of another one in place of its own; return its length."""
    length = 0
    for n in range(ends):
        into[length] = line[n]
        length += 1
    for n in range(begins, stops):
        into[length] = other[n]
        length += 1
    for n in range(again, many):
        into[length] = line[n]
        length += 1
    return length


@part_of_compiled
def _move_relief(duties: Ints, old: int, new: int, by: int) -> None:
    """Let a duty relieve the one before it so many slots later."""
    duties[old, 2] += by
    duties[old, 3] += by
    duties[new, 0] += by
    duties[new, 1] += by


@part_of_compiled
def _may_move(duties: Ints, relieved: Ints, new: int, by: int, limits: Ints) -> bool:
    """Tell whether a duty may relieve the one before it so many slots later."""
    work, handover = limits
    old = relieved[new]
    at = duties[old, 2] + by
    begun = duties[old, 1] + (handover if relieved[old] >= 0 else 0)
    return bool(
        at > begun
        and at >= handover
        and at < duties[new, 2]
        and at - duties[old, 1] <= work
        and duties[new, 2] - at + handover <= work
    )


@compiled
def _mend(  # noqa: C901, PLR0912, PLR0915 - compiled loops are best in one piece
    duties: Ints,
    relieved: Ints,
    line: Ints,
    many: Ints,
    rules: Ints,
    spells: Ints,
    limits: Ints,
    steps: int,
) -> int:
    """Change lines until no rule is broken, or for so many steps; return what is still broken."""
    teams, room = line.shape
    begun = np.zeros(len(spells), dtype=np.int64)
    broken = np.zeros(teams, dtype=np.int64)
    whose = np.zeros(len(duties), dtype=np.int64)
    relief = np.full(len(duties), -1, dtype=np.int64)
    for duty in range(len(duties)):
        if relieved[duty] >= 0:
            relief[relieved[duty]] = duty
    for team in range(teams):
        broken[team] = _broken(duties, line[team], many[team], rules, spells, begun)
        for n in range(many[team]):
            whose[line[team, n]] = team
    total = int(broken.sum())
    one, two = np.zeros(room, dtype=np.int64), np.zeros(room, dtype=np.int64)
    state = np.ones(1, dtype=np.int64)
    for step in range(steps):
        if total == 0:
            break
        heat = _HOT * (_COLD / _HOT) ** (step / steps)
        a, b = _draw(state, teams), _draw(state, teams)
        for _ in range(4):  # one that breaks a rule, if it is soon found
            if broken[a] == 0:
                a = _draw(state, teams)
        if many[a] == 0:
            continue
        i = _draw(state, many[a])
        if _draw(state, 10) < _MOVES:
            new = line[a, i] if _draw(state, 2) == 0 else relief[line[a, i]]
            by = 1 + _draw(state, 3)
            by = by if _draw(state, 2) == 0 else -by
            if new < 0 or relieved[new] < 0 or not _may_move(duties, relieved, new, by, limits):
                continue
            old = relieved[new]
            _move_relief(duties, old, new, by)
            a, b = whose[old], whose[new]
            mine = _broken(duties, line[a], many[a], rules, spells, begun)
            theirs = _broken(duties, line[b], many[b], rules, spells, begun)
            more = mine - broken[a] + (theirs - broken[b] if a != b else 0)
            if more <= 0 or _draw(state, 1 << 22) < np.exp(-more / heat) * (1 << 22):
                broken[a], broken[b] = mine, theirs
                total += more
            else:
                _move_relief(duties, old, new, -by)
            continue
        if a == b:
            continue
        j = _cut(duties, line[b], many[b], duties[line[a, i], 0])
        if j > 0 and _draw(state, 10) < 3:
            j -= 1
        until, stops = many[a], many[b]
        if _draw(state, 2) == 0:
            until = min(many[a], i + 1 + _draw(state, 3))
            if until < many[a]:
                stops = max(j, _cut(duties, line[b], many[b], duties[line[a, until], 0]))
        if i + stops - j + many[a] - until > room or j + until - i + many[b] - stops > room:
            continue
        length = _joined(line[a], i, line[b], j, stops, until, many[a], one)
        longer = _joined(line[b], j, line[a], i, until, stops, many[b], two)
        mine = _broken(duties, one, length, rules, spells, begun)
        theirs = _broken(duties, two, longer, rules, spells, begun)
        more = mine + theirs - broken[a] - broken[b]
        if more <= 0 or _draw(state, 1 << 22) < np.exp(-more / heat) * (1 << 22):
            line[a, :length], line[b, :longer] = one[:length], two[:longer]
            many[a], many[b] = length, longer
            broken[a], broken[b] = mine, theirs
            for n in range(length):
                whose[one[n]] = a
            for n in range(longer):
                whose[two[n]] = b
            total += more
    return total
