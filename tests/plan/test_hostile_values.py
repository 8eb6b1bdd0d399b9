"""Whatever stands in a file, a plan loads or is refused in a sentence: nothing else is raised."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from placement.errors import InfeasibleError, InputError
from placement.plan import settings as plan_file
from placement.plan.layers import load_plan
from placement.plan.settings import Settings
from tests.amount import cases
from tests.builders import drawn_layers, write_plan

BARE = {"streets": None, "route": None, "water": None}
SITE = ("id", "name", "kind", "level", "resources", "status", "open_cost", "max_units_dog_team")
PEOPLE = ("id", "name", "people", "zone", "priority", "level")

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["", "required", "checkpoint", "checkpoint,dog_team", "[", "1e999", "1_0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
geometries = st.one_of(
    json_values,
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["Point", "Polygon", "MultiPolygon", "LineString", "Point "]),
            "coordinates": json_values
            | st.lists(st.lists(st.lists(st.floats(-200, 200), max_size=3), max_size=5)),
        }
    ),
)
patient = settings(
    max_examples=cases(20, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def loads_or_is_refused(folder: Any, layers: dict[str, Any]) -> None:
    path = write_plan(folder, layers={**BARE, **layers})
    said = "."
    try:
        load_plan(path)
    except (InputError, InfeasibleError) as error:
        said = str(error)
    assert said.endswith(".")
    assert "\n" not in said


@pytest.mark.slow
@given(st.sampled_from(SITE), json_values)
@patient
def test_any_value_of_a_site(
    tmp_path_factory: pytest.TempPathFactory, column: str, value: Any
) -> None:
    sites = drawn_layers()["sites"]
    sites[1]["properties"][column] = value
    loads_or_is_refused(tmp_path_factory.mktemp("site"), {"sites": sites})


@pytest.mark.slow
@given(st.sampled_from(("demand", "areas")), st.sampled_from(PEOPLE), json_values)
@patient
def test_any_value_of_people(
    tmp_path_factory: pytest.TempPathFactory, layer: str, column: str, value: Any
) -> None:
    rows = drawn_layers()[layer]
    rows[0]["properties"][column] = value
    loads_or_is_refused(tmp_path_factory.mktemp("people"), {layer: rows})


@pytest.mark.slow
@given(st.sampled_from(("sites", "areas")), geometries)
@patient
def test_any_geometry(tmp_path_factory: pytest.TempPathFactory, layer: str, geometry: Any) -> None:
    rows = drawn_layers()[layer]
    rows[0]["geometry"] = geometry
    loads_or_is_refused(tmp_path_factory.mktemp("geometry"), {layer: rows})


def places(table: Any, where: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return where every value and table of a plan file stands."""
    found = [where] if where else []
    if isinstance(table, dict):
        for key, value in table.items():
            found += places(value, (*where, key))
    return found


DRAWN: dict[str, Any] = {
    "format": 1,
    "name": "drawn",
    "title": {"en": "a", "fr": "b"},
    "crs": "EPSG:2154",
    "budget": {"amount": 1, "unit": "x"},
    "layers": {"sites": "a", "demand": "b"},
    "walking": {"speed_m_s": 1, "detour_factor": 1.3, "snap_m": 5, "sample_m": 5},
    "resources": {
        "a": {"walk_limit_min": 1, "min_units": 1, "max_units": 3, "fleet": 3, "walkers": "team"},
        "b": {"walk_limit_min": 1, "near": {"resource": "a", "walk_min": 3}, "label": "x"},
    },
}


@pytest.mark.slow
@given(st.sampled_from(places(DRAWN)), json_values, st.booleans())
@settings(max_examples=cases(100, 300), deadline=None)
def test_any_value_of_a_plan_file(where: tuple[str, ...], value: Any, rename: bool) -> None:
    content = copy.deepcopy(DRAWN)
    table = content
    for key in where[:-1]:
        table = table[key]
    table[where[-1] + "x" if rename else where[-1]] = value
    try:
        Settings.model_validate(content)
    except ValidationError as error:
        said = str(plan_file._input_error("plan.toml", content, error))  # type: ignore[arg-type]
        assert said.startswith("plan.toml")
        assert "\n" not in said
