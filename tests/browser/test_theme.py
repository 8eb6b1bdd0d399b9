"""Dark where the reader's system is, or by a button; paper is always light."""

from typing import Any

import pytest

from placement.maps import write_map
from tests.amount import cases
from tests.browser.conftest import PIXELS, UNCOUNTED, UNPAINTED
from tests.browser.test_access import RULES, found
from tests.maps.pages import ruled_plan, ruled_solution


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("theme")
    plan = ruled_plan(folder)
    write_map(plan, ruled_solution(plan), folder / "map.html")
    return folder / "map.html"


# of what is looked for, that which colours change
COLOURS = ("wcag141", "wcag143")
GROUNDS = """() => ['body', '.folium-map', '.legend', '.card'].map((one) => {
  const { backgroundColor } = getComputedStyle(document.querySelector(one));
  const [r, g, b] = backgroundColor.match(/[\\d.]+/g).map(Number);
  return r + g + b > 382;
})"""
# how light the streets are, on the mean of what is drawn
STREETS = (
    f"() => {{ const pixelsOf = {PIXELS};"
    """
  let sum = 0, drawn = 0;
  for (const tile of document.querySelectorAll('.leaflet-streets-pane canvas')) {
    const data = pixelsOf(tile);
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] > 200) { sum += data[i] + data[i + 1] + data[i + 2]; drawn += 3; }
    }
  }
  return sum / drawn;
}"""
)


def test_a_dark_system_opens_a_dark_page_that_axe_and_the_console_have_nothing_against(
    open_page, file
) -> None:
    page, seen = open_page(file, color_scheme="dark", bypass_csp=True)
    assert not any(page.evaluate(GROUNDS))
    for tab in page.locator("[role=tab]").evaluate_all("all => all.map((one) => one.id)"):
        page.locator(f"#{tab}").click()
        page.wait_for_selector(UNCOUNTED, state="detached")
        assert found(page, *cases(COLOURS, RULES)) == [], tab
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert all(page.evaluate(GROUNDS))  # paper is light
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert not any(page.evaluate(GROUNDS))
    seen.assert_quiet(file)


def test_the_button_turns_all_that_is_drawn_and_the_address_keeps_it(open_page, file) -> None:
    page, seen = open_page(file)
    assert all(page.evaluate(GROUNDS))
    light = page.evaluate(STREETS)
    button = page.get_by_role("button", name="Dark", exact=True)
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert not any(page.evaluate(GROUNDS))
    page.wait_for_selector(UNPAINTED, state="detached")
    assert page.evaluate(STREETS) != light
    assert "theme=dark" in page.url
    page.reload()
    page.wait_for_selector("html.ready")
    assert not any(page.evaluate(GROUNDS))
    page.get_by_role("button", name="Dark", exact=True).click()
    assert all(page.evaluate(GROUNDS))
    assert "theme=" not in page.url
    assert seen.errors == []
