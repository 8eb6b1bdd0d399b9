"""``place risk``: whom solutions still cover when posts are missing on the night."""

from typing import TYPE_CHECKING

import click

from placement.cli.options import (
    closure_option,
    json_option,
    layer_option,
    random_options,
    unchecked_option,
)

if TYPE_CHECKING:
    from placement.cli.answers_on_studies import RiskAnswer
    from placement.plan.problem import Plan
    from placement.studies.risk import Estimate, Risks


@click.command("risk", short_help="Say whom solutions cover when posts are missing on the night.")
@click.argument(
    "solutions", nargs=-1, required=True, type=click.Path(), metavar="SOLUTION... [PLAN]"
)
@click.option(
    "--away",
    multiple=True,
    metavar="NAME=SHARE",
    help="Share of nights on which a unit of a resource, or of a post (site/resource), is missing: "
    "dog_team=10%. Repeatable.  [default: 'unavailable' of the plan]",
)
@click.option(
    "--attendance",
    metavar="LEAST:MOST",
    help="Shares of the people who come, any between as likely: 80%:105%.  [default: 100%:100%]",
)
@random_options(nights=16_384, least="How many nights at least.")
@layer_option()
@closure_option()
@json_option()
@unchecked_option()
def command(
    *,
    solutions: tuple[str, ...],
    away: tuple[str, ...],
    attendance: str | None,
    nights: int,
    seed: int,
    layers: dict[str, str],
    closures: tuple[str, ...],
    as_json: bool,
    unchecked: bool,
) -> None:
    """Draw nights on which teams are ill and gates stay shut, and count whom SOLUTION covers then.

    Several solutions of one PLAN are compared on the same nights: the best in the mean and the best
    on the worst 5% of nights are named. Units are missing independently of one another, and a post
    covers while one of its units is there. With lanes the people counted are those within reach:
    who gets in on time is what `place replay` plays.

    PLAN is the plan file or its folder; without it the plan of the name that the first SOLUTION
    records, here or beside it.
    """
    from dataclasses import asdict

    from placement.cli.files import is_plan
    from placement.cli.revisit import demand_checked, revisit
    from placement.cli.talk import Talk, give_json, give_table, warn
    from placement.errors import UsageError
    from placement.studies.risk import risk

    talk = Talk()
    given = solutions[-1] if len(solutions) > 1 and is_plan(solutions[-1]) else None
    files = solutions if given is None else solutions[:-1]
    missing = dict(_share(text) for text in away)
    come = _range(attendance)
    with talk.step("Reading the plan"):
        pairs = [revisit(file, given, layers=layers, closures=closures) for file in files]
    plan = pairs[0][0]
    for warning in plan.warnings:
        warn(warning)
    if len({(asked.settings.name, str(asked.file)) for asked, _ in pairs}) > 1:
        raise UsageError("these solutions are not of one plan: name those of one.")
    for asked, chosen in pairs:
        demand_checked(asked, chosen, talk, unchecked=unchecked)
    with talk.step(f"Drawing {nights:,} nights"):
        found = risk(
            plan,
            [chosen for _, chosen in pairs],
            away=missing,
            attendance=come,
            nights=nights,
            seed=seed,
        )
    if not found.away and come == (1.0, 1.0):
        warn("no unit is ever missing: say --away RESOURCE=SHARE, or 'unavailable' in the plan")
    if as_json:
        answer: RiskAnswer = {"files": list(files), "risks": found}
        give_json({**answer, "risks": asdict(found)})
        return
    click.echo(f"{found.plan}: {found.nights:,} nights")
    give_table(_rows(found, files))
    for sentence in _remarks(found, plan, files):
        click.echo(sentence)


def _share(text: str) -> tuple[str, float]:
    from placement.errors import UsageError
    from placement.reading.numerals import fraction

    name, _, share = text.rpartition("=")
    try:
        return name, fraction(share)
    except ValueError:
        raise UsageError(
            f"--away {text[:60]!r} is not NAME=SHARE; write it as dog_team=10%."
        ) from None


def _range(text: str | None) -> tuple[float, float]:
    from placement.errors import UsageError
    from placement.reading.numerals import fraction

    if text is None:
        return 1.0, 1.0
    least, _, most = text.partition(":")
    try:
        return fraction(least), fraction(most or least)
    except ValueError:
        raise UsageError(
            f"--attendance {text[:40]!r} is not LEAST:MOST; write it as 80%:105%."
        ) from None


def _rows(found: "Risks", files: "tuple[str, ...]") -> list[list[str]]:
    """Return the table for the terminal."""
    several = len(files) > 1
    head = ["resource", "with all posts", "mean", "worst 5%", "19 of 20 nights", "worst night"]
    rows = [["solution", *head] if several else head]
    for one in found.rows:
        row = [
            one.resource,
            f"{one.promised:,.0f}",
            _text(one.mean),
            _text(one.worst),
            f"{one.low:,.0f} or more",
            f"{one.least:,.0f}",
        ]
        rows.append([files[one.solution], *row] if several else row)
    return rows


def _text(estimate: "Estimate") -> str:
    return f"{estimate.value:,.0f} ({estimate.low:,.0f} to {estimate.high:,.0f})"


def _remarks(found: "Risks", plan: "Plan", files: "tuple[str, ...]") -> list[str]:
    """Say what was computed exactly, and which of several solutions is best."""
    said = [
        f"{kind.id}: people within reach are counted; `place replay` plays who gets in on time."
        for kind in plan.problem.resources
        if kind.lanes is not None
    ]
    if len(files) == 1:
        said += [
            f"{one.resource}: the mean is {one.exact:,.0f} by computation." for one in found.rows
        ]
    if len(files) > 1:
        for resource in dict.fromkeys(one.resource for one in found.rows):
            mine = [one for one in found.rows if one.resource == resource]
            mean = max(mine, key=lambda one: (one.exact, -one.solution))
            worst = max(mine, key=lambda one: (one.worst.value, -one.solution))
            said.append(
                f"{resource}: best in the mean {files[mean.solution]}, best on the worst nights "
                f"{files[worst.solution]}."
            )
    return said
