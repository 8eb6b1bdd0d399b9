"""A plan at the antimeridian or a pole has the figures it has anywhere else."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import osmium
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from placement.auditing.audit import audit
from placement.cover.routes import routes
from placement.cover.survey import survey
from placement.errors import InputError
from placement.maps.webmap import map_page
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.review.drawn import catchments_text, routes_text
from placement.solution import Solution
from placement.solve.questions.max_cover import optimise
from placement.streets import read_streets
from tests.builders import box, line, point, write_geojson, write_plan
from tests.moved import FORMS, Form, moved_crs, moved_layers, replaced_crs

NO_TOWN: Mapping[str, None] = dict.fromkeys(("streets", "areas", "water", "route"))
EITHER_SIDE = {
    "sites": [point(179.9995, -17, id="west")],
    "demand": [point(-179.9995, -17, id="east", people=10)],
}
#: What cuts ways around the bridge's meridian.
CUTTING = {
    "closures": [
        box(2.3494, 48.8526, 2.3506, 48.8534, id="closed"),
        line((2.3490, 48.8515), (2.3512, 48.8515), id="oneway", oneway="yes"),
    ],
    "rail": [line((2.3485, 48.8522), (2.3515, 48.8522), id="rail")],
}
GEODESIC_M = Geod(ellps="WGS84").inv(179.9995, -17, -179.9995, -17)[2]


def moved(folder: Path, east: float, form: Form, *, streets: bool) -> Plan:
    layers = moved_layers(east, 0.0, form=form, more=CUTTING)
    return load_plan(
        write_plan(
            folder,
            layers=layers if streets else {**layers, "streets": None},
            replace=replaced_crs(moved_crs(east)),
        )
    )


@cache
def at_home(*, streets: bool) -> tuple[Plan, Solution]:
    with TemporaryDirectory() as folder:
        plan = moved(Path(folder), 0.0, "jumping", streets=streets)
        survey(plan)
        return plan, optimise(plan)


@pytest.mark.slow
@given(
    offset=st.integers(-60, 60).map(lambda step: step * 1e-4),
    form=st.sampled_from(FORMS),
    streets=st.booleans(),
)
@settings(max_examples=6, deadline=None)
def test_moving_a_plan_over_the_antimeridian_changes_no_figure(
    offset: float,
    form: Form,
    streets: bool,
) -> None:
    home, wanted = at_home(streets=streets)
    with TemporaryDirectory() as folder:
        plan = moved(Path(folder), 177.65 + offset, form, streets=streets)
        here, there = survey(home), survey(plan)
        assert plan.problem.demand.id == home.problem.demand.id
        for resource in here.walk:
            np.testing.assert_allclose(
                there.walk[resource].toarray(), here.walk[resource].toarray(), atol=0.05
            )
        for mine, theirs in zip(plan.water, home.water, strict=True):
            assert mine.xy.area == pytest.approx(theirs.xy.area, rel=1e-5)
        found = optimise(plan)
        assert found.objective == pytest.approx(wanted.objective)
        assert found.cost == wanted.cost
        for resource, coverage in wanted.coverage.items():
            assert found.coverage[resource].covered == pytest.approx(coverage.covered)


@pytest.mark.slow
@pytest.mark.parametrize("crs", ['crs = "EPSG:3460"', ""])
def test_fiji_walks_a_hundred_metres_and_not_around_the_globe(crs: str, tmp_path: Path) -> None:
    road = line((179.999, -17), (179.9995, -17), (-179.9995, -17), (-179.999, -17), id="road")
    split = [
        line((179.999, -17), (179.9995, -17), (180, -17), id="a"),
        line((-180, -17), (-179.9995, -17), (-179.999, -17), id="b"),
    ]
    for name, streets in {"none": None, "jumping": [road], "split": split}.items():
        plan = load_plan(
            write_plan(
                tmp_path / name,
                layers={**NO_TOWN, **EITHER_SIDE, "streets": streets},
                replace=replaced_crs(crs),
            )
        )
        found = survey(plan).walk["checkpoint"].toarray()[0, 0]
        walking = plan.settings.walking
        detour = walking.detour_factor if streets is None else 1.0
        # a plane is off by 1% at most
        assert found * walking.speed_m_s / detour == pytest.approx(GEODESIC_M, rel=0.002)
        assert np.abs(plan.problem.sites.lonlat[:, 0]).max() <= 180
        assert np.abs(plan.problem.demand.lonlat[:, 0]).max() <= 180


OSM = """<osm version="0.6">
<node id="1" lat="-17" lon="179.9995"/><node id="2" lat="-17" lon="180"/>
<node id="3" lat="-17" lon="-180"/><node id="4" lat="-17" lon="-179.9995"/>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way>
<way id="2"><nd ref="3"/><nd ref="4"/><tag k="highway" v="footway"/></way>
</osm>
"""


@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf"])
def test_an_extract_that_ends_streets_at_the_antimeridian_is_joined_there(
    suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / "fiji.osm"
    path.write_text(OSM, encoding="utf-8")
    if suffix == ".osm.pbf":
        path = tmp_path / "fiji.osm.pbf"
        with osmium.SimpleWriter(str(path)) as writer:
            for item in osmium.FileProcessor(str(tmp_path / "fiji.osm")):
                writer.add(item)
    streets = read_streets(path, crs=None)
    assert streets.crs == "EPSG:32701"
    assert streets.n_edges == 1
    assert streets.length_m[0] == pytest.approx(GEODESIC_M, rel=1e-6)


@pytest.mark.slow
def test_files_keep_to_180_degrees_and_are_cut_there(tmp_path: Path) -> None:
    plan = load_plan(
        write_plan(
            tmp_path,
            layers=moved_layers(177.65, -65.85, form="split"),
            replace=replaced_crs('crs = "EPSG:3460"'),
        )
    )
    solution = optimise(plan)
    assert audit(plan, solution).ok
    catchments = shapely.from_geojson(catchments_text(plan, solution))
    ways = shapely.from_geojson(routes_text(routes(plan, solution.posts_list)))
    for drawn in (catchments, ways):
        parts = shapely.get_parts(shapely.get_parts(drawn))
        bounds = shapely.bounds(parts)
        assert bounds[:, 0].min() >= -180
        assert bounds[:, 2].max() <= 180
        assert (bounds[:, 2] - bounds[:, 0]).max() < 0.1
    assert shapely.get_parts(catchments).size
    assert shapely.is_valid(shapely.get_parts(catchments)).all()


def test_svalbard_has_its_wide_zone_and_true_lengths(tmp_path: Path) -> None:
    layers = moved_layers(15.63 - 2.35, 78.22 - 48.85, wide=3.0)
    plan = load_plan(write_plan(tmp_path / "a", layers=layers, replace=replaced_crs("")))
    assert plan.crs == "EPSG:32633"
    found = survey(plan).walk["checkpoint"]
    assert found.nnz > 0
    assert optimise(plan).objective > 0
    # 20.5° E lies 5.5° from the zone's meridian: still in 33X, still true to 1%
    edge = {"sites": [point(20.5, 78.9, id="s")], "demand": [point(20.503, 78.9, id="d", people=1)]}
    plan = load_plan(
        write_plan(tmp_path / "b", layers={**NO_TOWN, **edge}, replace=replaced_crs(""))
    )
    assert plan.crs == "EPSG:32633"
    long_m = Geod(ellps="WGS84").inv(20.5, 78.9, 20.503, 78.9)[2]
    apart = np.hypot(*(plan.problem.sites.xy[0] - plan.problem.demand.xy[0]))
    assert apart == pytest.approx(long_m, rel=0.01)


@pytest.mark.parametrize(("lat", "crs"), [(89.9995, "EPSG:32661"), (-89.9995, "EPSG:32761")])
def test_a_site_at_a_pole_is_walked_to_from_all_sides(lat: float, crs: str, tmp_path: Path) -> None:
    pole = float(np.copysign(90, lat))
    around = [(lon, lat) for lon in (-180.0, -90.0, 0.0, 90.0)]
    area = {
        "type": "Feature",
        "properties": {"id": "camp", "people": 40},
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[lon, lat] for lon in (-180, -120, -60, 0, 60, 120, 180)]],
        },
    }
    layers = {
        **NO_TOWN,
        "sites": [point(0, pole, id="pole")],
        "demand": [point(*at, id=f"d{n}", people=1) for n, at in enumerate(around)],
        "areas": [area],
        "streets": [line(one, (0, pole), id=f"s{n}") for n, one in enumerate(around)],
    }
    plan = load_plan(write_plan(tmp_path, layers=layers, replace=replaced_crs("")))
    assert plan.crs == crs
    away_m = Geod(ellps="WGS84").inv(0, lat, 0, pole)[2]
    walk = survey(plan).walk["checkpoint"].toarray()
    speed = plan.settings.walking.speed_m_s
    points = [n for n, name in enumerate(plan.problem.demand.id) if name.startswith("d")]
    np.testing.assert_allclose(walk[points, 0] * speed, away_m, rtol=0.01)
    assert plan.problem.demand.people.sum() == 44
    solution = optimise(plan)
    assert solution.objective > 0
    ground = shapely.get_parts(shapely.from_geojson(catchments_text(plan, solution)))
    assert len(ground)
    assert shapely.is_valid(ground).all()
    assert shapely.intersects(ground, shapely.Point(123.4, pole)).all()
    places = json.loads(map_page(plan, solution).partition('id="plan-data">')[2].partition("<")[0])
    assert np.abs([post["at"] for post in places["posts"]]).max() < 0.01
    assert places["bounds"][2] - places["bounds"][0] < 0.01


def test_a_plan_too_wide_for_its_zone_is_refused_with_the_remedy(tmp_path: Path) -> None:
    wide = {
        "sites": [point(176, -17, id="a"), point(-176, -17, id="b")],
        "demand": [point(176, -17, id="d", people=1)],
    }
    with pytest.raises(InputError, match=r"lies outside the area that EPSG:32\d+ is made for"):
        load_plan(write_plan(tmp_path, layers={**NO_TOWN, **wide}, replace=replaced_crs("")))


def test_a_shape_that_crosses_itself_after_the_jump_is_refused(tmp_path: Path) -> None:
    bow = box(0, 0, 1, 1, id="bow", name="bow")
    ring = [[179.9, -17], [-179.9, -16.9], [179.9, -16.9], [-179.9, -17], [179.9, -17]]
    bow["geometry"]["coordinates"] = [ring]
    layers = {**NO_TOWN, **EITHER_SIDE, "water": [bow]}
    with pytest.raises(InputError, match="feature 'bow': has an invalid geometry"):
        load_plan(write_plan(tmp_path, layers=layers, replace=replaced_crs("")))


def test_the_network_of_both_sides_is_kept_and_read_again(tmp_path: Path) -> None:
    from placement.streets.store import write_streets

    road = line((179.9995, -17), (-179.9995, -17), id="road")
    write_geojson(tmp_path / "road.geojson", [road])
    streets = read_streets(tmp_path / "road.geojson", crs="EPSG:3460")
    write_streets(streets, tmp_path / "road.arrow")
    kept = read_streets(tmp_path / "road.arrow", crs="EPSG:3460")
    assert kept.length_m[0] == streets.length_m[0] == pytest.approx(GEODESIC_M, rel=1e-6)
