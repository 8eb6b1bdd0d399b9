"""``place why``: what a post brings, or what forcing it in would cost."""

from typing import TYPE_CHECKING, cast

import click

import placement
from placement.cli import suggest
from placement.cli.options import (
    json_option,
    only_with,
    plan_options,
    time_limit_option,
    unchecked_option,
)
from placement.cli.reading import read_plan

if TYPE_CHECKING:
    from placement.cli.answers import Searched, WhyAnswer, WhyPost
    from placement.solution import Solution
    from placement.solve.questions.what_if import Why


@click.command("why", short_help="Say what a post brings, or what forcing it in would cost.")
@click.argument("post", metavar="SITE[/RESOURCE]", shell_complete=suggest.sites_and_posts)
@click.option(
    "--solution",
    metavar="SOLUTION",
    type=click.Path(),
    help="Solution file or folder to ask about; without it the plan is solved first.",
)
@plan_options(budget=True)
@time_limit_option("Stop after so many seconds with what is known.")
@unchecked_option()
@only_with(("--unchecked", "--solution"))
@json_option()
def command(
    *,
    post: str,
    plan: str | None,
    solution: str | None,
    budget: float | None,
    limits: dict[str, int],
    layers: dict[str, str],
    closures: tuple[str, ...],
    at: str | None,
    time_limit: float | None,
    unchecked: bool,
    as_json: bool,
) -> None:
    """Say why SITE/RESOURCE is open or closed, or each resource the SITE may have.

    For an open post: what its loss costs, and which posts would replace it. For a closed one: what
    forcing it in costs, and which posts it displaces. PLAN is a plan file or its folder; without it
    ./plan.toml or else the bundled plan, and with --solution the plan that it answers.
    """
    from placement.cli.deadline import Deadline
    from placement.cli.files import find_plan
    from placement.cli.revisit import demand_checked, revisit
    from placement.cli.talk import Talk, give_json, warn
    from placement.errors import UsageError

    if solution is not None and (budget is not None or limits or at is not None):
        raise UsageError(
            "--budget, --limit and --at are those of the solution: give them without --solution."
        )
    stop = Deadline(time_limit)
    talk = Talk()
    with talk.step("Reading the plan"), stop.step("reading the plan"):
        if solution is not None:
            asked, chosen = revisit(solution, plan, layers=layers, closures=closures)
        else:
            file = find_plan(plan)
            asked = read_plan(
                file, closures=closures, at=at, layers=layers, budget=budget, limits=limits
            )
    if solution is not None:
        demand_checked(asked, chosen, talk, unchecked=unchecked)
    site, resource = _split(post, asked.problem.sites.id)
    if solution is None:
        for warning in asked.warnings:
            warn(warning)
        with talk.step("Choosing posts") as progress:
            half = None if time_limit is None else time_limit / 2  # the question needs time as well
            chosen = placement.optimise(asked, time_limit=half, progress=progress, within=stop)
    with talk.step("Choosing posts the other way") as progress:
        found = placement.why(asked, chosen, site, resource, progress=progress, within=stop)
    if as_json:
        answer: WhyAnswer = {"posts": [_as_json(one) for one in found]}
        give_json(answer)
        return
    for one in found:
        click.echo(_text(one, chosen))


def _split(post: str, sites: tuple[str, ...]) -> tuple[str, str | None]:
    """Tell site from resource; identifiers of sites hold no slash, but be sure."""
    if post in sites or "/" not in post:
        return post, None
    from placement.plan.post_id import PostId

    return PostId.parse(post)


def _text(why: "Why", solution: "Solution") -> str:
    """Say it in sentences, on lines of their own."""
    from placement.review.texts import shown
    from placement.solution import Status
    from placement.solve.questions.what_if import Standing

    stands = {
        Standing.OPEN: "open",
        Standing.CLOSED: "closed",
        Standing.REQUIRED: "open, since it is required",
        Standing.EXCLUDED: "closed, since it is excluded",
        Standing.UNSNAPPED: "closed: its site lies too far from any street, so nobody walks there",
        Standing.NOT_ALLOWED: "not possible: the site's resources leave it out",
        Standing.ALONE: ("open" if why.is_open else "closed") + "; nothing else may seal its way",
    }
    lines = [f"{why.post}: {stands[why.standing]}."]
    way = "Without it" if why.is_open else "With it"
    if why.status is Status.INFEASIBLE:
        lines.append(f"{way} no plan keeps every rule.")
    elif why.status is Status.UNKNOWN:
        lines.append(f"{way} no plan was found within the limit, and none was ruled out.")
    elif why.loss is not None and why.people is not None and why.cost is not None:
        lines.append(_changed(why, way, solution))
        people = ", ".join(
            f"{resource} {-more:+,.10g}" for resource, more in why.people.items() if more
        )
        lines.append(f"People covered {way.lower()}: {people or 'as many as now'}.")
        if why.cost:
            lines.append(f"Cost {way.lower()}: {-why.cost:+,.10g} {solution.budget_unit}.")
        else:
            lines.append(f"Cost {way.lower()}: as now.")
        lines += [
            f"{verb}: {', '.join(posts)}."
            for verb, posts in (
                ("Would open instead", why.opened),
                ("Would close instead", why.closed),
            )
            if posts
        ]
        if not (why.opened or why.closed):
            lines.append("No other post changes.")
    return "\n  ".join(shown(line) for line in lines)


def _changed(why: "Why", way: str, solution: "Solution") -> str:
    assert why.loss is not None  # noqa: S101 - told by the caller
    assert why.loss_least is not None  # noqa: S101
    objective = solution.objective
    if why.loss < 0:
        return (
            f"{way} the best plan found is better by {-why.loss:,.10g}, "
            "so the solution was not the best."
        )
    share = f" ({why.loss / objective:.2%})" if objective > 0 else ""
    if why.proven:
        exact = f"{way} the objective falls by {why.loss:,.10g}{share} at least, which is proven."
        return (
            exact if why.loss else f"{way} the objective stays as it is: another plan is as good."
        )
    return (
        f"{way} the objective falls by {why.loss:,.10g}{share} in the best plan found, and by "
        f"{max(0.0, why.loss_least):,.10g} at least."
    )


def _as_json(why: "Why") -> "WhyPost":
    return {
        "post": why.post,
        "standing": why.standing.value,
        "open": why.is_open,
        "status": None if why.status is None else cast("Searched", why.status.value),
        "proven": why.proven,
        "loss": why.loss,
        "loss_least": why.loss_least,
        "people": None if why.people is None else dict(why.people),
        "cost": why.cost,
        "opened": list(why.opened),
        "closed": list(why.closed),
    }
