"""``place background``: what the map of an event is drawn on, from an extract."""

from typing import TYPE_CHECKING

import click

from placement.cli.event import Given, event_options, write_found
from placement.cli.options import json_option, out_option

if TYPE_CHECKING:
    from placement.cli.answers_on_inputs import BackgroundAnswer


@click.command("background", short_help="Find buildings, green and stations to draw the map on.")
@click.argument("extract", type=click.Path())
@event_options()
@out_option(
    "FILE.geojson", "File to write.  [default: background.geojson]", suffixes=(".geojson", ".json")
)
@json_option()
def command(*, extract: str, given: Given, out: str | None, as_json: bool) -> None:
    """Write what the map of an event is drawn on as a layer `background`.

    EXTRACT is an OpenStreetMap extract. Blocks of buildings, green, and the names of squares and
    stations tell a reader where a post is; no figure depends on them. `place init --from` writes
    the same layer with a plan. The data is © OpenStreetMap contributors, ODbL.
    """
    from placement.cli.talk import give_json
    from placement.starting.background import background_of

    target = out or "background.geojson"
    kinds = write_found(extract, given, target, "Finding what to draw the map on", background_of)
    many = sum(kinds.values())
    if as_json:
        answer: BackgroundAnswer = {
            "features": many,
            "kinds": kinds,
            "file": target,
        }
        give_json(answer)
    else:
        said = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items()) or "nothing"
        click.echo(f"{said}, written to {target}.")
