"""The process in which the second solver runs: started once, asked often, and never outlived."""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from typing import Any, TypedDict

_GRACE_S = 10.0  # a solver may look at the clock late, where it rewrites a model before it searches
_STARTS_S = 120.0  # what reading its libraries may take, from a slow disk

# `-I` keeps what lies in the folder we were started in, and variables of Python, out of the child;
# it finds packages where this process does (in the user's own packages too, which `-I` leaves out).
_BEGIN = (
    "import json, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "sys.path[:] = json.loads(sys.argv[2]); "
    "from placement.prove.cp_sat import main; main(int(sys.argv[1]))"
)


class Request(TypedDict):
    """An integer program in whole numbers, and what is asked of it.

    Attributes
    ----------
    low, high
        Least and most of each variable.
    rows
        Pairs of variable and number that add up to at most a number.
    implied
        A variable of 0 or 1 that is 1 only if one of the others is.
    aim
        Pairs of variable and number whose sum is maximised; empty where any values will do.
    hint
        Pairs of variable and value to begin with.
    ends
        When to stop, on the clock of `time.monotonic`.
    enough
        A bound on the aim that need not become smaller, or None.
    exact, beyond
        Pairs of variable and number, and a sum of them above which the search may end, or None.
    """

    low: list[int]
    high: list[int]
    rows: list[tuple[list[tuple[int, int]], int]]
    implied: list[tuple[int, tuple[int, ...]]]
    aim: list[tuple[int, int]]
    hint: list[tuple[int, int]]
    ends: float
    enough: int | None
    exact: list[tuple[int, int]]
    beyond: int | None


class SolverEndedError(Exception):
    """The second solver's process ended without an answer; the message says how."""


class SolverProcess:
    """A child process that answers requests, one at a time.

    It ends when this process does, however that comes about: it has nobody left to read from. Its
    standard output and error reach nobody but us.

    Raises
    ------
    SolverEndedError
        If it cannot be started.
    """

    def __init__(self) -> None:
        folders = [one for one in sys.path if one]
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-I", "-c", _BEGIN, str(os.getpid()), json.dumps(folders)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                encoding="ascii",
            )
        except OSError as error:
            self._said.close()
            raise SolverEndedError(f"it could not be started ({error.strerror})") from error
        self._ready = False
        self._pid = os.getpid()
        self._asked = threading.Lock()

    @property
    def usable(self) -> bool:
        """Whether the child lives, and is this process's: not that of one it was forked of."""
        return self._pid == os.getpid() and self._child.poll() is None

    def wait_until_ready(self) -> None:
        """Wait for the child to have read its libraries.

        Raises
        ------
        SolverEndedError
            If it could not.
        """
        with self._asked:
            if not self._ready and self._exchange(None, _STARTS_S) is None:
                self.end()
                raise SolverEndedError(f"it was not ready within {_STARTS_S:.0f} s")
            self._ready = True

    def ask(self, request: Request, *, time_limit: float) -> dict[str, Any] | None:
        """Return the answer to a request; None, and the child is ended, if it takes too long.

        Raises
        ------
        SolverEndedError
            If the child ends instead.
        """
        self.wait_until_ready()
        with self._asked:
            answer = self._exchange(json.dumps(request), time_limit + _GRACE_S)
            if answer is None:
                self.end()
            return answer

    def _exchange(self, line: str | None, seconds: float) -> dict[str, Any] | None:
        """Send a line, if there is one, and wait so long for the next answer."""
        answers: queue.SimpleQueue[str] = queue.SimpleQueue()

        def exchange() -> None:  # in a thread: pipes know no time limits
            reply = ""
            with suppress(OSError, ValueError):  # ended meanwhile
                if line is not None:
                    self._child.stdin.write(f"{line}\n")  # type: ignore[union-attr]
                    self._child.stdin.flush()  # type: ignore[union-attr]
                reply = self._child.stdout.readline()  # type: ignore[union-attr]
            answers.put(reply)

        threading.Thread(target=exchange, daemon=True).start()
        try:
            reply = answers.get(timeout=min(seconds, threading.TIMEOUT_MAX))
        except queue.Empty:
            return None
        except BaseException:  # Ctrl-C, SIGTERM: the next answer would be that to this request
            self.end()
            raise
        if not reply.endswith("\n"):
            how = self._how_it_ended()
            self.end()
            raise SolverEndedError(how)
        answer: dict[str, Any] = json.loads(reply)
        return answer

    def _how_it_ended(self) -> str:
        """Return, in a few words, how the child ended."""
        if self._said.closed:
            return "it was ended"
        try:
            code = self._child.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            return "it closed its output"
        if code < 0:
            with suppress(ValueError):
                return f"it was ended by {signal.Signals(-code).name}"
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").split("\n")
        last = next((" ".join(line.split()) for line in reversed(lines) if line.strip()), "")
        return f"exit code {code}{f' ({last[:300]})' if last else ''}"

    def end(self) -> None:
        """End the child now, whatever it does."""
        if self._pid == os.getpid():
            self._child.kill()
            self._child.wait()
            for end in (self._child.stdin, self._child.stdout, self._said):
                with suppress(OSError):  # what was not sent meets nobody
                    end.close()  # type: ignore[union-attr]
