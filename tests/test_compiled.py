"""One version of every kernel, said once, and parts without a door."""

import subprocess
import sys

import numpy as np
import pytest
from numba.core import config

from placement.compiled import compiled, part_of_compiled, suited


@part_of_compiled
def _twice(value):
    return value + value


@compiled
def _calls(some, long):
    total = 0
    for item in some:
        total += _twice(item)
    for item in long:
        total += _twice(item)
    return total + _twice(-1) + _twice(7) + _twice(0.5)


def test_there_is_one_version_for_all_whole_numbers(tmp_path, monkeypatch) -> None:
    # what comes from a cache knows nothing of its parts: nothing is kept in this folder yet
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    some, long = np.array([1, 2], np.int32), np.array([2**40])
    assert _calls(some, long) == 6 + 2**41 - 2 + 14 + 1
    kinds = [str(given[0]) for given in _twice.signatures]
    assert sorted(kinds) == ["float64", "int64"]


def test_whole_numbers_of_any_width_may_come_from_outside() -> None:
    @compiled
    def plus(value, more):
        return value + more

    assert plus(np.int32(2), 3) == plus(2, np.int16(3)) == 5
    assert len(plus.signatures) == 1


@part_of_compiled
def _rises(some, at):
    return at == 0 or some[at - 1] < some[at]


@compiled
def _rising(some):
    found = [0 for _ in range(0)]
    for at in range(len(some)):
        if _rises(some, at):
            found.append(at)
    return np.array(found)


def test_little_work_is_done_in_python_without_compiling_anything() -> None:
    some = np.array([3, 5, 5, 1, 2])
    little = suited(_rising, steps=5)
    assert little(some).tolist() == [0, 1, 4]
    assert not _rising.signatures
    assert not _rises.signatures
    much = suited(_rising, steps=10**9)
    assert much is _rising
    assert much(some).tolist() == [0, 1, 4]
    assert _rising.signatures


def test_a_part_has_no_door_from_python() -> None:
    with pytest.raises(TypeError, match="_twice is there for compiled functions only"):
        _twice(1)


_SCRIPT = """
import logging, numpy as np
logging.basicConfig(level=logging.INFO, format="%(message)s")
from placement.streets.numbering import hilbert
from placement.streets.numbering import geodesic_m
at = np.array([1, 2], np.int32)
print(hilbert(at, at).sum())
print(geodesic_m(2.0, 48.0, 2.1, 48.1) > 0)
"""


@pytest.mark.slow
def test_a_first_compilation_is_said_once_and_a_second_run_says_nothing(tmp_path) -> None:
    said = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT],
            env={"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        said.append(done.stderr)
    assert said[0].count("compiling loops for this computer and keeping them") == 1
    assert said[1] == ""
