"""``place export``: a solution for GIS, Google Earth, radios and spreadsheets."""

import click

from placement.cli.options import (
    closure_option,
    layer_option,
    out_option,
    plan_argument,
    solution_argument,
    unchecked_option,
)

_FORMATS = ("gpkg", "kml", "gpx", "csv", "xlsx", "geoparquet", "geojson")
_ALSO = {"geojson": (".json",), "geoparquet": (".geoparquet",)}  # what their files end in too
_LAYERS = ("posts", "catchments", "areas", "route", "closures", "closed_lines")


@click.command("export", short_help="Write a solution for GIS, Google Earth, GPS or spreadsheets.")
@solution_argument()
@plan_argument()
@click.option("--to", required=True, type=click.Choice(_FORMATS), help="Format to write.")
@click.option(
    "--of",
    "of",
    type=click.Choice(_LAYERS),
    default="posts",
    show_default=True,
    help="Layer to write; for csv, geoparquet and geojson, which hold one.",
)
@click.option(
    "--lang",
    type=click.Choice(("en", "fr")),
    default="en",
    show_default=True,
    help="Of titles, labels and units; en has the names of the solution file.",
)
@layer_option()
@closure_option()
@unchecked_option()
@out_option("FILE", "File to write.  [default: <plan name> beside the solution]")
def command(
    *,
    solution: str,
    plan: str | None,
    to: str,
    of: str,
    lang: str,
    layers: dict[str, str],
    closures: tuple[str, ...],
    unchecked: bool,
    out: str | None,
) -> None:
    """Write SOLUTION, a file or the folder that `place optimise` wrote, in another format.

    gpkg (QGIS, drawn as it opens) and kml (Google Earth) hold posts, catchments, areas, route and
    closures; gpx the posts as waypoints; xlsx sheets of posts, staffing, areas and assumptions;
    csv, geoparquet and geojson one layer. Names that a spreadsheet would take for a formula are
    quoted. With --unchecked the titles of layers, sheets and columns say so.

    PLAN is the plan file or its folder; without it the plan of the name that SOLUTION records, here
    or beside it.
    """
    from placement.cli.files import find_solution
    from placement.cli.revisit import demand_checked, revisit
    from placement.cli.talk import Talk, warn
    from placement.cli.written import check_beside
    from placement.exports.export import SUFFIXES, export
    from placement.outputs import check_suffix, replace_file

    if out is not None:
        check_suffix(out, SUFFIXES[to], *_ALSO.get(to, ()))
    talk = Talk()
    with talk.step("Reading the plan"):
        asked, chosen = revisit(solution, plan, layers=layers, closures=closures)
    for warning in asked.warnings:
        warn(warning)
    demand_checked(asked, chosen, talk, unchecked=unchecked)
    source = find_solution(solution)
    suffix = SUFFIXES[to]
    beside = f"{asked.settings.name}{'' if of == 'posts' else f'-{of}'}{suffix}"
    target = out or str(source.with_name(beside))
    inputs = [*asked.inputs, source]
    check_beside(target, asked, inputs=[source])
    with talk.step("Writing the export"):
        content = export(asked, chosen, to=to, layer=of, language=lang, checked=not unchecked)
    replace_file(target, content, inputs=inputs)
    talk.say(f"wrote {target}")
