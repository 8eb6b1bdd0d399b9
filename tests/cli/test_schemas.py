"""What is written follows the JSON Schema that `place schema` prints; what differs does not."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from placement.cli.answers import ANSWERS
from placement.errors import InputError
from placement.review.geojson import read_solution
from tests.builders import point, write_geojson, write_plan
from tests.cli.running import run
from tests.cli.test_streams import commands
from tests.starting.drawn_city import write_city

CASES = Path(__file__).parents[1] / "cases"
FLOORS = '[[floors]]\nzone = "*"\nresource = "checkpoint"\nshare = 0.1\n'


@cache
def printed(of: str) -> Any:
    """Return a schema as it is printed, which is one."""
    whole = json.loads(run("schema", "--of", of).stdout)
    Draft202012Validator.check_schema(whole)
    return whole


def schema(of: str, part: str | None = None) -> Draft202012Validator:
    """Return what checks against a printed schema, or a part of it."""
    whole = printed(of)
    if part is not None:
        whole = {key: whole[key] for key in ("$schema", "$defs")} | {"$ref": f"#/$defs/{part}"}
    return Draft202012Validator(whole)


def test_the_schema_of_plans_is_the_default_and_takes_the_starter() -> None:
    import tomllib

    assert run("schema").stdout == run("schema", "--of", "plan").stdout
    starter = Path(__file__).parents[2] / "placement" / "cli" / "starter" / "plan.toml"
    schema("plan").validate(tomllib.loads(starter.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", sorted(CASES.glob("*.geojson")), ids=lambda path: path.stem)
def test_solutions_follow_their_schema(path: Path) -> None:
    schema("solution").validate(json.loads(path.read_text(encoding="utf-8")))


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Return the way to each member and item."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in inside:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from nodes(inner, (*path, key))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ruled", "agreed"])
def test_what_the_schema_takes_of_a_changed_solution_is_of_the_right_kind(
    name: str, tmp_path: Path
) -> None:
    """A member of another type is refused by both; one of an unknown name the reader drops."""
    text = (CASES / f"{name}.geojson").read_text(encoding="utf-8")
    checks = schema("solution")
    file = tmp_path / "changed.geojson"

    def refused(top: Any) -> tuple[bool, bool]:
        file.write_text(json.dumps(top), encoding="utf-8")
        try:
            read_solution(file)
        except InputError:
            return not checks.is_valid(top), True
        return not checks.is_valid(top), False

    for path in nodes(json.loads(text)):
        for other in (True, {"no": 1}, []):
            top = json.loads(text)
            if type(at(top, path)) is type(other):
                continue
            at(top, path[:-1])[path[-1]] = other
            assert refused(top) == (True, True), (path, other)
        top = json.loads(text)
        if isinstance(at(top, path), dict) and all(isinstance(key, str) for key in path):
            at(top, path)["unheard of"] = True
            assert refused(top)[0], path


@pytest.mark.parametrize("key", ["format", "plan", "budget", "status", "coverage", "walking"])
def test_a_solution_without_what_it_needs_is_refused(key: str) -> None:
    top = json.loads((CASES / "ruled.geojson").read_text(encoding="utf-8"))
    del top["placement"][key]
    assert not schema("solution").is_valid(top)


def test_every_command_with_json_has_a_schema() -> None:
    takes = {
        name
        for name, command in commands().items()
        if any("--json" in parameter.opts for parameter in command.params)
    }
    assert takes == set(ANSWERS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a plan that has rules, its solution and one that kept to it."""
    folder = tmp_path_factory.mktemp("answers")
    write_plan(folder / "town", extra=FLOORS)
    write_city(folder / "town.osm")
    station = point(2.3462, 48.8472, id="metro", people_per_min=60)
    write_geojson(folder / "town.stations.geojson", [station])
    words = ("optimise", folder / "town", "--no-map", "--out")
    assert run(*words, folder / "old", "--budget", "30").exit_code == 0
    assert run(*words, folder / "new", "--baseline", folder / "old").exit_code == 0
    return folder


WORDS: dict[str, list[tuple[str, ...]]] = {
    "optimise": [
        ("{town}", "-o", "{out}", "--baseline", "{old}", "--catchments", "3", "--limit",
         "dog_team=1", "--lock", "bridge-north/checkpoint", "--prove"),
        ("{town}", "-o", "{out}", "--no-map", "--budget", "40"),
    ],
    "cover": [("{town}", "--share", "checkpoint=30%", "-o", "{out}", "--no-map")],
    "why": [("south-east", "{town}", "--solution", "{new}"), ("north-west", "{town}")],
    "check": [("{town}",), ("{town}", "--closure", "Street 2", "--at", "12:00")],
    "routes": [("{new}", "{town}", "-o", "{out}.geojson")],
    "audit": [("{new}", "{town}"), ("{new}", "{town}", "--prove")],
    "replay": [(str(CASES / "plans" / "lanes"), "--nights", "3", "-o", "{out}.json")],
    "risk": [
        ("{old}", "{new}", "{town}", "--away", "dog_team=10%", "--nights", "64"),
        ("{old}", "{town}", "--best", "mean", "--away", "dog_team=10%", "--nights", "64",
         "--samples", "2", "--scenarios", "16", "-o", "{out}"),
    ],
    "roster": [("{new}", "{town}", "-o", "{out}", "--from", "10:00", "--to", "11:00")],
    "egress": [("{new}", "{town}", "-o", "{out}", "--stations", "{town}.stations.geojson")],
    "diff": [("{old}", "{new}"), ("{new}", "{new}")],
    "evaluate": [
        ("{new}/solution.geojson", "{town}", "-o", "{out}.geojson"),
        ("{old}/solution.geojson", "{town}", "-o", "{out}.geojson", "--no-bound"),
    ],
    "alternatives": [("{town}", "--count", "3", "--within", "50%", "-o", "{out}")],
    "loss": [
        ("{new}", "{town}", "-o", "{out}", "--posts", "1..2", "--repairs", "1"),
        ("{new}", "{town}", "-o", "{out}", "--street", "Street 2"),
    ],
    "frontier": [("{town}", "--budgets", "0:20:10", "--no-plot", "--no-map", "-o", "{out}")],
    "streets read": [("{town}/streets.geojson", "-o", "{out}.parquet")],
    "streets info": [("{town}/streets.geojson",)],
    "cordon": [("{town}", "--around", "{town}/route.geojson:60", "-o", "{out}.geojson")],
    "candidates": [("{town}.osm", "--around", "24.95,60.17,160", "-o", "{out}.geojson")],
    "background": [("{town}.osm", "--around", "24.95,60.17,160", "-o", "{out}.geojson")],
    "demand": [("--stations", "{town}/demand.geojson", "-o", "{out}", "--total", "7")],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_each_answer_follows_the_schema_of_its_command(name: str, folder: Path) -> None:
    checks, anything = schema("json", name), schema("json")
    for number, words in enumerate(WORDS[name]):
        places = {key: folder / key for key in ("town", "old", "new")}
        given = [word.format(**places, out=folder / f"{name}-{number}") for word in words]
        done = run(*name.split(), *given, "--json")
        assert done.exit_code == 0, done.stderr
        answer = json.loads(done.stdout)
        checks.validate(answer)
        anything.validate(answer)
        assert not checks.is_valid(answer | {"unheard of": 1})
        for key in answer:
            without = {other: value for other, value in answer.items() if other != key}
            assert key.startswith("proof_") or not checks.is_valid(without), key


@pytest.mark.slow
def test_an_audit_that_refuses_and_kept_differences_follow_the_schema(folder: Path) -> None:
    file = folder / "wrong.geojson"
    text = (folder / "new" / "solution.geojson").read_text(encoding="utf-8")
    top = json.loads(text)
    top["placement"]["cost"] += 1
    file.write_text(json.dumps(top), encoding="utf-8")
    done = run("audit", file, folder / "town", "--json")
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert answer["findings"]
    schema("json", "audit").validate(answer)
    for kept in CASES.glob("*.diff.json"):
        schema("json", "diff").validate(json.loads(kept.read_text(encoding="utf-8")))


@pytest.mark.parametrize("of", ["solution", "json", "replay"])
def test_every_member_is_explained(of: str) -> None:
    whole = json.loads(run("schema", "--of", of).stdout)
    for name, part in whole["$defs"].items():
        for key, member in part.get("properties", {}).items():
            constant = {"const", "$ref"} & set(member) or key in {"geometry", "properties"}
            assert member.get("description") or constant, (name, key)
            assert "None" not in member.get("description", ""), (name, key)
