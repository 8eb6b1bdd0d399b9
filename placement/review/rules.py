"""The members of a solution that only some plans have: tiers, rules, changes, agreed posts."""

import math
from typing import Any

from placement.review.reading import Members
from placement.review.texts import exact_text, gap_text, json_text, number_text, object_text
from placement.solution import Barriers, Changes, Kept, Solution, Tier


def rule_texts(solution: Solution) -> dict[str, str]:
    """Return these members as JSON texts, in their order; none for a plan without such rules."""
    texts: dict[str, str] = {}
    if solution.tiers:
        tiers = {str(tier.tier): object_text(_tier(tier)) for tier in solution.tiers}
        texts["tiers"] = object_text(tiers, indent="      ")
    if solution.rules:
        rules = {
            name: object_text(
                {
                    "asked": number_text(f"rules.{name}.asked", kept.asked),
                    "reached": "null"
                    if kept.reached is None
                    else number_text(f"rules.{name}.reached", kept.reached),
                }
            )
            for name, kept in sorted(solution.rules.items())
        }
        texts["rules"] = object_text(rules, indent="      ")
    if solution.changes is not None:
        texts["changes"] = object_text(_changes(solution.changes), indent="      ")
    for key, posts in (("lock", solution.lock), ("forbid", solution.forbid)):
        if posts:
            texts[key] = "[" + ", ".join(json_text(post) for post in sorted(posts)) + "]"
    return texts


def barrier_texts(solution: Solution) -> dict[str, str]:
    """Return the member that counts barriers as JSON text; none where no perimeter is sealed."""
    if not solution.barriers:
        return {}
    each = {
        kind: object_text(
            {"count": str(one.count), "cost": number_text(f"barriers.{kind}.cost", one.cost)}
        )
        for kind, one in sorted(solution.barriers.items())
    }
    return {"barriers": object_text(each)}


def read_barriers(summary: Members) -> dict[str, Barriers]:
    """Read what `barrier_texts` wrote.

    Raises
    ------
    InputError
        If a member is not of the form of this format.
    """
    if "barriers" not in summary.values:
        return {}
    inner = summary.inner("barriers")
    found = {}
    for kind in sorted(inner.values):
        members = inner.inner(kind)
        members.only(("count", "cost"))
        found[kind] = Barriers(count=members.whole("count"), cost=members.number("cost", least=0.0))
    return found


def _tier(tier: Tier) -> dict[str, str]:
    name = f"tiers.{tier.tier}"
    return {
        "objective": number_text(f"{name}.objective", tier.objective),
        "bound": "null" if tier.bound == math.inf else number_text(f"{name}.bound", tier.bound),
        "gap": gap_text(tier.gap),
    }


def _changes(changes: Changes) -> dict[str, str]:
    return {
        "most": "null" if changes.most is None else str(int(changes.most)),
        "price": exact_text("changes.price", changes.price),
        **{
            key: object_text(
                {
                    post: number_text(f"changes.{key}.{post}", bought)
                    for post, bought in sorted(moved.items())
                }
            )
            for key, moved in (("opened", changes.opened), ("closed", changes.closed))
        },
    }


def read_rules(summary: Members) -> dict[str, Any]:
    """Read what `rule_texts` wrote, as arguments of `Solution`.

    Raises
    ------
    InputError
        If a member is not of the form of this format.
    """
    found: dict[str, Any] = {}
    if "tiers" in summary.values:
        tiers = summary.inner("tiers")
        found["tiers"] = tuple(
            _read_tier(tiers, name) for name in sorted(tiers.values, key=_tier_number(tiers))
        )
    if "rules" in summary.values:
        rules = summary.inner("rules")
        found["rules"] = {name: _read_kept(rules.inner(name)) for name in sorted(rules.values)}
    if "changes" in summary.values:
        found["changes"] = _read_changes(summary.inner("changes"))
    for key in ("lock", "forbid"):
        if key in summary.values:
            posts = summary.items(key)
            if not all(isinstance(post, str) for post in posts):
                summary.refuse(key, "not every item is a text", remedy="list posts, SITE/RESOURCE")
            found[key] = tuple(sorted(posts))
    return found


def _tier_number(tiers: Members) -> Any:  # noqa: ANN401 - a key for sorting
    def number(name: str) -> int:
        if not (name.isascii() and name.isdigit() and 0 < len(name) < 10):
            tiers.refuse(
                name, "is not the number of a tier", remedy="write a whole number of 1 or more"
            )
        return int(name)

    return number


def _read_tier(tiers: Members, name: str) -> Tier:
    members = tiers.inner(name)
    members.only(("objective", "bound", "gap"))
    return Tier(
        tier=int(name),
        objective=members.number("objective"),
        bound=members.number("bound", null=math.inf),
        gap=members.number("gap", least=0.0, null=math.inf),
    )


def _read_kept(members: Members) -> Kept:
    members.only(("asked", "reached"))
    reached = members.number("reached", least=0.0, null=math.inf)
    return Kept(
        asked=members.number("asked", least=0.0), reached=None if math.isinf(reached) else reached
    )


def _read_changes(members: Members) -> Changes:
    members.only(("most", "price", "opened", "closed"))
    opened, closed = members.inner("opened"), members.inner("closed")
    return Changes(
        most=None
        if members.number("most", least=0.0, null=math.inf) == math.inf
        else members.whole("most"),
        price=members.number("price", least=0.0),
        opened={post: opened.number(post) for post in sorted(opened.values)},
        closed={post: closed.number(post) for post in sorted(closed.values)},
    )
