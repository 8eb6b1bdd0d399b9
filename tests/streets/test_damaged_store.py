"""Hundreds of damaged networks: each is refused in one sentence, or is sound enough to walk on.

They are read in a process of their own, which a fault in compiled code would end.
"""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from placement.cli import place
from placement.errors import InputError
from placement.streets import Streets, read_streets, snap, walking_times
from placement.streets.store import _ARRAYS, _KEY, _digest, write_streets
from tests.amount import cases
from tests.streets.draw import CRS, at, draw
from tests.streets.test_squares import SQUARE, square
from tests.streets.test_store import TOWN

_EVIL: tuple[Any, ...] = (
    None, True, -1, 0, 3, 2**31, 2**63, 10**400, -0.5, 1e300, float("inf"), float("nan"), "", "x",
    "EPSG:2154", "\ud800", [], ["a"], [1], [[]], {}, {"a": 1}, {"a": "b"}, "[" * 5000,
)  # fmt: skip


def town(folder: Path) -> Streets:
    """Return a network that has one of everything: a square on a bridge beside streets."""
    lines = draw(folder, *TOWN)
    square_ = square(folder, SQUARE, [], list(SQUARE)).squares
    kinds = {"class_code": lines.class_code[:1], "name_code": lines.name_code[:1]}
    return replace(lines, squares=replace(square_, structure=np.ones(1, np.bool_), **kinds))


def _write(path: Path, facts: dict[str, Any], columns: dict[str, Any]) -> None:
    data = json.dumps(facts, sort_keys=True)
    table = pa.table(columns).replace_schema_metadata({_KEY: data.encode("utf-8", "replace")})
    if path.suffix == ".arrow":
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
            file.write_table(table)
    else:
        pq.write_table(table, path, compression="none", use_dictionary=False)


def _kept(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what a whole file says and holds."""
    table = pq.read_table(path)
    facts = json.loads(table.schema.metadata[_KEY])
    arrays = {
        name: np.frombuffer(table.column(name)[0].as_py(), dtype).copy()
        for name, (dtype, _) in _ARRAYS.items()
    }
    return facts, arrays


def _evil_array(array: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Put values in an array that its type allows and its meaning does not, or the wrong number."""
    array = array.copy()
    at_ = int(random.integers(len(array)))
    kind = array.dtype.kind
    match int(random.integers(6)):
        case 0 if kind == "f":
            array[at_] = random.choice([np.nan, np.inf, -np.inf, -1.0, 0.0, 1e300, 5e-324])
        case 0 if kind == "i":
            info = np.iinfo(array.dtype)
            array[at_] = random.choice([-1, info.max, info.min, len(array), 10**6])
        case 0:
            array.view(np.uint8)[at_] = 2 + random.integers(254)
        case 1:
            array = random.permutation(array)
        case 2:
            array = array[: random.integers(len(array))]
        case 3:
            array = np.concatenate([array, array])
        case 4:
            array.view(np.uint8)[:] = random.integers(0, 256, array.nbytes)
        case _:
            array[:] = array[at_]
    return array


def _damage(path: Path, whole: Path, number: int) -> None:
    """Write the damaged file of a number."""
    random = np.random.default_rng(number)
    facts, arrays = _kept(whole.with_suffix(".parquet"))
    names = list(_ARRAYS)
    name = names[int(random.integers(len(names)))]
    kind = number % 6
    if kind == 0:  # bytes are other ones
        content = bytearray(whole.read_bytes())
        for place_ in random.integers(0, len(content), int(random.integers(1, 20))):
            content[place_] = random.integers(256)
        path.write_bytes(content)
        return
    if kind == 1:  # bytes are gone
        content = whole.read_bytes()
        cut = int(random.integers(len(content)))
        path.write_bytes(content[:cut] + content[cut + int(random.integers(1, 500)) :])
        return
    columns = {
        name: pa.array([array.tobytes()], pa.large_binary()) for name, array in arrays.items()
    }
    if kind == 2:  # columns of another kind, or another's
        other = names[int(random.integers(len(names)))]
        change: list[Any] = [
            columns[other],
            pa.array([arrays[name].tobytes()], pa.binary()),
            pa.array([None], pa.large_binary()),
            pa.array([1], pa.int64()),
            pa.array(["text"], pa.large_string()),
            None,
        ]
        columns[name] = change[int(random.integers(len(change)))]
        columns = {name: column for name, column in columns.items() if column is not None}
    else:
        if kind in {3, 4}:  # sound bytes of unsound values
            for one in random.choice(names, int(random.integers(1, 3)), replace=False):
                arrays[one] = _evil_array(arrays[one], random)
                columns[one] = pa.array([arrays[one].tobytes()], pa.large_binary())
                if random.random() < 0.8:
                    facts["shape"][one] = len(arrays[one]) // _ARRAYS[one][1]
        else:  # facts that cannot be
            keys = [key for key in facts if key != "version"]
            key = keys[int(random.integers(len(keys)))]
            evil = _EVIL[int(random.integers(len(_EVIL)))]
            if key == "shape":
                facts[key][name] = evil
            else:
                facts[key] = evil
        facts["digest"] = "" if number % 7 == 0 else _digest_of(facts, arrays)
    _write(path, facts, columns)


def _digest_of(facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> str:
    try:
        return _digest(facts, arrays)
    except ValueError:  # a text that cannot be encoded
        return ""


def read_all_damaged(folder: Path, count: int) -> None:
    """Read damaged networks one after another, and walk on those that are taken."""
    refused = 0
    for number in range(count):
        whole = folder / ("town.arrow" if number % 5 == 0 else "town.parquet")
        path = folder / f"damaged{whole.suffix}"
        print(number, flush=True)  # noqa: T201 - the last one told is the one that ended all
        _damage(path, whole, number)
        try:
            streets = read_streets(path, crs=None if number % 2 else CRS)
        except InputError as error:
            sentence = str(error)
            assert sentence.count("\n") == 0, sentence
            assert path.name in sentence or "coordinate system" in sentence, sentence
            refused += 1
            continue
        points = snap(streets, at((10, 3), (100, 60), (180, 30)))
        walking_times(streets, points, points, limit_s=500, outward=True)
    print("refused", refused)  # noqa: T201


@pytest.mark.slow
def test_a_damaged_network_is_refused_or_sound_and_never_ends_the_process(tmp_path: Path) -> None:
    streets = town(tmp_path)
    for suffix in ("parquet", "arrow"):
        write_streets(streets, tmp_path / f"town.{suffix}")
    script = (
        "from pathlib import Path; from tests.streets.test_damaged_store import read_all_damaged; "
        f"read_all_damaged(Path({str(tmp_path)!r}), {cases(100, 400)})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": ":".join([".", *sys.path]), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stdout.splitlines()[-1:]
    assert done.returncode == 0, (last, done.stderr[-2000:])
    assert int(last[0].split()[1]) > cases(75, 300)


@pytest.mark.parametrize("name", _ARRAYS)
def test_each_array_of_evil_values_with_a_digest_of_their_own_is_refused(
    tmp_path: Path, name: str
) -> None:
    whole = tmp_path / "town.parquet"
    write_streets(town(tmp_path), whole)
    facts, arrays = _kept(whole)
    values = arrays[name].view(np.uint8)
    values[: arrays[name].itemsize] = 255  # −1, NaN, or a truth of 255
    any_value = {"level", "forward_s", "backward_s", "square_level", "square_shape"}
    if name in any_value:  # any level may be; NaN closes a way; a byte says how others are read
        arrays[name] = arrays[name][:-1]
        facts["shape"][name] -= 1
    facts["digest"] = _digest(facts, arrays)
    columns = {one: pa.array([each.tobytes()], pa.large_binary()) for one, each in arrays.items()}
    _write(tmp_path / "evil.parquet", facts, columns)
    done = CliRunner().invoke(place, ["streets", "info", str(tmp_path / "evil.parquet")])
    assert done.exit_code == 3
    assert "evil.parquet: it is damaged (" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
