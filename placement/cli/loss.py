"""``place loss``: what it costs when posts are not there, or a street is closed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import click

import placement
from placement.cli.options import (
    Workers,
    bundled,
    closure_option,
    json_option,
    layer_option,
    out_option,
    plan_argument,
    solution_argument,
    stacked,
    time_limit_option,
    workers_options,
)
from placement.cli.values import count, numbers
from placement.counts import counted

if TYPE_CHECKING:
    from pathlib import Path

    from placement.cli.answers_on_studies import LossAnswer
    from placement.plan.problem import Plan
    from placement.solution import Solution
    from placement.studies.losses import Loss, Losses

_MOST_GROUPS = 8  # of people who walk elsewhere, on the terminal; the file has all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What is lost, and what may be done about it."""

    together: tuple[int, ...] | None
    post: tuple[str, ...]
    site: str | None
    street: tuple[str, ...]
    closures: tuple[str, ...]
    repairs: int | None


_LOST = stacked(
    click.option(
        "--posts",
        "together",
        metavar="N..M",
        callback=numbers(),
        help="Find the posts that cost the most together, for each number of posts, e.g. 1..3.  "
        "[default: 1]",
    ),
    click.option("--post", multiple=True, metavar="SITE/RESOURCE", help="Lose it. Repeatable."),
    click.option("--site", metavar="SITE", help="Lose all posts of a bridgehead or station."),
    click.option("--street", multiple=True, metavar="NAME", help="Close a street. Repeatable."),
    closure_option(),
    click.option(
        "--repairs",
        metavar="N",
        callback=count(),
        help="Find the best plan with so many posts that open or close besides.",
    ),
)


@click.command("loss", short_help="Say what the loss of posts or of a street costs.")
@solution_argument()
@plan_argument()
@bundled("lost", Lost, _LOST)
@layer_option(workers=False)
@time_limit_option("Stop each search after so many seconds with what is known.  [default: 60]")
@click.option(
    "--pictures",
    type=click.Path(),
    metavar="DIR",
    help="Folder for a bar of each loss as SVG and PNG, in English and French, marked as "
    "restricted.",
)
@workers_options()
@out_option("FOLDER", "Where to write.  [default: loss beside SOLUTION]", folder=True)
@json_option()
def command(
    *,
    solution: str,
    plan: str | None,
    lost: Lost,
    layers: dict[str, str],
    time_limit: float | None,
    pictures: str | None,
    workers: Workers,
    out: str | None,
    as_json: bool,
) -> None:
    """Say what SOLUTION covers less when posts are not there that night, or a street is closed.

    For each open post, and for those that cost the most together: the cover that is lost, where
    the people walk instead, how the other queues grow, and the best repair. Writes loss.json and
    loss.txt, both marked as restricted. No map shows them, unless
    `place map --loss` is asked to.

    PLAN is the plan file or its folder; without it the plan of the name that SOLUTION records, here
    or beside it.
    """
    import json
    from pathlib import Path

    from placement.cli.files import find_solution, make_folder
    from placement.cli.revisit import demand_checked, load_asked
    from placement.cli.talk import Talk, give_json, warn
    from placement.outputs import check_output, replace_files
    from placement.studies.loss_file import loss_json

    talk = Talk()
    if pictures is not None:
        from placement.studies.figures import demand_plots

        demand_plots()
    source = find_solution(solution)
    with talk.step("Reading the plan"):
        chosen = placement.read_solution(source)
        own = [one for one in lost.closures if {one, Path(one).name} & {*chosen.closures}]
        asked = load_asked(source, chosen, plan, layers=layers, closures=own)
        more = [*(one for one in lost.closures if one not in own), *lost.street]
        closed = None
        if more:
            closed = load_asked(source, chosen, plan, layers=layers, closures=[*own, *more])
    for warning in asked.warnings:
        warn(warning)
    demand_checked(asked, chosen, talk)
    folder = Path(out) if out else source.parent / "loss"
    inputs = [*asked.inputs, *(closed.inputs if closed else ()), source]
    targets = folder / "loss.json", folder / "loss.txt"
    for target in targets:
        check_output(target, inputs=inputs)
    with workers.executor() as executor, talk.step("Counting what is lost") as progress:
        found = placement.loss(
            asked,
            chosen,
            together=_together(lost, named=bool(lost.post or lost.site or more)),
            posts=lost.post,
            site=lost.site,
            closed=closed,
            repairs=lost.repairs,
            time_limit=60.0 if time_limit is None else time_limit,
            executor=executor,
            progress=progress,
        )
    answer = cast("LossAnswer", loss_json(found))
    text = _text(found, asked, chosen)
    written = json.dumps(answer, ensure_ascii=False, indent=2) + "\n"
    contents = {targets[0]: written.encode(), targets[1]: text.encode()}
    if pictures is not None:
        with talk.step("Drawing"):
            contents |= _pictures(found, Path(pictures))
    make_folder(folder)
    replace_files(contents, inputs=inputs)
    if as_json:
        give_json(answer)
    else:
        click.echo(text, nl=False)
    for path in contents:
        talk.say(f"wrote {path}")


def _pictures(found: "Losses", folder: "Path") -> "dict[Path, bytes]":
    """Return the pictures by their files, and make their folder."""
    from placement.cli.files import make_folder
    from placement.studies.loss_plot import pictures

    make_folder(folder, "--pictures")
    return {folder / name: content for name, content in pictures(found).items()}


def _together(lost: Lost, *, named: bool) -> tuple[int, ...]:
    """Return how many posts are lost together: one, unless something is `named` to be lost."""
    if lost.together is not None:
        return lost.together
    return () if named else (1,)


def _text(found: "Losses", plan: "Plan", solution: "Solution") -> str:
    """Return all of it in sentences and a table, marked in both languages."""
    from placement.cli.tables import table_lines
    from placement.review.texts import shown

    rows = [
        (post, f"{-loss:+,.10g}" if loss else "0", f"{loss / found.objective:.1%}")
        for post, loss in found.each.items()
        if found.objective
    ]
    lines = [found.restricted["en"], found.restricted["fr"], "", f"{solution.plan}: one post lost"]
    lines += table_lines([("post", "objective", "share"), *rows], width=1000)
    for case in (*found.worst, *found.asked):
        lines += ["", *_sentences(case, plan)]
    return "".join(f"{shown(line)}\n" for line in lines)


def _sentences(case: "Loss", plan: "Plan") -> list[str]:
    what = ", ".join(case.lost or case.closed)
    head = f"Lost: {what}." if case.lost else f"Closed: {what}."
    lines = [f"{head} The objective falls by {case.loss:,.10g}{_known(case)}."]
    people = ", ".join(
        f"{plan.problem.resources[plan.problem.resource_index(name)].label['en']} {-many:+,.10g}"
        for name, many in case.people.items()
        if many
    )
    lines.append(f"  People covered: {people or 'as many as before'}.")
    for group in case.moved[:_MOST_GROUPS]:
        where = "to no post within the limit"
        if group.to_post is not None:
            where = f"to {group.to_post}, {group.longer_min:+,.10g} min"
        walk = counted(
            group.people, f"person of {group.from_post} walks", f"people of {group.from_post} walk"
        )
        lines.append(f"  {walk} {where}.")
    if len(case.moved) > _MOST_GROUPS:
        rest = counted(len(case.moved) - _MOST_GROUPS, "smaller group is", "smaller groups are")
        lines.append(f"  {rest} in loss.json.")
    lines += [
        f"  {queue.post} ({counted(queue.lanes, 'lane')}) admits "
        f"{counted(queue.admitted_then, 'person')} in place "
        f"of {queue.admitted:,.10g}; the longest wait is {queue.longest_wait_then_min:,.10g} min, "
        f"before {queue.longest_wait_min:,.10g}."
        for queue in case.queues
    ]
    if case.repair is not None:
        lines.append(f"  {_repaired(case)}")
    return lines


def _known(case: "Loss") -> str:
    if case.bound is None:
        return ""
    many = "one post" if len(case.lost) == 1 else f"{len(case.lost)} posts"
    if case.proven:
        return f", the most that {many} can cost, which is proven"
    return f"; no {many} cost more than {case.bound:,.10g}"


def _repaired(case: "Loss") -> str:
    from placement.solution import Status

    repair = case.repair
    assert repair is not None  # noqa: S101 - told by the caller
    changes = counted(repair.most, "change")
    if repair.recovered is None or repair.objective is None:
        none = repair.status is Status.INFEASIBLE
        why = "no plan so near keeps every rule" if none else "none was found in time"
        return f"Repair with at most {changes}: {why}."
    done = [f"open {post}" for post in repair.opened] + [f"close {post}" for post in repair.closed]
    known = "proven best" if repair.status is Status.OPTIMAL else "not proven best"
    return (
        f"Repair with at most {changes}: {', '.join(done) or 'nothing helps'}; it brings back "
        f"{repair.recovered:,.10g}, {known}."
    )
