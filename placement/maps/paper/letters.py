"""Texts of a plan made fit for paper: letters that no font has, and both directions."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Any

type Tell = Callable[[str], str]
"""A text as it is shown."""

_LEFT_OUT = "…"
_NAMES = frozenset({"name", "names", "label", "unit", "title"})  # of what `page_data` returns
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_GONE = re.compile("\0(?:[\0\u200d\ufe0e\ufe0f\\s]*[\0\u200d\ufe0e\ufe0f])?")
_BEGIN, _END = "\u2068", "\u2069"  # a text of its own direction


def is_right_to_left(text: str) -> bool:
    """Say whether a text has letters that are read from right to left."""
    return any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in text)


def can_be_spaced(text: str) -> bool:
    """Say whether the letters of a text may stand apart: none is joined to its neighbour."""
    return not is_right_to_left(text) and not any(
        unicodedata.category(one)[0] in "MC" for one in text
    )


def without(text: str, missing: Collection[str]) -> str:
    """Return a text with dots in place of what no font has."""
    if not any(one in missing for one in text):
        return text
    shown = "".join("\0" if one in missing else one for one in text)
    # what joins or varies letters goes with them
    return _GONE.sub(_LEFT_OUT, shown)


def name_of(text: str, missing: Collection[str]) -> str:
    """Return a name as it is told within a sentence; empty where most of it cannot be shown.

    One that is read from right to left keeps its order among figures and words beside it.
    """
    shown = without(text, missing)
    left, all_ = (sum(one.isalnum() for one in told) for told in (shown, text))
    if shown != text and (left == 0 or 2 * left < all_):
        return ""
    return f"{_BEGIN}{shown}{_END}" if is_right_to_left(shown) else shown


def with_names(value: Any, tell: Tell) -> Any:  # noqa: ANN401 - what JSON holds
    """Return data with each of its names as it is told."""
    if isinstance(value, Mapping):
        return {
            key: _told(one, tell) if key in _NAMES else with_names(one, tell)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [with_names(one, tell) if isinstance(one, Mapping | list) else one for one in value]
    return value


def _told(value: Any, tell: Tell) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return tell(value)
    if isinstance(value, Mapping):  # of languages, of which none is empty
        return {key: _told(one, tell) or _LEFT_OUT for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_told(one, tell) or _LEFT_OUT for one in value]
    return value


def every_text(value: Any, change: Tell) -> Any:  # noqa: ANN401
    """Return data with each of its texts changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: every_text(one, change) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [every_text(one, change) for one in value]
    return value
