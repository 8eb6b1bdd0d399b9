"""An integer program in fractions, and the whole numbers a solver gets of it.

All variables are whole and at least 0. A row whose numbers do not fit into whole numbers is
relaxed, never tightened: a bound of the whole numbers holds for the fractions too.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

type Terms = dict[int, Fraction]

_MOST = 2**52  # the largest sum a solver is given: exact in double precision too


def exact(value: float) -> Fraction:
    """Return the decimal number that was written, as 0.1 for the nearest double to it."""
    return Fraction(Decimal(repr(float(value))))


def add(terms: Terms, more: Mapping[int, Fraction], factor: Fraction | int = 1) -> None:
    """Add terms to others, in place."""
    for variable, value in more.items():
        terms[variable] = terms.get(variable, Fraction(0)) + value * factor


def value_of(terms: Mapping[int, Fraction], values: Sequence[int]) -> Fraction:
    """Return what terms add up to."""
    return sum((value * values[at] for at, value in terms.items()), Fraction(0))


@dataclass(slots=True)
class Program:
    """Variables, and the rows they have to keep.

    Attributes
    ----------
    low, high
        Least and most of each variable.
    rows
        Terms that add up to at most a number.
    implied
        A variable of 0 or 1 that is 1 only if one of the others is.
    """

    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    rows: list[tuple[Terms, Fraction]] = field(default_factory=list)
    implied: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)

    def variable(self, high: int = 1, *, low: int = 0) -> int:
        """Return a new variable."""
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def at_most(self, terms: Terms, most: Fraction | int) -> None:
        """Let terms add up to at most a number."""
        self.rows.append((terms, Fraction(most)))

    def at_least(self, terms: Terms, least: Fraction | int) -> None:
        """Let terms add up to at least a number."""
        self.at_most({at: -value for at, value in terms.items()}, -Fraction(least))

    def imply(self, variable: int, others: Iterable[int]) -> None:
        """Let a variable be 1 only if one of the others is."""
        self.implied.append((variable, tuple(others)))

    def keeps(self, values: Sequence[int], *, within: Fraction) -> bool:
        """Tell whether values keep every row, counted in fractions, to so much of a row."""
        return (
            all(
                low <= value <= high
                for low, value, high in zip(self.low, values, self.high, strict=True)
            )
            and all(value_of(terms, values) <= most + within for terms, most in self.rows)
            and all(not values[at] or any(values[one] for one in ones) for at, ones in self.implied)
        )

    def scale(self, terms: Mapping[int, Fraction]) -> Fraction:
        """Return what to multiply terms by: to whole numbers, or as near as sums may be large."""
        largest = sum((abs(value) * self.high[at] for at, value in terms.items()), Fraction(0))
        common = math.lcm(*(value.denominator for value in terms.values())) if terms else 1
        if largest * common <= _MOST:
            return Fraction(common)
        power = Fraction(1)
        while largest * power * 10 <= _MOST:
            power *= 10
        while largest * power > _MOST:
            power /= 10
        return power

    def whole_row(self, terms: Terms, most: Fraction) -> tuple[dict[int, int], int]:
        """Return a row in whole numbers that everything passes which passes the row itself."""
        factor = self.scale(terms)
        # whole variables times coefficients rounded down are whole, so their sum may not pass
        # what the right side is rounded down to either
        left = {at: math.floor(value * factor) for at, value in terms.items()}
        return left, math.floor(most * factor)

    def whole_objective(self, terms: Mapping[int, Fraction]) -> tuple[dict[int, int], Fraction]:
        """Return an objective in whole numbers, none below its own, and what it is scaled by."""
        factor = self.scale(terms)
        return {at: math.ceil(value * factor) for at, value in terms.items()}, factor
