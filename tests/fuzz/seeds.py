"""Good inputs of every kind that is read: what the fuzzer damages."""

import bz2
import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import pyogrio
import shapely
from click.testing import CliRunner

from placement.cli import place
from placement.streets import read_streets
from placement.streets.store import write_streets
from tests.builders import box, drawn_layers, line, write_geojson, write_plan
from tests.streets.draw import CRS, osm_xml

LANES = 'lanes = { opens = "15:00", closes = "16:00", period_min = 30 }'

ARRIVALS = "profile,begins,share\nearly,15:00,0.75\nearly,15:30,0.25\nlate,15:30,1\n"


def write_seeds(folder: Path) -> dict[str, Path]:
    """Write one good file of every kind and return them by kind.

    Two plans are among them: ``plan`` walks on streets, ``bare`` in straight lines.
    """
    # or each GeoPackage would hold the time it was made at
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    more = {
        "closures": [
            box(2.3485, 48.8528, 2.3495, 48.8532, id="c1", begins="18:00", ends="20:00"),
            line((2.3519, 48.8530), (2.3521, 48.8530), id="c2", street="Street 3", oneway="yes"),
        ],
        "crowd": [box(2.3508, 48.8514, 2.3516, 48.8516, id="crowd-1", density=2.0)],
        "barriers": [line((2.3475, 48.8510), (2.3475, 48.8512), id="wall")],
    }
    plan = write_plan(folder / "streets", layers=more)
    bare = write_plan(folder / "bare", layers={"streets": None, "route": None, "water": None})
    found = {"plan": plan, "bare": bare}
    for name in (*drawn_layers(), *more):
        found[f"{name}.geojson"] = folder / "streets" / f"{name}.geojson"
    for name in ("sites", "demand", "areas"):
        frame = gpd.GeoDataFrame.from_features(drawn_layers()[name], crs="EPSG:4326")
        if name == "sites":
            frame["resources"] = frame["resources"].map(
                lambda one: ",".join(one) if isinstance(one, list) else one
            )
        frame.to_file(folder / f"{name}.gpkg", SPATIAL_INDEX="YES" if name == "areas" else "NO")
        frame.to_crs(CRS).to_parquet(folder / f"{name}.parquet")
        found |= {f"{name}{suffix}": folder / f"{name}{suffix}" for suffix in (".gpkg", ".parquet")}
        if name != "areas":
            table = frame.assign(lon=frame.geometry.x, lat=frame.geometry.y)
            table.drop(columns="geometry").to_csv(folder / f"{name}.csv", index=False)
            found[f"{name}.csv"] = folder / f"{name}.csv"
    (folder / "arrivals.csv").write_text(ARRIVALS, "utf-8")
    found["arrivals.csv"] = folder / "arrivals.csv"
    found["laned"] = write_plan(
        folder / "laned",
        layers={"streets": None, "route": None, "water": None},
        replace={"max_units = 4\n": f"max_units = 4\n{LANES}\n"},
    )
    found |= _streets(folder)
    for name, where in (("solution", "plan"), ("other", "bare")):
        out = folder / f"{name}-out"
        arguments = ["optimise", str(found[where]), "--no-map", "--out", str(out)]
        result = CliRunner().invoke(place, arguments)
        assert result.exit_code == 0, result.output
        found[f"{name}.geojson"] = out / "solution.geojson"
    return found


def _streets(folder: Path) -> dict[str, Path]:
    """Write the drawn streets in every form that is read."""
    features = drawn_layers()["streets"]
    frame = gpd.GeoDataFrame.from_features(features, crs="EPSG:4326")
    frame.to_file(folder / "streets.gpkg", layer="edges", SPATIAL_INDEX="NO")
    nodes = gpd.GeoDataFrame(geometry=[shapely.Point(2.35, 48.85)], crs="EPSG:4326")
    nodes.to_file(folder / "streets.gpkg", layer="nodes")
    frame.to_parquet(folder / "streets.parquet")
    exported = [
        {
            **one,
            "properties": {
                "highway": one["properties"]["class"],
                "name": one["properties"]["name"],
                "other_tags": '"foot"=>"yes"',
                "oneway": False,
            },
        }
        for one in features
    ]
    write_geojson(folder / "exported.geojson", exported)
    text = _osm()
    (folder / "streets.osm").write_text(text, "utf-8")
    (folder / "streets.osm.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    (folder / "streets.osm.bz2").write_bytes(bz2.compress(text.encode()))
    with osmium.SimpleWriter(str(folder / "streets.osm.pbf")) as writer:
        for item in osmium.FileProcessor(str(folder / "streets.osm")):
            writer.add(item)
    network = read_streets(folder / "streets.osm", crs=CRS)
    write_streets(network, folder / "stored.parquet")
    write_streets(network, folder / "stored.arrow")
    names = (
        "streets.gpkg", "streets.parquet", "exported.geojson", "streets.osm", "streets.osm.gz",
        "streets.osm.bz2", "streets.osm.pbf", "stored.parquet", "stored.arrow",
    )  # fmt: skip
    return {name: folder / name for name in names}


def _osm() -> str:
    """A map of every thing that is looked at: gates, lifts, squares, steps, relations."""
    nodes: dict[int, Any] = {i: (30.0 * (i % 8), 30.0 * (i // 8)) for i in range(1, 40)}
    nodes[5] = (*nodes[5], {"barrier": "gate", "access": "no"})
    nodes[9] = (*nodes[9], {"highway": "elevator"})
    ways: dict[int, Any] = {
        i: ([i, i + 1], {"highway": "footway", "name": f"R{i}"}) for i in range(1, 31)
    }
    ways[40] = ([2, 4, 12, 10, 2], {"highway": "pedestrian", "area": "yes"})
    ways[41] = ([32, 33, 34], {})
    ways[42] = ([34, 35, 32], {"highway": "steps", "incline": "up", "conveying": "yes"})
    ways[43] = ([20, 28, 36], {"highway": "residential", "oneway:foot": "yes", "layer": "1"})
    square = {
        7: ([(41, "outer"), (42, "outer")], {"type": "multipolygon", "highway": "pedestrian"})
    }
    return osm_xml(nodes, ways, square).replace("><", ">\n<")


def as_json(path: Path) -> Any:
    """What a JSON file holds."""
    return json.loads(path.read_text("utf-8"))


def execute(path: Path, statement: str) -> None:
    """Change a database in place."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()
