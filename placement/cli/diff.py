"""``place diff``: what changed between two solutions."""

from typing import TYPE_CHECKING

import click

import placement
from placement.cli.options import closure_option, json_option, layer_option, only_with

if TYPE_CHECKING:
    from placement.plan.problem import Plan
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
@only_with(("--lang", "--format html"))
@layer_option()
@closure_option()
@click.option("--exit-code", is_flag=True, help="Exit with 1 where they differ, and 0 elsewhere.")
@json_option()
def command(
    *,
    old: str,
    new: str,
    plan: str | None,
    form: str,
    lang: str | None,
    layers: dict[str, str],
    closures: tuple[str, ...],
    exit_code: bool,
    as_json: bool,
) -> None:
    """Show every difference of OLD and NEW: what was asked, what was decided, what came of it.

    Each is a file, the folder that `place optimise` wrote, - for standard input, or REV:path for a
    file in git. Nothing is shown where both are the same, or with --quiet. --layer and --closure
    name files that NEW was made with in place of those of PLAN.
    """
    from placement.cli.revisions import STDIN, read_given
    from placement.cli.talk import give_json
    from placement.cli.verbosity import Verbosity, verbosity
    from placement.errors import UsageError

    if old == new == STDIN:
        raise UsageError("only one of OLD and NEW can come from standard input.")
    before, after = read_given(old), read_given(new)
    if plan is None and (layers or closures):
        raise UsageError("--layer and --closure belong to --plan, which is not given.")
    form = "json" if as_json else form
    between, files = None, {}
    if plan is not None and before != after and form != "html":
        from placement.cli.states import count_posts

        asked = _asked(new, after, plan, layers=layers, closures=closures)
        between, files = count_posts(before, asked), _files(asked)
    difference = placement.compare(before, after, between=between, files=files)
    if verbosity() is not Verbosity.QUIET:
        if form == "json":
            give_json(difference.to_dict())
        elif form == "html":
            given = (old, before), (new, after)
            click.echo(_page(*given, plan, lang, layers=layers, closures=closures))
        elif not difference.same:
            from placement.review.markdown import markdown

            click.echo(difference.text() if form == "text" else markdown(difference))
    if exit_code and not difference.same:
        raise click.exceptions.Exit(1)


def _page(
    old: tuple[str, "Solution"],
    new: tuple[str, "Solution"],
    plan: str | None,
    lang: str | None,
    *,
    layers: dict[str, str],
    closures: tuple[str, ...],
) -> str:
    """Return both solutions on one map, each on the plan that lies beside it or is named."""
    from placement.cli.revisions import file_of
    from placement.cli.states import check_states, count_between, load_states, share_plans
    from placement.cli.talk import Talk, warn
    from placement.errors import AuditError
    from placement.maps import comparison_page

    talk, checked = Talk(), True
    files = [(file_of(given), read) for given, read in (old, new)]
    states = load_states(files, plan, talk, layers=layers, closures=closures)
    try:
        check_states(states, talk)
    except AuditError as error:
        warn(str(error))
        checked = False
    before, after = share_plans(states)
    between = count_between(before, after)
    return comparison_page(before, after, between=between, checked=checked, language=lang)


def _asked(
    given: str,
    new: "Solution",
    plan: str,
    *,
    layers: dict[str, str],
    closures: tuple[str, ...],
) -> "Plan":
    """Return the plan that the new solution answers; warn where its inputs are others."""
    from placement.auditing.identity import check_identity
    from placement.cli.revisions import file_of
    from placement.cli.revisit import load_asked
    from placement.cli.talk import warn

    asked = load_asked(file_of(given), new, plan, layers=layers, closures=closures)
    for sentence in check_identity(asked, new):
        warn(sentence)
    return asked


def _files(asked: "Plan") -> dict[str, str]:
    """Return the file names of a plan and of its layers."""
    from placement.plan.input_names import PLAN

    return {**asked.layers, PLAN: asked.file.name}
