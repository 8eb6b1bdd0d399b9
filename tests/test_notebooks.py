"""The notebooks of the documentation run from top to bottom, and are kept without output."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "docs").rglob("*.ipynb"))


def cells_of(notebook: Path) -> list[dict[str, Any]]:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    cells: list[dict[str, Any]] = content["cells"]
    return cells


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell as a notebook does, and return what it shows: the value of its last line."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)  # noqa: S102 - our own notebook
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_kept_without_output(notebook: Path) -> None:
    cells = cells_of(notebook)
    assert len({cell["id"] for cell in cells}) == len(cells)
    for cell in cells:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_and_shows_plans_solutions_and_results(notebook: Path) -> None:
    names: dict[str, Any] = {}
    shown = [
        run("".join(cell["source"]), names)
        for cell in cells_of(notebook)
        if cell["cell_type"] == "code"
    ]
    kinds = {type(one).__name__ for one in shown}
    assert {"Plan", "Solution", "GeoDataFrame", "Result"} <= kinds
    for one in shown:
        assert repr(one)
        if type(one).__name__ == "Solution":
            assert "<iframe" in one._repr_html_()
