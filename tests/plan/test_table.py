"""One layer, every format: the same rows whatever the file, and no file taken for another."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from placement.errors import InputError
from placement.plan.layers import load_plan
from placement.plan.table import POINTS, POLYGONS, read_table
from tests.builders import box, drawn_layers, feature, point, write_geojson, write_plan


def frame_of(layer: str) -> gpd.GeoDataFrame:
    features = drawn_layers()[layer]
    return gpd.GeoDataFrame.from_features(features, crs="EPSG:4326")


def write_as(frame: gpd.GeoDataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".csv":
        table = frame.drop(columns="geometry")
        table.assign(lon=frame.geometry.x, lat=frame.geometry.y).to_csv(path, index=False)
    else:
        frame.to_file(path)
    return path


def same_problem(one: Any, other: Any) -> None:
    """Assert equal arrays; metres may differ by rounding where the file was in metres."""
    for part in ("sites", "demand"):
        left, right = getattr(one.problem, part), getattr(other.problem, part)
        for name in left.__slots__:
            a, b = getattr(left, name), getattr(right, name)
            if name in {"xy", "lonlat"}:
                np.testing.assert_allclose(a, b, rtol=0, atol=1e-6)
            elif isinstance(a, np.ndarray):
                assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), name
            else:
                assert a == b, name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suffix", "crs"),
    [
        (".gpkg", "EPSG:4326"),
        (".gpkg", "EPSG:2154"),
        (".parquet", "EPSG:4326"),
        (".parquet", "EPSG:2154"),
        (".csv", "EPSG:4326"),
    ],
)
def test_points_are_the_same_in_every_format(
    suffix: str, crs: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write_plan(tmp_path)
    sites = frame_of("sites")
    sites["resources"] = [
        ",".join(one) if isinstance(one, list) else one for one in sites.resources
    ]
    layers = {
        "sites": write_as(sites.to_crs(crs), tmp_path / f"places{suffix}"),
        "demand": write_as(frame_of("demand").to_crs(crs), tmp_path / f"people{suffix}"),
    }
    same_problem(load_plan(path, layers=layers), load_plan(path))
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_lists_survive_parquet_and_the_texts_that_a_geopackage_makes_of_them(
    tmp_path: Path,
) -> None:
    path = write_plan(tmp_path)
    frame_of("sites").to_parquet(tmp_path / "places.parquet")
    texts = frame_of("sites")
    texts["resources"] = [
        json.dumps(one) if isinstance(one, list) else one for one in texts.resources
    ]
    texts.to_file(tmp_path / "places.gpkg")
    for name in ("places.parquet", "places.gpkg"):
        same_problem(load_plan(path, layers={"sites": tmp_path / name}), load_plan(path))


def test_a_geopackage_may_hold_the_whole_plan(tmp_path: Path) -> None:
    path = write_plan(tmp_path)
    whole = tmp_path / "whole.gpkg"
    for name in ("demand", "areas"):
        frame_of(name).to_file(whole, layer=name)
    same_problem(load_plan(path, layers={"demand": whole, "areas": whole}), load_plan(path))
    with pytest.raises(InputError, match=r"several tables \(.*demand.*\); call one 'water'"):
        load_plan(path, layers={"water": whole})


def test_whole_numbers_in_a_file_are_identifiers(tmp_path: Path) -> None:
    path = write_plan(tmp_path)
    frame = frame_of("demand").assign(id=np.arange(10) + 7)
    write_as(frame, tmp_path / "people.parquet")
    plan = load_plan(path, layers={"demand": tmp_path / "people.parquet"})
    assert {"7", "12", "16"} <= set(plan.problem.demand.id)
    texts = [point(2.35, 48.8515, id=number, people=1) for number in (7, 12.0, "007")]
    plan = load_plan(path, layers={"demand": write_geojson(tmp_path / "d.json", texts)})
    assert {"7", "12", "007"} <= set(plan.problem.demand.id)


def test_an_identifier_may_stand_beside_the_properties(tmp_path: Path) -> None:
    features = [{**point(2.35, 48.85, name="x"), "id": "beside"}]
    table = read_table(write_geojson(tmp_path / "a.geojson", features), layer="sites", kinds=POINTS)
    assert table.rows[0].name == "beside"


def test_a_third_coordinate_is_dropped(tmp_path: Path) -> None:
    features = [feature("Point", [2.35, 48.85, 33.0], {"id": "high"})]
    table = read_table(write_geojson(tmp_path / "a.geojson", features), layer="sites", kinds=POINTS)
    assert not shapely.has_z(table.lonlat).any()


def test_a_layer_without_a_coordinate_system_is_refused(tmp_path: Path) -> None:
    path = write_plan(tmp_path)
    for name in ("people.gpkg", "people.parquet"):
        frame = frame_of("demand").set_crs(None, allow_override=True)
        if name.endswith("gpkg"):
            with pytest.warns(UserWarning, match="crs"):
                frame.to_file(tmp_path / name)
        else:
            frame.to_parquet(tmp_path / name)
        with pytest.raises(InputError, match="has no coordinate system; set it when you write"):
            load_plan(path, layers={"demand": tmp_path / name})


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
@pytest.mark.parametrize("kept", [0, 3, 50, 100, 3000, -200, -1])
def test_a_file_cut_short_is_refused_without_noise(
    suffix: str, kept: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write_plan(tmp_path)
    whole = write_as(frame_of("demand"), tmp_path / f"whole{suffix}").read_bytes()
    (tmp_path / f"cut{suffix}").write_bytes(whole[:kept])
    with pytest.raises(InputError, match=f"cut{suffix}: "):
        load_plan(path, layers={"demand": tmp_path / f"cut{suffix}"})
    assert capfd.readouterr() == ("", "")


def test_a_geopackage_damaged_in_the_middle_is_refused(tmp_path: Path) -> None:
    path = write_plan(tmp_path)
    file = write_as(frame_of("demand"), tmp_path / "people.gpkg")
    content = bytearray(file.read_bytes())
    content[4096 : 4096 * 3] = b"\xa5" * 8192
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"damaged or cut short|cannot be read"):
        load_plan(path, layers={"demand": file})


def test_a_plain_table_is_no_layer(tmp_path: Path) -> None:
    path = write_plan(tmp_path)
    frame_of("demand").drop(columns="geometry").to_parquet(tmp_path / "people.parquet")
    with pytest.raises(InputError, match="cannot be read as GeoParquet"):
        load_plan(path, layers={"demand": tmp_path / "people.parquet"})


def test_csv_of_a_spreadsheet(tmp_path: Path) -> None:
    """Semicolons, a byte order mark, line ends of two characters, a line break in quotes."""
    text = (
        '\ufeffid;lon;lat;name;people\r\n1;2.35;48.8515;"a; b\r\nc";12\r\n'
        "\r\n2;2.351;48.8515;;3\r\n"
    )
    file = tmp_path / "people.csv"
    file.write_bytes(text.encode())
    table = read_table(file, layer="demand", kinds=POINTS)
    assert [row.name for row in table.rows] == ["1", "2"]
    assert table.rows[0].properties["name"] == "a; b\r\nc"
    assert "name" not in table.rows[1].properties
    assert shapely.get_coordinates(table.lonlat).tolist() == [[2.35, 48.8515], [2.351, 48.8515]]


@pytest.mark.parametrize(
    "text",
    ["", "id,lon,lat\n", "id,lon,lat,id\na,1,2,b\n", "id,lon,lat\na,nan,1\n", "lon,lat,id\n"],
)
def test_csv_that_will_not_do(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.csv"):
        read_table(tmp_path / "a.csv", layer="demand", kinds=POINTS)


def one_feature(geometry: str, properties: str = '{"id": 1}') -> str:
    feature = f'{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}'
    return f'{{"type": "FeatureCollection", "features": [{feature}]}}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[" * 100_000,
        '{"a": ' + "1" * 5000 + "}",
        '{"type": "FeatureCollection", "features": 3}',
        '{"type": "FeatureCollection", "features": [null]}',
        one_feature("null", "[1]"),
        one_feature('{"type": "Polygon", "coordinates": 3}', "[]"),
        one_feature('{"type": "Polygon", "coordinates": [[[1, 1], [2, 2]]]}'),
        one_feature('{"type": "Polygon", "coordinates": [[[1, 1], [NaN, 2], [3, 1], [1, 1]]]}'),
        one_feature('{"type": "Polygon", "coordinates": [[[1, 1], [1e999, 2], [3, 1], [1, 1]]]}'),
        one_feature('{"type": "GeometryCollection", "geometries": []}'),
        one_feature("[1, 2]"),
    ],
)
def test_geojson_that_will_not_do(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.geojson"):
        read_table(tmp_path / "a.geojson", layer="water", kinds=POLYGONS)


def test_names_are_kept_as_they_are(tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)> {{6*7}} \u2028 \u202e \\ " + "é" * 300
    features = [box(2.344, 48.849, 2.356, 48.851, id="river", name=name)]
    plan = load_plan(write_plan(tmp_path, layers={"water": features}))
    assert plan.water[0].name == name


def test_a_database_without_geometries_is_no_layer(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "people.gpkg")) as database:
        database.execute("CREATE TABLE people (id TEXT)")
        database.commit()
    with pytest.raises(InputError, match=r"people\.gpkg: (has no table|cannot be read)"):
        read_table(tmp_path / "people.gpkg", layer="demand", kinds=POINTS)


def test_a_file_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    for name, method in (("a.gpkg", "open"), ("a.parquet", "open"), ("a.csv", "open")):
        (tmp_path / name).touch()
        with monkeypatch.context() as patch:
            patch.setattr(Path, method, refuse)
            with pytest.raises(InputError, match="Permission denied"):
                read_table(tmp_path / name, layer="demand", kinds=POINTS)
