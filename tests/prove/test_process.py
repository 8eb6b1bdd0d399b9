"""The second solver's process: its own libraries, its own streams, and an end in every case."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from placement.errors import UsageError
from placement.prove import solver
from placement.prove.process import SolverEndedError, SolverProcess
from placement.prove.proof import Verdict, prove_again
from tests.prove.endless import endless
from tests.prove.test_proof import BEST, claim, write

pytestmark = pytest.mark.slow  # each begins a process, and reads its libraries

posix = pytest.mark.skipif(os.name != "posix", reason="signals and processes of POSIX")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Give each test a process of its own, and leave none behind."""
    solver._Kept.end()
    yield
    solver._Kept.end()


def begun(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the process run this code in place of its own."""
    monkeypatch.setattr("placement.prove.process._BEGIN", code)


def test_what_the_solver_links_with_never_meets_ours() -> None:
    """The process has neither HiGHS nor our code in it, and OR-Tools is nowhere else."""
    looks = (
        "import json, sys; from placement.prove import cp_sat; from importlib import import_module;"
        " import_module('ortools.sat.python.cp_model'); print(json.dumps(sorted(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", looks], capture_output=True, check=True)
    names = set(json.loads(found.stdout))
    assert not {"highspy", "pulp"} & names
    ours = {name for name in names if name.startswith("placement.")}
    assert ours == {"placement.prove", "placement.prove.cp_sat", "placement.version"}
    looks = (
        "import sys; from placement.prove.solver import demand_solver; demand_solver();"
        " print('ortools.sat' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", looks], capture_output=True, check=True)
    assert found.stdout.split() == [b"False"]


def test_files_of_the_folder_it_is_started_in_are_not_taken_for_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json.py", "ortools.py", "queue.py", "pandas.py"):
        (tmp_path / name).write_text("raise SystemExit('taken')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "json.py"))
    monkeypatch.syspath_prepend("")
    solver.demand_solver()


def test_what_it_says_reaches_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever a library writes to its streams is neither an answer nor shown."""
    talks = "import os; os.write(2, b'hello\\n' * 100_000);"
    answers = solver._Kept.begin  # the real code, after some talk
    from placement.prove import process

    loud = process._BEGIN.replace(
        "from placement.prove.cp_sat import main;",
        "from placement.prove import cp_sat; before = cp_sat.answer_to;\n"
        "def said(*given):\n"
        "    os.write(1, b'{}\\n' * 100_000); print('talk'); return before(*given)\n"
        "cp_sat.answer_to = said; main = cp_sat.main;",
    )
    begun(monkeypatch, talks + loud)
    assert answers().usable
    plan = write(tmp_path)
    assert prove_again(plan, claim(plan, BEST, 50.0)).verdict is Verdict.TWICE
    assert capfd.readouterr() == ("", "")


def test_a_solver_that_cannot_be_loaded_is_one_sentence_before_anything_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(monkeypatch, "raise ImportError('libhighs.so: undefined symbol: x')")
    plan = write(tmp_path)
    with pytest.raises(UsageError, match=r"does not: exit code 1 \(ImportError: libhighs") as e:
        prove_again(plan, claim(plan, BEST, 50.0))
    assert "\n" not in str(e.value)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with pytest.raises(UsageError, match="could not be started"):
        solver.demand_solver()


def test_a_solver_that_ends_in_the_middle_confirms_nothing_and_the_next_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = write(tmp_path)
    with monkeypatch.context() as patched:
        begun(patched, "print('{}', flush=True); input(); raise MemoryError('no room')")
        proof = prove_again(plan, claim(plan, BEST, 50.0))
        assert proof.verdict is Verdict.UNCONFIRMED
        assert proof.words.startswith("not confirmed: the second solver ended without an answer")
        assert "MemoryError: no room" in proof.words
        assert proof.words.count("\n") == 0
    assert prove_again(plan, claim(plan, BEST, 50.0)).verdict is Verdict.TWICE


def test_a_solver_that_does_not_look_at_the_clock_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = write(tmp_path)
    begun(monkeypatch, "import time; print('{}', flush=True); input(); time.sleep(1000)")
    monkeypatch.setattr("placement.prove.process._GRACE_S", 0.5)
    proof = prove_again(plan, claim(plan, BEST, 50.0), time_limit=0.2)
    assert (proof.verdict, proof.bound) == (Verdict.UNCONFIRMED, None)
    assert solver._Kept.process is not None
    assert not solver._Kept.process.usable


def test_a_time_limit_holds_and_what_it_leaves_is_a_bound() -> None:
    program, aim = endless()
    answer = solver.solve(program, aim, time_limit=2.0)
    assert not answer.none
    assert answer.bound is None or answer.bound <= sum(aim.values())


@pytest.mark.parametrize("seconds", [1e-9, 1e-3, 0.03, 0.1])
def test_however_short_the_time_nothing_true_is_refuted(tmp_path: Path, seconds: float) -> None:
    plan = write(tmp_path)
    proof = prove_again(plan, claim(plan, BEST, 50.0), time_limit=seconds)
    assert proof.verdict is not Verdict.REFUTED


def test_a_process_forked_of_ours_asks_another(tmp_path: Path) -> None:
    del tmp_path
    process = SolverProcess()
    process.wait_until_ready()
    process._pid += 1  # as a forked copy sees it
    assert not process.usable
    process.end()
    assert process._child.poll() is None  # it is not the copy's to end
    process._pid -= 1
    process.end()
    assert process._child.poll() is not None
    with pytest.raises(SolverEndedError):
        process.ask(request_of_nothing(), time_limit=1.0)


def request_of_nothing():
    return {"low": [], "high": [], "rows": [], "implied": [], "aim": [], "hint": [],
            "ends": 0.0, "enough": None, "exact": [], "beyond": None}  # fmt: skip


ASKS = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells have it ignored in background
from placement.prove import solver
from tests.prove.endless import endless
{first}
solver.demand_solver()
print(solver._Kept.process._child.pid, flush=True)
try:
    solver.solve(*endless(), time_limit=500.0)
except KeyboardInterrupt:
    assert solver._Kept.process._child.poll() is not None
    sys.exit(7)
"""


@posix
@pytest.mark.parametrize(
    ("first", "number", "code"),
    [
        ("", signal.SIGINT, 7),
        ("signal.signal(signal.SIGTERM, signal.default_int_handler)", signal.SIGTERM, 7),
        ("", signal.SIGKILL, -signal.SIGKILL),
        ("import os; os.fork() or signal.pause()", signal.SIGKILL, -signal.SIGKILL),
    ],
    ids=["ctrl-c", "asked", "killed", "killed-after-a-fork"],
)
def test_it_ends_with_the_process_that_asks(first: str, number: int, code: int) -> None:
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", ASKS.format(first=first)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": root},
        start_new_session=True,
    ) as asks:
        try:
            assert asks.stdout is not None
            child = int(asks.stdout.readline())
            time.sleep(0.5)  # it searches by now; before that it would end all the same
            (os.killpg if number == signal.SIGINT else os.kill)(asks.pid, number)
            assert asks.wait(60) == code
            until = time.monotonic() + 60
            while is_running(child):
                assert time.monotonic() < until, "it goes on"
                time.sleep(0.05)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(asks.pid, signal.SIGKILL)


def is_running(number: int) -> bool:
    """Tell whether a process runs; one that ended and that nobody asked about does not."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
