"""``place map``: draw a solution again."""

import click

from placement.cli.options import (
    beside_option,
    closure_option,
    layer_option,
    plan_argument,
    solution_argument,
    unchecked_option,
)


@click.command("map", short_help="Draw a solution as an offline map.")
@solution_argument()
@plan_argument()
@layer_option()
@closure_option()
@beside_option("map.html")
@unchecked_option()
def command(
    *,
    solution: str,
    plan: str | None,
    layers: dict[str, str],
    closures: tuple[str, ...],
    out: str | None,
    unchecked: bool,
) -> None:
    """Draw SOLUTION, a file or the folder that `place optimise` wrote, on its PLAN.

    PLAN is the plan file or its folder; without it the plan of the name that SOLUTION records, here
    or beside it.
    """
    from placement.cli.files import MAP_FILE, find_solution
    from placement.cli.revisit import demand_checked, revisit
    from placement.cli.talk import Talk, warn
    from placement.cli.written import check_beside
    from placement.maps import map_page
    from placement.outputs import replace_file

    talk = Talk()
    with talk.step("Reading the plan"):
        asked, chosen = revisit(solution, plan, layers=layers, closures=closures)
    for warning in asked.warnings:
        warn(warning)
    demand_checked(asked, chosen, talk, unchecked=unchecked)
    source = find_solution(solution)
    target = out or str(source.with_name(MAP_FILE))
    check_beside(target, asked, inputs=[source])
    with talk.step("Drawing the map"):
        content = map_page(asked, chosen, checked=not unchecked).encode()
    replace_file(target, content, inputs=[*asked.inputs, source])
    talk.say(f"wrote {target}")
