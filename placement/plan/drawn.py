"""Rows of a layer → `Shape`: what is drawn, what bars walkers, by identifier."""

from collections.abc import Mapping

import shapely

from placement.plan.cells import identifiers, levels_of, plain_text
from placement.plan.crs import Plane
from placement.plan.shapes import Shape
from placement.plan.table import Row, Table

#: Layers whose shapes stand on a level and bar the way there.
_BARRING = frozenset({"water", "rail", "barriers", "closures", "ways"})
#: Layers of lines across streets: their own level alone counts, and no tags of OpenStreetMap.
_ACROSS = frozenset({"closures", "ways"})


def shapes(tables: Mapping[str, Table], layer: str, plane: Plane) -> tuple[Shape, ...]:
    """Return the features of a layer that is drawn or that cuts, by identifier."""
    table = tables.get(layer)
    return () if table is None else tuple(shape for _, shape in features(table, layer, plane))


def features(table: Table, layer: str, plane: Plane) -> list[tuple[Row, Shape]]:
    """Return the rows of a layer with their shapes, by identifier.

    Raises
    ------
    InputError
        If an identifier, a name or a level cannot be used.
    """
    table = _numbered(table, layer)
    ids = identifiers(table)
    xy = plane.metres(table)
    found = []
    for at in sorted(range(len(table)), key=lambda at: ids[at]):
        row = table.rows[at]
        shape = Shape(
            id=ids[at],
            name=plain_text(table, row, "name") or ids[at],
            lonlat=table.lonlat[at],
            xy=xy[at],
            properties={
                key: value
                for key, value in sorted(row.properties.items())
                if key not in {"id", "name"}
            },
            levels=levels_of(table, row, tags=layer not in _ACROSS) if layer in _BARRING else None,
        )
        found.append((row, shape))
    return found


def _numbered(table: Table, layer: str) -> Table:
    """Give a layer without any identifiers its own: water and closures often come without.

    Numbers follow the shapes themselves, so that the order of the rows does not matter.
    """
    if layer == "areas" or any("id" in row.properties for row in table.rows):
        return table
    wkb = shapely.to_wkb(shapely.normalize(table.lonlat))
    order = sorted(range(len(table)), key=lambda at: wkb[at])
    width = len(str(len(table)))
    rows: list[Row] = list(table.rows)
    for number, at in enumerate(order, start=1):
        name = f"{layer}-{number:0{width}d}"
        rows[at] = Row(name=name, properties={**table.rows[at].properties, "id": name})
    return Table(
        file=table.file,
        rows=tuple(rows),
        columns=table.columns,
        lonlat=table.lonlat,
        source=table.source,
        crs=table.crs,
        unplaced=table.unplaced,
    )
