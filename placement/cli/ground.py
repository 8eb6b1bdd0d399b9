"""The summary of the ground: the time of day, closures, cover through the day, points left out."""

from typing import TYPE_CHECKING

from placement.counts import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement.plan.problem import Plan
    from placement.solution import Solution

_NAMED = 10  # identifiers listed in a text before "and n more"


def ground_rows(plan: "Plan", solution: "Solution") -> list[tuple[str, ...]]:
    """Return rows of words, none for a plan whose streets are open and whose points are near them.

    Returns
    -------
    list of tuple of str
        Four cells each, as the rest of the summary.
    """
    rows: list[tuple[str, ...]] = []
    if solution.closures:
        rows.append(("Closed for this run", listed(solution.closures), "", ""))
    if solution.periods and not plan.periods:
        made = "with all closures at once" if solution.at is None else f"for {solution.at}"
        rows.append(("Posts chosen", made, "", ""))
    labels = {kind.id: kind.label.get("en", kind.id) for kind in plan.problem.resources}
    called = {period.name: period.label["en"] for period in plan.periods}
    for period in solution.periods:
        covered = ", ".join(
            f"{labels.get(name, name)} {people:,.0f}" for name, people in period.covered.items()
        )
        shut = f"closed: {listed(period.closed)}" if period.closed else "nothing closed"
        hours = f"{period.begins} to {period.ends}"
        if period.name is not None:
            walks = ", ".join(
                f"{seconds / 60:.1f}" if period.covered.get(name) else "–"
                for name, seconds in period.mean_s.items()
            )
            covered += f" of {period.people or 0:,.0f}"
            shut = f"walk {walks} min; {shut}"
            hours = f"{called.get(period.name, period.name)}, {hours}"
        rows.append((hours, f"within reach: {covered}", shut, ""))
    lost = solution.unsnapped
    if lost is not None:
        for kind, names in (("sites", lost.sites), ("demand", lost.demand)):
            people = counted(round(lost.people), "person") if kind == "demand" else ""
            if names:
                rows.append((f"Unsnapped {kind}", listed(names), people, ""))
    return rows


def listed(names: "Sequence[str]") -> str:
    """Return names after one another, the first few of many."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more if names else "none"
