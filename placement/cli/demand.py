"""``place demand``: people counted elsewhere as the layers of a plan."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from placement.cli.options import (
    Decorator,
    bundled,
    json_option,
    only_with,
    out_option,
    stacked,
)
from placement.cli.values import amount, count
from placement.counts import counted

if TYPE_CHECKING:
    from pathlib import Path

    from placement.cli.answers_on_inputs import DemandAnswer
    from placement.starting.demand_arrivals import ProfileRow
    from placement.starting.demand_layers import CountedPeople
    from placement.starting.demand_people import Imported
    from placement.starting.perimeter import Perimeter


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    """What to count, and on which ground."""

    stations: str | None
    column: str | None
    entrances: str | None
    tickets: str | None
    show_rate: float
    seats: str | None
    fill: float
    grid: str | None
    stops: str | None
    window: str
    period: int
    within: str | None
    around: str | None


def _file(flag: str, help_text: str) -> Decorator:
    return click.option(flag, type=click.Path(), metavar="FILE", help=help_text)


def _sources() -> Decorator:
    """Return the options that say what to count."""
    return bundled(
        "sources",
        _Sources,
        stacked(
            _file("--stations", "People of a real day by station: id, name, lon, lat, people."),
            click.option("--column", metavar="NAME", help="The column of people in --stations."),
            _file("--entrances", "Points with a column station: where its people stand."),
            _file("--tickets", "Polygons with tickets, and perhaps show_rate."),
            click.option(
                "--show-rate",
                callback=amount(percent=True),
                default="1",
                show_default=True,
                metavar="SHARE",
                help="Share of the tickets that come where a polygon does not say.",
            ),
            _file("--seats", "Polygons with seats, and perhaps fill."),
            click.option(
                "--fill",
                callback=amount(percent=True),
                default="1",
                show_default=True,
                metavar="SHARE",
                help="Share of the seats that are taken where a polygon does not say.",
            ),
            _file("--grid", "People by cell: a GeoTIFF, or a CSV of H3 cells (h3, people)."),
            _file("--stops", "Arrivals as a CSV of stop, time and people, perhaps lon and lat."),
            click.option(
                "--window",
                default="15:30-18:30",
                show_default=True,
                metavar="HH:MM-HH:MM",
                help="The hours of --stops that count: when lanes open and close.",
            ),
            click.option(
                "--period",
                callback=count(1),
                default="30",
                show_default=True,
                metavar="MINUTES",
                help="Length of a period of arrivals.",
            ),
            _file("--within", "Polygons: what lies elsewhere is left out."),
            click.option(
                "--around",
                metavar="ROUTE:METRES",
                help="What lies farther from the route is left out.",
            ),
            only_with(
                ("--column", "--stations"),
                ("--entrances", "--stations"),
                ("--show-rate", "--tickets"),
                ("--fill", "--seats"),
                ("--window", "--stops"),
                ("--period", "--stops"),
            ),
        ),
    )


@click.command("demand", short_help="Count people: stations, tickets, seats, grids, arrivals.")
@_sources()
@_file("--water", "Polygons of water: who stands on it is doubted.")
@click.option(
    "--total", callback=count(), metavar="N", help="How many people there should be in all."
)
@out_option("DIR", "Folder for the layers; without it nothing is written.", folder=True)
@json_option()
def command(
    *,
    sources: _Sources,
    water: str | None,
    total: int | None,
    out: str | None,
    as_json: bool,
) -> None:
    """Count people and write them as layers that a plan takes.

    Points go to demand.csv, polygons to areas.geojson, arrival profiles to arrivals.csv. Fractions
    are rounded so that nobody is lost and nobody invented: the sum is that of the source, to one.
    The same rows in any order give the same files.

    Says the sum, where it comes from, what was left out, and what is doubtful.

    A grid needs the extra `grids`: `pip install 'event-placement[grids]'`.
    """
    from pathlib import Path

    from placement.cli.talk import Talk, give_json, give_table, warn
    from placement.outputs import check_output, replace_files
    from placement.starting.demand_layers import count_people, layer_texts

    talk = Talk()
    with talk.step("Counting people"):
        imports, profiles = _imports(sources)
        found = count_people(imports, profiles=profiles, water=water, stated=total)
    files: dict[str, Path] = {}
    if out is not None:
        texts = layer_texts(found)
        files = {name: Path(out) / name for name in texts}
        read = [one.file for one in imports]
        read += [Path(one) for one in (sources.entrances, sources.within, water) if one]
        for path in files.values():
            check_output(path, inputs=read)
        _make(Path(out))
        replace_files({files[name]: text.encode() for name, text in texts.items()}, inputs=read)
    answer = _answer(found, files, total)
    if as_json:
        give_json(answer)
    else:
        give_table(_rows(answer))
    for sentence in found.doubts:
        warn(sentence)


def _imports(sources: _Sources) -> "tuple[list[Imported], tuple[ProfileRow, ...]]":
    """Read every source that is named."""
    from placement.starting.demand_arrivals import read_stops, window_of
    from placement.starting.demand_grids import read_grid
    from placement.starting.demand_stations import read_stations
    from placement.starting.demand_tickets import read_tickets

    hours = window_of(sources.window, period_min=sources.period)
    ground = _ground(sources)
    imports: list[Imported] = []
    profiles: tuple[ProfileRow, ...] = ()
    if sources.stops:
        arriving, profiles = read_stops(sources.stops, hours, within=ground)
        imports.append(arriving)
    if sources.stations:
        imports.append(
            read_stations(
                sources.stations,
                column=sources.column,
                entrances=sources.entrances,
                within=ground,
                profiles={one.profile for one in profiles},
            )
        )
    for source, file, rate in (
        ("tickets", sources.tickets, sources.show_rate),
        ("seats", sources.seats, sources.fill),
    ):
        if file:
            imports.append(read_tickets(file, source=source, rate=rate, within=ground))
    if sources.grid:
        imports.append(read_grid(sources.grid, within=ground))
    return imports, profiles


def _ground(sources: _Sources) -> "Perimeter | None":
    from placement.errors import UsageError
    from placement.starting.perimeter import around_route, read_perimeter

    if sources.within is not None and sources.around is not None:
        raise UsageError("--within and --around both say which ground counts; give one of them.")
    if sources.around is not None:
        return around_route(sources.around)
    return read_perimeter(sources.within) if sources.within is not None else None


def _make(folder: "Path") -> None:
    from placement.errors import UsageError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written to ({error.strerror}); name another folder."
        ) from None


def _answer(found: "CountedPeople", files: "dict[str, Path]", total: int | None) -> "DemandAnswer":
    return {
        "people": found.people,
        "stated": total,
        "sources": [
            {
                "source": each.source,
                "file": each.file.name,
                "people": each.people,
                "counted": round(each.counted, 3),
                "points": len(each.points),
                "areas": len(each.areas),
            }
            for each in found.imports
        ],
        "left_out": [
            {
                "file": each.file.name,
                "why": one.why,
                "rows": one.rows,
                "people": round(one.people, 3),
            }
            for each in found.imports
            for one in each.left_out
        ],
        "profiles": len({one.profile for one in found.profiles}),
        "people_in_profiles": sum(one.people for one in found.profiles),
        "doubts": list(found.doubts),
        "files": [str(path) for path in files.values()],
    }


def _rows(answer: "DemandAnswer") -> list[tuple[str, str]]:
    rows = [("people", f"{answer['people']:,}")]
    for one in answer["sources"]:
        where = [counted(one["points"], "point")] if one["points"] else []
        where += [counted(one["areas"], "area")] if one["areas"] else []
        place = f" ({', '.join(where)})" if where else ""
        rows.append((one["source"], f"{one['people']:,} of {one['file']}{place}"))
    if answer["profiles"]:
        said = f"{answer['profiles']:,} with {counted(answer['people_in_profiles'], 'person')}"
        rows.append(("arrival profiles", said))
    rows += [
        (
            f"left out of {one['file']}",
            f"{one['why']}: {one['rows']:,}, {counted(round(one['people']), 'person')}",
        )
        for one in answer["left_out"]
    ]
    rows += [("wrote", file) for file in answer["files"]]
    return rows
