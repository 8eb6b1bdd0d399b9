"""Demand in parts is counted like demand in one piece, wherever and in whatever turn."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from placement.cover.cover import Cover
from placement.errors import InputError, UsageError
from placement.executor import Here
from placement.reading.parts import part_files
from placement.streets import read_streets
from tests.builders import streets, write_geojson

SITES = np.random.default_rng(4).uniform(0, 100, (12, 2))


def write_part(path, xy, weight, *, geo=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {"people": weight}
    if geo:
        columns["geometry"] = shapely.to_wkb(shapely.points(xy))
        about = (
            '{"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "crs": '
            "null}}}"
        )
        table = pa.table(columns).replace_schema_metadata({"geo": about})
    else:
        table = pa.table({**columns, "x": xy[:, 0], "y": xy[:, 1]})
    pq.write_table(table, path, row_group_size=50)


def drawn(seed, points=700, *, whole=True):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(-10, 110, (points, 2))
    return xy, rng.integers(0, 50, points).astype(float) if whole else rng.exponential(1, points)


def told(cover):
    arrays = (cover.indptr, cover.indices, cover.weight)
    return [one.tobytes() for one in arrays], cover.total, cover.n_points


@pytest.mark.parametrize("geo", [True, False])
def test_parts_are_counted_as_one_array(tmp_path, geo):
    xy, weight = drawn(1)
    for number, some in enumerate(np.split(np.arange(700), [0, 130, 131, 600])):
        write_part(tmp_path / f"{number}.parquet", xy[some], weight[some], geo=geo)
    whole = told(Cover.from_discs(xy, SITES, 20.0, weight))
    assert told(Cover.from_discs(tmp_path, SITES, 20.0, "people")) == whole
    for jobs in (1, 3):
        given = Here(jobs)
        assert told(Cover.from_discs(tmp_path, SITES, 20.0, "people", executor=given)) == whole


def test_any_weights_give_the_same_bytes_by_any_number_of_workers(tmp_path):
    for number in range(7):
        xy, weight = drawn(number, 40 * number, whole=False)
        write_part(tmp_path / f"{number}.parquet", xy, weight)
    found = [
        told(Cover.from_discs(tmp_path, SITES, 20.0, "people", executor=Here(jobs)))
        for jobs in (1, 2, 5)
    ]
    assert found[0] == found[1] == found[2]


def test_where_parts_are(tmp_path):
    xy, weight = drawn(1, 3)
    names = ["b.parquet", "a/2.geoparquet", "a/10.parquet"]
    for name in [*names, "_late.parquet", ".tmp/x.parquet", "a/notes.txt"]:
        write_part(tmp_path / "homes" / name, xy, weight)
    (tmp_path / "homes" / "_metadata").touch()
    here = (tmp_path / "homes").as_posix()
    everything = [f"{here}/{name}" for name in sorted(names)]
    assert part_files(tmp_path / "homes") == everything
    assert part_files(f"{here}/_metadata") == everything
    assert part_files(f"{here}/a/*.parquet") == [f"{here}/a/10.parquet"]
    assert part_files([f"{here}/b.parquet", tmp_path]) == [f"{here}/b.parquet", str(tmp_path)]
    assert part_files(f"{here}/b.parquet") is None
    assert part_files(xy) is None
    assert part_files([[0.0, 1.0]]) is None
    assert Cover.from_discs(f"{here}/**/*.parquet", SITES, 1.0).n_points == 3 * 3
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", f"{here}/*.csv"):
        with pytest.raises(InputError, match="there is no Parquet file in it; check the path"):
            Cover.from_discs(path, SITES, 1.0)


def test_a_part_that_cannot_be_used_is_named(tmp_path):
    for number in range(3):
        write_part(tmp_path / f"{number}.parquet", *drawn(number, 100))
    xy, weight = drawn(1, 100)
    weight[70] = -1
    write_part(tmp_path / "1.parquet", xy, weight)
    with pytest.raises(InputError, match=r"1\.parquet, feature 'row 70', field 'weight': the weig"):
        Cover.from_discs(tmp_path, SITES, 1.0, "people")
    (tmp_path / "1.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"1\.parquet: the file is not readable as Parquet"):
        Cover.from_discs(tmp_path, SITES, 1.0, "people")
    with pytest.raises(InputError, match=r"gone\.parquet: there is no such file"):
        Cover.from_discs([tmp_path / "gone.parquet"], SITES, 1.0)


def test_calls_that_cannot_be_taken(tmp_path):
    write_part(tmp_path / "a.parquet", *drawn(1, 5))
    with pytest.raises(UsageError, match="named by their column"):
        Cover.from_discs(tmp_path, SITES, 1.0, [1.0] * 5)
    with pytest.raises(UsageError, match="an executor shares points that are in Parquet files"):
        Cover.from_discs(drawn(1)[0], SITES, 1.0, executor=Here(1))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    path = write_geojson(tmp_path_factory.mktemp("town") / "streets.geojson", streets())
    return read_streets(path, crs="EPSG:2154")


def test_walks_by_parts_and_by_chunks_are_those_of_one_array(town, tmp_path, monkeypatch):
    low, high = town.node_xy.min(axis=0), town.node_xy.max(axis=0)
    rng = np.random.default_rng(2)
    xy, weight = rng.uniform(low, high, (300, 2)), rng.integers(1, 9, 300)
    sites = rng.uniform(low, high, (5, 2))
    whole = told(Cover.from_streets(town, xy, sites, 240.0, weight))
    assert len(whole[0][2]) > 8
    monkeypatch.setattr("placement.cover.walks.POINTS_AT_ONCE", 70)
    cut = [(xy[:100], weight[:100]), (xy[100:], weight[100:])]
    assert told(Cover.from_streets(town, iter(cut), sites, 240.0)) == whole
    for number, (some, worth) in enumerate(cut):
        write_part(tmp_path / f"{number}.parquet", some, worth)
    for given in (None, Here(1), Here(2)):
        parts = Cover.from_streets(town, tmp_path, sites, 240.0, "people", executor=given)
        assert told(parts) == whole
    xy[150, 1] = np.nan
    write_part(tmp_path / "1.parquet", xy[100:], weight[100:])
    with pytest.raises(InputError, match=r"1\.parquet, feature 'row 50': the position .* finite"):
        Cover.from_streets(town, tmp_path, sites, 240.0, "people")
