"""Names beside signs on printed maps: where they stand, and that none lies on a sign."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from placement.arrays import Floats
from placement.maps.paper import Dossier
from placement.maps.paper.close_ups import area_sheets, post_sheets
from placement.maps.paper.drawing import Ground
from placement.maps.paper.map_sheets import Draft
from placement.maps.paper.material import Material
from placement.maps.paper.names import PT_MM, SIZES_PT, broken, names_of
from placement.maps.paper.placing import place_names
from placement.maps.paper.sheets import Window, sheet_of
from placement.maps.paper.signs import SIGN_MM, spread_signs
from tests.maps.pages import ruled_plan, ruled_solution

WINDOW = Window(middle=(0.0, 0.0), scale=1000, unit_m=1.0, width=160.0, height=120.0)
BARE = Ground(
    water=(),
    route=(),
    closures=(),
    barriers=(),
    areas=(),
    reach={},
    reach_of={},
    missing={},
    lines=np.zeros(0, dtype=object),
    group=np.zeros(0, dtype=np.int64),
    squares=np.zeros(0, dtype=object),
)
SHORT, LONG = "Bridge, north", "Champ-de-Mars, north lane, Quai Branly"


def measure(style: str, text: str) -> float:
    """Return about the width of a text, millimetres."""
    return 0.5 * SIZES_PT[style] * PT_MM * len(text)


def boxes_of(placed: Sequence[dict[str, Any]]) -> list[shapely.Geometry]:
    """Return the rectangles that texts without a turn take, millimetres."""
    high = [SIZES_PT[one["style"]] * PT_MM for one in placed]
    return [
        shapely.box(
            one["x"] - one["w"] / 2, one["y"] - up / 2, one["x"] + one["w"] / 2, one["y"] + up / 2
        )
        for one, up in zip(placed, high, strict=True)
    ]


def named(
    text: str, x: float, y: float, taken: Sequence[tuple[float, float, float]] = ()
) -> list[dict[str, Any]]:
    """Place the name of a post whose sign stands somewhere, among what is taken already."""
    names = names_of(BARE, WINDOW, areas={}, stations=[], gates=[(text, x, y)])
    sign = (x, y, SIGN_MM + 0.4)
    return place_names(names, WINDOW, [sign, *taken], [], measure)


@pytest.mark.parametrize("text", [SHORT, LONG])
@pytest.mark.parametrize("part", np.linspace(0, 0.5, 11))
def test_a_name_stands_right_of_its_sign_wherever_that_stands(text: str, part: float) -> None:
    """Cells are half a millimetre: the name may not meet its own sign in any part of one."""
    x, y = 60 + part, 50 + part
    placed = named(text, x, y)
    assert [one["text"] for one in placed] == broken(text, 2)
    sign = shapely.box(x - 3.2, y - 3.2, x + 3.2, y + 3.2)
    for box in boxes_of(placed):
        assert box.bounds[0] == pytest.approx(x + SIGN_MM / 2 + 1.0, abs=0.01)
        assert box.distance(sign) > 0.3


@pytest.mark.parametrize("text", [SHORT, LONG])
def test_above_and_below_a_name_keeps_clear_by_half_its_height(text: str) -> None:
    x, y = 60.2, 50.3
    sign = shapely.box(x - 3.2, y - 3.2, x + 3.2, y + 3.2)
    sides = [(x + 8, y, 6.0), (x - 8, y, 6.0)]
    above = named(text, x, y, sides)
    below = named(text, x, y, [*sides, (x, y - 8, 6.0)])
    for placed, way in ((above, -1), (below, 1)):
        assert [one["x"] for one in placed] == [x] * len(placed)
        assert all((one["y"] - y) * way > 0 for one in placed)
        gap = min(box.distance(sign) for box in boxes_of(placed))
        assert 0.3 < gap < 1.0


def test_where_the_four_sides_are_taken_a_name_stands_at_a_corner() -> None:
    x, y = 60.0, 50.0
    taken = [(x + 5.5, y, 1.0), (x - 5.5, y, 1.0), (x, y - 5.5, 1.0), (x, y + 5.5, 1.0)]
    placed = named(SHORT, x, y, taken)
    assert len(placed) == 1
    squares = [shapely.box(a - s / 2, b - s / 2, a + s / 2, b + s / 2) for a, b, s in taken]
    assert not shapely.union_all(squares).intersects(boxes_of(placed)[0])
    assert named(SHORT, x, y, [(x, y, 40.0)]) == []


def test_a_sign_at_the_edge_is_moved_until_it_is_whole() -> None:
    places = np.array([[0.4, 60.0], [159.9, 119.9], [80.0, 60.0]])
    for sign, place in zip(spread_signs(places, WINDOW), places.tolist(), strict=True):
        half = SIGN_MM / 2 + 0.4
        assert half < sign["x"] < WINDOW.width - half
        assert half < sign["y"] < WINDOW.height - half
        assert sign["from"] == (None if place == [80.0, 60.0] else place)


def test_no_name_lies_on_a_leader_or_on_the_circle_of_a_station() -> None:
    mark = {"x": 60.0, "y": 50.0, "from": [80.0, 50.0]}
    sheet = sheet_of("a4", landscape=True, below=False)
    draft = Draft(sheet=sheet, window=WINDOW, signs=[mark], dots=[(60.0, 44.0)], names=[])
    names = names_of(BARE, WINDOW, areas={}, stations=[], gates=[(SHORT, 60.0, 50.0)])
    placed = place_names(names, WINDOW, draft.squares(), draft.leaders(), measure)
    (leader,) = draft.leaders()
    (box,) = boxes_of(placed)
    assert box.distance(shapely.LineString(leader)) > 0.3
    assert box.distance(shapely.Point(60.0, 44.0)) > 0.7


def test_each_post_on_the_sheet_of_an_area_has_number_and_name(tmp_path: Path) -> None:
    plan = ruled_plan(tmp_path)
    work = Material(plan, ruled_solution(plan), Dossier(paper="a4", areas=True, posts=True))
    sheets = [*area_sheets(work), *post_sheets(work, work.parts())]
    told = 0
    for sheet in sheets:
        draft = sheet["map"]["labels"]
        places: Floats = draft.window.places(work.at)
        seen = (places > 0).all(axis=1) & (places < (draft.window.width, draft.window.height)).all(
            axis=1
        )
        here = [post for post, one in zip(work.posts, seen.tolist(), strict=True) if one]
        assert sorted(one["number"] for one in draft.signs) == sorted(one["number"] for one in here)
        lines = [*work.route_lines(draft.window), *draft.leaders()]
        placed = place_names(draft.names, draft.window, draft.squares(), lines, measure)
        texts = [one["text"] for one in placed if one["style"] == "gate"]
        for post in here:
            assert set(broken(post["name"], 2)) <= set(texts), (sheet["title"], post["name"])
            told += 1
    assert told > len(work.posts)
