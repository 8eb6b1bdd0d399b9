"""How near a plan is to a bound, and how near two worths are before they count as equal."""

import math
from fractions import Fraction

import numpy as np

from placement.arrays import Floats
from placement.cover.instance import Instance


def relative_gap(objective: float, bound: float) -> float:
    """Return how much better than an objective a plan could be at most, as a share of it.

    Examples
    --------
    >>> relative_gap(8.0, 10.0), relative_gap(8.0, 7.0), relative_gap(0.0, 1.0)
    (0.25, 0.0, inf)
    """
    if bound <= objective:
        return 0.0
    if objective <= 0 or math.isinf(bound):
        return math.inf
    return float(Fraction(bound) / Fraction(objective) - 1)


def worth_step(instance: Instance) -> float:
    """Return the largest number that every weight, gain and profit is a whole multiple of.

    Two plans of different worth differ by at least this much.

    Returns
    -------
    float
        0 where there is no such number that floating-point sums respect.
    """
    return step_of(np.concatenate([instance.weight, instance.profit, instance.gains.ravel()]))


def held_slack(held: float, unit: float) -> float:
    """Return how far below a level a plan may be that keeps it.

    Half a unit of the weights where they have one. Else a little more than HiGHS's tolerance of
    1e-6: with a margin below it HiGHS has called plans infeasible that reach the level exactly.
    """
    return 0.5 * unit if unit else max(2e-6, 1e-9 * abs(held))


def step_of(numbers: Floats) -> float:
    """Return what all numbers are whole multiples of: wholes, or halves to 64ths; else 0."""
    numbers = numbers[numbers != 0]
    for power in range(7):  # priorities of 1.25, teams that are away half the time
        fraction = 2.0**power
        scaled = numbers * fraction
        if np.abs(scaled).sum() < 2.0**52 and (scaled == np.floor(scaled)).all():
            common = int(np.gcd.reduce(scaled.astype(np.int64))) if len(scaled) else 0
            return common / fraction
    return 0.0


def stepped(bound: float, step: float) -> float:
    """Round an upper bound of HiGHS down to a multiple of the step between objectives.

    Its bounds are right to about 1e-9 of themselves; a millionth of a step is added on top. For a
    lower bound turn the signs round.

    Parameters
    ----------
    bound
        What the solver proved.
    step
        Two objectives differ by this much at least; 0 where nothing is known.
    """
    if not step or not math.isfinite(bound):
        return bound
    return math.floor(bound / step + 1e-6 + 1e-9 * abs(bound / step)) * step
