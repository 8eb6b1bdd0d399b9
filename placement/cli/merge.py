"""``place merge``: merge the posts of two solutions, as git asks for it."""

from typing import TYPE_CHECKING

import click

from placement.cli.options import out_option
from placement.counts import counted

if TYPE_CHECKING:
    from pathlib import Path

    from placement.cli.talk import Talk
    from placement.solution import Solution


@click.command("merge", short_help="Merge the posts that two sides changed.")
@click.argument("base", type=click.Path())
@click.argument("ours", type=click.Path())
@click.argument("theirs", type=click.Path())
@out_option("FILE", "Where the merged solution goes. Default: OURS, as git wants it.")
@click.option(
    "--path",
    type=click.Path(),
    metavar="FILE",
    help="Where the solution lies in the work tree, to find its plan. Default: FILE or OURS.",
)
def command(*, base: str, ours: str, theirs: str, out: str | None, path: str | None) -> None:
    """Merge OURS and THEIRS, two solutions that both came from BASE.

    Posts are merged by their identifiers, and what was asked (budget, limits, locks) value by
    value. The merged solution is proposed, never proven: its figures are counted anew where its
    plan is found. A conflict is marked in the file as git marks it, with exit code 1.
    `place git-setup` makes git call this.
    """
    from pathlib import Path

    from placement.cli.talk import Talk
    from placement.errors import InputError, MergeConflictError
    from placement.outputs import replace_file
    from placement.review.geojson import read_solution, solution_text
    from placement.versioning.merge import conflict_text, merge, whole_conflict

    target = Path(out or ours)
    place = Path(path or target)
    apart = None
    try:
        sides = [read_solution(one) for one in (base, ours, theirs)]
        names = sorted({one.plan for one in sides})
        if len(names) > 1:
            apart = f"they answer the plans {' and '.join(map(repr, names))}"
    except InputError as error:
        apart = str(error).rstrip(".")
    if apart is not None:
        replace_file(target, whole_conflict(*(_content(Path(one)) for one in (ours, theirs))))
        raise MergeConflictError(place, [f"they cannot be merged post by post ({apart})"])
    merged = merge(*sides)
    if merged.conflicts:
        replace_file(target, conflict_text(merged).encode())
        raise MergeConflictError(place, merged.conflicts)
    talk = Talk()
    solution = merged.whole or _counted(place, merged.ours, talk)
    replace_file(target, solution_text(solution).encode())
    talk.say(
        f"merged {place}: {solution.status.value}, {counted(len(solution.posts_list), 'post')}"
    )


def _content(path: "Path") -> bytes:
    """Return what a side of a merge holds, whatever it is."""
    from placement.reading.regular import MOST_TEXT_BYTES, head, require_file

    require_file(path, remedy="name the three files of a merge")
    return head(path, MOST_TEXT_BYTES)


def _counted(path: "Path", merged: "Solution", talk: "Talk") -> "Solution":
    """Count the figures of merged posts anew, if the plan is there."""
    import placement
    from placement.cli.revisit import load_asked
    from placement.cli.talk import warn
    from placement.errors import PlacementError
    from placement.versioning.merge import asked_by_hand

    try:
        with talk.step("Reading the plan"):
            plan = load_asked(path, merged, None, layers={})
        with talk.step("Counting"):
            units = {post.id: post.units for post in merged.posts_list}
            found = placement.evaluate(plan, units, bound=False)
    except PlacementError as error:
        warn(
            f"{path} is merged, and its figures are still those of our side, since they could not "
            f"be counted anew: {error} Write it again: `place evaluate FILE PLAN -o FILE`."
        )
        return merged
    for sentence in found.broken:
        warn(f"the merged posts break a rule: {sentence}")
    return asked_by_hand(found.solution, merged)
