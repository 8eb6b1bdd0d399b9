"""Catchments: the ground of the coverage rule, holes and water out, on its side of the river."""

from pathlib import Path

import numpy as np
import osmium
import pyproj
import pytest
import shapely

from placement.errors import UsageError
from placement.streets import Streets, catchment, catchments, read_streets, snap, walking_times
from placement.streets.cell_times import finer_cells
from tests.amount import cases
from tests.streets.draw import CRS, ORIGIN, at, closed_all, draw

SAMPLES = cases(6, 25)
PARIS = Path(__file__).parents[3] / "shared" / "data" / "paris" / "paris_seine.osm.pbf"


def _moved(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy + ORIGIN)


def _grid(side: int, step: int) -> list[list[tuple[float, float]]]:
    stops = range(0, side + 1, step)
    return [[(x, y) for y in stops] for x in stops] + [[(x, y) for x in stops] for y in stops]


def test_a_straight_street(tmp_path: Path) -> None:
    """300 m either way and the reach beside it: a lens round the street."""
    streets = draw(tmp_path, [(0, 0), (1000, 0)])
    post = snap(streets, at((500, 0)))
    shape = catchment(streets, post, limit_s=300 / 1.34, outward=True)
    west, south, east, north = shapely.transform(shape, lambda xy: xy - ORIGIN).bounds
    assert (west, east) == pytest.approx((200, 800), abs=4)
    assert (south, north) == pytest.approx((-60, 60), abs=4)
    assert shape.is_valid


def test_holes_are_kept(tmp_path: Path) -> None:
    streets = draw(tmp_path, *_grid(600, 300))
    post = snap(streets, at((300, 300)))
    shape = catchment(streets, post, limit_s=600, outward=True)
    assert len(shape.interiors) == 4
    assert not shapely.contains(shape, shapely.Point(at((150, 150))[0]))


def test_water_is_cut_out_and_not_crossed(tmp_path: Path) -> None:
    streets = draw(tmp_path, [(0, 0), (600, 0)], [(0, 70), (600, 70)])
    river = _moved(shapely.box(-100, 20, 700, 50))
    post = snap(streets, at((300, 0)))
    shape = catchment(streets, post, limit_s=600, outward=True, water=river)
    assert shapely.intersection(shape, river).area == 0
    assert shapely.transform(shape, lambda xy: xy - ORIGIN).bounds[3] <= 20.001


def _share_drawn_right(
    streets: Streets,
    post: tuple[float, float],
    box: tuple[float, float, float, float],
    walls: list[shapely.Geometry],
    *,
    limit_s: float = 300.0,
) -> tuple[float, float]:
    """Return which share of points in a box are within the limit, and of how many it is told so."""
    low, high = np.array(box[:2]), np.array(box[2:])
    points = np.random.default_rng(3).uniform(low, high, (4000, 2)) + ORIGIN
    here = snap(streets, at(post), barriers=walls)
    cells = snap(streets, points, barriers=walls, from_bridges=False)
    times = walking_times(streets, here, cells, limit_s=limit_s, outward=False)
    within = np.zeros(len(points), np.bool_)
    within[times.indices] = True
    shape = catchments(streets, here, limits_s=[limit_s], outward=False, barriers=walls)[0][0]
    return within.mean(), (shapely.contains_xy(shape, *points.T) == within).mean()


def test_a_platform_between_two_tracks_is_drawn_and_the_track_bed_beside_it_is_not(
    tmp_path: Path,
) -> None:
    """Both strips are narrower than a cell: one is walked along, nobody gets to the other."""
    streets = draw(
        tmp_path, [(0, 0), (600, 0)], [(0, 0), (-20, 0), (-20, 44), (0, 44), (600, 44)],
    )  # fmt: skip
    walls = [_moved(shapely.LineString([(-15, y), (700, y)])) for y in (30, 40, 48, 56)]
    within, right = _share_drawn_right(streets, (0, 0), (10, 20, 190, 70), walls)
    assert 0.3 < within < 0.7
    assert right > 0.95  # half a finest cell at each of the four tracks


def test_a_street_that_is_reached_late_is_left_out_of_the_ground_around_it(
    tmp_path: Path,
) -> None:
    """A dead end between two others: who stands on it walks all around."""
    around = [(12, 0), (12, 300)], [(-12, 0), (-12, 300)], [(-12, 0), (12, 0)]
    late = [(0, 300), (0, 40)], [(0, 300), (0, 700)], [(0, 700), (12, 300)]
    streets = draw(tmp_path, *around, *late)
    within, right = _share_drawn_right(streets, (12, 0), (-30, 60, 30, 200), [], limit_s=260.0)
    assert 0.5 < within < 0.9
    assert right > 0.98


@pytest.mark.parametrize(("wall", "y"), [(False, 31.7), (True, 20.3), (True, 38.9)])
def test_an_outline_passes_where_one_side_ends(tmp_path: Path, wall: bool, y: float) -> None:
    """Half way between a street within the limit and one beyond it, or on the wall between them.

    Points half a metre to either side are told apart, nearer than cells are to one another.
    """
    streets = draw(tmp_path, [(0, 0), (600, 0)], [(600, 0), (600, 63.4)], [(600, 63.4), (0, 63.4)])
    walls = [_moved(shapely.LineString([(-100, y), (599, y)]))] if wall else []
    within, right = _share_drawn_right(
        streets, (0, 0), (10, y - 0.5, 180, y + 0.5), walls, limit_s=200.0
    )
    assert 0.4 < within < 0.6
    assert right > 0.85  # all but the 8 cm that are left of the last halving, and as much again


def test_ground_that_walls_close_in_is_cut_out_unless_a_street_leads_there(tmp_path: Path) -> None:
    """A shed narrower than a cell, one of four walls, and a yard with a gate."""
    streets = draw(tmp_path, [(0, 0), (300, 0)], [(0, 0), (0, 30)])
    shed = shapely.box(20.2, 10.1, 60.3, 11.2)
    corners = [(80.1, 10.3), (120.2, 10.3), (120.2, 11.1), (80.1, 11.1), (80.1, 10.3)]
    sides = [shapely.LineString(corners[i : i + 2]) for i in range(4)]
    yard = shapely.box(-20.4, 10.2, 15.3, 40.1)
    walls = [_moved(each) for each in (shed, *sides, shapely.boundary(yard))]
    here = snap(streets, at((150, 0)))
    shape = catchments(streets, here, limits_s=[300.0], outward=False, barriers=walls)[0][0]
    for closed in (shed, shapely.Polygon(corners)):
        assert shapely.intersection(shape, _moved(closed)).area == pytest.approx(0.0, abs=1e-6)
    assert shapely.contains_xy(shape, *at((90, 8))[0])
    assert shapely.intersection(shape, _moved(yard)).area > 0.95 * yard.area


def test_a_long_walk_is_drawn_of_coarser_cells(tmp_path: Path) -> None:
    """A catchment of an hour has no more cells than one of ten minutes."""
    assert finer_cells(800.0, 15.0, barriers=[])[0] == (3, 2)
    assert finer_cells(4_000.0, 15.0, barriers=[])[0] == (3,)
    assert finer_cells(50_000.0, 15.0, barriers=[])[0] == ()
    streets = draw(tmp_path, [(0, 0), (9000, 0)])
    shape = catchment(streets, snap(streets, at((4500, 0))), limit_s=3600, outward=True)
    west, _, east, _ = shapely.transform(shape, lambda xy: xy - ORIGIN).bounds
    assert (west, east) == pytest.approx((0, 9000), abs=70)


def test_the_direction_walked_counts(tmp_path: Path) -> None:
    streets = draw(tmp_path, ([(0, 0), (1000, 0)], {"oneway": "yes"}))
    post = snap(streets, at((500, 0)))
    out = catchment(streets, post, limit_s=300, outward=True)
    home = catchment(streets, post, limit_s=300, outward=False)
    middle = at((500, 0))[0, 0]
    assert out.bounds[0] > middle - 16 < middle < out.bounds[2] - 250
    assert home.bounds[2] < middle + 16


def test_nothing_is_reached_from_nowhere(tmp_path: Path) -> None:
    streets = draw(tmp_path, [(0, 0), (100, 0)])
    lost = snap(streets, at((0, 5000)))
    assert catchment(streets, lost, limit_s=300, outward=True).is_empty
    with pytest.raises(UsageError):
        catchment(streets, snap(streets, at((0, 0), (1, 1))), limit_s=300, outward=True)


def test_many_at_once_are_the_same_as_one_by_one(tmp_path: Path) -> None:
    """Rings at several times lie in one another, and each is what it is by itself."""
    streets = draw(tmp_path, *_grid(800, 100))
    posts = snap(streets, at((100, 100), (5000, 0), (610, 500)))
    limits = [120, 240, 360]
    found = catchments(streets, posts, limits_s=limits, outward=True)
    for i, rings in enumerate(found):
        for ring, limit_s in zip(rings, limits, strict=True):
            alone = catchment(streets, posts.take([i]), limit_s=limit_s, outward=True)
            assert shapely.symmetric_difference(ring, alone).area <= 0.02 * alone.area
        assert rings[0].area <= rings[1].area <= rings[2].area
        assert shapely.difference(rings[0], rings[2]).area <= 1.0
    assert all(ring.is_empty for ring in found[1])


def test_the_same_bytes_each_time(tmp_path: Path) -> None:
    lines = _grid(600, 100)
    shapes = []
    for drawn in (lines, lines[::-1]):
        streets = draw(tmp_path, *drawn)
        post = snap(streets, at((310, 300)))
        shapes.append(catchment(streets, post, limit_s=240, outward=True).wkb)
    assert shapes[0] == shapes[1]


@pytest.mark.skipif(not PARIS.is_file(), reason="the Paris extract is not there")
class TestParis:
    """The river test, on the real network."""

    @pytest.fixture(scope="class")
    @staticmethod
    def streets() -> Streets:
        return read_streets(PARIS, crs=CRS)

    @pytest.fixture(scope="class")
    @staticmethod
    def seine() -> shapely.Geometry:
        rings = osmium.geom.WKBFactory()
        found = [
            shapely.from_wkb(rings.create_multipolygon(item))
            for item in osmium.FileProcessor(str(PARIS)).with_areas()
            if item.is_area() and not item.from_way()
        ]
        move = pyproj.Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
        return shapely.union_all(
            [shapely.transform(g, lambda xy: np.column_stack(move.transform(*xy.T))) for g in found]
        )

    def test_the_river_is_there(self, seine: shapely.Geometry) -> None:
        assert 1e6 < seine.area < 3e6

    @pytest.mark.slow
    def test_catchments_keep_to_their_bank_but_over_bridges(
        self, streets: Streets, seine: shapely.Geometry
    ) -> None:
        """Without bridges a catchment holds no ground of the other bank; with them some do."""
        shapely.prepare(seine)
        line = streets.edge_lines()
        dry = closed_all(streets, seine)
        rng = np.random.default_rng(7)
        near = np.flatnonzero(shapely.dwithin(seine, line, 60) & ~shapely.intersects(seine, line))
        assert len(near) > 500
        crossed = 0
        # the river ends with the extract; farther out the banks would meet
        west, south, east, north = seine.bounds
        lands = shapely.get_parts(
            shapely.difference(shapely.box(west, south, east, north + 2000), seine)
        )
        lands = lands[shapely.area(lands) > 5e4]
        assert len(lands) == 4  # two banks and two islands
        for edge in rng.choice(near, SAMPLES, replace=False):
            place = shapely.line_interpolate_point(line[edge], 0.5, normalized=True)
            xy = shapely.get_coordinates(place)
            home = lands[int(np.argmax(shapely.intersects(lands, place)))]
            post = snap(dry, xy, water=seine)
            assert post.edge[0] >= 0
            shape = catchment(dry, post, limit_s=480, outward=False, water=seine)
            assert shapely.intersection(shape, seine).area < 1e-6
            assert shapely.difference(shape, home).area < 1.0
            post = snap(streets, xy, water=seine)
            shape = catchment(streets, post, limit_s=480, outward=False, water=seine)
            assert shapely.intersection(shape, seine).area < 1e-6
            crossed += shapely.difference(shape, home).area > 1000
        assert crossed > SAMPLES // 5

    @pytest.mark.parametrize("level", [0, -1])
    def test_500_points_on_both_banks(
        self, streets: Streets, seine: shapely.Geometry, level: int
    ) -> None:
        """Within 40 m of the water, on the street and on the lower quay below it.

        Nobody is put on the far bank or on a bridge, and in a tunnel only from its own level.
        """
        rng = np.random.default_rng(11)
        ring = shapely.difference(shapely.buffer(seine, 40), seine)
        box = shapely.box(*streets.node_xy.min(axis=0) + 60, *streets.node_xy.max(axis=0) - 60)
        ring = shapely.intersection(ring, box)
        low, high = np.array(ring.bounds[:2]), np.array(ring.bounds[2:])
        points = rng.uniform(low, high, (60_000, 2))
        points = points[shapely.contains_xy(ring, *points.T)][:500]
        assert len(points) == 500
        found = snap(streets, points, level=level, water=seine)
        hit = found.edge >= 0
        assert hit.mean() > 0.9
        within = (streets.bridge | streets.tunnel)[found.edge[hit]]
        assert (streets.level[found.edge[hit]][within] == level).all()
        assert within.mean() < 0.25
        lines = streets.edge_lines()[found.edge[hit]]
        foot = shapely.line_interpolate_point(lines, found.fraction[hit], normalized=True)
        way = shapely.linestrings(np.stack([points[hit], shapely.get_coordinates(foot)], axis=1))
        assert shapely.length(shapely.intersection(way, seine)).max() <= 10.01

    def test_the_raster_agrees_with_points_snapped_exactly(
        self, streets: Streets, seine: shapely.Geometry
    ) -> None:
        rng = np.random.default_rng(5)
        nodes = rng.choice(np.flatnonzero(streets.component == 0), 12, replace=False)
        missed = false = covered = 0
        for node in nodes:
            post = snap(streets, streets.node_xy[[node]], water=seine)
            if post.edge[0] < 0:
                continue
            points = streets.node_xy[node] + rng.uniform(-700, 700, (4000, 2))
            points = points[~shapely.contains_xy(seine, *points.T)]
            cells = snap(streets, points, water=seine)
            times = walking_times(streets, post, cells, limit_s=480, outward=False)
            inside = np.zeros(len(points), np.bool_)
            inside[times.indices] = True
            shape = catchment(streets, post, limit_s=480, outward=False, water=seine)
            drawn = shapely.contains_xy(shape, *points.T)
            covered += inside.sum()
            missed += (inside & ~drawn).sum()
            false += (~inside & drawn).sum()
        assert missed / covered <= 0.01
        assert false / covered <= 0.01
