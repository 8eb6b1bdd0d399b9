"""The chart of a roster: a line a team, dark where it stands at a post, light where it walks.

Beside the lines stands where teams rest, in the colour of their lines.
"""

from functools import partial
from typing import TYPE_CHECKING

from placement.plan.clock import DAY_MIN, clock_of
from placement.studies.figures import LONGEST_TITLE, one_line, take_own_font, write_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from placement.studies.roster.study import Roster

_DPI = 150
_WIDTH, _HEAD, _ROW = 10.5, 1.6, 0.16  # inches
_RIGHT = 0.81  # of the width: names of rest places stand beside
_LONGEST_NAME = 36
_HIGHEST = 40.0
_COLOURS = ("#0b5fa5", "#b3470e", "#2f7d32", "#6b3fa0", "#8a6d00", "#9c2455", "#00707a", "#555555")
_WALK = "#b9c0c8"
_TEXTS = {
    "en": ("at a post", "walking"),
    "fr": ("au poste", "trajet"),
}


def chart(found: "Roster", *, language: str) -> dict[str, bytes]:
    """Return the chart as ``svg`` and ``png``.

    Parameters
    ----------
    found
        The roster.
    language
        ``"en"`` or ``"fr"``.

    Raises
    ------
    MissingExtraError
        If the extra ``plots`` is not installed.
    """
    draw = partial(figure_of, found, language=language)
    return write_figure(draw, dpi=_DPI, style={"axes.linewidth": 0.6})


def figure_of(found: "Roster", *, language: str = "en") -> "Figure":
    """Return the figure of the chart; teams of a rest place have one colour."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, and an extra
    from matplotlib.patches import Patch  # noqa: PLC0415

    teams = [team for base in found.bases for team in base.teams] + list(found.spare)
    row = {team: at for at, team in enumerate(teams)}
    colour = {
        team: _COLOURS[at % len(_COLOURS)]
        for at, base in enumerate(found.bases)
        for team in base.teams
    }
    stands, walks = _TEXTS[language]
    height = min(_HIGHEST, _HEAD + _ROW * len(teams))
    figure = Figure(figsize=(_WIDTH, height))
    axes = figure.subplots()
    figure.subplots_adjust(left=0.07, right=_RIGHT, bottom=0.45 / height, top=1 - 1.0 / height)
    for one in found.duties:
        at = row[one.team]
        axes.broken_barh([(one.leaves, one.back - one.leaves)], (at - 0.18, 0.36), color=_WALK)
        axes.broken_barh([(one.on, one.off - one.on)], (at - 0.4, 0.8), color=colour[one.team])
    first = min([found.begins, *(one.leaves for one in found.duties)])
    last = max([found.ends, *(one.back for one in found.duties)])
    step = 60 if last - first <= 18 * 60 else 180
    ticks = range(-(-first // step) * step, last + 1, step)
    axes.set_xticks(ticks, [clock_of(tick % DAY_MIN) for tick in ticks], fontsize=8)
    axes.set_yticks(range(len(teams)), teams, fontsize=min(7.0, 60 * height / max(1, len(teams))))
    axes.set_xlim(first, last)
    axes.set_ylim(len(teams) - 0.4, -0.6)
    axes.grid(axis="x", color="#e3e6e9", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(labeltop=True, labelsize=8)
    for base in (one for one in found.bases if one.teams):
        middle = (row[base.teams[0]] + row[base.teams[-1]]) / 2
        name = one_line(base.name, _LONGEST_NAME)
        axes.text(last, middle, f"  {name}", fontsize=6.5, va="center", color=colour[base.teams[0]])
    title = one_line(found.title[language], LONGEST_TITLE)
    figure.text(0.07, 1 - 0.3 / height, title, fontsize=11, va="center")
    handles = [Patch(color=_COLOURS[0], label=stands), Patch(color=_WALK, label=walks)]
    figure.legend(
        handles=handles,
        loc="center right",
        bbox_to_anchor=(_RIGHT, 1 - 0.52 / height),
        ncols=2,
        frameon=False,
        fontsize=8,
    )
    take_own_font(figure)
    return figure
