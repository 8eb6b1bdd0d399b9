"""What is said while a command runs: on standard error, and only where somebody reads along."""

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from placement.review.texts import shown

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status as Spinner


_NO_BOUND = 1e300  # beyond it nothing is proven yet


def warn(sentence: str) -> None:
    """Say something that matters even where nobody reads along."""
    click.echo(f"Warning: {shown(sentence)}", err=True)


def give_json(value: Mapping[str, Any]) -> None:
    """Write one JSON object to standard output, in UTF-8 whatever the terminal speaks."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    click.echo(text.encode("utf-8", "replace"))


def _plain_console(*, stderr: bool = False, width: int | None = None) -> "Console":
    """Return a console that takes text as it is: names are data, never markup."""
    from rich.console import Console

    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


class Talk:
    """Progress and summary for a person at a terminal; silence elsewhere."""

    def __init__(self) -> None:
        self._console = _plain_console(stderr=True) if sys.stderr.isatty() else None

    def say(self, text: str, *, style: str | None = None) -> None:
        """Say one line."""
        if self._console is not None:
            self._console.print(shown(text), style=style, soft_wrap=True)

    def table(self, rows: list[tuple[str, ...]]) -> None:
        """Show rows of words in columns."""
        if self._console is not None:
            self._console.print(grid(rows))

    @contextmanager
    def step(self, doing: str) -> Iterator[Callable[[float, float, float], None]]:
        """Show what is being done until it is done.

        Yields
        ------
        callable
            Takes seconds, objective (or cost) and bound, and shows them beside what is being done.
        """
        if self._console is None:
            yield lambda _seconds, _objective, _bound: None
            return
        with self._console.status(doing) as spinner:
            yield _progress(doing, spinner)


def _progress(doing: str, spinner: "Spinner") -> Callable[[float, float, float], None]:
    def progress(seconds: float, objective: float, bound: float) -> None:
        known = 0 < objective < math.inf  # a cost comes down from infinity, cover up from nothing
        found = f"best {objective:,.0f}" if known else "no plan yet"
        proof = f", bound {bound:,.0f}" if abs(bound) < _NO_BOUND else ""
        gap = f", gap {abs(bound - objective) / objective:.1%}" if known and proof else ""
        spinner.update(f"{doing}: {seconds:.0f} s, {found}{proof}{gap} (Ctrl-C keeps it)")

    return progress


def grid(rows: list[tuple[str, ...]]) -> Any:  # noqa: ANN401 - a rich renderable
    """Return rows of words as a table without lines."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for row in rows:
        # a name that is too long for its column goes on below: cut off, nobody could copy it
        table.add_row(*(Text(shown(cell), overflow="fold") for cell in row))
    return table


def give_table(rows: list[tuple[str, ...]]) -> None:
    """Write rows of words in columns to standard output."""
    console = _plain_console()
    if not console.is_terminal:
        console = _plain_console(width=1000)
    with console.capture() as captured:
        console.print(grid(rows))
    lines = (line.rstrip() for line in captured.get().splitlines())
    click.echo("\n".join(lines))
