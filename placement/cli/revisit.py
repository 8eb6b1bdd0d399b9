"""Load a solution together with the plan it answers, under the conditions it was made."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import placement
from placement.cli.files import find_plan, find_solution
from placement.errors import InputError, UsageError

if TYPE_CHECKING:
    from placement.plan.problem import Plan
    from placement.solve.solution import Solution


def revisit(
    solution: str, plan: str | None, *, layers: Mapping[str, str]
) -> tuple["Plan", "Solution"]:
    """Return the plan, with the budget, limits and layers of a solution, and the solution.

    Parameters
    ----------
    solution
        A solution file or its folder.
    plan
        A plan file or its folder, or None for the default.
    layers
        Files of the layers that were replaced when the solution was made.

    Raises
    ------
    InputError
        If the solution answers another plan.
    UsageError
        If a layer was replaced then and is not named now.
    """
    path = find_solution(solution)
    chosen = placement.read_solution(path)
    for name, replaced in chosen.layers.items():
        if name not in layers:
            raise UsageError(
                f"{path} was made with the layer {name} from {replaced}; "
                f"say where that file is: --layer {name}=PATH/{replaced}"
            )
    file = find_plan(plan)
    asked = placement.load_plan(file, layers=layers, budget=chosen.budget, limits=chosen.limits)
    if asked.settings.name != chosen.plan:
        raise InputError(
            f"the solution answers the plan {chosen.plan!r}, and {file} is {asked.settings.name!r}",
            file=path,
            remedy="name its plan file after the solution",
        )
    return asked, chosen
