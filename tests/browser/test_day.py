"""The page of a plan with periods: a slider, by mouse, keyboard, reader and paper."""

import io
import re
from pathlib import Path
from typing import Any

import pypdf
import pytest

import placement
from placement.maps import State, comparison_page, map_page, slider_page
from placement.plan.problem import Plan
from placement.review.geojson import read_solution, solution_text
from placement.solution import Solution
from tests.amount import cases
from tests.browser.conftest import zoom_in
from tests.browser.test_access import found
from tests.builders import box, point, streets, write_geojson, write_plan
from tests.days import laned_day

# what stands in the middle of the map, and how large its scale is
WHERE = """() => {
  const around = document.querySelector('.folium-map').getBoundingClientRect();
  const route = document.querySelector('.leaflet-route-pane path').getBoundingClientRect();
  return [around.left - route.left, around.top - route.top, route.width].map(Math.round);
}"""
NASTY = '</script><img src=x onerror="window.hacked=1">'
DAY = f"""
[[closures]]
street = "Pont Dessiné"
begins = "22:00"
ends = "23:30"

[[floors]]
zone = "metro"
resource = "checkpoint"
share = 0.5
period = "arrive"

[[periods]]
name = "arrive"
label = {{ en = "Arrival", fr = "Arrivée" }}
begins = "16:00"
ends = "19:00"
layers = {{ demand = "stations.geojson" }}

[[periods]]
name = "stand"
label = {{ en = "Event", fr = "Événement" }}
begins = "19:00"
ends = "22:00"

[[periods]]
name = "leave"
label = '{NASTY}'
begins = "22:00"
ends = "25:00"
layers = {{ areas = "box.geojson" }}
direction = "out"
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    folder = tmp_path_factory.mktemp("day")
    file = write_plan(
        folder,
        layers={"streets": streets()},
        replace={"fleet = 2\n": 'fleet = 2\nperiods = ["stand", "leave"]\n'},
        extra=DAY,
    )
    write_geojson(
        folder / "stations.geojson",
        [
            point(2.3465, 48.8471, id="rail", people=400, zone="rail"),
            point(2.3540, 48.8522, id="metro", people=350, zone="metro"),
        ],
    )
    place = box(2.3462, 48.85155, 2.3474, 48.85185, id="box-2", name=NASTY, people=300)
    write_geojson(folder / "box.geojson", [place])
    plan = placement.load_plan(file)
    return plan, placement.optimise(plan)


def write(folder: Path, asked: tuple[Plan, Solution]) -> Path:
    file = folder / "map.html"
    file.write_text(map_page(*asked), encoding="utf-8")
    return file


def share(solution: Solution, at: int) -> str:
    return f"{100 * solution.periods[at].share('checkpoint'):.0f}%"


@pytest.mark.slow
def test_a_slider_goes_through_the_day(
    open_page: Any, asked: tuple[Plan, Solution], tmp_path: Path
) -> None:
    _, solution = asked
    file = write(tmp_path, asked)
    page, seen = open_page(file, bypass_csp=True)
    shares = [one.share("checkpoint") for one in solution.periods]
    worst = shares.index(min(shares))
    slider = page.locator("#slider")
    assert slider.input_value() == str(worst)
    assert page.locator("label[for=slider]").inner_text() == "Period of the day"
    slider.focus()
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == "Arrival, 16:00 – 19:00"
    assert share(solution, 0) in page.locator("#status").inner_text()
    assert "750" in page.locator("#status").inner_text()
    assert "Dog team" not in page.locator("#panel .cards").inner_text()
    assert "Standing box 1" not in page.locator("#panel .gap").inner_text()
    slider.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "Event, 19:00 – 22:00"
    assert "Dog team" in page.locator("#panel .cards").inner_text()
    assert "Closed" not in page.locator("tr.chosen").first.inner_text()
    # a period by its button in the table, which stays where it is
    page.locator("[data-period='2']").click()
    assert page.evaluate("document.activeElement.dataset.period") == "2"
    assert slider.get_attribute("aria-valuetext") == f"{NASTY}, 22:00 – 01:00"
    assert page.url.endswith("at=2") or worst == 2
    assert "Closed: Pont Dessiné" in page.locator("tr.chosen").first.inner_text()
    assert share(solution, 2) in page.locator("#status").inner_text()
    page.locator("#lang-fr").click()
    assert page.locator("label[for=slider]").inner_text() == "Période de la journée"
    assert "Fermé\u00a0: Pont Dessiné" in page.locator("tr.chosen").first.inner_text()
    assert page.evaluate("window.hacked") is None
    assert found(page) == []
    for size in cases((), ((390, 844),)):  # by day others look at narrow pages
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert found(page) == []
    seen.assert_quiet(file)


@pytest.mark.slow
def test_every_period_has_its_own_ground(
    open_page: Any, asked: tuple[Plan, Solution], tmp_path: Path
) -> None:
    """Crowd, areas, closed streets and reach are those of the period that is shown."""
    page, seen = open_page(write(tmp_path, asked), address="#at=0")
    drawn = {}
    for at in range(3):
        page.locator("#slider").fill(str(at))
        drawn[at] = [
            page.locator(f".leaflet-{pane}-pane path").evaluate_all(
                "all => all.map((one) => one.getAttribute('d'))"
            )
            for pane in ("areas", "reach", "closures")
        ]
    crowd, reach, closed = zip(*(drawn[at] for at in range(3)), strict=True)
    route = len(closed[0])  # the line of the event is drawn in the same pane
    assert [len(one) - route for one in closed] == [0, 0, 1]
    assert [len(one) for one in crowd] == [2, 1 + 10, 1]
    assert reach[0] != reach[1] != reach[2]
    page.locator("#view-overview button.link", has_text=NASTY).last.click()
    assert "300" in page.locator(".popup").inner_text()
    seen.assert_quiet(tmp_path / "map.html")


def test_times_past_midnight_are_those_of_the_next_day(open_page: Any, tmp_path: Path) -> None:
    """On cards, charts and tables, in both languages."""
    plan = laned_day(tmp_path / "night", late_h=9)
    units = {plan.problem.post_id(site, 0): 3 for site in (0, 4)}
    solution = placement.evaluate(plan, units, bound=False).solution
    assert solution.lanes is not None
    assert any((gate.clears or "") > "24:00" for gate in solution.lanes.gates.values())
    page, seen = open_page(write(tmp_path, (plan, solution)), address="#at=0&tab=lanes")
    gates = page.locator("#view-lanes button.link")
    for language, past in (("en", "00:30"), ("fr", "00 h 30")):
        page.locator(f"#lang-{language}").click()
        gates.first.click()
        page.keyboard.press("Escape")
        drawn = page.locator("#view-lanes svg text").all_text_contents()
        told = " ".join([page.locator("body").inner_text(), *drawn])
        told = re.sub(r"[\u00a0\u202f]", " ", told)
        assert past in told
        assert re.findall(r"\b(?:2[4-9]|3\d)(?::| h )\d\d\b", told) == []
        ticks = [re.sub(r"[\u00a0\u202f]", " ", one) for one in drawn]
        assert any(re.fullmatch(r"0\d(?::| h )\d\d", one) for one in ticks), ticks
    seen.assert_quiet(tmp_path / "map.html")


def test_paper_tells_every_period(
    open_page: Any, asked: tuple[Plan, Solution], tmp_path: Path
) -> None:
    page, _ = open_page(write(tmp_path, asked), address="#at=0")
    page.locator(".printbox select").nth(0).select_option("a4")
    sheets = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    text = " ".join(sheet.extract_text() for sheet in sheets)
    assert asked[1].digest[:16] in text
    for told in ("Arrival", "Event", "22:00 – 01:00", "Closed: Pont Dessiné"):
        assert told in text


@pytest.mark.slow
def test_every_tab_follows_the_slider(
    open_page: Any, asked: tuple[Plan, Solution], tmp_path: Path
) -> None:
    """Rules are those asked in the period, walks those of its people."""
    file = write(tmp_path, asked)
    page, seen = open_page(file, address="#at=0&tab=rules")
    assert page.locator("#tab-rules").get_attribute("aria-selected") == "true"
    assert "metro" in page.locator("#view-rules").inner_text()
    page.locator("#slider").fill("1")
    assert page.locator("#tab-rules").count() == 0
    page.locator("#tab-walks").click()
    assert "Standing box 1" in page.locator("#view-walks").inner_text()
    page.locator("#slider").focus()
    page.locator("#slider").press("End")
    assert page.locator("#tab-walks").get_attribute("aria-selected") == "true"
    told = page.locator("#view-walks").inner_text()
    assert NASTY in told
    assert "Standing box 1" not in told
    assert "leave:" not in page.locator("#panel").inner_text()
    assert NASTY in page.locator("#said").inner_text()
    page.locator(".sheetlink").first.evaluate("one => one.click()")
    assert "Through the day" in page.locator("#sheet").inner_text()
    assert page.evaluate("window.hacked") is None
    seen.assert_quiet(file)


@pytest.mark.slow
def test_a_variant_is_counted_in_each_period_and_in_the_whole_day(
    open_page: Any, asked: tuple[Plan, Solution], tmp_path: Path
) -> None:
    plan, solution = asked
    file = write(tmp_path, asked)
    page, seen = open_page(file, address="#at=1&tab=what_if", bypass_csp=True)
    closed = next(p for p in solution.posts_list if p.resource == "checkpoint")
    page.locator(f"[data-try='turn {closed.id}']").click()
    left = {post.id: post.units for post in solution.posts_list if post.id != closed.id}
    tried = placement.evaluate(plan, left, bound=False).solution
    for at in (1, 2, 0):
        page.locator("#slider").fill(str(at))
        here, whole = page.locator("table.variant").all()[:2]
        for table, was, now in (
            (here, solution.periods[at].covered, tried.periods[at].covered),
            (
                whole,
                *({"checkpoint": one.coverage["checkpoint"].covered} for one in (solution, tried)),
            ),
        ):
            row = table.locator("tbody tr").first.inner_text()
            assert f"{was['checkpoint']:,.0f}" in row
            assert f"{now['checkpoint']:,.0f}" in row
        assert "Dog team" in whole.inner_text()
        assert ("Dog team" in here.inner_text()) == (at > 0)
        if at in cases((1,), (1, 2)):
            assert found(page) == []
    with page.expect_download() as waited:
        page.locator("[data-try='save']").click()
    waited.value.save_as(tmp_path / "variant.geojson")
    variant = read_solution(tmp_path / "variant.geojson")
    assert solution_text(variant) == solution_text(tried)
    assert placement.audit(plan, variant).ok
    lock = [post.id for post in variant.posts_list]
    again = placement.optimise(plan, lock=lock)
    assert set(lock) <= {post.id for post in again.posts_list}
    # another reader of the same address sees the same
    told = page.locator("#view-what_if").inner_text()
    address = page.evaluate("location.hash")
    other, quiet = open_page(file, address=address)
    assert "at=0" in address or solution.periods[0].share("checkpoint") < 1
    assert other.locator("#view-what_if").inner_text() == told
    # a team that does not serve now is shown in a period in which it does
    dogs = next(p.id for p in solution.posts_list if p.resource == "dog_team")
    other.locator(f"[data-try='show {dogs}']").click()
    assert other.locator("#slider").input_value() == "1"
    assert "Dog team" in other.locator(".popup").inner_text()
    quiet.assert_quiet(file)
    seen.assert_quiet(file)


@pytest.mark.slow
def test_a_comparison_lets_its_reader_choose_the_period(
    open_page: Any, asked: tuple[Plan, Solution], tmp_path: Path
) -> None:
    """Figures, areas gained and lost, reach and closures are those of the period."""
    plan, new = asked
    old = placement.optimise(plan, budget=20)
    states = [State(plan=plan, solution=one) for one in (old, new)]
    file = tmp_path / "comparison.html"
    file.write_text(comparison_page(*states), encoding="utf-8")
    page, seen = open_page(file, address="#tab=figures", bypass_csp=True)
    page.evaluate("window.readOnce = true")
    links = page.get_by_role("navigation", name="Period of the day").get_by_role("link")
    assert links.count() == 4
    assert links.nth(0).get_attribute("aria-current") == "page"
    assert page.locator(".leaflet-reach-new-pane path").count() == 0  # no one ground of all
    names = page.locator("#view-areas th[scope=row]").all_text_contents()
    assert any(name.startswith("Arrival: ") for name in names)
    assert not any(name.startswith(("arrive:", "stand:", "leave:")) for name in names)
    for at in (2, 1):
        links.nth(at + 1).focus()
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash").endswith(f"period={at}")
        assert page.evaluate("document.activeElement.dataset.period") == str(at)
        told = links.nth(at + 1).inner_text()
        assert page.locator("#said").inner_text().startswith(told)
        total = page.locator("table.figures tbody tr").first.inner_text()
        changed = [one.periods[at].covered["checkpoint"] for one in (old, new)]
        assert all(f"{many:,.0f} (" in total for many in changed)
        gained = page.locator("#view-areas .told").text_content()
        assert ("area by area: 0. Lost: 0." in gained) == (changed[0] == changed[1])
        assert page.locator(".leaflet-reach-new-pane path").count() > 0
        assert (page.locator(".leaflet-closures-new-pane path").count() > 0) == (at == 2)
        if at in cases((1,), (1, 2)):
            assert found(page) == []
    assert page.evaluate("window.hacked") is None
    # another period leaves the map, the handle, the layers and the second map as they were set
    zoom_in(page)
    page.locator("[role=slider]").press("PageUp")
    page.locator("[data-layer=streets]").uncheck()
    where = page.evaluate(WHERE)
    page.locator("[data-period='0']").click()
    assert page.evaluate("document.activeElement.dataset.period") == "0"
    assert page.evaluate(WHERE) == where
    assert page.locator("[role=slider]").get_attribute("aria-valuenow") == "60"
    assert page.locator("#tab-figures").get_attribute("aria-selected") == "true"
    assert not page.locator("[data-layer=streets]").is_checked()
    drawn = "all => all.map((one) => one.getAttribute('d'))"
    page.locator("[data-view=apart]").click()
    for at in (2, 0, 2):
        page.locator(f"[data-period='{at}']").click()
        reach = [
            page.locator(f".folium-map{which} .leaflet-reach-{side}-pane path")
            for which, side in ((":not(.second)", "old"), (".second", "new"))
        ]
        shapes = [one.evaluate_all(drawn) for one in reach]
        assert all(shapes)
        closed = page.locator(".second .leaflet-closures-new-pane path").count()
        assert (closed > 0) == (at == 2)
    # all together again, by the address: the same page, as it was first seen
    page.evaluate("location.hash = '#tab=figures&view=apart'")
    page.wait_for_selector("[data-period='all'][aria-current]")
    assert page.locator(".leaflet-reach-new-pane path").count() == 0
    names = page.locator("#view-areas th[scope=row]").all_text_contents()
    assert any(name.startswith("Arrival: ") for name in names)
    assert page.evaluate("window.readOnce") is True
    # read anew by hand, the page begins as its address says
    page.evaluate("location.hash = '#tab=figures&period=0&swipe=60'")
    page.reload()
    page.wait_for_selector("html.ready")
    assert page.locator("[data-period='0']").get_attribute("aria-current") == "page"
    assert page.evaluate(WHERE) != where
    assert page.locator("[role=slider]").get_attribute("aria-valuenow") == "60"
    page.locator("#lang-fr").click()
    assert page.locator("[data-period='all']").inner_text() == "Toutes les périodes"
    assert seen.messages == seen.errors == []

    file.write_text(slider_page(states, "budget"), encoding="utf-8")
    page, seen = open_page(file, address="#period=0")
    page.locator("details[data-fold=about] summary").click()
    page.locator("#panel").evaluate("(panel) => { panel.scrollTop = 90; }")
    zoom_in(page)
    where = page.evaluate(WHERE)
    page.locator("#slider").fill("1")
    page.locator("[data-period='1']").click()
    assert page.locator("[data-period='1']").get_attribute("aria-current") == "page"
    assert page.evaluate(WHERE) == where
    assert page.locator("#slider").input_value() == "1"
    assert page.locator("details[data-fold=about]").evaluate("(one) => one.open")
    assert page.locator("#panel").evaluate("(panel) => panel.scrollTop") == 90
    page.locator("[data-period='0']").click()
    for at, one in enumerate((old, new)):
        page.locator("#slider").fill(str(at))
        assert share(one, 0) in page.locator("#status").inner_text()
    assert NASTY in page.locator("[data-period='2']").inner_text()
    seen.assert_quiet(file)
