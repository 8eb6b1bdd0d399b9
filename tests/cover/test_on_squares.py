"""Posts and people on a square: the plan, its audit, its routes and its catchments agree."""

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyproj
import pytest
import shapely

from placement.cover.catchments import rings
from placement.cover.detours import stood_on
from placement.cover.routes import routes
from placement.cover.survey import survey
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from tests.builders import point, write_plan
from tests.cover.test_open_ground import agreed
from tests.streets.draw import _BACK, CRS, at
from tests.streets.test_squares import SQUARE, in_sight, square

_FORTH = pyproj.Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
HOLE = [(130.0, 100.0), (170.0, 100.0), (170.0, 200.0), (130.0, 200.0)]


class Opened(NamedTuple):
    site: str
    resource: str


def spot(x: float, y: float, **properties: Any) -> dict[str, Any]:
    (lon, lat) = _BACK.transform(*at((x, y))[0])
    return point(lon, lat, **properties)


def area(*corners: tuple[float, float], **properties: Any) -> dict[str, Any]:
    ring = [_BACK.transform(*at(corner)[0]) for corner in (*corners, corners[0])]
    geometry = {"type": "Polygon", "coordinates": [[list(each) for each in ring]]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def fence(*places: tuple[float, float], name: str = "fence") -> dict[str, Any]:
    line = [list(_BACK.transform(*at(each)[0])) for each in places]
    drawn = {"type": "LineString", "coordinates": line}
    return {"type": "Feature", "properties": {"id": name}, "geometry": drawn}


def planned(folder: Path, **layers: Any) -> Plan:
    """A square with a building in its middle; posts and people on it and in the streets."""
    square(folder, SQUARE, [HOLE], [(0, 0), (300, 0), (300, 300), (0, 300)], name="Market")
    (drawn,) = folder.glob("*.osm")
    usual = {
        "sites": [spot(80, 150, id="west"), spot(320, 320, id="street"), spot(0, 150, id="rim")],
        "demand": [
            spot(220, 150, id="behind", people=10),
            spot(40, 150, id="before", people=20),
            spot(80, 150, id="there", people=5, step_free=1),
            spot(250, 250, id="corner", people=7, step_free=1),
        ],
        "areas": None,
    }
    plan = load_plan(write_plan(folder, layers={**usual, **layers}))
    return replace(plan, streets=drawn)


@pytest.mark.parametrize(
    "layers",
    [
        {},
        {"closures": [area((200, 100), (210, 100), (210, 290), (200, 290), id="stage")]},
        {"closures": [fence((0, 0), (300, 300))]},
        {"closures": [fence((0, 0), (60, 100), (60, 160))]},
        {"water": [area((100, 20), (110, 20), (110, 290), (100, 290), id="basin")]},
        {"crowd": [area((0, 0), (120, 0), (120, 300), (0, 300), id="fans", density=3)]},
    ],
    ids=["open", "closure", "fence", "short fence", "water", "crowd"],
)
def test_the_audit_walks_the_same_walks(tmp_path: Path, layers: dict[str, Any]) -> None:
    agreed(planned(tmp_path, **layers))


def test_walks_are_straight_or_round_the_building(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    found = agreed(plan)
    kind = plan.problem.resources[0]
    table = found.walk[kind.id].toarray() * 1.34
    site, crowd = (
        {name.split("~")[0]: n for n, name in enumerate(points.id)}
        for points in (plan.problem.sites, plan.problem.demand)
    )
    by_corner = 2 * np.hypot(50, 50) + 40
    assert table[crowd["behind"], site["west"]] == pytest.approx(by_corner, abs=0.3)
    assert table[crowd["before"], site["west"]] == pytest.approx(40, abs=0.1)
    assert table[crowd["there"], site["west"]] == 0
    assert table[crowd["before"], site["rim"]] == pytest.approx(40, abs=0.1)
    assert stood_on(found, ["Market", "elsewhere"]) == [True, False]


def test_basins_and_walls_are_walked_round(tmp_path: Path) -> None:
    """By people on the square and by those who cross it from street to street."""
    basin = [(100.0, 60.0), (120.0, 60.0), (120.0, 280.0), (100.0, 280.0)]
    wall = [(60.0, 0.0), (60.0, 120.0)]
    people = {"behind": (125.0, 150.0), "before": (40.0, 100.0), "street": (0.0, 0.0)}
    posts = {"west": (80.0, 150.0), "corner": (128.0, 98.0)}
    plan = planned(
        tmp_path,
        water=[area(*basin, id="basin")],
        barriers=[fence(*wall)],
        sites=[spot(*xy, id=name) for name, xy in posts.items()],
        demand=[spot(*xy, id=name, people=10) for name, xy in people.items()],
    )
    found = agreed(plan)
    table = found.walk[plan.problem.resources[0].id].toarray() * 1.34
    surface = shapely.Polygon(SQUARE, [HOLE, basin]) - shapely.LineString(wall).buffer(0.05)
    site = {name: n for n, name in enumerate(plan.problem.sites.id)}
    for row, name in enumerate(plan.problem.demand.id):
        for post, xy in posts.items():
            wanted = in_sight(surface, people[name], xy)
            assert table[row, site[post]] == pytest.approx(wanted, abs=0.6), (name, post)


def test_routes_and_catchments_start_where_the_post_stands(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    kind = plan.problem.resources[0]
    post = Opened("west", kind.id)
    ways = routes(plan, [post])
    assert len(ways) > 0
    for way in ways:
        metres = shapely.length(shapely.transform(
            way.line, lambda xy: np.column_stack(_FORTH.transform(*xy.T))
        ))  # fmt: skip
        walking = plan.settings.walking
        speed_m_s = walking.step_free_speed_m_s if way.step_free else walking.speed_m_s
        assert metres == pytest.approx(way.walk_s * speed_m_s, abs=0.5)
    (ring,) = rings(plan, [post], minutes=[0.5])
    assert ring.shape.area == pytest.approx(np.pi * (30 * 1.34) ** 2, rel=0.04)
    assert len(survey(plan).unsnapped_sites) == 0
