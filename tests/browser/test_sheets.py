"""The sheets of posts and areas in the panel: their figures, the ways to them and back, paper."""

import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pytest

from placement.cover.areas import areas
from placement.cover.survey import survey
from placement.maps import write_map
from placement.plan.problem import Plan
from placement.solution import Solution
from tests.amount import cases
from tests.browser.test_access import found as faults
from tests.browser.test_map_page import OVERLAPS, POOR
from tests.maps.pages import drawn_plan, hostile_plan, ruled_plan, ruled_solution, solution_of

type Made = tuple[Path, Plan, Solution]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Draw a plan without lanes."""
    folder = tmp_path_factory.mktemp("plain")
    plan = drawn_plan(folder)
    solution = solution_of(plan)
    write_map(plan, solution, folder / "map.html")
    return folder / "map.html", plan, solution


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Draw a plan with lanes, floors, closures and an agreed plan."""
    folder = tmp_path_factory.mktemp("ruled")
    plan = ruled_plan(folder)
    solution = ruled_solution(plan)
    write_map(plan, solution, folder / "map.html")
    return folder / "map.html", plan, solution


def part(page: Any, title: str) -> Any:
    """Return what stands below a heading of the sheet."""
    return page.locator(f"#sheet > h3:text-is('{title}') + *")


def cells(page: Any, title: str) -> list[list[str]]:
    rows = part(page, title).locator("tbody tr")
    return list(
        rows.evaluate_all("all => all.map((row) => [...row.cells].map((one) => one.innerText))")
    )


def figures(page: Any, of: str) -> dict[str, str]:
    pairs = page.locator(of).locator("div").all()
    return {one.locator("dt").inner_text(): one.locator("dd").inner_text() for one in pairs}


def number(text: str) -> int:
    return int(text.replace(",", ""))


def nearest(plan: Plan, solution: Solution, resource: str) -> list[tuple[str | None, bool]]:
    """Return who has which post nearest, and whether no other is in reach, point by point."""
    walks = survey(plan).walk[resource].tocsr()
    sites = sorted(post.site for post in solution.posts_list if post.resource == resource)
    row = {site: at for at, site in enumerate(plan.problem.sites.id)}
    answer: list[tuple[str | None, bool]] = []
    for point in range(walks.shape[0]):
        own = slice(walks.indptr[point], walks.indptr[point + 1])
        reach = dict(zip(walks.indices[own].tolist(), walks.data[own].tolist(), strict=True))
        there = [(reach[row[site]], site) for site in sites if row[site] in reach]
        answer.append((min(there)[1] if there else None, len(there) == 1))
    return answer


@pytest.mark.slow
def test_a_posts_sheet_says_whom_it_serves_and_who_has_no_other(open_page, plain) -> None:
    file, plan, solution = plain
    people = plan.problem.demand.people
    served: dict[str, Counter[str]] = {}
    alone: Counter[str] = Counter()
    everyone: Counter[str] = Counter()
    found = nearest(plan, solution, "checkpoint")
    grouped = areas(plan)
    for row, many, (site, is_only) in zip(grouped.of, people, found, strict=True):
        area = grouped.names[row]
        everyone[area] += many
        if site is not None:
            served.setdefault(site, Counter())[area] += many
            alone[site] += many * is_only
    page, seen = open_page(file)
    named = {shape.name or shape.id: shape.id for shape in plan.areas}
    for post in solution.posts_list:
        if post.resource != "checkpoint":
            continue
        page.locator(f"td.number [data-sheet='post:{post.id}']").click()
        rows = cells(page, "Whom it serves") if post.site in served else []
        rows = [[named.get(row[0], row[0]), *row[1:]] for row in rows]
        told = {row[0]: number(row[1]) for row in rows}
        assert told == {area: round(many) for area, many in served.get(post.site, {}).items()}
        assert all(number(row[2]) == round(everyone[row[0]]) for row in rows)
        assert all(0 < float(row[3]) <= 60 for row in rows)
        why = part(page, "Why it is there").inner_text()
        lost = round(alone[post.site])
        assert (f"If this post alone closed, {lost:,} people" in why) is (lost > 0)
        assert (f"{lost:,} people have no other checkpoint within reach" in why) is (lost > 0)
        top = figures(page, "#sheet > .facts.across")
        assert number(top["Loss if closed"]) == lost
        assert number(top["People who have it as their nearest post"]) == sum(told.values())
        staff = figures(page, "#sheet > h3:text-is('Staff') + dl")
        assert staff["Units (lane)"] == str(post.units)
        page.locator("#sheet-back").click()
    seen.assert_quiet(file)


def test_a_gates_sheet_has_its_people_its_queue_and_its_rules(open_page, ruled) -> None:
    file, _, solution = ruled
    page, seen = open_page(file)
    page.locator("td.number [data-sheet='post:bridge-north/checkpoint']").click()
    assert solution.lanes is not None
    sent = [
        round(sum(gates["bridge-north/checkpoint"]))
        for gates in solution.lanes.areas.values()
        if "bridge-north/checkpoint" in gates
    ]
    rows = cells(page, "Whom it serves")
    assert sorted(number(row[1]) for row in rows) == sorted(sent)
    assert any("step-free" in row[0] for row in rows)
    chart = page.locator("#sheet svg.queue")
    assert "Bridge, north" in chart.get_attribute("aria-label")
    waiting = page.locator("#sheet table.periods tbody td:last-child").all_inner_texts()
    assert waiting == ["0", "23", "95", "28", "0", "0"]
    top = figures(page, "#sheet > .facts.across")
    assert top["Longest wait"] == "22.4\u00a0min"
    why = part(page, "Why it is there").inner_text()
    assert "agreed plan" in why
    assert "Smallest margin of a least cover" in why
    assert figures(page, "#sheet > h3:text-is('Staff') + dl")["Open"] == "15:30 to 18:30"
    lines = page.locator(".leaflet-ways-pane path")
    page.locator("#sheet [data-walk]").first.click()
    assert lines.count() == 3
    assert page.locator("#sheet").is_visible()
    seen.assert_quiet(file)


@pytest.mark.slow
def test_an_areas_sheet_has_cover_walks_posts_and_the_way(open_page, ruled) -> None:
    file, plan, solution = ruled
    page, seen = open_page(file, address="#sheet=area:box-1")
    area = next(shape for shape in plan.areas if shape.id == "box-1")
    assert page.locator("#sheet h2").inner_text() == area.name
    demand = plan.problem.demand
    mine = np.array([name.rpartition("#")[0] == "box-1" for name in demand.id])
    top = figures(page, "#sheet > .facts.across")
    assert number(top["People"]) == round(demand.people[mine].sum())
    assert number(top["Step-free people"]) == round(demand.people[mine & demand.step_free].sum())
    cover = cells(page, "Who is covered")
    assert [row[0] for row in cover] == [
        "Checkpoint",
        "Checkpoint step-free",
        "Dog team",
        "Dog team step-free",
    ]
    for row in (cover[0], cover[2]):
        lost = [0 if cell == "–" else number(cell) for cell in row[3:]]
        assert number(row[1]) + sum(lost) == number(top["People"])
    assert cells(page, "Walks (min)")[0][1:] == ["1.0", "2.0", "2.5"]
    gates = [row for row in cells(page, "Its posts") if "Checkpoint" in row[0]]
    assert solution.lanes is not None
    sent = {
        name: round(sum(people))
        for gate, people in solution.lanes.areas["box-1"].items()
        for name in [next(post.name for post in solution.posts_list if post.id == gate)]
    }
    for name, people in sent.items():
        row = next(row for row in gates if name in row[0] and "step-free" not in row[0])
        assert number(row[1]) == people
    assert page.locator("#sheet").get_by_text("20.0% asked").count() > 0
    page.locator("#sheet [data-walk='0/box-1']").click()
    assert page.locator(".leaflet-ways-pane path").count() == 3
    page.keyboard.press("Escape")  # the way's popup first
    assert page.locator(".leaflet-popup").count() == 0
    assert page.locator("#sheet").is_visible()
    # from the area to a post of it, and on to the post after
    page.locator("#sheet [data-sheet^='post:']").first.click()
    first = page.locator("#sheet h2").inner_text()
    page.locator("[data-step='sheet_after']").click()
    assert page.locator("#sheet h2").inner_text() != first
    seen.assert_quiet(file)


@pytest.mark.slow
def test_a_sheet_is_reached_from_table_popup_and_map_and_left_again(open_page, ruled) -> None:
    file, _, _ = ruled
    page, seen = open_page(file)
    page.locator("td.number [data-sheet='post:bridge-south/checkpoint']").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "sheet"
    assert page.evaluate("location.hash") == "#sheet=post%3Abridge-south%2Fcheckpoint"
    assert page.locator("[role=status]").inner_text().startswith("Sheet opened: C")
    assert page.locator("[role=tab]").first.is_visible() is False
    page.locator("#lang-fr").click()
    assert page.locator("#sheet").get_by_text("Pourquoi ce poste").is_visible()
    assert "Point de contrôle" in page.locator("#sheet").inner_text()
    page.locator("#lang-en").click()
    page.locator("#sheet").focus()
    page.keyboard.press("Escape")
    assert page.locator("#sheet").count() == 0
    assert page.evaluate("location.hash") == "#lang=en"
    back = "document.activeElement.dataset.sheet"
    assert page.evaluate(back) == "post:bridge-south/checkpoint"
    # from the map by keyboard, through the popup
    page.locator(".leaflet-marker-icon[aria-label*='Bridge, north']").first.focus()
    page.keyboard.press("Enter")
    page.locator(".popup [data-open-sheet]").press("Enter")
    assert "Bridge, north" in page.locator("#sheet h2").inner_text()
    page.locator("#sheet-back").click()
    assert page.evaluate("'openSheet' in document.activeElement.dataset")
    page.keyboard.press("Escape")
    # an area from the list of the worst, and from its popup
    page.locator(".worst [data-sheet]").first.click()
    name = page.locator("#sheet h2").inner_text()
    page.locator("[data-on-map]").click()
    assert page.locator(".popup h2").inner_text() == name
    page.locator("#skip").focus()
    page.keyboard.press("Enter")  # leaves the sheet for the table of posts
    assert page.locator("#sheet").count() == 0
    assert page.evaluate("document.activeElement.id") == "posts"
    seen.assert_quiet(file)


def test_a_sheet_says_that_a_variant_is_not_counted(open_page, plain) -> None:
    file, _, _ = plain
    address = "#sheet=post:bridge-south/checkpoint&if=bridge-north/checkpoint:0"
    page, _ = open_page(file, address=address)
    assert "is not counted here" in page.locator("#sheet").inner_text()
    page.locator("[data-try='reset']").evaluate("one => one.click()")
    assert "is not counted here" not in page.locator("#sheet").inner_text()


def test_an_unknown_sheet_in_the_address_is_passed_over(open_page, plain) -> None:
    file, _, _ = plain
    page, seen = open_page(file, address="#sheet=post:nowhere/<img src=x>")
    assert page.locator("#sheet").count() == 0
    assert page.locator("#posts").is_visible()
    seen.assert_quiet(file)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(320, 640), *cases([], [(1440, 900)])])
def test_sheets_are_clean_and_fit_in_both_languages(open_page, ruled, size) -> None:
    file, _, _ = ruled
    page, _ = open_page(file, size=size, bypass_csp=True)
    for language in ("en", "fr"):
        for one in ("post:bridge-north/checkpoint", "area:box-1"):
            page.evaluate(f"location.hash = 'sheet={one}&lang={language}'")
            page.locator(f"html[lang={language}] #sheet").wait_for()
            if language in cases(("en",), ("en", "fr")):
                assert faults(page) == [], one
            assert page.evaluate(OVERLAPS) == [0, []], one
            assert page.evaluate(POOR) == [], one


def test_hostile_names_are_texts_on_sheets_too(open_page, tmp_path) -> None:
    plan = hostile_plan(tmp_path)
    posts = tuple((site, "checkpoint") for site in plan.problem.sites.id[:4])
    write_map(plan, solution_of(plan, posts), tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html", size=(390, 844))
    page.locator("td.number [data-sheet]").first.click()
    for _ in range(3):
        assert page.evaluate(OVERLAPS) == [0, []]
        page.locator("[data-step='sheet_after']").click()
    page.evaluate("location.hash = `sheet=${encodeURIComponent('area:<b id=x>{{7*7}}')}`")
    page.locator("#sheet").wait_for()
    assert page.evaluate("document.querySelectorAll('img, b, iframe').length") == 0
    assert page.evaluate("window.hacked") is None
    assert page.evaluate(OVERLAPS) == [0, []]
    assert seen.errors == []


@pytest.mark.slow
def test_paper_has_the_map_and_the_open_sheet(open_page, ruled) -> None:
    file, _, _ = ruled
    page, _ = open_page(file, address="#sheet=post:bridge-north/checkpoint")
    texts = [
        sheet.extract_text()
        for sheet in pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    ]
    assert len(texts) == 2
    assert "Why it is there" in texts[1]
    assert "Queue through the day" in texts[1]
    assert "Back to the plan" not in "".join(texts)
    assert "Posts: Checkpoint" not in "".join(texts)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    torn = "one => getComputedStyle(one).breakInside !== 'avoid'"  # head and rows in two columns
    assert page.locator("#sheet table").count()
    assert not page.evaluate(f"[...document.querySelectorAll('#sheet table')].some({torn})")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.locator("#sheet-back").click()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#posts table").first.is_visible()
