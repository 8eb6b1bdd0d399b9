"""Figures of two solutions side by side: people apart, tiers, rules, lanes, walks, wishes of a run.

An older file knows fewer of them; what one of the two does not know is told as such.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from placement.review.texts import gap_words, rounded, shown
from placement.solution import Admission, Coverage, Gate, Part, Solution

type Value = float | str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """Something both solutions may state.

    Attributes
    ----------
    path
        Where it stands in the difference as plain values.
    values
        By name: what the old and what the new solution state; None where one does not.
    line
        Both in words; empty where words would only repeat others.
    """

    path: tuple[str, ...]
    values: Mapping[str, tuple[Value, Value]]
    line: str

    @property
    def differs(self) -> bool:
        """Whether the solutions differ here, as far as their files can tell."""
        return any(plain(old) != plain(new) for old, new in self.values.values())


def figures(old: Solution, new: Solution) -> list[Figure]:
    """Return what two solutions state beside posts, cost and cover, in the order to read it."""
    return [
        *_apart(old, new),
        *_tiers(old, new),
        *_rules(old, new),
        *_lanes(old.lanes, new.lanes),
        *_walks(old, new),
        *_ground(old, new),
        *_runs(old, new),
    ]


def nested(found: list[Figure]) -> dict[str, Any]:
    """Return figures as plain values, ready for JSON."""
    top: dict[str, Any] = {}
    for figure in found:
        inner = top
        for name in figure.path:
            inner = inner.setdefault(name, {})
        for name, (old, new) in figure.values.items():
            inner[name] = step(old, new)
    return top


def step(old: Value, new: Value) -> dict[str, Value]:
    """Return two values and, of numbers, the change."""
    told = {"old": plain(old), "new": plain(new)}
    if isinstance(old, str) or isinstance(new, str):
        return told
    return told | {"change": plain(None if old is None or new is None else new - old)}


def plain(value: Value) -> Value:
    """Round as the solution file does, whole numbers as int; None where JSON has no number."""
    if value is None or isinstance(value, str):
        return value
    if not math.isfinite(value):
        return None
    number = rounded(value)
    return int(number) if number == int(number) else number


def amount(value: float) -> str:
    """Return a number of no particular unit in words."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def stretch(old: float, new: float, unit: str = "") -> str:
    """Return the way from one number to another in words."""
    if amount(old) == amount(new):
        return f"{amount(new)}{unit} (unchanged)"
    sign = "+" if new > old else "-"
    return f"{amount(old)} → {amount(new)}{unit} ({sign}{amount(abs(new - old))})"


def cover(before: Coverage | Part | None, after: Coverage | Part | None) -> str:
    """Return the way from one cover to another in words."""
    if _people(before) == _people(after):
        return f"{_people(after)} (unchanged)"
    text = f"{_people(before)} → {_people(after)}"
    if before is None or after is None:
        return text
    sign = "+" if after.covered >= before.covered else "-"
    return f"{text}, {sign}{abs(after.covered - before.covered):,.0f} people"


def _people(part: Coverage | Part | None) -> str:
    if part is None:
        return "not in the plan"
    return f"{part.covered:,.0f} ({part.share:.1%})"


def _way(old: str, new: str) -> str:
    return new if old == new else f"{old} → {new}"


def _names(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return sorted({*old, *new})


def _apart(old: Solution, new: Solution) -> list[Figure]:
    """Return who is counted apart from all others, by resource."""
    found = []
    for name in _names(old.coverage, new.coverage):
        both = old.coverage.get(name), new.coverage.get(name)
        for key, words in (("step_free", "step-free"), ("backup", "covered twice")):
            before, after = (None if one is None else getattr(one, key) for one in both)
            if before is not None or after is not None:
                values = {
                    part: (
                        None if before is None else getattr(before, part),
                        None if after is None else getattr(after, part),
                    )
                    for part in ("covered", "total", "share")
                }
                line = f"{words}, by {shown(name)}: {cover(before, after)}"
                found.append(Figure((key, name), values, line))
        means = tuple(None if one is None else one.expected for one in both)
        if means != (None, None):
            way = _way(*(_said(mean, "{:,.0f}") for mean in means))
            line = f"expected cover by {shown(name)}: {way}"
            found.append(Figure(("expected",), {name: (means[0], means[1])}, line))
    return found


def _said(value: float | None, form: str, none: str = "not told") -> str:
    return none if value is None else form.format(value)


def _tiers(old: Solution, new: Solution) -> list[Figure]:
    found = []
    before, after = ({tier.tier: tier for tier in one.tiers} for one in (old, new))
    for number in sorted({*before, *after}):
        both = before.get(number), after.get(number)
        worth = tuple(None if one is None else one.objective for one in both)
        gaps = tuple(None if one is None else one.gap for one in both)
        said = (
            "no such tier"
            if one is None
            else f"{amount(one.objective)}, "
            + ("proven" if one.gap == 0 else f"gap {gap_words(one.gap)}")
            for one in both
        )
        values = {"objective": (worth[0], worth[1]), "gap": (gaps[0], gaps[1])}
        line = f"tier {number}: {_way(*said)}"
        found.append(Figure(("tiers", str(number)), values, line))
    return found


def _rules(old: Solution, new: Solution) -> list[Figure]:
    found = []
    for name in _names(old.rules, new.rules):
        both = old.rules.get(name), new.rules.get(name)
        asked = tuple(None if one is None else one.asked for one in both)
        reached = tuple(None if one is None else one.reached for one in both)
        said = [
            ("nothing", "nothing")
            if one is None
            else (f"{one.asked:.4g}", _said(one.reached, "{:.4g}", "nothing"))
            for one in both
        ]
        ways = [_way(before, after) for before, after in zip(*said, strict=True)]
        values = {"asked": (asked[0], asked[1]), "reached": (reached[0], reached[1])}
        line = f"rule {shown(name)}: asked {ways[0]}, reached {ways[1]}"
        found.append(Figure(("rules", name), values, line))
    return found


def _lanes(old: Admission | None, new: Admission | None) -> list[Figure]:
    """Return what happens at the gates: together first, then gate by gate."""
    if old is None and new is None:
        return []
    both = old, new
    window = [_window(one) for one in both]
    people = [None if one is None else _admitted(*one.gates.values()) for one in both]
    waits = [
        None if one is None else max((g.longest_wait_min for g in one.gates.values()), default=0.0)
        for one in both
    ]
    ends = [
        None if one is None else max((g.clears for g in one.gates.values() if g.clears), default="")
        for one in both
    ]
    walks = [None if one is None else one.mean_walk_s for one in both]
    found = [
        Figure(("lanes",), {"window": (window[0], window[1])},
               f"lanes: {_way(*(one or 'none' for one in window))}"),
        Figure(("lanes",), {"admitted": (people[0], people[1])},
               f"admitted: {_way(*(_said(one, '{:,.0f} people') for one in people))}"),
        Figure(("lanes",), {"longest_wait_min": (waits[0], waits[1])},
               f"longest wait: {_way(*(_said(one, '{:.1f} min') for one in waits))}"),
        Figure(("lanes",), {"clears": (ends[0] or None, ends[1] or None)},
               f"last queue clears: {_way(*(one or 'no queue' for one in ends))}"),
        Figure(("lanes",), {"mean_walk_s": (walks[0], walks[1])},
               f"mean walk to the gates: {_way(*(_walk(one) for one in walks))}"),
    ]  # fmt: skip
    gates = [{} if one is None else one.gates for one in both]
    return (
        found
        + [
            # where only one of the plans has lanes, its gates are all new or all gone
            _gate(name, gates[0].get(name), gates[1].get(name), told=None not in both)
            for name in _names(gates[0], gates[1])
        ]
        + _sent(*both)
        + _arriving(*both)
    )


def _sent(old: Admission | None, new: Admission | None) -> list[Figure]:
    """Return how many of each area are sent to each gate; nothing where neither file tells."""
    both = [{} if one is None else one.areas for one in (old, new)]
    told = all(both)
    found = []
    for area in _names(*both):
        tables = [one.get(area, {}) for one in both]
        for post in _names(*tables):
            # where one file tells of all areas, an area it leaves out sends nobody
            people = [
                math.fsum(table[post]) if post in table else 0.0 if known else None
                for table, known in zip(tables, both, strict=True)
            ]
            way = _way(*(_said(one, "{:,.0f}") for one in people))
            line = f"  from {shown(area)} to {shown(post)}: {way}" if told else ""
            found.append(Figure(("lanes", "areas", area), {post: (people[0], people[1])}, line))
    return found


def _arriving(old: Admission | None, new: Admission | None) -> list[Figure]:
    """Return how many come by each arrival profile, and how many of them are sent to gates."""
    both = [{} if one is None else one.profiles for one in (old, new)]
    found = []
    for name in _names(*both):
        pair = [one.get(name) for one in both]
        people = [None if one is None else one.people for one in pair]
        sent = [None if one is None else math.fsum(one.sent) for one in pair]
        way = _way(
            *(
                "nobody" if one is None else f"{math.fsum(one.sent):,.0f} of {one.people:,.0f}"
                for one in pair
            )
        )
        values: dict[str, tuple[Value, Value]] = {
            "people": (people[0], people[1]),
            "sent": (sent[0], sent[1]),
        }
        line = f"admitted of those who come by {shown(name)}: {way}"
        found.append(Figure(("lanes", "profiles", name), values, line))
    return found


def _window(told: Admission | None) -> str | None:
    if told is None:
        return None
    return f"{told.resource}, {told.opens} to {told.closes} by {told.period_min:g} min"


def _admitted(*gates: Gate) -> float:
    return math.fsum(people for gate in gates for people in gate.sent)


def _gate(name: str, old: Gate | None, new: Gate | None, *, told: bool) -> Figure:
    """Return what happens at one gate; in words only if `told`."""
    both = old, new
    people = [None if gate is None else _admitted(gate) for gate in both]
    waits = [None if gate is None else gate.longest_wait_min for gate in both]
    ends = [None if gate is None else gate.clears for gate in both]
    if old is not None and new is not None:
        ways = (
            f"{_way(*(_said(one, '{:,.0f}') for one in people))} admitted",
            f"wait {_way(*(_said(one, '{:.1f}') for one in waits))} min",
            f"clears {_way(*(one or 'at once' for one in ends))}",
        )
        line = f"  ~ {shown(name)}  {', '.join(ways)}"
    else:
        sign, at = ("+", 1) if old is None else ("-", 0)
        said = f"{people[at]:,.0f} admitted, wait {waits[at]:.1f} min"
        line = f"  {sign} {shown(name)}  {said}, clears {ends[at] or 'at once'}"
    return Figure(
        ("lanes", "gates", name),
        {
            "admitted": (people[0], people[1]),
            "longest_wait_min": (waits[0], waits[1]),
            "clears": (ends[0], ends[1]),
        },
        line if told else "",
    )


def _walks(old: Solution, new: Solution) -> list[Figure]:
    before, after = ({} if one.walk is None else one.walk.mean_s for one in (old, new))
    return [
        Figure(
            ("mean_walk_s",),
            {name: (before.get(name), after.get(name))},
            f"mean walk, {shown(name)}: {_way(_walk(before.get(name)), _walk(after.get(name)))}",
        )
        for name in _names(before, after)
    ]


def _walk(seconds: float | None) -> str:
    return _said(seconds, "{:.1f} s")


def _ground(old: Solution, new: Solution) -> list[Figure]:
    """Return the time of day, closures of the run, points left out, and cover through the day."""
    found = []
    if (old.at, new.at) != (None, None):
        way = _way(old.at or "no time of day", new.at or "no time of day")
        found.append(Figure((), {"at": (old.at, new.at)}, f"chosen for {way}"))
    for name in sorted({*old.closures, *new.closures}):
        both = ["yes" if name in one.closures else "no" for one in (old, new)]
        line = f"closed for the run, {shown(name)}: {_way(*both)}"
        found.append(Figure(("closures",), {name: (both[0], both[1])}, line))
    lost = [None if one.unsnapped is None else one.unsnapped.people for one in (old, new)]
    if lost != [None, None]:
        way = _way(*(_said(one, "{:,.0f}", "none") for one in lost))
        line = f"people too far from any street: {way}"
        found.append(Figure(("unsnapped",), {"people": (lost[0], lost[1])}, line))
    days = [{f"{one.begins} to {one.ends}": one.covered for one in s.periods} for s in (old, new)]
    for part in _names(*days):
        before, after = (day.get(part, {}) for day in days)
        for name in _names(before, after):
            way = _way(*(_said(one.get(name), "{:,.0f}") for one in (before, after)))
            line = f"within reach of {shown(name)}, {part}: {way}"
            values = {name: (before.get(name), after.get(name))}
            found.append(Figure(("periods", part), values, line))
    return found


def _runs(old: Solution, new: Solution) -> list[Figure]:
    """Return what the two runs were asked, beside their plan."""
    found = []
    for key, words in (("lock", "locked"), ("forbid", "forbidden")):
        both = getattr(old, key), getattr(new, key)
        for post in sorted({*both[0], *both[1]}):
            asked = ["yes" if post in one else "no" for one in both]
            values = {post: (asked[0], asked[1])}
            found.append(Figure((key,), values, f"{words} {shown(post)}: {_way(*asked)}"))
    for key, words in (("layers", "layer"), ("limits", "limit of")):
        before, after = getattr(old, key), getattr(new, key)
        for name in _names(before, after):
            said = (shown(str(one.get(name, "the plan's own"))) for one in (before, after))
            line = f"{words} {shown(name)}: {_way(*said)}"
            found.append(Figure((key,), {name: (before.get(name), after.get(name))}, line))
    asked_shares = [{} if one.reverse is None else one.reverse.shares for one in (old, new)]
    for name in _names(*asked_shares):
        share = asked_shares[0].get(name), asked_shares[1].get(name)
        way = _way(*(_said(one, "{:.1%}", "none") for one in share))
        found.append(Figure(("shares",), {name: share}, f"share asked, {shown(name)}: {way}"))
    changes = old.changes, new.changes
    if changes != (None, None):
        count = tuple(None if one is None else one.count for one in changes)
        most = tuple(None if one is None else one.most for one in changes)
        said = (
            "no agreed plan"
            if one is None
            else f"{one.count}{'' if one.most is None else f' of at most {one.most}'}"
            for one in changes
        )
        counts: dict[str, tuple[Value, Value]] = {
            "count": (count[0], count[1]),
            "most": (most[0], most[1]),
        }
        line = f"changes against the agreed plan: {_way(*said)}"
        found.append(Figure(("changes",), counts, line))
    return found
