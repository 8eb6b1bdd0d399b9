"""The time limit of a command: it runs from the command's first line to its last."""

import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from placement.errors import NoPlanError
from placement.solve.core.stopping import Stop

_LONGEST_S = 1e8  # three years; a timer takes no more than its clock can count
_AGAIN_S = 0.2  # an exception that something swallowed is raised again


class _Over(BaseException):
    """The time is over; no `except Exception` of a reader may take it for a broken file."""


class Deadline(Stop):
    """The stop rule of a whole command: it also ends steps that do not watch it.

    Those are the steps before there is a plan to keep: reading, and walking. A single call into
    compiled code is waited for. Outside the main thread nothing ends such a step.
    """

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """End a step when the time is over.

        Raises
        ------
        NoPlanError
            If the time is over before the step is.
        """
        alarm = getattr(signal, "SIGALRM", None)
        main = threading.current_thread() is threading.main_thread()
        if alarm is None or not main or math.isinf(self.left()):
            yield
            return
        running = True

        def over(_number: int, _frame: FrameType | None) -> None:
            if running:
                raise _Over

        before = signal.signal(alarm, over)
        try:
            left = min(max(self.left(), 1e-3), _LONGEST_S)
            signal.setitimer(signal.ITIMER_REAL, left, _AGAIN_S)
            yield
            running = False
        except _Over:
            running = False
            raise NoPlanError(
                f"the time limit was over while {doing}, before any plan was looked for; "
                "give more with --time-limit."
            ) from None
        finally:
            running = False
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            signal.signal(alarm, before)
