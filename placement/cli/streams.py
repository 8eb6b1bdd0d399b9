"""Standard output, standard error and signals, as a command that holds a plan must treat them."""

import io
import os
import signal
import sys
from contextlib import suppress
from types import FrameType

from placement.errors import PlacementError


class StandardOutputError(PlacementError):
    """Standard output is closed, full, or nobody reads it; what goes into files is written."""

    exit_code = 74  # EX_IOERR of sysexits.h
    expected = False  # nobody reads on, as with `| head`: there is nothing to tell


class _StandardOutput(io.FileIO):
    """Standard output: what cannot be written is told once, as an error of our own."""

    def __init__(self, *, lost: bool) -> None:
        super().__init__(1, "w", closefd=False)
        self._lost = lost
        self._told = False

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]
        """Write, or raise the first time it fails; what a buffer still holds goes nowhere."""
        if self._told:
            return len(data)
        if self._lost:
            self._told = True
            raise StandardOutputError("standard output is closed.")
        try:
            return super().write(data)
        except OSError as error:
            self._told = True
            lost = StandardOutputError(f"standard output cannot be written ({error.strerror}).")
            lost.expected = isinstance(error, BrokenPipeError)
            raise lost from error


class _StandardError(io.FileIO):
    """Standard error: what cannot be said stays unsaid, and costs nothing."""

    def __init__(self) -> None:
        super().__init__(2, "w", closefd=False)

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]
        """Write, or do as if."""
        with suppress(OSError):
            return super().write(data)
        return len(data)


def take_streams() -> None:
    """Put streams in place that never cost a plan.

    Descriptors that are closed are opened on the null device first: the next file that is opened
    would take their number, and be written into by whoever talks.
    """
    closed = [number for number in range(3) if not _is_open(number)]
    for number in closed:
        null = os.open(os.devnull, os.O_RDWR)
        if null != number:  # nothing else is opened yet, so it is
            os.dup2(null, number)
            os.close(null)
    # a name may hold what the terminal cannot show
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    out, err = _StandardOutput(lost=1 in closed), _StandardError()
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(out), encoding, errors="replace", line_buffering=out.isatty()
    )
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(err), encoding, errors="replace", line_buffering=True
    )


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


class Signals:
    """What asked us to stop: Ctrl-C, SIGTERM or SIGHUP, all treated alike.

    The first one is a request, as Ctrl-C is: a search ends with the best plan it has, anything
    else ends with nothing written. The second one ends the process at once.
    """

    last = int(signal.SIGINT)

    @classmethod
    def take(cls) -> None:
        """Treat SIGTERM like Ctrl-C, and SIGHUP too unless it is ignored (as under nohup)."""
        from placement.solve.core.stopping import Stop

        Stop.second_signal = signal.SIG_DFL
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, cls._asked)

    @classmethod
    def _asked(cls, number: int, frame: FrameType | None) -> None:
        cls.last = number
        for name in ("SIGTERM", "SIGHUP"):
            if (
                getattr(signal, name, None)
                and signal.getsignal(getattr(signal, name)) == cls._asked
            ):
                signal.signal(getattr(signal, name), signal.SIG_DFL)
        as_ctrl_c = signal.getsignal(signal.SIGINT)
        if not callable(as_ctrl_c):  # SIGINT is ignored, as behind a shell's &
            as_ctrl_c = signal.default_int_handler
        as_ctrl_c(number, frame)
