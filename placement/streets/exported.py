"""Features exported from OpenStreetMap: its keys stand in columns, as the exporter wrote them."""

import ast
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from placement.streets.tags import KEYS, is_refused, not_step_free, read_way
from placement.streets.ways import STEPPED, Way

#: Columns that are read: OpenStreetMap's keys, and that in which GDAL keeps all others.
COLUMNS = (*KEYS, "other_tags")

_OTHER = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_ROLLED_ON = frozenset({"wheelchair", "surface", "smoothness"})
_MOST_LIST = 2000  # characters of a list that is written as a text


def read_exported(fields: Mapping[str, Any], *, step_free: bool = False) -> Way | str:
    """Turn a feature's columns into a `Way`, or into the reason why it is not walked.

    OSMnx joins ways of several kinds to one line and writes a list: such a line is walked only if
    all of it is, and is as slow as its slowest part.

    Parameters
    ----------
    fields
        Values by column.
    step_free
        Leave out steps and escalators.

    Returns
    -------
    Way or str
        As from `placement.streets.tags.read_way`.
    """
    listed = _listed_tags(fields)
    tags = {key: _decisive(key, values) for key, values in listed.items() if values}
    found: list[Way] = []
    for kind in listed.get("highway") or [""]:
        way = read_way({**tags, "highway": kind} if kind else tags, step_free=step_free)
        if isinstance(way, str):
            return way
        found.append(way)
    return min(found, key=lambda way: (way.edge_class not in STEPPED, way))


def _listed_tags(fields: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the values of each key: one, or several where ways were joined."""
    found = {key: _values(fields[key]) for key in KEYS if key in fields}
    other = fields.get("other_tags")
    if isinstance(other, str):
        for key, value in _OTHER.findall(other):
            if key in KEYS:
                found.setdefault(key, [value])
    return found


def _values(value: Any) -> list[str]:  # noqa: ANN401 - a cell of any type
    """Return a cell as texts, as OpenStreetMap writes them."""
    if isinstance(value, str) and value.startswith("[") and len(value) <= _MOST_LIST:
        # a name in brackets is none
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
            value = ast.literal_eval(value)
    if isinstance(value, list | tuple):
        return [text for one in value if not isinstance(one, list | tuple) for text in _values(one)]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "" if value is None else str(value)
    return [text] if text else []


def _decisive(key: str, values: list[str]) -> str:
    """Return the one of several values that decides: one that keeps walkers out, if any does."""
    if key in {"foot", "access"}:
        return next((value for value in values if is_refused(value)), values[0])
    if key in _ROLLED_ON:
        return next((value for value in values if not_step_free({key: value}, "")), values[0])
    return " / ".join(values) if key == "name" else values[0]
