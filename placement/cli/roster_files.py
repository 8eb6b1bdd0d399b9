"""What `place roster` writes beside roster.json: tables, calendars, a chart, cards."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from placement.plan.problem import Plan
    from placement.solution import Solution
    from placement.studies.roster.study import Duty, Roster

KINDS = ("xlsx", "calendars", "chart", "cards")
"""What is written only when it is asked for, by ``--with``."""
NAMES: Mapping[str, tuple[str, ...]] = {
    "xlsx": ("roster.xlsx",),
    "calendars": ("calendars.zip",),
    "chart": ("roster.svg", "roster.png"),
    "cards": ("cards.pdf",),
}


_SPARE = {
    "en": ("Spare", "Stand by at the rest place"),
    "fr": ("Réserve", "En attente au lieu de repos"),
}


def demand_parts(kinds: tuple[str, ...], day: "date | None") -> None:
    """Make sure that all that is asked for can be made, before any work is done for it.

    Raises
    ------
    UsageError
        If calendars are wanted and no date is given, or an extra is missing.
    """
    from placement.errors import UsageError

    if "calendars" in kinds and day is None:
        raise UsageError("calendars want the date of the first day: --date 2024-07-26.")
    if "chart" in kinds:
        from placement.studies.figures import demand_plots

        demand_plots()
    if "cards" in kinds:
        from placement.maps.paper import demand_press

        demand_press()


def parts_of(
    found: "Roster",
    plan: "Plan",
    solution: "Solution",
    kinds: tuple[str, ...],
    *,
    day: "date | None",
    language: str,
) -> dict[str, bytes]:
    """Return the files by their names."""
    from placement.exports.sheets import csv_text, xlsx
    from placement.exports.tables import Table
    from placement.studies.roster.files import duty_rows, team_rows

    duties = Table(name="duties", columns=duty_rows(found))
    made = {"roster.csv": csv_text(duties, language=language)}
    names = {post.id: post.name for post in solution.posts_list}
    if "xlsx" in kinds:
        teams = Table(name="teams", columns=team_rows(found))
        made["roster.xlsx"] = xlsx([duties, teams], language=language)
    if "calendars" in kinds and day is not None:
        made["calendars.zip"] = _calendars(found, solution, names, day, language)
    if "chart" in kinds:
        from placement.studies.roster.chart import chart

        drawn = chart(found, language=language)
        made |= {f"roster.{kind}": content for kind, content in drawn.items()}
    if "cards" in kinds:
        made["cards.pdf"] = _cards(found, plan, names, language)
    return made


def _lines(found: "Roster") -> dict[str, list["Duty"]]:
    """Return the duties of each team, spare ones last."""
    lines: dict[str, list[Duty]] = {team: [] for base in found.bases for team in base.teams}
    lines |= {team: [] for team in found.spare}
    for one in found.duties:
        lines[one.team].append(one)
    return lines


def _calendars(
    found: "Roster",
    solution: "Solution",
    names: Mapping[str, str],
    day: "date",
    language: str,
) -> bytes:
    """Return a calendar for each team, in one archive."""
    from datetime import datetime, time, timedelta

    from placement.exports.calendars import Event, archive, calendar
    from placement.plan.clock import DAY_MIN, clock_of

    midnight = datetime.combine(day, time())
    where = {post.id: (post.lon, post.lat) for post in solution.posts_list}
    note = {"en": "At the post {on} to {off}", "fr": "Au poste de {on} à {off}"}[language]
    files = {}
    for team, line in _lines(found).items():
        events = [
            Event(
                begins=midnight + timedelta(minutes=one.leaves),
                ends=midnight + timedelta(minutes=one.back),
                days=found.days,
                summary=names[one.post],
                place=names[one.post],
                note=note.format(on=clock_of(one.on % DAY_MIN), off=clock_of(one.off % DAY_MIN)),
                lon=where[one.post][0],
                lat=where[one.post][1],
            )
            for one in line
        ]
        if not events:
            hours = [midnight + timedelta(minutes=one) for one in (found.begins, found.ends)]
            spare, stands_by = _SPARE[language]
            events = [
                Event(
                    begins=hours[0],
                    ends=hours[1],
                    days=found.days,
                    summary=spare,
                    place="",
                    note=stands_by,
                )
            ]
        of = f"{found.plan} {found.resource} {team}"
        files[f"{team}.ics"] = calendar(f"{found.title[language]} · {team}", events, of=of)
    return archive(files)


def _cards(found: "Roster", plan: "Plan", names: Mapping[str, str], language: str) -> bytes:
    from placement.maps.paper.cards import Card, cards_pdf
    from placement.plan.clock import DAY_MIN, clock_of
    from placement.plan.problem import Walkers

    def clock(minutes: int) -> str:
        return clock_of(minutes % DAY_MIN)  # as on the watch of who holds the card

    rest = {team: base.name for base in found.bases for team in base.teams}
    anywhere = {"en": "any rest place", "fr": "un lieu de repos"}[language]
    cards = []
    for team, line in _lines(found).items():
        until = [clock(one.leaves) for one in line[1:]] + [""]
        rows = [
            (
                clock(one.leaves),
                clock(one.on),
                names[one.post],
                clock(one.off),
                clock(one.back),
                then,
            )
            for one, then in zip(line, until, strict=False)
        ]
        cards.append(Card(team=team, rest=rest.get(team, anywhere), rows=rows))
    kind = plan.problem.resources[plan.problem.resource_index(found.resource)]
    return cards_pdf(
        cards,
        title=found.title[language],
        footer=found.plan,
        hours=(found.days, clock(found.begins), clock(found.ends)),
        dogs=kind.walkers is Walkers.TEAM,
        language=language,
    )
