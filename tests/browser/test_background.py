"""Buildings and green lie below the plan, in the legend, among the names and in the search."""

import pytest

from placement.maps import write_map
from placement.maps.paper.palette import colours, constant
from placement.maps.states import State
from placement.maps.webmap import comparison_page
from tests.browser.conftest import PIXELS, UNPAINTED
from tests.maps.pages import solution_of
from tests.maps.test_background import GREEN, HALL, STATIONS, WING, plan_on

HIDDEN = "document.querySelector('.leaflet-background-pane canvas') === null"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory):
    return plan_on(tmp_path_factory.mktemp("ground"), HALL, WING, *GREEN, *STATIONS)


def tones(page) -> set[str]:
    """Return the colours that the canvas below the plan shows."""
    pixels = page.locator(".leaflet-background-pane canvas").evaluate(
        f"(canvas) => {{ const pixels = ({PIXELS})(canvas); const found = new Set();"
        "for (let at = 0; at < pixels.length; at += 4) {"
        "if (pixels[at + 3] === 255) { found.add(String(pixels.slice(at, at + 3))); } }"
        "return [...found]; }"
    )
    return {"#" + "".join(f"{int(part):02x}" for part in one.split(",")) for one in pixels}


def test_ground_is_drawn_named_found_and_switched_off(open_page, plan, tmp_path) -> None:
    write_map(plan, solution_of(plan), tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html")
    page.wait_for_selector(UNPAINTED, state="detached")
    ground = {colours()["green"], colours()["building"]}
    assert ground <= tones(page)
    page.locator("#theme").click()
    page.wait_for_selector(UNPAINTED, state="detached")
    dark = constant("palette.js", "DARK")
    assert {dark["green"], dark["building"]} <= tones(page)
    page.locator("#theme").click()
    row = page.locator(".legend label").filter(has_text="Buildings, green")
    row.locator("input").uncheck()
    page.wait_for_selector(UNPAINTED, state="detached")
    assert page.evaluate(HIDDEN)
    page.locator("[data-tool=seek]").click()
    page.locator(".toolbox input").fill("Par")
    page.keyboard.press("Enter")
    assert page.locator(".toolbox").is_hidden()
    page.get_by_role("button", name="Français").click()
    assert page.locator(".legend label").filter(has_text="Bâtiments, espaces verts").count() == 1
    seen.assert_quiet(tmp_path / "map.html")


def test_a_comparison_is_drawn_on_it_too(open_page, plan, tmp_path) -> None:
    file = tmp_path / "both.html"
    state = State(plan=plan, solution=solution_of(plan))
    file.write_text(comparison_page(state, state), encoding="utf-8")
    page, seen = open_page(file)
    page.wait_for_selector(UNPAINTED, state="detached")
    assert page.locator(".legend label").filter(has_text="Buildings, green").count() == 1
    assert not page.evaluate(HIDDEN)
    seen.assert_quiet(file)
