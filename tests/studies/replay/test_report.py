"""A replay is read back as it was written, and nothing else is taken for one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import placement
from placement.errors import InputError
from placement.studies.replay import Replay, Scenario, replay
from placement.studies.replay.report import read_replay, replay_text

LANES = Path(__file__).parents[2] / "cases" / "plans" / "lanes"


@pytest.fixture(scope="module")
def found() -> Replay:
    plan = placement.load_plan(LANES)
    solution = placement.read_solution(LANES / "solution.geojson")
    return replay(plan, solution, Scenario(shift_min=-15, show_rate=0.9), nights=5)


def test_a_replay_is_read_as_it_was_written(found: Replay, tmp_path: Path) -> None:
    file = tmp_path / "replay.json"
    file.write_text(replay_text(found), encoding="utf-8")
    assert replay_text(read_replay(file)) == replay_text(found)


def _without_a_moment(told: dict[str, Any]) -> None:
    told["gates"][0]["fan"][2].pop()


BROKEN: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "another format": (lambda told: told.update(format=7), "is no replay of a solution"),
    "no format": (lambda told: told.pop("format"), "is no replay of a solution"),
    "no gates": (lambda told: told.pop("gates"), "field 'gates': "),
    "text as a number": (lambda told: told["gates"][0].update(lanes="four"), "'gates.0.lanes': "),
    "a moment short": (_without_a_moment, "does not tell its queue at every moment"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_replay_is_refused(found: Replay, tmp_path: Path, kind: str) -> None:
    change, said = BROKEN[kind]
    told = json.loads(replay_text(found))
    change(told)
    file = tmp_path / "replay.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(InputError, match=said) as caught:
        read_replay(file)
    assert str(caught.value).startswith(f"{file}")
    assert str(caught.value).endswith("name a file that `place replay` wrote.")


@pytest.mark.parametrize("text", ["", "[]", "{", "NaN"])
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "replay.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"replay\.json"):
        read_replay(file)
