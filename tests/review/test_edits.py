"""Whatever is edited in a solution, the difference tells it, mirrors it, and leads from it."""

import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from placement.cli.answers import answer_schema
from placement.errors import InputError, PlacementError
from placement.review.compare import Diff, compare
from placement.review.edits import apply_edits
from placement.review.geojson import read_solution, solution_text, take_solution
from placement.review.markdown import markdown
from placement.review.told import PARTS, Line
from placement.solution import Solution
from tests.amount import cases
from tests.auditing.fuzz import edits
from tests.review.kinds import KINDS, Made, NotHereError, overlap

CASES = Path(__file__).parent.parent / "cases"
FILES = ["plans/plain/solution", "plans/lanes/solution", "plans/agreed/solution", "ruled-later"]
AMOUNT = cases(70, 5000)
OUTPUTS = Path(__file__).parents[2] / "outputs"
PLANS = {  # solutions of plans for cover, dogs and lanes, and how many edits are made in each
    OUTPUTS / "paris-2024-cover": cases(70, 2000),
    OUTPUTS / "paris-2024-dogs": cases(70, 1200),
    OUTPUTS / "paris-2024": cases(45, 600),
    CASES / "plans" / "lanes": cases(110, 1600),
}
SCHEMA = jsonschema.Draft202012Validator(answer_schema("diff"))
ALONE = sorted(KINDS.keys() - {"identity left out", "people in all", "version left out"})


def edited(name: str) -> list[tuple[str, Solution]]:
    """Return edits of a file that still are solutions."""
    text = (CASES / f"{name}.geojson").read_text(encoding="utf-8")
    every = list(edits(text))
    random.Random(name).shuffle(every)
    found: list[tuple[str, Solution]] = []
    for how, made in every:
        try:
            found.append((how, take_solution(json.loads(json.dumps(made())), file=how)))
            solution_text(found[-1][1])
        except (PlacementError, ValueError):
            found = [one for one in found if one[0] != how]
        if len(found) == AMOUNT:
            break
    return found


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("folder", PLANS, ids=lambda folder: folder.name)
def test_each_kind_of_edit_is_told_in_its_own_line_and_nothing_else_is(folder: Path) -> None:
    text = (folder / "solution.geojson").read_text(encoding="utf-8")
    old, draw = take_solution(json.loads(text), file="old"), random.Random(folder.name)
    here: Counter[str] = Counter()
    kinds = itertools.cycle(sorted(KINDS))
    while here.total() < PLANS[folder]:
        name, top = next(kinds), json.loads(text)
        try:
            made = KINDS[name](top, draw)
        except NotHereError:
            continue
        new = take_solution(top, file=name)
        diff = compare(old, new)
        assert_told(diff, [made], name)
        here[name] += 1
        if here[name] == 1:  # once for each kind
            assert_mirrored(diff, compare(new, old), name)
    assert len(here) >= 40


def test_edits_made_together_are_all_told() -> None:
    text = (CASES / "plans" / "lanes" / "solution.geojson").read_text(encoding="utf-8")
    old, draw = take_solution(json.loads(text), file="old"), random.Random(0)
    for _ in range(60):
        top = json.loads(text)
        several: list[Made] = []
        for name in draw.sample(ALONE, 3):
            before = json.dumps(top)
            try:
                made = KINDS[name](top, draw)
            except NotHereError:
                top = json.loads(before)
                continue
            if any(overlap(made, one) for one in several):
                top = json.loads(before)
            else:
                several.append(made)
        assert_told(compare(old, take_solution(top, file="new")), several, str(several))


def assert_told(diff: Diff, several: list[Made], how: str) -> None:
    """Each edit has a line that names it whole, and no line tells of anything else."""
    lines = [*diff.inputs(), *diff.lines()]
    texts = [line.text for line in lines]
    for made in several:
        own = [text for text in texts if all(needle in text for needle in made.needles)]
        assert own, (how, made.needles, texts)
    places = [place for made in several for place in made.places]
    edited = [edit.path for edit in diff.edits]
    assert all(any(within(path, place) for place in places) for path in edited), how
    assert all(any(within(path, place) for path in edited) for place in places), how
    told = {place for line in lines for place in line.tells}
    assert all(any(within(path, one) for one in told) for path in edited), how
    for line in lines:
        assert all(any(within(path, one) for path in edited) for one in line.tells), (how, line)
        # a heading says nothing of its own; of what was edited, one line an edit speaks
        if not line.tells:
            assert re.search(r":$|^the same \d+ posts, the same units$|: [\d,]+ posts?$|in all$",
                             line.text), (how, line)  # fmt: skip
    own = sum(any(all(n in text for n in made.needles) for made in several) for text in texts)
    also = tuple(begin for made in several for begin in made.also)
    rest = [line for line in lines if line.tells and not line.text.startswith(also)]
    assert len(rest) <= own, (how, texts)
    plain = diff.to_dict()
    assert [edit["path"] for edit in plain["edits"]] == [list(path) for path in edited]
    assert [*plain["inputs"], *(line["text"] for line in plain["lines"])] == texts
    shown = diff.text()
    assert "".join(shown.split()) == "".join(as_shown(diff, lines).split())
    assert all(len(row) <= 80 for row in shown.split("\n"))
    SCHEMA.validate(plain)


def as_shown(diff: Diff, lines: list[Line]) -> str:
    """Return all lines of a difference, as text has them but for where they break."""
    first = len(diff.inputs())
    told = [*(line.text for line in lines[:first]), f"plan {diff.new.plan}"]
    for part in PARTS:
        found = [line.text for line in lines[first:] if line.part == part]
        told += [f"{part}:", *found] if found else []
    return "\n".join(told)


def within(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether one of two places holds the other."""
    return one[: len(other)] == other or other[: len(one)] == one


def assert_mirrored(there: Diff, back: Diff, how: str) -> None:
    """The way back is the way there with old and new exchanged."""
    assert [(e.path, e.values.get("new"), e.values.get("old")) for e in back.edits] == [
        (e.path, e.values.get("old"), e.values.get("new")) for e in there.edits
    ], how
    assert there.opened == back.closed
    assert there.closed == back.opened
    assert {(m.old.id, m.new.id, m.metres) for m in there.moved} == {
        (m.new.id, m.old.id, m.metres) for m in back.moved
    }
    assert [(c.post.id, c.old_units) for c in there.changed] == [
        (c.post.id, next(p.units for p in there.old.posts_list if p.id == c.post.id))
        for c in back.changed
    ]
    forth, home = (Counter(one for line in diff.lines() for one in line.tells)
                   for diff in (there, back))  # fmt: skip
    assert forth == home, how
    assert len(there.lines()) == len(back.lines()), how
    steps = list(zip(changes(there.to_dict()), changes(back.to_dict()), strict=True))
    assert all(one == other for one, other in steps), how


def changes(value: object) -> Iterator[tuple[object, ...]]:
    """Yield old, new and change of all steps, those of the way back exchanged."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in {"edits", "lines", "inputs", "moved", "opened", "closed"}:
                yield from changes(inner)
        if value.keys() >= {"old", "new"}:
            pair = value["old"], value["new"]
            change = value.get("change")
            yield (frozenset(map(str, pair)), None if change is None else abs(change))


@pytest.mark.parametrize("folder", [OUTPUTS / "paris-2024", CASES / "plans" / "lanes"],
                         ids=lambda folder: folder.name)  # fmt: skip
def test_the_longest_comment_for_a_forge_fits(folder: Path) -> None:
    """Nothing differs more than plans of which no figure and hardly a post is the same."""
    text = (folder / "solution.geojson").read_text(encoding="utf-8")
    top = json.loads(text)

    def alter(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {name: alter(one, name) for name, one in value.items()}
        if isinstance(value, list) and key != "coordinates":
            return [alter(one, key) for one in value]
        figure = isinstance(value, float | int) and key not in {"format", "units", "share", "asked"}
        return value + 1 if figure else value

    top["placement"] = alter(top["placement"])
    for feature in top["features"][::2]:
        feature["properties"]["site"] += "-elsewhere"
        feature["properties"]["name"] += " <b>@everybody</b> `code`"
        feature["id"] = f"{feature['properties']['site']}/{feature['properties']['resource']}"
        feature["geometry"]["coordinates"] = [0.0, 0.0]
    diff = compare(take_solution(json.loads(text), file="old"), take_solution(top, file="new"))
    assert len(diff.lines()) > 40
    said = markdown(diff)
    assert said.count("\n") < 200
    assert len(said) < 65_536
    assert said.count("<details>") == said.count("</details>") >= 1
    assert "@" not in said
    assert "<b>" not in said


@pytest.mark.parametrize("name", FILES)
def test_of_the_same_nothing_is_said(name: str) -> None:
    one = read_solution(CASES / f"{name}.geojson")
    diff = compare(one, one)
    assert (diff.text(), markdown(diff), diff.same) == ("", "", True)


def test_a_difference_of_another_solution_is_refused() -> None:
    old, new = (read_solution(CASES / f"{name}.geojson") for name in ("agreed", "revised"))
    patch = compare(old, new).to_dict()["edits"]
    with pytest.raises(
        InputError,
        match="'gare/checkpoint': the solution states nothing there",
    ):
        apply_edits(new, patch, file="diff.json")
    with pytest.raises(InputError, match="edit 1 has no path"):
        apply_edits(old, [{"path": []}], file="diff.json")


def test_a_comment_for_a_forge_is_short_and_mentions_nobody() -> None:
    old = read_solution(OUTPUTS / "paris-2024" / "solution.geojson")
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
