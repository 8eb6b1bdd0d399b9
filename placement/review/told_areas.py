"""What a difference says of areas: people gained and lost, and how long they walk."""

from collections.abc import Mapping

from placement.counts import counted
from placement.cover.area_walks import STEP_FREE, AreaWalks
from placement.review.edits import Edit
from placement.review.texts import shown
from placement.review.told import (
    ASKED,
    NOT_TOLD,
    RESULT,
    Leaves,
    Line,
    amount,
    named,
    signed,
    way,
)
from placement.solution import Solution

_WALKS = {"median_s": "half within", "p95_s": "95% within", "longest_s": "longest"}

_SECONDS = {"unit": " s", "null": "nobody", "change": False}

type Table = Mapping[str, AreaWalks]


def area_name(area: str) -> str:
    """Return what an area is called, or those of its people who walk without steps."""
    plain = area.removesuffix(STEP_FREE)
    return shown(plain if plain == area else f"{plain}, without steps")


def people_lines(leaves: Leaves, old: Solution, new: Solution) -> list[Line]:
    """Return how many people areas have, and how many of them came or went within reach."""
    lines: list[Line] = []
    of = leaves.by_name("placement", "areas")
    for resource in sorted(of):
        tables = old.areas.get(resource), new.areas.get(resource)
        if not tables[0] or not tables[1]:
            said = (counted(len(table), "area") if table else NOT_TOLD for table in tables)
            text = f"people and walks by area, {shown(resource)}: {' → '.join(said)}"
            lines.append(leaves.line(RESULT, text, of.pop(resource)))
    lines += _people(leaves, of)
    for resource in sorted(of):
        lines += _reached(leaves, of[resource], old.areas[resource], new.areas[resource], resource)
    return lines


def walks_lines(leaves: Leaves) -> list[Line]:
    """Return how the walks of areas changed that both solutions know, by resource."""
    of = leaves.by_name("placement", "areas")
    return [line for resource in sorted(of) for line in _walked(leaves, of[resource], resource)]


def _people(leaves: Leaves, of: Mapping[str, list[Edit]]) -> list[Line]:
    """Return how many people areas have: once where it is the same for each resource."""
    areas: dict[str, list[Edit]] = {}
    for found in of.values():
        for leaf in found:
            if leaf.path[-1] == "people" and len(leaf.values) == 2:
                areas.setdefault(leaf.path[3], []).append(leaf)
    lines = []
    for area, found in sorted(areas.items()):
        alike = len(found) == len(of) and len({(leaf.old, leaf.new) for leaf in found}) == 1
        for leaf in found[:1] if alike else found:
            of_whom = "" if alike else f", as counted for {shown(leaf.path[2])}"
            text = f"people of {area_name(area)}{of_whom}: {way(leaf)}"
            lines.append(leaves.line(ASKED, text, found if alike else [leaf]))
    return lines


def _reached(
    leaves: Leaves, found: list[Edit], old: Table, new: Table, resource: str
) -> list[Line]:
    """Return the people gained and lost within reach, the most first, and their sum."""
    told: dict[str, list[Edit]] = {}
    for leaf in found:
        apart = len(leaf.values) == 1  # an area that one of the files does not have
        if leaf.path[-1] == "within" or apart:
            told.setdefault(leaf.path[3], []).append(leaf)
    steps = {}
    for area in told:
        before, after = (table[area].within if area in table else None for table in (old, new))
        steps[area] = (before, after, (after or 0.0) - (before or 0.0))
    if not steps:
        return []
    gained = sum(change for _, _, change in steps.values() if change > 0)
    lost = sum(change for _, _, change in steps.values() if change < 0)
    sums = [f"{amount(gained)} gained"] if gained else []
    sums += [f"{amount(-lost)} lost"] if lost else []
    sums += [f"{signed(gained + lost)} in all"]
    head = f"people within reach of {shown(resource)}, by area: {', '.join(sums)}"
    lines = [Line(part=RESULT, text=head)]
    for area, (before, after, change) in sorted(
        steps.items(), key=lambda item: (-abs(item[1][2]), item[0])
    ):
        said = ("no such area" if value is None else amount(value) for value in (before, after))
        text = f"  {signed(change)}  {area_name(area)}  {' → '.join(said)}"
        lines.append(leaves.line(RESULT, text, told[area]))
    return lines


def _walked(leaves: Leaves, found: list[Edit], resource: str) -> list[Line]:
    """Return how the walks of those within reach changed, area by area."""
    areas: dict[str, list[Edit]] = {}
    for leaf in found:
        if leaf.path[-1] in _WALKS and len(leaf.values) == 2:
            areas.setdefault(leaf.path[3], []).append(leaf)
    said = {area: named(_WALKS, several, **_SECONDS) for area, several in areas.items()}
    lines = []
    for area in sorted(areas):
        twin = f"{area}{STEP_FREE}"
        name, both = area_name(area), areas[area]
        if said.get(twin) == said[area]:
            name, both = f"{name}, with and without steps", [*both, *areas[twin]]
        elif area.endswith(STEP_FREE) and said.get(area.removesuffix(STEP_FREE)) == said[area]:
            continue
        lines.append(leaves.line(RESULT, f"  {name}: {said[area]}", both))
    head = Line(part=RESULT, text=f"walks to {shown(resource)}, by area:")
    return [head, *lines] if lines else []
