"""Numbers as they are written: exact sums of decimals, and the step they are all multiples of.

A floating-point number stands here for the shortest decimal that is read as it: 0.1 is a tenth, so
0.1 + 0.2 fits into 0.3, and 795.0906408 does not fit into 795.0906407.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Floats

MOST_STEPS = 2.0**52
"""Sums of whole numbers up to here are exact in floating point, in any order."""
_MOST_OF_ROUNDED = 2.0**40  # where numbers may be off by rounding: a step is far more than that
_ULPS = 4.0  # what a product of three factors and a sum of decimals are off at most
_DIGITS = 12  # significant ones that are tried, of numbers that may be off by rounding
_SAMPLE = 64
_WIDEST = 60  # powers of ten between the largest number and the step
_COARSE = 30  # bits of the largest of numbers that have no step of their own


def written(number: float) -> Fraction:
    """Return the decimal a finite number is written as, exactly."""
    return Fraction(repr(float(number)))


def exceeds(amounts: Floats, most: float) -> bool:
    """Tell whether amounts, as they are written, add up to more than there is.

    Parameters
    ----------
    amounts
        (n,) finite float64, ≥ 0.
    most
        What there is; may be infinite.

    Examples
    --------
    >>> exceeds(np.array([0.1, 0.2]), 0.3), exceeds(np.array([1e-10]), 0.0)
    (False, True)
    """
    with np.errstate(over="ignore"):
        total = float(amounts.sum())
    if total < MOST_STEPS and bool((amounts == np.floor(amounts)).all()):
        return total > most
    if most == math.inf:
        return False
    if math.isfinite(total) and abs(total - most) > 1e-9 * (total + abs(most)):
        return total > most
    return sum(map(written, amounts.tolist()), Fraction(0)) > written(most)


def total_of(amounts: Floats) -> float:
    """Return the sum of amounts as they are written, rounded once.

    Examples
    --------
    >>> total_of(np.array([0.1, 0.2]))
    0.3
    """
    steps = in_steps(amounts)
    if steps is not None:
        return float(int(steps.count.sum()) * steps.step)
    try:
        return float(sum(map(written, amounts.tolist()), Fraction(0)))
    except OverflowError:
        return math.inf


def left_over(most: float, used: Floats) -> float:
    """Return what a budget leaves over beside amounts, all as they are written, rounded once.

    Examples
    --------
    >>> left_over(0.6, np.array([0.5]))
    0.1
    """
    if math.isinf(most):
        return most
    return total_of(np.concatenate([[most], -used]))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Steps:
    """Numbers as whole multiples of a step.

    Attributes
    ----------
    count
        (n,) float64, whole numbers whose absolute sum is below 2⁵².
    step
        What one of them is, > 0.
    """

    count: Floats
    step: Fraction

    def back(self, count: Floats) -> Floats:
        """Return whole multiples as numbers, each rounded once."""
        top, bottom = self.step.numerator, self.step.denominator
        if bottom <= 10**22 and float(np.abs(count).max(initial=0.0)) * top < MOST_STEPS:
            return count * float(top) / float(bottom)
        return np.array([float(int(one) * self.step) for one in count.tolist()])


def in_steps(numbers: Floats, *, rounded: bool = False) -> Steps | None:
    """Write numbers as whole multiples of the largest step they have in common.

    Parameters
    ----------
    numbers
        (n,) finite float64.
    rounded
        Whether the numbers are products and sums, which rounding has moved away from the decimals
        they stand for by up to four units in the last place.

    Returns
    -------
    Steps or None
        None where there is no step of which sums would be exact.

    Examples
    --------
    >>> steps = in_steps(np.array([0.75, 1.2]))
    >>> steps.count, steps.step
    (array([5., 8.]), Fraction(3, 20))
    """
    if not numbers.any():
        return Steps(count=np.zeros(len(numbers)), step=Fraction(1))
    whole = _whole(numbers) or (_near_decimals(numbers) if rounded else None)
    return whole or _decimals(numbers)


def _whole(numbers: Floats) -> Steps | None:
    """Return whole numbers, and those in halves to sixty-fourths, in steps."""
    for power in range(7):
        with np.errstate(over="ignore"):
            scaled = numbers * 2.0**power
            if not np.abs(scaled).sum() < MOST_STEPS:
                return None
        if (scaled == np.floor(scaled)).all():
            return _divided(scaled, Fraction(1, 2**power))
    return None


def _near_decimals(numbers: Floats) -> Steps | None:
    """Return numbers in steps that are decimals but for rounding."""
    largest = float(np.abs(numbers).max())
    places = -math.floor(math.log10(largest))
    sample = numbers[numbers != 0][:_SAMPLE]
    for place in range(places, places + _DIGITS):
        if not abs(place) < 300:
            return None
        if _near(sample, place) is None:
            continue
        count = _near(numbers, place)
        if count is not None:
            return _divided(count, Fraction(10) ** -place)
    return None


def _near(numbers: Floats, place: int) -> Floats | None:
    """Return how many units of a decimal place numbers are, None where one is between two."""
    unit = 10.0 ** abs(place)
    with np.errstate(over="ignore"):
        count = np.rint(numbers * unit if place >= 0 else numbers / unit)
        if not np.abs(count).sum() < _MOST_OF_ROUNDED:
            return None
        back = count / unit if place >= 0 else count * unit
    same = np.abs(back - numbers) <= _ULPS * np.spacing(np.abs(numbers))
    return count if bool(same.all()) else None


def _decimals(numbers: Floats) -> Steps | None:
    """Return decimals in steps, whatever their size."""
    some = numbers[numbers != 0]
    if _counted(some[:_SAMPLE]) is None:
        return None
    found = _counted(some)
    if found is None:
        return None
    count = np.zeros(len(numbers))
    count[numbers != 0], step = found
    return Steps(count=count, step=step)


def _counted(numbers: Floats) -> tuple[Floats, Fraction] | None:
    """Return numbers other than 0 as multiples of their step, and the step."""
    parts = [written(number) for number in numbers.tolist()]
    logs = np.log10(np.abs(numbers))
    bottom = math.lcm(*(part.denominator for part in parts))
    if float(logs.max()) + math.log10(bottom) > _WIDEST + max(0.0, float(logs.min())):
        return None
    counts = [part.numerator * (bottom // part.denominator) for part in parts]
    common = math.gcd(*counts)
    counts = [one // common for one in counts]
    if not sum(map(abs, counts)) < MOST_STEPS:
        return None
    return np.array(counts, dtype=np.float64), Fraction(common, bottom)


def _divided(scaled: Floats, unit: Fraction) -> Steps:
    """Return whole numbers of a unit as multiples of what they have in common."""
    common = int(np.gcd.reduce(scaled.astype(np.int64)))
    return Steps(count=scaled / common, step=common * unit)


def cost_of(opening: Floats, unit: Floats, units: NDArray[np.int64]) -> Floats:
    """Return what opening and so many units cost, (n,) float64, as decimals.

    Examples
    --------
    >>> cost_of(np.array([0.0]), np.array([0.1]), np.array([3]))
    array([0.3])
    """
    steps = in_steps(np.concatenate([opening, unit]))
    if steps is None:
        return np.asarray(opening + unit * units)
    first, more = np.split(steps.count, 2)
    return steps.back(first + more * units)


def in_whole(amounts: Floats, most: float) -> tuple[Floats, float, bool]:
    """Write a rule Σ amounts · y ≤ most in whole numbers.

    Returns
    -------
    amounts, most
        In steps, so that the same choices keep the rule. Where the amounts have no step in common,
        rounded down so that no choice is lost.
    same
        Whether just the same choices keep it; else the amounts themselves must be asked again.

    Examples
    --------
    >>> in_whole(np.array([0.1, 0.25]), 0.34)
    (array([2., 5.]), 6.0, True)
    """
    with np.errstate(over="ignore"):
        as_they_are = float(amounts.sum()) < MOST_STEPS
    if as_they_are and bool((amounts == np.floor(amounts)).all()):
        most = float(amounts.sum()) if most == math.inf else float(math.floor(most))
        return amounts, most, True
    steps = in_steps(amounts)
    if steps is not None:
        count, step = steps.count, steps.step
    else:
        unit = math.ldexp(1.0, max(-1070, math.frexp(float(amounts.max()))[1] - _COARSE))
        count, step = np.floor(amounts / unit), Fraction(unit)
    if not exceeds(amounts, most):
        return count, float(count.sum()), True
    return count, float(written(most) // step), steps is not None
