"""``place schema``: the plan file's JSON Schema."""

import click


@click.command("schema", short_help="Print the JSON Schema of plan.toml.")
def command() -> None:
    """Print the JSON Schema of plan.toml, with every key, its meaning and its default."""
    from placement.cli.talk import give_json
    from placement.plan.settings import json_schema

    give_json(json_schema())
