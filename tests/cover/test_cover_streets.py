"""Cover by walking: the limit counts, one-way streets bind, and what has no street is uncovered."""

import numpy as np
import pytest
from pyproj import Transformer

from placement.cover.cover import Cover
from placement.errors import UsageError
from placement.streets import read_streets, snap, walking_times
from tests.builders import line, streets, write_geojson

CRS = "EPSG:2154"
TO_METRES = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)


def metres(*lonlat):
    return np.column_stack(TO_METRES.transform(*zip(*lonlat, strict=True)))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    path = write_geojson(tmp_path_factory.mktemp("town") / "streets.geojson", streets())
    return read_streets(path, crs=CRS)


def test_cover_is_the_table_of_walks_within_the_limit(town):
    rng = np.random.default_rng(2)
    points = metres(
        *zip(rng.uniform(2.345, 2.355, 300), rng.uniform(48.846, 48.854, 300), strict=True)
    )
    sites = metres((2.346, 48.8470), (2.350, 48.8515), (2.354, 48.8530), (2.9, 48.85))
    weight = rng.integers(1, 100, 300)
    cover = Cover.from_streets(town, points, sites, 240.0, weight, snap_m=30.0)
    times = walking_times(
        town,
        snap(town, sites, max_m=30.0),
        snap(town, points, max_m=30.0),
        limit_s=240.0,
        outward=False,
    )
    within = np.zeros((4, 300), dtype=bool)
    within[np.repeat(np.arange(4), np.diff(times.indptr)), times.indices] = True
    assert 0 < within.any(axis=0).sum() < 300
    for chosen in ([0], [1], [0, 2], [0, 1, 2, 3]):
        assert cover.evaluate(chosen) == weight[within[chosen].any(axis=0)].sum()
    assert cover.evaluate([3]) == 0.0
    assert (cover.total, cover.n_points, cover.n_sites) == (weight.sum(), 300, 4)


def test_a_point_at_the_site_itself_is_covered_by_a_walk_of_no_time(town):
    here = metres((2.350, 48.8515))
    assert Cover.from_streets(town, here, here, 0.0, [7]).evaluate([0]) == 7.0


def test_walkers_keep_to_one_way_streets(tmp_path):
    one_way = line((2.35, 48.85), (2.351, 48.85), id="only", oneway="yes")
    one_way["properties"]["class"] = "footway"
    path = write_geojson(tmp_path / "streets.geojson", [one_way])
    network = read_streets(path, crs=CRS)
    first, second = metres((2.3501, 48.85)), metres((2.3509, 48.85))
    assert Cover.from_streets(network, first, second, 600.0).evaluate([0]) == 1.0
    assert Cover.from_streets(network, second, first, 600.0).evaluate([0]) == 0.0
    assert Cover.from_streets(network, second, first, 600.0, outward=True).evaluate([0]) == 1.0


def test_a_limit_that_is_no_time_is_refused(town):
    here = metres((2.350, 48.8515))
    with pytest.raises(UsageError, match="max_walk_s must be a finite number of seconds"):
        Cover.from_streets(town, here, here, float("inf"))
