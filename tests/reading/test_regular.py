"""Only regular files are read: all else is told in a sentence, and nobody waits."""

import os
import socket
from pathlib import Path

import pytest

from placement.errors import InputError
from placement.plan.layers import load_plan
from placement.plan.settings import read_settings
from placement.reading.regular import read_bytes, read_text
from placement.review.geojson import read_solution
from placement.streets import read_streets
from placement.streets.fetch import around
from tests.builders import write_plan
from tests.cli.running import run
from tests.streets.draw import CRS

READERS = {
    "plan": read_settings,
    "solution": read_solution,
    "streets": lambda path: read_streets(path, crs=CRS),
    "route": lambda path: around(path, margin_m=10),
    "layer": lambda path: load_plan(write_plan(path.parent / "plan"), layers={"sites": path}),
}


def pipe(path: Path) -> None:
    os.mkfifo(path)


def door(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as own:
        own.bind(str(path))


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("make", [pipe, door, Path.mkdir])
def test_what_is_no_regular_file_is_told(
    kind: str, make: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("given.geojson")
    make(path)  # type: ignore[operator]
    with pytest.raises(InputError, match=r"given\.geojson.*(not a file|no such plan file)"):
        READERS[kind](path)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "a" * 5000, "a\0b.geojson", "x/y/z"])
def test_paths_that_lead_to_no_file(kind: str, path: str, tmp_path: Path) -> None:
    given = tmp_path / path
    with pytest.raises(InputError) as caught:
        READERS[kind](given) if kind != "layer" else load_plan(
            write_plan(tmp_path / "plan"), layers={"sites": given}
        )
    assert len(str(caught.value)) < 3000


def test_a_pipe_as_baseline_is_told(tmp_path: Path) -> None:
    pipe(tmp_path / "old.geojson")
    plan = write_plan(tmp_path / "plan", layers={"streets": None})
    done = run("optimise", plan, "--baseline", tmp_path / "old.geojson", "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert "old.geojson: is a pipe or a device, not a file; name a solution" in done.output


def test_a_file_larger_than_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 11)
    assert len(read_bytes(tmp_path / "a", most=11)) == 11
    with pytest.raises(InputError, match="is larger than 0 MiB"):
        read_bytes(tmp_path / "a", most=10)


def test_text_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc\xff")
    with pytest.raises(InputError, match=r"is not UTF-8 text \(byte 3\)"):
        read_text(tmp_path / "a")
    (tmp_path / "b").write_bytes(b"\xef\xbb\xbfabc")
    assert read_text(tmp_path / "b") == "abc"
