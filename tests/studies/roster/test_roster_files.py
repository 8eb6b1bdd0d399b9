"""What a roster is written as: calendars, a workbook, a chart and cards, in both languages."""

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pypdf
import pytest

from placement.exports.calendars import Event, calendar
from tests.builders import write_plan
from tests.cli.running import run

WORDS = ("roster", "done", "town", "--from", "10:00", "--to", "12:00", "-o", "w")


@pytest.fixture
def solved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path / "town")
    assert run("optimise", "town", "--no-map", "-o", "done").exit_code == 0
    return tmp_path / "w"


def unfolded(content: bytes) -> list[str]:
    """Read an iCalendar file as RFC 5545 has it."""
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    return content.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def event(**changes: str | int) -> Event:
    usual = {"summary": "Gate", "place": "", "note": "", "days": 1, "lon": 2.35, "lat": 48.85}
    return Event(
        begins=datetime(2024, 7, 26, 22, 30),  # noqa: DTZ001 - local times
        ends=datetime(2024, 7, 27, 0, 5),  # noqa: DTZ001
        **(usual | changes),  # type: ignore[arg-type]
    )


def test_long_and_strange_names_survive_a_calendar() -> None:
    name = "Pont d’Iéna; rive droite, " * 6 + "\\ 🐕" * 20 + "\nnext\x00"
    lines = unfolded(calendar("plan", [event(summary=name)]))
    told = next(line for line in lines if line.startswith("SUMMARY:"))
    plain = told.removeprefix("SUMMARY:").replace("\\\\", "\0").replace("\\n", "\n")
    plain = plain.replace("\\;", ";").replace("\\,", ",").replace("\0", "\\")
    assert plain == name.removesuffix("\x00")


def test_an_event_past_midnight_ends_the_day_after_and_comes_again_each_day() -> None:
    lines = unfolded(calendar("plan", [event(days=3)]))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert "DTSTART:20240726T223000" in lines
    assert "DTEND:20240727T000500" in lines
    assert "RRULE:FREQ=DAILY;COUNT=3" in lines
    assert not any(line.startswith("RRULE") for line in unfolded(calendar("plan", [event()])))
    assert len({line for line in lines if line.startswith("UID:")}) == 1


def test_each_team_has_a_calendar_with_its_duties(solved: Path) -> None:
    words = ("--with", "calendars", "--date", "2024-07-26", "--lang", "fr", "--spare", "1")
    ended = run(*WORDS, *words)
    assert ended.exit_code == 0, ended.stderr
    told = json.loads((solved / "roster.json").read_text(encoding="utf-8"))
    with zipfile.ZipFile(solved / "calendars.zip") as archive:
        files = {name: unfolded(archive.read(name)) for name in archive.namelist()}
    teams = [team for base in told["bases"] for team in base["teams"]]
    assert sorted(files) == sorted(f"{team}.ics" for team in [*teams, *told["spare"]])
    spare = files[f"{told['spare'][0]}.ics"]
    assert spare.count("BEGIN:VEVENT") == 1
    assert {"DTSTART:20240726T100000", "DTEND:20240726T120000", "SUMMARY:Réserve"} <= {*spare}
    assert not any(line.startswith(("GEO", "LOCATION")) for line in spare)
    for team in teams:
        mine = [one for one in told["duties"] if one["team"] == team]
        begins = [line for line in files[f"{team}.ics"] if line.startswith("DTSTART")]
        assert begins == [f"DTSTART:20240726T{one['leaves'].replace(':', '')}00" for one in mine]
        assert f"DESCRIPTION:Au poste de {mine[0]['on']} à {mine[0]['off']}" in files[f"{team}.ics"]


def test_a_calendar_in_another_language_replaces_the_first_and_bears_the_plans_title(
    solved: Path,
) -> None:
    identifiers = {}
    for language in ("en", "fr"):
        ended = run(*WORDS, "--with", "calendars", "--date", "2024-07-26", "--lang", language)
        assert ended.exit_code == 0, ended.stderr
        with zipfile.ZipFile(solved / "calendars.zip") as archive:
            lines = unfolded(archive.read("T1.ics"))
        identifiers[language] = [line for line in lines if line.startswith("UID:")]
        name = next(line for line in lines if line.startswith("X-WR-CALNAME:"))
        assert name.endswith({"en": "Dog team · T1", "fr": "Équipe cynophile · T1"}[language])
    assert identifiers["en"] == identifiers["fr"]
    assert len(set(identifiers["en"])) == len(identifiers["en"]) > 1


def test_a_calendar_tells_the_time_of_the_day_it_is_on(solved: Path) -> None:
    late = [*WORDS[:3], "--from", "23:55", "--to", "24:10", "-o", "w"]
    ended = run(*late, "--with", "calendars", "--date", "2024-12-31")
    assert ended.exit_code == 0, ended.stderr
    with zipfile.ZipFile(solved / "calendars.zip") as archive:
        lines = unfolded(archive.read(archive.namelist()[0]))
    assert "DTEND:20250101T001000" in lines
    assert "DESCRIPTION:At the post 23:55 to 00:10" in lines


def test_the_workbook_has_the_duties_and_the_teams(solved: Path) -> None:
    assert run(*WORDS, "--with", "xlsx", "--spare", "1").exit_code == 0
    told = json.loads((solved / "roster.json").read_text(encoding="utf-8"))
    book = openpyxl.load_workbook(io.BytesIO((solved / "roster.xlsx").read_bytes()))
    assert book.sheetnames == ["duties", "teams"]
    assert book["duties"].max_row == len(told["duties"]) + 1
    assert book["teams"].max_row == told["teams"] + 2
    assert [cell.value for cell in book["teams"][1]][:4] == [
        "team", "rest_place", "duties", "works_min",
    ]  # fmt: skip


@pytest.mark.slow
def test_chart_and_cards_are_the_same_twice_and_cards_are_a5(solved: Path) -> None:
    words = (*WORDS, "--with", "chart", "--with", "cards", "--lang", "fr", "--spare", "1")
    ended = run(*words)
    assert ended.exit_code == 0, ended.stderr
    names = ("roster.svg", "roster.png", "cards.pdf")
    first = [(solved / name).read_bytes() for name in names]
    assert run(*words).exit_code == 0
    assert [(solved / name).read_bytes() for name in names] == first
    assert first[0].startswith(b"<?xml")
    assert first[1].startswith(b"\x89PNG")
    told = json.loads((solved / "roster.json").read_text(encoding="utf-8"))
    pages = pypdf.PdfReader(io.BytesIO(first[2])).pages
    assert len(pages) == told["teams"] + 1
    assert [round(float(side) * 25.4 / 72) for side in pages[0].mediabox[2:]] == [148, 210]
    texts = [page.extract_text() for page in pages]
    assert all(one["on"] in texts[int(one["team"][1:]) - 1] for one in told["duties"])
    assert "Équipe cynophile" in texts[0]
    assert "Réserve" in texts[-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--with", "calendars"), "--date 2024-07-26"),
        (("--with", "calendars", "--date", "26.7."), "is not a date"),
        (("--with", "calendars", "--date", "9999-12-31"), "years 1900 to 2999"),
        (("--with", "calendars", "--date", "0001-01-01"), "years 1900 to 2999"),
        (("--with", "paper"), "paper"),
    ],
)
def test_what_cannot_be_written_is_refused_first(
    solved: Path, words: tuple[str, ...], said: str
) -> None:
    ended = run(*WORDS, *words)
    assert ended.exit_code == 2
    assert said in ended.stderr
    assert not solved.exists()
