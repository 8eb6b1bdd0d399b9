"""The plan that is best on the worst nights of a sample: as one program, and by weights of nights.

The mean of the worst share of nights is max η − Σ_s max(0, η − W_s) / (share · S) (Rockafellar and
Uryasev, Journal of Risk 2(3), 2000), and so the least Σ_s λ_s W_s of all weights λ of the nights
that add up to 1, none above 1 / (share · S).
"""

import math

import numpy as np
import pulp

from placement.arrays import Floats, Ints
from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mip.highs import LiveModel
from placement.solve.mip.mip_model import Answer, Model

_BITS = 10  # of what a night is worth at most, as HiGHS is given it


def worst_weights(worths: Floats, *, most: float, stop: Stop) -> Floats | None:
    """Return weights of nights under which the best of some plans is worth least.

    Parameters
    ----------
    worths
        (K, S) float64, what each plan is worth on each night.
    most
        Most weight of a night.
    stop
        When to stop; None is returned then.

    Returns
    -------
    (S,) float64
        They add up to 1, but for rounding.
    """
    unit = _unit(float(worths.max(initial=0.0)))
    problem = pulp.LpProblem("weights", pulp.LpMinimize)
    weights = [problem.add_variable(f"l{s}", 0, most) for s in range(worths.shape[1])]
    top = problem.add_variable("top", None, None)
    total = [(weight, 1.0) for weight in weights]
    problem.addConstraint(pulp.LpAffineExpression.from_list(total) == 1.0)
    for row in worths:
        terms = [(weight, float(worth) * unit) for weight, worth in zip(weights, row, strict=True)]
        problem.addConstraint(pulp.LpAffineExpression.from_list([*terms, (top, -1.0)]) <= 0.0)
    problem.setObjective(top + 0)
    live = LiveModel(problem)
    found, _ = live.relax(stop)
    if found is None:
        return None
    return np.clip(found.values[[live.column[weight.id] for weight in weights]], 0.0, most)


def most_on_worst(
    instance: Instance,
    row_of: Ints,
    worth: Floats,
    *,
    share: float,
    stop: Stop,
    warm: Ints | None,
    gap: float,
    max_nodes: int,
) -> Answer:
    """Find the plan whose worst nights are best, or bound it.

    Parameters
    ----------
    instance
        Rows, columns and rules; what rows are worth is not looked at.
    row_of
        (S, R) int64, the row of each group of demand on each night, −1 where nothing covers it.
    worth
        (S, R) float64, what covering it is worth.
    share
        Of the nights.
    stop
        When to stop.
    warm
        Columns of a known plan.
    gap
        Relative gap that is good enough.
    max_nodes
        Most nodes of the search tree.

    Returns
    -------
    Answer
        The bound is on the mean of the worst share of nights.
    """
    unit = _unit(float(worth.sum(axis=1).max(initial=0.0)))
    model = Model(instance, maximise=True)
    model.add_rows()
    level = model.problem.add_variable("level", 0, None)
    short = [model.problem.add_variable(f"short{s}", 0, None) for s in range(len(row_of))]
    for s, (rows, worths) in enumerate(zip(row_of, worth * unit, strict=True)):
        met = rows >= 0
        total = np.bincount(rows[met], weights=worths[met], minlength=instance.rows)
        terms = [(model.z[r][0], -float(total[r])) for r in np.flatnonzero(total).tolist()]
        model.at_most([(level, 1.0), (short[s], -1.0), *terms], 0.0)
    price = -1.0 / (share * len(row_of))
    model.aim([(level, 1.0), *((one, price) for one in short)])
    answer = model.solve(warm=warm, stop=stop, gap=gap, gap_abs=0.0, max_nodes=max_nodes)
    return Answer(chosen=answer.chosen, bound=answer.bound / unit, infeasible=answer.infeasible)


def _unit(largest: float) -> float:
    """Return the power of two that brings a number to a size that HiGHS is made for."""
    return math.ldexp(1.0, _BITS - math.frexp(largest)[1]) if largest > 0 else 1.0
