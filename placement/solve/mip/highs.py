"""The one adapter to HiGHS: a model that stays in the solver, each of whose answers is checked.

HiGHS is handed a model, and what it says of it is compared with a copy that it never sees. HiGHS
1.16.0, given a starting solution and presolve, can take the start to be worth more than it is: it
then reports an objective, of the optimum or better than any solution has, together with the *values
of the start* (``docs/explanation/highs-report.md``). So values are taken only where they keep every
bound and row of the copy, are whole where they must be, and are worth what the solver says they are
worth. As soon as they are not, the solve is done again without the starting solution, and then
without presolve. What disagrees even then is no answer.
"""

import contextlib
import logging
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import pulp
import scipy.sparse as sp

from placement.arrays import Floats, Ints
from placement.solve.core.stopping import Progress, Stop

_log = logging.getLogger(__name__)

_ROW_TOL = 1e-5  # relative to a row's side: ten times what HiGHS forgives, for presolve undone
_WHOLE_TOL = 1e-5  # HiGHS lets a whole variable be 1e-6 off
_WORTH_TOL = 1e-7  # of the sum of all terms: the objective is a sum that both sides round
_AT = highspy.cb.HighsCallbackType
_STATUS = highspy.HighsModelStatus
_ENDED_EARLY = (
    _STATUS.kObjectiveBound,
    _STATUS.kObjectiveTarget,
    _STATUS.kInterrupt,
    _STATUS.kTimeLimit,
    _STATUS.kIterationLimit,
    _STATUS.kSolutionLimit,
    _STATUS.kMemoryLimit,
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Relaxation:
    """The best point of a linear relaxation.

    Attributes
    ----------
    values
        (N,) float64.
    objective
        As HiGHS reports it.
    row_duals
        (M,) float64, price of each row.
    basis
        Where the solver stands, for `LiveModel.start_from`.
    """

    values: Floats
    objective: float
    row_duals: Floats
    basis: Any


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Found:
    """What a solve in whole numbers left behind: three answers, never one.

    Attributes
    ----------
    values
        (N,) float64 of the best solution, or None; checked against every bound and row.
    objective
        Recomputed from the values; NaN without them.
    bound
        Best bound that the solver proved; ±inf where none was.
    infeasible
        Whether the solver proved that there is no solution.
    """

    values: Floats | None
    objective: float
    bound: float
    infeasible: bool


class LiveModel:
    """A PuLP problem that stays in HiGHS while bounds, prices and rows change.

    Parameters
    ----------
    problem
        The problem, with its objective.
    options
        Options of HiGHS; one that it does not know is a ValueError.
    """

    def __init__(self, problem: pulp.LpProblem, **options: Any) -> None:  # noqa: ANN401
        _end_the_banner()
        # two thread counts in one process make HiGHS answer nothing at all, so it is always one
        solver = pulp.HiGHS(msg=False, threads=1)
        solver.createAndConfigureSolver(problem)
        solver.buildSolverModel(problem)
        self._highs: Any = problem.solverModel
        # on programs of this kind the feasibility jump takes a quarter of the time, and the search
        # brings plans that are better: see docs/explanation/proofs.md
        own = {"output_flag": False, "mip_heuristic_run_feasibility_jump": False}
        self.set_options(**own, **options)
        exported = problem.exported_variables()
        self.column = {variable.id: n for n, variable in enumerate(exported)}
        """Position of each variable's ``id``; PuLP leaves out those in no row and no price."""
        self.sign = -1.0 if problem.sense == pulp.LpMaximize else 1.0
        """Of the objective: what is made small is sign · objective."""
        self._doubted = False  # whether the last solve found a solution that is none
        self._copy(problem)

    def _copy(self, problem: pulp.LpProblem) -> None:
        """Copy what the solver was given: its answers are judged by the copy."""
        lp = self._highs.getLp()
        self.cost = np.array(lp.col_cost_, dtype=np.float64)
        self.low = np.array(lp.col_lower_, dtype=np.float64)
        self.high = np.array(lp.col_upper_, dtype=np.float64)
        self._offset = float(lp.offset_)
        self._whole = np.array(
            [variable.cat == pulp.LpInteger for variable in problem.exported_variables()],
            dtype=np.bool_,
        )
        self.row_low = np.array(lp.row_lower_, dtype=np.float64)
        self.row_high = np.array(lp.row_upper_, dtype=np.float64)
        entries = lp.a_matrix_
        parts = (
            np.array(entries.value_, dtype=np.float64),
            np.array(entries.index_, dtype=np.int64),
            np.array(entries.start_, dtype=np.int64),
        )
        make = sp.csc_array if entries.format_ == highspy.MatrixFormat.kColwise else sp.csr_array
        self._matrix = sp.csr_array(make(parts, shape=(len(self.row_low), len(self.cost))))
        self._added: list[sp.csr_array] = []

    @property
    def columns(self) -> int:
        """Number of variables."""
        return len(self.cost)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.row_low)

    @property
    def matrix(self) -> sp.csr_array:
        """(M, N), what each row counts."""
        if self._added:
            self._matrix = sp.csr_array(sp.vstack([self._matrix, *self._added]))
            self._added = []
        return self._matrix

    def set_options(self, **options: Any) -> None:  # noqa: ANN401
        """Set options of HiGHS, which passes over those that it does not know."""
        for name, value in options.items():
            if self._highs.setOptionValue(name, value) == highspy.HighsStatus.kError:
                raise ValueError(f"HiGHS refuses {name} = {value!r}")

    def change_bounds(self, at: Ints, low: Floats, high: Floats) -> None:
        """Move the bounds of some variables, all (n,); those at −1 are not in the model."""
        there = at >= 0
        at, low, high = at[there], low[there], high[there]
        if len(at):
            self._highs.changeColsBounds(len(at), at.astype(np.int32), low, high)
            self.low[at], self.high[at] = low, high

    def change_costs(self, at: Ints, cost: Floats) -> None:
        """Change the prices of some variables, both (n,); those at −1 are not in the model."""
        there = at >= 0
        at, cost = at[there], cost[there]
        if len(at):
            self._highs.changeColsCost(len(at), at.astype(np.int32), cost)
            self.cost[at] = cost

    def add_rows(self, rows: sp.csr_array, low: Floats, high: Floats) -> None:
        """Add rows, (n, N), with their sides, both (n,)."""
        self._highs.addRows(
            rows.shape[0], low, high, rows.nnz, rows.indptr[:-1].astype(np.int32),
            rows.indices.astype(np.int32), rows.data,
        )  # fmt: skip
        self._added.append(rows)
        self.row_low = np.concatenate([self.row_low, low])
        self.row_high = np.concatenate([self.row_high, high])

    def delete_rows(self, gone: Ints) -> None:
        """Take rows out, those after them move up."""
        if len(gone):
            stays = np.ones(self.rows, dtype=np.bool_)
            stays[gone] = False
            self._highs.deleteRows(len(gone), gone.astype(np.int32))
            self._matrix = self.matrix[np.flatnonzero(stays)]
            self.row_low, self.row_high = self.row_low[stays], self.row_high[stays]

    def start_from(self, basis: Any) -> None:  # noqa: ANN401 - a basis of HiGHS
        """Let the next relaxation start where an earlier one, of as many rows, ended."""
        self._highs.setBasis(basis)

    def breaks(self, values: Floats) -> bool:
        """Tell whether values, (N,), break a bound or row, or are not whole where they must be."""
        if len(values) != self.columns or not np.isfinite(values).all():
            return True
        with np.errstate(invalid="ignore"):
            off = np.maximum(self.low - values, values - self.high)
            if (off > _ROW_TOL * np.maximum(1.0, np.abs(values))).any():
                return True
            if (np.abs(values - np.round(values)) > _WHOLE_TOL)[self._whole].any():
                return True
            got = self.matrix @ values
            size = np.maximum(1.0, np.abs(got))
            short = np.where(np.isfinite(self.row_low), self.row_low - got, 0.0)
            above = np.where(np.isfinite(self.row_high), got - self.row_high, 0.0)
        return bool((np.maximum(short, above) > _ROW_TOL * size).any())

    def worth(self, values: Floats) -> float:
        """Return the objective of values, (N,)."""
        return math.fsum(self.cost * values) + self._offset

    def _believed(self, values: Floats, objective: float) -> bool:
        """Tell whether values keep the model, and are worth what the solver says."""
        if self.breaks(values):
            return False
        size = max(1.0, abs(self._offset) + float(np.abs(self.cost * values).sum()))
        return abs(self.worth(values) - objective) <= _WORTH_TOL * size

    def relax(self, stop: Stop) -> tuple[Relaxation | None, bool]:
        """Solve the relaxation.

        Returns
        -------
        relaxation, infeasible
            None where the solver was stopped, or says that there is no point.
        """

        def watch(kind: Any, message: str, out: Any, answer: Any, data: Any) -> None:  # noqa: ANN401, ARG001
            if stop.reached():
                answer.user_interrupt = True

        self.set_options(solve_relaxation=True, time_limit=math.inf)
        self._listen(watch, _AT.kCallbackSimplexInterrupt)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status != _STATUS.kOptimal:
            return None, status == _STATUS.kInfeasible
        solution = self._highs.getSolution()
        found = Relaxation(
            values=np.array(solution.col_value),
            objective=float(self._highs.getObjectiveValue()),
            row_duals=np.array(solution.row_dual),
            basis=self._highs.getBasis(),
        )
        return found, False

    def solve(
        self,
        stop: Stop,
        *,
        gap: float,
        gap_abs: float,
        start: tuple[Ints, Floats] | None = None,
        known: float | None = None,
        nodes: int | None = None,
        effort: float | None = None,
        enough: float | None = None,
        on_values: Callable[[Floats], None] | None = None,
        progress: Progress | None = None,
    ) -> Found:
        """Solve the model in whole numbers.

        Parameters
        ----------
        stop
            When to stop.
        gap, gap_abs
            Relative and absolute distance of objective and bound at which to stop.
        start
            Variables and their values to start from, both (n,); a part of them suffices.
        known
            Objective of a solution that is known to keep the model: a bound that excludes it is
            wrong.
        nodes
            Most nodes of the search tree.
        effort
            Share of the work that HiGHS spends on finding solutions of its own.
        enough
            A bound at which it may end.
        on_values
            Called with the values of each better solution, checked as the last ones.
        progress
            Called now and then with seconds, objective and bound.
        """
        self.set_options(
            solve_relaxation=False,
            mip_rel_gap=gap,
            mip_abs_gap=gap_abs,
            mip_max_nodes=2**31 - 1 if nodes is None else nodes,
        )
        if effort is not None:
            self.set_options(mip_heuristic_effort=effort)
        ways = [("choose", start), ("choose", None), ("off", None)]
        for number, (presolve, values) in enumerate(ways[1 if start is None else 0 :]):
            if number:
                if stop.reached():
                    break
                _say_once(self._highs.version())
                self._highs.clearSolver()  # its last solution would be another start
            if values is not None:
                self._highs.setSolution(len(values[0]), values[0].astype(np.int32), values[1])
            left = stop.left()
            # the solver's clock runs on from solve to solve
            limit = self._highs.getRunTime() + max(left, 0.01)
            self.set_options(presolve=presolve, time_limit=limit)
            self._doubted = False
            self._listen(
                self._watch(stop, enough, on_values, progress),
                _AT.kCallbackMipInterrupt,
                _AT.kCallbackSimplexInterrupt,
                _AT.kCallbackIpmInterrupt,
                _AT.kCallbackMipImprovingSolution,
            )
            self._highs.run()
            found = self._read(known)
            if found is not None:
                self.set_options(presolve="choose")
                return found
        self.set_options(presolve="choose")
        return Found(values=None, objective=math.nan, bound=-self.sign * math.inf, infeasible=False)

    def _read(self, known: float | None) -> Found | None:
        """Read what a solve left behind; None where its answers contradict one another."""
        status = self._highs.getModelStatus()
        none = -self.sign * math.inf  # no bound at all
        if self._doubted or (status == _STATUS.kInfeasible and known is not None):
            return None
        if status == _STATUS.kInfeasible:
            return Found(values=None, objective=math.nan, bound=-none, infeasible=True)
        bound = float(self._highs.getInfo().mip_dual_bound) if self._whole.any() else none
        bound = bound if math.isfinite(bound) else none
        objective = float(self._highs.getObjectiveValue())
        ended = status in {_STATUS.kOptimal, *_ENDED_EARLY}
        solution = self._highs.getSolution()
        some = ended and solution.value_valid and math.isfinite(objective)
        if known is not None and self._excludes(bound, known):
            return None
        if not some:
            return Found(values=None, objective=math.nan, bound=bound, infeasible=False)
        values = np.array(solution.col_value, dtype=np.float64)
        if not self._believed(values, objective) or self._excludes(bound, self.worth(values)):
            return None
        return Found(values=values, objective=self.worth(values), bound=bound, infeasible=False)

    def _excludes(self, bound: float, objective: float) -> bool:
        """Tell whether a bound says that there is no such objective as there is."""
        return self.sign * (bound - objective) > 1e-6 * max(1.0, abs(objective))

    def _listen(self, watch: Callable[..., None], *moments: Any) -> None:  # noqa: ANN401
        self._highs.setCallback(watch, None)
        for moment in moments:
            self._highs.startCallback(moment)

    def _watch(
        self,
        stop: Stop,
        enough: float | None,
        on_values: Callable[[Floats], None] | None,
        progress: Progress | None,
    ) -> Callable[..., None]:
        """Return what HiGHS calls: it checks and passes on solutions, and asks the stop rule."""
        best = self.sign * math.inf

        def watch(kind: Any, message: str, out: Any, answer: Any, data: Any) -> None:  # noqa: ANN401, ARG001
            nonlocal best
            if kind == _AT.kCallbackMipImprovingSolution:
                # the bound that comes along is not to be trusted: it was below a known plan
                values = np.array(out.mip_solution, dtype=np.float64)
                if not self._believed(values, float(out.objective_function_value)):
                    self._doubted = answer.user_interrupt = True  # it prunes what is no better
                    return
                best = self.sign * min(self.sign * best, self.sign * self.worth(values))
                if on_values is not None:
                    on_values(values)
                return
            if kind == _AT.kCallbackMipInterrupt:
                if progress is not None:
                    progress(stop.seconds(), best, float(out.mip_dual_bound))
                if enough is not None and self.sign * (out.mip_dual_bound - enough) >= 0.0:
                    answer.user_interrupt = True
            if self._doubted or stop.reached():
                answer.user_interrupt = True

        return watch


def _end_the_banner() -> None:
    """Make the first solver of the process while its standard output leads nowhere.

    HiGHS 1.16.0 writes its name to file descriptor 1 when the first solver of a process is made,
    before it can be told to be silent; standard output belongs to whoever called us.
    """
    global _announced  # noqa: PLW0603 - once a process, as the banner
    if not _announced:
        _announced = True
        with _without_stdout():
            highspy.Highs()  # type: ignore[no-untyped-call]


_announced = False


@contextlib.contextmanager
def _without_stdout() -> Iterator[None]:
    """Lead file descriptor 1 nowhere for a while, be it open or closed."""
    try:
        before = os.dup(1)
    except OSError:  # closed
        before = None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        if nowhere != 1:
            os.dup2(nowhere, 1)
            os.close(nowhere)
        yield
    finally:
        if before is None:
            os.close(1)
        else:
            os.dup2(before, 1)
            os.close(before)


_said = False


def _say_once(version: str) -> None:
    """Say that the solver's answers contradicted one another, once a process."""
    global _said  # noqa: PLW0603
    if not _said:
        _said = True
        _log.debug(
            "HiGHS %s gave values that do not belong to the objective it reports; "
            "the model was solved again in another way",
            version,
        )
