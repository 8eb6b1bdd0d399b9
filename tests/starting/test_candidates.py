"""Candidates: every crossing is found, each lies on a walkable street, and identifiers last."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from placement.starting.candidates import KINDS, find_candidates, thinned
from placement.starting.event import event_along
from placement.starting.ground import Ground, route_ground
from placement.starting.new_plan import survey_extract
from placement.starting.widths import CLASS_WIDTH_M, lanes_in, length_m, width_of
from tests.cli.running import run
from tests.starting.drawn_city import WAYS, write_city, write_route
from tests.starting.test_new_plan import ROUTE, features, spot

BAND_M = 150.0


def look_at(folder: Path, **changes: object) -> Ground:
    extract = write_city(folder / "city.osm", **changes)
    route = write_route(folder / "route.geojson", *ROUTE)
    return survey_extract(extract, event_along(route, band_m=BAND_M))[0]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return look_at(tmp_path_factory.mktemp("candidates"))


def drawn_lines() -> dict[int, shapely.Geometry]:
    """The town's streets by way, straight from the drawing."""
    from tests.starting.drawn_city import NODES

    return {
        way: shapely.LineString([spot(*NODES[node][0]) for node in nodes])
        for way, (nodes, tags) in WAYS.items()
        if "highway" in tags and way != 400
    }


def test_each_place_where_a_street_crosses_the_perimeter_is_found(ground: Ground) -> None:
    found = find_candidates(ground, apart_m=0.0)
    outline = shapely.boundary(ground.event.perimeter)
    count = 0
    for way, line in drawn_lines().items():
        crossing = shapely.intersection(line, outline)
        for hit in [] if shapely.is_empty(crossing) else shapely.get_parts(crossing).tolist():
            near = [one for one in found if one.xy.distance(hit) < 0.2]
            assert near, (way, hit)
            assert any(one.id.startswith(f"perimeter-w{way}") for one in near)
            count += 1
    assert count == sum(one.kind == "perimeter" and one.way is not None for one in found)
    assert count > 10


def test_each_candidate_stands_on_a_walkable_street_within_its_band(ground: Ground) -> None:
    streets = shapely.union_all([*drawn_lines().values(), *(s.shape for s in ground.squares)])
    own = route_ground(ground)
    band = {"perimeter": ground.event.perimeter, "street mouth": own}
    for one in find_candidates(ground, apart_m=0.0):
        assert shapely.distance(one.xy, streets) < 0.2, one.id
        if one.kind in band:
            assert shapely.distance(one.xy, shapely.boundary(band[one.kind])) < 0.2
        else:
            assert shapely.distance(one.xy, ground.event.perimeter) <= 120.0


def test_bridge_station_square_and_gate_are_found_and_named_after_streets(ground: Ground) -> None:
    found = {one.kind: [] for one in find_candidates(ground, apart_m=0.0)}
    for one in find_candidates(ground, apart_m=0.0):
        found[one.kind].append(one)
    assert set(found) == set(KINDS)
    assert {one.name for one in found["bridgehead"]} == {
        "Ponte Nova / Avenida 8", "Ponte Nova / Avenida 10",
    }  # fmt: skip
    assert [one.name for one in found["station"]] == ["Estação Velha A / Rua 4"]
    assert {one.name.split(" / ")[0] for one in found["square"]} == {"Praça Grande"}
    (gate,) = found["gate"]
    assert gate.name.split(" / ")[0] == "Trilho"
    assert (gate.width_m, gate.width_from, gate.lanes) == (3.0, "est_width", 1)


def test_of_two_too_near_one_is_left_out_by_a_rule_that_knows_no_order(ground: Ground) -> None:
    found = find_candidates(ground, apart_m=0.0)
    kept = thinned(found, apart_m=60.0)
    again = thinned(found[::-1], apart_m=60.0)
    assert [one.id for one in kept] == [one.id for one in again]
    for one in found:
        near = [other for other in kept if other.level == one.level]
        assert min(other.xy.distance(one.xy) for other in near) < 60.0
    places = shapely.points([(one.xy.x, one.xy.y) for one in kept if one.level == 0])
    apart = shapely.distance(places[:, None], places[None, :])
    assert apart[np.triu_indices(len(places), 1)].min() >= 60.0


def test_identifiers_last_when_the_extract_is_renewed(ground: Ground, tmp_path: Path) -> None:
    before = {one.id: (one.kind, one.name) for one in find_candidates(ground)}
    far = {way for way in WAYS if way >= 600 or way in {103, 97, 195, 204, 205, 123, 117}}
    renewed = look_at(
        tmp_path, reverse=True, renumber=lambda way: way + 50_000 if way in far else way
    )
    after = {one.id: (one.kind, one.name) for one in find_candidates(renewed)}
    own = {name for name in before if not any(f"-w{way}" in f"{name}-" for way in far)}
    assert len(own) > 10
    assert {name: after.get(name) for name in own} == {name: before[name] for name in own}
    assert len(after) == len(before)


def test_place_candidates_writes_the_layer_alone(tmp_path: Path) -> None:
    extract = write_city(tmp_path / "city.osm")
    route = write_route(tmp_path / "route.geojson", *ROUTE)
    out = tmp_path / "sites.geojson"
    done = run("candidates", extract, "--route", route, "--band", "150", "-o", out, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    sites = features(out)
    assert said["sites"] == len(sites) == sum(said["kinds"].values())
    for site in sites.values():
        facts = site["properties"]
        assert facts["lanes_room"] == lanes_in(facts["width_m"])
        assert facts["queue_people"] > 0
        room = facts["lanes_room"] if facts["lanes_room"] >= 2 else 0
        assert facts.get("max_units_checkpoint", 0) == room
        assert ("checkpoint" in facts["resources"]) == (room > 0)
    plan = tmp_path / "plan.toml"
    plan.write_text("format = 1", "utf-8")
    refused = run("candidates", extract, "--route", route, "-o", plan)
    assert refused.exit_code == 3
    assert "name a file with the suffix .geojson or .json" in refused.stderr
    assert plan.read_text("utf-8") == "format = 1"
    said_by = {one["properties"]["width_from"] for one in sites.values()}
    assert said_by == {"class", "est_width", "lanes", "open space", "width"}


@pytest.mark.parametrize(
    ("tags", "kind", "width_m", "said"),
    [
        ({"width": "7.5"}, "residential", 7.5, "width"),
        ({"width": "7,5 m", "sidewalk": "both"}, "residential", 11.5, "width"),
        ({"width": "wide", "est_width": "12'6\""}, "footway", 3.81, "est_width"),
        ({"lanes": "2", "sidewalk": "right"}, "primary", 8.5, "lanes"),
        ({"lanes": "2;3"}, "primary", CLASS_WIDTH_M["primary"], "class"),
        ({"width": "-3"}, "steps", CLASS_WIDTH_M["steps"], "class"),
        ({"lanes": "2"}, "footway", CLASS_WIDTH_M["footway"], "class"),
        ({"sidewalk:left": "yes", "sidewalk:right": "yes", "width": "6"}, "primary", 10.0, "width"),
        ({}, "primary_link", CLASS_WIDTH_M["primary"], "class"),
    ],
)  # fmt: skip
def test_widths_are_read_from_tags_before_classes(
    tags: dict[str, str], kind: str, width_m: float, said: str
) -> None:
    assert width_of(tags, kind) == (pytest.approx(width_m), said)


@pytest.mark.parametrize(
    ("text", "metres"),
    [("350 cm", 3.5), ("10 ft", 3.048), ("1e9", None), ("", None), ("nan", None), ("٣", None)],
)
def test_lengths_are_read_as_openstreetmap_writes_them(text: str, metres: float | None) -> None:
    assert length_m(text) == (None if metres is None else pytest.approx(metres))
