"""Figures of two solutions side by side, as plain values: people apart, tiers, rules, lanes, walks.

An older file knows fewer of them; what one of the two does not know is null.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from placement.review.texts import rounded
from placement.solution import Admission, Gate, Solution

type Value = float | str | None
type Pair = tuple[Value, Value]


@dataclass(frozen=True, slots=True)
class Figure:
    """Something both solutions may state.

    Attributes
    ----------
    path
        Where it stands in the difference as plain values.
    values
        By name: what the old and what the new solution state; None where one does not.
    """

    path: tuple[str, ...]
    values: Mapping[str, Pair]

    @property
    def differs(self) -> bool:
        """Whether the solutions differ here, as far as their files can tell."""
        return any(plain(old) != plain(new) for old, new in self.values.values())


def figures(old: Solution, new: Solution) -> list[Figure]:
    """Return what two solutions state beside posts, cost and cover."""
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


def _names(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return sorted({*old, *new})


def _of(both: Iterable[object], key: str) -> Pair:
    """Return a figure of two things, None for one that is not there."""
    old, new = (None if one is None else getattr(one, key) for one in both)
    return old, new


def _by_name(path: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Figure]:
    return [Figure(path, {name: (old.get(name), new.get(name))}) for name in _names(old, new)]


def _apart(old: Solution, new: Solution) -> list[Figure]:
    """Return who is counted apart from all others, by resource."""
    found = []
    for name in _names(old.coverage, new.coverage):
        both = old.coverage.get(name), new.coverage.get(name)
        for key in ("step_free", "backup"):
            parts = _of(both, key)
            if parts != (None, None):
                values = {part: _of(parts, part) for part in ("covered", "total", "share")}
                found.append(Figure((key, name), values))
        means = _of(both, "expected")
        if means != (None, None):
            found.append(Figure(("expected",), {name: means}))
    return found


def _tiers(old: Solution, new: Solution) -> list[Figure]:
    before, after = ({tier.tier: tier for tier in one.tiers} for one in (old, new))
    return [
        Figure(
            ("tiers", str(number)),
            {
                key: _of((before.get(number), after.get(number)), key)
                for key in ("objective", "gap")
            },
        )
        for number in sorted({*before, *after})
    ]


def _rules(old: Solution, new: Solution) -> list[Figure]:
    return [
        Figure(
            ("rules", name),
            {key: _of((old.rules.get(name), new.rules.get(name)), key)
             for key in ("asked", "reached")},
        )
        for name in _names(old.rules, new.rules)
    ]  # fmt: skip


def _lanes(old: Admission | None, new: Admission | None) -> list[Figure]:
    """Return what happens at the gates: together first, then gate by gate."""
    if old is None and new is None:
        return []
    both = old, new
    together = [{} if one is None else _together(one) for one in both]
    gates = [{} if one is None else one.gates for one in both]
    return [
        *(
            Figure(("lanes",), {name: (together[0].get(name), together[1].get(name))})
            for name in _TOGETHER
        ),
        *(_gate(name, gates[0].get(name), gates[1].get(name)) for name in _names(*gates)),
        *_sent(*both),
        *_arriving(*both),
        *_rings(*both),
    ]


def _rings(old: Admission | None, new: Admission | None) -> list[Figure]:
    """Return how many people pass each ring."""
    both = [() if one is None else one.rings for one in (old, new)]
    return _by_name(("lanes", "rings"), *({ring.ring: ring.people for ring in one} for one in both))


_TOGETHER = ("window", "admitted", "longest_wait_min", "clears", "mean_walk_s")


def _together(told: Admission) -> dict[str, Value]:
    gates = told.gates.values()
    return {
        "window": f"{told.resource}, {told.opens} to {told.closes} by {told.period_min:g} min",
        "admitted": _admitted(*told.entrances.values()),
        "longest_wait_min": max((gate.longest_wait_min for gate in gates), default=0.0),
        "clears": max((gate.clears for gate in gates if gate.clears), default=None),
        "mean_walk_s": told.mean_walk_s,
    }


def _sent(old: Admission | None, new: Admission | None) -> list[Figure]:
    """Return how many of each area are sent to each gate; nothing where neither file tells."""
    both = [{} if one is None else one.areas for one in (old, new)]
    found = []
    for area in _names(*both):
        tables = [one.get(area, {}) for one in both]
        # where one file tells of all areas, an area it leaves out sends nobody
        people = [
            {
                post: math.fsum(table[post]) if post in table else 0.0 if known else None
                for post in _names(*tables)
            }
            for table, known in zip(tables, both, strict=True)
        ]
        found += _by_name(("lanes", "areas", area), *people)
    return found


def _arriving(old: Admission | None, new: Admission | None) -> list[Figure]:
    """Return how many come by each arrival profile, and how many of them are sent to gates."""
    both = [{} if one is None else one.profiles for one in (old, new)]
    found = []
    for name in _names(*both):
        pair = [one.get(name) for one in both]
        sent = [None if one is None else math.fsum(one.sent) for one in pair]
        values: dict[str, Pair] = {"people": _of(pair, "people"), "sent": (sent[0], sent[1])}
        found.append(Figure(("lanes", "profiles", name), values))
    return found


def _admitted(*gates: Gate) -> float:
    return math.fsum(people for gate in gates for people in gate.sent)


def _gate(name: str, old: Gate | None, new: Gate | None) -> Figure:
    both = old, new
    people = [None if gate is None else _admitted(gate) for gate in both]
    values: dict[str, Pair] = {
        "admitted": (people[0], people[1]),
        "longest_wait_min": _of(both, "longest_wait_min"),
        "clears": _of(both, "clears"),
    }
    return Figure(("lanes", "gates", name), values)


def _walks(old: Solution, new: Solution) -> list[Figure]:
    before, after = ({} if one.walk is None else one.walk.mean_s for one in (old, new))
    return _by_name(("mean_walk_s",), before, after)


def _ground(old: Solution, new: Solution) -> list[Figure]:
    """Return the time of day, closures of the run, points left out, and cover through the day."""
    found = [Figure((), {"at": (old.at, new.at)})] if (old.at, new.at) != (None, None) else []
    if (old.headroom, new.headroom) != (None, None):
        found.append(Figure((), {"headroom": (old.headroom, new.headroom)}))
    found += _members(("closures",), old.closures, new.closures)
    lost = _of((old.unsnapped, new.unsnapped), "people")
    if lost != (None, None):
        found.append(Figure(("unsnapped",), {"people": lost}))
    days = [{one.called: one for one in s.periods} for s in (old, new)]
    for part in _names(*days):
        mine = [day.get(part) for day in days]
        found += _by_name(("periods", part), *({} if one is None else one.covered for one in mine))
        if any(one is not None and one.name is not None for one in mine):
            walks = ({} if one is None else one.mean_s for one in mine)
            found += _by_name(("periods", part, "mean_walk_s"), *walks)
    return found


def _members(path: tuple[str, ...], old: Iterable[str], new: Iterable[str]) -> list[Figure]:
    """Return which names either list has."""
    return [
        Figure(path, {name: ("yes" if name in old else "no", "yes" if name in new else "no")})
        for name in sorted({*old, *new})
    ]


def _runs(old: Solution, new: Solution) -> list[Figure]:
    """Return what the two runs were asked, beside their plan."""
    found: list[Figure] = []
    for key in ("lock", "forbid"):
        found += _members((key,), getattr(old, key), getattr(new, key))
    for key in ("layers", "limits"):
        found += _by_name((key,), getattr(old, key), getattr(new, key))
    shares = [{} if one.reverse is None else one.reverse.shares for one in (old, new)]
    found += _by_name(("shares",), *shares)
    changes = old.changes, new.changes
    if changes != (None, None):
        found.append(Figure(("changes",), {key: _of(changes, key) for key in ("count", "most")}))
    return found
