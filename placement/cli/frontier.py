"""``place frontier``: the best plan for each budget, and what one unit more brings."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import click

import placement
from placement.cli.options import (
    Workers,
    bundled,
    gap_option,
    json_option,
    only_with,
    out_option,
    plan_options,
    stacked,
    time_limit_option,
    workers_options,
)
from placement.cli.reading import read_plan
from placement.cli.sheets import language_option
from placement.cli.values import series, series_of

if TYPE_CHECKING:
    from pathlib import Path

    from placement.cli.answers import Searched
    from placement.cli.answers_on_studies import FrontierAnswer, FrontierPointAnswer
    from placement.plan.problem import Plan
    from placement.solution import Solution
    from placement.studies.frontier import Frontier, FrontierPoint

_BUDGET = "budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What is written of a frontier, and where."""

    no_plot: bool
    no_map: bool
    language: str
    out: str | None
    as_json: bool


_DRAWN = stacked(
    click.option("--no-plot", is_flag=True, help="Draw no figures: they need the extra `plots`."),
    click.option("--no-map", is_flag=True, help="Write no page with a slider through the plans."),
    language_option(),
    only_with(("--lang", "no --no-plot")),
    out_option("FOLDER", "Where to write.  [default: outputs/<plan name>/frontier]", folder=True),
    json_option(),
)


@click.command("frontier", short_help="Find the best plan for each budget.")
@plan_options(workers=False)
@click.option(
    "--budgets",
    metavar="FROM:TO:STEP",
    callback=series(),
    help="Budgets to solve for, the last included, e.g. 100:900:50; or a list: 100,250,400.",
)
@click.option(
    "--over",
    metavar="RESOURCE=FROM:TO:STEP",
    callback=series_of(),
    help="Vary the most units of a resource in place of the budget, e.g. dog_team=0:40:2.",
)
@time_limit_option("Stop each point after so many seconds with the best plan found.")
@gap_option("Stop a point when it is proven to be within this share of the best, e.g. 1%.")
@workers_options()
@bundled("drawn", Drawn, _DRAWN)
def command(
    *,
    plan: str | None,
    budgets: tuple[float, ...] | None,
    over: tuple[str, tuple[float, ...]] | None,
    limits: dict[str, int],
    layers: dict[str, str],
    closures: tuple[str, ...],
    at: str | None,
    time_limit: float | None,
    gap: float,
    workers: Workers,
    drawn: Drawn,
) -> None:
    """Find the best plan for each budget, each proven and audited, and what one unit more brings.

    PLAN is a plan file or its folder; ./plan.toml or else the bundled plan without it. Each plan
    changes as little against the one before it as equal value allows. Writes frontier.csv, .json,
    .svg and .png, a page with a slider through the plans, and each plan as a solution. A run that
    was stopped or killed goes on where it stopped.

    The figures need the extra `plots`: `pip install 'event-placement[plots]'`.
    """
    from pathlib import Path

    from placement.cli.files import find_plan
    from placement.cli.talk import Talk, give_json, give_table, telling_kept, warn
    from placement.errors import UsageError
    from placement.outputs import check_output, replace_files
    from placement.studies.figures import demand_plots

    if (budgets is None) == (over is None):
        raise UsageError("say what to vary: either --budgets 100:900:50 or --over dog_team=0:40:2.")
    varied, values = over or (_BUDGET, budgets or ())
    if varied in limits:
        raise UsageError(f"{varied!r} is varied by --over: give no --limit for it.")
    if not drawn.no_plot:
        demand_plots()
    talk = Talk()
    with talk.step("Reading the plan"):
        asked = read_plan(
            find_plan(plan),
            closures=closures,
            at=at,
            layers=layers,
            limits=limits,
            budget=None if budgets is None else budgets[-1],
        )
    for warning in asked.warnings:
        warn(warning)
    folder = Path(drawn.out) if drawn.out else Path("outputs") / asked.settings.name / "frontier"
    names = ["csv", "json", *([] if drawn.no_plot else ["svg", "png"])]
    targets = {name: folder / f"frontier.{name}" for name in names}
    if not drawn.no_map:
        targets["page"] = folder / "slider.html"
    for target in targets.values():
        check_output(target, inputs=asked.inputs)

    points: list[float] = []

    def told(point: "FrontierPoint", file: "Path | None", kept: bool) -> None:
        points.append(point.value)
        talk.say(f"{'kept' if kept else 'wrote'} {file}: {_sentence(point)}")

    with (
        telling_kept(points, len(values), "points"),
        workers.executor() as executor,
        talk.step("Choosing posts") as progress,
    ):
        found = placement.frontier(
            asked,
            values,
            over=varied,
            folder=folder,
            time_limit=time_limit,
            gap=gap,
            executor=executor,
            progress=progress,
            told=told,
        )
    answer = as_answer(found)
    with talk.step("Drawing"):
        contents = _contents(asked, found, answer, targets, language=drawn.language)
    replace_files(contents, inputs=asked.inputs)
    if drawn.as_json:
        give_json(answer)
    else:
        give_table(_table(found))
        click.echo(f"Open in all plans: {', '.join(found.kept) or 'no post'}.")
    for target in contents:
        talk.say(f"wrote {target}")


def _contents(
    plan: "Plan",
    found: "Frontier",
    answer: "FrontierAnswer",
    targets: "dict[str, Path]",
    *,
    language: str,
) -> "dict[Path, bytes]":
    """Make all files, before the first is written."""
    import json

    made = {
        "csv": found.csv().encode(),
        "json": (json.dumps(answer, ensure_ascii=False, indent=2) + "\n").encode(),
    }
    if "svg" in targets:
        from placement.studies.frontier_plot import pictures

        made |= pictures(found, language=language)
    if "page" in targets and found.solutions:
        from placement.maps import State, slider_page

        states = [State(plan=plan, solution=one) for one in found.solutions]
        made["page"] = slider_page(states, found.over).encode()
    return {targets[name]: content for name, content in made.items()}


def _sentence(point: "FrontierPoint") -> str:
    told = point.solution
    if told is None:
        return "no plan keeps every rule"
    return f"objective {told.objective:,.10g}, {_known(told)}"


def _known(solution: "Solution") -> str:
    from placement.review.texts import gap_words
    from placement.solution import Status

    if solution.status is Status.OPTIMAL:
        return "proven"
    if solution.objective <= 0 or solution.bound == float("inf"):
        return "distance from the best not known"
    return f"at most {gap_words(solution.gap)} below the best"


def _table(found: "Frontier") -> list[tuple[str, ...]]:
    """Return a row of words for each point."""
    from placement.studies.frontier_points import number

    names = list(found.resources)
    rows: list[tuple[str, ...]] = [
        (
            found.over,
            *(f"{name}" for name in names),
            *(f"{name} per unit" for name in names),
            "posts",
            "changed",
            "status",
        )
    ]
    for point in found.points:
        told = point.solution
        if told is None:
            empty = [""] * (2 * len(names) + 2)
            rows.append((number(point.value), *empty, "no plan keeps every rule"))
            continue
        per_unit = point.per_unit
        rows.append(
            (
                number(point.value),
                *(f"{told.coverage[name].covered:,.0f}" for name in names),
                *("" if per_unit is None else f"{per_unit[name]:+,.1f}" for name in names),
                str(len(told.without_barriers)),
                "" if per_unit is None else f"+{len(point.opened)} -{len(point.closed)}",
                f"{_known(told)}{', knee' if point.knee else ''}",
            )
        )
    return rows


def as_answer(found: "Frontier") -> "FrontierAnswer":
    """Return what ``--json`` and the file say."""
    return {
        "plan": found.plan,
        "over": found.over,
        "unit": found.unit.get("en", ""),
        "kept": list(found.kept),
        "knees": [point.value for point in found.points if point.knee],
        "points": [_point(point) for point in found.points],
    }


def _point(point: "FrontierPoint") -> "FrontierPointAnswer":
    import math

    told = point.solution
    empty: FrontierPointAnswer = {
        "value": point.value,
        "status": "infeasible",
        "objective": None,
        "bound": None,
        "gap": None,
        "cost": None,
        "people": {},
        "per_unit": None,
        "worth_per_unit": None,
        "posts": [],
        "opened": [],
        "closed": [],
        "knee": False,
        "digest": None,
    }
    if told is None:
        return empty
    return {
        "value": point.value,
        "status": cast("Searched", told.status.value),
        "objective": told.objective,
        "bound": None if math.isinf(told.bound) else told.bound,
        "gap": None if math.isinf(told.gap) else told.gap,
        "cost": told.cost,
        "people": {name: part.covered for name, part in told.coverage.items()},
        "per_unit": None if point.per_unit is None else dict(point.per_unit),
        "worth_per_unit": point.worth_per_unit,
        "posts": [post.id for post in told.posts_list],
        "opened": list(point.opened),
        "closed": list(point.closed),
        "knee": point.knee,
        "digest": told.digest,
    }
