"""``place diff``: what changed between two solutions."""

import click

import placement
from placement.cli.options import json_option


@click.command("diff", short_help="Show what changed between two solutions.")
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@json_option()
def command(old: str, new: str, as_json: bool) -> None:
    """Show the posts opened, closed and changed from OLD to NEW, with cost and cover."""
    from placement.cli.files import find_solution
    from placement.cli.talk import give_json

    before, after = (placement.read_solution(find_solution(given)) for given in (old, new))
    difference = placement.compare(before, after)
    if as_json:
        give_json(difference.to_dict())
    else:
        click.echo(difference.text())
