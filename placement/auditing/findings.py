"""What an audit finds: sentences about what does not hold, and how much was looked at."""

from fractions import Fraction

AT_LIMIT = 1.0 + 1e-9
"""A walk of exactly the limit counts, whatever the order of its sums."""

WRITTEN = 5.1e-7
"""Half of the sixth decimal that figures are written with, and a hair."""
TENTH = 0.0501
"""Half of the only decimal that walks and waits are written with, and a hair."""
_LAST_BITS = 1e-12  # relative: what the order of a sum of floats leaves open


class Findings:
    """Collects what does not hold and counts what was looked at.

    Parameters
    ----------
    proposed
        Whether the plan was made by hand: it may break rules, which are collected apart then.
    """

    def __init__(self, *, proposed: bool = False) -> None:
        self.found: list[str] = []
        self.broken: list[str] = []
        self.checked = 0
        self._proposed = proposed

    def require(self, holds: bool, finding: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Note a finding unless something holds."""
        self.checked += 1
        if not holds:
            self.found.append(finding)

    def keep(self, kept: bool, finding: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Note that a rule is broken unless it is kept: a finding, but not of a proposed plan."""
        self.checked += 1
        if not kept:
            (self.broken if self._proposed else self.found).append(finding)

    def equal(self, what: str, told: float, recomputed: float, *, within: float = WRITTEN) -> None:
        """Note a finding unless a figure is what it was recomputed to be, to its last decimal."""
        close = told == recomputed or abs(told - recomputed) <= within + _LAST_BITS * abs(
            recomputed
        )
        self.require(close, f"{what} is {told:.12g}, recomputed {recomputed:.12g}")


def decimal(number: float) -> Fraction:
    """Return the decimal that a finite number is written as, exactly."""
    return Fraction(repr(float(number)))
