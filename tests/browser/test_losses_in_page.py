"""What losses cost, in a page that was asked to tell it, and in no other."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import placement
from placement.errors import UsageError
from placement.maps import map_page, write_map
from placement.studies.loss_file import loss_json
from placement.studies.losses import RESTRICTED, Losses
from tests.browser.test_access import found as found_by_axe
from tests.cli.running import run
from tests.maps.pages import hostile_plan

Studied = tuple[placement.Plan, placement.Solution, Losses]


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Studied:
    """Find the best plan of one whose texts are hostile, and what losses of it cost."""
    plan = hostile_plan(tmp_path_factory.mktemp("hostile"))
    solution = placement.optimise(plan)
    return plan, solution, placement.loss(plan, solution, together=(1, 2), closed=plan)


def test_each_loss_stands_in_its_tab_and_the_page_is_marked(
    open_page: Any, studied: Studied, tmp_path: Path
) -> None:
    plan, solution, losses = studied
    file = tmp_path / "map.html"
    write_map(plan, solution, file, losses=losses)
    page, seen = open_page(file, address="#tab=losses", bypass_csp=True)
    for language in ("fr", "en"):
        page.locator(f"#lang-{language}").click()
        assert page.locator("#title").inner_text().startswith("Restricted / Diffusion restreinte")
        assert page.locator("#view-losses .doubt").all_inner_texts() == [*RESTRICTED.values()]
    rows = page.locator("#view-losses table").first.locator("tbody tr")
    told = [row.locator("td").first.inner_text() for row in rows.all()]
    assert told == [f"{loss:,.0f}" for loss in losses.each.values()]
    both = next(one for one in losses.worst if len(one.lost) == 2)
    section = page.locator("#view-losses section", has_text="Lost together").first
    assert f"Worth lost: {both.loss:,.0f}" in section.inner_text()
    assert section.locator("[data-lost]").first.get_attribute("data-lost") == both.lost[0]
    moved = section.locator("tbody tr").all_inner_texts()
    assert len(moved) == min(12, len(both.moved))
    assert found_by_axe(page) == []
    rows.first.locator("button").click()
    assert page.locator(".leaflet-popup").count() == 1
    page.emulate_media(media="print")
    assert "Restricted / Diffusion restreinte" in page.locator("body").inner_text()
    seen.assert_quiet(file)


def test_a_page_that_was_not_asked_tells_nothing_of_losses(studied: Studied) -> None:
    plan, solution, losses = studied
    page = map_page(plan, solution)
    assert "lossSection" not in page
    assert RESTRICTED["en"] not in page
    assert '"losses":{' not in page
    assert '"losses":{' in map_page(plan, solution, losses=losses)


def test_losses_of_another_solution_are_refused(studied: Studied, tmp_path: Path) -> None:
    plan, solution, losses = studied
    file = tmp_path / "map.html"
    other = replace(losses, solution="0" * 64)
    with pytest.raises(UsageError, match="the losses are those of another solution"):
        write_map(plan, solution, file, losses=other)
    strange = replace(losses, each={**losses.each, "no/where": 1.0})
    with pytest.raises(UsageError, match="1 post that the solution does not have, such as 'no/whe"):
        write_map(plan, solution, file, losses=strange)
    assert not file.exists()


def test_the_command_takes_the_file_for_one_solution_alone(
    studied: Studied, tmp_path: Path
) -> None:
    plan, solution, losses = studied
    placement.write_solution(solution, tmp_path / "solution.geojson")
    told = tmp_path / "loss.json"
    told.write_text(json.dumps(loss_json(losses)), encoding="utf-8")
    words = ("map", tmp_path / "solution.geojson", plan.file, "--loss", told)
    done = run(*words, "-o", tmp_path / "map.html")
    assert done.exit_code == 0, done.output
    assert RESTRICTED["en"] in (tmp_path / "map.html").read_text(encoding="utf-8")
    against = run(*words, "--against", tmp_path / "solution.geojson")
    assert against.exit_code == 2
    assert "on the map of their own solution" in against.output
    over = run(*words, "-o", told)
    assert over.exit_code == 3
    assert json.loads(told.read_text(encoding="utf-8"))["plan"] == losses.plan


def test_of_rings_people_are_told_ring_by_ring(open_page: Any, tmp_path: Path) -> None:
    """Who passes several rings stands in several lines, which no reader can tell from the sum."""
    plan = placement.load_plan(Path(__file__).parents[2] / "data/geo/drawn-rings")
    gates = dict.fromkeys(("black-north", "black-east", "grey-north"), 2)
    posts = {f"{site}/checkpoint": lanes for site, lanes in gates.items()}
    posts |= {f"red-{side}/vehicle_check": 1 for side in ("north", "south")}
    solution = placement.evaluate(plan, posts, bound=False).solution
    losses = placement.loss(plan, solution, posts=["black-north/checkpoint"])
    write_map(plan, solution, tmp_path / "map.html", losses=losses)
    page, seen = open_page(tmp_path / "map.html", address="#tab=losses")
    assert "People are told ring by ring" in page.locator("#view-losses").inner_text()
    seen.assert_quiet(tmp_path / "map.html")
