"""The layer of candidate positions → `Sites`: what may, must or must not be posted where."""

import json
import math
import reprlib
from collections.abc import Mapping, Sequence

import numpy as np

from placement.arrays import Floats
from placement.errors import InputError
from placement.plan.cells import identifiers, number, plain_text, unused_columns, whole
from placement.plan.problem import Sites, SiteStatus
from placement.plan.settings import ResourceSettings, nearest
from placement.plan.table import Row, Table

_OWN = ("id", "name", "kind", "level", "resources", "width_m")
_BY_RESOURCE = ("status", "open_cost", "unit_cost", "min_units", "max_units")
_STATUS = {status.name.lower(): status for status in SiteStatus}


def build_sites(
    table: Table, xy: Floats, lonlat: Floats, resources: Mapping[str, ResourceSettings]
) -> tuple[Sites, list[str]]:
    """Build the candidate sites, in the order of their identifiers.

    Parameters
    ----------
    table
        The layer as read.
    xy, lonlat
        (rows, 2) float64, the rows' positions in metres and in degrees.
    resources
        Settings by resource.

    Returns
    -------
    sites
        The sites.
    warnings
        Sentences about columns that look like misspelt ones.

    Raises
    ------
    InputError
        If a value is missing or out of range, an identifier occurs twice, or a site names a
        resource or a status that does not exist.
    """
    names = sorted(resources)
    _check_columns(table, names)
    ids = identifiers(table)
    order = sorted(range(len(table)), key=lambda at: ids[at])
    rows = [table.rows[at] for at in order]
    posts = [[_Post(table, row, name, resources[name]) for name in names] for row in rows]
    allowed = np.array([_allowed(table, row, names) for row in rows], dtype=np.bool_)
    for row, may, of_site in zip(rows, allowed, posts, strict=True):
        for name, one, post in zip(names, may, of_site, strict=True):
            if not one and post.own_status == SiteStatus.REQUIRED:
                raise InputError(
                    f"requires {name!r}, which is not among the site's resources",
                    file=table.file,
                    feature=row.name,
                    field=f"status_{name}",
                    remedy="add it to 'resources', or drop the status",
                )
    sites = Sites(
        id=tuple(ids[at] for at in order),
        name=tuple(plain_text(table, row, "name") or row.name for row in rows),
        kind=tuple(plain_text(table, row, "kind") for row in rows),
        xy=xy[order],
        lonlat=lonlat[order],
        level=np.array(
            [whole(table, row, "level", default=0, least=-1000, most=1000) for row in rows],
            dtype=np.int64,
        ),
        allowed=allowed,
        status=np.array([[post.status for post in site] for site in posts], dtype=np.int64),
        open_cost=np.array([[post.open_cost for post in site] for site in posts]),
        unit_cost=np.array([[post.unit_cost for post in site] for site in posts]),
        min_units=np.array([[post.min_units for post in site] for site in posts], dtype=np.int64),
        max_units=np.array([[post.max_units for post in site] for site in posts], dtype=np.int64),
        width_m=np.array([_width(table, row) for row in rows], dtype=np.float64),
    )
    known = {*_OWN, *_BY_RESOURCE, *(f"{f}_{name}" for f in _BY_RESOURCE for name in names)}
    return sites, unused_columns(table, known)


def _width(table: Table, row: Row) -> float:
    """Return the width of the way at a site; NaN where nothing says it."""
    if row.properties.get("width_m", "") in ("", None):
        return math.nan
    return number(table, row, "width_m", positive=True)


class _Post:
    """What a site says about one resource; its own column wins over the common one."""

    def __init__(self, table: Table, row: Row, resource: str, usual: ResourceSettings) -> None:
        def column(field: str) -> str:
            own = f"{field}_{resource}"
            return own if row.properties.get(own, "") != "" else field

        def cost(field: str, default: float) -> float:
            return number(table, row, column(field), default=default)

        def units(field: str, default: int) -> int:
            return whole(table, row, column(field), default=default, least=1)

        self.own_status = _status(table, row, f"status_{resource}")
        common = _status(table, row, "status")
        self.status = common if self.own_status is None else self.own_status
        if self.status is None:
            self.status = SiteStatus.OPTIONAL
        self.open_cost = cost("open_cost", usual.open_cost)
        self.unit_cost = cost("unit_cost", usual.unit_cost)
        self.min_units = units("min_units", usual.min_units)
        self.max_units = units("max_units", usual.max_units)
        if self.min_units > self.max_units:
            raise InputError(
                f"{self.max_units} {resource!r} units at most are below the {self.min_units} at "
                "least",
                file=table.file,
                feature=row.name,
                field=column("max_units"),
                remedy="raise max_units or lower min_units, here or in the plan file",
            )


def _status(table: Table, row: Row, column: str) -> SiteStatus | None:
    """Return what a status column says, or None where it says nothing."""
    given = plain_text(table, row, column).strip().lower()
    if given and given not in _STATUS:
        raise InputError(
            f"{reprlib.repr(given)} is not a status",
            file=table.file,
            feature=row.name,
            field=column,
            remedy=f"write {', '.join(sorted(_STATUS))}, or nothing",
        )
    return _STATUS[given] if given else None


def _allowed(table: Table, row: Row, names: Sequence[str]) -> list[bool]:
    """Return which resources a site may have; all where it says nothing."""
    given = row.properties.get("resources")
    if isinstance(given, str) and given.lstrip().startswith("["):
        # how drivers write a list into a column that can only hold texts
        try:
            given = json.loads(given)
        except ValueError:
            given = [given]
    if given is None or given == "":
        return [True] * len(names)
    if isinstance(given, str):
        given = [part.strip() for part in given.split(",") if part.strip()]
    if not isinstance(given, list) or not given:
        raise InputError(
            "names no resource",
            file=table.file,
            feature=row.name,
            field="resources",
            remedy="leave it out for all resources, or set status to excluded",
        )
    for one in given:
        if one not in names:
            meant = nearest(str(one), names)
            raise InputError(
                f"{reprlib.repr(one)} is not a resource of the plan",
                file=table.file,
                feature=row.name,
                field="resources",
                remedy=f"write {meant!r}" if meant else f"known are {', '.join(names)}",
            )
    return [name in given for name in names]


def _check_columns(table: Table, names: Sequence[str]) -> None:
    """Refuse a column for a resource that the plan does not have."""
    for column in table.columns:
        for field in _BY_RESOURCE:
            name = column.removeprefix(f"{field}_")
            if name != column and name not in names:
                meant = nearest(name, names)
                raise InputError(
                    f"{name!r} is not a resource of the plan",
                    file=table.file,
                    field=column,
                    remedy=f"write '{field}_{meant}'" if meant else "rename or remove the column",
                )
