"""The legend of a sheet: a swatch and words for everything that is drawn on it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from placement.maps.background import GROUPS
from placement.maps.paper.brush import hatch_path
from placement.maps.paper.drawing import SQUARE_OPACITY, Ground
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
        "swatch-squares.svg": _patch(tint["path"], SQUARE_OPACITY, "none", ()),
        **{
            f"swatch-{kind}.svg": _patch(tint[kind], 1, tint["building_line"], (), width=0.8)
            for kind in GROUPS
        },
        "swatch-stations.svg": (
            f'<svg {_BOX}><circle cx="14" cy="9" r="3.6" fill="#ffffff" stroke="#1b1f24" '
            'stroke-width="1.4"/></svg>'
        ),
        "swatch-marked.svg": _patch("none", 1, tint["area_line"], (), width=2.8),
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


def _patch(
    fill: str, opacity: float, stroke: str, dash: Sequence[float], *, width: float = 1.6
) -> str:
    dashed = f' stroke-dasharray="{" ".join(f"{one:g}" for one in dash)}"' if dash else ""
    return (
        f'<svg {_BOX}><rect x="2" y="2" width="24" height="14" fill="{fill}" '
        f'fill-opacity="{opacity:g}" stroke="{stroke}" stroke-width="{width:g}"{dashed}/></svg>'
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
    posts: Collection[int],
    stations: bool = False,
    ways: bool = False,
    chosen: str | None = None,
    marked: bool = False,
) -> list[Mapping[str, Any]]:
    """Say what is drawn, and nothing else.

    Parameters
    ----------
    data
        What the page is made from.
    ground
        What is drawn below the signs, see `Ground.within`.
    tell
        Says it in a language.
    shown
        Positions of the resources, the main one first.
    posts
        Positions of those whose signs are drawn.
    stations, ways, marked
        Whether circles of stations, walks, and the outline of the sheet's area are drawn.
    chosen
        The post whose catchment is drawn in place of all.
    """
    entries = [*_of_posts(data, ground, tell, shown, posts, chosen)]
    if ways:
        entries.append((f"way-{shown[0]}", tell.say("ways_legend")))
    entries += _of_ground(data, ground, tell, shown[0])
    if marked:
        entries.append(("marked", tell.say("marked_legend")))
    if stations:
        entries.append(("stations", tell.say("stations_legend")))
    return [{"swatch": f"swatch-{swatch}.svg", "text": text} for swatch, text in entries]


def _of_posts(
    data: Facts,
    ground: Ground,
    tell: Speaker,
    shown: Sequence[int],
    posts: Collection[int],
    chosen: str | None,
) -> Iterator[tuple[str, str]]:
    """Yield swatch and words of the signs, and of what posts reach."""
    order = [*shown, *range(len(data["resources"]))]
    for at in sorted(posts, key=order.index):
        yield f"post-{at}", tell.own(data["resources"][at]["label"])
    reached = [at for at in shown if at in ground.reach]
    if chosen is not None:
        reached = [shown[0]] if chosen in ground.reach_of else []
    for at in reached:
        kind = data["resources"][at]
        key = "layer_resource" if chosen is None else "reach_one"
        label, minutes = tell.own(kind["label"]), tell.minutes(kind["limit_s"])
        yield f"reach-{at}", tell.say(key, label=label, min=minutes)


def _of_ground(data: Facts, ground: Ground, tell: Speaker, main: int) -> Iterator[tuple[str, str]]:
    """Yield swatch and words of people not covered by the main resource, and of the plan."""
    if main in ground.missing:
        label = tell.within(tell.own(data["resources"][main]["label"]))
        yield f"missing-{main}", f"{tell.say('group_missing')} ({label})"
    if ground.areas:
        yield "areas", f"{tell.say('layer_areas')} ({_people_of_areas(data, tell)})"
    for key in ("route", "barriers", "closures", "water", "squares", "lines"):
        if len(getattr(ground, key)):
            name = "streets" if key == "lines" else key
            yield name, _called(name, data, ground, tell)
    for kind in ground.background:
        yield kind, tell.say(f"layer_{kind}")


def _called(layer: str, data: Facts, ground: Ground, tell: Speaker) -> str:
    """Return what a layer is called; barriers by their kinds, and a perimeter without a route."""
    if layer == "route" and all(one.id == "perimeter" for one in ground.route):
        return tell.say("layer_perimeter")
    if layer == "squares":
        return tell.say("squares_legend")
    if layer != "barriers":
        return tell.say(f"layer_{layer}")
    seen = {one.id for one in ground.barriers}
    return ", ".join(
        tell.own(kind["label"])
        for kind in data["barriers"]
        if kind["count"] and any(way["id"] in seen for way in kind["ways"])
    )


def _people_of_areas(data: Facts, tell: Speaker) -> str:
    people = [area["people"] for area in data["areas"]]
    least, most = tell.people(min(people)), tell.people(max(people))
    return least if least == most else tell.say("range", least=least, most=most)
