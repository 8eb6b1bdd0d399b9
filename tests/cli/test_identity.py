"""Commands that show a solution say first which inputs changed, and refuse figures that are off."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.running import run

CASES = Path(__file__).parent.parent / "cases" / "plans"
SHOW = {
    "map": ("map", "plain/solution.geojson", "plain"),
    "routes": ("routes", "plain/solution.geojson", "plain"),
    "catchments": ("catchments", "plain/solution.geojson", "plain"),
    "why": ("why", "north-west/checkpoint", "plain", "--solution", "plain/solution.geojson"),
}


@pytest.fixture(autouse=True)
def _copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("town", "plain", "agreed"):
        shutil.copytree(CASES / name, tmp_path / name)


def edit(layer: str, column: str, value: object) -> None:
    file = Path("town") / f"{layer}.geojson"
    top = json.loads(file.read_text(encoding="utf-8"))
    top["features"][0]["properties"][column] = value
    file.write_text(json.dumps(top), encoding="utf-8")


def lie() -> None:
    file = Path("plain/solution.geojson")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"cost": ', '"cost": 1', 1), encoding="utf-8")


CHANGED = "areas.geojson and sites.geojson changed since this solution"


@pytest.mark.parametrize("command", SHOW)
def test_changed_inputs_are_named_before_any_figure(command: str) -> None:
    edit("sites", "note", "looked at")
    edit("areas", "note", "looked at")
    done = run(*SHOW[command])
    assert done.exit_code == 0, done.stderr
    assert done.stderr.startswith(f"Warning: {CHANGED}\n")


def test_the_audit_names_them_too() -> None:
    edit("sites", "note", "looked at")
    edit("areas", "note", "looked at")
    done = run("audit", "plain", "plain", "--json")
    assert done.exit_code == 0
    assert done.stderr.startswith(f"Warning: {CHANGED}\n")
    assert json.loads(done.stdout)["changed"] == [CHANGED]


def test_of_the_same_inputs_nothing_is_said() -> None:
    done = run("audit", "plain", "plain", "--json")
    assert json.loads(done.stdout)["changed"] == []
    assert "changed" not in done.stderr


@pytest.mark.parametrize("command", SHOW)
def test_figures_that_do_not_hold_are_refused_unless_unchecked(command: str) -> None:
    lie()
    done = run(*SHOW[command])
    assert done.exit_code == 1
    assert "the audit refused the solution" in done.stderr
    assert not Path("plain/map.html").exists()
    taken = run(*SHOW[command], "--unchecked")
    assert taken.exit_code == 0, taken.stderr
    assert "was not checked" in taken.stderr


def test_a_page_that_was_not_checked_says_so_in_its_headline() -> None:
    assert run("map", "plain", "plain").exit_code == 0
    assert "Not checked" not in Path("plain/map.html").read_text(encoding="utf-8")
    assert run("map", "plain", "plain", "--unchecked").exit_code == 0
    page = Path("plain/map.html").read_text(encoding="utf-8")
    assert "<title>Not checked: " in page
    assert json.dumps("Non vérifié")[1:-1] in page


def test_another_agreed_plan_than_that_of_the_run_is_named() -> None:
    asked = ("audit", "agreed", "agreed", "--json", "--baseline")
    done = run(*asked, "agreed/agreed.geojson")
    assert json.loads(done.stdout)["changed"] == []
    text = Path("agreed/agreed.geojson").read_text(encoding="utf-8")
    Path("other.geojson").write_text(text.replace('"cost": 28', '"cost": 27'), encoding="utf-8")
    done = run(*asked, "other.geojson")
    assert json.loads(done.stdout)["changed"] == ["the agreed plan changed since this solution"]


def test_an_older_file_is_read_and_is_said_to_have_no_identity() -> None:
    file = Path("plain/solution.geojson")
    top = json.loads(file.read_text(encoding="utf-8"))
    del top["placement"]["digests"]
    file.write_text(json.dumps(top), encoding="utf-8")
    said = "he solution does not record which inputs it was made from"
    done = run("audit", "plain", "plain", "--json")
    assert any(said in claim for claim in json.loads(done.stdout)["claims"])
    done = run("map", "plain", "plain")
    assert done.exit_code == 0
    assert said in done.stderr
