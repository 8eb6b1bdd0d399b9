"""Straight-line cover equals testing every disc against every point, however it is fed."""

import json
import tracemalloc

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.cover import discs
from placement.cover.cover import Cover
from placement.cover.squares import cut_squares
from placement.errors import InputError, UsageError
from tests.amount import cases


def by_definition(points, sites, radius, weight=None):
    """Every disc against every point, in the one expression that counts."""
    away = points[:, None, :] - sites[None, :, :]
    inside = away[..., 0] * away[..., 0] + away[..., 1] * away[..., 1] <= radius * radius
    return Cover.from_matrix(inside, weight)


def assert_same(one, two):
    for name in ("indptr", "indices", "weight"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes(), name
    assert (one.n_sites, one.n_points, one.total) == (two.n_sites, two.n_points, two.total)


# whole coordinates and radii put many points exactly on circles (3, 4, 5) and on each other
whole = st.integers(-12, 12).map(float)
places = st.lists(st.tuples(whole, whole), max_size=30)


@given(points=places, sites=places, data=st.data())
@settings(deadline=None, max_examples=cases(25, 100))
def test_points_on_the_circle_and_sites_on_each_other(points, sites, data):
    radius = np.array(
        data.draw(st.lists(st.integers(0, 13), min_size=len(sites), max_size=len(sites))),
        dtype=np.float64,
    )
    xy, at = np.array(points).reshape(-1, 2), np.array(sites).reshape(-1, 2)
    weight = np.arange(len(xy))
    assert_same(Cover.from_discs(xy, at, radius, weight), by_definition(xy, at, radius, weight))


@given(seed=st.integers(0, 10_000), offset=st.sampled_from([0.0, 6.5e6, -1e9]))
@settings(deadline=None, max_examples=cases(15, 30))
def test_random_discs_near_and_far_from_the_origin(seed, offset):
    rng = np.random.default_rng(seed)
    sites = rng.random((rng.integers(1, 60), 2)) * 30 + offset
    radius = rng.random(len(sites)) * rng.choice([0.1, 3.0, 40.0])
    points = rng.random((500, 2)) * 40 - 5 + offset
    weight = rng.integers(0, 100, len(points))
    assert_same(
        Cover.from_discs(points, sites, radius, weight),
        by_definition(points, sites, radius, weight),
    )


def far_apart(rng):
    near = rng.random((30, 2)) * 1000
    points = rng.random((2000, 2)) * 1000
    return np.vstack([near, near + 8e5]), np.full(60, 300.0), np.vstack([points, points + 8e5])


def huge_and_tiny(rng):
    sites = rng.random((60, 2)) * 1000 + 6e6
    radius = np.where(np.arange(60) % 9 == 0, 1e7, 20.0)
    return sites, radius, rng.random((4000, 2)) * 1000 + 6e6


def clustered(rng):
    return rng.normal(0, 100, (60, 2)), np.full(60, 5000.0), rng.normal(0, 4000, (4000, 2))


def whole_metres(rng):
    corner = np.array([648_000.0, 6_860_000.0])
    sites, points = rng.integers(0, 1000, (60, 2)), rng.integers(0, 1000, (4000, 2))
    return sites + corner, np.full(60, 100.0), points + corner


@pytest.mark.parametrize("drawn", [far_apart, huge_and_tiny, clustered, whole_metres])
def test_sites_that_are_hard_on_squares(drawn):
    rng = np.random.default_rng(4)
    sites, radius, points = drawn(rng)
    weight = rng.integers(1, 100, len(points))
    assert_same(
        Cover.from_discs(points, sites, radius, weight),
        by_definition(points, sites, radius, weight),
    )


def test_bundled_circles_leave_squares_without_counters():
    rng = np.random.default_rng(3)
    sites = rng.random((40, 2)) * 1e-6
    turn = rng.random(3000) * 2 * np.pi
    points = np.column_stack([np.cos(turn), np.sin(turn)]) * 5 + rng.normal(0, 1e-6, (3000, 2))
    squares = cut_squares(sites, np.full(40, 5.0))
    assert (squares.leaf[:-1, 1] < 0).any()
    cover = Cover.from_discs(points, sites, 5.0)
    assert len(cover.weight) > 100
    assert_same(cover, by_definition(points, sites, np.full(40, 5.0)))


def test_chunks_threads_and_types_change_nothing(monkeypatch):
    rng = np.random.default_rng(5)
    sites = rng.random((50, 2)) * 30
    points = (rng.random((9000, 2)) * 30).astype(np.float32)
    weight = rng.random(9000)
    expected = Cover.from_discs(points, sites, 4.0, weight)
    assert_same(expected, by_definition(points.astype(np.float64), sites, np.full(50, 4.0), weight))
    monkeypatch.setattr(discs, "POINTS_AT_ONCE", 700)
    monkeypatch.setattr(discs, "_WORTH_A_THREAD", 500)
    reused = np.empty((1000, 2))

    def generated():
        for first in range(0, 9000, 1000):
            reused[:] = points[first : first + 1000]
            yield reused, weight[first : first + 1000]

    for threads in (1, 2, 3):
        assert_same(Cover.from_discs(points, sites, 4.0, weight, threads=threads), expected)
        assert_same(Cover.from_discs(generated(), sites, 4.0, threads=threads), expected)
    listed = [(points[:10], weight[:10]), (points[10:], weight[10:])]
    assert_same(Cover.from_discs(listed, sites, 4.0), expected)
    turn = rng.permutation(9000)
    assert_same(Cover.from_discs(points[turn], sites, 4.0, weight[turn]), expected)


def test_the_weight_outside_all_discs_is_in_the_total_only():
    points = np.array([[0.0, 0.0], [100.0, 100.0], [-1e300, 5.0], [2.5, 2.5]])
    cover = Cover.from_discs(points, [[0.0, 0.0]], 3.0, [1.0, 2.0, 4.0, 8.0])
    assert (cover.total, cover.n_points, cover.weight.tolist()) == (15.0, 4, [1.0])


@pytest.mark.parametrize("threads", [1, 3])
def test_sums_beyond_what_floats_hold_are_rounded_once(monkeypatch, threads):
    monkeypatch.setattr(discs, "_WORTH_A_THREAD", 1)
    weight = 2**40 + 1
    exact = 3 * 20_000 * weight
    assert exact > 2**53
    chunk = (np.zeros((20_000, 2)), np.full(20_000, weight))
    cover = Cover.from_discs([chunk] * 3, [[0, 1], [9, 9]], 1.0, threads=threads)
    assert cover.weight.tolist() == [float(exact)]
    assert cover.total == float(exact)
    halves = (np.zeros((20_000, 2)), np.full(20_000, 0.5))
    cover = Cover.from_discs([chunk, halves] * 3, [[0, 1]], 1.0, threads=threads)
    assert cover.weight.tolist() == [float(exact + 30_000)]


def test_memory_is_bounded_by_the_chunk():
    rng = np.random.default_rng(8)
    sites = rng.random((50, 2)) * 30

    def peak(chunks):
        tracemalloc.start()
        drawn = (rng.random((20_000, 2)) * 30 for _ in range(chunks))
        assert Cover.from_discs(drawn, sites, 4.0, threads=1).n_points == chunks * 20_000
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(40) < 1.2 * peak(10)


@pytest.mark.parametrize("points", [np.full((5000, 2), 3.0), np.zeros((5000, 2)) - 99.0])
def test_all_points_in_one_place(points):
    sites = np.array([[3.0, 3.0], [3.0, 3.0], [4.0, 3.0], [50.0, 50.0]])
    radius = np.array([0.0, 5.0, 1.0, 60.0])
    assert_same(Cover.from_discs(points, sites, radius), by_definition(points, sites, radius))


def test_no_sites_and_no_points():
    none = np.zeros((0, 2))
    assert Cover.from_discs([[0, 0], [1, 1]], none, 3.0, [1, 2]).total == 3.0
    empty = Cover.from_discs(none, [[0, 0]], 3.0)
    assert (empty.total, empty.n_points, len(empty.weight)) == (0.0, 0, 0)
    assert Cover.from_discs(iter(()), [[0, 0]], 3.0).n_points == 0


def table(xy, weight):
    return pa.table({"x": xy[:, 0], "y": xy[:, 1], "people": weight})


def geo_table(xy, weight, crs="EPSG:2154", **column):
    shapes = pa.array(shapely.to_wkb(shapely.points(xy)), type=pa.binary())
    about = {"encoding": "WKB", "geometry_types": ["Point"], "crs": crs} | column
    geo = {"version": "1.1.0", "primary_column": "where", "columns": {"where": about}}
    held = pa.table({"where": shapes, "people": weight})
    return held.replace_schema_metadata({"geo": json.dumps(geo)})


def test_parquet_is_read_by_row_groups(tmp_path):
    rng = np.random.default_rng(6)
    sites = rng.random((20, 2)) * 30
    xy, weight = rng.random((5000, 2)) * 30, rng.integers(0, 100, 5000)
    expected = Cover.from_discs(xy, sites, 5.0, weight)
    for number, held in enumerate((table(xy, weight), geo_table(xy, weight))):
        path = tmp_path / f"{number}.parquet"
        pq.write_table(held, path, row_group_size=700)
        assert_same(Cover.from_discs(path, sites, 5.0, "people"), expected)
        assert Cover.from_discs(str(path), sites, 5.0).total == 5000


def test_geometries_of_other_make_are_read_or_refused(tmp_path):
    path = tmp_path / "points.parquet"
    shapes = [shapely.Point(0, 0, 7), shapely.Point(3, 4)]
    held = geo_table(np.zeros((2, 2)), [1, 2])
    held = held.set_column(0, "where", pa.array(shapely.to_wkb(shapes), type=pa.binary()))
    pq.write_table(held, path)
    assert Cover.from_discs(path, [[0, 0]], 5.0, "people").evaluate([0]) == 3.0
    shapes[1] = shapely.LineString([(0, 0), (1, 1)])
    held = held.set_column(0, "where", pa.array(shapely.to_wkb(shapes), type=pa.binary()))
    pq.write_table(held, path)
    with pytest.raises(InputError, match=r"points\.parquet, feature 'row 1'.*not a point"):
        Cover.from_discs(path, [[0, 0]], 5.0)


def test_what_is_wrong_with_a_file_is_named(tmp_path):
    path = tmp_path / "points.parquet"
    with pytest.raises(InputError, match="no such file"):
        Cover.from_discs(path, [[0, 0]], 5.0)
    path.write_bytes(b"no parquet at all")
    with pytest.raises(InputError, match="not readable as Parquet"):
        Cover.from_discs(path, [[0, 0]], 5.0)
    pq.write_table(geo_table(np.zeros((1, 2)), [1], crs="EPSG:4326"), path)
    with pytest.raises(InputError, match=r"'where'.*WGS 84.*not in metres; reproject"):
        Cover.from_discs(path, [[0, 0]], 5.0)
    pq.write_table(pa.table({"x": [1.0], "why": [2.0]}), path)
    with pytest.raises(InputError, match=r"field 'y'.*no column of that name among x, why"):
        Cover.from_discs(path, [[0, 0]], 5.0)
    pq.write_table(pa.table({"x": [1.0, None], "y": [2.0, 3.0]}), path)
    with pytest.raises(InputError, match="feature 'row 1', field 'x': the value is missing"):
        Cover.from_discs(path, [[0, 0]], 5.0)
    pq.write_table(pa.table({"x": [1.0], "y": [2.0], "people": ["many"]}), path)
    with pytest.raises(InputError, match=r"field 'people'.*not numbers"):
        Cover.from_discs(path, [[0, 0]], 5.0, "people")


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_point_that_is_nowhere_is_named(bad):
    chunks = [np.zeros((10, 2)), np.array([[0.0, 0.0], [1.0, bad]])]
    with pytest.raises(InputError, match=r"feature 'row 11': the position .* is not finite"):
        Cover.from_discs(chunks, [[0, 0]], 5.0)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0])
def test_a_weight_that_cannot_be_summed_is_named(bad):
    chunks = [(np.zeros((10, 2)), np.ones(10)), (np.zeros((2, 2)), [1.0, bad])]
    with pytest.raises(InputError, match="feature 'row 11', field 'weight': the weight"):
        Cover.from_discs(iter(chunks), [[0, 0]], 5.0)


def test_calls_that_cannot_be_taken():
    here = np.zeros((2, 2))
    for call, message in (
        (lambda: Cover.from_discs(here, here, [1.0]), "one a site"),
        (lambda: Cover.from_discs(here, here, -1.0), "0 or more"),
        (lambda: Cover.from_discs(here, here, 1.0, [1.0]), "2 points need as many weights"),
        (lambda: Cover.from_discs(np.zeros((2, 3)), here, 1.0), "two columns"),
        (lambda: Cover.from_discs(here, np.zeros(3), 1.0), "two columns"),
        (lambda: Cover.from_discs(here, here * np.nan, 1.0), "row 0 of sites"),
        (lambda: Cover.from_discs(iter([here]), here, 1.0, [1, 1]), "bring their weights"),
        (lambda: Cover.from_discs(here, here, 1.0, "people"), "from a file"),
        (lambda: Cover.from_discs("points.parquet", here, 1.0, [1.0]), "named by their column"),
    ):
        with pytest.raises(UsageError, match=message):
            call()
