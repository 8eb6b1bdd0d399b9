"""The first run after an installation compiles where that is worth it, and says so once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.amount import by_night
from tests.cli.running import run
from tests.cli.test_start import ROOT


@by_night
@pytest.mark.slow
def test_the_starter_compiles_hardly_anything_and_says_so_once(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    env = os.environ | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}

    def place(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "placement", *words],
            cwd=tmp_path, env=env, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stderr

    assert run("init", tmp_path / "mine").exit_code == 0
    assert place("optimise", "mine").count("compiling") == 1
    kept = {path.name.split(".")[1] for path in cache.rglob("*.nbc")}
    assert kept == {"_tally", "add_to", "_first_wrong"}
    assert "compiling" not in place("optimise", "mine", "--no-map")
