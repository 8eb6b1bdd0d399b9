"""The map of a street network in a real browser, offline: parts, islands, reasons, languages."""

from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner
from playwright.sync_api import Page

from placement.cli.group import place
from tests.streets.draw import write_lines

HOSTILE = "<img src=x onerror=alert(1)>{{6*7}}"


def test_islands_are_seen_and_told(tmp_path: Path, open_page: Callable) -> None:
    """A main part, a large part of its own, and a court with a hostile name that is an island."""
    streets = [
        ([(0, 0), (500, 0), (500, 300)], {"name": "Rue A", "class": "residential"}),
        ([(700, 0), (700, 200)], {"name": "Rue B", "class": "residential"}),
        ([(900, 290), (905, 290)], {"name": HOSTILE, "class": "footway"}),
    ]
    file = tmp_path / "town.html"
    town = write_lines(tmp_path / "town.geojson", streets)
    run = CliRunner().invoke(place, ["streets", "info", str(town), "--map", str(file)])
    assert run.exit_code == 0, run.output
    page, seen = open_page(file)
    assert "OpenStreetMap" not in page.locator("#panel").inner_text()
    lines = page.locator(".leaflet-parts-pane path")
    assert sorted(line.get_attribute("stroke") for line in lines.all()) == ["#00508c", "#c2410c"]
    figures = page.locator("#panel .card").first.inner_text()
    assert "Other large parts\n1 with 0.2 km" in figures
    assert "Islands: nothing is snapped to them\n1 with 0 km" in figures
    page.locator('.leaflet-parts-pane path[stroke="#c2410c"]').click(force=True)
    popup = page.locator(".leaflet-popup-content").inner_text()
    assert HOSTILE in popup
    assert "footway" in popup
    page.locator("#lang-fr").click()
    assert "Îlots" in page.locator("#panel").inner_text()
    assert "rue résidentielle" in page.locator("#panel").inner_text()
    page.wait_for_selector(".leaflet-pan-anim", state="detached")  # the map moved for the popup
    page.locator('.leaflet-parts-pane path[stroke="#c2410c"]').click(force=True)
    assert "chemin piéton" in page.locator(".leaflet-popup-content").inner_text()
    assert page.locator("html").get_attribute("lang") == "fr"
    seen.assert_quiet(file)


def test_a_kept_network_names_openstreetmap_and_a_phone_shows_the_map_first(
    tmp_path: Path, open_page: Callable
) -> None:
    town = Path(__file__).parents[2] / "data" / "geo" / "drawn-town" / "town.osm"
    kept, file = tmp_path / "town.parquet", tmp_path / "town.html"
    for words in (["read", str(town), "-o", str(kept)], ["info", str(kept), "--map", str(file)]):
        run = CliRunner().invoke(place, ["streets", *words])
        assert run.exit_code == 0, run.output
    page, seen = open_page(file)
    assert "© OpenStreetMap contributors" in page.locator("#panel").inner_text()
    figures_stand(page, beside=True)
    page.set_viewport_size({"width": 390, "height": 844})
    figures_stand(page, beside=False)
    page.set_viewport_size({"width": 1440, "height": 900})
    figures_stand(page, beside=True)
    seen.assert_quiet(file)


def figures_stand(page: Page, *, beside: bool) -> None:
    """Require that figures stand beside the map, or below it and both in their order for keys."""
    panel, drawn = page.locator("#panel").bounding_box(), page.locator(".folium-map").bounding_box()
    assert panel is not None
    assert drawn is not None
    if beside:
        assert drawn["x"] >= panel["x"] + panel["width"] - 1
    else:
        assert panel["y"] >= drawn["y"] + drawn["height"] - 1
        assert drawn["y"] < 844
    first = page.evaluate("document.querySelector('#panel, .folium-map').id === 'panel'")
    assert first == beside
