"""``place catchments``: draw what is within several walks of each post, as a layer."""

import click

from placement.cli.options import (
    beside_option,
    closure_option,
    layer_option,
    minutes_option,
    plan_argument,
    solution_argument,
    unchecked_option,
)


@click.command(
    "catchments", short_help="Write the ground within several walks of each post as a layer."
)
@solution_argument()
@plan_argument()
@minutes_option("--minutes", default="3,5,8", help_text="The walks, in minutes.")
@layer_option()
@closure_option()
@beside_option("catchments.geojson", ".geojson", ".json")
@unchecked_option()
def command(
    *,
    solution: str,
    plan: str | None,
    minutes: tuple[float, ...],
    layers: dict[str, str],
    closures: tuple[str, ...],
    out: str | None,
    unchecked: bool,
) -> None:
    """Write the catchments of SOLUTION, a file or the folder that `place optimise` wrote.

    One feature for each post and walk, and one for what at least so many posts of a resource reach
    within it. Water is cut out, holes are kept, each post starts from its own level.

    PLAN is the plan file or its folder; without it the plan of the name that SOLUTION records, here
    or beside it.
    """
    from placement.cli.files import CATCHMENTS_FILE, find_solution
    from placement.cli.revisit import demand_checked, revisit
    from placement.cli.talk import Talk
    from placement.cli.written import check_beside
    from placement.outputs import replace_file
    from placement.review.drawn import catchments_text

    talk = Talk()
    with talk.step("Reading the plan"):
        asked, chosen = revisit(solution, plan, layers=layers, closures=closures)
    demand_checked(asked, chosen, talk, unchecked=unchecked)
    source = find_solution(solution)
    target = out or str(source.with_name(CATCHMENTS_FILE))
    check_beside(target, asked, inputs=[source])
    with talk.step("Walking the streets"):
        content = catchments_text(asked, chosen, minutes=minutes).encode()
    replace_file(target, content, inputs=[*asked.inputs, source])
    talk.say(f"wrote {target}")
