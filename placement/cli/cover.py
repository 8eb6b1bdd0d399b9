"""``place cover``: the cheapest plan that covers given shares of the people."""

import click

import placement
from placement.cli.options import (
    Written,
    gap_option,
    plan_options,
    prove_options,
    share_option,
    time_limit_option,
    written_options,
)
from placement.cli.reading import read_plan

_UNBOUND = 1e15  # the plan's own budget does not bind, not even for what is required


@click.command("cover", short_help="Find the cheapest plan that covers given shares of the people.")
@share_option()
@plan_options()
@time_limit_option("Stop after so many seconds with the cheapest plan found.")
@gap_option("Stop when the cost is proven to be within this share of the least, e.g. 1%.")
@prove_options()
@written_options("outputs/<plan name>/cover")
def command(
    *,
    plan: str | None,
    shares: dict[str, float],
    limits: dict[str, int],
    layers: dict[str, str],
    closures: tuple[str, ...],
    at: str | None,
    time_limit: float | None,
    gap: float,
    prove: bool,
    prove_time_limit: float,
    written: Written,
) -> None:
    """Find the cheapest plan that covers given shares of all people.

    PLAN is a plan file or its folder; ./plan.toml or else the bundled plan without it. Its budget
    does not bind, every other rule does. Writes solution.geojson and map.html, as `place optimise`
    does. Ctrl-C keeps the cheapest plan found so far.
    """
    from pathlib import Path

    from placement.cli.deadline import Deadline
    from placement.cli.files import find_plan
    from placement.cli.optimise import summary_json, tell
    from placement.cli.proving import demand_solver, find_proof, show_no_plan, show_proof
    from placement.cli.talk import Talk, give_json, warn
    from placement.cli.written import check_folder, write
    from placement.errors import InfeasibleError
    from placement.solve.questions.max_cover import with_budget

    stop = Deadline(time_limit)
    talk = Talk()
    demand_solver(prove=prove)
    file = find_plan(plan)
    with talk.step("Reading the plan"), stop.step("reading the plan"):
        asked = read_plan(
            file, closures=closures, at=at, layers=layers, limits=limits, budget=_UNBOUND
        )
    folder = Path(written.out) if written.out else Path("outputs") / asked.settings.name / "cover"
    check_folder(folder, asked, force=written.force)
    for warning in asked.warnings:
        warn(warning)
    try:
        with talk.step("Looking for the cheapest plan") as progress:
            solution = placement.least_cost(
                asked, shares, time_limit=time_limit, gap=gap, progress=progress, within=stop
            )
    except InfeasibleError:
        if prove:
            show_no_plan(asked, talk, time_limit=prove_time_limit, shares=shares)
        raise
    asked = with_budget(asked, solution.budget)
    files = write(
        asked,
        solution,
        folder,
        draw=not written.no_map,
        talk=talk,
        catchments=written.catchments,
        routes=written.routes,
    )
    tell(asked, solution, files, talk)
    reverse = solution.reverse
    assert reverse is not None  # noqa: S101 - that was the question
    if reverse.cost_gap:
        warn(
            f"the cost is not proven least: no plan that reaches the shares costs less than "
            f"{reverse.cost_bound:,.10g} {solution.budget_unit}"
        )
    else:
        talk.say(f"no plan that reaches the shares costs less than {solution.cost:,.10g}")
    proof = find_proof(asked, solution, talk, prove=prove, time_limit=prove_time_limit)
    if written.as_json:
        give_json(summary_json(solution, files, proof))
    show_proof(proof)
