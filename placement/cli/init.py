"""``place init``: a plan to start from."""

from typing import TYPE_CHECKING

import click

from placement.cli import suggest

if TYPE_CHECKING:
    from pathlib import Path


@click.command("init", short_help="Start a plan in a folder of your own.")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))
@click.option(
    "--example",
    metavar="NAME",
    shell_complete=suggest.examples,
    help="Copy a bundled plan, e.g. paris-2024, in place of the small starter.",
)
def command(folder: str, example: str | None) -> None:
    """Write a small commented plan to DIR, ready for `place check` and `place optimise`.

    Nothing that is already there is overwritten.
    """
    from pathlib import Path

    from placement.cli.files import PLAN_FILE
    from placement.cli.talk import Talk
    from placement.outputs import replace_files

    source = Path(__file__).parent / "starter" if example is None else _bundled(example)
    files = _files(source)
    target = Path(folder)
    there = [name for name in files if (target / name).exists()]
    if there:
        raise click.UsageError(
            f"{target / there[0]} is already there and is not overwritten; "
            "name a folder that holds no plan."
        )
    try:
        for name in files:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(
            f"{target} cannot be written to ({error.strerror}); name another folder."
        ) from error
    replace_files({target / name: content for name, content in files.items()})
    talk = Talk()
    talk.say(f"wrote {len(files)} files to {target}")
    talk.say(f"next: place check {target / PLAN_FILE}")


def _files(source: "Path") -> "dict[Path, bytes]":
    """Read a plan's folder; layers it shares with the plan beside it come along as its own."""
    import re

    from placement.cli.files import PLAN_FILE

    files = {
        path.relative_to(source): path.read_bytes()
        for path in sorted(source.rglob("*"))
        if path.is_file()
        and not any(part.startswith((".", "__")) for part in path.relative_to(source).parts)
    }
    plan = source.joinpath(PLAN_FILE).relative_to(source)
    shared = re.compile(rb'"\.\./([\w-]+)/([\w-]+\.geojson)"')
    for folder, name in shared.findall(files[plan]):
        layer = source.parent / folder.decode() / name.decode()
        files[layer.relative_to(layer.parent)] = layer.read_bytes()
    files[plan] = shared.sub(rb'"\2"', files[plan])
    return files


def _bundled(name: str) -> "Path":
    from placement.cli.files import bundled_folder, bundled_plans

    names = bundled_plans()
    if name not in names:
        raise click.BadParameter(
            f"there is no bundled plan {name!r}; take one of: {', '.join(names) or 'none'}",
            param_hint="--example",
        )
    return bundled_folder() / name
