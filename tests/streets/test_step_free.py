"""Who walks without steps: what tags bar them, and kept networks that serve them too."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from placement.cover.survey import survey
from placement.errors import InputError
from placement.plan.layers import load_plan
from placement.review.geojson import read_solution
from placement.streets import Streets, read_streets
from placement.streets.lines import OSM
from placement.streets.store import write_streets
from placement.streets.tags import blocks, read_way
from placement.streets.ways import Way
from tests.builders import BRIDGE, NORTH, SOUTH, point, write_plan
from tests.cli.running import run
from tests.streets.draw import CRS, draw, osm_xml, read_osm_text

FOOTWAY = {"highway": "footway"}


@pytest.mark.parametrize(
    "tags",
    [
        {"wheelchair": "no"},
        {"surface": "sand"},
        {"surface": "gravel", "smoothness": "unknown"},
        {"smoothness": "bad"},
        {"smoothness": "very_bad", "surface": "asphalt"},
        {"incline": "10%"},
        {"incline": "-9%"},
        {"incline": "6°"},
        {"highway": "steps", "wheelchair": "yes"},
    ],
    ids=str,
)
def test_barred_without_steps(tags: dict[str, str]) -> None:
    assert isinstance(read_way({**FOOTWAY, **tags}), Way)
    assert isinstance(read_way({**FOOTWAY, **tags}, step_free=True), str)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"surface": "asphalt"},
        {"surface": "sett"},
        {"surface": "gravel", "smoothness": "good"},
        {"surface": "gravel", "wheelchair": "yes"},
        {"incline": "8%"},
        {"incline": "up"},
        {"incline": "12%", "wheelchair": "limited"},
    ],
    ids=str,
)
def test_open_without_steps(tags: dict[str, str]) -> None:
    assert isinstance(read_way({**FOOTWAY, **tags}, step_free=True), Way)


@pytest.mark.parametrize(
    ("tags", "all_walkers", "step_free"),
    [
        ({"foot": "no"}, True, True),
        ({"highway": "crossing", "foot": "no"}, True, True),
        ({"barrier": "gate", "foot": "yes", "access": "no"}, False, False),
        ({"barrier": "gate", "access": "private"}, True, True),
        ({"highway": "crossing", "access": "no"}, False, False),
        ({"wheelchair": "no"}, False, True),
        ({"barrier": "kissing_gate"}, False, True),
        ({"barrier": "turnstile", "wheelchair": "yes"}, False, False),
        ({"barrier": "bollard"}, False, False),
    ],
    ids=str,
)
def test_nodes_that_bar(tags: dict[str, str], all_walkers: bool, step_free: bool) -> None:
    assert blocks(tags) is all_walkers
    assert blocks(tags, step_free=True) is step_free


def test_roads_with_a_sidewalk_and_ferries(tmp_path: Path) -> None:
    for tags in ({"sidewalk": "both"}, {"sidewalk:left": "yes"}, {"sidewalk": "right"}):
        assert isinstance(read_way({"highway": "trunk", **tags}), Way)
        assert isinstance(read_way({"highway": "trunk", "foot": "no", **tags}), str)
        assert isinstance(read_way({"highway": "trunk", "motorroad": "yes", **tags}), str)
    for tags in ({"sidewalk": "no"}, {"sidewalk": "separate"}, {"sidewalk": "none"}):
        assert isinstance(read_way({"highway": "trunk", **tags}), str)
    nodes: dict[int, Any] = {
        1: (0, 0), 2: (100, 0, {"foot": "no"}), 3: (200, 0), 4: (100, 50),
        5: (150, 0, {"wheelchair": "no"}),
    }  # fmt: skip
    ways = {
        1: ([1, 2, 5, 3], {"highway": "trunk", "sidewalk": "both"}),
        2: ([1, 4, 3], {"highway": "footway"}),
        3: ([1, 3], {"route": "ferry", "foot": "yes"}),
        4: ([1, 3], {"route": "railway"}),
    }
    whole = read_osm_text(tmp_path, osm_xml(nodes, ways))
    assert whole.dropped == {"ferry is not walked": 1}
    assert sorted(set(whole.classes)) == ["footway", "trunk"]
    parts = [(whole.edge_class == "trunk").sum()]
    slow = read_osm_text(tmp_path, osm_xml(nodes, ways), step_free=True)
    parts.append((slow.edge_class == "trunk").sum())
    assert parts == [2, 3]  # cut where nobody passes, and once more for those on wheels


def test_drawn_lines_say_what_may_be_rolled_on(tmp_path: Path) -> None:
    streets = draw(
        tmp_path,
        [(0, 0), (100, 0)],
        ([(100, 0), (200, 0)], {"surface": "sand"}),
        ([(200, 0), (300, 0)], {"incline": "12%"}),
        ([(300, 0), (400, 0)], {"wheelchair": "no"}),
        step_free=True,
    )
    assert streets.length_m.sum() == pytest.approx(100, rel=1e-3)
    assert sum(streets.dropped.values()) == 3


def same(one: Streets, other: Streets) -> bool:
    arrays = ("node_xy", "edge_tail", "edge_head", "forward_s", "backward_s", "vertex_xy", "walk_s")
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in arrays)


@pytest.mark.parametrize("name", ["kept.parquet", "kept.arrow"])
def test_a_kept_network_serves_both_kinds_of_walkers(tmp_path: Path, name: str) -> None:
    lines = (
        ([(0, 0), (100, 0), (200, 0)], {"name": "A"}),
        ([(100, 0), (100, 80)], {"class": "steps"}),
    )
    plain, slow = draw(tmp_path, *lines), draw(tmp_path, *lines, step_free=True, speed_m_s=0.69)
    path = tmp_path / name
    write_streets(plain, path, step_free=slow)
    assert same(read_streets(path, crs=CRS), plain)
    assert same(read_streets(path, crs=CRS, step_free=True, speed_m_s=0.69), slow)
    with pytest.raises(InputError, match=r"--step-free-speed 0\.5`"):
        read_streets(path, crs=CRS, step_free=True, speed_m_s=0.5)
    with pytest.raises(InputError, match="--crs EPSG:32631`"):
        read_streets(path, crs="EPSG:32631")
    write_streets(plain, path)
    with pytest.raises(InputError, match="keeps both networks"):
        read_streets(path, crs=CRS, step_free=True, speed_m_s=0.69)


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A street on either bank and a bridge, as an extract of OpenStreetMap."""
    places = {
        1: (BRIDGE - 0.004, NORTH[0]), 2: (BRIDGE, NORTH[0]), 3: (BRIDGE, SOUTH[1]),
        4: (BRIDGE - 0.004, SOUTH[1]),
    }  # fmt: skip
    nodes = "".join(
        f'<node id="{n}" version="1" lon="{lon}" lat="{lat}"/>' for n, (lon, lat) in places.items()
    )
    ways = "".join(
        f'<way id="{n}" version="1"><nd ref="{a}"/><nd ref="{b}"/>'
        f'<tag k="highway" v="{kind}"/></way>'
        for n, (a, b, kind) in enumerate(
            ((1, 2, "residential"), (2, 3, "steps"), (3, 4, "path")), 1
        )
    )
    path = tmp_path_factory.mktemp("extract") / "town.osm.gz"
    text = f"<?xml version='1.0' encoding='UTF-8'?><osm version='0.6'>{nodes}{ways}</osm>"
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_a_plan_with_step_free_people_on_a_kept_network(tmp_path: Path, extract: Path) -> None:
    """The same cover and attribution from the extract, packed, and from the network kept of it."""
    kept = tmp_path / "kept.parquet"
    told = run("streets", "read", extract, "-o", kept, "--crs", "EPSG:2154")
    assert told.exit_code == 0, told.output
    demand = [point(BRIDGE, SOUTH[1], id="s", people=10, step_free_people=4)]
    sites = [point(BRIDGE, NORTH[0], id="north"), point(BRIDGE, SOUTH[1], id="south")]
    path = write_plan(tmp_path / "plan", layers={"demand": demand, "sites": sites, "areas": None})
    walks = []
    for streets in (extract, kept):
        found = survey(load_plan(path, streets=str(streets)))
        assert found.streets is not None
        assert found.streets.attribution == OSM
        walks.append(found.walk["checkpoint"].toarray().tolist())
    assert walks[0] == walks[1]
    out = tmp_path / "out"
    told = run("optimise", path, "--layer", f"streets={kept}", "-o", out)
    assert told.exit_code == 0, told.output
    solution = read_solution(out / "solution.geojson")
    assert solution.attribution == OSM
    assert '"osm":true' in (out / "map.html").read_text("utf-8").replace('": ', '":')
    told = run("audit", out, path, "--layer", f"streets={kept}")
    assert told.exit_code == 0, told.output
    for streets in (extract, kept):
        words = ("--layer", f"streets={streets}", "--with", "map", "--unchecked")
        told = run("egress", out, path, *words, "-o", tmp_path / "egress")
        assert told.exit_code == 0, told.output
        page = (tmp_path / "egress" / "egress.html").read_text("utf-8")
        assert '"osm":true' in page.replace('": ', '":')
    text = (out / "solution.geojson").read_text("utf-8")
    assert json.loads(text)["placement"]["attribution"] == OSM
    (out / "solution.geojson").write_text(text.replace(OSM, "my own"), "utf-8")
    assert run("audit", out, path, "--layer", f"streets={kept}").exit_code == 1


def test_a_speed_that_would_count_for_nothing_is_refused(tmp_path: Path, extract: Path) -> None:
    words = (
        "streets",
        "read",
        extract,
        "-o",
        tmp_path / "x.parquet",
        "--step-free",
        "--speed",
        "1",
    )
    told = run(*words)
    assert told.exit_code == 2
    assert "--step-free-speed" in told.output
