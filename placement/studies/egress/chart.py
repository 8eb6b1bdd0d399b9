"""The picture of an egress: who is still inside, and who waits at the exits, over time."""

import re
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from placement.solution import Status
from placement.studies.egress.queues import PER_MIN
from placement.studies.figures import (
    LONGEST_TITLE,
    one_line,
    take_own_font,
    thousands,
    write_figure,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from placement.arrays import Floats
    from placement.studies.egress.courses import Course
    from placement.studies.egress.study import Egress

_DPI = 150
_WIDTH, _HEIGHT, _LEGEND_ROW = 9.0, 7.0, 0.18  # inches
_COLUMNS = 2  # of the legend below, which no line crosses
_SHOWN = 6
_COLOURS = ("#0b5fa5", "#b3470e", "#2f7d32", "#6b3fa0", "#8a6d00", "#9c2455")
_INK = "#333333"
_STYLES = {"chosen": "-", "guided": (0, (4, 2))}
_TEXTS = {
    "en": {
        "chosen": "as people choose",
        "guided": "as guided",
        "inside": "people still inside",
        "waiting": "people who wait at an exit",
        "minutes": "minutes after the first set out",
        "shown": "the {} exits with the longest queues of {}",
        "people_of": "people of {}",
        "out": "the last one out: {chosen:.1f} min {as_chosen}, "
        "{guided:.1f} min {as_guided} ({known})",
        "served": "past a station: {chosen:.1f} min {as_chosen}, {guided:.1f} "
        "min {as_guided} ({known})",
        "proven": "proven: no sooner",
        "bound": "not before {bound:.1f}",
        "proven_if_out": "proven: no sooner if all are out so soon; else not before {bound:.1f}",
        "bound_if_out": "not before {if_out:.1f} if all are out so soon; else not "
        "before {bound:.1f}",
    },
    "fr": {
        "chosen": "au choix de chacun",
        "guided": "avec guidage",
        "inside": "personnes encore à l'intérieur",
        "waiting": "personnes en attente à une sortie",
        "minutes": "minutes après les premiers départs",
        "shown": "les {} sorties aux plus longues files, sur {}",
        "people_of": "personnes de « {} »",
        "out": "dernière sortie : {chosen:.1f} min {as_chosen}, "
        "{guided:.1f} min {as_guided} ({known})",
        "served": "dernier passage en station : {chosen:.1f} min {as_chosen}, "
        "{guided:.1f} min {as_guided} ({known})",
        "proven": "prouvé : pas plus tôt",
        "bound": "pas avant {bound:.1f}",
        "proven_if_out": "prouvé : pas plus tôt si tous sortent aussi tôt ; sinon pas "
        "avant {bound:.1f}",
        "bound_if_out": "pas avant {if_out:.1f} si tous sortent aussi tôt ; sinon "
        "pas avant {bound:.1f}",
    },
}


def chart(found: "Egress", *, language: str) -> dict[str, bytes]:
    """Return the picture as ``svg`` and ``png``.

    Parameters
    ----------
    found
        The egress.
    language
        ``"en"`` or ``"fr"``.

    Raises
    ------
    MissingExtraError
        If the extra ``plots`` is not installed.
    """
    draw = partial(_draw, found, language=language)
    return write_figure(draw, dpi=_DPI, style={"axes.linewidth": 0.6})


def inside(course: "Course") -> "Floats":
    """Return how many people are not out yet at the start of each slot, down to nobody."""
    wide = max(len(one.queue.passed) for one in course.exits)
    out = np.zeros(wide)
    for one in course.exits:
        passed = one.queue.passed
        if len(passed):
            out += np.concatenate([passed, np.full(wide - len(passed), passed[-1])])
    return np.concatenate([[course.sent.sum()], np.maximum(course.sent.sum() - out, 0.0)])


def _titled(found: "Egress", *, language: str) -> str:
    """Return the title with the ring that is left, the period, and whose people leave."""
    title = one_line(found.title[language], LONGEST_TITLE)
    if found.ring is not None:
        title += f" – {one_line(found.ring.label[language])}"
    if found.period is None or found.people_of is None:
        return title
    said = f"{title} – {one_line(found.period.label[language])}"
    if found.people_of.name != found.period.name:
        whose = one_line(found.people_of.label[language])
        said += f", {_TEXTS[language]['people_of'].format(whose)}"
    return said


def _known(found: "Egress", *, language: str) -> str:
    """Return when the last one is out and served, and what is proven of it, a line each."""
    texts = _TEXTS[language]

    def line(what: str, minutes: "Sequence[float | None]", known: str) -> str:
        said = texts[known].format(bound=bound[what], if_out=found.served_bound_min)
        return texts[what].format(
            chosen=minutes[0],
            as_chosen=texts["chosen"],
            guided=minutes[1],
            as_guided=texts["guided"],
            known=said,
        )

    bound = {"out": found.bound_min, "served": found.joint_bound_min}
    proven = "proven" if found.status is Status.OPTIMAL else "bound"
    lines = [line("out", [found.chosen.clear_min, found.guided.clear_min], proven)]
    if found.served_known is not None:
        served = [found.chosen.served_min, found.guided.served_min]
        lines.append(line("served", served, found.served_known))
    if language == "fr":
        lines = [re.sub(r"(?<=\d)\.(?=\d)", ",", one) for one in lines]
    return "\n".join(lines)


def _draw(found: "Egress", *, language: str) -> "Figure":
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, and an extra

    texts = _TEXTS[language]
    courses = {"chosen": found.chosen, "guided": found.guided}
    longest = [one.queue.longest for one in found.chosen.exits]
    order = sorted(range(len(longest)), key=lambda at: (-longest[at], found.exits.id[at]))
    shown = [at for at in order if longest[at] > 0][:_SHOWN]
    all_shown = len(shown) == len(longest)
    rows = -(-len(shown) // _COLUMNS) + (0 if all_shown else 1)
    height = _HEIGHT + _LEGEND_ROW * rows
    figure = Figure(figsize=(_WIDTH, height))
    above, below = figure.subplots(2, 1, sharex=True)
    figure.subplots_adjust(
        left=0.1, right=0.98, bottom=(0.56 + _LEGEND_ROW * rows) / height, top=1 - 0.7 / height,
        hspace=0.14,
    )  # fmt: skip
    for name, course in courses.items():
        still = inside(course)
        above.plot(
            np.arange(len(still)) / PER_MIN,
            still,
            color=_INK,
            linestyle=_STYLES[name],
            label=texts[name],
        )
        for colour, at in zip(_COLOURS, shown, strict=False):
            one = course.exits[at]
            label = one_line(one.name) if name == "chosen" else None
            below.plot(
                np.arange(len(one.queue.waiting) + 1) / PER_MIN,
                np.append(one.queue.waiting, 0.0),
                color=colour,
                linestyle=_STYLES[name],
                linewidth=1.2,
                label=label,
            )
    above.set_ylabel(texts["inside"], fontsize=9)
    below.set_ylabel(texts["waiting"], fontsize=9)
    below.set_xlabel(texts["minutes"], fontsize=9)
    title = _titled(found, language=language)
    figure.text(0.1, 1 - 0.21 / height, title, fontsize=11, va="center")
    known = _known(found, language=language)
    figure.text(0.1, 1 - 0.34 / height, known, fontsize=8, va="top", color=_INK)
    note = None if all_shown else texts["shown"].format(len(shown), len(longest))
    for axes in (above, below):
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.grid(color="#e3e6e9", linewidth=0.5)
        axes.set_axisbelow(True)
        axes.tick_params(labelsize=8)
        axes.yaxis.set_major_formatter(thousands(language))
    above.legend(frameon=False, fontsize=8, loc="upper right")
    if shown:
        figure.legend(
            *below.get_legend_handles_labels(), title=note, ncols=_COLUMNS, frameon=False,
            fontsize=8, title_fontsize=8, loc="lower left", bbox_to_anchor=(0.09, 0.0),
            alignment="left",
        )  # fmt: skip
    take_own_font(figure)
    return figure
