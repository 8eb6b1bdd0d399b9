"""Another program: recounts gates and rules of a solution from the people it sends there.

Written from ``docs/reference/solution.md`` alone, and imports nothing of the project.
"""

from itertools import combinations
from math import ceil, dist, fsum

SLOW = "~step-free"
NO_QUEUE = 0.05  # people


def minutes(clock: str) -> int:
    """Return minutes after midnight."""
    hours, _, rest = clock.partition(":")
    return 60 * int(hours) + int(rest)


def gate(sent: list[float], units: int, lanes: dict) -> dict:
    """Run the queue of one gate, in which people come evenly within each period."""
    length, opens = lanes["period_min"], minutes(lanes["opens"])
    a_minute = units * lanes["rate_per_h"] * lanes.get("efficiency", 1) / 60
    a_minute *= lanes.get("headroom", 1)
    waiting = longest = cleared = 0.0
    admitted = []
    for number, people in enumerate(sent):
        left = waiting + people - length * a_minute
        if left <= NO_QUEUE:
            if waiting > NO_QUEUE:
                cleared = length * number + waiting / (a_minute - people / length)
            left = 0.0
        admitted.append(waiting + people - left)
        longest = max(longest, waiting / a_minute, left / a_minute) if people else longest
        waiting = left
    late = opens + ceil(cleared - 0.01)
    return {
        "admitted": admitted,
        "longest_wait_min": round(longest, 1),
        "clears": f"{late // 60:02d}:{late % 60:02d}" if round(longest, 1) else None,
    }


def lanes_of(plan, told, found, features, site, to_plane) -> None:
    """Put in what the people sent to gates make of each gate, of the cover and of the rules."""
    lanes, name = told["placement"]["lanes"], told["placement"]["lanes"]["resource"]
    rules = plan["resources"][name]["lanes"]
    found["lanes"] = {"period_min": rules["period_min"], "gates": {}}
    for post, told_gate in lanes["gates"].items():
        sent = [
            fsum(area[post][number] for area in lanes["areas"].values() if post in area)
            for number in range(len(told_gate["sent"]))
        ]
        units = next(one["properties"]["units"] for one in told["features"] if one["id"] == post)
        ran = found["lanes"]["gates"][post] = {"sent": sent, **gate(sent, units, rules)}
        features[post] |= {"admitted": fsum(sent), "longest_wait_min": ran["longest_wait_min"],
                           "clears": ran["clears"]}  # fmt: skip
    # who is sent to a gate is covered by it, whatever else lies within the limit
    sent = {area: fsum(fsum(part) for part in posts.values())
            for area, posts in lanes["areas"].items()}  # fmt: skip
    cover = found["coverage"][name]
    cover["covered"] = fsum(sent.values())
    cover["share"] = round(cover["covered"] / cover["total"], 6)
    if slow := cover.get("step_free"):
        slow["covered"] = fsum(many for area, many in sent.items() if area.endswith(SLOW))
        slow["share"] = round(slow["covered"] / slow["total"], 6)
    found["rules"] = {
        **floors_of(plan, found["areas"], {name: sent}),
        **groups_of(plan, told),
        **separations_of(plan, told, site, to_plane),
    }


def floors_of(plan, areas, sent):
    """Return the least share of each zone, and the share that is covered; a zone is an area."""
    rules = {}
    for floor in plan.get("floors", ()):
        name, slow = floor["resource"], floor.get("step_free", False)
        figures = areas[name]
        zones = floor.get("zones") or [zone for zone in figures if not zone.endswith(SLOW)]
        for zone in zones:
            mine = [f"{zone}{SLOW}"] if slow else [zone, f"{zone}{SLOW}"]
            mine = [area for area in mine if area in figures]
            people = fsum(figures[area]["people"] for area in mine)
            covered = fsum(sent[name].get(area, 0.0) if name in sent else figures[area]["within"]
                           for area in mine)  # fmt: skip
            whom = " step-free" if slow else ""
            rules[f"floors: {floor['share']} of zone '{zone}'{whom} by '{name}'"] = {
                "asked": floor["share"], "reached": round(covered / people, 6)
            }  # fmt: skip
    return rules


def groups_of(plan, told):
    """Return how many posts may stand at the sites of each group, and how many do."""
    return {
        f"groups: {group['name']}": {
            "asked": group.get("most", 1),
            "reached": sum(
                one["properties"]["site"] in group["sites"]
                and one["properties"]["resource"] == group["resource"]
                for one in told["features"]
            ),
        }
        for group in plan.get("groups", ())
    }


def separations_of(plan, told, site, to_plane):
    """Return the least distance that two posts may have in the plane, and the least they have."""
    rules = {}
    for name, resource in plan["resources"].items():
        if "separation_m" in resource:
            places = [
                to_plane(*site[one["properties"]["site"]]["geometry"]["coordinates"][:2])
                for one in told["features"] if one["properties"]["resource"] == name
            ]  # fmt: skip
            least = min(dist(*pair) for pair in combinations(places, 2))
            rules[f"resources.{name}.separation_m"] = {
                "asked": resource["separation_m"], "reached": round(least, 6)
            }  # fmt: skip
    return rules
