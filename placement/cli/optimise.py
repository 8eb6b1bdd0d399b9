"""``place optimise``: choose the posts, and write the solution and its map."""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

import placement
from placement.cli.headroom import AUTO, TRIES, find_held, headroom_option
from placement.cli.options import (
    Agreed,
    Written,
    agreed_options,
    gap_option,
    plan_options,
    prove_options,
    time_limit_option,
    written_options,
)
from placement.cli.reading import read_plan
from placement.counts import counted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from placement.cli.answers import ChosenAnswer
    from placement.cli.talk import Talk
    from placement.plan.problem import Plan
    from placement.prove.proof import Proof
    from placement.solution import Solution


@click.command(
    "optimise",
    short_help="Choose the posts: a proven plan and its map.  [also: optimize]",
)
@plan_options(budget=True)
@agreed_options()
@headroom_option()
@time_limit_option("Stop after so many seconds with the best plan found.")
@gap_option("Stop when the plan is proven to be within this share of the best, e.g. 1%.")
@prove_options()
@written_options("outputs/<plan name>")
def command(  # noqa: PLR0913 - an option each
    *,
    plan: str | None,
    budget: float | None,
    limits: dict[str, int],
    layers: dict[str, str],
    closures: tuple[str, ...],
    at: str | None,
    agreed: Agreed,
    headroom: float | str | None,
    time_limit: float | None,
    gap: float,
    prove: bool,
    prove_time_limit: float,
    written: Written,
) -> None:
    """Choose the posts that cover the most within the budget.

    PLAN is a plan file or its folder; ./plan.toml or else the bundled plan without it. Writes
    solution.geojson and map.html. Ctrl-C keeps the best plan found so far.
    """
    from pathlib import Path

    from placement.cli.deadline import Deadline
    from placement.cli.files import find_plan, find_solution, posts_to_lock
    from placement.cli.proving import demand_solver, find_proof, show_no_plan, show_proof
    from placement.cli.talk import Talk, give_json, warn
    from placement.cli.written import check_folder, write
    from placement.errors import InfeasibleError

    stop = Deadline(time_limit)
    talk = Talk()
    demand_solver(prove=prove)
    file = find_plan(plan)
    old = (
        None if agreed.baseline is None else placement.read_solution(find_solution(agreed.baseline))
    )
    with talk.step("Reading the plan"), stop.step("reading the plan"):
        asked = read_plan(
            file,
            closures=closures,
            at=at,
            layers=layers,
            budget=budget,
            limits=limits,
            headroom=headroom if isinstance(headroom, float) else None,
        )
    folder = Path(written.out) if written.out else Path("outputs") / asked.settings.name
    check_folder(folder, asked, force=written.force)
    for warning in asked.warnings:
        warn(warning)
    wishes: dict[str, Any] = {
        "baseline": old,
        "max_changes": agreed.max_changes,
        "change_price": agreed.change_price,
        "lock": posts_to_lock(agreed.lock),
        "forbid": agreed.forbid,
    }
    auto = headroom == AUTO
    each = time_limit / TRIES if auto and time_limit is not None else time_limit
    try:
        with ExitStack() as steps:
            progress = steps.enter_context(talk.step("Choosing posts"))

            def audit() -> None:
                steps.close()
                steps.enter_context(talk.step("Auditing the plan"))

            def solve(plan: "Plan") -> "Solution":
                found = placement.optimise(
                    plan,
                    time_limit=each,
                    gap=gap,
                    progress=progress,
                    chosen=None if auto else audit,  # which goes on choosing
                    within=stop,
                    **wishes,
                )
                _demand_a_plan(found)
                return found

            if auto:
                asked, solution, cost = find_held(asked, solve)
            else:
                solution = solve(asked)
    except InfeasibleError:
        if prove:
            show_no_plan(asked, talk, time_limit=prove_time_limit, **wishes)
        raise
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
    if auto:
        talk.say(cost)
    proof = find_proof(asked, solution, talk, prove=prove, time_limit=prove_time_limit)
    if written.as_json:
        give_json(summary_json(solution, files, proof))
    show_proof(proof)


def _demand_a_plan(solution: "Solution") -> None:
    """Raise where there is nothing to write."""
    from placement.errors import InfeasibleError, NoPlanError
    from placement.solution import Status, Stopped

    if solution.status is Status.INFEASIBLE:
        raise InfeasibleError("No plan can keep every rule.")
    if solution.status is Status.UNKNOWN:
        if solution.stopped is Stopped.INTERRUPTED:
            raise KeyboardInterrupt
        raise NoPlanError("No plan was found within the limit; allow more with --time-limit.")


def tell(plan: "Plan", solution: "Solution", files: "dict[str, Path | None]", talk: "Talk") -> None:
    """Sum up for the person at the terminal; warn of what is not proven in any case."""
    from placement.cli.talk import warn
    from placement.review.shut_in import shut_in
    from placement.solution import Status, Stopped

    if solution.status is not Status.OPTIMAL:
        why = {
            Stopped.TIME_LIMIT: "stopped early, at the time limit",
            Stopped.INTERRUPTED: "stopped early",
            Stopped.GAP: "stopped early, at the gap given by --gap",
            Stopped.ROUNDING: "stopped early, at the precision of the arithmetic",
        }
        reason = why.get(solution.stopped, "stopped early") if solution.stopped else "stopped early"
        warn(f"{reason}: the plan keeps every rule and is not proven optimal, {_gap(solution)}")
    closed = shut_in(plan, solution)
    if closed is not None:
        warn(closed)
    talk.say(_headline(solution), style="bold")
    talk.table(rows_of(plan, solution))
    for path in files.values():
        if path is not None:
            talk.say(f"wrote {path}")


def _gap(solution: "Solution") -> str:
    from placement.review.texts import gap_words

    reverse = solution.reverse
    if reverse is not None and reverse.cost_gap:
        return f"a cheaper plan could save at most {gap_words(reverse.cost_gap)}"
    if solution.objective <= 0 or solution.bound == float("inf"):
        return "and its distance from the optimum is not known"
    return f"at most {gap_words(solution.gap)} below optimal"


def _headline(solution: "Solution") -> str:
    from placement.solution import Status

    proven = solution.status is Status.OPTIMAL
    return f"{solution.plan}: {'proven optimal' if proven else f'feasible, {_gap(solution)}'}"


def rows_of(plan: "Plan", solution: "Solution") -> list[tuple[str, ...]]:
    """Return what to say of a solution: cover by resource, cost, walks, and how rules are kept."""
    from placement.cli.ground import ground_rows
    from placement.cli.rules import rule_rows
    from placement.solution import Status

    rows: list[tuple[str, ...]] = []
    for resource in plan.problem.resources:
        coverage = solution.coverage[resource.id]
        posts = [post for post in solution.posts_list if post.resource == resource.id]
        unit = resource.unit.get("en", "unit")
        walk = solution.walk.mean_s.get(resource.id) if solution.walk else None
        rows.append(
            (
                resource.label.get("en", resource.id),
                f"{coverage.covered:,.0f} of {coverage.total:,.0f} ({coverage.share:.1%})",
                (
                    f"{len(posts)} post{'s' * (len(posts) != 1)}, "
                    f"{sum(post.units for post in posts)} × {unit}"
                ),
                "" if walk is None or coverage.covered == 0 else f"walk {walk / 60:.1f} min",
            )
        )
    for kind in plan.problem.barriers:
        told = solution.barriers[kind.id]
        many = f"{told.count} of {counted(len(plan.problem.ways), 'way')}"
        rows.append((kind.label.get("en", kind.id), many, "", f"cost {told.cost:,.10g}"))
    rows.append(
        (
            "Cost",
            f"{solution.cost:,.10g} of {solution.budget:,.10g} {solution.budget_unit}",
            "",
            "",
        )
    )
    rows.append(("Walks", f"by {solution.walking}", "", ""))
    chosen = solution.status is not Status.PROPOSED  # else nothing was chosen among equals
    if chosen and solution.walk is not None and solution.walk.unproven:
        rows.append(("Among equals", unproven_words(solution.walk.unproven), "", ""))
    return rows + ground_rows(plan, solution) + rule_rows(plan, solution)


def unproven_words(unproven: "Mapping[str, float | None]") -> str:
    """Say which stages of the choice among equals are not proven."""
    from placement.review.texts import gap_words

    words = {"step_free": "step-free people", "ids": "identifiers"}
    told = [
        f"{words.get(stage, stage)}{'' if gap is None else f' (within {gap_words(gap)})'}"
        for stage, gap in unproven.items()
    ]
    return f"not proven: {', '.join(told)}"


def summary_json(
    solution: "Solution", files: "dict[str, Path | None]", proof: "Proof | None"
) -> "ChosenAnswer":
    """Return what is written to standard output: the solution file's figures, and where it is."""
    import json

    from placement.cli.proving import proof_json
    from placement.review.geojson import solution_text

    top = json.loads(solution_text(solution))
    posts: list[Any] = [
        {
            "id": feature["id"],
            **feature["properties"],
            "lon": feature["geometry"]["coordinates"][0],
            "lat": feature["geometry"]["coordinates"][1],
        }
        for feature in top["features"]
    ]
    return {
        "files": {name: None if path is None else str(path) for name, path in files.items()},
        "stopped": None if solution.stopped is None else solution.stopped.value,
        **proof_json(proof),
        "placement": top["placement"],
        "posts": posts,
    }
