"""Lines of a difference, in three parts: what was asked, what was decided, what came of it.

Each line says which members of the files it tells; what no line tells yet is told by its names.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from placement.review.edits import Edit
from placement.review.texts import shown

ASKED, DECIDED, RESULT = "Asked", "Decided", "Result"
PARTS = (ASKED, DECIDED, RESULT)
"""Parts of a difference, in the order to read them."""

type Place = tuple[str, ...]
"""Where a member stands: ``("placement", …)`` or ``("features", "<post>", …)``."""

NOT_TOLD = "not told"
"""What is said for a member that a file does not have."""

_EARTH_M = 6_371_008.8  # mean radius


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a difference.

    Attributes
    ----------
    part
        One of `PARTS`.
    text
        What it says.
    tells
        Members that differ and that it tells; empty for a heading.
    """

    part: str
    text: str
    tells: tuple[Place, ...] = ()


class Leaves:
    """The members that differ and hold no other members, each to be told."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._all = {leaf.path: leaf for edit in edits for leaf in _leaves(edit)}
        self._left = dict(self._all)

    def get(self, *path: str) -> Edit | None:
        """Return a member that differs, told or not."""
        return self._all.get(path)

    def take(self, *path: str) -> Edit | None:
        """Return a member that differs and is not told yet, and take it as told."""
        return self._left.pop(path, None)

    def below(self, *path: str) -> list[Edit]:
        """Return all that is not told yet at a place and below it, in the order of places."""
        return [leaf for place, leaf in self._left.items() if place[: len(path)] == path]

    def by_name(self, *path: str) -> dict[str, list[Edit]]:
        """Return all that is not told yet below a place, by the name of the next member."""
        found: dict[str, list[Edit]] = {}
        for leaf in self.below(*path):
            if len(leaf.path) > len(path):
                found.setdefault(leaf.path[len(path)], []).append(leaf)
        return found

    def line(self, part: str, text: str, leaves: Iterable[Edit | None]) -> Line:
        """Return a line that tells members, which are told then."""
        places = tuple(leaf.path for leaf in leaves if leaf is not None)
        for place in places:
            self._left.pop(place, None)
        return Line(part=part, text=text, tells=places)

    def rest(self) -> list[Line]:
        """Return a line for each member that is not told yet, by the names that lead to it."""
        return [
            self.line(
                DECIDED if leaf.path[0] == "features" else RESULT,
                f"{shown(' '.join(leaf.path[1:]))}: {way(leaf)}",
                [leaf],
            )
            for leaf in list(self._left.values())
        ]


def _leaves(edit: Edit) -> Iterable[Edit]:
    """Yield the members of an edit that hold no others."""
    side = "new" if "new" in edit.values else "old"
    whole = edit.values[side]
    if len(edit.values) == 2 or not isinstance(whole, dict) or not whole:
        yield edit
        return
    for name, value in whole.items():
        yield from _leaves(Edit(path=(*edit.path, name), values={side: value}))


def is_number(value: object) -> bool:
    """Tell numbers from all else a file may hold."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def exact(value: Any) -> str:  # noqa: ANN401 - whatever the file holds
    """Return a value as it is written."""
    if isinstance(value, bool) or value is None:
        return "nothing" if value is None else str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(exact, value)) or "nothing"
    if isinstance(value, dict):
        return "; ".join(f"{shown(k)} {exact(v)}" for k, v in value.items()) or "nothing"
    return shown(value) or '""'


def percent(value: float) -> str:
    """Return a share in percent, with all its decimals."""
    return f"{100 * value:,.10g}%"


def way(
    edit: Edit,
    *,
    unit: str = "",
    null: str = "nothing",
    say: Callable[[Any], str] = exact,
    missing: str = NOT_TOLD,
    change: bool = True,
) -> str:
    """Return the way from the old value of a member to the new one, in words.

    Parameters
    ----------
    edit
        The member.
    unit
        What the values are counted in, with a space before it where there has to be one.
    null
        What a value that is null means.
    say
        How to write a value.
    missing
        What to say where a file has no such member.
    change
        Whether to add by how much a number changed.
    """

    def said(side: str) -> str:
        if side not in edit.values:
            return missing
        value = edit.values[side]
        lone = side == "old" and not is_number(edit.new)
        return null if value is None else f"{say(value)}{unit if side == 'new' or lone else ''}"

    text = f"{said('old')} → {said('new')}"
    if change and say is exact and is_number(edit.old) and is_number(edit.new):
        return f"{text} ({signed(edit.new - edit.old)})"
    return text


def signed(value: float) -> str:
    """Return a change with its sign, without the dust of the subtraction."""
    value = round(value, 6) + 0.0
    return f"{int(value) if value == int(value) else value:+,}"


def amount(value: float) -> str:
    """Return a number with its decimals, without the dust of a sum."""
    value = round(value, 6) + 0.0
    return f"{int(value) if value == int(value) else value:,}"


def items_way(edit: Edit, *, none: str = "none") -> str:
    """Return what came to a list and what left it."""
    old, new = (value if isinstance(value, list) else [] for value in (edit.old, edit.new))
    gone = [f"- {exact(one)}" for one in old if one not in new]
    come = [f"+ {exact(one)}" for one in new if one not in old]
    if not gone and not come:
        return way(edit, null=none)
    return ", ".join((*gone, *come))


def metres(old: Sequence[float], new: Sequence[float]) -> float:
    """Return the distance of two places in longitude and latitude, along a great circle."""
    (lon, lat), (lon_2, lat_2) = (tuple(map(math.radians, place)) for place in (old, new))
    half = (
        math.sin((lat_2 - lat) / 2) ** 2
        + math.cos(lat) * math.cos(lat_2) * math.sin((lon_2 - lon) / 2) ** 2
    )
    return 2 * _EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def named(names: Mapping[str, str], leaves: Iterable[Edit], **how: Any) -> str:  # noqa: ANN401
    """Return the ways of several members of one thing, each by what it is called.

    Parameters
    ----------
    names
        What members are called, by their names in the file, in the order to tell them.
    leaves
        The members that differ.
    how
        As for `way`.
    """
    order = list(names)
    told = sorted(leaves, key=lambda leaf: order.index(leaf.path[-1]))
    return ", ".join(f"{names[leaf.path[-1]]} {way(leaf, **how)}" for leaf in told)
