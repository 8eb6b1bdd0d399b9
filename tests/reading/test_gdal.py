"""Shapefile, KML, FlatGeobuf and XLSX are read as any other layer, and refused in one sentence."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
import shapely

from placement.errors import InputError
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.plan.table import POINTS, read_rows, read_table
from tests.builders import drawn_layers, write_plan
from tests.cli.running import run


@pytest.fixture(scope="module")
def frames() -> dict[str, gpd.GeoDataFrame]:
    layers = drawn_layers()
    for site in layers["sites"]:
        if "resources" in site["properties"]:
            site["properties"]["resources"] = ",".join(site["properties"]["resources"])
    return {
        name: gpd.GeoDataFrame.from_features(layers[name], crs="EPSG:4326")
        for name in ("sites", "demand", "areas", "streets", "water")
    }


def sheet(path: Path, frame: gpd.GeoDataFrame, *more: str) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Sheet"
    columns = [name for name in frame.columns if name != "geometry"]
    page.append(["lon", "lat", *columns])
    for _, row in frame.iterrows():
        cells = [None if row[name] != row[name] else row[name] for name in columns]
        page.append([row.geometry.x, row.geometry.y, *cells])
    for name in more:
        book.create_sheet(name)
    book.save(path)


def numbers(plan: Plan) -> tuple[Any, ...]:
    sites, demand = plan.problem.sites, plan.problem.demand
    return sites.id, sites.lonlat.round(6).tolist(), demand.id, demand.people.tolist()


@pytest.mark.parametrize("suffix", ["shp", "kml", "fgb", "xlsx"])
def test_a_plan_is_the_same_from_any_format(
    tmp_path: Path, frames: dict[str, gpd.GeoDataFrame], suffix: str
) -> None:
    usual = load_plan(write_plan(tmp_path / "town"))
    given: dict[str, str] = {}
    for name in ("sites", "demand", "areas", "streets", "water"):
        if suffix == "xlsx" and name not in {"sites", "demand"}:
            continue
        file = tmp_path / f"{name}.{suffix}"
        # a Shapefile's columns have ten characters
        frame = frames[name]
        frame = frame[[column for column in frame if suffix != "shp" or len(column) <= 10]]
        if suffix == "xlsx":
            sheet(file, frame)
        else:
            frame.to_file(file, driver={"shp": "ESRI Shapefile", "kml": "LIBKML"}.get(suffix))
        given[name] = str(file)
    assert numbers(load_plan(usual.file, layers=given)) == numbers(usual)
    told = run("check", usual.file, *(f"--layer={name}={file}" for name, file in given.items()))
    assert told.exit_code == 0, told.output


def test_a_multipoint_of_one_point_is_a_point(tmp_path: Path) -> None:
    layers = drawn_layers()
    for site in layers["sites"]:
        site["geometry"] = {
            "type": "MultiPoint", "coordinates": [site["geometry"]["coordinates"]],
        }  # fmt: skip
    path = write_plan(tmp_path, layers={"sites": layers["sites"]})
    assert numbers(load_plan(path)) == numbers(load_plan(write_plan(tmp_path / "usual")))
    layers["sites"][0]["geometry"]["coordinates"] *= 2
    path = write_plan(tmp_path / "two", layers={"sites": layers["sites"]})
    with pytest.raises(InputError, match="is a MultiPoint"):
        load_plan(path)


def test_names_serve_as_identifiers_in_kml(tmp_path: Path) -> None:
    file = tmp_path / "places.kml"
    place = "<Placemark><name>{}</name><Point><coordinates>{},48.85,30</coordinates></Point>"
    data = '<ExtendedData><Data name="people"><value>12</value></Data></ExtendedData></Placemark>'
    inner = "".join(place.format(name, lon) + data for name, lon in (("A", 2.35), ("B", 2.36)))
    file.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document>{inner}</Document></kml>",
        "utf-8",
    )
    table = read_table(file, layer="demand", kinds=POINTS)
    assert [(row.properties["id"], row.properties["people"]) for row in table.rows] == [
        ("A", "12"), ("B", "12"),
    ]  # fmt: skip
    assert not set(table.columns) & {"visibility", "tessellate", "extrude"}


def test_times_and_numbers_of_a_sheet_are_as_people_read_them(tmp_path: Path) -> None:
    import datetime as dt

    book = openpyxl.Workbook()
    book.active.title = "arrivals"
    for row in (
        ("profile", "begins", "share"),
        ("early", dt.time(17, 30), 0.5),
        ("late", "18:00", 1),
    ):
        book.active.append(row)
    book.create_sheet("other").append(("id", "lon", "lat"))
    book.save(tmp_path / "a.xlsx")
    columns, rows = read_rows(tmp_path / "a.xlsx", layer="arrivals")
    assert columns == ("profile", "begins", "share")
    assert [row.properties["begins"] for row in rows] == ["17:30", "18:00"]
    assert [row.properties["share"] for row in rows] == ["0.5", "1"]
    with pytest.raises(InputError, match="several layers"):
        read_table(tmp_path / "a.xlsx", layer="sites", kinds=POINTS)


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 80_000_000)


def _without(suffix: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        shapes = [shapely.Point(2.35, 48.85)]
        gpd.GeoDataFrame({"id": ["a"]}, geometry=shapes, crs="EPSG:4326").to_file(path)
        path.with_suffix(suffix).unlink()

    return make


BAD: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "no shapefile": ("a.shp", lambda path: path.write_bytes(b"{}"), "lacks its .shx file"),
    "no columns": ("a.shp", _without(".dbf"), "lacks its .dbf file"),
    "no system": ("a.shp", _without(".prj"), "has no coordinate system"),
    "no kml": ("a.kml", lambda path: path.write_text("{}"), "is not KML"),
    "other files": (
        "a.kml",
        lambda path: path.write_text('<OGRVRTDataSource><!-- <kml -->"x"</OGRVRTDataSource>'),
        "is not KML",
    ),
    "cut kml": ("a.kml", lambda path: path.write_text("<kml><Document><Pl"), "KML"),
    "conflict": ("a.kml", lambda path: path.write_text("<kml>\n<<<<<<< a\n"), "conflict"),
    "no sheet": ("a.xlsx", lambda path: path.write_text("a,b"), "is not XLSX"),
    "cut sheet": ("a.xlsx", lambda path: path.write_bytes(b"PK\x03\x04xx"), "is not XLSX"),
    "bomb": ("a.xlsx", _bomb, "MB when unpacked"),
    "no fgb": ("a.fgb", lambda path: path.write_bytes(struct.pack("4s", b"abcd")), "FlatGeobuf"),
    "cut fgb": ("a.fgb", lambda path: path.write_bytes(b"fgb\x03fgb\x00"), "has no layers"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_told_in_one_sentence(tmp_path: Path, case: str) -> None:
    name, make, words = BAD[case]
    make(tmp_path / name)
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / name, layer="sites", kinds=POINTS)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_sheet_without_places_says_so(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(("id", "lon"))
    book.active.append(("a", 2.35))
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="field 'lat': is missing"):
        read_table(tmp_path / "a.xlsx", layer="sites", kinds=POINTS)
