"""A linear program that is written as arrays and stays in the solver."""

import numpy as np
import pulp
import scipy.sparse as sp

from placement.arrays import Floats, Ints
from placement.solve.mip.highs import LiveModel


def live_program(price: Floats, rows: sp.csr_array, most: Floats) -> tuple[LiveModel, Ints]:
    """Hand over: maximise price · x where rows · x ≤ most and x ≥ 0.

    Parameters
    ----------
    price
        (N,) float64.
    rows, most
        (M, N) sparse, and (M,) float64.

    Returns
    -------
    LiveModel
        The program in the solver.
    ndarray
        (N,) int64, the position there of each variable; −1 for one in no row and without a price.
    """
    problem = pulp.LpProblem("program", pulp.LpMaximize)
    x = [problem.add_variable(f"x{n}", 0) for n in range(len(price))]
    for number, limit in enumerate(most.tolist()):
        part = slice(rows.indptr[number], rows.indptr[number + 1])
        at, factor = rows.indices[part].tolist(), rows.data[part].tolist()
        terms = [(x[n], value) for n, value in zip(at, factor, strict=True)]
        problem.addConstraint(pulp.LpAffineExpression.from_list(terms) <= limit)
    worth = [(x[n], float(price[n])) for n in np.flatnonzero(price)]
    problem.setObjective(pulp.LpAffineExpression.from_list(worth))
    live = LiveModel(problem)
    return live, np.array([live.column.get(v.id, -1) for v in x], dtype=np.int64)
