"""The page holds with whatever fonts a machine has: wide, narrow, other families, or none."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from placement.maps import write_map, write_network_map
from placement.streets import read_streets
from tests.amount import NIGHT, cases
from tests.browser.conftest import UNCOUNTED
from tests.maps.pages import (
    POSTS,
    drawn_plan,
    hostile_plan,
    ruled_plan,
    ruled_solution,
    solution_of,
)

FAULTS = (Path(__file__).parent / "faults.js").read_text(encoding="utf-8")
SIZES = ((1440, 900), (1024, 768), (390, 844), (320, 568))
FOLDERS = "<dir>/usr/share/fonts</dir><dir>/usr/local/share/fonts</dir>"
ONLY = (
    FOLDERS + "<selectfont><rejectfont><glob>/*</glob></rejectfont><acceptfont><pattern>"
    '<patelt name="family"><string>{family}</string></patelt></pattern></acceptfont></selectfont>'
)
# looked at in the widest and the narrowest size in the wordier language, by night in every size of
# both; the others, and by day pages with few words, in the former
WHOLE = ("wide", "none")
LOOKS = {"fr": cases(SIZES[::3], SIZES), "en": cases((), SIZES)}
WORDY = ("hostile", "ruled")  # the pages that are looked at with every font
# by name: what fontconfig knows, and a width of glyphs in percent of the font's own
CONDITIONS: dict[str, tuple[str | None, int]] = {
    "installed": (None, 100),
    "wide": (None, 125),
    "narrow": (None, 80),
    "serif": (ONLY.format(family="DejaVu Serif"), 100),
    "mono": (ONLY.format(family="DejaVu Sans Mono"), 100),
    "none": ("", 100),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folders = {name: tmp_path_factory.mktemp(name) for name in ("plain", "hostile", "ruled", "net")}
    plain, hostile = drawn_plan(folders["plain"]), hostile_plan(folders["hostile"])
    ruled = ruled_plan(folders["ruled"])
    posts = tuple((site, "checkpoint") for site in hostile.problem.sites.id[:4])
    found = {name: folder / "map.html" for name, folder in folders.items()}
    write_map(plain, solution_of(plain), found["plain"])
    write_map(hostile, solution_of(hostile, (*posts, POSTS[1])), found["hostile"])
    write_map(ruled, ruled_solution(ruled), found["ruled"])
    streets = read_streets(folders["plain"] / "streets.geojson", crs=plain.crs)
    facts: dict[str, Any] = {
        "file": "streets.geojson",
        "junctions": 1_234_567,
        "edges": 2_345_678,
        "km": 12_345.6,
        "main_junctions": 1_234_000,
        "main_km": 12_300.1,
        "km_by_class": {"residential": 12_345.6, "living_street": 0.3},
        "dropped": {"access=private": 123_456},
    }
    write_network_map(streets, facts, found["net"])
    return found


def faults_of(page: Any, looks: Mapping[str, Sequence[tuple[int, int]]]) -> list[str]:
    """Look at every tab of a page, all its folds open, in some sizes of each language."""
    page.evaluate("document.fonts.ready")
    tabs = page.locator("[role=tab]").evaluate_all("all => all.map((one) => one.id)") or [None]
    found = []
    for language, sizes in looks.items():
        page.evaluate(f"document.getElementById('lang-{language}').click()")
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            for tab in tabs:
                if tab is not None:
                    page.evaluate(f"document.getElementById('{tab}').click()")
                    page.wait_for_selector(UNCOUNTED, state="detached")
                opened = (
                    "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
                )
                page.evaluate(opened)
                page.evaluate("new Promise(requestAnimationFrame)")
                found += [f"{width} px, {language}, {tab}: {one}" for one in page.evaluate(FAULTS)]
    return found


@pytest.mark.parametrize("condition", cases(["wide"], list(CONDITIONS)))
def test_nothing_overflows_and_no_word_is_torn(
    launch: Callable[..., Any],
    browser: Any,
    files: dict[str, Path],
    tmp_path: Path,
    condition: str,
) -> None:
    known, width = CONDITIONS[condition]
    if known is not None:  # fonts are those of the process: a browser of its own
        config = tmp_path / "fonts.conf"
        config.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
            f"<fontconfig>{known}<cachedir>{tmp_path / 'cache'}</cachedir></fontconfig>",
            encoding="utf-8",
        )
        browser = launch(FONTCONFIG_FILE=str(config))
    try:
        found = []
        for name, file in files.items():
            if condition not in WHOLE and name not in WORDY:
                continue
            context = browser.new_context(offline=True, locale="en-GB", bypass_csp=width != 100)
            page = context.new_page()
            page.goto(file.as_uri())
            page.wait_for_selector("html.ready")
            if width != 100:
                faces = "".join(
                    f"@font-face {{ font-family: t; font-weight: {weight}; size-adjust: {width}%;"
                    f'src: local("DejaVu Sans{more}"), local("Liberation Sans{more}"); }}'
                    for weight, more in ((400, ""), (700, " Bold"))
                )
                page.add_style_tag(content=f"{faces} html body, html body * {{ font-family: t; }}")
            whole = condition in WHOLE and (NIGHT or name in WORDY)
            looks = LOOKS if whole else {"fr": SIZES[::3]}
            found += [f"{name}, {one}" for one in faults_of(page, looks)]
            context.close()
        assert found == []
    finally:
        if known is not None:
            browser.close()


def test_a_word_that_leaves_its_box_or_is_torn_is_seen(
    open_page: Callable[..., Any], files: dict[str, Path]
) -> None:
    """The look itself is not blind."""
    page, _ = open_page(files["ruled"], bypass_csp=True)
    assert page.evaluate(FAULTS) == []
    page.add_style_tag(content=".tabs button { width: 30px; } #kicker { width: 20px; }")
    seen = page.evaluate(FAULTS)
    assert any("leaves button" in one for one in seen)
    page.add_style_tag(content=".tabs button { overflow-wrap: anywhere; }")
    assert any("is torn in button" in one for one in page.evaluate(FAULTS))
