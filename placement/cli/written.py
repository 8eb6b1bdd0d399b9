"""Write a plan and what lies beside it: refused before the work, whole after it."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from placement.cli.files import CATCHMENTS_FILE, MAP_FILE, ROUTES_FILE, SOLUTION_FILE

if TYPE_CHECKING:
    from placement.cli.talk import Talk
    from placement.plan.problem import Plan
    from placement.solution import Solution

_ALL = (SOLUTION_FILE, MAP_FILE, CATCHMENTS_FILE, ROUTES_FILE)


def check_folder(
    folder: Path, plan: "Plan", *, force: bool, inputs: Iterable[str | Path] = ()
) -> None:
    """Refuse a folder that a plan must not be written to, before any work is done for it.

    Parameters
    ----------
    folder
        Where the solution goes; it need not exist.
    plan
        What is asked; its files must not be written over.
    force
        Whether the solution of another plan may be.
    inputs
        Further files that are read.

    Raises
    ------
    UsageError
        If the folder cannot be made or holds the solution of another plan.
    InputError
        If a file cannot be written there, or must not be.
    """
    from placement.errors import UsageError
    from placement.outputs import check_output

    above = next((one for one in (folder, *folder.parents) if _is_there(one)), Path())
    if not above.is_dir():
        raise UsageError(
            f"{folder} cannot be made ({above} is not a folder); choose another folder with --out."
        )
    for name in _ALL:
        check_output(folder / name, inputs=[*plan.inputs, *inputs])
    if not force:
        check_solution(folder / SOLUTION_FILE, plan.settings.name)


def check_solution(path: Path, plan: str, *, instead: str = "add --force") -> None:
    """Refuse to write a plan's solution over that of another plan.

    Parameters
    ----------
    path
        Where the solution goes.
    plan
        Name of its plan.
    instead
        What else helps than another folder.

    Raises
    ------
    UsageError
        If what is there is not a solution of this plan.
    """
    from placement.errors import UsageError

    if not path.is_file():
        return
    there = answered(path)
    if there != plan:
        whose = "is not a solution" if there is None else f"is a solution of the plan {there!r}"
        raise UsageError(
            f"{path} {whose}, and would be replaced by one of {plan!r}; choose another folder "
            f"with --out, or {instead}."
        )


def check_beside(target: str | Path, plan: "Plan", *, inputs: Iterable[str | Path] = ()) -> None:
    """Refuse a file for a map or a layer that would cost a solution or an input.

    Parameters
    ----------
    target
        Where it goes.
    plan
        What was asked.
    inputs
        Further files that are read.

    Raises
    ------
    InputError
        If the file is one of those read, or any solution.
    """
    from placement.errors import InputError
    from placement.outputs import check_output

    check_output(target, inputs=[*plan.inputs, *inputs])
    if Path(target).is_file() and answered(target) is not None:
        raise InputError("it is a solution", file=target, remedy="name another file to write")


def answered(path: str | Path) -> str | None:
    """Return the name of the plan that a file is a solution of, or None where it is none.

    Raises
    ------
    ConflictMarkersError
        If a merge left a conflict in it: what it was, nobody can say.
    """
    from placement.errors import ConflictMarkersError, InputError
    from placement.review.reading import load_json

    if Path(path).suffix.lower() not in {".geojson", ".json"}:
        return None
    try:
        top = load_json(path)
    except ConflictMarkersError:
        raise
    except InputError:
        return None
    said = top.get("placement") if isinstance(top, dict) else None
    name = said.get("plan") if isinstance(said, dict) else None
    return name if isinstance(name, str) else None


def write(
    plan: "Plan",
    solution: "Solution",
    folder: Path,
    *,
    draw: bool,
    talk: "Talk",
    catchments: tuple[float, ...] | None = None,
    routes: bool = False,
    inputs: Iterable[str | Path] = (),
) -> dict[str, Path | None]:
    """Write the solution and what was asked for beside it, all at once.

    All of it is made before the first file is replaced. Where making or writing the rest fails or
    is interrupted, the solution is written alone: it took long to find.

    Returns
    -------
    dict
        What was written, by kind; None for a map that was not.
    """
    from placement.cli.files import make_folder
    from placement.cli.talk import warn
    from placement.outputs import replace_file, replace_files
    from placement.review.geojson import solution_text

    make_folder(folder)
    chosen, drawn = folder / SOLUTION_FILE, folder / MAP_FILE
    inputs = [*plan.inputs, *inputs]
    files: dict[str, Path | None] = {"solution": chosen, "map": drawn if draw else None}
    contents = {chosen: solution_text(solution).encode()}
    try:
        if draw:
            with talk.step("Drawing the map"):
                contents[drawn] = _map(plan, solution)
        if catchments is not None or routes:
            with talk.step("Walking the streets"):
                files |= _layers(plan, solution, folder, contents, catchments, routes=routes)
        replace_files(contents, inputs=inputs)
    except KeyboardInterrupt:
        replace_file(chosen, contents[chosen], inputs=inputs)
        warn(f"stopped before all was drawn; {chosen} is written, `place map {chosen}` draws it")
        return {"solution": chosen, "map": None}
    except Exception:
        replace_file(chosen, contents[chosen], inputs=inputs)
        if len(contents) > 1 or draw:
            warn(f"{chosen} is written and complete, what lies beside it is not")
        raise
    if not draw and drawn.exists():
        warn(f"{drawn} was left as it is and may show another solution")
    return files


def _map(plan: "Plan", solution: "Solution") -> bytes:
    from placement import maps

    return maps.map_page(plan, solution).encode()


def _layers(
    plan: "Plan",
    solution: "Solution",
    folder: Path,
    contents: dict[Path, bytes],
    minutes: tuple[float, ...] | None,
    *,
    routes: bool,
) -> dict[str, Path | None]:
    """Make the layers that were asked for; return where they go."""
    from placement.cover import routes as walked
    from placement.review.drawn import catchments_text, routes_text

    files: dict[str, Path | None] = {}
    if minutes is not None:
        path = files["catchments"] = folder / CATCHMENTS_FILE
        contents[path] = catchments_text(plan, solution, minutes=minutes).encode()
    if routes:
        path = files["routes"] = folder / ROUTES_FILE
        contents[path] = routes_text(walked.routes(plan, solution.posts_list)).encode()
    return files


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
