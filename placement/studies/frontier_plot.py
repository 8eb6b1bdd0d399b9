"""The frontier as a figure: what is covered, what one unit more brings, what is proven."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from placement.solution import Status
from placement.studies.figures import (
    LONGEST_TITLE,
    one_line,
    take_own_font,
    thousands,
    write_figure,
)
from placement.studies.frontier import Frontier
from placement.studies.frontier_points import BUDGET

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "budget": "budget",
        "worth": "objective",
        "per_unit": "people more\nper unit",
        "covered": "people covered",
        "proven": "proven plan",
        "found": "plan found, not proven",
        "bound": "no plan can have more",
        "knee": "knee: from here on more brings far less",
        "most": "most units",
    },
    "fr": {
        "budget": "budget",
        "worth": "objectif",
        "per_unit": "personnes en plus\npar unité",
        "covered": "personnes couvertes",
        "proven": "plan prouvé",
        "found": "plan trouvé, non prouvé",
        "bound": "aucun plan ne peut avoir plus",
        "knee": "coude : au-delà, une unité apporte bien moins",
        "most": "unités au plus",
    },
}
_STYLE = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
#: Dashes and markers tell lines apart, not colours alone: the figure is readable in grey.
_LINES = (
    {"linestyle": "-", "marker": "o", "color": "#1b4965"},
    {"linestyle": "--", "marker": "s", "color": "#b5541c"},
    {"linestyle": ":", "marker": "^", "color": "#3d6b35"},
    {"linestyle": "-.", "marker": "v", "color": "#6a4c93"},
)
_DPI = 150
_ROOM = 1.04  # above the highest point, for its mark


def pictures(found: Frontier, *, language: str = "en") -> dict[str, bytes]:
    """Draw the frontier as ``svg`` and ``png``: the same frontier gives the same bytes.

    Parameters
    ----------
    found
        The frontier.
    language
        ``"en"`` or ``"fr"``.

    Raises
    ------
    MissingExtraError
        If the extra ``plots`` is not installed.
    """
    return write_figure(partial(draw, found, language=language), dpi=_DPI, style=_STYLE)


def draw(found: Frontier, *, language: str = "en") -> "Figure":
    """Return the figure: objective, people covered, and people more per unit."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and heavy

    words = _WORDS[language]
    figure = Figure(figsize=(7.2, 7.2), layout="constrained")
    worth, people, more = figure.subplots(3, 1, sharex=True, height_ratios=(4, 4, 3))
    _draw_worth(worth, found, words)
    _draw_people(people, more, found, language)
    unit = one_line(found.unit.get(language, found.unit.get("en", "")))
    named = found.resources.get(found.over, {})
    what = words["budget"] if found.over == BUDGET else one_line(named.get(language, found.over))
    if found.over != BUDGET:
        what = f"{what}, {words['most']}"
    more.set_xlabel(f"{what} ({unit})")
    for axes, label in ((worth, "worth"), (people, "covered"), (more, "per_unit")):
        axes.set_ylabel(words[label])
        axes.grid(visible=True, color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        low, high = axes.get_ylim()
        axes.set_ylim(bottom=min(0.0, low) if axes is more else 0, top=high * _ROOM)
        axes.yaxis.set_major_formatter(thousands(language))
        _, labels = axes.get_legend_handles_labels()
        if labels:
            axes.legend(loc="lower right", frameon=False)
    worth.set_title(one_line(found.title[language], LONGEST_TITLE), loc="left", fontweight="bold")
    take_own_font(figure)
    return figure


def _draw_worth(axes: Any, found: Frontier, words: Mapping[str, str]) -> None:  # noqa: ANN401
    known = [(one, one.solution) for one in found.points if one.solution is not None]
    axes.plot(
        [one.value for one, _ in known],
        [told.objective for _, told in known],
        color="#1b4965",
        linewidth=1.3,
        zorder=2,
    )
    for proven, face, label in ((True, "#1b4965", "proven"), (False, "white", "found")):
        mine = [(o, t) for o, t in known if (t.status is Status.OPTIMAL) is proven]
        if mine:
            axes.plot(
                [one.value for one, _ in mine],
                [told.objective for _, told in mine],
                linestyle="none",
                marker="o",
                color="#1b4965",
                markerfacecolor=face,
                label=words[label],
                zorder=3,
            )
    open_ones = [
        (one, told)
        for one, told in known
        if told.status is not Status.OPTIMAL and told.bound < float("inf")
    ]
    if open_ones:
        at = [one.value for one, _ in open_ones]
        ends = [told.objective for _, told in open_ones], [told.bound for _, told in open_ones]
        axes.vlines(at, *ends, color="#777777", linewidth=1.0)
        axes.plot(
            at, ends[1], linestyle="none", marker="_", markersize=10, color="black",
            label=words["bound"],
        )  # fmt: skip
    bends = [(one, told) for one, told in known if one.knee]
    if bends:
        axes.plot(
            [one.value for one, _ in bends],
            [told.objective for _, told in bends],
            linestyle="none",
            marker="D",
            markersize=11,
            markerfacecolor="none",
            color="black",
            label=words["knee"],
            zorder=4,
        )


def _draw_people(
    people: Any,  # noqa: ANN401 - axes of a library without types of its own here
    more: Any,  # noqa: ANN401
    found: Frontier,
    language: str,
) -> None:
    known = [(one, one.solution) for one in found.points if one.solution is not None]
    for n, (name, label) in enumerate(found.resources.items()):
        style: dict[str, Any] = dict(_LINES[n % len(_LINES)])
        shown = one_line(label.get(language, name))
        people.plot(
            [one.value for one, _ in known],
            [told.coverage[name].covered for _, told in known],
            label=shown,
            markersize=4,
            **style,
        )
        # what a step brought is drawn over the step: from the value before to this one
        edges = [one.value for one, _ in known]
        steps = [(one.per_unit or {}).get(name, 0.0) for one, _ in known[1:]]
        if steps:
            style.pop("marker")
            more.stairs(steps, edges, baseline=None, linewidth=1.5, **style)
