"""``place schema``: the JSON Schema of what is read and written."""

import click

_ANSWERS = ("diff", "frontier")
_OF = ("plan", "solution", *_ANSWERS, "json", "replay")


@click.command("schema", short_help="Print the JSON Schema of plans, solutions or --json.")
@click.option(
    "--of",
    "what",
    type=click.Choice(_OF),
    default="plan",
    show_default=True,
    help="Of plan.toml, solution.geojson, a difference, a frontier, what commands write with "
    "--json, or replay.json.",
)
def command(what: str) -> None:
    """Print a JSON Schema (draft 2020-12), with every key and its meaning.

    That of --json has a definition for each command, under its name.
    """
    from placement.cli.talk import give_json

    if what == "plan":
        from placement.plan.settings import json_schema

        give_json(json_schema())
    elif what == "solution":
        from placement.review.schema import solution_schema

        give_json(solution_schema())
    elif what in _ANSWERS:
        from placement.cli.answers import answer_schema

        give_json(answer_schema(what))
    elif what == "replay":
        from placement.studies.replay.report import replay_schema

        give_json(replay_schema())
    else:
        from placement.cli.answers import answers_schema

        give_json(answers_schema())
