"""The audit of a demand in parts: its files are read once more, and people counted by squares."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from placement.arrays import Bools, Floats
from placement.auditing.findings import Findings
from placement.plan.problem import Plan

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_CELLS = 64  # of a square, along a side: those whom a cell joins stay in their square
_ROWS_AT_ONCE = 1 << 18


def check_parts(plan: Plan, findings: Findings) -> None:
    """Check that the people of a layer in parts are those of its files, square by square.

    Parameters
    ----------
    plan
        The plan; of its points nothing is taken but where they are and how many.
    findings
        Collects what does not hold.
    """
    side_m = _CELLS * (plan.settings.walking.aggregate_m or 1.0)
    for layer, files in plan.parts.items():
        told: dict[tuple[int, int], float] = {}
        for xy, people in _points(files, pyproj.CRS(plan.crs)):
            _count(told, xy, people, side_m)
        for name, mine in _points_of(plan, layer):
            found: dict[tuple[int, int], float] = {}
            demand = plan.problem.demand
            _count(found, demand.xy[mine], demand.people[mine], side_m)
            where = f" in {name!r}" if name else ""
            for square in sorted(told.keys() | found.keys()):
                x, y = (number * side_m for number in square)
                findings.equal(
                    f"people of the demand{where} in the square of {side_m:g} m at ({x:g}, {y:g})",
                    found.get(square, 0.0),
                    told.get(square, 0.0),
                )


def _count(
    squares: dict[tuple[int, int], float], xy: Floats, people: Floats, side_m: float
) -> None:
    """Add people to their squares."""
    found, at = np.unique(np.floor(xy / side_m).astype(np.int64), axis=0, return_inverse=True)
    sums = np.bincount(at.ravel(), weights=people, minlength=len(found))
    for (x, y), many in zip(found.tolist(), sums.tolist(), strict=True):
        squares[x, y] = squares.get((x, y), 0.0) + many


def _points_of(plan: Plan, layer: str) -> Iterator[tuple[str, Bools]]:
    """Yield the periods that take a layer, or one without a name, and which points are of it."""
    demand = plan.problem.demand
    areas = {shape.id for shape in plan.areas}
    drawn = np.array([one.rpartition("#")[0] not in areas for one in demand.id], dtype=np.bool_)
    if not plan.settings.periods:
        yield "", drawn
    for number, period in enumerate(plan.settings.periods):
        own = period.layers.demand is not None or period.layers.areas is not None
        if layer == (f"{period.name}:demand" if own else "demand"):
            yield period.name, drawn & (demand.period == number)


def _points(files: Sequence[Path], plane: pyproj.CRS) -> Iterator[tuple[Floats, Floats]]:
    """Yield the points of files, in metres, and their people, so many at a time."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and most plans have no such layer
    import pyarrow.parquet as pq  # noqa: PLC0415

    for file in files:
        with pq.ParquetFile(file, pre_buffer=False, buffer_size=1 << 20) as part:
            about = _about(part)
            crs = pyproj.CRS(about.get("crs", "OGC:CRS84")).to_2d()
            there = pyproj.Transformer.from_crs(crs, plane, always_xy=True)
            names = [about["name"], "people"]
            for rows in part.iter_batches(_ROWS_AT_ONCE, columns=names):
                xy = _coordinates(rows.column(about["name"]))
                if crs != plane:
                    xy = np.column_stack(there.transform(xy[:, 0], xy[:, 1]))
                yield xy, np.asarray(rows.column("people").cast(pa.float64()))


def _about(part: "pq.ParquetFile") -> dict[str, Any]:
    """Return what a file says of its geometries."""
    told = json.loads(part.schema_arrow.metadata[b"geo"])
    return {**told["columns"][told["primary_column"]], "name": told["primary_column"]}


def _coordinates(column: "pa.Array") -> Floats:
    """Return the coordinates of points, well-known binary or x and y."""
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_struct(column.type):
        return np.column_stack([np.asarray(column.field(name)) for name in ("x", "y")])
    found: Floats = shapely.get_coordinates(shapely.from_wkb(column.to_numpy(zero_copy_only=False)))
    return found
