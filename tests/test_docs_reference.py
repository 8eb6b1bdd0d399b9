"""The reference names everything the code knows: columns, keys, members, exit codes, names.

``PLACE_GOLDEN=write`` writes the table of plan-file keys anew from the schema: read the diff.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import placement
from placement import errors
from placement.cli import place
from placement.plan import arrivals, layer_files
from placement.plan.background import BACKGROUND_COLUMNS
from placement.plan.demand import _COLUMNS as DEMAND
from placement.plan.ground import CLOSURE_COLUMNS, CROWD_COLUMNS
from placement.plan.sealing import PERIMETER_COLUMNS, WAY_COLUMNS
from placement.plan.settings import Layers, json_schema
from placement.plan.sites import _BY_RESOURCE, _OWN
from placement.plan.table import Row, Table
from placement.review import geojson
from placement.streets import exported, lines

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
MARKS = ("<!-- keys: begin -->\n", "<!-- keys: end -->")


def text_of(page: str) -> str:
    return (REFERENCE / f"{page}.md").read_text(encoding="utf-8")


def first_cells(text: str) -> list[str]:
    """Return what stands in code in the first cell of each row of a page's tables."""
    cells = re.findall(r"^\|(.*?)\|", text, flags=re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def columns_on_the_page() -> dict[str, set[str]]:
    """Return the columns that the page lists for each layer."""
    parts = re.split(r"^## ", text_of("layers"), flags=re.MULTILINE)[1:]
    named = {part.partition("\n")[0]: first_cells(part) for part in parts}
    assert all(
        len(set(names)) == len(names) for layer, names in named.items() if layer != "streets"
    )
    return {layer: set(names) for layer, names in named.items() if layer in Layers.model_fields}


COLUMNS: dict[str, set[str]] = {
    "sites": {*_OWN, *_BY_RESOURCE, *(f"{field}_<resource>" for field in _BY_RESOURCE)},
    "demand": set(DEMAND),
    "areas": set(DEMAND),
    "arrivals": {*arrivals._WANTED, "share", "people"},
    "streets": {"id", *lines.DRAWN, *exported.COLUMNS},
    "route": {"id", "name"},
    **{
        layer: {"id", "name", "level", "bridge", "tunnel", "layer"}
        for layer in ("water", "rail", "barriers")
    },
    "closures": set(CLOSURE_COLUMNS),
    "ways": set(WAY_COLUMNS),
    "perimeter": set(PERIMETER_COLUMNS),
    "crowd": set(CROWD_COLUMNS),
    "background": set(BACKGROUND_COLUMNS),
}


def test_every_column_that_the_code_knows_is_on_the_page_and_no_other() -> None:
    assert columns_on_the_page() == COLUMNS
    assert set(COLUMNS) == set(Layers.model_fields)


class Watched(dict[str, Any]):
    """Properties of a row that note which columns are asked for."""

    def __init__(self, values: dict[str, Any], asked: set[str]) -> None:
        super().__init__(values)
        self.asked = asked

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


def watched(rows: tuple[Row, ...], asked: set[str]) -> tuple[Row, ...]:
    return tuple(
        Row(name=row.name, properties=Watched(dict(row.properties), asked)) for row in rows
    )


def features(*drawn: tuple[str, Any, dict[str, Any]]) -> str:
    shapes = [
        {"type": "Feature", "geometry": {"type": kind, "coordinates": at}, "properties": values}
        for kind, at, values in drawn
    ]
    return json.dumps({"type": "FeatureCollection", "features": shapes})


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Read a plan that has every layer, and return the columns asked for in each."""
    square = [[[4.83, 45.75], [4.84, 45.75], [4.84, 45.76], [4.83, 45.75]]]
    line = [[4.83, 45.75], [4.84, 45.76]]
    people = {"id": "a", "people": 5, "step_free": 0.2}
    drawn = {
        "route": ("LineString", line, {"id": "r"}),
        "sites": ("Point", line[0], {"id": "s"}),
        "demand": ("Point", line[1], {**people, "id": "d"}),
        "areas": ("Polygon", square, people),
        "streets": ("LineString", line, {}),
        "water": ("Polygon", square, {"id": "w"}),
        "rail": ("LineString", line, {"id": "l"}),
        "barriers": ("LineString", line, {"id": "b"}),
        "closures": ("LineString", line, {"id": "c", "begins": "10:00", "ends": "11:00"}),
        "ways": ("LineString", line, {"id": "v", "price": 1}),
        "perimeter": ("Polygon", square, {"id": "p"}),
        "crowd": ("Polygon", square, {"id": "q", "density": 1}),
        "background": ("Polygon", square, {"id": "g", "kind": "green"}),
    }
    for layer, feature in drawn.items():
        (tmp_path / f"{layer}.geojson").write_text(features(feature), encoding="utf-8")
    rows = "profile,begins,share\nlate,15:30,0.5\nlate,18:00,0.5\n"
    (tmp_path / "arrivals.csv").write_text(rows, encoding="utf-8")
    named = "".join(f'{layer} = "{layer}.geojson"\n' for layer in drawn)
    (tmp_path / "plan.toml").write_text(
        f'name = "all"\nbudget = {{ amount = 10 }}\n[layers]\n{named}arrivals = "arrivals.csv"\n'
        "[sealed]\n[resources.gate]\nwalk_limit_min = 10\n[resources.gate.lanes]\n",
        encoding="utf-8",
    )
    seen: dict[str, set[str]] = {}
    read_table, read_rows = layer_files.read_table, arrivals.read_rows

    def table_watched(path: Path, *, layer: str, **rest: Any) -> Table:
        table = read_table(path, layer=layer, **rest)
        rows = watched(table.rows, seen.setdefault(layer, set()))
        kept = {
            name: getattr(table, name) for name in ("file", "columns", "lonlat", "source", "crs")
        }
        return Table(**kept, rows=rows, unplaced=table.unplaced)

    def rows_watched(path: Path, *, layer: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
        columns, rows = read_rows(path, layer=layer)
        return columns, watched(rows, seen.setdefault(layer, set()))

    monkeypatch.setattr(layer_files, "read_table", table_watched)
    monkeypatch.setattr(arrivals, "read_rows", rows_watched)
    placement.load_plan(tmp_path)
    return seen


def test_no_column_is_read_that_the_page_does_not_have(asked: dict[str, set[str]]) -> None:
    page = columns_on_the_page()
    assert set(asked) == set(Layers.model_fields) - {"streets"}
    for layer, columns in asked.items():
        known = {name.replace("<resource>", "gate") for name in page[layer]}
        assert columns <= known, layer
        assert columns, layer
    assert {"open_cost_gate", "status_gate", "max_units_gate"} <= asked["sites"]


def keys(part: dict[str, Any], schema: dict[str, Any], where: str = "") -> Iterator[list[str]]:
    """Yield a row for each key of a part of the schema: key, type, default, meaning."""
    for name, value in part.get("properties", {}).items():
        key = f"{where}{name}"
        told = [one for one in value.get("anyOf", [value]) if one.get("type") != "null"]
        inner = [found for one in told for found in sections(one, schema)]
        needed = name in part.get("required", ())
        default = "needed" if needed else shown_default(value.get("default"))
        if key == "resources":
            (found,) = sections(value["additionalProperties"] or one_pattern(value), schema)
            yield [key, "tables", default, value.get("description", "")]
            yield from keys(found, schema, "resources.<resource>.")
            continue
        repeated = any("items" in one and sections(one["items"], schema) for one in told)
        kind = (
            "tables"
            if repeated
            else " or ".join(dict.fromkeys(kind_of(one, schema) for one in told))
        )
        yield [key, kind, default, value.get("description", "")]
        for found in inner:
            if set(found.get("properties", {})) != {"en", "fr"}:
                yield from keys(found, schema, f"{key}.")


def one_pattern(value: dict[str, Any]) -> dict[str, Any]:
    """Return what the names of a table lead to, however the schema says so."""
    (found,) = value["patternProperties"].values()
    return dict(found)


def sections(value: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the table that a value is, or a list of which it is; none for a plain value."""
    if "items" in value:
        return sections(value["items"], schema) if isinstance(value["items"], dict) else []
    for one in [value, *value.get("allOf", [])]:
        if "$ref" in one:
            found = schema["$defs"][one["$ref"].rpartition("/")[2]]
            return [found] if "properties" in found else []
    return []


def kind_of(value: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return the type of a value in a word."""
    if "const" in value:
        return json.dumps(value["const"])
    if "$ref" in value:
        found = schema["$defs"][value["$ref"].rpartition("/")[2]]
        if "enum" in found:
            return " or ".join(f"`{json.dumps(one)}`" for one in found["enum"])
        return "text, or text by language" if found.get("title") == "Text" else "table"
    if value.get("type") == "array":
        return f"list of {kind_of(value['items'], schema)}s"
    words = {
        "string": "text",
        "integer": "whole number",
        "boolean": "true or false",
        "object": "table",
    }
    return words.get(value.get("type", ""), value.get("type", "text"))


def shown_default(value: Any) -> str:
    """Return a default as the plan file would write it."""
    if value in (None, [], {}):
        return "–"
    if isinstance(value, dict):
        return "see below" if "en" not in value else f'"{value["en"]}"'
    return f"`{json.dumps(value)}`"


def plan_file_table() -> str:
    """Return the table of keys, as the schema has them."""
    schema = json_schema()
    rows = [["key", "type", "default", "meaning"], ["---"] * 4]
    for key, kind, default, meaning in keys(schema, schema):
        rows.append([f"`{key}`", kind, default, " ".join(meaning.split()).replace("|", "\\|")])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def test_the_page_has_every_key_of_the_plan_file_as_the_schema_says_it() -> None:
    page = REFERENCE / "plan-file.md"
    head, rest = page.read_text(encoding="utf-8").split(MARKS[0])
    shown, tail = rest.split(MARKS[1])
    if os.environ.get("PLACE_GOLDEN") == "write":
        page.write_text(f"{head}{MARKS[0]}{plan_file_table()}{MARKS[1]}{tail}", encoding="utf-8")
        return
    assert shown == plan_file_table()
    assert "`resources.<resource>.lanes.rate_per_h`" in shown
    assert "`floors.share`" in shown


def test_every_member_of_a_solution_is_on_its_page() -> None:
    page = text_of("solution")
    members = {*geojson._PLACEMENT_KEYS, *geojson._PLACEMENT_EXTRAS}
    posts = {*geojson._POST_KEYS, *geojson._QUEUE_KEYS}
    assert members | posts <= set(first_cells(page))
    kept = Path(__file__).parent / "cases"
    for file in sorted([*kept.glob("*.geojson"), *kept.glob("plans/*/*.geojson")]):
        content = json.loads(file.read_text(encoding="utf-8"))
        for part in content.get("placement", {}).get("coverage", {}).values():
            assert all(f"`{name}`" in page for name in part), file.name
        for part in ("lanes", "walk", "reverse", "changes", "unsnapped"):
            for name in content.get("placement", {}).get(part, {}):
                assert f"`{name}`" in page, (file.name, name)


def test_every_error_is_on_the_page_of_exit_codes_with_its_code() -> None:
    rows = re.findall(
        r"^\| ([\d, ]+) \|.*\| `(\w+)` \|$", text_of("exit-codes"), flags=re.MULTILINE
    )
    kinds = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.PlacementError)
    }
    assert {name for _, name in rows} == set(kinds) - {"PlacementError"}
    assert all(int(code) == kinds[name].exit_code for code, name in rows)


def test_every_public_name_is_on_the_page_of_python() -> None:
    page = text_of("python")
    assert all(re.search(rf"\b{name}\b", page) for name in placement.__all__)


def test_the_page_of_the_command_line_shows_every_command() -> None:
    assert ".. click:: placement.cli:place" in text_of("command-line")
    assert isinstance(place, click.Group)


def test_no_directive_has_an_option_twice() -> None:
    for page in sorted(REFERENCE.glob("*.md")):
        for block in re.split(r"^\.\. ", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
            options = re.findall(r"^   :(\w+):", block, flags=re.MULTILINE)
            assert len(options) == len(set(options)), f"{page.name}: {block}"


def test_every_key_of_a_scenario_and_its_default_is_on_the_page_of_the_replay() -> None:
    from placement.studies.replay import Scenario

    rows = [
        line for line in text_of("replay").splitlines() if re.match(r"\| `\w+` \| (`--|–)", line)
    ]
    assert {row.split("`")[1] for row in rows} == set(Scenario.model_fields)
