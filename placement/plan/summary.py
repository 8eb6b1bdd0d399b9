"""A plan in a few lines, as text and as a table of HTML; names are text and never markup."""

import html
from collections.abc import Iterable, Sequence

from placement.counts import counted
from placement.plan.problem import Plan


def plan_text(plan: Plan) -> str:
    """Return what is asked in three lines."""
    problem = plan.problem
    people = float(problem.demand.people.sum())
    kinds = ", ".join(f"{kind.id} ({kind.walk_limit_s / 60:g} min)" for kind in problem.resources)
    return (
        f"Plan {plan.settings.name!r}: {counted(len(problem.sites), 'site')}, "
        f"{counted(len(problem.demand), 'demand point')} with {counted(people, 'person')}, "
        f"budget {problem.budget:,.10g} "
        f"{plan.settings.budget.unit.en}\n"
        f"  resources: {kinds}\n"
        f"  walks: {walks_of(plan)}, crs {plan.crs}"
    )


def plan_html(plan: Plan) -> str:
    """Return what is asked as a table of HTML."""
    problem = plan.problem
    rows = [
        ("sites", f"{len(problem.sites):,}"),
        ("demand points", f"{len(problem.demand):,}"),
        ("people", f"{float(problem.demand.people.sum()):,.10g}"),
        ("budget", f"{problem.budget:,.10g} {plan.settings.budget.unit.en}"),
        *(
            (f"resource {kind.id}", f"{kind.label['en']}, within {kind.walk_limit_s / 60:g} min")
            for kind in problem.resources
        ),
        ("walks", walks_of(plan)),
        ("coordinate system", plan.crs),
        ("layers", ", ".join(f"{name}: {file}" for name, file in plan.layers.items())),
        *(("warning", warning) for warning in plan.warnings),
    ]
    return html_table(plan.settings.title_by_language()["en"], rows)


def walks_of(plan: Plan) -> str:
    """Say how walks are measured."""
    if plan.walk_s is not None:
        return f"a table of {plan.walk_s.nnz:,} walking times"
    if plan.streets is not None:
        return f"on the streets of {plan.streets.name}"
    return f"straight lines × {plan.settings.walking.detour_factor:g}"


def html_table(
    title: str, rows: Iterable[Sequence[object]], *, head: Sequence[str] | None = None
) -> str:
    """Return a table of HTML; all texts are escaped.

    Parameters
    ----------
    title
        Its caption.
    rows
        Cells by row; the first one of each names the row. Numbers are written with ten digits at
        most, None and what is false as nothing.
    head
        Names of the columns, or None.
    """
    names = "".join(f"<th>{html.escape(cell)}</th>" for cell in head or ())
    lines = [f"<tr>{names}</tr>"] if head else []
    for first, *others in rows:
        cells = "".join(f"<td>{html.escape(_cell(cell))}</td>" for cell in others)
        lines.append(f"<tr><th>{html.escape(_cell(first))}</th>{cells}</tr>")
    return f"<table><caption>{html.escape(title)}</caption>{''.join(lines)}</table>"


def _cell(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "yes" if value else ""
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)
