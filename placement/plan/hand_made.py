"""Posts that somebody chose by hand: a table or a layer → sites, resources and units of the plan.

A row names its site, or lies at a longitude and latitude near one. Where it does both and the point
was moved away from the site, the point counts: that is what dragging it in a GIS means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import pyproj
import shapely

from placement.arrays import Floats
from placement.counts import counted
from placement.errors import InputError, UsageError
from placement.globe import transformer
from placement.plan.cells import plain_text, unused_columns, whole
from placement.plan.post_id import PostId
from placement.plan.problem import Problem, Sites
from placement.plan.settings import nearest
from placement.plan.table import Row, Table, read_table
from placement.reading.csv_table import read_records
from placement.reading.features import WGS84, row_name
from placement.reading.held import Held, source_of
from placement.reading.numerals import decimal
from placement.reading.regular import require_file

SNAP_M = 25.0
"""How far from a site a point may lie to be taken for it (A: half the width of a square; two
candidate sites of one place are rarely nearer to each other)."""

_KNOWN = (
    "id", "site", "resource", "units", "lon", "lat", "name", "cost", "covered", "only", "admitted",
    "longest_wait_min", "clears", "label", "checked",
)  # fmt: skip
_AXES: tuple[tuple[str, ...], ...] = (("X", "Y"), ("WKT",), ("lon", "lat"))
"""Columns of a table's points. Those of a GIS come first: `lon` and `lat` are what it was given."""
_KINDS = ("Point", "MultiPoint")
_WHERE = "name its site in the column 'site', or give its place in 'lon' and 'lat'"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMade:
    """Posts that somebody chose.

    Attributes
    ----------
    units
        By site and resource, their positions in the problem: how many units, at least 1.
    notes
        A sentence for each post whose place was taken for a site, and each column that looks
        misspelt.
    """

    units: Mapping[tuple[int, int], int]
    notes: tuple[str, ...]


def read_posts(given: object, problem: Problem, *, crs: str, snap_m: float = SNAP_M) -> HandMade:
    """Read posts that were chosen by hand.

    Parameters
    ----------
    given
        The path of a CSV file, GeoJSON, GeoPackage or GeoParquet; a frame as a layer may be; or
        units by ``"<site>/<resource>"``; or features that were read already.
    problem
        The plan's sites and resources.
    crs
        The plan's coordinate system, in metres.
    snap_m
        How far from a site a point may lie to be taken for it, metres.

    Returns
    -------
    HandMade

    Raises
    ------
    InputError
        If a row names no site or resource of the plan, lies near none, has no whole number of
        units, or is the second of its post.
    UsageError
        If `given` is of another type, or `snap_m` no distance.
    """
    if not 0 <= snap_m < float("inf"):
        raise UsageError(f"snap_m is {snap_m}: give a finite number of 0 or more.")
    if isinstance(given, Mapping):
        table = _of_mapping(given)
    elif isinstance(given, str | Path) and Path(given).suffix.lower() in {".csv", ".xlsx"}:
        table = _read_rows(Path(given))
    else:
        source = given if isinstance(given, Held) else source_of("posts", given)
        table = read_table(source, layer="posts", kinds=_KINDS, instead="site")
    table = _tidy(table)
    reader = _Reader(table, problem, crs=crs, snap_m=snap_m)
    units: dict[tuple[int, int], int] = {}
    rows = [*zip(table.rows, table.lonlat, strict=True), *((row, None) for row in table.unplaced)]
    for row, place in rows:
        post, many = reader.post(row, place)
        if post in units:
            name = problem.post_id(*post)
            raise InputError(
                f"the post {name!r} is there twice",
                file=table.file,
                feature=row.name,
                remedy="keep one row, with all its units",
            )
        units[post] = many
    known = (*_KNOWN, "unit") if "units" in table.columns else _KNOWN  # an export has both
    return HandMade(
        units=dict(sorted(units.items())),
        notes=(*reader.notes, *unused_columns(table, known)),
    )


def _tidy(table: Table) -> Table:
    """Return a table as it was meant: columns in capitals, spaces around texts, accents apart."""
    fold = {column.strip().casefold(): column for column in reversed(table.columns)}
    names = {fold[name]: name for name in _KNOWN if name in fold and name not in table.columns}

    def tidied(row: Row) -> Row:
        values = {
            names.get(column, column): normalize("NFC", value).strip()
            if isinstance(value, str)
            else value
            for column, value in row.properties.items()
        }
        return replace(row, properties=values)

    return replace(
        table,
        rows=tuple(tidied(row) for row in table.rows),
        unplaced=tuple(tidied(row) for row in table.unplaced),
        columns=tuple(sorted(names.get(column, column) for column in table.columns)),
    )


def _of_mapping(given: Mapping[Any, Any]) -> Table:
    rows = []
    for post, units in given.items():
        site, resource = PostId.parse(str(post))
        values = {"site": site, "resource": resource, "units": units}
        rows.append(Row(name=str(post), properties=values))
    return _table(Path("posts (mapping)"), rows, unplaced=rows)


def _read_rows(path: Path) -> Table:
    """Read a table whose rows need not have a place: they may name their site."""
    require_file(path, remedy="check the path given for the posts")
    columns, records = (
        _read_workbook(path) if path.suffix.lower() == ".xlsx" else read_records(path)
    )
    records = [record for record in records if any(value.strip() for value in record.values())]
    if not records:
        raise InputError("has no rows", file=path, remedy="add a row for each post")
    axes = next((axes for axes in _AXES if set(axes) <= set(columns)), _AXES[-1])
    rows = [
        Row(name=row_name(number, values), properties=values)
        for number, values in enumerate(records, start=1)
    ]
    lies = [any(row.properties.get(axis, "").strip() for axis in axes) for row in rows]
    placed = [row for row, there in zip(rows, lies, strict=True) if there]
    unplaced = [row for row, there in zip(rows, lies, strict=True) if not there]
    lonlat = np.array([_lonlat(path, row, axes) for row in placed])
    return _table(path, placed, unplaced=unplaced, lonlat=lonlat)


def _read_workbook(path: Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Return the columns and rows of a sheet, numbers as they would be written in a CSV file."""
    from placement.reading.gdal import read_sheet  # noqa: PLC0415 - GDAL takes its time to load

    columns, rows = read_sheet(path, "posts")
    return columns, [{key: str(cell) for key, cell in row.items()} for row in rows]


def _lonlat(path: Path, row: Row, axes: tuple[str, ...]) -> list[float]:
    """Return where a row of a table lies; QGIS writes its points as X and Y, or as WKT."""
    if len(axes) == 2:
        return [
            _degrees(path, row, axis, most=most)
            for axis, most in zip(axes, (180.0, 90.0), strict=True)
        ]
    (axis,) = axes
    text = row.properties[axis]
    point = shapely.from_wkt(text, on_invalid="ignore")
    if point is None or point.geom_type not in _KINDS or len(shapely.get_coordinates(point)) != 1:
        raise InputError(
            f"is not a point in WKT: {text[:80]!r}",
            file=path,
            feature=row.name,
            field=axis,
            remedy="write POINT (longitude latitude), in degrees",
        )
    place = [str(degrees) for degrees in shapely.get_coordinates(point)[0]]
    spread = Row(name=row.name, properties=dict(zip(_AXES[-1], place, strict=True)))
    return _lonlat(path, spread, _AXES[-1])


def _table(
    file: Path, rows: Sequence[Row], *, unplaced: Sequence[Row], lonlat: Floats | None = None
) -> Table:
    points = np.asarray(
        shapely.points(np.zeros((0, 2)) if lonlat is None else lonlat.reshape(-1, 2)),
        dtype=np.object_,
    )
    columns = sorted({column for row in (*rows, *unplaced) for column in row.properties})
    return Table(
        file=file,
        rows=() if lonlat is None else tuple(rows),
        columns=tuple(columns),
        lonlat=points,
        source=points,
        crs=pyproj.CRS(WGS84),
        unplaced=tuple(unplaced),
    )


def _degrees(path: Path, row: Row, key: str, *, most: float) -> float:
    given = row.properties.get(key, "")
    try:
        degrees = decimal(given)
    except ValueError:
        degrees = float("nan")
    if not -most <= degrees <= most:
        raise InputError(
            f"is not a number of degrees from -{most:g} to {most:g}: {given!r}",
            file=path,
            feature=row.name,
            field=key,
            remedy="give degrees, WGS 84, with a decimal point",
        )
    return degrees


class _Reader:
    """Finds the site, resource and units that a row means."""

    def __init__(self, table: Table, problem: Problem, *, crs: str, snap_m: float) -> None:
        self.notes: list[str] = []
        self._table, self._problem, self._snap_m = table, problem, snap_m
        self._site = {name: at for at, name in enumerate(problem.sites.id)}
        self._resources = [resource.id for resource in problem.means]
        self._to_metres = transformer(WGS84, crs)

    def post(self, row: Row, place: Any) -> tuple[tuple[int, int], int]:  # noqa: ANN401 - shapely
        """Return the positions of a row's site and resource, and its units."""
        named, kind = plain_text(self._table, row, "site"), plain_text(self._table, row, "resource")
        told = plain_text(self._table, row, "id")
        if "/" in told and not (named and kind):  # features of a solution have such an id
            site, resource = PostId.parse(told)
            named, kind = named or site, kind or resource
        resource_at = self._resource(row, kind)
        site_at = self._named(row, named) if named else None
        if place is not None:
            site_at = self._placed(row, place, site_at, resource_at)
        if site_at is None:
            raise self._refuse(row, None, "has neither a site nor a place", _WHERE)
        least = int(self._problem.sites.min_units[site_at, resource_at])
        return (site_at, resource_at), whole(self._table, row, "units", default=least, least=1)

    def _resource(self, row: Row, kind: str) -> int:
        if not kind and len(self._problem.resources) == 1:
            return 0
        if kind not in self._resources:
            meant = nearest(kind, self._resources)
            known = ", ".join(self._resources)
            raise self._refuse(
                row,
                "resource",
                f"{kind!r} is not a resource of the plan" if kind else "is missing",
                f"write {meant!r}" if meant else f"known are {known}",
            )
        return self._resources.index(kind)

    def _named(self, row: Row, site: str) -> int:
        if site not in self._site:
            meant = nearest(site, self._problem.sites.id)
            raise self._refuse(
                row,
                "site",
                f"{site!r} is not a site of the plan",
                f"write {meant!r}" if meant else f"give its identifier, or {_WHERE}",
            )
        return self._site[site]

    def _placed(self, row: Row, place: Any, named: int | None, resource: int) -> int:  # noqa: ANN401
        """Return the site that a point stands for."""
        point = place.geoms[0] if place.geom_type == "MultiPoint" else place
        if place.geom_type == "MultiPoint" and len(place.geoms) != 1:
            raise self._refuse(
                row,
                None,
                f"is {counted(len(place.geoms), 'point')}",
                "draw a feature for each post",
            )
        sites = self._problem.sites
        metres = self._metres(point, sites)
        if named is not None and metres[named] <= self._snap_m:
            return named
        near = np.flatnonzero(metres <= self._snap_m)
        allowed = near[sites.allowed[near, resource]]
        near = allowed if len(allowed) else near  # one that takes the resource, if there is any
        at = f"{point.x:.6f}, {point.y:.6f}"
        if not len(near):
            nearest_at = int(metres.argmin())
            raise self._refuse(
                row,
                None,
                f"lies at {at}, more than {self._snap_m:g} m from every site; the nearest is "
                f"{sites.id[nearest_at]!r}, {metres[nearest_at]:.0f} m away",
                "move it there, add a site to the plan, or allow more with --snap",
            )
        found = int(near[metres[near].argmin()])
        moved = "" if named is None else f", away from its site {sites.id[named]!r},"
        self.notes.append(
            f"{row.name}: the point at {at}{moved} is taken for the site {sites.id[found]!r}, "
            f"{metres[found]:.1f} m away"
        )
        return found

    def _metres(self, point: Any, sites: Sites) -> Floats:  # noqa: ANN401 - shapely
        x, y = self._to_metres.transform(point.x, point.y)
        offset = sites.xy - np.array([x, y])
        return np.asarray(np.hypot(offset[:, 0], offset[:, 1]))

    def _refuse(self, row: Row, field: str | None, problem: str, remedy: str) -> InputError:
        return InputError(
            problem, file=self._table.file, feature=row.name, field=field, remedy=remedy
        )
