"""Take JSON apart strictly: every refusal says where it is and what to do.

What a solution has no member for (a title, a program's own keys, a comment) says nothing of the
plan and is dropped, with a warning; what it has one for is taken as it should be or refused.
"""

import difflib
import json
import logging
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from placement.counts import counted
from placement.errors import ConflictMarkersError, InputError
from placement.reading.json_text import each_key_once, parsed_without_comments
from placement.reading.regular import read_bytes, require_file

_NOT_A_SOLUTION = "name a solution that `place optimise` wrote"
_RECOMPUTE = (
    "count it anew with `place evaluate FILE -o FILE`, or choose anew with `place optimise --force`"
)
_MOST_TOLD = 8
_MOST_COUNTED = 1e15  # every whole number up to it has a float of its own
_LOG = logging.getLogger(__name__)


def load_json(path: str | Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """Read a JSON file, refusing what the standard leaves open.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    object
        Dictionaries, lists, strings, numbers, truth values and None.

    Raises
    ------
    InputError
        If the file cannot be read, is not UTF-8 or not JSON, holds a key twice in one object, or
        NaN or Infinity; a `ConflictMarkersError` if a merge left a conflict in it.
    """
    path = Path(path)
    require_file(path, remedy=_NOT_A_SOLUTION)
    try:
        content = read_bytes(path)
    except ConflictMarkersError as error:
        raise ConflictMarkersError(file=path, line=error.line, then=_RECOMPUTE) from None
    return parse_json(content, file=path)


def parse_json(content: bytes, *, file: str | Path) -> Any:  # noqa: ANN401 - whatever it holds
    """Return what the bytes of a JSON file hold, refusing what `load_json` refuses.

    Comments, as some editors write them (``//`` and ``/* */``), are dropped with a warning.
    """

    def constant(name: str) -> NoReturn:
        raise InputError(
            f"{name} is not a number that JSON knows", file=file, remedy="give a finite number"
        )

    def parsed(text: str) -> Any:  # noqa: ANN401
        return json.loads(
            text,
            object_pairs_hook=lambda members: each_key_once(file, members),
            parse_constant=constant,
        )

    try:
        return parsed_without_comments(file, content.decode("utf-8-sig"), parsed)
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")  # some of json's own messages end so
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(
            f"not JSON: {what} at {where}", file=file, remedy=_NOT_A_SOLUTION
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError("not JSON in UTF-8", file=file, remedy=_NOT_A_SOLUTION) from error


def tell_dropped(dropped: Sequence[str], *, file: str | Path) -> None:
    """Warn of what was left out of a file, in one line; each thing once, with how often."""
    if not dropped:
        return
    times = Counter(dropped)
    told = [f"{what} ({many} times)" if many > 1 else what for what, many in times.items()]
    more = "" if len(told) <= _MOST_TOLD else f" and {counted(len(told) - _MOST_TOLD, 'other')}"
    _LOG.warning(
        "%s: dropped what a solution has no place for: %s%s",
        file,
        ", ".join(told[:_MOST_TOLD]),
        more,
    )


class Members:
    """The members of one JSON object, taken out by name and by type.

    Parameters
    ----------
    value
        The object.
    file
        File it comes from.
    feature
        Identifier of the feature it belongs to, if any.
    path
        Names that lead to it from the top of the file or of the feature, e.g. ``"placement"``.
    dropped
        Collects what is left out: members of names that are not known.

    Raises
    ------
    InputError
        If `value` is not a JSON object.
    """

    def __init__(
        self,
        value: object,
        *,
        file: str | Path,
        feature: str | None = None,
        path: str = "",
        dropped: list[str] | None = None,
    ) -> None:
        self.dropped: list[str] = [] if dropped is None else dropped
        self.file = file
        self.feature = feature
        self._path = path
        if not isinstance(value, dict):
            raise InputError(
                f"{_kind(value)} where an object belongs",
                file=file,
                feature=feature,
                field=path or None,
                remedy=_NOT_A_SOLUTION,
            )
        self.values: dict[str, Any] = value

    def refuse(self, name: str, problem: str, *, remedy: str) -> NoReturn:
        """Raise the error that names this file, this feature and a member."""
        field = f"{self._path}.{name}" if self._path else name
        raise InputError(problem, file=self.file, feature=self.feature, field=field, remedy=remedy)

    def only(self, known: Sequence[str]) -> None:
        """Drop members of other names, and note them with the nearest name that is known."""
        for name in self.values:
            if name not in known:
                nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
                where = f"{self._path}.{name}" if self._path else name
                meant = f", did you mean {nearest[0]!r}?" if nearest else ""
                self.dropped.append(f"{where!r}{meant}")

    def inner(self, name: str) -> "Members":
        """Return a member that is itself an object."""
        path = f"{self._path}.{name}" if self._path else name
        return Members(
            self._get(name),
            file=self.file,
            feature=self.feature,
            path=path,
            dropped=self.dropped,
        )

    def items(self, name: str) -> list[Any]:
        """Return a member that is a list."""
        value = self._get(name)
        if not isinstance(value, list):
            self.refuse(name, f"{_kind(value)} where a list belongs", remedy="give a list")
        return value

    def each(self, name: str) -> list["Members"]:
        """Return the objects of a member that is a list of them; none where it is not there."""
        path = f"{self._path}.{name}" if self._path else name
        return [
            Members(
                value,
                file=self.file,
                feature=self.feature,
                path=f"{path}.{at}",
                dropped=self.dropped,
            )
            for at, value in enumerate(self.items(name) if name in self.values else [])
        ]

    def text(self, name: str) -> str:
        """Return a member that is a string."""
        value = self._get(name)
        if not isinstance(value, str):
            self.refuse(name, f"{_kind(value)} where a text belongs", remedy="put it in quotes")
        return value

    def choice(self, name: str, known: Sequence[str]) -> str:
        """Return a member that is one of some strings."""
        value = self.text(name)
        if value not in known:
            choices = " or ".join(repr(choice) for choice in known)
            self.refuse(name, f"{value!r} is not known here", remedy=f"give {choices}")
        return value

    def whole(self, name: str) -> int:
        """Return a member that is a whole number of at least 0, and no larger than is counted."""
        value = self.number(name, least=0.0, most=_MOST_COUNTED)
        if value != int(value):
            self.refuse(name, f"{value:g} is not whole", remedy="give a whole number")
        return int(value)

    def number(
        self,
        name: str,
        *,
        least: float = -math.inf,
        most: float = math.inf,
        null: float | None = None,
    ) -> float:
        """Return a member that is a finite number; `null` is what a JSON null stands for."""
        value = self._get(name)
        if value is None and null is not None:
            return null
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.refuse(name, f"{_kind(value)} where a number belongs", remedy="give a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.refuse(name, "the number is too large", remedy="give a finite number")
        if not least <= number <= most:
            between = (
                f"from {least:g} to {most:g}" if math.isfinite(most) else f"of at least {least:g}"
            )
            self.refuse(name, f"{number:g} is out of range", remedy=f"give a number {between}")
        return number

    def _get(self, name: str) -> Any:  # noqa: ANN401 - whatever the file holds
        if name not in self.values:
            self.refuse(name, "the member is missing", remedy=_NOT_A_SOLUTION)
        return self.values[name]


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return "null" if value is None else names.get(type(value), "a number")
