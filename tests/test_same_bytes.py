"""The same plan gives the same bytes: any order of rows, any process, any hash seed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.amount import cases
from tests.builders import write_plan
from tests.cli.running import run

ROOT = Path(__file__).parents[1]


def _run(plan: Path, out: Path, seed: str) -> tuple[bytes, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "placement", "optimise", str(plan), "--out", str(out)],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return _written(out)


def _here(plan: Path, out: Path) -> tuple[bytes, bytes]:
    """Solve it in this process, whose seed is another one."""
    done = run("optimise", plan, "--out", out)
    assert done.exit_code == 0, done.stderr
    return _written(out)


def _written(out: Path) -> tuple[bytes, bytes]:
    return (out / "solution.geojson").read_bytes(), (out / "map.html").read_bytes()


@pytest.mark.slow
def test_shuffled_rows_in_another_process_give_the_same_bytes(tmp_path: Path) -> None:
    first = _here(write_plan(tmp_path / "a"), tmp_path / "out-a")
    for shuffle, seed in ((1, "12345"), *cases((), ((2, "54321"),))):
        folder = tmp_path / str(shuffle)
        again = _run(write_plan(folder / "plan", shuffle=shuffle), folder / "out", seed)
        assert first == again


@pytest.mark.slow
def test_straight_lines_too(tmp_path: Path) -> None:
    first = _here(write_plan(tmp_path / "a", layers={"streets": None}), tmp_path / "out-a")
    shuffled = write_plan(tmp_path / "b", layers={"streets": None}, shuffle=3)
    again = cases(_here, lambda *plan: _run(*plan, "54321"))
    assert first == again(shuffled, tmp_path / "out-b")
    assert b'"walking": "straight line"' in first[0]
