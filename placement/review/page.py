"""A difference as one page: both plans on a drawing, the new one uncovered by a slider."""

import math
from html import escape

from placement.review.compare import Diff
from placement.review.told import PARTS
from placement.solution import Post

_WIDTH, _HEIGHT, _MARGIN = 900.0, 560.0, 30.0
_STYLE = """
body { font: 16px/1.5 sans-serif; margin: 1rem auto; max-width: 60rem; padding: 0 1rem }
svg { background: #f4f4f0; width: 100%; height: auto; border: 1px solid #999 }
.kept { fill: #777 } .opened { fill: #06632f } .closed { fill: #a4161a }
.moved { fill: #5a189a; stroke: #5a189a } .changed { fill: #b35900 }
pre { white-space: pre-wrap } input { width: 100% }
"""
_SCRIPT = """
const slider = document.getElementById("swipe"), clip = document.getElementById("seen");
slider.addEventListener("input", () => { clip.setAttribute("width", slider.value); });
"""
_KINDS = (
    ("opened", "opened (square)"),
    ("closed", "closed (cross)"),
    ("moved", "moved (line)"),
    ("changed", "other units (ring)"),
    ("kept", "as before (dot)"),
)


def comparison_page(diff: Diff) -> str:
    """Return a page that stands by itself: a drawing of both plans and all lines of a difference.

    The old plan lies below; the slider uncovers the new one from the left. North is up.
    """
    place = _Scale([*diff.old.posts_list, *diff.new.posts_list])
    changed = {change.post.id for change in diff.changed}
    gone = {post.id for post in diff.closed} | {move.old.id for move in diff.moved}
    come = {post.id for post in diff.opened} | {move.new.id for move in diff.moved}
    old = [_mark(place, post, "closed" if post.id in gone else "kept")
           for post in diff.old.posts_list]  # fmt: skip
    new = [
        _mark(
            place,
            post,
            "opened" if post.id in come else "changed" if post.id in changed else "kept",
        )
        for post in diff.new.posts_list
    ]
    for move in diff.moved:
        (x, y), (x2, y2) = place(move.old), place(move.new)
        new.append(f'<line class="moved" x1="{x}" y1="{y}" x2="{x2}" y2="{y2}" stroke-width="3"/>')
    lines = diff.lines()
    told = "".join(
        f"<h2>{part}</h2><pre>{escape(chr(10).join(found))}</pre>"
        for part in PARTS
        if (found := [line.text for line in lines if line.part == part])
    )
    key = ", ".join(f'<span class="{kind}">{words}</span>' for kind, words in _KINDS)
    title = f"Plan {escape(diff.new.plan)}: {'no difference' if diff.same else 'what changed'}"
    box = f'viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}"'
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<style>{_STYLE}</style></head><body><h1>{title}</h1>
<label>Old plan on the right, new plan on the left of the line:
<input id="swipe" type="range" min="0" max="{_WIDTH:.0f}" value="{_WIDTH / 2:.0f}"></label>
<svg {box} role="img" aria-label="Posts of both plans">
<clipPath id="swiped"><rect id="seen" width="{_WIDTH / 2:.0f}" height="{_HEIGHT:.0f}"/></clipPath>
<g>{"".join(old)}</g><g clip-path="url(#swiped)">
<rect width="{_WIDTH:.0f}" height="{_HEIGHT:.0f}" fill="#fffdf5"/>{"".join(new)}</g></svg>
<p>{key}</p>{told}<script>{_SCRIPT}</script></body></html>"""


class _Scale:
    """From degrees to the drawing, the same metres in both directions."""

    def __init__(self, posts: list[Post]) -> None:
        lons, lats = [post.lon for post in posts] or [0.0], [post.lat for post in posts] or [0.0]
        self._west, self._north = min(lons), max(lats)
        self._narrow = math.cos(math.radians((min(lats) + max(lats)) / 2))
        wide = (max(lons) - self._west) * self._narrow or 1e-3
        tall = (self._north - min(lats)) or 1e-3
        self._scale = min((_WIDTH - 2 * _MARGIN) / wide, (_HEIGHT - 2 * _MARGIN) / tall)

    def __call__(self, post: Post) -> tuple[float, float]:
        x = _MARGIN + (post.lon - self._west) * self._narrow * self._scale
        y = _MARGIN + (self._north - post.lat) * self._scale
        return round(x, 1), round(y, 1)


def _mark(place: _Scale, post: Post, kind: str) -> str:
    x, y = place(post)
    said = f"<title>{escape(post.id)}: {escape(post.name)}, {post.units}</title>"
    if kind == "opened":
        return f'<rect class="opened" x="{x - 6}" y="{y - 6}" width="12" height="12">{said}</rect>'
    if kind == "closed":
        ways = f"M{x - 6} {y - 6}L{x + 6} {y + 6}M{x - 6} {y + 6}L{x + 6} {y - 6}"
        return f'<path class="closed" d="{ways}" stroke="#a4161a" stroke-width="4">{said}</path>'
    ring = ' stroke="#b35900" stroke-width="3" fill-opacity="0.2"' if kind == "changed" else ""
    return f'<circle class="{kind}" cx="{x}" cy="{y}" r="6"{ring}>{said}</circle>'
