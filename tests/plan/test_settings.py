"""The plan file: what it must say, what it says by default, and its published schema."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from placement.errors import InputError
from placement.plan.problem import Walkers
from placement.plan.settings import Settings, json_schema, nearest, read_settings
from tests.builders import PLAN, write_plan

LEAST = """\
name = "least"
budget.amount = 0
layers = { sites = "sites.geojson", areas = "areas.geojson" }
resources.guard.walk_limit_min = 10
"""


def settings_of(text: str, folder: Path) -> Settings:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_the_least_plan_gets_every_default(tmp_path: Path) -> None:
    settings = settings_of(LEAST, tmp_path)
    guard = settings.resources["guard"]
    assert settings.format == 1
    assert settings.crs is None
    assert settings.title_by_language() == {"en": "least", "fr": "least"}
    assert (settings.walking.speed_m_s, settings.walking.detour_factor) == (1.34, 1.3)
    assert (settings.walking.snap_m, settings.walking.sample_m) == (60, 20)
    assert (guard.walkers, guard.value, guard.open_cost, guard.unit_cost) == (
        Walkers.PEOPLE,
        1,
        0,
        0,
    )
    assert (guard.min_units, guard.max_units) == (1, 12)
    assert (guard.fleet, guard.posts, guard.near) == (None, None, None)


def test_every_key_of_the_drawn_plan_is_taken(tmp_path: Path) -> None:
    settings = read_settings(write_plan(tmp_path))
    dogs = settings.resources["dog_team"]
    assert settings.budget.amount == 40
    assert settings.budget.unit.by_language() == {"en": "officers", "fr": "agents"}
    assert dogs.walkers is Walkers.TEAM
    assert dogs.fleet == 2
    assert dogs.near is not None
    assert (dogs.near.resource, dogs.near.walk_min) == ("checkpoint", 3)
    assert settings.layers.closures is None


def test_a_folder_stands_for_its_plan_file(tmp_path: Path) -> None:
    assert read_settings(tmp_path / write_plan(tmp_path).name) == read_settings(tmp_path)


@pytest.mark.parametrize(
    ("written", "texts"),
    [
        ('"both"', {"en": "both", "fr": "both"}),
        ('{ en = "one" }', {"en": "one", "fr": "one"}),
        ('{ fr = "une" }', {"en": "une", "fr": "une"}),
        ('{ en = "one", fr = "une" }', {"en": "one", "fr": "une"}),
        ('"<b>{{6*7}}</b>"', {"en": "<b>{{6*7}}</b>", "fr": "<b>{{6*7}}</b>"}),
    ],
)
def test_a_text_in_one_language_serves_for_both(
    written: str, texts: dict[str, str], tmp_path: Path
) -> None:
    settings = settings_of(f"title = {written}\n{LEAST}", tmp_path)
    assert settings.title_by_language() == texts


def test_settings_never_change(tmp_path: Path) -> None:
    settings = settings_of(LEAST, tmp_path)
    with pytest.raises(ValidationError, match="frozen"):
        settings.name = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        settings.budget.amount = 1.0  # type: ignore[misc]


def test_a_missing_plan_and_one_that_cannot_be_a_path_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such plan file; check the path, or make one"):
        read_settings(tmp_path / "nothing.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_settings("a\0b")


@pytest.mark.parametrize(
    "text",
    ["x = " + "[" * 5000, "a = 1\na = 2", "name = 1", "resources = 3", "layers = []", "\ufeffa=1"],
)
def test_odd_toml_is_an_input_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        settings_of(text, tmp_path)


def test_the_nearest_word_is_found_or_none() -> None:
    assert nearest("chekpoint", ["dog_team", "checkpoint"]) == "checkpoint"
    assert nearest("zebra", ["dog_team", "checkpoint"]) is None


def test_the_schema_documents_every_key() -> None:
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(schema)) == schema
    tables = [schema, *schema["$defs"].values()]
    keys = [(key, entry) for table in tables for key, entry in table.get("properties", {}).items()]
    assert len(keys) > 30
    assert [key for key, entry in keys if not entry.get("description")] == []


def test_the_schema_knows_what_must_be_there_and_what_must_not() -> None:
    schema = json_schema()
    assert sorted(schema["required"]) == ["budget", "layers", "name", "resources"]
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["ResourceSettings"]["required"] == ["walk_limit_min"]
    assert schema["$defs"]["Text"]["anyOf"][0] == {"type": "string", "minLength": 1}
    assert PLAN.count("walk_limit_min") == 2
