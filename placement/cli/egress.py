"""``place egress``: how people leave by the gates of a solution, and when the last one is out."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from placement.cli.options import (
    bundled,
    closure_option,
    json_option,
    layer_option,
    only_with,
    out_option,
    plan_argument,
    solution_argument,
    stacked,
    time_limit_option,
    unchecked_option,
)
from placement.cli.sheets import language_option
from placement.cli.values import amount, count
from placement.counts import counted

if TYPE_CHECKING:
    from placement.cli.answers_on_egress import EgressAnswer
    from placement.plan.outlets import Outlets
    from placement.plan.problem import Plan
    from placement.studies.egress import Egress
    from placement.studies.egress.guiding import Soonest
    from placement.studies.egress.in_series import Onward

_SHOWN = 12  # exits on the terminal; the file has all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How people leave."""

    exits: str | None
    stations: str | None
    at: str | None
    period: str | None
    ring: str | None
    then: str | None
    leave_min: int
    flow: float
    lane_m: float
    max_wait: float
    soonest: str


_ASKED = stacked(
    click.option(
        "--exits",
        metavar="FILE",
        type=click.Path(),
        help="Layer of points with 'width_m': exits that are open only now, beside the gates.",
    ),
    click.option(
        "--stations",
        metavar="FILE",
        type=click.Path(),
        help="Layer of points with 'people_per_min': where people go from the exits.",
    ),
    click.option(
        "--at",
        metavar="HH:MM",
        help="Time of day: closures with hours hold or not.  [default: that of the solution]",
    ),
    click.option(
        "--period",
        metavar="NAME",
        help="Which of the plan's periods; where it has people of its own to whom others walk out, "
        "those of the period before leave.  [default: the only one in which people walk out]",
    ),
    click.option(
        "--ring",
        metavar="NAME",
        help="Which of the plan's rings is left by its gates, by all who are inside it; the others "
        "stand open.  [default: the only one that screens people]",
    ),
    click.option(
        "--then",
        metavar="NAME",
        help="With --ring: a ring outside it, by whose gates the same people leave next, and with "
        "them those who are between the two.",
    ),
    click.option(
        "--leave",
        "leave_min",
        metavar="MIN",
        default="0",
        show_default=True,
        callback=count(),
        help="Minutes over which people set out, evenly; 0 for all at once.",
    ),
    click.option(
        "--flow",
        metavar="P",
        default="1.22",
        show_default=True,
        callback=amount(above_zero=True),
        help="Most persons who pass a metre of width in a second.",
    ),
    click.option(
        "--lane-width",
        "lane_m",
        metavar="M",
        default="1",
        show_default=True,
        callback=amount(above_zero=True),
        help="Width of a lane of a gate whose site has no 'width_m'.",
    ),
    click.option(
        "--max-wait",
        metavar="MIN",
        default="8",
        show_default=True,
        callback=amount(above_zero=True),
        help="An exit where people wait longer is said to clog.",
    ),
    click.option(
        "--soonest",
        type=click.Choice(["out", "served"]),
        default="out",
        show_default=True,
        help="How people are guided: so that the last one is out soonest, and of these ways past a "
        "station soonest; or past a station soonest, however late people come out.",
    ),
    only_with(("--then", "--ring")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is written."""

    kinds: tuple[str, ...]
    language: str
    out: str | None
    as_json: bool


_WANTED = stacked(
    click.option(
        "--with",
        "kinds",
        multiple=True,
        type=click.Choice(["chart", "map"]),
        help="Write besides: a chart of who is inside and who waits over time, as SVG and PNG "
        "(needs the extra `plots`); an offline map with a slider over the minutes. Repeatable.",
    ),
    language_option(),
    out_option("FOLDER", "Where to write.  [default: egress beside SOLUTION]", folder=True),
    json_option(),
)


@click.command("egress", short_help="Say how people leave by the gates, and when all are out.")
@solution_argument()
@plan_argument()
@bundled("leaving", Asked, _ASKED)
@layer_option()
@closure_option()
@time_limit_option("Stop looking for a better way after so many seconds.  [default: 120]")
@bundled("wanted", Wanted, _WANTED)
@unchecked_option()
def command(
    *,
    solution: str,
    plan: str | None,
    leaving: Asked,
    layers: dict[str, str],
    closures: tuple[str, ...],
    time_limit: float | None,
    wanted: Wanted,
    unchecked: bool,
) -> None:
    """Empty the ground: people of every area walk to a gate of SOLUTION, out, and to a station.

    Twice: everybody by the next exit, and guided so that the last one is out soonest; with
    stations, of these ways so that the last one has passed one soonest, over exits and stations at
    once. Bounds say how much sooner any way could be. For each exit and station: people, longest
    queue and its ground, longest wait, and when the last one has passed. Writes egress.json and
    egress.csv, after an audit that shares no code with the study.

    PLAN is the plan file or its folder; without it the plan of the name that SOLUTION records, here
    or beside it.
    """
    from dataclasses import replace

    from placement.auditing.egress import audit_egress
    from placement.cli.files import find_solution, make_folder
    from placement.cli.revisit import demand_checked, revisit
    from placement.cli.talk import Talk, give_json, warn
    from placement.errors import AuditError
    from placement.outputs import check_output, replace_files
    from placement.plan.ground import at_of
    from placement.studies.egress import egress
    from placement.studies.egress.periods import emptied
    from placement.studies.egress.report import rows_of
    from placement.studies.figures import demand_plots

    talk = Talk()
    if "chart" in wanted.kinds:
        demand_plots()
    source = find_solution(solution)
    with talk.step("Reading the plan"):
        asked, chosen = revisit(solution, plan, layers=layers, closures=closures)
    for warning in asked.warnings:
        warn(warning)
    demand_checked(asked, chosen, talk, unchecked=unchecked)
    emptied(asked, leaving.period, leaving.ring)  # told before files are read
    if leaving.at is not None:
        asked = replace(asked, at=at_of(asked.settings, leaving.at))
    exits, stations = _outlets(leaving, asked)
    folder = Path(wanted.out) if wanted.out else source.parent / "egress"
    inputs = [*asked.inputs, source, *(one.file for one in (exits, stations) if one is not None)]
    targets = [folder / name for name in _names(wanted.kinds)]
    for target in targets:
        check_output(target, inputs=inputs)
    with talk.step("Emptying the ground"):
        found = egress(
            asked,
            chosen,
            exits=exits,
            stations=stations,
            period=leaving.period,
            ring=_rings(leaving),
            flow_per_m_s=leaving.flow,
            lane_m=leaving.lane_m,
            leave_min=leaving.leave_min,
            max_wait_min=leaving.max_wait,
            soonest=cast("Soonest", leaving.soonest),
            time_limit=120.0 if time_limit is None else time_limit,
        )
    answer, rows = as_answer(found), rows_of(found)
    with talk.step("Recomputing"):
        wrong = audit_egress(asked, chosen, answer, rows, exits=exits, stations=stations)
    if wrong:
        raise AuditError(wrong)
    with talk.step("Writing it down"):
        contents = _made(found, answer, rows, asked, wanted)
    make_folder(folder)
    replace_files({folder / name: made for name, made in contents.items()}, inputs=inputs)
    if wanted.as_json:
        give_json(answer)
    else:
        for line in sentences(found):
            click.echo(line)
    for target in targets:
        talk.say(f"wrote {target}")


def _rings(leaving: Asked) -> str | tuple[str, str] | None:
    """Return the ring that is left, or two that are left one after the other."""
    if leaving.ring is None or leaving.then is None:
        return leaving.ring
    return leaving.ring, leaving.then


def _names(kinds: tuple[str, ...]) -> list[str]:
    """Return what is written, by name."""
    drawn = ["egress.svg", "egress.png"] if "chart" in kinds else []
    drawn += ["egress.html"] if "map" in kinds else []
    return ["egress.json", "egress.csv", *drawn]


def _outlets(leaving: Asked, asked: "Plan") -> "tuple[Outlets | None, Outlets | None]":
    """Read the layers of exits and stations."""
    from placement.plan.outlets import EXIT_WIDTH, STATION_RATE, read_outlets

    def read(file: str | None, layer: str, column: str) -> "Outlets | None":
        return None if file is None else read_outlets(file, asked, layer=layer, column=column)

    return (
        read(leaving.exits, "exits", EXIT_WIDTH),
        read(leaving.stations, "stations", STATION_RATE),
    )


def _made(
    found: "Egress",
    answer: "EgressAnswer",
    rows: dict[str, list[Any]],
    asked: "Plan",
    wanted: Wanted,
) -> dict[str, bytes]:
    """Return the files by their names."""
    import json

    from placement.exports.sheets import csv_text
    from placement.exports.tables import Table
    from placement.studies.egress.chart import chart

    told = json.dumps(answer, ensure_ascii=False, indent=2) + "\n"
    contents = {
        "egress.json": told.encode("utf-8", "replace"),
        "egress.csv": csv_text(Table(name="egress", columns=rows), language=wanted.language),
    }
    if "chart" in wanted.kinds:
        drawn = chart(found, language=wanted.language)
        contents |= {f"egress.{kind}": content for kind, content in drawn.items()}
    if "map" in wanted.kinds:
        from placement.maps.egress import egress_page

        contents["egress.html"] = egress_page(asked, found).encode()
    return contents


def as_answer(found: "Egress") -> "EgressAnswer":
    """Return what ``--json`` and the file say."""
    from placement.studies.egress import report

    return cast("EgressAnswer", report.as_answer(found))


def sentences(found: "Egress") -> list[str]:
    """Return what is said of an egress."""
    from placement.cli.tables import table_lines
    from placement.review.texts import shown
    from placement.solution import Status

    known = "proven: no sooner"
    if found.status is not Status.OPTIMAL:
        known = f"not before {found.bound_min:.1f}"
    exits = len(found.exits.id)
    left = "" if found.ring is None else f"ring {found.ring.name} "
    head = f"{found.plan}{_when(found)} leave {left}by {counted(exits, 'exit')}"
    head += f"; the last one is out after {found.chosen.clear_min:.1f} min as they choose"
    lines = [f"{head}, {found.guided.clear_min:.1f} min as guided ({known})"]
    served = found.chosen.served_min, found.guided.served_min
    if served[0] is not None and served[1] is not None:
        lines.append(
            f"The last one has passed a station after {served[0]:.1f} min as they choose, "
            f"{served[1]:.1f} min as guided{_known_of_stations(found)}"
        )
    lines += _remarks(found)
    lines += table_lines(_rows(found), width=1000)
    if exits > _SHOWN:
        more = counted(exits - _SHOWN, "more exit")
        lines.append(f"{more} {'is' if exits == _SHOWN + 1 else 'are'} in the file.")
    return [shown(line) for line in lines]


def _known_of_stations(found: "Egress") -> str:
    """Return what is proven of the time until all are served."""
    if found.served_known is None:
        return ""
    in_any_way = f"not before {found.joint_bound_min:.1f}"
    if_out = f"if all are out so soon; else {in_any_way}"
    return {
        "proven": " (proven: no sooner)",
        "bound": f" ({in_any_way})",
        "proven_if_out": f" (proven: no sooner {if_out})",
        "bound_if_out": f" (not before {found.served_bound_min:.1f} {if_out})",
    }[found.served_known]


def _when(found: "Egress") -> str:
    """Return the period that is emptied, and how many people of which."""
    from placement.plan.clock import clock_of

    people = counted(round(found.leaving), "person")
    if found.period is None or found.people_of is None:
        return f": {people}"
    hours = f"{clock_of(found.period.begins)} to {clock_of(found.period.ends)}"
    if found.people_of.name != found.period.name:
        people += f" of {found.people_of.label['en']}"
    return f", {found.period.label['en']}, {hours}: {people}"


def _remarks(found: "Egress") -> list[str]:

    by_lanes = sum(source == "lanes" for source in found.exits.width_from)
    said = []
    if by_lanes:
        lane = f"a lane counts as {found.lane_m:g} m, an assumption"
        exits = counted(len(found.exits.id), "exit")
        has = "has" if by_lanes == 1 else "have"
        said.append(f"{by_lanes} of {exits} {has} no width_m: {lane}.")
    others = () if found.ring is None else found.ring.others
    if found.then is not None:
        others = tuple(one for one in others if one != found.then.ring.name)
        said.append(_onward(found.then))
    if others:
        one = len(others) == 1
        rings = f"Ring {others[0]}" if one else f"Rings {', '.join(others)}"
        said.append(f"{rings} {'stands' if one else 'stand'} open, an assumption.")
    if found.stranded > 0:
        said.append(
            f"{counted(round(found.stranded), 'person')} can walk to no exit within two hours."
        )
    if found.stations is not None:
        on = found.walks.on
        lost = sum(
            one.queue.people
            for at, one in enumerate(found.guided.exits)
            if not (on[:, at] < float("inf")).any()
        )
        if lost:
            said.append(
                f"{counted(round(lost), 'person comes', 'people come')} out where no station "
                "can be walked to."
            )
    if found.at_once is False and found.joint is not None:
        said.append(
            "Exits come first and stations after them: for both at once the program is too large, "
            "or the time too short."
        )
    waits = [
        f"{max(one.wait_min for one in course.exits):.1f} min {how}, above {found.max_wait_min:g} "
        f"at {counted(len(found.clogged(course)), 'exit')}"
        for how, course in (("as people choose", found.chosen), ("as guided", found.guided))
    ]
    said.append(f"Longest wait: {'; '.join(waits)}.")
    said += [f"A metre more at {one.exit} saves {one.saves_min:.1f} min." for one in found.wider]
    return said


def _onward(then: "Onward") -> str:
    """Return how the ring outside is left."""
    from placement.solution import Status

    known = "proven: no sooner"
    if then.status is not Status.OPTIMAL:
        known = f"not before {then.bound_min:.1f}"
    late = max(then.guided.gates, key=lambda one: (one.wait_min, one.id))
    people = counted(round(then.people.sum()), "person")
    chosen, guided = then.chosen.clear_min, then.guided.clear_min
    said = (
        f"Then they leave ring {then.ring.name} by {counted(len(then.exits.id), 'gate')}, and "
        f"with them {people} from between: the last one is out after {chosen:.1f} min as they "
        f"choose, {guided:.1f} min as guided ({known}). Longest wait as guided: "
        f"{late.wait_min:.1f} min at {late.id}."
    )
    if then.stranded > 0:
        lost = counted(round(then.stranded), "person")
        said += f" Between the rings {lost} can walk to no gate within two hours."
    return said


def _rows(found: "Egress") -> list[list[str]]:
    """Return the exits that clear last as people choose, with what they are guided."""
    head = [
        "exit", "width, m", "people: chosen, guided", "longest queue", "longest wait, min",
        "last out, min",
    ]  # fmt: skip
    both = list(zip(found.chosen.exits, found.guided.exits, found.exits.width_m, strict=True))
    both.sort(key=lambda one: (-one[0].last_min, one[0].id))
    rows = [head]
    for one, other, width in both[:_SHOWN]:
        rows.append(
            [
                one.id,
                f"{width:.1f}",
                f"{one.queue.people:,.0f}, {other.queue.people:,.0f}",
                f"{one.queue.longest:,.0f}, {other.queue.longest:,.0f}",
                f"{one.wait_min:.1f}, {other.wait_min:.1f}",
                f"{one.last_min:.1f}, {other.last_min:.1f}",
            ]
        )
    return rows
