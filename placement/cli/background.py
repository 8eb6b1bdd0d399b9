"""``place background``: what the map of an event is drawn on, from an extract."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from placement.cli.event import Given, event_options
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
    from collections import Counter

    from placement.cli.talk import Talk, give_json
    from placement.outputs import check_output, replace_file
    from placement.starting.background import background_of
    from placement.starting.drawn import layer_text
    from placement.starting.new_plan import survey_extract

    target = out or "background.geojson"
    inputs = [extract, *given.files]
    check_output(target, inputs=inputs)
    event = given.event()
    with Talk().step("Finding what to draw the map on"):
        ground, _ = survey_extract(Path(extract), event, margin_m=given.margin)
        found = background_of(ground)
        text = layer_text(found, crs=event.crs)
    replace_file(target, text.encode(), inputs=inputs)
    kinds = Counter(one.facts["kind"] for one in found)
    if as_json:
        answer: BackgroundAnswer = {
            "features": len(found),
            "kinds": dict(sorted(kinds.items())),
            "file": target,
        }
        give_json(answer)
    else:
        said = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items())) or "nothing"
        click.echo(f"{said}, written to {target}.")
