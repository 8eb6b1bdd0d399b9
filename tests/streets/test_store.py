"""A network kept in a file is the same network, and says so where it cannot be."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from placement.errors import InputError
from placement.streets import Streets, read_streets, snap, walking_times
from placement.streets.store import write_streets
from placement.streets.surfaces import Surfaces
from tests.streets.draw import CRS, at, draw
from tests.streets.test_squares import SQUARE, square

TOWN = (
    ([(0, 0), (100, 0), (200, 0)], {"name": "Rue «A»"}),
    ([(100, -80), (100, 0), (100, 80)], {"class": "steps", "level": -1}),
    ([(200, 0), (200, 80)], {"bridge": True, "oneway": "yes"}),
)


@pytest.mark.parametrize("name", ["town.parquet", "town.arrow"])
def test_the_same_to_the_last_bit(tmp_path: Path, name: str) -> None:
    check_kept(draw(tmp_path, *TOWN), tmp_path / name)


def test_squares_are_kept(tmp_path: Path) -> None:
    hole = [(100.0, 100.0), (200.0, 100.0), (200.0, 200.0), (100.0, 200.0)]
    streets = square(tmp_path, SQUARE, [hole], list(SQUARE))
    assert len(streets.squares) == 1
    check_kept(streets, tmp_path / "square.arrow")


def check_kept(streets: Streets, file: Path) -> None:
    write_streets(streets, file)
    again = read_streets(file, crs=CRS)
    for field in Streets.__dataclass_fields__:
        a, b = getattr(streets, field), getattr(again, field)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype
            assert a.shape == b.shape
            assert a.tobytes() == b.tobytes()
            assert not b.flags.writeable
        elif field == "squares":
            for part in Surfaces.__dataclass_fields__:
                assert np.array_equal(getattr(a, part), getattr(b, part))
        else:
            assert a == b
    points = at((10, 3), (100, 60))
    found, wanted = (
        walking_times(net, *2 * [snap(net, points)], limit_s=500, outward=True).toarray()
        for net in (again, streets)
    )
    assert (found == wanted).all()
    assert (found + found.T + np.eye(2) > 0).all()


def test_the_same_network_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        write_streets(draw(tmp_path, *TOWN), tmp_path / name)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


@pytest.mark.parametrize(
    "options", [{"crs": "EPSG:32631"}, {"step_free": True}, {"speed_m_s": 0.7}], ids=str
)
def test_another_purpose_is_refused(tmp_path: Path, options: dict[str, object]) -> None:
    write_streets(draw(tmp_path, *TOWN), tmp_path / "town.parquet")
    with pytest.raises(InputError, match="made for"):
        read_streets(tmp_path / "town.parquet", **{"crs": CRS, **options})


def test_other_versions_and_damage_are_told(tmp_path: Path) -> None:
    path = tmp_path / "town.parquet"
    write_streets(draw(tmp_path, *TOWN), path)
    table = pq.read_table(path)
    facts = json.loads(table.schema.metadata[b"placement-streets"])
    for change, expected in (({"version": 99}, "version 99"), ({"shape": {}}, "damaged")):
        data = json.dumps({**facts, **change}).encode()
        pq.write_table(table.replace_schema_metadata({b"placement-streets": data}), path)
        with pytest.raises(InputError, match=expected):
            read_streets(path, crs=CRS)
    for name in ("town.parquet", "town.arrow"):
        (tmp_path / name).write_bytes(b"PAR1 nothing")
        with pytest.raises(InputError, match="town"):
            read_streets(tmp_path / name, crs=CRS)


def test_an_arrow_file_is_mapped_and_not_copied(tmp_path: Path) -> None:
    """Arrays that begin where the file's bytes do, one after another, in one mapping."""
    streets = draw(tmp_path, [(0, 0), (100, 0), (100, 80)], [(100, 0), (200, 0)])
    path = tmp_path / "kept.arrow"
    write_streets(streets, path)
    again = read_streets(path, crs=streets.crs)
    start = [again.__dict__[name].ctypes.data for name in ("node_xy", "edge_tail", "half_edge")]
    assert start == sorted(start)
    assert start[-1] - start[0] < path.stat().st_size
