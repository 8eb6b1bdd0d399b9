"""JSON, taken strictly: each key once, numbers that can be held, whole characters."""

import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from placement.errors import InputError
from placement.reading.numerals import whole_digits

_TEXT_OR_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LOG = logging.getLogger(__name__)
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def each_key_once(path: Path | str, members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's members, refusing a key that stands twice.

    Raises
    ------
    InputError
        If one does: which of the two is meant, nobody can say.
    """
    values = dict(members)
    if len(values) < len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(
            "the key stands twice in one object",
            file=path,
            feature=str(values["id"])[:200] if isinstance(values.get("id"), str | int) else None,
            field=twice,
            remedy="remove one of the two",
        )
    return values


def parsed_without_comments(path: Path | str, text: str, parse: Callable[[str], Any]) -> Any:  # noqa: ANN401
    """Parse a JSON text; where it has comments (``//`` and ``/* */``), without them, and warn.

    Raises
    ------
    json.JSONDecodeError
        If it is not JSON apart from them either.
    """
    try:
        return parse(text)
    except json.JSONDecodeError:
        bare = _TEXT_OR_COMMENT.sub(_without_comment, text)
        if bare == text:
            raise
        found = parse(bare)
        _LOG.warning("%s: comments are dropped", path)
        return found


def _without_comment(found: re.Match[str]) -> str:
    """Return a text as it is, and of a comment its line ends, so that lines keep their numbers."""
    return found[1] or "\n" * found[0].count("\n") or " "


def parse_json(path: Path, text: str, *, remedy: str) -> Any:  # noqa: ANN401 - whatever it holds
    """Return what a JSON text holds; whole numbers beyond all floats are infinite.

    Comments, as some editors write them (``//`` and ``/* */``), are dropped with a warning.

    Parameters
    ----------
    path
        The file, for messages.
    text
        What it holds.
    remedy
        What to do where it is no JSON.

    Raises
    ------
    InputError
        If it is not JSON, nested too deeply, holds a key twice in one object or half a character.
    """

    def parsed(text: str) -> Any:  # noqa: ANN401
        return json.loads(
            text,
            object_pairs_hook=lambda members: each_key_once(path, members),
            parse_int=whole_digits,
        )

    try:
        content = parsed_without_comments(path, text, parsed)
    except json.JSONDecodeError as error:
        raise InputError(f"is not JSON: {error}", file=path, remedy=remedy) from None
    except RecursionError:
        raise InputError("is not JSON: nested too deeply", file=path, remedy=remedy) from None
    if _HALF.search(text):
        try:
            json.dumps(content, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise InputError(
                "holds half of a surrogate pair", file=path, remedy="fix the broken text"
            ) from None
    return content
