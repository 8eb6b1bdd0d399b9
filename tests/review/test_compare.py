"""What changed between two solutions, in words and as JSON."""

import json
from pathlib import Path

import pytest

from placement.review.compare import compare
from placement.review.geojson import read_solution

CASES = Path(__file__).parent.parent / "cases"


def test_posts_opened_closed_and_changed() -> None:
    diff = compare(
        read_solution(CASES / "agreed.geojson"), read_solution(CASES / "revised.geojson")
    )
    assert [post.id for post in diff.opened] == ["pont-neuf/dog_team"]
    assert [post.id for post in diff.closed] == ["gare/checkpoint"]
    assert [(c.post.id, c.old_units, c.post.units) for c in diff.changed] == (
        [("quai/checkpoint", 4, 6)]
    )
    assert not diff.same_posts


@pytest.mark.parametrize("way", ["text", "json"])
def test_the_difference_as_it_is_shown(way: str) -> None:
    diff = compare(
        read_solution(CASES / "agreed.geojson"), read_solution(CASES / "revised.geojson")
    )
    if way == "text":
        expected = (CASES / "agreed-revised.diff.txt").read_text(encoding="utf-8")
        assert diff.text() + "\n" == expected
    else:
        expected = (CASES / "agreed-revised.diff.json").read_text(encoding="utf-8")
        assert json.dumps(diff.to_dict(), indent=2, ensure_ascii=False) + "\n" == expected


def test_a_solution_does_not_differ_from_itself() -> None:
    one = read_solution(CASES / "agreed.geojson")
    diff = compare(one, one)
    assert diff.same_posts
    assert "the same 3 posts, the same units" in diff.text()
    assert diff.to_dict()["cost"]["change"] == 0


def test_there_and_back_are_mirror_images() -> None:
    old = read_solution(CASES / "agreed.geojson")
    new = read_solution(CASES / "revised.geojson")
    there, back = compare(old, new), compare(new, old)
    assert there.opened == back.closed
    assert there.closed == back.opened
    assert there.to_dict()["cost"]["change"] == -back.to_dict()["cost"]["change"]


def test_a_resource_that_only_one_plan_knows_is_said_so() -> None:
    diff = compare(
        read_solution(CASES / "two-posts.geojson"), read_solution(CASES / "agreed.geojson")
    )
    assert "covered by gate: 1,500 (75.0%) → not in the plan" in diff.text()
    assert diff.to_dict()["coverage"]["gate"]["covered"] == {
        "old": 1500,
        "new": None,
        "change": None,
    }
    assert diff.to_dict()["plan"] == {"old": "fête", "new": "ceremony"}


def test_names_cannot_steer_a_terminal() -> None:
    old = read_solution(CASES / "budget-zero.geojson")
    new = read_solution(CASES / "hostile-names.geojson")
    text = compare(old, new).text()
    assert all(line.isprintable() for line in text.split("\n"))
    assert "</script>{{6*7}}" in text
