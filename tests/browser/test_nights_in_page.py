"""What random nights make of a queue, drawn and told at each gate of the page."""

from pathlib import Path

import pytest

import placement
from placement.errors import UsageError
from placement.maps import write_map
from placement.studies.replay import Replay, Scenario, replay
from placement.studies.replay.report import replay_text
from tests.cli.running import run

LANES = Path(__file__).parents[1] / "cases" / "plans" / "lanes"


@pytest.fixture(scope="module")
def played() -> Replay:
    plan = placement.load_plan(LANES)
    solution = placement.read_solution(LANES / "solution.geojson")
    return replay(plan, solution, Scenario(slower=0.2, shift_min=-10), nights=40)


def test_a_gate_shows_what_nights_make_of_its_queue(open_page, played, tmp_path) -> None:
    (tmp_path / "replay.json").write_text(replay_text(played), encoding="utf-8")
    file = tmp_path / "map.html"
    done = run(
        "map", LANES / "solution.geojson", LANES, "--replay", tmp_path / "replay.json", "-o", file
    )
    assert done.exit_code == 0, done.output
    page, seen = open_page(file, address="#tab=lanes")
    told = page.locator("#view-lanes .nights")
    assert told.inner_text().startswith(
        "On 40 random nights: more than 50 people left outside some"
    )
    gate = max(played.gates, key=lambda one: one.outside.p95.value)
    page.locator("#gate").select_option(gate.post)
    assert f"at most {gate.outside.p95.value:,.0f} left outside" in told.inner_text()
    chart = page.locator("#view-lanes svg.queue")
    assert chart.locator("rect").count() == 0
    assert chart.locator("path[fill='var(--fan)']").count() == 1
    # the line of the half is as high as the queue that half of the nights keep to
    line = chart.locator("path.median").get_attribute("d")
    heights = [float(one.split()[1]) for one in line[1:].split("L")]
    middle = gate.fan[2]
    assert len(heights) == len(played.moments_min)
    assert heights[middle.index(max(middle))] == min(heights)
    page.get_by_role("button", name="Français").click()
    assert told.inner_text().startswith("Sur 40 soirs tirés au sort")
    sheet, _ = open_page(file, address=f"#post={gate.post}")
    sheet.get_by_role("button", name="Open its sheet").click()
    assert sheet.locator(".nights:visible").count() == 1
    seen.assert_quiet(file)


def test_the_replay_of_another_solution_is_refused(played, tmp_path) -> None:
    plan = placement.load_plan(LANES)
    other = placement.read_solution(LANES.with_name("zones") / "solution.geojson")
    with pytest.raises(UsageError, match="the replay is that of another solution"):
        write_map(plan, other, tmp_path / "map.html", replay=played)
    assert not (tmp_path / "map.html").exists()


def test_a_replay_is_drawn_beside_no_second_solution(tmp_path) -> None:
    file = LANES / "solution.geojson"
    done = run("map", file, LANES, "--against", file, "--replay", tmp_path / "replay.json")
    assert done.exit_code == 2
    assert "on the map of its own solution" in done.output
