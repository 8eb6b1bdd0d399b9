"""Names of areas on the map: whole, or not at all."""

import itertools
import math
import random
import re
from pathlib import Path

import shapely

from placement.maps import webmap
from tests.amount import cases

SIZE = (900, 600)
PLACED = """([names, sight, signs, zoom, shores, middles]) => {
  const measure = measurer();
  let found = null;
  const plane = (value) => value / 2 ** zoom;
  const water = (lines) => (lines || []).map((line) => line.map((one) => one.map(plane)));
  const all = names.map(([text, box, edge], i) => ({
    key: `area ${i}`, from: 0, layer: 'areas',
    box: box.map(plane), edge: edge.map((one) => one.map(plane)),
    shores: water(shores), middles: water(middles),
    lines: broken(text, 3).map((one) => ({ text: one, style: LABEL_STYLES.area })),
  }));
  const region = [-2000, -2000, 4000, 4000];
  for (const step of placeNames(all, zoom, region, sight, signs, measure, (placed, unplaced) => {
    found = { boxes: placed.map((one) => one.box), texts: placed.map((one) => one.text), unplaced };
  })) { void step; }
  return found;
}"""


def scripted(browser):
    """Return an empty page with the scripts of a plan's page."""
    folder = Path(webmap.__file__).parent / "static"
    page = browser.new_page()
    for name in webmap._PLAN_SCRIPTS:
        page.add_script_tag(content=(folder / name).read_text(encoding="utf-8"))
    return page


def test_no_name_is_cut_by_the_edge_or_lies_below_the_legend(browser) -> None:
    page = scripted(browser)
    legend = [650, 10, 890, 260]
    sight = {"box": [0, 0, *SIZE], "covers": [legend]}
    pick = random.Random(8)
    unplaced = 0
    for turn in range(cases(16, 40)):
        zoom, astray = ((14, (80, 80)), (15, (40, 40)))[turn % 2]
        names = []
        for _ in range(25):
            x, y = pick.uniform(-120, 1020), pick.uniform(-80, 680)
            wide, high = pick.uniform(8, 160), pick.uniform(8, 90)
            text = " ".join(pick.choices(["Quai", "Tribune", "Jardins", "de la Seine"], k=3))
            # a bent area, from which two corners of the box around it are far
            edge = [[x, y], [x + 4, y], [x + 4, y + high - 4], [x + wide, y + high], [x, y + high]]
            names.append([f"{text} n{len(names)}", [x, y, x + wide, y + high], edge])
        signs = [
            [x - 15, y - 15, x + 15, y + 15]
            for x, y in ((pick.uniform(0, 900), pick.uniform(0, 600)) for _ in range(20))
        ]
        found = page.evaluate(PLACED, [names, sight, signs, zoom])
        unplaced += found["unplaced"]
        for text, bounds in zip(found["texts"], found["boxes"], strict=True):
            if number := re.search(r"n(\d+)$", text):
                area = shapely.Polygon(names[int(number[1])][2])
                assert shapely.box(*bounds).distance(area) <= math.hypot(*astray)
        for left, top, right, bottom in found["boxes"]:
            within = left > 0 and top > 0 and right < SIZE[0] and bottom < SIZE[1]
            outside = right < 0 or bottom < 0 or left > SIZE[0] or top > SIZE[1]
            assert within or outside, (left, top, right, bottom)
            below = (
                left < legend[2] and right > legend[0] and top < legend[3] and bottom > legend[1]
            )
            assert not below
            for sign in signs:
                assert not (
                    left < sign[2] and right > sign[0] and top < sign[3] and bottom > sign[1]
                )
    assert unplaced > 0  # such as have no place are told, to be tried again when the map moves
    page.context.close()


def test_no_area_is_named_beyond_the_river(browser) -> None:
    """A river bends round an island; strips lie along its banks, as quays do."""
    page = scripted(browser)
    sight = {"box": [0, 0, *SIZE], "covers": []}
    middle = [[-50, 300], [250, 260], [350, 225], [550, 225], [650, 260], [950, 330]]
    north = [[x, y - 28] for x, y in middle]
    south = [[-50, 328], [250, 288], [350, 335], [550, 335], [650, 288], [950, 358]]
    island = [[280, 268], [360, 250], [540, 250], [620, 268], [540, 305], [360, 305]]
    river = shapely.Polygon([*north, *reversed(south)], [island])
    pick = random.Random(4)
    many = 0
    for turn in range(12):
        names = []
        for _ in range(9):
            x, wide = pick.uniform(20, 700), pick.uniform(60, 150)
            bank = pick.choice([north, south])
            line = shapely.LineString(bank)
            ends = [line.interpolate(line.project(shapely.Point(at, 280))) for at in (x, x + wide)]
            (ax, ay), (bx, by) = (one.coords[0] for one in ends)
            off = -3 if bank is north else 3  # on the land, from 3 to 9 pixels from the water
            edge = [[ax, ay + off], [bx, by + off], [bx, by + 3 * off], [ax, ay + 3 * off]]
            box = list(shapely.Polygon(edge).bounds)
            names.append([f"Quai de la Seine n{len(names)}", box, edge])
        shores = [[*north, *reversed(south)], island]
        found = page.evaluate(PLACED, [names, sight, [], 14 + turn % 2, shores, [middle]])
        for text, bounds in zip(found["texts"], found["boxes"], strict=True):
            if not (number := re.search(r"n(\d+)$", text)):
                continue
            many += 1
            area = shapely.Polygon(names[int(number[1])][2])
            for corner in shapely.box(*bounds).exterior.coords:
                way = shapely.shortest_line(shapely.Point(corner), area)
                assert not way.crosses(shapely.LineString(middle)), (text, bounds)
                # from the land it leads over no water, and on the water never out of it
                dry = shapely.difference(way, river)
                assert way.length < 1e-9 or len(shapely.get_parts(dry)) <= 1, (text, bounds)
    assert many > 60
    page.context.close()


def test_no_line_of_a_name_begins_with_a_dash(browser) -> None:
    page = scripted(browser)
    for text in (
        "Tribune Célestins - Hôtel de Ville",
        "Tribune Conti – Voltaire",
        "Louvre-Rivoli - A",
    ):
        lines = page.evaluate("(text) => broken(text, 3)", text)
        assert " ".join(lines) == text
        assert not any(line.startswith(("-", "–")) for line in lines)
    page.context.close()


STRETCHES = """([line, text, kind]) => {
  const measure = measurer();
  const found = [];
  const names = [{
    key: 'street', text, style: LABEL_STYLES[kind], line, around: [-1e4, -1e4, 1e4, 1e4],
    from: 0, repeat: 500, rise: 10, most: 4, layer: 'water',
  }];
  const sight = { box: [-1e4, -1e4, 1e4, 1e4], covers: [] };
  const done = (placed) => found.push(...placed);
  for (const step of placeNames(names, 0, sight.box, sight, [], measure, done)) { void step; }
  return found.map(({ letters }) => letters.map(({ x, y, angle, letter }) => (
    [x, y, angle, measure.width(letter, LABEL_STYLES[kind])])));
}"""


def test_no_name_bends_round_a_corner(browser) -> None:
    """Letters of a name turn by less than 0.6 radians in all and stay as far apart as in a line."""
    page = scripted(browser)
    pick = random.Random(3)
    many = 0
    for _ in range(60):
        x, y, way = 0.0, 0.0, pick.uniform(-3, 3)
        line = [[x, y]]
        for _ in range(8):
            way += pick.uniform(-1.6, 1.6)
            step = pick.uniform(15, 220)
            x, y = x + step * math.cos(way), y + step * math.sin(way)
            line.append([x, y])
        kind = pick.choice(["water", "street", "main"])
        placed = page.evaluate(STRETCHES, [line, "La Seine amont", kind])
        assert placed == page.evaluate(STRETCHES, [line, "La Seine amont", kind])
        many += len(placed)
        for letters in placed:
            turns = [math.remainder(one[2] - letters[0][2], math.tau) for one in letters]
            assert max(turns) - min(turns) <= 0.6 + 1e-9
            own = 2.5 if kind == "water" else 0
            for one, other in itertools.pairwise(letters):
                apart = math.hypot(one[0] - other[0], one[1] - other[1])
                straight = (one[3] + other[3]) / 2 + own
                assert 0.55 * straight <= apart <= 1.4 * straight, (kind, apart, straight)
    assert many > 30
    # of two stretches with room it is the straighter one
    corner = [[0, 0], [260, 0], [300, 15], [330, 45], [350, 90], [365, 330]]
    (letters,) = page.evaluate(STRETCHES, [corner, "La Seine", "water"])
    assert max(one[2] for one in letters) - min(one[2] for one in letters) < 0.15
    page.context.close()


DRAWN = """(far) => {
  const context = new OffscreenCanvas(300, 60).getContext('2d');
  const style = LABEL_STYLES.area;
  const box = [far, far, far + 300, far + 60];
  const letters = [...'Quai Voltaire'].map((letter, i) => (
    { letter, x: far + 20 + 9.5 * i, y: far + 20 + 2.5 * i, angle: 0.26 }));
  const placed = [{ style, letters, box }, { dot: [far + 200, far + 20], box },
    { style, text: 'Pont', x: far + 220.5, y: far + 30.5, box }];
  for (const step of drawNames(context, placed, box)) { void step; }
  return [...context.getImageData(0, 0, 300, 60).data];
}"""


def test_names_at_the_closest_zoom_are_drawn_as_near_the_origin(browser) -> None:
    page = scripted(browser)
    near, far = page.evaluate(DRAWN, 0), page.evaluate(DRAWN, 2**27)
    assert any(near)
    assert near == far
    page.context.close()
