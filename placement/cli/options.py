"""Options and arguments that several commands share."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from placement.cli import suggest
from placement.cli.values import amount, assignments, count, ending, limits, shares
from placement.reading.numerals import decimal

if TYPE_CHECKING:
    from placement.executor import Here, OnDask

JOBS, DASK = "placement.jobs", "placement.dask"
"""Where the context of a command keeps where its work runs."""

type Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What `agreed_options` take: the agreed solution, and posts that stand fast."""

    baseline: str | None
    max_changes: int | None
    change_price: float
    lock: tuple[str, ...]
    forbid: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What `counted_options` take: against what posts made by hand are held."""

    baseline: str | None
    snap_m: float
    time_limit: float | None
    no_bound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What `written_options` take: where a solution goes, and what is written beside it."""

    out: str | None
    force: bool
    catchments: tuple[float, ...] | None
    routes: bool
    no_map: bool
    as_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """What `workers_options` take: where a study's independent pieces of work run."""

    jobs: int | None
    dask: str | None

    def executor(self) -> "Here | OnDask":
        """Return what runs them, to be entered by ``with``."""
        from placement.executor import chosen_executor

        return chosen_executor(jobs=self.jobs, dask=self.dask)


def stacked(*decorators: Decorator) -> Decorator:
    """Return decorators as one; --help shows their options in this order."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def bundled(name: str, kind: type[Any], options: Decorator) -> Decorator:
    """Hand a command the values of some options as one argument."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def call(**values: Any) -> Any:  # noqa: ANN401 - as click calls it
            own = {one.name: values.pop(one.name) for one in fields(kind)}
            return command(**values, **{name: kind(**own)})

        return options(call)

    return decorate


def only_with(*pairs: tuple[str, str]) -> Decorator:
    """Refuse an option that is given where it would count for nothing.

    Parameters
    ----------
    pairs
        An option, and beside what alone it counts, such as ``"--best"``, ``"--with calendars"`` or,
        where it does not count beside that, ``"no --no-plot"``.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def call(**values: Any) -> Any:  # noqa: ANN401 - as click calls it
            context = click.get_current_context()
            for option, other in pairs:
                if _given(context, option) and not _given(context, other):
                    absent = other.removeprefix("no ")
                    told = f"with {other}" if absent == other else f"without {absent}"
                    raise click.UsageError(f"{option} counts only {told}; it would change nothing.")
            return command(**values)

        call.only_with = (*pairs, *getattr(command, "only_with", ()))  # type: ignore[attr-defined]
        return call

    return decorate


def _given(context: click.Context, asked: str) -> bool:
    """Tell whether an option, or one of its values, was given; after "no", whether it was not."""
    if asked.startswith("no "):
        return not _given(context, asked.removeprefix("no "))
    flag, _, value = asked.partition(" ")
    name = next(one.name for one in context.command.params if flag in one.opts)
    if name is None or context.get_parameter_source(name) is ParameterSource.DEFAULT:
        return False
    told = context.params[name]
    return not value or value in (told if isinstance(told, tuple) else (told,))


def plan_argument() -> Decorator:
    """PLAN: a plan file or its folder; None for the default."""
    return click.argument("plan", required=False, type=click.Path())


def solution_argument() -> Decorator:
    """SOLUTION: a solution file or the folder `place optimise` wrote."""
    return click.argument("solution", type=click.Path())


def layer_option(*, workers: bool = True) -> Decorator:
    """``--layer NAME=FILE``, repeatable, and unless told otherwise where parts of one are read."""
    option = click.option(
        "--layer",
        "layers",
        multiple=True,
        callback=assignments("--layer streets=paris.osm.pbf"),
        metavar="NAME=FILE",
        shell_complete=suggest.layers,
        help="Take a layer from another file for this run. Repeatable.",
    )
    what = "Read so many parts of a demand in parts"
    return stacked(option, *(_where("Read its parts", what, told=False) if workers else ()))


def closure_option() -> Decorator:
    """``--closure FILE_OR_NAME``, repeatable."""
    return click.option(
        "--closure",
        "closures",
        multiple=True,
        metavar="FILE_OR_NAME",
        help="Close streets for this run: a layer of polygons and lines, or the name of a street. "
        "Repeatable.",
    )


def at_option() -> Decorator:
    """``--at HH:MM``."""
    return click.option(
        "--at",
        metavar="HH:MM",
        help="Time of day the plan is made for: closures with hours hold or not. The plan's own, "
        "or when lanes open; else all closures hold at once.",
    )


def minutes_option(name: str, *, help_text: str, default: str | None = None) -> Decorator:
    """Take walks in minutes, ``3,5,8``."""

    def parse(
        _ctx: click.Context, param: click.Parameter, value: str | None
    ) -> tuple[float, ...] | None:
        if value is None:
            return None
        try:
            walks = tuple(decimal(part) for part in value.strip("[] ").split(","))
        except ValueError:
            walks = ()
        if not walks or not all(0 < walk <= 1440 for walk in walks) or len(set(walks)) < len(walks):
            raise click.BadParameter(
                f"{value!r} is not a list of minutes, each above 0 and given once; "
                "write it as 3,5,8",
                param=param,
            )
        return tuple(sorted(walks))

    return click.option(
        name,
        metavar="M,M,…",
        callback=parse,
        default=default,
        show_default=default is not None,
        help=help_text,
    )


def drawn_options() -> Decorator:
    """``--catchments`` and ``--routes``: layers to write beside the solution."""
    return stacked(
        minutes_option(
            "--catchments",
            help_text="Write catchments.geojson as well: the ground within these walks of each "
            "post, in minutes, e.g. 3,5,8.",
        ),
        click.option(
            "--routes",
            is_flag=True,
            help="Write routes.geojson as well: which way each area walks to its post.",
        ),
    )


def limit_option() -> Decorator:
    """``--limit RESOURCE=N``, repeatable."""
    return click.option(
        "--limit",
        "limits",
        multiple=True,
        callback=limits,
        metavar="RESOURCE=N",
        shell_complete=suggest.resources,
        help="Use at most N units of a resource in this run. Repeatable.",
    )


def plan_options(*, budget: bool = False, workers: bool = True) -> Decorator:
    """PLAN and what a run may change of it: money, limits, layers, closures, time of day.

    `workers` as for `layer_option`.
    """
    money = click.option(
        "--budget",
        metavar="B",
        callback=amount(),
        help="Most the plan may cost; the plan file's own without it.",
    )
    return stacked(
        plan_argument(),
        *([money] if budget else []),
        limit_option(),
        layer_option(workers=workers),
        closure_option(),
        at_option(),
    )


def share_option() -> Decorator:
    """``--share RESOURCE=A``, repeatable, one at least."""
    return click.option(
        "--share",
        "shares",
        multiple=True,
        required=True,
        callback=shares,
        metavar="RESOURCE=A",
        shell_complete=suggest.resources,
        help="Least share of all people that a resource must cover, e.g. checkpoint=95%. "
        "Repeatable.",
    )


def time_limit_option(help_text: str) -> Decorator:
    """``--time-limit S``."""
    return click.option(
        "--time-limit", metavar="S", callback=amount(above_zero=True), help=help_text
    )


def gap_option(help_text: str) -> Decorator:
    """``--gap G``."""
    return click.option(
        "--gap",
        metavar="G",
        default="0",
        show_default=True,
        callback=amount(percent=True),
        help=help_text,
    )


def workers_options() -> Decorator:
    """Take as `workers`: ``--jobs N`` and ``--dask ADDRESS``."""
    options = stacked(*_where("Work", "Work on so many pieces", told=True))
    return bundled("workers", Workers, options)


def _where(verb: str, pieces: str, *, told: bool) -> tuple[Decorator, Decorator]:
    """``--jobs N`` and ``--dask ADDRESS``, kept in the context and, if asked for, `told`."""
    parse = count(1)

    def keep_jobs(context: click.Context, param: click.Parameter, value: str | None) -> int | None:
        jobs = parse(context, param, value)
        context.meta[JOBS] = jobs
        return jobs

    def keep_dask(context: click.Context, _: click.Parameter, value: str | None) -> str | None:
        context.meta[DASK] = value
        return value

    return (
        click.option(
            "--jobs",
            metavar="N",
            callback=keep_jobs,
            expose_value=told,
            help=f"{pieces} at a time here.  [default: one a processor]",
        ),
        click.option(
            "--dask",
            metavar="ADDRESS",
            callback=keep_dask,
            expose_value=told,
            help=f"{verb} on the Dask cluster whose scheduler is at this address, "
            "tcp://host:8786. Needs `pip install 'event-placement[dask]'`.",
        ),
    )


def prove_options() -> Decorator:
    """``--prove`` and ``--prove-time-limit S``."""
    return stacked(
        click.option(
            "--prove",
            is_flag=True,
            help="Prove the claim again by a second solver, on a model written apart. Needs "
            "`pip install 'event-placement[prove]'`.",
        ),
        click.option(
            "--prove-time-limit",
            metavar="S",
            default="60",
            show_default=True,
            callback=amount(above_zero=True),
            help="Most seconds for the second proof, beside --time-limit.",
        ),
        only_with(("--prove-time-limit", "--prove")),
    )


def written_options(folder: str) -> Decorator:
    """Take as `written` where a solution goes, and what is beside it: a map, layers, JSON."""
    options = stacked(
        out_option("DIR", f"Folder to write to.  [default: {folder}]", folder=True),
        click.option(
            "--force", is_flag=True, help="Write over the solution of another plan as well."
        ),
        drawn_options(),
        click.option("--no-map", is_flag=True, help="Write the solution alone."),
        json_option(),
    )
    return bundled("written", Written, options)


def counted_options() -> Decorator:
    """Take as `counted`: ``--baseline``, ``--snap``, ``--time-limit`` and ``--no-bound``."""
    options = stacked(
        _baseline_option(),
        click.option(
            "--snap",
            "snap_m",
            metavar="M",
            default="25",
            show_default=True,
            callback=amount(),
            help="Metres from a site within which a point is taken for it.",
        ),
        time_limit_option("Seconds to look for how far from the best it is.  [default: 60]"),
        click.option("--no-bound", is_flag=True, help="Leave out how far from the best it is."),
        only_with(("--time-limit", "no --no-bound")),
    )
    return bundled("counted", Counted, options)


def _baseline_option() -> Decorator:
    """``--baseline OLD.geojson``."""
    return click.option(
        "--baseline",
        metavar="OLD.geojson",
        type=click.Path(),
        help="The agreed solution: say what moves against it, and what each change buys.",
    )


def agreed_options() -> Decorator:
    """Take as `agreed`: ``--baseline``, ``--max-changes``, ``--change-price``, locked posts."""
    options = stacked(
        _baseline_option(),
        click.option(
            "--max-changes",
            metavar="N",
            callback=count(),
            help="Open and close at most N posts against the baseline; a post moved is two.",
        ),
        click.option(
            "--change-price",
            metavar="P",
            default="0",
            callback=amount(),
            help="Take P off the objective for each such change.",
        ),
        click.option(
            "--lock",
            metavar="SITE/RESOURCE",
            multiple=True,
            shell_complete=suggest.posts,
            help="Open this post in this run, or all of a solution FILE.geojson. Repeatable.",
        ),
        click.option(
            "--forbid",
            metavar="SITE/RESOURCE",
            multiple=True,
            shell_complete=suggest.posts,
            help="Keep this post closed in this run. Repeatable.",
        ),
    )
    return bundled("agreed", Agreed, options)


def random_options(*, nights: int, least: str) -> Decorator:
    """``--nights N`` and ``--seed N``, of what is drawn by chance."""
    return stacked(
        click.option(
            "--nights",
            default=str(nights),
            callback=count(1),
            metavar="N",
            show_default=True,
            help=least,
        ),
        click.option(
            "--seed",
            default="1",
            callback=count(),
            metavar="N",
            show_default=True,
            help="Seed of the random numbers; the same seed gives the same bytes.",
        ),
    )


def unchecked_option() -> Decorator:
    """``--unchecked``, for commands that show a solution."""
    return click.option(
        "--unchecked",
        is_flag=True,
        help="Take a solution as it stands: no audit, which refuses what does not hold.",
    )


def json_option() -> Decorator:
    """``--json``."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Write one JSON object to standard output."
    )


def out_option(
    metavar: str,
    help_text: str,
    *,
    suffixes: tuple[str, ...] = (),
    folder: bool = False,
    required: bool = False,
) -> Decorator:
    """``-o`` and ``--out``: where to write, the same in every command that writes."""
    return click.option(
        "-o",
        "--out",
        metavar=metavar,
        required=required,
        type=click.Path(file_okay=not folder),  # a folder for a file is refused by its writer
        callback=ending(*suffixes) if suffixes else None,
        help=help_text,
    )


def beside_option(file: str, *suffixes: str) -> Decorator:
    """``--out FILE``: where to write what lies beside the solution unless told otherwise."""
    help_text = f"File to write.  [default: {file} beside the solution]"
    return out_option("FILE", help_text, suffixes=suffixes)
