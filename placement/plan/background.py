"""What a map is drawn on and nothing else reads: buildings, green, squares, stations."""

from collections.abc import Sequence

import shapely

from placement.errors import InputError
from placement.plan.cells import plain_text
from placement.plan.shapes import Shape
from placement.plan.table import POINTS, POLYGONS, Row, Table

BUILDING, GREEN, SQUARE, STATION = "building", "green", "square", "station"
#: What a feature may be, and of how many dimensions.
_KINDS = {BUILDING: 2, GREEN: 2, SQUARE: 2, STATION: 0}
OSM_LICENCE = "ODbL-1.0"
"""What the column ``licence`` says of features of OpenStreetMap, which a map then names."""
BACKGROUND_GEOMETRIES = (*POLYGONS, *POINTS)
BACKGROUND_COLUMNS = ("id", "name", "kind", "licence")


def background_of(table: Table, shapes: Sequence[tuple[Row, Shape]]) -> tuple[Shape, ...]:
    """Read the kinds of a layer of the background.

    Returns
    -------
    tuple of Shape
        Each with its ``kind`` among its properties.

    Raises
    ------
    InputError
        If a feature is of no kind that is known, or not drawn as its kind is.
    """
    for row, shape in shapes:
        kind = plain_text(table, row, "kind")
        if kind not in _KINDS:
            told = f"is {kind!r}" if kind else "is missing"
            raise _refusal(table, row, told, f"write one of {', '.join(_KINDS)}")
        if int(shapely.get_dimensions(shape.xy)) != _KINDS[kind]:
            drawn = "a point" if _KINDS[kind] == 0 else "a polygon"
            raise _refusal(table, row, f"is {kind!r}", f"draw it as {drawn}")
    return tuple(shape for _, shape in shapes)


def kind_of(shape: Shape) -> str:
    """Return what a feature of the background is."""
    return str(shape.properties["kind"]).strip()


def _refusal(table: Table, row: Row, problem: str, remedy: str) -> InputError:
    return InputError(problem, file=table.file, feature=row.name, field="kind", remedy=remedy)
