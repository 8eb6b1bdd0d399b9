"""What matters is in sight: posts, areas and route lie in the free part of the map."""

from pathlib import Path
from typing import Any

import pytest

from placement.maps import write_map
from tests.amount import cases
from tests.browser.conftest import zoom_in
from tests.maps.pages import drawn_plan, solution_of

HIDDEN = (Path(__file__).parent / "hidden.js").read_text(encoding="utf-8")
SIZES = ((1440, 900), *cases((), ((1024, 768), (390, 844))), (320, 568))
CORNER = """() => {
  const box = document.querySelector('.legend').getBoundingClientRect();
  return [box.left, box.top];
}"""
STILL = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def resize(page: Any, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(STILL)


@pytest.mark.parametrize("size", SIZES[1:])
def test_nothing_that_matters_is_cut_or_covered(open_page, paris_map, size) -> None:
    page, seen = open_page(paris_map, size=size)
    assert page.locator(".leaflet-marker-icon").count() > 10
    assert page.evaluate(HIDDEN) == []
    page.locator("#lang-fr").click()
    assert page.evaluate(HIDDEN) == []
    seen.assert_quiet(paris_map)


def test_in_a_window_that_is_resized_and_a_map_that_is_moved(open_page, paris_map) -> None:
    page, seen = open_page(paris_map, size=SIZES[0])
    assert page.locator(".leaflet-marker-icon").count() > 10
    for language in ("fr", "en"):
        page.locator(f"#lang-{language}").click()
        assert page.evaluate(HIDDEN) == [], language
    for width, height in (*SIZES[::-1], (700, 500), SIZES[0]):
        resize(page, width, height)
        assert page.evaluate(HIDDEN) == [], (width, height)
    # the legend stays where it is when the whole plan is asked for
    corner = page.evaluate(CORNER)
    for _ in range(2):
        zoom_in(page)
    page.mouse.move(900, 600)
    page.mouse.down()
    page.mouse.move(700, 400, steps=4)
    page.mouse.up()
    assert page.evaluate(HIDDEN) != []
    page.locator("button.whole:not([data-tool])").click()
    assert page.evaluate(CORNER) == corner
    assert page.evaluate(HIDDEN) == []
    # a view that the reader chose is kept when the window changes
    zoom_in(page)
    scale = "document.querySelector('.leaflet-control-scale-line').textContent"
    before = page.evaluate(scale)
    resize(page, 1300, 800)
    assert page.evaluate(scale) == before
    assert page.evaluate(HIDDEN) != []
    # the place under the pointer is told below a legend above the scale, and does not push it up
    page.evaluate(
        "document.querySelector('.leaflet-bottom.leaflet-left')"
        ".prepend(document.querySelector('.legend'))"
    )
    page.mouse.move(5, 5)
    page.wait_for_selector(".here", state="hidden")
    corner = page.evaluate(CORNER)
    page.mouse.move(1100, 700)
    page.wait_for_selector(".here:not([hidden])")
    assert page.evaluate(CORNER) == corner
    seen.assert_quiet(paris_map)


def test_the_page_stays_small_enough_to_be_sent(paris_map) -> None:
    assert paris_map.stat().st_size <= 1_200_000


def test_small_plans_and_their_legend_fit_too(open_page, tmp_path) -> None:
    plan = drawn_plan(tmp_path)
    write_map(plan, solution_of(plan), tmp_path / "map.html")
    page, _ = open_page(tmp_path / "map.html", size=(1440, 900))
    for width, height in SIZES:
        resize(page, width, height)
        assert page.evaluate(HIDDEN) == [], (width, height)


@pytest.mark.parametrize("size", [(960, 750), *cases([], [(1440, 900), (390, 844)])])
def test_nothing_lies_over_a_popup(open_page, paris_map, size) -> None:
    """Its title, its cross and its buttons are those that a click there would press."""
    page, _ = open_page(paris_map, size=size)
    for post in ("bridge-pont-d-austerlitz-rive-gauche", "mouth-rue-royale-rue-saint-honore"):
        page.locator(f"[data-show='{post}/checkpoint']").first.click()
        page.wait_for_selector(".leaflet-zoom-anim, .leaflet-pan-anim", state="detached")
        page.wait_for_timeout(400)  # the popup moves the map on
        page.locator(".folium-map").scroll_into_view_if_needed()
        covered = page.evaluate("""() => {
          const popup = document.querySelector('.leaflet-popup');
          const box = popup.querySelector('.leaflet-popup-content').getBoundingClientRect();
          const parts = popup.querySelectorAll('h3, h2, button, .leaflet-popup-close-button');
          return [...parts].filter((one) => {
            const at = one.getBoundingClientRect();
            const [x, y] = [at.right - 4, (at.top + at.bottom) / 2];
            const isCross = one.matches('.leaflet-popup-close-button');
            if (!isCross && (y < box.top || y > box.bottom)) { return false; } // scrolled to
            return !popup.contains(document.elementFromPoint(x, y));
          }).map((one) => one.textContent);
        }""")
        assert covered == []
        page.keyboard.press("Escape")
