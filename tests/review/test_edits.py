"""Whatever is edited in a solution, the difference tells it, mirrors it, and leads from it."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from placement.errors import InputError, PlacementError
from placement.review.compare import compare
from placement.review.edits import apply_edits
from placement.review.geojson import read_solution, solution_text, take_solution
from placement.review.markdown import markdown
from placement.solution import Solution
from tests.amount import NIGHT
from tests.auditing.fuzz import edits

CASES = Path(__file__).parent.parent / "cases"
FILES = ["plans/plain/solution", "plans/lanes/solution", "plans/agreed/solution", "ruled-later"]
AMOUNT = 5000 if NIGHT else 125


def edited(name: str) -> list[tuple[str, Solution]]:
    """Return edits of a file that still are solutions."""
    text = (CASES / f"{name}.geojson").read_text(encoding="utf-8")
    every = list(edits(text))
    random.Random(name).shuffle(every)
    found: list[tuple[str, Solution]] = []
    for how, top in every:
        try:
            found.append((how, take_solution(json.loads(json.dumps(top)), file=how)))
            solution_text(found[-1][1])
        except (PlacementError, ValueError):
            found = [one for one in found if one[0] != how]
        if len(found) == AMOUNT:
            break
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_edit_is_told_mirrored_and_applied(name: str) -> None:
    old = read_solution(CASES / f"{name}.geojson")
    kinds: Counter[str] = Counter()
    for how, new in edited(name):
        there, back = compare(old, new), compare(new, old)
        same = solution_text(old) == solution_text(new)
        assert there.same is same, how
        assert (there.text() == "") is same, how
        told = there.to_dict()
        assert told["same"] is same
        assert (told["edits"] == []) is same, how
        mirrored = [(edit.path, edit.new, edit.old) for edit in back.edits]
        assert [(edit.path, edit.old, edit.new) for edit in there.edits] == mirrored, how
        patch = json.loads(json.dumps(told, allow_nan=False))["edits"]
        assert solution_text(apply_edits(old, patch, file="diff.json")) == solution_text(new), how
        assert all(len(line) <= 80 or " " not in line.strip() for line in there.text().split("\n"))
        kinds[how.split(":")[0]] += not same
    assert len([kind for kind in kinds if kinds[kind]]) >= 20


@pytest.mark.parametrize("name", FILES)
def test_nothing_else_is_told(name: str) -> None:
    """Each line of the text names something that differs: none says that it is unchanged."""
    old = read_solution(CASES / f"{name}.geojson")
    for how, new in edited(name)[:40]:
        lines = [line for line in compare(old, new).text().split("\n") if "(unchanged)" in line]
        assert not lines, how


@pytest.mark.parametrize("name", FILES)
def test_of_the_same_nothing_is_said(name: str) -> None:
    one = read_solution(CASES / f"{name}.geojson")
    diff = compare(one, one)
    assert (diff.text(), markdown(diff), diff.same) == ("", "", True)


def test_a_difference_of_another_solution_is_refused() -> None:
    old, new = (read_solution(CASES / f"{name}.geojson") for name in ("agreed", "revised"))
    patch = compare(old, new).to_dict()["edits"]
    with pytest.raises(InputError, match="does not state what the difference starts from"):
        apply_edits(new, patch, file="diff.json")
    with pytest.raises(InputError, match="edit 1 has no path"):
        apply_edits(old, [{"path": []}], file="diff.json")


def test_a_comment_for_a_forge_is_short_and_mentions_nobody() -> None:
    old = read_solution(CASES / "paris-2024.geojson")
    new = read_solution(CASES / "ruled-later.geojson")
    text = markdown(compare(old, new))
    assert text.count("\n") < 200
    assert len(text) < 65_536
    assert "@" not in text
    hostile = compare(read_solution(CASES / "budget-zero.geojson"),
                      read_solution(CASES / "hostile-names.geojson"))  # fmt: skip
    assert "<script" not in markdown(hostile)


def test_a_post_of_the_same_name_is_told_as_moved() -> None:
    text = (CASES / "two-posts.geojson").read_text(encoding="utf-8")
    old = take_solution(json.loads(text), file="old")
    top = json.loads(text)
    feature = top["features"][0]
    feature["properties"]["site"] += "-b"
    feature["id"] = f"{feature['properties']['site']}/{feature['properties']['resource']}"
    lon, lat = feature["geometry"]["coordinates"]
    feature["geometry"]["coordinates"] = [lon, lat + 0.001]
    diff = compare(old, take_solution(top, file="new"))
    assert not diff.opened
    assert not diff.closed
    assert [(move.new.id, round(move.metres)) for move in diff.moved] == [(feature["id"], 111)]
    assert "moved: 1 post" in diff.text()
