"""Set a git repository up so that it compares and merges solutions as what they are."""

import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from placement.errors import UsageError
from placement.outputs import replace_files
from placement.version import __version__

ATTRIBUTES_FILE = ".gitattributes"
WORKFLOW_FILE = ".github/workflows/placement.yml"
_SOLUTION = "solution.geojson"
_DRIVER = "placement"
_HEAD = "# solutions are compared in words and merged post by post; each clone: place git-setup"
_LINE = f"{_SOLUTION} text eol=lf diff={_DRIVER} merge={_DRIVER}"
_WANTED = {"diff": _DRIVER, "merge": _DRIVER}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """What was done to a repository.

    Attributes
    ----------
    top
        The top folder of its work tree.
    written
        Files that are new or longer than before, relative to it.
    overruled
        Attributes that another line gives solutions, as ``"diff=other"``; empty if ours hold.
    """

    top: Path
    written: tuple[str, ...]
    overruled: tuple[str, ...]


def set_up(folder: Path, *, workflow: bool = False) -> SetUp:
    """Write the attributes of solutions to a repository, and the drivers to its own configuration.

    Doing it again changes nothing. Lines that are there already are kept.

    Parameters
    ----------
    folder
        Any folder of the work tree.
    workflow
        Whether to write the workflow for a forge too.

    Returns
    -------
    SetUp

    Raises
    ------
    UsageError
        If git is not installed, the folder is in no work tree, or another workflow lies there.
    InputError
        If a file cannot be written.
    """
    top = Path(_git(folder, "rev-parse", "--show-toplevel"))
    contents: dict[Path, bytes] = {}
    if workflow:
        contents |= _workflow(top)
    if attributes_of_solutions(top) != _WANTED:
        contents[top / ATTRIBUTES_FILE] = _extended(top / ATTRIBUTES_FILE)
    for path in contents:
        path.parent.mkdir(parents=True, exist_ok=True)
    replace_files(contents)
    for key, value in _configuration().items():
        _git(top, "config", "--local", key, value)
    found = attributes_of_solutions(top)
    return SetUp(
        top=top,
        written=tuple(path.relative_to(top).as_posix() for path in contents),
        overruled=tuple(
            f"{name}={value}" for name, value in found.items() if value != _WANTED[name]
        ),
    )


def attributes_of_solutions(top: Path) -> dict[str, str]:
    """Return the drivers that git takes for solutions: ``diff`` and ``merge``."""
    said = _git(top, "check-attr", "-z", *_WANTED, "--", _SOLUTION).split("\0")
    return dict(zip(said[1::3], said[2::3], strict=True))


def _extended(path: Path) -> bytes:
    """Return the attributes that are there, as they are, with the line for solutions below."""
    there = path.read_bytes() if path.is_file() else b""
    end = b"\r\n" if b"\r\n" in there else b"\n"
    if there and not there.endswith(b"\n"):
        there += end
    return there + end.join((_HEAD.encode(), _LINE.encode(), b""))


def _workflow(top: Path) -> dict[Path, bytes]:
    """Return the workflow by where it goes; nothing where it is there already."""
    path = top / WORKFLOW_FILE
    text = workflow_text().encode()
    if not path.exists():
        return {path: text}
    if path.is_file() and path.read_bytes() == text:
        return {}
    raise UsageError(
        f"{path} is already there and says other things; rename it, run place git-setup "
        "--workflow again, and take over what you want to keep."
    )


def workflow_text() -> str:
    """Return the workflow for a forge, as it is shipped."""
    return (Path(__file__).parent / "workflow.yml").read_text(encoding="utf-8")


def _configuration() -> dict[str, str]:
    """Return the two drivers, as they stand in the configuration of a clone.

    The interpreter is named by its path, so that git finds it outside of its environment too; -P
    keeps a work tree from being searched for modules.
    """
    python = shlex.quote(Path(sys.executable).as_posix()).replace("%", "%%")
    place = f"{python} -P -m placement"
    return {
        f"diff.{_DRIVER}.textconv": f"{place.replace('%%', '%')} textconv --words-of {__version__}",
        f"diff.{_DRIVER}.cachetextconv": "true",
        f"diff.{_DRIVER}.xfuncname": "^[a-z].*:$",
        f"merge.{_DRIVER}.name": "solutions, merged post by post",
        f"merge.{_DRIVER}.driver": f"{place} merge %O %A %B --path %P",
        # of two ancestors one is taken as it is: merging them could leave markers in the base
        f"merge.{_DRIVER}.recursive": "binary",
    }


def _git(folder: Path, *words: str) -> str:
    """Run git in a folder and return what it says, without the last line end."""
    command: Sequence[str] = ("git", "-C", str(folder), *words)
    try:
        ended = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise UsageError("git is not installed; install it, then run this again.") from None
    if ended.returncode:
        said = ended.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise UsageError(
            f"git cannot do this in {folder} ({said[0].removeprefix('fatal: ').rstrip('.')}); "
            "name a folder of a repository, or make one with `git init`."
        )
    return ended.stdout.decode(errors="surrogateescape").removesuffix("\n")
