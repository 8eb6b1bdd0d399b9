"""A population grid, GeoTIFF or a table of H3 cells → demand points at its cells' middles."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj

from placement.arrays import Bools, Floats
from placement.counts import counted
from placement.errors import InputError, MissingExtraError
from placement.globe import transformer
from placement.plan.cells import number
from placement.plan.table import Table, read_rows
from placement.reading.features import DAMAGED, WGS84, quiet
from placement.reading.regular import require_file
from placement.starting.demand_people import Imported, LeftOut, PeopleAt, whole_people
from placement.starting.perimeter import Perimeter

#: Most cells of a raster that is read.
MOST_CELLS = 50_000_000
_RASTERS = frozenset({".tif", ".tiff"})
_H3 = ("h3", "cell", "h3_index", "hex")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Cells:
    """Cells in an order of their own: identifiers, middles in degrees, people, and what is bad.

    `sizes` counts the resolutions of hexagons: those of unlike ones may lie in one another.
    """

    id: tuple[str, ...]
    lonlat: Floats
    people: Floats
    empty: int = 0
    negative: int = 0
    sizes: int = 1


def read_grid(file: str | Path, *, within: Perimeter | None = None) -> Imported:
    """Read how many people live in each cell of a grid.

    Parameters
    ----------
    file
        A GeoTIFF of people per cell (its first band), or a table with the columns ``h3`` and
        ``people``.
    within
        Ground whose cells alone are taken, told by their middle.

    Raises
    ------
    InputError
        If the file cannot be read, has no coordinate system, or names a cell twice.
    MissingExtraError
        If the extra ``grids`` is not installed.
    """
    path = Path(file)
    require_file(path, remedy="give a GeoTIFF, or a table of H3 cells")
    if path.suffix.lower() in _RASTERS:
        cells = _raster(path)
    elif path.suffix.lower() in {".csv", ".xlsx"}:
        cells = _hexagons(path)
    else:
        raise InputError(
            f"the suffix {path.suffix!r} is not that of a grid",
            file=path,
            remedy="give a GeoTIFF (.tif), or a table of H3 cells (.csv)",
        )
    inside: Bools = np.ones(len(cells.id), np.bool_)
    if within is not None:
        inside = within.holds(cells.lonlat)
    people = cells.people[inside]
    counts = whole_people(people)
    taken = np.flatnonzero(inside).tolist()
    points = [
        PeopleAt(
            id=f"grid-{cells.id[at]}",
            lon=float(cells.lonlat[at, 0]),
            lat=float(cells.lonlat[at, 1]),
            people=count,
            zone="grid",
        )
        for at, count in zip(taken, counts, strict=True)
        if count
    ]
    beyond = cells.people[~inside]
    in_all = float(people.sum())
    none = len(counts) - len(points)
    left_out = (
        LeftOut(why="beyond the perimeter", rows=len(beyond), people=float(beyond.sum())),
        LeftOut(why="cells without a value", rows=cells.empty, people=0.0),
        LeftOut(why="cells with a negative number", rows=cells.negative, people=0.0),
        LeftOut(why="cells that no whole person is left in", rows=none, people=0.0),
    )
    doubts = []
    if cells.negative:
        doubts.append(
            f"{path.name}: {counted(cells.negative, 'cell has', 'cells have')} a negative "
            "number of people; if it stands "
            "for cells without a value, name it as the file's nodata value"
        )
    if cells.sizes > 1:
        doubts.append(
            f"{path.name}: its cells are of {counted(cells.sizes, 'resolution')}, so people of "
            "a small cell "
            "may be counted in a large one again"
        )
    if not points:
        doubts.append(f"{path.name}: nobody lives in any cell that was taken")
    return Imported(
        source="grid",
        file=path,
        counted=in_all,
        points=tuple(points),
        left_out=tuple(one for one in left_out if one.rows),
        doubts=tuple(doubts),
    )


def _raster(path: Path) -> _Cells:
    """Read the first band of a GeoTIFF, by row and column."""
    try:
        import rasterio  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("a GeoTIFF", package="rasterio", extra="grids") from None
    with quiet(path, "a GeoTIFF"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a file without a place is refused below
        with rasterio.open(path) as grid:
            if grid.width * grid.height > MOST_CELLS:
                raise InputError(
                    f"has {counted(grid.width * grid.height, 'cell')}, more than the "
                    f"{MOST_CELLS:,} read",
                    file=path,
                    remedy="cut it to the surroundings of the event",
                )
            if grid.crs is None:
                raise InputError(
                    "has no coordinate system", file=path, remedy="set it when you write the file"
                )
            crs = pyproj.CRS.from_wkt(grid.crs.to_wkt())
            band = grid.read(1, masked=True)
            values = np.asarray(band.filled(0), np.float64)
            bad = np.ma.getmaskarray(band) | ~np.isfinite(values)
            negative = ~bad & (values < 0)
            row, column = np.nonzero(~bad & ~negative & (values > 0))
            x, y = grid.transform * (column + 0.5, row + 0.5)
    lon, lat = transformer(crs, WGS84).transform(x, y)
    lonlat = np.column_stack([lon, lat]).reshape(-1, 2)
    if not np.isfinite(lonlat).all() or (np.abs(lonlat[:, 1]) > 90).any():
        raise InputError(
            f"has cells that do not lie where its coordinate system ({crs.name}) is defined",
            file=path,
            remedy=DAMAGED,
        )
    digits = len(str(max(band.shape)))
    return _Cells(
        id=tuple(
            f"{r:0{digits}d}-{c:0{digits}d}"
            for r, c in zip(row.tolist(), column.tolist(), strict=True)
        ),
        lonlat=lonlat,
        people=values[row, column],
        empty=int(bad.sum()),
        negative=int(negative.sum()),
    )


def _hexagons(path: Path) -> _Cells:
    """Read a table of H3 cells, by their indexes."""
    try:
        import h3  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("a table of H3 cells", package="h3", extra="grids") from None
    columns, rows = read_rows(path, layer="grid")
    key = next((name for name in _H3 if name in columns), None)
    if key is None:
        raise InputError(
            "is missing", file=path, field="h3", remedy="name the H3 cell of each row in 'h3'"
        )
    table = Table(
        file=path,
        rows=rows,
        columns=columns,
        lonlat=np.empty(0, object),
        source=np.empty(0, object),
        crs=pyproj.CRS(WGS84),
    )
    found: dict[str, float] = {}
    empty = negative = 0
    for row in rows:
        cell = str(row.properties.get(key, "")).strip().lower()
        if not h3.is_valid_cell(cell):
            raise InputError(
                f"{cell!r} is not an H3 cell",
                file=path,
                feature=row.name,
                field=key,
                remedy="write the index of a cell, such as 8a1fb46622dffff",
            )
        if cell in found:
            raise InputError(
                f"{cell} occurs twice",
                file=path,
                feature=row.name,
                field=key,
                remedy="keep one row for each cell",
            )
        given = str(row.properties.get("people", "")).strip()
        if not given and "people" in columns:
            empty += 1
            found[cell] = 0.0
        elif given.startswith("-"):
            # checked to be a number all the same
            number(table, type(row)(name=row.name, properties={"people": given[1:]}), "people")
            negative += 1
            found[cell] = 0.0
        else:
            found[cell] = number(table, row, "people")
    kept = sorted(cell for cell, people in found.items() if people > 0)
    middles = [h3.cell_to_latlng(cell) for cell in kept]
    return _Cells(
        id=tuple(kept),
        lonlat=np.array([(lon, lat) for lat, lon in middles], np.float64).reshape(-1, 2),
        people=np.array([found[cell] for cell in kept], np.float64),
        empty=empty,
        negative=negative,
        sizes=max(1, len({h3.get_resolution(cell) for cell in kept})),
    )
