"""What a browser prints: at the scale it states, all that was asked for, and names as they are."""

import io
import itertools
import re
import unicodedata
from pathlib import Path

import pypdf
import pytest
from pyproj import Geod

from placement.maps import write_map
from placement.solution import Solution
from tests.maps.pages import NASTY, hostile_plan, solution_of

PAPER_MM = 25.4 / 96  # of a CSS pixel
# where the sign of each number stands
MIDDLES = """(signs) => Object.fromEntries(signs.map((one) => {
  const { left, top, width, height } = one.getBoundingClientRect();
  const number = one.getAttribute('aria-label').match(/ ([CD][0-9]+) /)[1];
  return [number, [left + width / 2, top + height / 2]];
}))"""
# texts above the map that end beyond its upper edge
CUT = """() => {
  const edge = document.querySelector('.folium-map').getBoundingClientRect().top;
  const lines = [...document.querySelectorAll('#top h1, #top #status, #top .titleblock')];
  return lines.filter((one) => one.getBoundingClientRect().bottom > edge)
    .map((one) => one.id || one.className);
}"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Solution]:
    folder = tmp_path_factory.mktemp("hostile")
    plan = hostile_plan(folder)
    solution = solution_of(plan)
    write_map(plan, solution, folder / "map.html")
    return folder / "map.html", solution


@pytest.fixture
def asked(hostile, open_page):
    """A page of which all tabs are asked for on paper."""
    page, seen = open_page(hostile[0])
    page.locator(".printbox input[type=text]").fill(NASTY[1])
    for tick in page.locator(".printbox input[type=checkbox]").all():
        tick.check()
    return page, seen


def test_the_scale_on_paper_is_the_one_that_is_stated(hostile, asked) -> None:
    """To a quarter of a hundredth: north and east differ by as much on the maps of the web."""
    file, solution = hostile
    page, seen = asked
    sheet = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages[0]
    points: set[float] = set()
    sheet.extract_text(visitor_text=lambda text, cm, *_: points.add(cm[0]) if text.strip() else 0)
    assert {round(one, 4) for one in points} == {
        72 / 96
    }  # the browser did not shrink it to the sheet
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    scale = int(
        re.search(r"1:([\d,]+)", page.locator(".titleblock").inner_text())[1].replace(",", "")
    )
    at = page.locator(".leaflet-marker-icon[role=button]").evaluate_all(MIDDLES)
    places = {"C1": "north-west", "C2": "bridge-north", "C3": "bridge-south"}
    ground = {one.site: (one.lon, one.lat) for one in solution.posts_list}
    for one, other in itertools.combinations(places, 2):
        (x, y), (to_x, to_y) = at[one], at[other]
        paper_m = ((x - to_x) ** 2 + (y - to_y) ** 2) ** 0.5 * PAPER_MM / 1000
        ground_m = Geod(ellps="WGS84").inv(*ground[places[one]], *ground[places[other]])[2]
        assert ground_m / paper_m == pytest.approx(scale, rel=2.5e-3), (one, other)
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    seen.assert_quiet(file)


def test_hostile_names_are_printed_as_they_are_and_nothing_is_cut(hostile, asked) -> None:
    file, _ = hostile
    page, seen = asked
    page.locator(".printbox select").nth(1).select_option("portrait")
    text = "".join(
        sheet.extract_text()
        for sheet in pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    )
    bare = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    for name in NASTY[:4]:
        assert re.sub(r"\s", "", name) in bare
    # a tab that was never opened is printed whole
    assert "Nothingyet:thesearethefiguresoftheplan." in bare
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate(CUT) == []
    assert page.evaluate("document.querySelectorAll('img, iframe').length") == 0
    assert page.evaluate("window.hacked") is None
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    with page.expect_download() as waited:
        page.locator("[data-tool=picture]").click()
    assert Path(waited.value.path()).read_bytes().startswith(b"\x89PNG")
    seen.assert_quiet(file)
