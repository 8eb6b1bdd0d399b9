"""A difference for the comment of a forge: short, with what is long folded away."""

from html import escape

from placement.review.compare import Diff
from placement.review.told import PARTS

MOST_LINES = 190
"""Lines of a comment at most."""
MOST_CHARACTERS = 60_000
"""Characters of a comment at most; forges take 65,536."""
_OPEN = 12  # lines of a part that are shown without unfolding it
_ROUND = 6  # lines around those of a part


def markdown(diff: Diff) -> str:
    """Return a difference as Markdown, without a final newline; empty where there is none.

    Names stand in preformatted blocks with their special characters escaped, so that they mention
    nobody and format nothing.
    """
    if diff.same:
        return ""
    lines = diff.lines()
    told = [f"### Plan <code>{_plain(diff.new.plan)}</code>", ""]
    most = MOST_LINES // len(PARTS) - _ROUND
    room = MOST_CHARACTERS // len(PARTS)
    for part in PARTS:
        found = [_plain(line.text) for line in lines if line.part == part]
        if not found:
            continue
        kept: list[str] = []
        for text in found[: most - 1]:
            if sum(map(len, kept)) + len(text) > room:
                break
            kept.append(text)
        if len(kept) < len(found):
            kept.append(f"and {len(found) - len(kept)} more, told by place diff")
        fold = "" if len(kept) > _OPEN else " open"
        told += [f"<details{fold}><summary>{part}: {len(found)}</summary>", ""]
        told += ["<pre>", *kept, "</pre>", "</details>"]
    return "\n".join(told)


def _plain(text: str) -> str:
    return escape(text).replace("`", "&#96;").replace("@", "&#64;")
