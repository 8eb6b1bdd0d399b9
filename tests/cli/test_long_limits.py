"""A time limit beyond what clocks of the system count is none, in every command that has one."""

from pathlib import Path

import pytest

from tests.cli.running import run

CASE = Path(__file__).parents[1] / "cases" / "plans" / "plain"
SOLUTION = CASE / "solution.geojson"
COMMANDS = {
    "optimise": ("optimise", CASE, "--no-map", "--time-limit"),
    "cover": ("cover", CASE, "--share", "checkpoint=0.1", "--no-map", "--time-limit"),
    "frontier": ("frontier", CASE, "--budgets", "20", "--no-map", "--no-plot", "--time-limit"),
    "loss": ("loss", SOLUTION, CASE, "--time-limit"),
    "audit": ("audit", SOLUTION, CASE, "--prove", "--prove-time-limit"),
    "optimise and prove": ("optimise", CASE, "--no-map", "--prove", "--prove-time-limit"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_time_limit_longer_than_any_clock(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    out = () if name == "audit" else ("--out", tmp_path / "out")
    done = run(*COMMANDS[name], "1e300", *out)
    assert done.exit_code == 0, done.output
