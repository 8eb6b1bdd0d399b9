"""Levels of a plan's closures, walls, railways and water reach its walks."""

import json
from pathlib import Path
from typing import Any

import pytest

from placement.cover.survey import Survey, survey
from placement.errors import InputError
from placement.plan.layers import load_plan
from tests.builders import BRIDGE, NORTH, SOUTH, box, line, point, streets, write_plan

ENDS = {
    "sites": [point(BRIDGE, NORTH[0], id="north"), point(BRIDGE, SOUTH[1], id="south")],
    "demand": [point(BRIDGE, NORTH[0], id="n", people=100)],
    "areas": None,
}
FAR = {"walk_limit_min = 4": "walk_limit_min = 30", "walk_limit_min = 3": "walk_limit_min = 30"}


def surveyed(folder: Path, *, extra: str = "", **layers: Any) -> Survey:
    drawn = streets()
    bridge = next(way for way in drawn if way["properties"]["id"] == "bridge")
    bridge["properties"]["level"] = 1
    path = write_plan(folder, layers={**ENDS, "streets": drawn, **layers}, replace=FAR, extra=extra)
    return survey(load_plan(path))


def people_over_the_bridge(found: Survey) -> int:
    """People reached from the south, by the bridge or not at all."""
    return 100 * int(found.walk["checkpoint"][[0], :].toarray()[0, 1] > 0)


@pytest.mark.parametrize(
    ("level", "reached"),
    [({}, 100), ({"level": 0}, 100), ({"level": "0;1"}, 0), ({"level": "all"}, 0)],
)
def test_closures_have_levels(tmp_path: Path, level: dict[str, Any], reached: int) -> None:
    track = line((2.345, 48.85), (2.355, 48.85), id="track", **level)
    assert people_over_the_bridge(surveyed(tmp_path, closures=[track])) == reached
    around = box(2.345, 48.8490, 2.355, 48.8505, id="around", **level)
    assert people_over_the_bridge(surveyed(tmp_path / "box", closures=[around])) == reached


@pytest.mark.parametrize(
    ("properties", "lost"),
    [
        ({}, [0]),
        ({"layer": -3}, [0]),
        ({"tunnel": "yes", "layer": -3}, []),
        ({"tunnel": "yes"}, []),
        ({"bridge": "viaduct", "layer": "2"}, []),
        ({"bridge": "no", "tunnel": "no"}, [0]),
        ({"tunnel": "yes", "level": 0}, [0]),
        ({"level": "-1;-2"}, []),
        ({"level": ""}, [0]),
    ],
)
def test_a_railway_bars_its_own_level(
    tmp_path: Path, properties: dict[str, Any], lost: list[int]
) -> None:
    demand = [point(2.3470, NORTH[0] + 0.0003, id="yard", people=10)]
    tracks = line(
        (2.3455, NORTH[0] + 0.0002), (2.3545, NORTH[0] + 0.0002), id="tracks", **properties
    )
    assert surveyed(tmp_path, demand=demand, rail=[tracks]).unsnapped_demand.tolist() == lost


def test_a_street_closed_by_name_is_a_fence(tmp_path: Path) -> None:
    """Street 1 runs along the south bank, and the bridge begins at a junction on it."""
    demand = [point(BRIDGE, SOUTH[0], id="n", people=100)]
    site = [point(BRIDGE, NORTH[0], id="north"), point(BRIDGE, NORTH[0], id="too")]
    for number, (fence, reached) in enumerate((("", 100), ("fence = true\n", 0))):
        extra = f'[[closures]]\nstreet = "Street 1"\n{fence}'
        found = surveyed(tmp_path / str(number), extra=extra, demand=demand, sites=site)
        assert people_over_the_bridge(found) == reached
    named = {
        "type": "Feature",
        "geometry": None,
        "properties": {"street": "Street 1", "fence": "yes"},
    }
    found = surveyed(tmp_path / "layer", closures=[named], demand=demand, sites=site)
    assert people_over_the_bridge(found) == 0


@pytest.mark.parametrize(
    ("closure", "words"),
    [
        ({"level": "upper"}, "'upper' cannot be read as levels; write whole numbers"),
        ({"level": 0.5}, "field 'level'"),
        ({"level": 1000}, "cannot be read as levels"),
        ({"fence": "yes"}, "field 'fence': is set on a LineString"),
    ],
)
def test_bad_levels_are_refused(tmp_path: Path, closure: dict[str, Any], words: str) -> None:
    track = line((2.345, 48.85), (2.355, 48.85), id="track", **closure)
    path = write_plan(tmp_path, layers={"closures": [track]})
    assert json.loads((path.parent / "closures.geojson").read_text("utf-8"))
    with pytest.raises(InputError) as caught:
        load_plan(path)
    assert words in str(caught.value)
