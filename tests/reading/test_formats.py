"""What each format may not hold: one sentence, little time and little memory."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from placement.errors import InputError
from placement.plan.layers import load_plan
from placement.plan.settings import read_settings
from placement.plan.table import POINTS, Table, read_table
from placement.reading import features, geopackage, geoparquet
from placement.reading.features import horizontal
from placement.reading.formats import read_features
from tests.builders import write_geojson, write_plan

PLACES = gpd.GeoDataFrame(
    {"id": ["a", "b", "c"], "people": [1, 2, 3]},
    geometry=[shapely.Point(2.35 + step / 1000, 48.85) for step in range(3)],
    crs="EPSG:4326",
)


def package(path: Path, *statements: str) -> Path:
    """A GeoPackage of three places, changed by statements."""
    PLACES.to_file(path, layer="places", SPATIAL_INDEX="NO")  # its triggers need GDAL
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path


def read(path: Path) -> Table:
    return read_table(path, layer="demand", kinds=POINTS)


def refusal(path: Path) -> str:
    with pytest.raises(InputError, match=path.name) as caught:
        read(path)
    return str(caught.value)


SOME = "(SELECT geom FROM old) AS geom"
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["UPDATE places SET id = CAST(x'c328' AS TEXT) WHERE fid = 2"], "'id': is not UTF-8 text"),
        (
            ["UPDATE places SET geom = substr(geom, 1, 20) WHERE fid = 2"],
            "'b': has a geometry that",
        ),
        (["UPDATE places SET geom = x'4750' WHERE fid = 2"], "'b': has a geometry that"),
        (["UPDATE places SET geom = 'POINT (1 2)' WHERE fid = 2"], "'b': has a geometry that"),
        (["UPDATE places SET geom = NULL WHERE fid = 2"], "'b': has no geometry"),
        (["UPDATE gpkg_geometry_columns SET srs_id = 0"], "no coordinate system"),
        (["UPDATE gpkg_geometry_columns SET srs_id = 77"], "no coordinate system"),
        (["UPDATE gpkg_geometry_columns SET column_name = 'x'"], "cannot be read as GeoPackage"),
        (["DELETE FROM gpkg_contents"], "has no table with geometries"),
        (["DELETE FROM places"], "has no features"),
        (
            [
                "ALTER TABLE places RENAME TO old",
                f"CREATE VIEW places AS {NUMBERS} SELECT i AS fid, {SOME} FROM n",
            ],
            "in the view 'places', more than is read of a layer",
        ),
        (
            [
                "ALTER TABLE places RENAME TO old",
                f"CREATE VIEW places AS {NUMBERS} SELECT count(*) AS id, NULL AS geom FROM n",
            ],
            "the view 'places' takes too long to be worked out; save it as a table",
        ),
        (
            [
                "ALTER TABLE places RENAME TO old",
                "CREATE VIEW places AS SELECT hex(zeroblob(900000000)) AS id, geom FROM old",
            ],
            "too big",
        ),
    ],
)
def test_a_geopackage_that_will_not_do(
    statements: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geopackage, "_MOST_VIEW_BYTES", 1 << 16)
    monkeypatch.setattr(geopackage, "_MOST_VIEW_STEPS", 1_000_000)
    assert said in refusal(package(tmp_path / "a.gpkg", *statements))


def test_a_view_of_a_table_is_read(tmp_path: Path) -> None:
    path = package(
        tmp_path / "a.gpkg",
        "ALTER TABLE places RENAME TO old",
        "CREATE VIEW places AS SELECT fid, id, geom, people * 2 AS people FROM old",
    )
    assert [row.properties["people"] for row in read(path).rows] == [2, 4, 6]


def test_a_database_writes_nothing_beside_itself(tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg")
    before = path.read_bytes()
    read(path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.gpkg"]
    assert path.read_bytes() == before


def test_whole_numbers_beside_missing_ones_stay_whole(tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg", "UPDATE places SET people = NULL WHERE fid = 1")
    found = [row.properties.get("people") for row in read(path).rows]
    assert found == [None, 2, 3]
    assert [type(one) for one in found[1:]] == [int, int]


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01\x01\x00\x00\x00\x00", b"\xff" * 21])
def test_short_geometries_in_a_geoparquet(blob: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    PLACES.to_parquet(path)
    table = pq.read_table(path)
    at = table.column_names.index("geometry")
    cells = [*table.column(at).to_pylist()[:2], blob]
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(cells)), path)
    assert "cannot be read as GeoParquet" in refusal(path)


def test_texts_that_a_parquet_file_repeats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes on disk, a gigabyte in memory: told before it is there."""
    monkeypatch.setattr(geoparquet, "MOST_LAYER_BYTES", 10_000_000)
    path = tmp_path / "a.parquet"
    count = 20_000
    frame = PLACES.iloc[[0] * count].reset_index(drop=True)
    frame["name"] = "n" * 1000
    frame.to_parquet(path)
    assert path.stat().st_size < 100_000
    assert "GB of texts, more than is read of a layer" in refusal(path)


def test_rows_without_end_in_a_parquet_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geoparquet, "MOST_CELLS", 8)
    PLACES.to_parquet(tmp_path / "a.parquet")
    assert "holds 9 values, more than is read of a layer" in refusal(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gpkg", b"PK\x03\x04" + b"\0" * 60),
        ("a.parquet", b"PK\x05\x06" + b"\0" * 18),
        ("a.csv", b"PK\x03\x04\xff"),
        ("a.geojson", b"PK\x03\x04"),
        ("a.zip", b"PK\x05\x06"),
    ],
)
def test_zip_files_under_other_names(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name).count("\n") == 0


def geojson(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def feature(properties: str = '{"id": "a"}', coordinates: str = "[2.35, 48.85]") -> str:
    geometry = f'{{"type": "Point", "coordinates": {coordinates}}}'
    one = f'{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}'
    return f'{{"type": "FeatureCollection", "features": [{one}]}}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            feature('{"id": "a", "people": 1, "people": 2}'),
            "feature 'a', field 'people': the key stands twice",
        ),
        (feature().replace('"features":', '"features": 1, "features":'), "stands twice"),
        (feature(coordinates='["2.35", "48.85"]'), "geometry that cannot be read"),
        (feature(coordinates='["٢", "٤"]'), "geometry that cannot be read"),
        (feature(coordinates="[true, 2]"), "geometry that cannot be read"),
        (feature(coordinates="[" * 900 + "]" * 900), "geometry that cannot be read"),
        (feature(coordinates="[1" + "0" * 5000 + ", 2]"), "geometry|finite"),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
        (feature('{"id": "\\ud800"}'), "half of a surrogate pair"),
    ],
)
def test_a_geojson_that_will_not_do(text: str, said: str, tmp_path: Path) -> None:
    told = refusal(geojson(tmp_path / "a.geojson", text))
    assert any(one in told for one in said.split("|"))


def test_a_number_of_5000_digits_is_too_large_and_told(tmp_path: Path) -> None:
    text = feature('{"id": "a", "people": ' + "9" * 5000 + "}")
    found = read(geojson(tmp_path / "a.geojson", text))
    assert found.rows[0].properties["people"] == float("inf")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("budget = " + "9" * 5000, "a number has too many digits"),
        ("budget = 0x" + "f" * 6000, "holds a number of too many digits"),
        ("x = " + "[" * 100_000, "is not valid TOML"),
        ("a." * 3000 + "b = 1", "nested|deep"),
    ],
)
def test_a_plan_file_that_will_not_do(line: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(line, "utf-8")
    with pytest.raises(InputError, match=said):
        read_settings(tmp_path)


def test_a_layer_name_of_100_000_letters(tmp_path: Path) -> None:
    path = write_plan(tmp_path, replace={"amount = 40": "amount = 40"})
    text = path.read_text("utf-8")
    path.write_text(text.replace('"sites.geojson"', f'"{"a" * 100_000}"'), "utf-8")
    with pytest.raises(InputError, match="is longer than 4096 characters") as caught:
        read_settings(path)
    assert len(str(caught.value)) < 3000


@pytest.mark.parametrize(("code", "kind"), [(5698, 2154), (7415, 28992), (4979, 4326)])
def test_heights_are_left_out_of_a_coordinate_system(code: int, kind: int) -> None:
    import pyproj

    assert horizontal(pyproj.CRS(code)).name == pyproj.CRS(kind).name


@pytest.mark.parametrize("suffix", ["gpkg", "parquet"])
@pytest.mark.parametrize("code", [5698, 5720, 4978])
def test_layers_with_heights_or_nothing_but_heights(code: int, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    frame = PLACES.to_crs(2154) if code == 5698 else PLACES
    frame = frame.set_crs(code, allow_override=True)
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path, layer="places")
    if code == 5698:
        assert shapely.get_coordinates(read(path).lonlat)[0] == pytest.approx([2.35, 48.85])
    else:
        assert refusal(path).count("\n") == 0


@pytest.mark.parametrize("crs", ["EPSG:5698", "EPSG:5720", "EPSG:4978", "EPSG:4979"])
def test_a_plan_in_a_system_with_heights(crs: str, tmp_path: Path) -> None:
    path = write_plan(tmp_path, replace={'"EPSG:2154"': f'"{crs}"'})
    if crs == "EPSG:5698":
        assert len(load_plan(path).problem.sites) == 6
        return
    with pytest.raises(InputError, match="field 'crs'"):
        load_plan(path)


def test_every_format_gives_the_same_features(tmp_path: Path) -> None:
    PLACES.to_file(tmp_path / "a.gpkg", layer="places")
    PLACES.to_parquet(tmp_path / "a.parquet")
    write_geojson(tmp_path / "a.geojson", json.loads(PLACES.to_json())["features"])
    found: list[Any] = [
        read_features(tmp_path / f"a.{suffix}", layer="places")
        for suffix in ("geojson", "gpkg", "parquet")
    ]
    for one in found:
        assert [row["people"] for row in one.properties] == [1, 2, 3]
        assert shapely.equals(one.geometries, PLACES.geometry.to_numpy()).all()
    assert features.MOST_CELLS > 0
