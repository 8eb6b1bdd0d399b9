"""Digests of inputs: the same for the same content, whatever the order of rows and the format."""

import json
import random
import shutil
from pathlib import Path

import geopandas as gpd
import pytest

import placement
from placement.plan.digests import digests_of

CASES = Path(__file__).parent.parent / "cases" / "plans"
TOWN = CASES / "town"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    shutil.copytree(TOWN, tmp_path / "town")
    shutil.copytree(CASES / "plain", tmp_path / "plain")
    return tmp_path / "plain" / "plan.toml"


def digests(plan: Path) -> dict[str, str]:
    return digests_of(placement.load_plan(plan))


def test_every_layer_and_the_plan_file_have_a_digest(plan: Path) -> None:
    found = digests(plan)
    assert list(found) == ["areas", "demand", "plan", "route", "sites", "streets", "water"]
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize("layer", ["areas", "demand", "route", "sites", "streets", "water"])
def test_order_of_rows_and_layout_do_not_count(layer: str, plan: Path) -> None:
    before = digests(plan)
    file = plan.parent.parent / "town" / f"{layer}.geojson"
    top = json.loads(file.read_text(encoding="utf-8"))
    random.Random(layer).shuffle(top["features"])
    for feature in top["features"]:
        feature["properties"] = dict(reversed(feature["properties"].items())) | {"none": None}
    file.write_text(json.dumps(top, indent=1), encoding="utf-8")
    assert digests(plan) == before


def test_another_format_of_the_same_people_has_the_same_digest(plan: Path) -> None:
    before = digests(plan)
    town = plan.parent.parent / "town"
    gpd.read_file(town / "demand.geojson").to_file(town / "demand.gpkg", layer="demand")
    named = placement.load_plan(plan, layers={"demand": town / "demand.gpkg"})
    assert digests_of(named) == before


def test_comments_and_layout_of_the_plan_file_do_not_count(plan: Path) -> None:
    before = digests(plan)
    text = plan.read_text(encoding="utf-8")
    plan.write_text(f"# looked over\n\n{text.replace(' = ', '   =  ')}", encoding="utf-8")
    assert digests(plan) == before


@pytest.mark.parametrize("layer", ["areas", "demand", "route", "sites", "streets", "water"])
def test_any_edit_of_a_layer_changes_its_digest_alone(layer: str, plan: Path) -> None:
    before = digests(plan)
    file = plan.parent.parent / "town" / f"{layer}.geojson"
    top = json.loads(file.read_text(encoding="utf-8"))
    top["features"][0]["properties"]["note"] = "moved"
    file.write_text(json.dumps(top), encoding="utf-8")
    after = digests(plan)
    assert {name for name in before if before[name] != after[name]} == {layer}


def test_any_edit_of_the_plan_file_changes_its_digest_alone(plan: Path) -> None:
    before = digests(plan)
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("value = 2", "value = 3"), encoding="utf-8")
    after = digests(plan)
    assert {name for name in before if before[name] != after[name]} == {"plan"}
