"""The page by keyboard and reader: axe-core finds nothing, every stop has a name."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from placement.maps import write_map, write_network_map
from placement.streets import read_streets
from tests.amount import cases
from tests.browser.conftest import UNCOUNTED
from tests.maps.pages import drawn_plan, ruled_plan, ruled_solution

AXE = (Path(__file__).parent / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
FOUND = """async (tags) => {
  const options = { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] };
  const { violations } = await axe.run(document, options);
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(', ')}`);
}"""
# who has the focus: what it is, how it is called, and whether one sees that it has it
FOCUSED = """() => {
  const one = document.activeElement;
  const labels = one.labels === undefined || one.labels === null ? [] : [...one.labels];
  const name = one.getAttribute('aria-label') || labels.map((label) => label.textContent).join(' ')
    || one.title || one.textContent;
  return [one.tagName.toLowerCase(), name.trim(), one.matches(':focus-visible')
    && getComputedStyle(one).outlineStyle !== 'none', one === document.body];
}"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ruled")
    plan = ruled_plan(folder)
    write_map(plan, ruled_solution(plan), folder / "map.html")
    return folder / "map.html"


def found(page: Any, *rules: str) -> list[str]:
    """Return what axe-core finds, of all rules or of those with a tag; it is loaded once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return list(page.evaluate(FOUND, list(rules or RULES)))


@pytest.mark.parametrize("size", [(1440, 900), *cases([], [(390, 844)])])
def test_axe_finds_nothing_on_any_tab(open_page, file, size) -> None:
    page, seen = open_page(file, size=size, bypass_csp=True)
    for fold in page.locator("details").all():
        fold.evaluate("one => { one.open = true; }")
    tabs = page.locator("[role=tab]").evaluate_all("all => all.map((one) => one.id)")
    assert len(tabs) == 6
    for tab in tabs:
        page.locator(f"#{tab}").evaluate("one => one.click()")
        page.wait_for_selector(UNCOUNTED, state="detached")
        assert found(page) == [], tab
    assert seen.errors == []


@pytest.mark.parametrize("size", [(390, 844), *cases([], [(1440, 900)])])
def test_axe_finds_nothing_in_any_popup(open_page, file, size) -> None:
    page, _ = open_page(file, size=size, bypass_csp=True)
    for fold in page.locator("#panel details").all():
        fold.evaluate("one => { one.open = true; }")
    kinds = (
        "[data-show='bridge-north/checkpoint']",
        ".gap .worst .link",
        "[data-site]",
    )
    for kind in kinds:
        page.locator(kind).first.evaluate("one => one.click()")
        assert page.locator(".leaflet-popup").count() == 1
        assert found(page) == [], kind
    # and it would find a button without a name
    page.evaluate("document.getElementById('panel').append(document.createElement('button'))")
    assert any(one.startswith("button-name") for one in found(page))


def test_the_page_of_a_network_is_clean_too(open_page, tmp_path) -> None:
    plan = drawn_plan(tmp_path)
    streets = read_streets(tmp_path / "streets.geojson", crs=plan.crs)
    facts = {
        "file": "streets.geojson",
        "junctions": 12,
        "edges": 20,
        "km": 1.5,
        "main_junctions": 12,
        "main_km": 1.5,
        "km_by_class": {"residential": 1.5},
        "dropped": {},
    }
    write_network_map(streets, facts, tmp_path / "net.html")
    page, _ = open_page(tmp_path / "net.html", bypass_csp=True)
    assert found(page) == []


def test_every_stop_of_the_tab_key_has_a_name_and_shows_it(open_page, file) -> None:
    page, _ = open_page(file)
    stops = []
    for _ in range(200):
        page.keyboard.press("Tab")
        tag, name, is_seen, is_over = page.evaluate(FOCUSED)
        if is_over:
            break
        assert name, (tag, stops[-3:])
        assert is_seen, (tag, name)
        stops.append((tag, name))
    else:
        pytest.fail("the tab key never leaves the page")
    names = [name for _, name in stops]
    assert "path" not in [tag for tag, _ in stops]
    assert names[0] == "Skip to the posts"
    # of the map its buttons come first, then what is drawn on it
    assert names.index("Map of the plan") < names.index("Zoom in")
    first = next(at for at, name in enumerate(names) if name.startswith("Checkpoint: C"))
    assert names.index("Zoom in") < first
    assert names.index("Show the whole plan") < first


def test_headings_go_down_level_by_level_and_a_live_region_tells_what_happens(
    open_page, file
) -> None:
    page, seen = open_page(file)
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4')].filter((one) => one.checkVisibility())"
        ".map((one) => Number(one.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.locator("main").count() == 1
    told = page.locator("[role=status]")
    assert told.count() == 1
    page.locator("[data-show='bridge-south/checkpoint']").click()
    assert told.inner_text().startswith("Shown on the map: C")
    page.locator("[data-sort='loss']").first.click()
    assert told.inner_text().startswith("Sorted by People no longer covered")
    page.locator("#seek").fill("quay")
    assert told.inner_text() == "1 of 4 posts"
    seen.assert_quiet(file)


def test_who_wants_no_motion_gets_none(open_page, file) -> None:
    page, _ = open_page(file, reduced_motion="reduce")
    page.locator(".leaflet-control-zoom-in").click()
    page.evaluate("() => new Promise(requestAnimationFrame)")  # with which motion would begin
    assert page.locator(".leaflet-zoom-anim").count() == 0
    moving = """() => [...document.querySelectorAll('*')].filter((one) => {
      const style = getComputedStyle(one);
      return parseFloat(style.transitionDuration) > 0 || style.animationName !== 'none';
    }).length"""
    assert page.evaluate(moving) == 0
