"""Numbers are ASCII digits, in files and on the command line."""

import math
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placement.errors import InputError
from placement.plan.layers import load_plan
from placement.reading.numerals import decimal, fraction, whole_digits
from tests.builders import drawn_layers, write_plan
from tests.cli.running import run

STRANGE = ("1_0", "٣", "\uff11\uff12", "1,5", "0x10", "1e", "", " ", "१२", "1 0", "¹", "½", "--1")


@given(st.floats(allow_nan=False))
def test_what_python_writes_is_read(number: float) -> None:
    assert decimal(repr(number)) == number
    assert decimal(f" {number!r}\n") == number


@given(st.text(max_size=6))
def test_nothing_but_ascii_is_a_number(text: str) -> None:
    try:
        found = decimal(text)
    except ValueError:
        return
    assert text.isascii()
    assert math.isnan(found) or found == float(text)


@given(st.decimals(-(10**6), 10**6, places=4))
def test_percents_are_hundredths_to_the_last_digit(percent: Decimal) -> None:
    assert fraction(f"{percent}%") == fraction(f" {percent} % ") == float(percent / 100)
    assert fraction(str(percent)) == float(percent)


@pytest.mark.parametrize("text", ["%", "5%%", "%5", "٣%", "5 percent", "1_0%", ""])
def test_what_is_no_percent_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        fraction(text)


@given(st.characters(categories=["Nd", "Nl", "No"]).filter(lambda one: not one.isascii()))
def test_no_other_digit_is_one(digit: str) -> None:
    assert unicodedata.category(digit).startswith("N")
    for text in (digit, f"1{digit}", f"{digit}.5"):
        with pytest.raises(ValueError, match="not a number"):
            decimal(text)


@pytest.mark.parametrize("text", STRANGE)
def test_strange_numbers_in_a_column_are_told(text: str, tmp_path: Path) -> None:
    sites = drawn_layers()["sites"]
    sites[0]["properties"]["open_cost"] = text
    with pytest.raises(InputError, match=r"'bridge-north', field 'open_cost': is not a number"):
        load_plan(write_plan(tmp_path, layers={"sites": sites, "streets": None}))


@pytest.mark.parametrize("text", [*STRANGE[:3], "0x10", "9" * 5000])
@pytest.mark.parametrize(
    "words",
    [
        ("optimise", "--budget", "{}"),
        ("optimise", "--gap", "{}"),
        ("optimise", "--time-limit", "{}"),
        ("optimise", "--max-changes", "{}"),
        ("optimise", "--change-price", "{}"),
        ("optimise", "--limit", "dog_team={}"),
        ("optimise", "--catchments", "3,{}"),
        ("cover", "--share", "checkpoint={}"),
        ("streets", "read", "x", "--out", "x.parquet", "--speed", "{}"),
    ],
)
def test_strange_numbers_in_an_option_are_told(words: tuple[str, ...], text: str) -> None:
    done = run(*(word.format(text) for word in words))
    assert done.exit_code == 2
    assert "rror: " in done.output


def test_whole_numbers_without_end_are_infinite() -> None:
    assert whole_digits("-12") == -12
    assert whole_digits("9" * 5000) == math.inf
    assert whole_digits("-" + "9" * 5000) == -math.inf
