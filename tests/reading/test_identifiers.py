"""Identifiers: what is seen is what is compared."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placement.errors import InputError
from placement.plan.layers import load_plan
from placement.reading.identifiers import MOST_CHARACTERS, fault
from tests.builders import drawn_layers, write_plan

UNSEEN = (
    "\x00", "\n", "\x85", "\x9b", "\xad", "\u200b", "\u200d", "\u200e", "\u202e", "\u2028",
    "\u2060", "\u2066", "\ufeff", "\ufe0f", "\u034f", "\u115f", "\u3164", "\U000e0041",
)  # fmt: skip
FAULTS = (*(f"a{one}b" for one in UNSEEN), "cafe\u0301", "\u212b", " a", "a\u00a0", "a" * 201)


@pytest.mark.parametrize("text", FAULTS)
def test_what_cannot_be_seen_is_refused(text: str) -> None:
    assert fault(text) is not None


@pytest.mark.parametrize("text", ["", "a", "site-12", "Pont d'Iéna", "数 1", "🚧", "a" * 200, "٣"])
def test_what_can_be_seen_is_taken(text: str) -> None:
    assert fault(text) is None


@given(st.text(max_size=MOST_CHARACTERS), st.text(max_size=MOST_CHARACTERS))
def test_two_identifiers_that_are_one_to_unicode_are_one(one: str, other: str) -> None:
    """Of texts that are canonically equal at most one is taken."""
    if unicodedata.normalize("NFD", one) == unicodedata.normalize("NFD", other) and one != other:
        assert fault(one) is not None or fault(other) is not None
    composed = unicodedata.normalize("NFC", one)
    if fault(one) is None:
        assert composed == one


@pytest.mark.parametrize("text", FAULTS)
@pytest.mark.parametrize(
    ("layer", "column"), [("sites", "id"), ("demand", "id"), ("areas", "id"), ("demand", "zone")]
)
def test_each_layer_refuses_them(layer: str, column: str, text: str, tmp_path: Path) -> None:
    rows = drawn_layers()[layer]
    rows[0]["properties"][column] = text
    with pytest.raises(InputError, match=f"field '{column}'") as caught:
        load_plan(write_plan(tmp_path, layers={layer: rows, "streets": None}))
    assert caught.value.remedy
