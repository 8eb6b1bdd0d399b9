"""Buildings, green, squares and stations of a drawn town become what its map is drawn on."""

import json
from pathlib import Path

import pytest
import shapely

from placement.plan.layers import load_plan
from tests.cli.running import run
from tests.starting.drawn_city import lonlat, write_city, write_route

BOXES = {
    # west, south, east, north in metres, and tags; the first two share a wall
    "building-w9001": ((-290, -290, -270, -270), {"building": "yes", "name": "Left"}),
    "w9002": ((-270, -290, -250, -270), {"building": "house"}),
    "building-w9003": ((-240, -290, -220, -270), {"building": "church", "name": "Igreja"}),
    "w9004": ((-200, -290, -180, -270), {"building": "roof"}),
    "w9005": ((-170, -290, -150, -270), {"building": "yes", "layer": "-1"}),
    "w9006": ((-140, -290, -138, -288), {"building": "shed"}),
    "green-w9007": ((-90, -290, -10, -210), {"leisure": "park", "name": "Jardim"}),
    "green-w9008": ((900, -100, 5000, 100), {"landuse": "forest"}),
}


def city(folder: Path, *, reverse: bool = False) -> Path:
    """Write the town with more on it, in either order."""
    path = write_city(folder / "city.osm", reverse=reverse)
    rows = []
    for at, (box, tags) in enumerate(BOXES.values()):
        ring = shapely.get_coordinates(shapely.box(*box).exterior)[:-1].tolist()
        ids = [9100 + 10 * at + corner for corner in range(4)]
        places = [lonlat((x, y)) for x, y in ring]
        nodes = "".join(
            f'<node id="{one}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"/>'
            for one, (lon, lat) in zip(ids, places, strict=True)
        )
        refs = "".join(f'<nd ref="{one}"/>' for one in [*ids, ids[0]])
        said = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        rows.append(f'{nodes}<way id="{9001 + at}" version="1">{refs}{said}</way>')
    more = "".join(reversed(rows) if reverse else rows)
    path.write_text(path.read_text("utf-8").replace("</osm>", f"{more}</osm>"), "utf-8")
    write_route(folder / "route.geojson", (-300.0, 0.0), (200.0, 0.0))
    return path


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    route = ("--route", folder / "route.geojson")
    done = run("background", city(folder), *route, "-o", folder / "background.geojson")
    assert done.exit_code == 0, done.output
    assert done.output == (
        f"2 building, 2 green, 1 square, 1 station, written to {folder}/background.geojson.\n"
    )
    return folder


def features(path: Path) -> dict[str, dict]:
    return {one["id"]: one for one in json.loads(path.read_text("utf-8"))["features"]}


def test_what_stands_above_the_ground_and_is_large_enough_is_there(found: Path) -> None:
    drawn = features(found / "background.geojson")
    named = {name: one["properties"]["name"] for name, one in drawn.items()}
    assert named == {
        "building-w9001": "",  # a block of two has the name of neither
        "building-w9003": "Igreja",
        "green-w9007": "Jardim",
        "green-w9008": "",
        "square-w400": "Praça Grande",
        "station-n3001": "Estação Velha",
    }
    block, wood = (shapely.from_geojson(json.dumps(drawn[name]["geometry"]))
                   for name in ("building-w9001", "green-w9008"))  # fmt: skip
    assert block.area == pytest.approx(
        2 * shapely.from_geojson(json.dumps(drawn["building-w9003"]["geometry"])).area, rel=1e-3
    )
    # the wood ends where the plan does
    assert wood.bounds[2] < lonlat((2_000.0, 0.0))[0]


def test_rows_in_another_order_give_the_same_bytes(found: Path, tmp_path: Path) -> None:
    route = ("--route", found / "route.geojson")
    other = city(tmp_path, reverse=True)
    assert run("background", other, *route, "-o", tmp_path / "b.geojson").exit_code == 0
    assert (tmp_path / "b.geojson").read_bytes() == (found / "background.geojson").read_bytes()


def test_a_begun_plan_has_the_same_background(found: Path, tmp_path: Path) -> None:
    route = ("--route", found / "route.geojson")
    done = run("init", tmp_path / "plan", "--from", found / "city.osm", *route)
    assert done.exit_code == 0, done.output
    written = (tmp_path / "plan" / "background.geojson").read_bytes()
    assert written == (found / "background.geojson").read_bytes()
    assert len(load_plan(tmp_path / "plan").background) == 6
