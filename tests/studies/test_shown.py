"""What studies give to a notebook: frames, tables, and figures that show themselves."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import placement
from placement.studies.figures import one_line
from tests.builders import write_plan

LANES = Path(__file__).parents[1] / "cases" / "plans" / "lanes"
HOSTILE = "<script>alert(1)</script>$x$\x07\n\u202e"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return one answer of each study."""
    plan = placement.load_plan(write_plan(tmp_path_factory.mktemp("town")))
    solution = placement.optimise(plan)
    laned = placement.load_plan(LANES), placement.read_solution(LANES / "solution.geojson")
    return {
        "frontier": placement.frontier(plan, [10, 20, 30]),
        "alternatives": placement.alternatives(plan, within=0.3, differ=1, count=2),
        "loss": placement.loss(plan, solution, together=(1, 2)),
        "risk": placement.risk(plan, solution, away={"dog_team": 0.2}, nights=256),
        "replay": placement.replay(*laned, placement.Scenario(slower=0.1), nights=10),
        "roster": placement.roster(plan, solution, resource="checkpoint", begins=600, ends=780),
        "egress": placement.egress(plan, solution),
    }


def test_each_answer_has_a_row_for_each_thing_it_tells_of(answers: dict[str, Any]) -> None:
    rows = {name: len(answer.frame()) for name, answer in answers.items()}
    assert rows.pop("egress") >= len(answers["egress"].points)
    assert rows == {
        "frontier": 3,
        "alternatives": len(answers["alternatives"].plans),
        "loss": len(answers["loss"].each) + 1,
        "risk": len(answers["risk"].rows),
        "replay": len(answers["replay"].gates),
        "roster": len(answers["roster"].duties),
    }
    pair = answers["loss"].frame().iloc[-1]
    assert (pair["lost"], pair["loss"]) == (
        list(answers["loss"].worst[1].lost), answers["loss"].worst[1].loss,
    )  # fmt: skip
    gate = answers["replay"].gates[0]
    shown = answers["replay"].frame().iloc[0]
    assert (shown["post"], shown["queue_p95"]) == (gate.post, gate.queue.p95.value)
    first = answers["roster"].frame().iloc[0]
    assert first["team"] == answers["roster"].duties[0].team


def test_names_are_text_in_every_table(answers: dict[str, Any]) -> None:
    for answer in answers.values():
        shown = replace(answer, plan=HOSTILE)._repr_html_()
        assert "<table" in shown
        assert "<script" not in shown
        assert len(repr(answer)) < 200


def test_a_name_in_a_figure_is_one_short_line_of_letters_that_are_seen() -> None:
    assert one_line("Pont\x07 \n\tNeuf\u202e ") == "Pont Neuf"
    assert one_line("Pont Neuf") == "Pont Neuf"
    assert one_line("x" * 10_000, 8) == "xxxxxxx…"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["frontier", "replay", "roster", "egress"])
def test_a_figure_shows_itself_as_one_drawing_without_any_script(
    name: str, answers: dict[str, Any]
) -> None:
    titled = replace(answers[name], title=dict.fromkeys(("en", "fr"), HOSTILE))
    if name == "replay":
        titled = replace(titled, gates=tuple(replace(one, name=HOSTILE) for one in titled.gates))
    if name == "roster":
        titled = replace(titled, bases=tuple(replace(one, name=HOSTILE) for one in titled.bases))
    plots = [titled.figure(language=one) for one in ("en", "fr")]
    for plot in plots:
        root = ET.fromstring(plot._repr_svg_())  # noqa: S314 - drawn here
        assert root.tag.endswith("svg")
        assert not [one for one in root.iter() if one.tag.endswith("script")]
        assert plot.png.startswith(b"\x89PNG")
    assert plots[0].svg != plots[1].svg
    assert plots[0] == titled.figure()


@pytest.mark.parametrize("name", ["frontier", "replay", "roster", "egress"])
def test_a_figure_is_titled_as_the_plan_is_and_not_by_its_identifier(
    name: str, answers: dict[str, Any]
) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra `plots`")
    answer = replace(answers[name], plan="id-of-the-plan")
    for language, title in answer.title.items():
        # letters are drawn as outlines; a comment beside them says the text
        told = answer.figure(language=language).svg.decode()
        assert re.search(rf"<!-- {re.escape(title)}", told)
        assert "id-of-the-plan" not in told
    assert answer.title["en"] != answer.title["fr"]


def test_studies_are_not_loaded_before_they_are_asked_for() -> None:
    code = "import json, sys, placement; print(json.dumps([m for m in sys.modules if 'stud' in m]))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert json.loads(told.stdout) == []
