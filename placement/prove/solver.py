"""The second solver: CP-SAT of OR-Tools, in whole numbers and in a process of its own."""

import atexit
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec

from placement.errors import MissingExtraError, UsageError
from placement.prove.process import Request, SolverEndedError, SolverProcess
from placement.prove.program import Program, Terms

_FAR = 2**60  # a right side beyond this binds nothing that fits a solver's numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the solver knows when it ends.

    Attributes
    ----------
    values
        Of the best it found, or None.
    bound
        No values make the objective larger than this; None where it knows none.
    none
        Whether it proved that no values keep all rows.
    """

    values: Sequence[int] | None
    bound: Fraction | None
    none: bool


class _Kept:
    """The process that is asked: begun when it is first needed, or the last one ended."""

    process: SolverProcess | None = None

    @classmethod
    def begin(cls) -> SolverProcess:
        if cls.process is None or not cls.process.usable:
            cls.process = SolverProcess()
        return cls.process

    @classmethod
    def end(cls) -> None:
        if cls.process is not None:
            cls.process.end()


atexit.register(_Kept.end)


def demand_solver() -> None:
    """Check that the second solver is there and runs, before anything takes time.

    Raises
    ------
    MissingExtraError
        If it is not there.
    UsageError
        If it does not run.
    """
    if find_spec("ortools") is None:
        raise MissingExtraError("a second proof", package="ortools", extra="prove")
    try:
        _Kept.begin().wait_until_ready()
    except SolverEndedError as error:
        raise UsageError(
            f"a second proof needs an ortools that runs, and this one does not: {error}; "
            "install it anew (`pip install --force-reinstall ortools`)."
        ) from error


def solve(
    program: Program,
    objective: Terms,
    *,
    time_limit: float,
    hint: Mapping[int, int] | None = None,
    enough: Fraction | None = None,
    beyond: Fraction | None = None,
) -> Answer:
    """Maximise an objective in whole numbers.

    One thread and one seed: the same program gives the same steps.

    Parameters
    ----------
    program
        Variables and rows.
    objective
        What to maximise; empty to ask whether anything keeps all rows.
    time_limit
        Seconds.
    hint
        Values to begin with, for some variables.
    enough
        A bound that need not become smaller.
    beyond
        An objective above which the search may end.

    Returns
    -------
    Answer

    Raises
    ------
    SolverEndedError
        If its process ends without an answer.
    """
    if any(low > high for low, high in zip(program.low, program.high, strict=True)):
        return Answer(values=None, bound=None, none=True)
    ends = time.monotonic() + time_limit
    aim, factor = program.whole_objective(objective)
    common = math.lcm(*(value.denominator for value in objective.values()))
    request = Request(
        low=program.low,
        high=program.high,
        rows=_rows(program),
        implied=program.implied,
        aim=list(aim.items()),
        hint=list((hint or {}).items()),
        ends=ends,
        enough=None if enough is None else math.floor(enough * factor),
        exact=[(at, int(value * common)) for at, value in objective.items()],
        beyond=None if beyond is None else math.floor(beyond * common),
    )
    answer = _Kept.begin().ask(request, time_limit=time_limit)
    if answer is None:
        return Answer(values=None, bound=None, none=False)
    bound = answer["bound"]
    return Answer(
        values=answer["values"],
        bound=None if bound is None else Fraction(bound) / factor,
        none=answer["none"],
    )


def _rows(program: Program) -> list[tuple[list[tuple[int, int]], int]]:
    """Return the rows in whole numbers that can bind."""
    rows = []
    for terms, most in program.rows:
        whole, limit = program.whole_row(terms, most)
        if (whole and limit < _FAR) or limit < 0:
            rows.append((list(whole.items()), max(limit, -_FAR)))
    return rows
