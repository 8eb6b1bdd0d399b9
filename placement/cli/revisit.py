"""Load a solution together with the plan it answers, under the conditions it was made."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import placement
from placement.cli.files import find_plan_of, find_solution
from placement.cli.reading import read_plan
from placement.errors import InputError, UsageError
from placement.plan.ground import is_closure_file

if TYPE_CHECKING:
    from placement.cli.talk import Talk
    from placement.plan.problem import Plan
    from placement.solution import Solution


def demand_checked(
    asked: "Plan", chosen: "Solution", talk: "Talk", *, unchecked: bool = False
) -> None:
    """Say which inputs changed since a solution, and refuse one whose figures do not hold.

    Parameters
    ----------
    asked, chosen
        What `revisit` returned.
    talk
        Says that the figures are recomputed.
    unchecked
        Take the solution as it stands.

    Raises
    ------
    AuditError
        If the audit refuses it.
    """
    from placement.auditing.identity import check_identity
    from placement.cli.talk import warn
    from placement.errors import AuditError
    from placement.plan.input_names import NO_IDENTITY

    for sentence in check_identity(asked, chosen):
        warn(sentence)
    if chosen.digests is None:
        talk.say(f"{NO_IDENTITY[0].upper()}{NO_IDENTITY[1:]}.")
    if unchecked:
        warn("the solution was not checked: its figures may not hold")
        return
    with talk.step("Recomputing"):
        report = placement.audit(asked, chosen)
    if report.findings:
        raise AuditError(report.findings)


def revisit(
    solution: str, plan: str | None, *, layers: Mapping[str, str], closures: Sequence[str] = ()
) -> tuple["Plan", "Solution"]:
    """Return the plan, with the budget, limits and layers of a solution, and the solution.

    Parameters
    ----------
    solution
        A solution file or its folder.
    plan
        A plan file or its folder, or None for the one that lies beside the solution or here.
    layers
        Files of the layers that were replaced when the solution was made.
    closures
        Files of the closures of that run; names of streets stand in the solution itself.

    Raises
    ------
    InputError
        If the solution answers another plan.
    UsageError
        If a layer was replaced then, or a file of closures given, and is not named now, or no plan
        is named and none is beside the solution.
    """
    path = find_solution(solution)
    chosen = placement.read_solution(path)
    return load_asked(path, chosen, plan, layers=layers, closures=closures), chosen


def load_asked(
    path: Path,
    chosen: "Solution",
    plan: str | None,
    *,
    layers: Mapping[str, str],
    closures: Sequence[str] = (),
) -> "Plan":
    """Return the plan that a solution answers, with its budget, limits, layers and closures.

    Parameters
    ----------
    path
        The solution's file.
    chosen
        The solution.
    plan, layers, closures
        As for `revisit`.

    Raises
    ------
    InputError, UsageError
        As for `revisit`.
    """
    for name, replaced in chosen.layers.items():
        if name not in layers:
            raise UsageError(
                f"{path} was made with the layer {name} from {replaced}; "
                f"say where that file is: --layer {name}=PATH/{replaced}"
            )
    given = {Path(one).name if is_closure_file(one) else one: one for one in closures}
    for closed in chosen.closures:
        if is_closure_file(closed) and closed not in given:
            raise UsageError(
                f"{path} was made with the closures of {closed}; "
                f"say where that file is: --closure PATH/{closed}"
            )
        given.setdefault(closed, closed)
    file = Path(plan) if plan is not None else find_plan_of(path, chosen.plan)
    asked = read_plan(
        file,
        layers=layers,
        budget=chosen.budget,
        limits=chosen.limits,
        closures=tuple(given.values()),
        at=chosen.at,
        headroom=chosen.headroom,
    )
    if asked.settings.name != chosen.plan:
        raise InputError(
            f"the solution answers the plan {chosen.plan!r}, and {file} is {asked.settings.name!r}",
            file=path,
            remedy="name its plan file after the solution",
        )
    return asked
