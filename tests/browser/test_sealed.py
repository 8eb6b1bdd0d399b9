"""Barriers on the page: a bar across the way, in legend, cost and list, in two languages."""

from pathlib import Path

import pytest

import placement
from placement.maps import write_map
from placement.maps.states import State
from placement.maps.webmap import comparison_page
from placement.review.geojson import solution_text
from tests.browser.conftest import open_tab
from tests.builders import line, write_plan
from tests.maps.pages import NASTY
from tests.sealed_town import gates, ways, write_sealed

FAULTS = (Path(__file__).parent / "faults.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sealed")
    drawn = ways()
    drawn[0]["properties"]["name"] = NASTY[2]
    plan = placement.load_plan(write_sealed(folder, layers={"ways": drawn}, budget=29.5))
    write_map(plan, placement.optimise(plan), folder / "map.html")
    return folder / "map.html"


def test_barriers_are_shown_counted_and_named(open_page, file) -> None:
    page, seen = open_page(file)
    bars = page.locator(".leaflet-closures-pane path.leaflet-interactive")
    assert bars.count() == 4
    # as thick as it is long where the whole town is shown small: never a speck
    page.evaluate("document.querySelector('.leaflet-control-zoom-out').click()")
    page.wait_for_timeout(400)
    assert bars.first.get_attribute("stroke-linecap") == "square"
    cost = page.locator(".card", has_text="Left").inner_text()
    assert "Fence (3)" in cost
    assert "Vehicle block (1)" in cost
    assert "26.5" not in cost
    at = bars.last.evaluate(
        "bar => { const { x, y } = bar.getBoundingClientRect(); return [x, y]; }"
    )
    page.mouse.click(at[0] + 2, at[1])  # a flat line has no height, and Playwright waits for one
    popup = page.locator(".popup").inner_text()
    assert "Vehicle block" in popup
    assert "8.5" in popup
    page.keyboard.press("Escape")
    page.locator("[data-show='gate-east/checkpoint']").click()
    assert "Alone seals\tStreet 3" in page.locator(".popup").inner_text().replace("\n", "\t")
    page.keyboard.press("Escape")
    page.locator("[data-fold='barriers'] summary").click()
    listed = page.locator("[data-fold='barriers'] li").all_inner_texts()
    assert len(listed) == 4
    assert f"{NASTY[2]}: 6" in listed
    # a name that is written from right to left turns no price
    assert page.locator("[data-fold='barriers'] li > bdi").count() == 4
    page.get_by_role("button", name="Français").click()
    assert "Barrière (3)" in page.locator(".card", has_text="Reste").inner_text()
    # the legend takes them off and puts them back
    page.get_by_role("checkbox", name="Barrière").first.uncheck()
    assert bars.count() == 1
    page.locator("[data-sheet='post:gate-east/checkpoint']").first.click()
    assert "Rien d’autre ne barre Street 3" in page.locator("#panel").inner_text()
    assert page.evaluate("window.hacked") is None
    seen.assert_quiet(file)


def test_each_side_of_a_comparison_has_its_own_barriers(open_page, tmp_path) -> None:
    plan = placement.load_plan(write_sealed(tmp_path, budget=60))
    poor, rich = placement.optimise(plan, budget=29.5), placement.optimise(plan)
    file = tmp_path / "both.html"
    states = [State(plan=plan, solution=one) for one in (poor, rich)]
    file.write_text(comparison_page(*states), encoding="utf-8")
    page, seen = open_page(file)
    sides = [page.locator(f".leaflet-closures-{side}-pane path") for side in ("old", "new")]
    assert [side.count() for side in sides] == [4, 3]
    assert "3 fences" in page.locator("#status").inner_text()
    page.get_by_role("checkbox", name="Fence").uncheck()
    assert [side.count() for side in sides] == [1, 1]
    seen.assert_quiet(file)


def test_the_rule_says_that_every_way_is_sealed(open_page, file) -> None:
    page, _ = open_page(file, address="#tab=rules")
    told = page.locator("#view-rules table.others").inner_text()
    assert "Ways through the perimeter that are sealed" in told
    assert "≥ 5\t5\n" in told


@pytest.mark.parametrize("width", [390, 1440])
def test_a_kind_of_barrier_in_one_long_word_stays_within_the_page(
    open_page, tmp_path, width
) -> None:
    drawn = ways()
    drawn[-1]["properties"]["kind"] = "k" * 60
    plan = placement.load_plan(write_sealed(tmp_path, layers={"ways": drawn}, budget=60))
    write_map(plan, placement.optimise(plan), tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html")
    page.set_viewport_size({"width": width, "height": 844})
    assert page.evaluate(FAULTS) == []
    seen.assert_quiet(tmp_path / "map.html")


def test_a_plan_of_barriers_alone_says_so_first(open_page, tmp_path) -> None:
    drawn = ways()
    plan = placement.load_plan(
        write_sealed(tmp_path, layers={"sites": gates()[2:], "ways": drawn}, budget=32.5)
    )
    solution = placement.optimise(plan)
    assert solution.without_barriers == ()
    write_map(plan, solution, tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html")
    told = page.locator("#status .sentence").inner_text()
    assert told.startswith(("4 fences and 1 vehicle block: 0%", "1 vehicle block and 4 fences: 0%"))
    seen.assert_quiet(tmp_path / "map.html")


def test_a_fence_is_taken_away_and_set_up_in_a_variant(open_page, tmp_path) -> None:
    plan = placement.load_plan(write_sealed(tmp_path, budget=60))
    best = placement.optimise(plan)
    units = {post.id: post.units for post in best.posts_list}
    write_map(plan, best, tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html")
    open_tab(page, "what_if")
    said = page.locator(".what-if")
    page.locator("[data-fold='if-ways'] summary").click()
    assert page.locator("[data-fold='if-ways'] tbody tr").count() == len(plan.problem.ways)
    bars = page.locator(".leaflet-closures-pane path")
    shown = bars.count()
    fence = next(post for post in best.posts_list if post.resource == "fence")
    page.locator(f"[data-try='bar {fence.id}']").click()
    ways = len(plan.problem.ways)
    assert f"{ways - 1} of {ways} ways through the perimeter are sealed. Open: {fence.name}." in (
        said.inner_text()
    )
    assert "taken away: Fence" in said.inner_text()
    assert bars.count() == shown  # its bar is drawn as open
    assert page.locator(".leaflet-closures-pane path[stroke-dasharray='2 5']").count() == 1
    with page.expect_download() as waited:
        page.locator("[data-try='save']").click()
    waited.value.save_as(tmp_path / "variant.geojson")
    del units[fence.id]
    want = placement.evaluate(plan, units, bound=False).solution
    assert (tmp_path / "variant.geojson").read_text(encoding="utf-8") == solution_text(want)
    again, _ = open_page(tmp_path / "map.html", address=page.evaluate("location.hash"))
    assert "Open: " in again.locator(".what-if").inner_text()
    page.locator(f"[data-try='back {fence.id}']").click()
    assert "Open: " not in said.inner_text()
    assert page.locator(".leaflet-closures-pane path[stroke-dasharray='2 5']").count() == 0
    seen.assert_quiet(tmp_path / "map.html")


def test_the_line_of_a_perimeter_without_a_route_is_called_so(open_page, tmp_path) -> None:
    """As `place init` writes one of a circle or a polygon."""
    words = {"perimeter": ["Perimeter", "Périmètre"], "route": ["Route", "Parcours"]}
    every = {one for both in words.values() for one in both}
    for name, called in words.items():
        edge = line((2.3480, 48.8510), (2.3520, 48.8510), (2.3480, 48.8530), (2.3480, 48.8510))
        edge["properties"] |= {"id": name, "name": name}
        plan = placement.load_plan(write_plan(tmp_path / name, layers={"route": [edge]}))
        write_map(plan, placement.optimise(plan), tmp_path / f"{name}.html")
        page, _ = open_page(tmp_path / f"{name}.html")
        found = []
        for language in ("English", "Français"):
            page.get_by_role("button", name=language).click()
            shown = page.locator(".legend").inner_text().splitlines()
            found += [one.strip() for one in shown if one.strip() in every]
        assert found == called
