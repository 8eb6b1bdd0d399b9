"""Sheets on paper: which there are, what stands on them, how true their scale is."""

import io
import json
import math
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pypdf
import pytest
import shapely
from pyproj import Geod

import placement.maps.paper
from placement.arrays import Floats
from placement.errors import MissingExtraError
from placement.maps.numbering import numbers
from placement.maps.paper import Dossier, demand_press, dossier, map_picture, tables
from placement.maps.paper.brush import STEPS
from placement.maps.paper.close_ups import area_sheets, post_sheets
from placement.maps.paper.drawing import _missing_ground, drawing
from placement.maps.paper.map_sheets import _bar, plan_sheet
from placement.maps.paper.material import Material
from placement.maps.paper.names import broken
from placement.maps.paper.placing import place_names
from placement.maps.paper.sheets import PAPERS_MM, Sheet, Window, fit, in_degrees, sheet_of
from placement.maps.paper.speech import Speaker
from placement.plan.problem import Plan
from placement.review.geojson import read_solution
from placement.solution import Solution
from tests.amount import cases
from tests.maps.pages import (
    NASTY,
    drawn_plan,
    hostile_plan,
    ruled_plan,
    ruled_solution,
    solution_of,
)

POINTS_IN_MM = 72 / 25.4
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    plan = ruled_plan(tmp_path_factory.mktemp("town"))
    return plan, ruled_solution(plan)


@pytest.fixture(scope="module")
def whole(town: tuple[Plan, Solution]) -> bytes:
    asked = Dossier(paper="a4", date="1 May", overview=True, areas=True, posts=True)
    return dossier(*town, asked)


def pages_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_two_pages_by_default_the_map_and_the_numbered_table(
    town: tuple[Plan, Solution],
) -> None:
    plan, solution = town
    content = dossier(plan, solution, Dossier(paper="a3"))
    pages = pages_of(content)
    assert len(pages) == 2
    title, digest = "A drawn town", solution.digest
    assert title in pages[0]
    assert re.search(r"Scale 1:[\d,]+", pages[0])
    assert " ".join(digest[at : at + 4] for at in range(0, 16, 4)) in pages[0]
    assert "Proven optimal" in pages[0]
    for number in numbers(plan, solution).values():
        assert number in pages[0]
        assert number in pages[1]
    for name in (post.name for post in solution.posts_list):
        assert name in pages[1]
    assert digest in pages[1].replace("\n", "")
    assert "Route" in pages[0]
    (line,) = plan.route
    bare = replace(plan, route=(replace(line, id="perimeter"),))
    words = pages_of(dossier(bare, solution, Dossier(paper="a3")))[0].split()
    assert "Perimeter" in words
    assert "Route" not in words
    assert ("1 of 2" in pages[0], "2 of 2" in pages[1]) == (True, True)


def test_each_area_and_each_post_has_a_sheet_with_its_figures(
    town: tuple[Plan, Solution], whole: bytes
) -> None:
    plan, solution = town
    pages = pages_of(whole)
    posts, areas = len(solution.posts_list), len(plan.areas)
    assert len(pages) == 3 + areas + posts
    assert all(f"{at} of {len(pages)}" in page for at, page in enumerate(pages, start=1))
    assert all("1 May" in page for page in pages)
    sheets = dict(zip(sorted(numbers(plan, solution).values()), pages[-posts:], strict=True))
    for post in solution.posts_list:
        page = sheets[numbers(plan, solution)[post.id]]
        assert post.name in page
        assert f"{post.lat:.6f}, {post.lon:.6f}" in page


def test_the_sheet_of_a_post_says_its_ring(whole: bytes) -> None:
    plan = placement.load_plan(Path(__file__).parents[2] / "data/geo/drawn-rings")
    units = {"red-north/vehicle_check": 1, "red-south/vehicle_check": 1}
    units |= {"black-east/checkpoint": 2, "grey-quay/checkpoint": 1}
    solution = placement.evaluate(plan, units, bound=False).solution
    sheets = pages_of(dossier(plan, solution, Dossier(paper="a4", posts=True)))[-len(units) :]
    said = {"red": "Red, vehicles", "black": "Black, search", "grey": "Grey, tickets"}
    for post in solution.posts_list:
        sheet = next(page for page in sheets if f"{post.lat:.6f}, {post.lon:.6f}" in page)
        assert post.ring is not None
        assert re.search(rf"\bRing\s*{said[post.ring]}", sheet), sheet
    assert not re.search(r"\bRing\b", "".join(pages_of(whole)))


def test_the_scale_bar_leaves_room_for_the_arrow_at_every_scale() -> None:
    """The column beside a map on A4 is 58 mm wide: bar, the number at its end, and the arrow."""
    for scale in (500, 1_000, 2_500, 4_000, 5_000, 7_500, 12_500, 30_000, 250_000):
        window = Window(middle=(0.0, 0.0), scale=scale, unit_m=1.0, width=200.0, height=180.0)
        bar = _bar(window, Speaker("en"))
        assert 16 <= bar["mm"] <= 58 - 8 - 9


def test_the_same_solution_gives_the_same_bytes(town: tuple[Plan, Solution], whole: bytes) -> None:
    asked = Dossier(paper="a4", date="1 May", overview=True, areas=True, posts=True)
    assert dossier(*town, asked) == whole
    assert b"CreationDate" not in whole


def test_the_pdf_can_be_read_aloud_and_has_a_bookmark_for_each_sheet(
    town: tuple[Plan, Solution], whole: bytes
) -> None:
    plan, solution = town
    read = pypdf.PdfReader(io.BytesIO(whole))
    root = read.root_object
    assert (
        b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    )  # it has all of PDF/UA-1
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en", True)
    assert read.metadata is not None
    assert read.metadata.title == "A drawn town"
    marks = [one for one in read.outline if not isinstance(one, list)]
    assert [read.get_destination_page_number(one) for one in marks] == list(range(len(read.pages)))
    names = [
        one.name
        for one in sorted(solution.posts_list, key=lambda one: numbers(plan, solution)[one.id])
    ]
    assert [one.title for one in marks[:3]] == ["A drawn town", "Posts", "Overview"]
    assert [one.title for one in marks[-len(names) :]] == names


@pytest.mark.parametrize(("rows", "sheets"), [(70, [1, 2]), (20, [1, 2]), (12, [2])])
def test_a_table_is_kept_whole_or_goes_on_below_its_title(
    rows: int,
    sheets: list[int],
    town: tuple[Plan, Solution],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One of a few rows is kept whole, all others go on."""
    made = tables.gap_table

    def long(*given: Any) -> tables.Table:
        found = made(*given)
        assert found is not None
        own = [[f"Area {at}", *found["rows"][0][1:]] for at in range(rows)]
        return {**found, "title": "Those not covered", "rows": own}

    def longer(*given: Any) -> list[tables.Table]:
        first, *others = tables_of(*given)
        return [{**first, "rows": [first["rows"][0]] * 60}, *others]

    tables_of = tables.post_tables
    monkeypatch.setattr(tables, "gap_table", long)
    monkeypatch.setattr(tables, "post_tables", longer)
    pages = pages_of(dossier(*town, Dossier(paper="a4", landscape=False)))
    assert [at for at, page in enumerate(pages) if "Those not covered" in page] == sheets
    assert [at for at, page in enumerate(pages) if re.search(r"Area 0\b", page)] == sheets[:1]


def test_the_map_sheet_says_who_is_not_covered_where_it_has_room(
    town: tuple[Plan, Solution],
) -> None:
    for paper, landscape in (("a3", True), ("a3", False), ("a4", True), ("a4", False)):
        page = pages_of(dossier(*town, Dossier(paper=paper, landscape=landscape)))[0]
        assert "Who is not covered" in page
        assert "People walk at 4.8 km/h." in page


@pytest.mark.parametrize("paper", PAPERS_MM)
@pytest.mark.parametrize("landscape", [True, False])
def test_sheets_have_the_size_of_their_paper(
    paper: str, landscape: bool, town: tuple[Plan, Solution]
) -> None:
    content = dossier(*town, Dossier(paper=paper, landscape=landscape))
    long, short = PAPERS_MM[paper]
    wanted = (long, short) if landscape else (short, long)
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        size = (float(page.mediabox.width), float(page.mediabox.height))
        assert size == pytest.approx([one * POINTS_IN_MM for one in wanted], abs=0.01)
    for below in (True, False):
        sheet = sheet_of(paper, landscape=landscape, below=below)
        assert sheet.map.width * sheet.map.height > 0.55 * long * short
        parts = [
            shapely.box(one.left, one.top, one.left + one.width, one.top + one.height)
            for one in (sheet.map, sheet.side)
        ]
        assert parts[0].distance(parts[1]) == pytest.approx(4)
        assert shapely.box(8, 8, *(one - 8 for one in wanted)).equals(
            shapely.union_all(parts).envelope
        )


@pytest.mark.parametrize("crs", ["EPSG:2154", "EPSG:32631"])
def test_the_scale_holds_on_the_ground(crs: str, tmp_path: Path) -> None:
    from placement.plan.layers import load_plan
    from tests.builders import write_plan

    plan = load_plan(write_plan(tmp_path, replace={"EPSG:2154": crs}))
    work = Material(plan, solution_of(plan), Dossier(paper="a3"))
    window = work.whole
    # between two posts: on paper, and on the ellipsoid
    (a, b), (c, d) = (work.at[0], work.at[-1]), window.places(work.at[[0, -1]])
    paper_m = math.dist(c, d) / 1000
    ground_m = Geod(ellps="WGS84").inv(*in_degrees(crs, tuple(a)), *in_degrees(crs, tuple(b)))[2]
    assert ground_m / paper_m == pytest.approx(window.scale, rel=5e-5)
    # in the drawing they stand as far apart as on paper: the corners of an area, to a hundredth
    sheet = plan_sheet(work)
    shape = plan.areas[0].xy
    corners = np.rint(window.places(np.array(shape.exterior.coords)) * STEPS).astype(int)
    assert all(f"{x} {y}" in work.pictures[sheet["map"]["svg"]] for x, y in corners.tolist())


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution]:
    plan = hostile_plan(tmp_path_factory.mktemp("hostile"))
    return plan, solution_of(plan)


@pytest.mark.slow
def test_hostile_names_are_shown_and_never_compiled(hostile: tuple[Plan, Solution]) -> None:
    plan, solution = hostile
    markup = '#panic(1) $x^2$ *b* #import "@preview/x:1.0.0" #read("/etc/passwd") \\u{41}'
    posts = tuple(replace(one, name=f"{one.name} {markup}"[-150:]) for one in solution.posts_list)
    solution = replace(solution, posts_list=posts)
    asked = Dossier(paper="a4", overview=True, areas=True, posts=True, date=markup, checked=False)
    text = re.sub(r"\s+", "", "".join(pages_of(dossier(plan, solution, asked))))
    for shown in ("#panic(1)", "$x^2$", "*b*", "{{6*7}}", "<imgsrc=xonerror=alert(1)>"):
        assert shown in text
    assert "root:" not in text
    picture = map_picture(plan, solution, asked, to="svg").decode()
    elements = {one.tag.rpartition("}")[2] for one in ET.fromstring(picture).iter()}  # noqa: S314 - ours
    assert not elements & {"script", "foreignObject", "a", "iframe", "style", "image"}
    assert "onerror" not in picture


def places_of(page: pypdf.PageObject) -> list[tuple[str, float, float]]:
    """Return the texts of a page, and where they begin: millimetres from its bottom left corner."""
    found: list[tuple[str, float, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        if text.strip():
            found.append((text.strip(), x / POINTS_IN_MM, y / POINTS_IN_MM))

    page.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize(
    ("wide_m", "high_m", "landscape", "below"),
    [(5800, 2700, True, True), (6000, 5000, True, False), (2000, 9000, False, False)],
)
def test_what_explains_a_map_stands_where_that_makes_it_larger(
    wide_m: float, high_m: float, landscape: bool, below: bool
) -> None:
    middle = np.array([652_000.0, 6_862_000.0, 652_000.0, 6_862_000.0])
    bounds = middle + np.array([-wide_m, -high_m, wide_m, high_m]) / 2
    sheet, window = fit(bounds, "a3", "EPSG:2154", landscape=None)
    assert (sheet.landscape, sheet.below) == (landscape, below)
    every = [
        Window.around(bounds, sheet_of("a3", landscape=across, below=under).map, "EPSG:2154")
        for across in (True, False)
        for under in (True, False)
    ]
    assert window.scale == min(one.scale for one in every)


def test_of_equal_scales_what_explains_a_map_stands_as_it_mostly_does() -> None:
    """At the side of a map that lies and below an upright one, so that sheets look alike."""
    nothing = np.array([652_000.0, 6_862_000.0, 652_000.0, 6_862_000.0])
    for landscape in (True, False):
        sheet, _ = fit(nothing, "a4", "EPSG:2154", landscape=landscape)
        assert sheet.below is not landscape


@pytest.mark.slow
@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize("landscape", [True, False])
@pytest.mark.parametrize("names", ["hostile", *cases([], ["plain"])])
def test_nothing_beside_a_map_is_cut(
    names: str,
    landscape: bool,
    below: bool,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is cut is still in the file, below its place: the side's bottom, or the scale."""
    plan, solution = request.getfixturevalue("hostile" if names == "hostile" else "town")
    sheet = sheet_of("a4", landscape=landscape, below=below)

    def always(bounds: Floats, _: str, crs: str, **__: object) -> tuple[Sheet, Window]:
        return sheet, Window.around(bounds, sheet.map, crs)

    monkeypatch.setattr("placement.maps.paper.material.fit", always)
    asked = Dossier(paper="a4", landscape=landscape, areas=True, posts=True)
    pages = pypdf.PdfReader(io.BytesIO(dossier(plan, solution, asked))).pages
    maps = [page for page in pages if "Scale" in page.extract_text()]
    assert len(maps) == 1 + len(plan.areas) + len(solution.posts_list)
    for page in maps:
        texts = places_of(page)
        beside = [
            one
            for one in texts
            if one[1] > sheet.side.left - 1 and one[2] < sheet.height - sheet.side.top
        ]
        bottom = sheet.height - sheet.side.top - sheet.side.height
        assert min(y for _, _, y in beside) > bottom - 0.1
        [under] = [y for text, _, y in beside if text.startswith("Scale")]
        legend = [y for text, _, y in beside if text.startswith(("Legend", "Streets", "Water"))]
        assert len(legend) >= 2
        if not below:
            assert min(legend) > under


def test_the_frame_of_a_sheet_lies_whole_on_the_small_map(town: tuple[Plan, Solution]) -> None:
    """Areas and posts at the edge of the plan have sheets that show more than the plan."""
    for landscape in (True, False):
        work = Material(*town, Dossier(paper="a4", landscape=landscape, areas=True, posts=True))
        sheets = [*area_sheets(work), *post_sheets(work, work.parts())]
        assert len(sheets) == len(work.plan.areas) + len(work.posts)
        for sheet in sheets:
            small = sheet["locator"]
            left, top, width, height = small["frame"]
            assert left > 0.3
            assert top > 0.3
            assert left + width < small["width"] - 0.3
            assert top + height < small["height"] - 0.3
            assert min(width, height) > 0


def test_an_unchecked_solution_says_so_on_every_page(town: tuple[Plan, Solution]) -> None:
    pages = pages_of(dossier(*town, Dossier(paper="a4", checked=False)))
    assert all("Not checked" in page for page in pages)


def test_sheets_are_french_where_asked(town: tuple[Plan, Solution]) -> None:
    plan, solution = town
    pages = pages_of(dossier(plan, solution, Dossier(paper="a4", language="fr")))
    assert "Une ville dessinée" in pages[0]
    assert "Échelle 1:" in pages[0]
    assert "Optimalité prouvée" in pages[0]
    assert "Personnes non couvertes, par zone" in pages[1]


def test_a_french_colon_stands_off_its_word(town: tuple[Plan, Solution]) -> None:
    day = placement.load_plan(ROOT / "data/geo/drawn-day")
    asked = Dossier(paper="a4", language="fr", overview=True, areas=True, posts=True)
    for plan, solution in (town, (day, placement.optimise(day))):
        for page in pages_of(dossier(plan, solution, asked)):
            close = [one for one in re.findall(r"\S*\S:(?!\S)|\w+:\n", page) if one != "EPSG:"]
            assert close == [], page


def test_no_area_is_named_beyond_the_river(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = placement.load_plan(ROOT / "data/geo/paris-2024-cover")
    solution = read_solution(ROOT / "outputs/paris-2024-cover/solution.geojson")
    drawn: list[tuple[Window, list[dict[str, Any]]]] = []

    def recorded(names: Any, window: Window, *rest: Any) -> list[dict[str, Any]]:
        placed = place_names(names, window, *rest)
        drawn.append((window, placed))
        return placed

    monkeypatch.setattr(import_module("placement.maps.paper.dossier"), "place_names", recorded)
    dossier(plan, solution, Dossier(paper="a3"))
    ((window, placed),) = drawn
    river = shapely.union_all([shape.xy for shape in plan.water])
    # the two banks of the Seine, which flows from right to left: the route is in its middle
    (route,) = (shape.xy for shape in plan.route)
    told = [one["text"] for one in placed]
    many = 0
    for name, area in ((shape.name, shape.xy) for shape in plan.areas):
        lines = broken(name, 3)
        at = [one for one in range(len(told)) if told[one : one + len(lines)] == lines]
        if not at or area.intersects(river):
            continue
        many += 1
        for one in placed[at[0] : at[0] + len(lines)]:
            x = window.middle[0] + (one["x"] - window.width / 2) / window.mm
            y = window.middle[1] - (one["y"] - window.height / 2) / window.mm
            way = shapely.shortest_line(shapely.Point(x, y), area)
            assert not way.crosses(route), name
            assert len(shapely.get_parts(way.difference(river))) < 2, name
    assert many > 8


def test_every_language_has_the_words_of_the_sheets() -> None:
    from placement.maps.webmap import languages

    spoken = languages()
    assert len({tuple(one["print"]) for one in spoken.values()}) == 1


def test_the_sheets_use_every_word_of_theirs() -> None:
    from placement.maps.webmap import languages

    folder = Path(placement.maps.paper.__file__).parent
    files = [*folder.glob("*.py"), folder / "dossier.typ"]
    code = "".join(file.read_text(encoding="utf-8") for file in files)
    said = {key.removesuffix("_one").removesuffix("_many") for key in languages()["en"]["print"]}
    said -= {"reach"}  # of `reach_one`, which no number goes with
    assert {key for key in said if not re.search(rf"['\"]{key}['\"]", code)} == set()


@pytest.mark.parametrize(
    ("code", "number", "share", "plural"),
    [
        ("en", "1,234,567.5", "87.0%", "dog teams"),
        ("fr", "1\u202f234\u202f567,5", "87,0\u202f%", "points de contrôle"),
    ],
)
def test_numbers_are_written_as_their_language_does(
    code: str, number: str, share: str, plural: str
) -> None:
    tell = Speaker(code)
    assert tell.money(1234567.5) == number
    assert tell.money(3.0) == "3"
    assert tell.share(0.87) == share
    assert tell.counted(2, {"en": "dog team", "fr": "point de contrôle"}) == plural
    assert tell.percent(0.9999) != tell.percent(1.0)
    assert tell.count("of_all", 0).endswith({"en": "0 people", "fr": "0 personne"}[code])


def test_without_the_extra_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("placement.maps.paper.typesetting.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"event-placement\[print\]"):
        demand_press()


@pytest.mark.slow
def test_a_png_and_an_svg_show_the_map_sheet(town: tuple[Plan, Solution]) -> None:
    png = map_picture(*town, Dossier(paper="a4", landscape=True), to="png", ppi=50)
    assert png.startswith(b"\x89PNG")
    width, height = (int.from_bytes(png[at : at + 4]) for at in (16, 20))
    assert (width, height) == pytest.approx((297 / 25.4 * 50, 210 / 25.4 * 50), abs=1)
    svg = map_picture(*town, Dossier(paper="a4", landscape=True), to="svg")
    assert map_picture(*town, Dossier(paper="a4", landscape=True), to="svg") == svg
    root = ET.fromstring(svg.decode())  # noqa: S314 - ours
    assert float(root.attrib["width"].removesuffix("pt")) == pytest.approx(297 * POINTS_IN_MM)
    assert b"data:image" not in svg
    # signs and swatches have the size they have on the sheet: millimetres
    tag = "{http://www.w3.org/2000/svg}svg"
    inside = [one for one in root.iter(tag) if one is not root]
    assert all(float(one.attrib["viewBox"].split()[2]) > 0 for one in inside)
    high = [round(float(one.attrib["height"]) / POINTS_IN_MM, 1) for one in inside]
    posts = len(town[1].posts_list)
    assert high.count(6.4) == posts
    assert high.count(3.3) >= 8
    assert len(high) == posts + high.count(3.3) + 1  # and the map


def test_a_drawing_holds_no_text(town: tuple[Plan, Solution]) -> None:
    work = Material(*town, Dossier(paper="a4"))
    picture = drawing(work.ground, work.whole, shown=work.shown)
    assert "<text" not in picture
    assert json.dumps(NASTY[1])[1:-1] not in picture


def test_people_not_covered_are_drawn_where_people_stand(tmp_path: Path) -> None:
    """The squares that areas are sampled in are as wide as a quay: none lies in the river."""
    plan = drawn_plan(tmp_path)
    demand = plan.problem.demand
    everyone = np.ones(len(demand.people), dtype=np.bool_)
    ground = _missing_ground(plan, everyone)
    areas = shapely.union_all([area.xy for area in plan.areas])
    inside = shapely.contains_xy(areas, *demand.xy.T)
    assert 0 < inside.sum() < len(inside)
    assert shapely.contains_xy(ground, *demand.xy[demand.people > 0].T).all()
    in_areas = np.array([plan.areas[0].id in name for name in demand.id])
    assert _missing_ground(plan, in_areas).difference(areas.buffer(1e-6)).is_empty


def test_a_plan_without_posts_prints(tmp_path: Path) -> None:
    plan = drawn_plan(tmp_path)
    pages = pages_of(dossier(plan, solution_of(plan, ()), Dossier(paper="a4", overview=True)))
    assert len(pages) == 3


def test_of_a_day_each_period_has_its_map_and_each_post_its_figures() -> None:
    plan = placement.load_plan(ROOT / "data/geo/drawn-day")
    solution = placement.optimise(plan)
    pages = pages_of(dossier(plan, solution, Dossier(paper="a4", areas=True, posts=True)))
    hours = ["Arrival, 16:00 – 19:00", "Event, 19:00 – 22:30", "Departure, 22:30 – 01:00"]
    for at, period in enumerate(hours):
        assert period in " ".join(pages[at].split())
        told = solution.periods[at]
        assert (
            f"{100 * told.share('checkpoint'):.0f}% of the {told.people:,.0f} people"
            in " ".join(pages[at].split())
        )
    assert "Closures" in pages[2]
    assert "Closures" not in pages[1]
    table = " ".join(pages[3].split())
    assert "closed: Pont Dessiné" in table
    assert "Checkpoint: walks lead from the post" in table
    assert f"People not covered, by area: {hours[1]}" in table
    assert "event:" not in " ".join(pages)
    posts = [" ".join(page.split()) for page in pages if "The periods of the day" in page][1:]
    assert len(posts) == len(solution.posts_list)
    for post, page in zip(["Station", "Bridge, north", "Street, east"], posts, strict=False):
        assert post in page
        assert all(period in page for period in hours)
    assert hours[0] not in posts[-1].partition("Streets at")[0]  # no team then
