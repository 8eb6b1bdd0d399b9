"""Figures as words."""

import math

import pytest

from placement.review.texts import gap_words


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (0.0, "0.00%"),
        (1e-7, "0.01%"),
        (0.01, "1.00%"),
        (0.010001, "1.01%"),
        (math.inf, "not known"),
    ],
)
def test_a_gap_is_rounded_up(gap: float, words: str) -> None:
    assert gap_words(gap) == words
