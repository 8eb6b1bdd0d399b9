"""A plan at the antimeridian, and one at a pole, stand in one place on the page."""

from collections.abc import Callable
from pathlib import Path

import pytest

from placement.maps.webmap import write_map
from placement.plan.layers import load_plan
from placement.solve.questions.max_cover import optimise
from tests.browser.conftest import PIXELS
from tests.builders import write_plan
from tests.moved import moved_layers, replaced_crs

# how much is painted left and right of the map's middle
PAINTED = (
    f"() => {{ const pixelsOf = {PIXELS};"
    """
  const sides = {left: 0, right: 0};
  const frame = document.querySelector('.folium-map').getBoundingClientRect();
  for (const tile of document.querySelectorAll('.leaflet-streets-pane canvas')) {
    const box = tile.getBoundingClientRect();
    const pixels = pixelsOf(tile);
    for (let i = 3; i < pixels.length; i += 4) {
      if (pixels[i] === 0) { continue; }
      const x = box.left + ((i >> 2) % tile.width) / tile.width * box.width;
      if (x < frame.left + frame.width / 2 - 20) { sides.left += 1; }
      if (x > frame.left + frame.width / 2 + 20) { sides.right += 1; }
    }
  }
  return sides;
}"""
)


@pytest.mark.parametrize(
    ("crs", "place"),
    [('crs = "EPSG:3460"', (177.65, -65.85, 1.0)), ("", (0.0, 40.15, 36.0))],
    ids=["fiji", "89 north"],
)
def test_all_that_is_drawn_stands_in_one_place(
    crs: str, place: tuple[float, float, float], tmp_path: Path, open_page: Callable
) -> None:
    east, north, wide = place
    layers = moved_layers(east, north, form="split", wide=wide)
    plan = load_plan(write_plan(tmp_path, layers=layers, replace=replaced_crs(crs)))
    file = tmp_path / "map.html"
    write_map(plan, optimise(plan), file)
    page, seen = open_page(file)
    page.locator("[data-layer='sites']").check()  # candidates are drawn on request
    frame = page.locator(".folium-map").bounding_box()
    signs = page.locator(".leaflet-marker-pane .post").all()
    paths = page.locator(
        ".leaflet-areas-pane path, .leaflet-reach-pane path, .leaflet-route-pane path,"
        " .leaflet-sites-pane path"
    ).all()
    assert signs
    assert len(paths) >= 6
    middles = []
    for shown in (*signs, *paths):
        box = shown.bounding_box()
        assert box["x"] >= frame["x"] - 1
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
        assert box["y"] + box["height"] <= frame["y"] + frame["height"] + 1
        middles.append(box["x"] + box["width"] / 2)
    # over the whole map, not in one corner of it
    assert max(middles) - min(middles) > frame["width"] / 8
    painted = page.evaluate(PAINTED)
    assert painted["left"] > 100
    assert painted["right"] > 100
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    frame = page.locator(".folium-map").bounding_box()
    for shown in signs:
        box = shown.bounding_box()
        assert frame["x"] <= box["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"]
    seen.assert_quiet(file)
