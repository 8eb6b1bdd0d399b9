"""``place alternatives``: plans that are nearly as good and really different."""

from typing import TYPE_CHECKING

import click

import placement
from placement.cli.options import (
    json_option,
    out_option,
    plan_options,
    time_limit_option,
)
from placement.cli.reading import read_plan
from placement.cli.values import amount, count

if TYPE_CHECKING:
    from placement.cli.answers_on_studies import AlternativesAnswer
    from placement.studies.alternatives import Alternative, Alternatives

_WHY = {
    "count": "As many plans as were asked for.",
    "none": "No further plan is within that share and differs as much, which is proven.",
    "unknown": "No further plan was found in time, and none was ruled out.",
}


@click.command("alternatives", short_help="Find plans nearly as good and really different.")
@plan_options(budget=True)
@click.option(
    "--within",
    metavar="A",
    default="1%",
    show_default=True,
    callback=amount(percent=True),
    help="How far below the best plan they may be, e.g. 1%.",
)
@click.option(
    "--differ",
    metavar="N",
    default="5",
    show_default=True,
    callback=count(1),
    help="Fewest posts by which any two differ: open in one and not in the other.",
)
@click.option(
    "--count",
    "most",
    metavar="N",
    default="10",
    show_default=True,
    callback=count(1),
    help="Most plans, the best one included.",
)
@time_limit_option("Stop looking for each plan after so many seconds.")
@out_option("FOLDER", "Where to write.  [default: outputs/<plan name>/alternatives]", folder=True)
@json_option()
def command(
    *,
    plan: str | None,
    budget: float | None,
    limits: dict[str, int],
    layers: dict[str, str],
    closures: tuple[str, ...],
    at: str | None,
    within: float,
    differ: int,
    most: int,
    time_limit: float | None,
    out: str | None,
    as_json: bool,
) -> None:
    """Find plans that are nearly as good as the best, each different from all before it.

    PLAN is a plan file or its folder; ./plan.toml or else the bundled plan without it. Each is the
    best plan that differs enough from those before, audited. Writes each as a solution, and
    alternatives.json with what all share and where they differ. A run that was stopped or killed
    goes on where it stopped.
    """
    import json
    from pathlib import Path

    from placement.cli.files import find_plan
    from placement.cli.talk import Talk, give_json, give_table, telling_kept, warn
    from placement.cli.written import check_solution
    from placement.outputs import check_output, replace_files
    from placement.review.geojson import solution_text

    talk = Talk()
    with talk.step("Reading the plan"):
        asked = read_plan(
            find_plan(plan), closures=closures, at=at, layers=layers, budget=budget, limits=limits
        )
    for warning in asked.warnings:
        warn(warning)
    folder = Path(out) if out else Path("outputs") / asked.settings.name / "alternatives"
    summary = folder / "alternatives.json"
    check_output(summary, inputs=asked.inputs)
    there = sorted(folder.glob("plan-*.geojson"))
    for file in there:
        check_output(file, inputs=asked.inputs)
        check_solution(file, asked.settings.name, instead="remove it")
    kept: list[Alternative] = []
    with telling_kept(kept, most, "plans"), talk.step("Choosing posts") as progress:
        found = placement.alternatives(
            asked,
            within=within,
            differ=differ,
            count=most,
            time_limit=time_limit,
            progress=progress,
            folder=folder,
            told=kept.append,
        )
    answer = as_answer(found)
    contents = {
        folder / f"plan-{n:02}.geojson": solution_text(one.solution).encode()
        for n, one in enumerate(found.plans, 1)
    }
    contents[summary] = (json.dumps(answer, ensure_ascii=False, indent=2) + "\n").encode()
    replace_files(contents, inputs=asked.inputs)
    if as_json:
        give_json(answer)
    else:
        give_table(_table(found))
        click.echo(f"In all plans: {', '.join(found.shared) or 'no post'}.")
        for post, plans in found.disputed.items():
            click.echo(f"In {', '.join(map(str, plans))}: {post}.")
    for target in contents:
        talk.say(f"wrote {target}")
    older = [str(file) for file in there if file not in contents]
    if older:
        warn(f"left from an earlier run, and not of these plans: {', '.join(older)}")
    if found.ended != "count":
        warn(_WHY[found.ended])


def _table(found: "Alternatives") -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("plan", "objective", "below the best", "differs by", "known")]
    return rows + [
        (
            str(n),
            f"{one.solution.objective:,.10g}",
            f"{one.short:.2%} at most",
            ", ".join(map(str, one.apart)),
            _known(one),
        )
        for n, one in enumerate(found.plans, 1)
    ]


def _known(one: "Alternative") -> str:
    return "proven" if one.proven else f"no such plan has more than {one.among:,.10g}"


def as_answer(found: "Alternatives") -> "AlternativesAnswer":
    """Return what ``--json`` and the file say."""
    from typing import Literal, cast

    return {
        "plan": found.plan,
        "within": found.within,
        "differ": found.differ,
        "ended": cast("Literal['count', 'none', 'unknown']", found.ended),
        "shared": list(found.shared),
        "disputed": {post: list(plans) for post, plans in found.disputed.items()},
        "plans": [
            {
                "objective": one.solution.objective,
                "cost": one.solution.cost,
                "people": {name: part.covered for name, part in one.solution.coverage.items()},
                "short": one.short,
                "among": one.among,
                "proven": one.proven,
                "apart": list(one.apart),
                "opened": list(one.opened),
                "closed": list(one.closed),
                "posts": [post.id for post in one.solution.posts_list],
                "digest": one.solution.digest,
            }
            for one in found.plans
        ],
    }
