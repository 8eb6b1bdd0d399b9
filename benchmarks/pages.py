"""Tables of the documentation that a benchmark writes: each between two marks of its page."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path


def write_table(page: Path, mark: str, lines: Sequence[str], *, packages: Sequence[str]) -> None:
    """Put a table, and what it was measured on, between the marks of a page.

    Parameters
    ----------
    page
        A Markdown file with ``<!-- mark: begin -->`` and ``<!-- mark: end -->``.
    mark
        Name of the place.
    lines
        The table.
    packages
        Whose versions matter.
    """
    begin, end = f"<!-- {mark}: begin -->\n", f"<!-- {mark}: end -->\n"
    head, rest = page.read_text().split(begin)
    tail = rest.split(end)[1]
    made = [
        platform.machine(),
        f"{os.cpu_count()} processors",
        f"Python {platform.python_version()}",
        *(f"{package} {version(package)}" for package in packages),
    ]
    written = "\n".join([*lines, "", ", ".join(made) + ".", ""])
    page.write_text(head + begin + written + end + tail)
