"""What is written above the queues of a gate."""

from dataclasses import replace
from pathlib import Path

import pytest

import placement
from placement.studies.replay import replay
from placement.studies.replay.figures import _share, draw_queues

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("part", "en", "fr"),
    [(0.0, "0%", "0 %"), (0.005, "0.5%", "0,5 %"), (0.43, "43%", "43 %"), (1.0, "100%", "100 %")],
)
def test_a_share_of_few_nights_is_not_written_as_none(part: float, en: str, fr: str) -> None:
    assert _share(part, "en") == en
    assert _share(part, "fr") == fr


@pytest.mark.parametrize(
    ("language", "one", "more"),
    [("en", "1 lane,", "2 lanes,"), ("fr", "1 file de contrôle,", "2 files de contrôle,")],
)
def test_one_lane_is_told_in_the_singular(language: str, one: str, more: str) -> None:
    pytest.importorskip("matplotlib")
    plan = placement.load_plan(ROOT / "tests/cases/plans/lanes")
    solution = placement.read_solution(ROOT / "tests/cases/plans/lanes/solution.geojson")
    played = replay(plan, solution, nights=4)
    gates = [replace(played.gates[0], lanes=lanes) for lanes in (1, 2)]
    # letters are drawn as outlines; a comment beside them says the text
    told = draw_queues(played, gates, language=language)["svg"].decode()
    assert one in told
    assert more in told
