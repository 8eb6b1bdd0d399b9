"""What a cordon is made of: a network of walkers or vehicles, lanes to keep open, gates."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.errors import InputError, UsageError
from placement.globe import transformer
from placement.plan.table import LINES, POINTS, POLYGONS, read_table
from placement.reading.features import WGS84
from placement.reading.formats import is_layer_file
from placement.starting.cordon import Gate, Traffic
from placement.starting.tagged_ways import (
    DRIVEN,
    TaggedWay,
    is_extract,
    lines_in,
    read_tagged_ways,
    tagged_width_m,
    vehicle_streets,
)
from placement.streets import read_streets
from placement.streets.assemble import Lines, assemble
from placement.streets.closures import ALONG_M
from placement.streets.lines import read_lines
from placement.streets.network import Streets, build

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_KEPT = frozenset({".arrow", ".parquet"})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ground:
    """A network, and what its file says beside it.

    Attributes
    ----------
    streets
        The network.
    widths
        Lines whose width the file says, in metres, with that width.
    ways
        Ways of an extract, for their ids; empty otherwise.
    """

    streets: Streets
    widths: tuple[tuple["BaseGeometry", float], ...] = ()
    ways: tuple[TaggedWay, ...] = ()


def read_ground(file: Path, *, traffic: Traffic, crs: str, both_ways: bool = False) -> Ground:
    """Read the network that a cordon closes.

    Parameters
    ----------
    file
        A street layer; of an OpenStreetMap extract also widths and way ids are known, and which
        way vehicles may go.
    traffic
        Whose network.
    crs
        Metric coordinate system.
    both_ways
        Vehicles of an extract ignore one-ways.

    Raises
    ------
    InputError
        If the file cannot be read, or holds nothing to drive on.
    """
    if is_extract(file):
        ways, barred = read_tagged_ways(file)
        if traffic == "walkers":
            streets = read_streets(file, crs=crs)
        else:
            streets = vehicle_streets(ways, barred, source=file.name, crs=crs, both_ways=both_ways)
        told = [(way, tagged_width_m(way.tags)) for way in ways]
        wide = [way for way, width in told if width is not None]
        known = [width for _, width in told if width is not None]
        lines = lines_in(wide, crs) if wide else ()
        return Ground(
            streets=streets, widths=tuple(zip(lines, known, strict=True)), ways=tuple(ways)
        )
    if traffic == "walkers":
        return Ground(streets=read_streets(file, crs=crs))
    if file.suffix.lower() in _KEPT:
        raise InputError(
            "is kept for walkers and does not say which way vehicles go",
            file=file,
            remedy="give the OpenStreetMap extract with --streets",
        )
    drawn = read_lines(file)
    driven = _driven(drawn.lines)
    if not len(driven.way):
        raise InputError(
            "holds nothing to drive on", file=file, remedy="give an extract with its streets"
        )
    edges = assemble(driven, speed_m_s=10.0)
    streets = build(edges, crs=crs, source=file.name, speed_m_s=10.0, attribution=drawn.attribution)
    return Ground(streets=streets)


def kept_ground(asked: Sequence[str], ground: Ground) -> "BaseGeometry | None":
    """Return the ground along emergency lanes: of layers, or of ways by their id.

    Parameters
    ----------
    asked
        Files of lines or polygons, or ids with commas between.
    ground
        The network.

    Raises
    ------
    UsageError
        If something is neither.
    InputError
        If a file cannot be read, or there is no way of an id.
    """
    crs = ground.streets.crs
    found: list[BaseGeometry] = []
    by_id = {way.id: way for way in ground.ways}
    for one in asked:
        path = Path(one)
        if is_layer_file(path):
            table = read_table(path, layer="lanes", kinds=(*LINES, *POLYGONS))
            for shape in _metres(table.lonlat, crs):
                flat = shapely.get_dimensions(shape) == 1
                found.append(shapely.buffer(shape, ALONG_M) if flat else shape)
            continue
        for text in one.split(","):
            if not (text.strip().isascii() and text.strip().isdigit()):
                raise UsageError(
                    f"{one!r} is neither a layer of lines nor ids of ways; write a file, or ids "
                    "such as 4253107,31805411."
                )
            way = by_id.get(int(text))
            if way is None:
                raise InputError(
                    f"there is no way {text.strip()} in the street layer",
                    remedy="take ids of an OpenStreetMap extract"
                    if ground.ways
                    else "name an extract with --streets, or give the lanes as a layer of lines",
                )
            # a network drawn anew from the same nodes differs by what degrees are rounded to
            found.append(shapely.buffer(lines_in([way], crs)[0], 0.5))
    return shapely.union_all(found) if found else None


def gate_file(text: str) -> tuple[Path, tuple[str, ...]]:
    """Return the file of ``FILE`` or ``FILE:NAME,NAME``, and the names; none stands for all.

    A file that has a colon in its name is taken whole, where there is one.
    """
    file, colon, names = text.rpartition(":")
    if not colon or not file or Path(text).exists() or not is_layer_file(Path(file)):
        return Path(text), ()
    return Path(file), tuple(dict.fromkeys(name.strip() for name in names.split(",")))


def read_gates(given: Sequence[str], crs: str) -> list[Gate]:
    """Read points as gates: all of a layer, or those of the names given with it.

    Parameters
    ----------
    given
        ``FILE``, or ``FILE:NAME,NAME``: a name is the identifier of a point, its `site` or its
        `resource`, so that a solution's posts can be told by any of them.
    crs
        Coordinate system to return them in.

    Raises
    ------
    InputError
        If a file cannot be read, or holds no point of a name.
    """
    gates = []
    for text in given:
        file, names = gate_file(text)
        table = read_table(file, layer="gates", kinds=POINTS)
        places = shapely.get_coordinates(_metres(table.lonlat, crs)).tolist()
        called = [
            {row.name, *(str(row.properties.get(key, "")) for key in ("id", "site", "resource"))}
            for row in table.rows
        ]
        for name in names:
            if not any(name in mine for mine in called):
                raise InputError(
                    f"no point of it is called {name!r}",
                    file=file,
                    remedy="name the id, the site or the resource of its points, with commas "
                    "between, or none of them for all",
                )
        for row, mine, (x, y) in zip(table.rows, called, places, strict=True):
            if not names or mine & set(names):
                gates.append(Gate(name=row.name, xy=(x, y), file=str(table.file)))
    return sorted(gates)


def _metres(
    lonlat: "np.ndarray[tuple[int], np.dtype[np.object_]]", crs: str
) -> "list[BaseGeometry]":
    to_plane = transformer(WGS84, crs)
    found = shapely.transform(
        lonlat, lambda xy: np.column_stack(to_plane.transform(xy[:, 0], xy[:, 1]))
    )
    return list(found)


def _driven(lines: Lines) -> Lines:
    """Return the lines of classes that vehicles drive on."""
    on = np.array([way.edge_class in DRIVEN for way in lines.ways], np.bool_)
    kept = np.flatnonzero(on[lines.way]) if len(lines.way) else np.zeros(0, np.int64)
    sizes = np.diff(lines.first)[kept]
    place = [lines.place[lines.first[at] : lines.first[at + 1]] for at in kept.tolist()]
    return Lines(
        lon=lines.lon,
        lat=lines.lat,
        key=lines.key,
        lift=np.zeros(0, np.int64),
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        place=np.concatenate([np.zeros(0, np.int32), *place]),
        way=lines.way[kept],
        ways=lines.ways,
    )
