"""The ground that queues take: what is drawn for them, and whether cars drive there."""

from dataclasses import dataclass
from pathlib import Path

import shapely
from pyproj import CRS

from placement.cover.survey import survey
from placement.errors import InputError
from placement.plan.cells import plain_text
from placement.plan.problem import Plan
from placement.plan.settings import nearest
from placement.plan.table import POLYGONS, read_table
from placement.reading.degrees import project
from placement.reading.features import WGS84
from placement.studies.replay.course import Gates

M2_A_PERSON = 0.6
"""Ground of a person who queues (S: Highway Capacity Manual, domain.md)."""

_TRAFFIC = frozenset(
    {"motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
     "busway", "bus_guideway", "service", "road"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueGround:
    """The ground that the queue of a gate takes.

    Attributes
    ----------
    needed_m2
        In 95% of the nights no more than this.
    drawn_m2
        What is drawn for the queue of this gate; None where nothing is.
    fits
        Whether what is needed is no more than what is drawn; None where nothing is drawn.
    street, street_class
        The street with traffic that the gate stands on, by the plan's streets; None where it stands
        on none, or the plan has no streets.
    """

    needed_m2: float
    drawn_m2: float | None
    fits: bool | None
    street: str | None
    street_class: str | None


def read_ground(file: Path, plan: Plan, gates: Gates) -> dict[str, float]:
    """Return the square metres drawn for queues, by site; several polygons of a site add up.

    Parameters
    ----------
    file
        A layer of polygons with a column ``site``.
    plan, gates
        The plan, and its open gates.

    Raises
    ------
    InputError
        If the layer cannot be read, or a polygon names no site of the plan.
    """
    table = read_table(file, layer="queues", kinds=POLYGONS)
    shapes = project(table.lonlat, CRS.from_user_input(WGS84), CRS.from_user_input(plan.crs))
    sites = set(plan.problem.sites.id)
    drawn: dict[str, list[shapely.Geometry]] = {}
    for row, shape in zip(table.rows, shapes, strict=True):
        site = plain_text(table, row, "site")
        if site not in sites:
            meant = nearest(site, sites)
            raise InputError(
                f"{site!r} is not a site of the plan" if site else "is missing",
                file=file,
                feature=row.name,
                field="site",
                remedy=f"write {meant!r}" if meant else "name the site whose queue stands there",
            )
        drawn.setdefault(site, []).append(shape)
    open_sites = {post.site for post in gates.posts}
    return {
        site: float(shapely.union_all(parts).area)
        for site, parts in sorted(drawn.items())
        if site in open_sites
    }


def street_of(plan: Plan, site: int) -> tuple[str, str] | None:
    """Return name and class of the street with traffic that a site stands on, or None."""
    if plan.streets is None:
        return None
    walks = survey(plan)
    if walks.streets is None or walks.sites is None:
        return None
    edge = int(walks.sites.edge[site])
    if edge < 0:
        return None
    kind = str(walks.streets.edge_class[edge])
    if kind.removesuffix("_link") not in _TRAFFIC:
        return None
    return str(walks.streets.name[edge]), kind
