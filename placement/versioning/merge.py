"""Merge two solutions that came from a third: post by post, and what was asked member by member.

What follows from the posts (cover, walks, bound, gap) cannot be merged: it is counted anew by
whoever has the plan, or left as our side has it, with no proof. A merged solution is *proposed*.
"""

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyproj

from placement.counts import counted
from placement.review.geojson import solution_text
from placement.solution import Post, Solution, Status

MOVED_M = 150.0
"""A post that closes and one of its resource that opens within this are one that moved (A)."""

type Sides[V] = tuple[V, V]
"""What our side has and what theirs has; the same value where there is no conflict."""

_LISTS = ("lock", "forbid", "closures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What became of a merge.

    Attributes
    ----------
    ours, theirs
        The merged solution, with our side of each conflict and with theirs; equal where there is
        no conflict. Posts and what was asked are merged; the rest is as our side has it.
    conflicts
        A sentence for each conflict, without a full stop.
    whole
        The side that says all there is to say, proof included: the other one changed nothing, or
        only proved the same plan again. None where both have changes.
    """

    ours: Solution
    theirs: Solution
    conflicts: tuple[str, ...]
    whole: Solution | None


def merge(base: Solution, ours: Solution, theirs: Solution) -> Merged:
    """Merge what two sides changed.

    A change that one side made, or both made in the same way, is taken. There is a conflict where
    both changed a post's units, where one closed a post that the other changed, where both moved a
    post to other places, and where both asked for other things.

    Parameters
    ----------
    base
        What both sides came from.
    ours, theirs
        What they made of it.

    Returns
    -------
    Merged
    """
    conflicts: list[str] = []
    posts = _posts(base, ours, theirs, conflicts)
    asked = _asked(base, ours, theirs, conflicts)
    mine, other = (
        _proposed(ours, theirs, posts[side], {name: pair[side] for name, pair in asked.items()})
        for side in (0, 1)
    )
    return Merged(
        ours=mine,
        theirs=other,
        conflicts=tuple(conflicts),
        whole=_whole(base, ours, theirs),
    )


def conflict_text(merged: Merged) -> str:
    """Return both sides of a merge as one text, with git's markers around each conflict.

    Whichever side is kept of each conflict, what remains is a solution that can be read, and that
    no proof belongs to.
    """
    mine, other = (
        solution_text(side).splitlines(keepends=True) for side in (merged.ours, merged.theirs)
    )
    lines: list[str] = []
    steps = difflib.SequenceMatcher(None, mine, other, autojunk=False).get_opcodes()
    for kind, first, last, first_other, last_other in steps:
        if kind == "equal":
            lines += mine[first:last]
        else:
            lines += _marked(mine[first:last], other[first_other:last_other])
    return "".join(lines)


def whole_conflict(ours: bytes, theirs: bytes) -> bytes:
    """Return two files in one conflict, where they cannot be merged post by post."""
    sides = [side if side.endswith(b"\n") or not side else side + b"\n" for side in (ours, theirs)]
    return b"<<<<<<< ours\n" + sides[0] + b"=======\n" + sides[1] + b">>>>>>> theirs\n"


def _marked(mine: list[str], other: list[str]) -> list[str]:
    return ["<<<<<<< ours\n", *mine, "=======\n", *other, ">>>>>>> theirs\n"]


def _choose[V](
    what: str,
    three: Sequence[V],
    conflicts: list[str],
    *,
    words: Callable[[V], str] | None = None,
) -> Sides[V]:
    """Take what one side changed; note a conflict where both did."""
    base, ours, theirs = three
    if theirs in (base, ours):
        return ours, ours
    if ours == base:
        return theirs, theirs
    words = words or _words
    conflicts.append(f"{what} {words(ours)} on our side and {words(theirs)} on theirs")
    return ours, theirs


def _words(value: object) -> str:
    if value is None:
        return "is not given"
    return f"is {value:,.12g}" if isinstance(value, float) else f"is {value}"


def _units_words(units: int | None) -> str:
    if units is None:
        return "is closed"
    return f"has {counted(units, 'unit')}"


def _posts(
    base: Solution, ours: Solution, theirs: Solution, conflicts: list[str]
) -> Sides[list[Post]]:
    """Merge the posts by their identifiers, then take moves to two places for what they are."""
    old, mine, other = ({post.id: post for post in one.posts_list} for one in (base, ours, theirs))
    kept: Sides[dict[str, Post]] = ({}, {})
    for name in sorted({*old, *mine, *other}):
        units = [posts[name].units if name in posts else None for posts in (old, mine, other)]
        chosen = _choose(name, units, conflicts, words=_units_words)
        # of equal units the figures of whoever changed them, the same on both sides
        changed = (mine, other) if mine.get(name) != old.get(name) else (other, mine)
        for side, many in zip(kept, chosen, strict=True):
            if many is not None:
                has = [posts[name] for posts in changed if name in posts]
                side[name] = next(post for post in has if post.units == many)
    moved = [_moves(old, side) for side in (mine, other)]
    for name in sorted(moved[0].keys() & moved[1].keys()):
        here, there = moved[0][name], moved[1][name]
        if here != there:
            conflicts.append(f"{name} moved to {here} on our side and to {there} on theirs")
            kept[0].pop(there, None)
            kept[1].pop(here, None)
    return list(kept[0].values()), list(kept[1].values())


def _moves(old: Mapping[str, Post], new: Mapping[str, Post]) -> dict[str, str]:
    """Return to which post each moved, the nearest first."""
    earth = pyproj.Geod(ellps="WGS84")
    closed = [old[name] for name in sorted(old.keys() - new.keys())]
    opened = [new[name] for name in sorted(new.keys() - old.keys())]
    pairs = sorted(
        (earth.inv(before.lon, before.lat, after.lon, after.lat)[2], before.id, after.id)
        for before in closed
        for after in opened
        if before.resource == after.resource
    )
    found: dict[str, str] = {}
    for away, before, after in pairs:
        if away <= MOVED_M and before not in found and after not in found.values():
            found[before] = after
    return found


def _asked(
    base: Solution, ours: Solution, theirs: Solution, conflicts: list[str]
) -> dict[str, Sides[Any]]:
    """Merge what was asked, by member of the solution."""
    three = (base, ours, theirs)
    found: dict[str, Sides[Any]] = {
        name: _choose(words, [getattr(one, name) for one in three], conflicts)
        for name, words in (
            ("budget_unit", "the unit of costs"),
            ("walking", "the way of walking"),
            ("at", "the time of day"),
            ("headroom", "the share of what lanes admit"),
        )
    }
    # what the cheapest plan costs stands as its budget, and follows from its posts
    budgets = [None if one.reverse is not None else one.budget for one in three]
    budget = _choose("the budget", budgets, conflicts)
    mine, other = (ours.budget if amount is None else amount for amount in budget)
    found["budget"] = (mine, other)
    shares = [None if one.reverse is None else dict(one.reverse.shares) for one in three]
    _choose("the share that is asked for", shares, conflicts)
    for name, words in (("limits", "the limit of"), ("layers", "the layer")):
        found[name] = _by_name(words, [getattr(one, name) for one in three], conflicts)
    for name in _LISTS:
        found[name] = _together(*(getattr(one, name) for one in three))
    for post in sorted(set(found["lock"][0]) & set(found["forbid"][0])):
        conflicts.append(f"{post} has to be open on one side and closed on the other")
        for name in ("lock", "forbid"):
            mine, other = found[name]
            found[name] = (
                tuple(one for one in mine if one != post or one in getattr(ours, name)),
                tuple(one for one in other if one != post or one in getattr(theirs, name)),
            )
    return found


def _by_name(
    words: str, three: Sequence[Mapping[str, Any]], conflicts: list[str]
) -> Sides[dict[str, Any]]:
    """Merge values one by one; None stands for a name that is not there."""
    sides: Sides[dict[str, Any]] = ({}, {})
    for name in sorted({name for one in three for name in one}):
        values = [one.get(name) for one in three]
        chosen = _choose(f"{words} {name}", values, conflicts)
        for side, value in zip(sides, chosen, strict=True):
            if value is not None:
                side[name] = value
    return sides


def _together(
    base: tuple[str, ...], ours: tuple[str, ...], theirs: tuple[str, ...]
) -> Sides[tuple[str, ...]]:
    """Merge lists of names: what one side added is there, what one side took out is not."""
    gone = (set(base) - set(ours)) | (set(base) - set(theirs))
    names = tuple(sorted({*base, *ours, *theirs} - gone))
    return names, names


def _proposed(
    ours: Solution, theirs: Solution, posts: list[Post], asked: Mapping[str, Any]
) -> Solution:
    """Return our solution with other posts, and without any claim of a proof."""
    made = replace(
        _unproven(ours),
        **asked,
        posts_list=tuple(sorted(posts, key=lambda post: post.id)),
        coverage={**theirs.coverage, **ours.coverage},
        barriers={**theirs.barriers, **ours.barriers},
        reverse=None,
        changes=None,
        digests=ours.digests if ours.digests == theirs.digests else None,
    )
    told = {*(ours.overrides or ()), *(theirs.overrides or ())} & {"at", "budget"}
    told |= {"headroom"} if made.headroom is not None else set()
    told |= {name for name in (*_LISTS, "limits", "layers") if getattr(made, name)}
    return replace(made, overrides=tuple(sorted(told)))


def asked_by_hand(counted: Solution, merged: Solution) -> Solution:
    """Return a solution whose posts were counted anew, with what a merged one asks beside them."""
    told = {name for name in ("lock", "forbid") if getattr(merged, name)}
    return replace(
        counted,
        lock=merged.lock,
        forbid=merged.forbid,
        overrides=tuple(sorted({*(counted.overrides or ()), *told})),
    )


def _unproven(solution: Solution) -> Solution:
    """Return a solution without what was proven of it, and by what."""
    walk = solution.walk
    return replace(
        solution,
        status=Status.PROPOSED,
        bound=math.inf,
        gap=math.inf,
        version=None,
        stopped=None,
        walk=None if walk is None else replace(walk, gap=None, unproven={}),
        tiers=tuple(replace(tier, bound=math.inf, gap=math.inf) for tier in solution.tiers),
    )


def _whole(base: Solution, ours: Solution, theirs: Solution) -> Solution | None:
    """Return the side that says all; None where both changed something of the plan."""
    old, mine, other = (_unproven(one) for one in (base, ours, theirs))
    if mine == other:
        return theirs if theirs.gap < ours.gap else ours
    if other == old:
        return ours
    return theirs if mine == old else None
