"""A plan of a drawn town, from its extract and a route, is whole and right, and solves as it is."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pyproj
import pytest
import shapely

from placement.plan.layers import load_plan
from placement.starting.first_crowd import shared_out
from placement.starting.street_names import told_apart
from placement.streets import read_streets
from placement.streets.fetch import question
from tests.cli.running import run
from tests.starting.drawn_city import LAT, LON, lonlat, write_city, write_empty, write_route

ROUTE = ((-300.0, 0.0), (200.0, 0.0), (400.0, 0.0))
TO_M = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32635", always_xy=True)


def features(path: Path) -> dict[str, dict]:
    return {one["id"]: one for one in json.loads(path.read_text("utf-8"))["features"]}


def metres(feature: dict) -> shapely.Geometry:
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    return shapely.transform(shape, lambda xy: np.column_stack(TO_M.transform(xy[:, 0], xy[:, 1])))


def spot(*xy: float) -> shapely.Geometry:
    return shapely.Point(TO_M.transform(*lonlat((xy[0], xy[1]))))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Begin a plan of the town, and return its folder."""
    folder = tmp_path_factory.mktemp("town")
    write_city(folder / "city.osm")
    write_route(folder / "route.geojson", *ROUTE)
    done = run("init", folder / "plan", "--from", folder / "city.osm", "--route",
               folder / "route.geojson", "--band", "150", "--people", "4321")  # fmt: skip
    assert done.exit_code == 0, done.output
    return folder / "plan"


def test_check_and_optimise_run_as_it_is(begun: Path) -> None:
    checked = run("check", begun, "--json")
    assert checked.exit_code == 0, checked.output
    report = json.loads(checked.stdout)
    assert report["warnings"] == []
    done = run("optimise", begun, "--out", begun.parent / "out")
    assert done.exit_code == 0, done.output
    assert "optimal" in done.output
    page = (begun.parent / "out" / "map.html").read_text("utf-8")
    assert "OpenStreetMap" in page
    assert "Desfile" in page


def begin(folder: Path, city: Path, *more: str) -> Path:
    write_route(folder / "route.geojson", (-300.0, 0.0), (-200.0, 0.0))
    done = run("init", folder / "plan", "--from", city, "--route", folder / "route.geojson", *more)
    assert done.exit_code == 0, done.output
    return folder / "plan"


def test_candidates_that_nobody_walks_to_are_left_out_and_told_of(tmp_path: Path) -> None:
    city = write_city(tmp_path / "city.osm")
    plan = begin(tmp_path, city, "--band", "540")
    found = run("candidates", city, "--route", tmp_path / "route.geojson", "--band", "540",
                "-o", tmp_path / "all.geojson")  # fmt: skip
    assert found.exit_code == 0, found.output
    missing = set(features(tmp_path / "all.geojson")) - set(features(plan / "sites.geojson"))
    assert missing
    assert f"\n{len(missing)} more are left out" in (plan / "README.md").read_text("utf-8")
    checked = run("check", plan, "--json")
    assert json.loads(checked.stdout)["warnings"] == []


def test_a_footway_of_no_network_behind_a_wall_holds_nobody(tmp_path: Path) -> None:
    """The street in front of the wall is near, and cannot be reached."""
    city = write_city(tmp_path / "city.osm")
    text = city.read_text("utf-8")
    nodes = {9000: (-285.0, 20.0), 9001: (-215.0, 20.0), 9002: (-290.0, 10.0), 9003: (-210.0, 10.0)}
    drawn = "".join(
        '<node id="{}" version="1" lon="{:.7f}" lat="{:.7f}"/>'.format(number, *lonlat(xy))
        for number, xy in nodes.items()
    )
    for way, key, value in ((9000, "highway", "footway"), (9002, "barrier", "wall")):
        ends = f'<nd ref="{way}"/><nd ref="{way + 1}"/>'
        drawn += f'<way id="{way}" version="1">{ends}<tag k="{key}" v="{value}"/></way>'
    open_text = drawn.replace('v="wall"', 'v="kerb"')
    for name, more in (("open", open_text), ("walled", drawn)):
        folder = tmp_path / name
        folder.mkdir()
        city = folder / "city.osm"
        city.write_text(text.replace("</osm>", f"{more}</osm>"), "utf-8")
        people = features(begin(folder, city) / "demand.geojson")
        assert ("street-w9000-1" in people) == (name == "open")


def test_a_level_that_no_plan_reads_is_left_out_of_a_wall(tmp_path: Path) -> None:
    city = write_city(tmp_path / "city.osm")
    fence = '<tag k="barrier" v="fence"/>'
    text = city.read_text("utf-8").replace(fence, f'{fence}<tag k="level" v="0.5"/>')
    city.write_text(text, "utf-8")
    checked = run("check", begin(tmp_path, city))
    assert checked.exit_code == 0, checked.output


def test_places_of_one_name_are_numbered_from_west_to_east() -> None:
    places = [("Rua X", shapely.Point(x, 0)) for x in (5, 1, 3)] + [("Rua Y", shapely.Point(0, 0))]
    assert told_apart(places) == ["Rua X (3)", "Rua X (1)", "Rua X (2)", "Rua Y"]


def test_lanes_can_be_switched_on_as_the_plan_file_says(begun: Path, tmp_path: Path) -> None:
    text = (begun / "plan.toml").read_text("utf-8")
    head, mark, rest = text.partition("# [resources.checkpoint.lanes]")
    block, gap, tail = (mark + rest).partition("\n\n")
    plain = "\n".join(line.removeprefix("# ") for line in block.splitlines())
    (begun / "lanes.toml").write_text(head + plain + gap + tail, "utf-8")
    plan = load_plan(begun / "lanes.toml")
    assert plan.settings.resources["checkpoint"].lanes is not None


def test_every_feature_says_its_source_accuracy_and_licence(begun: Path) -> None:
    layers = sorted(begun.glob("*.geojson"))
    assert len(layers) == 11
    for layer in layers:
        for feature in features(layer).values():
            said = feature["properties"]
            assert said["accuracy"] in {"mapped", "derived", "assumed"}
            own = layer.stem in {"route", "perimeter"}
            assert said["licence"] == ("the planner's own" if own else "ODbL-1.0")
            assert said["source"]
    for text in ("plan.toml", "README.md"):
        assert "OpenStreetMap contributors, ODbL" in (begun / text).read_text("utf-8")
    assert "ODbL" in read_streets(begun / "streets.parquet", crs=None).attribution


def test_people_are_conserved_to_one_and_stand_out_of_the_water(begun: Path) -> None:
    points = features(begun / "demand.geojson")
    areas = features(begun / "areas.geojson")
    counts = [one["properties"]["people"] for one in (*points.values(), *areas.values())]
    assert sum(counts) == 4321
    assert all(isinstance(count, int) and count > 0 for count in counts)
    water = shapely.union_all([metres(one) for one in features(begun / "water.geojson").values()])
    for one in (*points.values(), *areas.values()):
        assert shapely.area(shapely.intersection(metres(one), water)) == 0.0
        assert not shapely.within(metres(one), water)


@pytest.mark.parametrize("total", [1, 7, 1000, 99_999])
def test_people_are_shared_out_to_one(total: int) -> None:
    weight = np.random.default_rng(total).random(57) + 0.01
    counts = shared_out(total, weight)
    assert counts.sum() == total
    assert np.abs(counts - total * weight / weight.sum()).max() < 1.0


def test_the_sea_lies_on_the_right_of_its_coast_and_the_river_between_its_banks(
    begun: Path,
) -> None:
    water = features(begun / "water.geojson")
    assert {one["properties"]["name"] for one in water.values()} == {"Sea", "Rio"}
    sea = metres(water["sea"])
    assert shapely.contains(sea, spot(0.0, -430.0))
    assert not shapely.intersects(sea, spot(0.0, -370.0))
    assert not shapely.intersects(sea, spot(0.0, 0.0))
    assert shapely.contains(metres(water["w800"]), spot(300.0, 0.0))
    assert shapely.area(sea) == pytest.approx(1100.0 * 50.0, rel=0.02)


def test_a_railway_in_a_tunnel_is_left_out(begun: Path) -> None:
    assert set(features(begun / "rail.geojson")) == {"w600", "w602"}


def test_streets_are_cut_to_the_event_and_serve_those_without_steps(begun: Path) -> None:
    for step_free, speed in ((False, 1.34), (True, 0.69)):
        streets = read_streets(
            begun / "streets.parquet", crs="EPSG:32635", speed_m_s=speed, step_free=step_free
        )
        assert streets.n_edges > 50


REFUSED = {
    "route outside": "lies where the event is",
    "empty route": "it holds no lines",
    "people beyond count": "a whole number from 0 to 999999999",
    "polygons": "or give it with --perimeter",
    "no street": "nothing in it can be walked",
    "not empty": "is not overwritten",
    "no place": "--route FILE, --perimeter FILE or --around",
    "no extract": "not from a .geojson",
    "people": "--people takes from 1",
    "hair-wide band": "--band takes from 1 to 20,000 metres",
    "endless margin": "--margin takes from 1 to 20,000 metres",
    "circle of a point": "--around takes from 1 to 20,000 metres",
    "route without from": "name its extract with --from",
    "damaged": "cannot be read to its end",
    "lines for a perimeter": "or give it with --route",
    "outside by a circle": "lies where the event is",
}

OUT_OF_RANGE = {
    "people": ("--people", "0"),
    "people beyond count": ("--people", "99999999999"),
    "hair-wide band": ("--band", "1e-300"),
    "endless margin": ("--margin", "1e20"),
}
CIRCLES = {"circle of a point": "2.35,48.85,1e-9", "outside by a circle": "2.35,48.85,300"}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_gets_one_sentence_and_nothing_is_written(case: str, tmp_path: Path) -> None:
    extract = write_city(tmp_path / "city.osm")
    route = write_route(tmp_path / "route.geojson", *ROUTE)
    folder = tmp_path / "plan"
    words: list[str | Path] = ["--from", extract, "--route", route]
    if case == "route outside":
        write_route(route, (40_000.0, 0.0), (40_500.0, 0.0))
    elif case == "empty route":
        write_empty(route)
    elif case == "polygons":
        write_route(route, (0, 0), (100, 0), (100, 100), (0, 0), kind="Polygon")
    elif case == "no street":
        write_city(extract, leave_out=[*range(90, 560)])
    elif case == "not empty":
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")
    elif case == "no place":
        words = ["--from", extract]
    elif case == "no extract":
        words = ["--from", route, "--route", route]
    elif case in OUT_OF_RANGE:
        words += OUT_OF_RANGE[case]
    elif case == "route without from":
        words = ["--route", route]
    elif case == "damaged":
        extract.write_text(extract.read_text("utf-8")[:3000], "utf-8")
    elif case == "lines for a perimeter":
        words = ["--from", extract, "--perimeter", route]
    elif case in CIRCLES:
        words = ["--from", extract, "--around", CIRCLES[case]]
    before = sorted(tmp_path.rglob("*"))
    done = run("init", folder, *words)
    assert done.exit_code in {2, 3}, done.output
    assert REFUSED[case] in done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("Error: ")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("825880, 5425700", "(825880, 5.4257e+06) is not a longitude and latitude in degrees"),
        ("Infinity, 43.71", "has coordinates that are not finite numbers"),
        ("NaN, 43.71", "has "),  # shapely warns of it too, which is an error in tests
    ],
)
@pytest.mark.parametrize("command", ["init", "candidates", "streets fetch"])
def test_a_route_that_is_not_in_degrees_is_refused_by_its_feature(
    command: str, place: str, words: str, tmp_path: Path
) -> None:
    extract = write_city(tmp_path / "city.osm")
    route = tmp_path / "route.geojson"
    route.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": "r"}, '
        f'"geometry": {{"type": "LineString", "coordinates": [[{place}], [7.42, 43.73]]}}}}]}}',
        "utf-8",
    )
    out = tmp_path / "sites.osm"
    done = run(*{
        "init": ("init", tmp_path / "plan", "--from", extract, "--route", route),
        "candidates": ("candidates", extract, "--route", route, "-o", tmp_path / "s.geojson"),
        "streets fetch": ("streets", "fetch", "--around", route, "-o", out),
    }[command])  # fmt: skip
    assert done.exit_code == 3, done.output
    assert f"{route}, feature 'r': {words}" in done.stderr


def test_hostile_names_become_plain_ones(tmp_path: Path) -> None:
    evil = 'A\u202eB\u0007"</script>`|\n# x' + "y" * 400
    extract = write_city(tmp_path / "city.osm", names={100: "Rua\u200b \u202eRTL </script>"})
    route = write_route(tmp_path / "route.geojson", *ROUTE, name=evil)
    folder = tmp_path / 'p"l\\an ü'
    done = run("init", folder, "--from", extract, "--route", route, "--band", "150")
    assert done.exit_code == 0, done.output
    plan = load_plan(folder)
    assert plan.settings.name == "p-l-an-u"
    assert plan.settings.title_by_language()["en"].startswith('AB"</script>`| # xy')
    texts = [path.read_text("utf-8") for path in folder.iterdir() if path.suffix != ".parquet"]
    assert not any(letter in text for text in texts for letter in "\u202e\u200b\u0007")


def test_a_circle_and_a_perimeter_begin_plans_too(tmp_path: Path) -> None:
    extract = write_city(tmp_path / "city.osm", bounds=False)
    done = run("init", tmp_path / "circle", "--from", extract, "--around", f"{LON},{LAT},160")
    assert done.exit_code == 0, done.output
    corners = ((-160, -160), (160, -160), (160, 160), (-160, 160), (-160, -160))
    ring = write_route(tmp_path / "ring.geojson", *corners, kind="Polygon")
    done = run("init", tmp_path / "ring", "--from", extract, "--perimeter", ring)
    assert done.exit_code == 0, done.output
    for name in ("circle", "ring"):
        plan = load_plan(tmp_path / name)
        assert len(plan.problem.sites) > 4
        (drawn,) = features(tmp_path / name / "perimeter.geojson").values()
        (shown,) = features(tmp_path / name / "route.geojson").values()
        gap = shapely.hausdorff_distance(shapely.boundary(metres(drawn)), metres(shown))
        assert gap < 0.01
        sea = metres(features(tmp_path / name / "water.geojson")["sea"])
        assert shapely.contains(sea, spot(0.0, -420.0))
        assert not shapely.intersects(sea, spot(0.0, 0.0))


def test_the_town_of_the_tutorial_is_the_one_drawn_here(tmp_path: Path) -> None:
    shown = Path(__file__).parents[2] / "data" / "geo" / "drawn-town"
    drawn = write_city(tmp_path / "town.osm").read_text("utf-8")
    assert (shown / "town.osm").read_text("utf-8") == drawn
    route = write_route(tmp_path / "route.geojson", *ROUTE).read_text("utf-8")
    assert (shown / "route.geojson").read_text("utf-8") == route


def test_a_street_between_two_nodes_of_one_place_is_kept_and_read_again(tmp_path: Path) -> None:
    ways = "".join(
        f'<way id="{number}" version="1"><nd ref="{a}"/><nd ref="{b}"/>'
        f'<tag k="highway" v="{kind}"/></way>'
        for number, a, b, kind in ((1, 1, 2, "path"), (2, 2, 3, "service"), (3, 3, 4, "path"))
    )
    nodes = "".join(
        f'<node id="{number}" version="1" lon="{lon}" lat="60.17"/>'
        for number, lon in ((1, 24.95), (2, 24.951), (3, 24.951), (4, 24.952))
    )
    extract = tmp_path / "one-place.osm"
    extract.write_text(f'<osm version="0.6">{nodes}{ways}</osm>', "utf-8")
    assert run("streets", "read", extract, "-o", tmp_path / "kept.parquet").exit_code == 0
    kept = read_streets(tmp_path / "kept.parquet", crs=None)
    assert (kept.length_m == 0.0).sum() == 1


def answered(extract: Path, ground: shapely.Geometry) -> str:
    """What an Overpass server sends: the drawn town's objects that the question selects."""
    root = ET.parse(extract).getroot()  # noqa: S314 - our own file
    asked = re.findall(
        r"^  (node|way|relation)((?:\[[^]]*\])+)\(poly", question(ground), re.MULTILINE
    )
    assert len(asked) == question(ground).count("(poly:")
    chosen = set()
    for kind, tags in asked:
        wanted = re.findall(r'\["(\w+)"(?:(=|~)"([^"]*)")?\]', tags)
        assert tags.count("[") == len(wanted)
        for one in root.iter(kind):
            has = {tag.get("k"): tag.get("v") for tag in one.iter("tag")}
            if all(
                key in has
                and (not how or (has[key] == value if how == "=" else re.search(value, has[key])))
                for key, how, value in wanted
            ):
                chosen.add(one)
    refs = {nd.get("ref") for one in chosen for nd in one.iter("nd")}
    chosen |= {node for node in root.iter("node") if node.get("id") in refs}
    body = "".join(ET.tostring(one, "unicode") for one in root if one in chosen)
    return f'<?xml version="1.0"?><osm version="0.6"><note>ODbL</note>{body}</osm>'


def test_what_is_fetched_makes_the_same_plan_as_the_whole_extract(
    begun: Path, tmp_path: Path
) -> None:
    whole, part = begun.parent / "city.osm", tmp_path / "city.osm"
    part.write_text(answered(whole, shapely.box(24.9, 60.1, 25.0, 60.2)), "utf-8")
    done = run("init", tmp_path / "plan", "--from", part, "--route", begun.parent / "route.geojson",
               "--band", "150", "--people", "4321")  # fmt: skip
    assert done.exit_code == 0, done.output
    for layer in sorted(begun.glob("*.geojson")):
        if layer.stem != "water":  # the sea ends with the extract, which is known by its streets
            assert (tmp_path / "plan" / layer.name).read_bytes() == layer.read_bytes(), layer.name
    water = features(tmp_path / "plan" / "water.geojson")
    assert {one["properties"]["name"] for one in water.values()} == {"Sea", "Rio"}


def test_a_plan_begun_with_its_cordon_pays_for_the_barriers_and_seals_every_way(
    begun: Path, tmp_path: Path
) -> None:
    done = run("init", tmp_path / "plan", "--from", begun.parent / "city.osm", "--cordon",
               "--around", f"{LON},{LAT},160", "--people", "4321")  # fmt: skip
    assert done.exit_code == 0, done.output
    ways = json.loads((tmp_path / "plan" / "ways.geojson").read_text("utf-8"))["features"]
    assert len(ways) > 3
    checked = run("check", tmp_path / "plan", "--json")
    assert json.loads(checked.stdout)["warnings"] == []
    solved = run("optimise", tmp_path / "plan", "--out", tmp_path / "out")
    assert solved.exit_code == 0, solved.output
    assert re.search(rf"sealed +asked {len(ways)} +reached {len(ways)}", solved.output)
    # a fence across a square may come in pieces that no line of the network passes
    file = tmp_path / "plan" / "ways.geojson"
    text = file.read_text("utf-8")
    for name, (x, y) in {"inside": (151.0, 42.0), "roof": (-40.0, 50.0)}.items():
        ends = [list(lonlat((x, y))), list(lonlat((x + 0.5, y)))]
        drawn = {"type": "LineString", "coordinates": ends}
        facts = {"id": name, "kind": "fence", "price": 2}
        ways.append({"type": "Feature", "properties": facts, "geometry": drawn})
    file.write_text(json.dumps({"type": "FeatureCollection", "features": ways}), "utf-8")
    (doubt,) = json.loads(run("check", tmp_path / "plan", "--json").stdout)["warnings"]
    assert "cross no street on their level are paid all the same: roof;" in doubt
    file.write_text(text, "utf-8")
    ways = ways[:-2]
    # no route was given: nothing calls the line of the perimeter one
    for told in ("plan.toml", "README.md"):
        assert "the line of the perimeter: no route" in (tmp_path / "plan" / told).read_text(
            "utf-8"
        )
    page = (tmp_path / "out" / "map.html").read_text("utf-8")
    assert re.search(r'"route": ?\[\{"id": ?"perimeter"', page)
    table = (tmp_path / "plan" / "README.md").read_text("utf-8")
    assert re.search(rf"`ways.geojson` \\| the fewest .* \\| {len(ways)} \\|", table)
    refused = run("init", tmp_path / "starter", "--cordon")
    assert "--cordon is for a plan of a city" in refused.stderr
