"""When to stop: the one place that reads the clock and listens for Ctrl-C."""

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any, ClassVar

type Progress = Callable[[float, float, float], None]
"""Called with seconds since the start, the best objective and the best bound so far."""


class Stop:
    """A stop rule that is handed to every room that computes.

    Parameters
    ----------
    time_limit
        Seconds from now, or None for no limit.
    within
        A rule this one may not outlast: its interruption is this one's too.
    """

    #: What the second Ctrl-C does: raises as usual. The command line ends at once, even where
    #: compiled code or a solver is at work that Python's own handlers would wait for.
    second_signal: ClassVar[Any] = signal.default_int_handler

    def __init__(self, time_limit: float | None = None, *, within: "Stop | None" = None) -> None:
        self._within = within
        self._start = time.monotonic()
        self._limit = math.inf if time_limit is None else float(time_limit)
        self._interrupted = False

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the seconds that are left: another process has neither this clock nor Ctrl-C."""
        left = self.left()
        return Stop, (None if math.isinf(left) else left,)

    def seconds(self) -> float:
        """Return the seconds since the start of the outermost rule."""
        return self._within.seconds() if self._within else time.monotonic() - self._start

    def left(self) -> float:
        """Return the seconds left; infinite without a limit, never below zero."""
        own = max(0.0, self._limit - (time.monotonic() - self._start))
        return min(own, self._within.left()) if self._within else own

    @property
    def interrupted(self) -> bool:
        """Whether the user asked to stop."""
        return self._interrupted or (self._within is not None and self._within.interrupted)

    def interrupt(self) -> None:
        """Ask everything that watches this rule to stop."""
        self._interrupted = True

    def reached(self) -> bool:
        """Tell whether to stop now."""
        return self.interrupted or self.left() <= 0.0

    def share(self, fraction: float, *, at_most: float = math.inf) -> "Stop":
        """Return a rule that ends after a share of what is left, counted from now.

        Parameters
        ----------
        fraction
            Share of the seconds left, 0 to 1.
        at_most
            Never longer than this many seconds.
        """
        seconds = min(self.left() * fraction, at_most)
        return Stop(None if math.isinf(seconds) else seconds, within=self)

    def keeping(self, seconds: float) -> "Stop":
        """Return a rule that leaves so many seconds for what comes after, a quarter at most."""
        return self.share(1.0, at_most=self.left() - min(seconds, self.left() / 4.0))

    def explaining(self, at_most: float) -> "Stop":
        """Return a rule for saying why there is no plan: it goes on for 2 s if time is over."""
        return Stop(min(at_most, max(2.0, self.left())))

    def step(self, doing: str) -> AbstractContextManager[None]:
        """Enclose a step before there is a plan to keep, which does not watch this rule.

        A rule of the command line's ends it when the time is over; this one lets it end by itself.

        Parameters
        ----------
        doing
            What is being done, to be named where it takes too long.
        """
        return nullcontext() if self._within is None else self._within.step(doing)

    @contextmanager
    def catching_interrupts(self) -> Iterator[None]:
        """Turn the first Ctrl-C into a request to stop; a second one does `second_signal`.

        Outside the main thread, where Python delivers no signals, nothing changes.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def first(_number: int, _frame: FrameType | None) -> None:
            self.interrupt()
            signal.signal(signal.SIGINT, self.second_signal)

        before = signal.signal(signal.SIGINT, first)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Effort:
    """How long and how far a solver searches.

    Attributes
    ----------
    stop
        When to stop.
    gap
        Relative gap that is good enough.
    seed
        Of searches.
    progress
        Told of better plans and bounds.
    """

    stop: Stop
    gap: float = 0.0
    seed: int = 0
    progress: Progress | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without what watches this process."""
        return partial(Effort, stop=self.stop, gap=self.gap, seed=self.seed), ()
