"""The page opens in Debian's Firefox too, from a file and without a network.

Its own ``--screenshot`` drives it, since Playwright drives a Firefox of its own making only.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from placement.maps import write_map
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


@pytest.mark.skipif(FIREFOX is None, reason="no Firefox here: apt-get install firefox-esr")
@pytest.mark.parametrize(("theme", "paper"), [("light", "251,250,248"), ("dark", "23,27,32")])
def test_the_page_is_drawn_in_firefox(browser, tmp_path: Path, theme: str, paper: str) -> None:
    plan = ruled_plan(tmp_path)
    write_map(plan, ruled_solution(plan), tmp_path / "map.html")
    (tmp_path / "profile").mkdir()
    subprocess.run(
        [
            str(FIREFOX),
            "--headless",
            "--no-remote",
            "--profile",
            str(tmp_path / "profile"),
            f"--window-size={SIZE[0]},{SIZE[1]}",
            f"--screenshot={tmp_path / 'shot.png'}",
            f"{(tmp_path / 'map.html').as_uri()}#lang=en&theme={theme}",
        ],
        env={**os.environ, "HOME": str(tmp_path), "MOZ_HEADLESS": "1"},
        check=True,
        capture_output=True,
        timeout=180,
    )
    picture = (tmp_path / "shot.png").read_bytes()
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == SIZE
    parts = browser.new_page().evaluate(PARTS, list(picture))
    assert parts.get(paper, 0) > 0.03  # the ground of the map
    assert parts.get("0,114,178", 0) > 0.0005  # signs of checkpoints
    assert parts.get("213,94,0", 0) > 0.0002  # signs of dog teams
