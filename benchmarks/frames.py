"""How smoothly the map moves: frames counted in headless Chromium, beside a plain folium page.

    python benchmarks/frames.py

Draws a plan on 20,000 edges of Paris and on 105,000 of Porto, and the same streets with folium
alone, opens each with the network cut, drags and zooms with the mouse, and takes the time from one
frame to the next; again with the processor slowed fourfold. Then the slider through the plans of
`place frontier`, where its page is given by PLACEMENT_SLIDER. Writes docs/reference/maps.md.
"""

import json
import os
import random
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import folium
import numpy as np
import shapely
from pages import write_table
from playwright.sync_api import Browser, Page, Route, sync_playwright

import placement
from placement.globe import transformer
from placement.maps import write_map
from placement.maps.leaflet import leaflet_script, leaflet_style
from placement.solve.questions.evaluate import proposed
from placement.streets import Streets, read_streets

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("PLACEMENT_DATA", ROOT.parent / "shared/data"))
PAGE = ROOT / "docs/reference/maps.md"
CHROMIUM = os.environ.get("PLACEMENT_CHROMIUM", "/usr/bin/chromium")
CITIES = (
    ("Paris", DATA / "paris/paris_seine.osm.pbf", "EPSG:2154", 20_000),
    ("Porto", DATA / "cities/porto.osm.pbf", "EPSG:3763", 105_000),
)
PLAN = """\
name = "frames"
crs = "{crs}"
budget = {{ amount = 1000, unit = "officers" }}
layers = {{ sites = "sites.csv", demand = "demand.csv", streets = "streets.geojson" }}
[resources.checkpoint]
walk_limit_min = 4
unit_cost = 1
"""
KEPT = "() => { cancelAnimationFrame(window.counting); return window.frames_; }"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
TRACED = ["devtools.timeline", "disabled-by-default-devtools.timeline", "cc"]
FRAMES = """() => {
  window.frames_ = [];
  const next = (now) => {
    window.frames_.push(now);
    window.counting = requestAnimationFrame(next);
  };
  window.counting = requestAnimationFrame(next);
}"""
STEPS = """async () => {
  const range = document.getElementById("slider");
  const found = [];
  for (let at = 1; at <= Number(range.max); at += 1) {
    const begin = performance.now();
    range.value = String(at);
    range.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
    found.push(performance.now() - begin);
    await new Promise((done) => setTimeout(done, 200));
  }
  return found;
}"""


def middle_of(streets: Streets, many: int) -> list[tuple[list[list[float]], str]]:
    """Return the edges nearest to the middle of a network: their corners in degrees and class."""
    lines = streets.edge_lines()
    at = shapely.get_coordinates(shapely.centroid(lines))
    far = np.hypot(*(at - np.median(at, axis=0)).T)
    back = transformer(streets.crs, "EPSG:4326")
    found = []
    for edge in np.sort(np.argsort(far, kind="stable")[:many]).tolist():
        lon, lat = back.transform(*streets.edge_xy(edge).T)
        corners = np.round(np.column_stack([lon, lat]), 7).tolist()
        found.append((corners, str(streets.edge_class[edge])))
    return found


def draw(folder: Path, edges: list[tuple[list[list[float]], str]], crs: str) -> tuple[Path, int]:
    """Write a plan on these streets and its page; return it and how many edges it draws."""
    draw_ = random.Random(1)
    features = [
        {
            "type": "Feature",
            "properties": {"id": f"e{at}", "class": kind or "residential"},
            "geometry": {"type": "LineString", "coordinates": corners},
        }
        for at, (corners, kind) in enumerate(edges)
    ]
    whole = {"type": "FeatureCollection", "features": features}
    (folder / "streets.geojson").write_text(json.dumps(whole), encoding="utf-8")
    starts = [corners[0] for corners, _ in edges]
    for name, many, head in (("sites", 40, "id,lon,lat"), ("demand", 2000, "id,lon,lat,people")):
        rows = [
            f"{name[0]}{n},{lon},{lat}" + (",10" if name == "demand" else "")
            for n, (lon, lat) in enumerate(draw_.sample(starts, many))
        ]
        (folder / f"{name}.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    (folder / "plan.toml").write_text(PLAN.format(crs=crs), encoding="utf-8")
    plan = placement.load_plan(folder / "plan.toml")
    write_map(plan, proposed(plan, np.ones((40, 1), dtype=np.int64)), folder / "ours.html")
    kept = read_streets(folder / "streets.geojson", crs=crs)
    return folder / "ours.html", kept.n_edges


def draw_plainly(folder: Path, edges: list[tuple[list[list[float]], str]]) -> Path:
    """Write the same streets as folium draws them: one feature, on a canvas."""
    at = edges[len(edges) // 2][0][0]
    plain = folium.Map(location=at[::-1], zoom_start=14, tiles=None, prefer_canvas=True)
    lines = {"type": "MultiLineString", "coordinates": [corners for corners, _ in edges]}
    folium.GeoJson(lines, style_function=lambda _: {"weight": 1.2}).add_to(plain)
    plain.save(folder / "folium.html")
    return folder / "folium.html"


def local(route: Route) -> None:
    """Answer what folium asks the network for from the installed files; refuse all else."""
    url = route.request.url
    if url.startswith("file:"):
        route.continue_()
    elif url.endswith("/leaflet.js"):
        route.fulfill(body=leaflet_script(), content_type="text/javascript")
    elif url.endswith("/leaflet.css"):
        route.fulfill(body=leaflet_style(), content_type="text/css")
    else:
        route.abort()


@contextmanager
def counted(page: Page, into: list[float]) -> Iterator[None]:
    """Add the milliseconds between the frames of what is done within."""
    page.evaluate(FRAMES)
    yield
    stamps = page.evaluate(
        "() => { cancelAnimationFrame(window.counting); return window.frames_; }"
    )
    into += np.diff(stamps).tolist()


def moved(page: Page, slowed: int) -> tuple[list[float], list[float]]:
    """Drag the map to and fro, and zoom in and out; return the frames of each."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    pan: list[float] = []
    zoom: list[float] = []
    x, y = 950, 450
    page.mouse.move(x, y)
    for way in (1, -1, 1, -1):
        with counted(page, pan):
            page.mouse.move(x - 150 * way, y)
            page.mouse.down()
            for step in range(1, 41):
                page.mouse.move(x + way * (300 * step / 40 - 150), y + way * step)
                page.wait_for_timeout(16)
            page.mouse.up()
    for way in (-1, -1, 1, 1, -1, 1):
        page.mouse.move(x, y)
        with counted(page, zoom):
            page.mouse.wheel(0, 240 * way)
            page.wait_for_timeout(700)
    return pan, zoom


def work(trace: bytes) -> list[float]:
    """Return the milliseconds of a processor that the page's own thread took for each frame.

    Other programs on the machine do not make these longer.
    """
    events = json.loads(trace)["traceEvents"]
    main = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    mine = [one for one in events if (one["pid"], one["tid"]) in main and one.get("ph") == "X"]
    begins = sorted(one["ts"] for one in mine if one["name"] == "ProxyMain::BeginMainFrame")
    ends = [one["ts"] + one["dur"] for one in mine if one["name"] == "RunTask"]
    spent = [one.get("tdur", 0) / 1000 for one in mine if one["name"] == "RunTask"]
    frame = np.searchsorted(begins, ends)
    return np.bincount(frame, weights=spent, minlength=len(begins)).tolist()


def p95(times: list[float]) -> float:
    return float(np.percentile(times, 95))


def measured(browser: Browser, path: Path) -> list[str]:
    """Return what is written of a page."""
    cells = [f"{path.stat().st_size / 1e6:.1f}"]
    for slowed in (1, 4):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.route("**/*", local)
        page.goto(path.as_uri())
        page.wait_for_timeout(2500)
        if slowed == 1:
            cells.append(f"{page.evaluate(PAINT):.0f} ms")
            browser.start_tracing(page=page, categories=TRACED)
        pan, zoom = moved(page, slowed)
        cells += [f"{p95(one):.0f} ms, {max(one):.0f} ms" for one in (pan, zoom)]
        if slowed == 1:
            own = work(browser.stop_tracing())
            cells.append(f"{p95(own):.0f} ms, {max(own):.0f} ms")
        page.close()
    return cells


def stepped(browser: Browser, slider: str) -> str:
    """Return a sentence on the steps of a slider."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(Path(slider).absolute().as_uri())
    page.wait_for_timeout(1500)
    steps = page.evaluate(STEPS)
    page.close()
    return (
        f"A step of the slider through {len(steps) + 1} plans, to the frame that shows it: "
        f"{statistics.median(steps):.0f} ms half of the time, {max(steps):.0f} ms the longest."
    )


def main() -> None:
    missing = [
        str(one) for one in (Path(CHROMIUM), *(city[1] for city in CITIES)) if not one.exists()
    ]
    if missing:
        print(f"skipped: there is no {', '.join(missing)}")
        return
    rows = [
        "| page | MB | first paint | pan | zoom | work of a frame | slowed: pan | zoom |",
        "|---|---|---|---|---|---|---|---|",
    ]
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for city, file, crs, many in CITIES:
            own = Path(folder) / city
            own.mkdir()
            edges = middle_of(read_streets(file, crs=crs), many)
            ours, drawn = draw(own, edges, crs)
            for name, path in (("placement", ours), ("plain folium", draw_plainly(own, edges))):
                cells = [f"{name}, {drawn:,} edges of {city}", *measured(browser, path)]
                rows.append("| " + " | ".join(cells) + " |")
                print(rows[-1], flush=True)
        slider = os.environ.get("PLACEMENT_SLIDER")
        told = ["", stepped(browser, slider)] if slider else []
    load = os.getloadavg()[0]
    busy = ["", f"One-minute load while it ran: {load:.1f} on {os.cpu_count()} processors."]
    write_table(PAGE, "frames", [*rows, *told, *busy], packages=("folium", "playwright"))


if __name__ == "__main__":
    main()
