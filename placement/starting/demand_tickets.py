"""Tickets or seats by polygon, and the share that comes → areas with people."""

from pathlib import Path

import numpy as np
import shapely

from placement.arrays import Bools
from placement.plan.cells import identifiers, number, plain_text
from placement.plan.table import POLYGONS, read_table
from placement.starting.demand_people import Imported, LeftOut, PeopleIn, whole_people
from placement.starting.perimeter import Perimeter

#: By importer: the column that counts, and the one with the share that comes.
COLUMNS = {"tickets": ("tickets", "show_rate"), "seats": ("seats", "fill")}


def read_tickets(
    file: str | Path, *, source: str = "tickets", rate: float = 1.0, within: Perimeter | None = None
) -> Imported:
    """Read how many tickets (or seats) each polygon has, and how many of them come.

    Parameters
    ----------
    file
        Polygons with ``id``, ``tickets`` and perhaps ``show_rate``; seats have ``seats`` and
        perhaps ``fill``.
    source
        ``"tickets"`` or ``"seats"``.
    rate
        Share that comes where a polygon does not say.
    within
        Ground whose polygons alone are taken, told by a point inside them.

    Raises
    ------
    InputError
        If the file cannot be read, or a row says no number.
    """
    path = Path(file)
    counts, shares = COLUMNS[source]
    table = read_table(path, layer=source, kinds=POLYGONS)
    ids = identifiers(table)
    order = sorted(range(len(ids)), key=lambda at: ids[at])
    rows = [table.rows[at] for at in order]
    share = np.array([number(table, row, shares, default=rate) for row in rows])
    people = np.array([number(table, row, counts) for row in rows]) * share
    shapes = table.lonlat[order]
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes))
    inside: Bools = np.ones(len(rows), np.bool_) if within is None else within.holds(inner)
    doubts = [
        f"{path.name}, feature {ids[order[at]]!r}: {shares} is {share[at]:g}, so more people come "
        f"than there are {counts}"
        for at in np.flatnonzero(share > 1).tolist()
    ]
    areas = [
        PeopleIn(
            id=ids[order[at]],
            name=plain_text(table, rows[at], "name"),
            people=count,
            shape=shapes[at],
        )
        for at, count in zip(
            np.flatnonzero(inside).tolist(), whole_people(people[inside]), strict=True
        )
    ]
    beyond = people[~inside]
    left_out = (
        LeftOut(why="beyond the perimeter", rows=len(beyond), people=float(beyond.sum())),
        LeftOut(why="nobody comes", rows=sum(not one.people for one in areas), people=0.0),
    )
    return Imported(
        source=source,
        file=path,
        counted=float(people[inside].sum()),
        areas=tuple(one for one in areas if one.people),
        left_out=tuple(one for one in left_out if one.rows),
        doubts=tuple(doubts),
    )
