"""A real browser without a network; its tests are skipped, saying so, where there is none.

With ``PLACEMENT_BROWSER=required``, as in ``.ci/run``, they fail there.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from placement.maps import write_map
from placement.plan.layers import load_plan
from placement.review.geojson import read_solution
from tests.amount import NIGHT

ROOT = Path(__file__).parents[2]

# What a browser does by itself, and what machines lack: a sandbox, a GPU, room in /dev/shm.
LAUNCH = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMED = os.environ.get("PLACEMENT_CHROMIUM")
CHROMIUM = NAMED or shutil.which("chromium") or "/usr/bin/chromium"
# The same engine without tabs and menus takes a quarter less time for a page: where it is
# installed, most tests of a day take it; all those of a night take the browser that people have.
ENGINE = None if NAMED or NIGHT else shutil.which("chromium-headless-shell")
# a selector, since a function that is polled would be an eval, which the policy refuses
UNPAINTED = "html.painting"
UNCOUNTED = ".what-if[aria-busy]"  # its first figures are counted a little at a time
# the pixels of a canvas that shows a bitmap, and can itself not be read
PIXELS = """(canvas) => {
  const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}"""
REQUIRED = os.environ.get("PLACEMENT_BROWSER") == "required"


def open_tab(page: Any, tab: str) -> None:
    """Choose a tab, and wait until its figures are counted."""
    page.locator(f"#tab-{tab}").click()
    page.wait_for_selector(UNCOUNTED, state="detached")


def zoom_in(page: Any) -> None:
    """Press the button that zooms in, and wait until the map, or both, are painted there.

    The map begins to move with the browser's next frame: before it nothing says that it will.
    """
    page.locator(".leaflet-control-zoom-in").first.click()
    page.evaluate("() => new Promise(requestAnimationFrame)")
    page.wait_for_selector(".leaflet-zoom-anim", state="detached")
    page.wait_for_selector(UNPAINTED, state="detached")


@dataclass
class Seen:
    """What a page did besides being shown."""

    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    refused: list[str | None] = field(default_factory=list)

    def assert_quiet(self, file: Path) -> None:
        """Nothing was asked for but the file, and nothing was said."""
        assert {url.partition("#")[0] for url in self.requests} == {file.as_uri()}
        assert self.messages == []
        assert self.errors == []
        assert self.dialogs == []


@pytest.fixture(scope="session")
def launch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Start a browser with a home of its own, and with what else its environment shall have."""
    if not Path(CHROMIUM).exists():
        (pytest.fail if REQUIRED else pytest.skip)(
            f"no Chromium at {CHROMIUM}; set PLACEMENT_CHROMIUM"
        )
    home = tmp_path_factory.mktemp("home")
    env: dict[str, str | float | bool] = {
        **os.environ,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_CACHE_HOME": str(home),
        "TZ": "UTC",
    }
    with sync_playwright() as driver:

        def started(program: str = ENGINE or CHROMIUM, **more: str) -> Any:
            return driver.chromium.launch(
                executable_path=program, args=list(LAUNCH), env=env | more
            )

        yield started


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Any]) -> Iterator[Any]:
    found = launch()
    yield found
    found.close()


@pytest.fixture(scope="session")
def whole_browser(launch: Callable[..., Any]) -> Iterator[Any]:
    """Start the browser that people have, for tests that shall never do with its engine alone."""
    found = launch(CHROMIUM)
    yield found
    found.close()


@pytest.fixture(scope="session")
def paris_map(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw the agreed plan of paris-2024: 54 posts, 29 areas, a route along a bent river."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # which all workers of a run have: it takes ten seconds to draw
    file = folder / "paris.html"
    if not file.exists():  # it appears whole, so nobody opens a part of it
        plan = load_plan(ROOT / "data/geo/paris-2024")
        solution = read_solution(ROOT / "outputs/paris-2024/solution.geojson")
        write_map(plan, solution, file)
    return file


@pytest.fixture(scope="session")
def windows() -> dict[tuple[Any, str], list[Any]]:
    """Keep the windows that no test uses, by their browser and the options they were opened with.

    A window of its own for each test costs more than the page in it.
    """
    return {}


@pytest.fixture
def open_page(browser, windows) -> Iterator[Callable[..., tuple[Any, Seen]]]:
    """Open a file offline, as if nothing had been opened before, and listen to all it does."""
    opened_here: list[tuple[tuple[Any, str], Any, dict[str, Callable[..., None]]]] = []

    def opened(
        file: Path, *, address: str = "", size: tuple[int, int] = (1440, 900), **options: Any
    ) -> tuple[Any, Seen]:
        options = {"locale": "en-GB"} | options
        key = (browser, repr(sorted(options.items())))
        idle = windows.setdefault(key, [])
        page = idle.pop() if idle else browser.new_context(offline=True, **options).new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        seen = Seen()
        listeners: dict[str, Callable[..., None]] = {
            "request": lambda request: seen.requests.append(request.url),
            "requestfailed": lambda request: seen.refused.append(request.failure),
            "console": lambda message: seen.messages.append(message.text),
            "pageerror": lambda error: seen.errors.append(str(error)),
            "dialog": lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()),
        }
        for event, listen in listeners.items():
            page.on(event, listen)
        opened_here.append((key, page, listeners))
        page.goto(file.as_uri() + address)
        page.wait_for_selector("html.ready")
        page.wait_for_selector(UNPAINTED, state="detached")
        page.wait_for_selector(UNCOUNTED, state="detached")
        return page, seen

    yield opened
    for key, page, listeners in opened_here:
        if page.is_closed():
            continue
        for event, listen in listeners.items():
            page.remove_listener(event, listen)
        page.emulate_media(media="null")
        page.mouse.move(0, 0)
        page.goto("about:blank")
        windows[key].append(page)
