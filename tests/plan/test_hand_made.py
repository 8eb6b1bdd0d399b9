"""Posts chosen by hand: every kind of file means the same, and what is off is one sentence."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import MultiPoint, Point

import placement
from placement.errors import InputError, UsageError
from placement.plan.hand_made import HandMade, read_posts
from placement.plan.problem import Plan
from tests.builders import NORTH, write_geojson, write_plan

HEAD = "site,lon,lat,resource,units\n"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return placement.load_plan(write_plan(tmp_path_factory.mktemp("town")))


def read(plan: Plan, given: object, **options: float) -> HandMade:
    return read_posts(given, plan.problem, crs=plan.crs, **options)


def named(plan: Plan, found: HandMade) -> dict[str, int]:
    return {plan.problem.post_id(*post): units for post, units in found.units.items()}


def csv(folder: Path, text: str) -> Path:
    path = folder / "posts.csv"
    path.write_text(text, encoding="utf-8")
    return path


EXPECTED = {"bridge-north/checkpoint": 3, "bridge-north/dog_team": 1, "north-east/checkpoint": 1}


def frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"resource": ["checkpoint", "dog_team", "checkpoint"], "units": [3, 1, 1]},
        geometry=[Point(2.3501, NORTH[0]), Point(2.3501, NORTH[0]), Point(2.3539, NORTH[1])],
        crs="EPSG:4326",
    )


def test_every_kind_of_file_means_the_same(plan: Plan, tmp_path: Path) -> None:
    by_name = csv(
        tmp_path, "site;resource;units\nbridge-north;checkpoint;3\nbridge-north;dog_team;1\n"
        "north-east;checkpoint;1\n",
    )  # fmt: skip
    assert named(plan, read(plan, by_name)) == EXPECTED
    by_place = csv(
        tmp_path, f"{HEAD},2.3501,{NORTH[0]},checkpoint,3\n,2.3501,{NORTH[0]},dog_team,\n"
        "north-east,,,checkpoint,1\n",
    )  # fmt: skip
    assert named(plan, read(plan, by_place)) == EXPECTED
    layer = frame()
    for suffix, write in (
        (".geojson", layer.to_file),
        (".gpkg", lambda path: layer.to_crs("EPSG:2154").to_file(path)),
        (".parquet", layer.to_parquet),
        (".shp", layer.to_file),
        (".fgb", layer.to_file),
        (".kml", lambda path: layer.to_file(path, driver="LIBKML")),
    ):
        path = tmp_path / f"layer{suffix}"
        write(path)
        assert named(plan, read(plan, path)) == EXPECTED, suffix
    assert named(plan, read(plan, layer)) == EXPECTED
    for rows in (by_name, by_place):
        sheet = tmp_path / "posts.xlsx"
        pd.read_csv(rows, sep=None, engine="python").to_excel(sheet, index=False)
        assert named(plan, read(plan, sheet)) == EXPECTED
    table = pd.DataFrame({"lon": layer.geometry.x, "lat": layer.geometry.y, **layer[["resource"]]})
    assert set(named(plan, read(plan, table))) == set(EXPECTED)
    assert named(plan, read(plan, EXPECTED)) == EXPECTED
    pieces = layer.set_geometry([MultiPoint([point]) for point in layer.geometry])
    assert named(plan, read(plan, pieces)) == EXPECTED


def test_features_of_a_solution_are_known_by_their_identifier(plan: Plan, tmp_path: Path) -> None:
    top = {"type": "FeatureCollection", "features": []}
    for post in EXPECTED:
        one = {"type": "Feature", "id": post, "geometry": None, "properties": {"units": 2}}
        site = post.partition("/")[0]
        lonlat = plan.problem.sites.lonlat[plan.problem.sites.id.index(site)]
        one["geometry"] = {"type": "Point", "coordinates": [*lonlat.tolist(), 31.5]}
        top["features"].append(one)
    path = tmp_path / "edited.geojson"
    path.write_text(json.dumps(top), encoding="utf-8")
    assert named(plan, read(plan, path)) == dict.fromkeys(EXPECTED, 2)


def test_a_point_that_was_moved_counts_and_is_told(plan: Plan, tmp_path: Path) -> None:
    """Within the distance of its site it is still there; beyond, it is at the site it lies near."""
    row = "bridge-north,{lon},{lat},checkpoint,1\n"
    still = read(plan, csv(tmp_path, HEAD + row.format(lon=2.35012, lat=NORTH[0])))
    assert (named(plan, still), still.notes) == ({"bridge-north/checkpoint": 1}, ())
    gone = read(plan, csv(tmp_path, HEAD + row.format(lon=2.35391, lat=NORTH[1])))
    assert named(plan, gone) == {"north-east/checkpoint": 1}
    assert "away from its site 'bridge-north', is taken for the site 'north-east'" in gone.notes[0]


def test_a_point_is_taken_for_the_nearest_site_within_the_distance(
    plan: Plan, tmp_path: Path
) -> None:
    path = csv(tmp_path, f"{HEAD},2.3540,{NORTH[1]},checkpoint,1\n")  # 7.3 m east of north-east
    assert named(plan, read(plan, path, snap_m=8)) == {"north-east/checkpoint": 1}
    with pytest.raises(
        InputError, match="more than 7 m from every site; the nearest is 'north-eas"
    ):
        read(plan, path, snap_m=7)


def test_of_sites_near_a_point_one_that_takes_the_resource_is_meant(
    plan: Plan, tmp_path: Path
) -> None:
    halfway = csv(tmp_path, f"{HEAD},2.3482,{(48.8471 + NORTH[0]) / 2:.5f},dog_team,1\n")
    assert named(plan, read(plan, halfway, snap_m=1000)) == {"bridge-south/dog_team": 1}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("bridge,,,checkpoint,1", ["'1'", "field 'site'", "'bridge' is not a site", "write"]),
        (",,,checkpoint,1", ["has neither a site nor a place"]),
        (",2.35,,checkpoint,1", ["field 'lat'", "degrees from -90 to 90"]),
        (',"2,35",48.85,checkpoint,1', ["field 'lon'", "with a decimal point"]),
        (",48.85,248,checkpoint,1", ["field 'lat'"]),
        ("bridge-north,,,gate,1", ["field 'resource'", "'gate' is not a resource"]),
        ("bridge-north,,,,1", ["field 'resource'", "is missing", "checkpoint, dog_team"]),
        ("bridge-north,,,checkpoint,0", ["field 'units'", "whole number from 1"]),
        ("bridge-north,,,checkpoint,1.5", ["field 'units'", "whole number"]),
        ("bridge-north,,,checkpoint,two", ["field 'units'", "is not a number"]),
        (",2.40,48.85,checkpoint,1", ["more than 25 m from every site", "--snap"]),
        ("bridge-north,,,checkpoint,1\nbridge-north,,,checkpoint,2", ["is there twice"]),
    ],
)  # fmt: skip
def test_what_is_off_is_one_sentence(
    text: str, says: list[str], plan: Plan, tmp_path: Path
) -> None:
    path = csv(tmp_path, f"{HEAD}{text}\n")
    with pytest.raises(InputError) as caught:
        read(plan, path)
    sentence = str(caught.value)
    for words in [str(path), *says]:
        assert words.replace("'1'", "'row 1'") in sentence


def test_no_rows_several_points_and_other_types_are_refused(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no rows"):
        read(plan, csv(tmp_path, HEAD))
    with pytest.raises(InputError, match=r"posts\.csv"):
        read(plan, tmp_path / "nowhere" / "posts.csv")
    with pytest.raises(InputError, match="has no features"):
        read(plan, write_geojson(tmp_path / "none.geojson", []))
    two = frame().set_geometry([MultiPoint([(2.35, 48.85), (2.36, 48.85)])] * 3)
    with pytest.raises(InputError, match="is 2 points; draw a feature for each post"):
        read(plan, two)
    with pytest.raises(UsageError, match="of type int"):
        read(plan, 7)
    with pytest.raises(UsageError, match="snap_m is -1"):
        read(plan, EXPECTED, snap_m=-1)


def test_a_column_that_looks_misspelt_is_told(plan: Plan, tmp_path: Path) -> None:
    path = csv(tmp_path, "site,resource,unit\nbridge-north,checkpoint,3\n")
    found = read(plan, path)
    assert named(plan, found) == {"bridge-north/checkpoint": 1}
    assert found.notes == ("posts.csv: column 'unit' is not used; did you mean 'units'?",)


def drawn_anew(**told: object) -> dict[str, object]:
    """Return the posts as a program writes them that keeps nothing but columns and points."""
    top = json.loads(frame().to_json())
    for one in top["features"]:
        del one["id"]
    return top | told


def of_geojson_io() -> str:
    top = drawn_anew(bbox=[2.3, 48.8, 2.4, 48.9])
    for number, one in enumerate(top["features"]):
        one |= {"id": number, "bbox": [2.3, 48.8, 2.4, 48.9]}
        one["properties"] |= {"marker-color": "#f00", "marker-size": "medium", "Notes": "ok?"}
        one["geometry"]["coordinates"].append(0)
    return json.dumps(top, indent=2)


def of_qgis() -> str:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    top = drawn_anew(name="posts", crs=crs, xy_coordinate_resolution=1e-6)
    for number, one in enumerate(top["features"]):
        one["properties"] |= {"fid": number, "site": None, "id": None}
        one["geometry"] = {"type": "MultiPoint", "coordinates": [one["geometry"]["coordinates"]]}
    return json.dumps(top)


def of_a_text_editor() -> str:
    text = json.dumps(drawn_anew(title="Mine", description=None, metadata={"by": ["me"]}), indent=1)
    text = text.replace('"features"', '/* the\nposts */ "features"')
    return ("\ufeff// by me: see http://x\n" + text).replace("\n", "\r\n")


def of_a_careless_hand() -> str:
    top = drawn_anew()
    for one in top["features"]:
        told = one["properties"]
        one["properties"] = {"Resource": f" {told['resource']} ", "UNITS": f"{told['units']}.0"}
    return json.dumps(top)


@pytest.mark.parametrize("write", [of_geojson_io, of_qgis, of_a_text_editor, of_a_careless_hand])
def test_what_programs_and_people_write_beside_the_posts_is_no_hindrance(
    write: Callable[[], str], plan: Plan, tmp_path: Path
) -> None:
    path = tmp_path / "posts.geojson"
    path.write_text(write(), encoding="utf-8", newline="")
    assert named(plan, read(plan, path)) == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        (
            "\ufeffSite,Resource,Units\r\nbridge-north,checkpoint,3\r\nbridge-north,dog_team,1\r\n"
            "north-east,checkpoint,1\r\n\r\n  \r\n,,\r\n"
        ),
        (
            "site\tresource\tunits\nbridge-north\tcheckpoint\t3\nbridge-north\tdog_team\t1\n"
            "north-east\tcheckpoint\t1\n"
        ),
        (
            "id;unit;label\nbridge-north/checkpoint;lane;=A1\nbridge-north/dog_team;team;B\n"
            "north-east/checkpoint;lane;C\n"
        ),
        # what a GIS was given in lon and lat is not where the point was moved to
        (
            f"X,Y,resource,units,lon,lat\n2.3501,{NORTH[0]},checkpoint,3,2.1,48\n"
            f"2.3501,{NORTH[0]},dog_team,1,2.1,48\n2.3539,{NORTH[1]},checkpoint,1,2.1,48\n"
        ),
        (
            f"WKT;resource;units\nPOINT (2.3501 {NORTH[0]});checkpoint;3\n"
            f"POINT Z (2.3501 {NORTH[0]} 35);dog_team;1\n"
            f"MULTIPOINT ((2.3539 {NORTH[1]}));checkpoint;1\n"
        ),
    ],
    ids=["Excel", "tabs", "identifiers", "QGIS X and Y", "QGIS WKT"],
)
def test_tables_of_spreadsheets_and_of_a_gis_are_read(
    text: str, plan: Plan, tmp_path: Path
) -> None:
    expected = EXPECTED if "units" in text.lower() else EXPECTED | {"bridge-north/checkpoint": 1}
    path = tmp_path / "posts.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert named(plan, read(plan, path)) == expected


@pytest.mark.parametrize("point", ["LINESTRING (2 48, 3 48)", "POINT EMPTY", "2.35 48.85"])
def test_wkt_that_is_no_point_is_refused(point: str, plan: Plan, tmp_path: Path) -> None:
    path = csv(tmp_path, f"WKT;resource\n{point};checkpoint\n")
    with pytest.raises(InputError, match="field 'WKT': is not a point in WKT"):
        read(plan, path)
