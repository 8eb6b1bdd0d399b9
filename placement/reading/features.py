"""The features of a layer: properties and geometries, in the file's own order and coordinates."""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj

from placement.arrays import Geometries
from placement.errors import InputError
from placement.reading.regular import NOT_THAT, reason

type Properties = Mapping[str, Any]

WGS84 = "OGC:CRS84"
DAMAGED = "write or download the file again"

MOST_CELLS = 100_000_000
"""Most rows × columns of a layer."""
MOST_LAYER_BYTES = 1 << 30
"""Most bytes that a layer may take in memory; a small file can say that it holds more."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Features:
    """The features of a layer.

    Attributes
    ----------
    properties
        Values by column, one mapping a feature; missing ones are left out.
    geometries
        (features,) shapely geometries or None.
    crs
        Their coordinate system, without heights.
    """

    properties: Sequence[Properties]
    geometries: Geometries
    crs: pyproj.CRS

    def __len__(self) -> int:
        return len(self.properties)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that occur, sorted."""
        return tuple(sorted({column for row in self.properties for column in row}))


def row_name(number: int, properties: Properties) -> str:
    """Return what to call a feature in a message: its identifier, else its number in the file."""
    found = properties.get("id")
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return f"row {number}" if found is None or found == "" else str(found)


def horizontal(crs: pyproj.CRS) -> pyproj.CRS:
    """Return a coordinate system without its heights: that of the ground alone."""
    while crs.is_compound and crs.sub_crs_list:
        crs = crs.sub_crs_list[0]
    return crs.to_2d()


@contextmanager
def unreadable(path: Path, what: str) -> Iterator[None]:
    """Turn whatever libraries raise of a file into one sentence.

    Raises
    ------
    InputError
        Naming the file, what it should be, and what the library said.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - each library has a tree of errors of its own
        said = (reason(error).splitlines() or [type(error).__name__])[0]
        said = said.replace(str(path), "the file")
        raise InputError(
            f"cannot be read as {what} ({said[:200]})", file=path, remedy=DAMAGED
        ) from None


@contextmanager
def quiet(path: Path, what: str) -> Iterator[None]:
    """Keep libraries from talking, and turn whatever they raise into one sentence.

    Raises
    ------
    InputError
        Naming the file, what it should be, and what the library said.
    """
    log = logging.getLogger("pyogrio")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        with unreadable(path, what), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(before)


def refuse_size(path: Path, what: str) -> InputError:
    """Return the refusal of a layer that would take too much memory."""
    return InputError(
        f"holds {what}, more than is read of a layer",
        file=path,
        remedy="keep the rows and columns that the plan needs",
    )


def of_frame(path: Path, frame: Any) -> Features:  # noqa: ANN401 - a GeoDataFrame, untyped
    """Turn a GeoDataFrame into features.

    Raises
    ------
    InputError
        If it has no geometries or no coordinate system.
    """
    if not hasattr(frame, "crs") or not hasattr(frame, "geometry"):
        raise InputError("has no geometries", file=path, remedy=NOT_THAT)
    if frame.crs is None:
        raise without_crs(path)
    geometries = np.asarray(frame.geometry.to_numpy(), dtype=np.object_)
    values = frame.drop(columns=frame.geometry.name)
    missing = values.isna().to_numpy()
    columns = [str(column) for column in values.columns]
    # column by column: a row of a frame would turn whole numbers beside fractions into fractions
    cells = [[_plain(cell) for cell in values.iloc[:, at]] for at in range(len(columns))]
    rows = [
        {column: cells[at][row] for at, column in enumerate(columns) if not missing[row, at]}
        for row in range(len(values))
    ]
    return Features(properties=rows, geometries=geometries, crs=horizontal(pyproj.CRS(frame.crs)))


def without_crs(path: Path) -> InputError:
    """Return the refusal of a layer that does not say where on the globe it lies."""
    return InputError(
        "has no coordinate system", file=path, remedy="set it when you write the file"
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of any type
    """Turn numpy's scalars and arrays into Python's."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value
