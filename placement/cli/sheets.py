"""Options of what goes on paper, and pictures of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from placement.cli.options import Decorator, bundled, stacked
from placement.cli.values import ending

if TYPE_CHECKING:
    from placement.maps.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """What `sheets_options` take: which sheets are printed, and on what."""

    paper: str
    landscape: bool | None
    overview: bool
    areas: bool
    posts: bool
    language: str
    date: str


def paper_options(*, default: str | None = "a3") -> Decorator:
    """``--paper`` and ``--landscape`` or ``--portrait``."""
    return stacked(
        click.option(
            "--paper",
            type=click.Choice(("a3", "a4")),
            default=default,
            show_default=True,
            help=f"Size of the sheets.{'' if default else '  [default: a3]'}",
        ),
        click.option(
            "--landscape/--portrait",
            "landscape",
            default=None,
            help="Long side across or upright.  [default: what shows the plan larger]",
        ),
    )


def sheets_options() -> Decorator:
    """Paper, further sheets, language and date, handed over as ``sheets``."""
    further = {
        "overview": "Add the figures, assumptions and sources.",
        "areas": "Add a sheet for each area.",
        "posts": "Add a sheet for each post, with its position as a QR code.",
    }
    options = stacked(
        paper_options(),
        *(click.option(f"--{name}", is_flag=True, help=text) for name, text in further.items()),
        language_option(),
        date_option(),
    )
    return bundled("sheets", Sheets, options)


def date_option(*, default: str | None = "") -> Decorator:
    """``--date``: what stands in the title block."""
    return click.option(
        "--date",
        metavar="TEXT",
        default=default,
        help="Date for the title block, as it is to stand there; none comes from the clock.",
    )


def language_option(*, default: str | None = "en") -> Decorator:
    """``--lang``: the language of what is printed."""
    return click.option(
        "--lang",
        "language",
        type=click.Choice(("en", "fr")),
        default=default,
        show_default=True,
        help=f"Language of the sheets.{'' if default else '  [default: en]'}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What `picture_options` take: which pictures of the map sheet are drawn, and on what paper."""

    png: str | None
    svg: str | None
    paper: str | None
    landscape: bool | None
    language: str | None
    date: str | None

    @property
    def files(self) -> dict[Literal["png", "svg"], str]:
        """Where each picture goes, by its format."""
        files: dict[Literal["png", "svg"], str] = {}
        if self.png:
            files["png"] = self.png
        if self.svg:
            files["svg"] = self.svg
        return files


def picture_options() -> Decorator:
    """``--png`` and ``--svg`` with their paper, language and date, handed over as ``picture``."""
    options = stacked(
        *(
            click.option(
                f"--{to}",
                metavar="FILE",
                callback=ending(f".{to}"),
                help=f"Draw the map sheet as {article} {to.upper()} instead.",
            )
            for to, article in (("png", "a"), ("svg", "an"))
        ),
        paper_options(default=None),
        language_option(default=None),
        date_option(default=None),
    )
    return bundled("picture", Picture, options)


def demand_picture(picture: Picture, *, several: bool) -> None:
    """Make sure that pictures can be drawn where any are asked for, before work is done for them.

    Parameters
    ----------
    picture
        What was asked for.
    several
        Whether more than one solution is shown.

    Raises
    ------
    UsageError
        If more than one is, or paper, language or date are given and no picture.
    MissingExtraError
        If the extra ``print`` is not installed.
    """
    from placement.errors import UsageError
    from placement.maps.paper import demand_press

    if not picture.files:
        given = (picture.paper, picture.landscape, picture.language, picture.date)
        if any(one is not None for one in given):
            raise UsageError(
                "paper, language and date are those of a picture: add --png or --svg FILE."
            )
        return
    if several:
        raise UsageError("a picture shows one solution: leave out --against and --slider.")
    demand_press()


def draw_pictures(state: "State", picture: Picture, *, checked: bool) -> dict[Path, bytes]:
    """Draw the map sheet in each format that was asked for.

    Parameters
    ----------
    state
        A solution on its plan.
    picture
        The files and their paper.
    checked
        Whether the solution was audited.
    """
    if not picture.files:
        return {}
    from placement.maps.paper import Dossier, map_picture

    asked = Dossier(
        paper=picture.paper or "a3",
        landscape=picture.landscape,
        language=picture.language or "en",
        date=picture.date or "",
        checked=checked,
    )
    return {
        Path(file): map_picture(state.plan, state.solution, asked, to=to)
        for to, file in picture.files.items()
    }
