"""What an audit finds: sentences about what does not hold, and how much was looked at."""

import math

AT_LIMIT = 1.0 + 1e-9
"""A walk of exactly the limit counts, whatever the order of its sums."""


class Findings:
    """Collects what does not hold and counts what was looked at."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.checked = 0

    def require(self, holds: bool, finding: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Note a finding unless something holds."""
        self.checked += 1
        if not holds:
            self.found.append(finding)

    def equal(self, what: str, told: float, recomputed: float, *, within: float = 1e-6) -> None:
        """Note a finding unless a figure is what it was recomputed to be."""
        close = math.isclose(told, recomputed, rel_tol=1e-9, abs_tol=within)
        self.require(close, f"{what} is {told:.10g}, recomputed {recomputed:.10g}")
