"""Code kept between runs: damage, foreign hands, full disks and changed sources cost only time."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from placement.compile_cache import CompileCache
from placement.compiled import compiled

_PART = """
from placement.compiled import part_of_compiled

@part_of_compiled
def part(x):
    return {}
"""
_LOOPS = """
import sys
from placement.compiled import compiled
from part import part
STEP = 1

@compiled
def first(x):
    return part(x) + STEP

@compiled
def second(x):
    return x * 2

if __name__ == "__main__":
    import logging
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if len(sys.argv) > 1:
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
    print(first(20), second(20), first.stats.cache_hits.total())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a program of two compiled functions and a part of one."""
    place = tmp_path / "program"
    place.mkdir()
    (place / "part.py").write_text(_PART.format("x + 1"))
    (place / "loops.py").write_text(_LOOPS)
    return place


def _run(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(folder), *filter(None, sys.path)])
    return subprocess.run(
        [sys.executable, str(folder / "loops.py"), *args],
        env={"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **env},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )


def _kept(folder: Path) -> list[Path]:
    return sorted((folder / "__pycache__").glob("*.nbc"))


@pytest.mark.slow
def test_nothing_can_be_kept_anywhere_and_the_program_runs_and_says_so_once(folder: Path) -> None:
    (folder / "__pycache__").write_text("a file where the folder should be")
    (folder / "home").write_text("and here")
    done = _run(folder, HOME=str(folder / "home"), NUMBA_CACHE_DIR=str(folder / "home"))
    assert done.stdout == "22 40 0\n"
    assert done.stderr.count("cannot be kept, so each run compiles again") == 1
    assert "NUMBA_CACHE_DIR" in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == [
        "__pycache__", "home", "loops.py", "part.py",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_full_disk_costs_time_only_and_the_next_run_mends_it(folder: Path) -> None:
    done = _run(folder, "1000", HOME=str(folder / "home"))
    assert done.stdout == "22 40 0\n"
    assert done.stderr.count("cannot be kept") == 1
    assert [path for path in folder.rglob("*") if path.suffix in {".nbc", ".part"}] == []
    assert _run(folder).stdout == "22 40 0\n"
    assert len(_kept(folder)) == 3
    again = _run(folder, PYTHONPROFILEIMPORTTIME="1")
    assert again.stdout == "22 40 1\n"
    assert all(line.startswith("import time:") for line in again.stderr.splitlines())
    assert "numba.np.linalg" not in again.stderr  # what only compiling needs is not loaded


@pytest.mark.slow
def test_the_users_folder_serves_where_the_installation_cannot_be_written(folder: Path) -> None:
    (folder / "__pycache__").write_text("in the way")
    users = folder / "users"
    for hits in (0, 1):
        assert _run(folder, XDG_CACHE_HOME=str(users)).stdout == f"22 40 {hits}\n"
    assert len(list(users.rglob("*.nbc"))) == 3


@pytest.mark.slow
def test_code_is_made_again_when_what_it_calls_or_names_has_changed(folder: Path) -> None:
    assert _run(folder).stdout == "22 40 0\n"
    (folder / "part.py").write_text(_PART.format("x - 5"))  # in a module beside it
    assert _run(folder).stdout == "16 40 0\n"
    assert len(_kept(folder)) == 3, "what nobody asks for any more is gone"


@pytest.fixture
def loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function whose compiled form is kept, and the file that keeps it."""
    (tmp_path / "kept_loop.py").write_text("def loop(x):\n    return x + 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "kept_loop", raising=False)
    module = import_module("kept_loop")
    assert compiled(module.loop)(1) == 2
    (path,) = _kept(tmp_path)
    return module.loop, path


def _hits(loop) -> int:
    again = compiled(loop)
    assert again(1) == 2
    return again.stats.cache_hits.total()


def test_a_damaged_file_is_never_loaded_and_is_made_again(loop) -> None:
    function, path = loop
    assert _hits(function) == 1
    whole = path.read_bytes()
    damaged = [whole[:cut] for cut in (0, 1, 31, 32, 33, len(whole) // 2, len(whole) - 1)]
    damaged += [b"garbage" * 1000, whole + b"\0", bytes(len(whole))]
    for at in range(0, len(whole), len(whole) // 7):
        damaged.append(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    for content in damaged:
        path.write_bytes(content)
        assert _hits(function) == 0
        assert path.read_bytes()[32:] != content[32:] or content == b""
        assert _hits(function) == 1


def test_whole_content_that_this_numba_cannot_take_is_made_again(loop) -> None:
    import hashlib
    import pickle

    function, path = loop
    for content in (pickle.dumps((1, 2)), b"no pickle"):
        path.write_bytes(hashlib.sha256(content).digest() + content)
        assert _hits(function) == 0
        assert _hits(function) == 1


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_passed_over(loop, kind: str) -> None:
    function, path = loop
    path.unlink()
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    assert _hits(function) == 0


def test_files_that_others_can_write_are_not_loaded(loop, monkeypatch) -> None:
    function, path = loop
    monkeypatch.setenv("XDG_CACHE_HOME", str(path.parent / "users"))
    path.chmod(0o666)
    assert _hits(function) == 0  # and written again, with a mode of our own
    path.chmod(0o644)
    assert _hits(function) == 1
    path.parent.chmod(0o777)
    assert _hits(function) == 0
    assert _hits(function) == 1  # from the user's folder


def test_files_of_a_stranger_are_not_loaded(loop) -> None:
    function, path = loop
    cache = CompileCache(function)
    mine = path.stat()
    assert cache._ours(mine)
    strange = os.stat_result([*mine[:4], 2**30, *mine[5:10]])
    assert not cache._ours(strange)


def test_without_a_home_no_folder_named_tilde_is_made(loop, monkeypatch) -> None:
    function, _ = loop
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # nobody knows this user
    assert all(folder.is_absolute() for folder in CompileCache(function)._folders())
    assert not any("~" in folder.parts for folder in CompileCache(function)._folders())
