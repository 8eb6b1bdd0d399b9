"""``place fmt``: write a solution in its one canonical form."""

import click


@click.command("fmt", short_help="Write solutions in their one canonical form.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--check",
    is_flag=True,
    help="Change nothing; exit with 1 and name the files that are not canonical.",
)
def command(*, files: tuple[str, ...], check: bool) -> None:
    """Write each solution FILE anew, as `place optimise` would have written it.

    Order, notation, spaces and what a program added (a name, heights, comments) make no difference
    to what a solution says: two files that say the same come out as the same bytes. Figures are not
    recomputed: `place audit` does that. With `-` for FILE, reads standard input and writes standard
    output. FILE may be a folder that holds solution.geojson.
    """
    import sys

    from placement.cli.files import find_solution
    from placement.cli.talk import Talk
    from placement.errors import PlacementError
    from placement.outputs import replace_file
    from placement.reading.regular import read_bytes, require_file
    from placement.review.texts import shown

    talk = Talk()
    off: list[str] = []
    for name in files:
        path = None if name == "-" else find_solution(name)
        if path is None:
            before, label = sys.stdin.buffer.read(), "standard input"
        else:
            require_file(path, remedy="name a solution that `place optimise` wrote")
            before, label = read_bytes(path), str(path)
        after = canonical(before, label)
        if check:
            off += [label] if before != after else []
        elif path is None:
            click.echo(after, nl=False)
        elif before != after:
            replace_file(path, after)
            talk.say(f"wrote {path}")
    if off:
        listed = shown(", ".join(off))
        many = "is" if len(off) == 1 else "are"
        raise PlacementError(f"{listed} {many} not canonical: run `place fmt` on it and commit it.")


def canonical(content: bytes, label: str) -> bytes:
    """Return the canonical bytes of a solution.

    Parameters
    ----------
    content
        The bytes of its file.
    label
        What to call the file in messages.

    Raises
    ------
    InputError
        If it is not a solution.
    """
    from placement.review.geojson import solution_text, take_solution
    from placement.review.reading import parse_json

    return solution_text(take_solution(parse_json(content, file=label), file=label)).encode()
