"""The summary of what rules a plan keeps, and of what moved against an agreed one."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from placement.counts import counted
from placement.plan.clock import clock_of, minutes_of
from placement.review.texts import gap_words

if TYPE_CHECKING:
    from placement.plan.problem import Plan
    from placement.solution import Admission, Kept, Part, Solution

_NAMED = 4  # rules and changes that are shown one by one


def rule_rows(plan: "Plan", solution: "Solution") -> list[tuple[str, ...]]:
    """Return rows of words, none for a plan without further rules.

    Returns
    -------
    list of tuple of str
        Four cells each, as the rest of the summary.
    """
    rows: list[tuple[str, ...]] = []
    for resource in plan.problem.resources:
        coverage = solution.coverage[resource.id]
        label = resource.label.get("en", resource.id)
        if coverage.step_free is not None:
            rows.append((f"{label}, step-free", _people(coverage.step_free), "", ""))
        if coverage.backup is not None:
            rows.append((f"{label}, covered twice", _people(coverage.backup), "", ""))
        if coverage.expected is not None:
            away = f"with {resource.unavailable:.0%} of the units away"
            mean = f"{coverage.expected:,.0f} of {coverage.total:,.0f} on average"
            rows.append((f"{label}, expected", mean, away, ""))
    if solution.lanes is not None:
        rows += _lanes(solution.lanes)
    for tier in solution.tiers:
        proof = "proven" if tier.gap == 0 else f"gap {gap_words(tier.gap)}"
        rows.append((f"Tier {tier.tier}", f"objective {tier.objective:,.10g}", proof, ""))
    rows += _kept(solution.rules)
    rows += [("Locked", post, "", "") for post in solution.lock]
    rows += [("Forbidden", post, "", "") for post in solution.forbid]
    return rows + _changed(solution)


def _lanes(told: "Admission") -> list[tuple[str, ...]]:
    """Return the window and the gates with the longest waits."""
    admitted = sum(sum(gate.sent) for gate in told.entrances.values())
    rows: list[tuple[str, ...]] = [
        (
            "Lanes",
            f"{told.opens} to {told.closes}, {counted(len(told.gates), 'gate')}",
            f"{admitted:,.0f} admitted",
            f"walk {told.mean_walk_s / 60:.1f} min" if admitted > 0 else "",
        )
    ]
    for at, ring in enumerate(told.rings):
        gates_of = counted(len(ring.gates), "gate")
        rows.append(("Rings" if at == 0 else "", ring.ring, f"{ring.people:,.0f} pass", gates_of))
    for at, (name, profile) in enumerate(told.profiles.items()):
        sent = f"{math.fsum(profile.sent):,.0f} of {profile.people:,.0f} admitted"
        most = profile.coming.index(max(profile.coming))
        opens = minutes_of(told.opens) or 0
        busiest = f"most at {clock_of(opens + round(most * told.period_min))}"
        rows.append(("Arrivals" if at == 0 else "", name, sent, busiest))
    rows += _splits(told)
    gates = sorted(told.gates.items(), key=lambda one: (-one[1].longest_wait_min, one[0]))
    for at, (name, gate) in enumerate(gates[:_NAMED]):
        clear = "" if gate.clears is None else f"clears {gate.clears}"
        wait = f"{gate.longest_wait_min:.1f} min"
        rows.append(("Longest wait" if at == 0 else "", name, wait, clear))
    if len(gates) > _NAMED:
        rows.append(
            ("", f"and {counted(len(gates) - _NAMED, 'more gate')}, with no longer waits", "", "")
        )
    return rows


def _splits(told: "Admission") -> list[tuple[str, ...]]:
    """Return how many areas are split between gates, and the largest of them."""
    if not told.areas:
        return []
    inward = {
        name: {post: people for post, people in gates.items() if post in told.entrances}
        for name, gates in told.areas.items()
    }
    parted = {name: gates for name, gates in inward.items() if len(gates) > 1}
    areas, goes = counted(len(told.areas), "area"), "goes" if len(parted) == 1 else "go"
    rows: list[tuple[str, ...]] = [
        ("Splits", f"{len(parted)} of {areas} {goes} to several gates", "", "")
    ]
    crowds = {name: math.fsum(map(math.fsum, gates.values())) for name, gates in parted.items()}
    for name in sorted(parted, key=lambda name: (-crowds[name], name))[:_NAMED]:
        sent = {post: math.fsum(people) for post, people in parted[name].items()}
        first = min(sent, key=lambda post: (-sent[post], post))
        rest = f"{crowds[name] - sent[first]:,.0f} to {len(sent) - 1} other"
        rows.append(("", name, f"{sent[first]:,.0f} to {first.rpartition('/')[0]}", rest))
    return rows


def _people(part: "Part") -> str:
    return f"{part.covered:,.0f} of {part.total:,.0f} ({part.share:.1%})"


def _kept(rules: Mapping[str, "Kept"]) -> list[tuple[str, ...]]:
    """Return the rules with the least to spare, broken ones first, and how many more there are."""

    def spare(name: str) -> float:
        kept = rules[name]
        if kept.reached is None:
            return float("inf")
        more = kept.reached - kept.asked
        # a group asks for at most so many posts, every other rule for at least what it asks
        return (-more if name.startswith("groups:") else more) / max(kept.asked, 1e-9)

    order = sorted(rules, key=lambda name: (spare(name), name))
    rows: list[tuple[str, ...]] = [
        (
            "Rule" if at == 0 else "",
            name,
            f"asked {_measure(name, rules[name].asked)}",
            "" if reached is None else f"reached {_measure(name, reached)}",
        )
        for at, name in enumerate(order[:_NAMED])
        for reached in [rules[name].reached]
    ]
    if len(order) > _NAMED:
        kept = ", kept with more to spare" if spare(order[_NAMED]) >= 0 else ""
        rows.append(("", f"and {len(order) - _NAMED} more{kept}", "", ""))
    return rows


def _measure(name: str, value: float) -> str:
    """Return what a rule asks or reaches in its unit, which its name tells."""
    if name.startswith("floors:") or ".backup:" in name:
        return f"{value:.1%}"
    unit = {"m": " m", "min": " min"}.get(name.rpartition(".separation_")[2], "")
    return f"{value:.4g}{unit}"


def _changed(solution: "Solution") -> list[tuple[str, ...]]:
    """Return what moved, what bought most first."""
    changes = solution.changes
    if changes is None:
        return []
    most = "" if changes.most is None else f" of at most {changes.most}"
    rows: list[tuple[str, ...]] = [("Changes", f"{changes.count}{most}", "", "")]
    moved = [("opened", post, bought) for post, bought in changes.opened.items()]
    moved += [("closed", post, bought) for post, bought in changes.closed.items()]
    moved.sort(key=lambda one: (-one[2], one[1]))
    for what, post, bought in moved[: 6 * _NAMED]:
        said = f"bought {bought:,.10g}" if bought >= 0 else f"gave up {-bought:,.10g}"
        rows.append(("", f"{what} {post}", said, ""))
    if len(moved) > 6 * _NAMED:
        rows.append(("", f"and {len(moved) - 6 * _NAMED} more", "", ""))
    return rows
