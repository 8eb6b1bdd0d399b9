"""Solutions from a file, a folder, standard input, or a revision in git."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import placement

if TYPE_CHECKING:
    from placement.solution import Solution

STDIN = "-"


def read_given(given: str) -> "Solution":
    """Return the solution that an argument means.

    Parameters
    ----------
    given
        A file or its folder; ``-`` for standard input; ``REV:path`` for a file in git.

    Raises
    ------
    InputError
        If it cannot be read, or is no solution.
    """
    from placement.cli.files import find_solution
    from placement.review.geojson import take_solution
    from placement.review.reading import parse_json

    if given == STDIN:
        content, name = sys.stdin.buffer.read(), "standard input"
    elif _is_revision(given):
        content, name = _show(given), given
    else:
        return placement.read_solution(find_solution(given))
    return take_solution(parse_json(content, file=name), file=name)


def file_of(given: str) -> Path:
    """Return the file that an argument means, or of a revision the one that lies there now."""
    from placement.cli.files import SOLUTION_FILE, find_solution

    if given == STDIN:
        return Path(SOLUTION_FILE)
    return Path(given.partition(":")[2]) if _is_revision(given) else find_solution(given)


def _is_revision(given: str) -> bool:
    """Tell ``REV:path`` from a file, which is taken where it is there."""
    revision, colon, path = given.partition(":")
    drive = len(revision) == 1 and path.startswith(("/", "\\"))
    return bool(revision and colon and path) and not drive and not Path(given).exists()


def _show(given: str) -> bytes:
    """Return a file of a revision; nothing of the text is taken for an option."""
    from placement.errors import InputError

    try:
        done = subprocess.run(
            ["git", "cat-file", "blob", "--end-of-options", given],
            capture_output=True,
            check=False,
            timeout=60,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise InputError(
            "git cannot be asked for it", file=given, remedy="install git, or name a file"
        ) from error
    if done.returncode:
        raise InputError(
            "git has no such file in such a revision here",
            file=given,
            remedy="write it REV:path, the path from the top of the repository",
        )
    return done.stdout
