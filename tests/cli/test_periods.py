"""What each command says of a plan with periods: it speaks of each, or refuses in a sentence."""

import json
from pathlib import Path

import pypdf
import pytest

from tests.cli.running import run

PLAN = Path(__file__).parents[1] / "cases" / "plans" / "periods"
SOLUTION = PLAN / "solution.geojson"
NAMES = ["egress", "event", "ingress"]


@pytest.mark.slow
def test_commands_speak_of_each_period(tmp_path: Path) -> None:
    def done(*words: str | Path) -> str:
        ended = run(*words)
        assert ended.exit_code == 0, ended.stderr
        return ended.stdout

    said = done("check", PLAN)
    assert "egress:demand stations.geojson" in said
    rings = tmp_path / "rings.geojson"
    done("catchments", SOLUTION, PLAN, "--out", rings)
    drawn = json.loads(rings.read_text(encoding="utf-8"))["features"]
    assert sorted({one["properties"]["period"] for one in drawn}) == NAMES
    by_id = {one["id"]: one["geometry"] for one in drawn}
    reach = [by_id[f"{name}:bridge-north/checkpoint@300"] for name in NAMES]
    assert reach[0] != reach[1] == reach[2]  # the bridge is closed, and people walk out
    dogs = {one["properties"]["period"] for one in drawn if "dog_team" in one["id"]}
    assert dogs == {"egress", "event"}
    ways = tmp_path / "routes.geojson"
    done("routes", SOLUTION, PLAN, "--out", ways)
    lines = json.loads(ways.read_text(encoding="utf-8"))["features"]
    first = {
        one["id"]: one["geometry"]["coordinates"][0]
        for one in lines
        if "metro" in one["id"] and "checkpoint" in one["id"]
    }
    assert first["checkpoint/egress:metro"] == [2.3501, 48.8515]  # from the post
    assert first["checkpoint/ingress:metro"] == [2.3522, 48.8515]  # from the station
    table = tmp_path / "staffing.xlsx"
    done("export", SOLUTION, PLAN, "--to", "xlsx", "--out", table)
    paper = tmp_path / "plan.pdf"
    done("print", SOLUTION, PLAN, "--out", paper, "--lang", "fr")
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(paper).pages)
    assert "Départ, 22 h 30 – 01 h 00, fermé : Pont Dessiné" in " ".join(text.split())
    done("diff", SOLUTION, SOLUTION)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("optimise", PLAN, "--at", "18:00"), "the plan has periods, each with its own hours"),
    ],
)
def test_what_has_no_place_among_periods_is_refused(
    words: tuple[str | Path, ...], said: str, tmp_path: Path
) -> None:
    ended = run(*words, "--out", tmp_path / "out")
    assert ended.exit_code in {2, 3}
    assert said in ended.stderr
    assert not (tmp_path / "out").exists()
