"""Another program: recounts the gates of a solution from the people it sends there.

Written from ``docs/reference/solution.md`` alone, and imports nothing of the project.
"""

import json
import tomllib
from math import ceil, fsum
from pathlib import Path

NO_QUEUE = 0.05  # people


def minutes(clock: str) -> int:
    """Return minutes after midnight."""
    hours, _, rest = clock.partition(":")
    return 60 * int(hours) + int(rest)


def gate(sent: list[float], units: int, lanes: dict) -> dict:
    """Run the queue of one gate, in which people come evenly within each period."""
    length, opens = lanes["period_min"], minutes(lanes["opens"])
    a_minute = units * lanes["rate_per_h"] * lanes.get("efficiency", 1) / 60
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


def recount(plan_file: Path, solution_file: Path) -> dict:
    """Return what the people sent to gates make of each gate, the areas and the cover."""
    plan = tomllib.loads(plan_file.read_text(encoding="utf-8"))
    told = json.loads(solution_file.read_text(encoding="utf-8"))
    lanes = told["placement"]["lanes"]
    rules = plan["resources"][lanes["resource"]]["lanes"]
    units = {one["id"]: one["properties"]["units"] for one in told["features"]}
    gates = {name: gate(one["sent"], units[name], rules) for name, one in lanes["gates"].items()}
    by_area = {
        name: [
            fsum(area[name][number] for area in lanes["areas"].values() if name in area)
            for number in range(len(one["sent"]))
        ]
        for name, one in lanes["gates"].items()
    }
    people = fsum(fsum(one["sent"]) for one in lanes["gates"].values())
    covered = {name: part["covered"] for name, part in told["placement"]["coverage"].items()}
    covered[lanes["resource"]] = people
    return {
        "gates": gates,
        "by_area": by_area,
        "covered": people,
        "objective": fsum(plan["resources"][name]["value"] * covered[name] for name in covered),
    }
