"""What changed between two solutions, in words and as JSON."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from placement.review.compare import compare
from placement.review.geojson import read_solution
from placement.solution import Period, Solution, Status, Unsnapped, Walk, list_unproven

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


@pytest.mark.parametrize("pair", [("agreed", "revised"), ("ruled", "ruled-later")], ids="-".join)
@pytest.mark.parametrize("way", ["text", "json"])
def test_the_difference_as_it_is_shown(way: str, pair: tuple[str, str]) -> None:
    diff = compare(*(read_solution(CASES / f"{name}.geojson") for name in pair))
    golden = CASES / f"{'-'.join(pair)}.diff"
    if way == "text":
        expected = golden.with_suffix(".diff.txt").read_text(encoding="utf-8")
        assert diff.text() + "\n" == expected
    else:
        expected = golden.with_suffix(".diff.json").read_text(encoding="utf-8")
        assert json.dumps(diff.to_dict(), indent=2, ensure_ascii=False) + "\n" == expected


def test_an_older_file_without_rules_is_no_hindrance() -> None:
    old, new = (read_solution(CASES / f"{name}.geojson") for name in ("agreed", "ruled"))
    for diff in (compare(old, new), compare(new, old)):
        lines = diff.text().split("\n")
        assert all(line.isprintable() for line in lines)
        assert not any(line.startswith(("  ~ pont", "  + pont/checkpoint  2,0")) for line in lines)
        json.dumps(diff.to_dict(), allow_nan=False)
    figures = compare(old, new).to_dict()["figures"]
    assert figures["tiers"]["1"]["objective"] == {"old": None, "new": 3000, "change": None}
    assert figures["lanes"]["window"]["old"] is None
    assert figures["lanes"]["gates"]["quai/checkpoint"]["clears"] == {
        "old": None,
        "new": None,
        "change": None,
    }


def walking(seconds: float, *, stage: str | None, status: Status = Status.FEASIBLE) -> Solution:
    unproven = {} if stage is None else list_unproven(stage)
    walk = Walk(mean_s={"checkpoint": seconds}, gap=None, unproven=unproven)
    return replace(read_solution(CASES / "agreed.geojson"), walk=walk, status=status)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (None, None, " (+20)"),
        (None, "cost", " (+20)"),  # walks are settled before costs are
        ("walk", None, ", but a plan as good as the old one may have shorter walks"),
        (None, "step_free", ", but a plan as good as the new one may have shorter walks"),
        ("walk", "walk", ", but plans as good as either may have shorter walks"),
    ],
)
def test_mean_walks_of_a_search_that_ended_early_are_said_to_be_open(old, new, told) -> None:
    both = walking(100, stage=old), walking(120, stage=new)
    lines = [line.text for line in compare(*both).lines()]
    assert f"mean walk, checkpoint: 100 → 120 s{told}" in lines


def test_the_walks_of_a_plan_made_by_hand_are_its_own() -> None:
    # nothing was chosen among plans as good, so nothing was left unsettled
    both = walking(100, stage=None), walking(120, stage="walk", status=Status.PROPOSED)
    lines = [line.text for line in compare(*both).lines()]
    assert "mean walk, checkpoint: 100 → 120 s (+20)" in lines


def test_the_ground_and_the_day_are_compared() -> None:
    old = read_solution(CASES / "ruled.geojson")
    part = Period(begins="08:00", ends="20:00", closed=("fair",), covered={"checkpoint": 3000.0})
    lost = Unsnapped(sites=(), demand=("d1",), people=12.0)
    new = replace(
        old,
        at="16:00",
        closures=("Pont\u202eNeuf",),
        unsnapped=lost,
        periods=(part,),
    )
    diff = compare(old, new)
    assert [line.text for line in diff.lines()] == [
        "chosen for: no time of day → 16:00",
        "closed for the run: + Pont\ufffdNeuf",
        "people too far from any street: none → 12",
        "places of people too far from any street: + d1",
        "the same 3 posts, the same units",
        "08:00 to 20:00, within reach of checkpoint: not told → 3,000",
        "08:00 to 20:00, closed: + fair",
    ]
    assert diff.to_dict()["figures"]["at"] == {"old": None, "new": "16:00"}


def test_of_what_is_the_same_nothing_is_said() -> None:
    one = read_solution(CASES / "ruled-later.geojson")
    diff = compare(one, one)
    assert not any(figure.differs for figure in diff.figures)
    assert "lanes" in diff.to_dict()["figures"]
    assert "rule" not in diff.text()


def test_a_solution_does_not_differ_from_itself() -> None:
    one = read_solution(CASES / "agreed.geojson")
    diff = compare(one, one)
    assert diff.same_posts
    assert diff.same
    assert diff.text() == ""
    assert diff.to_dict()["cost"]["change"] == 0


@pytest.mark.parametrize(
    ("versions", "line"),
    [
        (("0.1.0", "0.2.0"), "  version of placement: 0.1.0 → 0.2.0"),
        ((None, "0.2.0"), "  version of placement: not told → 0.2.0"),
    ],
)
def test_another_version_of_placement_is_said_and_is_no_other_plan(
    versions: tuple[str | None, str], line: str
) -> None:
    one = read_solution(CASES / "agreed.geojson")
    diff = compare(*(replace(one, version=version) for version in versions))
    assert diff.same_posts
    head, same = f"plan {one.plan}", "  the same 3 posts, the same units"
    assert diff.text().split("\n") == [head, "Asked:", line, "Decided:", same]
    assert diff.to_dict()["version"] == dict(zip(("old", "new"), versions, strict=True))


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


def test_each_change_of_cover_is_attributed() -> None:
    old, new = (read_solution(CASES / f"{name}.geojson") for name in ("agreed", "revised"))
    assert "not attributed: --plan scores the old posts" in compare(old, new).text()
    between = replace(old, coverage={
        **old.coverage, "checkpoint": replace(old.coverage["checkpoint"], covered=61000.0)
    })  # fmt: skip
    diff = compare(old, new, between=between)
    assert diff.to_dict()["attributed"]["checkpoint"] == {"inputs": -250, "posts": -875}
    assert "the old posts on the new inputs: 61,000, so -250 by the inputs" in diff.text()


def test_the_same_posts_with_other_cover_are_put_down_to_the_inputs() -> None:
    old = replace(read_solution(CASES / "agreed.geojson"), digests={"sites": "0" * 64})
    part = replace(old.coverage["checkpoint"], covered=old.coverage["checkpoint"].covered + 374)
    new = replace(
        old,
        digests={"sites": "1" * 64},
        coverage={**old.coverage, "checkpoint": part},
    )
    text = compare(old, new).text()
    assert "the same 3 posts, the same units" in text
    assert "+374 people\n    the same posts on the new inputs: +374 by the inputs" in text
    assert text.startswith("The layer sites changed between the two solutions.\nplan ")


def test_other_cover_of_the_same_posts_and_inputs_is_called_wrong() -> None:
    old = replace(read_solution(CASES / "agreed.geojson"), digests={"sites": "0" * 64})
    part = replace(old.coverage["checkpoint"], covered=old.coverage["checkpoint"].covered + 374)
    diff = compare(old, replace(old, coverage={**old.coverage, "checkpoint": part}))
    assert "+374 people\n    not explained: posts and inputs are the same" in diff.text()
    assert diff.to_dict()["attributed"] == {
        "checkpoint": None,
        "dog_team": {"inputs": 0, "posts": 0},
    }
