"""Which files a command means: the plan that was named, or the one that is there."""

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path

import click

import placement
from placement.reading.regular import is_folder

PLAN_FILE = "plan.toml"
SOLUTION_FILE = "solution.geojson"
MAP_FILE = "map.html"
DOSSIER_FILE = "dossier.pdf"
CATCHMENTS_FILE = "catchments.geojson"
ROUTES_FILE = "routes.geojson"
_LEVELS = 4  # outputs/<plan name>/cover/solution.geojson, from the folder of the plan
DEFAULT_EXAMPLE = "paris-2024-cover"  # answers in seconds, whatever the budget


def bundled_folder() -> Path:
    """Return the folder of the bundled plans.

    An installed package carries it inside; in a checkout it lies beside the package, so that
    there is only one copy of it.
    """
    package = Path(placement.__file__).parent
    inside = package / "data" / "geo"
    return inside if inside.is_dir() else package.parent / "data" / "geo"


def bundled_plans() -> list[str]:
    """Return the names of the bundled plans."""
    return sorted(file.parent.name for file in bundled_folder().glob(f"*/{PLAN_FILE}"))


def find_plan(given: str | None) -> Path:
    """Return the plan file, or its folder, that is meant.

    Parameters
    ----------
    given
        A plan file, a folder that holds ``plan.toml``, or None: then ``./plan.toml`` if it is
        there, else the bundled plan, which is said on standard error.
    """
    if given is not None:
        return Path(given)
    here = Path(PLAN_FILE)
    if here.is_file():
        return here
    click.echo(
        f"No {PLAN_FILE} here: taking the bundled plan {DEFAULT_EXAMPLE}, "
        "a schematic example, not for operations.",
        err=True,
    )
    return bundled_folder() / DEFAULT_EXAMPLE / PLAN_FILE


def is_plan(given: str) -> bool:
    """Say whether an argument names a plan, where solutions may stand as well."""
    path = Path(given)
    folder = (path / PLAN_FILE).is_file() and not (path / SOLUTION_FILE).exists()
    return folder or path.suffix.lower() == ".toml"


def find_plan_of(solution: Path, name: str) -> Path:
    """Return the plan file that a solution answers, by the name that the solution records.

    Looked for in the working directory and in the solution's folder with those above it, as
    ``plan.toml`` there or in a folder of the plan's name. A bundled plan is never taken.

    Parameters
    ----------
    solution
        The solution file.
    name
        The name it records.

    Raises
    ------
    UsageError
        If there is none.
    ConflictMarkersError
        If there is none, and a merge left a conflict in one that cannot be read for that.
    """
    from placement.errors import ConflictMarkersError, UsageError

    folders = [Path(), *Path(os.path.abspath(solution)).parents[:_LEVELS]]  # noqa: PTH100 - links
    conflict: ConflictMarkersError | None = None
    for folder in folders:
        for file in (folder / PLAN_FILE, folder / name / PLAN_FILE):
            try:
                if name_of(file) == name:
                    return file
            except ConflictMarkersError as error:
                conflict = conflict or error
    if conflict is not None:
        raise conflict
    raise UsageError(
        f"{solution} answers the plan {name!r}, and no {PLAN_FILE} of that name is here or beside "
        "it; give its plan file as the argument PLAN."
    )


def name_of(file: Path) -> str | None:
    """Return the name that a plan file gives itself; None where there is none to read."""
    from placement.errors import ConflictMarkersError, InputError
    from placement.reading.regular import read_bytes

    try:
        if not file.is_file():
            return None
        named = tomllib.loads(read_bytes(file).decode()).get("name")
    except ConflictMarkersError:
        raise
    except (OSError, ValueError, RecursionError, InputError):
        return None
    return named if isinstance(named, str) else None


def posts_to_lock(given: Iterable[str]) -> tuple[str, ...]:
    """Return posts that are named, those of a solution's file in place of the file.

    Raises
    ------
    InputError
        If a file, a name that ends in ``.geojson``, is no solution.
    """
    from placement.review.geojson import read_solution

    found: list[str] = []
    for one in given:
        if one.lower().endswith(".geojson"):
            found += [post.id for post in read_solution(one).posts_list]
        else:
            found.append(one)
    return tuple(dict.fromkeys(found))


def find_solution(given: str) -> Path:
    """Return the solution file that is meant: a file, or a folder that holds one."""
    path = Path(given)
    return path / SOLUTION_FILE if is_folder(path) else path


def make_folder(folder: Path, option: str = "--out") -> None:
    """Make the folder that an option names, and those above it.

    Raises
    ------
    UsageError
        If it cannot be made.
    """
    from placement.errors import UsageError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be made ({error.strerror}); choose another folder with {option}."
        ) from error
