"""Sheets with a map: what they show, and the sheet of the whole plan."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from placement.arrays import Floats
from placement.maps.paper import sentences
from placement.maps.paper.drawing import drawing
from placement.maps.paper.legend import legend
from placement.maps.paper.material import MOST_LETTERS, Material
from placement.maps.paper.names import DOT_MM, Name, names_of, short
from placement.maps.paper.sheets import Box, Sheet, Window, in_degrees, north_deg, squares
from placement.maps.paper.signs import SIGN_MM, spread_signs
from placement.maps.paper.speech import Speaker

BAR_MM = 40.0
"""The longest scale bar: the column beside a map holds it, the number at its end and the arrow."""
_FRAME_MM = 0.5  # from the edge of the small map to the frame of a sheet on it


@dataclass(slots=True)
class Draft:
    """A map whose names are not placed yet.

    Attributes
    ----------
    sheet, window
        Where it stands on paper, and what it shows.
    signs, dots
        Posts, and the middles of the circles of stations, millimetres.
    names
        What is named on it.
    """

    sheet: Sheet
    window: Window
    signs: list[dict[str, Any]]
    dots: list[tuple[float, float]]
    names: list[Name]

    def squares(self) -> list[tuple[float, float, float]]:
        """Return middle and side of what no name may hide: signs, and circles of stations."""
        signs = [(one["x"], one["y"], SIGN_MM + 0.4) for one in self.signs]
        return signs + [(x, y, DOT_MM) for x, y in self.dots]

    def told(self) -> dict[str, Any]:
        """Return what the legend has to know of them."""
        return {"posts": {one["look"] for one in self.signs}, "stations": bool(self.dots)}

    def leaders(self) -> list[Floats]:
        """Return the lines from signs to where they belong, (2, 2) millimetres each."""
        moved = [one for one in self.signs if one["from"] is not None]
        return [np.array([one["from"], [one["x"], one["y"]]]) for one in moved]


def plan_sheet(work: Material) -> dict[str, Any]:
    """Return the sheet with the whole plan."""
    draft = draft_of(work, work.sheet, work.whole, gates=False)
    ground = work.ground.within(work.whole)
    return map_sheet(
        work,
        draft,
        drawing(ground, work.whole, shown=work.shown),
        "map.svg",
        Beside(
            kicker=" · ".join(filter(None, [work.tell.say("kicker"), work.when()])),
            title=work.title(),
            sentence=sentences.headline(work.data, work.tell),
            note=sentences.proof(work.data, work.tell),
            further=sentences.in_short(work.data, work.tell),
            legend=legend(work.data, ground, work.tell, work.shown, **draft.told()),
        ),
    )


def draft_of(work: Material, sheet: Sheet, window: Window, *, gates: bool) -> Draft:
    """Spread the signs of a window and gather its names."""
    places = window.places(work.at)
    inside = ((places > 0) & (places < (window.width, window.height))).all(axis=1)
    rows = np.flatnonzero(inside).tolist()
    marks = [
        {
            "x": round(found["x"], 2),
            "y": round(found["y"], 2),
            "from": None if found["from"] is None else [round(one, 2) for one in found["from"]],
            "number": work.posts[at]["number"],
            "look": work.posts[at]["resource"],
            "size": SIGN_MM + 0.8,
        }
        for at, found in zip(rows, spread_signs(places[rows], window), strict=True)
    ]
    named = [
        (work.posts[at]["name"] or work.posts[at]["site"], mark["x"], mark["y"])
        for at, mark in zip(rows, marks, strict=True)
    ]
    stations = _stations_seen(work, window, marks)
    names = names_of(
        work.ground,
        window,
        areas=work.area_labels,
        stations=stations,
        gates=[(short(text, 60), x, y) for text, x, y in named] if gates else [],
    )
    dots = [(x, y) for _, x, y in stations]
    return Draft(sheet=sheet, window=window, signs=marks, dots=dots, names=names)


def _stations_seen(
    work: Material, window: Window, signs: Sequence[Mapping[str, Any]]
) -> list[tuple[str, float, float]]:
    """Return the stations whose circle is whole on the map and below no sign; millimetres."""
    half = DOT_MM / 2
    under = [(one["x"], one["y"], one["size"] / 2) for one in signs]
    found = []
    for text, east, north in work.stations:
        ((x, y),) = window.places(np.array([[east, north]])).round(2).tolist()
        if not (half < x < window.width - half and half < y < window.height - half):
            continue
        if not any(abs(x - at) < side and abs(y - to) < side for at, to, side in under):
            found.append((text, x, y))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside the map of a sheet.

    Attributes
    ----------
    kicker, title, sentence, note
        What the sheet is about, from small to large and back.
    sign
        Look and number of the post it is about, or None.
    facts
        Pairs of a name and a figure.
    parts
        Lists of texts, each with its title.
    further
        More of them, as far as there is room.
    qr
        Picture, text and title of a code to scan, or None.
    legend
        What `placement.maps.paper.legend.legend` returned.
    locator
        Whether the sheet's place on the plan is shown.
    """

    kicker: str
    title: str
    legend: Sequence[Mapping[str, Any]]
    sentence: str = ""
    note: str = ""
    sign: Mapping[str, Any] | None = None
    facts: Sequence[Sequence[str]] = ()
    parts: Sequence[Mapping[str, Any]] = ()
    further: Sequence[Mapping[str, Any]] = ()
    qr: Mapping[str, str] | None = None
    locator: bool = False


def map_sheet(
    work: Material, draft: Draft, picture: str, name: str, beside: Beside
) -> dict[str, Any]:
    """Return a sheet, its names not placed yet.

    Parameters
    ----------
    work
        What sheets are made from; the picture joins those it holds.
    draft
        The map, its signs and its names.
    picture
        The drawing.
    name
        What the drawing is called.
    beside
        What stands beside the map.
    """
    if work.day is not None:
        name = f"{work.number}-{name}"
    work.pictures[name] = picture
    window, tell = draft.window, work.tell
    west, south, east, north = window.bounds
    corners = []
    for x, y in ((west, north), (east, south)):
        lon, lat = in_degrees(work.plan.crs, (x, y))
        corners.append(f"{lat:.4f}, {lon:.4f}")
    drawn = {
        "svg": name,
        "alt": tell.titled(tell.say("map"), beside.title),
        "width": window.width,
        "height": window.height,
        "labels": draft,
        "signs": draft.signs,
        "dots": [list(one) for one in draft.dots],
        "grid": list(squares(window)),
        "corners": corners,
        "north": round(north_deg(work.plan.crs, window.middle), 2),
        "scale": f"{tell.say('scale')} {tell.say('scale_of', n=tell.people(window.scale))}",
        "bar": _bar(window, tell),
    }
    return {
        "kind": "map",
        "block": [[tell.say("period"), work.when()]] if work.day is not None else [],
        "map": drawn,
        "boxes": {"map": _box(draft.sheet.map), "side": _box(draft.sheet.side)},
        "below": draft.sheet.below,
        "kicker": beside.kicker,
        "title": short(beside.title, MOST_LETTERS),
        "sentence": beside.sentence,
        "note": beside.note,
        "sign": beside.sign,
        "facts": list(beside.facts),
        "parts": [
            {**one, "texts": [short(text, 260) for text in one["texts"]]} for one in beside.parts
        ],
        "further": list(beside.further),
        "qr": beside.qr,
        "legend": list(beside.legend),
        "locator": _locator(work, draft) if beside.locator else None,
    }


def _locator(work: Material, draft: Draft) -> dict[str, Any]:
    """Return the small map of the plan with the frame of a sheet's map."""
    side, parts = draft.sheet.side, 4 if draft.sheet.landscape else 3
    width = side.width / parts if draft.sheet.below else side.width
    name = f"locator-{'below' if draft.sheet.below else 'side'}.svg"
    west, south, east, north = work.bounds()
    height = min(40.0, max(14.0, (north - south) / max(east - west, 1e-9) * width))
    unit = 1000 * work.whole.unit_m
    scale = unit * max((east - west) / (width - 6), (north - south) / (height - 6))
    small = replace(
        work.whole,
        middle=((west + east) / 2, (south + north) / 2),
        scale=max(1, math.ceil(scale)),
        width=width,
        height=height,
    )
    if name not in work.pictures:
        bare = replace(
            (work.day or work).ground,
            reach={},
            missing={},
            lines=np.zeros(0, dtype=object),
            group=np.zeros(0, dtype=np.int64),
            closures=(),
            barriers=(),
        )
        work.pictures[name] = drawing(bare.within(small), small, shown=[], grid=False)
    west, south, east, north = draft.window.bounds
    # a sheet at the edge of the plan shows more than the small map does: its frame stays whole
    (left, top), (right, bottom) = np.clip(
        small.places(np.array([[west, north], [east, south]])),
        _FRAME_MM,
        [width - _FRAME_MM, height - _FRAME_MM],
    ).tolist()
    frame = [round(one, 2) for one in (left, top, right - left, bottom - top)]
    return {"svg": name, "width": width, "height": height, "frame": frame}


def _box(box: Box) -> dict[str, float]:
    return {"left": box.left, "top": box.top, "width": box.width, "height": box.height}


def _bar(window: Window, tell: Speaker) -> dict[str, Any]:
    """Return the scale bar: four parts, of a round length on the ground, with room for north."""
    longest_m = BAR_MM / 1000 * window.scale
    power = 10 ** math.floor(math.log10(longest_m))
    length_m = max(one * power for one in (1, 2, 4, 5) if one * power <= longest_m)
    unit, part = ("km", 1000.0) if length_m >= 2000 else ("m", 1.0)
    return {
        "mm": round(1000 * length_m / window.scale, 3),
        "at": [0, 0.5, 1],
        "marks": ["0", tell.money(length_m / 2 / part), f"{tell.money(length_m / part)} {unit}"],
    }
