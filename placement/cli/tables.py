"""Rows of words in columns, for a terminal of any width: a word is never broken.

Identifiers are copied from tables into the next command, so a line ends between words or, where one
word is wider than the terminal, after it.
"""

from collections.abc import Sequence

_BETWEEN = 2  # spaces between columns, and before what goes on below


def table_lines(rows: Sequence[Sequence[str]], *, width: int) -> list[str]:
    """Return a table without rules as lines.

    Columns are as wide as their cells. Where that is too wide, cells take several lines; where even
    the longest words do not fit side by side, each row is written as running text.

    Parameters
    ----------
    rows
        Cells of each row; all rows have as many.
    width
        Columns of the terminal.

    Returns
    -------
    list of str
        Without spaces at their ends. Only a line of a single word may be wider than `width`.
    """
    from rich.cells import cell_len

    if not rows:
        return []
    columns = list(zip(*rows, strict=True))
    natural = [max(map(cell_len, column)) for column in columns]
    longest = [
        max((cell_len(word) for cell in column for word in cell.split()), default=0)
        for column in columns
    ]
    room = width - _BETWEEN * (len(columns) - 1)
    if sum(longest) > room:
        return [line for row in rows for line in _run_on(row, width)]
    widths = _shrink(natural, longest, room)
    return [line for row in rows for line in _side_by_side(row, widths)]


def _shrink(natural: Sequence[int], longest: Sequence[int], room: int) -> list[int]:
    """Take from the widest columns, none below its longest word, until all fit."""
    widths = list(natural)
    for _ in range(sum(widths) - room):
        spare = [at for at, size in enumerate(widths) if size > longest[at]]
        widths[max(spare, key=lambda at: widths[at])] -= 1
    return widths


def _side_by_side(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    from rich.cells import set_cell_size

    cells = [_wrap(cell.split(), width) or [""] for cell, width in zip(row, widths, strict=True)]
    return [
        (" " * _BETWEEN)
        .join(
            set_cell_size(lines[at] if at < len(lines) else "", width)
            for lines, width in zip(cells, widths, strict=True)
        )
        .rstrip()
        for at in range(max(map(len, cells)))
    ]


def _run_on(row: Sequence[str], width: int) -> list[str]:
    """Return a row as text: its first cell, and the others after it, indented where they go on."""
    first, *rest = _wrap([word for cell in row for word in cell.split()], width - _BETWEEN) or [""]
    return [first, *(" " * _BETWEEN + line for line in rest)]


def _wrap(words: Sequence[str], width: int) -> list[str]:
    """Return words in lines of at most `width`, but for single words that are wider."""
    from rich.cells import cell_len

    lines: list[str] = []
    for word in words:
        if lines and cell_len(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
