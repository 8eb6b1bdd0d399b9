"""What is said while a plan is sought: cover comes up from nothing, a cost comes down."""

import math
from typing import Any, cast

import pytest

from placement.cli.talk import _progress


class Line:
    """Stands for the line that turns."""

    text = ""

    def update(self, text: str) -> None:
        self.text = text


@pytest.mark.parametrize(
    ("objective", "bound", "said"),
    [
        (-math.inf, math.inf, "Choosing: 12 s, no plan yet (Ctrl-C keeps it)"),
        (0.0, 1e4, "Choosing: 12 s, no plan yet, bound 10,000 (Ctrl-C keeps it)"),
        (2000.0, 2010.0, "Choosing: 12 s, best 2,000, bound 2,010, gap 0.5% (Ctrl-C keeps it)"),
        (math.inf, 1804.0, "Choosing: 12 s, no plan yet, bound 1,804 (Ctrl-C keeps it)"),
        (1809.0, 1804.0, "Choosing: 12 s, best 1,809, bound 1,804, gap 0.3% (Ctrl-C keeps it)"),
        (1809.0, -math.inf, "Choosing: 12 s, best 1,809 (Ctrl-C keeps it)"),
    ],
)
def test_a_moment_is_told_in_one_line(objective: float, bound: float, said: str) -> None:
    line = Line()
    _progress("Choosing", cast("Any", line))(12.3, objective, bound)
    assert line.text == said
