"""Tables for terminals of any width: every word is whole, so that identifiers can be copied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from placement.cli.tables import table_lines

WORDS = st.text(st.sampled_from("abz-/.,é站0"), min_size=1, max_size=30)
CELLS = st.lists(WORDS, max_size=6).map(" ".join)
ROWS = st.integers(1, 5).flatmap(
    lambda columns: st.lists(st.lists(CELLS, min_size=columns, max_size=columns), max_size=6)
)


def words(text: str) -> list[str]:
    return sorted(text.split())


@given(rows=ROWS, width=st.integers(1, 130))
def test_each_word_is_whole_and_there_once_and_lines_fit(rows: list[list[str]], width: int) -> None:
    lines = table_lines(rows, width=width)
    assert words(" ".join(lines)) == words(" ".join(cell for row in rows for cell in row))
    for line in lines:
        assert line == line.rstrip()
        assert cell_len(line) <= width or len(line.split()) <= 1


@given(rows=ROWS)
def test_where_there_is_room_each_row_is_a_line_and_columns_begin_together(
    rows: list[list[str]],
) -> None:
    lines = table_lines(rows, width=10_000)
    assert len(lines) == len(rows)
    for row, line in zip(rows, lines, strict=True):
        at = 0
        for cell, column in zip(row, zip(*rows, strict=True), strict=True):
            assert cut(line, at).startswith(cell)
            at += max(map(cell_len, column)) + 2


def cut(line: str, cells: int) -> str:
    """Return what stands from a column of the terminal on."""
    while cells > 0 and line:
        cells -= cell_len(line[0])
        line = line[1:]
    return line


@pytest.mark.parametrize("width", [80, 60, 40, 20])
def test_long_identifiers_of_the_bundled_plans_stay_whole(width: int) -> None:
    post = "mouth-avenue-albert-de-mun-avenue-des-nations-unies/checkpoint"
    rows = [
        ("Longest wait", post, "12.5 min", "clears 19:40"),
        ("", "bridge-pont-de-la-concorde-rive-gauche/checkpoint", "9.0 min", ""),
    ]
    lines = table_lines(rows, width=width)
    assert sum(post in line.split() for line in lines) == 1
    assert all(len(line) <= max(width, len(post) + 2) for line in lines)
