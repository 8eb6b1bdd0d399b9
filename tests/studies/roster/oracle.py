"""The fewest teams by trying everything, slot by slot: it shares nothing with the model."""

from collections.abc import Sequence

from placement.solve.mip.relief_model import Kind, Shift

#: A team: where it stands (-1: nowhere), for how many slots it stands or is away (None: it has not
#: begun), how long it has worked, and of each spell how long it lasts already.
type State = tuple[int, int | None, int, tuple[int, ...]]


def fewest(slots: int, kinds: Sequence[Kind], shift: Shift, most: int) -> int | None:
    """Return the fewest teams that hold all positions; None where `most` do not suffice."""
    posts = [(kind.out, kind.back) for kind in kinds for _ in range(kind.positions)]
    for teams in range(len(posts), most + 1):
        if _possible(slots, posts, shift, teams):
            return teams
    return None


def _possible(slots: int, posts: list[tuple[int, int]], shift: Shift, teams: int) -> bool:
    none = (-1, None, 0, tuple(0 for _ in shift.spells))
    states: set[tuple[State, ...]] = {tuple([none] * teams)}
    for slot in range(slots):
        after: set[tuple[State, ...]] = set()
        for state in states:
            for found in _next(state, 0, slot, slots, posts, shift, ()):
                after.add(tuple(sorted(found, key=repr)))
        states = after
        if not states:
            return False
    return True


def _next(state, team, slot, slots, posts, shift, done):  # type: ignore[no-untyped-def]
    """Yield what all teams may do in a slot, one team after the other."""
    if team == len(state):
        if _held(state, done, slot, posts, shift):
            yield done
        return
    for choice in _choices(state[team], slot, posts, shift):
        yield from _next(state, team + 1, slot, slots, posts, shift, (*done, choice))


def _choices(one: State, slot: int, posts: list[tuple[int, int]], shift: Shift):  # type: ignore[no-untyped-def]
    where, time, worked, spells = one
    cap = 10**6 if shift.cap is None else shift.cap
    if where >= 0:
        out, back = posts[where]
        assert time is not None
        longer = tuple(s + 1 for s in spells)
        fits = all(s + back <= most for s, (most, _) in zip(longer, shift.spells, strict=True))
        if time < shift.work and worked < cap and fits:
            yield (where, time + 1, worked + 1, longer)
        # it leaves: spells run on while it rests, until the rest was long enough
        yield (-1 - where - 1, 1, worked, longer)
        return
    away = None if time is None else time + 1
    yield (where, away, worked, spells if time is None else tuple(s + 1 for s in spells))
    for post, (out, back_here) in enumerate(posts):
        if time is None:
            begun = tuple(out + 1 for _ in shift.spells)
        else:
            back = posts[-where - 2][1]
            rested = time - back - out
            if rested < shift.rest:
                continue
            begun = tuple(
                out + 1 if rested >= rest else s + 1
                for s, (_, rest) in zip(spells, shift.spells, strict=True)
            )
        fits = all(s + back_here <= most for s, (most, _) in zip(begun, shift.spells, strict=True))
        if worked < cap and fits:
            yield (post, 1, worked + 1, begun)


def _held(before, after, slot, posts, shift) -> bool:  # type: ignore[no-untyped-def]
    """Say whether each post is held, and who left it had handed it over."""
    for post in range(len(posts)):
        there = [one for one in after if one[0] == post]
        if not there:
            return False
        left = any(
            old[0] == post and new[0] != post for old, new in zip(before, after, strict=True)
        )
        if slot and left and max(one[1] for one in there) <= shift.handover:
            return False
    return True
