"""A layer of people in parts → one table: people of one place added, each part by itself.

A part is read batch by batch and reduced to the places there are in it; only these go back, and are
added to those of the others. Sums are of whole numbers, and of all points of a place the same one
stands for them in whatever turn they come: the order of parts and rows decides nothing.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, overload

import numpy as np
import pyproj
import shapely

from placement.arrays import Bools, Floats, Ints
from placement.errors import InputError
from placement.executor import Executor, Here
from placement.globe import transformer
from placement.plan.cells import identifier, number, twice
from placement.plan.crs import Plane, check_fit
from placement.plan.demand import crowd_of, step_free_of
from placement.plan.places import Places, add_up, exact, rounded
from placement.plan.problem import LanesRule
from placement.plan.table import POINTS, Row, Table, checked_table
from placement.reading.features import WGS84, row_name, unreadable
from placement.reading.parts import Batch, read_batches

_APART = ("zone", "priority", "tier", "level", "arrival")
_COLUMNS = ("id", "people", "step_free", "step_free_people", *_APART)
_MOST_PEOPLE = 1e15
# most identifiers are of these letters, which need no closer look
_PLAIN_ID = r"^[!-.0-~]([ -.0-~]{0,198}[!-.0-~])?$"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Joining:
    """How people of a layer are joined, sent to whoever reads a part.

    Attributes
    ----------
    plane
        The plan's coordinate system.
    plan_file
        The plan file.
    side_m
        Side of a grid cell whose people are joined, or None to join those at the very same place.
    rule
        The lanes whose profiles rows may name, or None.
    """

    plane: Plane
    plan_file: Path
    side_m: float | None
    rule: LanesRule | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Part:
    """What was read of a part."""

    places: Places | None
    crs: pyproj.CRS | None
    names: tuple[str, ...]


class _Rows(Sequence[Row]):
    """The rows of a batch, each made when it is asked for."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def __len__(self) -> int:
        return len(self._batch)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        cells = {name: column[at].as_py() for name, column in self._batch.columns.items()}
        found = {name: cell for name, cell in cells.items() if not _is_missing(cell)}
        return Row(name=row_name(self._batch.first + at + 1, found), properties=found)


def _is_missing(cell: object) -> bool:
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def read_parts(
    files: Sequence[str], joining: Joining, *, file: Path, executor: Executor | None = None
) -> Table:
    """Read a layer of people in parts.

    Parameters
    ----------
    files
        Paths of the parts, which every worker can read.
    joining
        Which people are joined.
    file
        What the layer is called in messages: the folder or pattern.
    executor
        Where parts are read; None for this process.

    Returns
    -------
    Table
        A row for each place, in the order of identifiers: people and those who walk without steps
        added, and what is said of all of them. People of whom anything else is said are another
        row. The identifier is that of the point nearest to the middle of the cell.

    Raises
    ------
    InputError
        If a part or a row cannot be used, parts are in several coordinate systems, an identifier
        occurs twice, or there are too many places.
    """
    executor = executor or Here(1)
    names: set[str] = set()
    crs: tuple[pyproj.CRS, str] | None = None

    def found() -> Iterator[Places]:
        nonlocal crs
        for part, mine in zip(files, executor.map(_read_part, joining, files), strict=True):
            names.update(mine.names)
            if mine.places is None or mine.crs is None:
                continue
            if crs is not None and mine.crs != crs[0]:
                raise InputError(
                    f"is in {mine.crs.name}, and {Path(crs[1]).name} in {crs[0].name}",
                    file=part,
                    remedy="write all parts in one coordinate system",
                )
            crs = (mine.crs, part)
            yield mine.places

    whole = add_up(found(), file)
    if whole is None or crs is None:
        raise InputError(
            "has no features", file=file, remedy="add some, or leave the layer 'demand' out"
        )
    again = np.flatnonzero(whole.times > 1)
    if len(again):
        raise twice(file, min(whole.id.take(again).to_pylist()))
    table = _table_of(whole, crs[0], file, names)
    return replace(table, parts=tuple(Path(one) for one in files))


def _read_part(joining: Joining, file: str) -> _Part:
    """Read a part, and reduce it to its places."""
    path = Path(file)
    about: list[Batch] = []

    def found() -> Iterator[Places]:
        for batch in read_batches(path, _COLUMNS):
            about[:] = [batch]
            if len(batch):
                yield _places_of(path, batch, joining)

    places = add_up(found(), path)
    if not about:
        return _Part(places=None, crs=None, names=())
    crs = about[0].crs
    if places is not None:
        _check_outline(places, crs, path, joining)
    return _Part(places=places, crs=crs, names=about[0].names)


def _places_of(path: Path, batch: Batch, joining: Joining) -> Places:
    """Return each point of a batch as a place, all of it checked."""
    import pyarrow as pa  # noqa: PLC0415

    table, xy, metres = _placed(path, batch, joining)
    people = _numbers(table, batch, "people")
    slow, told = _step_free(table, batch, people)
    kinds, kind = _kinds(table, batch, told, joining.rule)
    xy = xy + 0.0  # a negative zero is the same place
    cell, away = xy.view(np.int64), np.zeros(len(xy))
    if joining.side_m is not None:
        grid = np.floor(metres / joining.side_m)
        cell = grid.astype(np.int64)
        away = (((metres / joining.side_m - grid) - 0.5) ** 2).sum(axis=1)
    return Places(
        kinds=kinds,
        kind=kind,
        cell=cell,
        away=away,
        xy=xy,
        id=pa.array(_names(table, batch), pa.string()),
        times=np.ones(len(xy), dtype=np.int64),
        sums=np.hstack([exact(people), exact(slow)]),
    )


def _placed(path: Path, batch: Batch, joining: Joining) -> tuple[Table, Floats, Floats]:
    """Return the rows of a batch, where they are, and the same in the plan's metres."""
    rows, xy = _Rows(batch), batch.plain_points()
    metres = None if xy is None else _sound_metres(xy, batch.crs, joining.plane)
    if xy is None or metres is None:  # looked at one by one, whatever is wrong is told
        with unreadable(path, "GeoParquet"):
            shapes = batch.geometries()
        table = checked_table(path, rows, batch.names, shapes, batch.crs, POINTS)
        return (
            table,
            shapely.get_coordinates(table.source),
            shapely.get_coordinates(joining.plane.metres(table)),
        )
    nowhere = np.empty(0, dtype=np.object_)
    table = Table(
        file=path, rows=rows, columns=batch.names, lonlat=nowhere, source=nowhere, crs=batch.crs
    )
    return table, xy, metres


def _sound_metres(xy: Floats, crs: pyproj.CRS, plane: Plane) -> Floats | None:
    """Return points in the plan's metres, None unless all of them are sound at a glance."""
    plain = pyproj.CRS(WGS84)
    lonlat = xy
    if crs != plain and crs.to_epsg() != 4326:
        lonlat = np.column_stack(transformer(crs, plain).transform(xy[:, 0], xy[:, 1]))
    metres = xy
    if crs != plane.crs:
        metres = np.column_stack(transformer(plain, plane.crs).transform(*lonlat.T))
    sound = np.isfinite(xy) & np.isfinite(metres) & (np.abs(lonlat) <= (180.0, 90.0))
    return metres if sound.all() else None


def _numbers(table: Table, batch: Batch, key: str) -> Floats:
    """Return a column of numbers from 0 to 10¹⁵, by the rules of one cell."""
    import pyarrow as pa  # noqa: PLC0415

    column = batch.columns.get(key)
    if column is not None and (
        pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    ):
        found = np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
        wrong = np.flatnonzero(~((found >= 0) & (found < _MOST_PEOPLE)))
        for at in wrong[:1].tolist():
            number(table, table.rows[at], key)
        if not len(wrong):
            return found
    return np.array([number(table, row, key) for row in table.rows], dtype=np.float64)


def _step_free(table: Table, batch: Batch, people: Floats) -> tuple[Floats, Bools]:
    """Return how many walk without steps, and which rows say so."""
    share, count = (_given(batch, key) for key in ("step_free", "step_free_people"))
    if share is None or count is None:  # texts: cell by cell
        slow, told = np.zeros(len(people)), np.zeros(len(people), dtype=np.bool_)
        for at, row in enumerate(table.rows):
            told[at] = not row.properties.keys().isdisjoint(("step_free", "step_free_people"))
            slow[at] = step_free_of(table, row, float(people[at]), usual=0.0)
        return slow, told
    shared, counted = ~np.isnan(share), ~np.isnan(count)
    wrong = (shared & counted) | (shared & ~((share >= 0) & (share <= 1)))
    wrong |= counted & ~((count >= 0) & (count <= people))
    for at in np.flatnonzero(wrong)[:1].tolist():
        step_free_of(table, table.rows[at], float(people[at]), usual=0.0)
    slow = np.where(shared, people * share, np.where(counted, count, 0.0))
    return slow, shared | counted


def _given(batch: Batch, key: str) -> Floats | None:
    """Return a column of numbers, NaN where a cell is empty; None where it holds none."""
    import pyarrow as pa  # noqa: PLC0415

    column = batch.columns.get(key)
    if column is None or pa.types.is_null(column.type):
        return np.full(len(batch), np.nan)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return None
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False))


def _kinds(
    table: Table, batch: Batch, told: Bools, rule: LanesRule | None
) -> tuple[tuple[str, ...], Ints]:
    """Return what is said of people besides where they are, and which of it is said of each row."""
    code = told.astype(np.int64)
    for key in _APART:
        if key in batch.columns:
            column = batch.columns[key]
            column = column if hasattr(column, "dictionary") else column.dictionary_encode()
            mine = column.indices.fill_null(len(column.dictionary)).to_numpy(zero_copy_only=False)
            _, code = np.unique(code, return_inverse=True)  # so that the product stays small
            code = code * (len(column.dictionary) + 1) + mine
    _, first, kind = np.unique(code, return_index=True, return_inverse=True)
    found = []
    for at in first.tolist():
        row = table.rows[at]
        crowd_of(table, row, ("",), np.zeros((1, 2)), np.zeros(1), zone="", rule=rule)
        said = {key: _whole(row.properties[key]) for key in _APART if key in row.properties}
        if told[at]:
            said["step_free_people"] = True
        found.append(json.dumps(said, sort_keys=True, default=float))
    # texts may stand in a dictionary twice, and whole numbers be written with a fraction or without
    kinds = tuple(sorted(set(found)))
    place = {one: at for at, one in enumerate(kinds)}
    return kinds, np.array([place[one] for one in found], dtype=np.int64)[kind]


def _whole(cell: object) -> object:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _names(table: Table, batch: Batch) -> Any:  # noqa: ANN401 - texts, or an array of pyarrow
    """Return the identifier of each row; those that look unusual are looked at one by one."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    column = batch.columns.get("id")
    if column is None:
        return [identifier(table, row) for row in table.rows]
    if pa.types.is_integer(column.type) and not column.null_count:
        return column.cast(pa.string())
    if hasattr(column, "dictionary") and pa.types.is_string(column.dictionary.type):
        plain = pc.match_substring_regex(column.dictionary, _PLAIN_ID)
        usual = pc.take(plain, column.indices).fill_null(fill_value=False)
        for at in np.flatnonzero(~usual.to_numpy(zero_copy_only=False)).tolist():
            identifier(table, table.rows[at])
        return column.cast(pa.string())
    return [identifier(table, row) for row in table.rows]


def _table_of(places: Places, crs: pyproj.CRS, file: Path, names: Iterable[str]) -> Table:
    """Return places as the rows of a layer, in the order of identifiers."""
    ids = places.id.to_pylist()
    order = sorted(range(len(ids)), key=lambda at: ids[at])
    said = [json.loads(kind) for kind in places.kinds]
    people, slow = (rounded(half) for half in np.hsplit(places.sums, 2))
    rows = []
    for at in order:
        more: Mapping[str, Any] = said[places.kind[at]]
        cells = {"id": ids[at], "people": float(people[at]), **more}
        if "step_free_people" in more:
            cells["step_free_people"] = min(float(slow[at]), float(people[at]))
        rows.append(Row(name=ids[at], properties=cells))
    shapes = np.asarray(shapely.points(places.xy[order]), dtype=np.object_)
    return checked_table(file, rows, sorted(names), shapes, crs, POINTS)


def _check_outline(places: Places, crs: pyproj.CRS, path: Path, joining: Joining) -> None:
    """Refuse a part beyond the plan's coordinate system by its outermost points."""
    hull = shapely.convex_hull(shapely.multipoints(places.xy))
    corners = np.ascontiguousarray(shapely.get_coordinates(hull)).view(np.complex128)
    outer = np.flatnonzero(np.isin(places.xy.view(np.complex128)[:, 0], corners))
    some = replace(
        places,
        **{name: getattr(places, name)[outer] for name in ("kind", "away", "xy", "times", "sums")},
        cell=places.cell[outer],
        id=places.id.take(outer),
    )
    table = _table_of(some, crs, path, ())
    check_fit(
        joining.plane, table, shapely.get_coordinates(table.lonlat), plan_file=joining.plan_file
    )
    joining.plane.metres(table)
