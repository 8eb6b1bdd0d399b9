"""Colours and signs of the page, read from its own scripts so that paper and screen agree."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_KEY = re.compile(r"(?<=[{,\s])(\w+):(?=\s)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the posts of a resource are drawn.

    Attributes
    ----------
    colour, shade, ink
        Of the sign, a darker one for lines and texts, and of the number on it.
    outline
        Path of the sign in a square of side 32.
    text
        Where the number's baseline stands in it.
    dash
        Dashes of the outline of what its posts reach, in CSS pixels; empty for a whole line.
    """

    colour: str
    shade: str
    ink: str
    outline: str
    text: float
    dash: tuple[float, ...]


@cache
def constant(script: str, name: str) -> Any:  # noqa: ANN401 - what JSON holds
    """Return a constant of one of the page's scripts."""
    folder = resources.files("placement.maps").joinpath("static")
    text = folder.joinpath(script).read_text(encoding="utf-8")
    found = re.search(rf"^const {name} = (.*?);$", text, re.DOTALL | re.MULTILINE)
    assert found is not None, (script, name)  # noqa: S101 - our own file
    plain = re.sub(r"\s*//.*$", "", found[1], flags=re.MULTILINE)
    quoted = _KEY.sub(r'"\1":', plain)
    return json.loads(re.sub(r",(\s*[\]}])", r"\1", quoted))


def colours() -> dict[str, str]:
    """Return the colours of the map, by what they are of."""
    found: dict[str, str] = constant("palette.js", "PALETTE")
    return found


def reach_opacity() -> float:
    """Return how much of a catchment's colour lies over the paper."""
    return float(constant("palette.js", "REACH_OPACITY"))


def look(resource: int) -> Look:
    """Return how posts of the resource at a position are drawn."""
    looks, outlines = constant("panel.js", "LOOKS"), constant("panel.js", "OUTLINES")
    own = looks[resource % len(looks)]
    shape = outlines[looks[(resource + resource // len(looks)) % len(looks)]["shape"]]
    return Look(
        colour=own["colour"],
        shade=own["shade"],
        ink=own["ink"],
        outline=shape["d"],
        text=float(shape["text"]),
        dash=tuple(float(one) for one in own["dash"].split()),
    )


def hatches() -> list[list[list[float]]]:
    """Return the lines of each hatch in a square of side 8, as ``[x, y, x, y]``."""
    found: list[list[list[float]]] = constant("missing.js", "HATCHES")
    return found


def area_colour(part: float) -> str:
    """Return the tint of an area with a part, 0 to 1, of the most people."""
    both = [colours()["area_least"], colours()["area_most"]]
    low, high = ([int(one[at : at + 2], 16) for at in (1, 3, 5)] for one in both)
    mixed = [round(a + (b - a) * part) for a, b in zip(low, high, strict=True)]
    return "#" + "".join(f"{one:02x}" for one in mixed)
