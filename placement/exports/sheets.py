"""Tables for spreadsheets: CSV and XLSX, in which no name of a plan becomes a formula."""

import csv
import io
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyogrio

from placement.exports.tables import Cell, Table
from placement.exports.titles import title, title_of
from placement.exports.vector import series

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # a file says nothing of when it was written


def harmless(cell: Cell) -> Cell:
    """Return a text that no spreadsheet takes for a formula: one that looks like one is quoted."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def csv_text(table: Table, *, language: str) -> bytes:
    """Return a table as CSV (RFC 4180), UTF-8, numbers with a decimal point."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(title(name, language) for name in table.columns)
    for row in zip(*table.columns.values(), strict=True):
        writer.writerow("" if cell is None else harmless(_number(cell)) for cell in row)
    return out.getvalue().encode("utf-8", "replace")


def _number(cell: Cell) -> Cell:
    """Return 5.0 as 5, as the solution file has it."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def xlsx(tables: Sequence[Table], *, language: str) -> bytes:
    """Return tables as the sheets of a workbook, in their order."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        for number, table in enumerate(tables):
            sheet = pd.DataFrame(
                {
                    title(name, language): series([harmless(cell) for cell in cells])
                    for name, cells in table.columns.items()
                }
            )
            pyogrio.write_dataframe(
                sheet,
                path,
                layer=title_of(table.name, table.note, language),
                driver="XLSX",
                append=number > 0,
            )
        return _undated(path.read_bytes())


def _undated(content: bytes) -> bytes:
    """Return an archive without the times at which its parts were written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, date_time=_NO_DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return out.getvalue()
