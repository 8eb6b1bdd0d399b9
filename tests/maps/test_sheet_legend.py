"""The legend of a printed sheet: what its window shows, and nothing else."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from placement.maps.paper import Dossier
from placement.maps.paper.close_ups import area_sheets, post_sheets
from placement.maps.paper.drawing import drawing
from placement.maps.paper.legend import legend
from placement.maps.paper.map_sheets import plan_sheet
from placement.maps.paper.material import Material
from placement.maps.paper.palette import colours, look
from tests.maps.pages import ruled_plan, ruled_solution


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Material:
    plan = ruled_plan(tmp_path_factory.mktemp("town"))
    return Material(plan, ruled_solution(plan), Dossier(paper="a4", areas=True, posts=True))


def told_by(sheet: dict[str, Any]) -> set[str]:
    swatches = [one["swatch"].removeprefix("swatch-") for one in sheet["legend"]]
    assert len(set(swatches)) == len(swatches)
    return {one.removesuffix(".svg") for one in swatches}


def drawn_in(picture: str) -> set[str]:
    """Return the classes that a drawing has, by their colours."""
    tint = colours()
    marks = {
        "water": f'fill="{tint["water"]}"',
        "route": f'stroke="{tint["route"]}"',
        "closures": f'stroke="{tint["closure"]}"',
        "streets": f'stroke="{tint["street"]}"',
        "areas": f'stroke="{tint["area_line"]}" stroke-width="30"',
        "marked": f'fill="none" fill-opacity="1" fill-rule="evenodd" stroke="{tint["area_line"]}"',
        "missing-0": 'fill="url(#hatch0)"',
        "missing-1": 'fill="url(#hatch1)"',
        "reach-0": f'fill="{look(0).colour}"',
        "reach-1": f'fill="{look(1).colour}"',
        "way-0": f'stroke="{look(0).shade}"',
        "way-1": f'stroke="{look(1).shade}"',
    }
    return {name for name, mark in marks.items() if mark in picture}


def test_the_legend_of_each_sheet_has_what_is_drawn_on_it(work: Material) -> None:
    sheets = [plan_sheet(work), *area_sheets(work), *post_sheets(work, work.parts())]
    seen: list[set[str]] = []
    for sheet in sheets:
        told = told_by(sheet)
        drawn = drawn_in(work.pictures[sheet["map"]["svg"]])
        drawn |= {f"post-{one['look']}" for one in sheet["map"]["signs"]}
        drawn |= {"stations"} if sheet["map"]["dots"] else set()
        assert told == drawn, sheet["title"]
        seen.append(told)
    assert len({frozenset(one) for one in seen}) > 3  # windows differ in what they show
    assert all("marked" in one for one in seen[1 : 1 + len(work.plan.areas)])


def test_circles_of_stations_are_in_the_legend_where_any_is_drawn(
    work: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = work.at[0].tolist()
    monkeypatch.setattr(work, "stations", [("Halt", x + 60, y), ("Far", x + 1e6, y)])
    sheet = plan_sheet(work)
    ((at, to),) = sheet["map"]["dots"]
    assert "stations" in told_by(sheet)
    assert sheet["legend"][-1]["text"] == "Stations"
    assert [at, to] == pytest.approx(work.whole.places(np.array([[x + 60, y]]))[0], abs=0.01)
    # below a sign a circle is not seen
    monkeypatch.setattr(work, "stations", [("Halt", x, y)])
    bare = plan_sheet(work)
    assert bare["map"]["dots"] == []
    assert "stations" not in told_by(bare)


def test_a_window_beside_the_plan_has_an_empty_legend(work: Material) -> None:
    away = replace(work.whole, middle=(work.whole.middle[0] + 1e6, work.whole.middle[1]))
    ground = work.ground.within(away)
    assert legend(work.data, ground, work.tell, work.shown, posts=()) == []
    assert drawn_in(drawing(ground, away, shown=work.shown)) == set()


def test_footpaths_alone_are_no_streets_at_a_scale_that_leaves_them_out(work: Material) -> None:
    paths = replace(work.ground, group=np.zeros_like(work.ground.group))
    for scale, told in ((10_000, True), (20_000, False)):
        window = replace(work.whole, scale=scale)
        found = legend(work.data, paths.within(window), work.tell, work.shown, posts=())
        assert ("swatch-streets.svg" in [one["swatch"] for one in found]) is told


def test_what_a_post_reaches_is_told_where_it_is_drawn(work: Material) -> None:
    """Of given walks nothing can be drawn."""
    (first, *_) = work.keys.values()
    for ground, told in ((work.ground, True), (replace(work.ground, reach_of={}), False)):
        here = ground.within(work.whole)
        found = legend(work.data, here, work.tell, work.shown, posts={0}, chosen=first)
        assert any(one["swatch"].startswith("swatch-reach") for one in found) is told
