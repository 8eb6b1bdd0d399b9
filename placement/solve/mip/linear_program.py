"""Linear programs that are written as arrays, and read by PuLP."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp
import scipy.sparse as sp

from placement.arrays import Floats, Ints
from placement.solve.mip.highs import LiveModel


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Program:
    """A linear program whose rows widen with what is chosen.

    It is: maximise price · x where rows · x ≤ most + by · y and x ≥ 0.

    Attributes
    ----------
    price
        (N,) float64.
    rows, most
        (M, N) sparse, and (M,) float64.
    by
        (M, K) sparse, what each choice y, 0 or 1, adds to a row. None where there are none.
    """

    price: Floats
    rows: sp.csr_array
    most: Floats
    by: sp.csr_array | None = None


def write_program(
    problem: pulp.LpProblem, program: Program, chosen: Sequence[Any] = ()
) -> list[Any]:
    """Add the variables x and the rows of a program to a problem; return the variables.

    Parameters
    ----------
    problem
        Its variables are named ``x0``, ``x1``, …
    program
        What is written.
    chosen
        Variables y, K of them.
    """
    x = [problem.add_variable(f"x{n}", 0) for n in range(len(program.price))]
    for number, limit in enumerate(program.most.tolist()):
        terms = _terms(program.rows, number, x)
        if program.by is not None:
            terms += [(one, -value) for one, value in _terms(program.by, number, chosen)]
        problem.addConstraint(pulp.LpAffineExpression.from_list(terms) <= limit)
    return x


def _terms(rows: sp.csr_array, number: int, x: Sequence[Any]) -> list[tuple[Any, float]]:
    part = slice(rows.indptr[number], rows.indptr[number + 1])
    at, factor = rows.indices[part].tolist(), rows.data[part].tolist()
    return [(x[n], value) for n, value in zip(at, factor, strict=True)]


def live_program(program: Program) -> tuple[LiveModel, Ints]:
    """Hand a program without choices over to the solver, in which it stays.

    Returns
    -------
    LiveModel
        The program in the solver.
    ndarray
        (N,) int64, the position there of each variable; −1 for one in no row and without a price.
    """
    problem = pulp.LpProblem("program", pulp.LpMaximize)
    x = write_program(problem, program)
    worth = [(x[n], float(program.price[n])) for n in np.flatnonzero(program.price)]
    problem.setObjective(pulp.LpAffineExpression.from_list(worth))
    live = LiveModel(problem)
    return live, np.array([live.column.get(v.id, -1) for v in x], dtype=np.int64)
