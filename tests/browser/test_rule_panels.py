"""The panels of rules, priorities, changes and lanes, with mouse, keyboard, reader and paper."""

import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from placement.maps import write_map
from tests.amount import cases
from tests.browser.test_map_page import OVERLAPS, POOR
from tests.maps.pages import ruled_plan, ruled_solution

TABS = ("overview", "lanes", "rules", "priorities", "walks", "changes")


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("ruled")
    plan = ruled_plan(folder)
    write_map(plan, ruled_solution(plan), folder / "map.html")
    return folder / "map.html"


def test_a_tab_a_subject_by_mouse_keyboard_and_address(open_page, file) -> None:
    page, seen = open_page(file)
    tabs = page.get_by_role("tab")
    assert tabs.evaluate_all("all => all.map((one) => one.dataset.tab)") == list(TABS)
    page.get_by_role("tab", name="Rules").click()
    assert page.locator("[role=tabpanel]:visible").get_attribute("id") == "view-rules"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.tab") == "priorities"
    page.keyboard.press("End")
    assert page.evaluate("location.hash") == "#tab=changes"
    page.get_by_role("button", name="Français").click()
    chosen = page.locator("[role=tab][aria-selected=true]")
    assert chosen.inner_text() == "Modifications"
    assert page.locator("[role=tab][tabindex='0']").count() == 1
    page.locator("#skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "posts"
    again, _ = open_page(file, address="#lang=fr&tab=lanes")
    assert (
        again.locator("[role=tabpanel]:visible h2")
        .first.inner_text()
        .startswith("Files de contrôle")
    )
    seen.assert_quiet(file)


def test_a_gate_shows_its_own_queue_beside_its_table(open_page, file) -> None:
    page, seen = open_page(file, address="#tab=lanes")
    chart = page.locator("#view-lanes svg.queue")
    whole = chart.get_attribute("aria-label")
    assert whole.startswith("Queue: All gates. Longest wait 22.4 min")
    assert chart.locator("rect").count() == 6
    page.locator("#gate").select_option("bridge-north/checkpoint")
    assert "Bridge, north" in chart.get_attribute("aria-label")
    assert chart.locator("title").count() == chart.locator("desc").count() == 1
    page.locator("[data-fold='periods'] summary").click()
    waiting = page.locator(".periods tbody tr td:last-child").all_inner_texts()
    assert waiting == ["0", "23", "95", "28", "0", "0"]
    # the highest point of the line is where its table says that most people wait
    line = chart.locator("path[stroke='var(--waiting)']").get_attribute("d")
    corners = [tuple(map(float, one.split())) for one in line[1:].split("L")]
    assert min(range(len(corners)), key=lambda at: corners[at][1]) == 3
    page.locator("[data-queue='north-west/checkpoint']").click()
    assert "16:34" in page.locator(".popup").inner_text()
    # the choice of another gate leaves the fold open
    assert page.locator(".periods").is_visible()
    assert page.locator("#gate").input_value() == "north-west/checkpoint"
    assert page.locator("tr.chosen[data-gate]").get_attribute("data-gate") == (
        "north-west/checkpoint"
    )
    page.keyboard.press("Escape")
    marker = page.locator(".leaflet-marker-icon[aria-label*='Bridge, south']")
    marker.focus()
    page.keyboard.press("Enter")
    assert "none" in page.locator(".popup").inner_text()
    assert "Bridge, south" in chart.get_attribute("aria-label")
    page.get_by_role("tab", name="Rules").click()
    page.get_by_role("button", name="Show its queue through the day").click()
    assert chart.is_visible()
    assert page.evaluate("document.activeElement.id") == "tab-lanes"
    seen.assert_quiet(file)


def test_the_panel_tells_who_is_sent_where(open_page, file) -> None:
    page, seen = open_page(file, address="#tab=lanes")
    page.locator("[data-fold='going'] summary").click()
    rows = page.locator("#view-lanes .going tbody tr")
    split = rows.filter(has_text="380 of 400").first.inner_text()
    there = re.sub(r"· C\d ", "· ", split).split("\t")[1:]
    assert there == ["380 of 400", "\n350 · Bridge, north\n30 · Quay, west"]
    assert page.locator("#view-lanes .going tr.parted").count() == 2
    assert page.locator("#view-lanes .coming").count() == 0
    page.locator("#gate").select_option("north-west/checkpoint")
    coming = page.locator("#view-lanes .coming tbody tr").all_inner_texts()
    assert [text.split("\t")[1] for text in coming] == ["200", "30"]
    page.get_by_role("button", name="Français").click()
    # the page is drawn anew in the other language
    page.locator("#view-lanes .going", has_text="mobilité réduite").wait_for()
    page.locator("#view-lanes .coming", has_text="Qui est envoyé à cette entrée").wait_for()
    profiles = page.locator("#view-lanes .profiles tbody tr")
    assert profiles.count() == 2
    assert "celui du plan" in profiles.first.inner_text()
    assert "880 sur 900" in profiles.last.inner_text()
    assert profiles.last.locator("svg rect").count() == 6
    assert "17\u00a0h\u00a000" in profiles.last.locator("svg").get_attribute("aria-label")
    seen.assert_quiet(file)


def step_free_backup_and_expected_cover_stand_on_the_cards(page: Any) -> None:
    page.locator("#tab-overview").click()
    gate, dog, _ = page.locator("#view-overview .card").all_inner_texts()
    assert "Step-free people" in gate
    assert "60 of 242 (24.8%)" in gate
    assert "Covered twice" not in gate
    assert "55 of 500 (11.0%)" in dog
    assert "813 of" in dog
    assert "pass a lane" in gate
    # the page opens on everyone the main resource leaves out, and on nobody else
    assert page.locator("[data-layer='slow-checkpoint']").is_checked() is True
    assert page.locator("[data-layer='slow-dog_team']").is_checked() is False


def every_tab_has_enough_contrast(page: Any) -> None:
    for tab in TABS:
        page.locator(f"#tab-{tab}").click()
        assert page.evaluate(POOR) == [], tab


def tiers_and_weights_say_how_far_they_got(page: Any) -> None:
    page.locator("#tab-priorities").click()
    first, second = page.locator("#view-priorities .card").all_inner_texts()
    assert "proven best" in first
    assert "3.3%" in second
    assert page.locator(".weights tbody th").all_inner_texts() == ["× 2", "× 1"]


def floors_say_what_is_asked_reached_and_kept(page: Any) -> None:
    page.locator("#tab-rules").click()
    tables = page.locator("#view-rules .floors")
    captions = tables.locator("caption").all_inner_texts()
    assert captions == ["Checkpoint", "Dog team: step-free people", "Dog team: covered twice"]
    rows = tables.first.locator("tbody tr")
    assert rows.count() == 4
    assert all("kept" in text for text in rows.all_inner_texts())
    page.locator("#view-rules .floors").first.get_by_role("button", name="Standing box 1").click()
    popup = page.locator(".leaflet-popup").inner_text()
    assert "Checkpoint: step-free people" in popup
    assert "20.0% asked" in popup
    others = page.locator("#view-rules .others").inner_text()
    assert "<b>bridge</b> {{6*7}}" in others
    assert "291.5 m" in others
    assert page.locator("#view-rules b").count() == 0
    assert "Street, east" in page.locator("#view-rules .plainlist").last.inner_text()


def closures_hours_and_lost_points_are_told(page: Any) -> None:
    page.locator("#lang-fr").click()
    page.locator("#tab-walks").click()
    text = page.locator("#view-walks").inner_text()
    assert "<img src=x onerror=alert(1)> · de 08\u00a0h\u00a000 à 20\u00a0h\u00a000" in text
    assert "Les postes ont été choisis pour 15\u00a0h\u00a030" in text
    rows = page.locator(".day tbody tr").all_inner_texts()
    assert "<s>fair</s>" in rows[0]
    assert "1\u202f200" in rows[1]
    assert "2 points avec 130 personnes et 1 site\u00a0" in text
    assert page.locator("[data-layer='lost']").is_checked()
    assert page.locator("#view-walks s").count() == 0


def test_cards_and_tables_of_every_tab(open_page, file) -> None:
    page, seen = open_page(file)
    step_free_backup_and_expected_cover_stand_on_the_cards(page)
    every_tab_has_enough_contrast(page)
    tiers_and_weights_say_how_far_they_got(page)
    floors_say_what_is_asked_reached_and_kept(page)
    closures_hours_and_lost_points_are_told(page)
    seen.assert_quiet(file)


def test_what_moved_wears_its_sign_on_the_map(open_page, file) -> None:
    page, seen = open_page(file, address="#tab=changes")
    labels = page.locator(".leaflet-marker-icon").evaluate_all(
        "all => all.map((one) => one.getAttribute('aria-label'))"
    )
    assert sum("opened since" in label for label in labels) == 1
    assert sum("closed since" in label for label in labels) == 1
    rows = page.locator(".changes tbody tr")
    signs = rows.locator("[role=img]").evaluate_all(
        "all => all.map((one) => one.getAttribute('aria-label'))"
    )
    assert signs == ["Opened", "Closed", "Closed"]
    assert rows.locator("td:last-child").all_inner_texts() == ["+410", "0", "−12.5"]
    assert rows.nth(1).locator("th").inner_text() == "{{6*7}}: <gone>"
    assert rows.nth(1).locator("button").count() == 0
    page.locator("[data-layer='closed']").uncheck()
    rows.nth(2).locator("button").click()
    assert page.locator("[data-layer='closed']").is_checked()
    assert "Closed since" in page.locator(".leaflet-popup").inner_text()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.change") == "south-east/checkpoint"
    rows.nth(0).locator("button").click()
    assert "Opened since" in page.locator(".leaflet-popup").inner_text()
    seen.assert_quiet(file)


def test_which_way_to_walk_is_drawn_on_request(open_page, file) -> None:
    page, seen = open_page(file, address="#tab=walks")
    lines = page.locator(".leaflet-ways-pane path")
    assert lines.count() == 0
    row = page.locator("[data-way='0/box-1']")
    assert row.locator("xpath=ancestor::tr").locator("td").all_inner_texts() == [
        "1.0",
        "2.0",
        "2.5",
    ]
    row.click()
    assert lines.count() == 3
    popup = page.locator(".leaflet-popup").inner_text()
    assert "Standing box 1" in popup
    assert "Bridge, north" in popup
    page.keyboard.press("Escape")
    assert lines.count() == 0
    assert page.evaluate("document.activeElement.dataset.way") == "0/box-1"
    page.locator("[data-way='0/box-1/slow']").click()
    assert lines.count() == 3
    page.keyboard.press("Escape")
    page.locator("#tab-overview").click()
    page.locator("[data-show='bridge-north/checkpoint']").click()
    page.locator(".popup .ways", has_text="areas to this post").click()
    assert lines.count() >= 6
    # the ground within 3 minutes of the chosen post, and within its limit
    minutes = page.locator(".minutes").all_inner_texts()
    assert sorted(minutes) == ["3\u00a0min", "4\u00a0min"]
    boxes = [one.bounding_box() for one in page.locator(".minutes").all()]
    for one, other in itertools.combinations(boxes, 2):
        beside = max(
            max(one[axis] - other[axis] - other[size], other[axis] - one[axis] - one[size])
            for axis, size in (("x", "width"), ("y", "height"))
        )
        assert beside >= 0, boxes  # neither lies on the other
    seen.assert_quiet(file)


def test_rings_are_drawn_on_request_and_stand_in_the_legend_then(open_page, file) -> None:
    page, seen = open_page(file, address="#tab=walks")
    paths = page.locator(".leaflet-reach-pane path")
    before = paths.count()
    ring = page.locator("#view-walks [data-layer='ring-checkpoint-180']")
    assert page.locator(".legend [data-layer='ring-checkpoint-180']").count() == 0
    ring.check()
    assert paths.count() > before
    page.locator(".legend [data-layer='ring-checkpoint-180']").click()
    assert ring.is_checked() is False
    assert paths.count() == before
    page.locator("#view-walks [data-layer='over-checkpoint']").check()
    assert paths.count() > before
    seen.assert_quiet(file)


@pytest.mark.parametrize("size", [(390, 844), *cases([], [(1440, 900), (1024, 768)])])
def test_nothing_is_cut_off_in_any_tab(open_page, file, size) -> None:
    page, _ = open_page(file, size=size)
    page.locator(".legend").evaluate("one => { one.open = true; }")
    for language in ("fr", "en"):
        page.locator(f"#lang-{language}").click()
        for tab in TABS:
            page.locator(f"#tab-{tab}").evaluate("one => one.click()")
            assert page.evaluate(OVERLAPS) == [0, []], (language, tab)


def test_paper_shows_the_subjects_that_are_asked_for_and_every_gate(open_page, file) -> None:
    page, _ = open_page(file)
    assert page.locator(".printbox [data-print]").count() == len(TABS)
    page.locator("[data-print=lanes]").check()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("[role=tabpanel]:visible").count() == 2
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    for tab in TABS:
        page.locator(f"[data-print={tab}]").check()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("[role=tabpanel]:visible").count() == len(TABS)
    assert page.locator(".tabs").is_visible() is False
    assert page.get_by_text("Queues are reckoned as if people arrived evenly").is_visible()
    gates = page.locator("table.onpaper tbody tr")
    assert gates.count() == 3
    assert "200" in gates.filter(has_text="Bridge, north").inner_text()
