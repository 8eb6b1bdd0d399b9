"""The tables of the printed pages: posts by number, and people not covered by area."""

from collections.abc import Mapping, Sequence
from typing import Any

from placement.maps.paper.sentences import (
    Facts,
    lost_of,
    period_in_words,
    row_name,
    rows_by_loss,
)
from placement.maps.paper.speech import Speaker

type Table = Mapping[str, Any]


def number_order(post: Facts) -> tuple[int, int]:
    """Return what posts are sorted by: their kind, then their number."""
    return post["resource"], int("".join(one for one in post["number"] if one.isdigit()))


def post_tables(data: Facts, tell: Speaker, square: Mapping[str, str]) -> list[Table]:
    """Return the numbered posts, a table a resource.

    Parameters
    ----------
    data
        What the page is made from.
    tell
        Says it in a language.
    square
        By number, the square of the map that a post stands in.
    """
    gates = {} if data["lanes"] is None else {one["key"]: one for one in data["lanes"]["gates"]}
    money = tell.own(data["budget"]["unit"])
    found: list[Table] = []
    for at, kind in enumerate(data["resources"]):
        posts = sorted((one for one in data["posts"] if one["resource"] == at), key=number_order)
        if not posts:
            continue
        laned = data["lanes"] is not None and data["lanes"]["resource"] == at
        heads = ["number_short", "square", "site", "units_short", "cost_short", "served_short"]
        heads += ["loss_short", *(["lanes_wait"] if laned else [])]
        rows = []
        for post in posts:
            gate = gates.get(f"{post['site']}/{kind['id']}")
            row = [
                post["number"],
                square.get(post["number"], ""),
                post["name"] or post["site"],
                tell.people(post["units"]),
                tell.money(post["cost"]),
                _or_dash(post["served"], tell),
                _or_dash(post["loss"], tell),
            ]
            if laned:
                wait = 0.0 if gate is None else gate["wait"]
                row.append(tell.say("minutes", min=tell.mean(60 * wait)) if wait else "–")
            rows.append(row)
        total = [
            "",
            "",
            tell.say("all_posts"),
            tell.people(kind["units"]),
            tell.money(kind["cost"]),
            tell.people(kind["covered"]),
            "",
            *([""] if laned else []),
        ]
        found.append(
            {
                "title": tell.say("posts_of", label=tell.own(kind["label"])),
                "look": at,
                "heads": [
                    f"{tell.say(one)} ({money})" if one == "cost_short" else tell.say(one)
                    for one in heads
                ],
                "widths": [8, 9, None, 11, 15, 14, 14, *([15] if laned else [])],
                "left": [0, 1, 2],
                "bold": True,
                "rows": rows,
                "total": total,
            }
        )
    return found


def barrier_tables(data: Facts, tell: Speaker, square: Mapping[str, str]) -> list[Table]:
    """Return the barriers that stand, a table a kind, in the order of the map's squares.

    Parameters
    ----------
    data
        What the page is made from.
    tell
        Says it in a language.
    square
        By identifier of a way, the square of the map that the middle of its line lies in.
    """
    money = tell.own(data["budget"]["unit"])
    return [
        {
            "title": tell.say("barriers_of", label=tell.own(kind["label"])),
            "look": None,
            "heads": [tell.say("square"), tell.say("way"), f"{tell.say('cost_short')} ({money})"],
            "widths": [9, None, 15],
            "left": [0, 1],
            "bold": True,
            "rows": [
                [square.get(way["id"], ""), way["name"] or way["id"], tell.money(way["cost"])]
                for way in sorted(kind["ways"], key=lambda one: _square_order(square, one))
            ],
            "total": ["", tell.people(kind["count"]), tell.money(kind["cost"])],
        }
        for kind in data.get("barriers", ())
        if kind["count"]
    ]


def _square_order(square: Mapping[str, str], way: Facts) -> tuple[str, int, str]:
    """Return what ways are sorted by: the letter and the number of their square, then the name."""
    where = square.get(way["id"], "")
    return where[:1], int(where[1:] or 0), way["name"]


def gap_table(data: Facts, tell: Speaker, shown: Sequence[int]) -> Table | None:
    """Return the people not covered, by area and reason; None where all are."""
    everyone = data["gaps"]["all"]
    columns: list[tuple[str, int]] = []
    for at in shown:
        columns.append(("far", at))
        if data["lanes"] is not None and data["lanes"]["resource"] == at:
            columns.append(("turned", at))
    rows = [
        row
        for row in rows_by_loss(data, tell, shown)
        if any(lost_of(row["all"], at) for at in shown)
    ]
    if not rows:
        return None

    def figures(part: Facts) -> list[str]:
        lost = [part[why][at] for why, at in columns]
        return [tell.people(part["people"]), *(_or_dash(one, tell) for one in lost)]

    labels = [tell.own(data["resources"][at]["label"]) for _, at in columns]
    return {
        "title": tell.say("gap_table"),
        "look": None,
        "heads": [
            tell.say("area"),
            tell.say("people_short"),
            *(
                tell.titled(label, tell.within(tell.say(f"why_{why}")))
                for label, (why, _) in zip(labels, columns, strict=True)
            ),
        ],
        "widths": [None, 15, *[19] * len(columns)],
        "left": [0],
        "bold": False,
        "rows": [[row_name(data, row, tell), *figures(row["all"])] for row in rows],
        "total": [tell.say("all_areas"), *figures(everyone)],
    }


def _or_dash(number: float | None, tell: Speaker) -> str:
    return "–" if number is None else tell.people(number)


def day_table(values: Sequence[Facts], data: Facts, tell: Speaker, shown: Sequence[int]) -> Table:
    """Return what each period of the day comes to.

    Parameters
    ----------
    values
        The periods, as `placement.maps.day.day_values` tells them.
    data, tell
        What the page is made from, and who says it.
    shown
        Positions of the resources that are spoken of.
    """

    def told(period: Facts, at: int) -> str:
        covered, people = period["covered"][at], period["people"]
        if covered is None:
            return "–"
        met = f"{tell.share(covered / people if people else 0.0)} ({tell.people(covered)})"
        walk_s = period["walk_s"][at]
        return met if walk_s is None else f"{met}, {tell.say('minutes', min=tell.mean(walk_s))}"

    rows = [
        [
            ", ".join(
                [
                    period_in_words(period, tell),
                    *(
                        [tell.say("period_closed", names=", ".join(period["closed"]))]
                        if period["closed"]
                        else []
                    ),
                    *(_turned(data["resources"][at], tell) for at in period["turned"]),
                ]
            ),
            tell.people(period["people"]),
            *(told(period, at) for at in shown),
        ]
        for period in values
    ]
    labels = [tell.own(data["resources"][at]["label"]) for at in shown]
    return {
        "title": tell.say("period_table"),
        "look": None,
        "heads": [
            tell.say("period"),
            tell.say("people_short"),
            *(tell.say("period_covered", label=label) for label in labels),
        ],
        "widths": [None, 15, *[31] * len(shown)],
        "left": [0],
        "bold": True,
        "rows": rows,
        "total": [],
    }


def _turned(resource: Facts, tell: Speaker) -> str:
    """Return which way people walk where a period turns it round."""
    key = "day_turned_in" if resource["outward"] else "day_turned_out"
    return tell.say(key, label=tell.own(resource["label"]))


def figures_table(data: Facts, tell: Speaker, at: int) -> Table:
    """Return the figures of a resource, one below another."""
    kind, everyone = data["resources"][at], data["gaps"]["all"]
    laned = data["lanes"] is not None and data["lanes"]["resource"] == at
    rows = [
        [tell.say("people"), tell.people(kind["total"])],
        [tell.say("covered_here", label=tell.own(kind["label"])), _part(kind, tell)],
        [tell.say("why_far"), tell.people(everyone["far"][at])],
    ]
    if laned:
        rows.append([tell.say("why_turned"), tell.people(everyone["turned"][at])])
    if kind["step_free"] is not None:
        rows.append([tell.say("step_free"), _part(kind["step_free"], tell)])
    if kind["backup"] is not None:
        rows.append([tell.say("backup"), _part(kind["backup"], tell)])
    rows.append([tell.say("posts"), tell.people(kind["posts"])])
    units = tell.units(kind["unit"])
    if kind["fleet"] is not None:
        units = tell.say("units_of", units=units, fleet=tell.people(kind["fleet"]))
    rows.append([units, tell.people(kind["units"])])
    if kind["walk_s"] is not None and kind["posts"]:
        rows.append([tell.say("mean_walk"), tell.say("minutes", min=tell.mean(kind["walk_s"]))])
    return _plain(tell.own(kind["label"]), at, rows)


def cost_table(data: Facts, tell: Speaker, shown: Sequence[int]) -> Table:
    """Return what is spent on what, and what is left."""
    budget = data["budget"]
    unit = tell.own(budget["unit"])
    rows = [
        [tell.own(data["resources"][at]["label"]), tell.money(data["resources"][at]["cost"])]
        for at in shown
    ]
    rows += [
        [f"{tell.own(kind['label'])} ({tell.people(kind['count'])})", tell.money(kind["cost"])]
        for kind in data.get("barriers", ())
    ]
    rows.append([tell.say("left"), tell.money(budget["amount"] - budget["cost"])])
    of = tell.say("cost_of", budget=tell.money(budget["amount"]), unit=unit)
    rows.append([f"{tell.say('cost')} ({of})", tell.money(budget["cost"])])
    return _plain(tell.say("cost"), None, rows)


def _plain(title: str, at: int | None, rows: Sequence[Sequence[str]]) -> Table:
    return {
        "title": title,
        "look": at,
        "heads": [],
        "widths": [None, "auto"],
        "left": [0],
        "bold": False,
        "rows": rows,
        "total": [],
    }


def _part(part: Facts, tell: Speaker) -> str:
    return tell.say(
        "part_of",
        covered=tell.people(part["covered"]),
        total=tell.people(part["total"]),
        share=tell.share(part["share"]),
    )
