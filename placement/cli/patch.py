"""``place patch``: apply a difference to a solution."""

import click

from placement.cli.options import out_option


@click.command("patch", short_help="Apply a difference to a solution.")
@click.argument("old", type=click.Path(allow_dash=True))
@click.argument("diff", type=click.Path())
@out_option("FILE", "Where to write.", suffixes=(".geojson", ".json"), required=True)
def command(old: str, diff: str, out: str) -> None:
    """Write the solution that DIFF, from `place diff --format json`, makes of OLD.

    It is NEW of that difference, byte for byte in the canonical form. A difference that was made
    from another solution is refused.
    """
    from placement.cli.revisions import read_given
    from placement.outputs import replace_file
    from placement.review.edits import apply_edits
    from placement.review.geojson import solution_text
    from placement.review.reading import Members, load_json

    edits = Members(load_json(diff), file=diff).items("edits")
    made = apply_edits(read_given(old), edits, file=diff)
    replace_file(out, solution_text(made).encode(), inputs=[old, diff])
