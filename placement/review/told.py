"""A difference in lines: what was asked, what was decided, and what came of it."""

import math
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from placement.review.edits import Edit
from placement.review.figures import Figure
from placement.review.texts import shown

ASKED, DECIDED, RESULT = "Asked", "Decided", "Result"
PARTS = (ASKED, DECIDED, RESULT)
"""Parts of a difference, in the order to read them."""

INPUTS = ("digests", "layers", "closures", "at", "walking", "unsnapped", "plan")
"""Members that say on what posts are counted: other wishes choose other posts and no figures."""

_ASKED = (
    "format", "version", "plan", "budget", "budget_unit", "limits", "layers", "lock", "forbid",
    "closures", "attribution", "at", "walking", "overrides", "digests", "unsnapped",
)  # fmt: skip
_ASKED_WITHIN = {
    "coverage": ("total",),
    "rules": ("asked",),
    "areas": ("people",),
    "changes": ("most", "price"),
    "lanes": ("resource", "opens", "closes", "period_min", "people", "coming"),
    "reverse": ("shares",),
}
_LISTS = (("lock",), ("forbid",), ("closures",))
_EARTH_M = 6_371_008.8  # mean radius
_FINEST = 1.0  # figures in words have no decimals: a smaller change is told exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a difference.

    Attributes
    ----------
    part
        One of `PARTS`.
    text
        What it says.
    """

    part: str
    text: str


def part_of(path: Sequence[str]) -> str:
    """Return the part of a difference that an edit belongs to."""
    if path[0] == "features":
        return DECIDED
    name = path[1]
    if name in _ASKED or any(key in path[2:] for key in _ASKED_WITHIN.get(name, ())):
        return ASKED
    return RESULT


def metres(old: Sequence[float], new: Sequence[float]) -> float:
    """Return the distance of two places in longitude and latitude, along a great circle."""
    (lon, lat), (lon_2, lat_2) = (tuple(map(math.radians, place)) for place in (old, new))
    half = (
        math.sin((lat_2 - lat) / 2) ** 2
        + math.cos(lat) * math.cos(lat_2) * math.sin((lon_2 - lon) / 2) ** 2
    )
    return 2 * _EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def figure_lines(figures: Iterable[Figure]) -> tuple[list[Line], set[tuple[str, ...]]]:
    """Return the lines of figures that differ, and the paths of what they tell."""
    lines: list[Line] = []
    told: set[tuple[str, ...]] = set()
    for figure in figures:
        if not figure.differs or "→" not in figure.line:
            continue
        if figure.path in _LISTS:
            told.add(("placement", *figure.path))
        paths = _paths(figure)
        lines.append(Line(part=_part_of_figure(figure), text=figure.line))
        told |= {paths[name] for name, pair in figure.values.items() if name in paths
                 and _plain_to_see(*pair)}  # fmt: skip
    return lines, told


def _part_of_figure(figure: Figure) -> str:
    head = figure.path[0] if figure.path else "at"
    return ASKED if head in {*_ASKED, "shares"} or "window" in figure.values else RESULT


def _plain_to_see(old: object, new: object) -> bool:
    """Tell whether words, which round, show that two figures differ."""
    if isinstance(old, str) or isinstance(new, str) or old is None or new is None:
        return True
    assert isinstance(old, (int, float))  # noqa: S101 - a figure is a text or a number
    assert isinstance(new, (int, float))  # noqa: S101
    return abs(new - old) >= _FINEST


def _paths(figure: Figure) -> dict[str, tuple[str, ...]]:
    """Return where the values of a figure stand in the file, as far as they are members of it."""
    path, names = figure.path, figure.values
    where: dict[tuple[str, ...], tuple[str, ...]] = {
        ("limits",): ("limits",),
        ("layers",): ("layers",),
        ("shares",): ("reverse", "shares"),
        ("mean_walk_s",): ("walk", "mean_s"),
        (): (),
    }
    if path in where:
        return {name: ("placement", *where[path], name) for name in names}
    if path[0] in {"step_free", "backup"}:
        return {name: ("placement", "coverage", path[1], path[0], name) for name in names}
    if path == ("expected",):
        return {name: ("placement", "coverage", name, "expected") for name in names}
    if path[0] in {"tiers", "rules"} or path[:2] == ("lanes", "gates"):
        return {name: ("placement", *path, name) for name in names if name != "admitted"}
    return {"mean_walk_s": ("placement", "lanes", "mean_walk_s")} if path == ("lanes",) else {}


def edit_lines(edits: Iterable[Edit], *, known: Container[tuple[str, ...]]) -> list[Line]:
    """Return a line for each object whose members differ, in exact figures; without those known."""
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[str, Edit]]] = {}
    for edit in edits:
        for path, one in _leaves(edit):
            if path in known:
                continue
            key = part_of(path), path[1:-1] if len(path) > 2 else path[1:]
            groups.setdefault(key, []).append((path[-1], one))
    lines = []
    for (part, where), found in groups.items():
        said = [_said(name, edit) for name, edit in found]
        head = shown(" ".join(name for name in where if name not in {"geometry", "properties"}))
        lines.append(Line(part=part, text=f"{head}: {', '.join(said)}"))
    return lines


def _leaves(edit: Edit) -> Iterable[tuple[tuple[str, ...], Edit]]:
    """Yield the members of an edit that are no objects themselves."""
    whole = edit.new if "new" in edit.values else edit.old
    side = "new" if "new" in edit.values else "old"
    if len(edit.values) == 2 or not isinstance(whole, dict) or not whole:
        yield edit.path, edit
        return
    for name, value in whole.items():
        yield from _leaves(Edit(path=(*edit.path, name), values={side: value}))


def _said(name: str, edit: Edit) -> str:
    if name == "coordinates" and len(edit.values) == 2:
        return f"moved by {metres(edit.old, edit.new):,.2f} m, from {edit.old} to {edit.new}"
    way = " → ".join(_exact(edit.values[side]) if side in edit.values else "nothing"
                     for side in ("old", "new"))  # fmt: skip
    if isinstance(edit.old, list) and isinstance(edit.new, list):
        way = _list_way(edit.old, edit.new)
    said = f"{shown(name)} {way}" if len(edit.path) > 2 else way
    pair = edit.old, edit.new
    if all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in pair):
        return f"{said} ({edit.new - edit.old:+,.10g})"
    return said


def _list_way(old: list[Any], new: list[Any]) -> str:
    """Return the way from one list to another: place by place where they are as long."""
    if len(old) != len(new) or not all(isinstance(one, (int, float)) for one in old):
        return f"{_exact(old)} → {_exact(new)}"
    return ", ".join(
        f"[{at}] {_exact(one)} → {_exact(other)}"
        for at, (one, other) in enumerate(zip(old, new, strict=True), start=1)
        if one != other
    )


def _exact(value: Any) -> str:  # noqa: ANN401 - whatever the file holds
    """Return a value as it is written."""
    if isinstance(value, bool) or value is None:
        return "null" if value is None else str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:,}"
    if isinstance(value, list):
        return "[" + ", ".join(_exact(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} {_exact(v)}" for k, v in value.items()) + "}"
    return shown(value) or '""'
