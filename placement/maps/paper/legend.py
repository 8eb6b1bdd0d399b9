"""The legend of a sheet: a swatch and words for everything that is drawn on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from placement.maps.paper.drawing import Ground, hatch_path
from placement.maps.paper.palette import (
    area_colour,
    colours,
    look,
    reach_opacity,
)
from placement.maps.paper.sentences import Facts
from placement.maps.paper.speech import Speaker

_BOX = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 18" width="28" height="18"'


def signs(data: Facts) -> dict[str, str]:
    """Return the sign of each resource's posts as a drawing, by its file name."""
    return {
        f"sign-{at}.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 34 34" '
        f'width="34" height="34">{_sign(at)}</svg>'
        for at, _ in enumerate(data["resources"])
    }


def _sign(at: int) -> str:
    own = look(at)
    return (
        f'<path d="{own.outline}" fill="none" stroke="#ffffff" stroke-width="3.6" '
        'stroke-linejoin="round"/>'
        f'<path d="{own.outline}" fill="{own.colour}" stroke="#1b1b1b" stroke-width="1.2" '
        'stroke-linejoin="round"/>'
    )


def swatches(data: Facts) -> dict[str, str]:
    """Return the swatches of the legend, by their file names."""
    tint = colours()
    found = {
        "swatch-areas.svg": _patches(),
        "swatch-route.svg": _strip(tint["route"], 3.2),
        "swatch-water.svg": _patch(tint["water"], 1, tint["shore"], ()),
        "swatch-streets.svg": _strip(tint["main"], 2),
        "swatch-closures.svg": _patch(tint["closure"], 0.14, tint["closure"], (3, 4)),
        "swatch-barriers.svg": (
            f'<svg {_BOX}><path d="M8 9h12" stroke="{tint["closure"]}" stroke-width="6"/></svg>'
        ),
    }
    for at, _ in enumerate(data["resources"]):
        own = look(at)
        found[f"swatch-post-{at}.svg"] = (
            f'<svg {_BOX}><g transform="translate(5 0) scale(0.5625)">{_sign(at)}</g></svg>'
        )
        found[f"swatch-reach-{at}.svg"] = _patch(own.colour, reach_opacity(), own.colour, own.dash)
        found[f"swatch-way-{at}.svg"] = _strip(own.shade, 2.4, (5, 3))
        kind = at % 4
        found[f"swatch-missing-{at}.svg"] = (
            f'<svg {_BOX}><defs><pattern id="swatch{at}" width="6" height="6" '
            f'patternUnits="userSpaceOnUse"><path d="{hatch_path(kind, 6)}" '
            f'stroke="{tint["missing"]}" stroke-width="1.3"/></pattern></defs>'
            f'<rect x="2" y="2" width="24" height="14" fill="{tint["missing_ground"]}"/>'
            f'<rect x="2" y="2" width="24" height="14" fill="url(#swatch{at})" '
            f'stroke="{tint["missing"]}" stroke-width="1"/></svg>'
        )
    return found


def _patch(fill: str, opacity: float, stroke: str, dash: Sequence[float]) -> str:
    dashed = f' stroke-dasharray="{" ".join(f"{one:g}" for one in dash)}"' if dash else ""
    return (
        f'<svg {_BOX}><rect x="2" y="2" width="24" height="14" fill="{fill}" '
        f'fill-opacity="{opacity:g}" stroke="{stroke}" stroke-width="1.6"{dashed}/></svg>'
    )


def _strip(colour: str, width: float, dash: Sequence[float] = ()) -> str:
    dashed = f' stroke-dasharray="{" ".join(f"{one:g}" for one in dash)}"' if dash else ""
    return (
        f'<svg {_BOX}><path d="M2 12 10 6 18 12 26 6" fill="none" stroke="{colour}" '
        f'stroke-width="{width:g}"{dashed}/></svg>'
    )


def _patches() -> str:
    line = colours()["area_line"]
    parts = [
        f'<rect x="{2 + 6 * at}" y="2" width="6" height="14" fill="{area_colour(at / 3)}" '
        f'stroke="{line}" stroke-width="0.7"/>'
        for at in range(4)
    ]
    return f"<svg {_BOX}>{''.join(parts)}</svg>"


def legend(
    data: Facts,
    ground: Ground,
    tell: Speaker,
    shown: Sequence[int],
    *,
    ways: bool = False,
    chosen: bool = False,
) -> list[Mapping[str, Any]]:
    """Say what is drawn.

    Parameters
    ----------
    data
        What the page is made from.
    ground
        What is drawn below the signs.
    tell
        Says it in a language.
    shown
        Positions of the resources, the main one first.
    ways
        Whether walks are drawn.
    chosen
        Whether the only catchment is that of one post.
    """
    found: list[Mapping[str, Any]] = []

    def offer(swatch: str, text: str) -> None:
        found.append({"swatch": f"swatch-{swatch}.svg", "text": text})

    kinds = [(at, data["resources"][at]) for at in shown]
    for at in [at for at, kind in kinds if kind["posts"]]:
        offer(f"post-{at}", tell.own(data["resources"][at]["label"]))
    for at, kind in kinds[: 1 if chosen else None]:
        if chosen or at in ground.reach:
            key = "reach_one" if chosen else "layer_resource"
            minutes = tell.minutes(kind["limit_s"])
            offer(f"reach-{at}", tell.say(key, label=tell.own(kind["label"]), min=minutes))
    if ways:
        offer(f"way-{shown[0]}", tell.say("ways_legend"))
    if shown[0] in ground.missing:
        label = tell.own(data["resources"][shown[0]]["label"])
        offer(f"missing-{shown[0]}", f"{tell.say('group_missing')} ({tell.within(label)})")
    if data["areas"]:
        offer("areas", f"{tell.say('layer_areas')} ({_people_of_areas(data, tell)})")
    for key in ("route", "barriers", "closures", "water", "lines"):
        if len(getattr(ground, key)):
            name = "streets" if key == "lines" else key
            offer(name, _called(name, data, tell))
    return found


def _called(layer: str, data: Facts, tell: Speaker) -> str:
    """Return what a layer is called; barriers by their kinds, and a perimeter without a route."""
    if layer == "route" and all(one["id"] == "perimeter" for one in data["route"]):
        return tell.say("layer_perimeter")
    if layer != "barriers":
        return tell.say(f"layer_{layer}")
    return ", ".join(tell.own(kind["label"]) for kind in data["barriers"] if kind["count"])


def _people_of_areas(data: Facts, tell: Speaker) -> str:
    people = [area["people"] for area in data["areas"]]
    least, most = tell.people(min(people)), tell.people(max(people))
    return least if least == most else tell.say("range", least=least, most=most)
