"""The page opens in Debian's Firefox too, from a file and without a network.

Its own ``--screenshot`` drives it, since Playwright drives a Firefox of its own making only.
"""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from placement.maps import write_map
from tests.amount import cases
from tests.maps.pages import ruled_plan, ruled_solution

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
SIZE = (1440, 900)
# by colour the part of the picture that has it
PARTS = """async (bytes) => {
  const blob = new Blob([new Uint8Array(bytes)], { type: 'image/png' });
  const picture = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, picture.width, picture.height);
  const parts = {};
  for (let i = 0; i < data.length; i += 4) {
    const colour = [data[i], data[i + 1], data[i + 2]].join();
    parts[colour] = (parts[colour] || 0) + 4 / data.length;
  }
  return parts;
}"""


WRAPPER = """<!doctype html><title>held</title>
<style>iframe {{ position: fixed; inset: 0; width: 100vw; height: 100vh; border: 0 }}</style>
<iframe src="{page}"></iframe><img src="{held}" alt="">"""


@contextmanager
def held(seconds: float) -> Iterator[str]:
    """Give an address that answers late: Firefox takes its picture once all has been read."""

    class Late(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(seconds)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Late)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def pictured(browser: Any, page: str, folder: Path, seconds: float) -> dict[str, float]:
    """Open a page in Firefox for some seconds; return by colour the part of its picture."""
    (folder / "profile").mkdir(exist_ok=True)
    shot = folder / "shot.png"
    with held(seconds) as late:
        wrapper = folder / "wrapper.html"
        wrapper.write_text(WRAPPER.format(page=page, held=late), encoding="utf-8")
        subprocess.run(
            [
                str(FIREFOX),
                "--headless",
                "--no-remote",
                "--profile",
                str(folder / "profile"),
                f"--window-size={SIZE[0]},{SIZE[1]}",
                f"--screenshot={shot}",
                wrapper.as_uri(),
            ],
            env={**os.environ, "HOME": str(folder), "MOZ_HEADLESS": "1"},
            check=True,
            capture_output=True,
            timeout=180,
        )
    picture = shot.read_bytes()
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == SIZE
    parts: dict[str, float] = browser.new_page().evaluate(PARTS, list(picture))
    return parts


@pytest.mark.skipif(FIREFOX is None, reason="no Firefox here: apt-get install firefox-esr")
@pytest.mark.parametrize(
    ("theme", "paper"), [("light", "251,250,248"), *cases([], [("dark", "23,27,32")])]
)
def test_the_page_is_drawn_in_firefox(browser: Any, tmp_path: Path, theme: str, paper: str) -> None:
    plan = ruled_plan(tmp_path)
    write_map(plan, ruled_solution(plan), tmp_path / "map.html")
    page = f"{(tmp_path / 'map.html').as_uri()}#lang=en&theme={theme}"
    parts: dict[str, float] = {}
    for seconds in (3, 30):  # longer where the machine is slow
        parts = pictured(browser, page, tmp_path, seconds)
        if "0,114,178" in parts:
            break
    assert parts.get(paper, 0) > 0.03  # the ground of the map
    assert parts.get("0,114,178", 0) > 0.0005  # signs of checkpoints
    assert parts.get("213,94,0", 0) > 0.0002  # signs of dog teams
