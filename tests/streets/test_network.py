"""Drawn lines to a network: what joins, how it is numbered, measured and closed."""

import json
import random
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from placement.errors import InputError
from placement.streets import Streets, read_streets, snap, walking_times
from placement.streets.numbering import geodesic_m
from tests.streets.draw import CRS, ORIGIN, at, closed_all, draw, write_lines

TOWN = (
    ([(0, 0), (100, 0), (200, 0)], {"name": "A"}),
    ([(100, -80), (100, 0), (100, 80)], {"name": "B"}),
    ([(200, 0), (200, 80), (100, 80)], {"name": "C", "class": "steps"}),
    ([(100, 80), (30, 90), (0, 0)], {"name": "D", "oneway": "yes"}),
    ([(400, 400), (450, 400), (450, 450), (400, 400)], {"name": "ring"}),
)


def assert_same(one: Streets, two: Streets) -> None:
    for field in Streets.__dataclass_fields__:
        a, b = getattr(one, field), getattr(two, field)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype, field
            assert a.tobytes() == b.tobytes(), field
        elif field != "source":
            assert a == b, field


def test_the_order_and_direction_of_rows_never_matter(tmp_path: Path) -> None:
    """Shuffled rows, and two-way lines drawn the other way: the same bytes."""
    whole = draw(tmp_path, *TOWN)
    rng = random.Random(5)
    for _ in range(10):
        lines = [
            (points if "oneway" in fields or rng.random() < 0.5 else points[::-1], fields)
            for points, fields in TOWN
        ]
        rng.shuffle(lines)
        assert_same(draw(tmp_path, *lines), whole)


def test_lines_join_at_shared_vertices_only(tmp_path: Path) -> None:
    crossing = draw(tmp_path, [(0, 0), (100, 100)], [(0, 100), (100, 0)])
    assert (crossing.n_nodes, crossing.n_edges) == (4, 2)
    assert crossing.component.max() == 1
    joined = draw(tmp_path, [(0, 0), (50, 50), (100, 100)], [(0, 100), (50, 50), (100, 0)])
    assert (joined.n_nodes, joined.n_edges) == (5, 4)


def test_places_where_nothing_changes_are_no_junctions(tmp_path: Path) -> None:
    one = draw(tmp_path, [(0, 0), (50, 10)], [(50, 10), (100, 0)], [(100, 0), (150, 0)])
    assert (one.n_nodes, one.n_edges) == (2, 1)
    assert len(one.edge_xy(0)) == 4
    bridge = ([(50, 10), (100, 0)], {"bridge": True})
    cut = draw(tmp_path, [(0, 0), (50, 10)], bridge, [(100, 0), (150, 0)])
    assert (cut.n_nodes, cut.n_edges) == (4, 3)


def test_a_closed_line_is_an_edge_from_a_place_to_itself(tmp_path: Path) -> None:
    ring = draw(tmp_path, [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])
    assert (ring.n_nodes, ring.n_edges) == (1, 1)
    points = snap(ring, at((10, 0), (0, 10)))
    times = walking_times(ring, points, points, limit_s=400, outward=True).toarray()
    assert times[0, 1] == pytest.approx(20 / 1.34, rel=1e-3)


def test_lengths_are_geodesic_whatever_the_plane(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "town.geojson", [([(0, 0), (300, 400), (350, 400)], {})])
    (line,) = gpd.read_file(path).geometry
    true = pyproj.Geod(ellps="WGS84").geometry_length(line)
    for crs in (CRS, "EPSG:32631", "EPSG:3857"):
        # places are kept to 7 decimals, about a centimetre
        assert read_streets(path, crs=crs).length_m.sum() == pytest.approx(true, abs=0.03)


def test_short_geodesics_equal_the_general_solution() -> None:
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(-180, 180, 2000), rng.uniform(-80, 80, 2000)
    azimuth, metres = rng.uniform(-180, 180, 2000), 10 ** rng.uniform(-1, 3.3, 2000)
    lon1, lat1, _ = pyproj.Geod(ellps="WGS84").fwd(lon, lat, azimuth, metres)
    found = np.array([geodesic_m(*ends) for ends in zip(lon, lat, lon1, lat1, strict=True)])
    assert np.abs(found / metres - 1).max() < 1e-7


@pytest.mark.slow
def test_a_stretched_plane_alters_no_walk(tmp_path: Path) -> None:
    """Web Mercator is half as large again at this latitude; access and reach must not be."""
    path = write_lines(tmp_path / "town.geojson", [([(0, 0), (300, 0)], {})])
    for crs in (CRS, "EPSG:3857"):
        streets = read_streets(path, crs=crs)
        move = pyproj.Transformer.from_crs(CRS, crs, always_xy=True)
        x, y = move.transform(*at((100, 50), (100, 61)).T)
        found = snap(streets, np.column_stack([x, y]), max_m=60)
        assert found.edge.tolist() == [0, -1]
        assert found.access_s[0] == pytest.approx(50 / 1.34, rel=5e-3)


def test_arrays_are_frozen(tmp_path: Path) -> None:
    streets = draw(tmp_path, *TOWN)
    with pytest.raises(ValueError, match="read-only"):
        streets.length_m[0] = 1.0


def test_half_edges_lead_where_edges_do(tmp_path: Path) -> None:
    streets = draw(tmp_path, *TOWN)
    for node in range(streets.n_nodes):
        for k in range(streets.first[node], streets.first[node + 1]):
            edge = streets.half_edge[k]
            ends = {int(streets.edge_tail[edge]), int(streets.edge_head[edge])}
            assert ends == {node, int(streets.head[k])}
    open_ways = np.isfinite(streets.forward_s).sum() + np.isfinite(streets.backward_s).sum()
    loops = (streets.edge_tail == streets.edge_head).sum()
    assert len(streets.head) == open_ways - loops


def test_formats_agree(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "town.geojson", TOWN)
    frame = gpd.read_file(path)
    frame.to_file(tmp_path / "town.gpkg")
    frame.to_parquet(tmp_path / "town.parquet")
    frame.to_crs(CRS).to_file(tmp_path / "metres.gpkg")
    first = read_streets(path, crs=CRS)
    for name in ("town.gpkg", "town.parquet", "metres.gpkg"):
        assert_same(read_streets(tmp_path / name, crs=CRS), first)


class TestClosures:
    def test_edges_are_cut_at_the_exact_outline(self, tmp_path: Path) -> None:
        streets = draw(tmp_path, [(0, 0), (100, 0), (300, 0)], [(100, 0), (100, 100)])
        closed = closed_all(streets, shapely.box(150, -10, 200, 10).buffer(0))
        assert closed is streets  # it lies elsewhere
        box = shapely.transform(shapely.box(150, -10, 200, 10), lambda xy: xy + ORIGIN)
        closed = closed_all(streets, box)
        assert sorted(closed.length_m) == pytest.approx([50, 100, 100, 100], abs=0.05)
        points = snap(closed, at((140, 0), (175, 0), (210, 0), (10, 0)), max_m=20)
        assert (points.edge >= 0).tolist() == [True, False, True, True]
        times = walking_times(closed, points, points, limit_s=1e4, outward=True).toarray()
        assert times[0, 3] == pytest.approx(130 / 1.34, rel=1e-3)
        assert times[0, 2] == 0

    def test_what_a_closure_cuts_off_is_still_walked_on(self, tmp_path: Path) -> None:
        streets = draw(tmp_path, [(0, 0), (1000, 0), (9000, 0)])
        box = shapely.transform(shapely.box(50, -10, 60, 10), lambda xy: xy + ORIGIN)
        closed = closed_all(streets, box)
        assert not closed.island.any()
        assert snap(closed, at((20, 5))).edge[0] >= 0

    def test_ends_on_the_outline_and_streets_along_it(self, tmp_path: Path) -> None:
        streets = draw(tmp_path, [(0, 0), (100, 0)], [(100, 0), (200, 0)], [(100, 0), (100, 50)])
        box = shapely.transform(shapely.box(120, -10, 300, 10), lambda xy: xy + ORIGIN)
        closed = closed_all(streets, box, box)
        assert closed.n_edges == 3
        assert closed.length_m.sum() == pytest.approx(170, abs=0.05)

    def test_everything_closed_leaves_nothing(self, tmp_path: Path) -> None:
        streets = draw(tmp_path, *TOWN)
        closed = closed_all(
            streets, shapely.box(*(np.array(ORIGIN) - 1e4), *(np.array(ORIGIN) + 1e4))
        )
        assert (closed.n_nodes, closed.n_edges) == (0, 0)
        points = snap(closed, at((0, 0)))
        assert points.edge.tolist() == [-1]
        assert walking_times(closed, points, points, limit_s=9, outward=True).nnz == 0

    def test_one_way_streets_keep_their_direction(self, tmp_path: Path) -> None:
        streets = draw(tmp_path, ([(0, 0), (300, 0)], {"oneway": "yes"}))
        box = shapely.transform(shapely.box(250, -10, 280, 10), lambda xy: xy + ORIGIN)
        points = snap(closed_all(streets, box), at((10, 0), (200, 0), (290, 0)))
        times = walking_times(closed_all(streets, box), points, points, limit_s=1e4, outward=True)
        assert times.toarray()[0, 1] == pytest.approx(190 / 1.34, rel=1e-3)
        assert times.nnz == 4


BAD = {
    "no-json": ("{", "is not JSON"),
    "empty": ('{"type":"FeatureCollection","features":[]}', "no features"),
    "point": ({"type": "Point", "coordinates": [2.35, 48.85]}, "not a line"),
    "metres": ({"type": "LineString", "coordinates": [[652e3, 6862e3], [652e3, 6863e3]]}, "off"),
    "null": (None, "empty"),
    "void": ({"type": "LineString", "coordinates": []}, "empty"),
    "zero": ({"type": "LineString", "coordinates": [[2.35, 48.8], [2.35, 48.8]]}, "can be walked"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_layers_are_told_in_one_sentence(tmp_path: Path, case: str) -> None:
    content, expected = BAD[case]
    if not isinstance(content, str):
        feature = {"type": "Feature", "properties": {"id": "rue-7"}, "geometry": content}
        content = json.dumps({"type": "FeatureCollection", "features": [feature]})
    path = tmp_path / "streets.geojson"
    path.write_text(content, "utf-8")
    with pytest.raises(InputError, match=expected) as caught:
        read_streets(path, crs=CRS)
    assert "streets.geojson" in str(caught.value)
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("oneway", "sideways"), ("level", "ground"), ("level", 0.5), ("bridge", "maybe")],
)
def test_bad_values_name_feature_and_field(tmp_path: Path, field: str, value: object) -> None:
    with pytest.raises(InputError, match="line-0") as caught:
        draw(tmp_path, ([(0, 0), (10, 0)], {field: value}))
    assert caught.value.field == field
    assert caught.value.remedy


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:0", "nonsense", "EPSG:2263"])
def test_planes_that_do_not_fit_are_refused(tmp_path: Path, crs: str) -> None:
    path = write_lines(tmp_path / "town.geojson", TOWN)
    with pytest.raises(InputError, match="coordinate system"):
        read_streets(path, crs=crs)


def test_missing_file_and_unknown_kind(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_streets(tmp_path / "none.geojson", crs=CRS)
    (tmp_path / "streets.docx").write_text("")
    with pytest.raises(InputError, match="not read"):
        read_streets(tmp_path / "streets.docx", crs=CRS)
