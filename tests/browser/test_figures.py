"""What a mayor reads: a sentence, who is left out and where, and tables whose figures add up."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import placement
from placement.maps import static_files, webmap, write_map
from placement.plan.layers import load_plan
from placement.solution import Status
from placement.solve.questions.evaluate import proposed
from tests.amount import cases
from tests.builders import BRIDGE, NORTH, point, write_plan
from tests.maps.pages import drawn_plan, ruled_plan, ruled_solution, solution_of


def numbers(texts: list[str]) -> list[int]:
    return [int(text.replace(",", "")) for text in texts]


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("ruled")
    plan = ruled_plan(folder)
    solution = ruled_solution(plan)
    assert solution.lanes is not None
    admitted = sum(sum(gate.sent) for gate in solution.lanes.gates.values())
    part = solution.coverage["checkpoint"]
    part = replace(part, covered=admitted, share=round(admitted / part.total, 6))
    solution = replace(solution, coverage=dict(solution.coverage) | {"checkpoint": part})
    write_map(plan, solution, folder / "map.html")
    return folder / "map.html"


def people_of_posts_add_up_to_those_covered(page: Any) -> None:
    for table in page.locator("table.posts").all():
        mine = numbers(table.locator("tr[data-post] td:nth-of-type(4)").all_inner_texts())
        (total,) = numbers(table.locator("tr.total td:nth-of-type(4)").all_inner_texts())
        assert sum(mine) == total > 0


def numbers_sort_as_numbers(page: Any) -> None:
    table = page.locator("table.posts").first
    told = table.locator("tr[data-post] .number")
    assert told.all_inner_texts() == ["C1", "C2", "C3"]
    table.locator("[data-sort='number']").click()
    assert told.all_inner_texts() == ["C3", "C2", "C1"]


def method_and_proof_are_one_click_away(page: Any) -> None:
    method = page.get_by_text("Weighted cover 5,000")
    assert not method.is_visible()
    page.get_by_role("heading", name="Method and proof").click()
    assert method.is_visible()


def a_candidate_is_reached_by_keyboard(page: Any) -> None:
    page.locator("[data-fold='candidates'] summary").focus()
    page.keyboard.press("Enter")
    page.locator("[data-site='north-east']").focus()
    page.keyboard.press("Enter")
    assert "Candidate site" in page.locator(".leaflet-popup").inner_text()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.site") == "north-east"


def posts_are_found_by_name_and_number_whatever_the_accents(page: Any) -> None:
    rows = page.locator("tr[data-post]")
    assert rows.count() == 4
    page.locator("#seek").fill("BRÌDGE north")
    assert rows.count() == 2
    assert page.locator(".posts").first.locator("tr.total").count() == 0
    number = rows.first.locator(".number").inner_text()
    page.locator("#seek").fill(number)
    assert rows.first.locator(".number").inner_text() == number
    # what is sought stays while the language changes
    page.locator("#lang-fr").click()
    assert rows.count() == 1
    page.locator("#seek").fill("nowhere")
    assert rows.count() == 0
    assert page.locator("table.posts:visible").count() == 0


def the_plan_is_told_in_a_sentence(page: Any) -> None:
    page.locator("#lang-en").click()
    text = page.locator("#status").inner_text()
    assert "3 checkpoints and 1 dog team: 61% of the 1,920 people reach a gate in time" in text
    assert "within 4 minutes on foot. No better plan exists with 40 officers." in text
    page.locator("#lang-fr").click()
    text = page.locator("#status").inner_text().replace("\u00a0", " ").replace("\u202f", " ")
    assert "3 points de contrôle et 1 équipe cynophile : 61 % des 1 920 personnes passent" in text
    assert "à 4 minutes à pied au plus. Il n’existe pas de meilleur plan avec 40 agents." in text


def test_sentence_tables_search_and_folds(open_page, file) -> None:
    page, seen = open_page(file)
    people_of_posts_add_up_to_those_covered(page)
    numbers_sort_as_numbers(page)
    method_and_proof_are_one_click_away(page)
    a_candidate_is_reached_by_keyboard(page)
    posts_are_found_by_name_and_number_whatever_the_accents(page)
    the_plan_is_told_in_a_sentence(page)
    seen.assert_quiet(file)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"status": Status.OPTIMAL}, "No better plan exists with 40 officers."),
        ({"status": Status.FEASIBLE, "gap": 0.0021}, "could gain at most 0.2%."),
        ({"status": Status.FEASIBLE, "gap": float("inf")}, "is not known."),
    ],
)
def test_no_more_is_said_of_better_plans_than_is_proven(open_page, tmp_path, change, told) -> None:
    plan = drawn_plan(tmp_path)
    write_map(plan, replace(solution_of(plan), **change), tmp_path / "map.html")
    page, _ = open_page(tmp_path / "map.html")
    text = page.locator("#status").inner_text()
    assert told in text
    assert ("No better plan" in text) is (change["status"] is Status.OPTIMAL)


def test_the_headline_says_what_is_doubted(open_page, tmp_path) -> None:
    far = point(BRIDGE + 0.1, NORTH[0], id="beyond", people=7)
    gate = point(BRIDGE, NORTH[0], id="north")
    away = point(BRIDGE + 0.2, NORTH[0], id="away")
    here = point(BRIDGE, NORTH[0], id="n", people=5)
    layers = {"sites": [gate, away], "demand": [here, far], "areas": None}
    plan = load_plan(write_plan(tmp_path, layers=layers))
    units = np.zeros(plan.problem.sites.allowed.shape, dtype=np.int64)
    units[:, 0] = 1
    write_map(plan, proposed(plan, units), tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html")
    told = page.locator("#status .doubt").all_inner_texts()
    assert told == [
        "7 people are on no street of the plan's data and count as not covered.",
        "7 people stand where the plan's streets end: the streets were cut too small.",
        "1 open post reaches nobody.",
    ]
    page.locator("#lang-fr").click()
    assert page.locator("#status .doubt").last.inner_text() == "1 poste ouvert n’atteint personne."
    seen.assert_quiet(tmp_path / "map.html")


def test_far_and_turned_away_add_up_to_the_card_in_every_table(open_page, tmp_path) -> None:
    lanes = "max_units = 4\n[resources.checkpoint.lanes]\nrate_per_h = 90\n"
    plan = placement.load_plan(write_plan(tmp_path, replace={"max_units = 4\n": lanes}))
    solution = placement.optimise(plan)
    part = solution.coverage["checkpoint"]
    file = tmp_path / "map.html"
    write_map(plan, solution, file)
    page, _ = open_page(file)
    page.locator("[data-fold='areas'] summary").click()
    table = page.locator(".gap table.areas")
    heads = table.locator("thead th").all_inner_texts()
    assert [text.strip() for text in heads] == [
        "Area",
        "People",
        "Too far",
        "Turned away",
        "Too far",
    ]
    rows = table.locator("tbody tr:not(.total)")
    last = numbers(table.locator("tr.total td").all_inner_texts())
    for column in range(4):
        cells = numbers(rows.locator(f"td:nth-of-type({column + 1})").all_inner_texts())
        assert sum(cells) == last[column], column
    assert last[1] + last[2] == round(part.total) - round(part.covered)
    assert last[2] > 0
    gate, dog, _ = page.locator(".card").all_inner_texts()
    assert f"{last[1] + last[2]:,} not covered" in gate
    assert f"{last[1]:,} too far, {last[2]:,} turned away" in gate
    assert f"{last[3]:,} not covered" in dog


def test_a_chosen_post_stands_in_the_address(open_page, file) -> None:
    page, seen = open_page(file, address="#post=bridge-north%2Fdog_team")
    assert page.locator(".leaflet-popup h2").inner_text() == "D1 Bridge, north"
    page.locator("[data-show='bridge-south/checkpoint']").click()
    asked = "new URLSearchParams(location.hash.slice(1)).get('post')"
    assert page.evaluate(asked) == "bridge-south/checkpoint"
    page.keyboard.press("Escape")
    assert page.evaluate(asked) is None
    again, _ = open_page(file, address="#post=no/such")
    assert again.locator(".leaflet-popup").count() == 0
    seen.assert_quiet(file)


@pytest.mark.parametrize("size", [(390, 844), *cases([], [(1440, 900), (1024, 768)])])
def test_popups_are_not_cut(open_page, file, size) -> None:
    page, _ = open_page(file, size=size)
    for language in ("fr", "en"):
        page.locator(f"#lang-{language}").click()
        for button in page.locator("[data-show]").all():
            button.click()
            left = "one => one.scrollHeight - one.clientHeight"
            assert page.locator(".leaflet-popup-content").evaluate(left) <= 0
            page.keyboard.press("Escape")


def test_a_resource_that_sits_out_is_not_spoken_of(open_page, tmp_path) -> None:
    plan = drawn_plan(tmp_path)
    first, second = plan.problem.resources
    resources = (replace(first, value=0.0), second)
    plan = replace(plan, problem=replace(plan.problem, resources=resources))
    solution = solution_of(plan, (("bridge-north", "dog_team"),))
    write_map(plan, solution, tmp_path / "map.html")
    page, _ = open_page(tmp_path / "map.html")
    assert page.locator(".card h3").all_inner_texts() == ["Dog team", "Cost"]
    assert "Checkpoint" not in page.locator("#panel").inner_text()
    assert "Checkpoint" not in page.locator(".legend").inner_text()
    assert page.locator("#status").inner_text().split("\n")[0].startswith("Proven optimal 1 dog")
    assert page.locator("[data-layer='missing-dog_team']").is_checked()


def test_a_further_language_is_one_file(open_page, tmp_path, monkeypatch) -> None:
    spoken = static_files.languages()
    german = {part: dict(words) for part, words in spoken["en"].items()}
    german["language"] |= {"name": "Deutsch", "locale": "de-DE"}
    german["plan"] |= {"posts": "Posten"}
    monkeypatch.setattr(webmap, "languages", lambda: spoken | {"de": german})
    plan = drawn_plan(tmp_path)
    write_map(plan, solution_of(plan), tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html", locale="de-AT")
    assert page.evaluate("document.documentElement.lang") == "de"
    assert page.locator("#posts h2").inner_text() == "Posten"
    assert "1.920" in page.locator("#status").inner_text()
    assert page.get_by_role("button", name="Deutsch").get_attribute("aria-pressed") == "true"
    seen.assert_quiet(tmp_path / "map.html")


PLURALS = [
    ("en", "Dog team", "Dog teams"),
    ("en", "Ambulance post", "Ambulance posts"),
    ("en", "Point of control", "Points of control"),
    ("en", "Search party", "Search parties"),
    ("en", "Box", "Boxes"),
    ("fr", "Point de contrôle", "Points de contrôle"),
    ("fr", "Équipe cynophile", "Équipes cynophiles"),
    ("fr", "Poste d’accueil", "Postes d’accueil"),
    ("fr", "Poste principal", "Postes principaux"),
    ("fr", "Bureau", "Bureaux"),
    ("fr", "Accès", "Accès"),
]


def test_names_of_the_plan_have_a_plural(open_page, tmp_path) -> None:
    code = Path(webmap.__file__).parent / "static" / "language.js"
    spoken = static_files.languages()
    blank = tmp_path / "blank.html"
    blank.write_text(
        "<!doctype html><html class=ready><title>x</title>"
        f"<script>{code.read_text(encoding='utf-8')}</script>",
        encoding="utf-8",
    )
    page, _ = open_page(blank)
    for language, one, many in PLURALS:
        rules = spoken[language]["language"]["plural"]
        assert page.evaluate("([name, rules]) => pluralOf(name, rules)", [one, rules]) == many
