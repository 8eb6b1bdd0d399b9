"""Runs many cases in a process that may die, and keeps what went wrong so that it runs again."""

import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.cases import make_case
from tests.fuzz.seeds import write_seeds
from tests.fuzz.worker import SECONDS

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).parent / "failed"
_SILENT_S = 300  # of a case that waits; one that works is ended by its own process far sooner


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A case that went wrong."""

    number: int
    said: str


def run_cases(first: int, last: int) -> Iterator[Fault]:
    """Run the cases from the first to before the last; yield those that go wrong."""
    while first < last:
        number, ended = first, ""
        talk: list[str] = []
        with subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.worker", str(first), str(last)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=ROOT,
        ) as worker:
            for line in _lines(worker):
                word, _, rest = line.partition(" ")
                if word == "begin":
                    number, ended = int(rest), "begun"
                elif word == "fine":
                    ended = "fine"
                elif word == "fault":
                    ended = "fault"
                    yield Fault(number=number, said=rest.partition(" ")[2])
                else:
                    talk.append(line)
            code = worker.wait()
        if code == 0:
            return
        if ended != "begun":
            raise RuntimeError("\n".join([f"it ended by itself after {number}", *talk[-20:]]))
        yield Fault(number=number, said="\n".join([*talk[-20:], _death(code)]))
        first = number + 1


def _death(code: int) -> str:
    if code == -signal.SIGPROF:
        return f"it takes more than {SECONDS} s of the processor"
    if code == -signal.SIGKILL:
        return f"it does nothing for {_SILENT_S} s, or takes too much memory"
    return f"the process died of {signal.Signals(-code).name}" if code < 0 else f"exit {code}"


def _lines(worker: subprocess.Popen[str]) -> Iterator[str]:
    """Yield what a process says; end it where it says nothing for long."""
    said: queue.Queue[str | None] = queue.Queue()
    assert worker.stdout is not None

    def listen(stream: Iterator[str]) -> None:
        for line in stream:
            said.put(line.rstrip("\n"))
        said.put(None)

    thread = threading.Thread(target=listen, args=(worker.stdout,), daemon=True)
    thread.start()
    while True:
        try:
            line = said.get(timeout=_SILENT_S)
        except queue.Empty:
            worker.kill()
            break
        if line is None:
            break
        yield line
    thread.join()


def keep(fault: Fault, folder: Path = KEPT) -> Path:
    """Keep a case's damaged file, its command and what went wrong; return the folder."""
    target = folder / str(fault.number)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name) / "scratch"
        scratch.mkdir()
        case = make_case(fault.number, write_seeds(Path(name) / "seeds"), scratch)
        words = [word.replace(name, "…") for word in case.words]
        if case.file is not None:
            shutil.copy(case.file, target / case.file.name)
    again = f"python -m tests.fuzz --from {fault.number} --count 1"
    text = f"place {words}\n\nagain: {again}\n\n{fault.said}\n"
    (target / "told.txt").write_text(text, "utf-8", errors="replace")
    return target
