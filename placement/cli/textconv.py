"""``place textconv``: a solution in words, as git asks for it to compare two line by line."""

import click


@click.command("textconv", short_help="Print a solution in plain words, for git.", hidden=True)
@click.argument("file", type=click.Path())
@click.option(
    "--words-of",
    metavar="VERSION",
    help="Version of placement whose words git keeps: with another one it asks for them again.",
)
def command(file: str, words_of: str | None) -> None:  # noqa: ARG001 - read by git alone
    """Print FILE in plain words, one fact a line; as it is where it is not a solution.

    `place git-setup` tells git to call this for `git diff` and `git log -p`.
    """
    from pathlib import Path

    from placement.errors import InputError
    from placement.reading.regular import require_file
    from placement.review.geojson import read_solution
    from placement.versioning.words import solution_words

    try:
        words = solution_words(read_solution(file)).encode()
    except InputError:
        # an older or a damaged version must not end a whole `git log -p`
        path = Path(file)
        require_file(path, remedy="name a solution")
        words = path.read_bytes()
    click.echo(words, nl=False)
