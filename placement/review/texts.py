"""JSON as canonical text, written in one way only; names as a terminal may show them."""

import itertools
import json
import math
import re
from collections.abc import Callable, Container, Mapping
from decimal import Decimal
from functools import lru_cache

from placement.cover.area_walks import STEP_FREE

# Valid in JSON, but line ends to some editors and diff tools, or no text at all in UTF-8.
_UNSAFE = re.compile("[\x7f\x85\u2028\u2029\ud800-\udfff]")

# Floating-point dust of this size in a gap is not something left to prove.
_DUST = 1e-9


@lru_cache(maxsize=8192)  # names of members come again and again
def json_text(text: str) -> str:
    """Return a string as JSON, readable as it stands, on one line whatever it holds."""
    plain = json.dumps(text, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", plain)


def each_text[V](values: Mapping[str, V], text: Callable[[V], str]) -> dict[str, str]:
    """Return the texts of values by name, in order."""
    return {name: text(value) for name, value in sorted(values.items())}


def object_text(members: Mapping[str, str], *, indent: str = "") -> str:
    """Return an object of members that are texts already, on one line unless indented."""
    if indent and members:
        return f"{{\n{lines_text(members, indent=indent)}\n{indent[2:]}}}"
    return "{" + ", ".join(_member_text(*member) for member in members.items()) + "}"


def lines_text(
    members: Mapping[str, str], *, indent: str, together: Container[str] = frozenset()
) -> str:
    """Return members one a line; those to stand `together` share one where they are neighbours."""
    rows = itertools.groupby(
        members.items(), key=lambda member: "" if member[0] in together else member[0]
    )
    return ",\n".join(
        indent + ", ".join(_member_text(*member) for member in row) for _, row in rows
    )


def _member_text(name: str, text: str) -> str:
    return f"{json_text(name)}: {text}"


def area_lines(tables: Mapping[str, str], *, indent: str) -> str:
    """Return an object with one line an area: its people who walk without steps stand beside it.

    A post that moves alters both at once, and a line that differs is one place to look at.
    """
    lines: dict[str, list[str]] = {}
    for name, value in sorted(tables.items()):
        area = name.removesuffix(STEP_FREE)
        lines.setdefault(area, []).append(_member_text(name, value))
    if not lines:
        return "{}"
    rows = ",\n".join(indent + ", ".join(lines[area]) for area in sorted(lines))
    return f"{{\n{rows}\n{indent[2:]}}}"


def rounded(value: float, digits: int = 6) -> float:
    """Round as everything that is written."""
    return round(value, digits) + 0.0  # never a negative zero


def number_text(name: str, value: float, *, digits: int = 6) -> str:
    """Return a finite number without trailing zeros; `ValueError` names what is not."""
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"{name} of the solution is {value}, which no solution file can hold")
    text = f"{rounded(value, digits):.{digits}f}"
    return text.rstrip("0").rstrip(".")


def exact_text(name: str, value: float) -> str:
    """Return a finite number that was given, with all its decimals; `ValueError` as above."""
    shortest = number_text(name, value)
    value = float(value)
    return shortest if float(shortest) == value else f"{Decimal(repr(value)):f}"


def gap_text(gap: float) -> str:
    """Return a gap rounded up; null where it is infinite."""
    if gap == math.inf:
        return "null"
    nearest = rounded(gap)
    return number_text("gap", nearest if gap - nearest <= _DUST else nearest + 1e-6)


def gap_words(gap: float) -> str:
    """Return a gap in words, rounded up: what is left to prove never reads 0%."""
    if gap == math.inf:
        return "not known"
    return f"{math.ceil(round(gap * 1e4, 6)) / 1e4:.2%}"


def shown(text: str) -> str:
    """Return a name without characters that would steer a terminal."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
