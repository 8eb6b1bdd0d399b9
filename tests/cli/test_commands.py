"""Every command on the drawn town, through the real pipeline."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import placement
from placement.cli.files import DEFAULT_EXAMPLE, bundled_folder, bundled_plans
from tests.builders import drawn_layers, write_plan
from tests.cli.running import run

ROOT = Path(__file__).parent.parent.parent
needs_bundled = pytest.mark.skipif(
    DEFAULT_EXAMPLE not in bundled_plans(), reason="the bundled plan is not in data/geo yet"
)


def test_from_a_plan_to_a_map(town: Path, tmp_path: Path) -> None:
    done = run("optimise", town / "plan.toml", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["placement"]["status"] == "optimal"
    out = tmp_path / "outputs" / "drawn"
    assert sorted(path.name for path in out.iterdir()) == ["map.html", "solution.geojson"]

    audited = run("audit", out, town)
    assert (audited.exit_code, audited.stderr) == (0, "")
    assert "figures and rules hold" in audited.stdout
    assert json.loads(run("audit", out, town, "--json").stdout)["ok"] is True

    drawn = (out / "map.html").read_bytes()
    assert run("map", out / "solution.geojson", town, "--out", "again.html").exit_code == 0
    assert (tmp_path / "again.html").read_bytes() == drawn
    (out / "map.html").unlink()
    assert run("map", out, town).exit_code == 0
    assert (out / "map.html").read_bytes() == drawn


def test_a_plan_here_is_the_default_and_nothing_is_said(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town)
    done = run("optimise", "--no-map")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "taking the bundled plan" not in done.stderr
    assert (town / "outputs" / "drawn" / "solution.geojson").exists()


def test_the_order_of_rows_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = []
    for name, shuffle in (("a", None), ("b", 7)):
        write_plan(tmp_path / name, shuffle=shuffle)
        assert run("optimise", name, "--out", f"out-{name}", "--no-map").exit_code == 0
        texts.append((tmp_path / f"out-{name}" / "solution.geojson").read_bytes())
    assert texts[0] == texts[1]


def test_budget_and_limits_of_a_run_are_kept_by_audit_and_map(town: Path, tmp_path: Path) -> None:
    done = run("optimise", town, "--budget", "25", "--limit", "dog_team=1", "--json", "--no-map")
    told = json.loads(done.stdout)["placement"]
    assert told["budget"] == 25
    assert told["cost"] <= 25
    assert told["limits"] == {"dog_team": 1}
    assert told["overrides"] == ["budget", "limits"]
    assert run("audit", tmp_path / "outputs" / "drawn", town).exit_code == 0
    assert run("map", tmp_path / "outputs" / "drawn", town).exit_code == 0


def test_what_a_run_asked_other_than_the_plan_is_named_by_the_audit(
    town: Path, tmp_path: Path
) -> None:
    assert run("optimise", town, "--no-map").exit_code == 0
    shutil.copytree("outputs/drawn", "agreed")
    assert run("audit", "agreed", town, "--strict").exit_code == 0
    options = ("--budget", "25", "--limit", "dog_team=1", "--baseline", "agreed")
    assert run("optimise", town, *options, "--no-map").exit_code == 0
    said = run("audit", "outputs/drawn", town, "--baseline", "agreed").stdout.splitlines()
    plan = placement.load_plan(town)
    amount = plan.settings.budget.amount
    assert f"Override: budget 25 given, the plan says {amount:g}." in said
    assert "Override: at most 1 unit of 'dog_team' given, the plan says 2." in said
    assert any(line.startswith("Override: held to an agreed plan") for line in said)
    assert said[0].endswith("figures and rules hold.")
    assert "optimality is the file's claim" in said[1]
    strict = run("audit", "outputs/drawn", town, "--strict")
    assert strict.exit_code == 1
    assert f"budget 25 given, the plan says {amount:g}" in strict.stderr
    told = json.loads(run("audit", "outputs/drawn", town, "--strict", "--json").stdout)
    assert (told["ok"], told["findings"]) == (False, told["overrides"])
    assert any("optimal" in claim for claim in told["claims"])
    # a budget that was edited, and is not on record as another, is refused
    path = tmp_path / "agreed" / "solution.geojson"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f'"budget": {amount:g}', '"budget": 99'), encoding="utf-8")
    refused = run("audit", "agreed", town)
    assert refused.exit_code == 1
    assert "recorded as other than the plan are nothing, found is budget" in refused.stderr
    # the agreed plan is another one
    other = run("audit", "outputs/drawn", town, "--baseline", "outputs/drawn")
    assert other.exit_code == 1
    assert "what moved is not the difference to the baseline" in other.stderr


def test_budget_zero_is_an_empty_plan(town: Path) -> None:
    done = run("optimise", town, "--budget", "0", "--json", "--no-map")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["posts"] == []
    assert told["placement"]["cost"] == 0
    assert told["placement"]["status"] == "optimal"


def test_a_replaced_layer_must_be_named_again(town: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.geojson"
    shutil.copy(town / "streets.geojson", other)
    layer = f"streets={other}"
    assert run("optimise", town, "--layer", layer, "--no-map").exit_code == 0
    refused = run("audit", tmp_path / "outputs" / "drawn", town)
    assert refused.exit_code == 2
    assert "say where that file is: --layer streets=PATH/other.geojson" in refused.stderr
    assert run("audit", "outputs/drawn", town, "--layer", layer).exit_code == 0


def test_an_audit_that_refuses_exits_with_1(town: Path, tmp_path: Path) -> None:
    assert run("optimise", town, "--no-map").exit_code == 0
    path = tmp_path / "outputs" / "drawn" / "solution.geojson"
    top = json.loads(path.read_text(encoding="utf-8"))
    top["placement"]["cost"] += 1
    path.write_text(json.dumps(top), encoding="utf-8")
    refused = run("audit", path, town)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Error: the audit refused the solution" in refused.stderr
    told = run("audit", path, town, "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["ok"] is False


def test_a_solution_of_another_plan_is_refused(town: Path, tmp_path: Path) -> None:
    assert run("optimise", town, "--no-map").exit_code == 0
    assert run("init", "starter").exit_code == 0
    done = run("map", tmp_path / "outputs" / "drawn", "starter")
    assert done.exit_code == 3
    assert "answers the plan 'drawn', and starter is 'starter'" in done.stderr
    assert "map.html" not in [path.name for path in (tmp_path / "outputs" / "drawn").iterdir()]


ASKED_OF_A_SOLUTION = [
    ("map",),
    ("audit",),
    ("catchments",),
    ("routes",),
    ("why", "north-west", "--solution"),
]


@pytest.mark.parametrize("words", ASKED_OF_A_SOLUTION, ids=lambda words: words[0])
def test_a_solution_without_its_plan_is_refused_and_no_other_plan_is_taken(
    words: tuple[str, ...], town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("optimise", town, "--no-map", "--out", tmp_path / "far" / "out").exit_code == 0
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    shutil.copytree(tmp_path / "town", tmp_path / "far" / "other")
    plan = tmp_path / "far" / "plan.toml"
    text = (town / "plan.toml").read_text(encoding="utf-8")
    for other in (None, text.replace('name = "drawn"', 'name = "another"'), "[broken"):
        if other is not None:
            plan.write_text(other, encoding="utf-8")
        done = run(*words, tmp_path / "far" / "out")
        assert done.exit_code == 2
        assert "answers the plan 'drawn', and no plan.toml of that name is here" in done.stderr
        assert done.stderr.count("\n") == 1
    assert [path.name for path in (tmp_path / "far" / "out").iterdir()] == ["solution.geojson"]


@pytest.mark.slow
@pytest.mark.parametrize("words", ASKED_OF_A_SOLUTION, ids=lambda words: words[0])
def test_the_plan_of_a_solution_is_found_by_its_name(
    words: tuple[str, ...], town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town)
    assert run("optimise", "--no-map").exit_code == 0  # into outputs/drawn beside the plan
    assert run(*words, "outputs/drawn").exit_code == 0
    monkeypatch.chdir(town / "outputs")
    assert run(*words, "drawn").exit_code == 0
    monkeypatch.chdir(tmp_path)
    assert run(*words, "town/outputs/drawn").exit_code == 0
    town.rename(tmp_path / "drawn")  # a folder of the plan's name, here
    shutil.move(tmp_path / "drawn" / "outputs" / "drawn", tmp_path / "away")
    assert run(*words, "away").exit_code == 0


def test_check_counts(town: Path) -> None:
    done = run("check", town)
    assert (done.exit_code, done.stderr) == (0, "")
    lines = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert lines["sites"] == "6"
    assert "1,920 people" not in lines["sites"]
    told = json.loads(run("check", town, "--json").stdout)
    assert told["sites"] == 6
    assert told["people"] == 1920
    assert told["areas"] == 1
    assert told["unsnapped"] == {"sites": [], "demand": [], "people": 0, "reasons": []}
    assert told["streets"]["islands"] == 0
    assert told["resources"]["dog_team"]["excluded"] == 1
    assert set(told["layers"]) == {"route", "sites", "demand", "areas", "streets", "water"}


def test_check_counts_a_point_once_whoever_walks_there(tmp_path: Path) -> None:
    layers = drawn_layers()
    whole = json.loads(run("check", write_plan(tmp_path / "a"), "--json").stdout)
    for one in layers["demand"]:
        one["properties"]["step_free"] = 0.5
    plan = write_plan(tmp_path / "b", layers={"demand": layers["demand"]})
    told = json.loads(run("check", plan, "--json").stdout)
    assert told["demand_points"] == whole["demand_points"]
    assert told["people"] == whole["people"]
    assert whole["step_free_people"] == 0 < told["step_free_people"]
    said = f"{told['step_free_people']:,} of them walk without steps"
    assert said in run("check", plan).stdout


def test_check_names_what_lies_too_far_from_any_street(tmp_path: Path) -> None:
    plan = write_plan(tmp_path / "town", replace={'crs = "EPSG:2154"': "walking.snap_m = 1"})
    done = run("check", plan)
    assert done.exit_code == 0
    assert "lie too far from any street" in done.stderr
    told = json.loads(run("check", plan, "--json").stdout)
    assert told["unsnapped"]["sites"]
    assert f"{told['unsnapped']['sites'][0]}" in done.stdout


def test_check_refuses_bad_input_with_3(town: Path) -> None:
    (town / "sites.geojson").write_text("[", encoding="utf-8")
    done = run("check", town)
    assert done.exit_code == 3
    assert "sites.geojson" in done.stderr
    assert done.stdout == ""


def test_rules_that_clash_exit_with_4(town: Path) -> None:
    sites = json.loads((town / "sites.geojson").read_text(encoding="utf-8"))
    for feature in sites["features"]:
        feature["properties"]["status"] = "required"
    (town / "sites.geojson").write_text(json.dumps(sites), encoding="utf-8")
    done = run("optimise", town, "--budget", "10")
    assert done.exit_code == 4
    assert "budget" in done.stderr


def test_unknown_resources_and_layers_exit_with_2(town: Path) -> None:
    assert run("optimise", town, "--limit", "dogs=1").exit_code == 2
    assert run("optimise", town, "--layer", "street=x.geojson").exit_code == 2


@pytest.mark.parametrize("name", ["nowhere", "nowhere/plan.toml"])
def test_a_plan_that_is_not_there_exits_with_3(name: str) -> None:
    done = run("optimise", name)
    assert done.exit_code == 3
    assert name in done.stderr


def test_the_starter_is_a_plan_worth_a_debate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init", "mine").exit_code == 0
    checked = run("check", "mine")
    assert checked.exit_code == 0
    assert "walks" in checked.stdout
    done = run("optimise", "mine", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["placement"]["status"] == "optimal"
    assert told["placement"]["walking"] == "straight line"
    assert 0.4 < told["placement"]["coverage"]["checkpoint"]["share"] < 0.95


def test_schema_is_the_plan_files() -> None:
    told = json.loads(run("schema").stdout)
    assert told["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "resources" in told["properties"]


@needs_bundled
def test_init_copies_the_bundled_plan(tmp_path: Path) -> None:
    assert run("init", tmp_path / "mine", "--example", "paris-2024").exit_code == 0
    source = bundled_folder() / "paris-2024"
    for path in source.iterdir():
        assert (tmp_path / "mine" / path.name).read_bytes() == path.read_bytes()


@needs_bundled
def test_init_takes_shared_layers_along(tmp_path: Path) -> None:
    done = run("init", tmp_path / "mine", "--example", "paris-2024-cover")
    assert done.exit_code == 0, done.stderr
    text = (tmp_path / "mine" / "plan.toml").read_text(encoding="utf-8")
    assert "../" not in text.replace("../paris-2024,", "").replace("../paris-2024/README", "")
    plan = placement.load_plan(tmp_path / "mine")
    assert plan.problem.demand.people.sum() == 326_000


@needs_bundled
def test_without_a_plan_the_bundled_one_is_taken_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("check", "--json")
    assert done.exit_code == 0
    assert f"taking the bundled plan {DEFAULT_EXAMPLE}" in done.stderr
    assert json.loads(done.stdout)["plan"] == DEFAULT_EXAMPLE


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as on POSIX")
def test_ctrl_c_before_anything_was_found_exits_with_130(tmp_path: Path) -> None:
    code = (
        "import signal, sys, time, placement\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored in the background
        "def load(*_, **__):\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
        "placement.load_plan = load\n"
        "sys.argv = ['place', 'optimise', 'x']\n"
        "from placement.cli import main\n"
        "main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.strip() == "Stopped, nothing was written."


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as on POSIX")
def test_ctrl_c_keeps_the_best_plan_found(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = placement.optimise
    pressed: list[float] = []

    def press(_seconds: float, objective: float, _bound: float) -> None:
        if objective > 0 and not pressed:
            pressed.append(objective)
            os.kill(os.getpid(), signal.SIGINT)

    def interrupted(*arguments: Any, **options: Any) -> Any:
        return really(*arguments, **{**options, "progress": press})

    monkeypatch.setattr(placement, "optimise", interrupted)
    done = run("optimise", town, "--no-map", "--json")
    assert pressed
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)["placement"]
    assert told["objective"] >= pressed[0]
    assert (tmp_path / "outputs" / "drawn" / "solution.geojson").exists()
