"""Many runs of the command line, each in a process of its own with streams of its own.

One process imports what commands need and forks for each run, so that a run costs what it does and
not what starting Python does.
"""

import gc
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_IMPORTS = (
    "placement.cli.streams", "placement.solve.questions.max_cover",
    "placement.solve.questions.min_cost", "placement.solve.questions.what_if", "placement.maps",
    "placement.review.compare", "placement.review.drawn",
    "placement.streets.store", "placement.streets.fetch", "placement.prove.proof",
    "placement.studies.frontier", "placement.starting.new_plan", "placement.exports.sheets",
    "placement.maps.paper", "placement.studies.sample_average", "placement.studies.egress.study",
    "placement.studies.roster.study", "placement.studies.loss", "placement.studies.alternatives",
    "placement.auditing.egress", "placement.auditing.roster", "placement.cli.optimise",
    "placement.cli.headroom", "placement.cli.revisit", "scipy.stats",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Case:
    """One run: words, where its streams lead, and what is done to it beforehand.

    A stream is ``"file"``, ``"full"`` (a device without room), ``"closed"`` or ``"gone"`` (a pipe
    that nobody reads).
    """

    words: tuple[str, ...]
    out: str = "file"
    err: str = "file"
    before: str = ""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended: exit code (negative: the signal), and what its streams took."""

    code: int
    out: str
    err: str


class Forks:
    """A process that has imported what commands need, and forks for each run in a folder.

    Parameters
    ----------
    folder
        Where commands run.
    warm
        Words of a command that the process runs itself, so that what it loads is loaded.
    """

    def __init__(self, folder: Path, *, warm: tuple[str, ...]) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.cli.forked", str(folder), *warm],
            env={"PYTHONPATH": str(_ROOT), "PATH": os.environ["PATH"], "HOME": str(folder)},
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *cases: Case) -> list[Ended]:
        """Run commands one after another."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        ended = []
        for case in cases:
            self._server.stdin.write(json.dumps(asdict(case)) + "\n")
            self._server.stdin.flush()
            ended.append(Ended(**json.loads(self._server.stdout.readline())))
        return ended

    def end(self) -> None:
        """End the process."""
        self._server.communicate(timeout=60)


@contextmanager
def program(forks: Forks, file: Path) -> Iterator[None]:
    """Put a script in the place of a program: what it is given is run by a process that forks."""
    asked, told = (file.with_suffix(f".{name}") for name in ("asked", "told"))
    for pipe in (asked, told):
        os.mkfifo(pipe)
    file.write_text(
        f"#!/bin/bash\nprintf '%s\\n' \"$@\" > '{asked}'\ncode=$(cat '{told}')\n"
        f"cat '{told}.out'\ncat '{told}.err' >&2\nexit \"$code\"\n",
        encoding="utf-8",
    )
    file.chmod(0o755)

    def serve() -> None:
        while words := asked.read_text(encoding="utf-8").splitlines():
            try:
                ended = forks.run(Case(words=tuple(words)))[0]
            except Exception as error:  # noqa: BLE001 - or who asked would wait for ever
                ended = Ended(code=99, out="", err=repr(error))
            Path(f"{told}.out").write_text(ended.out, encoding="utf-8")
            Path(f"{told}.err").write_text(ended.err, encoding="utf-8")
            told.write_text(f"{ended.code}", encoding="utf-8")

    server = threading.Thread(target=serve)
    server.start()
    try:
        yield
    finally:
        asked.write_text("", encoding="utf-8")
        server.join()


def _lead(number: int, kind: str, file: Path) -> None:
    """Lead a descriptor where a case wants it."""
    file.write_bytes(b"")
    os.close(number)
    if kind == "file":
        handle = os.open(file, os.O_WRONLY)
    elif kind == "full":
        handle = os.open("/dev/full", os.O_WRONLY)
    elif kind == "gone":
        reader, handle = os.pipe()
        os.close(reader)
    else:
        return
    if handle != number:
        os.dup2(handle, number)
        os.close(handle)


def _run(case: Case, folder: Path) -> Ended:
    streams = [folder.parent / f"{folder.name}.{name}" for name in ("out", "err")]
    child = os.fork()
    if child == 0:
        _lead(1, case.out, streams[0])
        _lead(2, case.err, streams[1])
        os.chdir(folder)
        sys.argv = ["place", *case.words]
        code = 1
        try:
            exec(case.before, {})  # noqa: S102 - the test's own words
            from placement.cli import main

            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException as error:  # noqa: BLE001 - told below
            streams[1].write_text(f"escaped: {error!r}")
            os._exit(99)
        try:  # as the interpreter does when it ends
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:  # noqa: BLE001
            code = 120
        os._exit(code)
    _, status = os.waitpid(child, 0)
    out, err = (stream.read_text(encoding="utf-8") for stream in streams)
    return Ended(code=os.waitstatus_to_exitcode(status), out=out, err=err)


def _main() -> None:
    from importlib import import_module

    for name in _IMPORTS:
        import_module(name)
    from click.testing import CliRunner

    from placement.cli import place

    here = Path.cwd()
    os.chdir(sys.argv[1])
    assert CliRunner().invoke(place, sys.argv[2:]).exit_code == 0
    os.chdir(here)
    gc.freeze()  # no run looks through what all of them share
    for line in sys.stdin:
        case = json.loads(line)
        ended = _run(Case(**{**case, "words": tuple(case["words"])}), Path(sys.argv[1]))
        os.write(1, json.dumps(asdict(ended)).encode() + b"\n")


if __name__ == "__main__":
    _main()
