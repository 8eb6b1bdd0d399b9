"""``place roster``: who stands at the posts of a solution, and rests, from when until when."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from placement.cli.options import (
    Decorator,
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
from placement.cli.values import count
from placement.counts import counted

if TYPE_CHECKING:
    from datetime import date

    from placement.cli.answers_on_studies import RosterAnswer
    from placement.studies.roster.rules import Rules
    from placement.studies.roster.study import Roster

_MOST_BASES = 12  # on the terminal, and spare teams; the file has all of them
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Whose posts are held, and from when until when."""

    resource: str | None
    begins: str | None
    ends: str | None
    days: int
    counted: str
    spare: int
    teams: int | None
    rest_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What a team may do, in minutes."""

    work: int
    rest: int
    handover: int
    cap: int
    pause: str | None
    daily_rest: int
    shift: int | None


def _whole(
    flag: str, metavar: str, default: int | None, help_text: str, *, least: int = 0
) -> Decorator:
    """Return an option that takes a whole number of at least `least`."""
    return click.option(
        flag,
        metavar=metavar,
        default=None if default is None else str(default),
        show_default=default is not None,
        callback=count(least),
        help=help_text,
    )


_HOURS = stacked(
    click.option("--resource", metavar="NAME", help="Whose posts.  [default: those of teams]"),
    click.option("--from", "begins", metavar="HH:MM", help="Start.  [default: that of its lanes]"),
    click.option("--to", "ends", metavar="HH:MM", help="End, up to 48:00 the day after."),
    _whole("--days", "N", 1, "Days in a row that have these hours.", least=1),
    click.option(
        "--count",
        "counted",
        type=click.Choice(["units", "cost"]),
        default="units",
        show_default=True,
        help="A team for each unit of a post, or one for each of what it costs (officers).",
    ),
    _whole("--spare", "N", 0, "Name so many teams more, without duties."),
    _whole(
        "--teams",
        "N",
        None,
        "There are N teams: hold the posts that leave the fewest people uncovered.",
    ),
    click.option(
        "--rest-at",
        metavar="FILE",
        type=click.Path(),
        help="Layer of points where teams rest; each post is served from the nearest.  "
        "[default: teams rest at their post]",
    ),
)
_WORKED = stacked(
    _whole("--work", "MIN", 30, "Longest time at a post in one go."),
    _whole("--rest", "MIN", 30, "Shortest rest between two duties; walks come on top."),
    _whole("--handover", "MIN", 0, "How long both teams are there when one relieves the other."),
    _whole("--cap", "MIN", 240, "Most time at posts in 24 hours; 0 for no cap."),
    click.option(
        "--break",
        "pause",
        metavar="MIN/MIN",
        help="A longer rest, no later than so long after the last one: 60/360.",
    ),
    _whole("--daily-rest", "MIN", 600, "Consecutive rest in any 24 hours."),
    _whole("--shift", "MIN", None, "Longest shift, from leaving first to being back last."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is written."""

    kinds: tuple[str, ...]
    date: str | None
    language: str
    out: str | None
    as_json: bool


_WANTED = stacked(
    click.option(
        "--with",
        "kinds",
        multiple=True,
        type=click.Choice(["xlsx", "calendars", "chart", "cards"]),
        help="Write besides: a workbook, a calendar a team (iCalendar), a chart (needs the extra "
        "`plots`), a card a team in A5 (needs `print`). Repeatable.",
    ),
    click.option("--date", metavar="YYYY-MM-DD", help="Date of the first day, for calendars."),
    only_with(("--date", "--with calendars")),
    language_option(),
    out_option("FOLDER", "Where to write.  [default: roster beside SOLUTION]", folder=True),
    json_option(),
)


@click.command("roster", short_help="Say who stands at which post, and rests, at every minute.")
@solution_argument()
@plan_argument()
@bundled("hours", Hours, _HOURS)
@bundled("worked", Worked, _WORKED)
@layer_option()
@closure_option()
@time_limit_option("Stop looking for fewer teams after so many seconds.  [default: 60]")
@bundled("wanted", Wanted, _WANTED)
@unchecked_option()
def command(
    *,
    solution: str,
    plan: str | None,
    hours: Hours,
    worked: Worked,
    layers: dict[str, str],
    closures: tuple[str, ...],
    time_limit: float | None,
    wanted: Wanted,
    unchecked: bool,
) -> None:
    """Roster teams by name, so that every post of SOLUTION is held in every slot of 5 minutes.

    Teams work, walk to their rest place, rest and come back; none works longer than it may. As few
    teams are named as are found, and no roster has fewer than the bound that is told with them.
    Writes roster.json and roster.csv, after an audit that shares no code with the search, and what
    `--with` asks for.

    PLAN is the plan file or its folder; without it the plan of the name that SOLUTION records, here
    or beside it.
    """
    import json

    from placement.auditing.roster import audit_roster
    from placement.cli.files import find_solution
    from placement.cli.revisit import demand_checked, revisit
    from placement.cli.roster_files import KINDS, NAMES, demand_parts, parts_of
    from placement.cli.talk import Talk, give_json, warn
    from placement.errors import AuditError
    from placement.outputs import check_output
    from placement.plan.rest_places import read_rest_places
    from placement.studies.roster.study import roster

    talk = Talk()
    rules, day = _rules(worked), _date(wanted.date)
    demand_parts(wanted.kinds, day)
    begins, ends = (
        _clock(name, text) for name, text in (("from", hours.begins), ("to", hours.ends))
    )
    source = find_solution(solution)
    with talk.step("Reading the plan"):
        asked, chosen = revisit(solution, plan, layers=layers, closures=closures)
        rest = None if hours.rest_at is None else read_rest_places(hours.rest_at, asked)
    for warning in asked.warnings:
        warn(warning)
    demand_checked(asked, chosen, talk, unchecked=unchecked)
    folder = Path(wanted.out) if wanted.out else source.parent / "roster"
    inputs = [*asked.inputs, source, *([] if rest is None else [rest.file])]
    names = ["roster.json", "roster.csv"]
    names += [name for kind in KINDS if kind in wanted.kinds for name in NAMES[kind]]
    targets = [folder / name for name in names]
    for target in targets:
        check_output(target, inputs=inputs)
    with talk.step("Looking for the fewest teams"):
        found = roster(
            asked,
            chosen,
            resource=hours.resource,
            begins=begins,
            ends=ends,
            days=hours.days,
            rules=rules,
            rest=rest,
            count=hours.counted,
            spare=hours.spare,
            teams=hours.teams,
            time_limit=60.0 if time_limit is None else time_limit,
        )
    answer = as_answer(found)
    with talk.step("Recomputing"):
        wrong = audit_roster(asked, chosen, answer, rest)
    if wrong:
        raise AuditError(wrong)
    told = json.dumps(answer, ensure_ascii=False, indent=2) + "\n"
    contents = {"roster.json": told.encode("utf-8", "replace")}
    with talk.step("Writing it down"):
        contents |= parts_of(found, asked, chosen, wanted.kinds, day=day, language=wanted.language)
    _write({folder / name: content for name, content in contents.items()}, folder, inputs)
    if wanted.as_json:
        give_json(answer)
    else:
        for line in _sentences(found):
            click.echo(line)
    for target in targets:
        talk.say(f"wrote {target}")


def _clock(flag: str, text: str | None) -> int | None:
    from placement.errors import UsageError
    from placement.plan.clock import minutes_of

    if text is None:
        return None
    found = minutes_of(text)
    if found is None:
        raise UsageError(f"--{flag} {text[:20]!r} is not a time up to 48:00; write it as 10:30.")
    return found


def _date(text: str | None) -> "date | None":
    from datetime import date

    from placement.errors import UsageError

    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date {text[:20]!r} is not a date; write it as 2024-07-26.") from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:  # calendars write four digits, and add days
        raise UsageError(f"--date {text} is not of the years {_FIRST_YEAR} to {_LAST_YEAR}.")
    return found


def _rules(worked: Worked) -> "Rules":
    from placement.errors import UsageError
    from placement.studies.roster.rules import Rules

    pause: list[int | None] = [None, None]
    if worked.pause is not None:
        parts = worked.pause.split("/")
        if len(parts) != 2 or not all(p.isascii() and p.isdigit() and len(p) < 6 for p in parts):
            raise UsageError(
                f"--break {worked.pause[:20]!r} is not MIN/MIN; write it as 60/360: an hour, six "
                "hours after the last one at the latest."
            )
        pause = [int(part) for part in parts]
    return Rules(
        work_min=worked.work,
        rest_min=worked.rest,
        handover_min=worked.handover,
        cap_min=worked.cap or None,
        break_min=pause[0],
        within_min=pause[1],
        daily_rest_min=worked.daily_rest,
        shift_min=worked.shift,
    )


def _write(contents: dict[Path, bytes], folder: Path, inputs: list[Path]) -> None:
    from placement.cli.files import make_folder
    from placement.outputs import replace_files

    make_folder(folder)
    replace_files(contents, inputs=inputs)


def _sentences(found: "Roster") -> list[str]:
    """Return what is said of a roster."""
    from placement.cli.tables import table_lines
    from placement.plan.clock import DAY_MIN, clock_of
    from placement.review.texts import shown

    known = "proven: no fewer do"
    if found.teams > found.bound:
        apart = (found.teams - found.bound) / found.teams
        known = f"no fewer than {found.bound:,} do, gap {apart:.1%}"
    span = f"{clock_of(found.begins)} to {clock_of(found.ends)}"
    who = f"{found.teams:,} {_who(found)} hold"
    if found.teams == 1:
        who = "1 team holds" if found.count == "units" else "1 person holds"
    what = counted(found.held, "position")
    head = f"{found.plan}: {who} {what} of {found.resource}"
    lines = [f"{head} from {span} ({known})"]
    if found.covered is not None:
        lines += _left_empty(found)
    worked = dict.fromkeys((team for base in found.bases for team in base.teams), 0)
    for one in found.duties:
        worked[one.team] = worked.get(one.team, 0) + one.off - one.on
    least, most = min(worked.values()), max(worked.values())
    works = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    daily = " a day" if found.ends - found.begins <= DAY_MIN else ""
    often = "in all" if found.days == 1 else "a day"
    duties = counted(len(found.duties), "duty")
    lines.append(f"Each works {works} minutes{daily}, {duties} {often}.")
    if len(found.spare) > _MOST_BASES:  # they are named one after the other
        lines.append(f"Spare: {found.spare[0]} to {found.spare[-1]} ({len(found.spare):,}).")
    elif found.spare:
        lines.append(f"Spare: {', '.join(found.spare)}.")
    if found.rest is None:
        lines.append("They rest at their post: no layer of rest places was given.")
    else:
        rows = [("rest place", "posts", _who(found), "at least", "longest walk")]
        rows += [
            (
                base.name,
                f"{len(base.out_s):,}",
                f"{len(base.teams):,}",
                f"{base.bound:,}",
                f"{max(*base.out_s.values(), *base.back_s.values()) / 60:.1f} min",
            )
            for base in found.bases
        ]
        lines += table_lines(rows[: _MOST_BASES + 1], width=1000)
        if len(rows) > _MOST_BASES + 1:
            more = len(rows) - _MOST_BASES - 1
            told = counted(more, "more rest place is", "more rest places are")
            lines.append(f"{told} in roster.json.")
    return [shown(line) for line in lines]


def _left_empty(found: "Roster") -> list[str]:
    """Say which posts are empty, and whom that leaves uncovered."""
    import math

    covered = found.covered
    assert covered is not None  # noqa: S101 - told by the caller
    known = "proven: no other choice of posts leaves fewer"
    if not covered.proven and math.isfinite(covered.bound):
        known = f"at least {covered.promised - covered.bound:,.10g} in any choice of posts"
    elif not covered.proven:
        known = "how few could be left is not known"
    left = f"{covered.promised - covered.people:,.10g} of {counted(covered.promised, 'person')}"
    return [
        f"Too few for all posts: {left} are left uncovered ({known}).",
        f"Empty: {', '.join(found.empty)}.",
    ]


def _who(found: "Roster") -> str:
    return "teams" if found.count == "units" else "people"


def as_answer(found: "Roster") -> "RosterAnswer":
    """Return what ``--json`` and the file say."""
    from placement.studies.roster import files

    return cast("RosterAnswer", files.as_answer(found))
