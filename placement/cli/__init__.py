"""The command line: parse, call, write, exit code.

Exit codes: 0 a plan was written (or the command did what it says), 1 an audit refused or something
unforeseen, 2 usage, 3 input, 4 no plan can keep every rule, 5 no plan found within the limit,
130 stopped with nothing.
"""

import sys

from placement.cli.group import place

__all__ = ["main", "place"]


def main() -> None:
    """Run the command line; the console script ``place``."""
    if not sys.warnoptions:
        import warnings

        warnings.simplefilter("ignore")  # a library's talk to its programmers, not to planners
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a name may hold what the terminal cannot show
    place.main(prog_name="place")
