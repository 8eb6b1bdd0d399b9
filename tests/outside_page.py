"""Another program: counts what the page of a map tells, from the plan and its solution alone.

It shares nothing with the project, and finds walks by ``outside``, queues by ``outside_lanes``.
"""

import json
from math import floor, fsum
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from tests.outside import SLOW, priced, recompute, walked
from tests.outside_lanes import minutes

PARTS = 100  # of a person, in flows


def shares(lanes: dict) -> np.ndarray:
    """Return who comes in each period: the hour in the middle has its share, the others the rest.

    In periods of which the hour holds a part, people come by how much of each lies within it.
    """
    length, window = lanes["period_min"], minutes(lanes["closes"]) - minutes(lanes["opens"])
    begins = np.arange(0, window, length)
    middle = np.minimum(begins + length, window / 2 + 30) - np.maximum(begins, window / 2 - 30)
    within = np.clip(middle, 0, None) / 60
    outside = (length - 60 * within) / (window - 60)
    peak = max(lanes.get("peak_hour_share", 0.4), 60 / window)
    return peak * within + (1 - peak) * outside


def admitted(posts: list[dict], within: np.ndarray, many: np.ndarray, lanes: dict) -> list[float]:
    """Return how many people all gates can admit, and how many without each of them.

    A flow over the periods, with queues that carry: from 0 through crowds and gates to 1.
    """
    kinds, of = np.unique(within.T, axis=0, return_inverse=True)
    people = np.bincount(of.ravel(), weights=many, minlength=len(kinds))
    coming = shares(lanes)
    first = 2 + len(kinds) * len(coming)  # the gates come after the crowds
    arcs = []
    for t, share in enumerate(coming):
        for row, kind in enumerate(kinds):
            crowd = 2 + row * len(coming) + t
            arcs.append((0, crowd, people[row] * share))
            arcs += [(crowd, first + gate * len(coming) + t, 1e6) for gate in np.flatnonzero(kind)]
        for gate, post in enumerate(posts):
            here = first + gate * len(coming) + t
            a_minute = post["units"] * lanes["rate_per_h"] / 60
            a_minute *= lanes.get("efficiency", 1) * lanes.get("headroom", 1)
            arcs.append((here, 1, a_minute * lanes["period_min"]))
            if t + 1 < len(coming):
                arcs.append((here, here + 1, a_minute * lanes["max_wait_min"]))
    begins, ends, room = (np.array(column) for column in zip(*arcs, strict=True))
    size = first + len(posts) * len(coming)

    def flow(closed):
        kept = np.where((begins >= first) & ((begins - first) // len(coming) == closed), 0, room)
        whole = np.rint(PARTS * kept).astype(np.int32)
        table = csr_array((whole, (begins, ends)), shape=(size, size))
        return maximum_flow(table, 0, 1).flow_value / PARTS

    return [flow(closed) for closed in (-1, *range(len(posts)))]


def own_people(posts: list[dict], walks: np.ndarray, many: np.ndarray) -> list[tuple]:
    """Return of each post those who have it as their nearest, and those who have no other.

    Of posts as near the first by its site has them.
    """
    order = sorted(range(len(posts)), key=lambda at: posts[at]["site"])
    within = np.isfinite(walks)
    nearest = np.array(order)[walks[order].argmin(axis=0)] if posts else None
    return [
        (
            fsum(many[within[at] & (nearest == at)]),
            fsum(many[within[at] & (within.sum(axis=0) == 1)]),
        )
        for at in range(len(posts))
    ]


def recount(plan_file: Path, solution_file: Path) -> dict:
    """Return the figures of a page, by what they belong to; people are not rounded."""
    told = json.loads(solution_file.read_text(encoding="utf-8"))
    plan, _, people, site, walks = walked(plan_file, told)
    figures = recompute(plan_file, solution_file)
    whole, many, slow = figures["placement"], people.many, people.slow
    base = np.array([area.removesuffix(SLOW) for area in people.area])
    lanes = told["placement"].get("lanes")
    found: dict = {"budget": {"amount": whole["budget"], "cost": whole["cost"]}}
    found |= {"objective": whole["objective"], "gap": whole["gap"]}
    found |= {"resources": {}, "posts": {}, "areas": {}, "walks": {}, "gaps": {}, "sites": {}}
    for name, (posts, seconds) in walks.items():
        rule, cover = plan["resources"][name], whole["coverage"][name]
        laned = lanes is not None and lanes["resource"] == name
        keys = [f"{post['site']}/{name}" for post in posts]
        costs = [figures["features"][key]["cost"] for key in keys]
        walk = lanes["mean_walk_s"] if laned else whole["walk"]["mean_s"][name]
        found["resources"][name] = cover | {
            "posts": len(posts), "units": sum(post["units"] for post in posts), "cost": fsum(costs),
            "limit_s": 60 * rule["walk_limit_min"], "fleet": rule.get("fleet"),
            "walk_s": walk if cover["covered"] > 0 else None,
        }  # fmt: skip
        if laned:
            everyone, *others = admitted(posts, np.isfinite(seconds), many, rule["lanes"])
            assert abs(everyone - cover["covered"]) < 1  # the plan admits as many as can be
            sent = [fsum(lanes["gates"][key]["sent"]) for key in keys]
            served = [(mine, everyone - other) for mine, other in zip(sent, others, strict=True)]
        else:
            served = own_people(posts, seconds, many)
        for key, (mine, loss) in zip(keys, served, strict=True):
            told_post = figures["features"][key]
            found["posts"][key] = {"served": mine, "loss": loss} | {
                part: told_post[part] for part in ("cost", "covered")
            }
        met = np.isfinite(seconds).any(axis=0)
        for area in sorted(set(base)):
            for key, whom in (("all", base == area), ("slow", (base == area) & slow)):
                number, far = fsum(many[whom]), fsum(many[whom & ~met])
                gone = lanes["areas"] if laned else {}
                sent = fsum(
                    fsum(part)
                    for name_, gates in gone.items()
                    for part in gates.values()
                    if name_ == area + SLOW or (name_ == area and key == "all")
                )
                turned = number - far - sent if laned else 0.0
                found["gaps"].setdefault(area, {}).setdefault(key, {})[name] = number, far, turned
                found["areas"].setdefault(area, {}).setdefault(key, {})[name] = number, number - far
        found["walks"][name] = whole["areas"][name]
        for key, one in site.items():
            taken = any(post["properties"]["site"] == key for post in told["features"])
            allowed = name in one["properties"].get("resources", plan["resources"])
            if allowed and not taken:
                usual = {"min_units": 1, "max_units": 12} | rule
                found["sites"][f"{key}/{name}"] = [
                    priced(usual, name, one, part)
                    for part in ("open_cost", "unit_cost", "min_units", "max_units")
                ]
    if lanes is not None:
        found |= {"lanes": whole["lanes"]["gates"], "rules": whole["rules"], "sent": lanes["areas"]}
    return found


def half_up(number: float) -> int:
    """Return whole people as a page writes them."""
    return floor(round(number, 6) + 0.5)
