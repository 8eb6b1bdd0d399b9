"""What a difference says of a plan as a whole: what was asked, what it costs, covers and proves."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from placement.counts import counted
from placement.review.edits import Edit
from placement.review.figures import plain
from placement.review.texts import shown
from placement.review.told import (
    ASKED,
    NOT_TOLD,
    RESULT,
    Leaves,
    Line,
    exact,
    is_number,
    items_way,
    named,
    percent,
    signed,
    way,
)
from placement.solution import Coverage, Period, Solution

_AT = "placement"
_PART = {"covered": "covered", "total": "of", "share": "share covered"}

_WORTH = {"objective": "worth", "bound": "at most"}
_STAGES = {
    "step_free": "cover without steps",
    "walk": "mean walk",
    "cost": "cost",
    "posts": "number of posts",
    "ids": "identifiers of posts",
}
"""What the stages of the choice among equal plans are called."""

_SHARES = (
    (re.compile(r"floors: (?P<share>\S+) of (?P<whom>.+) by '(?P<resource>.+)'"), "{whom}"),
    (
        re.compile(r"resources\.(?P<resource>.+)\.backup: (?P<share>\S+) of (?P<whom>.+) twice"),
        "{whom} twice",
    ),
)
"""Rules that ask for a share of people, by the names that solutions give them."""

_COUNTS = (
    (re.compile(r"resources\.(.+)\.separation_m"), "metres between posts of {}"),
    (re.compile(r"resources\.(.+)\.separation_min"), "minutes on foot between posts of {}"),
    (re.compile(r"groups: (.+)"), "posts open in the group {}"),
    (re.compile(r"(sealed)"), "ways through the perimeter that are barred"),
)
"""Rules that ask for a number, as above."""

type Ways = Mapping[str, tuple[str, Callable[[Edit], str]]]
"""By member: what it is called, and how to say its way."""


def asked_lines(leaves: Leaves, old: Solution, new: Solution) -> list[Line]:
    """Return what was asked otherwise, but for what areas, rules and lanes are held to."""
    unit = f" {shown(new.budget_unit)}" if new.budget_unit else ""
    own = partial(way, missing="the plan's own", change=False)
    single: Ways = {
        "plan": ("name of the plan", way),
        "budget": ("budget", partial(way, unit=unit)),
        "budget_unit": ("costs are counted in", way),
        "walking": ("walks are measured by", way),
        "at": ("chosen for", partial(way, missing="no time of day")),
        "headroom": ("share of what lanes admit", partial(way, missing="the plan's")),
        "overrides": ("options of the run that override the plan file", items_way),
        "format": ("format of the file", way),
        "attribution": ("named as the source of the streets", way),
        "version": ("version of placement", way),
    }
    lines = _singles(leaves, single, part=ASKED)
    for key, words in (
        ("closures", "closed for the run"),
        ("lock", "locked"),
        ("forbid", "forbidden"),
    ):
        leaf = leaves.get(_AT, key)
        if leaf is not None:
            lines.append(leaves.line(ASKED, f"{words}: {items_way(leaf)}", [leaf]))
    for key, words in (("limits", "limit of"), ("layers", "layer")):
        for leaf in leaves.below(_AT, key):
            text = f"{words} {shown(leaf.path[-1])}: {own(leaf)}"
            lines.append(leaves.line(ASKED, text, [leaf]))
    for leaf in leaves.below(_AT, "reverse", "shares"):
        text = f"share asked, {shown(leaf.path[-1])}: {_share_way(leaf)}"
        lines.append(leaves.line(ASKED, text, [leaf]))
    lines += _left_out(leaves)
    for key, words, null in (
        ("most", "changes allowed against the agreed plan", "any number"),
        ("price", "price of each change", ""),
    ):
        leaf = leaves.get(_AT, "changes", key)
        if leaf is not None:
            text = f"{words}: {way(leaf, null=null, missing='no agreed plan')}"
            lines.append(leaves.line(ASKED, text, [leaf, *_empty(leaves, "changes")]))
    return lines + _counted(leaves, old, new)


def _share_way(leaf: Edit) -> str:
    return way(leaf, say=percent, missing="none")


def _empty(leaves: Leaves, name: str) -> list[Edit]:
    """Return members of one file alone that hold nothing, told with those beside them."""
    return [
        leaf
        for leaf in leaves.below(_AT, name)
        if len(leaf.values) == 1 and next(iter(leaf.values.values())) in ([], {})
    ]


def _singles(leaves: Leaves, ways: Ways, *, part: str) -> list[Line]:
    found = ((leaves.get(_AT, key), *told) for key, told in ways.items())
    return [
        leaves.line(part, f"{words}: {said(leaf)}", [leaf])
        for leaf, words, said in found
        if leaf is not None
    ]


def _left_out(leaves: Leaves) -> list[Line]:
    """Return what differs of the points that are too far from any street."""
    words = {"people": "people", "sites": "sites", "demand": "places of people"}
    lines = []
    for key, called in words.items():
        leaf = leaves.take(_AT, "unsnapped", key)
        if leaf is not None:
            said = items_way(leaf) if key != "people" else way(leaf, missing="none")
            both = [leaf, *_empty(leaves, "unsnapped")]
            lines.append(leaves.line(ASKED, f"{called} too far from any street: {said}", both))
    return lines


def _counted(leaves: Leaves, old: Solution, new: Solution) -> list[Line]:
    """Return how many people are counted otherwise, of each resource both solutions know."""
    lines = []
    for name in sorted(old.coverage.keys() & new.coverage.keys()):
        for inner, whom in (((), ""), (("step_free",), " who walk without steps"),
                            (("backup",), " to be covered twice")):  # fmt: skip
            leaf = leaves.get(_AT, "coverage", name, *inner, "total")
            if leaf is not None:
                text = f"people{whom}, counted for {shown(name)}: {way(leaf)}"
                lines.append(leaves.line(ASKED, text, [leaf]))
    return lines


def worth_lines(leaves: Leaves, new: Solution) -> list[Line]:
    """Return what differs of status, cost and objective."""
    unit = f" {shown(new.budget_unit)}" if new.budget_unit else ""
    single: Ways = {
        "status": ("status", way),
        "cost": ("cost", partial(way, unit=unit)),
        "objective": ("objective", way),
    }
    return _singles(leaves, single, part=RESULT)


def barrier_lines(leaves: Leaves, old: Solution, new: Solution) -> list[Line]:
    """Return how many barriers of each kind there are, and what they cost."""
    lines = []
    for kind, found in leaves.by_name(_AT, "barriers").items():
        both = [one.barriers.get(kind) for one in (old, new)]
        said = ["none" if one is None else f"{one.count:,}, cost {one.cost:,.10g}" for one in both]
        lines.append(leaves.line(RESULT, f"barriers, {shown(kind)}: {' → '.join(said)}", found))
    return lines


def cover_lines(
    leaves: Leaves, old: Solution, new: Solution, *, why: Callable[[str], str]
) -> list[Line]:
    """Return what differs of cover, by resource.

    Parameters
    ----------
    leaves, old, new
        What differs, and the solutions.
    why
        What brought the change of a resource's cover, in words.
    """
    lines = []
    for name, found in leaves.by_name(_AT, "coverage").items():
        before, after = old.coverage.get(name), new.coverage.get(name)
        head = f"covered by {shown(name)}"
        if before is None or after is None:
            both = ("not in the plan" if one is None else _people(one) for one in (before, after))
            said = " → ".join(both)
            lines.append(leaves.line(RESULT, f"{head}: {said}", found))
            continue
        leaf = leaves.get(_AT, "coverage", name, "covered")
        if leaf is not None:
            more = signed(after.covered - before.covered)
            change = f"{more} {'person' if more in {'+1', '-1'} else 'people'}"
            text = f"{head}: {_people(before)} → {_people(after)}, {change}"
            share = leaves.get(_AT, "coverage", name, "share")
            follows = share is not None and _true_share(before) and _true_share(after)
            lines.append(leaves.line(RESULT, text, [leaf, share if follows else None]))
            lines.append(Line(part=RESULT, text=f"  {why(name)}", tells=(leaf.path,)))
        lines += _shares(leaves, name)
    return lines


def _people(part: Coverage) -> str:
    return f"{part.covered:,.10g} ({part.share:.1%})"


def _true_share(part: Coverage) -> bool:
    return abs(part.share - (part.covered / part.total if part.total else 0.0)) < 1e-6


def _shares(leaves: Leaves, name: str) -> list[Line]:
    """Return what differs of a resource's shares, and of the people who are counted apart."""
    lines = []
    share = leaves.take(_AT, "coverage", name, "share")
    if share is not None:
        text = f"share covered by {shown(name)}: {way(share, say=percent)}"
        lines.append(leaves.line(RESULT, text, [share]))
    expected = leaves.get(_AT, "coverage", name, "expected")
    if expected is not None:
        text = f"covered by {shown(name)} on average: {way(expected)}"
        lines.append(leaves.line(RESULT, text, [expected]))
    for key, whom in (("step_free", "without steps"), ("backup", "covered twice")):
        found = leaves.below(_AT, "coverage", name, key)
        if found:
            told = named(_PART, [leaf for leaf in found if leaf.path[-1] != "share"])
            share = next((leaf for leaf in found if leaf.path[-1] == "share"), None)
            said = [told] if told else []
            if share is not None:
                said.append(f"share {way(share, say=percent)}")
            text = f"by {shown(name)}, {whom}: {', '.join(said)}"
            lines.append(leaves.line(RESULT, text, found))
    return lines


def rule_lines(leaves: Leaves) -> list[Line]:
    """Return what differs of tiers, rules, the cheapest plan and changes against an agreed one."""
    lines = []
    for number, found in leaves.by_name(_AT, "tiers").items():
        worth = [leaf for leaf in found if leaf.path[-1] in _WORTH]
        said = [named(_WORTH, worth, null="not known", missing="no such tier")] if worth else []
        said += [_gap("gap", leaf) for leaf in found if leaf.path[-1] == "gap"]
        lines.append(leaves.line(RESULT, f"tier {number}: {', '.join(said)}", found))
    for name, found in leaves.by_name(_AT, "rules").items():
        words, say = _rule_words(name)
        if any(len(leaf.values) == 1 for leaf in found):
            lines.append(leaves.line(ASKED, f"{words}: {_rule(found, say)}", found))
            continue
        for leaf in found:
            key = leaf.path[-1]
            text = f"{words}: {key} {way(leaf, say=say, null='nothing to measure')}"
            lines.append(leaves.line(ASKED if key == "asked" else RESULT, text, [leaf]))
    for key, words in (("opened", "opening"), ("closed", "closing")):
        for leaf in leaves.below(_AT, "changes", key):
            if len(leaf.path) > 3:
                way_there = way(leaf, missing="no such change")
                text = f"what {words} {shown(leaf.path[-1])} brought: {way_there}"
                lines.append(leaves.line(RESULT, text, [leaf]))
    return lines


def proof_lines(leaves: Leaves) -> list[Line]:
    """Return what differs of what is proven."""
    unknown = partial(way, null="not known")
    single: Ways = {"bound": ("no plan is worth more than", unknown)}
    lines = _singles(leaves, single, part=RESULT)
    for place, words in (
        (("gap",), "gap of the objective"),
        (("reverse", "cost_gap"), "gap of the cost"),
        (("walk", "gap"), "gap of the mean walk"),
    ):
        leaf = leaves.get(_AT, *place)
        if leaf is not None:
            lines.append(leaves.line(RESULT, _gap(f"{words}:", leaf), [leaf]))
    leaf = leaves.get(_AT, "reverse", "cost_bound")
    if leaf is not None:
        lines.append(leaves.line(RESULT, f"no such plan costs less than: {way(leaf)}", [leaf]))
    stages: dict[str, list[Edit]] = {}
    for leaf in leaves.below(_AT, "walk", "unproven"):
        said = way(leaf, say=percent, null="not known", missing="proven")
        stages.setdefault(said, []).append(leaf)
    for said, found in stages.items():
        names = ", ".join(_STAGES.get(leaf.path[-1], shown(leaf.path[-1])) for leaf in found)
        text = f"left to prove among equal plans, by {names}: {said}"
        lines.append(leaves.line(RESULT, text, found))
    return lines


def _rule_words(name: str) -> tuple[str, Callable[[Any], str]]:
    """Return a rule in words, and how its numbers are written."""
    for pattern, whom in _SHARES:
        found = pattern.fullmatch(name)
        if found is not None:
            words = whom.format(**found.groupdict())
            share, resource = percent(float(found["share"])), found["resource"]
            return shown(f"at least {share} of {words} by {resource}"), _share
    for pattern, words in _COUNTS:
        found = pattern.fullmatch(name)
        if found is not None:
            return shown(words.format(found[1])), exact
    return f"rule {shown(name)}", exact


def _share(value: Any) -> str:  # noqa: ANN401 - whatever the file holds
    """Return a share in percent, and a text as it is."""
    return percent(value) if is_number(value) else exact(value)


def _rule(found: Iterable[Edit], say: Callable[[Any], str]) -> str:
    """Return the way of a rule that only one of the solutions has."""
    both = []
    for side in ("old", "new"):
        said = (f"{f.path[-1]} {say(f.values[side])}" for f in found if side in f.values)
        both.append(", ".join(said) or "no such rule")
    return " → ".join(both)


def _gap(words: str, leaf: Edit) -> str:
    return f"{words} {way(leaf, say=percent, null='not known')}"


def walk_lines(leaves: Leaves, old: Solution, new: Solution) -> list[Line]:
    """Return how mean walks changed, by resource."""
    left = open_walks(old, new)
    return [
        leaves.line(
            RESULT,
            f"mean walk, {shown(leaf.path[-1])}: "
            f"{way(leaf, unit=' s', missing=NOT_TOLD, change=not left)}{left}",
            [leaf],
        )
        for leaf in leaves.below(_AT, "walk", "mean_s")
    ]


def open_walks(old: Solution, new: Solution) -> str:
    """Return what goes behind two mean walks that cannot be compared, or nothing."""
    match old.has_open_walks, new.has_open_walks:
        case True, True:
            return ", but plans as good as either may have shorter walks"
        case True, False:
            return ", but a plan as good as the old one may have shorter walks"
        case False, True:
            return ", but a plan as good as the new one may have shorter walks"
    return ""


def day_lines(leaves: Leaves, old: Solution, new: Solution) -> list[Line]:
    """Return what differs of cover through the day, while some closures hold."""
    leaf = leaves.get(_AT, "periods")
    if leaf is None:
        return []
    days = [{one.called: one for one in told.periods} for told in (old, new)]
    said = []
    for part in sorted({*days[0], *days[1]}):
        before, after = (day.get(part) for day in days)
        said += [f"{part}, {text}" for text in _period(before, after, open_walks(old, new))]
    if not said:
        counts = (counted(len(told.periods), "part") for told in (old, new))
        said = [f"parts of the day: {' → '.join(counts)}, in another order"]
    return [leaves.line(RESULT, text, [leaf]) for text in said]


def _period(old: Period | None, new: Period | None, left: str) -> Iterable[str]:
    tables: list[Mapping[str, float]] = [{} if one is None else one.covered for one in (old, new)]
    for name in sorted({*tables[0], *tables[1]}):
        edit = _pair(*(table.get(name) for table in tables))
        if edit.old != edit.new:
            yield f"within reach of {shown(name)}: {way(edit)}"
    hours = ["" if one is None else f"{one.begins} to {one.ends}" for one in (old, new)]
    if "" not in hours and hours[0] != hours[1]:
        yield f"{hours[0]} → {hours[1]}"
    people = _pair(*(None if one is None else one.people for one in (old, new)))
    if people.old != people.new:
        yield f"people there: {way(people)}"
    walks: list[Mapping[str, float]] = [{} if one is None else one.mean_s for one in (old, new)]
    for name in sorted({*walks[0], *walks[1]}):
        edit = _pair(*(table.get(name) for table in walks))
        if edit.old != edit.new:
            yield f"mean walk, {shown(name)}: {way(edit, unit=' s', change=not left)}{left}"
    closed = [[] if one is None else list(one.closed) for one in (old, new)]
    if closed[0] != closed[1]:
        yield f"closed: {items_way(_pair(*closed))}"
    if (old is None or new is None) and tables == [{}, {}] and closed == [[], []]:
        yield f"{NOT_TOLD} → told" if old is None else f"told → {NOT_TOLD}"


def _pair(old: Any, new: Any) -> Edit:  # noqa: ANN401 - a figure or a list
    sides = {"old": old, "new": new} if isinstance(old or new, list) else _plain(old, new)
    return Edit(path=(), values={side: one for side, one in sides.items() if one is not None})


def _plain(old: float | None, new: float | None) -> dict[str, Any]:
    return {"old": plain(old), "new": plain(new)}
