"""``place print``: a solution on paper, as a PDF."""

from dataclasses import asdict

import click

from placement.cli.options import (
    closure_option,
    layer_option,
    out_option,
    plan_argument,
    solution_argument,
    unchecked_option,
)
from placement.cli.sheets import Sheets, sheets_options


@click.command("print", short_help="Write a solution as a PDF to print.")
@solution_argument()
@plan_argument()
@layer_option()
@closure_option()
@sheets_options()
@out_option("FILE", "PDF to write.  [default: dossier.pdf beside SOLUTION]", suffixes=(".pdf",))
@unchecked_option()
def command(
    *,
    solution: str,
    plan: str | None,
    layers: dict[str, str],
    closures: tuple[str, ...],
    sheets: Sheets,
    out: str | None,
    unchecked: bool,
) -> None:
    """Print SOLUTION, a file or the folder that `place optimise` wrote, on its PLAN.

    Two kinds of page unless more are asked for: the map, which fills its sheet at a round scale
    (1:5,000), and the table of the posts by the numbers on the map. Each sheet has the legend, the
    scale and a title block with plan, version, digest, status and page. The same solution and
    options give the same bytes.

    It needs the extra `print`: `pip install 'event-placement[print]'`.

    PLAN is the plan file or its folder; without it the plan of the name that SOLUTION records, here
    or beside it.
    """
    from concurrent.futures import ThreadPoolExecutor

    from placement.cli.files import DOSSIER_FILE, find_solution
    from placement.cli.revisit import demand_checked, revisit
    from placement.cli.talk import Talk, warn
    from placement.cli.written import check_beside
    from placement.cover.survey import survey
    from placement.maps.paper import Dossier, demand_press, dossier, post_ground
    from placement.outputs import replacing

    talk = Talk()
    demand_press()
    with talk.step("Reading the plan"):
        asked, chosen = revisit(solution, plan, layers=layers, closures=closures)
    for warning in asked.warnings:
        warn(warning)
    with talk.step("Walking the streets"):
        survey(asked)  # for the audit and for the sheets
    with ThreadPoolExecutor(1) as beside:
        ground = beside.submit(post_ground, asked, chosen)
        demand_checked(asked, chosen, talk, unchecked=unchecked)
        source = find_solution(solution)
        target = out or str(source.with_name(DOSSIER_FILE))
        check_beside(target, asked, inputs=[source])
        wanted = Dossier(**asdict(sheets), checked=not unchecked)
        # the place is tried before the sheets, which take long
        with (
            replacing(target, inputs=[*asked.inputs, source]) as passing,
            talk.step("Setting the sheets"),
        ):
            passing.write_bytes(dossier(asked, chosen, wanted, ground=ground.result))
    talk.say(f"wrote {target}")
