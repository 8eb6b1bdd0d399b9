"""Losses as a figure: what each post takes with it, those that cost the most, and closed streets.

Like the files it says that it is restricted, in both languages.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from placement.studies.figures import (
    LONGEST_TITLE,
    in_each_language,
    one_line,
    take_own_font,
    thousands,
    write_figure,
    written,
)
from placement.studies.losses import Loss, Losses

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "What a loss takes off the objective ({plan})",
        "each": "one post is lost",
        "further": "posts together, or a street closed",
        "closed": "Closed: {names}",
        "bound": "no such loss is larger",
        "rest": "{many} more in loss.json",
        "objective": "objective lost",
        "percent": "{share}%",
    },
    "fr": {
        "title": "Ce qu’une perte retire à l’objectif ({plan})",
        "each": "un poste est perdu",
        "further": "postes ensemble, ou rue fermée",
        "closed": "Fermé : {names}",
        "bound": "aucune perte de ce genre n’est plus grande",
        "rest": "{many} de plus dans loss.json",
        "objective": "objectif perdu",
        "percent": "{share} %",
    },
}
_STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
_EACH, _FURTHER, _RESTRICTED = "#1b4965", "#d98b5f", "#a01616"
_MOST_POSTS = 15
_LONGEST_NAME = 60
_WIDTH, _LINE, _GAP, _HEAD, _FOOT = 9.0, 0.17, 0.14, 1.15, 0.55  # inches
_DPI = 150


class _Bar(NamedTuple):
    """A loss: what is lost in lines of text, its size, what no other exceeds, and its kind."""

    lines: tuple[str, ...]
    loss: float
    bound: float | None
    kind: str


def pictures(found: Losses) -> dict[str, bytes]:
    """Draw the losses in each language and format, all marked as restricted.

    Parameters
    ----------
    found
        The losses.

    Returns
    -------
    dict
        By name of the file, such as ``loss.en.svg``.

    Raises
    ------
    MissingExtraError
        If the extra ``plots`` is not installed.
    """
    return in_each_language("loss", lambda language: draw_losses(found, language=language))


def draw_losses(found: Losses, *, language: str = "en") -> dict[str, bytes]:
    """Draw the losses as ``svg`` and ``png``: the same losses give the same bytes."""
    return write_figure(partial(loss_figure, found, language=language), dpi=_DPI, style=_STYLE)


def loss_figure(found: Losses, *, language: str = "en") -> "Figure":
    """Return the figure: a bar for each loss, and how much of the objective it is."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and heavy

    words = _WORDS[language]
    bars = _bars(found, words, language)
    tall = [_LINE * len(bar.lines) + _GAP for bar in bars]
    height = _HEAD + _FOOT + max(_LINE, sum(tall))
    figure = Figure(figsize=(_WIDTH, height))
    axes = figure.subplots()
    figure.subplots_adjust(left=0.45, right=0.84, bottom=_FOOT / height, top=1 - _HEAD / height)
    _draw(axes, bars, tall, found.objective, language)
    inch = 1 / height
    title = words["title"].format(plan=one_line(found.title[language], LONGEST_TITLE))
    figure.text(0.02, 1 - 0.25 * inch, title, fontsize=11, fontweight="bold", va="center")
    for line, told in enumerate(found.restricted.values()):
        at = 1 - (0.5 + 0.2 * line) * inch
        figure.text(0.02, at, told, color=_RESTRICTED, fontweight="bold", va="center")
    _, labels = axes.get_legend_handles_labels()
    if labels:
        figure.legend(
            loc="center left", bbox_to_anchor=(0.01, 1 - 0.95 * inch), ncols=3, frameon=False
        )
    if len(found.each) > _MOST_POSTS:
        rest = words["rest"].format(many=written(len(found.each) - _MOST_POSTS, language))
        figure.text(0.02, 0.15 * inch, rest, va="center")
    take_own_font(figure)
    return figure


def _bars(found: Losses, words: Mapping[str, str], language: str) -> list[_Bar]:
    """Return the bars from the top down."""

    def named(posts: Sequence[str]) -> tuple[str, ...]:
        names = [found.labels.get(post, {}).get(language, post) for post in posts]
        return tuple(one_line(name, _LONGEST_NAME) for name in names)

    def lines(one: Loss) -> tuple[str, ...]:
        if one.lost:
            return named(one.lost)
        return tuple(
            one_line(words["closed"].format(names=name), _LONGEST_NAME) for name in one.closed
        )

    each = list(found.each.items())[:_MOST_POSTS]
    bars = [_Bar(named([post]), loss, None, "each") for post, loss in each]
    return bars + [_Bar(lines(one), one.loss, one.bound, "further") for one in found.further]


def _draw(
    axes: "Axes", bars: Sequence[_Bar], tall: Sequence[float], objective: float, language: str
) -> None:
    words = _WORDS[language]
    middles: list[float] = []
    down = 0.0
    for high in tall:
        middles.append(down + high / 2)
        down += high
    looks = {"each": (_EACH, None), "further": (_FURTHER, "////")}  # the hatch tells them in grey
    for kind, (colour, hatch) in looks.items():
        mine = [at for at, bar in enumerate(bars) if bar.kind == kind]
        if mine:
            axes.barh(
                [middles[at] for at in mine], [bars[at].loss for at in mine],
                height=[tall[at] - _GAP for at in mine], color=colour, hatch=hatch,
                edgecolor="white", linewidth=0, label=words[kind],
            )  # fmt: skip
    ends = [bar.loss if bar.bound is None else max(bar.loss, bar.bound) for bar in bars]
    top = max([1.0, *(end for end in ends if end < float("inf"))])
    open_ones = [at for at, bar in enumerate(bars) if bar.loss < ends[at] <= top]
    if open_ones:
        axes.plot(
            [ends[at] for at in open_ones], [middles[at] for at in open_ones], linestyle="none",
            marker="|", markersize=14, color="black", label=words["bound"],
        )  # fmt: skip
    for at, bar in enumerate(bars):
        end = ends[at] if at in open_ones else bar.loss
        share = f"{100 * bar.loss / objective:.1f}" if objective else "0"
        percent = words["percent"].format(
            share=share if language == "en" else share.replace(".", ",")
        )
        told = f"{written(round(bar.loss), language)} ({percent})"
        axes.text(max(end, 0.0) + 0.015 * top, middles[at], told, va="center")
    axes.set_yticks(middles, ["\n".join(bar.lines) for bar in bars], fontsize=8)
    axes.set_ylim(max(_LINE, down), 0)
    axes.set_xlim(min([0.0, *(bar.loss for bar in bars)]), top)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(thousands(language))
    axes.locator_params(axis="x", nbins=4)
    axes.set_xlabel(words["objective"])
