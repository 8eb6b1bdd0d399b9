"""Streets exported from OpenStreetMap to other formats: read as the extract itself is."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from placement.errors import InputError
from placement.streets import Streets, read_streets
from placement.streets.exported import read_exported
from placement.streets.tags import ON_REQUEST, OPEN, read_way
from tests.cli.running import run
from tests.streets.draw import CRS, ORIGIN, draw, osm_xml, read_osm_text

KINDS = (*sorted(OPEN | ON_REQUEST), "motorway", "motorway_link", "construction", "proposed")
TAGS = (
    {},
    {"foot": "yes"},
    {"foot": "no"},
    {"access": "private"},
    {"access": "no", "foot": "designated"},
    {"oneway": "yes"},
    {"oneway:foot": "yes"},
    {"oneway:foot": "-1"},
    {"foot:backward": "no"},
    {"motorroad": "yes"},
    {"incline": "up"},
    {"incline": "8%"},
    {"conveying": "forward"},
    {"bridge": "yes", "layer": "1"},
    {"tunnel": "building_passage"},
    {"level": "-1;0"},
    {"name": "Rue d'Iéna"},
)


@pytest.mark.parametrize("kind", KINDS)
def test_columns_mean_what_tags_mean(kind: str) -> None:
    """One rule for both: the reading of tags, whatever the file."""
    for tags in TAGS:
        for step_free in (False, True):
            wanted = read_way({"highway": kind, **tags}, step_free=step_free)
            fields = {"highway": kind, **tags, "osmid": 7, "length": 3.5}
            assert read_exported(fields, step_free=step_free) == wanted


def test_a_motorway_is_not_walked_and_steps_are_steps(tmp_path: Path) -> None:
    streets = draw(
        tmp_path,
        ([(0, 0), (100, 0)], {"highway": "motorway"}),
        ([(0, 0), (0, 100)], {"highway": "steps"}),
        ([(0, 100), (100, 100)], {"highway": "residential", "oneway": True, "lit": "yes"}),
        ([(0, 0), (50, 50)], {"waterway": "river", "highway": None}),
    )
    assert streets.classes == ("residential", "steps")
    assert streets.dropped == {"motorway is not walked": 1, "not a street": 1}
    assert streets.unused == ("lit", "waterway")
    assert (streets.backward_s > 0).all()  # a plain oneway binds those who drive


def test_the_same_streets_as_from_the_extract(tmp_path: Path) -> None:
    nodes: dict[int, Any] = {1: (0, 0), 2: (100, 0), 3: (100, 80), 4: (0, 80)}
    ways = {
        10: ([1, 2], {"highway": "residential", "oneway": "yes", "name": "A"}),
        11: ([2, 3], {"highway": "steps", "incline": "up"}),
        12: ([3, 4], {"highway": "trunk"}),
        13: ([4, 1], {"highway": "footway", "bridge": "yes", "layer": "1"}),
    }
    extract = read_osm_text(tmp_path, osm_xml(nodes, ways))
    drawn = draw(tmp_path, *(([nodes[n] for n in refs], tags) for refs, tags in ways.values()))
    assert facts(drawn) == facts(extract)


def facts(streets: Streets) -> list[Any]:
    """What the edges are, in an order that does not depend on the junctions' ids."""
    return [
        sorted(
            zip(
                streets.edge_class.tolist(),
                streets.name.tolist(),
                streets.level.tolist(),
                streets.bridge.tolist(),
                streets.length_m.round(3).tolist(),
                np.sort([streets.forward_s, streets.backward_s], axis=0)[0].round(2).tolist(),
                strict=True,
            )
        ),
        streets.dropped,
    ]


@pytest.mark.parametrize(
    ("fields", "kind", "name"),
    [
        ({"highway": ["residential", "steps"]}, "steps", ""),
        ({"highway": "['footway', 'residential']", "name": "['A', 'B']"}, "footway", "A / B"),
        ({"highway": "footway", "bridge": "['yes', 'viaduct']"}, "footway", ""),
        ({"highway": "footway", "name": "[sic]"}, "footway", "[sic]"),
        ({"highway": "trunk", "other_tags": '"foot"=>"yes","x"=>"a\\"b"'}, "trunk", ""),
        ({"highway": "footway", "level": 1.0, "oneway": True}, "footway", ""),
    ],
)
def test_what_exporters_make_of_tags(fields: dict[str, Any], kind: str, name: str) -> None:
    way = read_exported(fields)
    assert not isinstance(way, str)
    assert (way.edge_class, way.name) == (kind, name)


@pytest.mark.parametrize(
    "fields",
    [
        {"highway": ["residential", "motorway"]},
        {"highway": "['residential', 'motorway']"},
        {"highway": "footway", "access": ["yes", "private"]},
        {"highway": "footway", "other_tags": '"foot"=>"no"'},
        {"highway": "['residential', 'steps']", "foot": "no"},
    ],
)
def test_one_part_that_is_not_walked_closes_the_line(fields: dict[str, Any]) -> None:
    assert isinstance(read_exported(fields), str)


def test_a_class_of_our_own_goes_before_the_tag(tmp_path: Path) -> None:
    line = ([(0, 0), (100, 0)], {"class": "footway", "highway": "motorway"})
    assert draw(tmp_path, line).classes == ("footway",)


def layers(path: Path, names: dict[str, list[Any]]) -> Path:
    for name, shapes in names.items():
        frame = gpd.GeoDataFrame({"highway": "footway"}, index=range(len(shapes)), geometry=shapes)
        frame.geometry = shapely.transform(shapes, lambda xy: xy + ORIGIN)
        frame.set_crs(CRS).to_file(path, layer=name)
    return path


LINE, OTHER = shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(0, 0), (0, 50)])


def test_lines_are_told_from_points_in_a_geopackage(tmp_path: Path) -> None:
    """As OSMnx writes a graph: its nodes and its edges, in one file."""
    path = layers(tmp_path / "g.gpkg", {"nodes": [shapely.Point(0, 0)], "edges": [LINE]})
    assert read_streets(path, crs=CRS).n_edges == 1


def test_the_layer_called_streets_goes_first(tmp_path: Path) -> None:
    path = layers(tmp_path / "g.gpkg", {"rail": [OTHER], "streets": [LINE]})
    assert read_streets(path, crs=CRS).length_m.tolist() == pytest.approx([100], rel=1e-3)


def test_two_layers_of_lines_are_not_guessed_at(tmp_path: Path) -> None:
    path = layers(tmp_path / "g.gpkg", {"rail": [OTHER], "edges": [LINE]})
    with pytest.raises(InputError, match=r"several tables \(edges, rail\); call one 'streets'"):
        read_streets(path, crs=CRS)


def test_what_is_not_used_is_named(tmp_path: Path) -> None:
    draw(tmp_path, ([(0, 0), (100, 0)], {"highway": "footway", "lit": "yes", "width": 2}))
    done = run("streets", "info", tmp_path / "drawn.geojson")
    assert done.exit_code == 0
    assert "columns not used  lit, width" in done.output
