"""The documentation says enough: a program written from it alone finds the figures of the files."""

import ast
import json
from pathlib import Path

import pytest

from tests.outside import recompute
from tests.outside_lanes import recount

ROOT = Path(__file__).parents[1]
MAY_USE = {"collections", "itertools", "json", "math", "pathlib", "tomllib"} | {
    "numpy", "pyproj", "scipy", "shapely"
}  # fmt: skip


@pytest.mark.parametrize("name", ["outside.py", "outside_lanes.py"])
def test_the_program_is_short_and_shares_nothing_with_the_project(name: str) -> None:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
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


def test_the_gates_of_the_bundled_plan_are_found_from_the_people_sent_there() -> None:
    file = ROOT / "outputs" / "paris-2024" / "solution.geojson"
    told = json.loads(file.read_text(encoding="utf-8"))
    found = recount(ROOT / "data" / "geo" / "paris-2024" / "plan.toml", file)
    summary = told["placement"]
    lanes = summary["lanes"]
    posts = {one["id"]: one["properties"] for one in told["features"]}
    assert len(lanes["gates"]) > 10
    for name, gate in lanes["gates"].items():
        again = found["gates"][name]
        assert gate["admitted"] == pytest.approx(again["admitted"], abs=3e-6), name
        assert gate["longest_wait_min"] == pytest.approx(again["longest_wait_min"], abs=0.1001)
        assert gate["clears"] == again["clears"], name
        assert gate["sent"] == pytest.approx(found["by_area"][name], abs=1e-6)
        assert posts[name]["admitted"] == pytest.approx(sum(gate["sent"]), abs=1e-5)
        assert (posts[name]["clears"], posts[name]["longest_wait_min"]) == (
            gate["clears"],
            gate["longest_wait_min"],
        )
    covered = summary["coverage"][lanes["resource"]]["covered"]
    assert covered == pytest.approx(found["covered"], abs=1e-5)
    assert summary["objective"] == pytest.approx(found["objective"], abs=1e-4)


def test_the_page_of_the_format_names_the_program() -> None:
    page = (ROOT / "docs" / "reference" / "solution.md").read_text(encoding="utf-8")
    assert all(f"`tests/{name}.py`" in page for name in ("outside", "outside_lanes"))
