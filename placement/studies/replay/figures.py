"""Pictures of a replay: the queue of each gate over time, as far as nights spread."""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from placement.plan.clock import DAY_MIN, clock_of, minutes_of
from placement.studies.figures import (
    LONGEST_TITLE,
    demand_plots,
    in_each_language,
    one_line,
    take_own_font,
    write_figure,
)
from placement.studies.replay.ground import M2_A_PERSON
from placement.studies.replay.study import GateReplay, Replay

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "{plan}: queues on {nights} nights, people",
        "lane": "1 lane, {sent} people sent",
        "lanes": "{lanes} lanes, {sent} people sent",
        "strained": "more than {tolerated} outside on {share} of nights",
        "outer": "90% of nights",
        "inner": "50% of nights",
        "middle": "half of the nights below",
        "fluid": "as planned (fluid queue)",
        "room": "room on the ground drawn",
    },
    "fr": {
        "title": "{plan} : files d’attente sur {nights} soirées, personnes",
        "lane": "1 file de contrôle, {sent} personnes envoyées",
        "lanes": "{lanes} files de contrôle, {sent} personnes envoyées",
        "strained": "plus de {tolerated} dehors pour {share} des soirées",
        "outer": "90 % des soirées",
        "inner": "50 % des soirées",
        "middle": "la moitié des soirées en dessous",
        "fluid": "prévu (file fluide)",
        "room": "place sur le terrain dessiné",
    },
}
# one hue from light to dark: they differ in grey as they do in colour
_OUTER, _INNER, _MIDDLE, _FLUID, _ROOM = "#d3e3f3", "#85b4da", "#08306b", "#000000", "#a04000"
_COLUMNS = 3
_WIDTH, _HEIGHT = 3.6, 2.5  # inches of each gate
_HEAD = 0.8
_DPI = 110


def pictures(replay: Replay, gates: Sequence[GateReplay] | None = None) -> dict[str, bytes]:
    """Draw the queues of gates over time, in each language and format.

    The same replay gives the same bytes with one version of matplotlib, whose own font is taken.

    Parameters
    ----------
    replay
        What many nights showed.
    gates
        Those to draw; None draws all.

    Returns
    -------
    dict
        By name of the file, such as ``queues.en.svg``.

    Raises
    ------
    MissingExtraError
        If the extra ``plots`` is not installed.
    """
    return in_each_language(
        "queues", lambda language: draw_queues(replay, gates, language=language)
    )


def draw_queues(
    replay: Replay, gates: Sequence[GateReplay] | None = None, *, language: str = "en"
) -> dict[str, bytes]:
    """Draw the queues of gates over time as ``svg`` and ``png``, in one language."""
    draw = partial(queue_figure, replay, gates, language=language)
    return write_figure(draw, dpi=_DPI, style={"axes.linewidth": 0.6})


def queue_figure(
    replay: Replay, gates: Sequence[GateReplay] | None = None, *, language: str = "en"
) -> "Figure":
    """Return the figure of queues over time.

    Parameters
    ----------
    replay, gates
        As for `pictures`.
    language
        ``"en"`` or ``"fr"``.
    """
    demand_plots()
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, and an extra

    drawn = replay.gates if gates is None else gates
    columns = min(_COLUMNS, max(1, len(drawn)))
    rows = max(1, math.ceil(len(drawn) / columns))
    width, height = max(2, columns) * _WIDTH, rows * _HEIGHT + _HEAD
    figure = Figure(figsize=(width, height))
    words = _TEXTS[language]
    head = _HEAD / height
    plots = figure.subplots(rows, columns, squeeze=False)
    figure.subplots_adjust(
        left=0.6 / width, right=1 - 0.15 / width, bottom=0.35 / height,
        top=1 - head - 0.4 / height, wspace=0.22, hspace=0.52,
    )  # fmt: skip
    cells = [axes for row in plots for axes in row]
    for axes, gate in zip(cells, drawn, strict=False):
        _draw(axes, gate, replay, words, language)
    for axes in cells[len(drawn) :]:
        axes.set_axis_off()
    title = words["title"].format(
        plan=one_line(replay.title[language], LONGEST_TITLE),
        nights=_number(replay.nights, language),
    )
    figure.text(0.15 / width, 1 - 0.25 / height, title, fontsize=11, va="center")
    _legend(figure, words, at=1 - 0.52 / height, room=any(_room(gate) for gate in drawn))
    take_own_font(figure)
    return figure


def _draw(
    axes: "Axes", gate: GateReplay, replay: Replay, words: Mapping[str, str], language: str
) -> None:
    """Draw the fan of one gate."""
    times = replay.moments_min
    low, lower, middle, upper, high = gate.fan
    axes.fill_between(times, low, high, color=_OUTER, linewidth=0)
    axes.fill_between(times, lower, upper, color=_INNER, linewidth=0)
    axes.plot(times, middle, color=_MIDDLE, linewidth=1.4)
    axes.plot(times, gate.fluid, color=_FLUID, linewidth=1.0, linestyle=(0, (4, 2)))
    room = _room(gate)
    if room is not None:
        axes.axhline(room, color=_ROOM, linewidth=1.0, linestyle=(0, (1, 1.5)))
    top = max(1.0, *high, *gate.fluid, room or 0.0)
    axes.set_ylim(0, 1.05 * top)
    axes.set_xlim(times[0], times[-1])
    _ticks(axes, replay, top, language)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    sizes = words["lane" if gate.lanes == 1 else "lanes"].format(
        lanes=gate.lanes, sent=_number(gate.sent, language)
    )
    share = _share(gate.strained.value, language)
    strained = words["strained"].format(tolerated=replay.tolerated, share=share)
    axes.text(0, 1.24, one_line(gate.name), transform=axes.transAxes, fontsize=7.5)
    axes.text(0, 1.13, sizes, transform=axes.transAxes, fontsize=6.5)
    axes.text(0, 1.03, strained, transform=axes.transAxes, fontsize=6.5)


def _share(part: float, language: str) -> str:
    """Write a share as percent, with a decimal where none would hide some or miss few nights."""
    few = 0 < part < 0.1 or 0.9 < part < 1
    text = f"{100 * part:.{1 if few else 0}f}"
    return f"{text}%" if language == "en" else f"{text.replace('.', ',')} %"


def _ticks(axes: "Axes", replay: Replay, top: float, language: str) -> None:
    opens = minutes_of(replay.opens) or 0
    first, last = replay.moments_min[0], replay.moments_min[-1]
    step = 60 * max(1, round((last - first) / 60 / 4))
    if last - first < 120:
        step = 30
    hours = range(math.ceil((opens + first) / step) * step, int(opens + last) + 1, step)
    axes.set_xticks([at - opens for at in hours], [clock_of(at % DAY_MIN) for at in hours])
    each = 10 ** math.floor(math.log10(top))
    each = next(each * m for m in (0.2, 0.5, 1.0, 2.0) if top / (each * m) <= 5)
    levels = [each * n for n in range(int(top / each) + 1)]
    axes.set_yticks(levels, [_number(level, language) for level in levels])
    axes.tick_params(labelsize=6.5, length=2.5, width=0.6)


def _legend(figure: "Figure", words: Mapping[str, str], *, at: float, room: bool) -> None:
    """Explain bands and lines in one row below the title."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - heavy, and an extra
    from matplotlib.patches import Patch  # noqa: PLC0415

    handles: list[Any] = [
        Patch(color=_OUTER, label=words["outer"]),
        Patch(color=_INNER, label=words["inner"]),
        Line2D([], [], color=_MIDDLE, linewidth=1.4, label=words["middle"]),
        Line2D([], [], color=_FLUID, linewidth=1.0, linestyle=(0, (4, 2)), label=words["fluid"]),
    ]
    if room:
        dotted = (0, (1, 1.5))
        handles.append(Line2D([], [], color=_ROOM, linestyle=dotted, label=words["room"]))
    figure.legend(
        handles=handles, loc="center left", bbox_to_anchor=(0.0, at), ncols=len(handles),
        frameon=False, fontsize=6.5, columnspacing=1.2, handlelength=1.8,
    )  # fmt: skip


def _room(gate: GateReplay) -> float | None:
    """Return how many people the ground drawn for a queue holds."""
    drawn = gate.ground.drawn_m2
    return None if drawn is None else drawn / M2_A_PERSON


def _number(value: float, language: str) -> str:
    text = f"{value:,.0f}" if value >= 1 or value == 0 else f"{value:.1f}"
    return text if language == "en" else text.replace(",", " ").replace(".", ",")
