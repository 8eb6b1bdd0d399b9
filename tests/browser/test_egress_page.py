"""The map of an egress in a real browser, offline: a slider, both courses, both languages."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import placement
from placement.maps.egress import egress_page
from placement.outputs import replace_file
from placement.plan.layers import load_plan
from placement.plan.outlets import STATION_RATE, read_outlets
from placement.studies.egress import egress
from tests.builders import drawn_layers, point, write_geojson, write_plan

HOSTILE = "<img src=x onerror=alert(1)>{{6*7}}"


def told(minutes: float | None) -> str:
    """Return minutes as the page writes them in English."""
    assert minutes is not None
    return f"{minutes:.1f}"


def test_queues_follow_the_slider_and_the_course(tmp_path: Path, open_page: Callable) -> None:
    sites = drawn_layers()["sites"]
    sites[0]["properties"]["name"] = HOSTILE
    plan = load_plan(write_plan(tmp_path / "town", layers={"sites": sites}), budget=1000)
    units = {"bridge-north/checkpoint": 1, "south-west/checkpoint": 1}
    solution = placement.evaluate(plan, units, bound=False).solution
    station = point(2.3462, 48.8472, id="metro", name="Métro", people_per_min=60)
    write_geojson(tmp_path / "stations.geojson", [station])
    stations = read_outlets(
        tmp_path / "stations.geojson", plan, layer="stations", column=STATION_RATE
    )
    found = egress(plan, solution, stations=stations)
    assert found.joint is not None
    found = replace(found, joint=replace(found.joint, bound=found.joint.bound - 3))
    assert found.served_known == "proven_if_out"
    file = tmp_path / "egress.html"
    replace_file(file, egress_page(plan, found).encode())
    page, seen = open_page(file)
    chosen, guided = found.chosen, found.guided
    assert page.locator("#status").inner_text() == (
        f"1,920 people leave; the last one is out after {told(chosen.clear_min)} min as people "
        f"choose, {told(guided.clear_min)} min as guided. It is proven that no way to guide people "
        f"has all out sooner. The last one has passed a station after {told(chosen.served_min)} "
        f"min as people choose, {told(guided.served_min)} min as guided. It is proven that no way "
        "in which all are out so soon has them past a station sooner, and no way at all before "
        f"{told(found.joint_bound_min)} min."
    )
    circles = page.locator(".leaflet-places-pane path")
    assert circles.count() == 3
    gate = found.chosen.exits[0].queue
    for slot in (0, 4, 12):
        page.locator("#minute").evaluate(
            "(one, at) => { one.value = at; one.dispatchEvent(new Event('input')); }", str(slot)
        )
        row = page.locator("#panel tbody tr", has_text=HOSTILE).locator("td")
        assert row.nth(1).inner_text() == f"{round(gate.waiting[slot]):,}"
        inside = 1920 - sum(
            one.queue.passed[slot - 1]
            for one in found.chosen.exits
            if 0 < slot <= len(one.queue.passed)
        )
        assert f"{round(inside):,} people are still inside" in page.locator("#still").inner_text()
    page.locator("button[data-course=guided]").click()
    assert page.locator("button[data-course=guided]").get_attribute("aria-pressed") == "true"
    row = page.locator("#panel tbody tr", has_text=HOSTILE).locator("td")
    assert row.nth(0).inner_text() == f"{round(found.guided.exits[0].queue.people):,}"
    circles.first.click(force=True)
    assert HOSTILE in page.locator(".leaflet-popup-content").inner_text()
    page.locator("#lang-fr").click()
    assert "Comment on sort" in page.locator("#panel").inner_text()
    french = page.locator("#status").inner_text().replace("\xa0", " ")
    assert "personnes sortent" in french
    assert "aucun guidage ne fait sortir tout le monde plus tôt" in french
    assert f"aucun autre avant {told(found.joint_bound_min).replace('.', ',')} min." in french
    assert page.locator("html").get_attribute("lang") == "fr"
    seen.assert_quiet(file)


def test_the_page_tells_which_period_is_emptied(tmp_path: Path, open_page: Callable) -> None:
    folder = Path(__file__).parents[1] / "cases" / "plans" / "periods"
    plan, solution = load_plan(folder), placement.read_solution(folder / "solution.geojson")
    said = {}
    for period in ("event", "egress"):
        file = tmp_path / f"{period}.html"
        found = egress(plan, solution, period=period, max_wait_min=9)
        replace_file(file, egress_page(plan, found).encode())
        page, seen = open_page(file)
        said[period] = page.locator("#kicker").text_content()
        if period == "event":
            assert "9 min at 1 exit." in page.locator("#panel").inner_text()
        page.locator("#lang-fr").click()
        said[f"{period}, fr"] = page.locator("#kicker").text_content().replace("\xa0", " ")
        seen.assert_quiet(file)
    assert said == {
        "event": "Everybody leaves: Event, 19:00 – 22:30",
        "event, fr": "Sortie du public : Événement, 19 h 00 – 22 h 30",
        "egress": "Everybody leaves, people of Event: Departure, 22:30 – 01:00",
        "egress, fr": "Sortie du public de « Événement » : Départ, 22 h 30 – 01 h 00",
    }


def test_the_map_says_where_it_is_and_the_table_begins_with_the_latest(
    tmp_path: Path, open_page: Callable
) -> None:
    """River, scale and what the circles are; on a phone the map stands above the figures."""
    plan = load_plan(write_plan(tmp_path / "town", layers=drawn_layers()), budget=1000)
    solution = placement.evaluate(
        plan, {"bridge-north/checkpoint": 1, "south-west/checkpoint": 1}, bound=False
    ).solution
    stops = [
        point(2.3462 + at / 2000, 48.8470, id=f"s{at}", name=f"Stop {at}", people_per_min=60)
        for at in range(14)
    ]
    write_geojson(tmp_path / "stations.geojson", stops)
    stations = read_outlets(
        tmp_path / "stations.geojson", plan, layer="stations", column=STATION_RATE
    )
    file = tmp_path / "egress.html"
    replace_file(file, egress_page(plan, egress(plan, solution, stations=stations)).encode())
    page, seen = open_page(file)
    assert page.locator(".leaflet-water-pane path").count() == len(plan.water) > 0
    assert " m" in page.locator(".leaflet-control-scale-line").inner_text()
    looks = page.locator("#panel svg circle").evaluate_all(
        "all => all.map((one) => one.getAttribute('stroke-dasharray'))"
    )
    assert len(set(looks)) == 2  # exits and stations differ without colour
    rows = page.locator("#panel tbody tr")
    assert rows.count() == 12
    last = [float(one.replace(",", "")) for one in rows.locator("td:last-child").all_inner_texts()]
    assert last == sorted(last, reverse=True)
    page.locator("#places").click()
    assert rows.count() == 16
    assert page.locator("#places").get_attribute("aria-expanded") == "true"
    page.locator("#places").click()
    assert rows.count() == 12
    circle = page.locator(".leaflet-places-pane path").last
    circle.hover(force=True)
    assert page.locator(".leaflet-tooltip").inner_text().startswith("Stop")
    wide = circle.bounding_box()
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_selector(".folium-map + #panel")
    top, panel = page.locator(".folium-map").bounding_box(), page.locator("#panel").bounding_box()
    assert top["y"] + top["height"] <= panel["y"]
    assert wide["width"] >= circle.bounding_box()["width"]
    seen.assert_quiet(file)
