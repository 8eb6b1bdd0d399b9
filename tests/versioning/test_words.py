"""A solution in words tells every difference, and is what git shows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from placement.errors import InputError
from placement.review.geojson import read_solution, solution_text
from placement.versioning.words import solution_words
from tests.cli.running import run

CASES = Path(__file__).parents[1] / "cases"
SOLUTIONS = [
    CASES / "agreed.geojson",
    CASES / "ruled-later.geojson",
    CASES / "hostile-names.geojson",
    CASES / "budget-zero.geojson",
    CASES / "plans/agreed/solution.geojson",
    CASES / "plans/backup-worth/solution.geojson",
    CASES / "plans/tiers/solution.geojson",
]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value of a JSON document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from leaves(inner, (*path, at))
    else:
        yield path


def altered(value: Any) -> list[Any]:
    """Return other values of the same kind, near and far."""
    if isinstance(value, bool) or value is None:
        return [0.5, "x"]
    if isinstance(value, int | float):
        return [value + 1, value / 2 + 0.000001, 0 if value else 3]
    return [f"{value}1", f"{value}, b", "12:34", "optimal", "feasible"]


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.parent.name + "-" + path.stem)
def test_words_differ_wherever_the_canonical_text_does(path: Path, tmp_path: Path) -> None:
    whole = solution_text(read_solution(path))
    words = {solution_words(read_solution(path)): whole}
    told = 0
    for number, way in enumerate(leaves(json.loads(whole))):
        top = json.loads(whole)
        holder = top
        for step in way[:-1]:
            holder = holder[step]
        value = holder[way[-1]]
        others = altered(value)
        for other in (others[0], others[-1 - number % (len(others) - 1)]):
            holder[way[-1]] = other
            file = tmp_path / "other.geojson"
            file.write_text(json.dumps(top), encoding="utf-8")
            try:
                solution = read_solution(file)
                text = solution_text(solution)
            except (InputError, ValueError):
                continue
            told += text != whole
            assert words.setdefault(solution_words(solution), text) == text, way
    assert told > 20


def test_the_words_are_those_of_the_canonical_text_in_whatever_order(tmp_path: Path) -> None:
    top = json.loads((CASES / "agreed.geojson").read_text(encoding="utf-8"))
    top["features"].reverse()
    other = tmp_path / "other.geojson"
    other.write_text(json.dumps(top), encoding="utf-8")
    first, second = (run("textconv", path) for path in (CASES / "agreed.geojson", other))
    assert first.exit_code == 0
    assert first.stdout == second.stdout


def test_what_is_decided_stands_apart_from_what_follows() -> None:
    said = run("textconv", CASES / "ruled-later.geojson").stdout
    heads = [line for line in said.splitlines() if line and not line.startswith(" ")]
    assert heads == [
        "plan ceremony:",
        "asked:",
        "posts:",
        "result:",
        "figures of posts:",
        "lanes:",
    ]
    assert "  gare/checkpoint: 5 units, Gare, at 2.365000, 48.842000\n" in said
    assert "  coverage, checkpoint: covered 3,400, total 5,000, share 68%\n" in said
    assert "  walk: gap not known\n" in said
    assert "  budget: 130\n" in said


def test_hostile_names_stay_on_their_line() -> None:
    said = run("textconv", CASES / "hostile-names.geojson").stdout
    assert all(line.isprintable() for line in said.splitlines())
    posts = said.partition("\nposts:\n")[2].partition("\n\n")[0].splitlines()
    solution = read_solution(CASES / "hostile-names.geojson")
    assert len(posts) == len(solution.posts_list)


@pytest.mark.parametrize("text", ['{"type": "Feature"}\n', "<<<<<<< HEAD\n", "", "\ufeffa\n"])
def test_what_is_not_a_solution_is_shown_as_it_is(text: str, tmp_path: Path) -> None:
    path = tmp_path / "solution.geojson"
    path.write_text(text, encoding="utf-8")
    ended = run("textconv", path)
    assert ended.exit_code == 0
    assert ended.stdout == text
