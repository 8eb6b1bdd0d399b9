"""A solution where it is looked at in Python: a table, and the map as a page in a frame."""

import html
from dataclasses import dataclass
from pathlib import Path

from placement.counts import counted
from placement.errors import PlacementError, UsageError
from placement.maps.webmap import map_page
from placement.outputs import replace_file
from placement.plan.problem import Plan
from placement.plan.summary import html_table
from placement.solution import Solution

_HEIGHT_PX = 600


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """A map as a page that stands by itself.

    Attributes
    ----------
    html
        The page as text.
    inputs
        Files that it never replaces.
    """

    html: str
    inputs: tuple[Path, ...] = ()

    def __repr__(self) -> str:
        return f"Page({counted(len(self.html), 'character')} of HTML; write it with to_file(path))"

    def _repr_html_(self) -> str:
        # the frame may run the page's own script, and reaches nothing of what is around it
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts" '
            f'title="map" width="100%" height="{_HEIGHT_PX}" style="border:0"></iframe>'
        )

    def to_file(self, path: str | Path) -> None:
        """Write the page; it appears complete or not at all.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        replace_file(path, self.html.encode(), inputs=self.inputs)


def explore(solution: Solution, plan: Plan | None) -> Page:
    """Return the map of a solution; see `Solution.explore`.

    Raises
    ------
    UsageError
        If there is no plan, or what is given is none.
    InputError
        If the solution has a post that the plan does not know.
    """
    if plan is None:
        raise UsageError(
            "the solution's plan is not at hand, as it was read from a file: give it, "
            "solution.explore(plan)."
        )
    if not isinstance(plan, Plan):
        raise UsageError(f"a map is drawn with a Plan, and not with {type(plan).__name__}.")
    return Page(map_page(plan, solution), plan.inputs)


def solution_html(solution: Solution, plan: Plan | None) -> str:
    """Return a solution as tables of HTML, and its map below where the plan is at hand."""
    facts = [
        ("status", str(solution.status)),
        ("cost", f"{solution.cost:,.10g} of {solution.budget:,.10g} {solution.budget_unit}"),
        ("objective", f"{solution.objective:,.10g}"),
        ("bound", f"{solution.bound:,.10g}"),
        ("gap", f"{solution.gap:.2%}"),
        *(
            (
                f"covered by {name}",
                f"{part.covered:,.10g} of {counted(part.total, 'person')} ({part.share:.1%})",
            )
            for name, part in sorted(solution.coverage.items())
        ),
        ("walks", solution.walking),
    ]
    posts = [
        (post.id, post.name, f"{post.units}", f"{post.cost:,.10g}", f"{post.covered:,.10g}")
        for post in solution.posts_list
    ]
    text = html_table(solution.plan, facts)
    text += html_table("posts", posts, head=("post", "name", "units", "cost", "covered"))
    if plan is None:
        return text
    try:
        return text + explore(solution, plan)._repr_html_()
    except PlacementError as error:  # the tables are worth showing without the map
        return f"{text}<p>No map: {html.escape(str(error))}</p>"
