"""The second solver: CP-SAT of OR-Tools, in whole numbers. The only module that knows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from placement.errors import MissingExtraError, UsageError
from placement.prove.program import Program, Terms, value_of

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


def demand_solver() -> None:
    """Check that the second solver is there, before anything takes time.

    Raises
    ------
    MissingExtraError
        If it is not.
    UsageError
        If it cannot be loaded beside this version of highspy.
    """
    if find_spec("ortools") is None:
        raise MissingExtraError("a second proof", package="ortools", extra="prove")
    try:  # both bring a HiGHS of their own, and with highspy 1.15 only one of them can be loaded
        import_module("ortools.sat.python.cp_model")
    except ImportError as error:
        raise UsageError(
            "a second proof needs an ortools that can be loaded beside highspy, and this one "
            "cannot: install highspy 1.16 (`pip install 'highspy>=1.16'`)."
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
    """
    demand_solver()
    sat = import_module("ortools.sat.python.cp_model")
    if any(low > high for low, high in zip(program.low, program.high, strict=True)):
        return Answer(values=None, bound=None, none=True)
    model, variables, factor = _written(sat, program, objective)
    for at, value in (hint or {}).items():
        model.add_hint(variables[at], value)
    solver = sat.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_time_in_seconds = time_limit
    known: list[Fraction] = []

    def note_bound(bound: float) -> None:
        known.append(Fraction(round(bound)) / factor)
        if enough is not None and known[-1] <= enough:
            solver.stop_search()

    class Watch(sat.CpSolverSolutionCallback):  # type: ignore[misc, name-defined]
        """Ends the search at a plan that refutes the claim."""

        def on_solution_callback(self) -> None:
            found = [self.value(one) for one in variables]
            if beyond is not None and value_of(objective, found) > beyond:
                self.stop_search()

    solver.best_bound_callback = note_bound
    status = solver.solve(model, Watch())
    if status == sat.MODEL_INVALID:
        raise AssertionError(f"the second model is not valid: {model.validate()}")
    if status == sat.INFEASIBLE:
        return Answer(values=None, bound=None, none=True)
    if status not in {sat.OPTIMAL, sat.FEASIBLE}:
        # bounds that were told count; what a response holds without a plan may be a default
        return Answer(values=None, bound=min(known, default=None), none=False)
    values = [solver.value(one) for one in variables]
    bound = Fraction(round(solver.best_objective_bound)) / factor if objective else Fraction(0)
    return Answer(values=values, bound=bound, none=False)


def _written(
    sat: ModuleType, program: Program, objective: Terms
) -> tuple[Any, list[Any], Fraction]:
    """Return a program as the solver takes it, its variables, and the scale of its objective."""
    model = sat.CpModel()
    variables = [
        model.new_int_var(low, high, "")
        for low, high in zip(program.low, program.high, strict=True)
    ]

    def total(whole: Mapping[int, int]) -> Any:  # noqa: ANN401 - an expression of the solver
        return sat.LinearExpr.weighted_sum([variables[at] for at in whole], list(whole.values()))

    for terms, most in program.rows:
        whole, limit = program.whole_row(terms, most)
        if not whole and limit < 0:
            model.add_bool_or([])  # nothing adds up to less than 0
        elif whole and limit < _FAR:
            model.add(total(whole) <= max(limit, -_FAR))
    for at, others in program.implied:
        model.add_bool_or([*(variables[one] for one in others), variables[at].negated()])
    aim, factor = program.whole_objective(objective)
    if aim:
        model.maximize(total(aim))
    return model, variables, factor
