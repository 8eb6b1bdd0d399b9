"""``place replay``: the gates of a solution on many nights."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from placement.cli.options import (
    Decorator,
    Workers,
    closure_option,
    json_option,
    layer_option,
    only_with,
    out_option,
    plan_argument,
    random_options,
    solution_argument,
    unchecked_option,
    workers_options,
)
from placement.cli.values import count
from placement.counts import counted

if TYPE_CHECKING:
    from pathlib import Path

    from placement.cli.answers_on_studies import ReplayAnswer
    from placement.studies.replay import Measure, Replay, Scenario, Share

_FILE = "replay.json"
_SHOWN = 12  # gates in the table at the terminal


def scenario_options() -> Decorator:
    """Take what the nights are like, as ``given``: only what was said, by its key."""
    options = [
        click.option(
            "--scenario",
            type=click.Path(),
            metavar="FILE",
            help="TOML file that sets what the options below set; they count more.",
        ),
        click.option(
            "--people",
            type=click.Choice(["counted", "poisson"]),
            help="As many people as the solution sends, or a Poisson number.  [default: counted]",
        ),
        click.option(
            "--profile-at",
            type=click.Choice(["gate", "origin"]),
            help="Where the arrival profile holds: at the gate, or where people set out to walk.  "
            "[default: gate]",
        ),
        click.option(
            "--show-rate",
            metavar="SHARE",
            help="Share of the people who come at all: 0.8 or 80%.  [default: 1]",
        ),
        click.option(
            "--shift",
            "shift_min",
            metavar="MINUTES",
            help="People come so much later; negative: earlier.",
        ),
        click.option(
            "--bunch",
            "bunch_s",
            metavar="SECONDS",
            help="People come by trains, so many seconds apart.",
        ),
        click.option(
            "--service",
            type=click.Choice(["gamma", "lognormal"]),
            help="Distribution of the time in a lane.  [default: gamma]",
        ),
        click.option(
            "--service-cv",
            metavar="CV",
            help="Standard deviation of that time over its mean.  [default: 0.5]",
        ),
        click.option("--slower", metavar="SHARE", help="Lanes admit so much less: 0.1 or 10%."),
        click.option(
            "--lane-failure",
            metavar="RATE/DURATION",
            help="Failures of a lane an hour and how long each lasts: 0.1/15min.",
        ),
        click.option(
            "--close",
            multiple=True,
            metavar="GATE@HH:MM+20min",
            help="A gate that shuts for a time; its people walk to the next. Repeatable.",
        ),
    ]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command("replay", short_help="Play the gates of a solution on many nights: does it hold?")
@solution_argument()
@plan_argument()
@layer_option(workers=False)
@closure_option()
@random_options(nights=1000, least="How many nights.")
@click.option(
    "--tolerated",
    default="50",
    callback=count(),
    metavar="PEOPLE",
    show_default=True,
    help="People left outside a gate that still count as a night on which it held.",
)
@scenario_options()
@click.option(
    "--ground",
    type=click.Path(),
    metavar="FILE",
    help="Polygons drawn for queues, with the column 'site'.",
)
@click.option(
    "--pictures",
    type=click.Path(),
    metavar="DIR",
    help="Folder for the queues over time as SVG and PNG, in English and French.",
)
@click.option(
    "--gate",
    "shown",
    multiple=True,
    metavar="GATE",
    help="Draw this gate only. Repeatable.  [default: all]",
)
@only_with(("--gate", "--pictures"))
@workers_options()
@out_option("FILE", f"File to write.  [default: {_FILE} beside SOLUTION]", suffixes=(".json",))
@json_option()
@unchecked_option()
def command(  # noqa: PLR0913 - an option each
    *,
    solution: str,
    plan: str | None,
    layers: dict[str, str],
    closures: tuple[str, ...],
    nights: int,
    seed: int,
    tolerated: int,
    scenario: str | None,
    ground: str | None,
    pictures: str | None,
    shown: tuple[str, ...],
    workers: Workers,
    out: str | None,
    as_json: bool,
    unchecked: bool,
    **given: Any,  # noqa: ANN401 - the keys of a scenario
) -> None:
    """Play every gate of SOLUTION on random nights, and say where queues do not hold.

    People come by the plan's profile, queue and pass lanes that take a random time for each. The
    fluid queue of the solution stands beside what half of the nights, 95% of them and the worst
    show: longest wait, longest queue and its ground (0.6 m² a person), and people who are still
    outside when lanes close.

    PLAN is the plan file or its folder; without it the plan of the name that SOLUTION records, here
    or beside it.
    """
    from pathlib import Path

    from placement.cli.files import find_solution
    from placement.cli.revisit import demand_checked, revisit
    from placement.cli.talk import Talk, give_json, warn
    from placement.cli.written import check_beside
    from placement.outputs import replace_files
    from placement.studies.replay import replay
    from placement.studies.replay.course import gates_of, position_of
    from placement.studies.replay.ground import read_ground
    from placement.studies.replay.report import replay_text

    talk = Talk()
    if pictures is not None:
        from placement.studies.figures import demand_plots

        demand_plots()
    nights_are = scenario_from(scenario, given)
    source = find_solution(solution)
    target = Path(out) if out else source.with_name(_FILE)
    with talk.step("Reading the plan"):
        asked, chosen = revisit(solution, plan, layers=layers, closures=closures)
    for warning in asked.warnings:
        warn(warning)
    read = [Path(name) for name in (scenario, ground) if name is not None]
    check_beside(target, asked, inputs=[source, *read])
    drawn, wanted = {}, []
    if ground is not None or shown:  # else the plan is looked at whole before its gates are
        gates = gates_of(asked, chosen)
        wanted = [gates.posts[position_of(name, gates.posts)].id for name in shown]
        drawn = {} if ground is None else read_ground(Path(ground), asked, gates)
    demand_checked(asked, chosen, talk, unchecked=unchecked)
    with workers.executor() as executor, talk.step(f"Playing {counted(nights, 'night')}"):
        found = replay(
            asked,
            chosen,
            nights_are,
            nights=nights,
            seed=seed,
            tolerated=tolerated,
            drawn_m2=drawn,
            executor=executor,
        )
    contents = {target: replay_text(found).encode()}
    if pictures is not None:
        with talk.step("Drawing"):
            contents |= _pictures(found, Path(pictures), wanted)
    replace_files(contents, inputs=[*asked.inputs, source, *read])
    talk.say(headline(found), style="bold")
    talk.table(rows_of(found))
    for sentence in remarks(found):
        talk.say(sentence)
    for path in contents:
        talk.say(f"wrote {path}")
    if as_json:
        answer: ReplayAnswer = {"file": str(target), "replay": found}
        give_json({**answer, "replay": asdict(found)})


def _pictures(found: "Replay", folder: "Path", posts: list[str]) -> "dict[Path, bytes]":
    """Return the pictures of some gates, or of all, by their files; make their folder."""
    from placement.cli.files import make_folder
    from placement.studies.replay.figures import pictures

    gates = {gate.post: gate for gate in found.gates}
    shown = [gates[post] for post in posts] or None
    make_folder(folder, "--pictures")
    return {folder / name: content for name, content in pictures(found, shown).items()}


def scenario_from(file: str | None, given: dict[str, Any]) -> "Scenario":
    """Return the scenario of a file, with what options say in place of its own.

    Raises
    ------
    InputError, UsageError
        If a key or a value cannot be.
    """
    from pathlib import Path

    from placement.errors import UsageError
    from placement.reading.numerals import decimal, fraction
    from placement.studies.replay.scenario import failure_of, read_scenario, scenario_of

    content = {} if file is None else read_scenario(Path(file))
    for name, value in given.items():
        if value is None or value == ():
            continue
        if name in {"people", "profile_at", "service"}:
            content[name] = value
        elif name == "close":
            content[name] = list(value)
        elif name == "lane_failure":
            content[name] = failure_of(value).model_dump()
        else:
            try:
                sign = -1.0 if name == "shift_min" and value.startswith("-") else 1.0
                read = fraction if name in {"show_rate", "slower"} else decimal
                content[name] = sign * read(value.removeprefix("-") if sign < 0 else value)
            except ValueError:
                option = {"shift_min": "shift", "bunch_s": "bunch"}.get(name, name)
                raise UsageError(
                    f"--{option.replace('_', '-')} {value[:40]!r} is not a number."
                ) from None
    return scenario_of(content)


def headline(found: "Replay") -> str:
    """Say in one line whether the gates hold."""
    strained = sum(gate.strained.value > 0.05 for gate in found.gates)
    many = len(found.gates)
    return (
        f"{found.plan}: {counted(found.nights, 'night')} at {counted(many, 'gate')}; "
        f"{strained} of them leave more than {counted(found.tolerated, 'person')} outside on "
        "more than 5% of "
        "the nights"
    )


def rows_of(found: "Replay") -> list[list[str]]:
    """Return the table for the terminal: all gates, then those that strain most."""
    head = [
        "gate",
        "lanes",
        "sent",
        f"nights > {found.tolerated} outside",
        "outside: fluid, p50, p95, worst",
        "longest wait, min",
        "longest queue",
        "ground, m²",
    ]
    whole = found.all_gates
    rows = [head]
    rows.append(
        ["all gates", str(sum(gate.lanes for gate in found.gates)), f"{whole.sent:,.0f}",
         _share(whole.strained), _figures(whole.outside), _figures(whole.wait_min),
         _figures(whole.queue), ""]
    )  # fmt: skip
    worst = sorted(
        found.gates, key=lambda gate: (-gate.strained.value, -gate.outside.p95.value, gate.post)
    )
    for gate in worst[:_SHOWN]:
        ground = gate.ground
        room = "" if ground.drawn_m2 is None else f" of {ground.drawn_m2:,.0f}"
        room += " (does not fit)" if ground.fits is False else ""
        rows.append(
            [gate.post, str(gate.lanes), f"{gate.sent:,.0f}", _share(gate.strained),
             _figures(gate.outside), _figures(gate.wait_min), _figures(gate.queue),
             f"{ground.needed_m2:,.0f}{room}"]
        )  # fmt: skip
    return rows


def remarks(found: "Replay") -> list[str]:
    """Return sentences on what the table does not show."""
    said = []
    if len(found.gates) > _SHOWN:
        said.append(
            f"{counted(len(found.gates) - _SHOWN, 'more gate is', 'more gates are')} in the file."
        )
    said += [
        f"{gate.post} shuts: {counted(round(gate.sent_on), 'person walks', 'people walk')} to "
        f"{gate.next_gate} on average."
        for gate in found.gates
        if gate.next_gate is not None
    ]
    roads = [gate for gate in found.gates if gate.ground.street_class is not None]
    if roads:
        said.append(
            f"{counted(len(roads), 'gate stands', 'gates stand')} on streets with traffic by "
            "the plan's "
            "streets: close them to vehicles where people queue."
        )
    return said


def _share(share: "Share") -> str:
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%})"


def _figures(measure: "Measure") -> str:
    low, high = measure.p95.low, measure.p95.high
    known = low is not None and high is not None
    interval = f" ({low:,.10g} to {high:,.10g})" if known else ""
    return (
        f"{measure.fluid:,.10g}, {measure.p50.value:,.10g}, "
        f"{measure.p95.value:,.10g}{interval}, {measure.worst:,.10g}"
    )
