"""What a difference says of lanes: the window, the gates, who is sent where and waits how long."""

import math
from collections.abc import Iterable

from placement.counts import counted
from placement.plan.clock import minutes_of
from placement.review.edits import Edit
from placement.review.texts import shown
from placement.review.told import (
    ASKED,
    NOT_TOLD,
    RESULT,
    Leaves,
    Line,
    amount,
    exact,
    is_number,
    signed,
    way,
)
from placement.review.told_areas import area_name
from placement.review.told_totals import open_walks
from placement.solution import Admission, Gate, Solution

_AT = ("placement", "lanes")
_WINDOW = ("resource", "opens", "closes", "period_min")


def lane_lines(leaves: Leaves, old: Solution, new: Solution) -> list[Line]:
    """Return what differs of lanes, from the whole to its parts."""
    before, after = old.lanes, new.lanes
    if not leaves.below(*_AT):
        return []
    if before is None or after is None:
        text = " → ".join("none" if one is None else _summed(one) for one in (before, after))
        return [leaves.line(RESULT, f"lanes: {text}", leaves.below(*_AT))]
    lines = []
    window = [leaf for name in _WINDOW if (leaf := leaves.take(*_AT, name)) is not None]
    if window:
        text = f"lanes: {_window(before)} → {_window(after)}"
        lines.append(leaves.line(ASKED, text, window))
    lines += _together(leaves, before, after)
    walk = leaves.get(*_AT, "mean_walk_s")
    if walk is not None:
        left = open_walks(old, new)
        text = f"mean walk to the gates: {way(walk, unit=' s', change=not left)}{left}"
        lines.append(leaves.line(RESULT, text, [walk]))
    lines += _waits(leaves, before, after)
    lines += _gates(leaves, before, after)
    lines += _profiles(leaves, after)
    lines += _sent(leaves, before, after)
    lines += _rings(leaves, before, after)
    return lines


def _rings(leaves: Leaves, old: Admission, new: Admission) -> list[Line]:
    """Return how many pass each ring; who goes by which route is told by area and gate already."""
    changed = [*leaves.below(*_AT, "rings"), *leaves.below(*_AT, "routes")]
    if not changed:
        return []
    both = [{ring.ring: ring.people for ring in one.rings} for one in (old, new)]
    names = [ring.ring for ring in (new.rings or old.rings)]
    lines = [
        Line(part=RESULT, text=f"  {shown(name)}: {_passing(before)} → {_passing(after)}")
        for name in names
        for before, after in [(one.get(name) for one in both)]
        if before != after
    ]
    if not lines:
        return [leaves.line(RESULT, "people pass the rings by other gates", changed)]
    return [leaves.line(RESULT, "people who pass each ring:", changed), *lines]


def _passing(people: float | None) -> str:
    return "no such ring" if people is None else amount(people)


def _window(told: Admission) -> str:
    return f"{shown(told.resource)}, {told.opens} to {told.closes} by {amount(told.period_min)} min"


def _persons(value: object) -> str:
    return f"{exact(value)} {'person' if value == 1 else 'people'}"


def _summed(told: Admission) -> str:
    admitted = counted(round(_total(told.entrances.values()), 6), "person")
    return (
        f"{_window(told)}, {admitted} admitted at "
        f"{counted(len(told.gates), 'gate')}, longest wait {_wait(told.gates.values())} min"
    )


def _total(gates: Iterable[Gate]) -> float:
    return math.fsum(people for gate in gates for people in gate.sent)


def _wait(gates: Iterable[Gate]) -> float:
    return max((gate.longest_wait_min for gate in gates), default=0.0)


def _clears(gates: Iterable[Gate]) -> str:
    return max((gate.clears for gate in gates if gate.clears), default="at once")


def _together(leaves: Leaves, old: Admission, new: Admission) -> list[Line]:
    """Return what follows for all gates together."""
    of = [leaf for leaf in leaves.below(*_AT, "gates") if len(leaf.path) > 3]
    lines = []
    for words, key, figure in (
        ("admitted, in people", "sent", _total),
        ("longest wait in minutes", "longest_wait_min", _wait),
        ("last queue clears", "clears", _clears),
    ):
        # people are counted at the gates where they come in, and wait at all of them
        passed = (one.entrances if key == "sent" else one.gates for one in (old, new))
        before, after = (figure(gates.values()) for gates in passed)
        about = tuple(leaf.path for leaf in of if leaf.path[-1] == key)
        said = [one if isinstance(one, str) else amount(one) for one in (before, after)]
        if said[0] != said[1] and about:
            change = ""
            if not isinstance(before, str) and not isinstance(after, str):
                change = f" ({signed(after - before)})"
            text = f"{words}: {said[0]} → {said[1]}{change}"
            lines.append(Line(part=RESULT, text=text, tells=about))
    return lines


def _waits(leaves: Leaves, old: Admission, new: Admission) -> list[Line]:
    """Return the longest wait of each area's people, at the gates that they are sent to."""
    lines = []
    for area in sorted(old.areas.keys() & new.areas.keys()):
        posts = sorted({*old.areas[area], *new.areas[area]})
        waits = [
            _wait(one.gates[post] for post, sent in one.areas[area].items()
                  if post in one.gates and math.fsum(sent) > 0)
            for one in (old, new)
        ]  # fmt: skip
        found = [
            leaf.path
            for leaf in (
                *(leaves.get(*_AT, "areas", area, post) for post in posts),
                *(leaves.get(*_AT, "gates", post, "longest_wait_min") for post in posts),
            )
            if leaf is not None
        ]
        if waits[0] != waits[1] and found:
            text = f"  {area_name(area)}: {amount(waits[0])} → {amount(waits[1])} min"
            lines.append(Line(part=RESULT, text=text, tells=tuple(found)))
    head = Line(part=RESULT, text=f"longest wait for {shown(new.resource)}, by area:")
    return [head, *lines] if lines else []


def _gates(leaves: Leaves, old: Admission, new: Admission) -> list[Line]:
    """Return what differs at each gate; the same figures of its post are told with it."""
    lines = []
    for post, found in leaves.by_name(*_AT, "gates").items():
        gates = old.gates.get(post), new.gates.get(post)
        if gates[0] is None or gates[1] is None:
            text = " → ".join("no gate" if gate is None else _gate(gate) for gate in gates)
            lines.append(leaves.line(RESULT, f"  {shown(post)}: {text}", found))
            continue
        told = [
            f"{words} {_people(leaf, new)}"
            for key, words in (("sent", "sent"), ("admitted", "through"))
            if (leaf := leaves.take(*_AT, "gates", post, key)) is not None
        ]
        for key, words in (("longest_wait_min", "longest wait in minutes"), ("clears", "clears")):
            leaf = leaves.take(*_AT, "gates", post, key)
            if leaf is not None:
                told.append(f"{words} {way(leaf, null='at once')}")
                twin = leaves.get("features", post, "properties", key)
                if twin is not None and (twin.old, twin.new) == (leaf.old, leaf.new):
                    found = [*found, twin]
        lines.append(leaves.line(RESULT, f"  {shown(post)}: {', '.join(told)}", found))
    return [Line(part=RESULT, text="gates:"), *lines] if lines else []


def _gate(gate: Gate) -> str:
    wait = amount(gate.longest_wait_min)
    return f"{amount(math.fsum(gate.sent))} sent, longest wait {wait} min"


def _profiles(leaves: Leaves, new: Admission) -> list[Line]:
    """Return who comes by each arrival profile, and who of them is sent."""
    lines = []
    for name, found in leaves.by_name(*_AT, "profiles").items():
        if any(len(leaf.values) == 1 for leaf in found):
            side = "new" if "new" in found[0].values else "old"
            people = [leaf.values[side] for leaf in found if leaf.path[-1] == "people"]
            there = _persons(people[0] if people else None)
            said = f"{NOT_TOLD} → {there}" if side == "new" else f"{there} → {NOT_TOLD}"
            lines.append(leaves.line(ASKED, f"who comes by {shown(name)}: {said}", found))
            continue
        for leaf in found:
            part = RESULT if leaf.path[-1] == "sent" else ASKED
            words = {"people": "people who come", "coming": "coming", "sent": "admitted of those"}
            text = f"{words.get(leaf.path[-1], leaf.path[-1])} by {shown(name)}: "
            lines.append(leaves.line(part, text + _people(leaf, new), [leaf]))
    return lines


def _sent(leaves: Leaves, old: Admission, new: Admission) -> list[Line]:
    """Return how many of each area are sent to each gate."""
    of = leaves.by_name(*_AT, "areas")
    if of and not (old.areas and new.areas):
        said = (counted(len(one.areas), "area") if one.areas else NOT_TOLD for one in (old, new))
        text = f"who of each area is sent where: {' → '.join(said)}"
        return [leaves.line(RESULT, text, leaves.below(*_AT, "areas"))]
    lines = []
    for area, found in of.items():
        for leaf in found:
            where = f"to {shown(leaf.path[4])}" if len(leaf.path) > 4 else "to any gate"
            text = f"  {area_name(area)} {where}: {_people(leaf, new)}"
            lines.append(leaves.line(RESULT, text, [leaf]))
    return [Line(part=RESULT, text="who of each area is sent where:"), *lines] if lines else []


def _people(leaf: Edit, lanes: Admission) -> str:
    """Return the way from people in each period to others: the sum, then each that differs."""
    if not all(isinstance(leaf.values.get(side, []), list) for side in ("old", "new")):
        return way(leaf)
    old, new = (leaf.values.get(side, []) for side in ("old", "new"))
    text = f"{amount(math.fsum(old))} → {amount(math.fsum(new))}"
    if not old or not new:
        return text
    if len(old) != len(new) or not all(map(is_number, (*old, *new))):
        return f"{text}, by period {exact(old)} → {exact(new)}"
    parts = [
        f"from {_clock(lanes, at)} {amount(one)} → {amount(other)}"
        for at, (one, other) in enumerate(zip(old, new, strict=True))
        if one != other
    ]
    return f"{text} ({', '.join(parts)})"


def _clock(lanes: Admission, period: int) -> str:
    """Return when a period begins."""
    begins = (minutes_of(lanes.opens) or 0) + period * lanes.period_min
    return f"{int(begins // 60) % 24:02d}:{int(begins % 60):02d}"
