"""A sheet for each area and each post: the map from close by, figures, and the way there."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from placement.maps.paper import sentences
from placement.maps.paper.drawing import drawing
from placement.maps.paper.legend import legend
from placement.maps.paper.map_sheets import Beside, draft_of, map_sheet
from placement.maps.paper.material import Material
from placement.maps.paper.sentences import Facts
from placement.maps.paper.typesetting import qr_code

_POST_SHEET_M = 260.0  # ground seen around a post
_AREA_EDGE_M = 60.0  # ground seen around an area
_NEAR_M = 30.0  # streets that a post stands at
_MOST_LINES = 5  # of a list beside a map: there is no room for more on A4


def area_sheets(work: Material) -> list[dict[str, Any]]:
    """Return a sheet for each area that people stand in, by name."""
    tell = work.tell
    rows: dict[int, Facts] = {}
    for row in work.data["gaps"]["rows"]:
        if row["area"] is not None and row["all"] is not None:
            rows[row["area"]] = row
    order = sorted(rows, key=lambda at: tell.order(sentences.row_name(work.data, rows[at], tell)))
    return [_area_sheet(work, rows[at], f"area-{n}.svg") for n, at in enumerate(order, start=1)]


def post_sheets(work: Material, parts: Sequence[Material]) -> list[dict[str, Any]]:
    """Return a sheet for each post, by number.

    Of a plan with periods it shows the one in which the post covers most people, and tells of all.
    """
    found = []
    for number in work.keys:
        places = [
            [at for at, one in enumerate(part.posts) if one["number"] == number] for part in parts
        ]
        served = [
            (part, part.posts[here[0]]) for part, here in zip(parts, places, strict=True) if here
        ]
        part, post = max(served, key=lambda pair: pair[1]["covered"])
        sheet = _post_sheet(part, part.posts.index(post))
        if part.day is not None:
            texts = [
                work.tell.titled(
                    one.when(),
                    f"{work.tell.say('serves')} {work.tell.count('people_n', told['served'] or 0)}",
                )
                for one, told in served
            ]
            sheet["parts"].insert(0, {"title": work.tell.say("period_table"), "texts": texts})
        found.append(sheet)
    return found


def _area_sheet(work: Material, row: Facts, name: str) -> dict[str, Any]:
    tell, shape = work.tell, work.plan.areas[row["area"]]
    ways = [
        (work.position(one.resource), work.in_metres(one.line))
        for one in work.routes
        if one.area == shape.id and work.position(one.resource) == work.shown[0]
    ]
    seen = shapely.union_all([shapely.box(*shape.xy.bounds), *(way for _, way in ways)])
    bounds = np.array(shapely.buffer(seen, _AREA_EDGE_M).bounds)
    sheet, window = work.close_up(bounds)
    draft, ground = draft_of(work, sheet, window, gates=True), work.ground.within(window)
    return map_sheet(
        work,
        draft,
        drawing(ground, window, shown=work.shown, ways=ways, marked=shape),
        name,
        Beside(
            kicker=tell.say("area_sheet"),
            title=sentences.row_name(work.data, row, tell),
            facts=_area_facts(work, row, shape.id),
            parts=_area_parts(work, row),
            legend=legend(
                work.data,
                ground,
                tell,
                work.shown,
                ways=bool(ways),
                marked=True,
                **draft.told(),
            ),
            locator=True,
        ),
    )


def _area_facts(work: Material, row: Facts, area: str) -> list[list[str]]:
    tell, part = work.tell, row["all"]
    facts = [[tell.say("people_here"), tell.people(part["people"])]]
    for at in work.shown:
        label = tell.own(work.data["resources"][at]["label"])
        covered = part["people"] - sentences.lost_of(part, at)
        facts.append([tell.say("covered_here", label=label), tell.people(covered)])
        facts += [
            [tell.say(f"why_{why}"), tell.people(part[why][at])]
            for why in ("far", "turned")
            if part[why][at]
        ]
    kind = work.data["resources"][work.shown[0]]["id"]
    walks = work.solution.areas.get(kind, {}).get(area)
    if walks is not None and walks.median_s is not None:
        for key, seconds in (
            ("walk_half", walks.median_s),
            ("walk_most", walks.p95_s),
            ("walk_longest", walks.longest_s),
        ):
            if seconds is not None:
                facts.append([tell.say(key), tell.say("minutes", min=tell.mean(seconds))])
    return facts


def _area_parts(work: Material, row: Facts) -> list[dict[str, Any]]:
    tell, data, parts = work.tell, work.data, []
    number = {key: one for one, key in work.keys.items()}
    name = {one["number"]: one["name"] or one["site"] for one in work.posts}
    lanes = data["lanes"]
    if lanes is not None:
        sent: dict[str, float] = {}
        for one in lanes["areas"]:
            if one["area"] == row["area"]:
                for gate, people in one["sent"]:
                    key = number.get(lanes["gates"][gate]["key"])
                    if key is not None:
                        sent[key] = sent.get(key, 0.0) + people
        texts = [
            f"{key} {name[key]} · {tell.count('people_n', people)}"
            for key, people in sorted(sent.items(), key=lambda pair: (-pair[1], pair[0]))
            if people >= 0.5
        ]
        if texts:
            parts.append({"title": tell.say("sent_to"), "texts": texts[:_MOST_LINES]})
    ways = [
        _way_text(
            work, walk["way"], f"{number[walk['way']['post']]} {name[number[walk['way']['post']]]}"
        )
        for at in work.shown
        for walk in data["walks"]["areas"][at]
        if walk["area"] == row["area"] and walk["way"] is not None and not walk["step_free"]
    ]
    if ways:
        parts.append({"title": tell.say("way_here"), "texts": ways})
    return parts


def _way_text(work: Material, way: Facts, name: str) -> str:
    walk = work.tell.mean(way["walk_s"])
    if not way["names"]:
        return work.tell.say("way_plain", name=name, walk=walk)
    return work.tell.say("way_told", name=name, walk=walk, streets=", ".join(way["names"]))


def _post_sheet(work: Material, at: int) -> dict[str, Any]:
    tell, post = work.tell, work.posts[at]
    x, y = work.at[at].tolist()
    half = _POST_SHEET_M / 2
    sheet, window = work.close_up(np.array([x - half, y - half, x + half, y + half]))
    position, number = post["resource"], post["number"]
    shown = [position, *(one for one in work.shown if one != position)]
    key = work.keys[number]
    label = tell.own(work.data["resources"][position]["label"])
    draft, ground = draft_of(work, sheet, window, gates=True), work.ground.within(window)
    lon, lat = post["at"]
    where = tell.say("position_of", lat=f"{lat:.6f}", lon=f"{lon:.6f}")
    qr = f"qr-{number}.svg"
    work.pictures[qr] = qr_code(f"geo:{lat:.6f},{lon:.6f}")
    return map_sheet(
        work,
        draft,
        drawing(ground, window, shown=shown, chosen=key),
        f"post-{number}.svg",
        Beside(
            kicker=f"{tell.say('post_sheet')} · {label}",
            title=post["name"] or post["site"],
            sign={"look": position, "number": number},
            facts=_post_facts(work, post, key),
            parts=_post_parts(work, at, key),
            legend=legend(work.data, ground, tell, shown, chosen=key, **draft.told()),
            locator=True,
            qr={"svg": qr, "text": where, "title": tell.say("position")},
        ),
    )


def _post_facts(work: Material, post: Facts, key: str) -> list[list[str]]:
    tell = work.tell
    kind = work.data["resources"][post["resource"]]
    money = tell.own(work.data["budget"]["unit"])
    facts = [
        [tell.units(kind["unit"]), tell.people(post["units"])],
        [tell.say("cost"), f"{tell.money(post['cost'])} {money}"],
    ]
    if "ring" in post:
        facts.append([tell.say("ring_of"), tell.own(post["ring"])])
    if post["served"] is not None:
        facts.append([tell.say("serves"), tell.count("people_n", post["served"])])
    if post["loss"] is not None:
        facts.append([tell.say("loss_short"), tell.count("people_n", post["loss"])])
    lanes = work.data["lanes"]
    gates = [] if lanes is None else lanes["gates"]
    for gate in gates:
        if gate["key"] == key:
            wait = (
                tell.say("minutes", min=tell.mean(60 * gate["wait"]))
                if gate["wait"]
                else tell.say("no_wait")
            )
            facts.append([tell.say("wait_here"), wait])
            if gate["clears"]:
                facts.append([tell.say("clears_here"), tell.clock(gate["clears"])])
    return facts


def _post_parts(work: Material, at: int, key: str) -> list[dict[str, Any]]:
    tell, post = work.tell, work.posts[at]
    here = shapely.Point(work.at[at])
    away = sorted(
        (round(line.distance(here), 2), name)
        for name, _, line in work.ground.names
        if line.distance(here) <= _NEAR_M
    )
    near = list(dict.fromkeys(name for _, name in away))
    streets = ", ".join(near[:5]) or tell.say("no_streets", m=tell.people(_NEAR_M))
    parts = [{"title": tell.say("streets_here"), "texts": [streets]}]
    areas = [
        _way_text(work, walk["way"], sentences.row_name(work.data, walk, tell))
        for walk in work.data["walks"]["areas"][post["resource"]]
        if walk["way"] is not None and walk["way"]["post"] == key and not walk["step_free"]
    ]
    if areas:
        parts.append({"title": tell.say("areas_served"), "texts": areas[:_MOST_LINES]})
    return parts
