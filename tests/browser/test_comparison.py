"""Two plans by swipe and side by side, many on a slider: with mouse, keyboard and reader."""

import io
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest

import placement
from placement.maps import State, comparison_page, map_page, slider_page
from placement.plan.layers import load_plan
from placement.review.compare import compare
from placement.solution import Status, list_unproven
from tests.amount import by_night, cases
from tests.browser.conftest import PIXELS, ROOT, UNPAINTED, zoom_in
from tests.browser.test_access import found
from tests.builders import box, streets, write_plan
from tests.maps.pages import NASTY, drawn_plan, hostile_plan, solution_of

OTHERS = (
    ("bridge-north", "checkpoint"),
    ("bridge-south", "dog_team"),
    ("north-east", "checkpoint"),
    ("north-west", "checkpoint"),
)
# where a pane is clipped, in pixels of the map
EDGE = """(side) => {
  const pane = document.querySelector(`.leaflet-signs-${side}-pane`);
  const around = document.querySelector('.folium-map').getBoundingClientRect();
  const xs = pane.style.clipPath.match(/-?[\\d.]+px/g).map(parseFloat)
    .filter((one) => Math.abs(one) < 90000);
  return pane.getBoundingClientRect().left - around.left + xs[0];
}"""


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> tuple[State, State]:
    plan = hostile_plan(tmp_path_factory.mktemp("town"))
    return (
        State(plan=plan, solution=solution_of(plan)),
        State(plan=plan, solution=solution_of(plan, OTHERS)),
    )


@pytest.fixture(scope="module")
def plain_states(tmp_path_factory: pytest.TempPathFactory) -> tuple[State, State]:
    plan = drawn_plan(tmp_path_factory.mktemp("plain"))
    return (
        State(plan=plan, solution=solution_of(plan)),
        State(plan=plan, solution=solution_of(plan, OTHERS)),
    )


CUT = """() => {
  const around = document.querySelector('.folium-map').getBoundingClientRect();
  return [...document.querySelectorAll('.gain')].filter((one) => {
    const box = one.getBoundingClientRect();
    const touches = box.left < around.right && box.right > around.left
      && box.top < around.bottom && box.bottom > around.top;
    return touches && (box.left < around.left - 1 || box.right > around.right + 1
      || box.top < around.top - 1 || box.bottom > around.bottom + 1);
  }).map((one) => one.textContent);
}"""
# between the name of a resource and the first box beside it
LEGEND_GAPS = """() => [...document.querySelectorAll('.legend tbody tr')].map((row) => {
  const name = document.createRange();
  name.selectNodeContents(row.cells[0]);
  return row.querySelector('td label').getBoundingClientRect().left
    - name.getBoundingClientRect().right;
})"""
# numbers of people gained or lost that lie on one another, or under a button or the legend
COVERED = """() => {
  const boxes = (selector) => [...document.querySelectorAll(selector)]
    .map((one) => one.getBoundingClientRect()).filter(({ width }) => width > 0);
  const [gains, controls] = [boxes('.gain'), boxes('.leaflet-control')];
  const meet = (a, b) => a !== b
    && a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
  return gains.filter((one) => [...gains, ...controls].some((other) => meet(one, other))).length;
}"""
# the parts of the map that the line between both plans covers, or is covered by
ORDER = """() => {
  const pane = (name) => document.querySelector(`.leaflet-${name}-pane`);
  const over = (name) => Number(getComputedStyle(pane(name)).zIndex);
  const above = ['labels', 'moves', 'signs-old', 'signs-new', 'popup'];
  const below = ['route', 'streets', 'reach-new'];
  return [above.every((name) => over(name) > over('divider')),
    below.every((name) => over(name) < over('divider'))];
}"""
# how much of the names is drawn right and left of a sign
INK = f"""(label) => {{
  const canvas = document.querySelector('.leaflet-labels-pane canvas');
  const sign = [...document.querySelectorAll('.post')]
    .find((one) => one.ariaLabel === label).getBoundingClientRect();
  const around = canvas.getBoundingClientRect();
  const pixels = ({PIXELS})(canvas);
  const scale = canvas.width / around.width;
  const middle = [(sign.left + sign.right) / 2 - around.left,
    (sign.top + sign.bottom) / 2 - around.top];
  let ink = 0;
  for (let y = Math.round((middle[1] - 9) * scale); y < (middle[1] + 9) * scale; y += 1) {{
    for (let x = Math.round((middle[0] - 90) * scale); x < (middle[0] + 90) * scale; x += 1) {{
      ink += pixels[4 * (y * canvas.width + x) + 3] > 0 ? 1 : 0;
    }}
  }}
  return ink;
}}"""


def signs(page: Any, side: str) -> list[str]:
    where = page.locator(f".leaflet-signs-{side}-pane .post")
    return sorted(where.evaluate_all("all => all.map((one) => one.ariaLabel || '')"))


def test_two_plans_are_swiped_and_set_side_by_side(open_page, states, tmp_path: Path) -> None:
    file = tmp_path / "comparison.html"
    file.write_text(comparison_page(*states), encoding="utf-8")
    page, seen = open_page(file, bypass_csp=True)

    # the handle by keyboard: the older plan on its left, the newer on its right
    knob = page.locator("[role=slider]")
    assert page.evaluate(EDGE, "old") == page.evaluate(EDGE, "new")
    middle = page.evaluate(EDGE, "old")
    knob.focus()
    for key, share in (("ArrowLeft", 48), ("PageUp", 58), ("Home", 0), ("End", 100)):
        knob.press(key)
        assert knob.get_attribute("aria-valuenow") == str(share)
    assert page.evaluate(EDGE, "old") == pytest.approx(2 * middle, abs=2)
    box = knob.bounding_box()
    assert min(box["width"], box["height"]) >= 24
    knob.press("Home")
    page.mouse.move(*(knob.bounding_box()[key] + 22 for key in ("x", "y")))
    page.mouse.down()
    page.mouse.move(700, 500)
    page.mouse.up()
    assert page.evaluate(EDGE, "new") == pytest.approx(
        700 - page.locator(".folium-map").bounding_box()["x"], abs=2
    )

    # its sides, told apart by words and shapes
    closed = [name for name in signs(page, "old") if name.endswith("(Closed)")]
    opened = [name for name in signs(page, "new") if name.endswith("(Opened)")]
    assert (len(closed), len(opened)) == (2, 2)
    assert len(signs(page, "new")) == 4

    # a line of the difference begins with the name, and leads to its post; the handle makes way
    line = page.locator("#view-changes [data-change='bridge-south/checkpoint']")
    gone = {post.id: post for post in states[0].solution.posts_list}["bridge-south/checkpoint"]
    assert line.inner_text().startswith(f"{gone.name} 2 ")
    assert "people served: " in line.inner_text()
    label = states[0].plan.problem.resources[0].label["en"]
    assert line.locator(".under").inner_text() == label
    page.locator("#view-changes [data-change='bridge-south/checkpoint']").click()
    popup = page.locator(".popup")
    assert "Closed" in popup.inner_text()
    at = page.locator(".leaflet-popup-tip").bounding_box()["x"]
    edge = page.evaluate(EDGE, "old") + page.locator(".folium-map").bounding_box()["x"]
    assert at < edge
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.change") == "bridge-south/checkpoint"

    # people gained and lost, on the map and in the table
    page.locator("#tab-areas").click()
    rows = page.locator(".changed tbody tr").all_inner_texts()
    assert any("▼" in row for row in rows)
    total = page.locator("#view-areas tr.total td")
    assert total.all_inner_texts() == ["1,820", "1,410", "−410"]
    page.locator("#of-resource").select_option("1")
    assert total.all_inner_texts() == ["1,150", "470", "−680"]

    for width in (1440, 700, 560):  # no number of people gained or lost is cut by the map's edge
        page.set_viewport_size({"width": width, "height": 900})
        zoom_in(page)
        assert page.evaluate(CUT) == []
    page.set_viewport_size({"width": 1440, "height": 900})

    # in French, with every word
    page.locator("#lang-fr").click()
    assert page.locator("#tab-areas").inner_text() == "Par zone"
    assert page.locator("[data-view=apart]").inner_text() == "Côte à côte"
    page.locator("#tab-changes").click()
    assert page.locator("#view-changes h3").all_inner_texts() == [
        "Ce qui a été décidé",
        "Ce qui en résulte",
    ]
    assert page.locator("#view-changes [lang=en]").all_inner_texts() == []

    # two maps that move together
    page.locator("[data-view=apart]").click()
    assert page.locator(".folium-map:visible").count() == 2
    assert not knob.is_visible()
    zoom_in(page)
    scenes = page.locator(".leaflet-control-scale-line").all_inner_texts()
    assert len(scenes) == 1
    spots = page.evaluate(
        "[...document.querySelectorAll('.folium-map')].map((frame) => {"
        "const one = frame.querySelector('.leaflet-areas-pane path').getBoundingClientRect();"
        "const around = frame.getBoundingClientRect();"
        "return [one.left - around.left, one.top - around.top, one.width]; })"
    )
    assert spots[0] == pytest.approx(spots[1], abs=1.5)
    assert found(page) == []
    page.locator("[data-view=swipe]").click()
    for tab in cases(("areas", "figures"), ("changes", "areas", "figures")):
        page.locator(f"#tab-{tab}").click()
        assert found(page) == [], tab
    page.set_viewport_size({"width": 390, "height": 844})
    assert found(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    assert page.evaluate("window.hacked") is None
    seen.assert_quiet(file)


@pytest.mark.slow
def test_every_area_of_a_crowd_of_them_has_its_number(open_page, tmp_path: Path) -> None:
    """Nine areas in one place: their numbers go around it, each whole, none on another."""
    corners = [(2.3492 + 0.0003 * x, 48.8516 + 0.0002 * y) for x in range(3) for y in range(3)]
    areas = [
        box(x, y, x + 0.0002, y + 0.0001, id=f"area-{at}", people=1000 + at)
        for at, (x, y) in enumerate(corners)
    ]
    file = write_plan(tmp_path, layers={"streets": streets(), "areas": areas})
    plan = placement.load_plan(file)
    every = [plan.problem.post_id(site, 0) for site in range(len(plan.problem.sites))]
    old, new = (
        placement.evaluate(plan, dict.fromkeys(some, 1), bound=False).solution
        for some in ([], every)
    )
    page_file = tmp_path / "comparison.html"
    states = State(plan=plan, solution=old), State(plan=plan, solution=new)
    page_file.write_text(comparison_page(*states), encoding="utf-8")
    for size in ((320, 700), *cases((), ((1440, 900), (390, 844)))):
        page, seen = open_page(page_file, size=size)
        told = sorted(page.locator(".gain").all_inner_texts())
        assert told == [f"▲ +{1000 + at:,}" for at in range(9)], size
        assert page.evaluate(CUT) == [], size
        assert page.evaluate(COVERED) == 0, size
        seen.assert_quiet(page_file)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_comparison_first_says_what_came_of_it_in_plain_words(
    open_page, ringed, language, tmp_path: Path
) -> None:
    """No name of a member, no identifier; all that `place diff` says is one click away."""
    old, new = ringed
    solutions = old.solution, replace(new.solution, budget=300.0, overrides=("budget",))
    states = [State(plan=old.plan, solution=one) for one in solutions]
    file = tmp_path / "comparison.html"
    file.write_text(comparison_page(*states), encoding="utf-8")
    page, seen = open_page(file, address=f"#lang={language}")
    view = page.locator("#view-changes")
    told = re.sub(r"[\u00a0\u202f]", " ", view.inner_text())
    assert "override" not in told
    assert "overrides" not in told
    assert re.findall(r"\w+_\w+|\w+/\w+|(?m:^[+~>-] )", told) == []
    asked, *_ = (one for one in told.splitlines() if "udget" in one)
    assert "300" in asked
    people, cost = [], []
    for solution in solutions:
        people.append(math.floor(solution.coverage["checkpoint"].covered + 0.5))
        cost.append(round(solution.cost))
    lines = told.splitlines()
    space, stop = {"en": (",", ""), "fr": (" ", " ")}[language]
    for was, now in (people, cost):
        figures = f"{was:,} → {now:,} (+{now - was:,})".replace(",", space)
        assert any(f"{stop}: {figures}" in one for one in lines), (figures, lines)
    fold = page.locator("[data-fold=more-Result]")
    every = sum(
        part == "Result" or "override" in text
        for part, text in ((one.part, one.text) for one in compare(*solutions).lines())
    )
    assert str(every) in fold.locator("summary").inner_text()
    fold.locator("summary").click()
    assert fold.locator("li").count() == every
    assert min(page.evaluate(LEGEND_GAPS)) >= 8
    seen.assert_quiet(file)


def test_the_line_between_two_plans_cuts_no_name(open_page, plain_states, tmp_path: Path) -> None:
    file = tmp_path / "comparison.html"
    file.write_text(comparison_page(*plain_states), encoding="utf-8")
    page, seen = open_page(file, address="#swipe=30", bypass_csp=True)
    knob = page.locator("[role=slider]")
    assert knob.get_attribute("aria-valuenow") == "30"  # where a link says
    assert page.evaluate(ORDER) == [True, True]
    line, handle = page.locator(".divider").bounding_box(), knob.bounding_box()
    assert line["x"] + line["width"] / 2 == pytest.approx(handle["x"] + 22, abs=1)
    around = page.locator(".folium-map").bounding_box()
    assert (line["y"], line["height"]) == pytest.approx((around["y"], around["height"]), abs=1)
    # a post that only the newer plan has is named where that one is seen
    only_new = next(name for name in signs(page, "new") if "Street, east" in name)
    ink = {}
    for key in ("Home", "End", "Home"):
        knob.press(key)
        page.evaluate("() => new Promise((done) => setTimeout(done, 30))")
        page.wait_for_selector(UNPAINTED, state="detached")
        ink.setdefault(key, []).append(page.evaluate(INK, only_new))
    assert ink["Home"][0] == ink["Home"][1] > ink["End"][0] + 500
    page.locator("[data-view=apart]").click()
    assert not page.locator(".divider").is_visible()
    seen.assert_quiet(file)


@pytest.fixture(scope="module")
def ringed() -> tuple[State, State]:
    """Two plans with rings: the newer opens a gate more in each."""
    plan = load_plan(ROOT / "data/geo/drawn-rings")
    few = {"black-north/checkpoint": 3, "black-south/checkpoint": 2}
    few |= {"grey-north/checkpoint": 3, "grey-quay/checkpoint": 2}
    few |= {"red-north/vehicle_check": 1, "red-south/vehicle_check": 1}
    more = few | {"black-east/checkpoint": 2, "grey-east/checkpoint": 1}
    old, new = (placement.evaluate(plan, one, bound=False).solution for one in (few, more))
    return State(plan=plan, solution=old), State(plan=plan, solution=new)


def test_a_comparison_tells_who_passes_each_ring(open_page, ringed, tmp_path: Path) -> None:
    """The table by ring has the figures of `place diff`, and parts of people round one way."""
    file = tmp_path / "comparison.html"
    file.write_text(comparison_page(*ringed), encoding="utf-8")
    page, seen = open_page(file, address="#tab=figures", bypass_csp=True)
    labels = {"black": "Black, search", "grey": "Grey, tickets"}
    rows = {}
    for row in page.locator("table.rings tbody tr").all():
        rows[row.locator("th").inner_text()] = row.locator("td").all_inner_texts()
    told = page.locator("#view-changes").text_content()
    tables = [{one.ring: one for one in state.solution.lanes.rings} for state in ringed]
    assert list(rows) == [labels[name] for name in tables[1]]
    for name, label in labels.items():
        old, new = (table[name] for table in tables)
        gates, before, after, change = rows[label]
        assert gates == f"{len(old.gates)} → {len(new.gates)}"
        assert [before, after] == [whole(old.people), whole(new.people)]
        assert change == f"▲ +{whole(new.people - old.people)}"
        assert f"{name}: {old.people:,.10g} → {new.people:,.10g}" in told
    # those who pass the outer ring are those who are covered, in every table
    page.locator("#tab-areas").click()
    before, after, _ = page.locator("#view-areas tr.total td").all_inner_texts()
    assert [before, after] == rows["Black, search"][1:3]
    assert found(page) == []
    page.locator("#lang-fr").click()
    page.locator("#tab-figures").click()
    assert page.locator("table.rings caption").inner_text().startswith("Périmètres")
    assert not re.search(r"\w:", page.locator("#view-figures").inner_text())
    told = page.locator("#view-changes").text_content()
    assert " agents (+" in told
    assert "officers" not in told
    seen.assert_quiet(file)


def test_mean_walks_that_are_not_settled_are_not_compared(
    open_page, plain_states, tmp_path
) -> None:
    old, new = plain_states
    walk = replace(new.solution.walk, mean_s={"checkpoint": 200.0, "dog_team": 60.0}, gap=None)
    early = {"status": Status.FEASIBLE, "walk": replace(walk, unproven=list_unproven("walk"))}
    states = old, State(plan=new.plan, solution=replace(new.solution, **early))
    file = tmp_path / "comparison.html"
    file.write_text(comparison_page(*states), encoding="utf-8")
    page, seen = open_page(file)
    told = page.locator("#panel").inner_text().replace("\u00a0", " ").splitlines()
    assert "Checkpoint: mean walk: 1.7 min → 3.3 min (provisional)" in told
    page.locator("#tab-figures").click()
    view = page.locator("#view-figures")
    assert "3.3\u00a0min (provisional)" in view.inner_text()
    assert "Do not compare these." in view.inner_text()
    page.locator("#lang-fr").click()
    said = re.sub(r"[\u00a0\u202f]", " ", page.locator("#panel").text_content())
    assert "104,5 → 200 s, mais un plan aussi bon que celui d’après peut avoir" in said
    assert "may have" not in said
    # a slider sets plans side by side too
    file.write_text(slider_page(states[::-1], "cost"), encoding="utf-8")
    page, _ = open_page(file)
    assert "3.3\u00a0min (provisional)" in page.locator(".card").first.inner_text()
    seen.assert_quiet(file)


def whole(people: float) -> str:
    """Return whole people, of halves the larger number, as the page writes them."""
    return f"{math.floor(round(people, 6) + 0.5):,}"


def test_a_page_that_counts_no_other_posts_says_why(
    open_page, ringed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placement.maps.what_if.MOST_ROUTES", 0)
    file = tmp_path / "map.html"
    state = ringed[1]
    file.write_text(map_page(state.plan, state.solution), encoding="utf-8")
    page, seen = open_page(file)
    assert page.locator("#tab-what_if").count() == 0
    overview = page.locator("#view-overview")
    overview.locator("[data-fold='unanswered'] summary").click()
    assert "no tab “What if”: there are too many ways through its rings." in overview.inner_text()
    assert "place evaluate counts other posts" in overview.inner_text()
    assert "Give the plan a layer of streets" in overview.inner_text()
    # the posts of a ring add up to those who pass it, and the total counts everybody once
    served = [row.split("\t") for row in page.locator("table.posts").first.inner_text().split("\n")]
    total = state.solution.coverage["checkpoint"].covered
    assert whole(total) in served[-1]
    assert "totals count everybody once" in page.locator("#posts").inner_text()
    page.locator("#lang-fr").click()
    assert "pas d’onglet « Et si »" in overview.inner_text().replace("\u00a0", " ")
    seen.assert_quiet(file)


def test_a_slider_goes_through_the_plans(open_page, states, tmp_path: Path) -> None:
    file = tmp_path / "slider.html"
    file.write_text(slider_page([*states, states[0]], "covered"), encoding="utf-8")
    page, seen = open_page(file, bypass_csp=True)
    slider = page.locator("#slider")
    assert slider.get_attribute("aria-valuetext") == "1,410"
    assert "73%" in page.locator("#status").inner_text()
    assert page.locator(".ends").inner_text().split("\n") == ["1,410", "plan 1 of 3", "1,820"]
    assert page.locator("#states .under").inner_text() == ""
    assert "bridge-south/checkpoint" not in page.locator("#posts").inner_html()
    slider.focus()
    slider.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "1,820"
    assert page.locator("output").inner_text() == "1,820"
    assert "95%" in page.locator("#status").inner_text()
    step = page.locator("#states .under").inner_text()
    assert re.fullmatch(r"Against the plan before it: opened [CD]\d.*; closed [CD]\d.*\.", step), (
        step
    )
    assert len(signs(page, "new")) == 4
    page.locator("[data-show='bridge-south/checkpoint']").click()
    assert NASTY[0][:9] in page.locator(".popup").inner_text() or page.locator(".popup").count()
    assert page.url.endswith("at=1")
    slider.press("End")
    assert slider.get_attribute("aria-valuetext") == "1,820"
    page.locator("#lang-fr").click()
    assert page.locator("label[for=slider]").inner_text() == "Personnes couvertes"
    assert found(page) == []
    for size in cases((), ((390, 844),)):  # by day others look at narrow pages
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert found(page) == []
    seen.assert_quiet(file)


def on_paper(page: Any, paper: str, way: str) -> list[Any]:
    """Print on a paper, and return its sheets."""
    page.locator(".printbox select").nth(0).select_option(paper)
    page.locator(".printbox select").nth(1).select_option(way)
    page.locator(".printbox input[type=text]").fill("1 May")
    return list(pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("paper", "way", "view", "maps_mm"),
    [
        ("a4", "landscape", "swipe", [(273, 158)]),
        pytest.param("a3", "landscape", "apart", [(197.5, 244), (197.5, 244)], marks=by_night),
        ("a4", "portrait", "apart", [(186, 117), (186, 117)]),
    ],
)
def test_a_comparison_fills_its_sheet_and_lists_what_changed(
    open_page, plain_states, tmp_path: Path, paper, way, view, maps_mm
) -> None:
    file = tmp_path / "comparison.html"
    file.write_text(comparison_page(*plain_states), encoding="utf-8")
    page, seen = open_page(file, address=f"#view={view}")
    sheets = on_paper(page, paper, way)
    assert len(sheets) == 2
    long, short = {"a4": (297, 210), "a3": (420, 297)}[paper]
    wide, high = (long, short) if way == "landscape" else (short, long)
    for sheet in sheets:
        size = (float(sheet.mediabox.width), float(sheet.mediabox.height))
        assert size == pytest.approx((wide / 25.4 * 72, high / 25.4 * 72), abs=1)
    first, second = (sheet.extract_text() for sheet in sheets)
    for state in plain_states:
        assert f"SHA-256 {state.solution.digest[:16]}" in first
    assert "Scale 1:" in first
    assert "1 May" in first
    posts = [{post.id: post.name for post in state.solution.posts_list} for state in plain_states]
    told = second.partition("Posts that changed")[2]
    for name in (posts[0][one] for one in posts[0].keys() - posts[1].keys()):
        assert re.search(rf"{name} · [^\n]*\s+Closed", told)
    for name in (posts[1][one] for one in posts[1].keys() - posts[0].keys()):
        assert re.search(rf"{name} · [^\n]*\s+Opened", told)
    assert told.count("Opened") == told.count("Closed") == 2
    assert "2 posts stayed as they were" in told
    # the legend stands on the map, or, where there are two, beside the table
    assert ("Legend" in first) is (view == "swipe")
    assert ("Legend" in second) is (view == "apart")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for place, size_mm in zip(
        page.locator(".folium-map").filter(visible=True).all(), maps_mm, strict=True
    ):
        box = place.bounding_box()
        size = [one / 25.4 * 96 for one in size_mm]
        assert (box["width"], box["height"]) == pytest.approx(size, abs=1)
        assert place.locator(".leaflet-marker-icon.bunch").count() == 0
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".folium-map .legend").count() == 1
    assert page.locator(".paperonly").is_visible() is False
    seen.assert_quiet(file)


def test_a_slider_prints_the_plan_it_stands_at(open_page, plain_states, tmp_path: Path) -> None:
    file = tmp_path / "slider.html"
    file.write_text(slider_page(plain_states, "covered"), encoding="utf-8")
    page, _ = open_page(file, address="#at=1")
    first, second = (sheet.extract_text() for sheet in on_paper(page, "a4", "portrait"))
    assert plain_states[0].solution.digest[:16] in first  # who covers most comes last
    assert "Bridge, south" in second
    assert "Headline figures" not in second
