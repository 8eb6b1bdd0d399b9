"""Points of a frontier on the disk: one file a point, in a folder named after what was asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from placement.plan.problem import Plan
from placement.review.geojson import read_solution, solution_text, take_solution
from placement.solution import Solution
from placement.studies.kept_results import KeptResults

BUDGET = "budget"
"""What is varied where no resource is."""

_NO_PLAN = {"plan": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that decides the answer at every point of a frontier.

    Attributes
    ----------
    over
        What is varied: ``"budget"``, or a resource whose units are limited.
    series
        Its values, ascending. Each plan depends on the one before it, so all of them count.
    gap
        Relative gap that is good enough.
    seed
        Of the search.
    time_limit
        Seconds for each point, or None.
    """

    over: str
    series: Sequence[float]
    gap: float
    seed: int
    time_limit: float | None

    def asked(self, plan: Plan) -> dict[str, Any]:
        """Return all that decides the answer besides the content of the plan's inputs."""
        return {
            "budget": None if self.over == BUDGET else plan.problem.budget,
            "gap": self.gap,
            "limits": {name: n for name, n in plan.limits.items() if name != self.over},
            "over": self.over,
            "seed": self.seed,
            "time_limit": self.time_limit,
            "values": list(self.series),
        }


class FrontierPoints:
    """Where the points of one frontier are kept.

    Parameters
    ----------
    folder
        Folder of all frontiers of a plan.
    question, plan
        What is asked.

    Raises
    ------
    UsageError
        If the folder cannot be made.
    """

    def __init__(self, folder: str | Path, question: Question, plan: Plan) -> None:
        self._over = question.over
        self._kept = KeptResults(folder, "points", question.asked(plan), plan)

    def path(self, value: float) -> Path:
        """Return the file of a point."""
        return self._kept.folder / f"{self._over}-{number(value)}.geojson"

    def read(self, value: float) -> tuple[bool, Solution | None]:
        """Return whether a point is known, and its plan; None where no plan keeps every rule.

        Raises
        ------
        InputError
            If the file is not one that was written here.
        """
        known = self._kept.read(self.path(value).name, _take)
        return (False, None) if known is None else (True, known[0])

    def keep(self, value: float, solution: Solution | None) -> Solution | None:
        """Write a point, whole or not at all; return it as a later run reads it.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        text = json.dumps(_NO_PLAN) if solution is None else solution_text(solution)
        self._kept.keep(self.path(value).name, text)
        return None if solution is None else read_solution(self.path(value))


def _take(content: object, path: Path) -> tuple[Solution | None]:
    return (None if content == _NO_PLAN else take_solution(content, file=path),)


def number(value: float) -> str:
    """Return a number as names of files and tables have it: without a needless fraction."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
