"""``place evaluate``: what a plan made by hand is worth, and which rules it breaks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

import placement
from placement.cli.options import (
    Counted,
    counted_options,
    json_option,
    out_option,
    plan_options,
)
from placement.cli.reading import read_plan

if TYPE_CHECKING:
    from pathlib import Path

    from placement.cli.answers import EvaluateAnswer
    from placement.cli.talk import Talk
    from placement.plan.problem import Plan
    from placement.reading.held import Source
    from placement.solution import Solution
    from placement.solve.questions.evaluate import Evaluation

_FILE = "proposed.geojson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The posts' file, read once.

    Attributes
    ----------
    file
        Where it is.
    posts
        Its features; the file itself where it is a table that is read as one.
    recorded
        What a solution that was edited records of its run, its posts left out; None otherwise.
    proposed
        Whether it is a solution that was made by hand.
    """

    file: "Path"
    posts: "Source"
    recorded: "Solution | None" = None
    proposed: bool = False


@click.command("evaluate", short_help="Say what a plan made by hand is worth, and what it breaks.")
@click.argument("posts", type=click.Path())
@plan_options(budget=True)
@counted_options()
@out_option(
    "FILE",
    f"Solution to write.  [default: {_FILE} beside POSTS]",
    suffixes=(".geojson", ".json"),
)
@click.option("--force", is_flag=True, help="Write over any other solution as well.")
@json_option()
def command(
    *,
    posts: str,
    plan: str | None,
    budget: float | None,
    limits: dict[str, int],
    layers: dict[str, str],
    closures: tuple[str, ...],
    at: str | None,
    counted: Counted,
    out: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Count the people of POSTS, chosen by hand, and write them as a solution that is *proposed*.

    POSTS is a CSV file, GeoJSON, GeoPackage, GeoParquet, Shapefile, KML, FlatGeobuf or XLSX with a
    row for each post: `site`, or a point near one; `resource`; `units`. Or it is a solution, or the
    folder that `place optimise` wrote. A solution that was edited keeps the budget, the limits and
    the closures it was made with, unless others are given; one that is proposed may be written in
    its place.

    With --baseline the solution tells what moved against the agreed one, and what each move brings.

    PLAN is a plan file or its folder; without it the plan that POSTS records, ./plan.toml, or else
    the bundled plan. Exits with 6 where the posts break rules: they are named, and the solution is
    written all the same.
    """
    from pathlib import Path

    from placement.cli.files import find_solution
    from placement.cli.optimise import summary_json
    from placement.cli.talk import Talk, give_json, warn
    from placement.errors import BrokenRulesError
    from placement.outputs import replace_file
    from placement.review.geojson import solution_text
    from placement.solve.questions.evaluate import BOUND_TIME_LIMIT_S

    talk = Talk()
    source = find_solution(posts)
    target = Path(out) if out else source.with_name(_FILE)
    given = _read(source)
    agreed = None if counted.baseline is None else find_solution(counted.baseline)
    old = None if agreed is None else placement.read_solution(agreed)
    with talk.step("Reading the plan"):
        asked = _asked(
            given, plan, budget=budget, limits=limits, layers=layers, closures=closures, at=at
        )
    for warning in asked.warnings:
        warn(warning)
    inputs = [*asked.inputs, *([] if _is_itself(given, target) else [source])]
    inputs += [] if agreed is None else [agreed]
    _check(target, asked, inputs, force=force)
    with talk.step("Counting, and looking for the best") as progress:
        found = placement.evaluate(
            asked,
            given.posts,
            baseline=old,
            bound=not counted.no_bound,
            time_limit=BOUND_TIME_LIMIT_S if counted.time_limit is None else counted.time_limit,
            snap_m=counted.snap_m,
            progress=progress,
        )
    for note in found.notes:
        warn(note)
    replace_file(target, solution_text(found.solution).encode(), inputs=inputs)
    _tell(asked, found, talk, bound=not counted.no_bound)
    talk.say(f"wrote {target}")
    if as_json:
        chosen = summary_json(found.solution, {}, None)
        answer: EvaluateAnswer = {
            "file": str(target),
            "broken": list(found.broken),
            "notes": list(found.notes),
            "best": found.best,
            "possible": found.possible,
            "placement": chosen["placement"],
            "posts": chosen["posts"],
        }
        give_json(answer)
    if found.broken:
        many = len(found.broken)
        rules = "a rule is broken" if many == 1 else f"{many} rules are broken"
        raise BrokenRulesError(f"{target} is written, and {rules}", broken=found.broken)


def _read(file: "Path") -> Given:
    """Read the posts' file, and of a solution that was edited what it records of its run."""
    from placement.reading.geojson import NO_COLLECTION, take_geojson
    from placement.reading.held import Held
    from placement.reading.json_text import parse_json
    from placement.reading.regular import read_text, require_file

    if file.suffix.lower() not in {".geojson", ".json"}:
        return Given(file=file, posts=file)
    require_file(file, remedy="check the path given for the posts")
    content = parse_json(file, read_text(file), remedy=NO_COLLECTION)
    posts = Held(file, take_geojson(content, path=file))
    said = content.get("placement")
    proposed = isinstance(said, dict) and said.get("status") == "proposed"
    recorded = None if said is None else _recorded(said, file)
    return Given(file=file, posts=posts, recorded=recorded, proposed=proposed)


def _asked(
    given: Given,
    plan: str | None,
    *,
    budget: float | None,
    limits: dict[str, int],
    layers: dict[str, str],
    closures: tuple[str, ...],
    at: str | None,
) -> "Plan":
    """Load the plan, as the posts' own run asked for it where their file records that."""
    from dataclasses import replace

    from placement.cli.files import find_plan
    from placement.cli.revisit import load_asked

    recorded = given.recorded
    if recorded is not None and plan is not None and recorded.plan != _name(plan):
        recorded = None  # posts of another plan, counted on this one
    if recorded is None:
        return read_plan(
            find_plan(plan), closures=closures, at=at, layers=layers, budget=budget, limits=limits
        )
    recorded = replace(
        recorded,
        budget=recorded.budget if budget is None else budget,
        limits={**recorded.limits, **limits},
        at=recorded.at if at is None else at,
    )
    return load_asked(given.file, recorded, plan, layers=layers, closures=closures)


def _recorded(said: object, file: "Path") -> "Solution | None":
    """Return what the member ``placement`` of a solution says of its run, without any posts."""
    from placement.cli.talk import warn
    from placement.errors import InputError
    from placement.review.geojson import take_solution

    bare = {"type": "FeatureCollection", "placement": said, "features": []}
    try:
        return take_solution(bare, file=file)
    except InputError as error:
        warn(f"the budget, limits and closures of its run are not taken: {error}")
        return None


def _name(plan: str) -> str | None:
    from pathlib import Path

    from placement.cli.files import PLAN_FILE, name_of
    from placement.reading.regular import is_folder

    file = Path(plan)
    return name_of(file / PLAN_FILE if is_folder(file) else file)


def _is_itself(given: Given, target: "Path") -> bool:
    """Tell whether a proposed solution, edited or merged, is to be counted anew in its place."""
    return given.proposed and target.is_file() and target.samefile(given.file)


def _check(target: "Path", plan: "Plan", inputs: "list[Path]", *, force: bool) -> None:
    """Refuse to write over an input, a solution that was not proposed, or that of another plan."""
    from placement.cli.written import check_solution
    from placement.errors import UsageError
    from placement.outputs import check_output
    from placement.review.geojson import read_solution
    from placement.solution import Status

    check_output(target, inputs=inputs)
    if force or not target.is_file():
        return
    check_solution(target, plan.settings.name)
    if read_solution(target).status is not Status.PROPOSED:
        raise UsageError(
            f"{target} is a solution that was not made by hand; name another file with --out, or "
            "add --force."
        )


def _tell(plan: "Plan", found: "Evaluation", talk: "Talk", *, bound: bool) -> None:
    """Sum up for the person at the terminal."""
    from placement.cli.optimise import rows_of
    from placement.cli.talk import warn
    from placement.review.shut_in import shut_in

    closed = shut_in(plan, found.solution)
    if closed is not None:
        warn(closed)
    many = len(found.broken)
    keeps = "keeps every rule" if not many else f"breaks {many} rule{'s' if many > 1 else ''}"
    talk.say(f"{found.solution.plan}: proposed by hand, {keeps}", style="bold")
    talk.table(rows_of(plan, found.solution))
    talk.say(f"The best: {distance(found, bound=bound)}")


def distance(found: "Evaluation", *, bound: bool) -> str:
    """Say how far from the best a plan made by hand is."""
    from placement.review.texts import gap_words

    solution = found.solution
    if not bound:
        return "not looked for (--no-bound)"
    if found.possible is False:
        return "no plan keeps every rule, so there is none"
    if solution.bound == float("inf"):
        return "not known: nothing was proven within the time limit"
    known = f"no plan within the rules has more than {solution.bound:,.10g}"
    if solution.objective > solution.bound:
        return f"{solution.objective:,.10g} is more than the rules allow: {known}"
    if solution.objective == solution.bound:
        return f"{solution.objective:,.10g} is as good as any: {known}"
    best = "" if found.best is None else f", a plan with {found.best:,.10g} is known"
    below = "" if solution.objective <= 0 else f" by {gap_words(solution.gap)} at most"
    return f"{solution.objective:,.10g} could be beaten{below}: {known}{best}"
