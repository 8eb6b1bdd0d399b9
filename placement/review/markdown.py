"""A difference for the comment of a forge: short, with what is long folded away."""

from collections.abc import Sequence
from html import escape

from placement.counts import counted
from placement.review.compare import Diff
from placement.review.texts import shown
from placement.review.told import PARTS

MOST_LINES = 190
"""Lines of a comment at most."""
MOST_CHARACTERS = 60_000
"""Characters of a comment at most; forges take 65,536."""
_OPEN = 12  # lines that are shown without unfolding them
_ROUND = 7  # lines around the blocks of a part
_LONGEST = 400  # characters of a line at most


def markdown(diff: Diff) -> str:
    """Return a difference as Markdown, without a final newline; empty where there is none.

    The first lines of each part are shown, the others folded. Names stand in preformatted blocks
    with their special characters escaped, so that they mention nobody and format nothing.
    """
    if diff.same:
        return ""
    told = [f"### Plan <code>{_plain(shown(diff.new.plan)[:_LONGEST])}</code>", ""]
    for line in diff.inputs():
        told += [f"<strong>{_plain(line.text)}</strong>", ""]
    lines = diff.lines()
    texts = {part: [_plain(line.text) for line in lines if line.part == part] for part in PARTS}
    most = _share({part: len(found) for part, found in texts.items()})
    for part, found in texts.items():
        if found:
            told += [f"**{part}** ({len(found)})", *_blocks(part, _kept(found, most[part]))]
    return "\n".join(told)


def _share(wanted: dict[str, int]) -> dict[str, int]:
    """Return how many lines each part may have: those that want few leave room to others."""
    room = MOST_LINES - 4 - _ROUND * len(wanted)
    given: dict[str, int] = {}
    for left, part in zip(
        range(len(wanted), 0, -1), sorted(wanted, key=lambda part: wanted[part]), strict=True
    ):
        given[part] = min(wanted[part], room // left)
        room -= given[part]
    return given


def _kept(found: Sequence[str], most: int) -> list[str]:
    """Return lines as many as there is room for, and how many are left out."""
    kept: list[str] = []
    characters = 0
    for text in found:
        characters += len(text) + 1
        last = len(kept) == most - 1 and len(found) > most
        if last or characters > MOST_CHARACTERS // len(PARTS):
            break
        kept.append(text)
    left = len(found) - len(kept)
    return [*kept, f"and {counted(left, 'more line')}, told by place diff"] if left else kept


def _blocks(part: str, lines: Sequence[str]) -> list[str]:
    """Return the first lines in sight, and the others folded."""
    shown, folded = lines[:_OPEN], lines[_OPEN:]
    if len(folded) <= 2:
        shown, folded = lines, []
    told = ["<pre>", *shown, "</pre>"]
    if folded:
        summary = f"<summary>{counted(len(folded), 'more line')}: {part.lower()}</summary>"
        told += [f"<details>{summary}", "<pre>", *folded, "</pre>", "</details>"]
    return [*told, ""]


def _plain(text: str) -> str:
    return escape(text).replace("`", "&#96;").replace("@", "&#64;")
