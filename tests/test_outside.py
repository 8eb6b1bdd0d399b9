"""The documentation says enough: a program written from it alone finds the figures of the files."""

import ast
import json
import re
from pathlib import Path

import pytest

from tests.outside import recompute

ROOT = Path(__file__).parents[1]
OUTSIDE = Path(__file__).parent / "outside.py"
MAY_USE = {"collections", "itertools", "json", "math", "pathlib", "tomllib"} | {
    "numpy", "pyproj", "scipy", "shapely"
}  # fmt: skip


def test_the_program_is_short_and_shares_nothing_with_the_project() -> None:
    text = OUTSIDE.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    used = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            used |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            used.add(str(node.module).partition(".")[0])
    assert used <= MAY_USE


@pytest.mark.parametrize("name", ["paris-2024-cover", "paris-2024-dogs"])
def test_every_figure_of_a_bundled_plan_is_found_from_the_documentation(name: str) -> None:
    file = ROOT / "outputs" / name / "solution.geojson"
    told = json.loads(file.read_text(encoding="utf-8"))
    found = recompute(ROOT / "data" / "geo" / name / "plan.toml", file)
    summary = told["placement"]
    assert summary["cost"] == found["cost"]
    assert summary["objective"] == found["objective"]
    assert summary["coverage"] == found["coverage"]
    for resource, seconds in summary["walk"]["mean_s"].items():
        assert seconds == pytest.approx(found["mean_s"][resource], abs=0.1001)
    assert len(told["features"]) == len(found["posts"]) > 20
    for post in told["features"]:
        for figure, value in found["posts"][post["id"]].items():
            assert post["properties"][figure] == value, (post["id"], figure)
    for resource, by_area in summary["areas"].items():
        assert set(by_area) == set(found["areas"][resource])
        for area, walks in by_area.items():
            people, within, *seconds = found["areas"][resource][area]
            assert (walks["people"], walks["within"]) == (people, within), area
            figures = [walks[key] for key in ("median_s", "p95_s", "longest_s")]
            for one, other in zip(figures, seconds, strict=True):
                assert one == other or abs(one - other) < 0.1001, area


def test_the_page_of_the_format_names_the_program() -> None:
    page = (ROOT / "docs" / "reference" / "solution.md").read_text(encoding="utf-8")
    assert re.search(r"tests/outside\.py", page)
