"""The map as a planner meets it: opened from the disk, offline, with mouse and keyboard."""

import io
import os
import re
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from placement.cover.survey import survey
from placement.maps import write_map
from placement.maps.page import base_map, page_data, uncovered
from placement.maps.webmap import write_page
from placement.solution import Status
from placement.streets import read_streets
from tests.amount import by_night, cases
from tests.browser.conftest import PIXELS, UNPAINTED, open_tab, zoom_in
from tests.maps.pages import NASTY, POSTS, drawn_plan, hostile_plan, solution_of

INK = (
    f"(name) => {{ const pixelsOf = {PIXELS};"
    """
  const seen = [...document.querySelectorAll(`.leaflet-${name}-pane canvas`)];
  let painted = 0;
  for (const canvas of seen) {
    const bytes = pixelsOf(canvas);
    for (let i = 3; i < bytes.length; i += 4) { if (bytes[i] > 0) { painted += 1; } }
  }
  return painted;
}"""
)
OVERLAPS = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const cut = [...document.querySelectorAll('#top *, #panel *, .legend *')].filter((one) => (
    one.clientWidth > 0 && getComputedStyle(one).display !== 'inline'
    && one.scrollWidth > one.clientWidth + 2 && !(one instanceof SVGElement)));
  return [wide, cut.map((one) => `${one.tagName} ${one.className}`)];
}"""

POOR = """() => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.8) { return colour; }
    }
    return [255, 255, 255];
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim()) { continue; }
    if (one.closest('svg, script, noscript')) { continue; }
    const both = [light(parts(getComputedStyle(one).color)), light(behind(one))];
    const [a, b] = both.sort((x, y) => x - y);
    if ((b + 0.05) / (a + 0.05) < 4.5) { bad.push(one.textContent.slice(0, 40)); }
  }
  return bad;
}"""


DATA = Path(os.environ.get("PLACEMENT_DATA", Path(__file__).parents[2] / "../shared/data"))


@pytest.fixture(scope="module")
def browser(whole_browser):
    """Take the browser that people have, with all that is around the page."""
    return whole_browser


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    plan = drawn_plan(folder)
    write_map(plan, solution_of(plan), folder / "map.html")
    return folder / "map.html"


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    plan = hostile_plan(folder)
    posts = tuple((site, "checkpoint") for site in plan.problem.sites.id[:4])
    write_map(plan, solution_of(plan, (*posts, POSTS[1])), folder / "map.html")
    return folder / "map.html"


FRAMES = """
window.frames_ = [];
const look = () => {
  const [head, panel] = ['title', 'panel'].map((id) => document.getElementById(id));
  if (panel !== null) { window.frames_.push([head.textContent, panel.childElementCount]); }
  requestAnimationFrame(look);
};
look();
"""


def test_the_headline_is_seen_before_the_panel_and_the_map_are_drawn(browser, paris_map) -> None:
    page = browser.new_page()
    page.add_init_script(FRAMES)
    page.goto(paris_map.as_uri())
    page.wait_for_selector("html.ready")
    assert any(title != "" and panel == 0 for title, panel in page.evaluate("window.frames_"))
    assert not page.locator("#top").evaluate("(head) => head.inert")
    page.close()


def test_it_opens_offline_without_a_word(open_page, file) -> None:
    page, seen = open_page(file)
    assert page.title() == "A drawn town"
    drawn = page.evaluate(INK, "streets")
    assert drawn > 2000
    page.locator("[data-layer='missing-checkpoint']").uncheck()
    page.wait_for_selector(UNPAINTED, state="detached")
    assert 2000 < page.evaluate(INK, "streets") < drawn - 50  # without people not covered
    shot = page.screenshot()
    assert len(shot) > 30_000
    seen.assert_quiet(file)


def test_the_table_has_a_row_for_every_post_and_its_headings_sort(open_page, file) -> None:
    page, _ = open_page(file)
    rows = page.locator("table.posts tbody tr[data-post]")
    assert sorted(rows.evaluate_all("rows => rows.map(row => row.dataset.post)")) == sorted(
        f"{site}/{resource}" for site, resource in POSTS
    )
    markers = page.locator(".leaflet-marker-icon[role=button]")
    labels = markers.evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    told = [label.partition(": ")[2].split(" ")[0] for label in labels]
    assert sorted(told) == ["C1", "C2", "C3", "D1"]
    table = page.locator("table.posts").first
    names = table.locator("tbody .link")
    table.get_by_role("button", name="Site").click()
    up = names.all_inner_texts()
    assert up == sorted(up)
    assert table.locator("thead th").nth(1).get_attribute("aria-sort") == "ascending"
    table.get_by_role("button", name="Site").click()
    assert names.all_inner_texts() == up[::-1]


def test_the_language_changes_every_text_and_stands_in_the_address(open_page, file) -> None:
    page, seen = open_page(file)
    assert page.locator("h1").inner_text() == "A drawn town"
    english = page.locator("#panel").inner_text()
    page.get_by_role("button", name="Français").click()
    assert page.locator("h1").inner_text() == "Une ville dessinée"
    assert page.evaluate("[location.hash, document.documentElement.lang, document.title]") == [
        "#lang=fr",
        "fr",
        "Une ville dessinée",
    ]
    french = page.locator("#panel").inner_text()
    assert "Point de contrôle" in french
    assert "Checkpoint" not in french
    assert english != french
    shares = page.locator(".card .big").all_inner_texts()
    assert "," in shares[0]
    assert shares[0].endswith("\u00a0%") or shares[0].endswith("\u202f%")
    assert "1\u202f920" in page.locator("#panel").inner_text()
    label = page.locator(".leaflet-marker-icon").first.get_attribute("aria-label")
    assert label.startswith(("Point de contrôle\u00a0: ", "Équipe cynophile\u00a0: "))
    seen.assert_quiet(file)


@pytest.mark.parametrize(
    ("locale", "address", "language"),
    [
        ("fr-CA", "", "fr"),
        ("en-GB", "#lang=xx", "en"),
        pytest.param("de-DE", "", "en", marks=by_night),
        pytest.param("fr-FR", "#lang=en", "en", marks=by_night),
    ],
)
def test_the_first_language_is_asked_for_or_the_readers(open_page, file, locale, address, language):
    page, _ = open_page(file, address=address, locale=locale)
    assert page.evaluate("document.documentElement.lang") == language


def test_popups_of_posts_open_from_row_and_marker_and_give_the_focus_back(open_page, file) -> None:
    page, seen = open_page(file)
    button = page.locator("[data-show='bridge-north/dog_team']")
    button.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup")
    assert popup.locator("h2").inner_text() == "D1 Bridge, north"
    assert "Dog team" in popup.inner_text()
    assert page.locator("tr.chosen").get_attribute("data-post") == "bridge-north/dog_team"
    assert page.locator(".leaflet-chosen-pane path").count() == 1
    assert page.evaluate("document.activeElement.className") == "popup"
    page.keyboard.press("Escape")
    assert popup.count() == 0
    assert page.locator("tr.chosen").count() == 0
    assert page.evaluate("document.activeElement.dataset.show") == "bridge-north/dog_team"
    # markers answer to the keyboard
    marker = page.locator(
        ".leaflet-marker-icon[aria-label^='Checkpoint: C'][aria-label$=' Quay, west']"
    )
    assert marker.get_attribute("role") == "button"
    marker.focus()
    page.keyboard.press("Enter")
    assert re.fullmatch(r"C\d Quay, west", page.locator(".leaflet-popup h2").inner_text())
    # a hidden post is shown when its row is chosen
    page.keyboard.press("Escape")
    page.locator("[data-layer='posts-checkpoint']").uncheck()
    assert page.locator(".leaflet-marker-icon").count() == 1
    page.locator("[data-show='north-west/checkpoint']").click()
    assert re.fullmatch(r"C\d Quay, west", page.locator(".leaflet-popup h2").inner_text())
    assert page.locator("[data-layer='posts-checkpoint']").is_checked()
    assert page.evaluate(POOR) == []
    # a popup speaks the language that is chosen while it is open
    page.locator("[data-show='bridge-south/checkpoint']").click()
    page.get_by_role("button", name="Français").click()
    assert "Point de contrôle" in page.locator(".leaflet-popup").inner_text()
    seen.assert_quiet(file)


def test_every_layer_can_be_switched_off_and_on(open_page, file) -> None:
    page, seen = open_page(file)
    found = "document.querySelectorAll('.leaflet-pane path, .leaflet-pane canvas, .post').length"
    # streets and people not covered are on one canvas
    drawn = f"() => {found} + ({INK})('streets')"
    boxes = page.locator(".legend input")
    assert boxes.count() >= 9
    for number in range(boxes.count()):
        one = boxes.nth(number)
        before = page.evaluate(drawn)
        was = one.is_checked()
        one.click()
        page.wait_for_selector(UNPAINTED, state="detached")
        assert (page.evaluate(drawn) < before) is was
        one.click()
        page.wait_for_selector(UNPAINTED, state="detached")
        assert page.evaluate(drawn) == before
        assert one.is_checked() is was
    seen.assert_quiet(file)


# how many canvases of names there are in the first frame of a zoom
NAMES = """async () => {
  document.querySelector('.leaflet-control-zoom-in').click();
  const zooming = () => document.querySelector('.leaflet-zoom-anim') !== null;
  do { await new Promise(requestAnimationFrame); } while (!zooming());
  return document.querySelectorAll('.leaflet-labels-pane canvas').length;
}"""
# where the signs stand, where each goes in the first frame of a zoom, and where each stands once
# all is painted; whether a sign is seen then
ZOOMED = """async (button) => {
  const signs = [...document.querySelectorAll('.leaflet-marker-pane .post')];
  const standing = () => signs.map((one) => one.style.transform);
  const isZooming = () => document.querySelector('.leaflet-zoom-anim') !== null;
  const root = document.documentElement.classList;
  const frame = () => new Promise(requestAnimationFrame);
  const before = standing();
  document.querySelector(button).click();
  do { await frame(); } while (!isZooming());
  const aimed = standing();
  do { await frame(); } while (isZooming() || root.contains('painting'));
  const around = document.querySelector('.leaflet-container').getBoundingClientRect();
  const isSeen = ({ width, left, right, top, bottom }) => width > 0
    && right > around.left && left < around.right && bottom > around.top && top < around.bottom;
  const seen = signs.map((one) => isSeen(one.getBoundingClientRect()));
  return [before, aimed, standing(), seen];
}"""


def test_what_a_browser_moves_in_each_frame_is_little(open_page, paris_map) -> None:
    """Each drawing and each canvas as large as the view is moved by itself."""
    page, seen = open_page(paris_map)
    parts = page.locator("svg.leaflet-zoom-animated > g").evaluate_all(
        "(all) => all.map((one) => [...one.children].map((pane) => pane.getAttribute('class')))"
    )
    assert parts == [
        ["leaflet-water-pane", "leaflet-areas-pane", "leaflet-reach-pane"],
        ["leaflet-closures-pane", "leaflet-route-pane"],
        [f"leaflet-{pane}-pane" for pane in ("leaders", "chosen", "ways", "sites")],
    ]
    assert page.locator(".leaflet-areas-pane path").count() == 29
    assert page.locator("canvas.leaflet-zoom-animated").count() == 2  # streets and people; names
    assert page.evaluate(NAMES) == 0
    page.wait_for_selector(".leaflet-zoom-anim", state="detached")
    page.wait_for_selector(UNPAINTED, state="detached")
    assert page.locator("canvas.leaflet-zoom-animated").count() == 2
    # the signs go at once to where they stand after a zoom: each that is seen moves once, those
    # beyond the view are put in their places after it
    first, jumped = None, 0
    for way in cases(("in", "in", "out", "out"), (*["in"] * 3, *["out"] * 3)):
        before, aimed, after, shown = page.evaluate(ZOOMED, f".leaflet-control-zoom-{way}")
        first = first or before
        for was, aim, is_, is_shown in zip(before, aimed, after, shown, strict=True):
            assert aim == is_ or (aim == was and not is_shown)
            jumped += aim != is_
    assert after == first
    assert jumped > 0  # signs beyond the view, before and after
    seen.assert_quiet(paris_map)


def test_an_area_and_a_candidate_have_popups(open_page, file) -> None:
    page, _ = open_page(file)
    page.locator("[data-fold='areas'] summary").click()
    page.get_by_role("button", name="Standing box 1", exact=True).click()
    assert "500" in page.locator(".leaflet-popup").inner_text()
    page.keyboard.press("Escape")
    assert page.locator(".leaflet-sites-pane path").count() == 0  # candidates only on request
    page.locator("[data-layer='sites']").check()
    page.locator(".leaflet-sites-pane path").first.dispatch_event("click")
    assert "Candidate site" in page.locator(".leaflet-popup").inner_text()


def test_hostile_texts_are_shown_and_never_run(open_page, hostile_file) -> None:
    page, seen = open_page(hostile_file)
    for language in ("fr", "en"):
        page.locator(f"#lang-{language}").click()
        for fold in page.locator("#panel details").all():
            fold.evaluate("fold => { fold.open = true; }")
        buttons = page.locator("table.posts tbody .link")
        texts = set(buttons.evaluate_all("all => all.map(one => one.textContent)"))
        assert texts <= set(NASTY)
        assert len(texts) == 4
        for number in range(buttons.count()):
            buttons.nth(number).click()
            title = page.locator(".leaflet-popup h2").evaluate("one => one.textContent")
            text = buttons.nth(number).evaluate("one => one.textContent")
            assert re.fullmatch(rf"[CD]\d {re.escape(text)}", title, re.DOTALL)
    page.locator("[data-layer='sites']").check()
    for path in page.locator(".leaflet-sites-pane path").all():
        path.dispatch_event("click")
        path.dispatch_event("mouseover")
    assert page.evaluate("document.querySelector('h1').textContent") == " ".join(NASTY[:6])
    assert page.evaluate("document.scripts.length") == 3
    assert page.evaluate("document.querySelectorAll('img, b, iframe').length") == 0
    assert page.evaluate("window.hacked") is None
    seen.assert_quiet(hostile_file)


@pytest.mark.parametrize("size", [(390, 844), *cases([], [(1440, 900), (1024, 768)])])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_is_cut_off_even_with_300_letters(open_page, hostile_file, size, language) -> None:
    page, _ = open_page(hostile_file, address=f"#lang={language}", size=size)
    page.locator("[data-fold='areas']").evaluate("one => { one.open = true; }")
    page.locator(".legend").evaluate("one => { one.open = true; }")
    wide, cut = page.evaluate(OVERLAPS)
    assert wide <= 0
    assert cut == []


def test_the_policy_stops_a_script_that_was_slipped_in(open_page, file, tmp_path) -> None:
    text = file.read_text(encoding="utf-8")
    bad = tmp_path / "map.html"
    injected = (
        "<script>window.hacked = 1</script><p onclick='window.hacked = 2' id=bait>x</p></body>"
    )
    bad.write_text(text.replace("</body>", injected), encoding="utf-8")
    page, seen = open_page(bad)
    page.locator("#bait").dispatch_event("click")
    page.evaluate(
        "() => { const one = document.createElement('script');"
        "one.textContent = 'window.hacked = 3'; document.body.append(one);"
        "return new Promise((done) => { const image = new Image(); image.onerror = () => done();"
        "image.src = 'https://example.org/x.png'; }); }"
    )
    assert page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in message for message in seen.messages)
    assert seen.refused == ["csp"]


def test_on_a_phone_the_map_stands_between_headline_and_figures(open_page, file) -> None:
    page, _ = open_page(file, size=(390, 844))
    tops = [page.locator(one).bounding_box()["y"] for one in ("#top", ".folium-map", "#panel")]
    assert tops == sorted(tops)
    assert page.locator(".legend").evaluate("one => one.open") is False


def test_no_control_stands_on_paper_and_no_empty_column_in_its_legend(
    open_page, tmp_path: Path
) -> None:
    """Every subject is printed: nothing can be pressed or filled in; links and heads are text."""
    file = tmp_path / "map.html"
    plan = drawn_plan(tmp_path / "plan")
    write_map(plan, solution_of(plan), file, streets=["Rue 0 north"])
    page, seen = open_page(file)
    open_tab(page, "what_if")
    assert page.locator(".what-if .act").first.is_visible()
    for layer in page.locator(".legend tbody [data-layer^=missing]").all():
        layer.uncheck()
    for tick in page.locator("[data-print]").all():
        tick.check()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".what-if table").first.is_visible()
    controls = "button:not(.link, .sort, .sheetlink), input, select, [role=slider]"
    left = page.locator(controls).filter(visible=True)
    assert left.evaluate_all("all => all.map((one) => one.outerHTML)") == []
    heads = page.locator(".legend thead th").filter(visible=True)
    shown = heads.evaluate_all(
        """all => all.map((head) => [...head.closest('table').tBodies[0].rows].some((row) => {
          const swatch = row.cells[head.cellIndex].querySelector('label > :last-child');
          return swatch !== null && swatch.getClientRects().length > 0; }))"""
    )
    assert shown == [True, True]
    # no heading has nothing below it
    bare = page.evaluate(
        """() => {
          const isHead = (one) => /^H[234]$/.test(one.tagName);
          const says = (one) => one.tagName === 'svg' || [...one.childNodes].some(
            (node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '');
          const seen = [...document.querySelectorAll('#panel *')].filter(
            (one) => one.getClientRects().length > 0 && (isHead(one)
              || (says(one) && one.closest('h2, h3, h4') === null)));
          return seen.filter((one, at) => isHead(one) && (at + 1 === seen.length
            || (isHead(seen[at + 1]) && seen[at + 1].tagName <= one.tagName)))
            .map((one) => one.textContent);
        }"""
    )
    assert bare == []
    assert page.locator("#status").is_visible()
    page.locator(".variant-bar").evaluate(
        "() => { location.hash = '#if=bridge-north/checkpoint:0'; }"
    )
    page.wait_for_selector(".variant-bar:not([hidden])")
    assert "Proposed, not the plan" in page.locator("#top").inner_text()
    assert page.locator("#status").is_visible() is False
    seen.assert_quiet(file)


@pytest.mark.parametrize(
    ("paper", "way", "map_mm"),
    [
        ("a4", "landscape", (273, 158)),
        pytest.param("a3", "portrait", (273, 366), marks=by_night),
    ],
)
def test_paper_has_the_map_that_fills_its_sheet_and_the_numbered_table(
    open_page, file, paper, way, map_mm
) -> None:
    page, seen = open_page(file)
    page.locator(".printbox select").nth(0).select_option(paper)
    page.locator(".printbox select").nth(1).select_option(way)
    page.locator(".printbox input[type=text]").fill("1 May")
    sheets = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert len(sheets) == 2
    long, short = {"a4": (297, 210), "a3": (420, 297)}[paper]
    wide, high = (long, short) if way == "landscape" else (short, long)
    for sheet in sheets:
        size = (float(sheet.mediabox.width), float(sheet.mediabox.height))
        assert size == pytest.approx((wide / 25.4 * 72, high / 25.4 * 72), abs=1)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    box = page.locator(".folium-map").bounding_box()
    assert (box["width"], box["height"]) == pytest.approx(
        [one / 25.4 * 96 for one in map_mm], abs=1
    )
    told = page.locator(".titleblock").inner_text()
    assert "1 May" in told
    assert "SHA-256" in told
    # the bar of Leaflet's scale, which is its own measure, beside the scale that is stated
    scale = int(re.search(r"1:([\d,]+)", told)[1].replace(",", ""))
    bar = page.locator(".leaflet-control-scale-line")
    metres = float(bar.inner_text().split()[0]) * (1000 if "km" in bar.inner_text() else 1)
    paper_m = bar.evaluate("one => one.offsetWidth") * 0.0254 / 96
    assert metres / paper_m == pytest.approx(scale, rel=0.02)
    assert page.evaluate(INK, "streets") > 1500
    order = [page.locator(one).bounding_box()["y"] for one in ("#top", ".folium-map", "#panel")]
    assert order == sorted(order)
    assert page.locator("#posts table").first.is_visible()
    for hidden in ("#language", ".printbox", ".gap", ".cards"):
        assert page.locator(hidden).first.is_visible() is False
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("html").get_attribute("data-paper") is None
    seen.assert_quiet(file)


def test_the_view_is_printed_where_asked_and_kept_on_the_screen(open_page, file) -> None:
    page, _ = open_page(file)
    zoom_in(page)
    page.locator(".printbox select").nth(2).select_option("view")
    marks = """() => {
      const left = (one) => one.getBoundingClientRect().x;
      const frame = left(document.querySelector('.folium-map'));
      return [...document.querySelectorAll('.post')].map((one) => left(one) - frame);
    }"""
    before = page.evaluate(marks)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    printed = page.evaluate(marks)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(marks) == pytest.approx(before, abs=2)
    assert max(printed) - min(printed) > 0.5 * (max(before) - min(before))


@pytest.mark.parametrize("status", list(Status))
def test_the_status_is_said_as_it_is(open_page, tmp_path, status) -> None:
    plan = drawn_plan(tmp_path)
    solution = solution_of(plan, (), status=status, bound=5500.0, gap=0.1)
    write_map(plan, solution, tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html")
    text = page.locator("#status").inner_text()
    assert ("Proven optimal" in text) is (status is Status.OPTIMAL)
    if status is Status.FEASIBLE:
        assert "10.0%" in text
    assert "No post is open." in page.locator("#panel").inner_text()
    seen.assert_quiet(tmp_path / "map.html")


@by_night
def test_the_streets_of_central_paris_are_small_and_quick_to_draw(browser, tmp_path) -> None:
    extract = DATA / "paris" / "paris_seine.osm.pbf"
    if not extract.exists():
        pytest.skip(f"no {extract}")
    plan = drawn_plan(tmp_path)
    solution = solution_of(plan)
    missing = uncovered(plan, solution, survey(plan))
    plan = replace(plan, layers={**plan.layers, "streets": extract.name})
    streets = read_streets(extract, crs=plan.crs)
    file = tmp_path / "map.html"
    data = base_map(plan, streets) | page_data(plan, solution, {}, missing)
    # from one end of the network to the other, so that every street is painted
    write_page(data | {"bounds": [2.272, 48.833, 2.395, 48.883]}, file)
    assert streets.n_edges > 40_000
    assert file.stat().st_size < 5_000_000
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    page = context.new_page()
    measure = context.new_cdp_session(page)
    # time of this thread alone: what others do on the machine does not count
    measure.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
    measure.send("Performance.enable")
    page.goto(file.as_uri())
    page.wait_for_selector("html.ready")
    page.wait_for_selector(UNPAINTED, state="detached")
    metrics = {
        one["name"]: one["value"] for one in measure.send("Performance.getMetrics")["metrics"]
    }
    assert page.evaluate(INK, "streets") > 100_000
    assert page.locator(".credit").inner_text().count("OpenStreetMap") == 1
    assert metrics["ScriptDuration"] < 3, metrics
    print({name: metrics[name] for name in ("ScriptDuration", "TaskDuration")})  # noqa: T201
    context.close()
