"""What a sheet says of a plan: the sentences of the page, from the same figures and words."""

from collections.abc import Mapping, Sequence
from typing import Any

from placement.maps.paper.speech import Speaker

type Facts = Mapping[str, Any]
"""What `placement.maps.page.page_data` returns."""


def headline(data: Facts, tell: Speaker) -> str:
    """Return the plan in one sentence, of the resource worth most; empty where nothing stands."""
    if not posts_in_words(data, tell):
        return ""
    resource = data["resources"][data["main"]]
    laned = data["lanes"] is not None and data["lanes"]["resource"] == data["main"]
    kind = "lanes" if laned else "team" if resource["walkers"] == "team" else "people"
    return tell.say(
        f"headline_{kind}",
        posts=posts_in_words(data, tell),
        share=tell.percent(resource["share"]),
        people=tell.count("of_all", resource["total"]),
        label=tell.within(tell.own(resource["label"])),
        walk=walk_in_words(resource["limit_s"], tell),
    )


def posts_in_words(data: Facts, tell: Speaker) -> str:
    """Return how many of each kind stand, "43 checkpoints, 12 dog teams and 83 fences"."""
    counted = [(one["posts"], one["label"]) for one in data["resources"]]
    counted += [(one["count"], one["label"]) for one in data.get("barriers", ())]
    return tell.joined(
        f"{tell.people(many)} {tell.within(tell.counted(many, label))}"
        for many, label in counted
        if many > 0
    )


def walk_in_words(seconds: float, tell: Speaker) -> str:
    """Return a walk in minutes."""
    return tell.count("walk_min", seconds / 60, decimals=1, n=tell.minutes(seconds))


def proof(data: Facts, tell: Speaker) -> str:
    """Return what is known of better plans, and never more than the status says."""
    status, gap = data["status"], data["gap"]
    budget = f"{tell.money(data['budget']['amount'])} {tell.own(data['budget']['unit'])}"
    units = {one["id"]: one["unit"] for one in data["resources"]}
    most = [
        tell.say("most_units", n=tell.people(limit), unit=tell.counted(limit, units[name]))
        for name, limit in data["limits"].items()
        if name in units
    ]
    budget = tell.joined([budget, *most])
    if data["asked"] is not None and status in {"optimal", "feasible"}:
        if data["asked"] == 0:
            return tell.say("proof_cost")
        return tell.say("proof_cost_gap", gap=tell.share(data["asked"]))
    if status not in {"feasible", "proposed"}:
        return tell.say(f"status_{status}_long", budget=budget)
    if gap is None:
        return tell.say(f"status_{status}_open")
    return tell.say(f"status_{status}_long", budget=budget, gap=tell.share(gap))


def period_in_words(period: Facts, tell: Speaker) -> str:
    """Return a period with its hours, as `placement.maps.day.day_values` tells it."""
    hours = f"{tell.clock(period['begins'])} – {tell.clock(period['ends'])}"
    return f"{tell.own(period['name'])}, {hours}"


def row_name(data: Facts, row: Facts, tell: Speaker) -> str:
    """Return the name of an area, or what its people are called who stand in none."""
    if row["area"] is None:
        return tell.say("elsewhere") if row["name"] == "elsewhere" else str(row["name"])
    area = data["areas"][row["area"]]
    return str(area["name"] or area["id"])


def lost_of(part: Facts, at: int) -> int:
    """Return the people of a row that a resource does not cover."""
    return int(part["far"][at] + (part["turned"][at] or 0))


def gap(data: Facts, tell: Speaker) -> str:
    """Return who is not covered and why."""
    at = data["main"]
    resource, everyone = data["resources"][at], data["gaps"]["all"]
    far, turned = everyone["far"][at], everyone["turned"][at]
    if far + turned == 0:
        return tell.say("gap_none")
    said = [tell.count("gap_all", far + turned)] if turned else []
    if far:
        key = "gap_part" if turned else "gap_far"
        key += "_team" if resource["walkers"] == "team" else ""
        said.append(tell.count(key, far, walk=walk_in_words(resource["limit_s"], tell)))
    if turned:
        said.append(tell.count("gap_turned", turned))
    return " ".join(said)


def assumed(data: Facts, tell: Speaker) -> list[str]:
    """Return what the figures rest on, each in a few words."""
    pace, lanes = data["pace"], data["lanes"]
    told = [tell.say("assume_walk", speed=tell.money(pace["speed_m_s"] * 3.6))]
    if pace["slow_m_s"] is not None:
        told.append(tell.say("assume_slow", speed=tell.money(pace["slow_m_s"] * 3.6)))
    if data["walking"]["kind"] == "given times":
        told = [tell.say("assume_given")]
    if lanes is not None:
        opens, closes = tell.clock(lanes["opens"]), tell.clock(lanes["closes"])
        told.append(tell.say("assume_open", opens=opens, closes=closes))
        if lanes["a_lane_h"] is not None:
            told.append(tell.say("assume_lane", people=tell.people(lanes["a_lane_h"])))
        if lanes["wait_limit_min"] is not None:
            told.append(tell.say("assume_wait", min=tell.money(lanes["wait_limit_min"])))
    return [*told, tell.say("aid")]


def in_short(data: Facts, tell: Speaker) -> list[dict[str, Any]]:
    """Return who is not covered, and what the figures rest on, each with its title."""
    told = {"gap_title": [gap(data, tell)], "assume_title": assumed(data, tell)}
    return [{"title": tell.say(title), "texts": texts} for title, texts in told.items()]


def method(data: Facts, tell: Speaker) -> list[str]:
    """Return what was computed, and how far it is from the best."""
    kind = data["walking"]["kind"]
    if kind == "streets":
        told = [tell.say("walk_streets", file=data["sources"]["streets"])]
    elif kind == "given times":
        told = [tell.say("walk_given")]
    else:
        told = [tell.say("walk_straight", detour=tell.money(data["walking"]["detour"]))]
    told.append(tell.say("method"))
    if data["bound"] is None:
        told.append(tell.say("weighted_open", objective=tell.people(data["objective"])))
    else:
        told.append(
            tell.say(
                "weighted",
                objective=tell.people(data["objective"]),
                bound=tell.people(data["bound"]),
                gap="–" if data["gap"] is None else tell.share(data["gap"]),
            )
        )
    if data["walking"]["gap"] is not None:
        told.append(tell.say("walk_gap", gap=tell.share(data["walking"]["gap"])))
    if any(post["loss"] is not None for post in data["posts"]):
        told.append(tell.say("loss_told"))
    for layer, file in data["sources"]["replaced"].items():
        told.append(tell.say("replaced", layer=layer, file=file))
    labels = {one["id"]: tell.own(one["label"]) for one in data["resources"]}
    for name, limit in data["limits"].items():
        told.append(tell.say("limit", resource=labels.get(name, name), limit=tell.people(limit)))
    return told


def sources(data: Facts, tell: Speaker) -> list[str]:
    """Return which data the sheets rest on."""
    files = dict.fromkeys(data["sources"]["layers"].values())
    told = [tell.say("data", files=", ".join(files) or str(data["plan"]))]
    return [*told, tell.say("osm")] if data["sources"]["osm"] else told


def rows_by_loss(data: Facts, tell: Speaker, columns: Sequence[int]) -> list[Facts]:
    """Return the areas, those with most people not covered first."""
    rows = [row for row in data["gaps"]["rows"] if row["all"] is not None]
    return sorted(
        rows,
        key=lambda row: (
            -max(lost_of(row["all"], at) for at in columns),
            tell.order(row_name(data, row, tell)),
        ),
    )
