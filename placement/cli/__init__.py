"""The command line: parse, call, write, exit code.

Exit codes: 0 a plan was written (or the command did what it says), 1 an audit refused or something
unforeseen, 2 usage, 3 input, 4 no plan can keep every rule, 5 no plan found within the limit,
7 a cluster or a process was lost, 74 standard output could not be written, 129, 130 and 143 stopped
with nothing by SIGHUP, Ctrl-C and SIGTERM.
"""

import gc
import sys

from placement.cli.group import place

__all__ = ["main", "place"]

# Imports and rows make hundreds of thousands of objects that all live on: looking for garbage among
# them every 700 takes a tenth of a small command, and finds none. As mypy has it.
_OBJECTS_BEFORE_A_LOOK = 200_000


def main() -> None:
    """Run the command line; the console script ``place``."""
    from placement.cli.streams import Signals, StandardOutputError, take_streams

    if not sys.warnoptions:
        import warnings

        warnings.simplefilter("ignore")  # a library's talk to its programmers, not to planners
    gc.set_threshold(_OBJECTS_BEFORE_A_LOOK, 20, 20)
    take_streams()
    Signals.take()
    try:
        place.main(prog_name="place")
    except StandardOutputError as error:  # --help and --version
        sys.exit(error.exit_code)
