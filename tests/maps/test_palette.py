"""What lies on one another on the map is told apart, in grey too: contrast as WCAG computes it."""

import itertools
import json
import re
from importlib import resources

import pytest

STATIC = resources.files("placement.maps").joinpath("static")
SCRIPT = STATIC.joinpath("palette.js").read_text(encoding="utf-8")
PALETTE: dict[str, str] = json.loads(re.search(r"const PALETTE = (\{.*?\});", SCRIPT, re.DOTALL)[1])
OPACITY = float(re.search(r"const REACH_OPACITY = ([\d.]+);", SCRIPT)[1])
LOOKS = re.findall(
    r'\{ colour: "(#\w{6})", shade', STATIC.joinpath("panel.js").read_text(encoding="utf-8")
)

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


PAPER, WATER = rgb(PALETTE["paper"]), rgb(PALETTE["water"])
CATCHMENTS = [over(one, OPACITY, PAPER) for one in LOOKS]
OVERLAPS = [over(b, OPACITY, over(a, OPACITY, PAPER)) for a, b in itertools.permutations(LOOKS, 2)]
STREETS = ("path", "street", "main", "bridge")


def test_there_are_six_colours_of_resources() -> None:
    assert len(LOOKS) == 6
    assert len(OVERLAPS) == 30


@pytest.mark.parametrize("name", STREETS)
def test_streets_are_seen_on_paper_and_inside_every_catchment(name: str) -> None:
    street = rgb(PALETTE[name])
    assert contrast(street, PAPER) >= 1.9
    for ground in (*CATCHMENTS, *OVERLAPS):
        assert contrast(street, ground) >= 1.5


def test_streets_of_a_higher_class_are_darker() -> None:
    lights = [light(rgb(PALETTE[name])) for name in STREETS]
    assert lights == sorted(lights, reverse=True)


def test_bridges_stand_out_of_the_water_they_cross() -> None:
    assert contrast(rgb(PALETTE["bridge"]), WATER) >= 3
    assert contrast(rgb(PALETTE["casing"]), WATER) >= 1.5


def test_water_is_told_from_paper_and_catchments_without_colour() -> None:
    shore = rgb(PALETTE["shore"])
    for ground in (PAPER, *CATCHMENTS):
        assert contrast(WATER, ground) >= 1.4
        assert contrast(shore, ground) >= 2.5


@pytest.mark.parametrize("colour", LOOKS)
def test_the_outline_of_a_catchment_is_seen_on_what_it_crosses(colour: str) -> None:
    inside = over(colour, OPACITY, PAPER)
    assert contrast(rgb(colour), PAPER) >= 2
    assert contrast(rgb(colour), inside) >= 1.7


def test_areas_are_told_from_what_is_around_them_by_their_outline() -> None:
    line = rgb(PALETTE["area_line"])
    grounds = (PAPER, WATER, *CATCHMENTS, rgb(PALETTE["area_least"]), rgb(PALETTE["area_most"]))
    assert all(contrast(line, ground) >= 3 for ground in grounds)


def test_people_without_cover_are_hatched_darker_than_anything_under_them() -> None:
    line = rgb(PALETTE["missing"])
    for ground in (PALETTE["missing_ground"], PALETTE["area_least"], PALETTE["area_most"]):
        assert contrast(line, rgb(ground)) >= 4.5
    # hatch and ground together are no black blob: half of it stays light
    assert light(rgb(PALETTE["missing_ground"])) > 0.8


@pytest.mark.parametrize("name", ["label", "label_area", "label_water", "label_missing"])
def test_labels_are_legible_on_every_ground(name: str) -> None:
    halo = rgb(PALETTE["halo"])
    assert contrast(rgb(PALETTE[name]), halo) >= 7
    for ground in (WATER, *OVERLAPS, rgb(PALETTE["area_most"])):
        assert contrast(rgb(PALETTE[name]), ground) >= 3
