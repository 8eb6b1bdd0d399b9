"""OpenStreetMap: every tag rule, what joins, what is left out and why, and damaged files."""

from pathlib import Path

import numpy as np
import osmium
import pytest

from placement.errors import InputError
from placement.streets import Streets, read_streets, snap, walking_times
from placement.streets.pbf import blocks as data_blocks
from placement.streets.tags import is_area, read_way, slope_pace
from placement.streets.ways import STEPS_DOWN, STEPS_UP, Way
from tests.streets.draw import CRS, osm_xml, read_osm_text

DATA = Path(__file__).parents[3] / "shared" / "data"

WALKED = [
    {"highway": "footway"},
    {"highway": "pedestrian"},
    {"highway": "primary"},
    {"highway": "cycleway"},
    {"highway": "corridor", "indoor": "yes"},
    {"highway": "platform"},
    {"railway": "platform"},
    {"public_transport": "platform"},
    {"man_made": "pier"},
    {"highway": "service", "access": "private", "foot": "yes"},
    {"highway": "service", "access": "no", "foot": "permissive"},
    {"highway": "path", "foot": "designated", "access": "private"},
    {"highway": "trunk", "foot": "yes"},
    {"highway": "service", "access": "customers"},
]
NOT_WALKED = [
    {"building": "yes"},
    {"highway": "motorway"},
    {"highway": "construction"},
    {"highway": "trunk"},
    {"highway": "cycleway", "foot": "use_sidepath"},
    {"highway": "residential", "foot": "no"},
    {"highway": "residential", "foot": "private", "access": "yes"},
    {"highway": "service", "access": "private"},
    {"highway": "primary", "motorroad": "yes"},
    {"highway": "footway", "foot:forward": "no", "foot:backward": "no"},
    {"railway": "rail"},
]


@pytest.mark.parametrize("tags", WALKED, ids=str)
def test_walked(tags: dict[str, str]) -> None:
    assert isinstance(read_way(tags), Way)


@pytest.mark.parametrize("tags", NOT_WALKED, ids=str)
def test_not_walked(tags: dict[str, str]) -> None:
    assert isinstance(read_way(tags), str)


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({"highway": "residential", "oneway": "yes"}, 1, 1),
        ({"highway": "footway", "oneway:foot": "yes"}, 1, 0),
        ({"highway": "footway", "oneway:foot": "-1"}, 0, 1),
        ({"highway": "footway", "foot:backward": "no"}, 1, 0),
        ({"highway": "steps", "incline": "up"}, STEPS_UP, STEPS_DOWN),
        ({"highway": "steps", "incline": "-30%"}, STEPS_DOWN, STEPS_UP),
        ({"highway": "steps", "oneway": "yes", "incline": "up"}, STEPS_UP, 0),
        ({"highway": "footway", "incline": "up"}, 1, 1),
        ({"highway": "footway", "incline": "10%"}, slope_pace(0.1), 1),
        ({"highway": "footway", "incline": "-45°"}, slope_pace(-1), slope_pace(1)),
        ({"highway": "footway", "incline": "nan"}, 1, 1),
        (
            {"highway": "steps", "oneway": "yes", "oneway:foot": "no", "incline": "up"},
            STEPS_UP,
            STEPS_DOWN,
        ),
    ],
)
def test_directions(tags: dict[str, str], forward: float, backward: float) -> None:
    way = read_way(tags)
    assert isinstance(way, Way)
    assert (way.forward, way.backward) == pytest.approx((forward, backward), rel=1e-9)


def test_escalators_run_one_way() -> None:
    way = read_way({"highway": "steps", "conveying": "backward"})
    assert isinstance(way, Way)
    assert way.edge_class == "escalator"
    assert way.forward == 0 < way.backward
    assert (
        read_way({"highway": "steps", "conveying": "yes"}, step_free=True)
        == "steps on a step-free walk"
    )


@pytest.mark.parametrize(
    ("tags", "level", "bridge", "tunnel"),
    [
        ({}, 0, False, False),
        ({"bridge": "yes"}, 1, True, False),
        ({"tunnel": "yes"}, -1, False, True),
        ({"tunnel": "yes", "layer": "-3"}, -3, False, True),
        ({"tunnel": "building_passage"}, 0, False, False),
        ({"level": "-2;-1"}, -2, False, False),
        ({"level": "0.5", "layer": "4"}, 0, False, False),
        ({"level": "ground", "layer": "2"}, 0, False, False),
    ],
)
def test_levels(tags: dict[str, str], level: int, bridge: bool, tunnel: bool) -> None:
    way = read_way({"highway": "footway", **tags})
    assert isinstance(way, Way)
    assert (way.level, way.bridge, way.tunnel) == (level, bridge, tunnel)


def test_areas() -> None:
    assert is_area({"highway": "pedestrian", "area": "yes"})
    assert is_area({"railway": "platform"})
    assert not is_area({"highway": "pedestrian"})
    assert not is_area({"man_made": "pier", "area": "no"})


GRID = {i: (100.0 * (i % 3), 100.0 * (i // 3)) for i in range(9)}


def test_ways_join_at_shared_nodes_only(tmp_path: Path) -> None:
    nodes = {**GRID, 50: (100.0, 100.0)}  # 50 lies on 4 without being it
    text = osm_xml(
        nodes,
        {
            1: ([3, 4, 5], {"highway": "footway"}),
            2: ([1, 4, 7], {"highway": "footway"}),
            3: ([0, 50, 8], {"highway": "footway", "bridge": "yes", "layer": "1"}),
        },
    )
    streets = read_osm_text(tmp_path, text)
    assert (streets.n_nodes, streets.n_edges) == (7, 5)
    assert streets.component.max() == 1


def test_closed_gates_stop_walkers_and_bollards_do_not(tmp_path: Path) -> None:
    gate = {"barrier": "gate", "access": "private"}
    ways = {1: ([0, 1, 2], {"highway": "footway"}), 2: ([1, 4], {"highway": "footway"})}
    shut = read_osm_text(tmp_path, osm_xml({**GRID, 1: (*GRID[1], gate)}, ways))
    assert (shut.n_edges, shut.component.max()) == (3, 2)
    for tags in ({"barrier": "bollard"}, {"barrier": "gate"}, {**gate, "foot": "yes"}):
        streets = read_osm_text(tmp_path, osm_xml({**GRID, 1: (*GRID[1], tags)}, ways))
        assert (streets.n_edges, streets.component.max()) == (3, 0)


def test_lifts_take_their_time(tmp_path: Path) -> None:
    ways = {1: ([0, 1, 2], {"highway": "footway"})}
    plain = read_osm_text(tmp_path, osm_xml(GRID, ways))
    lift = read_osm_text(tmp_path, osm_xml({**GRID, 1: (*GRID[1], {"highway": "elevator"})}, ways))
    assert lift.forward_s.sum() == pytest.approx(plain.forward_s.sum() + 45)
    way = read_osm_text(tmp_path, osm_xml(GRID, {1: ([0, 1], {"highway": "elevator"})}))
    assert way.forward_s[0] == pytest.approx(100 / 1.34 + 45, rel=1e-3)


def test_a_lift_of_no_length_joins_what_it_joins(tmp_path: Path) -> None:
    nodes = {**GRID, 50: GRID[1]}
    ways = {
        1: ([0, 1], {"highway": "footway"}),
        2: ([1, 50], {"highway": "elevator"}),
        3: ([50, 2], {"highway": "footway"}),
    }
    streets = read_osm_text(tmp_path, osm_xml(nodes, ways))
    ends = snap(streets, [streets.node_xy.min(axis=0), streets.node_xy.max(axis=0)])
    times = walking_times(streets, ends, ends, limit_s=1e4, outward=True).toarray()
    assert times[0, 1] == pytest.approx(200 / 1.34 + 45, rel=1e-3)


def test_rings_of_multipolygons_are_walked(tmp_path: Path) -> None:
    ways = {1: ([0, 1, 2, 5, 8], {}), 2: ([8, 7, 6, 3, 0], {}), 3: ([4, 5], {"highway": "path"})}
    square = {7: ([(1, "outer"), (2, "outer")], {"type": "multipolygon", "highway": "pedestrian"})}
    streets = read_osm_text(tmp_path, osm_xml(GRID, ways, square))
    assert streets.length_m.sum() >= 899
    assert "pedestrian" in streets.classes
    assert streets.component.max() == 0


def test_missing_nodes_cut_the_way_there(tmp_path: Path) -> None:
    ways = {1: ([0, 1, 99, 2, 5], {"highway": "footway"}), 2: ([98, 3, 97], {"highway": "footway"})}
    streets = read_osm_text(tmp_path, osm_xml(GRID, ways))
    assert streets.length_m.sum() == pytest.approx(200, abs=1)
    assert streets.dropped == {"nodes missing from the file": 3, "ways of fewer than two nodes": 1}


def test_strange_ways(tmp_path: Path) -> None:
    """Self-crossing, doubled back, standing still, repeated: none of it breaks anything."""
    ways = {
        1: ([0, 8, 2, 6, 0], {"highway": "footway"}),
        2: ([0, 1, 0], {"highway": "footway"}),
        3: ([4, 4], {"highway": "footway"}),
        4: ([7], {"highway": "footway"}),
        5: ([0, 1], {"highway": "footway"}),
        6: ([], {"highway": "footway"}),
    }
    streets = read_osm_text(tmp_path, osm_xml(GRID, ways))
    assert streets.n_edges == 2
    assert (streets.length_m > 0).all()


def test_a_square_that_crosses_itself(tmp_path: Path) -> None:
    """A bow-tie, one with a spike, one of no area: the outline is walked, nothing breaks."""
    square = {"highway": "pedestrian", "area": "yes"}
    for ring in ([0, 8, 2, 6, 0], [0, 1, 2, 5, 2, 8, 0], [0, 1, 2, 1, 0], [3, 3, 3]):
        ways = {1: (ring, square), 2: ([0, 3], {"highway": "footway"})}
        streets = read_osm_text(tmp_path, osm_xml(GRID, ways))
        assert (streets.length_m > 0).all()
        assert streets.component.max() == 0
        walked = streets.length_m.sum()
        if len(ring) > 3:
            assert walked > 50


def test_rows_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    gate = {"barrier": "gate", "access": "no"}
    nodes = {**GRID, 50: GRID[4], 4: (*GRID[4], gate)}
    ways = {
        1: ([3, 4, 5], {"highway": "footway"}),
        2: ([1, 4, 7], {"highway": "steps", "incline": "up"}),
        3: ([0, 50, 8], {"highway": "residential", "name": "R"}),
        4: ([0, 1, 2, 5, 8, 7, 6, 3, 0], {"highway": "path"}),
    }
    one = read_osm_text(tmp_path, osm_xml(nodes, ways))
    two = read_osm_text(tmp_path, osm_xml(nodes, dict(reversed(ways.items()))))
    for field, value in vars(one).items():
        if isinstance(value, np.ndarray):
            assert value.tobytes() == getattr(two, field).tobytes(), field


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", b"<osm version='0.6'><node id='1'", b"\x00\x00\x00\x0e\n\tOSMHeader"],
)
@pytest.mark.parametrize("name", ["cut.osm", "cut.osm.pbf"])
def test_damaged_files_are_told_in_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=name) as caught:
        read_streets(path, crs=CRS)
    assert "\n" not in str(caught.value)


def _whole_pbf(folder: Path) -> Path:
    """A PBF file with gates, lifts, a square, a bridge and names."""
    nodes: dict = {i: (10.0 * i, float(i % 7)) for i in range(300)}
    nodes[5] = (*nodes[5], {"barrier": "gate", "access": "no"})
    nodes[9] = (*nodes[9], {"highway": "elevator"})
    ways: dict = {i: ([i, i + 1], {"highway": "footway", "name": f"R{i}"}) for i in range(299)}
    ways[300] = ([20, 40, 41, 60, 20], {"highway": "pedestrian", "area": "yes"})
    ways[301] = ([70, 90, 91], {})
    ways[302] = ([91, 80, 70], {"highway": "steps", "incline": "up"})
    square = {
        7: ([(301, "outer"), (302, "outer")], {"type": "multipolygon", "highway": "pedestrian"})
    }
    text = folder / "whole.osm"
    text.write_text(osm_xml(nodes, ways, square), "utf-8")
    whole = folder / "whole.osm.pbf"
    with osmium.SimpleWriter(str(whole)) as writer:
        for item in osmium.FileProcessor(str(text)):
            writer.add(item)
    return whole


def _refusal(path: Path) -> str | None:
    """What is said of a damaged file, one sentence with its name; None where it is read."""
    try:
        read_streets(path, crs=CRS)
    except InputError as error:
        told = str(error)
        ok = "\n" not in told and (path.name in told or "crs" in told)
        return told if ok else pytest.fail(told)
    return None


def test_both_forms_give_the_same_network(tmp_path: Path) -> None:
    """The compiled PBF reader against osmium's reading of the same content as XML."""
    one = read_streets(_whole_pbf(tmp_path), crs=CRS)
    two = read_streets(tmp_path / "whole.osm", crs=CRS)
    for field, value in vars(one).items():
        if isinstance(value, np.ndarray):
            assert value.tobytes() == getattr(two, field).tobytes(), field
    assert one.classes == two.classes
    assert one.names == two.names
    assert one.dropped == two.dropped


@pytest.mark.slow
def test_a_pbf_cut_at_any_byte(tmp_path: Path) -> None:
    content = _whole_pbf(tmp_path).read_bytes()
    cut = tmp_path / "cut.osm.pbf"
    whole_blocks = 0
    for size in range(len(content)):
        cut.write_bytes(content[:size])
        whole_blocks += _refusal(cut) is None
    # between two blocks a shorter file is a proper file
    assert whole_blocks <= 3


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def _blob(kind: bytes, data: bytes) -> bytes:
    """A block of a PBF file, not compressed, so that damage gets as far as the decoder."""
    blob = b"\x0a" + _varint(len(data)) + data
    header = b"\x0a" + _varint(len(kind)) + kind + b"\x18" + _varint(len(blob))
    return len(header).to_bytes(4, "big") + header + blob


@pytest.mark.slow
def test_garbled_blocks_never_break_the_reader(tmp_path: Path) -> None:
    whole = _whole_pbf(tmp_path)
    content = _blob(b"OSMHeader", b"\x22\x0eOsmSchema-V0.6")
    content += b"".join(_blob(b"OSMData", block.data.tobytes()) for _, block in data_blocks(whole))
    path = tmp_path / "garbled.osm.pbf"
    path.write_bytes(content)
    good = read_streets(path, crs=CRS)
    assert good.n_edges == read_streets(whole, crs=CRS).n_edges
    rng = np.random.default_rng(4)
    refused = 0
    for _ in range(400):
        bad = bytearray(content)
        for at in rng.integers(0, len(bad), rng.integers(1, 6)):
            bad[at] = rng.choice([0, 127, 128, 255, rng.integers(256)])
        path.write_bytes(bad)
        refused += _refusal(path) is not None
    assert refused > 50


def test_ten_million_nodes_of_nothing(tmp_path: Path) -> None:
    """A file of nodes without a way is told to hold nothing, soon and in little memory."""
    count = 8000
    dense = b"".join(
        bytes([field << 3 | 2]) + _varint(count) + bytes([step]) * count
        for field, step in ((1, 2), (8, 0), (9, 0))
    )
    group = b"\x12" + _varint(len(dense)) + dense
    data = b"\x0a\x02\x0a\x00" + b"\x12" + _varint(len(group)) + group
    path = tmp_path / "nodes.osm.pbf"
    path.write_bytes(
        _blob(b"OSMHeader", b"\x22\x0eOsmSchema-V0.6") + _blob(b"OSMData", data) * 1250
    )
    with pytest.raises(InputError, match="nothing in it can be walked"):
        read_streets(path, crs=CRS)


def test_strange_features_are_left_to_osmium(tmp_path: Path) -> None:
    path = tmp_path / "strange.osm.pbf"
    path.write_bytes(_blob(b"OSMHeader", b"\x22\x07Strange"))
    with pytest.raises(InputError, match=r"strange\.osm\.pbf"):
        read_streets(path, crs=CRS)


PARIS = DATA / "paris" / "paris_seine.osm.pbf"


@pytest.mark.skipif(not PARIS.is_file(), reason="the Paris extract is not there")
class TestParis:
    @pytest.fixture(scope="class")
    @staticmethod
    def streets() -> Streets:
        return read_streets(PARIS, crs=CRS)

    def test_the_main_component(self, streets: Streets) -> None:
        main = streets.component[streets.edge_tail] == 0
        assert streets.length_m[main].sum() == pytest.approx(1_774_000, rel=0.01)
        assert streets.component.max() == pytest.approx(2570, rel=0.02)
        assert main.sum() == pytest.approx(44_000, rel=0.02)
