"""How long a step of "What if" takes in the page of `paris-2024`, in headless Chromium.

    python benchmarks/what_if.py

Draws the agreed plan with every bridge to be closed, opens it with the network cut, and presses
what a reader presses: gates and posts close, lanes and bridges too, one at a time and several, and
each is taken back. Writes docs/reference/maps.md.
"""

import os
import statistics
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pages import write_table
from playwright.sync_api import CDPSession, Page, sync_playwright

from placement.maps import bridges, write_map
from placement.plan.layers import load_plan
from placement.review.geojson import read_solution

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/reference/maps.md"
CHROMIUM = os.environ.get("PLACEMENT_CHROMIUM", "/usr/bin/chromium")
MANY = int(os.environ.get("PLACEMENT_STEPS", "12"))  # of each kind, at most
UNDO = "[data-try='undo']"
# presses a button, or takes one from a number; returns how long until the next frame is shown
PRESS = """(selector) => new Promise((done) => {
  const begin = performance.now();
  const element = document.querySelector(selector);
  if (element instanceof HTMLInputElement) {
    element.value = String(Number(element.value) - 1);
    element.dispatchEvent(new Event("change", { bubbles: true }));
  } else {
    element.click();
  }
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin), 0));
})"""
# opens the tab; returns how long until its figures are shown, and the longest it was busy meanwhile
OPEN = """() => new Promise((done) => {
  const begin = performance.now();
  let [last, longest] = [begin, 0];
  document.getElementById("tab-what_if").click();
  const isCounting = () => document.querySelector(".what-if[aria-busy]") !== null;
  const look = (isOver) => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (isOver) { done([now - begin, longest]); return; }
    if (isCounting()) { setTimeout(() => look(false), 0); return; }
    requestAnimationFrame(() => setTimeout(() => look(true), 0));
  };
  requestAnimationFrame(() => setTimeout(() => look(false), 0));
})"""


@dataclass
class Steps:
    """Presses buttons, and keeps for each kind of step what it took, in milliseconds."""

    page: Page
    devtools: CDPSession
    work: dict[str, list[float]] = field(default_factory=dict)
    clock: dict[str, list[float]] = field(default_factory=dict)

    def spent(self) -> float:
        """Return the processor time of the page's own thread so far."""
        told = self.devtools.send("Performance.getMetrics")["metrics"]
        return 1000 * next(one["value"] for one in told if one["name"] == "ThreadTime")

    def press(self, kind: str, selector: str) -> None:
        """Press one button; what is drawn until 0.12 s after it counts as its work."""
        before = self.spent()
        self.clock.setdefault(kind, []).append(self.page.evaluate(PRESS, selector))
        self.page.wait_for_timeout(120)
        self.work.setdefault(kind, []).append(self.spent() - before)

    def open(self) -> None:
        """Open the tab, whose first figures are counted a little at a time."""
        shown, busy = self.page.evaluate(OPEN)
        self.clock["first figures, from the tab to the frame that shows them"] = [shown]
        self.clock["the longest step of them"] = [busy]

    def each(self, kind: str, selectors: Iterable[str]) -> None:
        """Press several buttons, each taken back before the next."""
        for selector in selectors:
            self.press(kind, selector)
            self.press("undo", UNDO)

    def one_after_another(self, kind: str, selectors: Iterable[str]) -> None:
        """Press several buttons, and take none of them back."""
        for selector in selectors:
            self.press(kind, selector)

    def rows(self) -> list[str]:
        """Return the table."""
        rows = [
            "| step | how many | processor time, ms: middle, most | clock, ms: middle, most |",
            "|---|---|---|---|",
        ]
        for kind, clock in self.clock.items():
            cells = [
                f"{statistics.median(one):.0f}, {max(one):.0f}" if len(one) > 1 else f"{one[0]:.0f}"
                for one in (self.work.get(kind, [float("nan")]), clock)
            ]
            rows.append(f"| {kind} | {len(clock)} | {' | '.join(cells)} |".replace("nan", "–"))
        return rows


def buttons(page: Page, begin: str) -> list[str]:
    """Return the selectors of buttons and boxes whose names begin with some text."""
    names = page.eval_on_selector_all(
        f".what-if [data-try^='{begin} ']", "all => all.map((one) => one.dataset.try)"
    )
    return [f'.what-if [data-try="{name}"]' for name in names]


def measure(page: Page) -> list[str]:
    """Go through all kinds of steps; return the table."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    steps = Steps(page, devtools)
    steps.open()
    posts, shut = buttons(page, "turn"), buttons(page, "shut")
    gates = [one for one in posts if one.endswith('/checkpoint"]')]
    steps.each("close a gate", gates[:MANY])
    steps.one_after_another("close several gates, one after another", gates[:4])
    page.evaluate(PRESS, "[data-try='reset']")
    steps.each("close a post of dogs", [one for one in posts if one not in gates][:MANY])
    lanes = [one.replace('"turn ', '"units ') for one in gates]
    steps.each("a lane fewer", [one for one in lanes if page.query_selector(one)][:MANY])
    steps.each("close a bridge", shut[:MANY])
    steps.one_after_another("close three bridges, one after another", shut[:3])
    steps.each("close a gate beside three closed bridges", gates[:MANY])
    return steps.rows()


def main() -> None:
    if not Path(CHROMIUM).exists():
        print(f"skipped: there is no {CHROMIUM}")
        return
    plan = load_plan(ROOT / "data/geo/paris-2024")
    solution = read_solution(ROOT / "outputs/paris-2024/solution.geojson")
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "map.html"
        write_map(plan, solution, file, streets=bridges(plan))
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.context.set_offline(True)
        page.goto(file.as_uri())
        page.wait_for_timeout(2500)
        rows = measure(page)
    load = os.getloadavg()[0]
    busy = ["", f"One-minute load while it ran: {load:.1f} on {os.cpu_count()} processors."]
    print("\n".join([*rows, *busy]))
    write_table(PAGE, "what-if", [*rows, *busy], packages=("playwright",))


if __name__ == "__main__":
    main()
