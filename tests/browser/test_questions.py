"""What a stakeholder asks, answered on the page within three clicks, as the program answers it."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import placement
from placement.cover.survey import survey
from placement.maps import State, bridges, comparison_page, write_map
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.review.geojson import read_solution
from placement.solution import Changes, Solution
from placement.solve.questions.evaluate import proposed
from tests.amount import by_night
from tests.browser.conftest import UNCOUNTED, UNPAINTED, open_tab
from tests.builders import write_plan
from tests.maps.pages import drawn_plan, solution_of

ROOT = Path(__file__).parents[2]
COVER = ROOT / "data/geo/paris-2024-cover"
BRIDGES = ("Pont Royal", "Pont des Arts", "Pont Marie", "Pont Alexandre-III")


class Reader:
    """Someone with a mouse, whose clicks are counted."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.clicks = 0

    def click(self, selector: str) -> None:
        self.clicks += 1
        self.page.locator(selector).first.click()
        self.page.wait_for_selector(UNCOUNTED, state="detached")

    def read(self, selector: str) -> list[list[str]]:
        """Return the cells of each row that is in sight."""
        assert self.clicks <= 3
        rows = self.page.locator(f"{selector} tbody tr").filter(visible=True)
        return list(
            rows.evaluate_all("all => all.map((row) => [...row.cells].map((one) => one.innerText))")
        )


@cache
def cover_plan() -> Plan:
    return load_plan(COVER)


@cache
def cover_solution() -> Solution:
    return read_solution(ROOT / "outputs/paris-2024-cover/solution.geojson")


@pytest.fixture(scope="module")
def cover_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("cover") / "map.html"
    solution = cover_solution()
    write_map(cover_plan(), solution, file, streets=BRIDGES)
    return file


def number(text: str) -> int:
    return int(text.replace(",", "").replace("−", "-"))


def area_that_is_worst_off(page: Any) -> None:
    plan = cover_plan()
    found = survey(plan)
    far = found.walk["checkpoint"].tocsr()
    solution = cover_solution()
    open_sites = [
        plan.problem.sites.id.index(post.site)
        for post in solution.posts_list
        if post.resource == "checkpoint"
    ]
    people = np.where(np.diff(far[:, open_sites].indptr) == 0, plan.problem.demand.people, 0.0)
    by_area: dict[str, float] = {}
    for name, many in zip(plan.problem.demand.id, people, strict=True):
        area = name.partition("#")[0].partition("~")[0]
        by_area[area] = by_area.get(area, 0.0) + many
    reader = Reader(page)
    said = page.locator(".gap ul.worst li").first.inner_text()
    assert number(said.split()[-1]) == round(max(by_area.values()))
    reader.click(".gap ul.worst li button")
    assert page.locator(".popup").is_visible()
    assert page.locator(".popup").inner_text().splitlines()[0] in said
    assert reader.clicks <= 3


def bridge_that_must_not_close(page: Any) -> None:
    reader = Reader(page)
    reader.click("#tab-what_if")
    rows = {row[0]: number(row[1]) for row in reader.read(".what-if .streets")}
    solution = cover_solution()
    lost = {}
    for name in BRIDGES:
        plan = load_plan(COVER, closures=[name])
        units = np.zeros(plan.problem.sites.allowed.shape, dtype=np.int64)
        for post in solution.posts_list:
            at = plan.problem.sites.id.index(post.site)
            units[at, plan.problem.resource_index(post.resource)] = post.units
        now = proposed(plan, units).coverage["checkpoint"].covered
        lost[name] = round(solution.coverage["checkpoint"].covered - now)
    assert rows == lost
    worst = max(lost, key=lost.__getitem__)
    assert next(iter(rows)) == worst
    # and what follows when it closes all the same
    reader.click(f"[data-try='shut {worst}']")
    covered = reader.read("table.variant")[0]
    assert number(covered[3]) == -lost[worst]
    page.wait_for_selector(UNPAINTED, state="detached")
    assert "Closed in this variant" in page.locator(".legend").inner_text()
    assert page.evaluate("location.hash").endswith(f"shut={worst.replace(' ', '+')}")
    page.locator("[data-try='undo']").click()
    assert page.locator(".variant-bar").is_hidden()


def cost_of_two_fewer_teams(page: Any) -> None:
    plan = cover_plan()
    solution = cover_solution()
    teams = [post for post in solution.posts_list if post.resource == "dog_team"][:2]
    units = np.zeros(plan.problem.sites.allowed.shape, dtype=np.int64)
    for post in solution.posts_list:
        at = plan.problem.sites.id.index(post.site)
        units[at, plan.problem.resource_index(post.resource)] = post.units * (post not in teams)
    fewer = proposed(plan, units)
    reader = Reader(page)
    reader.click("#tab-what_if")
    for post in teams:
        reader.click(f"[data-try='turn {post.id}']")
    rows = {row[0]: row for row in reader.read("table.variant")}
    before = solution.coverage["dog_team"].covered
    assert number(rows["Dog team: people covered"][3]) == round(
        fewer.coverage["dog_team"].covered - before
    )
    assert number(rows["Cost (officers)"][3]) == round(fewer.cost - solution.cost)


def test_three_questions_are_answered_within_three_clicks_each(open_page, cover_page) -> None:
    page, seen = open_page(cover_page)
    area_that_is_worst_off(page)
    page.locator("#tab-overview").click()
    bridge_that_must_not_close(page)
    page.locator("#tab-overview").click()
    cost_of_two_fewer_teams(page)
    seen.assert_quiet(cover_page)


def test_how_far_those_who_take_no_steps_walk(open_page, paris_map) -> None:
    page, seen = open_page(paris_map)
    solution = read_solution(ROOT / "outputs/paris-2024/solution.geojson")
    reader = Reader(page)
    reader.click("#tab-walks")
    tables = page.locator("table.walks").filter(has_text="step-free people")
    assert tables.count() == 2  # to a gate, and from a dog team
    longest = tables.first.locator("tbody tr").first.locator("td").last.inner_text()
    walks = [
        area.longest_s
        for name, area in solution.areas["checkpoint"].items()
        if name.endswith("~step-free") and area.longest_s is not None
    ]
    assert longest == f"{max(walks) / 60:.1f}"
    assert reader.clicks <= 3
    seen.assert_quiet(paris_map)


def test_what_changed_since_the_earlier_plan(open_page, cover_page, tmp_path) -> None:
    plan = cover_plan()
    new = cover_solution()
    units = np.zeros(plan.problem.sites.allowed.shape, dtype=np.int64)
    for post in new.posts_list[1:]:
        at = plan.problem.sites.id.index(post.site)
        units[at, plan.problem.resource_index(post.resource)] = post.units
    old = proposed(plan, units)
    file = tmp_path / "since.html"
    states = State(plan=plan, solution=old), State(plan=plan, solution=new)
    file.write_text(comparison_page(*states), encoding="utf-8")
    page, seen = open_page(file)
    reader = Reader(page)
    told = page.locator("#panel").inner_text()
    assert new.posts_list[0].name in told
    assert "opened" in told.lower()
    assert reader.clicks <= 3
    seen.assert_quiet(file)


STREETS = "Which bridge or street must not close?"
STEPS = "How far do wheelchair users walk?"
CHANGES = "What changed since an earlier plan?"


def untold(page: Any) -> str:
    """Return what the overview says the page does not tell, which is folded."""
    fold = page.locator("[data-fold='unanswered']")
    if fold.count() == 0:
        return ""
    fold.locator("summary").click()
    return str(fold.inner_text())


def ask_all(page: Any) -> dict[str, str]:
    """Ask the five questions, each from the first view, and return what the page answers.

    What it does not answer it must say, with what to run or to give.
    """
    found = {}
    worst = page.locator(".gap ul.worst li")
    found["worst"] = (worst if worst.count() > 0 else page.locator(".gap p")).first.inner_text()
    said = untold(page)

    def answer(tab: str, selector: str, question: str) -> str:
        page.locator("#tab-overview").click()
        if page.locator(f"#tab-{tab}").count() > 0:
            open_tab(page, tab)
            rows = page.locator(selector).filter(visible=True)
            if rows.count() > 0:
                assert question not in said
                return str(rows.first.inner_text())
        sentence = next(line for line in said.splitlines() if question in line)
        return str(sentence)

    found["bridge"] = answer(
        "what_if", ".what-if .streets tbody tr:has([data-try^='shut'])", STREETS
    )
    slow = "table.walks:has-text('step-free people') tbody tr"
    found["steps"] = answer("walks", slow, STEPS)
    found["changes"] = answer("changes", "#view-changes h2", CHANGES)
    open_tab(page, "what_if")
    keys = page.locator("[data-try^='turn ']").filter(visible=True)
    names = [keys.nth(at).get_attribute("data-try") for at in range(2)]
    for name in names:
        page.locator(f"[data-try='{name}']").click()
    rows = page.locator("table.variant").first.locator("tbody tr")
    cost = rows.filter(has_text="Cost (").inner_text().split("\t")
    assert number(cost[3]) < 0
    found["fewer"] = cost[3]
    return found


def test_what_a_page_cannot_answer_it_says_with_what_to_run(open_page, tmp_path) -> None:
    plan = drawn_plan(tmp_path / "plan")
    write_map(plan, solution_of(plan), tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html")
    found = ask_all(page)
    assert "place map --try-bridges, or --try-street" in found["bridge"]
    assert "step_free_share under [walking]" in found["steps"]
    assert "place map --against" in found["changes"]
    # where a reader looks for streets, the tab says it too
    assert found["bridge"] in page.locator("#view-what_if").inner_text()
    seen.assert_quiet(tmp_path / "map.html")


def test_what_a_page_answers_it_does_not_say_it_lacks(open_page, tmp_path) -> None:
    steps = "[walking]\nstep_free_share = 0.2\n"
    plan = load_plan(write_plan(tmp_path / "plan", extra=steps))
    changes = Changes(most=4, price=2.5, opened={}, closed={})
    solution = replace(placement.optimise(plan), changes=changes)
    write_map(plan, solution, tmp_path / "map.html", streets=["Pont Dessiné"])
    page, _ = open_page(tmp_path / "map.html")
    found = ask_all(page)
    assert found["bridge"].startswith("Pont Dessiné")
    assert untold(page) == ""


def test_a_plan_without_streets_is_told_to_name_some(open_page, tmp_path) -> None:
    plan = load_plan(write_plan(tmp_path / "plan", layers={"streets": None}))
    write_map(plan, placement.optimise(plan), tmp_path / "map.html")
    page, _ = open_page(tmp_path / "map.html")
    assert "Give the plan a layer of streets" in ask_all(page)["bridge"]


@by_night
@pytest.mark.parametrize(
    "name",
    ["london-2023", "paris-2024", "paris-2024-cover", "paris-2024-dogs", "paris-2024-sealed"],
)
@pytest.mark.parametrize("with_bridges", [False, True])
def test_five_questions_of_a_bundled_plan(open_page, tmp_path, name, with_bridges) -> None:
    plan = load_plan(ROOT / "data/geo" / name)
    solution = read_solution(ROOT / "outputs" / name / "solution.geojson")
    streets = bridges(plan) if with_bridges else []
    write_map(plan, solution, tmp_path / "map.html", streets=streets)
    page, seen = open_page(tmp_path / "map.html")
    found = ask_all(page)
    assert (STREETS in found["bridge"]) is not with_bridges
    assert (STEPS in found["steps"]) is (name != "paris-2024")
    assert CHANGES in found["changes"]
    seen.assert_quiet(tmp_path / "map.html")
