"""``place streets``: read an extract once, say what it holds, fetch one."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from placement.cli.options import Decorator, json_option, out_option
from placement.cli.values import amount, ending, lonlat
from placement.counts import counted

if TYPE_CHECKING:
    from placement.cli.answers_on_inputs import StreetsInfoAnswer, StreetsLevel
    from placement.streets import Streets


@click.group("streets", short_help="Read, examine and fetch street layers.")
def command() -> None:
    """Prepare the street layer of a plan."""


def _crs_option() -> Decorator:
    return click.option(
        "--crs",
        metavar="EPSG:…",
        help="Metric coordinate system; the plan's own. Default: the local UTM zone.",
    )


def _step_free_option() -> Decorator:
    return click.option("--step-free", is_flag=True, help="Leave out steps and escalators.")


@command.command("read", short_help="Convert an extract to a fast-loading file.")
@click.argument("extract", type=click.Path())
@out_option("FILE.parquet", "File to write.", suffixes=(".parquet", ".arrow"), required=True)
@_crs_option()
@click.option(
    "--speed",
    callback=amount(above_zero=True),
    default="1.34",
    show_default=True,
    metavar="M/S",
    help="Walking speed on the level; the plan's own.",
)
@click.option(
    "--step-free-speed",
    callback=amount(above_zero=True),
    default="0.69",
    show_default=True,
    metavar="M/S",
    help="Speed of those who walk without steps; the plan's own.",
)
@click.option("--step-free", is_flag=True, help="Keep the network without steps alone.")
@json_option()
def read(
    extract: str,
    out: str,
    crs: str | None,
    speed: float,
    step_free_speed: float,
    step_free: bool,
    as_json: bool,
) -> None:
    """Read EXTRACT (.osm.pbf, .osm, .osm.gz, GeoJSON, …) and write the network to a file.

    The file holds the network of those who walk without steps beside the one of all others.

    A .parquet file is read by many programs; an .arrow file is mapped into memory as it is.
    A plan takes the file as its street layer: `streets = "streets.parquet"`.
    """
    from placement.cli.talk import Talk, give_json
    from placement.errors import UsageError
    from placement.outputs import check_output
    from placement.streets import read_streets
    from placement.streets.store import write_streets
    from placement.streets.ways import WALK_SPEED_M_S

    if step_free and speed != WALK_SPEED_M_S:
        raise UsageError("with --step-free the speed is that of --step-free-speed; give it there.")
    check_output(out, inputs=[extract])
    talk = Talk()
    with talk.step("Reading the streets"):
        rolled_on = _without_steps(extract, crs, step_free_speed, must=step_free)
        streets = rolled_on if step_free else None
        if streets is None:
            streets = read_streets(extract, crs=crs, speed_m_s=speed)
    beside = None if step_free else rolled_on
    with talk.step("Writing the network"):
        write_streets(streets, out, step_free=beside, inputs=[extract])
    facts = _facts(streets)
    if as_json:
        give_json({**facts, "file": out})
    else:
        click.echo(
            f"{counted(facts['junctions'], 'junction')}, {counted(facts['edges'], 'edge')}, "
            f"{facts['km']:,.1f} km "
            f"in {streets.crs}, written to {out}."
        )


def _without_steps(
    extract: str, crs: str | None, speed_m_s: float, *, must: bool
) -> "Streets | None":
    """Read the network of those who walk without steps; None where there is nothing but steps."""
    from placement.errors import InputError
    from placement.streets import read_streets

    try:
        return read_streets(extract, crs=crs, speed_m_s=speed_m_s, step_free=True)
    except InputError:
        if must:
            raise
        return None  # what else is wrong with the file is told when it is read as it is


@command.command("info", short_help="Say what a street layer holds, and what was left out.")
@click.argument("file", type=click.Path())
@_crs_option()
@_step_free_option()
@click.option(
    "--islands",
    type=click.Path(),
    metavar="FILE.geojson",
    callback=ending(".geojson", ".json"),
    help="Write the parts that nothing is joined to as a layer to draw.",
)
@click.option(
    "--map",
    "page",
    type=click.Path(),
    metavar="FILE.html",
    callback=ending(".html", ".htm"),
    help="Draw the network, its parts and islands as an offline map.",
)
@click.option(
    "--at",
    "place",
    callback=lonlat(),
    metavar="LON,LAT",
    help="Say too which levels stand there: what to write into a column `level`.",
)
@json_option()
def info(
    file: str,
    crs: str | None,
    step_free: bool,
    islands: str | None,
    page: str | None,
    place: tuple[float, float] | None,
    as_json: bool,
) -> None:
    """Report counts, connected parts, classes, and the ways left out of FILE with the reasons."""
    from placement.cli.ground import listed
    from placement.cli.talk import Talk, give_json, give_table
    from placement.outputs import check_output, replace_files
    from placement.streets import read_streets

    if islands is not None and page is not None and Path(islands).resolve() == Path(page).resolve():
        raise click.UsageError("--islands and --map name the same file: give each its own.")
    for wanted in filter(None, (islands, page)):
        check_output(wanted, inputs=[file])
    with Talk().step("Reading the streets"):
        streets = read_streets(file, crs=crs, step_free=step_free)
    facts = _facts(streets)
    if place is not None:
        facts["levels"] = _levels(streets, place)
    contents: dict[Path, bytes] = {}
    if islands is not None:
        contents[Path(islands)] = _islands_text(streets).encode()
    if page is not None:
        from placement.maps import network_page

        contents[Path(page)] = network_page(streets, facts).encode()
    replace_files(contents, inputs=[file])
    if as_json:
        give_json(facts)
        return
    give_table(
        [
            ("file", f"{facts['file']}, in {facts['crs']}"),
            (
                "streets",
                f"{counted(facts['junctions'], 'junction')}, {counted(facts['edges'], 'edge')}",
            ),
            ("length", f"{facts['km']:,.1f} km"),
            (
                "main part",
                f"{counted(facts['main_junctions'], 'junction')}, {facts['main_km']:,.1f} km",
            ),
            ("other parts", f"{facts['other_parts']:,} with {facts['other_km']:,.1f} km"),
            ("islands", f"{counted(facts['island_edges'], 'edge')} nothing is snapped to"),
            ("bridges, tunnels", f"{facts['bridges']:,} and {counted(facts['tunnels'], 'edge')}"),
            *((f"  {kind}", f"{km:,.1f} km") for kind, km in facts["km_by_class"].items()),
            *((f"left out: {why}", f"{count:,}") for why, count in facts["dropped"].items()),
            *([("columns not used", listed(facts["unused"]))] if facts["unused"] else []),
            *_level_rows(facts),
        ]
    )


@command.command("fetch", short_help="Fetch the streets around a route from OpenStreetMap.")
@click.option(
    "--around",
    "route",
    required=True,
    type=click.Path(),
    metavar="ROUTE",
    help="The route's layer.",
)
@click.option(
    "--margin",
    callback=amount(above_zero=True),
    default="1500",
    show_default=True,
    metavar="METRES",
    help="How far around it.",
)
@out_option("FILE.osm", "File to write.", suffixes=(".osm",), required=True)
@click.option("--endpoint", metavar="URL", help="Another Overpass server.")
def fetch(route: str, margin: float, out: str, endpoint: str | None) -> None:
    """Ask an Overpass server, once, for all that is walked around ROUTE.

    Water, railways, walls, squares, stations and gates come along, so that `place init --from`
    makes a plan of the file. This is the only command that uses the network. The data is
    © OpenStreetMap contributors, ODbL.
    """
    from placement.cli.talk import Talk
    from placement.outputs import check_output
    from placement.streets.fetch import ENDPOINT, around, fetch_streets
    from placement.streets.lines import OSM

    check_output(out, inputs=[route])
    talk = Talk()
    ground = around(route, margin_m=margin)
    told = 0

    def progress(size: int) -> None:
        nonlocal told
        if size >= told + 5_000_000:
            told = size
            talk.say(f"{size / 1e6:.0f} MB")

    with talk.step("Fetching the streets"):
        size = fetch_streets(ground, out, endpoint=endpoint or ENDPOINT, progress=progress)
    click.echo(f"{size / 1e6:.1f} MB in {out}, {OSM}.")


def _facts(streets: "Streets") -> "StreetsInfoAnswer":
    """Count what a network holds."""
    import numpy as np

    km = streets.length_m / 1000.0
    main = streets.component[streets.edge_tail] == 0
    by_class = np.bincount(streets.class_code, weights=km, minlength=len(streets.classes))
    return {
        "file": streets.source,
        "crs": streets.crs,
        "junctions": streets.n_nodes,
        "edges": streets.n_edges,
        "km": round(float(km.sum()), 3),
        "main_junctions": int((streets.component == 0).sum()),
        "main_km": round(float(km[main].sum()), 3),
        "other_parts": int(streets.component.max(initial=0)),
        "other_km": round(float(km[~main].sum()), 3),
        "island_edges": int(streets.island.sum()),
        "bridges": int(streets.bridge.sum()),
        "tunnels": int(streets.tunnel.sum()),
        "km_by_class": {
            kind: round(float(total), 3)
            for kind, total in sorted(
                zip(streets.classes, by_class, strict=True), key=lambda item: (-item[1], item[0])
            )
        },
        "dropped": dict(streets.dropped),
        "unused": list(streets.unused),
    }


def _levels(streets: "Streets", place: tuple[float, float]) -> "list[StreetsLevel]":
    """Return the nearest street of each level that stands at a place."""
    from placement.streets.network import transformer
    from placement.streets.standing import standing_at

    return [
        {
            "level": one.level,
            "kind": str(streets.edge_class[one.edge]),
            "name": str(streets.name[one.edge]),
            "bridge": bool(streets.bridge[one.edge]),
            "tunnel": bool(streets.tunnel[one.edge]),
            "distance_m": round(one.distance_m, 1),
        }
        for one in standing_at(streets, transformer(streets.crs).transform(*place))
    ]


def _level_rows(facts: "StreetsInfoAnswer") -> list[tuple[str, str]]:
    if "levels" not in facts:
        return []
    rows = []
    for one in facts["levels"]:
        kind = f"{one['kind']}{', bridge' * one['bridge']}{', tunnel' * one['tunnel']}"
        said = f"{one['name'] or 'no name'} ({kind}), {one['distance_m']:g} m"
        rows.append((f"level {one['level']}", said))
    return rows or [("levels", "no street stands there")]


def _islands_text(streets: "Streets") -> str:
    """Return the edges of all parts but the largest as GeoJSON lines."""
    import json

    import numpy as np
    import shapely

    from placement.globe import cut
    from placement.streets.network import transformer

    back = transformer(streets.crs, inverse=True)
    features = []
    for edge in np.flatnonzero(streets.component[streets.edge_tail] > 0).tolist():
        lonlat = np.column_stack(back.transform(*streets.edge_xy(edge).T))
        line = cut(shapely.LineString(np.round(lonlat, 6)))
        features.append(
            json.dumps(
                {
                    "type": "Feature",
                    "properties": {
                        "part": int(streets.component[streets.edge_tail[edge]]),
                        "class": str(streets.edge_class[edge]),
                        "name": str(streets.name[edge]),
                    },
                    "geometry": json.loads(shapely.to_geojson(line)),
                },
                ensure_ascii=False,
            )
        )
    text = ",\n".join(features)
    return f'{{"type": "FeatureCollection", "features": [\n{text}\n]}}\n'
