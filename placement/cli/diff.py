"""``place diff``: what changed between two solutions."""

from typing import TYPE_CHECKING

import click

import placement
from placement.cli.options import json_option

if TYPE_CHECKING:
    from placement.solution import Solution

_FORMATS = ("text", "markdown", "json", "html")


@click.command("diff", short_help="Show what changed between two solutions.")
@click.argument("old", type=click.Path(allow_dash=True))
@click.argument("new", type=click.Path(allow_dash=True))
@click.option(
    "--plan",
    type=click.Path(),
    metavar="PLAN",
    help="The plan file of NEW: counts the old posts on it, to tell what its inputs brought. A "
    "page takes the plan that lies beside NEW without it.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="As text, as the comment of a forge, as JSON, or as a page: both plans on one map.",
)
@click.option(
    "--lang",
    type=click.Choice(("en", "fr")),
    help="Language the page opens in.  [default: the reader's own]",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 where they differ, and 0 elsewhere.")
@json_option()
def command(
    *,
    old: str,
    new: str,
    plan: str | None,
    form: str,
    lang: str | None,
    exit_code: bool,
    as_json: bool,
) -> None:
    """Show every difference of OLD and NEW: what was asked, what was decided, what came of it.

    Each is a file, the folder that `place optimise` wrote, - for standard input, or REV:path for a
    file in git. Nothing is shown where both are the same, or with --quiet.
    """
    from placement.cli.revisions import STDIN, read_given
    from placement.cli.talk import give_json
    from placement.cli.verbosity import Verbosity, verbosity
    from placement.errors import UsageError

    if old == new == STDIN:
        raise UsageError("only one of OLD and NEW can come from standard input.")
    before, after = read_given(old), read_given(new)
    between = None if plan is None else _between(before, after, plan)
    difference = placement.compare(before, after, between=between)
    form = "json" if as_json else form
    if verbosity() is not Verbosity.QUIET:
        if form == "json":
            give_json(difference.to_dict())
        elif form == "html":
            click.echo(_page((old, before), (new, after), plan, lang))
        elif not difference.same:
            from placement.review.markdown import markdown

            click.echo(difference.text() if form == "text" else markdown(difference))
    if exit_code and not difference.same:
        raise click.exceptions.Exit(1)


def _page(
    old: tuple[str, "Solution"], new: tuple[str, "Solution"], plan: str | None, lang: str | None
) -> str:
    """Return both solutions on one map, each on the plan that lies beside it or is named."""
    from placement.cli.revisions import file_of
    from placement.cli.states import check_states, count_between, load_states, share_plans
    from placement.cli.talk import Talk, warn
    from placement.errors import AuditError
    from placement.maps import comparison_page

    talk, checked = Talk(), True
    states = load_states([(file_of(given), read) for given, read in (old, new)], plan, talk)
    try:
        check_states(states, talk)
    except AuditError as error:
        warn(str(error))
        checked = False
    before, after = share_plans(states)
    between = count_between(before, after)
    return comparison_page(before, after, between=between, checked=checked, language=lang)


def _between(old: "Solution", new: "Solution", plan: str) -> "Solution":
    """Count the old posts on the inputs of the new solution."""
    from placement.cli.talk import warn
    from placement.errors import UsageError

    if new.layers or any("." in one for one in new.closures):
        raise UsageError(
            "the new solution was made with layers or closures of other files: leave --plan out."
        )
    asked = placement.load_plan(
        plan, budget=new.budget, limits=new.limits, closures=new.closures, at=new.at
    )
    for sentence in placement.audit(asked, new).changed:
        warn(sentence)
    units = {post.id: post.units for post in old.posts_list}
    return placement.evaluate(asked, units, bound=False).solution
