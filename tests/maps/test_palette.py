"""What lies on one another on the map is told apart, in grey too: contrast as WCAG computes it."""

import itertools
import json
import re
from importlib import resources

import pytest

STATIC = resources.files("placement.maps").joinpath("static")
SCRIPT = STATIC.joinpath("palette.js").read_text(encoding="utf-8")
OPACITY = float(re.search(r"const REACH_OPACITY = ([\d.]+);", SCRIPT)[1])
LOOKS = re.findall(
    r'\{ colour: "(#\w{6})", shade', STATIC.joinpath("panel.js").read_text(encoding="utf-8")
)
STREETS = ("path", "street", "main", "bridge")

type Colour = tuple[float, ...]


def rgb(text: str) -> Colour:
    return tuple(int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))


def over(upper: str, opacity: float, lower: Colour) -> Colour:
    return tuple(a * opacity + b * (1 - opacity) for a, b in zip(rgb(upper), lower, strict=True))


def light(colour: Colour) -> float:
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in colour]
    return sum(a * b for a, b in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def contrast(a: Colour, b: Colour) -> float:
    low, high = sorted((light(a), light(b)))
    return (high + 0.05) / (low + 0.05)


class Drawn:
    """A palette, and the grounds that things lie on when the page uses it."""

    def __init__(self, name: str) -> None:
        found = re.search(rf"const {name} = (\{{.*?\}});", SCRIPT, re.DOTALL)
        self.hex: dict[str, str] = json.loads(found[1])
        self.paper, self.water = self["paper"], self["water"]
        self.grounds = (self.paper, self["green"], self["building"])
        self.catchments = [over(one, OPACITY, it) for one in LOOKS for it in self.grounds]
        self.overlaps = [
            over(b, OPACITY, over(a, OPACITY, it))
            for a, b in itertools.permutations(LOOKS, 2)
            for it in self.grounds
        ]

    def __getitem__(self, name: str) -> Colour:
        return rgb(self.hex[name])


@pytest.fixture(params=["PALETTE", "DARK"])
def palette(request: pytest.FixtureRequest) -> Drawn:
    return Drawn(request.param)


def test_there_are_six_colours_of_resources() -> None:
    assert len(LOOKS) == 6
    assert len(Drawn("PALETTE").overlaps) == 30 * 3


def test_the_dark_page_draws_all_that_the_light_one_draws() -> None:
    assert Drawn("PALETTE").hex.keys() == Drawn("DARK").hex.keys()
    assert light(Drawn("DARK").paper) < 0.02
    assert light(Drawn("PALETTE").paper) > 0.9


@pytest.mark.parametrize("name", STREETS)
def test_streets_are_seen_on_paper_and_inside_every_catchment(palette: Drawn, name: str) -> None:
    assert contrast(palette[name], palette.paper) >= 1.9
    assert contrast(palette[name], palette["green"]) >= 1.5
    for ground in (*palette.catchments, *palette.overlaps):
        assert contrast(palette[name], ground) >= 1.5


def test_streets_of_a_higher_class_stand_out_more(palette: Drawn) -> None:
    seen = [contrast(palette[name], palette.paper) for name in STREETS]
    assert seen == sorted(seen)


def test_bridges_stand_out_of_the_water_they_cross(palette: Drawn) -> None:
    assert contrast(palette["bridge"], palette.water) >= 3
    assert contrast(palette["casing"], palette.water) >= 1.5


def test_water_is_told_from_paper_and_catchments_without_colour(palette: Drawn) -> None:
    for ground in (*palette.grounds, *palette.catchments):
        assert contrast(palette.water, ground) >= 1.4
        assert contrast(palette["shore"], ground) >= 2.5


@pytest.mark.parametrize("colour", LOOKS)
def test_the_outline_of_a_catchment_is_seen_on_what_it_crosses(palette: Drawn, colour: str) -> None:
    inside = over(colour, OPACITY, palette.paper)
    assert contrast(rgb(colour), palette.paper) >= 2
    assert contrast(rgb(colour), inside) >= 1.7


def test_areas_are_told_from_what_is_around_them_by_their_outline(palette: Drawn) -> None:
    areas = (palette["area_least"], palette["area_most"])
    for ground in (palette.paper, palette.water, *palette.catchments, *areas):
        assert contrast(palette["area_line"], ground) >= 3


def test_people_without_cover_are_hatched_stronger_than_anything_under_them(palette: Drawn) -> None:
    for ground in ("missing_ground", "area_least", "area_most"):
        assert contrast(palette["missing"], palette[ground]) >= 4.5
    # hatch and ground together are no blob: half of it stays as light as the page
    apart = contrast(palette["missing_ground"], palette.paper)
    assert apart < 1.3


def test_buildings_are_told_from_paper_and_green_by_their_outline(palette: Drawn) -> None:
    for ground in palette.grounds:
        assert contrast(palette["building_line"], ground) >= 1.25


@pytest.mark.parametrize(
    "name", ["label", "label_area", "label_water", "label_place", "label_missing"]
)
def test_labels_are_legible_on_every_ground(palette: Drawn, name: str) -> None:
    assert contrast(palette[name], palette["halo"]) >= 7
    for ground in (palette.water, *palette.overlaps, palette["area_most"]):
        assert contrast(palette[name], ground) >= 3


@pytest.mark.parametrize("page", [":root", ".dark"])
def test_texts_of_the_panel_are_legible_in_both_themes(page: str) -> None:
    style = STATIC.joinpath("map.css").read_text(encoding="utf-8")
    rules = re.search(rf"^{re.escape(page)} \{{(.*?)\}}", style, re.DOTALL | re.MULTILINE)[1]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6});", rules))
    for text in ("ink", "soft", "accent", "good", "bad"):
        for ground in ("paper", "ground"):
            assert contrast(rgb(colours[text]), rgb(colours[ground])) >= 4.5, (text, ground)
    assert contrast(rgb(colours["ink"]), rgb(colours["chosen"])) >= 4.5
    assert contrast(rgb(colours["accent"]), rgb(colours["chosen"])) >= 4.5
    for edge in ("edge", "waiting"):
        assert contrast(rgb(colours[edge]), rgb(colours["paper"])) >= 3, edge
