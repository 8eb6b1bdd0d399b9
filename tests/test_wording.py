"""What is said to users is plain English: wordings that were replaced do not come back."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources import joined

PACKAGE = Path(__file__).parents[1] / "placement"
ROOMS = ("cli", "plan", "reading", "review")
SOURCES = sorted(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py"))
#: Each is not English, or a figure of speech; "there is no …" is fine.
REPLACED = re.compile(
    r"(?<!there )\b(is|are) no [a-z]|\bmend|\bin turn\b|as asked|'s nobody|nobody's"
    r"|\ba house\b|\bin a moment\b|kinds of means"
)


def texts(tree: ast.AST) -> Iterator[str]:
    """Return the texts of a module that are not docstrings."""
    explained = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.ImportFrom)
    docs = {
        id(statement.value)
        for node in ast.walk(tree)
        if isinstance(node, explained) and hasattr(node, "body")
        for statement in node.body[:1]
        if isinstance(statement, ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def replaced(source: str) -> list[str]:
    """Return the texts of a module that have such a wording."""
    if not REPLACED.search(joined(source)):
        return []
    return [text for text in texts(ast.parse(source)) if REPLACED.search(text)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_message_uses_a_wording_that_was_replaced(path: Path) -> None:
    assert replaced(path.read_text("utf-8")) == []


def test_the_wordings_would_be_found() -> None:
    assert replaced('"""is no number"""\nx = f"{1} is no number"\n') == [" is no number"]
    assert replaced('x = (\n    f"{1} is "  # why\n    "no number"\n)\n') == [" is no number"]
    assert replaced('y = "there is no such file"\nz = 1  # is no number\n') == []
    assert len(SOURCES) > 50
