"""Options of what goes on paper."""

from dataclasses import dataclass

import click

from placement.cli.options import Decorator, bundled, stacked


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


def paper_options() -> Decorator:
    """``--paper`` and ``--landscape`` or ``--portrait``."""
    return stacked(
        click.option(
            "--paper",
            type=click.Choice(("a3", "a4")),
            default="a3",
            show_default=True,
            help="Size of the sheets.",
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
        click.option(
            "--lang",
            "language",
            type=click.Choice(("en", "fr")),
            default="en",
            show_default=True,
            help="Language of the sheets.",
        ),
        click.option(
            "--date",
            metavar="TEXT",
            default="",
            help="Date for the title block, as it is to stand there; none comes from the clock.",
        ),
    )
    return bundled("sheets", Sheets, options)
