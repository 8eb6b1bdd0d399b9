"""London's New Year's Eve: what was published stands in the layers, and what README says holds."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import placement
from placement.studies.replay import replay
from placement.studies.replay.scenario import read_scenario, scenario_of
from tests.amount import cases

ROOT = Path(__file__).parents[2]
HERE = ROOT / "data" / "geo" / "london-2023"
README = (HERE / "README.md").read_text(encoding="utf-8")
# Greater London Authority, MGLA130224-6510: sold and scanned
PUBLISHED = {
    "Blue 1": (21_012, 16_097),
    "Blue 2": (9_005, 8_071),
    "Green": (7_030, 5_035),
    "Orange": (500, 337),
    "Pink": (13_460, 6_371),
    "Red 4": (18_672, 11_824),
    "Red 5": (28_009, 22_061),
    "White": (9_008, 6_235),
}


def layer(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / f"{name}.geojson").read_bytes())["features"]
    return found


def test_layers_hold_what_was_published() -> None:
    told = {f["id"]: f["properties"] for f in layer("areas")}
    shares = tomllib.loads((HERE / "scanned.toml").read_text(encoding="utf-8"))["show_rates"]
    for colour, (sold, scanned) in PUBLISHED.items():
        area = told.pop(colour.lower().replace(" ", "-"))
        assert (area["people"], area["scanned"]) == (sold, scanned)
        assert shares.pop(area["id"]) == round(scanned / sold, 4)
        assert f"| {colour} | {sold:,} | {scanned:,} | {scanned / sold:.0%} |" in README
    assert told == shares == {}


def test_every_colour_has_entrances_of_its_own() -> None:
    plan = placement.load_plan(HERE)
    assert plan.problem.demand.people.sum() == sum(sold for sold, _ in PUBLISHED.values())
    entries = tomllib.loads((HERE / "plan.toml").read_text(encoding="utf-8"))["zones"]
    gates = [gate for entry in entries for gate in entry["gates"]]
    assert sorted(gates) == sorted(f["id"] for f in layer("sites"))
    assert {entry["zone"] for entry in entries} == {f["id"] for f in layer("areas")}


@pytest.mark.slow
def test_the_script_writes_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, HERE.parent / "make_london_2023.py", tmp_path],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "77", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted(path.name for path in HERE.glob("*.geojson"))
    for name in written:
        assert (tmp_path / name).read_bytes() == (HERE / name).read_bytes(), name


@pytest.mark.slow
def test_the_entrances_that_strain_are_those_of_the_readme() -> None:
    plan = placement.load_plan(HERE)
    solution = placement.read_solution(ROOT / "outputs" / "london-2023" / "solution.geojson")
    for scenario in ({}, {"show_rate": 0.8}, {"show_rate": 0.8, "slower": 0.1}, None):
        content = read_scenario(HERE / "scanned.toml") if scenario is None else scenario
        nights = cases(50 if content else 200, 1000)
        found = replay(plan, solution, scenario_of(content), nights=nights)
        strained = {gate.name: gate.strained for gate in found.gates if gate.strained.value > 0.05}
        if scenario != {}:
            assert not strained, scenario
            continue
        (row,) = re.findall(r"^\| all who hold a ticket \| .* \|$", README, flags=re.MULTILINE)
        told = re.findall(r"([A-Z][^(,|]*) \([^,]*, (\d+)%\)", row)
        assert {name for name, _ in told} == set(strained)
        for name, percent in told:
            share = strained[name]
            assert 100 * share.low - 0.5 <= int(percent) <= 100 * share.high + 0.5, name
