"""What is said while a plan is sought: cover comes up from nothing, a cost comes down."""

import math

import pytest

from placement.cli.talk import _moment


@pytest.mark.parametrize(
    ("objective", "bound", "said"),
    [
        (-math.inf, math.inf, "Choosing: 12 s, no plan yet"),
        (0.0, 1e4, "Choosing: 12 s, no plan yet, bound 10,000"),
        (2000.0, 2010.0, "Choosing: 12 s, best 2,000, bound 2,010, gap 0.5%"),
        (math.inf, 1804.0, "Choosing: 12 s, no plan yet, bound 1,804"),
        (1809.0, 1804.0, "Choosing: 12 s, best 1,809, bound 1,804, gap 0.3%"),
        (1809.0, -math.inf, "Choosing: 12 s, best 1,809"),
    ],
)
def test_a_moment_is_told_in_one_line(objective: float, bound: float, said: str) -> None:
    assert _moment("Choosing", 12.3, objective, bound) == said
