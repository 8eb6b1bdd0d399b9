"""The plan's coordinate system: chosen where it is not given, refused where it does not fit."""

from pathlib import Path

import numpy as np
import pytest

from placement.errors import InputError
from placement.plan.layers import load_plan
from tests.builders import Feature, point, write_plan

NO_CRS = {'crs = "EPSG:2154"\n': ""}
BARE = {"streets": None, "areas": None, "water": None, "route": None}


def at(lon: float, lat: float) -> dict[str, list[Feature] | None]:
    return {
        **BARE,
        "sites": [point(lon, lat, id="s")],
        "demand": [point(lon + 0.001, lat, id="d", people=1)],
    }


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        (2.35, 48.85, "EPSG:32631"),
        (-0.1, 51.5, "EPSG:32630"),
        (151.2, -33.9, "EPSG:32756"),
        (-43.2, -22.9, "EPSG:32723"),
        (179.9, 0.5, "EPSG:32660"),
        (-179.9, -0.5, "EPSG:32701"),
        (-179.9995, -17, "EPSG:32701"),
        (179.9995, -17, "EPSG:32760"),
        (15.63, 78.22, "EPSG:32633"),
        (9.5, 79.0, "EPSG:32633"),
        (8.5, 79.0, "EPSG:32631"),
        (21.5, 80.0, "EPSG:32635"),
        (34.0, 80.0, "EPSG:32637"),
        (5.32, 60.39, "EPSG:32632"),
        (5.32, 55.9, "EPSG:32631"),
        (10.0, 83.9, "EPSG:32633"),
        (10.0, 85.0, "EPSG:32661"),
        (10.0, 90.0, "EPSG:32661"),
        (166.67, -77.85, "EPSG:32758"),
        (0.0, -89.99, "EPSG:32761"),
        (10.0, -90.0, "EPSG:32761"),
    ],
)
def test_without_one_the_local_utm_zone_is_taken(
    lon: float, lat: float, crs: str, tmp_path: Path
) -> None:
    assert load_plan(write_plan(tmp_path, layers=at(lon, lat), replace=NO_CRS)).crs == crs


def test_the_zone_does_not_hang_on_the_order_of_the_rows(tmp_path: Path) -> None:
    sites = [point(5.9, 48.8, id="a"), point(6.3, 48.8, id="b"), point(6.2, 48.8, id="c")]
    for at_, rows in enumerate((sites, sites[::-1])):
        layers = {**BARE, "sites": rows, "demand": [point(6.1, 48.8, id="d", people=1)]}
        plan = load_plan(write_plan(tmp_path / str(at_), layers=layers, replace=NO_CRS))
        assert plan.crs == "EPSG:32632"


def test_the_route_counts_for_the_zone_too(tmp_path: Path) -> None:
    assert load_plan(write_plan(tmp_path, replace=NO_CRS)).crs == "EPSG:32631"


@pytest.mark.parametrize(
    "crs",
    [
        "+proj=tmerc +lat_0=48.85 +lon_0=2.35 +units=m",
        "EPSG:3035",
        "epsg:27572",
        "EPSG:2154+5720",
        "+init=epsg:2154",
    ],
)
def test_other_ways_to_name_one(crs: str, tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path, replace={"EPSG:2154": crs}))
    sites = plan.problem.sites
    north, south = sites.id.index("bridge-north"), sites.id.index("bridge-south")
    assert np.hypot(*(sites.xy[north] - sites.xy[south])) == pytest.approx(333.6, rel=0.005)


@pytest.mark.parametrize("crs", ["nonsense", "EPSG:4978", "EPSG:4979", "EPSG:5720", "{}"])
def test_what_is_no_plane_in_metres_is_refused(crs: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="field 'crs'"):
        load_plan(write_plan(tmp_path, replace={"EPSG:2154": crs}))


def test_a_demand_point_far_away_is_refused_too(tmp_path: Path) -> None:
    layers = {"demand": [point(2.35, -48.85, id="far", people=1)]}
    with pytest.raises(InputError, match=r"demand\.geojson, feature 'far': .* lies outside"):
        load_plan(write_plan(tmp_path, layers=layers))


def test_a_plan_too_wide_for_its_zone_is_refused(tmp_path: Path) -> None:
    layers = {
        **BARE,
        "sites": [point(-8.0, 0.0, id="west"), point(14.0, 0.0, id="east")],
        "demand": [point(3.0, 0.0, id="d", people=1)],
    }
    with pytest.raises(InputError, match="lies outside the area that EPSG:32631 is made for"):
        load_plan(write_plan(tmp_path, layers=layers, replace=NO_CRS))


def test_a_shape_that_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    sea = [
        {
            "type": "Feature",
            "properties": {"id": "all"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]],
            },
        }
    ]
    with pytest.raises(InputError, match="feature 'all': cannot be drawn in"):
        load_plan(write_plan(tmp_path, layers={"water": sea}))
