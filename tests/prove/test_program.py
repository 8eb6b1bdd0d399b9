"""Whole numbers of fractions: rounding never rules anything out, and never lowers an objective."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from placement.prove.program import Program, exact, value_of

numbers = st.one_of(
    st.builds(Fraction, st.integers(-(10**9), 10**9), st.integers(1, 10**6)),
    st.floats(min_value=-1e6, max_value=1e6, allow_nan=False).map(exact),
    st.floats(min_value=-1e-9, max_value=1e-9, allow_nan=False).map(exact),
)


@given(
    st.lists(st.tuples(numbers, st.integers(0, 10**6)), min_size=1, max_size=6),
    st.builds(Fraction, st.integers(0, 1000), st.integers(1, 1000)),
)
def test_what_keeps_a_row_keeps_it_in_whole_numbers(
    drawn: list[tuple[Fraction, int]], room: Fraction
) -> None:
    program = Program()
    terms = {program.variable(10**6): value for value, _ in drawn}
    values = [at for _, at in drawn]
    most = value_of(terms, values) + room
    whole, limit = program.whole_row(terms, most)
    assert sum(one * values[at] for at, one in whole.items()) <= limit
    assert sum(abs(one) * 10**6 for one in whole.values()) < 2**54


@given(st.lists(st.tuples(numbers, st.integers(0, 10**6)), min_size=1, max_size=6))
def test_an_objective_in_whole_numbers_is_never_below_its_own(
    drawn: list[tuple[Fraction, int]],
) -> None:
    program = Program()
    terms = {program.variable(10**6): value for value, _ in drawn}
    values = [at for _, at in drawn]
    whole, factor = program.whole_objective(terms)
    total = sum(one * values[at] for at, one in whole.items())
    assert total >= value_of(terms, values) * factor
    if all((value * factor).denominator == 1 for value in terms.values()):
        assert total == value_of(terms, values) * factor


def test_decimals_are_taken_as_written() -> None:
    assert exact(0.1) == Fraction(1, 10)
    assert exact(795.0906407) == Fraction(7950906407, 10**7)
    assert exact(1e-10) == Fraction(1, 10**10)
