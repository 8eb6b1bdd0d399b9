"""What the map's tools do: find a place, measure, keep the view and the posts as files."""

import csv
import io
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from placement.maps import write_map
from tests.amount import cases
from tests.browser.conftest import UNPAINTED
from tests.browser.test_access import found
from tests.maps.pages import (
    POSTS,
    drawn_plan,
    hostile_plan,
    ruled_plan,
    ruled_solution,
    solution_of,
)

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tools")
    plan = ruled_plan(folder)
    write_map(plan, ruled_solution(plan), folder / "map.html")
    return folder / "map.html"


def size_of(picture: bytes) -> tuple[int, int]:
    return int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])


@pytest.mark.parametrize("size", [(390, 844), *cases([], [(1440, 900)])])
def test_tools_are_clean_to_axe_open_and_closed_and_say_nothing(open_page, file, size) -> None:
    page, seen = open_page(file, size=size, bypass_csp=True)
    for tool in ("seek", "measure"):
        page.locator(f"[data-tool={tool}]").click()
        assert page.locator(f"[data-tool={tool}]").get_attribute("aria-expanded") == "true"
        assert found(page) == [], tool
        page.keyboard.press("Escape")
    assert page.locator(".toolbox").is_hidden()
    seen.assert_quiet(file)


def test_a_street_an_area_and_a_post_are_found_by_a_part_of_their_name(open_page, file) -> None:
    page, _ = open_page(file)
    names = page.locator("#places option")
    button = page.locator("[data-tool=seek]")
    button.click()
    offered = names.evaluate_all("all => all.map((one) => one.value)")
    assert len(offered) == len(set(offered)) > 4
    page.locator(".toolbox input").fill("no such place")
    page.keyboard.press("Enter")
    assert page.locator(".toolbox [role=status]").inner_text() == "Nothing of that name."
    post = next(name for name in offered if name.startswith("C1 "))
    page.locator(".toolbox input").fill(post[:-1].upper())
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-popup h2").inner_text() == post
    assert page.locator("#said").inner_text() == f"Shown on the map: {post}"
    assert page.locator(".toolbox").is_hidden()


def test_what_is_measured_is_the_distance_and_the_keyboard_can(open_page, file) -> None:
    page, _ = open_page(file)
    page.locator("[data-tool=measure]").click()
    told = page.locator(".toolbox [role=status]")
    assert told.inner_text() == "Choose two places or more on the map."
    page.get_by_role("button", name="Add the middle of the map").press("Enter")
    scale = page.locator(".leaflet-control-scale-line")
    metres = scale.inner_text().replace("km", "000").replace("m", "").replace(" ", "")
    width = scale.bounding_box()["width"]
    box = page.locator(".folium-map").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(middle[0] + width, middle[1])
    told.get_by_text("in a straight line").wait_for()
    said = float(told.inner_text().split(" m ")[0].replace(",", ""))
    assert said == pytest.approx(float(metres), rel=0.05)
    page.get_by_role("button", name="Start again").click()
    assert told.inner_text() == "Choose two places or more on the map."
    # a post is a place like any other while the reader measures, and opens again after it
    signs = page.locator(".leaflet-marker-pane .post")
    spots = [signs.nth(at).bounding_box() for at in (0, 1)]
    places = [(one["x"] + one["width"] / 2, one["y"] + one["height"] / 2) for one in spots]
    for place in places:
        page.mouse.click(*place)
    told.get_by_text("in a straight line").wait_for()
    assert page.locator(".leaflet-popup").count() == 0
    page.locator("[data-tool=measure]").click()
    page.mouse.click(*places[0])
    assert page.locator(".leaflet-popup").count() == 1


def test_the_place_under_the_pointer_is_told_and_by_keyboard_the_middle(open_page, file) -> None:
    page, seen = open_page(file)
    box = page.locator(".folium-map").bounding_box()
    places = []
    for share in (0.4, 0.5):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.8 * box["height"])
        places.append([float(part) for part in re.findall(r"-?\d+\.\d{5}", shown(page))])
    assert places[0][0] == places[1][0]
    assert places[0][1] < places[1][1]
    page.mouse.move(5, 5)
    assert page.locator(".here").is_hidden()
    page.locator(".folium-map").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".here:not([hidden])")
    seen.assert_quiet(file)


def shown(page: Any) -> str:
    return str(page.locator(".here").inner_text())


WRITTEN = """() => {
  window.written = [];
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
    window.written.push(text);
    return fillText.call(this, text, ...at);
  };
}"""


def pictured(page: Any) -> tuple[bytes, str]:
    """Save the view as a picture: its bytes, and the texts that were written on it."""
    page.evaluate("window.written.length = 0")
    with page.expect_download() as waited:
        page.locator("[data-tool=picture]").click()
    assert waited.value.suggested_filename.endswith(".png")
    written = page.evaluate("window.written.join(' ')")
    return Path(waited.value.path()).read_bytes(), written


def test_the_view_is_kept_as_a_picture_of_what_is_seen(open_page, file) -> None:
    page, seen = open_page(file)
    page.evaluate(WRITTEN)
    picture, written = pictured(page)
    assert picture.startswith(PNG)
    box = page.locator(".folium-map").bounding_box()
    width, height = size_of(picture)
    assert width == 2 * box["width"]
    assert height > 2 * box["height"]
    # the colour of a checkpoint stands where its sign is seen, and in the legend; the map begins
    # where the paper of the map does
    sign = page.locator(".post").first.bounding_box()
    colours, below = page.evaluate(
        """async ([bytes, x, y, high]) => {
          const blob = new Blob([new Uint8Array(bytes)], { type: 'image/png' });
          const picture = await createImageBitmap(blob);
          const canvas = new OffscreenCanvas(picture.width, picture.height);
          const context = canvas.getContext('2d', { willReadFrequently: true });
          context.drawImage(picture, 0, 0);
          const at = (...box) => {
            const { data } = context.getImageData(...box);
            const seen = new Set();
            for (let i = 0; i < data.length; i += 4) { seen.add([...data.slice(i, i + 3)].join()); }
            return [...seen];
          };
          let top = 0;
          while (!at(1, top, 1, 1).includes('251,250,248')) { top += 1; }
          const foot = top + 2 * high;
          return [at(2 * x - 12, top + 2 * y - 12, 24, 24),
            at(0, foot, picture.width, picture.height - foot)];
        }""",
        [
            list(picture),
            sign["x"] + sign["width"] / 2 - box["x"],
            sign["y"] + sign["height"] / 2 - box["y"],
            box["height"],
        ],
    )
    assert "0,114,178" in colours
    assert {"0,114,178", "29,43,58"} <= set(below)  # and that of the route
    for told in (
        page.locator("h1").inner_text(),
        page.locator("#status .sentence").inner_text(),
        page.locator(".leaflet-control-scale-line").inner_text(),
        "Posts: Checkpoint",
        "Within the limit: Checkpoint, ",
        "Route",
        page.locator(".credit").inner_text(),
        "SHA-256",
    ):
        assert told in written
    # its date is the reader's, and never the clock's
    dated = "26 July 2024"
    assert "2024" not in written.replace(page.locator(".credit").inner_text(), "")
    page.get_by_label("Date on the sheet").fill(dated)
    assert dated in pictured(page)[1]
    # what is hidden is not in its legend
    page.locator(".legend [data-layer=route]").uncheck()
    assert "Route" not in pictured(page)[1]
    assert seen.messages == []


def test_a_picture_of_a_variant_says_that_it_is_no_plan(open_page, tmp_path) -> None:
    plan = drawn_plan(tmp_path)
    write_map(plan, solution_of(plan), tmp_path / "map.html")
    page, _ = open_page(tmp_path / "map.html", address="#if=bridge-north/checkpoint:0")
    headline = page.locator("#status .sentence").inner_text()
    page.evaluate(WRITTEN)
    written = pictured(page)[1]
    assert "Proposed, not the plan: a variant with 1 change." in written
    assert headline not in written
    # the sign of what it closes stands in the legend, on the page and in the picture
    marks = page.locator(".legend .marks")
    assert marks.inner_text() == "Post closed in this variant"
    assert "Post closed in this variant" in written
    page.locator("[data-try='reset']").evaluate("one => one.click()")
    page.wait_for_selector(UNPAINTED, state="detached")
    assert marks.count() == 0
    other = "#if=north-east/checkpoint:2"
    page, _ = open_page(tmp_path / "map.html", address=other)
    assert page.locator(".legend .marks").inner_text() == "Post opened in this variant"
    # each kind of post has its own sign
    both = "#if=bridge-north/checkpoint:0,bridge-north/dog_team:0"
    page, _ = open_page(tmp_path / "map.html", address=both)
    assert page.locator(".legend .marks").inner_text().splitlines() == [
        "Post closed in this variant: Checkpoint",
        "Post closed in this variant: Dog team",
    ]
    drawn = page.locator(".legend .marks svg").evaluate_all(
        "all => all.map((one) => one.outerHTML)"
    )
    assert len(set(drawn)) == 2


def test_hostile_names_are_sought_drawn_and_kept_as_texts(open_page, tmp_path) -> None:
    plan = hostile_plan(tmp_path)
    posts = tuple((site, "checkpoint") for site in plan.problem.sites.id[:4])
    solution = solution_of(plan, (*posts, POSTS[1]))
    formula = '=cmd|"/c calc"!A1, "x"'
    first, *others = solution.posts_list
    solution = replace(solution, posts_list=(replace(first, name=formula), *others))
    write_map(plan, solution, tmp_path / "map.html")
    page, seen = open_page(tmp_path / "map.html")
    page.locator("[data-tool=seek]").click()
    offered = page.locator("#places option").evaluate_all("all => all.map((one) => one.value)")
    assert any(formula in name for name in offered)
    for name in offered[:12]:
        if page.locator(".toolbox").is_hidden():
            page.locator("[data-tool=seek]").click()
        page.locator(".toolbox input").fill(name)
    with page.expect_download() as waited:
        page.locator("[data-tool=picture]").click()
    assert Path(waited.value.path()).read_bytes().startswith(PNG)
    with page.expect_download() as waited:
        page.get_by_role("button", name="Save the posts as a table (CSV)").click()
    text = Path(waited.value.path()).read_text(encoding="utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert head[0] == "Number"
    assert {row[7] for row in rows} == {post.site for post in solution.posts_list}
    assert f"'{formula}" in [row[1] for row in rows if row[7] == first.site]
    assert not any(row[1].startswith(("=", "+", "-", "@", "\t")) for row in rows)
    assert seen.dialogs == []
    assert seen.messages == []


def test_canvases_are_as_fine_as_the_screen_and_finer_on_paper(open_page, paris_map) -> None:
    page, seen = open_page(paris_map)
    fineness = """() => [...new Set([...document.querySelectorAll(".folium-map canvas")]
      .filter((one) => one.style.width !== "" && one.width !== 300)
      .map((one) => one.width / parseFloat(one.style.width)))]"""
    assert page.evaluate(fineness) == [1]
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(fineness) == [2]
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    deadline = time.monotonic() + 20
    while page.evaluate(fineness) != [1] and time.monotonic() < deadline:
        page.wait_for_timeout(50)  # a few tiles a frame
    assert page.evaluate(fineness) == [1]
    seen.assert_quiet(paris_map)
