"""``place init``: a plan to start from."""

from typing import TYPE_CHECKING

import click

from placement.cli import suggest
from placement.cli.event import Given, apart_option, event_options
from placement.cli.values import count
from placement.counts import counted

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
@click.option(
    "--from",
    "extract",
    metavar="CITY.osm.pbf",
    type=click.Path(),
    help="Begin a plan from an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz, .osm.bz2).",
)
@event_options()
@apart_option()
@click.option(
    "--people",
    callback=count(),
    metavar="N",
    help="People of the first demand; without it the ground beside the route is filled.",
)
@click.option(
    "--cordon",
    is_flag=True,
    help="Seal the perimeter too: every way into it has a checkpoint or a barrier, and the budget "
    "pays both.",
)
@click.pass_context
def command(
    ctx: click.Context,
    *,
    folder: str,
    example: str | None,
    extract: str | None,
    given: Given,
    apart: float,
    people: int | None,
    cordon: bool,
) -> None:
    """Write a plan to DIR, ready for `place check` and `place optimise`.

    Without --from it is a small commented plan to change. With --from it is a plan of your city:
    streets, water, railways, walls, squares, stations, buildings, candidate sites and a first
    demand, from an OpenStreetMap extract and --route, --perimeter or --around; its README.md says
    what was assumed.

    Nothing that is already there is overwritten.
    """
    if extract is not None:
        if example is not None:
            raise click.UsageError("--example is given beside --from; keep one of them.")
        _begin(folder, extract, given, people, apart_m=apart, cordon=cordon)
        return
    of_city = ("route", "perimeter", "around", "people", "cordon", "band", "margin", "apart")
    told = [one for one in of_city
            if ctx.get_parameter_source(one) is click.core.ParameterSource.COMMANDLINE]  # fmt: skip
    if told:
        raise click.UsageError(
            f"--{told[0]} is for a plan of a city; name its extract with --from CITY.osm.pbf."
        )
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
    talk.say(f"wrote {counted(len(files), 'file')} to {target}")
    talk.say(f"next: place check {target / PLAN_FILE}")


def _begin(
    folder: str, extract: str, given: Given, people: int | None, *, apart_m: float, cordon: bool
) -> None:
    """Write the plan of a city."""
    from pathlib import Path

    from placement.cli.files import PLAN_FILE
    from placement.cli.talk import Talk
    from placement.starting.new_plan import Wanted, begin_plan, check_folder

    target = Path(folder)
    check_folder(target)
    event = given.event()
    talk = Talk()
    wanted = Wanted(
        extract=Path(extract), event=event, drawn=given.words(), people=people,
        margin_m=given.margin, apart_m=apart_m, sealed=cordon,
    )  # fmt: skip
    with talk.step("Drawing the plan"):
        begun = begin_plan(target, wanted)
    sites = "candidate site" if len(begun.candidates) == 1 else "candidate sites"
    talk.say(
        f"wrote {target}: {len(begun.candidates):,} {sites}, {counted(begun.people, 'person')} "
        "(assumed)"
    )
    for doubt in begun.doubts:
        talk.say(doubt)
    talk.say(f"next: place check {target / PLAN_FILE}, and read {target / 'README.md'}")


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
