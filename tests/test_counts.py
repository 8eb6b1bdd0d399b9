"""Numbers of things in messages: one of a thing is never told in the plural."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from placement.counts import counted
from tests.sources import joined

PACKAGE = Path(__file__).parents[1] / "placement"
SOURCES = sorted(PACKAGE.rglob("*.py"))
THINGS = [
    "alternatives", "areas", "bytes", "candidates", "cells", "changes", "characters",
    "closures", "columns", "cores", "days", "dimensions", "edges", "exits", "files",
    "findings", "gates", "groups", "hours", "inputs", "islands", "junctions", "keys", "lanes",
    "lines", "minutes", "nights", "others", "people", "periods", "places", "plans", "points",
    "posts", "positions", "resolutions", "rows", "rules", "samples", "shares", "sites",
    "slots", "solutions", "squares", "stations", "streets", "stretches", "teams", "tiers",
    "times", "trains", "units", "ways", "weights", "workers", "zones"
]  # fmt: skip
KINDS = "candidate|cover|demand|more|other|rest|step-free|walking"
PLURAL = re.compile(rf" (?:(?:{KINDS}) )?(?:{'|'.join(THINGS)})\b")
#: Above a limit, of a table, of several by the sentence around it, or no number at all.
NEVER_ONE = frozenset(
    {
        "{times} times",
        "{bound_min} minutes",
        "{what} teams",
        "{len(given)} files",
        "{works} minutes",
        "{rows} cover rows",
        "{rows} keys",
        "{points} points",
        "{len(points)} points",
        "{total} people",
        "{window // self.period_min} periods",
        "{resource} units",
        "{plan.walk_s.nnz} walking times",
        "{text.count('\\n')} rows",
        "{len(columns)} columns",
        "{len(text)} characters",
        "{post.only} people",
        "{begun.people} people",
        "{ways} ways",
        "{name} points",
        "{nights} nights",
        "{dimensions - 1} posts",
        "{self.work_min} minutes",
        "{sum(positions.values())} positions",
        "{asked} teams",
        "{LONGEST_WALK_S / 60} minutes",
    }
)


def plurals(tree: ast.AST) -> Iterator[str]:
    """Return what is written before a thing in the plural, as code, with the thing."""
    spared = {
        id(text)
        for node in ast.walk(tree)
        if isinstance(node, ast.IfExp) and re.search(r"[!=]= 1$|> 1$", ast.unparse(node.test))
        for text in ast.walk(node)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.JoinedStr) or id(node) in spared:
            continue
        for value, after in zip(node.values, node.values[1:], strict=False):
            if isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant):
                found = PLURAL.match(str(after.value))
                told = ast.unparse(value.value)
                if found and not re.fullmatch(r"_?[A-Z_]+", told):
                    yield f"{{{told}}}{found[0]}"


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (1, ("gate",), "1 gate"),
        (0, ("gate",), "0 gates"),
        (1020, ("gate",), "1,020 gates"),
        (12_345_678_901, ("cell",), "12,345,678,901 cells"),
        (1.0, ("person",), "1 person"),
        (159.5, ("person",), "159.5 people"),
        (1 + 1e-12, ("person",), "1 person"),
        (1, ("gate stands", "gates stand"), "1 gate stands"),
        (2, ("gate stands", "gates stand"), "2 gates stand"),
    ],
)
def test_one_thing_is_told_in_the_singular(
    number: float, words: tuple[str, ...], said: str
) -> None:
    assert counted(number, *words) == said


def test_no_message_writes_a_plural_behind_a_number_that_may_be_one() -> None:
    sources = [path.read_text("utf-8") for path in SOURCES]
    may = [source for source in sources if re.search(rf"\}}{PLURAL.pattern}", joined(source))]
    everywhere = {one for source in may for one in plurals(ast.parse(source))}
    assert everywhere - NEVER_ONE == set()
    assert everywhere >= NEVER_ONE, "nothing is spared in vain"


def test_such_a_plural_would_be_found() -> None:
    code = 'x = f"{n} more gates"\ny = "1 gate" if n == 1 else f"{n} gates"\nz = f"{_MOST} gates"\n'
    assert list(plurals(ast.parse(code))) == ["{n} more gates"]
