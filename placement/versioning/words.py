"""A solution in plain words, one fact a line, for a comparison line by line.

Every member of the file is in the words, numbers with all their digits: two solutions have the same
words where they have the same canonical text, and nowhere else. What was decided stands apart from
what follows from it.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from placement.counts import counted
from placement.review.geojson import solution_text
from placement.solution import Solution

_ASKED = (
    "budget",
    "limits",
    "headroom",
    "lock",
    "forbid",
    "layers",
    "closures",
    "at",
    "walking",
    "reverse",
    "overrides",
    "digests",
)
_LONG = ("areas", "periods", "lanes")
"""Members with many lines, each a section of its own, after those that are read first."""
_DECIDED = ("units", "name", "site", "resource")
"""Properties of a post that its line among the posts tells."""
_NAMES = {
    "budget_unit": "counted in",
    "version": "found by placement",
    "format": "format of the file",
    "mean_s": "mean walk (s)",
    "median_s": "median walk (s)",
    "p95_s": "95% walk at most (s)",
    "longest_s": "longest walk (s)",
    "mean_walk_s": "mean walk to gates (s)",
    "longest_wait_min": "longest wait (min)",
    "period_min": "period (min)",
    "cost_bound": "least cost possible",
    "cost_gap": "gap of the cost",
    "step_free": "step-free",
}
_SHARES = ("share", "gap", "cost_gap")


def solution_words(solution: Solution) -> str:
    """Return a solution in words, with a final newline.

    Parameters
    ----------
    solution
        A solution with a plan.

    Returns
    -------
    str
        Sections with a head each and lines below it: who and what, ``asked``, ``posts``,
        ``result``, ``figures of posts`` and one for each member with many lines.
    """
    top = json.loads(solution_text(solution), parse_float=Decimal)
    members, features = top["placement"], top["features"]
    sections = {
        f"plan {_text(members.pop('plan'))}": _members(members, ("status", "version", "format")),
        "asked": _members(members, (*_ASKED, "budget_unit")),
        "posts": [line for one in features for line in _post(one)],
        "result": [
            line
            for name, value in members.items()
            if name not in _LONG
            for line in _lines((_name(name),), value, name)
        ],
        "figures of posts": [line for one in features for line in _figures(one)],
        **{
            name: list(_lines((), members[name], name)) or ["none"]
            for name in _LONG
            if name in members
        },
    }
    return "\n".join(
        "".join(f"{line}\n" for line in (f"{head}:", *(f"  {line}" for line in lines)))
        for head, lines in sections.items()
    )


def _members(members: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    """Take members out by name and return their lines."""
    found = {name: members.pop(name) for name in names if name in members}
    return [line for name, value in found.items() for line in _lines((_name(name),), value, name)]


def _post(feature: Mapping[str, Any]) -> list[str]:
    properties = feature["properties"]
    units = counted(properties["units"], "unit")
    place = ", ".join(str(degrees) for degrees in feature["geometry"]["coordinates"])
    return [f"{_text(feature['id'])}: {units}, {_text(properties['name'])}, at {place}"]


def _figures(feature: Mapping[str, Any]) -> Iterator[str]:
    given = {name: value for name, value in feature["properties"].items() if name not in _DECIDED}
    return _lines((_text(feature["id"]),), given)


def _lines(path: tuple[str, ...], value: Any, name: str = "") -> Iterator[str]:  # noqa: ANN401
    """Yield the lines of a member: one for what it holds itself, one for each object inside."""
    head = f"{', '.join(path)}: " if path else ""
    if isinstance(value, dict):
        inside = {key: one for key, one in value.items() if _holds_objects(one)}
        flat = {key: one for key, one in value.items() if key not in inside}
        if flat or not inside:
            apart = "; " if any(isinstance(one, list) for one in flat.values()) else ", "
            said = [f"{_name(key)} {_value(one, key)}" for key, one in flat.items()]
            yield f"{head}{apart.join(said) or 'none'}"
        for key, one in inside.items():
            yield from _lines((*path, _name(key)), one, key)
    elif isinstance(value, list) and _holds_objects(value):
        for number, one in enumerate(value, start=1):
            yield from _lines((*path, str(number)), one)
    else:
        yield f"{head}{_value(value, name)}"


def _holds_objects(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Tell whether a member is an object, or a list of some."""
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(one, dict) for one in value)
    )


def _value(value: Any, name: str = "") -> str:  # noqa: ANN401 - whatever JSON holds
    """Return a value without objects inside."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        if name in _SHARES:
            return f"{Decimal(value).scaleb(2).normalize():,f}%"
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value) or "none"
    return _text(value)


def _text(text: str) -> str:
    """Return a text as it is, in quotes where it could be taken for something else."""
    plain = text.isprintable() and text == text.strip() and text
    if plain and not any(mark in text for mark in (", ", "; ", ": ", '"')):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _name(key: str) -> str:
    """Return what a member is called; identifiers are members too, and hostile."""
    return _NAMES.get(key) or _text(key)
