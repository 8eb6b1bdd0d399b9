"""Exports, each opened again by a reader that shares nothing with what wrote it."""

import csv
import hashlib
import json
import sqlite3
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import openpyxl
import pyogrio
import pyproj
import pytest
import shapely

import placement
from placement.errors import UsageError
from placement.exports.export import SUFFIXES, export
from placement.exports.sheets import harmless
from placement.exports.tables import layers_of
from placement.exports.vector import series
from placement.plan.problem import Plan
from placement.solution import Solution
from tests.builders import box, drawn_layers, line, write_plan
from tests.cli.running import run
from tests.cli.test_a_plan_for_each_rule import PLANS

HOSTILE = '=HYPERLINK("http://x";"<b>Été & fils</b>")\x0b'
GLOBE = pyproj.Geod(ellps="WGS84")
KML = {"k": "http://www.opengis.net/kml/2.2"}
GPX = {"g": "http://www.topografix.com/GPX/1/1"}
CLOSURES = [
    box(2.3515, 48.8526, 2.3525, 48.8534, id="works", name="@Works"),
    line((2.3530, 48.8465), (2.3530, 48.8475), id="gate", name="-Gate"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    """Return a plan with every layer and names that mean harm, and its solution."""
    folder = tmp_path_factory.mktemp("town")
    sites = drawn_layers()["sites"]
    for one in sites:
        if one["properties"]["id"] == "bridge-north":
            one["properties"]["name"] = HOSTILE
    plan = placement.load_plan(write_plan(folder, layers={"sites": sites, "closures": CLOSURES}))
    units = {"bridge-north/checkpoint": 3, "bridge-north/dog_team": 1, "south-west/checkpoint": 1}
    return plan, placement.evaluate(plan, units, bound=False).solution


def put(made: tuple[Plan, Solution], folder: Path, to: str, **options: str) -> Path:
    path = folder / f"export{SUFFIXES[to]}"
    placement.write_export(*made, path, to=to, **options)
    return path


def check_places(solution: Solution, found: dict[str, tuple[float, float]]) -> None:
    """Check that every post is there, within a decimetre of where it is."""
    assert sorted(found) == [post.id for post in solution.posts_list]
    for post in solution.posts_list:
        assert GLOBE.inv(post.lon, post.lat, *found[post.id])[2] < 0.1


def check_figures(solution: Solution, rows: list[dict[str, object]]) -> None:
    by_id = {row["id"]: row for row in rows}
    for post in solution.posts_list:
        for name in ("site", "resource", "units", "cost", "covered", "only"):
            assert str(getattr(post, name)) == str(by_id[post.id][name]), name


@pytest.mark.parametrize("to", ["gpkg", "geojson", "geoparquet"])
def test_layers_open_in_a_gis_with_all_figures(
    to: str, made: tuple[Plan, Solution], tmp_path: Path
) -> None:
    plan, solution = made
    path = put(made, tmp_path, to)
    found = (
        gpd.read_parquet(path)
        if to == "geoparquet"
        else gpd.read_file(path, **({"layer": "posts"} if to == "gpkg" else {}))
    )
    assert found.crs == "EPSG:4326"
    places = zip(found["id"], found.geometry.x, found.geometry.y, strict=True)
    check_places(solution, {name: (x, y) for name, x, y in places})
    check_figures(solution, found.to_dict("records"))
    assert HOSTILE in set(found["name"])
    assert plan.crs == "EPSG:2154"


@pytest.mark.slow
def test_every_layer_keeps_its_features_and_places_in_every_format(
    made: tuple[Plan, Solution], tmp_path: Path
) -> None:
    whole = {to: put(made, tmp_path, to) for to in ("gpkg", "kml")}
    for table in layers_of(*made, language="en"):
        files = [gpd.read_file(path, layer=table.name) for path in whole.values()]
        files += [
            gpd.read_file(put(made, tmp_path, "geojson", layer=table.name)),
            gpd.read_parquet(put(made, tmp_path, "geoparquet", layer=table.name)),
        ]
        for found in files:
            assert found.crs == "EPSG:4326"
            assert len(found) == len(table)
            for one, other in zip(found.geometry, table.geometries, strict=True):
                assert shapely.hausdorff_distance(one, other) < 9e-7  # degrees: a decimetre
        for found in (files[0], *files[2:]):
            for name, cells in table.columns.items():
                assert [str(cell) for cell in found[name]] == [
                    str(cell) for cell in series(cells)
                ], (table.name, name)


def test_a_geopackage_opens_drawn(made: tuple[Plan, Solution], tmp_path: Path) -> None:
    """Each layer has a style that QGIS takes by itself, and the file is a sound database."""
    path = put(made, tmp_path, "gpkg", language="fr")
    names = {"posts", "catchments", "areas", "route", "closures", "closed_lines"}
    layers = dict(pyogrio.list_layers(path).tolist())
    assert names | {"layer_styles"} == set(layers)
    assert layers["layer_styles"] is None
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        styles = database.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
        columns = dict(
            database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns")
        )
        (reach,) = database.execute("SELECT count(*) FROM catchments").fetchone()
        dates = {row[0] for row in database.execute("SELECT last_change FROM gpkg_contents")}
    database.close()
    assert {name: column for name, column, _, _ in styles} == columns
    assert all(default for _, _, _, default in styles)
    assert reach == len(made[1].posts_list)
    assert dates == {"2000-01-01T00:00:00.000Z"}
    drawn = {name: ET.fromstring(style) for name, _, style, _ in styles}  # noqa: S314 - ours
    kinds = {each.get("value"): each for each in drawn["posts"].iter("category")}
    assert set(kinds) == {"checkpoint", "dog_team"}
    assert kinds["dog_team"].get("label") == "Équipe cynophile"
    symbols = {each.get("name") for each in drawn["posts"].iter("symbol")}
    assert {each.get("symbol") for each in kinds.values()} <= symbols
    with sqlite3.connect(path) as database:
        fields = [row[1] for row in database.execute("PRAGMA table_info(posts)")]
    database.close()
    alias = {each.get("field"): each for each in drawn["posts"].iter("alias")}
    assert alias["covered"].get("name") == "personnes couvertes"
    assert fields[0] == "fid"
    for name, each in alias.items():  # the geometry is no field of QGIS
        assert [f for f in fields if f != "geom"][int(each.get("index"))] == name


def test_areas_tell_how_their_people_walk(made: tuple[Plan, Solution], tmp_path: Path) -> None:
    path = put(made, tmp_path, "gpkg")
    areas = gpd.read_file(path, layer="areas").set_index("id")
    for resource, by_area in made[1].areas.items():
        assert areas.loc["box-1", f"{resource}_within"] == by_area["box-1"].within
    assert areas.loc["box-1", "people"] == 500
    water = made[0].areas[0].lonlat
    assert areas.geometry.iloc[0].hausdorff_distance(water) < 1e-6


def test_google_earth_finds_folders_and_styles(made: tuple[Plan, Solution], tmp_path: Path) -> None:
    path = put(made, tmp_path, "kml")
    root = ET.parse(path).getroot()  # noqa: S314 - ours
    folders = {one.findtext("k:name", "", KML): one for one in root.iterfind(".//k:Folder", KML)}
    assert list(folders) == ["posts", "catchments", "areas", "route", "closures", "closed_lines"]
    styles = {one.get("id") for one in root.iterfind(".//k:Style", KML)}
    used = {one.text for one in root.iterfind(".//k:styleUrl", KML)}
    assert used <= {f"#{name}" for name in styles}
    places, rows = {}, []
    for mark in folders["posts"].iterfind("k:Placemark", KML):
        data = {
            one.get("name"): one.findtext("k:value", "", KML)
            for one in mark.iterfind(".//k:Data", KML)
        }
        rows.append(data)
        lon, lat = mark.findtext("k:Point/k:coordinates", "", KML).split(",")
        places[data["id"]] = (float(lon), float(lat))
    check_places(made[1], places)
    check_figures(made[1], rows)
    assert rows[0]["name"] == HOSTILE.replace("\x0b", "\ufffd")  # XML holds no such character
    by_gdal = {name: gpd.read_file(path, layer=name) for name, _ in pyogrio.list_layers(path)}
    assert {name: len(layer) for name, layer in by_gdal.items()} == {
        "posts": 3, "catchments": 3, "areas": 1, "route": 1, "closures": 1, "closed_lines": 1,
    }  # fmt: skip
    assert by_gdal["catchments"].geometry.is_valid.all()


def test_a_receiver_reads_the_waypoints(made: tuple[Plan, Solution], tmp_path: Path) -> None:
    path = put(made, tmp_path, "gpx")
    marks = ET.parse(path).getroot().findall("g:wpt", GPX)  # noqa: S314 - ours
    check_places(
        made[1],
        {m.findtext("g:name", "", GPX): (float(m.get("lon")), float(m.get("lat"))) for m in marks},
    )
    assert {m.findtext("g:cmt", "", GPX) for m in marks} == {"3 × lane", "1 × team", "1 × lane"}
    assert "Été & fils" in marks[0].findtext("g:desc", "", GPX)


def test_a_workbook_has_its_sheets_and_no_formula(
    made: tuple[Plan, Solution], tmp_path: Path
) -> None:
    _, solution = made
    book = openpyxl.load_workbook(put(made, tmp_path, "xlsx"))
    assert book.sheetnames == ["posts", "staffing", "areas", "assumptions"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}  # "f" is a formula
    rows = [dict(zip(*pair, strict=True)) for pair in pairs(book["posts"])]
    check_places(solution, {row["id"]: (row["lon"], row["lat"]) for row in rows})
    for post, row in zip(solution.posts_list, rows, strict=True):
        for name in ("units", "cost", "covered", "only"):
            assert row[name] == getattr(post, name)
    assert rows[0]["name"].startswith("'=HYPERLINK")
    told = {row["assumption"]: row["value"] for row in (
        dict(zip(*pair, strict=True)) for pair in pairs(book["assumptions"])
    )}  # fmt: skip
    assert (told["plan"], told["status"]) == ("drawn", "proposed")
    assert float(told["checkpoint: walk_limit_s"]) == 240
    walks = [dict(zip(*pair, strict=True)) for pair in pairs(book["areas"])]
    assert len(walks) == sum(len(by_area) for by_area in solution.areas.values())


def pairs(sheet: object) -> list[tuple[list[object], list[object]]]:
    head, *rows = ([cell.value for cell in row] for row in sheet.iter_rows())
    return [(head, row) for row in rows]


def test_staffing_is_told_period_by_period_with_lanes(tmp_path: Path) -> None:
    plan = placement.load_plan(PLANS / "lanes" / "plan.toml")
    solution = placement.read_solution(PLANS / "lanes" / "solution.geojson")
    book = openpyxl.load_workbook(put((plan, solution), tmp_path, "xlsx", language="fr"))
    assert book.sheetnames == ["postes", "effectifs", "zones", "hypothèses"]
    rows = [dict(zip(*pair, strict=True)) for pair in pairs(book["effectifs"])]
    gates = solution.lanes.gates
    periods = len(next(iter(gates.values())).sent)
    assert len(rows) == periods * len(solution.posts_list)
    for name, gate in gates.items():
        mine = [row for row in rows if row["identifiant"] == name]
        assert [row["personnes admises"] for row in mine] == pytest.approx(list(gate.admitted))
        assert (mine[0]["début"], mine[-1]["fin"]) == (solution.lanes.opens, solution.lanes.closes)


def test_a_table_is_read_by_any_program_and_evaluated_again(
    made: tuple[Plan, Solution], tmp_path: Path
) -> None:
    plan, solution = made
    path = put(made, tmp_path, "csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    check_places(solution, {row["id"]: (float(row["lon"]), float(row["lat"])) for row in rows})
    assert rows[0]["name"] == f"'{HOSTILE}"
    again = placement.evaluate(plan, path, bound=False).solution
    assert again.posts_list == solution.posts_list
    head = put(made, tmp_path, "csv", language="fr").read_text(encoding="utf-8").splitlines()[0]
    assert head.startswith("identifiant,emplacement,nom,moyen,type de poste,unités,")
    areas = put(made, tmp_path, "csv", layer="areas").read_text(encoding="utf-8")
    assert areas.splitlines()[1].startswith("box-1,Standing box 1,500,")


@pytest.mark.parametrize("text", ["=1+1", "+33 1", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_looks_like_a_formula_is_quoted(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"
    assert harmless(-2.5) == -2.5


@pytest.mark.parametrize("to", [*SUFFIXES])
def test_the_same_plan_gives_the_same_bytes(to: str, made: tuple[Plan, Solution]) -> None:
    first, second = (hashlib.sha256(export(*made, to=to)).hexdigest() for _ in range(2))
    assert first == second


def test_a_geopackage_does_not_count_how_often_it_was_written(made: tuple[Plan, Solution]) -> None:
    """SQLite's count of changes, which depends on the clock: GDAL writes again when it moves on."""
    content = export(*made, to="gpkg")
    assert int.from_bytes(content[24:28]) == int.from_bytes(content[92:96]) <= 2


def test_what_cannot_be_exported_is_refused_in_a_sentence(made: tuple[Plan, Solution]) -> None:
    for options, says in (
        ({"to": "dwg"}, "'dwg' is not a format"),
        ({"to": "csv", "layer": "lakes"}, "'lakes' is not a layer"),
        ({"to": "csv", "language": "de"}, "'de' is not a language"),
        ({"to": "kml", "layer": "areas"}, "a layer is chosen for csv"),
    ):
        with pytest.raises(UsageError, match=says):
            export(*made, **options)


def test_the_command_writes_beside_the_solution_and_over_no_other(
    town: Path, made: tuple[Plan, Solution]
) -> None:
    Path("posts.csv").write_text(
        "site,resource,units\nbridge-north,checkpoint,3\n", encoding="utf-8"
    )
    assert run("evaluate", "posts.csv", town, "--no-bound").exit_code == 0
    for to, suffix in SUFFIXES.items():
        done = run("export", "proposed.geojson", town, "--to", to, "--lang", "fr")
        assert done.exit_code == 0, done.stderr
        assert f"wrote drawn{suffix}" in done.stderr
        assert Path(f"drawn{suffix}").stat().st_size
    before = Path("proposed.geojson").read_bytes()
    for taken in ("proposed.geojson", town / "sites.geojson"):
        refused = run("export", "proposed.geojson", town, "--to", "geojson", "-o", taken)
        assert refused.exit_code == 3
        assert "suffix" not in refused.stderr
    assert Path("proposed.geojson").read_bytes() == before
    assert run("export", "proposed.geojson", town, "--to", "csv", "--of", "closures").exit_code == 2
    assert run("export", "proposed.geojson", town).exit_code == 2


def test_a_solution_that_does_not_hold_is_exported_only_unchecked_and_says_so(
    town: Path, made: tuple[Plan, Solution]
) -> None:
    placement.write_solution(made[1], "true.geojson")
    text = Path("true.geojson").read_text(encoding="utf-8")
    Path("lie.geojson").write_text(text.replace('"covered": ', '"covered": 9', 1), "utf-8")
    for to, suffix in SUFFIXES.items():
        options = ("lie.geojson", made[0].file, "--to", to, "--lang", "fr")
        refused = run("export", *options)
        assert refused.exit_code == 1
        assert refused.stderr.count("Error: the audit refused the solution") == 1
        assert not Path(f"drawn{suffix}").exists()
        done = run("export", *options, "--unchecked")
        assert done.exit_code == 0, done.stderr
        assert "Warning: the solution was not checked: its figures may not hold" in done.stderr
    layers = dict(pyogrio.list_layers("drawn.gpkg").tolist())
    assert {name for name in layers if name != "layer_styles"} == {
        f"{name} (not checked)"
        for name in ("posts", "catchments", "areas", "route", "closures", "closed_lines")
    }
    with sqlite3.connect("drawn.gpkg") as database:
        styled = {row[0] for row in database.execute("SELECT f_table_name FROM layer_styles")}
    database.close()
    assert styled == set(layers) - {"layer_styles"}
    root = ET.parse("drawn.kml").getroot()  # noqa: S314 - ours
    names = [one.findtext("k:name", "", KML) for one in root.iterfind(".//k:Folder", KML)]
    names.append(root.findtext("k:Document/k:name", "", KML))
    assert all(name.endswith(" (non vérifié)") for name in names)
    assert openpyxl.load_workbook("drawn.xlsx").sheetnames == [
        f"{name} (non vérifié)" for name in ("postes", "effectifs", "zones", "hypothèses")
    ]
    marks = ET.parse("drawn.gpx").getroot().findall("g:wpt", GPX)  # noqa: S314 - ours
    assert all(m.findtext("g:desc", "", GPX).startswith("non vérifié: ") for m in marks)
    with Path("drawn.csv").open(encoding="utf-8", newline="") as file:
        assert {row["vérifié"] for row in csv.DictReader(file)} == {"non"}
    for frame in (
        gpd.read_parquet("drawn.parquet"),
        gpd.read_file("drawn.geojson"),
        gpd.read_file("drawn.gpkg", layer="posts (not checked)"),
    ):
        assert set(frame["checked"]) == {"non"}


def test_routes_open_as_a_shapefile(town: Path, made: tuple[Plan, Solution]) -> None:
    """No field is a list, and no two names are one when they are cut to ten letters."""
    placement.write_routes(*made, "routes.geojson")
    routes = gpd.read_file("routes.geojson")
    routes.drop(columns="id").to_file("routes.shp", engine="pyogrio")
    again = gpd.read_file("routes.shp")
    assert len(again) == len(routes) > 0
    assert list(again["streets"].fillna("")) == list(routes["streets"])
    top = json.loads(Path("routes.geojson").read_text(encoding="utf-8"))
    assert any("; " in one["properties"]["streets"] for one in top["features"])
    assert shapely.equals_exact(again.geometry.to_numpy(), routes.geometry.to_numpy(), 1e-7).all()
