"""The documentation says enough: a program written from it alone finds the figures of the files."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.amount import by_night
from tests.outside import recompute

ROOT = Path(__file__).parents[1]
NAMES = ("outside", "outside_lanes", "outside_streets")
MAY_USE = {"collections", "decimal", "itertools", "json", "math", "pathlib", "tomllib"} | {
    "numpy", "pyproj", "scipy", "shapely"
}  # fmt: skip
TAKEN = {
    # what was chosen: how many units stand where, and which area's people are sent to which gate
    ("features", "*", "units"),
    ("placement", "lanes", "areas"),
    # the version of the format
    ("placement", "format"),
    # that nothing better exists is proven by another program
    ("placement", "bound"),
    ("placement", "walk", "gap"),
    ("placement", "walk", "unproven"),
    # who of an area's people goes to which gate stands in no file
    ("placement", "lanes", "mean_walk_s"),
}
"""What is taken from the file: nothing in it, or in the plan, tells it."""
ONE_DECIMAL = {"mean_s", "median_s", "p95_s", "longest_s", "longest_wait_min"}


@pytest.mark.parametrize("name", [*NAMES, "outside_page"])
def test_the_program_is_short_and_shares_nothing_with_the_project(name: str) -> None:
    text = (Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    used = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            used |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            if node.module not in {f"tests.{one}" for one in NAMES}:
                used.add(str(node.module).partition(".")[0])
    assert used <= MAY_USE


type Way = tuple[str, ...]
type Leaf = str | float | None


def figures(value: Any, way: Way = ()) -> Iterator[tuple[Way, Leaf]]:
    """Yield each number, and each null that stands for one, with the names that lead to it."""
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for name, one in inside:
            yield from figures(one, (*way, str(name)))
    elif not isinstance(value, str | bool):
        yield way, value


def by_post(told: dict[str, Any]) -> dict[str, Any]:
    """Return a file as the program returns its figures: posts by identifier."""
    posts = {
        one["id"]: {**one["properties"], "coordinates": one["geometry"]["coordinates"]}
        for one in told["features"]
    }
    return {"placement": told["placement"], "features": posts}


def is_taken(way: Way) -> bool:
    return any(
        len(way) >= len(one)
        and all(name in ("*", step) for name, step in zip(one, way, strict=False))
        for one in TAKEN
    )


def differ(way: Way, one: Leaf, other: Leaf) -> bool:
    """Tell whether two figures are not the same, to their last decimal."""
    if one is None or other is None:
        return one is not other
    if ONE_DECIMAL & set(way):
        return abs(one - other) > 0.1001
    return abs(one - other) > 3e-6


def faults(told: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Name the figures of a file that were not found again, and those that are others."""
    again = dict(figures(found))
    said = dict(figures(by_post(told)))
    wrong = [way for way, one in said.items() if not is_taken(way)
             and (way not in again or differ(way, one, again[way]))]  # fmt: skip
    return [" / ".join(way) for way in [*wrong, *(way for way in again if way not in said)]]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "london-2023",
        pytest.param("paris-2024-cover", marks=by_night),
        "paris-2024-dogs",
        pytest.param("paris-2024", marks=by_night),
    ],
)
def test_every_figure_of_a_bundled_plan_is_found_from_the_documentation(name: str) -> None:
    file = ROOT / "outputs" / name / "solution.geojson"
    told = json.loads(file.read_text(encoding="utf-8"))
    found = recompute(ROOT / "data" / "geo" / name / "plan.toml", file)
    assert faults(told, found) == []
    counted = [way for way, _ in figures(by_post(told)) if not is_taken(way)]
    assert len(counted) > (1500 if name == "paris-2024" else 300)
    # and it would tell each one that is another
    for way in counted[:: len(counted) // 20]:
        lie = json.loads(json.dumps(by_post(told)))
        inside = lie
        for step in way[:-1]:
            inside = inside[int(step) if isinstance(inside, list) else step]
        last = int(way[-1]) if isinstance(inside, list) else way[-1]
        inside[last] = 1 + (inside[last] or 0)
        changed = {
            "placement": lie["placement"],
            "features": [
                {"id": post, "geometry": {"coordinates": one.pop("coordinates")}, "properties": one}
                for post, one in lie["features"].items()
            ],
        }
        assert faults(changed, found) == [" / ".join(way)]


def test_the_page_of_the_format_names_the_program() -> None:
    page = (ROOT / "docs" / "reference" / "solution.md").read_text(encoding="utf-8")
    assert all(f"`tests/{name}.py`" in page for name in NAMES)
