"""Every difference of two solutions, member by member, and the way from one file to the other."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from placement.errors import InputError
from placement.review.geojson import solution_text, take_solution
from placement.solution import Solution

_SHOWN = 60  # characters of a value in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A member that two solutions do not state alike.

    Attributes
    ----------
    path
        Where it stands: ``("placement", …)``, or ``("features", "<post>", …)``.
    values
        ``old`` and ``new``; one of them is missing where that solution has no such member.
    """

    path: tuple[str, ...]
    values: Mapping[str, Any]

    @property
    def old(self) -> Any:  # noqa: ANN401 - whatever the file holds
        """What the old solution states; None where it states nothing."""
        return self.values.get("old")

    @property
    def new(self) -> Any:  # noqa: ANN401 - whatever the file holds
        """What the new solution states; None where it states nothing."""
        return self.values.get("new")

    def to_dict(self) -> dict[str, Any]:
        """Return the edit as plain values, ready for JSON."""
        return {"path": list(self.path), **self.values}


def find_edits(old: Solution, new: Solution) -> tuple[Edit, ...]:
    """Return every member that differs, in the order of paths.

    Parameters
    ----------
    old, new
        The two solutions.

    Returns
    -------
    tuple of Edit
        Empty exactly where the canonical texts are the same bytes.
    """
    return tuple(_differences(_content(old), _content(new), ()))


def apply_edits(old: Solution, edits: Sequence[Mapping[str, Any]], *, file: str) -> Solution:
    """Return the solution that a difference leads to.

    Parameters
    ----------
    old
        The solution that the difference starts from.
    edits
        The member ``edits`` of the difference as plain values.
    file
        What messages call the difference.

    Raises
    ------
    InputError
        If an edit is none, or does not start from what `old` states.
    """
    content = copy.deepcopy(_content(old))
    for number, edit in enumerate(edits, start=1):
        path = edit.get("path") if isinstance(edit, dict) else None
        sound = isinstance(path, list) and path and all(isinstance(name, str) for name in path)
        if not sound or not {"old", "new"} & edit.keys():
            raise InputError(
                f"edit {number} has no path, or neither old nor new",
                file=file,
                field="edits",
                remedy="write the difference again with `place diff --format json`",
            )
        _apply(content, edit, file=file)
    content["features"] = [content["features"][name] for name in sorted(content["features"])]
    return take_solution(content, file=file)


def _content(solution: Solution) -> dict[str, Any]:
    """Return what a file of the solution holds, with its features by their identifiers."""
    top: dict[str, Any] = json.loads(solution_text(solution))
    top["features"] = {feature["id"]: feature for feature in top["features"]}
    return top


def _differences(
    old: Mapping[str, Any], new: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[Edit]:
    for name in sorted({*old, *new}):
        there, before, after = (*path, name), old.get(name), new.get(name)
        if name not in old:
            yield Edit(path=there, values={"new": after})
        elif name not in new:
            yield Edit(path=there, values={"old": before})
        elif isinstance(before, dict) and isinstance(after, dict):
            yield from _differences(before, after, there)
        elif before != after:
            yield Edit(path=there, values={"old": before, "new": after})


def _apply(content: dict[str, Any], edit: Mapping[str, Any], *, file: str) -> None:
    *above, name = edit["path"]
    inner: Any = content
    for part in above:
        inner = inner.get(part) if isinstance(inner, dict) else None
    fits = isinstance(inner, dict) and (name in inner) == ("old" in edit)
    if not fits or ("old" in edit and inner[name] != edit["old"]):
        there = {"old": inner[name]} if isinstance(inner, dict) and name in inner else {}
        head, *names = edit["path"]
        post = names[0] if head == "features" and names else None
        raise InputError(
            f"the solution states {_stated(there)} there, and the difference starts from "
            f"{_stated(edit)}",
            file=file,
            feature=post,
            field=" ".join(names if post is None else names[1:]) or None,
            remedy="apply it to the solution that it was made from, or make it again with "
            "`place diff --format json`",
        )
    if "new" in edit:
        inner[name] = edit["new"]
    else:
        del inner[name]


def _stated(sides: Mapping[str, Any]) -> str:
    """Return the old value as a message may show it, or that there is none."""
    if "old" not in sides:
        return "nothing"
    text = json.dumps(sides["old"], ensure_ascii=True)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
