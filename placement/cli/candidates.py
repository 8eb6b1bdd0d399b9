"""``place candidates``: where posts may stand, from an extract and a route."""

from typing import TYPE_CHECKING

import click

from placement.cli.event import Given, apart_option, event_options, write_found
from placement.cli.options import json_option, out_option

if TYPE_CHECKING:
    from placement.cli.answers_on_inputs import CandidatesAnswer


@click.command("candidates", short_help="Find where posts may stand, from an extract and a route.")
@click.argument("extract", type=click.Path())
@event_options()
@apart_option()
@out_option(
    "FILE.geojson", "File to write.  [default: sites.geojson]", suffixes=(".geojson", ".json")
)
@json_option()
def command(*, extract: str, given: Given, apart: float, out: str | None, as_json: bool) -> None:
    """Write the candidate sites of an event as a layer of sites.

    EXTRACT is an OpenStreetMap extract. Candidates are where the perimeter and the route's own
    ground cross walkable streets, bridgeheads, station entrances, corners of squares and gates,
    each with its width, the lanes it has room for, and the people who have room to queue. The data
    is © OpenStreetMap contributors, ODbL.
    """
    from placement.cli.talk import give_json
    from placement.starting.candidates import find_candidates, sites_of

    target = out or "sites.geojson"
    kinds = write_found(
        extract,
        given,
        target,
        "Finding candidate sites",
        lambda ground: sites_of(find_candidates(ground, apart_m=apart)),
    )
    many = sum(kinds.values())
    if as_json:
        answer: CandidatesAnswer = {
            "sites": many,
            "kinds": kinds,
            "file": target,
        }
        give_json(answer)
    else:
        said = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        sites = "candidate site" if many == 1 else "candidate sites"
        click.echo(f"{many:,} {sites} ({said}), written to {target}.")
