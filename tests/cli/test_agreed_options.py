"""Keeping to an agreed plan from the command line, and the summary of rules and changes."""

import json
from pathlib import Path

import pytest

import placement
from placement.cli.rules import rule_rows
from tests.builders import drawn_layers, write_plan
from tests.cli.running import run

FLOORS = '[[floors]]\nzone = "*"\nresource = "checkpoint"\nshare = 0.1\n'


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path / "town", extra=FLOORS)
    return tmp_path / "town"


def test_an_agreed_plan_is_kept_but_for_what_may_change(town: Path) -> None:
    assert run("optimise", town, "--budget", "30", "--no-map", "--out", "old").exit_code == 0
    options = ("--baseline", "old", "--max-changes", "1", "--no-map", "--out", "new", "--json")
    done = run("optimise", town, *options)
    assert done.exit_code == 0, done.stderr
    changes = json.loads(done.stdout)["placement"]["changes"]
    assert changes["most"] == 1
    assert len(changes["opened"]) + len(changes["closed"]) <= 1
    assert run("audit", "new", town).exit_code == 0


def test_a_proposed_solution_stands_for_its_posts_where_posts_are_locked(town: Path) -> None:
    (town.parent / "posts.csv").write_text(
        "site,resource,units\nbridge-south,checkpoint,2\nnorth-west,dog_team,1\n", encoding="utf-8"
    )
    run("evaluate", "posts.csv", town, "--no-bound", "-o", "variant.geojson")
    options = (
        "--lock",
        "variant.geojson",
        "--lock",
        "bridge-south/checkpoint",
        "--no-map",
        "--json",
    )
    done = run("optimise", town, *options)
    assert done.exit_code == 0, done.stderr
    locked = json.loads(done.stdout)["placement"]["lock"]
    assert locked == ["bridge-south/checkpoint", "north-west/dog_team"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--max-changes", "2"), "against a baseline"),
        (("--max-changes", "-1"), "--max-changes"),
        (("--change-price", "x", "--baseline", "old"), "not a finite number"),
        (("--baseline", "nowhere.geojson"), "nowhere.geojson"),
        (("--lock", "nowhere.geojson"), "nowhere.geojson"),
        (("--lock", "bridge-nort/checkpoint"), "did you mean 'bridge-north/checkpoint'?"),
        (("--forbid", "moon/base"), "no candidate post 'moon/base'"),
    ],
)
def test_what_cannot_be_taken_is_told(options: tuple[str, ...], told: str, town: Path) -> None:
    done = run("optimise", town, "--no-map", *options)
    assert done.exit_code in (2, 3)
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_the_summary_names_what_is_kept_and_what_moved(tmp_path: Path) -> None:
    layers = drawn_layers()
    for one in layers["demand"][:3]:
        one["properties"] |= {"step_free": 0.2, "tier": 2}
    path = write_plan(
        tmp_path,
        layers={"demand": layers["demand"]},
        replace={
            "fleet = 2": "fleet = 4\nunavailable = 0.5",
            "max_units = 4": 'max_units = 4\nbackup = { zones = "*", worth = 0.3 }',
        },
        extra=FLOORS,
    )
    plan = placement.load_plan(path)
    old = placement.optimise(plan, budget=30)
    new = placement.optimise(plan, baseline=old, lock=["bridge-north/checkpoint"])
    said = "\n".join(" | ".join(row) for row in rule_rows(plan, new))
    for words in (
        "Checkpoint, step-free | ",
        "Checkpoint, covered twice | ",
        "Dog team, expected | ",
        "Tier 2 | objective ",
        "floors: 0.1 of zone 'north' by 'checkpoint'",
        "Locked | bridge-north/checkpoint",
        "bought ",
    ):
        assert words in said
    plain = placement.load_plan(write_plan(tmp_path / "plain"))
    assert rule_rows(plain, placement.optimise(plain)) == []
