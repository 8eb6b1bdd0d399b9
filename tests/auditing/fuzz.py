"""Every small edit of a solution file: each figure, each text, each member, each feature."""

import copy
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

type Edit = tuple[str, Callable[[], dict[str, Any]]]


def edits(text: str) -> Iterator[Edit]:
    """Yield every edit of a solution: where and how, and what makes the edited file.

    Most callers try some of them, and to make a file takes longer than to say how it is made.
    Numbers go up and down by one and by their last decimal, are doubled, negated, dropped to zero
    and made null; texts, lists and truth values become others; every member is left out, and an
    unknown one is put beside it; features are left out, doubled, and their members swapped.
    """
    top = json.loads(text)
    for path in list(_paths(top)):
        yield from _of_value(top, path)
        yield f"{_name(path)}: left out", partial(_left_out, top, path)
    yield from _of_features(top)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where everything stands below the top."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in inner:
        yield (*path, key)
        if isinstance(member, (dict, list)):
            yield from _paths(member, (*path, key))


def _of_value(top: dict[str, Any], path: tuple[Any, ...]) -> Iterator[Edit]:
    value = _at(top, path)
    for how, other in _others(value, path):
        if json.dumps(other) == json.dumps(value):
            continue
        yield f"{_name(path)}: {how}", partial(_changed, top, path, other)


def _changed(top: dict[str, Any], path: tuple[Any, ...], other: Any) -> dict[str, Any]:
    edited = copy.deepcopy(top)
    _at(edited, path[:-1])[path[-1]] = other
    return edited


def _others(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """Yield other values in the place of one."""
    if isinstance(value, (dict, list)):
        if isinstance(value, dict):
            yield "an unknown member", {**value, "unheard-of": 1}
        else:
            yield "one item more", [*value, value[-1] if value else "a"]
        yield "emptied", type(value)()
        return
    if value is None:
        yield "a number", 0.25
        return
    if isinstance(value, str):
        yield "another text", f"{value}x"
        yield "no text", ""
        yield "a number", 1
        for known in ("optimal", "feasible", "streets", "straight line"):
            if path[-1] in {"status", "walking"} and value != known:
                yield known, known
        return
    tenth = path[-1] in {"mean_walk_s", "median_s", "p95_s", "longest_s", "longest_wait_min"}
    last = 0.1 if tenth or "mean_s" in path else 1e-6
    for how, by in (("+ 1", 1), ("- 1", -1), ("+ last", last), ("- last", -last)):
        yield how, round(value + by, 6)
    yield "doubled", 2 * value + 7
    yield "negated", -value - 1
    yield "null", None
    yield "a text", "1"
    yield "true", True


def _left_out(top: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    edited = copy.deepcopy(top)
    del _at(edited, path[:-1])[path[-1]]
    return edited


def _of_features(top: dict[str, Any]) -> Iterator[Edit]:
    features = top["features"]
    for at in range(len(features)):
        twice = {**top, "features": [*features, features[at]]}
        yield f"post {at}: doubled", partial(copy.deepcopy, twice)
        for other in range(at):
            both = features[other]["properties"].keys() & features[at]["properties"].keys()
            of_posts = (("id",), ("geometry",), ("properties",))
            for keys in (*of_posts, *(("properties", name) for name in sorted(both))):
                if _at(features[other], keys) != _at(features[at], keys):  # of one site: one place
                    how = f"posts {other} and {at}: {keys[-1]} swapped"
                    yield how, partial(_swapped, top, other, at, keys)


def _swapped(top: dict[str, Any], one: int, other: int, keys: tuple[str, ...]) -> dict[str, Any]:
    edited = copy.deepcopy(top)
    for a, b in ((one, other), (other, one)):
        within = _at(edited["features"][a], keys[:-1])
        within[keys[-1]] = copy.deepcopy(_at(top["features"][b], keys))
    return edited


def _at(top: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        top = top[key]
    return top


def _name(path: tuple[Any, ...]) -> str:
    return ".".join(map(str, path))
