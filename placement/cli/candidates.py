"""``place candidates``: where posts may stand, from an extract and a route."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from placement.cli.event import Given, apart_option, event_options
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
    from collections import Counter

    from placement.cli.talk import Talk, give_json
    from placement.outputs import check_output, replace_file
    from placement.starting.candidates import find_candidates, sites_of
    from placement.starting.drawn import layer_text
    from placement.starting.new_plan import survey_extract

    target = out or "sites.geojson"
    inputs = [extract, *given.files]
    check_output(target, inputs=inputs)
    event = given.event()
    with Talk().step("Finding candidate sites"):
        ground, _ = survey_extract(Path(extract), event, margin_m=given.margin)
        found = find_candidates(ground, apart_m=apart)
        text = layer_text(sites_of(found), crs=event.crs)
    replace_file(target, text.encode(), inputs=inputs)
    kinds = Counter(one.kind for one in found)
    if as_json:
        answer: CandidatesAnswer = {
            "sites": len(found),
            "kinds": dict(sorted(kinds.items())),
            "file": target,
        }
        give_json(answer)
    else:
        said = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        sites = "candidate site" if len(found) == 1 else "candidate sites"
        click.echo(f"{len(found):,} {sites} ({said}), written to {target}.")
