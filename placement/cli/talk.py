"""What is said while a command runs, all of it on standard error."""

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from placement.cli.streams import Signals
from placement.cli.tables import table_lines
from placement.cli.verbosity import Verbosity, verbosity
from placement.review.texts import shown

if TYPE_CHECKING:
    from rich.console import Console

_ANY_WIDTH = 1_000_000
_NO_BOUND = 1e300  # beyond it nothing is proven yet


def warn(sentence: str) -> None:
    """Say something that matters, however little is to be said."""
    click.echo(f"Warning: {shown(sentence)}", err=True)


def give_json(value: Mapping[str, Any]) -> None:
    """Write one JSON object to standard output, in UTF-8 whatever the terminal speaks."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    click.echo(text.encode("utf-8", "replace"))


def _plain_console(*, stderr: bool) -> "Console":
    """Return a console that takes text as it is: names are data, never markup."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


class Talk:
    """Progress and summary for whoever reads along: at a terminal with a line that moves."""

    def __init__(self) -> None:
        self._level = verbosity()
        self._terminal = sys.stderr.isatty()

    def say(self, text: str, *, style: str | None = None) -> None:
        """Say one line."""
        if self._level is Verbosity.QUIET:
            return
        if self._terminal:
            _plain_console(stderr=True).print(shown(text), style=style, soft_wrap=True)
        else:
            click.echo(shown(text), err=True)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Show rows of words in columns."""
        for line in _lines(rows, stderr=True):
            self.say(line)

    @contextmanager
    def step(self, doing: str) -> Iterator[Callable[[float, float, float], None]]:
        """Show what is being done until it is done.

        Yields
        ------
        callable
            Takes seconds, objective (or cost) and bound, and shows them beside what is being done.
        """
        began = monotonic()
        if self._terminal and self._level is not Verbosity.QUIET:
            with _plain_console(stderr=True).status(doing) as spinner:
                yield lambda *known: spinner.update(f"{_moment(doing, *known)} (Ctrl-C keeps it)")
        elif self._level is Verbosity.VERBOSE:
            yield self._new_moments(doing)
        else:
            yield lambda _seconds, _objective, _bound: None
        if self._level is Verbosity.VERBOSE:
            self.say(f"{doing}: done in {monotonic() - began:.1f} s")

    def _new_moments(self, doing: str) -> Callable[[float, float, float], None]:
        """Return what says a line for each better plan or bound, without a terminal."""
        told = (-math.inf, -math.inf)

        def progress(seconds: float, objective: float, bound: float) -> None:
            nonlocal told
            if told != (objective, bound):
                told = (objective, bound)
                self.say(_moment(doing, seconds, objective, bound))

        return progress


@contextmanager
def telling_kept(found: Sequence[object], total: int, what: str) -> Iterator[None]:
    """Say how many results are kept when the run is stopped; without any, nothing was written."""
    try:
        yield
    except KeyboardInterrupt:
        if not found:
            raise
        click.echo(
            f"Stopped with {len(found):,} of {total:,} {what}; the same command goes on there.",
            err=True,
        )
        raise click.exceptions.Exit(128 + Signals.last) from None


def _moment(doing: str, seconds: float, objective: float, bound: float) -> str:
    """Return what is known of a search after so many seconds, on one line."""
    known = 0 < objective < math.inf  # a cost comes down from infinity, cover up from nothing
    found = f"best {objective:,.0f}" if known else "no plan yet"
    proof = f", bound {bound:,.0f}" if abs(bound) < _NO_BOUND else ""
    gap = f", gap {abs(bound - objective) / objective:.1%}" if known and proof else ""
    return f"{doing}: {seconds:.0f} s, {found}{proof}{gap}"


def give_table(rows: Sequence[Sequence[str]]) -> None:
    """Write rows of words in columns to standard output."""
    click.echo("\n".join(_lines(rows, stderr=False)))


def _lines(rows: Sequence[Sequence[str]], *, stderr: bool) -> list[str]:
    """Lay rows out for the terminal that a stream leads to; what leads elsewhere has all room."""
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    width = _plain_console(stderr=stderr).width if terminal else _ANY_WIDTH
    return table_lines([[shown(cell) for cell in row] for row in rows], width=width)
