"""Files are whole or as they were, whatever ends the writing, and nothing is left behind."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from placement.errors import InputError
from placement.outputs import check_output, replace_file, replace_files, replacing

posix = pytest.mark.skipif(sys.platform == "win32", reason="as on POSIX")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_whole_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for content in (b"one", b"", b"three" * 10_000):
        replace_file(path, content)
        assert path.read_bytes() == content
    assert names(tmp_path) == ["a"]


@posix
def test_the_mode_of_an_existing_file_is_kept_and_a_new_one_follows_the_umask(
    tmp_path: Path,
) -> None:
    before = os.umask(0o027)
    try:
        replace_file(tmp_path / "new", b"x")
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
        (tmp_path / "new").chmod(0o604)
        replace_file(tmp_path / "new", b"y")
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o604
    finally:
        os.umask(before)


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    for target in (tmp_path / "real" / "there", tmp_path / "real" / "not-yet"):
        link = tmp_path / f"to-{target.name}"
        link.symlink_to(target)
        replace_file(link, b"new")
        assert link.is_symlink()
        assert target.read_bytes() == b"new"
    assert names(tmp_path / "real") == ["not-yet", "there"]


@posix
@pytest.mark.parametrize("kind", ["folder", "device", "pipe", "socket", "link to itself"])
def test_what_is_no_file_is_refused_and_left(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "it"
    server = socket.socket(socket.AF_UNIX)
    match kind:
        case "folder":
            path.mkdir()
        case "device":
            path.symlink_to(os.devnull)
        case "pipe":
            os.mkfifo(path)
        case "socket":
            here = Path.cwd()
            os.chdir(tmp_path)  # the name of a socket may be no longer than 100 letters
            server.bind("it")
            os.chdir(here)
        case _:
            path.symlink_to(path)
    before = path.lstat()
    for write in (replace_file, lambda path, _: check_output(path)):
        with pytest.raises(InputError, match=r"it.*cannot be written"):
            write(path, b"x")
    server.close()
    assert path.lstat() == before
    assert names(tmp_path) == ["it"]


@posix
@pytest.mark.parametrize("way", ["itself", "hard link", "link", "other spelling", "not yet there"])
def test_no_file_that_is_read_is_written_over(tmp_path: Path, way: str) -> None:
    source, out = tmp_path / "read", tmp_path / "written"
    source.write_bytes(b"precious")
    match way:
        case "itself":
            out = source
        case "hard link":
            os.link(source, out)
        case "link":
            out.symlink_to(source)
        case "other spelling":
            out = tmp_path / "." / ".." / tmp_path.name / "read"
        case _:
            source = tmp_path / "gone"
            out.symlink_to(source)
    with pytest.raises(InputError, match="which is read to make it"):
        replace_file(out, b"x", inputs=[tmp_path / "other", source])
    assert way == "not yet there" or source.read_bytes() == b"precious"


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write it")
def test_a_protected_file_is_left(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(InputError, match="protected against writing"):
        replace_file(path, b"new")


@pytest.mark.parametrize("name", ["no/such/folder", "file/below", "x" * 300, "a\0b"])
def test_what_cannot_be_written_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be written") as raised:
        replace_file(tmp_path / name, b"x")
    assert str(raised.value).count("\n") == 0
    assert names(tmp_path) == ["file"]


def test_several_files_change_together_or_not_at_all(tmp_path: Path) -> None:
    first, last = tmp_path / "first", tmp_path / "no" / "last"
    first.write_bytes(b"old")
    with pytest.raises(InputError, match="last"):
        replace_files({first: b"new", last: b"new"})
    assert first.read_bytes() == b"old"
    assert names(tmp_path) == ["first"]


def test_an_error_of_the_writer_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail() -> None:
        with replacing(path) as passing:
            passing.write_bytes(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


_FULL = """
import resource, sys
from pathlib import Path
from placement.outputs import replace_files
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
replace_files({Path("small"): b"new", Path("large"): b"new" * 10_000})
"""


@posix
def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    for name in ("small", "large"):
        (tmp_path / name).write_bytes(b"old")
    done = _python(_FULL, tmp_path)
    assert "large: cannot be written (" in done.stderr
    assert [(tmp_path / name).read_bytes() for name in ("small", "large")] == [b"old", b"old"]
    assert names(tmp_path) == ["large", "small"]


_KILLED = """
import os, sys
from pathlib import Path
import placement.outputs as outputs

at = sys.argv[1]
def now(*_, **__):
    os.kill(os.getpid(), 9)
if at == "written":
    outputs.os.fsync = now
elif at == "synced":
    outputs._keep_mode = now
elif at == "first moved":
    moved = Path.replace
    def replace(self, target):
        moved(self, target)
        now()
    Path.replace = replace
with_two = {Path("a"): b"new" * 100_000, Path("b"): b"new" * 100_000}
if at == "half written":
    write = Path.write_bytes
    def half(self, content):
        write(self, content[: len(content) // 2])
        now()
    Path.write_bytes = half
outputs.replace_files(with_two)
"""


@posix
@pytest.mark.parametrize("at", ["half written", "written", "synced", "first moved"])
def test_a_killed_process_leaves_old_or_new_and_the_next_one_clears_up(
    tmp_path: Path, at: str
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"old")
    done = _python(_KILLED, tmp_path, at)
    assert done.returncode == -signal.SIGKILL
    whole = {b"old", b"new" * 100_000}
    assert {(tmp_path / name).read_bytes() for name in ("a", "b")} <= whole
    left = [name for name in names(tmp_path) if name.endswith(".part")]
    assert left
    replace_file(tmp_path / "c", b"another")
    assert names(tmp_path) == ["a", "b", "c"]


@posix
def test_what_a_living_process_is_writing_is_left_alone(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom placement.outputs import replacing\n"
        "with replacing('slow') as passing:\n"
        "    print('ready', flush=True)\n    sys.stdin.readline()\n    passing.write_text('done')\n"
    )
    slow = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, env=_env(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert slow.stdout is not None
    assert slow.stdout.readline() == "ready\n"
    with replacing(tmp_path / "own") as passing:  # nor does this process take its own away
        replace_file(tmp_path / "quick", b"x")
        assert passing.exists()
    assert len([name for name in names(tmp_path) if name.endswith(".part")]) == 1
    slow.communicate("\n", timeout=60)
    assert names(tmp_path) == ["own", "quick", "slow"]
    assert (tmp_path / "slow").read_text() == "done"


@posix
def test_readers_never_see_half_a_file_while_it_is_killed_at_any_moment(tmp_path: Path) -> None:
    code = (
        "from placement.outputs import replace_file\nn = 0\n"
        "while True:\n    n += 1\n    replace_file('a', b'%d' % (n % 10) * 50_000)\n"
    )
    path = tmp_path / "a"
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=_env())
        before = path.stat().st_mtime_ns if path.exists() else 0
        while not path.exists() or path.stat().st_mtime_ns == before:
            time.sleep(0.001)
        for _ in range(50):
            content = path.read_bytes()
            assert len(content) == 50_000
            assert len(set(content)) == 1
        process.kill()
        process.wait()
        assert len(set(path.read_bytes())) == 1
    replace_file(path, b"end")
    assert names(tmp_path) == ["a"]


def _env() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), *filter(None, sys.path)])}


def _python(code: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder, env=_env(), capture_output=True, text=True, check=False,
    )  # fmt: skip
