"""Points of a frontier on the disk: one file a point, in a folder named after what was asked."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from placement.errors import InputError, UsageError
from placement.outputs import replace_file
from placement.plan.digests import digests_of
from placement.plan.problem import Plan
from placement.review.geojson import read_solution, solution_text, take_solution
from placement.review.reading import load_json
from placement.solution import Solution
from placement.version import __version__

_DIGITS = 16  # of the digest, in the name of the folder
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

    def digest(self, plan: Plan) -> str:
        """Return the SHA-256 of the question, the content of the plan's inputs and the version."""
        asked: dict[str, Any] = {
            "at": plan.at,
            "budget": None if self.over == "budget" else plan.problem.budget,
            "closed": sorted(plan.closed),
            "gap": self.gap,
            "inputs": digests_of(plan),
            "limits": {name: n for name, n in plan.limits.items() if name != self.over},
            "over": self.over,
            "seed": self.seed,
            "time_limit": self.time_limit,
            "values": list(self.series),
            "version": __version__,
        }
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


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
        self.folder = Path(folder) / f"points-{question.digest(plan)[:_DIGITS]}"
        self._over, self._inputs = question.over, plan.inputs
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{self.folder} cannot be made ({error.strerror}); choose another folder."
            ) from error

    def path(self, value: float) -> Path:
        """Return the file of a point."""
        return self.folder / f"{self._over}-{number(value)}.geojson"

    def read(self, value: float) -> tuple[bool, Solution | None]:
        """Return whether a point is known, and its plan; None where no plan keeps every rule.

        Raises
        ------
        InputError
            If the file is not one that was written here.
        """
        path = self.path(value)
        if not path.exists():
            return False, None
        try:
            content = load_json(path)
            return True, None if content == _NO_PLAN else take_solution(content, file=path)
        except InputError as error:
            raise InputError(
                f"the point that was kept cannot be used ({error.problem})",
                file=path,
                remedy="remove the file, and it is found anew",
            ) from error

    def keep(self, value: float, solution: Solution | None) -> Solution | None:
        """Write a point, whole or not at all; return it as a later run reads it.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        path = self.path(value)
        text = json.dumps(_NO_PLAN) if solution is None else solution_text(solution)
        replace_file(path, text.encode(), inputs=self._inputs)
        return None if solution is None else read_solution(path)


def number(value: float) -> str:
    """Return a number as names of files and tables have it: without a needless fraction."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
